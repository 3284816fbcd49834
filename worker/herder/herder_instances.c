/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/herder/herder_priv.h"

#include <assert.h>

#include "lib/base/log.h"
#include "lib/base/xmem.h"
#include "worker/task/task_check.h"
#include "worker/task/topic_groups.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.distributed.DistributedHerder");

struct running_connector *herder_connector(const struct herder *h, const char *name)
{
    return ptrmap_get(&h->connectors, name);
}

struct running_task *herder_task(const struct herder *h, const char *connector, int32_t task)
{
    CLEANUP(freep) char *id = herder_task_id(connector, task);

    return ptrmap_get(&h->tasks, id);
}

static void connector_drop(struct running_connector *c)
{
    config_ref_unref(c->raw);
    config_ref_unref(c->resolved);
    task_configs_fini(&c->published);
    free(c->name);
    free(c);
}

static void task_drop(struct running_task *t)
{
    free(t->connector);
    free(t);
}

/* ---- configurations ---- */

/* Puts the values of variables in; the caller unrefs *ret_config. */
static int resolve(const struct herder *h, struct config_ref *raw, struct config_ref **ret_config,
                   struct tern_error *err)
{
    const struct tern_config view = config_ref_config(raw);
    struct strmap out = STRMAP_INIT;

    if (provider_set_resolve(h->providers, &view, &out, err) < 0)
        return -1;
    *ret_config = config_ref_new(&out);
    return 0;
}

static int find_plugin(const struct herder *h, const struct strmap *config,
                       const struct connector_plugin **ret_plugin, struct tern_error *err)
{
    const char *class_name = strmap_get(config, "connector.class");

    if (!class_name)
        return tern_fail(err, TERN_EINVALID, "Connector config contains no connector type");
    return plugin_registry_connector_of(
        h->plugins, class_name, strmap_get(config, "connector.plugin.version"), ret_plugin, err);
}

/* ---- connectors ---- */

/* The outcome of a start or transition, on its way to the herder thread. */
struct transition {
    struct inbox_msg msg;
    struct herder *herder;
    char *connector;
    enum target_state target;
    bool is_done;
};

static void transition_drop(struct inbox_msg *msg)
{
    struct transition *t = CONTAINER_OF(msg, struct transition, msg);

    free(t->connector);
    free(t);
}

static void transition_run(void *receiver, struct inbox_msg *msg)
{
    struct transition *t = CONTAINER_OF(msg, struct transition, msg);

    if (t->is_done && t->target == TARGET_STARTED)
        herder_reconfigure(receiver, t->connector);
    transition_drop(msg);
}

void *herder_transition_arg(struct herder *h, const char *connector, enum target_state target)
{
    struct transition *t = xcalloc(1, sizeof(*t));

    t->msg.run = transition_run;
    t->msg.drop = transition_drop;
    t->herder = h;
    t->connector = xstrdup(connector);
    t->target = target;
    return t;
}

void herder_on_transition(void *arg, const struct tern_error *err)
{
    struct transition *t = arg;

    t->is_done = !err;
    herder_post(t->herder, &t->msg);
}

/* Checked here, since no validation does: spec connect-rest.md 6.4. */
static int check_topic_creation(const struct herder *h, struct config_ref *resolved,
                                struct tern_error *err)
{
    const struct tern_config worker = config_ref_config(h->worker);
    const struct tern_config connector = config_ref_config(resolved);

    return topic_groups_check(&worker, &connector, err);
}

static struct running_connector *connector_new(struct herder *h, const struct connector_state *s,
                                               struct tern_error *err)
{
    struct running_connector *c = xcalloc(1, sizeof(*c));

    c->name = xstrdup(s->name);
    c->incarnation = ++h->incarnations;
    c->raw = config_ref_ref(s->config);
    c->retry = c->contest = (struct backoff){.min_ms = 250, .max_ms = 60000}; /* spec: 1.11 */
    if (resolve(h, c->raw, &c->resolved, err) < 0 ||
        find_plugin(h, config_ref_map(c->resolved), &c->plugin, err) < 0 ||
        check_topic_creation(h, c->resolved, err) < 0) {
        connector_drop(c);
        return NULL;
    }
    return c;
}

/* The Java class of what connector_new() says; NULL: that of its code. */
static const char *exception_of(const struct tern_error *err)
{
    return str_starts_with(err->msg, "Failed to find any class that implements Connector")
               ? "org.apache.kafka.connect.errors.ConnectException"
               : NULL;
}

static void fail_start(struct herder *h, const char *name, const struct tern_error *err,
                       connector_done *done, void *arg)
{
    herder_put_failure(h, name, STATUS_CONNECTOR, exception_of(err), err);
    done(arg, err);
}

void herder_start_connector(struct herder *h, const char *name, connector_done *done, void *arg)
{
    const struct connector_state *state = cluster_state_connector(h->config, name);
    struct running_connector *c;
    struct connector_run_conf conf = {
        .name = name,
        .offsets = h->offsets,
        .listener = &herder_run_listener,
        .arg = h,
        .reconfigure = herder_on_reconfigure,
    };
    struct tern_error err;

    assert(!herder_connector(h, name));
    if (!state || !state->config) {
        tern_fail_at(&err, "herder_instances.c", TERN_ENOTFOUND, "Connector %s not found", name);
        done(arg, &err);
        return;
    }
    log_info("Starting connector %s", name);
    c = connector_new(h, state, &err);
    if (!c) {
        fail_start(h, name, &err, done, arg);
        return;
    }
    herder_set_version(h, name, STATUS_CONNECTOR, c->plugin->connector.version);
    ptrmap_set(&h->connectors, name, c);
    herder_measure_connectors(h);
    conf.plugin = c->plugin;
    conf.config = c->resolved;
    c->run = connector_run_start(&conf, state->target, done, arg);
}

/* ---- tasks ---- */

struct task_parts {
    struct config_ref *task, *connector;
    const struct connector_plugin *plugin;
};

static void task_parts_fini(struct task_parts *p)
{
    config_ref_unref(p->task);
    config_ref_unref(p->connector);
}

static int task_parts_init(struct herder *h, const struct connector_state *state, int32_t task,
                           struct task_parts *p, struct tern_error *err)
{
    struct config_ref *raw = connector_state_task(state, task);
    const char *class_name;

    if (resolve(h, state->config, &p->connector, err) < 0 || resolve(h, raw, &p->task, err) < 0)
        return -1;
    class_name = strmap_get(config_ref_map(p->task), "task.class");
    if (!class_name) { /* peer text */
        return tern_fail(err, TERN_EINVALID,
                         "Missing required configuration \"task.class\" which has no default "
                         "value.");
    }
    return plugin_registry_task(h->plugins, class_name, &p->plugin, err);
}

/* A lowered tasks.max fails the tasks that are stored. */
static int check_task_count(const struct connector_state *state, struct config_ref *resolved,
                            struct tern_error *err)
{
    const struct tern_config view = config_ref_config(resolved);

    return connector_check_task_count(state->name, &view, (size_t)connector_state_tasks(state),
                                      err);
}

static struct source_task_conf task_conf(struct herder *h, const struct connector_state *state,
                                         int32_t number, const struct task_parts *p)
{
    struct source_task_conf conf = {
        .connector = state->name,
        .task = number,
        .plugin = p->plugin,
        .config = p->task,
        .connector_config = p->connector,
        .worker_config = h->worker,
        .offsets = h->offsets,
        .listener = &herder_run_listener,
        .arg = h,
        .may_work = herder_may_work,
        .topic_used = h->settings.topic_tracking ? herder_on_topic_used : NULL,
    };

    if (h->exactly_once == EXACTLY_ONCE_ENABLED) {
        conf.exactly_once = &herder_exactly_once;
        conf.group = h->settings.group_id;
        conf.offsets_topic = h->settings.offset_topic;
        conf.generation = state->generation;
    }
    return conf;
}

static void run_task(struct herder *h, const struct source_task_conf *conf,
                     const struct connector_state *state)
{
    struct running_task *t = xcalloc(1, sizeof(*t));
    CLEANUP(freep) char *id = herder_task_id(state->name, conf->task);

    t->connector = xstrdup(state->name);
    t->number = conf->task;
    herder_set_version(h, state->name, conf->task, conf->plugin->source_task.version);
    ptrmap_set(&h->tasks, id, t);
    t->run = source_task_start(conf, state->target);
    herder_measure_task(h, t->run);
}

bool herder_start_task(struct herder *h, const char *connector, int32_t task)
{
    const struct connector_state *state = cluster_state_connector(h->config, connector);
    CLEANUP(task_parts_fini) struct task_parts parts = {0};
    struct source_task_conf conf;
    struct tern_error err;

    assert(!herder_task(h, connector, task));
    work_remove_task(&h->restarting, connector, task); /* this is the restart */
    if (!state || !connector_state_task(state, task))
        return false; /* gone meanwhile: the next rebalance takes it away */
    log_info("Starting task %s-%d", connector, (int)task);
    if (task_parts_init(h, state, task, &parts, &err) < 0) {
        herder_put_failure(h, connector, task, NULL, &err);
        return false;
    }
    if (check_task_count(state, parts.connector, &err) < 0) {
        herder_put_failure(h, connector, task, TOO_MANY_TASKS_EXCEPTION, &err);
        return false;
    }
    conf = task_conf(h, state, task, &parts);
    if (task_check(&conf, &err) < 0) {
        herder_put_failure(h, connector, task, NULL, &err);
        return false;
    }
    run_task(h, &conf, state);
    return true;
}

/* ---- stopping ---- */

static void ask_to_stop(struct herder *h, const struct work *work)
{
    for (size_t i = 0; i < work->connector_count; i++) {
        struct running_connector *c = herder_connector(h, work->connectors[i]);

        if (c)
            connector_run_stop(c->run);
    }
    for (size_t i = 0; i < work->task_count; i++) {
        struct running_task *t = herder_task(h, work->tasks[i].connector, work->tasks[i].number);

        if (t)
            source_task_stop(t->run);
    }
}

static void await_connector(struct herder *h, const char *name, int64_t deadline_ms)
{
    struct running_connector *c = ptrmap_take(&h->connectors, name);

    if (!c)
        return;
    herder_measure_connectors(h);
    connector_run_await(c->run, deadline_ms);
    connector_drop(c);
}

static void await_task(struct herder *h, const struct work_task *task, int64_t deadline_ms)
{
    CLEANUP(freep) char *id = herder_task_id(task->connector, task->number);
    struct running_task *t = ptrmap_take(&h->tasks, id);

    if (!t)
        return;
    herder_unmeasure_task(h, t->run);
    source_task_await(t->run, deadline_ms);
    task_drop(t);
}

/* Answers those who ask whether the herder is well: it is, and comes back soon. */
static void set_awaiting(struct herder *h, bool is_awaiting)
{
    gate_lock(&h->gate);
    h->is_awaiting = is_awaiting;
    if (is_awaiting)
        gate_wake(&h->gate);
    gate_unlock(&h->gate);
}

void herder_stop_work(struct herder *h, const struct work *work)
{
    const int64_t connectors_ms = clock_deadline_ms(CONNECTOR_STOP_MS);
    const int64_t tasks_ms = clock_deadline_ms(h->settings.task_shutdown_timeout_ms);

    ask_to_stop(h, work);
    set_awaiting(h, true);
    for (size_t i = 0; i < work->connector_count; i++)
        await_connector(h, work->connectors[i], connectors_ms);
    for (size_t i = 0; i < work->task_count; i++)
        await_task(h, &work->tasks[i], tasks_ms);
    set_awaiting(h, false);
}

void herder_running_work(const struct herder *h, struct work *ret_work)
{
    PTRMAP_FOREACH (&h->connectors, e)
        work_add_connector(ret_work, e->key);
    PTRMAP_FOREACH (&h->tasks, e) {
        const struct running_task *t = e->value;

        work_add_task(ret_work, t->connector, t->number);
    }
}
