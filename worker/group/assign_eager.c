/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/group/assign_eager.h"

#include <string.h>

struct seat {
    const char *member;
    struct assign_share *share;
};

static int by_member(const void *a, const void *b)
{
    return strcmp(((const struct seat *)a)->member, ((const struct seat *)b)->member);
}

static void give(const struct seat *seat, const char *connector, int32_t task)
{
    work_list_add(&seat->share->assigned, connector, task);
    if (task == WORK_CONNECTOR)
        work_add_connector(&seat->share->owns, connector);
    else
        work_add_task(&seat->share->owns, connector, task);
}

void assign_eager(const struct assign_round *round, struct assign_result *ret_result)
{
    CLEANUP(freep) struct seat *seats = xcalloc(round->member_count, sizeof(*seats));
    const struct work *work = round->configured;
    size_t turn = 0;

    assign_result_init(ret_result, round->member_count);
    if (round->member_count == 0)
        return;
    for (size_t i = 0; i < round->member_count; i++)
        seats[i] = (struct seat){round->members[i].id, &ret_result->shares[i]};
    qsort(seats, round->member_count, sizeof(*seats), by_member);
    for (size_t i = 0; i < work->connector_count; i++)
        give(&seats[turn++ % round->member_count], work->connectors[i], WORK_CONNECTOR);
    for (size_t i = 0; i < work->task_count; i++) {
        give(&seats[turn++ % round->member_count], work->tasks[i].connector, work->tasks[i].number);
    }
}
