/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * source_refusals - records that the target refuses for what they are: too large, a timestamp that
 * is not allowed.
 *
 * A broker refuses a whole batch, so who is to blame is found out first: what was sent of the
 * partition comes back, and it is read again from the first record that was refused, by itself at
 * first and then in steps that double. One that is refused by itself is dealt with by
 * tern.record.refused.policy: hold (the partition waits, and it is tried again every minute), fail,
 * or skip. Other partitions go on all the time. Every such record is logged with its offset.
 * Owned by the task's thread.
 */
#include "connectors/mirror/common/mirror_own.h"
#include "connectors/mirror/source/source_consumer.h"

struct source_refusals;

/* Both are borrowed; all partitions were added. */
struct source_refusals *source_refusals_new(const struct mirror_own *own,
                                            struct source_consumer *consumer);
/* NULL is a no-op. */
void source_refusals_free(struct source_refusals *r);

/* As tern_source_task_class.refused(). */
enum tern_refusal source_refusals_ask(struct source_refusals *r,
                                      const struct tern_source_record *record,
                                      const struct tern_error *err);
/* Goes on where all has come back; before each poll. Errors: a partition cannot be read. */
int source_refusals_step(struct source_refusals *r, struct tern_error *err) MUST_CHECK;
/* Records of the partition that were left out. */
int64_t source_refusals_skipped(const struct source_refusals *r, size_t index);
