/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * tolerance - what becomes of a record that cannot be converted or sent: errors.tolerance,
 * errors.retry.* and errors.log.*. Spec: connect-runtime.md 2.1, 3.7. Peers:
 * RetryWithToleranceOperator, LogReporter.
 */
#include "worker/task/record_text.h"

#include "lib/base/macros.h"

#include <stdbool.h>
#include <stdint.h>

#include <tern/error.h>

enum tolerance_stage {
    STAGE_HEADER_CONVERTER,
    STAGE_KEY_CONVERTER,
    STAGE_VALUE_CONVERTER,
    STAGE_KAFKA_PRODUCE,
};

struct tolerance {
    bool all;                   /* errors.tolerance=all: leave the record out and go on */
    bool log;                   /* errors.log.enable */
    bool log_record;            /* errors.log.include.messages */
    int64_t retry_timeout_ms;   /* errors.retry.timeout; below 0: for ever */
    int64_t retry_delay_max_ms; /* errors.retry.delay.max.ms */
    const char *id;             /* of the task, "c-0"; borrowed */
};

/* "KEY_CONVERTER" and so on. */
const char *tolerance_stage_name(enum tolerance_stage stage);

/*
 * The pause before attempt 2, 3 ... (attempt: those that failed, 1 at least): 300 ms, doubled
 * each time; beyond the maximum a random part of it. random: any number.
 */
int64_t tolerance_delay_ms(const struct tolerance *t, unsigned attempt, uint32_t random);

/* Waits; true when the task is asked to stop. */
typedef bool tolerance_wait(void *arg, int64_t timeout_ms);

/*
 * Runs op until it succeeds, fails with another code than TERN_ERETRIABLE, or time is up; the
 * last failure is in *err. A stop ends it with the failure before.
 */
int tolerance_run(const struct tolerance *t, int (*op)(void *arg, struct tern_error *err),
                  void *arg, tolerance_wait *wait, void *wait_arg, struct tern_error *err);

/* Logs the record at ERROR when configured. class_name is what executed the stage. */
void tolerance_report(const struct tolerance *t, enum tolerance_stage stage, const char *class_name,
                      const struct tern_source_record *record, const struct record_origin *origin,
                      const char *error);
