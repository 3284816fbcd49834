/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * checkpoint_round - the checkpoints of one round, as a batch of records that owns their bytes.
 * Owned by the task's thread. Spec: mirror-maker2.md 6.3, 7.5.
 */
#include "connectors/mirror/common/checkpoint_store.h"

#include <tern/plugin.h>

struct checkpoint_round;

/* Records for that topic, with the time at which the round began. host and topic are borrowed. */
struct checkpoint_round *checkpoint_round_new(const struct tern_host *host, const char *topic,
                                              int64_t begun_ms);
/* Adds a record; one that cannot be made is logged. For checkpoint_plan_group(). */
void checkpoint_round_add(void *round, const char *group, const struct checkpoint_entry *entry);
/* The batch, which is released by the worker; NULL, and the round is gone, when it has no record.
 */
struct tern_source_batch *checkpoint_round_end(struct checkpoint_round *round);
