/* SPDX-License-Identifier: Apache-2.0 */
/* What a member makes of the coordinator's answers. Spec: connect-distributed.md 2.4, 2.5. */
#include "worker/group/member_priv.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "lib/base/xmem.h"
#include "lib/wire/wire_error.h"

enum {
    /* Answers that ask for another join at once, in a row, before there is a pause. */
    AT_ONCE_MAX = 5,
    SAY_AGAIN_MS = 60000,
};

static bool same(struct slice a, const char *text)
{
    return slice_equal(a, slice_str(text));
}

static char *text_of(struct slice s)
{
    return s.at ? xstrndup((const char *)s.at, s.len) : xstrdup("");
}

/* NOT_COORDINATOR -> "rebalance failed due to NotCoordinatorException", as the peer says it. */
static void set_reason(struct member *m, int16_t code)
{
    CLEANUP(buf_fini) struct buf text = BUF_INIT(200);
    bool is_first = true;

    buf_add_str(&text, "rebalance failed due to ");
    for (const char *at = wire_error_name(code); *at; at++) {
        if (*at != '_')
            buf_add_char(&text, (char)(is_first ? *at : tolower((unsigned char)*at)));
        is_first = *at == '_';
    }
    buf_add_str(&text, "Exception");
    member_set_text(&m->reason, buf_str(&text));
}

/* ---- errors ---- */

static const char *const request_names[GROUP_REQUESTS] = {"FindCoordinator", "JoinGroup",
                                                          "SyncGroup", "Heartbeat"};

static void fail_with(struct member *m, enum group_request request, int16_t code)
{
    (void)tern_fail(&m->error, TERN_EINVALID, "group '%s': the coordinator answers %s with %s (%d)",
                    m->conf.group, request_names[request], wire_error_name(code), (int)code);
    member_fail(m);
}

/* Joins again: at once, unless that has not helped for some times. */
static void join_again(struct member *m)
{
    member_retry_join(m, m->failures++ < AT_ONCE_MAX ? 0 : member_backoff_ms(m, m->failures));
}

static void back_off_join(struct member *m, enum group_request request, int16_t code)
{
    int64_t wait_ms = member_backoff_ms(m, m->failures++);

    member_note(m, TERN_LOG_WARN,
                "%s was answered with %s (%d): joining group '%s' again in %" PRId64 " ms",
                request_names[request], wire_error_name(code), (int)code, m->conf.group, wait_ms);
    member_retry_join(m, wait_ms);
}

static void retry(struct member *m, enum group_request request)
{
    if (request == GROUP_SYNC)
        m->sync_at_ms = m->now_ms + m->conf.retry_ms;
    else
        member_retry_join(m, m->conf.retry_ms);
}

/* A join or sync was answered with an error. */
static void react(struct member *m, enum group_request request, int16_t code)
{
    if (request == GROUP_SYNC && code != WIRE_COORDINATOR_LOAD_IN_PROGRESS)
        m->state = MEMBER_UNJOINED;
    set_reason(m, code);
    switch (group_error_reaction(request, code)) {
    case GROUP_RETRY:
        retry(m, request);
        break;
    case GROUP_REDISCOVER:
        member_lose_coordinator(m, wire_error_name(code));
        member_retry_join(m, m->conf.retry_ms);
        break;
    case GROUP_NEW_GENERATION:
        member_reset(m, true);
        join_again(m);
        break;
    case GROUP_NEW_MEMBER:
        member_reset(m, false);
        join_again(m);
        break;
    case GROUP_REJOIN:
    case GROUP_TAKE_MEMBER_ID:
    case GROUP_REQUEST_REJOIN:
        join_again(m);
        break;
    case GROUP_FATAL:
        fail_with(m, request, code);
        break;
    case GROUP_GO_ON:
    case GROUP_BACK_OFF:
        back_off_join(m, request, code);
        break;
    }
}

/* What a round says of the group; a group of others is none for us. */
static bool is_ours(struct member *m, struct slice type, struct slice protocol)
{
    if (type.at && !same(type, "connect")) {
        (void)tern_fail(&m->error, TERN_EINVALID,
                        "group '%s' is one of another protocol type: '%.*s'", m->conf.group,
                        (int)type.len, (const char *)type.at);
        member_fail(m);
        return false;
    }
    if (protocol.at && !same(protocol, member_protocol_names[m->round_protocol])) {
        (void)tern_fail(&m->error, TERN_EINVALID, "group '%s' speaks another protocol: '%.*s'",
                        m->conf.group, (int)protocol.len, (const char *)protocol.at);
        member_fail(m);
        return false;
    }
    return true;
}

/* ---- the coordinator ---- */

static void say_lost(struct member *m, const char *why)
{
    if (m->say_lost_ms && m->now_ms < m->say_lost_ms)
        return;
    m->say_lost_ms = m->now_ms + SAY_AGAIN_MS;
    member_note(m, TERN_LOG_WARN, "Group coordinator lookup for '%s' failed, trying again: %s",
                m->conf.group, why);
}

static void ask_later(struct member *m)
{
    m->ask_at_ms = m->now_ms + member_backoff_ms(m, m->ask_attempts++);
}

static void found(struct member *m, const struct msg_find_coordinator_response *answer)
{
    m->is_known = true;
    m->node = answer->node_id;
    m->port = answer->port;
    free(m->host);
    m->host = text_of(answer->host);
    m->ask_attempts = 0;
    m->say_lost_ms = 0;
    m->heartbeat_failures = 0;
    m->heartbeat_at_ms = m->now_ms;
    m->session_end_ms = m->now_ms + m->conf.session_timeout_ms;
    member_note(m, TERN_LOG_INFO, "Discovered group coordinator %s:%d (id: %d)", m->host,
                (int)m->port, (int)m->node);
}

static void not_found(struct member *m, int16_t code)
{
    if (group_error_reaction(GROUP_FIND_COORDINATOR, code) == GROUP_FATAL) {
        fail_with(m, GROUP_FIND_COORDINATOR, code);
        return;
    }
    say_lost(m, wire_error_name(code));
    ask_later(m);
}

void member_on_coordinator(struct member *m, int64_t now_ms,
                           const struct msg_find_coordinator_response *answer, const char *why)
{
    m->now_ms = now_ms;
    if (m->has_failed || !m->is_asking)
        return;
    m->is_asking = false;
    if (!answer) {
        say_lost(m, why);
        ask_later(m);
    } else if (answer->error) {
        not_found(m, answer->error);
    } else {
        found(m, answer);
    }
    if (!m->has_failed)
        member_step(m);
}

/* Whether this is the answer that is awaited; it is not, from now on. */
static bool take_answer(struct member *m, int64_t now_ms, struct member_flight *flight,
                        uint64_t serial)
{
    m->now_ms = now_ms;
    if (m->has_failed || !serial || flight->serial != serial)
        return false;
    flight->serial = 0;
    return true;
}

/* ---- join ---- */

static void clear_round(struct member *m)
{
    for (size_t i = 0; i < m->member_ids.count; i++)
        free(m->member_ids.at[i]);
    m->member_ids.count = 0;
    m->assignments.count = 0;
    leader_answer_fini(&m->answer);
}

static int run_leader(struct member *m, const struct msg_join_group_response *join)
{
    CLEANUP(freep)
    struct leader_member *members = xcalloc(join->member_count + 1, sizeof(*members));
    const struct leader_round round = {
        .protocol = m->round_protocol,
        .member = m->id,
        .url = m->conf.url,
        .members = members,
        .member_count = join->member_count,
        .generation = m->generation,
        .last_completed_generation = m->completed_generation,
        .now_ms = m->now_ms,
        .configured = &m->configured,
        .offset = m->offset,
        .refresh = m->conf.configured,
        .arg = m->conf.arg,
    };

    if (m->is_cut_off)
        leader_expect(m->leader, &m->assigned, m->completed_generation);
    for (size_t i = 0; i < join->member_count; i++) {
        vec_push(&m->member_ids, text_of(join->members[i].id));
        members[i].id = m->member_ids.at[i];
        members[i].metadata = join->members[i].metadata;
    }
    return leader_assign(m->leader, &round, &m->answer, &m->error);
}

/* False: the round cannot be led. */
static bool lead(struct member *m, const struct msg_join_group_response *join)
{
    if (run_leader(m, join) < 0) {
        member_note(m, TERN_LOG_ERROR, "The work of group '%s' cannot be assigned: %s",
                    m->conf.group, m->error.msg);
        member_set_text(&m->reason, "rebalance failed due to ConnectException");
        member_retry_join(m, member_backoff_ms(m, m->failures++));
        return false;
    }
    for (size_t i = 0; i < m->answer.count; i++) {
        const struct leader_blob *blob = &m->answer.blobs[i];

        vec_push(&m->assignments,
                 (struct msg_sync_group_assignment){slice_str(m->member_ids.at[i]),
                                                    slice_of(blob->data, blob->len)});
    }
    return true;
}

static bool find_protocol(struct slice name, enum group_protocol *ret_protocol)
{
    for (int p = 0; p < MEMBER_PROTOCOLS; p++) {
        if (same(name, member_protocol_names[p])) {
            *ret_protocol = (enum group_protocol)p;
            return true;
        }
    }
    return false;
}

/* False, and failed: this is no round that we could be part of. */
static bool check_join(struct member *m, const struct msg_join_group_response *join)
{
    if (join->skip_assignment) {
        (void)tern_fail(&m->error, TERN_EINVALID,
                        "group '%s': the coordinator takes this worker for a static member",
                        m->conf.group);
        member_fail(m);
        return false;
    }
    if (!find_protocol(join->protocol, &m->round_protocol)) {
        (void)tern_fail(&m->error, TERN_EINVALID, "group '%s' speaks an unknown protocol: '%.*s'",
                        m->conf.group, (int)join->protocol.len,
                        join->protocol.at ? (const char *)join->protocol.at : "");
        member_fail(m);
        return false;
    }
    return is_ours(m, join->protocol_type, join->protocol);
}

static void set_id(struct member *m, struct slice id)
{
    free(m->id);
    m->id = text_of(id);
}

static void start_timers(struct member *m)
{
    m->heard_ms = m->now_ms;
    m->heartbeat_at_ms = m->now_ms + m->conf.heartbeat_interval_ms;
    m->session_end_ms = m->now_ms + m->conf.session_timeout_ms;
    m->heartbeat_failures = 0;
}

static void joined(struct member *m, const struct msg_join_group_response *join)
{
    bool leads = slice_equal(join->leader, join->member);

    if (!check_join(m, join))
        return;
    set_id(m, join->member);
    m->generation = join->generation;
    m->state = MEMBER_SYNCING;
    start_timers(m);
    member_note(m, TERN_LOG_INFO,
                "Successfully joined group with generation %d as %s, protocol '%s'%s",
                (int)m->generation, m->id, member_protocol_names[m->round_protocol],
                leads ? ", as the leader" : "");
    clear_round(m);
    m->is_alone = leads && join->member_count == 1;
    if (leads && !lead(m, join))
        return;
    member_send_sync(m);
}

void member_on_join(struct member *m, int64_t now_ms, uint64_t serial,
                    const struct msg_join_group_response *answer)
{
    if (!take_answer(m, now_ms, &m->join, serial))
        return;
    if (answer->error == 0) {
        joined(m, answer);
    } else {
        m->state = MEMBER_UNJOINED;
        if (group_error_reaction(GROUP_JOIN, answer->error) == GROUP_TAKE_MEMBER_ID) {
            set_id(m, answer->member);
            m->generation = -1;
        }
        react(m, GROUP_JOIN, answer->error);
    }
    if (!m->has_failed)
        member_step(m);
}

/* ---- sync ---- */

static void synced(struct member *m, const struct msg_sync_group_response *sync)
{
    if (!is_ours(m, sync->protocol_type, sync->protocol))
        return;
    if (protocol_assignment_decode(sync->assignment, &m->fresh, &m->error) < 0) {
        member_note(m, TERN_LOG_ERROR,
                    "The leader of group '%s' sends an assignment that cannot "
                    "be read: %s",
                    m->conf.group, m->error.msg);
        member_set_text(&m->reason, "rebalance failed due to SchemaException");
        member_retry_join(m, member_backoff_ms(m, m->failures++));
        return;
    }
    m->state = MEMBER_STABLE;
    m->has_fresh = true;
    m->rejoin = false;
    m->failures = 0;
    member_set_text(&m->reason, "");
    start_timers(m);
}

void member_on_sync(struct member *m, int64_t now_ms, uint64_t serial,
                    const struct msg_sync_group_response *answer)
{
    if (!take_answer(m, now_ms, &m->sync, serial))
        return;
    if (answer->error)
        react(m, GROUP_SYNC, answer->error);
    else
        synced(m, answer);
    if (!m->has_failed)
        member_step(m);
}

/* ---- heartbeats ---- */

static void alive(struct member *m, int64_t sent_ms)
{
    m->heartbeat_failures = 0;
    m->heard_ms = sent_ms;
    m->session_end_ms = m->now_ms + m->conf.session_timeout_ms;
}

static void request_rejoin(struct member *m)
{
    if (m->state == MEMBER_STABLE && !m->rejoin) {
        member_note(m, TERN_LOG_INFO, "Request joining group due to: group is already rebalancing");
        m->rejoin = true;
    }
}

static void lose_membership(struct member *m, int16_t code, bool keeps_id)
{
    member_note(m, TERN_LOG_INFO,
                "Heartbeat in generation %d was answered with %s: joining anew, work goes on",
                (int)m->generation, wire_error_name(code));
    member_reset(m, keeps_id);
    set_reason(m, code);
}

static void beaten(struct member *m, const struct member_flight *sent, int16_t code)
{
    switch (group_error_reaction(GROUP_HEARTBEAT, code)) {
    case GROUP_GO_ON:
        alive(m, sent->sent_ms);
        break;
    case GROUP_REQUEST_REJOIN:
        alive(m, sent->sent_ms);
        request_rejoin(m);
        break;
    case GROUP_REDISCOVER:
        member_lose_coordinator(m, wire_error_name(code));
        break;
    case GROUP_NEW_GENERATION:
        lose_membership(m, code, true);
        break;
    case GROUP_NEW_MEMBER:
        lose_membership(m, code, false);
        break;
    case GROUP_FATAL:
        fail_with(m, GROUP_HEARTBEAT, code);
        break;
    case GROUP_RETRY:
    case GROUP_REJOIN:
    case GROUP_TAKE_MEMBER_ID:
    case GROUP_BACK_OFF:
        m->heartbeat_at_ms = m->now_ms + member_backoff_ms(m, m->heartbeat_failures++);
        break;
    }
}

void member_on_heartbeat(struct member *m, int64_t now_ms, uint64_t serial, int16_t error)
{
    const struct member_flight sent = m->heartbeat;

    if (!take_answer(m, now_ms, &m->heartbeat, serial))
        return;
    m->heartbeat_at_ms = now_ms + m->conf.heartbeat_interval_ms;
    beaten(m, &sent, error);
    if (!m->has_failed)
        member_step(m);
}

/* ---- the rest ---- */

void member_on_left(struct member *m, int64_t now_ms, uint64_t serial, int16_t error)
{
    if (!take_answer(m, now_ms, &m->leave, serial))
        return;
    if (error)
        member_note(m, TERN_LOG_DEBUG, "LeaveGroup was answered with %s", wire_error_name(error));
    member_step(m);
}

void member_on_failed(struct member *m, int64_t now_ms, uint64_t serial, const char *why)
{
    struct member_flight *const flights[] = {&m->join, &m->sync, &m->heartbeat, &m->leave};

    m->now_ms = now_ms;
    if (m->has_failed)
        return;
    for (size_t i = 0; serial && i < COUNT_OF(flights); i++) {
        if (flights[i]->serial != serial)
            continue;
        member_lose_coordinator(m, why);
        member_step(m);
        return;
    }
}
