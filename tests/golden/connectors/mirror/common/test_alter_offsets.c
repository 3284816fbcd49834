/* SPDX-License-Identifier: Apache-2.0 */
/* What may be set as offsets: as Java's connectors answer. */
#include "connectors/mirror/common/alter_offsets.h"
#include "tests/golden/connectors/mirror/common/mirror_golden.h"

#include "lib/base/xmem.h"

#include <string.h>

typedef int alter_fn(const struct tern_config *config, const struct tern_offset_change *changes,
                     size_t count, bool *ret_handled, struct tern_error *err);

static json_t *root;

static alter_fn *connector_of(const char *name)
{
    if (strcmp(name, "source") == 0)
        return alter_offsets_source;
    return strcmp(name, "checkpoint") == 0 ? alter_offsets_checkpoint : alter_offsets_heartbeat;
}

static char *text_of(const json_t *value)
{
    return json_is_null(value) ? NULL : json_dumps(value, JSON_COMPACT);
}

START_TEST(changes_are_checked)
{
    const struct tern_config empty = {NULL, 0};
    json_t *row;
    size_t i;

    json_array_foreach(root, i, row)
    {
        CLEANUP(freep) char *partition = text_of(golden_get(row, "partition"));
        CLEANUP(freep) char *offset = text_of(golden_get(row, "offset"));
        const struct tern_offset_change change = {partition, offset};
        const char *expected = json_string_value(json_object_get(row, "error"));
        struct tern_error err = {0};
        bool handled = false;
        int rc = connector_of(golden_text(row, "connector"))(&empty, &change, 1, &handled, &err);

        ck_assert_msg((rc < 0) == (expected != NULL), "row %zu: %d, %s", i, rc, err.msg);
        ck_assert_int_eq(handled, !expected);
        if (expected)
            ck_assert_str_eq(err.msg, expected);
    }
    ck_assert_uint_eq(i, 149);
}
END_TEST

static const struct text_case {
    const char *partition, *offset, *why;
} text_cases[] = {
    {"{\"cluster\":\"A\"", "{\"offset\":1}", "Source partition is no JSON object"},
    {"[]", "{\"offset\":1}", "Source partition is no JSON object"},
    {"{\"cluster\":\"A\",\"topic\":\"t\",\"partition\":0}", "7", "Source offset is no JSON object"},
    {"{\"cluster\":\"A\",\"topic\":\"t\",\"partition\":0}", "{\"offset\":18446744073709551616}",
     "too big integer"},
};

/* What Java's reader of requests would have refused before. */
START_TEST(texts_that_are_no_objects)
{
    const struct text_case *row = &text_cases[_i];
    const struct tern_config empty = {NULL, 0};
    const struct tern_offset_change changes[] = {
        {"{\"cluster\":\"A\",\"topic\":\"t\",\"partition\":0}", "{\"offset\":1}"},
        {row->partition, row->offset}};
    struct tern_error err;
    bool handled = false;

    ck_assert_int_lt(alter_offsets_source(&empty, changes, 2, &handled, &err), 0);
    ck_assert(!handled);
    ck_assert_msg(strstr(err.msg, row->why), "%s", err.msg);
}
END_TEST

static void fill(Suite *suite)
{
    root = test_json("tests/golden/connectors/mirror/common/alter-offsets.json");
    test_add(suite, changes_are_checked);
    test_add_rows(suite, texts_that_are_no_objects, COUNT_OF(text_cases));
}

TEST_MAIN("alter_offsets", fill)
