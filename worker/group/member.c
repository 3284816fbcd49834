/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/group/member_priv.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/xmem.h"

void member_delivery_fini(struct member_delivery *d)
{
    work_fini(&d->revoked);
    assignment_free(d->assignment);
    owners_free(d->owners);
    *d = (struct member_delivery){0};
}

struct member *member_new(const struct member_conf *conf, int64_t now_ms)
{
    struct member *m = xcalloc(1, sizeof(*m));

    m->conf = *conf;
    m->conf.group = xstrdup(conf->group);
    m->conf.url = xstrdup(conf->url);
    m->random = conf->seed ? conf->seed : 1;
    m->now_ms = m->polled_ms = m->heard_ms = now_ms;
    m->id = xstrdup("");
    m->reason = xstrdup("");
    m->protocol = conf->protocol;
    m->generation = m->completed_generation = -1;
    m->leader = leader_new(conf->max_delay_ms);
    for (int i = 0; i < MEMBER_PROTOCOLS; i++)
        m->metadata[i] = (struct buf)BUF_INIT(METADATA_MAX_BYTES);
    return m;
}

static void drop_notes(struct member *m)
{
    for (size_t i = 0; i < m->notes.count; i++)
        free(m->notes.at[i].text);
    vec_fini(&m->notes);
    free(m->note);
}

void member_free(struct member *m)
{
    if (!m)
        return;
    drop_notes(m);
    for (size_t i = 0; i < m->member_ids.count; i++)
        free(m->member_ids.at[i]);
    vec_fini(&m->member_ids);
    vec_fini(&m->assignments);
    vec_fini(&m->sends);
    for (int i = 0; i < MEMBER_PROTOCOLS; i++)
        buf_fini(&m->metadata[i]);
    leader_answer_fini(&m->answer);
    leader_free(m->leader);
    held_drop(&m->held);
    protocol_assignment_fini(&m->fresh);
    member_delivery_fini(&m->delivery);
    work_fini(&m->configured);
    work_fini(&m->assigned);
    free(m->host);
    free(m->id);
    free(m->reason);
    free(m->leaving_id);
    free(m->leaving_reason);
    free((char *)m->conf.group);
    free((char *)m->conf.url);
    free(m);
}

/* ---- for the other files ---- */

void member_note(struct member *m, enum tern_log_level level, const char *fmt, ...)
{
    va_list ap;
    char *text;

    va_start(ap, fmt);
    text = xvasprintf(fmt, ap);
    va_end(ap);
    vec_push(&m->notes, (struct member_note){level, text});
}

void member_fail(struct member *m)
{
    m->has_failed = m->tell_failure = true;
}

void member_set_text(char **text, const char *value)
{
    char *copy = xstrdup(value);

    free(*text);
    *text = copy;
}

struct member_request *member_send(struct member *m, struct member_flight *flight,
                                   enum wire_api api, int64_t timeout_ms)
{
    struct member_request request = {
        .api = api,
        .serial = ++m->serials,
        .timeout_ms = timeout_ms,
    };

    *flight = (struct member_flight){request.serial, m->now_ms};
    vec_push(&m->sends, request);
    return &m->sends.at[m->sends.count - 1];
}

static uint64_t next_random(struct member *m)
{
    m->random ^= m->random << 13;
    m->random ^= m->random >> 7;
    m->random ^= m->random << 17;
    return m->random;
}

int64_t member_backoff_ms(struct member *m, unsigned attempts)
{
    int64_t wait_ms = m->conf.retry_ms, fifth;

    for (unsigned i = 0; i < attempts && wait_ms < m->conf.retry_max_ms; i++)
        wait_ms *= 2;
    if (wait_ms > m->conf.retry_max_ms)
        wait_ms = m->conf.retry_max_ms;
    fifth = wait_ms / 5;
    return wait_ms - fifth + (int64_t)(next_random(m) % (uint64_t)(2 * fifth + 1));
}

/* ---- events of the herder, and of time ---- */

/* The beginning of every event. */
/* While it waited for the others it was not there to hear that they have come, as after a SIGSTOP.
 */
static bool was_away(const struct member *m, int64_t now_ms)
{
    return (m->join.serial || m->sync.serial) && now_ms - m->now_ms >= member_patience_ms(m) &&
           member_owned_ms(m) != FOREVER_MS;
}

static bool enter(struct member *m, int64_t now_ms)
{
    if (was_away(m, now_ms))
        m->has_lost = true;
    m->now_ms = now_ms;
    return !m->has_failed;
}

void member_on_tick(struct member *m, int64_t now_ms)
{
    if (enter(m, now_ms))
        member_step(m);
}

void member_on_poll(struct member *m, int64_t now_ms, bool is_polling)
{
    if (!enter(m, now_ms))
        return;
    m->is_polling = is_polling;
    m->polled_ms = now_ms;
    member_step(m);
}

void member_on_rejoin(struct member *m, int64_t now_ms, const char *reason)
{
    if (!enter(m, now_ms))
        return;
    m->rejoin = true;
    member_set_text(&m->reason, reason);
    member_step(m);
}

void member_on_leave(struct member *m, int64_t now_ms, const char *reason)
{
    if (!enter(m, now_ms))
        return;
    member_leave_now(m, reason);
    m->is_polling = false;
    m->polled_ms = now_ms;
    member_step(m);
}

void member_on_delivered(struct member *m, int64_t now_ms)
{
    if (!enter(m, now_ms))
        return;
    m->is_delivering = m->is_giving_up = false;
    m->polled_ms = now_ms;
    member_step(m);
}

/* ---- actions ---- */

static void take_note(struct member *m, struct member_action *ret_action)
{
    struct member_note note = m->notes.at[0];

    vec_remove(&m->notes, 0);
    free(m->note);
    m->note = note.text;
    *ret_action =
        (struct member_action){.kind = MEMBER_NOTE, .level = note.level, .text = note.text};
}

static bool take(bool *flag)
{
    bool was = *flag;

    *flag = false;
    return was;
}

bool member_next(struct member *m, struct member_action *ret_action)
{
    if (m->notes.count) {
        take_note(m, ret_action);
        return true;
    }
    if (take(&m->hang_up)) {
        *ret_action = (struct member_action){.kind = MEMBER_HANG_UP};
    } else if (take(&m->find)) {
        *ret_action = (struct member_action){.kind = MEMBER_FIND};
    } else if (m->sends.count) {
        *ret_action = (struct member_action){.kind = MEMBER_SEND, .request = m->sends.at[0]};
        vec_remove(&m->sends, 0);
    } else if (take(&m->deliver)) {
        *ret_action = (struct member_action){.kind = MEMBER_DELIVER, .delivery = &m->delivery};
    } else if (take(&m->tell_failure)) {
        *ret_action = (struct member_action){.kind = MEMBER_FAIL, .error = &m->error};
    } else {
        return false;
    }
    return true;
}

/* ---- looking ---- */

bool member_coordinator(const struct member *m, const char **ret_host, int32_t *ret_port)
{
    *ret_host = m->host;
    *ret_port = m->port;
    return m->is_known;
}

bool member_is_stable(const struct member *m)
{
    return m->state == MEMBER_STABLE && !m->rejoin && !m->has_fresh && !m->is_delivering;
}

int64_t member_lease_ms(const struct member *m)
{
    if (m->has_lost || m->is_giving_up)
        return 0;
    /* Who waits for the others is a member as long as it is there to hear that they have come. */
    if (m->join.serial || m->sync.serial)
        return m->now_ms + member_patience_ms(m);
    return member_owned_ms(m);
}

const char *member_id(const struct member *m)
{
    return m->state == MEMBER_STABLE ? m->id : "";
}

bool member_is_leaving(const struct member *m)
{
    return m->leave.serial != 0;
}

const char *member_stage(const struct member *m)
{
    if (m->is_delivering)
        return "applying the assignment";
    if (!m->is_known)
        return "finding the group coordinator";
    switch (m->state) {
    case MEMBER_JOINING:
        return "waiting for the other workers to join the group";
    case MEMBER_SYNCING:
        return "waiting for the assignment of the leader";
    case MEMBER_UNJOINED:
        return "joining the group";
    case MEMBER_STABLE:
        break;
    }
    return m->rejoin ? "joining the group" : "polling the group coordinator";
}
