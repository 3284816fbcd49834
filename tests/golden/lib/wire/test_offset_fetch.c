/* SPDX-License-Identifier: Apache-2.0 */
/* Requests and responses about many groups at once, as Kafka's own classes write them. */
#include "lib/wire/msg_find_coordinators.h"
#include "lib/wire/msg_list_groups.h"
#include "lib/wire/msg_offset_fetch.h"
#include "tests/lib/testing.h"

#include <string.h>

enum {
    LIMIT = 65536,
    GROUPS_MAX = 8,
};

static json_t *root;

static struct slice text_of(const json_t *value)
{
    return json_is_string(value) ? slice_of(json_string_value(value), json_string_length(value))
                                 : (struct slice){0};
}

static void same_text(const json_t *object, const char *name, struct slice ours)
{
    ck_assert_msg(slice_equal(text_of(json_object_get(object, name)), ours), "%s differs", name);
}

static void same_number(const json_t *object, const char *name, int64_t ours)
{
    ck_assert_int_eq(json_integer_value(json_object_get(object, name)), ours);
}

/* ---- requests ---- */

static bool is_about(const json_t *row, const char *api)
{
    return strcmp(test_text(row, "api"), api) == 0;
}

static int16_t version_of(const json_t *row)
{
    return (int16_t)json_integer_value(json_object_get(row, "version"));
}

static void encode(const json_t *row, struct wire_writer *w)
{
    const json_t *f = json_object_get(row, "fields");
    bool is_search = is_about(row, "FindCoordinator");
    const json_t *list = test_array(f, is_search ? "coordinatorKeys" : "groups");
    struct slice groups[GROUPS_MAX];
    size_t count = json_array_size(list);
    struct msg_offset_fetch_request q = {groups, count,
                                         json_is_true(json_object_get(f, "requireStable"))};

    ck_assert_uint_le(count, GROUPS_MAX);
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(list, i);

        groups[i] = text_of(is_search ? item : json_object_get(item, "groupId"));
    }
    if (is_search)
        msg_find_coordinators_encode(w, groups, count);
    else
        msg_offset_fetch_encode(w, version_of(row), &q);
}

static void check_request(const json_t *row, struct slice theirs)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(LIMIT);
    struct wire_writer w = {.out = &out, .flexible = true};

    if (is_about(row, "ListGroups")) {
        w.flexible = wire_api_is_flexible(WIRE_LIST_GROUPS, version_of(row));
        msg_list_groups_encode(&w, version_of(row));
    } else {
        encode(row, &w);
    }
    ck_assert(!out.failed);
    ck_assert(slice_equal(buf_slice(&out), theirs));
}

/* ---- responses ---- */

static int see_coordinators(struct slice body, int16_t version, const json_t *f,
                            struct tern_error *err)
{
    CLEANUP(msg_find_coordinators_fini) struct msg_find_coordinators_response m = {0};

    if (msg_find_coordinators_decode(body, version, &m, err) < 0)
        return -1;
    same_number(f, "throttleTimeMs", m.throttle_ms);
    ck_assert_uint_eq(m.count, json_array_size(test_array(f, "coordinators")));
    for (size_t i = 0; i < m.count; i++) {
        const json_t *c = json_array_get(test_array(f, "coordinators"), i);

        same_text(c, "key", m.coordinators[i].key);
        same_text(c, "host", m.coordinators[i].host);
        same_number(c, "nodeId", m.coordinators[i].node_id);
        same_number(c, "port", m.coordinators[i].port);
        same_number(c, "errorCode", m.coordinators[i].error);
    }
    return 0;
}

/* The partitions of a group, which stand below their topics. */
static void same_group(const json_t *group, const struct msg_offset_fetch_group *ours)
{
    size_t i, k, seen = 0;
    json_t *topic, *p;

    same_text(group, "groupId", ours->group);
    same_number(group, "errorCode", ours->error);
    json_array_foreach(test_array(group, "topics"), i, topic)
    {
        json_array_foreach(test_array(topic, "partitions"), k, p)
        {
            const struct msg_offset_fetch_partition *o = &ours->partitions[seen++];

            ck_assert_uint_le(seen, ours->partition_count);
            same_text(topic, "name", o->topic);
            same_number(p, "partitionIndex", o->partition);
            same_number(p, "committedOffset", o->offset);
            same_text(p, "metadata", o->metadata);
            same_number(p, "errorCode", o->error);
        }
    }
    ck_assert_uint_eq(seen, ours->partition_count);
}

static int see_offsets(struct slice body, int16_t version, const json_t *f, struct tern_error *err)
{
    CLEANUP(msg_offset_fetch_fini) struct msg_offset_fetch_response m = {0};

    if (msg_offset_fetch_decode(body, version, &m, err) < 0)
        return -1;
    same_number(f, "throttleTimeMs", m.throttle_ms);
    ck_assert_uint_eq(m.group_count, json_array_size(test_array(f, "groups")));
    for (size_t i = 0; i < m.group_count; i++)
        same_group(json_array_get(test_array(f, "groups"), i), &m.groups[i]);
    return 0;
}

static int see_listing(struct slice body, int16_t version, const json_t *f, struct tern_error *err)
{
    CLEANUP(msg_list_groups_fini) struct msg_list_groups_response m = {0};
    const json_t *groups = test_array(f, "groups");

    if (msg_list_groups_decode(body, version, &m, err) < 0)
        return -1;
    same_number(f, "throttleTimeMs", m.throttle_ms);
    same_number(f, "errorCode", m.error);
    ck_assert_uint_eq(m.count, json_array_size(groups));
    for (size_t i = 0; i < m.count; i++) {
        const json_t *g = json_array_get(groups, i);

        same_text(g, "groupId", m.groups[i].group);
        same_text(g, "protocolType", m.groups[i].protocol_type);
        same_text(g, "groupState", m.groups[i].state);
    }
    return 0;
}

/* Right as it is; wrong when any number of bytes is missing at the end, or one more is there. */
static void check_response(const json_t *row, struct slice theirs)
{
    int (*see)(struct slice, int16_t, const json_t *, struct tern_error *) =
        is_about(row, "FindCoordinator") ? see_coordinators
        : is_about(row, "ListGroups")    ? see_listing
                                         : see_offsets;
    int16_t version = version_of(row);
    const json_t *f = json_object_get(row, "fields");
    CLEANUP(buf_fini) struct buf longer = BUF_INIT(LIMIT);
    struct tern_error err;

    ck_assert_ok(see(theirs, version, f, &err), err);
    for (size_t len = 0; len < theirs.len; len++)
        ck_assert_int_eq(see(slice_of(theirs.at, len), version, f, &err), -1);
    buf_add(&longer, theirs.at, theirs.len);
    buf_add_char(&longer, 0);
    ck_assert_int_eq(see(buf_slice(&longer), version, f, &err), -1);
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

static void fill(Suite *suite)
{
    root = test_json("tests/golden/lib/wire/offset-fetch.json");
    test_add_rows(suite, message, json_array_size(root));
}

TEST_MAIN("offset_fetch", fill)
