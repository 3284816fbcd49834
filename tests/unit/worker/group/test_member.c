/* SPDX-License-Identifier: Apache-2.0 */
/* One member, step by step: what it sends, when, and what it makes of each answer. */
#include "worker/group/member.h"

#include "lib/base/clock.h"
#include "lib/wire/wire_error.h"
#include "tests/lib/testing.h"
#include "worker/group/protocol.h"

enum {
    LIMIT = 1 << 16,
    SESSION_MS = 10000,
    REBALANCE_MS = 60000,
    HEARTBEAT_MS = 3000,
    DELAY_MS = 300000,
    RETRY_MS = 100,
    UNKNOWN_MEMBER = 25, /* Kafka's code */
};

#define MEMBER "connect-w1:8083-1"

/* A member, and the last of each action that it wanted. */
struct fixture {
    struct member *m;
    int64_t now_ms;
    bool finds, hung_up, failed;
    struct member_request sent; /* api of 0 and no serial: nothing */
    struct member_delivery delivery;
    bool has_delivery;
    char id[64]; /* of the member, as it was sent */
    char reason[256];
    size_t protocols;
    struct tern_error error;
};

static int64_t configured(void *arg, struct work *ret_work)
{
    (void)arg;
    work_add_connector(ret_work, "c");
    work_add_task(ret_work, "c", 0);
    return 7;
}

static void copy_text(char *to, size_t size, struct slice from)
{
    ck_assert_uint_lt(from.len, size);
    memcpy(to, from.at, from.len);
    to[from.len] = 0;
}

static void note_request(struct fixture *f, const struct member_request *q)
{
    f->sent = *q;
    if (q->api == WIRE_JOIN_GROUP) {
        copy_text(f->id, sizeof(f->id), q->join.member);
        copy_text(f->reason, sizeof(f->reason), q->join.reason);
        f->protocols = q->join.protocol_count;
    } else if (q->api == WIRE_LEAVE_GROUP) {
        copy_text(f->id, sizeof(f->id), q->leave.member);
        copy_text(f->reason, sizeof(f->reason), q->leave.reason);
    }
}

static void take_actions(struct fixture *f)
{
    struct member_action a;

    f->sent = (struct member_request){0};
    f->finds = f->hung_up = false;
    while (member_next(f->m, &a)) {
        if (a.kind == MEMBER_FIND)
            f->finds = true;
        else if (a.kind == MEMBER_HANG_UP)
            f->hung_up = true;
        else if (a.kind == MEMBER_SEND)
            note_request(f, &a.request);
        else if (a.kind == MEMBER_FAIL)
            f->failed = true, f->error = *a.error;
        else if (a.kind == MEMBER_DELIVER) {
            f->delivery = *a.delivery;
            *a.delivery = (struct member_delivery){0};
            f->has_delivery = true;
        }
    }
}

static void at(struct fixture *f, int64_t now_ms)
{
    f->now_ms = now_ms;
    member_on_tick(f->m, now_ms);
    take_actions(f);
}

static void setup(struct fixture *f, enum group_protocol protocol)
{
    const struct member_conf conf = {
        .group = "g",
        .url = "http://w1:8083/",
        .protocol = protocol,
        .session_timeout_ms = SESSION_MS,
        .rebalance_timeout_ms = REBALANCE_MS,
        .heartbeat_interval_ms = HEARTBEAT_MS,
        .request_timeout_ms = 40000,
        .retry_ms = RETRY_MS,
        .retry_max_ms = 1000,
        .max_delay_ms = DELAY_MS,
        .seed = 1,
        .configured = configured,
    };

    *f = (struct fixture){.now_ms = 1000};
    f->m = member_new(&conf, f->now_ms);
}

static void teardown(struct fixture *f)
{
    member_delivery_fini(&f->delivery);
    member_free(f->m);
}

static void find(struct fixture *f)
{
    const struct msg_find_coordinator_response found = {
        .node_id = 1, .host = slice_str("b1"), .port = 9092};

    member_on_coordinator(f->m, f->now_ms, &found, NULL);
    take_actions(f);
}

static void poll(struct fixture *f, bool is_polling)
{
    member_on_poll(f->m, f->now_ms, is_polling);
    take_actions(f);
}

static void answer_join(struct fixture *f, int16_t error, int32_t generation, bool leads)
{
    struct msg_join_group_member members[1] = {{slice_str(MEMBER), {0}}};
    CLEANUP(buf_fini) struct buf metadata = BUF_INIT(LIMIT);
    const struct protocol_metadata told = {.url = (char *)"http://w1:8083/", .offset = 7};
    const struct msg_join_group_response join = {
        .error = error,
        .generation = error ? -1 : generation,
        .protocol_type = slice_str("connect"),
        .protocol = slice_str(f->protocols == 1 ? "default" : "sessioned"),
        .leader = slice_str(leads ? MEMBER : "other"),
        .member = slice_str(error == 0 || error == WIRE_MEMBER_ID_REQUIRED ? MEMBER : ""),
        .members = members,
        .member_count = leads ? 1 : 0,
    };

    ck_assert_int_eq(f->sent.api, WIRE_JOIN_GROUP);
    protocol_metadata_encode(&told, f->protocols == 1 ? 0 : 2, &metadata);
    members[0].metadata = buf_slice(&metadata);
    member_on_join(f->m, f->now_ms, f->sent.serial, &join);
    take_actions(f);
}

/* With one task, which is new. */
static void answer_sync(struct fixture *f, int16_t error)
{
    CLEANUP(buf_fini) struct buf blob = BUF_INIT(LIMIT);
    struct protocol_assignment a = {
        .leader = (char *)"other", .leader_url = (char *)"http://o/", .offset = 7};
    struct msg_sync_group_response sync = {.error = error, .protocol_type = slice_str("connect")};

    ck_assert_int_eq(f->sent.api, WIRE_SYNC_GROUP);
    work_list_add(&a.assigned, "c", 0);
    protocol_assignment_encode(&a, f->protocols == 1 ? 0 : 2, &blob);
    work_list_fini(&a.assigned);
    sync.assignment = buf_slice(&blob);
    member_on_sync(f->m, f->now_ms, f->sent.serial, &sync);
    take_actions(f);
}

/* A member of generation 5, whose herder has applied its assignment. */
static void become_stable(struct fixture *f)
{
    at(f, f->now_ms);
    ck_assert(f->finds);
    find(f);
    ck_assert_uint_eq(f->sent.serial, 0); /* the herder does not poll yet */
    poll(f, true);
    answer_join(f, WIRE_MEMBER_ID_REQUIRED, -1, false);
    answer_join(f, 0, 5, false);
    answer_sync(f, 0);
    ck_assert(f->has_delivery);
    ck_assert(!member_is_stable(f->m));
    ck_assert_uint_eq(f->delivery.assignment->assigned.task_count, 1);
    member_on_delivered(f->m, f->now_ms);
    take_actions(f);
    ck_assert(member_is_stable(f->m));
    ck_assert_str_eq(member_id(f->m), MEMBER);
}

START_TEST(first_join)
{
    struct fixture f;

    setup(&f, GROUP_SESSIONED);
    become_stable(&f);
    at(&f, f.now_ms + HEARTBEAT_MS - 1);
    ck_assert_uint_eq(f.sent.serial, 0);
    ck_assert_int_eq(member_wake_ms(f.m), f.now_ms + 1);
    at(&f, f.now_ms + 1);
    ck_assert_int_eq(f.sent.api, WIRE_HEARTBEAT);
    ck_assert_int_eq(f.sent.heartbeat.generation, 5);
    teardown(&f);
}
END_TEST

/* What the next join is like after an answer: who joins, and how long after. */
static const struct error_case {
    enum wire_api api;
    int16_t code;
    bool keeps_id;
    bool finds; /* the coordinator is looked for first */
    bool fails;
    int64_t least_ms, most_ms;
    const char *reason;
} error_cases[] = {
    {WIRE_JOIN_GROUP, WIRE_COORDINATOR_LOAD_IN_PROGRESS, true, false, false, RETRY_MS, RETRY_MS,
     "rebalance failed due to CoordinatorLoadInProgressException"},
    {WIRE_JOIN_GROUP, WIRE_NOT_COORDINATOR, true, true, false, RETRY_MS, RETRY_MS,
     "rebalance failed due to NotCoordinatorException"},
    {WIRE_JOIN_GROUP, WIRE_UNKNOWN_MEMBER_ID, false, false, false, 0, 0,
     "rebalance failed due to UnknownMemberIdException"},
    {WIRE_JOIN_GROUP, WIRE_REBALANCE_IN_PROGRESS, true, false, false, 0, 0,
     "rebalance failed due to RebalanceInProgressException"},
    {WIRE_JOIN_GROUP, 12345, true, false, false, 80, 120,
     "rebalance failed due to UnknownException"},
    {WIRE_JOIN_GROUP, WIRE_GROUP_AUTHORIZATION_FAILED, true, false, true, 0, 0, NULL},
    {WIRE_JOIN_GROUP, WIRE_INCONSISTENT_GROUP_PROTOCOL, true, false, true, 0, 0, NULL},
    {WIRE_SYNC_GROUP, WIRE_NOT_COORDINATOR, true, true, false, RETRY_MS, RETRY_MS,
     "rebalance failed due to NotCoordinatorException"},
    {WIRE_SYNC_GROUP, WIRE_ILLEGAL_GENERATION, true, false, false, 0, 0,
     "rebalance failed due to IllegalGenerationException"},
    {WIRE_SYNC_GROUP, WIRE_UNKNOWN_MEMBER_ID, false, false, false, 0, 0,
     "rebalance failed due to UnknownMemberIdException"},
    {WIRE_SYNC_GROUP, WIRE_REBALANCE_IN_PROGRESS, true, false, false, 0, 0,
     "rebalance failed due to RebalanceInProgressException"},
    {WIRE_SYNC_GROUP, 12345, true, false, false, 80, 120,
     "rebalance failed due to UnknownException"},
    {WIRE_SYNC_GROUP, WIRE_GROUP_AUTHORIZATION_FAILED, true, false, true, 0, 0, NULL},
    {WIRE_HEARTBEAT, WIRE_ILLEGAL_GENERATION, true, false, false, 0, 0,
     "rebalance failed due to IllegalGenerationException"},
    {WIRE_HEARTBEAT, WIRE_UNKNOWN_MEMBER_ID, false, false, false, 0, 0,
     "rebalance failed due to UnknownMemberIdException"},
    {WIRE_HEARTBEAT, WIRE_REBALANCE_IN_PROGRESS, true, false, false, 0, 0, ""},
};

static void provoke(struct fixture *f, const struct error_case *row)
{
    become_stable(f);
    if (row->api == WIRE_HEARTBEAT) {
        at(f, f->now_ms + HEARTBEAT_MS);
        member_on_heartbeat(f->m, f->now_ms, f->sent.serial, row->code);
        take_actions(f);
        return;
    }
    member_on_rejoin(f->m, f->now_ms, "");
    take_actions(f);
    if (row->api == WIRE_SYNC_GROUP) {
        answer_join(f, 0, 6, false);
        answer_sync(f, row->code);
    } else {
        answer_join(f, row->code, -1, false);
    }
}

START_TEST(error_answer)
{
    const struct error_case *row = &error_cases[_i];
    struct fixture f;
    int64_t began_ms;

    setup(&f, GROUP_SESSIONED);
    provoke(&f, row);
    ck_assert_int_eq(f.failed, row->fails);
    ck_assert_int_eq(f.finds, row->finds);
    ck_assert_int_eq(f.hung_up, row->finds);
    began_ms = f.now_ms;
    if (row->finds)
        find(&f);
    if (row->least_ms > 0) {
        at(&f, began_ms + row->least_ms - 1);
        ck_assert(f.sent.serial == 0 || f.sent.api != WIRE_JOIN_GROUP);
        at(&f, began_ms + row->most_ms);
    }
    if (!row->fails) {
        ck_assert_int_eq(f.sent.api, WIRE_JOIN_GROUP);
        ck_assert_str_eq(f.id, row->keeps_id ? MEMBER : "");
        ck_assert_str_eq(f.reason, row->reason);
    }
    teardown(&f);
}
END_TEST

/* A SyncGroup that comes too early is sent again, in the same generation. */
START_TEST(sync_while_loading)
{
    struct fixture f;

    setup(&f, GROUP_SESSIONED);
    become_stable(&f);
    member_on_rejoin(f.m, f.now_ms, "");
    take_actions(&f);
    answer_join(&f, 0, 6, true);
    ck_assert_uint_eq(f.sent.sync.assignment_count, 1);
    answer_sync(&f, WIRE_COORDINATOR_LOAD_IN_PROGRESS);
    at(&f, f.now_ms + RETRY_MS);
    ck_assert_int_eq(f.sent.api, WIRE_SYNC_GROUP);
    ck_assert_int_eq(f.sent.sync.generation, 6);
    ck_assert_uint_eq(f.sent.sync.assignment_count, 1);
    teardown(&f);
}
END_TEST

/* Called away while a join is under way, the herder comes back to the same join. */
START_TEST(pending_join)
{
    struct fixture f;
    uint64_t serial;

    setup(&f, GROUP_SESSIONED);
    become_stable(&f);
    member_on_rejoin(f.m, f.now_ms, "why");
    take_actions(&f);
    ck_assert_str_eq(f.reason, "why");
    serial = f.sent.serial;
    for (int i = 0; i < 3; i++) {
        poll(&f, false);
        ck_assert_uint_eq(f.sent.serial, 0);
        poll(&f, true);
        ck_assert_uint_eq(f.sent.serial, 0);
    }
    member_on_rejoin(f.m, f.now_ms, "again");
    take_actions(&f);
    ck_assert_uint_eq(f.sent.serial, 0);
    f.sent = (struct member_request){.api = WIRE_JOIN_GROUP, .serial = serial};
    poll(&f, false);
    f.sent = (struct member_request){.api = WIRE_JOIN_GROUP, .serial = serial};
    answer_join(&f, 0, 6, false);
    answer_sync(&f, 0);
    ck_assert(f.has_delivery);
    teardown(&f);
}
END_TEST

START_TEST(late_answers)
{
    const struct msg_join_group_response late = {.error = WIRE_UNKNOWN_MEMBER_ID};
    struct fixture f;

    setup(&f, GROUP_SESSIONED);
    become_stable(&f);
    member_on_join(f.m, f.now_ms, 0, &late);
    member_on_join(f.m, f.now_ms, 1, &late);
    member_on_heartbeat(f.m, f.now_ms, 99, WIRE_UNKNOWN_MEMBER_ID);
    member_on_failed(f.m, f.now_ms, 1, "late");
    take_actions(&f);
    ck_assert(member_is_stable(f.m));
    ck_assert(!f.finds);
    teardown(&f);
}
END_TEST

START_TEST(poll_timeout)
{
    struct fixture f;

    setup(&f, GROUP_SESSIONED);
    become_stable(&f);
    poll(&f, false);
    for (int64_t end_ms = f.now_ms + REBALANCE_MS; f.now_ms + HEARTBEAT_MS < end_ms;) {
        at(&f, f.now_ms + HEARTBEAT_MS);
        ck_assert_int_eq(f.sent.api, WIRE_HEARTBEAT);
        member_on_heartbeat(f.m, f.now_ms, f.sent.serial, 0);
        take_actions(&f);
    }
    at(&f, f.now_ms + HEARTBEAT_MS);
    ck_assert_int_eq(f.sent.api, WIRE_LEAVE_GROUP);
    ck_assert_str_eq(f.id, MEMBER);
    ck_assert_str_eq(f.reason, "worker poll timeout has expired.");
    member_on_left(f.m, f.now_ms, f.sent.serial, 0);
    poll(&f, true);
    ck_assert_int_eq(f.sent.api, WIRE_JOIN_GROUP);
    ck_assert_str_eq(f.id, "");
    teardown(&f);
}
END_TEST

/* A join that is under way would keep the goodbye waiting, on the same connection. */
START_TEST(leave)
{
    struct fixture f;

    setup(&f, GROUP_SESSIONED);
    become_stable(&f);
    if (_i) {
        member_on_rejoin(f.m, f.now_ms, "");
        take_actions(&f);
    }
    member_on_leave(f.m, f.now_ms, "the consumer is being closed");
    take_actions(&f);
    ck_assert_int_eq(f.hung_up, _i == 1);
    ck_assert_int_eq(f.sent.api, WIRE_LEAVE_GROUP);
    ck_assert(member_is_leaving(f.m));
    member_on_left(f.m, f.now_ms, f.sent.serial, 0);
    ck_assert(!member_is_leaving(f.m));
    ck_assert_str_eq(member_id(f.m), "");
    teardown(&f);
}
END_TEST

/* Eager: everything stops before a join, and the join waits for that. */
START_TEST(eager_prepare)
{
    struct fixture f;

    setup(&f, GROUP_EAGER);
    become_stable(&f);
    ck_assert_uint_eq(f.protocols, 1);
    member_delivery_fini(&f.delivery);
    f.has_delivery = false;
    member_on_rejoin(f.m, f.now_ms, "");
    take_actions(&f);
    ck_assert(f.has_delivery);
    ck_assert(work_has_task(&f.delivery.revoked, "c", 0));
    ck_assert_ptr_null(f.delivery.assignment);
    ck_assert_uint_eq(f.sent.serial, 0);
    member_on_delivered(f.m, f.now_ms);
    take_actions(&f);
    ck_assert_int_eq(f.sent.api, WIRE_JOIN_GROUP);
    teardown(&f);
}
END_TEST

/* No sign of the coordinator: looked for after a session, and after a time work is given up. */
START_TEST(lost)
{
    const bool is_eager = _i == 1;
    struct fixture f;
    int64_t heard_ms, limit_ms = SESSION_MS + (is_eager ? 0 : DELAY_MS);

    setup(&f, is_eager ? GROUP_EAGER : GROUP_SESSIONED);
    become_stable(&f);
    member_delivery_fini(&f.delivery);
    f.has_delivery = false;
    heard_ms = f.now_ms;
    at(&f, heard_ms + HEARTBEAT_MS);
    at(&f, heard_ms + SESSION_MS);
    ck_assert(f.finds);
    ck_assert(f.hung_up);
    if (!is_eager) {
        at(&f, heard_ms + limit_ms - 1);
        ck_assert(!f.has_delivery);
        ck_assert_int_eq(member_lease_ms(f.m), heard_ms + limit_ms);
        at(&f, heard_ms + limit_ms);
    }
    ck_assert(f.has_delivery);
    ck_assert(work_has_task(&f.delivery.revoked, "c", 0));
    ck_assert_int_eq(member_lease_ms(f.m), 0);
    member_on_delivered(f.m, f.now_ms);
    take_actions(&f);
    ck_assert_int_eq(member_lease_ms(f.m), FOREVER_MS); /* nothing runs here */
    teardown(&f);
}
END_TEST

/* As after a stop of the process: the answer to a heartbeat of long ago, and what was ours may be
 * another's. */
START_TEST(expelled)
{
    const bool is_late = _i == 1;
    struct fixture f;
    int64_t heard_ms;
    uint64_t serial;

    setup(&f, GROUP_SESSIONED);
    become_stable(&f);
    member_delivery_fini(&f.delivery);
    f.has_delivery = false;
    heard_ms = f.now_ms;
    at(&f, heard_ms + HEARTBEAT_MS);
    ck_assert_int_eq(f.sent.api, WIRE_HEARTBEAT);
    serial = f.sent.serial;
    f.now_ms = heard_ms + SESSION_MS + DELAY_MS - (is_late ? 0 : 1);
    member_on_heartbeat(f.m, f.now_ms, serial, UNKNOWN_MEMBER);
    take_actions(&f);
    ck_assert_int_eq(f.has_delivery, is_late);
    if (is_late) {
        ck_assert(work_has_task(&f.delivery.revoked, "c", 0));
        ck_assert_int_eq(member_lease_ms(f.m), 0);
        ck_assert_int_ne(f.sent.api == WIRE_JOIN_GROUP && f.sent.serial,
                         1); /* not before it has stopped */
        member_on_delivered(f.m, f.now_ms);
        take_actions(&f);
    } else { /* the others may take their time to join */
        ck_assert_int_eq(member_lease_ms(f.m), f.now_ms + SESSION_MS + DELAY_MS);
    }
    ck_assert_int_eq(f.sent.api, WIRE_JOIN_GROUP);
    teardown(&f);
}
END_TEST

static const struct bad_join {
    const char *type, *protocol;
    bool skip;
    const char *part;
} bad_joins[] = {
    {"consumer", "sessioned", false, "another protocol type: 'consumer'"},
    {"connect", "range", false, "unknown protocol: 'range'"},
    {"connect", "sessioned", true, "static member"},
};

START_TEST(foreign_group)
{
    const struct bad_join *row = &bad_joins[_i];
    const struct msg_join_group_response join = {
        .generation = 1,
        .protocol_type = slice_str(row->type),
        .protocol = slice_str(row->protocol),
        .skip_assignment = row->skip,
        .leader = slice_str("other"),
        .member = slice_str(MEMBER),
    };
    struct fixture f;

    setup(&f, GROUP_SESSIONED);
    become_stable(&f);
    member_on_rejoin(f.m, f.now_ms, "");
    take_actions(&f);
    member_on_join(f.m, f.now_ms, f.sent.serial, &join);
    take_actions(&f);
    ck_assert(f.failed);
    ck_assert_msg(strstr(f.error.msg, row->part), "%s", f.error.msg);
    ck_assert_int_eq(member_wake_ms(f.m), FOREVER_MS);
    teardown(&f);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, first_join);
    test_add_rows(suite, error_answer, COUNT_OF(error_cases));
    test_add(suite, sync_while_loading);
    test_add(suite, pending_join);
    test_add(suite, late_answers);
    test_add(suite, poll_timeout);
    test_add_rows(suite, leave, 2);
    test_add(suite, eager_prepare);
    test_add_rows(suite, lost, 2);
    test_add_rows(suite, expelled, 2);
    test_add_rows(suite, foreign_group, COUNT_OF(bad_joins));
}

TEST_MAIN("member", fill)
