/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zombie fencing, which the leader does for workers that run source tasks exactly once, on the
 * thread of who asked. One round for each connector; who comes later waits for it.
 * Spec: connect-distributed.md 12.4.
 */
#include "worker/herder/herder_call.h"

#include "lib/base/log.h"
#include "lib/base/xmem.h"
#include "lib/kafka/fence.h"
#include "worker/store/config_record.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.distributed.DistributedHerder");

/* ---- whether there is anything to fence ---- */

/* What the config topic says, and what is to be done about it. */
struct fence_plan {
    struct config_ref *config; /* owned reference */
    int32_t tasks;             /* now */
    int32_t fenced;            /* of the task count record: so many ids are fenced */
    int32_t generation;
    bool needs_fencing;
    bool needs_record;
};

static void fence_plan_fini(struct fence_plan *p)
{
    config_ref_unref(p->config);
}

static void make_plan(const struct connector_state *c, struct fence_plan *ret_plan)
{
    int32_t tasks = connector_state_tasks(c);
    bool is_first = c->task_count_record < 0;
    bool is_single = c->task_count_record == 1 && tasks == 1; /* fences itself when it starts */

    *ret_plan = (struct fence_plan){
        .config = config_ref_ref(c->config),
        .tasks = tasks,
        .fenced = is_first ? 0 : c->task_count_record,
        .generation = c->generation,
        .needs_fencing = c->pending_fencing && !is_first && !is_single,
        .needs_record = c->pending_fencing,
    };
}

static int refresh(struct herder *h, struct tern_error *err)
{
    int64_t deadline_ms = clock_deadline_ms(h->settings.sync_timeout_ms);

    if (config_store_refresh(h->configs, deadline_ms, err) == 0)
        return 0;
    log_error("Reading the config topic: %s", err->msg);
    return tern_fail(err, TERN_ETIMEOUT, /* peer text */
                     "Failed to read to end of config topic before performing zombie fencing");
}

/* The stores are open. */
static int plan_round(struct herder *h, const char *connector, struct fence_plan *ret_plan,
                      struct tern_error *err)
{
    const struct cluster_state *s = config_store_snapshot(h->configs);
    const struct connector_state *c = cluster_state_connector(s, connector);
    int rc = 0;

    if (!c)
        rc = tern_fail(err, TERN_ENOTFOUND, "Connector %s not found", connector); /* peer text */
    cluster_state_unref(s);
    if (rc < 0 || refresh(h, err) < 0)
        return -1;
    s = config_store_snapshot(h->configs);
    c = cluster_state_connector(s, connector);
    if (c)
        make_plan(c, ret_plan);
    else
        rc = tern_fail(err, TERN_ENOTFOUND, "Connector %s not found", connector); /* peer text */
    cluster_state_unref(s);
    return rc;
}

/* ---- fencing ---- */

/* What the connector's own admin client gets. */
static void admin_config(const struct herder *h, const char *connector, struct config_ref *config,
                         struct strmap *out)
{
    const struct tern_config worker = config_ref_config(h->worker);
    const struct tern_config overrides = config_ref_config(config);
    CLEANUP(freep) char *id = xasprintf("connector-worker-adminclient-%s", connector);

    worker_client_config(&worker, id, out);
    strmap_add_prefixed(out, &worker, "admin.");
    strmap_add_prefixed(out, &overrides, "admin.override.");
}

static int fence_ids(struct herder *h, const char *connector, const struct fence_plan *plan,
                     int64_t deadline_ms, struct tern_error *err)
{
    size_t count = (size_t)plan->fenced;
    const char **ids;
    CLEANUP(strmap_fini) struct strmap java = STRMAP_INIT;
    struct tern_config view;
    int rc;

    if (plan->fenced > CONFIG_TASKS_MAX) {
        return tern_fail(err, TERN_EINTERNAL,
                         "the task count record of connector %s says %d tasks, expected at most %d",
                         connector, (int)plan->fenced, CONFIG_TASKS_MAX);
    }
    ids = xcalloc(count + 1, sizeof(*ids));
    for (size_t i = 0; i < count; i++)
        ids[i] = xasprintf("%s-%s-%zu", h->settings.group_id, connector, i);
    admin_config(h, connector, plan->config, &java);
    view = strmap_config(&java);
    log_info("Fencing out %zu task producers for source connector %s", count, connector);
    rc = fence_producers(&view, ids, count, &h->cancel, deadline_ms, err);
    for (size_t i = 0; i < count; i++)
        free((char *)ids[i]);
    free(ids);
    return rc;
}

/* ---- the record ---- */

static int do_put_count(struct herder *h, struct herder_call *call, struct tern_error *err)
{
    CLEANUP(freep) char *url = NULL;
    const struct cluster_state *s;
    const struct connector_state *c;
    bool is_current;
    int rc;

    if (!herder_leads(h, &url))
        return call_elsewhere(call, url, err);
    if (refresh(h, err) < 0)
        return -1;
    s = config_store_snapshot(h->configs);
    c = cluster_state_connector(s, call->connector);
    is_current = c && c->generation == call->generation;
    cluster_state_unref(s);
    if (!is_current) {
        return tern_fail(err, TERN_ECONFLICT, /* peer text */
                         "Fencing failed because new task configurations were generated for the "
                         "connector");
    }
    herder_stage_begin(h, STAGE_OF_WRITER, "writing a task count record for connector %s",
                       call->connector);
    rc = config_store_put_task_count(h->configs, call->connector, call->task, err);
    herder_stage_end(h, STAGE_OF_WRITER);
    return rc;
}

static int run_round(struct herder *h, const char *connector, const struct fence_plan *plan,
                     struct herder_ask *ask, struct tern_error *err)
{
    struct herder_call *call;

    if (plan->needs_fencing && fence_ids(h, connector, plan, ask->deadline_ms, err) < 0)
        return -1;
    call = call_new(h, do_put_count, connector);
    call->task = plan->tasks;
    call->generation = plan->generation;
    if (call_write(call, ask, err) < 0)
        return -1;
    call_release(call);
    return 0;
}

/* ---- one at a time for each connector ---- */

/* False at the deadline, or when the herder stops. */
static bool begin_round(struct herder *h, const char *connector, int64_t deadline_ms)
{
    bool is_ours = false;

    gate_lock(&h->gate);
    for (;;) {
        if (herder_is_stopping(h))
            break;
        is_ours = work_add_connector(&h->fencing, connector);
        if (is_ours || !gate_wait(&h->gate, deadline_ms))
            break;
    }
    gate_unlock(&h->gate);
    return is_ours;
}

static void end_round(struct herder *h, const char *connector)
{
    gate_lock(&h->gate);
    work_remove_connector(&h->fencing, connector);
    gate_wake(&h->gate);
    gate_unlock(&h->gate);
}

static int check_role(struct herder *h, struct herder_ask *ask, struct tern_error *err)
{
    ask->is_elsewhere = false;
    ask->url = NULL;
    if (!herder_await_settled(h, ask->deadline_ms)) {
        if (herder_is_stopping(h))
            return tern_fail(err, TERN_EINTERNAL, "Worker is shutting down"); /* peer text */
        return call_timed_out(h, err);
    }
    if (herder_leads(h, &ask->url))
        return 0;
    ask->is_elsewhere = true;
    return tern_fail(err, TERN_ECONFLICT, "Only the leader may perform zombie fencing.");
}

/* Planned anew by each: who waited for a round finds that there is nothing left to do. */
static int fence(struct herder *h, const char *connector, struct herder_ask *ask,
                 struct tern_error *err)
{
    CLEANUP(fence_plan_fini) struct fence_plan plan = {0};
    int rc;

    if (!herder_enter(h))
        return tern_fail(err, TERN_EINTERNAL, "Worker is shutting down"); /* peer text */
    rc = plan_round(h, connector, &plan, err);
    herder_leave(h);
    if (rc < 0 || !plan.needs_record)
        return rc;
    return run_round(h, connector, &plan, ask, err);
}

int herder_fence(struct herder *h, const char *connector, struct herder_ask *ask,
                 struct tern_error *err)
{
    int rc;

    if (check_role(h, ask, err) < 0)
        return -1;
    if (!begin_round(h, connector, ask->deadline_ms))
        return call_timed_out(h, err);
    rc = fence(h, connector, ask, err);
    end_round(h, connector);
    return rc;
}
