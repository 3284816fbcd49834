/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/arena.h"

#include <stdint.h>
#include <string.h>

#include "tests/lib/testing.h"

static bool is_all(const char *piece, size_t size, char c)
{
    for (size_t i = 0; i < size; i++) {
        if (piece[i] != c)
            return false;
    }
    return true;
}

START_TEST(pieces_are_zeroed_aligned_and_apart)
{
    static const size_t sizes[] = {1, 7, 16, 100, 3000, 100000, 1, 4096, 0};
    CLEANUP(arena_fini) struct arena a = ARENA_INIT;

    for (int round = 0; round < 3; round++) {
        char *pieces[COUNT_OF(sizes)];

        for (size_t i = 0; i < COUNT_OF(sizes); i++) {
            pieces[i] = arena_alloc(&a, sizes[i]);
            ck_assert_ptr_nonnull(pieces[i]);
            ck_assert_uint_eq((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
            ck_assert(is_all(pieces[i], sizes[i], 0));
            memset(pieces[i], (int)i + 1, sizes[i]);
        }
        for (size_t i = 0; i < COUNT_OF(sizes); i++)
            ck_assert(is_all(pieces[i], sizes[i], (char)(i + 1)));
        arena_clear(&a);
    }
}
END_TEST

static int order[3], dropped;

static void note(void *object)
{
    order[dropped++] = *(int *)object;
}

START_TEST(drops_run_last_first_and_once)
{
    struct arena a = ARENA_INIT;

    dropped = 0;
    for (int i = 0; i < 3; i++)
        arena_defer(&a, note, arena_dup(&a, &i, sizeof(i)));
    arena_clear(&a);
    ck_assert_int_eq(dropped, 3);
    ck_assert_int_eq(order[0], 2);
    ck_assert_int_eq(order[2], 0);
    arena_fini(&a);
    ck_assert_int_eq(dropped, 3);
}
END_TEST

START_TEST(copies)
{
    CLEANUP(arena_fini) struct arena a = ARENA_INIT;

    ck_assert_str_eq(arena_strndup(&a, "abcdef", 3), "abc");
    ck_assert_str_eq(arena_strdup(&a, "x"), "x");
    ck_assert_ptr_null(arena_strdup(&a, NULL));
    ck_assert_ptr_nonnull(arena_dup(&a, NULL, 0));
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, pieces_are_zeroed_aligned_and_apart);
    test_add(suite, drops_run_last_first_and_once);
    test_add(suite, copies);
}

TEST_MAIN("arena", fill)
