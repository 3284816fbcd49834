/* SPDX-License-Identifier: Apache-2.0 */
/* Restart requests of the config topic: every worker restarts its part. Spec: 10.6. */
#include "worker/herder/herder_priv.h"

#include <string.h>

#include "lib/base/log.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.distributed.DistributedHerder");

static bool state_of(void *arg, const char *connector, int32_t task, enum run_state *ret_state)
{
    struct herder *h = arg;
    struct status status;

    if (!status_store_get(h->statuses, connector, task, &status))
        return false;
    *ret_state = status.state;
    status_fini(&status);
    return true;
}

/* What of a connector is assigned here. */
static void local_part(const struct herder *h, const char *connector, struct work *ret_work)
{
    const struct work *assigned = &h->assignment->assigned;

    if (work_has_connector(assigned, connector))
        work_add_connector(ret_work, connector);
    for (size_t i = 0; i < assigned->task_count; i++) {
        if (strcmp(assigned->tasks[i].connector, connector) == 0)
            work_add_task(ret_work, connector, assigned->tasks[i].number);
    }
}

static void say_plan(const struct restart_request *r, const struct work *plan, size_t of_tasks)
{
    log_info("Executing plan to restart %s%zu of %zu tasks for restart request for "
             "{connectorName='%s', onlyFailed=%s, includeTasks=%s}",
             plan->connector_count ? "connector and " : "", plan->task_count, of_tasks,
             r->connector, r->only_failed ? "true" : "false", r->include_tasks ? "true" : "false");
}

static void execute(struct herder *h, const struct work *plan)
{
    herder_stop_work(h, plan);
    for (size_t i = 0; i < plan->connector_count; i++)
        herder_put_status(h, plan->connectors[i], STATUS_CONNECTOR, RUN_RESTARTING, NULL, false);
    for (size_t i = 0; i < plan->task_count; i++) {
        herder_put_status(h, plan->tasks[i].connector, plan->tasks[i].number, RUN_RESTARTING, NULL,
                          false);
    }
    for (size_t i = 0; i < plan->connector_count; i++) {
        const char *name = plan->connectors[i];
        const struct connector_state *s = cluster_state_connector(h->config, name);

        herder_start_connector(h, name, herder_on_transition,
                               herder_transition_arg(h, name, s ? s->target : TARGET_STARTED));
    }
    for (size_t i = 0; i < plan->task_count; i++)
        herder_start_task(h, plan->tasks[i].connector, plan->tasks[i].number);
}

static void run_restart(struct herder *h, const struct restart_request *r)
{
    CLEANUP(work_fini) struct work here = WORK_INIT;
    CLEANUP(work_fini) struct work plan = WORK_INIT;

    local_part(h, r->connector, &here);
    if (!restart_plan(r, &here, state_of, h, &plan)) {
        log_debug("Skipping restart of connector %s since no status is available", r->connector);
        return;
    }
    if (work_is_empty(&plan))
        return;
    say_plan(r, &plan, here.task_count);
    execute(h, &plan);
}

void herder_run_restarts(struct herder *h)
{
    CLEANUP(restart_queue_fini) struct restart_queue now;

    gate_lock(&h->gate);
    now = h->staged.restarts;
    h->staged.restarts = (struct restart_queue){0};
    gate_unlock(&h->gate);
    for (size_t i = 0; i < now.count; i++)
        run_restart(h, &now.at[i]);
}
