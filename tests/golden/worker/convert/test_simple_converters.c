/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Java's converters answered (simple-converters.json), for those that this worker has and
 * the values that a plugin can hand it: nulls, primitives, strings and bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/macros.h"
#include "tests/lib/testing.h"
#include "worker/convert/converter.h"

enum {
    LIMIT = 1 << 16
};

static json_t *root; /* set by fill(), before the tests run */

static const struct {
    const char *name;
    enum tern_value_type type;
} types[] = {
    {"null", TERN_VALUE_NULL},       {"boolean", TERN_VALUE_BOOLEAN}, {"int8", TERN_VALUE_INT8},
    {"int16", TERN_VALUE_INT16},     {"int32", TERN_VALUE_INT32},     {"int64", TERN_VALUE_INT64},
    {"float32", TERN_VALUE_FLOAT32}, {"float64", TERN_VALUE_FLOAT64}, {"string", TERN_VALUE_STRING},
    {"bytes", TERN_VALUE_BYTES},
};

/* False for a type that the ABI does not have. The content of bytes is in store. */
static bool read_value(const json_t *row, struct buf *store, struct tern_value *ret)
{
    const json_t *value = json_object_get(row, "value");
    const char *type = test_text(value, "t");

    *ret = (struct tern_value){.schema = NULL};
    if (json_is_object(json_object_get(row, "schema")))
        ret->schema = (const struct tern_schema *)(const void *)row; /* there is one */
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        if (strcmp(types[i].name, type) != 0)
            continue;
        ret->type = types[i].type;
        if (ret->type == TERN_VALUE_BYTES) {
            test_unhex(test_text(value, "hex"), store);
            ret->as.bytes = (struct tern_bytes){buf_str(store), store->len};
        } else if (ret->type == TERN_VALUE_STRING) {
            buf_add_str(store, test_text(value, "v"));
            ret->as.bytes = (struct tern_bytes){buf_str(store), store->len};
        } else if (ret->type == TERN_VALUE_BOOLEAN) {
            ret->as.boolean = strcmp(test_text(value, "v"), "true") == 0;
        } else if (ret->type == TERN_VALUE_FLOAT32) {
            ret->as.number = (double)strtof(test_text(value, "v"), NULL);
        } else if (ret->type == TERN_VALUE_FLOAT64) {
            ret->as.number = strtod(test_text(value, "v"), NULL);
        } else if (ret->type != TERN_VALUE_NULL) {
            ret->as.integer = strtoll(test_text(value, "v"), NULL, 10);
        }
        return true;
    }
    return false;
}

/* The expected bytes; false: null. */
static bool read_output(const json_t *row, struct buf *out)
{
    const json_t *hex = json_object_get(row, "out_hex"), *text = json_object_get(row, "out");

    if (json_is_string(hex))
        test_unhex(json_string_value(hex), out);
    else if (json_is_string(text))
        buf_add_str(out, json_string_value(text));
    else
        return false;
    return true;
}

static void check_row(const json_t *row, struct converter *c, const struct tern_value *value)
{
    CLEANUP(buf_fini) struct buf expected = BUF_INIT(LIMIT);
    CLEANUP(buf_fini) struct buf scratch = BUF_INIT(LIMIT);
    const json_t *error = json_object_get(row, "error");
    struct tern_bytes bytes;
    struct tern_error err;
    int rc = converter_from_connect(c, "t", value, &scratch, &bytes, &err);

    if (error) {
        ck_assert_int_lt(rc, 0);
        ck_assert_str_eq(err.msg, test_text(error, "message"));
        return;
    }
    ck_assert_ok(rc, err);
    if (read_output(row, &expected))
        ck_assert(slice_equal(slice_of(bytes.data, bytes.size),
                              slice_of(buf_str(&expected), expected.len)));
    else
        ck_assert_ptr_null(bytes.data);
}

/* Checks every row of one converter and operation; how many there were. */
static int check_rows(const char *name, const char *op, enum converter_role role)
{
    const struct converter_class *cls = converter_find(role, name);
    const struct tern_config none = {NULL, 0};
    struct converter *c;
    struct tern_error err;
    const json_t *row;
    size_t i;
    int checked = 0;

    ck_assert_ptr_nonnull(cls);
    ck_assert_ok(cls->open(cls, role, &none, &c, &err), err);
    json_array_foreach(test_array(root, "cases"), i, row)
    {
        CLEANUP(buf_fini) struct buf store = BUF_INIT(LIMIT);
        struct tern_value value;

        if (strcmp(test_text(row, "conv"), name) != 0 || strcmp(test_text(row, "op"), op) != 0 ||
            !read_value(row, &store, &value))
            continue;
        check_row(row, c, &value);
        checked++;
    }
    converter_close(c);
    return checked;
}

START_TEST(byte_arrays)
{
    ck_assert_int_eq(check_rows("ByteArrayConverter", "fromConnectData", CONVERT_KEY), 4);
    ck_assert_int_eq(check_rows("ByteArrayConverter", "fromConnectData", CONVERT_VALUE), 4);
}
END_TEST

START_TEST(headers)
{
    ck_assert_int_eq(check_rows("SimpleHeaderConverter", "fromConnectHeader", CONVERT_HEADER), 8);
}
END_TEST

static void fill(Suite *suite)
{
    root = test_json("tests/golden/worker/convert/simple-converters.json");
    test_add(suite, byte_arrays);
    test_add(suite, headers);
}

TEST_MAIN("simple_converters", fill)
