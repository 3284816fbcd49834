/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every request and response, in every version, as Kafka's own classes write and read it:
 * messages.json, by MessageVectors.java beside it.
 */
#include "lib/wire/msg_api_versions.h"
#include "lib/wire/msg_find_coordinator.h"
#include "lib/wire/msg_heartbeat.h"
#include "lib/wire/msg_incremental_alter_configs.h"
#include "lib/wire/msg_join_group.h"
#include "lib/wire/msg_leave_group.h"
#include "lib/wire/msg_metadata.h"
#include "lib/wire/msg_offset_for_leader_epoch.h"
#include "lib/wire/msg_sasl_authenticate.h"
#include "lib/wire/msg_sasl_handshake.h"
#include "lib/wire/msg_sync_group.h"
#include "tests/lib/testing.h"

#include "lib/base/base64.h"

enum {
    LIMIT = 1 << 16,
    CORRELATION = 0x01020304,
    ELEMENTS_MAX = 8,
};

static json_t *root; /* set by fill(), before the tests run */

static struct slice text_of(const json_t *value)
{
    return json_is_string(value) ? slice_of(json_string_value(value), json_string_length(value))
                                 : (struct slice){0};
}

static struct slice text(const json_t *fields, const char *name)
{
    return text_of(json_object_get(fields, name));
}

/* A field that the version does not have reads as fallback. */
static int64_t number(const json_t *fields, const char *name, int64_t fallback)
{
    const json_t *value = json_object_get(fields, name);

    return json_is_integer(value) ? json_integer_value(value) : fallback;
}

/* Bytes are base64 in Kafka's JSON. */
static struct slice bytes(const json_t *fields, const char *name, struct buf *out)
{
    struct slice encoded = text(fields, name);
    size_t before = out->len;

    buf_reserve(out, LIMIT - out->len); /* so that slices of it stay where they are */
    ck_assert(base64_decode(out, (const char *)encoded.at, encoded.len));
    return slice_of(out->data + before, out->len - before);
}

static void same(const json_t *fields, const char *name, struct slice ours)
{
    ck_assert_msg(slice_equal(text(fields, name), ours), "%s differs", name);
}

static void same_bytes(const json_t *fields, const char *name, struct slice ours)
{
    CLEANUP(buf_fini) struct buf theirs = BUF_INIT(LIMIT);

    bytes(fields, name, &theirs);
    ck_assert_msg(slice_equal(buf_slice(&theirs), ours), "%s differs", name);
}

/* ---- requests ---- */

static void put_api_versions(struct wire_writer *w, int16_t version, const json_t *f)
{
    struct msg_api_versions_request q = {text(f, "clientSoftwareName"),
                                         text(f, "clientSoftwareVersion")};

    msg_api_versions_encode(w, version, &q);
}

static void put_metadata(struct wire_writer *w, int16_t version, const json_t *f)
{
    const json_t *topics = json_object_get(f, "topics");
    struct slice names[ELEMENTS_MAX];
    struct msg_metadata_request q = {.topics = names, .all_topics = json_is_null(topics)};

    q.topic_count = json_array_size(topics);
    for (size_t i = 0; i < q.topic_count; i++)
        names[i] = text(json_array_get(topics, i), "name");
    q.allow_auto_topic_creation = json_is_true(json_object_get(f, "allowAutoTopicCreation"));
    msg_metadata_encode(w, version, &q);
}

static void put_find_coordinator(struct wire_writer *w, int16_t version, const json_t *f)
{
    const json_t *keys = json_object_get(f, "coordinatorKeys");
    struct msg_find_coordinator_request q = {.kind = MSG_COORDINATOR_GROUP};

    q.key = keys ? text_of(json_array_get(keys, 0)) : text(f, "key");
    msg_find_coordinator_encode(w, version, &q);
}

static void put_join_group(struct wire_writer *w, int16_t version, const json_t *f)
{
    CLEANUP(buf_fini) struct buf data = BUF_INIT(LIMIT);
    const json_t *protocols = test_array(f, "protocols");
    struct msg_join_group_protocol list[ELEMENTS_MAX];
    struct msg_join_group_request q = {
        .group = text(f, "groupId"),
        .session_timeout_ms = (int32_t)number(f, "sessionTimeoutMs", -1),
        .rebalance_timeout_ms = (int32_t)number(f, "rebalanceTimeoutMs", -1),
        .member = text(f, "memberId"),
        .protocol_type = text(f, "protocolType"),
        .protocols = list,
        .protocol_count = json_array_size(protocols),
        .reason = text(f, "reason"),
    };

    for (size_t i = 0; i < q.protocol_count; i++) {
        const json_t *p = json_array_get(protocols, i);

        list[i] = (struct msg_join_group_protocol){text(p, "name"), bytes(p, "metadata", &data)};
    }
    msg_join_group_encode(w, version, &q);
}

static void put_sync_group(struct wire_writer *w, int16_t version, const json_t *f)
{
    CLEANUP(buf_fini) struct buf data = BUF_INIT(LIMIT);
    const json_t *assignments = test_array(f, "assignments");
    struct msg_sync_group_assignment list[ELEMENTS_MAX];
    struct msg_sync_group_request q = {
        .group = text(f, "groupId"),
        .generation = (int32_t)number(f, "generationId", -1),
        .member = text(f, "memberId"),
        .protocol_type = text(f, "protocolType"),
        .protocol = text(f, "protocolName"),
        .assignments = list,
        .assignment_count = json_array_size(assignments),
    };

    for (size_t i = 0; i < q.assignment_count; i++) {
        const json_t *a = json_array_get(assignments, i);

        list[i] =
            (struct msg_sync_group_assignment){text(a, "memberId"), bytes(a, "assignment", &data)};
    }
    msg_sync_group_encode(w, version, &q);
}

static void put_heartbeat(struct wire_writer *w, int16_t version, const json_t *f)
{
    struct msg_heartbeat_request q = {text(f, "groupId"), (int32_t)number(f, "generationId", -1),
                                      text(f, "memberId")};

    msg_heartbeat_encode(w, version, &q);
}

static void put_leave_group(struct wire_writer *w, int16_t version, const json_t *f)
{
    const json_t *member = json_array_get(json_object_get(f, "members"), 0);
    struct msg_leave_group_request q = {text(f, "groupId"), text(member ? member : f, "memberId"),
                                        text(member, "reason")};

    msg_leave_group_encode(w, version, &q);
}

static void put_sasl_handshake(struct wire_writer *w, int16_t version, const json_t *f)
{
    struct msg_sasl_handshake_request q = {text(f, "mechanism")};

    msg_sasl_handshake_encode(w, version, &q);
}

static void put_sasl_authenticate(struct wire_writer *w, int16_t version, const json_t *f)
{
    CLEANUP(buf_fini) struct buf data = BUF_INIT(LIMIT);
    struct msg_sasl_authenticate_request q = {bytes(f, "authBytes", &data)};

    msg_sasl_authenticate_encode(w, version, &q);
}

/* ---- responses: decode, then compare with f unless that is NULL ---- */

static int see_api_versions(struct slice body, int16_t version, const json_t *f,
                            struct tern_error *err)
{
    CLEANUP(msg_api_versions_fini) struct msg_api_versions_response m = {0};

    if (msg_api_versions_decode(body, version, &m, err) < 0)
        return -1;
    if (!f)
        return 0;
    ck_assert_int_eq(m.error, number(f, "errorCode", -1));
    ck_assert_int_eq(m.throttle_ms, number(f, "throttleTimeMs", 0));
    ck_assert_uint_eq(m.api_count, json_array_size(test_array(f, "apiKeys")));
    for (size_t i = 0; i < m.api_count; i++) {
        const json_t *range = json_array_get(test_array(f, "apiKeys"), i);

        ck_assert_int_eq(m.apis[i].key, number(range, "apiKey", -1));
        ck_assert_int_eq(m.apis[i].min, number(range, "minVersion", -1));
        ck_assert_int_eq(m.apis[i].max, number(range, "maxVersion", -1));
    }
    return 0;
}

static void same_topic(const json_t *f, const struct msg_metadata_topic *t)
{
    const json_t *partitions = test_array(f, "partitions");

    ck_assert_int_eq(t->error, number(f, "errorCode", -1));
    same(f, "name", t->name);
    ck_assert(t->is_internal == json_is_true(json_object_get(f, "isInternal")));
    if (json_object_get(f, "topicId")) {
        ck_assert_int_eq(t->id.bytes[0], 1);
        ck_assert_int_eq(t->id.bytes[15], t->is_internal);
    }
    ck_assert_uint_eq(t->partition_count, json_array_size(partitions));
    for (size_t i = 0; i < t->partition_count; i++) {
        const json_t *p = json_array_get(partitions, i);

        ck_assert_int_eq(t->partitions[i].error, number(p, "errorCode", -1));
        ck_assert_int_eq(t->partitions[i].index, number(p, "partitionIndex", -1));
        ck_assert_int_eq(t->partitions[i].leader, number(p, "leaderId", -1));
        ck_assert_int_eq(t->partitions[i].leader_epoch, number(p, "leaderEpoch", -1));
    }
}

static int see_metadata(struct slice body, int16_t version, const json_t *f, struct tern_error *err)
{
    CLEANUP(msg_metadata_fini) struct msg_metadata_response m = {0};

    if (msg_metadata_decode(body, version, &m, err) < 0)
        return -1;
    if (!f)
        return 0;
    ck_assert_int_eq(m.throttle_ms, number(f, "throttleTimeMs", 0));
    ck_assert_int_eq(m.controller, number(f, "controllerId", -1));
    ck_assert_int_eq(m.error, number(f, "errorCode", 0));
    same(f, "clusterId", m.cluster_id);
    ck_assert_uint_eq(m.broker_count, json_array_size(test_array(f, "brokers")));
    for (size_t i = 0; i < m.broker_count; i++) {
        const json_t *b = json_array_get(test_array(f, "brokers"), i);

        ck_assert_int_eq(m.brokers[i].node_id, number(b, "nodeId", -1));
        ck_assert_int_eq(m.brokers[i].port, number(b, "port", -1));
        same(b, "host", m.brokers[i].host);
        same(b, "rack", m.brokers[i].rack);
    }
    ck_assert_uint_eq(m.topic_count, json_array_size(test_array(f, "topics")));
    for (size_t i = 0; i < m.topic_count; i++)
        same_topic(json_array_get(test_array(f, "topics"), i), &m.topics[i]);
    return 0;
}

static int see_find_coordinator(struct slice body, int16_t version, const json_t *f,
                                struct tern_error *err)
{
    struct msg_find_coordinator_response m;
    const json_t *c;

    if (msg_find_coordinator_decode(body, version, &m, err) < 0)
        return -1;
    if (!f)
        return 0;
    ck_assert_int_eq(m.throttle_ms, number(f, "throttleTimeMs", 0));
    c = version >= 4 ? json_array_get(test_array(f, "coordinators"), 0) : f;
    ck_assert_int_eq(m.error, number(c, "errorCode", -1));
    ck_assert_int_eq(m.node_id, number(c, "nodeId", -2));
    ck_assert_int_eq(m.port, number(c, "port", -2));
    same(c, "host", m.host);
    same(c, "errorMessage", m.error_message);
    return 0;
}

static int see_join_group(struct slice body, int16_t version, const json_t *f,
                          struct tern_error *err)
{
    CLEANUP(msg_join_group_fini) struct msg_join_group_response m = {0};

    if (msg_join_group_decode(body, version, &m, err) < 0)
        return -1;
    if (!f)
        return 0;
    ck_assert_int_eq(m.throttle_ms, number(f, "throttleTimeMs", 0));
    ck_assert_int_eq(m.error, number(f, "errorCode", -1));
    ck_assert_int_eq(m.generation, number(f, "generationId", -2));
    ck_assert(m.skip_assignment == json_is_true(json_object_get(f, "skipAssignment")));
    same(f, "protocolType", m.protocol_type);
    same(f, "protocolName", m.protocol);
    same(f, "leader", m.leader);
    same(f, "memberId", m.member);
    ck_assert_uint_eq(m.member_count, json_array_size(test_array(f, "members")));
    for (size_t i = 0; i < m.member_count; i++) {
        same(json_array_get(test_array(f, "members"), i), "memberId", m.members[i].id);
        same_bytes(json_array_get(test_array(f, "members"), i), "metadata", m.members[i].metadata);
    }
    return 0;
}

static int see_sync_group(struct slice body, int16_t version, const json_t *f,
                          struct tern_error *err)
{
    struct msg_sync_group_response m;

    if (msg_sync_group_decode(body, version, &m, err) < 0)
        return -1;
    if (!f)
        return 0;
    ck_assert_int_eq(m.throttle_ms, number(f, "throttleTimeMs", 0));
    ck_assert_int_eq(m.error, number(f, "errorCode", -1));
    same(f, "protocolType", m.protocol_type);
    same(f, "protocolName", m.protocol);
    same_bytes(f, "assignment", m.assignment);
    return 0;
}

static int see_heartbeat(struct slice body, int16_t version, const json_t *f,
                         struct tern_error *err)
{
    struct msg_heartbeat_response m;

    if (msg_heartbeat_decode(body, version, &m, err) < 0)
        return -1;
    if (!f)
        return 0;
    ck_assert_int_eq(m.throttle_ms, number(f, "throttleTimeMs", 0));
    ck_assert_int_eq(m.error, number(f, "errorCode", -1));
    return 0;
}

static int see_leave_group(struct slice body, int16_t version, const json_t *f,
                           struct tern_error *err)
{
    struct msg_leave_group_response m;
    const json_t *member;

    if (msg_leave_group_decode(body, version, &m, err) < 0)
        return -1;
    if (!f)
        return 0;
    member = json_array_get(json_object_get(f, "members"), 0);
    ck_assert_int_eq(m.throttle_ms, number(f, "throttleTimeMs", 0));
    ck_assert_int_eq(m.error, number(member ? member : f, "errorCode", -1));
    return 0;
}

static int see_sasl_handshake(struct slice body, int16_t version, const json_t *f,
                              struct tern_error *err)
{
    CLEANUP(msg_sasl_handshake_fini) struct msg_sasl_handshake_response m = {0};

    if (msg_sasl_handshake_decode(body, version, &m, err) < 0)
        return -1;
    if (!f)
        return 0;
    ck_assert_int_eq(m.error, number(f, "errorCode", -1));
    ck_assert_uint_eq(m.mechanism_count, json_array_size(test_array(f, "mechanisms")));
    for (size_t i = 0; i < m.mechanism_count; i++) {
        struct slice theirs = text_of(json_array_get(test_array(f, "mechanisms"), i));

        ck_assert(slice_equal(theirs, m.mechanisms[i]));
    }
    return 0;
}

static int see_sasl_authenticate(struct slice body, int16_t version, const json_t *f,
                                 struct tern_error *err)
{
    struct msg_sasl_authenticate_response m;

    if (msg_sasl_authenticate_decode(body, version, &m, err) < 0)
        return -1;
    if (!f)
        return 0;
    ck_assert_int_eq(m.error, number(f, "errorCode", -1));
    ck_assert_int_eq(m.session_lifetime_ms, number(f, "sessionLifetimeMs", 0));
    same(f, "errorMessage", m.error_message);
    same_bytes(f, "authBytes", m.auth_bytes);
    return 0;
}

/* ---- OffsetForLeaderEpoch, IncrementalAlterConfigs ---- */

static void put_offset_for_leader_epoch(struct wire_writer *w, int16_t version, const json_t *f)
{
    const json_t *topic = json_array_get(test_array(f, "topics"), 0);
    const json_t *partitions = test_array(topic, "partitions");
    struct msg_leader_epoch_partition list[ELEMENTS_MAX];
    struct msg_leader_epoch_topic t = {text(topic, "topic"), list, json_array_size(partitions)};
    struct msg_offset_for_leader_epoch_request q = {&t, 1};

    for (size_t i = 0; i < t.partition_count; i++) {
        const json_t *p = json_array_get(partitions, i);

        list[i] = (struct msg_leader_epoch_partition){(int32_t)number(p, "partition", -1),
                                                      (int32_t)number(p, "currentLeaderEpoch", -1),
                                                      (int32_t)number(p, "leaderEpoch", -1)};
    }
    msg_offset_for_leader_epoch_encode(w, version, &q);
}

static int see_offset_for_leader_epoch(struct slice body, int16_t version, const json_t *f,
                                       struct tern_error *err)
{
    CLEANUP(msg_offset_for_leader_epoch_fini)
    struct msg_offset_for_leader_epoch_response m = {0};
    const json_t *topic, *p;

    if (msg_offset_for_leader_epoch_decode(body, version, &m, err) < 0)
        return -1;
    if (!f)
        return 0;
    topic = json_array_get(test_array(f, "topics"), 0);
    ck_assert_int_eq(m.throttle_ms, number(f, "throttleTimeMs", -1));
    ck_assert_uint_eq(m.count, json_array_size(test_array(topic, "partitions")));
    for (size_t i = 0; i < m.count; i++) {
        p = json_array_get(test_array(topic, "partitions"), i);
        same(topic, "topic", m.ends[i].topic);
        ck_assert_int_eq(m.ends[i].error, number(p, "errorCode", -1));
        ck_assert_int_eq(m.ends[i].partition, number(p, "partition", -1));
        ck_assert_int_eq(m.ends[i].leader_epoch, number(p, "leaderEpoch", -2));
        ck_assert_int_eq(m.ends[i].end_offset, number(p, "endOffset", -2));
    }
    return 0;
}

static void put_incremental_alter_configs(struct wire_writer *w, int16_t version, const json_t *f)
{
    const json_t *resource = json_array_get(test_array(f, "resources"), 0);
    const json_t *configs = test_array(resource, "configs");
    struct msg_config_change list[ELEMENTS_MAX];
    struct msg_topic_config_changes topic = {text(resource, "resourceName"), list,
                                             json_array_size(configs)};
    struct msg_incremental_alter_configs_request q = {&topic, 1, false};

    for (size_t i = 0; i < topic.count; i++) {
        const json_t *c = json_array_get(configs, i);

        ck_assert_int_eq(number(c, "configOperation", -1), text(c, "value").at ? 0 : 1);
        list[i] = (struct msg_config_change){text(c, "name"), text(c, "value")};
    }
    msg_incremental_alter_configs_encode(w, version, &q);
}

static int see_incremental_alter_configs(struct slice body, int16_t version, const json_t *f,
                                         struct tern_error *err)
{
    CLEANUP(msg_incremental_alter_configs_fini)
    struct msg_incremental_alter_configs_response m = {0};

    if (msg_incremental_alter_configs_decode(body, version, &m, err) < 0)
        return -1;
    if (!f)
        return 0;
    ck_assert_int_eq(m.throttle_ms, number(f, "throttleTimeMs", -1));
    ck_assert_uint_eq(m.count, json_array_size(test_array(f, "responses")));
    for (size_t i = 0; i < m.count; i++) {
        const json_t *row = json_array_get(test_array(f, "responses"), i);

        ck_assert_int_eq(m.results[i].error, number(row, "errorCode", -1));
        same(row, "errorMessage", m.results[i].message);
        same(row, "resourceName", m.results[i].topic);
    }
    return 0;
}

static const struct message {
    void (*put)(struct wire_writer *w, int16_t version, const json_t *fields);
    int (*see)(struct slice body, int16_t version, const json_t *fields, struct tern_error *err);
} messages[WIRE_API_COUNT] = {
    [WIRE_API_VERSIONS] = {put_api_versions, see_api_versions},
    [WIRE_METADATA] = {put_metadata, see_metadata},
    [WIRE_FIND_COORDINATOR] = {put_find_coordinator, see_find_coordinator},
    [WIRE_JOIN_GROUP] = {put_join_group, see_join_group},
    [WIRE_SYNC_GROUP] = {put_sync_group, see_sync_group},
    [WIRE_HEARTBEAT] = {put_heartbeat, see_heartbeat},
    [WIRE_LEAVE_GROUP] = {put_leave_group, see_leave_group},
    [WIRE_SASL_HANDSHAKE] = {put_sasl_handshake, see_sasl_handshake},
    [WIRE_SASL_AUTHENTICATE] = {put_sasl_authenticate, see_sasl_authenticate},
    [WIRE_OFFSET_FOR_LEADER_EPOCH] = {put_offset_for_leader_epoch, see_offset_for_leader_epoch},
    [WIRE_INCREMENTAL_ALTER_CONFIGS] = {put_incremental_alter_configs,
                                        see_incremental_alter_configs},
};

static enum wire_api api_of(const json_t *row)
{
    for (unsigned i = 0; i < WIRE_API_COUNT; i++) {
        if (strcmp(wire_api_row((enum wire_api)i)->name, test_text(row, "api")) == 0)
            return (enum wire_api)i;
    }
    ck_abort_msg("no request is called '%s'", test_text(row, "api"));
    return WIRE_API_COUNT;
}

static void check_request(const json_t *row, struct slice theirs)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(LIMIT);
    struct wire_writer w = {.out = &out};
    enum wire_api api = api_of(row);
    int16_t version = (int16_t)number(row, "version", -1);

    wire_api_put_header(&w, api, version, CORRELATION, slice_str("connect-h:1"));
    messages[api].put(&w, version, json_object_get(row, "fields"));
    ck_assert(!out.failed);
    ck_assert(slice_equal(buf_slice(&out), theirs));
}

/* Right as it is; wrong when any number of bytes is missing at the end, or one more is there. */
static void check_response(const json_t *row, struct slice theirs)
{
    CLEANUP(buf_fini) struct buf longer = BUF_INIT(LIMIT);
    enum wire_api api = api_of(row);
    int16_t version = (int16_t)number(row, "version", -1);
    struct tern_error err;

    ck_assert_ok(messages[api].see(theirs, version, json_object_get(row, "fields"), &err), err);
    for (size_t len = 0; len < theirs.len; len++)
        ck_assert_int_eq(messages[api].see(slice_of(theirs.at, len), version, NULL, &err), -1);
    buf_add(&longer, theirs.at, theirs.len);
    buf_add_char(&longer, 0);
    ck_assert_int_eq(messages[api].see(buf_slice(&longer), version, NULL, &err), -1);
    ck_assert_int_eq(err.code, TERN_EINVALID);
}

START_TEST(message)
{
    CLEANUP(buf_fini) struct buf theirs = BUF_INIT(LIMIT);
    const json_t *row = json_array_get(root, (size_t)_i);

    test_unhex(test_text(row, "hex"), &theirs);
    if (strcmp(test_text(row, "kind"), "request") == 0)
        check_request(row, buf_slice(&theirs));
    else
        check_response(row, buf_slice(&theirs));
}
END_TEST

/* No version of ours is without a vector, of either kind. */
START_TEST(all_versions)
{
    const struct wire_api_row *api = wire_api_row((enum wire_api)_i);

    if (_i == WIRE_OFFSET_FETCH || _i == WIRE_LIST_GROUPS) /* test_offset_fetch.c has its own */
        return;
    for (int16_t version = api->min; version <= api->max; version++) {
        unsigned seen = 0;
        json_t *row;
        size_t i;

        json_array_foreach(root, i, row)
        {
            if (strcmp(test_text(row, "api"), api->name) == 0 &&
                number(row, "version", -1) == version)
                seen |= strcmp(test_text(row, "kind"), "request") == 0 ? 1 : 2;
        }
        ck_assert_uint_eq(seen, 3);
    }
}
END_TEST

static void fill(Suite *suite)
{
    root = test_json("tests/golden/lib/wire/messages.json");
    test_add_rows(suite, message, json_array_size(root));
    test_add_rows(suite, all_versions, WIRE_API_COUNT);
}

TEST_MAIN("messages", fill)
