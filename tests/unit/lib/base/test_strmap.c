/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/strmap.h"

#include "tests/lib/testing.h"

static void check_sorted(const struct strmap *m)
{
    for (size_t i = 1; i < m->count; i++)
        ck_assert_str_lt(m->entries[i - 1].key, m->entries[i].key);
}

START_TEST(keeps_byte_order)
{
    static const char *const keys[] = {"b", "", "\xc3\xa9", "a.b", "a", "B", "a-b", "aa"};
    CLEANUP(strmap_fini) struct strmap m = STRMAP_INIT;

    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        strmap_set_fmt(&m, keys[i], "%zu", i);
        check_sorted(&m);
    }
    ck_assert_uint_eq(m.count, COUNT_OF(keys));
    for (size_t i = 0; i < COUNT_OF(keys); i++)
        ck_assert_int_eq(strmap_get(&m, keys[i])[0], (char)('0' + i));
}
END_TEST

START_TEST(null_is_not_absent)
{
    CLEANUP(strmap_fini) struct strmap m = STRMAP_INIT;
    struct tern_config view;

    strmap_set(&m, "null", NULL);
    ck_assert(strmap_has(&m, "null"));
    ck_assert_ptr_null(strmap_get(&m, "null"));
    ck_assert(!strmap_has(&m, "absent"));
    ck_assert(!strmap_set_if_absent(&m, "null", "x"));
    ck_assert_ptr_null(strmap_get(&m, "null"));
    ck_assert(strmap_set_if_absent(&m, "absent", "x"));
    view = strmap_config(&m);
    ck_assert_ptr_nonnull(config_find(&view, "null"));
    ck_assert_ptr_null(config_get(&view, "null"));
    ck_assert_str_eq(config_get(&view, "absent"), "x");
    ck_assert_ptr_null(config_find(&view, "other"));
}
END_TEST

START_TEST(replaces_with_its_own_value)
{
    CLEANUP(strmap_fini) struct strmap m = STRMAP_INIT;

    strmap_set(&m, "a", "hello");
    strmap_set(&m, "a", strmap_get(&m, "a") + 2);
    ck_assert_str_eq(strmap_get(&m, "a"), "llo");
    strmap_set(&m, "a", NULL);
    ck_assert_ptr_null(strmap_get(&m, "a"));
    ck_assert_uint_eq(m.count, 1);
}
END_TEST

START_TEST(removes)
{
    CLEANUP(strmap_fini) struct strmap m = STRMAP_INIT;

    for (int i = 0; i < 100; i++) {
        char key[16];

        snprintf(key, sizeof(key), "%d", i);
        strmap_set(&m, key, key);
    }
    ck_assert(strmap_remove(&m, "0"));
    ck_assert(!strmap_remove(&m, "0"));
    ck_assert(strmap_remove(&m, "99"));
    ck_assert(strmap_remove(&m, "50"));
    ck_assert_uint_eq(m.count, 97);
    ck_assert(!strmap_has(&m, "50"));
    check_sorted(&m);
    strmap_clear(&m);
    ck_assert_uint_eq(m.count, 0);
    strmap_set(&m, "again", "1");
    ck_assert_str_eq(strmap_get(&m, "again"), "1");
}
END_TEST

START_TEST(adds_all_and_prefixed)
{
    CLEANUP(strmap_fini) struct strmap src = STRMAP_INIT, dst = STRMAP_INIT;
    struct tern_config view;

    strmap_set(&src, "p.", "only the prefix");
    strmap_set(&src, "p.a", "1");
    strmap_set(&src, "p.b", NULL);
    strmap_set(&src, "pa", "no");
    strmap_set(&src, "q.a", "no");
    strmap_set(&dst, "a", "0");
    view = strmap_config(&src);
    strmap_add_prefixed(&dst, &view, "p.");
    ck_assert_uint_eq(dst.count, 2);
    ck_assert_str_eq(strmap_get(&dst, "a"), "1");
    ck_assert(strmap_has(&dst, "b"));
    ck_assert_ptr_null(strmap_get(&dst, "b"));
    strmap_add_all(&dst, &view);
    ck_assert_uint_eq(dst.count, 7);
}
END_TEST

START_TEST(equality)
{
    CLEANUP(strmap_fini) struct strmap a = STRMAP_INIT, b = STRMAP_INIT;
    struct tern_config va, vb;

    strmap_set(&a, "x", "1");
    strmap_set(&b, "x", "1");
    strmap_set(&a, "y", NULL);
    va = strmap_config(&a);
    vb = strmap_config(&b);
    ck_assert(!config_equal(&va, &vb));
    strmap_set(&b, "y", "");
    vb = strmap_config(&b);
    ck_assert(!config_equal(&va, &vb));
    strmap_set(&b, "y", NULL);
    ck_assert(config_equal(&va, &vb));
    strmap_set(&b, "x", "2");
    ck_assert(!config_equal(&va, &vb));
}
END_TEST

START_TEST(loops)
{
    CLEANUP(strmap_fini) struct strmap m = STRMAP_INIT;
    size_t seen = 0;

    STRMAP_FOREACH (&m, none) {
        ck_abort_msg("an empty map has '%s'", none->key);
    }
    strmap_set(&m, "a", "1");
    strmap_set(&m, "b", "2");
    STRMAP_FOREACH (&m, e) {
        ck_assert_str_eq(e->key, seen++ ? "b" : "a");
    }
    ck_assert_uint_eq(seen, 2);
}
END_TEST

START_TEST(affixes)
{
    ck_assert(str_starts_with("abc", ""));
    ck_assert(str_starts_with("abc", "abc"));
    ck_assert(!str_starts_with("ab", "abc"));
    ck_assert(str_starts_with_any("abc", (const char *const[]){"b", "ab", NULL}));
    ck_assert(!str_starts_with_any("abc", (const char *const[]){"b", "abcd", NULL}));
    ck_assert(!str_starts_with_any("abc", (const char *const[]){NULL}));
    ck_assert(str_ends_with("abc", "bc"));
    ck_assert(str_ends_with("abc", ""));
    ck_assert(!str_ends_with("bc", "abc"));
    ck_assert(!str_ends_with("abc", "b"));
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, keeps_byte_order);
    test_add(suite, null_is_not_absent);
    test_add(suite, replaces_with_its_own_value);
    test_add(suite, removes);
    test_add(suite, adds_all_and_prefixed);
    test_add(suite, equality);
    test_add(suite, loops);
    test_add(suite, affixes);
}

TEST_MAIN("strmap", fill)
