/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/ptrmap.h"

#include "tests/lib/testing.h"

static void count_drop(void *value)
{
    ++*(int *)value;
}

START_TEST(drops_what_it_replaces)
{
    struct ptrmap m = PTRMAP_INIT(count_drop);
    int a = 0, b = 0;

    ptrmap_set(&m, "k", &a);
    ptrmap_set(&m, "k", &a);
    ck_assert_int_eq(a, 0);
    ptrmap_set(&m, "k", &b);
    ck_assert_int_eq(a, 1);
    ck_assert_ptr_eq(ptrmap_get(&m, "k"), &b);
    ptrmap_fini(&m);
    ck_assert_int_eq(b, 1);
    ck_assert_uint_eq(m.count, 0);
}
END_TEST

START_TEST(take_does_not_drop_remove_does)
{
    struct ptrmap m = PTRMAP_INIT(count_drop);
    int a = 0, b = 0;

    ptrmap_set(&m, "a", &a);
    ptrmap_set(&m, "b", &b);
    ck_assert_ptr_eq(ptrmap_take(&m, "a"), &a);
    ck_assert_ptr_null(ptrmap_take(&m, "a"));
    ck_assert_int_eq(a, 0);
    ck_assert(ptrmap_remove(&m, "b"));
    ck_assert(!ptrmap_remove(&m, "b"));
    ck_assert_int_eq(b, 1);
    ptrmap_fini(&m);
}
END_TEST

START_TEST(null_values_and_no_drop)
{
    struct ptrmap m = PTRMAP_INIT(NULL);
    int a = 0;

    ptrmap_set(&m, "n", NULL);
    ck_assert_ptr_null(ptrmap_get(&m, "n"));
    ck_assert(ptrmap_remove(&m, "n"));
    ptrmap_set(&m, "a", &a);
    ptrmap_set(&m, "a", NULL);
    ptrmap_fini(&m);
    ck_assert_int_eq(a, 0);
}
END_TEST

START_TEST(stays_sorted)
{
    struct ptrmap m = PTRMAP_INIT(NULL);
    int values[200];
    const char *before = NULL;
    size_t seen = 0;

    for (int i = 0; i < 200; i++) {
        char key[16];

        snprintf(key, sizeof(key), "%d", i * 7919 % 200);
        ptrmap_set(&m, key, &values[i]);
    }
    PTRMAP_FOREACH (&m, e) {
        if (before)
            ck_assert_str_lt(before, e->key);
        before = e->key;
        seen++;
    }
    ck_assert_uint_eq(seen, 200);
    ck_assert_ptr_eq(ptrmap_get(&m, "0"), &values[0]);
    ck_assert_ptr_null(ptrmap_get(&m, "200"));
    ptrmap_fini(&m);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, drops_what_it_replaces);
    test_add(suite, take_does_not_drop_remove_does);
    test_add(suite, null_values_and_no_drop);
    test_add(suite, stays_sorted);
}

TEST_MAIN("ptrmap", fill)
