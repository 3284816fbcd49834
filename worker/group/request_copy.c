/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/group/request_copy.h"

#include <assert.h>
#include <string.h>

static void own(struct request_copy *c, struct slice *s)
{
    void *copy;

    if (!s->at)
        return;
    copy = xmalloc(s->len + 1);
    memcpy(copy, s->at, s->len);
    vec_push(&c->owned, copy);
    s->at = copy;
}

static void *own_array(struct request_copy *c, const void *data, size_t count, size_t size)
{
    void *copy = xcalloc(count + 1, size);

    if (count)
        memcpy(copy, data, count * size);
    vec_push(&c->owned, copy);
    return copy;
}

static void own_join(struct request_copy *c, struct msg_join_group_request *q)
{
    struct msg_join_group_protocol *p = own_array(c, q->protocols, q->protocol_count, sizeof(*p));

    for (size_t i = 0; i < q->protocol_count; i++) {
        own(c, &p[i].name);
        own(c, &p[i].metadata);
    }
    q->protocols = p;
    own(c, &q->group);
    own(c, &q->member);
    own(c, &q->protocol_type);
    own(c, &q->reason);
}

static void own_sync(struct request_copy *c, struct msg_sync_group_request *q)
{
    struct msg_sync_group_assignment *a =
        own_array(c, q->assignments, q->assignment_count, sizeof(*a));

    for (size_t i = 0; i < q->assignment_count; i++) {
        own(c, &a[i].member);
        own(c, &a[i].assignment);
    }
    q->assignments = a;
    own(c, &q->group);
    own(c, &q->member);
    own(c, &q->protocol_type);
    own(c, &q->protocol);
}

void request_copy_init(struct request_copy *ret_copy, const struct member_request *request)
{
    struct request_copy *c = ret_copy;

    *c = (struct request_copy){.request = *request};
    switch (request->api) {
    case WIRE_JOIN_GROUP:
        own_join(c, &c->request.join);
        break;
    case WIRE_SYNC_GROUP:
        own_sync(c, &c->request.sync);
        break;
    case WIRE_HEARTBEAT:
        own(c, &c->request.heartbeat.group);
        own(c, &c->request.heartbeat.member);
        break;
    default:
        assert(request->api == WIRE_LEAVE_GROUP);
        own(c, &c->request.leave.group);
        own(c, &c->request.leave.member);
        own(c, &c->request.leave.reason);
    }
}

void request_copy_fini(struct request_copy *copy)
{
    for (size_t i = 0; i < copy->owned.count; i++)
        free(copy->owned.at[i]);
    vec_fini(&copy->owned);
}

void member_request_encode(const struct member_request *request, struct wire_writer *w,
                           int16_t version)
{
    switch (request->api) {
    case WIRE_JOIN_GROUP:
        msg_join_group_encode(w, version, &request->join);
        break;
    case WIRE_SYNC_GROUP:
        msg_sync_group_encode(w, version, &request->sync);
        break;
    case WIRE_HEARTBEAT:
        msg_heartbeat_encode(w, version, &request->heartbeat);
        break;
    default:
        assert(request->api == WIRE_LEAVE_GROUP);
        msg_leave_group_encode(w, version, &request->leave);
    }
}
