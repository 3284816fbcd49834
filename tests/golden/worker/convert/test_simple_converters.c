/* SPDX-License-Identifier: Apache-2.0 */
/* What Java's converters answered, but for JsonConverter: simple-*.json. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/macros.h"
#include "lib/base/strmap.h"
#include "tests/golden/worker/convert/data_golden.h"
#include "tests/lib/testing.h"
#include "worker/convert/converter.h"

enum {
    LIMIT = 1 << 16
};

static json_t *root, *more; /* set by fill(), before the tests run */

/* The expected or given bytes; false: null. */
static bool read_bytes(const json_t *row, const char *hex_name, const char *text_name,
                       struct buf *out)
{
    const json_t *hex = json_object_get(row, hex_name), *text = json_object_get(row, text_name);

    if (json_is_string(hex))
        test_unhex(json_string_value(hex), out);
    else if (json_is_string(text))
        buf_add(out, json_string_value(text), json_string_length(text));
    else
        return false;
    return true;
}

static void check_error(const json_t *error, int rc, const struct tern_error *err)
{
    ck_assert_int_lt(rc, 0);
    /* where Java has a cause of its own, its text follows */
    if (!str_starts_with(err->msg, test_text(error, "message")))
        ck_abort_msg("%s", err->msg);
}

static struct converter *open_row(const json_t *row, enum converter_role role, int *ret_rc,
                                  struct tern_error *err)
{
    const struct converter_class *cls = converter_find(role, test_text(row, "conv"));
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct tern_config config;
    struct converter *c = NULL;
    const char *key;
    json_t *value;

    ck_assert_ptr_nonnull(cls);
    strmap_set(&settings, "converter.type", role == CONVERT_HEADER ? "header" : "value");
    json_object_foreach(json_object_get(row, "config"), key, value)
        strmap_set(&settings, key, json_string_value(value));
    config = strmap_config(&settings);
    *ret_rc = cls->open(cls, role, &config, &c, err);
    return c;
}

static void check_from(const json_t *row, struct converter *c, struct arena *a)
{
    const struct tern_schema *s = golden_schema(a, json_object_get(row, "schema"));
    struct tern_value value = golden_value(a, json_object_get(row, "value"), s);
    CLEANUP(buf_fini) struct buf expected = BUF_INIT(LIMIT);
    CLEANUP(buf_fini) struct buf scratch = BUF_INIT(LIMIT);
    const json_t *error = json_object_get(row, "error");
    struct tern_bytes bytes;
    struct tern_error err;
    int rc;

    value.schema = s;
    rc = converter_from_connect(c, "t", &value, &scratch, &bytes, &err);
    if (error) {
        check_error(error, rc, &err);
        return;
    }
    ck_assert_ok(rc, err);
    if (read_bytes(row, "out_hex", "out", &expected))
        ck_assert_msg(slice_equal(slice_of(bytes.data, bytes.size),
                                  slice_of(buf_str(&expected), expected.len)),
                      "'%.*s' instead of '%s'", (int)bytes.size, (const char *)bytes.data,
                      buf_str(&expected));
    else
        ck_assert_ptr_null(bytes.data);
}

static void check_to(const json_t *row, struct converter *c, struct arena *a)
{
    const struct tern_schema *s = golden_schema(a, json_object_get(row, "schema"));
    const json_t *error = json_object_get(row, "error"), *json = json_object_get(row, "value");
    CLEANUP(buf_fini) struct buf input = BUF_INIT(LIMIT);
    struct tern_bytes bytes = {NULL, 0};
    struct tern_value got, expected = {.type = TERN_VALUE_NULL};
    struct tern_error err;
    int rc;

    if (read_bytes(row, "in_hex", "in", &input))
        bytes = (struct tern_bytes){buf_str(&input), input.len};
    rc = converter_to_connect(c, "t", "k", bytes, a, &got, &err);
    if (error) {
        check_error(error, rc, &err);
        return;
    }
    ck_assert_ok(rc, err);
    if (json)
        expected = golden_value(a, json, s);
    golden_check_value(&got, &expected, buf_str(&input));
    golden_check_schema(got.schema, s, buf_str(&input));
}

static void check_row(const json_t *row)
{
    CLEANUP(arena_fini) struct arena a = ARENA_INIT;
    const char *op = test_text(row, "op");
    bool is_header = strstr(op, "Header") != NULL;
    struct tern_error err;
    struct converter *c;
    int rc;

    c = open_row(row, is_header ? CONVERT_HEADER : CONVERT_VALUE, &rc, &err);
    if (rc < 0)
        check_error(json_object_get(row, "error"), rc, &err);
    else if (str_starts_with(op, "from"))
        check_from(row, c, &a);
    else
        check_to(row, c, &a);
    converter_close(c);
}

START_TEST(rows)
{
    check_row(json_array_get(test_array(root, "cases"), (size_t)_i));
}
END_TEST

START_TEST(more_headers)
{
    check_row(json_array_get(test_array(more, "cases"), (size_t)_i));
}
END_TEST

static void fill(Suite *suite)
{
    setenv("TZ", "UTC", 1); /* NOLINT(concurrency-mt-unsafe): there is one thread */
    root = test_json("tests/golden/worker/convert/simple-converters.json");
    more = test_json("tests/golden/worker/convert/simple-header-more.json");
    test_add_rows(suite, rows, json_array_size(json_object_get(root, "cases")));
    test_add_rows(suite, more_headers, json_array_size(json_object_get(more, "cases")));
}

TEST_MAIN("simple_converters", fill)
