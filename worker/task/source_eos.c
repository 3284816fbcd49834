/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source_eos - what a source task does otherwise when it delivers exactly once: how it begins, and
 * how it commits. Spec: connect-distributed.md 12.2, 12.3.
 */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "lib/base/log.h"
#include "lib/base/xmem.h"
#include "lib/kafka/transaction.h"
#include "worker/task/source_task_priv.h"
#include "worker/task/trace.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.ExactlyOnceWorkerSourceTask");

enum {
    INIT_SLICE_MS = 250, /* between two looks at a stop */
    COMMIT_SLICE_MS = 250,
    RETRY_MIN_MS = 250,
    RETRY_MAX_MS = 5000,
    GIVE_UP_MS = 60000, /* what may be over soon, and is not */
    WARN_MS = 30000,    /* how often what takes long is said */
};

/* ---- questions to the worker ---- */

/*
 * One answer. Two owners: the task, which may give up waiting, and the worker, which may answer
 * after that. Who wakes the task holds it too.
 */
struct worker_answer {
    atomic_int owners;
    struct gate gate;
    bool is_there;         /* gate */
    bool is_woken;         /* gate: look up */
    bool is_ok;            /* gate */
    struct tern_error err; /* gate */
};

static void answer_unref(struct worker_answer *a)
{
    if (atomic_fetch_sub(&a->owners, 1) != 1)
        return;
    gate_fini(&a->gate);
    free(a);
}

/* exactly_once_done. */
static void on_answer(void *arg, const struct tern_error *err)
{
    struct worker_answer *a = arg;

    gate_lock(&a->gate);
    a->is_there = true;
    a->is_ok = !err;
    if (err)
        a->err = *err;
    gate_wake(&a->gate);
    gate_unlock(&a->gate);
    answer_unref(a);
}

static void set_awaited(struct source_task *t, struct worker_answer *a)
{
    gate_lock(&t->gate);
    t->awaited = a;
    gate_unlock(&t->gate);
}

void source_eos_wake(struct source_task *t)
{
    struct worker_answer *a;

    gate_lock(&t->gate);
    a = t->awaited;
    if (a)
        atomic_fetch_add(&a->owners, 1);
    gate_unlock(&t->gate);
    if (!a)
        return;
    gate_lock(&a->gate);
    a->is_woken = true;
    gate_wake(&a->gate);
    gate_unlock(&a->gate);
    answer_unref(a);
}

/* Waits for the answer, or for a stop: then -1, and the task is stopping. */
static int await(struct source_task *t, struct worker_answer *a, struct tern_error *err)
{
    bool is_there = false, is_ok = false;

    while (!is_there && !source_task_stopping(t)) {
        gate_lock(&a->gate);
        while (!a->is_there && !a->is_woken)
            gate_wait(&a->gate, FOREVER_MS);
        a->is_woken = false;
        is_there = a->is_there;
        is_ok = a->is_ok;
        if (is_there && !is_ok)
            *err = a->err;
        gate_unlock(&a->gate);
    }
    if (!is_there)
        return tern_fail(err, TERN_ERETRIABLE, "the task was stopped");
    return is_ok ? 0 : -1;
}

typedef void ask_fn(struct source_task *t, struct worker_answer *a);

static void ask_fence(struct source_task *t, struct worker_answer *a)
{
    t->conf.exactly_once->fence(t->conf.arg, t->conf.connector, on_answer, a);
}

static void ask_confirm(struct source_task *t, struct worker_answer *a)
{
    t->conf.exactly_once->confirm(t->conf.arg, t->conf.connector, t->conf.task, t->conf.generation,
                                  on_answer, a);
}

static int ask(struct source_task *t, ask_fn *question, struct tern_error *err)
{
    struct worker_answer *a = xcalloc(1, sizeof(*a));
    int rc;

    if (!host_enter(t->host)) {
        free(a);
        return tern_fail(err, TERN_ERETRIABLE, "the task was cancelled");
    }
    gate_init(&a->gate);
    atomic_init(&a->owners, 2);
    set_awaited(t, a);
    question(t, a);
    host_leave(t->host);
    rc = await(t, a, err);
    set_awaited(t, NULL);
    answer_unref(a);
    return rc;
}

static bool is_worth_asking_again(enum tern_code code)
{
    return code == TERN_ERETRIABLE || code == TERN_ETIMEOUT || code == TERN_ECONFLICT;
}

/* Asks until there is an answer that stands. */
static int ask_patiently(struct source_task *t, ask_fn *question, struct tern_error *err)
{
    const struct tern_host *host = host_face(t->host);
    struct backoff backoff = {.min_ms = RETRY_MIN_MS, .max_ms = RETRY_MAX_MS};
    int64_t deadline_ms = clock_deadline_ms(GIVE_UP_MS), warn_ms = 0;

    while (ask(t, question, err) < 0) {
        if (!is_worth_asking_again(err->code) || source_task_stopping(t) ||
            (err->code == TERN_ECONFLICT && clock_left_ms(deadline_ms, 1) == 0))
            return -1;
        if (clock_mono_ms() >= warn_ms) {
            log_warn("ExactlyOnceWorkerSourceTask{id=%s} cannot start yet: %s", t->id, err->msg);
            warn_ms = clock_deadline_ms(WARN_MS);
        }
        if (host->wait(host, backoff_next_ms(&backoff)))
            return -1;
    }
    return 0;
}

/* ---- beginning ---- */

static int init_transactions(struct source_task *t, struct tern_error *err)
{
    int64_t warn_ms = clock_deadline_ms(WARN_MS);
    int rc;

    while ((rc = source_records_init_transactions(t->records, INIT_SLICE_MS, err)) ==
           TRANSACTION_AGAIN) {
        if (source_task_stopping(t))
            return tern_fail(err, TERN_ERETRIABLE, "the task was stopped");
        if (clock_left_ms(warn_ms, 1) == 0) {
            log_warn("ExactlyOnceWorkerSourceTask{id=%s} still initializing its transactional id",
                     t->id);
            warn_ms = clock_deadline_ms(WARN_MS);
        }
    }
    return rc;
}

static bool end_with(struct source_task *t, const char *what, const struct tern_error *err)
{
    if (!source_task_stopping(t))
        source_task_fail(t, trace_text(what, err));
    return false;
}

bool source_eos_prepare(struct source_task *t)
{
    struct tern_error err;

    if (ask_patiently(t, ask_fence, &err) < 0)
        return end_with(t, "Failed to perform round of zombie fencing", &err); /* peer text */
    if (source_task_stopping(t))
        return false;
    if (init_transactions(t, &err) < 0)
        return end_with(t, NULL, &err);
    if (ask_patiently(t, ask_confirm, &err) < 0)
        return end_with(t, NULL, &err);
    txn_boundary_start(&t->boundary, clock_mono_ms());
    return !source_task_stopping(t);
}

/* ---- committing ---- */

/* Nobody waits any longer. */
static bool must_give_up(struct source_task *t)
{
    if (host_cancelled(t->host))
        return true;
    if (!source_task_stopping(t))
        return false;
    if (!t->commit_until_ms)
        t->commit_until_ms = clock_deadline_ms(source_task_farewell_ms(t));
    return clock_left_ms(t->commit_until_ms, 1) == 0;
}

bool source_eos_commit(struct source_task *t)
{
    int64_t warn_ms = clock_deadline_ms(WARN_MS);
    int rc;

    while ((rc = source_records_commit(t->records, COMMIT_SLICE_MS)) == TRANSACTION_AGAIN) {
        if (must_give_up(t)) {
            log_warn("ExactlyOnceWorkerSourceTask{id=%s} the last transaction was not committed in "
                     "time; the next instance of the task sends its records again",
                     t->id);
            return false;
        }
        if (clock_left_ms(warn_ms, 1) == 0) {
            log_warn("ExactlyOnceWorkerSourceTask{id=%s} still committing a transaction: %zu "
                     "records are not acknowledged",
                     t->id, source_records_unacked(t->records));
            warn_ms = clock_deadline_ms(WARN_MS);
        }
    }
    if (rc < 0)
        return false;
    backoff_reset(&t->restart);
    if (t->cls.commit)
        t->cls.commit(t->self);
    return true;
}
