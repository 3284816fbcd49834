/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two Java workers over a dozen joins: from the assignments that each was given, the metadata of
 * its next join comes out byte for byte.
 */
#include "tests/lib/testing.h"
#include "worker/group/held.h"

#include <string.h>

enum {
    LIMIT = 1 << 20,
};

static json_t *trace; /* set by fill(), before the tests run */

/* Each in its version, with the URL and the offset that the worker told. */
static void same_metadata(const struct held *h, const char *hex)
{
    CLEANUP(protocol_metadata_fini) struct protocol_metadata m = {0};
    CLEANUP(buf_fini) struct buf theirs = BUF_INIT(LIMIT), ours = BUF_INIT(LIMIT);
    struct tern_error err;

    test_unhex(hex, &theirs);
    ck_assert_ok(protocol_metadata_decode(buf_slice(&theirs), &m, &err), err);
    held_put_metadata(h, m.url, m.offset, (enum group_protocol)m.version, &ours);
    ck_assert_msg(slice_equal(buf_slice(&ours), buf_slice(&theirs)), "%s", hex);
}

static void apply(struct held *h, const char *hex)
{
    CLEANUP(protocol_assignment_fini) struct protocol_assignment a = {0};
    CLEANUP(work_fini) struct work revoked = WORK_INIT;
    CLEANUP(buf_fini) struct buf bytes = BUF_INIT(LIMIT);
    struct tern_error err;

    test_unhex(hex, &bytes);
    ck_assert_ok(protocol_assignment_decode(buf_slice(&bytes), &a, &err), err);
    held_apply(h, (enum group_protocol)a.version, &a, &revoked);
    ck_assert(h->is_known && work_list_is_empty(&a.assigned));
}

START_TEST(replay)
{
    const char *worker = _i ? "w2" : "w1";
    struct held h = {0};
    int joins = 0;
    json_t *row, *item;
    size_t i, k;

    json_array_foreach(trace, i, row)
    {
        const json_t *protocols = json_object_get(row, "protocols");
        const char *member = json_string_value(json_object_get(row, "memberId"));

        if (strcmp(test_text(row, "worker"), worker) != 0)
            continue;
        if (strcmp(test_text(row, "msg"), "SyncGroupResponse") == 0)
            apply(&h, test_text(row, "assignmentHex"));
        if (!protocols)
            continue;
        if (joins > 0 && h.is_known && !*member)
            held_drop(&h); /* the worker was started anew */
        json_array_foreach(protocols, k, item) same_metadata(&h, test_text(item, "metadataHex"));
        joins++;
    }
    ck_assert_int_gt(joins, 3);
    held_drop(&h);
}
END_TEST

static void fill(Suite *suite)
{
    trace = test_json("tests/golden/worker/group/group-trace.json");
    test_add_rows(suite, replay, 2);
}

TEST_MAIN("held", fill)
