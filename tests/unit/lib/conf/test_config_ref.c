/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/conf/config_ref.h"

#include "lib/base/thread.h"
#include "tests/lib/testing.h"

START_TEST(takes_the_map)
{
    struct strmap map = STRMAP_INIT;
    struct config_ref *ref;
    struct tern_config view;

    strmap_set(&map, "a", "1");
    strmap_set(&map, "b", NULL);
    ref = config_ref_new(&map);
    ck_assert_uint_eq(map.count, 0);
    ck_assert_ptr_null(map.entries);
    view = config_ref_config(ref);
    ck_assert_uint_eq(view.count, 2);
    ck_assert_str_eq(config_get(&view, "a"), "1");
    ck_assert(strmap_has(config_ref_map(ref), "b"));
    config_ref_unref(ref);
}
END_TEST

START_TEST(null_stays_null)
{
    ck_assert_ptr_null(config_ref_ref(NULL));
    config_ref_unref(NULL);
}
END_TEST

static void borrow_often(void *arg)
{
    struct config_ref *ref = arg;

    for (int i = 0; i < 10000; i++) {
        struct config_ref *mine = config_ref_ref(ref);

        ck_assert_str_eq(strmap_get(config_ref_map(mine), "a"), "1");
        config_ref_unref(mine);
    }
    config_ref_unref(ref);
}

START_TEST(is_shared_between_threads)
{
    struct strmap map = STRMAP_INIT;
    struct thread threads[3] = {0};
    struct config_ref *ref;

    strmap_set(&map, "a", "1");
    ref = config_ref_new(&map);
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        thread_start(&threads[i], "borrower", borrow_often, config_ref_ref(ref));
    config_ref_unref(ref);
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        thread_join(&threads[i]);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, takes_the_map);
    test_add(suite, null_stays_null);
    test_add(suite, is_shared_between_threads);
}

TEST_MAIN("config_ref", fill)
