/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/source_offsets.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/thread.h"
#include "lib/base/xmem.h"
#include "worker/task/offset_commit.h"
#include "worker/task/offset_key.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.WorkerSourceTask");

/*
 * One write under way. Two owners: the task, which may give up waiting, and the store's
 * callback, which may come after that. The last frees it.
 */
struct offset_write {
    atomic_int owners;
    uint64_t id; /* immutable */
    struct gate gate;
    bool done;       /* gate */
    bool ok;         /* gate */
    char error[256]; /* gate */
};

struct source_offsets {
    struct source_offsets_conf conf;
    struct offset_commit *machine;
    struct offset_write *write; /* NULL: none under way */
    int64_t began_ms;           /* of the commit under way */
    void *self;
};

/* ---- one write ---- */

static void write_unref(struct offset_write *w)
{
    if (atomic_fetch_sub(&w->owners, 1) != 1)
        return;
    gate_fini(&w->gate);
    free(w);
}

/* Thread: the store's. */
static void on_written(void *arg, const char *error)
{
    struct offset_write *w = arg;

    gate_lock(&w->gate);
    w->done = true;
    w->ok = !error;
    snprintf(w->error, sizeof(w->error), "%s", error ? error : "");
    gate_wake(&w->gate);
    gate_unlock(&w->gate);
    write_unref(w);
}

static bool write_done(struct offset_write *w, int64_t deadline_ms, bool *ret_ok, char *error,
                       size_t size)
{
    bool done;

    gate_lock(&w->gate);
    while (!w->done && clock_left_ms(deadline_ms, 1) > 0)
        gate_wait(&w->gate, deadline_ms);
    done = w->done;
    *ret_ok = w->ok;
    snprintf(error, size, "%s", w->error);
    gate_unlock(&w->gate);
    return done;
}

static void start_write(struct source_offsets *o, const struct offset_flush_plan *plan)
{
    struct offset_write *w = xcalloc(1, sizeof(*w));
    bool entered = host_enter(o->conf.host);

    atomic_init(&w->owners, entered ? 2 : 1);
    w->id = plan->id;
    w->done = !entered; /* cancelled: it has failed, and nobody is going to say so */
    gate_init(&w->gate);
    o->write = w;
    if (entered) {
        offset_store_write(o->conf.store, plan->entries, plan->count, on_written, w);
        host_leave(o->conf.host);
    }
}

static void drop_write(struct source_offsets *o)
{
    if (o->write)
        write_unref(o->write);
    o->write = NULL;
}

/* ---- log lines have a context of their own ---- */

static void set_context(const struct source_offsets *o, const char *scope)
{
    CLEANUP(freep)
    char *text = xasprintf("[%s|task-%" PRId32 "%s] ", o->conf.connector, o->conf.task, scope);

    log_set_context(text);
}

/* ---- commits ---- */

static void conclude(struct source_offsets *o, enum offset_commit_step step, const char *error)
{
    const char *id = o->conf.id;

    if (step == OFFSET_COMMIT_NONE)
        return;
    set_context(o, "|offsets");
    drop_write(o);
    switch (step) {
    case OFFSET_COMMIT_DONE:
        log_debug("WorkerSourceTask{id=%s} Finished commitOffsets successfully in %" PRId64 " ms",
                  id, clock_mono_ms() - o->began_ms); /* peer text */
        if (o->self && o->conf.cls->commit)
            o->conf.cls->commit(o->self);
        break;
    case OFFSET_COMMIT_FAILED:
        log_error("WorkerSourceTask{id=%s} Failed to flush offsets to storage: %s", id,
                  error); /* peer text */
        break;
    case OFFSET_COMMIT_TIMED_OUT:
        log_error("WorkerSourceTask{id=%s} Timed out waiting to flush offsets to storage; will try "
                  "again on next flush interval with latest offsets",
                  id); /* peer text */
        break;
    default:
        break;
    }
    set_context(o, "");
}

/* False, and said so, when the plugin made it up wrongly: it would poison the offsets topic. */
static bool is_sound(const struct source_offsets *o, const struct committable *offset)
{
    struct tern_source_offset parsed;
    struct tern_error err;

    if (offset_value_parse(offset->value, "", &parsed, &err) < 0) {
        log_error("CRITICAL: Failed to serialize offset data, making it impossible to commit "
                  "offsets under namespace %s. This likely won't recover unless the "
                  "unserializable partition or offset information is overwritten.", /* peer text */
                  o->conf.connector);
        log_error("Cause of serialization failure: %s: %s", offset->key, err.msg);
        return false;
    }
    if (!parsed.known)
        log_error("Cause of serialization failure: %s: no JSON object", offset->key);
    return parsed.known;
}

/* Moves what became committable into the machine. */
static void collect(struct source_offsets *o, bool early)
{
    const struct committable *offsets;
    size_t records, count = pending_offsets_take(o->conf.pending, &offsets, &records);

    for (size_t i = 0; i < count; i++) {
        if (is_sound(o, &offsets[i]))
            offset_commit_add(o->machine, offsets[i].key, offsets[i].value);
    }
    if (records == 0) {
        log_debug("WorkerSourceTask{id=%s} Either no records were produced by the task since the "
                  "last offset commit, or every record has been filtered out by a transformation "
                  "or dropped due to transformation or conversion errors.", /* peer text */
                  o->conf.id);
    } else if (early) {
        log_debug("WorkerSourceTask{id=%s} Committing offsets for %zu acknowledged messages early",
                  o->conf.id, records);
    } else {
        log_info("WorkerSourceTask{id=%s} Committing offsets for %zu acknowledged messages",
                 o->conf.id, records); /* peer text */
    }
}

static void begin(struct source_offsets *o, int64_t timeout_ms, bool early)
{
    struct offset_flush_plan plan;
    enum offset_commit_step step;

    o->began_ms = clock_mono_ms();
    set_context(o, "|offsets");
    collect(o, early);
    set_context(o, "");
    step = offset_commit_begin(o->machine, o->began_ms, timeout_ms, &plan);
    if (step == OFFSET_COMMIT_WRITE)
        start_write(o, &plan);
    else
        conclude(o, step, NULL);
}

/* Looks after a write under way, waiting until deadline_ms at most. */
static void settle(struct source_offsets *o, int64_t deadline_ms)
{
    char error[sizeof(o->write->error)];
    bool ok;

    if (!o->write)
        return;
    if (write_done(o->write, deadline_ms, &ok, error, sizeof(error)))
        conclude(o, offset_commit_written(o->machine, o->write->id, ok, clock_mono_ms()), error);
    else
        conclude(o, offset_commit_tick(o->machine, clock_mono_ms()), NULL);
}

void source_offsets_step(struct source_offsets *o)
{
    int64_t now_ms;
    size_t records, partitions;

    settle(o, 0);
    now_ms = clock_mono_ms();
    records = pending_offsets_ready(o->conf.pending, &partitions);
    if (offset_commit_due(o->machine, now_ms))
        begin(o, o->conf.timeout_ms, false);
    else if (offset_commit_early_due(o->machine, now_ms, records, partitions))
        begin(o, o->conf.timeout_ms, true);
}

bool source_offsets_busy(const struct source_offsets *o)
{
    return offset_commit_flushing(o->machine);
}

int64_t source_offsets_next_ms(const struct source_offsets *o)
{
    return offset_commit_next_ms(o->machine);
}

void source_offsets_finish(struct source_offsets *o, int64_t deadline_ms)
{
    int64_t until_ms = offset_commit_next_ms(o->machine);

    if (o->write)
        settle(o, until_ms < deadline_ms ? until_ms : deadline_ms);
    if (o->write) /* it may still succeed, but nobody waits any longer */
        conclude(o, offset_commit_tick(o->machine, FOREVER_MS), NULL);
    begin(o, clock_left_ms(deadline_ms, o->conf.timeout_ms), false);
    settle(o, deadline_ms);
    if (o->write)
        conclude(o, offset_commit_tick(o->machine, FOREVER_MS), NULL);
}

struct source_offsets *source_offsets_new(const struct source_offsets_conf *conf)
{
    struct source_offsets *o = xcalloc(1, sizeof(*o));

    o->conf = *conf;
    o->machine = offset_commit_new(conf->interval_ms, conf->timeout_ms, clock_mono_ms());
    offset_commit_set_early(o->machine, conf->early_ms);
    return o;
}

void source_offsets_free(struct source_offsets *o)
{
    if (!o)
        return;
    drop_write(o);
    offset_commit_free(o->machine);
    free(o);
}

void source_offsets_start(struct source_offsets *o, void *self)
{
    o->self = self;
}
