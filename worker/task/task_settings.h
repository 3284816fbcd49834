/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * task_settings - what the worker itself reads from the configurations of a source task, and
 * the settings it refuses or passes over since it does not do them yet.
 */
#include "worker/task/txn_boundary.h"

#include <stdbool.h>
#include <stdint.h>

#include <tern/config.h>
#include <tern/error.h>

/* Immutable after task_settings_read(). */
struct task_settings {
    int64_t flush_interval_ms;       /* offset.flush.interval.ms */
    int64_t flush_timeout_ms;        /* offset.flush.timeout.ms */
    int64_t flush_early_ms;          /* tern.offset.flush.early.ms; 0: off */
    int64_t shutdown_timeout_ms;     /* task.shutdown.graceful.timeout.ms */
    int64_t txn_interval_ms;         /* transaction.boundary.interval.ms */
    int64_t txn_timeout_ms;          /* transaction.timeout.ms of the task's producer */
    bool txn_merges;                 /* tern.transaction.merge.enabled */
    enum txn_boundary_kind txn_kind; /* transaction.boundary; checked with exactly-once only */
    bool tolerate_all;               /* errors.tolerance=all */
    bool log_errors, log_records;    /* errors.log.enable, errors.log.include.messages */
    int64_t retry_timeout_ms;        /* errors.retry.timeout; below 0: for ever */
    int64_t retry_delay_max_ms;      /* errors.retry.delay.max.ms */
};

/*
 * Logs settings that have no effect yet at WARN. Errors: TERN_EINVALID for a bad value, and for
 * what would change the data and is not done: transforms.
 */
int task_settings_read(const struct tern_config *worker, const struct tern_config *connector,
                       bool is_exactly_once, struct task_settings *ret_settings,
                       struct tern_error *err) MUST_CHECK;
