/* SPDX-License-Identifier: Apache-2.0 */
/* Hashes and orders that a Java HashMap<String, String> has. */
#include "lib/conf/java_order.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/strmap.h"
#include "tests/lib/testing.h"

static const struct {
    const char *text;
    uint32_t hash;
} hashes[] = {
    {"", 0},
    {"a", 97},
    {"connector.class", 0xcc975c97},
    {"\xc3\xa4", 0xe4},
    {"\xf0\x9f\x98\x80", 31 * 0xd83d + 0xde00},
};

START_TEST(hash_of_text)
{
    ck_assert_uint_eq(java_hash(hashes[_i].text), hashes[_i].hash);
}
END_TEST

START_TEST(order_of_keys)
{
    /* as Java printed the map of a connector's configuration */
    const char *keys[] = {"a", "alpha", "b", "name", "tasks.max", "topic", "zeta"};
    static const char *const wanted[] = {"zeta", "a", "b", "tasks.max", "alpha", "name", "topic"};

    java_order_sort(keys, 7, 7);
    for (size_t i = 0; i < 7; i++)
        ck_assert_str_eq(keys[i], wanted[i]);
    java_order_sort(keys, 0, 0);
}
END_TEST

/* Those of one bucket stay as they were put in. */
START_TEST(order_within_a_bucket)
{
    const char *keys[] = {"schemas.enable", "schema.content", "decimal.format"};

    java_order_sort(keys, 3, 3);
    ck_assert_str_eq(keys[0], "decimal.format");
    ck_assert_str_eq(keys[1], "schemas.enable");
    ck_assert_str_eq(keys[2], "schema.content");
}
END_TEST

START_TEST(map_as_text)
{
    struct strmap map = STRMAP_INIT;
    struct tern_config view;
    char *text;

    strmap_set(&map, "name", "n");
    strmap_set(&map, "connector.class", NULL);
    view = strmap_config(&map);
    text = java_map_text(&view);
    ck_assert_str_eq(text, "{connector.class=null, name=n}");
    free(text);
    strmap_clear(&map);
    strmap_set(&map, "a", "b");
    strmap_set(&map, "name", "cfg");
    view = strmap_config(&map);
    text = java_map_text(&view);
    ck_assert_str_eq(text, "{name=cfg, a=b}");
    free(text);
    strmap_clear(&map);
    view = strmap_config(&map);
    text = java_map_text(&view);
    ck_assert_str_eq(text, "{}");
    free(text);
    strmap_fini(&map);
}
END_TEST

static void java_order_suite(Suite *suite)
{
    test_add_rows(suite, hash_of_text, sizeof(hashes) / sizeof(hashes[0]));
    test_add(suite, order_of_keys);
    test_add(suite, order_within_a_bucket);
    test_add(suite, map_as_text);
}

TEST_MAIN("java_order", java_order_suite)
