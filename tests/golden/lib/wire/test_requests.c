/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The requests of a Java Connect worker as they go over the wire, and the versions that its
 * client has: connect-requests.json.
 */
#include "lib/wire/msg_find_coordinator.h"
#include "lib/wire/msg_heartbeat.h"
#include "lib/wire/msg_join_group.h"
#include "lib/wire/msg_leave_group.h"
#include "lib/wire/msg_sync_group.h"
#include "tests/lib/testing.h"

#include "lib/base/xmem.h"

#define GROUP  "connect-cluster"
#define URL    "http://10.0.0.2:8083/"
#define MEMBER "connect-10.0.0.2:8083-0f0e0d0c-aaaa-bbbb-cccc-ddddeeeeffff"

enum {
    LIMIT = 1 << 16,
};

static json_t *root; /* set by fill(), before the tests run */

/* Metadata of a worker that was never assigned anything. */
static struct slice metadata(struct buf *out, int16_t version)
{
    struct wire_writer w = {.out = out};

    wire_put_i16(&w, version);
    wire_put_string(&w, slice_str(URL));
    wire_put_i64(&w, 42);
    if (version > 0)
        wire_put_nullable_bytes(&w, (struct slice){0});
    return buf_slice(out);
}

static void put_join(struct wire_writer *w, int16_t version, const char *member, unsigned first)
{
    struct buf data[3] = {BUF_INIT(LIMIT), BUF_INIT(LIMIT), BUF_INIT(LIMIT)};
    const struct msg_join_group_protocol protocols[] = {
        {slice_str("sessioned"), metadata(&data[0], 2)},
        {slice_str("compatible"), metadata(&data[1], 1)},
        {slice_str("default"), metadata(&data[2], 0)},
    };
    struct msg_join_group_request q = {
        .group = slice_str(GROUP),
        .session_timeout_ms = 10000,
        .rebalance_timeout_ms = 60000,
        .member = slice_str(member),
        .protocol_type = slice_str("connect"),
        .protocols = protocols + first,
        .protocol_count = COUNT_OF(protocols) - first,
        .reason = slice_str(""),
    };

    msg_join_group_encode(w, version, &q);
    for (size_t i = 0; i < COUNT_OF(data); i++)
        buf_fini(&data[i]);
}

static void put_sync(struct wire_writer *w, int16_t version, const char *assignment)
{
    CLEANUP(buf_fini) struct buf blob = BUF_INIT(LIMIT);
    struct msg_sync_group_assignment ours = {.member = slice_str(MEMBER)};
    struct msg_sync_group_request q = {
        .group = slice_str(GROUP),
        .generation = 1,
        .member = slice_str(MEMBER),
        .protocol_type = slice_str("connect"),
        .protocol = slice_str("sessioned"),
        .assignments = &ours,
        .assignment_count = assignment ? 1 : 0,
    };

    test_unhex(assignment ? assignment : "", &blob);
    ours.assignment = buf_slice(&blob);
    msg_sync_group_encode(w, version, &q);
}

/* The connector "c" with its task 0, given to the leader by itself. */
static const char own_assignment[] =
    "00020000003a636f6e6e6563742d31302e302e302e323a383038332d30663065306430632d616161612d"
    "626262622d636363632d6464646465656565666666660015687474703a2f2f31302e302e302e323a3830"
    "38332f000000000000002a0000000100016300000002ffffffff00000000"
    "0000000000000000";

/* In the order of the vectors. */
static void put(struct wire_writer *w, int16_t version, int row)
{
    const struct msg_find_coordinator_request find = {slice_str(GROUP), MSG_COORDINATOR_GROUP};
    const struct msg_heartbeat_request beat = {slice_str(GROUP), 1, slice_str(MEMBER)};
    const struct msg_leave_group_request leave = {slice_str(GROUP), slice_str(MEMBER),
                                                  slice_str("the consumer is being closed")};

    switch (row) {
    case 0:
    case 1:
        msg_find_coordinator_encode(w, version, &find);
        break;
    case 2:
    case 3:
    case 4:
        put_join(w, version, "", (unsigned)row - 2);
        break;
    case 5:
        put_join(w, version, MEMBER, 0);
        break;
    case 6:
    case 7:
        put_sync(w, version, row == 7 ? own_assignment : NULL);
        break;
    case 8:
        msg_heartbeat_encode(w, version, &beat);
        break;
    default:
        msg_leave_group_encode(w, version, &leave);
    }
}

START_TEST(request)
{
    const json_t *row = json_array_get(test_array(root, "wireRequests"), (size_t)_i);
    CLEANUP(buf_fini) struct buf theirs = BUF_INIT(LIMIT), ours = BUF_INIT(LIMIT);
    struct wire_writer w = {.out = &ours};
    int16_t version = (int16_t)json_integer_value(json_object_get(row, "version"));
    enum wire_api api;

    test_unhex(test_text(row, "hexHeaderAndBody"), &theirs);
    ck_assert(wire_api_find((int16_t)json_integer_value(json_object_get(row, "apiKey")), &api));
    wire_api_put_header(&w, api, version,
                        (int32_t)json_integer_value(json_object_get(row, "correlationId")),
                        slice_str(test_text(row, "clientId")));
    put(&w, version, _i);
    ck_assert_msg(slice_equal(buf_slice(&ours), buf_slice(&theirs)), "%s", test_text(row, "name"));
}
END_TEST

/* "JOIN_GROUP" is "JoinGroup". */
static bool is_same_name(const char *java, const char *ours)
{
    for (; *java; java++) {
        if (*java != '_' && (*ours++ | 0x20) != (*java | 0x20))
            return false;
    }
    return !*ours;
}

START_TEST(versions)
{
    const struct wire_api_row *ours = wire_api_row((enum wire_api)_i);
    json_t *row;
    const char *name;
    bool seen = false;

    json_object_foreach(json_object_get(root, "apiVersionsOfJava431Client"), name, row)
    {
        if (!is_same_name(name, ours->name))
            continue;
        seen = true;
        ck_assert_int_eq(ours->key, json_integer_value(json_object_get(row, "apiKey")));
        if (_i == WIRE_OFFSET_FETCH) /* only the versions that take several groups */
            continue;
        ck_assert_int_eq(ours->min, json_integer_value(json_object_get(row, "oldest")));
        ck_assert_int_eq(ours->max, json_integer_value(json_object_get(row, "latest")));
        ck_assert_int_eq(wire_api_is_flexible((enum wire_api)_i, ours->max) ? 2 : 1,
                         json_integer_value(json_object_get(row, "reqHeader")));
    }
    /* The capture of a Connect worker leaves these out: messages.json has them. */
    ck_assert(seen || _i >= WIRE_OFFSET_FOR_LEADER_EPOCH || _i == WIRE_SASL_HANDSHAKE ||
              _i == WIRE_SASL_AUTHENTICATE);
}
END_TEST

static void fill(Suite *suite)
{
    root = test_json("tests/golden/lib/wire/connect-requests.json");
    test_add_rows(suite, request, json_array_size(test_array(root, "wireRequests")));
    test_add_rows(suite, versions, WIRE_API_COUNT);
}

TEST_MAIN("requests", fill)
