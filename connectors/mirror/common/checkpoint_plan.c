/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/checkpoint_plan.h"

#include <stdlib.h>
#include <string.h>

#include "connectors/mirror/common/mirror_partition.h"
#include "lib/base/xmem.h"

/* ---- emission ---- */

char *checkpoint_plan_remote_topic(const struct checkpoint_plan *plan, const char *topic)
{
    CLEANUP(freep) char *source = replication_policy_topic_source(plan->policy, topic);

    if (source && strcmp(source, plan->target_alias) == 0)
        return replication_policy_original_topic(plan->policy, topic);
    return replication_policy_format_remote(plan->policy, plan->source_alias, topic);
}

bool checkpoint_plan_is_news(const struct checkpoint_entry *stored, int64_t upstream_offset,
                             int64_t downstream_offset)
{
    return !stored || upstream_offset < stored->upstream_offset ||
           downstream_offset > stored->downstream_offset;
}

/* The last checkpoint; one that cannot be right any more is forgotten, and NULL returned. */
static const struct checkpoint_entry *valid_entry(const struct checkpoint_plan *plan,
                                                  const char *group,
                                                  const struct admin_group_offset *committed,
                                                  const char *remote)
{
    const struct checkpoint_entry *stored =
        checkpoint_store_get(plan->checkpoints, group, remote, committed->partition);

    if (!stored ||
        !offset_sync_store_contradicts(plan->syncs, committed->topic, committed->partition,
                                       stored->upstream_offset, stored->downstream_offset))
        return stored;
    checkpoint_store_remove(plan->checkpoints, group, remote, committed->partition);
    return NULL;
}

/* The checkpoint to emit for one committed offset, put in the store; NULL when there is none. */
static const struct checkpoint_entry *consider(const struct checkpoint_plan *plan,
                                               const char *group,
                                               const struct admin_group_offset *committed)
{
    CLEANUP(freep) char *remote = NULL;
    const char *metadata = committed->metadata ? committed->metadata : "";
    const struct checkpoint_entry *stored;
    int64_t downstream;

    if (committed->offset < 0 || !topic_filter_includes(plan->topic_filter, committed->topic))
        return NULL;
    if (!offset_sync_store_translate(plan->syncs, committed->topic, committed->partition,
                                     committed->offset, &downstream))
        return NULL;
    remote = checkpoint_plan_remote_topic(plan, committed->topic);
    stored = valid_entry(plan, group, committed, remote);
    if (downstream < 0 || !checkpoint_plan_is_news(stored, committed->offset, downstream))
        return NULL;
    return checkpoint_store_put(plan->checkpoints, group, slice_str(remote), committed->partition,
                                committed->offset, downstream, slice_str(metadata));
}

size_t checkpoint_plan_group(const struct checkpoint_plan *plan, const char *group,
                             const struct admin_group_offset *committed, size_t count,
                             void (*emit)(void *arg, const char *group,
                                          const struct checkpoint_entry *entry),
                             void *arg)
{
    size_t emitted = 0;

    for (size_t i = 0; i < count; i++) {
        const struct checkpoint_entry *entry = consider(plan, group, &committed[i]);

        if (!entry)
            continue;
        emit(arg, group, entry);
        emitted++;
    }
    return emitted;
}

/* ---- exposure ---- */

static int64_t reread(const struct checkpoint_plan *plan, const char *group,
                      const struct admin_group_offset *committed)
{
    CLEANUP(freep) char *remote = checkpoint_plan_remote_topic(plan, committed->topic);
    const struct checkpoint_entry *stored =
        checkpoint_store_get(plan->checkpoints, group, remote, committed->partition);

    if (!stored)
        return -1;
    return offset_sync_store_reread(plan->syncs, committed->topic, committed->partition,
                                    committed->offset, stored->downstream_offset);
}

struct checkpoint_exposure checkpoint_plan_exposure(const struct checkpoint_plan *plan,
                                                    const char *group,
                                                    const struct admin_group_offset *committed,
                                                    size_t count)
{
    struct checkpoint_exposure sum = {0};

    for (size_t i = 0; i < count; i++) {
        int64_t records;

        if (committed[i].offset < 0 ||
            !topic_filter_includes(plan->topic_filter, committed[i].topic))
            continue;
        records = reread(plan, group, &committed[i]);
        sum.partitions++;
        if (records < 0)
            sum.untranslated++;
        else
            sum.records += records;
    }
    return sum;
}

/* ---- group offset sync ---- */

struct sync_round {
    const struct admin_group_offset **target; /* sorted; empty when the group is not idle */
    size_t count;
    struct checkpoint_commit *commit;
    size_t cap;
};

static int compare_offsets(const void *a, const void *b)
{
    const struct admin_group_offset *x = *(const struct admin_group_offset *const *)a;
    const struct admin_group_offset *y = *(const struct admin_group_offset *const *)b;

    return mirror_partition_compare(&(struct mirror_partition){x->topic, x->partition},
                                    &(struct mirror_partition){y->topic, y->partition});
}

static const struct admin_group_offset *find_offset(const struct sync_round *round,
                                                    const struct checkpoint_entry *entry)
{
    const struct admin_group_offset wanted = {.topic = (char *)entry->topic,
                                              .partition = entry->partition};
    const struct admin_group_offset *key = &wanted, **found = NULL;

    if (round->count)
        found = bsearch(&key, round->target, round->count,
                        sizeof(const struct admin_group_offset *), compare_offsets);
    return found ? *found : NULL;
}

static void add_if_ahead(void *arg, const struct checkpoint_entry *entry)
{
    struct sync_round *round = arg;
    struct checkpoint_commit *commit = round->commit;
    const struct admin_group_offset *there = find_offset(round, entry);

    if (there && there->offset >= 0 && there->offset >= entry->downstream_offset)
        return;
    if (commit->count == round->cap) {
        round->cap = round->cap ? 2 * round->cap : 16;
        commit->offsets = xreallocarray(commit->offsets, round->cap, sizeof(commit->offsets[0]));
    }
    commit->offsets[commit->count++] = (struct admin_group_offset){
        .topic = xstrdup(entry->topic),
        .partition = entry->partition,
        .offset = entry->downstream_offset,
        .metadata = xstrdup(entry->metadata),
    };
}

void checkpoint_plan_sync(const struct checkpoint_store *checkpoints, const char *group,
                          bool is_idle, const struct admin_group_offset *target, size_t count,
                          struct checkpoint_commit *ret_commit)
{
    struct sync_round round = {.commit = ret_commit};

    *ret_commit = (struct checkpoint_commit){0};
    if (is_idle && count) {
        round.target = xreallocarray(NULL, count, sizeof(const struct admin_group_offset *));
        round.count = count;
        for (size_t i = 0; i < count; i++)
            round.target[i] = &target[i];
        qsort(round.target, count, sizeof(const struct admin_group_offset *), compare_offsets);
    }
    checkpoint_store_each(checkpoints, group, add_if_ahead, &round);
    free(round.target);
}

void checkpoint_commit_fini(struct checkpoint_commit *commit)
{
    for (size_t i = 0; i < commit->count; i++) {
        free(commit->offsets[i].topic);
        free(commit->offsets[i].metadata);
    }
    free(commit->offsets);
    *commit = (struct checkpoint_commit){0};
}
