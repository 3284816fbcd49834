/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/msg_offset_fetch.h"

#include <stdlib.h>

#include "lib/base/xmem.h"

enum {
    GROUP_MIN_BYTES = 5,      /* an empty id, no topics, error, tags */
    TOPIC_MIN_BYTES = 3,      /* an empty name, no partitions, tags */
    PARTITION_MIN_BYTES = 20, /* index, offset, epoch, metadata, error, tags */
};

void msg_offset_fetch_encode(struct wire_writer *w, int16_t version,
                             const struct msg_offset_fetch_request *request)
{
    wire_put_array(w, request->group_count);
    for (size_t i = 0; i < request->group_count; i++) {
        wire_put_string(w, request->groups[i]);
        if (version >= 9) {
            wire_put_nullable_string(w, (struct slice){0}); /* no member */
            wire_put_i32(w, -1);
        }
        wire_put_null_array(w); /* all topics */
        wire_put_no_tags(w);
    }
    wire_put_bool(w, request->require_stable);
    wire_put_no_tags(w);
}

static void read_topic(struct wire_reader *r, struct msg_offset_fetch_group *g)
{
    struct slice topic = wire_string(r);
    size_t count = wire_array(r, PARTITION_MIN_BYTES);

    g->partitions =
        xreallocarray(g->partitions, g->partition_count + count + 1, sizeof(g->partitions[0]));
    for (size_t i = 0; i < count; i++) {
        struct msg_offset_fetch_partition *p = &g->partitions[g->partition_count++];

        *p = (struct msg_offset_fetch_partition){.topic = topic};
        p->partition = wire_i32(r);
        p->offset = wire_i64(r);
        wire_i32(r); /* the leader's epoch */
        p->metadata = wire_nullable_string(r);
        p->error = wire_i16(r);
        wire_skip_tags(r);
    }
    wire_skip_tags(r);
}

static void read_group(struct wire_reader *r, struct msg_offset_fetch_group *g)
{
    size_t topics;

    g->group = wire_string(r);
    topics = wire_array(r, TOPIC_MIN_BYTES);
    for (size_t i = 0; i < topics && !r->failed; i++)
        read_topic(r, g);
    g->error = wire_i16(r);
    wire_skip_tags(r);
}

int msg_offset_fetch_decode(struct slice body, int16_t version,
                            struct msg_offset_fetch_response *ret_response, struct tern_error *err)
{
    struct msg_offset_fetch_response m = {0};
    struct wire_reader r = wire_api_reader(WIRE_OFFSET_FETCH, version, body);
    size_t count;

    m.throttle_ms = wire_i32(&r);
    count = wire_array(&r, GROUP_MIN_BYTES);
    m.groups = xcalloc(count, sizeof(m.groups[0]));
    for (; m.group_count < count && !r.failed; m.group_count++)
        read_group(&r, &m.groups[m.group_count]);
    wire_skip_tags(&r);
    if (wire_api_decoded(&r, WIRE_OFFSET_FETCH, version, err) < 0) {
        msg_offset_fetch_fini(&m);
        return -1;
    }
    *ret_response = m;
    return 0;
}

void msg_offset_fetch_fini(struct msg_offset_fetch_response *response)
{
    for (size_t i = 0; i < response->group_count; i++)
        free(response->groups[i].partitions);
    free(response->groups);
    *response = (struct msg_offset_fetch_response){0};
}
