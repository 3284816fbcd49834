/* SPDX-License-Identifier: Apache-2.0 */
/* Every text of properties.json is read as java.util.Properties read it. */
#include "lib/conf/properties.h"

#include <string.h>

#include "tests/lib/testing.h"

static void check_map(size_t row, const struct strmap *got, const json_t *want)
{
    ck_assert_msg(got->count == json_object_size(want), "row %zu: %zu entries", row, got->count);
    STRMAP_FOREACH (got, e) {
        const char *value = json_string_value(json_object_get(want, e->key));

        ck_assert_msg(value != NULL, "row %zu: key '%s'", row, e->key);
        ck_assert_msg(strcmp(value, e->value) == 0, "row %zu: key '%s': '%s', not '%s'", row,
                      e->key, e->value, value);
    }
}

static void check_row(size_t row, const struct buf *in, enum properties_encoding encoding,
                      const json_t *want)
{
    CLEANUP(strmap_fini) struct strmap got = STRMAP_INIT, lines = STRMAP_INIT;
    struct tern_error err = {0};
    int rc = properties_parse_as(encoding, in->data, in->len, "f", &got, &lines, &err);

    if (json_is_object(want)) {
        ck_assert_msg(rc == 0, "row %zu: %s", row, err.msg);
        check_map(row, &got, want);
        ck_assert_uint_eq(lines.count, got.count);
        return;
    }
    ck_assert_msg(rc == -1, "row %zu is read", row);
    ck_assert_uint_eq(got.count, 0);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    if (strcmp(json_string_value(want), "unholdable") == 0)
        ck_assert_msg(strstr(err.msg, "a NUL character") || strstr(err.msg, "half of a surrogate"),
                      "row %zu: %s", row, err.msg);
    else
        ck_assert_msg(strstr(err.msg, "malformed"), "row %zu: %s", row, err.msg);
}

static void check_all(const char *member, enum properties_encoding encoding)
{
    json_t *golden = test_json("tests/golden/lib/conf/properties.json");
    const json_t *rows = test_array(golden, "rows");

    ck_assert_uint_gt(json_array_size(rows), 700);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        CLEANUP(buf_fini) struct buf in = BUF_INIT(1 << 16);

        test_unhex(test_text(row, "in"), &in);
        check_row(i, &in, encoding, json_object_get(row, member));
    }
    json_decref(golden);
}

START_TEST(latin1)
{
    check_all("latin1", PROPERTIES_LATIN1);
}
END_TEST

START_TEST(utf8)
{
    check_all("utf8", PROPERTIES_UTF8);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, latin1);
    test_add(suite, utf8);
}

TEST_MAIN("properties as java.util.Properties", fill)
