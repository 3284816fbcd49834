/* SPDX-License-Identifier: Apache-2.0 */
/* source_stall - partitions that have records of which none is read: why, and what to do. */
#include <librdkafka/rdkafka.h>

#include "connectors/mirror/source/source_watch_priv.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"

LOG_DOMAIN("org.apache.kafka.connect.mirror.MirrorSourceTask");

enum {
    TELL_MS = 60 * 1000,
    TRIES = 2, /* reading anew */
};

/* Records handed over that did not come back. */
static int64_t in_flight(const struct source_watch *w)
{
    int64_t count = 0;

    for (size_t i = 0; i < w->count; i++) {
        const struct source_partition *p = w->at[i].p;

        if (!atomic_load(&p->held))
            count += atomic_load(&p->delivered) - atomic_load(&p->acked);
    }
    return count;
}

/* The task is paused, or the target holds it up: no partition can be blamed. */
static bool is_asking(const struct source_watch *w, int64_t now_ms)
{
    return now_ms - atomic_load(&w->polled_ms) < w->conf.own->stall_ms / 2;
}

void source_stall_check_target(struct source_watch *w, int64_t now_ms)
{
    int64_t quiet_ms = now_ms - atomic_load(&w->polled_ms), waiting;

    if (quiet_ms < w->conf.own->stall_ms || now_ms - w->told_target_ms < TELL_MS)
        return;
    waiting = in_flight(w);
    if (waiting <= 0)
        return;
    w->told_target_ms = now_ms;
    log_warn("Nothing has been read for %lld s, since cluster '%s' does not take more: %lld "
             "records wait for its acknowledgement",
             (long long)quiet_ms / 1000, w->conf.settings->target_alias, (long long)waiting);
}

/* How far an open transaction of the source holds back what was read; 0: none does. */
static int64_t held_by_transaction(const struct source_watch *w, size_t i)
{
    const struct source_partition *p = w->at[i].p;
    int64_t low, high;

    if (!w->conf.reads_committed ||
        rd_kafka_get_watermark_offsets(source_consumer_handle(w->conf.consumer), p->topic,
                                       p->partition, &low, &high) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return 0;
    return high > w->logs[i].end && w->logs[i].end >= 0 ? high - w->logs[i].end : 0;
}

/* Once a minute for each partition. */
static bool may_tell(struct watched *at, int64_t now_ms)
{
    if (at->told_ms && now_ms - at->told_ms < TELL_MS)
        return false;
    at->told_ms = now_ms;
    return true;
}

static void stuck(struct source_watch *w, size_t i, int64_t next, int64_t now_ms)
{
    struct watched *at = &w->at[i];
    const struct source_partition *p = at->p;
    int error = atomic_load(&p->error);
    const struct source_finding f = {SOURCE_OK, -1, -1, -1, next};
    CLEANUP(freep)
    char *text = xasprintf("partition '%s-%d' of cluster '%s' stands still at offset %lld, while "
                           "its log goes up to %lld: %s",
                           p->topic, (int)p->partition, w->conf.settings->source_alias,
                           (long long)next, (long long)w->logs[i].end,
                           error ? rd_kafka_err2str(error) : "the broker sends no records");

    if (at->tries < TRIES && error != RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
        at->tries++;
        at->since_ms = now_ms;
        log_warn("%s; it is read anew", text);
        source_watch_emit(w, SOURCE_EVENT_AGAIN, i, &f, NULL);
        return;
    }
    if (w->conf.own->fail_when_stuck)
        source_watch_emit(w, SOURCE_EVENT_STUCK, i, &f, TAKE(text));
    else if (may_tell(at, now_ms))
        log_error("%s", text);
}

void source_stall_init(struct watched *at)
{
    at->next_then = -1; /* not a place where it could have stood */
}

void source_stall_check_leader(struct source_watch *w, size_t i, int64_t now_ms)
{
    struct watched *at = &w->at[i];
    const struct source_log *log = &w->logs[i];

    if (!log->is_known)
        return;
    if (!log->partition_there || log->has_leader) {
        if (at->leaderless_told_ms)
            log_info("Partition '%s-%d' of cluster '%s' has a leader again", at->p->topic,
                     (int)at->p->partition, w->conf.settings->source_alias);
        at->leaderless_since_ms = at->leaderless_told_ms = 0;
        return;
    }
    if (!at->leaderless_since_ms)
        at->leaderless_since_ms = now_ms;
    if (now_ms - at->leaderless_since_ms < w->conf.own->stall_ms ||
        (at->leaderless_told_ms && now_ms - at->leaderless_told_ms < TELL_MS))
        return;
    at->leaderless_told_ms = now_ms;
    log_warn("Nothing can be read of partition '%s-%d' of cluster '%s': it has no leader, for "
             "%lld s by now",
             at->p->topic, (int)at->p->partition, w->conf.settings->source_alias,
             (long long)(now_ms - at->leaderless_since_ms) / 1000);
}

void source_stall_check(struct source_watch *w, size_t i, int64_t now_ms)
{
    struct watched *at = &w->at[i];
    int64_t next = atomic_load(&at->p->next), hidden;

    if (next != at->next_then) {
        at->next_then = next;
        at->since_ms = now_ms;
        at->tries = 0;
    }
    if (atomic_load(&at->p->held) || next < 0 || !is_asking(w, now_ms)) {
        at->since_ms = now_ms;
        return;
    }
    if (w->logs[i].end <= next) {
        hidden = held_by_transaction(w, i);
        if (!hidden) {
            at->since_ms = now_ms;
        } else if (now_ms - at->since_ms >= w->conf.own->stall_ms && may_tell(at, now_ms)) {
            log_warn("Partition '%s-%d' of cluster '%s' stands still at offset %lld: a transaction "
                     "that is open there holds back %lld offsets",
                     at->p->topic, (int)at->p->partition, w->conf.settings->source_alias,
                     (long long)next, (long long)hidden);
        }
        return;
    }
    if (now_ms - at->since_ms >= w->conf.own->stall_ms)
        stuck(w, i, next, now_ms);
}
