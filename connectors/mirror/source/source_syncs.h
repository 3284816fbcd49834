/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * source_syncs - sends the offset syncs of a task: offset_sync_writer says when and which, a
 * producer of its own puts them into partition 0 of the offset-syncs topic. A sync that is lost
 * costs precision of translation only, so failures are logged and forgotten.
 * Owned by the task's thread. Spec: mirror-maker2.md 5.5.
 */
#include "connectors/mirror/common/mirror_config.h"
#include "connectors/mirror/common/replication_policy.h"
#include "connectors/mirror/source/source_consumer.h"

struct source_syncs;

/* partitions are borrowed, and numbered by their index. Errors: TERN_EINVALID for a bad setting. */
int source_syncs_open(const struct mirror_source_settings *settings,
                      const struct replication_policy *policy,
                      const struct source_consumer *partitions, struct source_syncs **ret_syncs,
                      struct tern_error *err) MUST_CHECK;

/* A record of the partition was acknowledged at downstream_offset. */
void source_syncs_update(struct source_syncs *s, size_t index, int64_t upstream_offset,
                         int64_t downstream_offset);
/* Offsets were committed: what was held back goes out. */
void source_syncs_commit(struct source_syncs *s);
/* Takes acknowledgements; sends what waited for them. Cheap when there is nothing. */
void source_syncs_serve(struct source_syncs *s);
/* Sends what is queued, waiting at most until deadline_ms, and closes. NULL is a no-op. */
void source_syncs_free(struct source_syncs *s, int64_t deadline_ms);
