/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * scheduler - one thread that runs a connector's or task's administrative jobs, one after the
 * other. A job that fails is logged and never fails the connector; it is tried again sooner than
 * its interval says, with back-off. Peer: org.apache.kafka.connect.mirror.Scheduler, which waits
 * for the next interval. Spec: mirror-maker2.md 4.1.
 */
#include "lib/base/macros.h"

#include <stdbool.h>
#include <stdint.h>

#include <tern/plugin.h>

struct scheduler;

/* One run. deadline_ms is now + the scheduler's timeout. Thread: the scheduler's. */
typedef int scheduler_run(void *arg, int64_t deadline_ms, struct tern_error *err);

/* When a job runs for the first time. */
enum scheduler_first {
    SCHEDULER_LATER = false,  /* after one interval */
    SCHEDULER_AT_ONCE = true, /* in the first round, which can be awaited */
    SCHEDULER_SOON,           /* right after the first round */
    SCHEDULER_AT_REST,        /* each time that nothing is to be done for SCHEDULER_REST_MS */
};

enum {
    SCHEDULER_REST_MS = 30000
};

struct scheduler_job {
    const char *what; /* "creating offset-syncs topic": for log lines; static */
    scheduler_run *run;
    int64_t interval_ms; /* of a repeated job; < 0: run once, again only after a failure; < 0 for
                          * SCHEDULER_AT_REST */
    int first;           /* enum scheduler_first */
};

/*
 * Starts the thread, which runs the SCHEDULER_AT_ONCE jobs in their order, then each when it is
 * due. host, jobs and arg are borrowed until scheduler_free(). Errors: TERN_EINVALID for an
 * interval of 0.
 */
int scheduler_start(const struct tern_host *host, const char *name,
                    const struct scheduler_job *jobs, size_t count, void *arg, int64_t timeout_ms,
                    struct scheduler **ret_scheduler, struct tern_error *err) MUST_CHECK;

/*
 * Waits until every job of the first round was run, well or badly, or the instance is asked to
 * stop, or deadline_ms. Thread: the instance's.
 */
void scheduler_await_first_round(struct scheduler *s, int64_t deadline_ms);

/* Whether scheduler_free() has begun: a long job asks between its steps. Thread: any. */
bool scheduler_stopping(struct scheduler *s);

/* Lets the job under way end, drops the others, joins. NULL is a no-op. */
void scheduler_free(struct scheduler *s);
