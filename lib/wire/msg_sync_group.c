/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/msg_sync_group.h"

void msg_sync_group_encode(struct wire_writer *w, int16_t version,
                           const struct msg_sync_group_request *request)
{
    wire_put_string(w, request->group);
    wire_put_i32(w, request->generation);
    wire_put_string(w, request->member);
    if (version >= 3)
        wire_put_nullable_string(w, (struct slice){0});
    if (version >= 5) {
        wire_put_nullable_string(w, request->protocol_type);
        wire_put_nullable_string(w, request->protocol);
    }
    wire_put_array(w, request->assignment_count);
    for (size_t i = 0; i < request->assignment_count; i++) {
        wire_put_string(w, request->assignments[i].member);
        wire_put_bytes(w, request->assignments[i].assignment);
        wire_put_no_tags(w);
    }
    wire_put_no_tags(w);
}

int msg_sync_group_decode(struct slice body, int16_t version,
                          struct msg_sync_group_response *ret_response, struct tern_error *err)
{
    struct wire_reader r = wire_api_reader(WIRE_SYNC_GROUP, version, body);
    struct msg_sync_group_response m = {0};

    if (version >= 1)
        m.throttle_ms = wire_i32(&r);
    m.error = wire_i16(&r);
    if (version >= 5) {
        m.protocol_type = wire_nullable_string(&r);
        m.protocol = wire_nullable_string(&r);
    }
    m.assignment = wire_nullable_bytes(&r); /* null beside an error, where brokers are lax */
    wire_skip_tags(&r);
    if (wire_api_decoded(&r, WIRE_SYNC_GROUP, version, err) < 0)
        return -1;
    *ret_response = m;
    return 0;
}
