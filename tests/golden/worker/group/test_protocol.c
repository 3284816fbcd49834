/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of metadata and assignments, both ways; what is tolerated; a live trace. */
#include "tests/golden/worker/group/group_golden.h"
#include "worker/group/membership.h"
#include "worker/group/protocol.h"

#include <string.h>

#include "lib/base/xmem.h"

enum {
    LIMIT = 1 << 20,
};

static json_t *root, *trace; /* set by fill(), before the tests run */

static int16_t version_of(const char *protocol)
{
    static const char *const names[] = {"default", "compatible", "sessioned"};

    for (int16_t i = 0; i < (int16_t)COUNT_OF(names); i++) {
        if (strcmp(names[i], protocol) == 0)
            return i;
    }
    ck_abort_msg("no protocol is called '%s'", protocol);
    return -1;
}

static void read_assignment(const json_t *row, struct protocol_assignment *a)
{
    a->error = (int16_t)golden_number(row, "error");
    a->leader = xstrdup(test_text(row, "leader"));
    a->leader_url = xstrdup(test_text(row, "leaderUrl"));
    a->offset = golden_number(row, "configOffset");
    golden_list(row, "connectors", "tasks", &a->assigned);
    golden_list(row, "revokedConnectors", "revokedTasks", &a->revoked);
    if (json_object_get(row, "delay"))
        a->delay_ms = (int32_t)golden_number(row, "delay");
}

static void read_metadata(const json_t *row, struct protocol_metadata *m)
{
    const json_t *current = json_object_get(row, "assignment");

    m->url = xstrdup(test_text(row, "url"));
    m->offset = golden_number(row, "configOffset");
    m->has_current = !json_is_null(current);
    if (m->has_current)
        read_assignment(current, &m->current);
}

/* Version 0 has no revoked work and no delay. */
static void same_assignment(const struct protocol_assignment *ours,
                            const struct protocol_assignment *theirs)
{
    static const struct work_list none;
    bool is_eager = ours->version == 0;

    ck_assert_int_eq(ours->error, theirs->error);
    ck_assert_str_eq(ours->leader, theirs->leader);
    ck_assert_str_eq(ours->leader_url, theirs->leader_url);
    ck_assert_int_eq(ours->offset, theirs->offset);
    ck_assert_int_eq(ours->delay_ms, is_eager ? 0 : theirs->delay_ms);
    golden_same_list("assigned", &ours->assigned, &theirs->assigned);
    golden_same_list("revoked", &ours->revoked, is_eager ? &none : &theirs->revoked);
}

static void check_assignment(const json_t *row, int16_t version, struct slice bytes)
{
    CLEANUP(protocol_assignment_fini) struct protocol_assignment in = {0}, out = {0};
    CLEANUP(buf_fini) struct buf ours = BUF_INIT(LIMIT);
    struct tern_error err;

    read_assignment(json_object_get(row, "input"), &in);
    protocol_assignment_encode(&in, version, &ours);
    ck_assert(slice_equal(buf_slice(&ours), bytes));
    ck_assert_ok(protocol_assignment_decode(bytes, &out, &err), err);
    ck_assert_int_eq(out.version, version);
    same_assignment(&out, &in);
}

static void check_metadata(const json_t *row, int16_t version, struct slice bytes)
{
    CLEANUP(protocol_metadata_fini) struct protocol_metadata in = {0}, out = {0};
    CLEANUP(buf_fini) struct buf ours = BUF_INIT(LIMIT);
    struct tern_error err;

    read_metadata(json_object_get(row, "input"), &in);
    protocol_metadata_encode(&in, version, &ours);
    ck_assert(slice_equal(buf_slice(&ours), bytes));
    ck_assert_ok(protocol_metadata_decode(bytes, &out, &err), err);
    ck_assert_int_eq(out.version, version);
    ck_assert_str_eq(out.url, in.url);
    ck_assert_int_eq(out.offset, in.offset);
    ck_assert(out.has_current == (in.has_current && version > 0));
    if (out.has_current)
        same_assignment(&out.current, &in.current);
}

START_TEST(vector)
{
    const json_t *row = json_array_get(test_array(root, "vectors"), (size_t)_i);
    CLEANUP(buf_fini) struct buf bytes = BUF_INIT(LIMIT);
    int16_t version = version_of(test_text(row, "protocol"));

    test_unhex(test_text(row, "hex"), &bytes);
    if (strcmp(test_text(row, "kind"), "metadata") == 0)
        check_metadata(row, version, buf_slice(&bytes));
    else
        check_assignment(row, version, buf_slice(&bytes));
}
END_TEST

START_TEST(tolerance)
{
    const json_t *row = json_array_get(test_array(root, "decodeOnly"), (size_t)_i);
    const json_t *decoded = json_object_get(row, "decoded");
    CLEANUP(protocol_assignment_fini) struct protocol_assignment in = {0}, out = {0};
    CLEANUP(buf_fini) struct buf bytes = BUF_INIT(LIMIT);
    struct tern_error err;
    int rc;

    test_unhex(test_text(row, "hex"), &bytes);
    rc = protocol_assignment_decode(buf_slice(&bytes), &out, &err);
    if (!decoded) {
        ck_assert_int_eq(rc, -1);
        ck_assert_int_eq(err.code, TERN_EINVALID);
        return;
    }
    ck_assert_ok(rc, err);
    read_assignment(decoded, &in);
    ck_assert_int_eq(out.version, golden_number(decoded, "version"));
    same_assignment(&out, &in);
}
END_TEST

/* What Java workers sent comes out of our encoder as it went in. */
static void same_metadata(const char *hex)
{
    CLEANUP(protocol_metadata_fini) struct protocol_metadata m = {0};
    CLEANUP(buf_fini) struct buf theirs = BUF_INIT(LIMIT), ours = BUF_INIT(LIMIT);
    struct tern_error err;

    test_unhex(hex, &theirs);
    ck_assert_ok(protocol_metadata_decode(buf_slice(&theirs), &m, &err), err);
    protocol_metadata_encode(&m, m.version, &ours);
    ck_assert(slice_equal(buf_slice(&ours), buf_slice(&theirs)));
}

static void same_trace_assignment(const char *hex)
{
    CLEANUP(protocol_assignment_fini) struct protocol_assignment a = {0};
    CLEANUP(buf_fini) struct buf theirs = BUF_INIT(LIMIT), ours = BUF_INIT(LIMIT);
    struct tern_error err;

    test_unhex(hex, &theirs);
    ck_assert_ok(protocol_assignment_decode(buf_slice(&theirs), &a, &err), err);
    ck_assert_int_eq(a.error, ASSIGNMENT_OK);
    protocol_assignment_encode(&a, a.version, &ours);
    ck_assert(slice_equal(buf_slice(&ours), buf_slice(&theirs)));
}

START_TEST(live_trace)
{
    const json_t *row = json_array_get(trace, (size_t)_i);
    const char *message = test_text(row, "msg");
    const json_t *list;
    json_t *item;
    size_t i;

    if (strcmp(message, "SyncGroupResponse") == 0) {
        same_trace_assignment(test_text(row, "assignmentHex"));
        return;
    }
    list = test_array(row, strcmp(message, "JoinGroupRequest") == 0 ? "protocols" : "members");
    json_array_foreach(list, i, item) same_metadata(test_text(item, "metadataHex"));
}
END_TEST

static void fill(Suite *suite)
{
    root = test_json("tests/golden/worker/group/connect-protocol.json");
    trace = test_json("tests/golden/worker/group/group-trace.json");
    test_add_rows(suite, vector, json_array_size(test_array(root, "vectors")));
    test_add_rows(suite, tolerance, json_array_size(test_array(root, "decodeOnly")));
    test_add_rows(suite, live_trace, json_array_size(trace));
}

TEST_MAIN("protocol", fill)
