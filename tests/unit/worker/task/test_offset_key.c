/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/offset_key.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

static const struct key_case {
    const char *connector;
    struct tern_field fields[3];
    size_t count;
    const char *key; /* NULL: refused */
} key_cases[] = {
    {"c", {{.name = NULL}}, 0, "[\"c\",{}]"},
    {"c", {{"a", "x", 0}}, 1, "[\"c\",{\"a\":\"x\"}]"},
    {"c", {{"b", NULL, -5}, {"a", "", 0}}, 2, "[\"c\",{\"b\":-5,\"a\":\"\"}]"},
    {"a\"b\\c", {{"\n\x01", "\t/", 0}}, 1, "[\"a\\\"b\\\\c\",{\"\\n\\u0001\":\"\\t/\"}]"},
    {"日本", {{"é", "\xf0\x9f\x98\x80", 0}}, 1, "[\"日本\",{\"é\":\"\\uD83D\\uDE00\"}]"},
    {"c", {{"n", NULL, INT64_MIN}}, 1, "[\"c\",{\"n\":-9223372036854775808}]"},
    {"c", {{"a", "\xff", 0}}, 1, NULL},
    {"\xc3", {{"a", "x", 0}}, 1, NULL},
    {"c", {{NULL, "x", 0}}, 1, NULL},
};

START_TEST(keys)
{
    const struct key_case *row = &key_cases[_i];
    CLEANUP(freep) char *key = offset_key_text(row->connector, row->fields, row->count);

    if (row->key)
        ck_assert_str_eq(key, row->key);
    else
        ck_assert_ptr_null(key);
}
END_TEST

START_TEST(keys_have_a_limit)
{
    CLEANUP(freep) char *large = xmalloc(OFFSET_KEY_MAX_BYTES + 1);
    struct tern_field field = {"a", large, 0};

    memset(large, 'x', OFFSET_KEY_MAX_BYTES);
    large[OFFSET_KEY_MAX_BYTES] = '\0';
    ck_assert_ptr_null(offset_key_text("c", &field, 1));
    large[OFFSET_KEY_MAX_BYTES - 100] = '\0';
    free(offset_key_text("c", &field, 1));
}
END_TEST

static const struct value_case {
    const char *value;
    const char *name;
    bool known;
    int64_t number;
    const char *error; /* NULL: read */
} value_cases[] = {
    {NULL, "n", false, INT64_MIN, NULL},
    {"", "n", false, INT64_MIN, NULL},
    {"null", "n", false, INT64_MIN, NULL},
    {"{}", "n", true, INT64_MIN, NULL},
    {"{\"n\":7}", "n", true, 7, NULL},
    {"{\"n\":-9223372036854775808}", "n", true, INT64_MIN, NULL},
    {"{\"n\":7}", "m", true, INT64_MIN, NULL},
    {"{\"n\":7.0}", "n", true, INT64_MIN, NULL},
    {"{\"n\":\"7\"}", "n", true, INT64_MIN, NULL},
    {"{\"n\":null,\"m\":true}", "n", true, INT64_MIN, NULL},
    {"{\"n\":{}}", "n", false, 0,
     "Offsets may only contain primitive types as values, but field n "
     "contains MAP"},
    {"{\"n\":1,\"m\":[]}", "n", false, 0,
     "Offsets may only contain primitive types as values, but "
     "field m contains ARRAY"},
    {"[1]", "n", false, 0, "Offsets must be specified as a Map"},
    {"7", "n", false, 0, "Offsets must be specified as a Map"},
    {"{\"n\":", "n", false, 0, "reading a source offset: "},
};

START_TEST(values)
{
    const struct value_case *row = &value_cases[_i];
    struct tern_source_offset offset = {.number = 42};
    struct tern_error err;

    if (row->error) {
        ck_assert_int_lt(offset_value_parse(row->value, row->name, &offset, &err), 0);
        ck_assert_int_eq(err.code, TERN_EINVALID);
        ck_assert_int_eq(strncmp(err.msg, row->error, strlen(row->error)), 0);
        ck_assert_int_eq(offset.number, 42);
        return;
    }
    ck_assert_ok(offset_value_parse(row->value, row->name, &offset, &err), err);
    ck_assert(offset.known == row->known);
    ck_assert_int_eq(offset.number, row->number);
    ck_assert_ptr_eq(offset.json, row->known ? row->value : NULL);
}
END_TEST

START_TEST(value_texts)
{
    CLEANUP(freep) char *plain = offset_value_text("offset", 12);
    CLEANUP(freep) char *escaped = offset_value_text("a\"b", -1);

    ck_assert_str_eq(plain, "{\"offset\":12}");
    ck_assert_str_eq(escaped, "{\"a\\\"b\":-1}");
    ck_assert_ptr_null(offset_value_text("\xfe", 1));
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, keys, COUNT_OF(key_cases));
    test_add(suite, keys_have_a_limit);
    test_add_rows(suite, values, COUNT_OF(value_cases));
    test_add(suite, value_texts);
}

TEST_MAIN("offset_key", fill)
