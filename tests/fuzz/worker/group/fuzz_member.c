/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A member whose coordinator says anything, at any time: each step is a byte that says what
 * happens, and what it needs. Whatever comes, the member keeps its own rules: it never sends
 * before it knows where to, and never wants two things of the herder at once.
 */
#include "worker/group/member.h"

#include <assert.h>
#include <stdlib.h>

#include "lib/wire/wire_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
    struct member *m;
    struct wire_reader in;
    int64_t now_ms;
    uint64_t serials[WIRE_API_COUNT]; /* of the last request of each kind */
    bool is_delivering, has_failed, is_asked;
};

static int64_t configured(void *arg, struct work *ret_work)
{
    (void)arg;
    work_add_task(ret_work, "c", 0);
    return 3;
}

static void take_actions(struct run *r)
{
    struct member_action a;
    const char *host;
    int32_t port;

    while (member_next(r->m, &a)) {
        switch (a.kind) {
        case MEMBER_SEND:
            assert(member_coordinator(r->m, &host, &port));
            r->serials[a.request.api] = a.request.serial;
            break;
        case MEMBER_DELIVER:
            assert(!r->is_delivering);
            r->is_delivering = true;
            member_delivery_fini(a.delivery);
            break;
        case MEMBER_FIND:
            r->is_asked = true;
            break;
        case MEMBER_FAIL:
            assert(!r->has_failed);
            r->has_failed = true;
            break;
        case MEMBER_HANG_UP:
        case MEMBER_NOTE:
            break;
        }
    }
}

static struct slice text(struct run *r)
{
    return wire_take(&r->in, (uint8_t)wire_i8(&r->in) % 64U);
}

static struct slice protocol(struct run *r)
{
    static const char *const names[] = {"sessioned", "compatible", "default", "range"};

    return slice_str(names[(uint8_t)wire_i8(&r->in) % 4U]);
}

static void join(struct run *r)
{
    struct msg_join_group_member members[3] = {0};
    struct msg_join_group_response answer = {
        .error = wire_i8(&r->in),
        .generation = wire_i8(&r->in),
        .protocol_type = slice_str("connect"),
        .protocol = protocol(r),
        .leader = text(r),
        .member = text(r),
        .members = members,
    };

    answer.member_count = (uint8_t)wire_i8(&r->in) % 4U;
    for (size_t i = 0; i < answer.member_count; i++) {
        members[i].id = text(r);
        members[i].metadata = text(r);
    }
    member_on_join(r->m, r->now_ms, r->serials[WIRE_JOIN_GROUP], &answer);
}

static void sync(struct run *r)
{
    const struct msg_sync_group_response answer = {
        .error = wire_i8(&r->in),
        .assignment = wire_take(&r->in, (uint8_t)wire_i8(&r->in)),
    };

    member_on_sync(r->m, r->now_ms, r->serials[WIRE_SYNC_GROUP], &answer);
}

static void coordinator(struct run *r)
{
    const struct msg_find_coordinator_response answer = {
        .error = wire_i8(&r->in), .host = text(r), .port = 9092};

    member_on_coordinator(r->m, r->now_ms, wire_i8(&r->in) % 2 ? NULL : &answer, "why");
}

static void step(struct run *r)
{
    switch ((uint8_t)wire_i8(&r->in) % 11U) {
    case 0:
        r->now_ms += wire_i16(&r->in) & 0xffff;
        member_on_tick(r->m, r->now_ms);
        break;
    case 1:
        member_on_poll(r->m, r->now_ms, wire_i8(&r->in) % 2);
        break;
    case 2:
        member_on_rejoin(r->m, r->now_ms, "why");
        break;
    case 3:
        member_on_leave(r->m, r->now_ms, "bye");
        break;
    case 4:
        if (r->is_delivering) {
            r->is_delivering = false;
            member_on_delivered(r->m, r->now_ms);
        }
        break;
    case 5:
        coordinator(r);
        break;
    case 6:
        join(r);
        break;
    case 7:
        sync(r);
        break;
    case 8:
        member_on_heartbeat(r->m, r->now_ms, r->serials[WIRE_HEARTBEAT], wire_i8(&r->in));
        break;
    case 9:
        member_on_left(r->m, r->now_ms, r->serials[WIRE_LEAVE_GROUP], wire_i8(&r->in));
        break;
    default:
        member_on_failed(r->m, r->now_ms, (uint64_t)(uint8_t)wire_i8(&r->in), "broken");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct member_conf conf = {
        .group = "g",
        .url = "http://w/",
        .protocol = size ? (enum group_protocol)(data[0] % 3) : GROUP_SESSIONED,
        .session_timeout_ms = 10000,
        .rebalance_timeout_ms = 60000,
        .heartbeat_interval_ms = 3000,
        .request_timeout_ms = 40000,
        .retry_ms = 100,
        .retry_max_ms = 1000,
        .max_delay_ms = 30000,
        .seed = 1,
        .configured = configured,
    };
    struct run r = {.m = member_new(&conf, 0), .in = wire_reader_of(slice_of(data, size), false)};

    take_actions(&r);
    while (wire_left(&r.in)) {
        step(&r);
        take_actions(&r);
    }
    member_free(r.m);
    return 0;
}
