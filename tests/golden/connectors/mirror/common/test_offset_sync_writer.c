/* SPDX-License-Identifier: Apache-2.0 */
/* Which records make an offset sync due at once. */
#include "connectors/mirror/common/offset_sync_writer.h"
#include "tests/golden/connectors/mirror/common/mirror_golden.h"

static json_t *root; /* set by fill(), before the tests run */

struct run {
    struct offset_sync_writer *writer;
    const json_t *expected; /* [upstream, downstream] of the syncs */
    size_t seen;
};

static bool record(struct run *run, int64_t upstream, int64_t downstream)
{
    struct offset_sync_due due;
    json_t *pair;
    bool is_due = offset_sync_writer_update(run->writer, 0, upstream, downstream);

    ck_assert(offset_sync_writer_next(run->writer, &due) == is_due);
    if (!is_due)
        return false;
    offset_sync_writer_completed(run->writer);
    pair = json_array_get(run->expected, run->seen++);
    ck_assert_int_eq(due.upstream_offset, json_integer_value(json_array_get(pair, 0)));
    ck_assert_int_eq(due.downstream_offset, json_integer_value(json_array_get(pair, 1)));
    return true;
}

START_TEST(immediate_syncs)
{
    json_t *scenario, *row;
    size_t i, j;

    json_array_foreach(root, i, scenario)
    {
        json_t *records = golden_get(scenario, "records_upstream_downstream_immediate");
        struct run run = {.writer =
                              offset_sync_writer_new(1, golden_int(scenario, "offset.lag.max")),
                          .expected = golden_get(scenario, "immediate_syncs")};

        if (json_is_string(records)) { /* "0..310 contiguous, downstream==upstream" */
            for (int64_t offset = 0; offset <= 310; offset++)
                record(&run, offset, offset);
        }
        json_array_foreach(records, j, row)
        {
            bool is_due = record(&run, json_integer_value(json_array_get(row, 0)),
                                 json_integer_value(json_array_get(row, 1)));

            ck_assert(is_due == json_is_true(json_array_get(row, 2)));
        }
        ck_assert_uint_eq(run.seen, json_array_size(run.expected));
        offset_sync_writer_free(run.writer);
    }
    ck_assert_uint_eq(i, 6);
}
END_TEST

static void fill(Suite *suite)
{
    root = test_json("tests/golden/connectors/mirror/common/offset-sync-writer.json");
    test_add(suite, immediate_syncs);
}

TEST_MAIN("offset_sync_writer", fill)
