/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/msg_list_groups.h"

#include <stdlib.h>

#include "lib/base/xmem.h"

enum {
    GROUP_MIN_BYTES = 3, /* two empty strings and tags, in compact form */
};

void msg_list_groups_encode(struct wire_writer *w, int16_t version)
{
    if (version >= 4)
        wire_put_array(w, 0); /* states: all */
    if (version >= 5)
        wire_put_array(w, 0); /* types: all */
    wire_put_no_tags(w);
}

int msg_list_groups_decode(struct slice body, int16_t version,
                           struct msg_list_groups_response *ret_response, struct tern_error *err)
{
    struct msg_list_groups_response m = {0};
    struct wire_reader r = wire_api_reader(WIRE_LIST_GROUPS, version, body);
    size_t count;

    if (version >= 1)
        m.throttle_ms = wire_i32(&r);
    m.error = wire_i16(&r);
    count = wire_array(&r, GROUP_MIN_BYTES);
    m.groups = xcalloc(count, sizeof(m.groups[0]));
    for (; m.count < count && !r.failed; m.count++) {
        struct msg_listed_group *g = &m.groups[m.count];

        g->group = wire_string(&r);
        g->protocol_type = wire_string(&r);
        if (version >= 4)
            g->state = wire_string(&r);
        if (version >= 5)
            wire_string(&r); /* "classic", "consumer", "share" */
        wire_skip_tags(&r);
    }
    wire_skip_tags(&r);
    if (wire_api_decoded(&r, WIRE_LIST_GROUPS, version, err) < 0) {
        msg_list_groups_fini(&m);
        return -1;
    }
    *ret_response = m;
    return 0;
}

void msg_list_groups_fini(struct msg_list_groups_response *response)
{
    free(response->groups);
    *response = (struct msg_list_groups_response){0};
}
