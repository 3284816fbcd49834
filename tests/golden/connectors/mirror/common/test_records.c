/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of the three kinds of records, both ways, and the members of Connect's offset keys. */
#include "connectors/mirror/common/checkpoint.h"
#include "connectors/mirror/common/heartbeat.h"
#include "connectors/mirror/common/mirror_partition.h"
#include "connectors/mirror/common/offset_sync.h"
#include "tests/golden/connectors/mirror/common/mirror_golden.h"

#include <inttypes.h>

#include "lib/base/xmem.h"

static json_t *root; /* set by fill(), before the tests run */

struct bytes {
    struct buf key, value, java_key, java_value;
};

#define BYTES_INIT                                                         \
    {                                                                      \
        BUF_INIT(65536), BUF_INIT(65536), BUF_INIT(65536), BUF_INIT(65536) \
    }

static void bytes_fini(struct bytes *b)
{
    buf_fini(&b->key);
    buf_fini(&b->value);
    buf_fini(&b->java_key);
    buf_fini(&b->java_value);
}

static void same_bytes(struct bytes *b, const json_t *row)
{
    test_unhex(golden_text(row, "key_hex"), &b->java_key);
    test_unhex(golden_text(row, "value_hex"), &b->java_value);
    ck_assert(slice_equal(buf_slice(&b->key), buf_slice(&b->java_key)));
    ck_assert(slice_equal(buf_slice(&b->value), buf_slice(&b->java_value)));
}

/* Java's offset key is ["connector",{members}]: the fields must be its members, in its order. */
static void same_fields(const json_t *row, const struct tern_field *fields, size_t count)
{
    json_t *key = json_loads(golden_text(row, "connect_offset_key_json"), 0, NULL), *member;
    const char *name;
    size_t i = 0;

    ck_assert_ptr_nonnull(key);
    ck_assert_uint_eq(json_object_size(json_array_get(key, 1)), count);
    json_object_foreach(json_array_get(key, 1), name, member)
    {
        ck_assert_str_eq(fields[i].name, name);
        if (json_is_string(member))
            ck_assert_str_eq(fields[i].text, json_string_value(member));
        else
            ck_assert(!fields[i].text && fields[i].number == json_integer_value(member));
        i++;
    }
    json_decref(key);
}

START_TEST(offset_syncs)
{
    json_t *row;
    size_t i;

    json_array_foreach(golden_get(root, "offset_sync"), i, row)
    {
        CLEANUP(bytes_fini) struct bytes b = BYTES_INIT;
        struct offset_sync in = {
            slice_str(golden_text(row, "topic")), (int32_t)golden_int(row, "partition"),
            golden_int(row, "upstreamOffset"), golden_int(row, "downstreamOffset")};
        struct offset_sync out;
        struct tern_error err;

        ck_assert_int_eq(offset_sync_encode(&in, &b.key, &b.value, &err), 0);
        same_bytes(&b, row);
        ck_assert_int_eq(
            offset_sync_decode(buf_slice(&b.java_key), buf_slice(&b.java_value), &out, &err), 0);
        ck_assert(slice_equal(out.topic, in.topic) && out.partition == in.partition);
        ck_assert_int_eq(out.upstream_offset, in.upstream_offset);
        ck_assert_int_eq(out.downstream_offset, in.downstream_offset);
    }
    ck_assert_uint_eq(i, 6);
}
END_TEST

static void check_checkpoint(const json_t *row)
{
    CLEANUP(bytes_fini) struct bytes b = BYTES_INIT;
    struct tern_field fields[CHECKPOINT_SOURCE_FIELDS];
    const char *group = golden_text(row, "group"), *topic = golden_text(row, "topic");
    int32_t partition = (int32_t)golden_int(row, "partition");
    struct checkpoint in = {slice_str(group),
                            slice_str(topic),
                            partition,
                            golden_int(row, "upstreamOffset"),
                            golden_int(row, "downstreamOffset"),
                            slice_str(golden_text(row, "metadata"))};
    struct checkpoint out;
    struct tern_error err;

    ck_assert_int_eq(checkpoint_encode(&in, &b.key, &b.value, &err), 0);
    same_bytes(&b, row);
    ck_assert_int_eq(
        checkpoint_decode(buf_slice(&b.java_key), buf_slice(&b.java_value), &out, &err), 0);
    ck_assert(slice_equal(out.group, in.group) && slice_equal(out.topic, in.topic));
    ck_assert(slice_equal(out.metadata, in.metadata) && out.partition == partition);
    ck_assert_int_eq(out.upstream_offset, in.upstream_offset);
    ck_assert_int_eq(out.downstream_offset, in.downstream_offset);

    checkpoint_source_fields(group, topic, partition, fields);
    same_fields(row, fields, CHECKPOINT_SOURCE_FIELDS);
    ck_assert_str_eq(golden_text(row, "connect_offset_value_json"),
                     "{\"" CHECKPOINT_OFFSET_NAME "\":0}");
}

START_TEST(checkpoints)
{
    json_t *row;
    size_t i, checked = 0;

    json_array_foreach(golden_get(root, "checkpoint"), i, row)
    {
        CLEANUP(bytes_fini) struct bytes b = BYTES_INIT;
        struct checkpoint null_metadata = {slice_str("g"), slice_str("t"), 0, 1, 1, {0}};
        struct tern_error err;

        if (!json_object_get(row, "error")) {
            check_checkpoint(row);
            checked++;
            continue;
        }
        ck_assert_str_eq(golden_text(row, "note"), "metadata=null cannot be serialized");
        ck_assert_int_eq(checkpoint_encode(&null_metadata, &b.key, &b.value, &err), -1);
        ck_assert_int_eq(err.code, TERN_EINVALID);
    }
    ck_assert_uint_eq(checked, 4);
}
END_TEST

START_TEST(heartbeats)
{
    json_t *row;
    size_t i;

    json_array_foreach(golden_get(root, "heartbeat"), i, row)
    {
        CLEANUP(bytes_fini) struct bytes b = BYTES_INIT;
        struct tern_field fields[HEARTBEAT_SOURCE_FIELDS];
        const char *source = golden_text(row, "sourceClusterAlias");
        const char *target = golden_text(row, "targetClusterAlias");
        struct heartbeat in = {slice_str(source), slice_str(target), golden_int(row, "timestamp")};
        struct heartbeat out;
        struct tern_error err;

        ck_assert_int_eq(heartbeat_encode(&in, &b.key, &b.value, &err), 0);
        same_bytes(&b, row);
        ck_assert_int_eq(
            heartbeat_decode(buf_slice(&b.java_key), buf_slice(&b.java_value), &out, &err), 0);
        ck_assert(slice_equal(out.source_alias, in.source_alias));
        ck_assert(slice_equal(out.target_alias, in.target_alias));
        ck_assert_int_eq(out.timestamp_ms, in.timestamp_ms);

        heartbeat_source_fields(source, target, fields);
        same_fields(row, fields, HEARTBEAT_SOURCE_FIELDS);
    }
    ck_assert_uint_eq(i, 3);
}
END_TEST

START_TEST(source_partitions)
{
    json_t *row;
    size_t i;

    json_array_foreach(golden_get(root, "source_connector_offsets"), i, row)
    {
        struct tern_field fields[MIRROR_PARTITION_SOURCE_FIELDS];
        CLEANUP(freep)
        char *value = xasprintf("{\"" MIRROR_PARTITION_OFFSET_NAME "\":%" PRId64 "}",
                                golden_int(row, "offset"));

        mirror_partition_source_fields(golden_text(row, "cluster"), golden_text(row, "topic"),
                                       (int32_t)golden_int(row, "partition"), fields);
        same_fields(row, fields, MIRROR_PARTITION_SOURCE_FIELDS);
        ck_assert_str_eq(value, golden_text(row, "connect_offset_value_json"));
    }
    ck_assert_uint_eq(i, 4);
}
END_TEST

/* "OK Checkpoint{...}" or, for whatever Java throws, NULL. Owned. */
static char *decode_text(const char *name, struct slice key, struct slice value)
{
    struct tern_error err = {0};
    struct checkpoint c;
    struct offset_sync s;

    if (str_starts_with(name, "offset sync")) {
        ck_assert_int_eq(offset_sync_decode(key, value, &s, &err), -1);
        return NULL;
    }
    if (checkpoint_decode(key, value, &c, &err) < 0) {
        ck_assert_int_eq(err.code, TERN_EINVALID);
        return NULL;
    }
    return xasprintf("OK Checkpoint{consumerGroupId=%.*s, topicPartition=%.*s-%" PRId32
                     ", upstreamOffset=%" PRId64 ", downstreamOffset=%" PRId64 ", metadata=%.*s}",
                     (int)c.group.len, (const char *)c.group.at, (int)c.topic.len,
                     (const char *)c.topic.at, c.partition, c.upstream_offset, c.downstream_offset,
                     (int)c.metadata.len, (const char *)c.metadata.at);
}

START_TEST(decode_edge_cases)
{
    json_t *row;
    size_t i;

    json_array_foreach(golden_get(root, "decode_edge_cases"), i, row)
    {
        CLEANUP(bytes_fini) struct bytes b = BYTES_INIT;
        const char *name = golden_text(row, "case"), *result = golden_text(row, "result");
        const char *value_hex = golden_text(row, "value_hex");
        CLEANUP(freep) char *text = NULL;

        test_unhex(golden_text(row, "key_hex"), &b.key);
        if (value_hex)
            test_unhex(value_hex, &b.value);
        text = decode_text(name, buf_slice(&b.key),
                           value_hex ? buf_slice(&b.value) : (struct slice){0});
        golden_same("result", name, text, str_starts_with(result, "throws ") ? NULL : result);
    }
    ck_assert_uint_eq(i, 9);
}
END_TEST

static void fill(Suite *suite)
{
    root = test_json("tests/golden/connectors/mirror/common/mm2-records.json");
    test_add(suite, offset_syncs);
    test_add(suite, checkpoints);
    test_add(suite, heartbeats);
    test_add(suite, source_partitions);
    test_add(suite, decode_edge_cases);
}

TEST_MAIN("records", fill)
