/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/connector_request.h"

#include <stdlib.h>

#include "lib/base/xmem.h"

struct connector_request *connector_request_target(enum target_state target, connector_done *done,
                                                   void *arg)
{
    struct connector_request *r = xcalloc(1, sizeof(*r));

    r->kind = REQUEST_TARGET;
    r->target = target;
    r->done = done;
    r->arg = arg;
    return r;
}

struct connector_request *connector_request_tasks(int32_t max_tasks, connector_tasks_done *done,
                                                  void *arg)
{
    struct connector_request *r = xcalloc(1, sizeof(*r));

    r->kind = REQUEST_TASKS;
    r->max_tasks = max_tasks;
    r->tasks_done = done;
    r->arg = arg;
    return r;
}

void connector_request_answer(struct connector_request *r, const struct tern_config *tasks,
                              size_t count, const struct tern_error *err)
{
    if (r->kind == REQUEST_TASKS)
        r->tasks_done(r->arg, tasks, count, err);
    else if (r->done)
        r->done(r->arg, err);
    free(r);
}

void connector_request_answer_shutdown(struct connector_request *list, const char *connector)
{
    while (list) {
        struct connector_request *next = list->next;
        struct tern_error err;

        if (list->kind == REQUEST_TARGET) {
            (void)tern_fail(&err, TERN_ECONFLICT,
                            "Could not begin changing connector state to %s as the connector has "
                            "been scheduled for shutdown", /* peer text */
                            target_state_name(list->target));
        } else {
            (void)tern_fail(&err, TERN_ECONFLICT, "Connector %s has been scheduled for shutdown",
                            connector);
        }
        connector_request_answer(list, NULL, 0, &err);
        list = next;
    }
}

void connector_request_answer_preempted(struct connector_request *r, enum target_state by)
{
    struct tern_error err;

    (void)tern_fail(&err, TERN_ECONFLICT,
                    "Could not begin changing connector state to %s before another request to "
                    "change state was made; the new request (which is to change the state to %s) "
                    "has pre-empted this one", /* peer text */
                    target_state_name(r->target), target_state_name(by));
    connector_request_answer(r, NULL, 0, &err);
}
