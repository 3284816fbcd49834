/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * translation - a checkpoint task's knowledge: the offset syncs, followed as they come, and the
 * checkpoints emitted so far. Both sit behind one lock, because three threads use them: the log
 * that follows the offset-syncs topic, the task's, and its scheduler's.
 * Spec: mirror-maker2.md 7.3, 7.4, 7.6.
 */
#include "connectors/mirror/common/checkpoint_plan.h"
#include "connectors/mirror/common/mirror_config.h"
#include "lib/base/macros.h"

struct translation;

/* What is borrowed here must outlive the translation. groups: those of the task. */
struct translation *translation_new(const struct mirror_checkpoint_settings *settings,
                                    const struct replication_policy *policy,
                                    const struct topic_filter *topic_filter);

/*
 * Reads the checkpoints topic once; what cannot be read is logged, and remembered: then only the
 * newest sync of each partition counts of those that are there. Thread: scheduler.
 */
void translation_load_checkpoints(struct translation *t, int64_t deadline_ms);
/* Reads the offset-syncs topic to its end and follows it from then on. Thread: scheduler. */
int translation_follow_syncs(struct translation *t, int64_t deadline_ms,
                             struct tern_error *err) MUST_CHECK;
/* Makes the two calls above return soon. Thread: any. */
void translation_cancel(struct translation *t);

/* Whether offsets can be translated. Thread: any. */
bool translation_is_ready(struct translation *t);

/* See checkpoint_plan_group(), which comes first, _exposure() and _sync(). Thread: any. */
size_t translation_checkpoint(struct translation *t, const char *group,
                              const struct admin_group_offset *committed, size_t count,
                              void (*emit)(void *arg, const char *group,
                                           const struct checkpoint_entry *entry),
                              void *arg);
struct checkpoint_exposure translation_exposure(struct translation *t, const char *group,
                                                const struct admin_group_offset *committed,
                                                size_t count);
void translation_plan_sync(struct translation *t, const char *group,
                           const struct admin_group_offset *target, size_t count,
                           struct checkpoint_commit *ret_commit);

/* NULL is a no-op. */
void translation_free(struct translation *t);
