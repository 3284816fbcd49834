/* SPDX-License-Identifier: Apache-2.0 */
/* source_judge - what the watch makes of a look, partition by partition. */
#include "connectors/mirror/source/source_watch_priv.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"

LOG_DOMAIN("org.apache.kafka.connect.mirror.MirrorSourceTask");

enum {
    GONE_LOOKS = 2,  /* a broker that has just started may not know a topic yet */
    VAGUE_LOOKS = 3, /* then a stored offset is taken as it is */
    OPEN_LOOKS = 50, /* for a leader that has just been elected, and its brokers */
};

static void act(struct source_watch *w, size_t i, const struct source_finding *f)
{
    enum source_event_kind kind = w->at[i].waits ? SOURCE_EVENT_BEGIN : SOURCE_EVENT_FOUND;

    source_position_settle(&w->places[i], &w->logs[i], f);
    w->at[i].waits = false;
    source_watch_emit(w, kind, i, f, NULL);
}

/* Reads on, or anew, where nothing is wrong. */
static void read_at(struct source_watch *w, size_t i, int64_t offset)
{
    const struct source_finding f = {SOURCE_OK, -1, -1, -1, offset};
    enum source_event_kind kind = w->at[i].waits ? SOURCE_EVENT_BEGIN : SOURCE_EVENT_AGAIN;

    w->at[i].waits = false;
    source_watch_emit(w, kind, i, &f, NULL);
}

static void judge_ok(struct source_watch *w, size_t i, const struct source_finding *f,
                     int64_t now_ms)
{
    struct watched *at = &w->at[i];
    const struct source_log *log = &w->logs[i];
    bool out_of_range = atomic_load(&at->p->out_of_range);

    source_position_settle(&w->places[i], log, f);
    if (at->waits || (out_of_range && f->resume_at >= 0)) { /* it was out of range for a moment */
        read_at(w, i, f->resume_at);
    } else if (out_of_range && log->start >= 0) { /* nothing was promised: all that is there */
        read_at(w, i, log->start);
    } else {
        source_stall_check(w, i, now_ms);
    }
}

static void judge_unknown(struct source_watch *w, size_t i)
{
    struct watched *at = &w->at[i];

    if (!at->waits || ++at->vague_looks < VAGUE_LOOKS)
        return;
    log_warn("Reading '%s-%d' from offset %lld without knowing whether its log is as it was: the "
             "source does not say",
             at->p->topic, (int)at->p->partition, (long long)w->places[i].next);
    read_at(w, i, w->places[i].next);
}

static void judge_gone(struct source_watch *w, size_t i, const struct source_finding *f)
{
    struct watched *at = &w->at[i];

    if (at->gone_told || ++at->gone_looks < GONE_LOOKS) {
        if (!at->gone_told)
            source_watch_hurry(w);
        return;
    }
    at->gone_told = true;
    source_watch_emit(w, SOURCE_EVENT_FOUND, i, f, NULL);
}

/*
 * The consumer may have fetched ahead what is deleted or cut off now, and goes on until it
 * finds that its position is not there: only then is something wrong.
 */
static bool is_proven(const struct source_watch *w, size_t i, const struct source_finding *f)
{
    const struct watched *at = &w->at[i];

    return at->waits || f->verdict == SOURCE_RECREATED || atomic_load(&at->p->out_of_range) ||
           (f->verdict == SOURCE_TRUNCATED && w->logs[i].epoch_end >= 0);
}

/*
 * The log is shorter than what was read, and where it was cut off is not known yet: of another
 * epoch, or of a broker that has not heard of it, since within an epoch no log gets shorter.
 */
static bool is_early(struct source_watch *w, size_t i, const struct source_finding *f)
{
    if (f->verdict != SOURCE_TRUNCATED || w->logs[i].epoch_end >= 0 || w->places[i].epoch < 0) {
        w->at[i].open_looks = 0;
        return false;
    }
    if (w->at[i].open_looks++ >= OPEN_LOOKS)
        return false;
    source_watch_hurry(w);
    return true;
}

static void judge(struct source_watch *w, size_t i, int64_t now_ms)
{
    struct watched *at = &w->at[i];
    struct source_finding f;

    if (!at->waits && atomic_load(&at->p->out_of_range)) /* all that was fetched is handed over */
        w->places[i].next = atomic_load(&at->p->next);
    f = source_position_check(&w->places[i], &w->logs[i]);
    if (f.verdict != SOURCE_TOPIC_GONE && f.verdict != SOURCE_PARTITION_GONE &&
        f.verdict != SOURCE_UNKNOWN) {
        at->gone_looks = 0;
        at->gone_told = false;
    }
    switch (f.verdict) {
    case SOURCE_OK:
        judge_ok(w, i, &f, now_ms);
        return;
    case SOURCE_UNKNOWN:
        source_position_settle(&w->places[i], &w->logs[i], &f);
        judge_unknown(w, i);
        return;
    case SOURCE_TOPIC_GONE:
    case SOURCE_PARTITION_GONE:
        judge_gone(w, i, &f);
        return;
    case SOURCE_RECREATED:
    case SOURCE_DELETED:
    case SOURCE_TRUNCATED:
        if (!is_early(w, i, &f) && is_proven(w, i, &f))
            act(w, i, &f);
        return;
    }
}

void source_judge(struct source_watch *w, int64_t now_ms)
{
    for (size_t i = 0; i < w->count; i++) {
        bool pending;

        source_stall_check_leader(w, i, now_ms);
        gate_lock(&w->gate);
        pending = w->at[i].pending;
        gate_unlock(&w->gate);
        if (!pending)
            judge(w, i, now_ms);
    }
}
