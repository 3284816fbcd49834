/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a member does when: each thing has a time at which it is due, FOREVER_MS where its
 * conditions do not hold, and member_step() does all that is.
 */
#include "worker/group/member_priv.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/xmem.h"

enum {
    JOIN_MARGIN_MS = 5000, /* an answer may take as long as the others take to join, and some */
    REASON_MAX = 255,      /* of what a broker takes */
    SAY_AGAIN_MS = 60000,
};

const char *const member_protocol_names[MEMBER_PROTOCOLS] = {"default", "compatible", "sessioned"};

bool member_is_active(const struct member *m)
{
    return m->state == MEMBER_SYNCING || m->state == MEMBER_STABLE;
}

static bool awaits_round(const struct member *m)
{
    return m->join.serial || m->sync.serial;
}

/* ---- when ---- */

static int64_t due_find(const struct member *m)
{
    return m->is_known || m->is_asking ? FOREVER_MS : m->ask_at_ms;
}

static int64_t due_heartbeat(const struct member *m)
{
    bool may = member_is_active(m) && m->is_known && !awaits_round(m) && !m->heartbeat.serial;

    return may ? m->heartbeat_at_ms : FOREVER_MS;
}

static int64_t due_session(const struct member *m)
{
    return member_is_active(m) && m->is_known && !awaits_round(m) ? m->session_end_ms : FOREVER_MS;
}

/* The herder does not come back from something: others shall have the work that is to be given
 * out, and be told what to do. */
static int64_t due_poll(const struct member *m)
{
    if (!member_is_active(m) || (m->is_polling && !m->is_delivering))
        return FOREVER_MS;
    return m->polled_ms + m->conf.rebalance_timeout_ms;
}

int64_t member_patience_ms(const struct member *m)
{
    return m->conf.session_timeout_ms + (m->protocol == GROUP_EAGER ? 0 : m->conf.max_delay_ms);
}

int64_t member_owned_ms(const struct member *m)
{
    if (m->is_alone || !m->held.is_known || work_list_is_empty(&m->held.last.assigned))
        return FOREVER_MS;
    return m->heard_ms + member_patience_ms(m);
}

/* From when on others may have been given what runs here. */
static int64_t due_lost(const struct member *m)
{
    if ((m->is_known && !(m->has_lost && !awaits_round(m))) || m->is_delivering || !m->is_polling)
        return FOREVER_MS;
    return member_owned_ms(m);
}

static int64_t due_join(const struct member *m)
{
    bool wants = m->state == MEMBER_UNJOINED || (m->state == MEMBER_STABLE && m->rejoin);
    bool may =
        m->is_polling && m->is_known && !awaits_round(m) && !m->is_delivering && !m->has_fresh;

    return wants && may ? m->join_at_ms : FOREVER_MS;
}

static int64_t due_sync(const struct member *m)
{
    bool may = m->state == MEMBER_SYNCING && m->is_known && !m->sync.serial;

    return may ? m->sync_at_ms : FOREVER_MS;
}

static int64_t due_fresh(const struct member *m)
{
    return m->has_fresh && m->is_polling && !m->is_delivering ? 0 : FOREVER_MS;
}

/* ---- small changes ---- */

void member_retry_join(struct member *m, int64_t after_ms)
{
    m->state = MEMBER_UNJOINED;
    m->join_at_ms = m->now_ms + after_ms;
}

static void drop_fresh(struct member *m)
{
    m->has_fresh = false;
    protocol_assignment_fini(&m->fresh);
}

void member_reset(struct member *m, bool keeps_id)
{
    if (!keeps_id && m->now_ms - m->heard_ms >= m->conf.session_timeout_ms)
        m->is_cut_off = true;
    if (!keeps_id && m->now_ms >= member_owned_ms(m))
        m->has_lost = true;
    m->state = MEMBER_UNJOINED;
    m->generation = -1;
    m->join.serial = m->sync.serial = m->heartbeat.serial = 0;
    m->join_at_ms = m->now_ms;
    drop_fresh(m);
    if (!keeps_id)
        member_set_text(&m->id, "");
}

void member_lose_coordinator(struct member *m, const char *why)
{
    if (!m->is_known)
        return;
    member_note(m, TERN_LOG_INFO,
                "Group coordinator %s:%d (id: %d) is unavailable or invalid due to cause: %s. "
                "Rediscovery will be attempted.",
                m->host, (int)m->port, (int)m->node, why);
    m->is_known = false;
    m->hang_up = true;
    m->sends.count = 0;
    m->ask_at_ms = m->now_ms;
    m->ask_attempts = 0;
    m->say_lost_ms = m->now_ms + SAY_AGAIN_MS;
    m->heartbeat.serial = m->leave.serial = 0;
    m->heartbeat_at_ms = m->now_ms;
    if (m->join.serial || m->sync.serial) {
        m->join.serial = m->sync.serial = 0;
        member_retry_join(m, m->conf.retry_ms);
    }
}

/* ---- what is done ---- */

static void deliver(struct member *m)
{
    m->deliver = true;
    m->is_delivering = true;
    m->polled_ms = m->now_ms;
}

static void revoke_all(struct member *m)
{
    work_list_copy_to(&m->held.last.assigned, &m->delivery.revoked);
    deliver(m);
}

static void give_up_work(struct member *m)
{
    member_note(m, TERN_LOG_WARN,
                "The group coordinator was out of reach for %" PRId64 " ms: other workers may run "
                "what this one was assigned, so it is stopped here",
                m->now_ms - m->heard_ms);
    revoke_all(m);
    m->has_lost = false;
    m->is_giving_up = true;
    held_drop(&m->held);
    /* Its time to wait for its worker is over as well, should we come to lead. */
    leader_forget_history(m->leader);
    work_clear(&m->assigned);
    m->rejoin = true;
}

void member_leave_now(struct member *m, const char *reason)
{
    struct member_request *request;

    member_set_text(&m->leaving_id, m->id);
    member_set_text(&m->leaving_reason, reason);
    if (m->id[0] && m->is_known) {
        member_note(m, TERN_LOG_INFO,
                    "Member %s sending LeaveGroup request to coordinator %s:%d due to %s", m->id,
                    m->host, (int)m->port, reason);
        m->hang_up = awaits_round(m); /* behind that, it would have to wait */
        request = member_send(m, &m->leave, WIRE_LEAVE_GROUP, m->conf.request_timeout_ms);
        request->leave = (struct msg_leave_group_request){
            .group = slice_str(m->conf.group),
            .member = slice_str(m->leaving_id),
            .reason = slice_str(m->leaving_reason),
        };
    }
    member_reset(m, false);
}

static void end_poll(struct member *m)
{
    member_note(m, TERN_LOG_WARN,
                "Worker poll timeout has expired. The herder has not polled the group for more "
                "than rebalance.timeout.ms: it is held up by something");
    member_leave_now(m, "worker poll timeout has expired."); /* peer text */
}

static void send_heartbeat(struct member *m)
{
    /* Later than this, an answer says nothing that the session's end has not said. */
    int64_t timeout_ms = m->conf.session_timeout_ms < m->conf.request_timeout_ms
                             ? m->conf.session_timeout_ms
                             : m->conf.request_timeout_ms;
    struct member_request *request = member_send(m, &m->heartbeat, WIRE_HEARTBEAT, timeout_ms);

    request->heartbeat = (struct msg_heartbeat_request){
        .group = slice_str(m->conf.group),
        .generation = m->generation,
        .member = slice_str(m->id),
    };
}

/* Offered are the highest protocol of ours and all below it, the preferred one first. */
static size_t write_metadata(struct member *m)
{
    size_t count = 0;

    for (int p = (int)m->conf.protocol; p >= 0; p--, count++) {
        buf_clear(&m->metadata[count]);
        held_put_metadata(&m->held, m->conf.url, m->offset, (enum group_protocol)p,
                          &m->metadata[count]);
        if (m->metadata[count].failed) {
            (void)tern_fail(&m->error, TERN_EINTERNAL, "what this worker runs is too much to tell");
            member_fail(m);
            return 0;
        }
        m->protocols[count] = (struct msg_join_group_protocol){slice_str(member_protocol_names[p]),
                                                               buf_slice(&m->metadata[count])};
    }
    return count;
}

static int64_t round_timeout_ms(const struct member *m)
{
    int64_t timeout_ms = (int64_t)m->conf.rebalance_timeout_ms + JOIN_MARGIN_MS;

    return timeout_ms > m->conf.request_timeout_ms ? timeout_ms : m->conf.request_timeout_ms;
}

static void send_join(struct member *m)
{
    struct member_request *request;
    size_t count, reason_len = strnlen(m->reason, REASON_MAX);

    work_clear(&m->configured);
    m->offset = m->conf.configured(m->conf.arg, &m->configured);
    count = write_metadata(m);
    if (m->has_failed)
        return;
    m->state = MEMBER_JOINING;
    m->rejoin = false;
    m->heartbeat.serial = 0;
    request = member_send(m, &m->join, WIRE_JOIN_GROUP, round_timeout_ms(m));
    request->join = (struct msg_join_group_request){
        .group = slice_str(m->conf.group),
        .session_timeout_ms = m->conf.session_timeout_ms,
        .rebalance_timeout_ms = m->conf.rebalance_timeout_ms,
        .member = slice_str(m->id),
        .protocol_type = slice_str("connect"),
        .protocols = m->protocols,
        .protocol_count = count,
        .reason = slice_of(m->reason, reason_len),
    };
}

/* Before a join; false: the herder has to stop things first. */
static bool prepare(struct member *m)
{
    if (m->is_prepared)
        return true;
    m->is_prepared = true;
    member_note(m, TERN_LOG_INFO, "Rebalance started");
    leader_forget_owners(m->leader);
    if (m->protocol != GROUP_EAGER || !m->held.is_known || m->held.last.error ||
        work_list_is_empty(&m->held.last.assigned))
        return true;
    revoke_all(m);
    return false;
}

static void begin_join(struct member *m)
{
    if (!prepare(m))
        return;
    member_note(m, TERN_LOG_INFO, "(Re-)joining group%s%s", m->reason[0] ? ": " : "", m->reason);
    send_join(m);
}

void member_send_sync(struct member *m)
{
    struct member_request *request =
        member_send(m, &m->sync, WIRE_SYNC_GROUP, m->conf.request_timeout_ms);

    request->sync = (struct msg_sync_group_request){
        .group = slice_str(m->conf.group),
        .generation = m->generation,
        .member = slice_str(m->id),
        .protocol_type = slice_str("connect"),
        .protocol = slice_str(member_protocol_names[m->round_protocol]),
        .assignments = m->assignments.at,
        .assignment_count = m->assignments.count,
    };
}

static void apply_fresh(struct member *m)
{
    struct assignment *a = xcalloc(1, sizeof(*a));

    m->has_fresh = false;
    /* A group that was incremental turns eager: the herder starts all that is assigned anew. */
    if (m->round_protocol == GROUP_EAGER && m->protocol != GROUP_EAGER && m->held.is_known)
        work_list_copy_to(&m->held.last.assigned, &m->delivery.revoked);
    held_apply(&m->held, m->round_protocol, &m->fresh, &a->revoked);
    work_add_all(&m->delivery.revoked, &a->revoked);
    if (m->held.last.error == ASSIGNMENT_OK && m->held.last.offset == m->offset)
        held_drop_others(&m->held, &m->configured, &m->delivery.revoked);
    work_clear(&m->assigned);
    if (m->held.last.error == ASSIGNMENT_OK && m->held.last.offset == m->offset)
        work_add_all(&m->assigned, &m->configured);
    m->is_giving_up = m->has_lost; /* until what is not ours any more has ended */
    m->is_cut_off = m->has_lost = false;
    a->protocol = m->protocol = m->round_protocol;
    a->generation = m->completed_generation = m->generation;
    a->error = m->held.last.error;
    a->leader = xstrdup(m->held.last.leader);
    a->leader_url = xstrdup(m->held.last.leader_url);
    a->offset = m->held.last.offset;
    a->delay_ms = m->held.last.delay_ms;
    work_list_copy_to(&m->held.last.assigned, &a->assigned);
    m->delivery.assignment = a;
    m->delivery.owners = leader_take_owners(m->leader);
    m->is_prepared = false;
    deliver(m);
}

static void find_coordinator(struct member *m)
{
    m->is_asking = true;
    m->find = true;
}

static bool is_due(const struct member *m, int64_t due_ms)
{
    return due_ms <= m->now_ms;
}

void member_step(struct member *m)
{
    if (is_due(m, due_poll(m)))
        end_poll(m);
    if (is_due(m, due_session(m)))
        member_lose_coordinator(m, "session timed out without receiving a heartbeat response");
    if (is_due(m, due_lost(m)))
        give_up_work(m);
    if (is_due(m, due_fresh(m)))
        apply_fresh(m);
    if (is_due(m, due_find(m)))
        find_coordinator(m);
    if (is_due(m, due_join(m)))
        begin_join(m);
    if (is_due(m, due_sync(m)))
        member_send_sync(m);
    if (is_due(m, due_heartbeat(m)))
        send_heartbeat(m);
}

int64_t member_wake_ms(const struct member *m)
{
    const int64_t due[] = {due_poll(m), due_session(m), due_lost(m), due_fresh(m),
                           due_find(m), due_join(m),    due_sync(m), due_heartbeat(m)};
    /* Who waits for the others shows that it is there: see member_lease_ms() */
    int64_t wake_ms = awaits_round(m) ? m->now_ms + member_patience_ms(m) / 3 : FOREVER_MS;

    if (m->has_failed)
        return FOREVER_MS;
    for (size_t i = 0; i < COUNT_OF(due); i++) {
        if (due[i] < wake_ms)
            wake_ms = due[i];
    }
    return wake_ms;
}
