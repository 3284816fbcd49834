/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/msg_leave_group.h"

enum {
    MEMBER_MIN_BYTES = 4,
    BATCHED_VERSION = 3,
};

void msg_leave_group_encode(struct wire_writer *w, int16_t version,
                            const struct msg_leave_group_request *request)
{
    wire_put_string(w, request->group);
    if (version >= BATCHED_VERSION)
        wire_put_array(w, 1);
    wire_put_string(w, request->member);
    if (version >= BATCHED_VERSION) {
        wire_put_nullable_string(w, (struct slice){0});
        if (version >= 5)
            wire_put_nullable_string(w, request->reason);
        wire_put_no_tags(w);
    }
    wire_put_no_tags(w);
}

static void read_members(struct wire_reader *r, struct msg_leave_group_response *m)
{
    size_t count = wire_array(r, MEMBER_MIN_BYTES);

    for (size_t i = 0; i < count && !r->failed; i++) {
        int16_t error;

        wire_string(r);
        wire_nullable_string(r);
        error = wire_i16(r);
        wire_skip_tags(r);
        if (m->error == 0)
            m->error = error;
    }
}

int msg_leave_group_decode(struct slice body, int16_t version,
                           struct msg_leave_group_response *ret_response, struct tern_error *err)
{
    struct wire_reader r = wire_api_reader(WIRE_LEAVE_GROUP, version, body);
    struct msg_leave_group_response m = {0};

    if (version >= 1)
        m.throttle_ms = wire_i32(&r);
    m.error = wire_i16(&r);
    if (version >= BATCHED_VERSION)
        read_members(&r, &m);
    wire_skip_tags(&r);
    if (wire_api_decoded(&r, WIRE_LEAVE_GROUP, version, err) < 0)
        return -1;
    *ret_response = m;
    return 0;
}
