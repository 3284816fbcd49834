/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/connector_run.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/thread.h"
#include "lib/base/xmem.h"
#include "worker/task/connector_life.h"
#include "worker/task/connector_request.h"
#include "worker/task/connector_tasks.h"
#include "worker/task/host.h"
#include "worker/task/trace.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.WorkerConnector");

LOG_DOMAIN_AS(worker_domain, "org.apache.kafka.connect.runtime.Worker");

#define log_worker(level, ...)                                         \
    do {                                                               \
        if (log_enabled(&worker_domain, (level)))                      \
            log_write(&worker_domain, (level), __LINE__, __VA_ARGS__); \
    } while (0)

struct connector_run {
    /* immutable after start */
    struct connector_run_conf conf;  /* name and config are the run's own */
    struct tern_connector_class cls; /* a copy: the run may outlive the registry */
    struct thread thread;
    struct host *host;
    atomic_bool started; /* written by the connector thread */

    struct gate gate;
    struct connector_request *target;      /* gate: the newest, not begun; or NULL */
    struct connector_request *tasks;       /* gate: questions for task configs, oldest first */
    struct connector_request **tasks_tail; /* gate */
    struct connector_request *current;     /* gate: what the thread is at; or NULL */
    struct tern_error raised;              /* gate: by the plugin, while has_raised */
    bool has_raised;                       /* gate */
    bool stopping;                         /* gate */
    bool shutdown_told;                    /* gate: UNASSIGNED */
    bool ended;                            /* gate: the thread is at its end */
    bool abandoned;                        /* gate: the thread frees the run */

    /* connector thread only */
    enum connector_life life;
    bool failure_told;
    bool running; /* between start() and stop() */
    void *self;
};

/* Answers what the thread was at, unless the run was abandoned: then the herder has. */
static void answer_current(struct connector_run *c, const struct tern_config *tasks, size_t count,
                           const struct tern_error *err)
{
    struct connector_request *r;

    if (!host_enter(c->host))
        return;
    gate_lock(&c->gate);
    r = TAKE(c->current);
    gate_unlock(&c->gate);
    connector_request_answer(r, tasks, count, err);
    host_leave(c->host);
}

/* ---- statuses ---- */

static void tell(struct connector_run *c, enum connector_tell what)
{
    const struct run_listener *l = c->conf.listener;
    void (*const calls[])(void *, const char *, int32_t) = {
        [TELL_NOTHING] = NULL,      [TELL_STARTUP] = l->on_startup, [TELL_RESUME] = l->on_resume,
        [TELL_PAUSE] = l->on_pause, [TELL_STOP] = l->on_stop,
    };

    if (!calls[what] || !host_enter(c->host))
        return;
    calls[what](c->conf.arg, c->conf.name, -1);
    host_leave(c->host);
}

/* The first failure counts. Takes trace. */
static void fail(struct connector_run *c, char *trace)
{
    bool first = !c->failure_told;

    c->life = LIFE_FAILED;
    c->failure_told = true;
    atomic_store(&c->started, false);
    if (first && c->conf.listener->on_failure && host_enter(c->host)) {
        c->conf.listener->on_failure(c->conf.arg, c->conf.name, -1, trace);
        host_leave(c->host);
    }
    free(trace);
}

/* ---- the plugin ---- */

static int start_plugin(struct connector_run *c, struct tern_error *err)
{
    struct tern_config config = config_ref_config(c->conf.config);

    host_reset(c->host);
    *err = (struct tern_error){.code = TERN_EINTERNAL};
    if (c->cls.start(host_face(c->host), &config, &c->self, err) < 0) {
        log_error("WorkerConnector{id=%s} Error while starting connector: %s", c->conf.name,
                  err->msg); /* peer text, up to the cause */
        return -1;
    }
    c->running = true;
    return 0;
}

static void stop_plugin(struct connector_run *c)
{
    atomic_store(&c->started, false);
    if (!c->running)
        return;
    host_pause(c->host);
    c->cls.stop(c->self);
    c->running = false;
    c->self = NULL;
}

/* ---- changes of state ---- */

static void refuse(struct connector_run *c, enum target_state to)
{
    struct tern_error err;

    (void)tern_fail(&err, TERN_ECONFLICT,
                    "WorkerConnector{id=%s} Cannot transition connector to %s since it has failed",
                    c->conf.name, target_state_name(to)); /* peer text */
    answer_current(c, NULL, 0, &err);
}

static void change_state(struct connector_run *c, enum target_state to)
{
    struct connector_step step = connector_life_step(c->life, to);
    struct tern_error err;

    if (step.refused) {
        refuse(c, to);
        return;
    }
    if (step.stop)
        stop_plugin(c);
    if (step.start && start_plugin(c, &err) < 0) {
        fail(c, trace_text(NULL, &err));
        (void)tern_context(&err, "Failed to transition connector %s to state %s", c->conf.name,
                           target_state_name(to)); /* peer text, up to the cause */
        answer_current(c, NULL, 0, &err);
        return;
    }
    c->life = step.next;
    atomic_store(&c->started, c->life == LIFE_STARTED);
    tell(c, step.tell);
    answer_current(c, NULL, 0, NULL);
}

/* ---- task configs ---- */

static int collect_tasks(struct connector_run *c, int32_t max_tasks, struct connector_tasks *tasks,
                         struct tern_error *err)
{
    struct tern_config config = config_ref_config(c->conf.config);

    if (c->life != LIFE_STARTED)
        return tern_fail(err, TERN_ECONFLICT, "Connector %s is not running", c->conf.name);
    *err = (struct tern_error){.code = TERN_EINTERNAL};
    if (connector_tasks_collect(&c->cls, c->self, max_tasks, tasks, err) < 0) {
        if (err->code != TERN_ERETRIABLE)
            fail(c, trace_text(NULL, err));
        return -1;
    }
    if (connector_check_task_count(c->conf.name, &config, tasks->count, err) < 0) {
        fail(c, trace_text_as(NULL, TOO_MANY_TASKS_EXCEPTION, err));
        return -1;
    }
    return 0;
}

static void answer_tasks(struct connector_run *c, int32_t max_tasks)
{
    CLEANUP(connector_tasks_fini) struct connector_tasks tasks = {0};
    CLEANUP(freep) struct tern_config *views = NULL;
    struct tern_error err;

    if (collect_tasks(c, max_tasks, &tasks, &err) < 0) {
        answer_current(c, NULL, 0, &err);
        return;
    }
    views = connector_tasks_views(&tasks);
    answer_current(c, views, tasks.count, NULL);
}

/* ---- the connector thread ---- */

/* What the thread is to do next. The request itself may be answered by the herder meanwhile. */
struct work {
    enum {
        WORK_END,
        WORK_RAISED,
        WORK_TARGET,
        WORK_TASKS
    } kind;
    enum target_state target;
    int32_t max_tasks;
    struct tern_error raised;
};

static void begin_request(struct connector_run *c, struct connector_request *r, struct work *work)
{
    c->current = r;
    work->kind = r->kind == REQUEST_TASKS ? WORK_TASKS : WORK_TARGET;
    work->target = r->target;
    work->max_tasks = r->max_tasks;
}

static void begin_tasks(struct connector_run *c, struct work *work)
{
    struct connector_request *r = c->tasks;

    c->tasks = r->next;
    if (!c->tasks)
        c->tasks_tail = &c->tasks;
    r->next = NULL;
    begin_request(c, r, work);
}

static void next_work(struct connector_run *c, struct work *work)
{
    gate_lock(&c->gate);
    while (!c->stopping && !c->target && !c->tasks && !c->has_raised)
        gate_wait(&c->gate, FOREVER_MS);
    if (c->stopping) {
        work->kind = WORK_END;
    } else if (c->has_raised) {
        work->kind = WORK_RAISED;
        work->raised = c->raised;
        c->has_raised = false;
    } else if (c->target) {
        begin_request(c, TAKE(c->target), work);
    } else {
        begin_tasks(c, work);
    }
    gate_unlock(&c->gate);
}

/* Takes all that was not answered: the change of state first. Locked. */
static struct connector_request *take_all(struct connector_run *c)
{
    struct connector_request *list = TAKE(c->tasks);

    c->tasks_tail = &c->tasks;
    if (c->target) {
        c->target->next = list;
        list = TAKE(c->target);
    }
    if (c->current) {
        c->current->next = list;
        list = TAKE(c->current);
    }
    return list;
}

static void shut_down(struct connector_run *c)
{
    if (host_enter(c->host)) {
        struct connector_request *left;

        gate_lock(&c->gate);
        left = take_all(c);
        gate_unlock(&c->gate);
        connector_request_answer_shutdown(left, c->conf.name);
        host_leave(c->host);
    }
    stop_plugin(c);
    if (!host_enter(c->host))
        return;
    gate_lock(&c->gate);
    c->shutdown_told = true;
    gate_unlock(&c->gate);
    if (c->conf.listener->on_shutdown)
        c->conf.listener->on_shutdown(c->conf.arg, c->conf.name, -1);
    host_leave(c->host);
    log_info("Completed shutdown for WorkerConnector{id=%s}", c->conf.name); /* peer text */
}

static void run_free(struct connector_run *c)
{
    host_free(c->host);
    gate_fini(&c->gate);
    config_ref_unref(c->conf.config);
    free((char *)c->conf.name);
    free(c);
}

static void do_work(struct connector_run *c)
{
    struct work work;

    for (next_work(c, &work); work.kind != WORK_END; next_work(c, &work)) {
        if (work.kind == WORK_RAISED)
            fail(c, trace_text(NULL, &work.raised));
        else if (work.kind == WORK_TASKS)
            answer_tasks(c, work.max_tasks);
        else
            change_state(c, work.target);
    }
}

static void run(void *arg)
{
    struct connector_run *c = arg;
    bool abandoned;

    host_face(c->host)->adopt_thread(host_face(c->host));
    do_work(c);
    shut_down(c);

    gate_lock(&c->gate);
    c->ended = true;
    abandoned = c->abandoned;
    gate_unlock(&c->gate);
    if (abandoned)
        run_free(c);
}

/* ---- what the plugin may ask for, on any thread ---- */

static void on_reconfigure(void *arg)
{
    struct connector_run *c = arg;

    if (c->conf.reconfigure)
        c->conf.reconfigure(c->conf.arg, c->conf.name);
}

static void on_raise(void *arg, const struct tern_error *err)
{
    struct connector_run *c = arg;

    log_error("WorkerConnector{id=%s} Connector raised an error: %s", c->conf.name,
              err->msg); /* peer text, up to the cause */
    gate_lock(&c->gate);
    if (!c->has_raised)
        c->raised = *err;
    c->has_raised = true;
    gate_wake(&c->gate);
    gate_unlock(&c->gate);
}

/* ---- the herder's side ---- */

static void make_host(struct connector_run *c)
{
    CLEANUP(freep) char *context = xasprintf("[%s|worker] ", c->conf.name);
    const struct host_conf conf = {
        .connector = c->conf.name,
        .task = -1,
        .context = context,
        .offsets = c->conf.offsets,
        .reconfigure = on_reconfigure,
        .fail = on_raise,
        .arg = c,
    };

    c->host = host_new(&conf);
}

struct connector_run *connector_run_start(const struct connector_run_conf *conf,
                                          enum target_state target, connector_done *done,
                                          void *done_arg)
{
    struct connector_run *c = xcalloc(1, sizeof(*c));
    CLEANUP(log_leave) struct log_scope scope;
    CLEANUP(freep) char *thread_name = xasprintf("connector-thread-%s", conf->name);

    c->conf = *conf;
    c->conf.name = xstrdup(conf->name);
    config_ref_ref(conf->config);
    c->cls = conf->plugin->connector;
    c->tasks_tail = &c->tasks;
    c->target = connector_request_target(target, done, done_arg);
    gate_init(&c->gate);
    make_host(c);
    log_enter(&scope, host_context(c->host));
    log_worker(TERN_LOG_INFO, "Creating connector %s of type %s", conf->name,
               c->cls.name); /* peer text */
    log_worker(TERN_LOG_INFO, "Instantiated connector %s with version %s of type class %s",
               conf->name, plugin_version(c->cls.version), c->cls.name); /* peer text */
    thread_start(&c->thread, thread_name, run, c);
    log_worker(TERN_LOG_INFO, "Finished creating connector %s", conf->name); /* peer text */
    return c;
}

void connector_run_transition(struct connector_run *c, enum target_state target,
                              connector_done *done, void *done_arg)
{
    struct connector_request *fresh = connector_request_target(target, done, done_arg);
    struct connector_request *old = NULL;
    bool stopping;

    log_worker(TERN_LOG_INFO, "Setting connector %s state to %s", c->conf.name,
               target_state_name(target)); /* peer text */
    gate_lock(&c->gate);
    stopping = c->stopping;
    if (!stopping) {
        old = c->target;
        c->target = fresh;
        gate_wake(&c->gate);
    }
    gate_unlock(&c->gate);
    if (stopping)
        connector_request_answer_shutdown(fresh, c->conf.name);
    if (old)
        connector_request_answer_preempted(old, target);
}

void connector_run_task_configs(struct connector_run *c, int32_t max_tasks,
                                connector_tasks_done *done, void *done_arg)
{
    struct connector_request *r = connector_request_tasks(max_tasks, done, done_arg);
    bool stopping;

    gate_lock(&c->gate);
    stopping = c->stopping;
    if (!stopping) {
        *c->tasks_tail = r;
        c->tasks_tail = &r->next;
        gate_wake(&c->gate);
    }
    gate_unlock(&c->gate);
    if (stopping)
        connector_request_answer_shutdown(r, c->conf.name);
}

bool connector_run_is_started(const struct connector_run *c)
{
    return atomic_load(&c->started);
}

void connector_run_stop(struct connector_run *c)
{
    CLEANUP(log_leave) struct log_scope scope;

    log_enter(&scope, host_context(c->host));
    log_worker(TERN_LOG_INFO, "Stopping connector %s", c->conf.name);        /* peer text */
    log_info("Scheduled shutdown for WorkerConnector{id=%s}", c->conf.name); /* peer text */
    gate_lock(&c->gate);
    c->stopping = true;
    gate_wake(&c->gate);
    gate_unlock(&c->gate);
    host_stop(c->host);
}

struct leftovers {
    struct connector_request *requests; /* not answered */
    bool untold;                        /* UNASSIGNED is */
};

/* True: the thread still runs, and frees the run when it ends. The run was cancelled. */
static bool abandon(struct connector_run *c, struct leftovers *ret_left)
{
    struct thread thread;
    bool running;

    gate_lock(&c->gate);
    running = !c->ended;
    c->abandoned = running;
    thread = c->thread;
    ret_left->requests = take_all(c);
    ret_left->untold = !c->shutdown_told;
    gate_unlock(&c->gate);
    if (running)
        thread_abandon(&thread);
    return running;
}

void connector_run_await(struct connector_run *c, int64_t deadline_ms)
{
    const struct connector_run_conf conf = c->conf;
    CLEANUP(freep) char *name = xstrdup(c->conf.name);
    CLEANUP(log_leave) struct log_scope scope;
    struct leftovers left;

    log_enter(&scope, host_context(c->host));
    if (thread_join_until(&c->thread, deadline_ms)) {
        run_free(c);
        return;
    }
    log_worker(TERN_LOG_ERROR,
               "Connector '%s' failed to properly shut down, has become unresponsive, and may be "
               "consuming external resources. Correct the configuration for this connector or "
               "remove the connector. After fixing the connector, it may be necessary to restart "
               "this worker to release any consumed resources.", /* peer text */
               name);
    host_cancel(c->host);
    if (!abandon(c, &left)) {
        thread_join(&c->thread);
        run_free(c);
    }
    connector_request_answer_shutdown(left.requests, name);
    if (left.untold && conf.listener->on_shutdown)
        conf.listener->on_shutdown(conf.arg, name, -1);
}
