/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/vec.h"

#include "tests/lib/testing.h"

struct point {
    int x, y;
};

START_TEST(pushes_and_removes)
{
    VEC(int) v = {0};

    for (int i = 0; i < 100; i++)
        vec_push(&v, i);
    ck_assert_uint_eq(v.count, 100);
    vec_remove(&v, 0);
    vec_remove(&v, 98);
    vec_remove(&v, 49);
    ck_assert_uint_eq(v.count, 97);
    ck_assert_int_eq(v.at[0], 1);
    ck_assert_int_eq(v.at[48], 49);
    ck_assert_int_eq(v.at[49], 51);
    ck_assert_int_eq(v.at[96], 98);
    vec_fini(&v);
    ck_assert_ptr_null(v.at);
    vec_push(&v, 5);
    ck_assert_int_eq(v.at[0], 5);
    vec_fini(&v);
}
END_TEST

START_TEST(holds_structs)
{
    VEC(struct point) v = {0};

    vec_push(&v, (struct point){1, 2});
    vec_push(&v, (struct point){.y = 4});
    ck_assert_int_eq(v.at[0].y, 2);
    ck_assert_int_eq(v.at[1].x, 0);
    ck_assert_int_eq(v.at[1].y, 4);
    vec_fini(&v);
}
END_TEST

START_TEST(reserves_once)
{
    VEC(char) v = {0};
    const char *before;

    vec_reserve(&v, 1000);
    before = v.at;
    for (int i = 0; i < 1000; i++)
        vec_push(&v, 'x');
    ck_assert_ptr_eq(v.at, before);
    vec_fini(&v);
}
END_TEST

START_TEST(allocation_helpers)
{
    char *text = xasprintf("%s-%d", "a", 7), *copy = xmemdup("ab", 3), *cut = xstrndup("abc", 2);
    char *none = xmemdup(NULL, 0);

    ck_assert_str_eq(text, "a-7");
    ck_assert_str_eq(copy, "ab");
    ck_assert_str_eq(cut, "ab");
    ck_assert_ptr_nonnull(none);
    free(text);
    free(copy);
    free(cut);
    free(none);
}
END_TEST

START_TEST(scoped_release_and_hand_over)
{
    char *kept;

    {
        CLEANUP(freep) char *owned = xstrdup("x");

        kept = TAKE(owned);
        ck_assert_ptr_null(owned);
    }
    ck_assert_str_eq(kept, "x");
    free(kept);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, pushes_and_removes);
    test_add(suite, holds_structs);
    test_add(suite, reserves_once);
    test_add(suite, allocation_helpers);
    test_add(suite, scoped_release_and_hand_over);
}

TEST_MAIN("vec", fill)
