/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/store/offset_map.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

static bool put(struct offset_map *m, const char *key, const char *value)
{
    CLEANUP(offset_record_fini) struct offset_record record = OFFSET_RECORD_INIT;
    struct tern_error err;

    if (offset_record_parse(slice_str(key), slice_str(value), &record, &err) < 0)
        return false;
    offset_map_apply(m, &record);
    return true;
}

static const struct {
    const char *name;
    struct slice key, value;
    bool accepted;
} parse_cases[] = {
    {"plain", {(const uint8_t *)"[\"c\",{\"f\":\"x\"}]", 15}, {(const uint8_t *)"{}", 2}, true},
    {"blanks are other bytes", {(const uint8_t *)"[\"c\", {}]", 9}, {NULL, 0}, true},
    {"null partition", {(const uint8_t *)"[\"c\",null]", 10}, {(const uint8_t *)"{}", 2}, true},
    {"null key", {NULL, 0}, {(const uint8_t *)"{}", 2}, false},
    {"empty key", {(const uint8_t *)"", 0}, {(const uint8_t *)"{}", 2}, false},
    {"no JSON", {(const uint8_t *)"abc", 3}, {(const uint8_t *)"{}", 2}, false},
    {"no list", {(const uint8_t *)"{\"a\":1}", 7}, {(const uint8_t *)"{}", 2}, false},
    {"one element", {(const uint8_t *)"[\"c\"]", 5}, {(const uint8_t *)"{}", 2}, false},
    {"three elements", {(const uint8_t *)"[\"c\",{},1]", 10}, {(const uint8_t *)"{}", 2}, false},
    {"name is no text", {(const uint8_t *)"[1,{}]", 6}, {(const uint8_t *)"{}", 2}, false},
    {"name with a NUL",
     {(const uint8_t *)"[\"\\u0000\",{}]", 13},
     {(const uint8_t *)"{}", 2},
     false},
    {"partition is no map", {(const uint8_t *)"[\"c\",[]]", 8}, {(const uint8_t *)"{}", 2}, false},
    {"NUL in the key", {(const uint8_t *)"[\"c\0\",{}]", 9}, {(const uint8_t *)"{}", 2}, false},
    {"NUL in the value", {(const uint8_t *)"[\"c\",{}]", 8}, {(const uint8_t *)"{\0}", 3}, false},
    {"not UTF-8", {(const uint8_t *)"[\"\xff\",{}]", 8}, {(const uint8_t *)"{}", 2}, false},
};

START_TEST(parse)
{
    struct offset_record record = OFFSET_RECORD_INIT;
    struct tern_error err;
    int rc = offset_record_parse(parse_cases[_i].key, parse_cases[_i].value, &record, &err);

    ck_assert_msg((rc == 0) == parse_cases[_i].accepted, "%s", parse_cases[_i].name);
    if (rc < 0)
        ck_assert_int_eq(err.code, TERN_EINVALID);
    offset_record_fini(&record);
}
END_TEST

START_TEST(sizes_are_bounded)
{
    CLEANUP(freep) char *key = xmalloc(OFFSET_KEY_MAX_BYTES + 1);
    struct offset_record record = OFFSET_RECORD_INIT;
    struct tern_error err;

    memset(key, 'x', OFFSET_KEY_MAX_BYTES + 1);
    memcpy(key, "[\"", 2);
    memcpy(key + OFFSET_KEY_MAX_BYTES - 5, "\",{}]", 5);
    ck_assert_ok(
        offset_record_parse(slice_of(key, OFFSET_KEY_MAX_BYTES), slice_str("{}"), &record, &err),
        err);
    offset_record_fini(&record);
    ck_assert_int_lt(offset_record_parse(slice_of(key, OFFSET_KEY_MAX_BYTES + 1), slice_str("{}"),
                                         &record, &err),
                     0);
    ck_assert_ptr_nonnull(strstr(err.msg, "262145"));
    ck_assert_int_lt(offset_record_parse(slice_str("[\"c\",{}]"),
                                         slice_of(key, OFFSET_VALUE_MAX_BYTES + 1), &record, &err),
                     0);
}
END_TEST

START_TEST(last_value_wins)
{
    struct offset_map m = OFFSET_MAP_INIT;

    ck_assert_ptr_null(offset_map_get(&m, "[\"c\",{}]"));
    ck_assert(put(&m, "[\"c\",{}]", NULL)); /* a tombstone of nothing */
    ck_assert(put(&m, "[\"c\",{}]", "{\"a\":1}"));
    ck_assert(put(&m, "[\"c\",{}]", "{\"a\":2}"));
    ck_assert_str_eq(offset_map_get(&m, "[\"c\",{}]"), "{\"a\":2}");
    ck_assert_ptr_null(offset_map_get(&m, "[\"c\", {}]"));
    ck_assert(!put(&m, "junk", "{}"));
    ck_assert(put(&m, "[\"c\",{}]", NULL));
    ck_assert_ptr_null(offset_map_get(&m, "[\"c\",{}]"));
    ck_assert_uint_eq(m.count, 0);
    ck_assert(put(&m, "[\"c\",{}]", "{}"));
    ck_assert(put(&m, "[\"c\",{}]", "")); /* Java reads no bytes as null */
    ck_assert_ptr_null(offset_map_get(&m, "[\"c\",{}]"));
    offset_map_fini(&m);
}
END_TEST

START_TEST(many_keys)
{
    enum {
        COUNT = 5000
    };
    struct offset_map m = OFFSET_MAP_INIT;
    char key[64], value[32];

    for (int i = 0; i < COUNT; i++) {
        snprintf(key, sizeof(key), "[\"c%d\",{\"p\":%d}]", i % 3, i);
        snprintf(value, sizeof(value), "{\"o\":%d}", i);
        ck_assert(put(&m, key, value));
    }
    for (int i = 0; i < COUNT; i += 2) {
        snprintf(key, sizeof(key), "[\"c%d\",{\"p\":%d}]", i % 3, i);
        ck_assert(put(&m, key, NULL));
    }
    ck_assert_uint_eq(m.count, COUNT / 2);
    for (int i = 0; i < COUNT; i++) {
        snprintf(key, sizeof(key), "[\"c%d\",{\"p\":%d}]", i % 3, i);
        snprintf(value, sizeof(value), "{\"o\":%d}", i);
        ck_assert_pstr_eq(offset_map_get(&m, key), i % 2 ? value : NULL);
    }
    offset_map_fini(&m);
}
END_TEST

START_TEST(copy_of_one_connector)
{
    struct offset_map m = OFFSET_MAP_INIT;
    struct offset_pair *pairs;
    size_t count;

    count = offset_map_copy(&m, "c", &pairs);
    ck_assert_uint_eq(count, 0);
    offset_pairs_free(pairs, count);
    ck_assert(put(&m, "[\"c\",{\"p\":2}]", "{\"o\":2}"));
    ck_assert(put(&m, "[\"c\",{\"p\":1}]", "{\"o\":1}"));
    ck_assert(put(&m, "[\"cc\",{\"p\":1}]", "{\"o\":3}"));
    ck_assert(put(&m, "[\"c\",null]", "{\"o\":4}"));
    count = offset_map_copy(&m, "c", &pairs);
    ck_assert_uint_eq(count, 2);
    ck_assert_str_eq(pairs[0].key, "[\"c\",{\"p\":1}]");
    ck_assert_str_eq(pairs[0].value, "{\"o\":1}");
    ck_assert_str_eq(pairs[1].key, "[\"c\",{\"p\":2}]");
    offset_pairs_free(pairs, count);
    ck_assert_str_eq(offset_map_get(&m, "[\"c\",null]"), "{\"o\":4}");
    offset_map_fini(&m);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, parse, COUNT_OF(parse_cases));
    test_add(suite, sizes_are_bounded);
    test_add(suite, last_value_wins);
    test_add(suite, many_keys);
    test_add(suite, copy_of_one_connector);
}

TEST_MAIN("offset_map", fill)
