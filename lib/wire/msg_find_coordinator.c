/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/msg_find_coordinator.h"

enum {
    COORDINATOR_MIN_BYTES = 14,
    BATCHED_VERSION = 4,
};

void msg_find_coordinator_encode(struct wire_writer *w, int16_t version,
                                 const struct msg_find_coordinator_request *request)
{
    if (version < BATCHED_VERSION)
        wire_put_string(w, request->key);
    if (version >= 1)
        wire_put_i8(w, (int8_t)request->kind);
    if (version >= BATCHED_VERSION) {
        wire_put_array(w, 1);
        wire_put_string(w, request->key);
    }
    wire_put_no_tags(w);
}

static void read_node(struct wire_reader *r, struct msg_find_coordinator_response *m)
{
    m->node_id = wire_i32(r);
    m->host = wire_string(r);
    m->port = wire_i32(r);
}

static void read_single(struct wire_reader *r, int16_t version,
                        struct msg_find_coordinator_response *m)
{
    m->error = wire_i16(r);
    if (version >= 1)
        m->error_message = wire_nullable_string(r);
    read_node(r, m);
}

static void read_batched(struct wire_reader *r, struct msg_find_coordinator_response *m)
{
    if (wire_array(r, COORDINATOR_MIN_BYTES) != 1)
        r->failed = true;
    wire_string(r); /* the key that was asked for */
    read_node(r, m);
    m->error = wire_i16(r);
    m->error_message = wire_nullable_string(r);
    wire_skip_tags(r);
}

int msg_find_coordinator_decode(struct slice body, int16_t version,
                                struct msg_find_coordinator_response *ret_response,
                                struct tern_error *err)
{
    struct wire_reader r = wire_api_reader(WIRE_FIND_COORDINATOR, version, body);
    struct msg_find_coordinator_response m = {0};

    if (version >= 1)
        m.throttle_ms = wire_i32(&r);
    if (version >= BATCHED_VERSION)
        read_batched(&r, &m);
    else
        read_single(&r, version, &m);
    wire_skip_tags(&r);
    if (wire_api_decoded(&r, WIRE_FIND_COORDINATOR, version, err) < 0)
        return -1;
    *ret_response = m;
    return 0;
}
