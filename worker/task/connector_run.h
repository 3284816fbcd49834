/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * connector_run - one connector instance on its own thread: the state machine of
 * connect-runtime.md 1.3 with start, stop and task_configs of the plugin. Nothing the plugin
 * does holds up the herder: every call here returns at once, results come by callback.
 * Peer: org.apache.kafka.connect.runtime.WorkerConnector. Difference: a connector that has
 * failed while it ran (raise_error(), task_configs()) is stopped when it is stopped or ends.
 */
#include "lib/conf/config_ref.h"
#include "worker/plugin/plugin_registry.h"
#include "worker/store/cluster_state.h"
#include "worker/store/offset_store.h"
#include "worker/task/run_listener.h"

struct connector_run;

/*
 * The outcome of a request; err NULL on success. Called once, on the connector's thread, or on
 * the caller's of connector_run_transition() and connector_run_await() for a request that they
 * put an end to; must not block.
 */
typedef void connector_done(void *arg, const struct tern_error *err);

/* Task configs as the plugin gave them, in order; borrowed. err NULL on success. Likewise. */
typedef void connector_tasks_done(void *arg, const struct tern_config *tasks, size_t count,
                                  const struct tern_error *err);

struct connector_run_conf {
    const char *name;
    const struct connector_plugin *plugin;
    struct config_ref *config; /* resolved; a reference is taken */
    struct offset_store *offsets;
    const struct run_listener *listener;
    void *arg; /* of listener and of the two below */
    /* The plugin asked for task_configs(): any thread, must not block. */
    void (*reconfigure)(void *arg, const char *connector);
};

/* Starts the thread with a first target state; done may be NULL. Thread: herder. */
struct connector_run *connector_run_start(const struct connector_run_conf *conf,
                                          enum target_state target, connector_done *done,
                                          void *done_arg);
/* A newer target replaces a pending one, whose done then fails with the pre-emption text. Thread:
 * herder. */
void connector_run_transition(struct connector_run *c, enum target_state target,
                              connector_done *done, void *done_arg);
/*
 * Queues task_configs(max_tasks) behind what is pending. Fails when not started. A failure of
 * the plugin of code TERN_ERETRIABLE is for the caller to try again; any other, and more tasks
 * than tasks.max while tasks.max.enforce is true, makes the connector FAILED. Thread: herder.
 */
void connector_run_task_configs(struct connector_run *c, int32_t max_tasks,
                                connector_tasks_done *done, void *done_arg);
bool connector_run_is_started(const struct connector_run *c);
/* Asks the instance to end; the plugin's host says stopping from now on. Thread: herder. */
void connector_run_stop(struct connector_run *c);
/*
 * Waits until deadline_ms; then a thread that has not ended is abandoned: UNASSIGNED is told,
 * nothing later, and what it holds leaks on purpose (ERROR line) until its plugin returns. It
 * uses neither listener nor offset store after this call. c is gone. Thread: herder.
 */
void connector_run_await(struct connector_run *c, int64_t deadline_ms);

/*
 * Whether count tasks are allowed to a connector (tasks.max, tasks.max.enforce; also asked when
 * a stored task is started). More than allowed without enforcing is a warning. Errors:
 * TERN_EINVALID (peer text), to be shown as a TOO_MANY_TASKS_EXCEPTION.
 */
int connector_check_task_count(const char *connector, const struct tern_config *config,
                               size_t count, struct tern_error *err) MUST_CHECK;
#define TOO_MANY_TASKS_EXCEPTION "org.apache.kafka.connect.runtime.TooManyTasksException"
