/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/task_split.h"

#include <inttypes.h>
#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/base/xmem.h"

size_t task_split_count(size_t items, int32_t max_tasks)
{
    if (max_tasks <= 0)
        return 0;
    return items < (size_t)max_tasks ? items : (size_t)max_tasks;
}

void task_split_sort(struct mirror_partition *partitions, size_t count)
{
    if (count > 1)
        qsort(partitions, count, sizeof(partitions[0]), mirror_partition_compare);
}

char *task_split_partitions(const struct mirror_partition *partitions, size_t count, size_t tasks,
                            size_t task)
{
    struct buf text = BUF_INIT(SIZE_MAX / 2);

    for (size_t i = task; i < count; i += tasks) {
        buf_add_str(&text, i == task ? "" : ",");
        buf_add_fmt(&text, "%s-%" PRId32, partitions[i].topic, partitions[i].partition);
    }
    return buf_take_str(&text);
}

struct task_split_run task_split_run(size_t items, size_t tasks, size_t task)
{
    size_t size = items / tasks, longer = items % tasks;

    return (struct task_split_run){
        .first = task * size + (task < longer ? task : longer),
        .count = size + (task < longer),
    };
}

char *task_split_groups(const char *const *groups, size_t count, size_t tasks, size_t task)
{
    struct task_split_run run = task_split_run(count, tasks, task);
    struct buf text = BUF_INIT(SIZE_MAX / 2);

    for (size_t i = run.first; i < run.first + run.count; i++) {
        buf_add_str(&text, i == run.first ? "" : ",");
        buf_add_str(&text, groups[i]);
    }
    return buf_take_str(&text);
}
