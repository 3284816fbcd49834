/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/msg_join_group.h"

#include <stdlib.h>

#include "lib/base/xmem.h"

enum {
    MEMBER_MIN_BYTES = 2, /* an empty compact id, empty compact metadata */
};

void msg_join_group_encode(struct wire_writer *w, int16_t version,
                           const struct msg_join_group_request *request)
{
    wire_put_string(w, request->group);
    wire_put_i32(w, request->session_timeout_ms);
    if (version >= 1)
        wire_put_i32(w, request->rebalance_timeout_ms);
    wire_put_string(w, request->member);
    if (version >= 5)
        wire_put_nullable_string(w, (struct slice){0});
    wire_put_string(w, request->protocol_type);
    wire_put_array(w, request->protocol_count);
    for (size_t i = 0; i < request->protocol_count; i++) {
        wire_put_string(w, request->protocols[i].name);
        wire_put_bytes(w, request->protocols[i].metadata);
        wire_put_no_tags(w);
    }
    if (version >= 8)
        wire_put_nullable_string(w, request->reason);
    wire_put_no_tags(w);
}

static void read_members(struct wire_reader *r, int16_t version, struct msg_join_group_response *m)
{
    size_t count = wire_array(r, MEMBER_MIN_BYTES);

    m->members = xcalloc(count, sizeof(*m->members));
    for (; m->member_count < count; m->member_count++) {
        struct msg_join_group_member *member = &m->members[m->member_count];

        member->id = wire_string(r);
        if (version >= 5)
            wire_nullable_string(r);
        member->metadata = wire_bytes(r);
        wire_skip_tags(r);
    }
}

int msg_join_group_decode(struct slice body, int16_t version,
                          struct msg_join_group_response *ret_response, struct tern_error *err)
{
    CLEANUP(msg_join_group_fini) struct msg_join_group_response m = {0};
    struct wire_reader r = wire_api_reader(WIRE_JOIN_GROUP, version, body);

    if (version >= 2)
        m.throttle_ms = wire_i32(&r);
    m.error = wire_i16(&r);
    m.generation = wire_i32(&r);
    if (version >= 7)
        m.protocol_type = wire_nullable_string(&r);
    m.protocol = version >= 7 ? wire_nullable_string(&r) : wire_string(&r);
    m.leader = wire_string(&r);
    if (version >= 9)
        m.skip_assignment = wire_bool(&r);
    m.member = wire_string(&r);
    read_members(&r, version, &m);
    wire_skip_tags(&r);
    if (wire_api_decoded(&r, WIRE_JOIN_GROUP, version, err) < 0)
        return -1;
    *ret_response = m;
    m.members = NULL;
    return 0;
}

void msg_join_group_fini(struct msg_join_group_response *response)
{
    free(response->members);
    *response = (struct msg_join_group_response){0};
}
