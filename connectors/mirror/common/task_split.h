/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * task_split - who of a connector's tasks gets which partitions or groups.
 *
 * Pure. Peers: MirrorSourceConnector.taskConfigs() (round robin), MirrorCheckpointConnector
 * .taskConfigs() over ConnectorUtils.groupPartitions() (neighbours). Difference: Java takes
 * partitions and groups in hash order, we sort; nothing depends on the order but which task it is.
 */
#include "connectors/mirror/common/mirror_partition.h"

#include <stddef.h>
#include <stdint.h>

/* How many tasks there are for that many items: at most max_tasks, none for none. */
size_t task_split_count(size_t items, int32_t max_tasks);

/* Puts partitions in the order they are dealt out. */
void task_split_sort(struct mirror_partition *partitions, size_t count);
/*
 * task.assigned.partitions of one of tasks tasks: partition i goes to task i mod tasks. Owned by
 * the caller. Topics do not contain commas, so the text can be read back.
 */
char *task_split_partitions(const struct mirror_partition *partitions, size_t count, size_t tasks,
                            size_t task);

/* A run of neighbours: the first (items mod tasks) runs are one longer. */
struct task_split_run {
    size_t first;
    size_t count;
};
struct task_split_run task_split_run(size_t items, size_t tasks, size_t task);
/*
 * task.assigned.groups of one task: its run of groups, comma-joined. Owned by the caller. A group
 * with a comma in its name cannot be read back; Java has the same limit.
 */
char *task_split_groups(const char *const *groups, size_t count, size_t tasks, size_t task);
