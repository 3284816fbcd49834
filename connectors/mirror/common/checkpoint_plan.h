/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * checkpoint_plan - which checkpoints are emitted, and which offsets are written to the target.
 *
 * Pure decisions of org.apache.kafka.connect.mirror.MirrorCheckpointTask over an offset_sync_store
 * and a checkpoint_store. The caller holds whatever lock guards those.
 */
#include "connectors/mirror/common/checkpoint_store.h"
#include "connectors/mirror/common/offset_sync_store.h"
#include "connectors/mirror/common/replication_policy.h"
#include "connectors/mirror/common/topic_filter.h"
#include "lib/kafka/admin.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the decisions of one task rest on. Borrowed. */
struct checkpoint_plan {
    const struct replication_policy *policy;
    const struct topic_filter *topic_filter;
    const char *source_alias;
    const char *target_alias;
    const struct offset_sync_store *syncs;
    struct checkpoint_store *checkpoints;
};

/*
 * The name on the target of a topic of the source, for checkpoints: a topic that came from the
 * target is called there as it began. Owned by the caller, never NULL.
 */
char *checkpoint_plan_remote_topic(const struct checkpoint_plan *plan, const char *topic);

/* Whether a checkpoint is news: upstream was rewound, or downstream went ahead. stored NULL: none.
 */
bool checkpoint_plan_is_news(const struct checkpoint_entry *stored, int64_t upstream_offset,
                             int64_t downstream_offset);

/*
 * One round for one group: given its committed offsets on the source, calls emit() for each
 * checkpoint to be sent, after it was put in plan->checkpoints. emit() borrows entry for the
 * call and must not change the stores. Returns how many were emitted.
 */
size_t checkpoint_plan_group(const struct checkpoint_plan *plan, const char *group,
                             const struct admin_group_offset *committed, size_t count,
                             void (*emit)(void *arg, const char *group,
                                          const struct checkpoint_entry *entry),
                             void *arg);

/* What a failover at this moment would mean for a group. */
struct checkpoint_exposure {
    int64_t records;     /* committed, and read again: at most, gaps between offsets count too */
    size_t partitions;   /* that have a committed offset and are mirrored */
    size_t untranslated; /* of those: without a checkpoint, or one of unknown distance */
};

/* The exposure of a group with these committed offsets on the source, by its last checkpoints. */
struct checkpoint_exposure checkpoint_plan_exposure(const struct checkpoint_plan *plan,
                                                    const char *group,
                                                    const struct admin_group_offset *committed,
                                                    size_t count);

/* Offsets to commit for a group on the target, as admin_alter_group_offsets() takes them. */
struct checkpoint_commit {
    struct admin_group_offset *offsets; /* strings are owned */
    size_t count;
};
void checkpoint_commit_fini(struct checkpoint_commit *commit);

/*
 * Group offset sync: what of the stored checkpoints of a group is to be committed on the target.
 * is_idle false: the group was not seen EMPTY there, so all of it (the broker refuses the commit of
 * an active group). is_idle true: what is new to the target or ahead of target[count], the
 * group's committed offsets there; an offset below 0 counts as absent. Nothing: count 0.
 */
void checkpoint_plan_sync(const struct checkpoint_store *checkpoints, const char *group,
                          bool is_idle, const struct admin_group_offset *target, size_t count,
                          struct checkpoint_commit *ret_commit);
