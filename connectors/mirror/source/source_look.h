/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * source_look - asks the source what the logs of the assigned partitions are: topic ids, leaders,
 * first and last offsets, and where the time of a former leader ended.
 *
 * Offsets come through the task's own consumer, so with its isolation level: the end of a
 * partition is the last one that a record can be read before. Ids and epochs come through
 * lib/wire. What cannot be found out stays unknown, for each partition on its own.
 * Thread: one, but for source_look_cancel().
 */
#include "connectors/mirror/common/mirror_config.h"
#include "connectors/mirror/common/source_position.h"
#include "connectors/mirror/source/source_consumer.h"

struct source_look;

/* Both are borrowed; all partitions were added. Errors: TERN_EINVALID for a bad setting. */
int source_look_open(const struct mirror_settings *settings, const struct source_consumer *consumer,
                     struct source_look **ret_look, struct tern_error *err) MUST_CHECK;
/* The look under way, and all later ones, end soon. Thread: any. */
void source_look_cancel(struct source_look *look);
/* NULL is a no-op. */
void source_look_free(struct source_look *look);

/*
 * Fills ret_logs[count of partitions]. epoch_end of those whose place asks for it is found out,
 * too. Errors: nothing at all could be found out, and why.
 */
int source_look_run(struct source_look *look, const struct source_place *places,
                    struct source_log *ret_logs, int64_t deadline_ms,
                    struct tern_error *err) MUST_CHECK;
