/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * tolerance - what becomes of a record that cannot be converted or sent: errors.tolerance and
 * errors.log.*. Spec: connect-runtime.md 2.1, 3.7. Peers: RetryWithToleranceOperator,
 * LogReporter. Retries (errors.retry.*) have no use yet: no converter fails retriably.
 */
#include "lib/base/buf.h"

#include <stdbool.h>
#include <stdint.h>

#include <tern/error.h>
#include <tern/record.h>

enum tolerance_stage {
    STAGE_HEADER_CONVERTER,
    STAGE_KEY_CONVERTER,
    STAGE_VALUE_CONVERTER,
    STAGE_KAFKA_PRODUCE,
};

struct tolerance {
    bool all;        /* errors.tolerance=all: leave the record out and go on */
    bool log;        /* errors.log.enable */
    bool log_record; /* errors.log.include.messages */
    const char *id;  /* of the task, "c-0"; borrowed */
};

/* "KEY_CONVERTER" and so on. */
const char *tolerance_stage_name(enum tolerance_stage stage);

/*
 * Logs the record at ERROR when configured. class_name is what executed the stage, source_key
 * the offset key of the record (may be NULL).
 */
void tolerance_report(const struct tolerance *t, enum tolerance_stage stage, const char *class_name,
                      const struct tern_source_record *record, const char *source_key,
                      const char *error);

/* The record as Java's SourceRecord shows it, but for bytes, whose size it tells. */
void tolerance_record_text(struct buf *out, const struct tern_source_record *record,
                           const char *source_key);
