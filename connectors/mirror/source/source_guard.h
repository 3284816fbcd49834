/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * source_guard - has a task read what it should: begins to read its partitions where they were
 * left, and acts on what the watch finds (source_watch.h), by tern.loss.policy.
 *
 * Every finding is logged with the exact range, and counted with its partition. Owned by the task's
 * thread.
 */
#include "connectors/mirror/source/source_watch.h"

struct source_guard;

/*
 * Starts the watch; conf as in source_watch.h. Nothing is read yet. Errors: TERN_EINVALID for a
 * bad setting.
 */
int source_guard_open(const struct source_watch_conf *conf, struct source_guard **ret_guard,
                      struct tern_error *err) MUST_CHECK;
/* Tells the watch to end, without waiting. NULL is a no-op, here and below. */
void source_guard_cancel(struct source_guard *g);
/* Ends the watch. Before the consumer. */
void source_guard_free(struct source_guard *g);

/*
 * Begins to read: partitions without a stored offset at once, the others once a first look was
 * taken at their logs, for which it waits until deadline_ms; later ones begin in
 * source_guard_step(). Errors: as there.
 */
int source_guard_begin(struct source_guard *g, int64_t deadline_ms,
                       struct tern_error *err) MUST_CHECK;
/*
 * Acts on what was found; before each poll. Errors, which fail the task: a loss, by policy; a
 * partition that stays stuck.
 */
int source_guard_step(struct source_guard *g, struct tern_error *err) MUST_CHECK;
/* Offsets were committed. */
void source_guard_committed(struct source_guard *g);
