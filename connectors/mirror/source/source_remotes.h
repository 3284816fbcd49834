/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * source_remotes - the remote topics that a task writes to: made before it starts. The partitions
 * of one that cannot be made wait, and the others go on; a task that has no other fails.
 *
 * Owned by the task's thread, but for source_remotes_look().
 */
#include "connectors/mirror/common/mirror_config.h"
#include "connectors/mirror/source/source_consumer.h"

struct source_remotes;

/* Both are borrowed; all partitions were added. may_wait: somebody will look; else a fault fails.
 */
struct source_remotes *source_remotes_new(const struct mirror_source_settings *settings,
                                          struct source_consumer *consumer, bool may_wait);
/* Nobody looks any more. NULL is a no-op. */
void source_remotes_free(struct source_remotes *r);

/*
 * Makes the target have them, once. A target that is not reached is no failure: the producer waits
 * for it. Errors: TERN_EINVALID when none of the topics can be made, or one that may not wait; a
 * client cannot be opened.
 */
int source_remotes_make(struct source_remotes *r, struct tern_error *err) MUST_CHECK;
/*
 * Keeps partitions waiting, or lets them go on; after reading was begun, and before each poll.
 * Errors: a partition cannot be read.
 */
int source_remotes_step(struct source_remotes *r, struct tern_error *err) MUST_CHECK;
/* Tries to make what is missing. Blocks for some seconds. Thread: one other than the task's. */
void source_remotes_look(struct source_remotes *r);
