/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "lib/base/log.h"
#include "lib/base/xmem.h"
#include "worker/task/source_task_priv.h"
#include "worker/task/trace.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.WorkerSourceTask");

enum {
    POLL_BUSY_MS = 10,   /* poll() while acknowledgements or a write of offsets are awaited */
    POLL_IDLE_MS = 2000, /* poll() while nothing is */
    SPIN_MS = 10,        /* the longest pause after a poll() that brings nothing at once */
    BUSY_MS = 20,        /* wait for room in the send stage */
    BUSY_WARN_MS = 30000,
    HOLD_MS = 50, /* between two looks at whether the task may work */
    HOLD_TELL_MS = 60 * 1000,
    RETRY_MIN_MS = 100, /* after a poll() that failed retriably */
    RETRY_MAX_MS = 5000,
};

/* Offsets go with the records, by transactions. */
static bool has_transactions(const struct source_task *t)
{
    return t->conf.exactly_once != NULL;
}

static bool writes_offsets(struct source_task *t)
{
    return !has_transactions(t) && source_offsets_busy(t->offsets);
}

/* When the next commit is due by time. */
static int64_t next_commit_ms(struct source_task *t)
{
    return has_transactions(t) ? txn_boundary_next_ms(&t->boundary)
                               : source_offsets_next_ms(t->offsets);
}

/* Acknowledgements or a write of offsets are awaited. */
static bool is_busy(struct source_task *t)
{
    return source_records_unacked(t->records) > 0 || writes_offsets(t);
}

/* Waits for acknowledgements, a change of what is wanted, or the next commit of offsets. */
static void idle(struct source_task *t, int64_t timeout_ms)
{
    int64_t wait_ms = clock_left_ms(next_commit_ms(t), timeout_ms);

    if (source_records_unacked(t->records) > 0)
        source_records_serve(t->records, wait_ms);
    else if (writes_offsets(t))
        source_task_wait(t, wait_ms < POLL_BUSY_MS ? wait_ms : POLL_BUSY_MS);
    else
        source_task_wait(t, wait_ms);
}

/* The send stage takes nothing: it is full, or does not know the topic. */
static void wait_for_room(struct source_task *t)
{
    int64_t now_ms = clock_mono_ms();

    if (t->busy_since_ms == 0)
        t->busy_since_ms = now_ms;
    if (now_ms - t->busy_since_ms >= BUSY_WARN_MS) {
        log_warn("WorkerSourceTask{id=%s} waiting for the target to take more records: %zu are not "
                 "acknowledged",
                 t->id, source_records_unacked(t->records));
        t->busy_since_ms = now_ms;
    }
    source_records_serve(t->records, BUSY_MS);
}

static void send_rest(struct source_task *t)
{
    switch (source_records_send(t->records)) {
    case SOURCE_RECORDS_BUSY:
        wait_for_room(t);
        break;
    case SOURCE_RECORDS_SENT:
        t->busy_since_ms = 0;
        break;
    case SOURCE_RECORDS_FAILED: /* the loop sees it */
        break;
    }
}

static void poll_failed(struct source_task *t, const struct tern_error *err)
{
    int64_t delay_ms;

    if (err->code != TERN_ERETRIABLE) {
        source_task_fail(t, trace_text(NULL, err));
        return;
    }
    delay_ms = backoff_next_ms(&t->backoff);
    log_warn("WorkerSourceTask{id=%s} failed to poll records from SourceTask. Will retry "
             "operation. %s",
             t->id, err->msg); /* peer text, up to the cause */
    t->poll_after_ms = clock_deadline_ms(delay_ms);
}

/* A poll() that brings nothing, and does not wait for something either, must not spin. */
static void rest_after_nothing(struct source_task *t, int64_t began_ms)
{
    if (clock_mono_ms() > began_ms + 1) {
        t->quick_polls = 0;
        return;
    }
    if (t->quick_polls < SPIN_MS)
        t->quick_polls++;
    idle(t, t->quick_polls);
}

static int64_t poll_wait_ms(struct source_task *t)
{
    if (txn_boundary_is_merging(&t->boundary))
        return 0;
    if (is_busy(t))
        return POLL_BUSY_MS;
    return clock_left_ms(next_commit_ms(t), POLL_IDLE_MS);
}

static void poll_once(struct source_task *t)
{
    struct tern_source_batch *batch = NULL;
    int64_t began_ms = clock_mono_ms();
    struct tern_error err = {.code = TERN_EINTERNAL};

    t->poll_was_empty = true;
    if (began_ms < t->poll_after_ms) {
        idle(t, t->poll_after_ms - began_ms);
        return;
    }
    if (t->cls.poll(t->self, poll_wait_ms(t), &batch, &err) < 0) {
        poll_failed(t, &err);
        return;
    }
    if (batch && batch->count && !batch->records) { /* plugins are input */
        (void)tern_fail(&err, TERN_EINTERNAL, "a batch of %zu records without records",
                        batch->count);
        poll_failed(t, &err);
        return;
    }
    t->backoff = (struct backoff){.min_ms = RETRY_MIN_MS, .max_ms = RETRY_MAX_MS};
    t->poll_was_empty = !batch || batch->count == 0;
    if (!t->poll_was_empty)
        t->quick_polls = 0;
    else if (!txn_boundary_is_merging(&t->boundary)) /* else a commit waits */
        rest_after_nothing(t, began_ms);
    if (batch)
        source_records_take(t->records, batch);
    if (batch && !host_cancelled(t->host)) /* a newer instance may be at work already */
        send_rest(t);
}

/* The plugin is left alone; acknowledgements and commits go on. */
static void stay_paused(struct source_task *t)
{
    if (!t->paused) {
        t->paused = true;
        source_task_tell(t, t->conf.listener->on_pause);
    }
    idle(t, POLL_IDLE_MS);
}

static void leave_pause(struct source_task *t)
{
    if (!t->paused)
        return;
    t->paused = false;
    txn_boundary_start(&t->boundary, clock_mono_ms());
    source_task_tell(t, t->conf.listener->on_resume);
}

bool source_task_may_work(struct source_task *t)
{
    bool may;

    if (!t->conf.may_work || !host_enter(t->host))
        return true; /* who is cancelled finds that elsewhere */
    may = t->conf.may_work(t->conf.arg);
    host_leave(t->host);
    return may;
}

/* Another worker may run this task by now; the herder finds out, and stops it if so. */
static void hold(struct source_task *t)
{
    int64_t now_ms = clock_mono_ms();

    if (now_ms - t->told_held_ms >= HOLD_TELL_MS) {
        t->told_held_ms = now_ms;
        log_warn("WorkerSourceTask{id=%s} waits: the group has not heard of this worker for so "
                 "long that another may run the task",
                 t->id);
    }
    source_task_wait(t, HOLD_MS);
}

static bool has_failed(struct source_task *t)
{
    const char *failure = source_records_failure(t->records);

    if (failure && !t->trace)
        source_task_fail(t, xstrdup(failure));
    return t->trace != NULL;
}

/* A batch was sent whole, or there was none. */
static void note_batch(struct source_task *t)
{
    if (has_transactions(t) && !source_records_waiting(t->records))
        txn_boundary_batch(&t->boundary, t->poll_was_empty);
}

/* Writes and commits offsets when they are due. */
static void step_offsets(struct source_task *t)
{
    if (!has_transactions(t))
        source_offsets_step(t->offsets);
    else if (txn_boundary_due(&t->boundary, clock_mono_ms()))
        source_eos_commit(t);
}

/* A transaction does not stay open over a pause. */
static bool begin_pause(struct source_task *t)
{
    if (t->paused || !has_transactions(t))
        return true;
    return source_eos_commit(t);
}

void source_loop(struct source_task *t)
{
    t->backoff = (struct backoff){.min_ms = RETRY_MIN_MS, .max_ms = RETRY_MAX_MS};
    t->told_held_ms = INT64_MIN / 2;
    while (!source_task_stopping(t)) {
        source_records_serve(t->records, 0);
        if (has_failed(t))
            break;
        if (!has_transactions(t) && !source_task_may_work(t)) { /* transactions: it is fenced */
            hold(t);
            continue;
        }
        step_offsets(t);
        if (has_failed(t))
            break;
        if (source_task_pausing(t)) {
            if (begin_pause(t))
                stay_paused(t);
            continue;
        }
        leave_pause(t);
        if (source_records_waiting(t->records))
            send_rest(t);
        else
            poll_once(t);
        note_batch(t);
    }
}
