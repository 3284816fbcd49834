/* SPDX-License-Identifier: Apache-2.0 */
/* Versions and ranges beside Maven's own classes. */
#include <string.h>

#include "tests/lib/testing.h"
#include "worker/plugin/version_order.h"
#include "worker/plugin/version_range.h"

#include <stdlib.h>

static const char versions_json[] = "tests/golden/worker/plugin/versions.json";

static char sign(int order)
{
    return order < 0 ? '<' : order > 0 ? '>' : '=';
}

START_TEST(order_of_every_pair)
{
    json_t *golden = test_json(versions_json);
    const json_t *all = test_array(golden, "versions");

    ck_assert_uint_gt(json_array_size(all), 50);
    for (size_t i = 0; i < json_array_size(all); i++) {
        const char *a = test_text(json_array_get(all, i), "version");
        const char *order = test_text(json_array_get(all, i), "order");

        for (size_t k = 0; k < json_array_size(all); k++) {
            const char *b = test_text(json_array_get(all, k), "version");
            char ours = sign(version_compare(a, b));

            ck_assert_msg(ours == order[k], "'%s' %c '%s', the peer says %c", a, ours, b, order[k]);
        }
    }
    json_decref(golden);
}
END_TEST

static void check_range(const json_t *row, const json_t *versions)
{
    const char *spec = test_text(row, "spec");
    const json_t *error = json_object_get(row, "error");
    struct version_range range = {0};
    struct tern_error err;
    char *text;

    if (error) {
        ck_assert_msg(version_range_parse(spec, &range, &err) < 0, "%s", spec);
        ck_assert_str_eq(err.msg, json_string_value(error));
        return;
    }
    ck_assert_ok(version_range_parse(spec, &range, &err), err);
    text = version_range_text(&range);
    ck_assert_str_eq(text, test_text(row, "text"));
    free(text);
    for (size_t i = 0; i < json_array_size(versions); i++) {
        const char *version = test_text(json_array_get(versions, i), "version");
        bool has = version_range_has(&range, version);

        ck_assert_msg(has == (test_text(row, "has")[i] == '1'), "%s in %s: %d", version, spec, has);
    }
    version_range_fini(&range);
}

START_TEST(ranges)
{
    json_t *golden = test_json(versions_json);
    const json_t *all = test_array(golden, "ranges");

    for (size_t i = 0; i < json_array_size(all); i++)
        check_range(json_array_get(all, i), test_array(golden, "versions"));
    json_decref(golden);
}
END_TEST

/* What Connect makes of the text of a setting. */
START_TEST(requirements)
{
    json_t *golden = test_json("tests/golden/worker/plugin/requirements.json");
    const json_t *cases = test_array(golden, "cases");
    size_t count = 0;

    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *row = json_array_get(cases, i);
        const json_t *error = json_object_get(row, "error");
        struct version_range range = {0};
        struct tern_error err;
        char *text = NULL;

        count++;
        if (error) {
            ck_assert_int_lt(version_range_parse(test_text(row, "in"), &range, &err), 0);
            ck_assert_str_eq(err.msg, test_text(error, "message"));
            continue;
        }
        ck_assert_ok(version_range_parse(test_text(row, "in"), &range, &err), err);
        text = version_range_text(&range);
        ck_assert_pstr_eq(text, json_string_value(json_object_get(row, "range")));
        free(text);
        version_range_fini(&range);
    }
    ck_assert_uint_eq(count, 14);
    json_decref(golden);
}
END_TEST

START_TEST(none_and_undefined_come_first)
{
    ck_assert_int_lt(version_compare(NULL, "undefined"), 0);
    ck_assert_int_lt(version_compare("undefined", "1.0-alpha-1"), 0);
    ck_assert_int_eq(version_compare("undefined", "undefined"), 0);
    ck_assert_int_eq(version_compare(NULL, NULL), 0);
    ck_assert_int_gt(version_compare("0", "undefined"), 0);
}
END_TEST

static void versions_suite(Suite *suite)
{
    test_add(suite, order_of_every_pair);
    test_add(suite, ranges);
    test_add(suite, requirements);
    test_add(suite, none_and_undefined_come_first);
}

TEST_MAIN("versions", versions_suite)
