/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/herder/restart_plan.h"

#include <string.h>

#include "lib/base/vec.h"
#include "lib/base/xmem.h"

int restart_rank(const struct restart_request *request)
{
    return (request->only_failed ? 0 : 2) + (request->include_tasks ? 1 : 0);
}

void restart_queue_add(struct restart_queue *q, const struct restart_request *request)
{
    for (size_t i = 0; i < q->count; i++) {
        struct restart_request *have = &q->at[i];

        if (strcmp(have->connector, request->connector) != 0)
            continue;
        if (restart_rank(request) > restart_rank(have)) {
            have->include_tasks = request->include_tasks;
            have->only_failed = request->only_failed;
        }
        return;
    }
    vec_push(q, (struct restart_request){
                    .connector = xstrdup(request->connector),
                    .include_tasks = request->include_tasks,
                    .only_failed = request->only_failed,
                });
}

void restart_queue_fini(struct restart_queue *q)
{
    for (size_t i = 0; i < q->count; i++)
        free((char *)q->at[i].connector);
    vec_fini(q);
}

bool restart_plan(const struct restart_request *request, const struct work *candidates,
                  restart_state_of *state_of, void *arg, struct work *ret_work)
{
    enum run_state state;

    if (!state_of(arg, request->connector, STATUS_CONNECTOR, &state))
        return false;
    if (work_has_connector(candidates, request->connector) &&
        (!request->only_failed || state == RUN_FAILED))
        work_add_connector(ret_work, request->connector);
    if (!request->include_tasks)
        return true;
    for (size_t i = 0; i < candidates->task_count; i++) {
        const struct work_task *t = &candidates->tasks[i];

        if (strcmp(t->connector, request->connector) != 0)
            continue;
        if (!request->only_failed ||
            (state_of(arg, t->connector, t->number, &state) && state == RUN_FAILED))
            work_add_task(ret_work, t->connector, t->number);
    }
    return true;
}
