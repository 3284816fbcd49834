/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests that write to the config topic. Those of the leader run on the writer's thread, those
 * that any worker may make on the asker's. Spec: connect-rest.md 4.1, 5;
 * connect-distributed.md 9.5.
 */
#include "worker/herder/herder_call.h"

#include <string.h>

#include "lib/base/log.h"
#include "lib/base/xmem.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.distributed.DistributedHerder");

/* ---- small checks; Thread: writer ---- */

static int check_leader(struct herder *h, struct herder_call *call, struct tern_error *err)
{
    CLEANUP(freep) char *url = NULL;

    return herder_leads(h, &url) ? 0 : call_elsewhere(call, url, err);
}

static int check_no_rebalance(struct herder *h, struct tern_error *err)
{
    if (!herder_rebalance_is_due(h))
        return 0;
    return tern_fail(err, TERN_ECONFLICT,
                     "Cannot complete request momentarily due to stale configuration (typically "
                     "caused by a concurrent config change)"); /* peer text */
}

/* The newest state of a connector, NULL: not configured. The caller unrefs *ret_state. */
static const struct connector_state *find(struct herder *h, const char *name,
                                          const struct cluster_state **ret_state)
{
    *ret_state = config_store_snapshot(h->configs);
    return cluster_state_connector(*ret_state, name);
}

static bool exists(struct herder *h, const char *name)
{
    const struct cluster_state *s;
    bool found = find(h, name, &s) != NULL;

    cluster_state_unref(s);
    return found;
}

static int not_found(const char *name, struct tern_error *err)
{
    return tern_fail(err, TERN_ENOTFOUND, "Connector %s not found", name); /* peer text */
}

static int write_stage(struct herder *h, int rc)
{
    herder_stage_end(h, STAGE_OF_WRITER);
    return rc;
}

/* ---- putting ---- */

static bool is_expected(const struct connector_state *c, struct config_ref *expected)
{
    struct tern_config now, then;

    if (!expected)
        return true;
    if (!c)
        return false;
    now = config_ref_config(c->config);
    then = config_ref_config(expected);
    return config_equal(&now, &then);
}

static int may_put(struct herder_call *call, const struct connector_state *c,
                   struct tern_error *err)
{
    if (c && !call->may_replace) {
        return tern_fail(err, TERN_ECONFLICT, "Connector %s already exists",
                         call->connector); /* peer text */
    }
    if (!c && call->expected)
        return not_found(call->connector, err);
    if (!is_expected(c, call->expected)) {
        return tern_fail(err, TERN_ERETRIABLE,
                         "the configuration of connector %s has changed meanwhile",
                         call->connector);
    }
    return 0;
}

static int do_put(struct herder *h, struct herder_call *call, struct tern_error *err)
{
    const struct tern_config config = strmap_config(&call->config);
    const struct cluster_state *s;
    const struct connector_state *c;
    int rc;

    if (check_leader(h, call, err) < 0)
        return -1;
    c = find(h, call->connector, &s);
    call->created = !c;
    call->info.task_count = c ? connector_state_tasks(c) : 0;
    rc = may_put(call, c, err);
    cluster_state_unref(s);
    if (rc < 0)
        return -1;
    herder_stage_begin(h, STAGE_OF_WRITER, "writing a config for connector %s to the config topic",
                       call->connector);
    if (write_stage(h, config_store_put_connector(h->configs, call->connector, &config,
                                                  call->has_target ? &call->target : NULL, err)) <
        0)
        return -1;
    call->info.name = xstrdup(call->connector);
    call->info.config = config_ref_new(&call->config);
    call->info.type = herder_connector_type(h, call->info.config);
    return 0;
}

int herder_put_connector(struct herder *h, const struct herder_put *put, struct herder_ask *ask,
                         struct herder_connector_info *ret_info, bool *ret_created,
                         struct tern_error *err)
{
    struct herder_call *call = call_new(h, do_put, put->name);

    strmap_add_all(&call->config, put->config);
    call->may_replace = put->may_replace;
    call->expected = config_ref_ref(put->expected);
    call->has_target = put->target != NULL;
    if (put->target)
        call->target = *put->target;
    if (call_write(call, ask, err) < 0)
        return -1;
    if (ret_created)
        *ret_created = call->created;
    if (ret_info) {
        *ret_info = call->info;
        call->info = (struct herder_connector_info){0};
    }
    call_release(call);
    return 0;
}

void herder_submit_connector(struct herder *h, const char *name, const struct tern_config *config,
                             herder_done *done, void *arg)
{
    struct herder_call *call = call_new(h, do_put, name);

    strmap_add_all(&call->config, config);
    call->may_replace = true;
    call->done = done;
    call->done_arg = arg;
    call_submit(call);
}

/* ---- for PATCH ---- */

static int do_stored_config(struct herder *h, struct herder_call *call, struct tern_error *err)
{
    const struct cluster_state *s;
    const struct connector_state *c;

    if (check_leader(h, call, err) < 0)
        return -1;
    c = find(h, call->connector, &s);
    if (c)
        call->stored = config_ref_ref(c->config);
    cluster_state_unref(s);
    return call->stored ? 0 : not_found(call->connector, err);
}

int herder_stored_config(struct herder *h, const char *name, struct herder_ask *ask,
                         struct config_ref **ret_config, struct tern_error *err)
{
    struct herder_call *call = call_new(h, do_stored_config, name);

    if (call_write(call, ask, err) < 0)
        return -1;
    *ret_config = TAKE(call->stored);
    call_release(call);
    return 0;
}

/* ---- deleting ---- */

static int do_delete(struct herder *h, struct herder_call *call, struct tern_error *err)
{
    if (check_leader(h, call, err) < 0)
        return -1;
    if (!exists(h, call->connector))
        return not_found(call->connector, err);
    herder_stage_begin(h, STAGE_OF_WRITER,
                       "removing the config for connector %s from the config topic",
                       call->connector);
    return write_stage(h, config_store_remove_connector(h->configs, call->connector, err));
}

static int write_and_release(struct herder_call *call, struct herder_ask *ask,
                             struct tern_error *err)
{
    if (call_write(call, ask, err) < 0)
        return -1;
    call_release(call);
    return 0;
}

int herder_delete_connector(struct herder *h, const char *name, struct herder_ask *ask,
                            struct tern_error *err)
{
    return write_and_release(call_new(h, do_delete, name), ask, err);
}

/* ---- target states ---- */

static int unknown(const char *name, struct tern_error *err)
{
    return tern_fail(err, TERN_ENOTFOUND, "Unknown connector %s", name); /* peer text */
}

static int write_stop(struct herder *h, const char *connector, struct tern_error *err)
{
    struct tern_error unread;

    if (config_store_put_tasks(h->configs, connector, NULL, 0, err) < 0 ||
        config_store_put_target_state(h->configs, connector, TARGET_STOPPED, err) < 0)
        return -1;
    if (config_store_refresh(h->configs, clock_deadline_ms(h->settings.sync_timeout_ms), &unread) <
        0)
        log_warn("Reading back that connector %s is stopped: %s", connector, unread.msg);
    return 0;
}

static int do_stop(struct herder *h, struct herder_call *call, struct tern_error *err)
{
    if (!exists(h, call->connector))
        return unknown(call->connector, err);
    if (check_leader(h, call, err) < 0)
        return -1;
    herder_stage_begin(h, STAGE_OF_WRITER, "writing the target state of connector %s",
                       call->connector);
    return write_stage(h, write_stop(h, call->connector, err));
}

/* Any worker writes it, and whether one leads or joins does not matter. Thread: the asker's. */
static int change_target(struct herder *h, const char *name, enum target_state target,
                         struct tern_error *err)
{
    int rc;

    if (!herder_enter(h))
        return unknown(name, err);
    if (exists(h, name))
        rc = config_store_put_target_state(h->configs, name, target, err);
    else
        rc = unknown(name, err);
    herder_leave(h);
    return rc;
}

int herder_set_target(struct herder *h, const char *name, enum target_state target,
                      struct herder_ask *ask, struct tern_error *err)
{
    if (target == TARGET_STOPPED)
        return write_and_release(call_new(h, do_stop, name), ask, err);
    ask->is_elsewhere = false;
    ask->url = NULL;
    return change_target(h, name, target, err);
}

/* ---- restart requests ---- */

static int do_request_restart(struct herder *h, struct herder_call *call, struct tern_error *err)
{
    struct restart_request request = call->restart;
    struct status status;

    if (check_no_rebalance(h, err) < 0)
        return -1;
    if (!exists(h, call->connector)) {
        return tern_fail(err, TERN_ENOTFOUND, "Unknown connector: %s",
                         call->connector); /* peer text */
    }
    if (check_leader(h, call, err) < 0)
        return -1;
    if (!status_store_get(h->statuses, call->connector, STATUS_CONNECTOR, &status)) {
        return tern_fail(err, TERN_ENOTFOUND, "Status for connector %s not found",
                         call->connector); /* peer text */
    }
    status_fini(&status);
    request.connector = call->connector;
    herder_stage_begin(h, STAGE_OF_WRITER, "writing a restart request for connector %s",
                       call->connector);
    return write_stage(h, config_store_put_restart(h->configs, &request, err));
}

/* RESTARTING where the request takes effect: what failed has to be looked at first. */
static void show_restart(const struct restart_request *request, struct herder_connector_status *s)
{
    if (!request->only_failed || s->connector.state == RUN_FAILED)
        s->connector.state = RUN_RESTARTING;
    for (size_t i = 0; request->include_tasks && i < s->task_count; i++) {
        struct status *task = &s->tasks[i].status;

        if (!request->only_failed || task->state == RUN_FAILED)
            task->state = RUN_RESTARTING;
    }
}

int herder_request_restart(struct herder *h, const struct restart_request *request,
                           struct herder_ask *ask, struct herder_connector_status *ret_status,
                           struct tern_error *err)
{
    struct herder_call *call = call_new(h, do_request_restart, request->connector);
    struct herder_connector_status before = {0};
    struct tern_error none;
    bool has_status = herder_connector_status(h, request->connector, &before, &none) == 0;

    call->restart = *request;
    if (write_and_release(call, ask, err) < 0) {
        herder_connector_status_fini(&before);
        return -1;
    }
    if (!has_status && herder_connector_status(h, request->connector, &before, err) < 0)
        return -1;
    show_restart(request, &before);
    *ret_status = before;
    return 0;
}

/* ---- task configurations ---- */

/* Also those of a connector that runs here. */
static int do_put_tasks(struct herder *h, struct herder_call *call, struct tern_error *err)
{
    const struct cluster_state *s;
    const struct connector_state *c;
    bool is_known, is_stopped;

    /* what was written before counts: tasks that come late must not run a connector that stopped */
    if (check_leader(h, call, err) < 0 ||
        config_store_refresh(h->configs, clock_deadline_ms(h->settings.sync_timeout_ms), err) < 0)
        return -1;
    c = find(h, call->connector, &s);
    is_known = c != NULL;
    is_stopped = c && c->target == TARGET_STOPPED;
    cluster_state_unref(s);
    if (!is_known)
        return not_found(call->connector, err);
    if (is_stopped && call->tasks.count > 0) {
        return tern_fail(err, TERN_EINVALID,
                         "Cannot submit non-empty set of task configs for stopped connector %s",
                         call->connector); /* peer text */
    }
    herder_stage_begin(h, STAGE_OF_WRITER,
                       "writing task configs for connector %s to the config topic",
                       call->connector);
    return write_stage(h, config_store_put_tasks(h->configs, call->connector, call->tasks.at,
                                                 call->tasks.count, err));
}

int herder_put_tasks(struct herder *h, const char *connector, const struct tern_config *tasks,
                     size_t count, struct herder_ask *ask, struct tern_error *err)
{
    struct herder_call *call = call_new(h, do_put_tasks, connector);

    call->tasks.at = xcalloc(count + 1, sizeof(struct config_ref *));
    for (size_t i = 0; i < count; i++) {
        struct strmap map = STRMAP_INIT;

        strmap_add_all(&map, &tasks[i]);
        call->tasks.at[i] = config_ref_new(&map);
    }
    call->tasks.count = (int32_t)count;
    return write_and_release(call, ask, err);
}

void herder_submit_tasks(struct herder *h, const char *connector, struct task_configs *tasks,
                         herder_done *done, void *arg)
{
    struct herder_call *call = call_new(h, do_put_tasks, connector);

    call->tasks = *tasks;
    *tasks = (struct task_configs){0};
    call->done = done;
    call->done_arg = arg;
    call_submit(call);
}

/* ---- loggers ---- */

int herder_put_logger(struct herder *h, const char *logger, const char *level,
                      struct tern_error *err)
{
    int rc;

    if (!herder_enter(h))
        return call_timed_out(h, err);
    rc = config_store_put_logger_level(h->configs, logger, level, err);
    herder_leave(h);
    return rc;
}
