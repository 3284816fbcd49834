/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/source/source_guard.h"

#include "lib/base/log.h"
#include "lib/base/vec.h"

LOG_DOMAIN("org.apache.kafka.connect.mirror.MirrorSourceTask");

enum {
    TEXT_MAX = 1024
};

/* A partition that is read at another place once what was fetched before is handed over. */
struct turn {
    size_t index;
    int64_t offset;
    bool again;     /* not if it has moved on by then */
    uint64_t taken; /* source_consumer_taken() by then */
};

struct source_guard {
    const struct mirror_own *own;
    struct source_consumer *consumer;
    struct source_watch *watch;
    size_t count;
    bool *stored; /* [count]: an offset is stored */
    VEC(struct turn) turns;
};

int source_guard_open(const struct source_watch_conf *conf, struct source_guard **ret_guard,
                      struct tern_error *err)
{
    struct source_guard *g = xcalloc(1, sizeof(*g));

    g->own = conf->own;
    g->consumer = (struct source_consumer *)conf->consumer;
    g->count = source_consumer_count(conf->consumer);
    g->stored = xcalloc(g->count, sizeof(*g->stored));
    for (size_t i = 0; i < g->count; i++)
        g->stored[i] = conf->stored_next[i] >= 0;
    if (source_watch_open(conf, &g->watch, err) < 0) {
        source_guard_free(g);
        return -1;
    }
    *ret_guard = g;
    return 0;
}

void source_guard_cancel(struct source_guard *g)
{
    if (g)
        source_watch_cancel(g->watch);
}

void source_guard_free(struct source_guard *g)
{
    if (!g)
        return;
    source_watch_free(g->watch);
    vec_fini(&g->turns);
    free(g->stored);
    free(g);
}

/* ---- findings ---- */

static bool is_loss(const struct source_finding *f)
{
    switch (f->verdict) {
    case SOURCE_OK:
    case SOURCE_UNKNOWN:
        return false;
    case SOURCE_TOPIC_GONE:
    case SOURCE_PARTITION_GONE:
        return source_finding_lost(f) > 0;
    case SOURCE_RECREATED:
    case SOURCE_DELETED:
    case SOURCE_TRUNCATED:
        return true;
    }
    return true;
}

/* Says and counts a finding; fails where the policy says so. */
static int judge(struct source_guard *g, size_t index, const struct source_finding *f,
                 struct tern_error *err)
{
    struct source_partition *p = source_consumer_at(g->consumer, index);
    CLEANUP(buf_fini) struct buf text = BUF_INIT(TEXT_MAX);

    if (f->verdict == SOURCE_OK || f->verdict == SOURCE_UNKNOWN)
        return 0;
    source_finding_text(&text, p->topic, p->partition, f);
    atomic_fetch_add(&p->findings, 1);
    atomic_fetch_add(&p->lost, source_finding_lost(f));
    if (is_loss(f) && g->own->fail_on_loss) {
        return tern_fail(err, TERN_EINVALID,
                         "%s. The task fails by tern.loss.policy=fail; to go on, set it to "
                         "continue, or reset the stored offset of the partition",
                         buf_str(&text));
    }
    if (is_loss(f))
        log_error("%s", buf_str(&text));
    else
        log_warn("%s", buf_str(&text));
    return 0;
}

/* What was fetched before the turn is still handed over. */
static void turn_later(struct source_guard *g, const struct source_event *e)
{
    vec_push(&g->turns, (struct turn){e->index, e->finding.resume_at, e->kind == SOURCE_EVENT_AGAIN,
                                      source_consumer_taken(g->consumer) +
                                          source_consumer_waiting(g->consumer)});
}

static int turn_now(struct source_guard *g, size_t index, int64_t offset, struct tern_error *err)
{
    if (source_consumer_begin(g->consumer, index, offset, err) < 0)
        return -1;
    source_watch_done(g->watch, index);
    return 0;
}

static int act(struct source_guard *g, const struct source_event *e, struct tern_error *err)
{
    if (e->kind == SOURCE_EVENT_STUCK)
        return tern_fail(err, TERN_EINTERNAL, "%s", e->text);
    if (judge(g, e->index, &e->finding, err) < 0)
        return -1;
    if (e->finding.resume_at < 0) {
        source_watch_done(g->watch, e->index);
        return 0;
    }
    if (e->kind == SOURCE_EVENT_BEGIN)
        return turn_now(g, e->index, e->finding.resume_at, err);
    turn_later(g, e);
    return 0;
}

/* What stood still, or was out of range, when the watch looked: read on it would come twice. */
static bool has_moved_on(const struct source_guard *g, const struct turn *turn)
{
    const struct source_partition *p = source_consumer_at(g->consumer, turn->index);

    return turn->again && !atomic_load(&p->out_of_range) && atomic_load(&p->next) > turn->offset;
}

static int take_turns(struct source_guard *g, struct tern_error *err)
{
    uint64_t taken = source_consumer_taken(g->consumer);

    for (size_t i = g->turns.count; i-- > 0;) {
        struct turn turn = g->turns.at[i];

        if (taken < turn.taken && source_consumer_waiting(g->consumer) > 0)
            continue;
        vec_remove(&g->turns, i);
        if (has_moved_on(g, &turn)) {
            source_watch_done(g->watch, turn.index);
            continue;
        }
        if (turn_now(g, turn.index, turn.offset, err) < 0)
            return -1;
    }
    return 0;
}

static int take_events(struct source_guard *g, struct tern_error *err)
{
    struct source_event e;

    while (source_watch_next(g->watch, &e)) {
        int rc = act(g, &e, err);

        free(e.text);
        if (rc < 0)
            return -1;
    }
    return take_turns(g, err);
}

int source_guard_begin(struct source_guard *g, int64_t deadline_ms, struct tern_error *err)
{
    size_t stored = 0;

    for (size_t i = 0; i < g->count; i++) {
        stored += g->stored[i];
        if (!g->stored[i] && source_consumer_begin(g->consumer, i, -1, err) < 0)
            return -1;
    }
    if (stored)
        source_watch_await(g->watch, deadline_ms);
    return take_events(g, err);
}

int source_guard_step(struct source_guard *g, struct tern_error *err)
{
    source_watch_polled(g->watch);
    if (source_consumer_troubled(g->consumer))
        source_watch_hurry(g->watch);
    return take_events(g, err);
}

void source_guard_committed(struct source_guard *g)
{
    source_watch_committed(g->watch);
}
