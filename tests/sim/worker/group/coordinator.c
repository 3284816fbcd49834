/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator.h"

#include <check.h>
#include <string.h>

#include "lib/base/vec.h"
#include "lib/wire/wire_error.h"

enum {
    PROTOCOLS_MAX = 3,
};

struct protocol {
    char *name;
    void *metadata;
    size_t len;
};

struct seat {
    char *id;
    int from;
    bool is_new; /* was given an id and has not joined by it yet */
    int64_t heard_ms;
    int32_t session_ms, rebalance_ms;
    struct protocol protocols[PROTOCOLS_MAX];
    size_t protocol_count;
    uint64_t join, sync; /* serials that are not answered */
    void *assignment;
    size_t assignment_len;
};

enum state {
    EMPTY,
    PREPARING,
    COMPLETING,
    STABLE,
};

struct coordinator {
    coordinator_send *send;
    void *arg;
    int64_t initial_delay_ms;
    int64_t now_ms;
    enum state state;
    int64_t not_before_ms; /* a first round waits for others */
    int32_t generation;
    int64_t round_end_ms;
    char *protocol;
    char *leader; /* id */
    VEC(struct seat *) seats;
    unsigned ids;
};

struct coordinator *coordinator_new(int64_t initial_delay_ms, coordinator_send *send, void *arg)
{
    struct coordinator *c = xcalloc(1, sizeof(*c));

    c->initial_delay_ms = initial_delay_ms;
    c->send = send;
    c->arg = arg;
    return c;
}

static void forget_protocols(struct seat *s)
{
    for (size_t i = 0; i < s->protocol_count; i++) {
        free(s->protocols[i].name);
        free(s->protocols[i].metadata);
    }
    s->protocol_count = 0;
}

static void seat_free(struct seat *s)
{
    forget_protocols(s);
    free(s->assignment);
    free(s->id);
    free(s);
}

void coordinator_free(struct coordinator *c)
{
    for (size_t i = 0; i < c->seats.count; i++)
        seat_free(c->seats.at[i]);
    vec_fini(&c->seats);
    free(c->protocol);
    free(c->leader);
    free(c);
}

static void reply(struct coordinator *c, int from, enum wire_api api, uint64_t serial,
                  int16_t error, const char *member)
{
    const struct coordinator_answer a = {
        .api = api, .serial = serial, .error = error, .member = member, .generation = -1};

    c->send(c->arg, from, &a);
}

static struct seat *find(struct coordinator *c, struct slice id)
{
    for (size_t i = 0; i < c->seats.count; i++) {
        if (slice_equal(slice_str(c->seats.at[i]->id), id))
            return c->seats.at[i];
    }
    return NULL;
}

/* ---- rounds ---- */

static const struct protocol *protocol_of(const struct seat *s, const char *name)
{
    for (size_t i = 0; i < s->protocol_count; i++) {
        if (strcmp(s->protocols[i].name, name) == 0)
            return &s->protocols[i];
    }
    return NULL;
}

static const struct seat *first_member(const struct coordinator *c)
{
    for (size_t i = 0; i < c->seats.count; i++) {
        if (!c->seats.at[i]->is_new)
            return c->seats.at[i];
    }
    return NULL;
}

/* The first of anybody's that all have: the order is the same for all. */
static void choose_protocol(struct coordinator *c)
{
    const struct seat *first = first_member(c);

    for (size_t p = 0; p < first->protocol_count; p++) {
        bool all = true;

        for (size_t i = 0; i < c->seats.count; i++)
            all = all &&
                  (c->seats.at[i]->is_new || protocol_of(c->seats.at[i], first->protocols[p].name));
        if (all) {
            free(c->protocol);
            c->protocol = xstrdup(first->protocols[p].name);
            return;
        }
    }
    ck_abort_msg("no common protocol");
}

static void remove_at(struct coordinator *c, size_t i)
{
    seat_free(c->seats.at[i]);
    vec_remove(&c->seats, i);
}

static void answer_join(struct coordinator *c, struct seat *s)
{
    struct msg_join_group_member *members = xcalloc(c->seats.count, sizeof(*members));
    struct coordinator_answer a = {
        .api = WIRE_JOIN_GROUP,
        .serial = s->join,
        .generation = c->generation,
        .protocol = c->protocol,
        .leader = c->leader,
        .member = s->id,
    };

    for (size_t i = 0; strcmp(s->id, c->leader) == 0 && i < c->seats.count; i++) {
        const struct protocol *p;

        if (c->seats.at[i]->is_new)
            continue;
        p = protocol_of(c->seats.at[i], c->protocol);
        members[a.member_count].id = slice_str(c->seats.at[i]->id);
        members[a.member_count++].metadata = slice_of(p->metadata, p->len);
    }
    a.members = members;
    s->join = 0;
    s->heard_ms = c->now_ms;
    c->send(c->arg, s->from, &a);
    free(members);
}

static void answer_sync(struct coordinator *c, struct seat *s)
{
    const struct coordinator_answer a = {
        .api = WIRE_SYNC_GROUP,
        .serial = s->sync,
        .assignment = slice_of(s->assignment, s->assignment_len),
        .protocol = c->protocol,
    };

    s->sync = 0;
    s->heard_ms = c->now_ms;
    c->send(c->arg, s->from, &a);
}

static void complete_round(struct coordinator *c)
{
    bool any = false;

    for (size_t i = c->seats.count; i-- > 0;) {
        if (!c->seats.at[i]->join && !c->seats.at[i]->is_new)
            remove_at(c, i);
        else if (!c->seats.at[i]->is_new)
            any = true;
    }
    if (!any) {
        c->state = EMPTY;
        return;
    }
    c->state = COMPLETING;
    c->generation++;
    choose_protocol(c);
    if (!c->leader || !find(c, slice_str(c->leader))) {
        free(c->leader);
        c->leader = xstrdup(first_member(c)->id);
    }
    for (size_t i = 0; i < c->seats.count; i++) {
        struct seat *s = c->seats.at[i];

        if (s->is_new)
            continue;
        free(s->assignment);
        s->assignment = NULL;
        s->assignment_len = 0;
        answer_join(c, s);
    }
}

static void try_complete(struct coordinator *c)
{
    if (c->state != PREPARING || c->now_ms < c->not_before_ms)
        return;
    for (size_t i = 0; i < c->seats.count; i++) {
        if (!c->seats.at[i]->join)
            return; /* who was just given an id is awaited, too */
    }
    complete_round(c);
}

static void prepare_round(struct coordinator *c)
{
    int32_t longest_ms = 0;

    if (c->state == PREPARING)
        return;
    for (size_t i = 0; i < c->seats.count; i++) {
        struct seat *s = c->seats.at[i];

        if (s->rebalance_ms > longest_ms)
            longest_ms = s->rebalance_ms;
        if (s->sync) {
            reply(c, s->from, WIRE_SYNC_GROUP, s->sync, WIRE_REBALANCE_IN_PROGRESS, s->id);
            s->sync = 0;
            s->heard_ms = c->now_ms;
        }
    }
    c->state = PREPARING;
    c->round_end_ms = c->now_ms + longest_ms;
}

/* ---- requests ---- */

static bool same_metadata(const struct seat *s, const struct msg_join_group_request *q)
{
    if (s->protocol_count != q->protocol_count)
        return false;
    for (size_t i = 0; i < s->protocol_count; i++) {
        if (!slice_equal(slice_of(s->protocols[i].metadata, s->protocols[i].len),
                         q->protocols[i].metadata))
            return false;
    }
    return true;
}

static void take_metadata(struct seat *s, const struct msg_join_group_request *q)
{
    forget_protocols(s);
    ck_assert_uint_le(q->protocol_count, PROTOCOLS_MAX);
    for (size_t i = 0; i < q->protocol_count; i++) {
        const struct msg_join_group_protocol *p = &q->protocols[i];

        s->protocols[i] =
            (struct protocol){xstrndup((const char *)p->name.at, p->name.len),
                              xmemdup(p->metadata.at, p->metadata.len), p->metadata.len};
    }
    s->protocol_count = q->protocol_count;
    s->session_ms = q->session_timeout_ms;
    s->rebalance_ms = q->rebalance_timeout_ms;
}

static void give_id(struct coordinator *c, int from, uint64_t serial, int32_t session_ms)
{
    struct seat *s = xcalloc(1, sizeof(*s));

    s->id = xasprintf("worker-%d-%u", from, ++c->ids);
    s->from = from;
    s->is_new = true;
    s->heard_ms = c->now_ms;
    s->session_ms = session_ms;
    vec_push(&c->seats, s);
    reply(c, from, WIRE_JOIN_GROUP, serial, WIRE_MEMBER_ID_REQUIRED, s->id);
}

static void on_join(struct coordinator *c, int from, uint64_t serial,
                    const struct msg_join_group_request *q)
{
    struct seat *s = find(c, q->member);
    bool same, is_first = s && s->is_new;

    if (q->member.len == 0) {
        give_id(c, from, serial, q->session_timeout_ms);
        return;
    }
    if (!s) {
        reply(c, from, WIRE_JOIN_GROUP, serial, WIRE_UNKNOWN_MEMBER_ID, "");
        return;
    }
    same = !s->is_new && same_metadata(s, q);
    take_metadata(s, q);
    s->from = from;
    s->is_new = false;
    s->join = serial;
    s->heard_ms = c->now_ms;
    if (same && (c->state == COMPLETING || (c->state == STABLE && strcmp(s->id, c->leader) != 0))) {
        answer_join(c, s);
        return;
    }
    if (c->state == EMPTY || (c->now_ms < c->not_before_ms && is_first))
        c->not_before_ms = c->now_ms + c->initial_delay_ms;
    prepare_round(c);
    try_complete(c);
}

static void on_sync(struct coordinator *c, struct seat *s, uint64_t serial,
                    const struct msg_sync_group_request *q)
{
    s->sync = serial;
    s->heard_ms = c->now_ms;
    if (c->state == STABLE) {
        answer_sync(c, s);
        return;
    }
    if (strcmp(s->id, c->leader) != 0)
        return;
    for (size_t i = 0; i < q->assignment_count; i++) {
        struct seat *to = find(c, q->assignments[i].member);

        if (!to)
            continue;
        to->assignment = xmemdup(q->assignments[i].assignment.at, q->assignments[i].assignment.len);
        to->assignment_len = q->assignments[i].assignment.len;
    }
    c->state = STABLE;
    for (size_t i = 0; i < c->seats.count; i++) {
        if (c->seats.at[i]->sync)
            answer_sync(c, c->seats.at[i]);
    }
}

static void gone(struct coordinator *c)
{
    if (!first_member(c))
        c->state = EMPTY;
    else if (c->state != EMPTY)
        prepare_round(c);
    try_complete(c);
}

static void on_leave(struct coordinator *c, struct slice id)
{
    for (size_t i = 0; i < c->seats.count; i++) {
        if (slice_equal(slice_str(c->seats.at[i]->id), id)) {
            remove_at(c, i);
            gone(c);
            return;
        }
    }
}

static int16_t check(struct coordinator *c, struct seat *s, int32_t generation)
{
    if (!s || s->is_new)
        return WIRE_UNKNOWN_MEMBER_ID;
    if (generation != c->generation)
        return WIRE_ILLEGAL_GENERATION;
    return c->state == PREPARING ? WIRE_REBALANCE_IN_PROGRESS : 0;
}

void coordinator_handle(struct coordinator *c, int64_t now_ms, int from,
                        const struct member_request *request)
{
    struct seat *s;
    int16_t error;

    c->now_ms = now_ms;
    switch (request->api) {
    case WIRE_JOIN_GROUP:
        on_join(c, from, request->serial, &request->join);
        return;
    case WIRE_SYNC_GROUP:
        s = find(c, request->sync.member);
        error = check(c, s, request->sync.generation);
        if (error)
            reply(c, from, WIRE_SYNC_GROUP, request->serial, error, "");
        else
            on_sync(c, s, request->serial, &request->sync);
        return;
    case WIRE_HEARTBEAT:
        s = find(c, request->heartbeat.member);
        error = check(c, s, request->heartbeat.generation);
        if (s)
            s->heard_ms = now_ms;
        reply(c, from, WIRE_HEARTBEAT, request->serial, error, "");
        return;
    default:
        on_leave(c, request->leave.member);
        reply(c, from, WIRE_LEAVE_GROUP, request->serial, 0, "");
        return;
    }
}

void coordinator_tick(struct coordinator *c, int64_t now_ms)
{
    bool any = false;

    c->now_ms = now_ms;
    for (size_t i = c->seats.count; i-- > 0;) {
        const struct seat *s = c->seats.at[i];

        if (s->join || s->sync || now_ms < s->heard_ms + s->session_ms)
            continue;
        any = any || !s->is_new;
        remove_at(c, i);
    }
    if (any)
        gone(c);
    else
        try_complete(c);
    if (c->state == PREPARING && now_ms >= c->round_end_ms)
        complete_round(c);
}

void coordinator_move(struct coordinator *c, int64_t now_ms)
{
    c->now_ms = now_ms;
    for (size_t i = c->seats.count; i-- > 0;) {
        struct seat *s = c->seats.at[i];

        s->join = s->sync = 0;
        s->heard_ms = now_ms;
        if (c->state != STABLE || s->is_new)
            remove_at(c, i);
    }
    if (c->seats.count == 0)
        c->state = EMPTY;
}

bool coordinator_is_stable(const struct coordinator *c)
{
    return c->state == STABLE;
}

int32_t coordinator_generation(const struct coordinator *c)
{
    return c->generation;
}
