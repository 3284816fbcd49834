/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What others ask of the herder. A call has two owners: the asker, who may give up at its deadline,
 * and the herder, who may answer after that. The last one frees it.
 */
#include "worker/herder/herder_priv.h"

#include "lib/base/xmem.h"
#include "worker/herder/task_configs.h"

struct herder_call;

/* 0: answered; -1: answered with *err; CALL_LATER: will be, by call_finish(). Thread: herder. */
typedef int call_fn(struct herder *h, struct herder_call *call, struct tern_error *err);
enum {
    CALL_LATER = 1
};

struct herder_call {
    struct inbox_msg msg;
    struct herder *herder;
    call_fn *fn;

    /* the question; immutable once asked */
    char *connector;
    int32_t task;
    struct strmap config;
    bool has_target;
    enum target_state target;
    bool may_replace;
    struct restart_request restart; /* connector is not used */
    struct config_ref **tasks;
    int32_t task_count;

    /* the answer */
    bool created;
    herder_done *done; /* NULL unless submitted */
    void *done_arg;
    int rc;                /* gate */
    struct tern_error err; /* gate */
    bool is_done;          /* gate */
    int refs;              /* gate */
};

/* ---- asking and answering ---- */

static void call_free(struct herder_call *call)
{
    for (int32_t i = 0; i < call->task_count; i++)
        config_ref_unref(call->tasks[i]);
    free(call->tasks);
    strmap_fini(&call->config);
    free(call->connector);
    free(call);
}

/* Thread: any, once. */
static void call_finish(struct herder_call *call, const struct tern_error *err)
{
    struct herder *h = call->herder;
    bool last;

    if (call->done)
        call->done(call->done_arg, err);
    gate_lock(&h->gate);
    call->is_done = true;
    call->rc = err ? -1 : 0;
    if (err)
        call->err = *err;
    last = --call->refs == 0;
    gate_wake(&h->gate);
    gate_unlock(&h->gate);
    if (last)
        call_free(call);
}

static void call_run(void *receiver, struct inbox_msg *msg)
{
    struct herder_call *call = CONTAINER_OF(msg, struct herder_call, msg);
    struct tern_error err;
    int rc = call->fn(receiver, call, &err);

    if (rc != CALL_LATER)
        call_finish(call, rc < 0 ? &err : NULL);
}

static void call_drop(struct inbox_msg *msg)
{
    struct tern_error err;

    tern_fail_at(&err, "herder_requests.c", TERN_EINTERNAL,
                 "Worker is shutting down"); /* peer text */
    call_finish(CONTAINER_OF(msg, struct herder_call, msg), &err);
}

static struct herder_call *call_new(struct herder *h, call_fn *fn, const char *connector)
{
    struct herder_call *call = xcalloc(1, sizeof(*call));

    call->msg.run = call_run;
    call->msg.drop = call_drop;
    call->herder = h;
    call->fn = fn;
    call->connector = xstrdup(connector);
    call->refs = 1;
    return call;
}

/* Takes call. created may be NULL. */
static int ask(struct herder_call *call, int64_t deadline_ms, bool *created, struct tern_error *err)
{
    struct herder *h = call->herder;
    bool done, last;
    int rc = -1;

    call->refs = 2;
    herder_post(h, &call->msg);
    gate_lock(&h->gate);
    while (!call->is_done) {
        if (!gate_wait(&h->gate, deadline_ms))
            break;
    }
    done = call->is_done;
    if (done) {
        rc = call->rc;
        if (rc < 0)
            *err = call->err;
        else if (created)
            *created = call->created;
    }
    last = --call->refs == 0;
    gate_unlock(&h->gate);
    if (last)
        call_free(call);
    return done ? rc : tern_fail(err, TERN_ETIMEOUT, "Request timed out"); /* peer text */
}

/* ---- small checks; Thread: herder ---- */

static int check_leader(const struct herder *h, struct tern_error *err)
{
    if (herder_is_leader(h))
        return 0;
    return tern_fail(err, TERN_ECONFLICT, "Only the leader can do this"); /* REST forwards it */
}

/* The newest state of a connector. The caller unrefs *ret_state, on success. */
static int find_connector(struct herder *h, const char *name,
                          const struct cluster_state **ret_state,
                          const struct connector_state **ret_connector, struct tern_error *err)
{
    const struct cluster_state *s = config_store_snapshot(h->configs);
    const struct connector_state *c = cluster_state_connector(s, name);

    if (!c) {
        cluster_state_unref(s);
        return tern_fail(err, TERN_ENOTFOUND, "Connector %s not found", name); /* peer text */
    }
    *ret_state = s;
    *ret_connector = c;
    return 0;
}

static int check_exists(struct herder *h, const char *name, struct tern_error *err)
{
    const struct cluster_state *s;
    const struct connector_state *c;

    if (find_connector(h, name, &s, &c, err) < 0)
        return -1;
    cluster_state_unref(s);
    return 0;
}

/* ---- putting and deleting ---- */

static int do_put(struct herder *h, struct herder_call *call, struct tern_error *err)
{
    const struct tern_config config = strmap_config(&call->config);
    struct tern_error absent;
    bool exists;

    if (check_leader(h, err) < 0)
        return -1;
    exists = check_exists(h, call->connector, &absent) == 0;
    if (exists && !call->may_replace) {
        return tern_fail(err, TERN_ECONFLICT, "Connector %s already exists",
                         call->connector); /* peer text */
    }
    if (config_store_put_connector(h->configs, call->connector, &config,
                                   call->has_target ? &call->target : NULL, err) < 0)
        return -1;
    call->created = !exists;
    return 0;
}

static struct herder_call *put_call(struct herder *h, const char *name,
                                    const struct tern_config *config)
{
    struct herder_call *call = call_new(h, do_put, name);

    strmap_add_all(&call->config, config);
    return call;
}

int herder_put_connector(struct herder *h, const char *name, const struct tern_config *config,
                         const enum target_state *target, bool may_replace, int64_t deadline_ms,
                         bool *ret_created, struct tern_error *err)
{
    struct herder_call *call = put_call(h, name, config);

    call->may_replace = may_replace;
    call->has_target = target != NULL;
    if (target)
        call->target = *target;
    return ask(call, deadline_ms, ret_created, err);
}

void herder_submit_connector(struct herder *h, const char *name, const struct tern_config *config,
                             herder_done *done, void *arg)
{
    struct herder_call *call = put_call(h, name, config);

    call->may_replace = true;
    call->done = done;
    call->done_arg = arg;
    herder_post(h, &call->msg);
}

static int do_delete(struct herder *h, struct herder_call *call, struct tern_error *err)
{
    if (check_leader(h, err) < 0 || check_exists(h, call->connector, err) < 0)
        return -1;
    return config_store_remove_connector(h->configs, call->connector, err);
}

int herder_delete_connector(struct herder *h, const char *name, int64_t deadline_ms,
                            struct tern_error *err)
{
    return ask(call_new(h, do_delete, name), deadline_ms, NULL, err);
}

/* ---- target states ---- */

static int do_target(struct herder *h, struct herder_call *call, struct tern_error *err)
{
    if (check_exists(h, call->connector, err) < 0)
        return -1;
    if (call->target == TARGET_STOPPED) {
        if (check_leader(h, err) < 0 ||
            config_store_put_tasks(h->configs, call->connector, NULL, 0, err) < 0)
            return -1;
    }
    return config_store_put_target_state(h->configs, call->connector, call->target, err);
}

int herder_set_target(struct herder *h, const char *name, enum target_state target,
                      int64_t deadline_ms, struct tern_error *err)
{
    struct herder_call *call = call_new(h, do_target, name);

    call->target = target;
    return ask(call, deadline_ms, NULL, err);
}

/* ---- restarts ---- */

/* A call that is answered when a connector has started. */
struct restarted {
    struct herder_call *call;
    void *transition;
};

/* Thread: the connector's, or the herder's. */
static void on_restarted(void *arg, const struct tern_error *err)
{
    struct restarted *r = arg;

    herder_on_transition(r->transition, err);
    call_finish(r->call, err);
    free(r);
}

static int do_restart_connector(struct herder *h, struct herder_call *call, struct tern_error *err)
{
    CLEANUP(work_fini) struct work one = WORK_INIT;
    const struct connector_state *c;
    const struct cluster_state *s;
    struct restarted *r;

    if (find_connector(h, call->connector, &s, &c, err) < 0)
        return -1;
    if (!work_has_connector(&h->assignment->assigned, call->connector)) {
        cluster_state_unref(s);
        return tern_fail(
            err, TERN_ECONFLICT,
            "Cannot restart connector since it is not assigned to this member"); /* peer text */
    }
    work_add_connector(&one, call->connector);
    herder_stop_work(h, &one);
    r = xcalloc(1, sizeof(*r));
    r->call = call;
    r->transition = herder_transition_arg(h, call->connector, c->target);
    cluster_state_unref(s);
    herder_start_connector(h, one.connectors[0], on_restarted, r);
    return CALL_LATER;
}

int herder_restart_connector(struct herder *h, const char *name, int64_t deadline_ms,
                             struct tern_error *err)
{
    return ask(call_new(h, do_restart_connector, name), deadline_ms, NULL, err);
}

static int do_restart_task(struct herder *h, struct herder_call *call, struct tern_error *err)
{
    CLEANUP(work_fini) struct work one = WORK_INIT;
    const struct connector_state *c;
    const struct cluster_state *s;
    bool is_known;

    if (find_connector(h, call->connector, &s, &c, err) < 0)
        return -1;
    is_known = connector_state_task(c, call->task) != NULL;
    cluster_state_unref(s);
    if (!is_known) {
        return tern_fail(err, TERN_ENOTFOUND, "Unknown task: %s-%d", call->connector,
                         (int)call->task); /* peer text */
    }
    if (!work_has_task(&h->assignment->assigned, call->connector, call->task)) {
        return tern_fail(
            err, TERN_ECONFLICT,
            "Cannot restart task since it is not assigned to this member"); /* peer text */
    }
    work_add_task(&one, call->connector, call->task);
    herder_stop_work(h, &one);
    herder_start_task(h, call->connector, call->task);
    return 0;
}

int herder_restart_task(struct herder *h, const char *connector, int32_t task, int64_t deadline_ms,
                        struct tern_error *err)
{
    struct herder_call *call = call_new(h, do_restart_task, connector);

    call->task = task;
    return ask(call, deadline_ms, NULL, err);
}

static int do_request_restart(struct herder *h, struct herder_call *call, struct tern_error *err)
{
    struct restart_request request = call->restart;

    if (check_leader(h, err) < 0 || check_exists(h, call->connector, err) < 0)
        return -1;
    request.connector = call->connector;
    return config_store_put_restart(h->configs, &request, err);
}

int herder_request_restart(struct herder *h, const struct restart_request *request,
                           int64_t deadline_ms, struct tern_error *err)
{
    struct herder_call *call = call_new(h, do_request_restart, request->connector);

    call->restart = *request;
    return ask(call, deadline_ms, NULL, err);
}

/* ---- task configurations of other workers' connectors ---- */

static int do_put_tasks(struct herder *h, struct herder_call *call, struct tern_error *err)
{
    if (check_leader(h, err) < 0 || check_exists(h, call->connector, err) < 0)
        return -1;
    return config_store_put_tasks(h->configs, call->connector, call->tasks, call->task_count, err);
}

int herder_put_tasks(struct herder *h, const char *connector, const struct tern_config *tasks,
                     size_t count, int64_t deadline_ms, struct tern_error *err)
{
    struct herder_call *call = call_new(h, do_put_tasks, connector);

    call->tasks = xcalloc(count + 1, sizeof(struct config_ref *));
    for (size_t i = 0; i < count; i++) {
        struct strmap map = STRMAP_INIT;

        strmap_add_all(&map, &tasks[i]);
        call->tasks[i] = config_ref_new(&map);
    }
    call->task_count = (int32_t)count;
    return ask(call, deadline_ms, NULL, err);
}
