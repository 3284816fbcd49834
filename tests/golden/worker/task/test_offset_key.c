/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Offset keys and values as Java wrote them, byte for byte: those of its hash maps
 * (offset-key-order.json, where the order of fields is the plugin's business), and those of
 * the mirror connectors (mm2-records.json).
 */
#include "worker/task/offset_key.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

enum {
    FIELDS_MAX = 32
};

static json_t *order, *mirror; /* set by fill(), before the tests run */

/* The fields of a key's object, in its order; the texts are the object's. */
static size_t fields_of(json_t *object, struct tern_field *fields)
{
    const char *name;
    json_t *member;
    size_t count = 0;

    json_object_foreach(object, name, member)
    {
        ck_assert_uint_lt(count, FIELDS_MAX);
        fields[count].name = name;
        fields[count].text = json_string_value(member);
        fields[count].number = json_integer_value(member);
        count++;
    }
    return count;
}

static void check_key(const char *java)
{
    json_t *key = json_loads(java, 0, NULL);
    struct tern_field fields[FIELDS_MAX];
    size_t count;
    char *text;

    ck_assert_ptr_nonnull(key);
    count = fields_of(json_array_get(key, 1), fields);
    text = offset_key_text(json_string_value(json_array_get(key, 0)), fields, count);
    ck_assert_str_eq(text, java);
    free(text);
    json_decref(key);
}

START_TEST(keys_of_hash_maps)
{
    const json_t *row;
    size_t i;

    ck_assert_uint_ge(json_array_size(test_array(order, "cases")), 10);
    json_array_foreach(test_array(order, "cases"), i, row)
    {
        check_key(test_text(row, "offset_key_bytes"));
    }
}
END_TEST

static void check_value(const char *java)
{
    struct tern_source_offset offset;
    struct tern_error err;
    char *text;

    ck_assert_ok(offset_value_parse(java, "offset", &offset, &err), err);
    ck_assert(offset.known);
    ck_assert_ptr_eq(offset.json, java);
    text = offset_value_text("offset", offset.number);
    ck_assert_str_eq(text, java);
    free(text);
}

/* Every object below value that has an offset key; how many there are. */
static int check_below(const json_t *value)
{
    const char *name;
    json_t *member;
    size_t i;
    int count = 0;

    if (json_is_array(value)) {
        json_array_foreach(value, i, member)
        {
            count += check_below(member);
        }
    } else if (json_is_object(value)) {
        if (json_object_get(value, "connect_offset_key_json")) {
            check_key(test_text(value, "connect_offset_key_json"));
            check_value(test_text(value, "connect_offset_value_json"));
            count++;
        }
        json_object_foreach((json_t *)(uintptr_t)value, name, member)
        {
            count += check_below(member);
        }
    }
    return count;
}

START_TEST(keys_of_mirror_connectors)
{
    ck_assert_int_eq(check_below(mirror), 11);
}
END_TEST

static void fill(Suite *suite)
{
    order = test_json("tests/golden/worker/task/offset-key-order.json");
    mirror = test_json("tests/golden/worker/task/mm2-records.json");
    test_add(suite, keys_of_hash_maps);
    test_add(suite, keys_of_mirror_connectors);
}

TEST_MAIN("offset_key", fill)
