/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/msg_find_coordinators.h"

#include <stdlib.h>

#include "lib/base/xmem.h"
#include "lib/wire/msg_find_coordinator.h"

enum {
    COORDINATOR_MIN_BYTES = 14, /* two empty strings, a null one, node, port, error, tags */
};

void msg_find_coordinators_encode(struct wire_writer *w, const struct slice *groups, size_t count)
{
    wire_put_i8(w, MSG_COORDINATOR_GROUP);
    wire_put_array(w, count);
    for (size_t i = 0; i < count; i++)
        wire_put_string(w, groups[i]);
    wire_put_no_tags(w);
}

int msg_find_coordinators_decode(struct slice body, int16_t version,
                                 struct msg_find_coordinators_response *ret_response,
                                 struct tern_error *err)
{
    struct msg_find_coordinators_response m = {0};
    struct wire_reader r = wire_api_reader(WIRE_FIND_COORDINATOR, version, body);
    size_t count;

    m.throttle_ms = wire_i32(&r);
    count = wire_array(&r, COORDINATOR_MIN_BYTES);
    m.coordinators = xcalloc(count, sizeof(m.coordinators[0]));
    for (; m.count < count; m.count++) {
        struct msg_coordinator *c = &m.coordinators[m.count];

        c->key = wire_string(&r);
        c->node_id = wire_i32(&r);
        c->host = wire_string(&r);
        c->port = wire_i32(&r);
        c->error = wire_i16(&r);
        wire_nullable_string(&r); /* the error's message */
        wire_skip_tags(&r);
    }
    wire_skip_tags(&r);
    if (wire_api_decoded(&r, WIRE_FIND_COORDINATOR, version, err) < 0) {
        msg_find_coordinators_fini(&m);
        return -1;
    }
    *ret_response = m;
    return 0;
}

void msg_find_coordinators_fini(struct msg_find_coordinators_response *response)
{
    free(response->coordinators);
    *response = (struct msg_find_coordinators_response){0};
}
