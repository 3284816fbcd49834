/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* source_task_priv - a source task's insides: its life (source_task.c) and its loop
 * (source_loop.c). */
#include <stdatomic.h>

#include "lib/base/clock.h"
#include "lib/base/thread.h"
#include "worker/task/source_offsets.h"
#include "worker/task/source_records.h"
#include "worker/task/source_task.h"
#include "worker/task/task_settings.h"

struct source_task {
    /* immutable after start */
    struct source_task_conf conf;      /* its strings and references are the task's own */
    char *id;                          /* "<connector>-<n>" */
    struct tern_source_task_class cls; /* a copy: the task may outlive the registry */
    struct thread thread;
    struct host *host;

    atomic_int refs; /* the thread's and await's count as one */
    struct gate gate;
    enum target_state target;      /* gate */
    bool stopping;                 /* gate */
    bool poked;                    /* gate: something changed since the last source_task_wait() */
    bool ended;                    /* gate: the thread is at its end */
    bool abandoned;                /* gate: the thread frees the task */
    bool pinnable;                 /* gate: others may call plugin and send stage */
    unsigned pins;                 /* gate: callers that do */
    struct worker_answer *awaited; /* gate: what the thread waits for; NULL: nothing */

    /* task thread only, but for the wake-ups under a pin */
    struct task_settings settings;
    struct pending_offsets *pending;
    struct source_records *records;
    struct source_offsets *offsets; /* NULL: offsets go into transactions */
    struct txn_boundary boundary;   /* with transactions */
    int64_t commit_until_ms;        /* after a stop: commits are given up then; 0: not asked yet */
    void *self;                     /* the plugin instance */
    char *trace;                    /* of the first failure */
    enum source_records_loss loss;  /* what it means for another transaction */
    struct backoff restart;         /* of that */
    int64_t batch_bytes;            /* the producer's largest batch; 0: as configured */
    bool paused;                    /* PAUSED was told */
    int64_t poll_after_ms;          /* poll() failed retriably: not before */
    struct backoff backoff;         /* of poll() */
    bool poll_was_empty;            /* the last one */
    int64_t quick_polls;            /* that brought nothing at once, in a row */
    int64_t told_held_ms;           /* when it was last said that the task may not work */
    int64_t busy_since_ms;          /* the send stage takes nothing; 0: it does */
};

bool source_task_stopping(struct source_task *t);
bool source_task_pausing(struct source_task *t);
/* Waits until something changed, or timeout_ms have passed. */
void source_task_wait(struct source_task *t, int64_t timeout_ms);
/* Calls one of the listener's functions, unless the task was cancelled. */
void source_task_tell(struct source_task *t,
                      void (*what)(void *arg, const char *connector, int32_t task));
/* Keeps the first failure. Takes trace. */
void source_task_fail(struct source_task *t, char *trace);

/* Runs until the task is asked to stop, or has failed. */
void source_loop(struct source_task *t);
/* Whether nobody else can have been given the task. */
bool source_task_may_work(struct source_task *t);

/* ---- source_eos.c: exactly-once ---- */

/*
 * Fences what was before, initializes the producer's id, and makes sure that the task is still
 * wanted; waits as long as that takes. False: the task was stopped, or has failed.
 */
bool source_eos_prepare(struct source_task *t);
/* Commits what is open. False: it failed, or a stop did not let it be finished. */
bool source_eos_commit(struct source_task *t);
/* Makes a wait in source_eos_prepare() end. Thread: any. */
void source_eos_wake(struct source_task *t);
/* How long the last commits may take, once the task was asked to stop. */
int64_t source_task_farewell_ms(struct source_task *t);
