/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statuses: what instances tell of their life, on their own threads, and what the herder knows
 * better than they do. Spec: connect-distributed.md 7.4, connect-runtime.md 1.1.
 */
#include "worker/herder/herder_priv.h"

#include "lib/base/log.h"
#include "lib/base/xmem.h"
#include "worker/task/trace.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.AbstractHerder");

static char *instance_id(const char *connector, int32_t task)
{
    return task == STATUS_CONNECTOR ? xstrdup(connector) : herder_task_id(connector, task);
}

void herder_set_version(struct herder *h, const char *connector, int32_t task, const char *version)
{
    CLEANUP(freep) char *id = instance_id(connector, task);

    gate_lock(&h->gate);
    ptrmap_set(&h->versions, id, (char *)(version ? version : "undefined")); /* never written to */
    gate_unlock(&h->gate);
}

static bool has_instance(const struct herder *h, const char *connector, int32_t task)
{
    return task == STATUS_CONNECTOR ? herder_connector(h, connector) != NULL
                                    : herder_task(h, connector, task) != NULL;
}

/* Of what has no instance nobody knows the version. */
static void forget_version(struct herder *h, const char *id)
{
    gate_lock(&h->gate);
    (void)ptrmap_take(&h->versions, id);
    gate_unlock(&h->gate);
}

static const char *version_of(struct herder *h, const char *connector, int32_t task)
{
    CLEANUP(freep) char *id = instance_id(connector, task);
    const char *version;

    gate_lock(&h->gate);
    version = ptrmap_get(&h->versions, id);
    gate_unlock(&h->gate);
    return version;
}

/* The peer does not know the version of what was stopped any more. */
static bool has_version(enum run_state state)
{
    return state != RUN_UNASSIGNED && state != RUN_RESTARTING && state != RUN_DESTROYED;
}

void herder_put_status(struct herder *h, const char *connector, int32_t task, enum run_state state,
                       const char *trace, bool safe)
{
    const struct status status = {
        .state = state,
        .trace = trace,
        .worker_id = h->worker_id,
        .generation = __atomic_load_n(&h->generation, __ATOMIC_ACQUIRE),
        .version = has_version(state) ? version_of(h, connector, task) : NULL,
    };

    status_store_put(h->statuses, connector, task, &status, safe);
}

void herder_put_failure(struct herder *h, const char *connector, int32_t task,
                        const char *class_name, const struct tern_error *err)
{
    CLEANUP(freep) char *id = instance_id(connector, task);
    CLEANUP(freep)
    char *trace = trace_text_as(NULL, class_name ? class_name : trace_class(err->code), err);

    log_error("Failed to start %s %s: %s", task == STATUS_CONNECTOR ? "connector" : "task", id,
              err->msg);
    if (!has_instance(h, connector, task))
        forget_version(h, id);
    herder_put_status(h, connector, task, RUN_FAILED, trace, true);
}

/* ---- the listener ---- */

static void on_running(void *arg, const char *connector, int32_t task)
{
    herder_put_status(arg, connector, task, RUN_RUNNING, NULL, false);
}

static void on_pause(void *arg, const char *connector, int32_t task)
{
    herder_put_status(arg, connector, task, RUN_PAUSED, NULL, false);
}

static void on_stop(void *arg, const char *connector, int32_t task)
{
    herder_put_status(arg, connector, task, RUN_STOPPED, NULL, false);
}

static void on_shutdown(void *arg, const char *connector, int32_t task)
{
    herder_put_status(arg, connector, task, RUN_UNASSIGNED, NULL, true);
}

static void on_failure(void *arg, const char *connector, int32_t task, const char *trace)
{
    herder_put_status(arg, connector, task, RUN_FAILED, trace, true);
}

const struct run_listener herder_run_listener = {
    .on_startup = on_running,
    .on_resume = on_running,
    .on_pause = on_pause,
    .on_stop = on_stop,
    .on_shutdown = on_shutdown,
    .on_failure = on_failure,
};

void herder_on_topic_used(void *arg, const char *topic, const char *connector, int32_t task)
{
    struct herder *h = arg;

    status_store_put_topic(h->statuses, topic, connector, task, clock_wall_ms());
}

/* ---- what the leader deletes ---- */

static void clean_tasks(struct herder *h, const char *connector, int32_t known)
{
    int32_t *tasks = NULL;
    size_t count = status_store_tasks(h->statuses, connector, &tasks);

    for (size_t i = 0; i < count; i++) {
        if (tasks[i] >= known)
            herder_put_status(h, connector, tasks[i], RUN_DESTROYED, NULL, false);
    }
    free(tasks);
}

void herder_clean_statuses(struct herder *h)
{
    const struct cluster_state *s = config_store_snapshot(h->configs);
    char **names = NULL;
    size_t count = status_store_connectors(h->statuses, &names);

    for (size_t i = 0; i < count; i++) {
        const struct connector_state *c = cluster_state_connector(s, names[i]);

        clean_tasks(h, names[i], c ? connector_state_tasks(c) : 0);
        if (!c)
            herder_put_status(h, names[i], STATUS_CONNECTOR, RUN_DESTROYED, NULL, false);
        free(names[i]);
    }
    free(names);
    cluster_state_unref(s);
}
