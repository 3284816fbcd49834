/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/msg_metadata.h"

#include <stdlib.h>

#include "lib/base/xmem.h"

enum {
    BROKER_MIN_BYTES = 9,     /* node, an empty compact host, port */
    PARTITION_MIN_BYTES = 12, /* error, index, leader, two empty compact arrays */
    TOPIC_MIN_BYTES = 4,      /* error, an empty compact name, an empty compact array */
    NODE_BYTES = 4,
};

void msg_metadata_encode(struct wire_writer *w, int16_t version,
                         const struct msg_metadata_request *request)
{
    const struct wire_uuid no_id = {0};

    if (request->all_topics && version >= 1)
        wire_put_null_array(w);
    else
        wire_put_array(w, request->all_topics ? 0 : request->topic_count);
    for (size_t i = 0; i < request->topic_count && !request->all_topics; i++) {
        if (version >= 10)
            wire_put_uuid(w, no_id);
        wire_put_string(w, request->topics[i]);
        wire_put_no_tags(w);
    }
    if (version >= 4)
        wire_put_bool(w, request->allow_auto_topic_creation);
    if (version >= 8 && version <= 10)
        wire_put_bool(w, false); /* authorized operations of the cluster */
    if (version >= 8)
        wire_put_bool(w, false); /* and of the topics */
    wire_put_no_tags(w);
}

static void read_brokers(struct wire_reader *r, int16_t version, struct msg_metadata_response *m)
{
    size_t count = wire_array(r, BROKER_MIN_BYTES);

    m->brokers = xcalloc(count, sizeof(*m->brokers));
    for (; m->broker_count < count; m->broker_count++) {
        struct msg_metadata_broker *b = &m->brokers[m->broker_count];

        b->node_id = wire_i32(r);
        b->host = wire_string(r);
        b->port = wire_i32(r);
        if (version >= 1)
            b->rack = wire_nullable_string(r);
        wire_skip_tags(r);
    }
}

static void skip_nodes(struct wire_reader *r)
{
    wire_take(r, wire_array(r, NODE_BYTES) * NODE_BYTES);
}

static void read_partitions(struct wire_reader *r, int16_t version, struct msg_metadata_topic *t)
{
    size_t count = wire_array(r, PARTITION_MIN_BYTES);

    t->partitions = xcalloc(count, sizeof(*t->partitions));
    for (; t->partition_count < count; t->partition_count++) {
        struct msg_metadata_partition *p = &t->partitions[t->partition_count];

        p->error = wire_i16(r);
        p->index = wire_i32(r);
        p->leader = wire_i32(r);
        p->leader_epoch = version >= 7 ? wire_i32(r) : -1;
        skip_nodes(r); /* replicas */
        skip_nodes(r); /* in sync */
        if (version >= 5)
            skip_nodes(r); /* off line */
        wire_skip_tags(r);
    }
}

static void read_topics(struct wire_reader *r, int16_t version, struct msg_metadata_response *m)
{
    size_t count = wire_array(r, TOPIC_MIN_BYTES);

    m->topics = xcalloc(count, sizeof(*m->topics));
    for (; m->topic_count < count && !r->failed; m->topic_count++) {
        struct msg_metadata_topic *t = &m->topics[m->topic_count];

        t->error = wire_i16(r);
        t->name = version >= 12 ? wire_nullable_string(r) : wire_string(r);
        if (version >= 10)
            t->id = wire_uuid(r);
        if (version >= 1)
            t->is_internal = wire_bool(r);
        read_partitions(r, version, t);
        if (version >= 8)
            wire_i32(r); /* authorized operations */
        wire_skip_tags(r);
    }
}

int msg_metadata_decode(struct slice body, int16_t version,
                        struct msg_metadata_response *ret_response, struct tern_error *err)
{
    CLEANUP(msg_metadata_fini) struct msg_metadata_response m = {.controller = -1};
    struct wire_reader r = wire_api_reader(WIRE_METADATA, version, body);

    if (version >= 3)
        m.throttle_ms = wire_i32(&r);
    read_brokers(&r, version, &m);
    if (version >= 2)
        m.cluster_id = wire_nullable_string(&r);
    if (version >= 1)
        m.controller = wire_i32(&r);
    read_topics(&r, version, &m);
    if (version >= 8 && version <= 10)
        wire_i32(&r); /* authorized operations */
    if (version >= 13)
        m.error = wire_i16(&r);
    wire_skip_tags(&r);
    if (wire_api_decoded(&r, WIRE_METADATA, version, err) < 0)
        return -1;
    *ret_response = m;
    m = (struct msg_metadata_response){0};
    return 0;
}

void msg_metadata_fini(struct msg_metadata_response *response)
{
    for (size_t i = 0; i < response->topic_count; i++)
        free(response->topics[i].partitions);
    free(response->topics);
    free(response->brokers);
    *response = (struct msg_metadata_response){0};
}
