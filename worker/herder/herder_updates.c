/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the config topic to what runs: the topic's reader stages what it sees and wakes the herder,
 * which acts upon it in its tick. Spec: connect-distributed.md 10.1, 10.2 step 9, 10.5.
 */
#include "worker/herder/herder_priv.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.distributed.DistributedHerder");

void staged_fini(struct staged *s)
{
    work_fini(&s->configs);
    work_fini(&s->targets);
    work_fini(&s->task_configs);
    work_fini(&s->commits);
    restart_queue_fini(&s->restarts);
}

/* ---- staging: the log's thread, which is this herder's alone ---- */

static void name_thread(const struct herder *h)
{
    if (!log_context()[0])
        log_set_context(h->context);
}

static void stage_config(struct herder *h, const char *connector, bool is_removed)
{
    gate_lock(&h->gate);
    /* one that comes or goes is for the group; one that stays is for who runs it */
    if ((h->config && cluster_state_connector(h->config, connector)) == is_removed)
        h->staged.rebalance = true;
    else
        work_add_connector(&h->staged.configs, connector);
    gate_unlock(&h->gate);
    herder_wake(h);
}

static void on_removed(void *arg, const char *connector)
{
    name_thread(arg);
    log_info("Connector %s config removed", connector);
    stage_config(arg, connector, true);
}

static void on_updated(void *arg, const char *connector)
{
    name_thread(arg);
    log_info("Connector %s config updated", connector);
    stage_config(arg, connector, false);
}

static void on_tasks(void *arg, const char *connector, int32_t count, bool applied)
{
    struct herder *h = arg;

    name_thread(h);
    log_info("Tasks of %s configs updated: %d", connector, (int)count);
    gate_lock(&h->gate);
    h->staged.rebalance = true;
    work_add_connector(&h->staged.commits, connector);
    if (applied)
        work_add_connector(&h->staged.task_configs, connector);
    gate_unlock(&h->gate);
    herder_wake(h);
}

static void on_target(void *arg, const char *connector)
{
    struct herder *h = arg;

    name_thread(h);
    log_info("Connector %s target state change", connector);
    gate_lock(&h->gate);
    work_add_connector(&h->staged.targets, connector);
    gate_unlock(&h->gate);
    herder_wake(h);
}

static void on_session_key(void *arg)
{
    name_thread(arg);
    herder_on_session_key(arg);
}

static void on_restart(void *arg, const struct restart_request *request)
{
    struct herder *h = arg;

    name_thread(h);
    log_info("Received %srestart request for connector %s%s",
             request->only_failed ? "failed-only " : "", request->connector,
             request->include_tasks ? " and its tasks" : "");
    gate_lock(&h->gate);
    restart_queue_add(&h->staged.restarts, request);
    gate_unlock(&h->gate);
    herder_wake(h);
}

static void on_logger(void *arg, const char *logger, const char *level)
{
    (void)arg;
    if (!log_change_level(logger, level, clock_wall_ms(), NULL, NULL))
        log_warn("Ignoring invalid level '%s' for logger '%s'", level, logger);
}

const struct config_listener herder_config_listener = {
    .connector_removed = on_removed,
    .connector_updated = on_updated,
    .tasks_updated = on_tasks,
    .target_state_changed = on_target,
    .session_key_updated = on_session_key,
    .restart_requested = on_restart,
    .logger_level = on_logger,
};

/* ---- acting: the herder thread ---- */

/* Stops those of the connectors that run here, and starts the ones that are still configured. */
static void apply_configs(struct herder *h, const struct work *connectors)
{
    CLEANUP(work_fini) struct work here = WORK_INIT;

    for (size_t i = 0; i < connectors->connector_count; i++) {
        if (work_has_connector(&h->assignment->assigned, connectors->connectors[i]))
            work_add_connector(&here, connectors->connectors[i]);
    }
    herder_stop_work(h, &here);
    for (size_t i = 0; i < here.connector_count; i++) {
        const char *name = here.connectors[i];
        const struct connector_state *s = cluster_state_connector(h->config, name);

        if (!s) { /* created again before the group joins, it may stay here: to be started then */
            work_remove_connector(&h->running, name);
            continue;
        }
        log_info("Handling connector-only config update by restarting connector %s", name);
        herder_start_connector(h, name, herder_on_transition,
                               herder_transition_arg(h, name, s->target));
    }
}

static void apply_target(struct herder *h, const struct connector_state *s)
{
    struct running_connector *c = herder_connector(h, s->name);

    if (c) {
        connector_run_transition(c->run, s->target, herder_on_transition,
                                 herder_transition_arg(h, s->name, s->target));
    }
    for (int32_t t = 0; t < s->tasks_known; t++) {
        struct running_task *task = herder_task(h, s->name, t);

        if (task)
            source_task_transition(task->run, s->target);
    }
}

static void apply_targets(struct herder *h, const struct work *connectors)
{
    for (size_t i = 0; i < connectors->connector_count; i++) {
        const struct connector_state *s =
            cluster_state_connector(h->config, connectors->connectors[i]);

        if (s)
            apply_target(h, s);
    }
}

/* All tasks here of the connectors end, to be started with their new configurations. */
static void apply_task_configs(struct herder *h, const struct work *connectors)
{
    CLEANUP(work_fini) struct work tasks = WORK_INIT;

    for (size_t i = 0; i < h->running.task_count; i++) {
        const struct work_task *t = &h->running.tasks[i];

        if (work_has_connector(connectors, t->connector))
            work_add_task(&tasks, t->connector, t->number);
    }
    if (tasks.task_count)
        log_info("Handling task config update by stopping %zu tasks", tasks.task_count);
    herder_stop_work(h, &tasks);
    work_add_all(&h->restarting, &tasks);
}

static bool take_staged(struct herder *h, struct staged *ret_staged)
{
    struct staged *s = &h->staged;
    bool any;

    gate_lock(&h->gate);
    any = s->rebalance || s->configs.connector_count || s->targets.connector_count ||
          s->task_configs.connector_count;
    if (any) {
        *ret_staged = *s;
        ret_staged->restarts = (struct restart_queue){0};
        *s = (struct staged){.restarts = s->restarts};
    }
    gate_unlock(&h->gate);
    return any;
}

/*
 * Takes the newest state. True when connectors have come or gone with it: the reader, which has
 * applied a record and is about to stage it, would find the connector known already.
 */
static bool adopt_newest(struct herder *h)
{
    const struct cluster_state *s = config_store_snapshot(h->configs);
    bool differs = !h->config || s->count != h->config->count;

    for (size_t i = 0; i < s->count && !differs; i++)
        differs = strcmp(s->connectors[i]->name, h->config->connectors[i]->name) != 0;
    herder_set_config(h, s);
    return differs;
}

bool herder_apply_updates(struct herder *h)
{
    CLEANUP(staged_fini) struct staged now = {0};
    bool is_eager = h->assignment->protocol == GROUP_EAGER;

    if (!take_staged(h, &now))
        return false;
    now.rebalance = adopt_newest(h) || now.rebalance;
    if (now.rebalance) {
        herder_set_settled(h, false);
        membership_request_rejoin(h->membership, "connectors or tasks were configured");
    }
    if (is_eager && now.rebalance)
        return true; /* the rebalance stops and starts everything */
    apply_configs(h, &now.configs);
    apply_targets(h, &now.targets);
    if (!is_eager)
        apply_task_configs(h, &now.task_configs);
    for (size_t i = 0; i < now.commits.connector_count; i++)
        herder_check_published(h, now.commits.connectors[i]);
    return now.rebalance;
}
