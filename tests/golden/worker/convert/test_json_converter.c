/* SPDX-License-Identifier: Apache-2.0 */
/* What Java's JsonConverter answered: json-converter.json, every row. */
#include <string.h>

#include "lib/base/macros.h"
#include "lib/base/strmap.h"
#include "tests/golden/worker/convert/data_golden.h"
#include "tests/lib/testing.h"
#include "worker/convert/converter.h"
#include "worker/convert/json_priv.h"

enum {
    LIMIT = 1 << 20
};

static json_t *root; /* set by fill(), before the tests run */

static void check_error(const json_t *row, int rc, const struct tern_error *err)
{
    const json_t *error = json_object_get(row, "error");
    CLEANUP(buf_fini) struct buf expected = BUF_INIT(LIMIT);

    if (!error)
        ck_abort_msg("%s: %s (%s)", test_text(row, "name"), err->msg, err->where);
    ck_assert_int_lt(rc, 0);
    if (!strstr(err->msg, test_text(error, "message")))
        ck_abort_msg("%s: '%s' instead of '%s'", test_text(row, "name"), err->msg,
                     test_text(error, "message"));
}

static int open_row(const json_t *row, struct converter **ret, struct tern_error *err)
{
    const struct converter_class *cls = converter_find(CONVERT_VALUE, "JsonConverter");
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct tern_config config;
    const char *key;
    json_t *value;

    strmap_set(&settings, "converter.type", "value");
    json_object_foreach(json_object_get(row, "config"), key, value)
        strmap_set(&settings, key, json_string_value(value));
    config = strmap_config(&settings);
    return cls->open(cls, CONVERT_VALUE, &config, ret, err);
}

/* A struct of another schema than the one given cannot be said at the top of a value. */
static bool is_mismatch(const struct tern_value *v, const struct tern_schema *s)
{
    return v->type == TERN_VALUE_STRUCT && v->schema != s;
}

static void check_mismatch(const json_t *row, const struct tern_schema *s,
                           const struct tern_value *v)
{
    const struct json_settings settings = {.replace_null = true};
    CLEANUP(buf_fini) struct buf out = BUF_INIT(LIMIT);
    struct tern_error err;
    int rc = json_write_value(&out, &settings, s, v, &err);

    check_error(row, rc, &err);
}

static void check_from(const json_t *row, struct converter *c, struct arena *a)
{
    const struct tern_schema *s = golden_schema(a, json_object_get(row, "schema"));
    struct tern_value value = golden_value(a, json_object_get(row, "value"), s);
    const json_t *out = json_object_get(row, "out");
    struct tern_bytes bytes;
    struct tern_error err;

    if (is_mismatch(&value, s)) {
        check_mismatch(row, s, &value);
        return;
    }
    value.schema = s;
    for (int again = 0; again < 2; again++) { /* the second time the schema is known */
        CLEANUP(buf_fini) struct buf scratch = BUF_INIT(LIMIT);
        int rc = converter_from_connect(c, "t", &value, &scratch, &bytes, &err);

        if (rc < 0 || json_object_get(row, "error")) {
            check_error(row, rc, &err);
        } else if (json_is_null(out)) {
            ck_assert_ptr_null(bytes.data);
        } else {
            ck_assert_msg(bytes.size == json_string_length(out) &&
                              memcmp(bytes.data, json_string_value(out), bytes.size) == 0,
                          "%s: '%.*s' instead of '%s'", test_text(row, "name"), (int)bytes.size,
                          (const char *)bytes.data, json_string_value(out));
        }
    }
}

static void check_to(const json_t *row, struct converter *c, struct arena *a)
{
    const struct tern_schema *s = golden_schema(a, json_object_get(row, "schema"));
    const json_t *in = json_object_get(row, "in");
    struct tern_bytes bytes = {json_string_value(in), json_string_length(in)};

    for (int again = 0; again < 2; again++) {
        struct tern_value got, expected;
        struct tern_error err;
        int rc = converter_to_connect(c, "t", NULL, bytes, a, &got, &err);

        if (rc < 0 || json_object_get(row, "error")) {
            check_error(row, rc, &err);
            continue;
        }
        expected = golden_value(a, json_object_get(row, "value"), s);
        golden_check_value(&got, &expected, test_text(row, "name"));
        golden_check_schema(got.schema, s, test_text(row, "name"));
    }
}

START_TEST(rows)
{
    const json_t *row = json_array_get(test_array(root, "cases"), (size_t)_i);
    CLEANUP(arena_fini) struct arena a = ARENA_INIT;
    struct converter *c = NULL;
    struct tern_error err;

    if (open_row(row, &c, &err) < 0)
        check_error(row, -1, &err);
    else if (strcmp(test_text(row, "op"), "fromConnectData") == 0)
        check_from(row, c, &a);
    else
        check_to(row, c, &a);
    converter_close(c);
}
END_TEST

static void fill(Suite *suite)
{
    root = test_json("tests/golden/worker/convert/json-converter.json");
    test_add_rows(suite, rows, json_array_size(json_object_get(root, "cases")));
}

TEST_MAIN("json_converter", fill)
