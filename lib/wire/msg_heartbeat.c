/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/msg_heartbeat.h"

void msg_heartbeat_encode(struct wire_writer *w, int16_t version,
                          const struct msg_heartbeat_request *request)
{
    wire_put_string(w, request->group);
    wire_put_i32(w, request->generation);
    wire_put_string(w, request->member);
    if (version >= 3)
        wire_put_nullable_string(w, (struct slice){0});
    wire_put_no_tags(w);
}

int msg_heartbeat_decode(struct slice body, int16_t version,
                         struct msg_heartbeat_response *ret_response, struct tern_error *err)
{
    struct wire_reader r = wire_api_reader(WIRE_HEARTBEAT, version, body);
    struct msg_heartbeat_response m = {0};

    if (version >= 1)
        m.throttle_ms = wire_i32(&r);
    m.error = wire_i16(&r);
    wire_skip_tags(&r);
    if (wire_api_decoded(&r, WIRE_HEARTBEAT, version, err) < 0)
        return -1;
    *ret_response = m;
    return 0;
}
