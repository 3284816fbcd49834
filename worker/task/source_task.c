/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/source_task.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/base/xmem.h"
#include "worker/task/source_task_priv.h"
#include "worker/task/trace.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.WorkerSourceTask");

LOG_DOMAIN_AS(worker_domain, "org.apache.kafka.connect.runtime.Worker");

#define log_worker(level, ...)                                         \
    do {                                                               \
        if (log_enabled(&worker_domain, (level)))                      \
            log_write(&worker_domain, (level), __LINE__, __VA_ARGS__); \
    } while (0)

enum {
    RESTART_MIN_MS = 250, /* before a task that has lost a transaction begins anew */
    RESTART_MAX_MS = 10000,
    TXN_BYTES_MAX = 64 << 20, /* of records in one transaction: their batches stay in memory */
    BATCH_BYTES = 1048576,    /* the producer's batches, unless the user says otherwise */
    BATCH_SHRINK = 16,
};

/* ---- what the two threads share ---- */

bool source_task_stopping(struct source_task *t)
{
    bool stopping;

    gate_lock(&t->gate);
    stopping = t->stopping;
    gate_unlock(&t->gate);
    return stopping;
}

bool source_task_pausing(struct source_task *t)
{
    bool pausing;

    gate_lock(&t->gate);
    pausing = t->target == TARGET_PAUSED;
    gate_unlock(&t->gate);
    return pausing;
}

void source_task_wait(struct source_task *t, int64_t timeout_ms)
{
    int64_t deadline_ms = clock_deadline_ms(timeout_ms);

    gate_lock(&t->gate);
    while (!t->poked && clock_left_ms(deadline_ms, 1) > 0)
        gate_wait(&t->gate, deadline_ms);
    t->poked = false;
    gate_unlock(&t->gate);
}

void source_task_tell(struct source_task *t,
                      void (*what)(void *arg, const char *connector, int32_t task))
{
    if (!what || !host_enter(t->host))
        return;
    what(t->conf.arg, t->conf.connector, t->conf.task);
    host_leave(t->host);
}

void source_task_fail(struct source_task *t, char *trace)
{
    if (t->trace)
        free(trace);
    else
        t->trace = trace;
}

/* Lets other threads call plugin and send stage from now on, or not any more. */
static void set_pinnable(struct source_task *t, bool pinnable)
{
    gate_lock(&t->gate);
    t->pinnable = pinnable;
    while (!pinnable && t->pins)
        gate_wait(&t->gate, FOREVER_MS);
    gate_unlock(&t->gate);
}

/* True: plugin and send stage stay until unpin(). */
static bool pin(struct source_task *t)
{
    bool pinned;

    gate_lock(&t->gate);
    pinned = t->pinnable;
    t->pins += pinned;
    gate_unlock(&t->gate);
    return pinned;
}

static void unpin(struct source_task *t)
{
    gate_lock(&t->gate);
    t->pins--;
    gate_wake(&t->gate);
    gate_unlock(&t->gate);
}

/* Makes the task thread look up soon, whatever it waits in. */
static void nudge(struct source_task *t)
{
    gate_lock(&t->gate);
    t->poked = true;
    gate_wake(&t->gate);
    gate_unlock(&t->gate);
    source_eos_wake(t);
    if (!pin(t))
        return;
    if (t->cls.interrupt)
        t->cls.interrupt(t->self);
    source_records_wake(t->records);
    unpin(t);
}

void source_task_metrics(struct source_task *t, tern_metric_emit *emit, void *arg)
{
    if (!t->cls.metrics || !pin(t))
        return;
    t->cls.metrics(t->self, emit, arg);
    unpin(t);
}

/* ---- the task thread ---- */

static void open_offsets(struct source_task *t)
{
    const struct source_offsets_conf conf = {
        .id = t->id,
        .connector = t->conf.connector,
        .task = t->conf.task,
        .cls = &t->cls,
        .host = t->host,
        .store = t->conf.offsets,
        .pending = t->pending,
        .interval_ms = t->settings.flush_interval_ms,
        .timeout_ms = t->settings.flush_timeout_ms,
        .early_ms = t->settings.flush_early_ms,
    };

    t->offsets = source_offsets_new(&conf);
}

static bool is_exactly_once(const struct source_task *t)
{
    return t->conf.exactly_once != NULL;
}

static void init_boundary(struct source_task *t)
{
    t->boundary = (struct txn_boundary){
        .kind = t->settings.txn_kind,
        .interval_ms = t->settings.txn_interval_ms,
        .age_max_ms = t->settings.txn_timeout_ms / 2,
        .bytes_max = TXN_BYTES_MAX,
        .merges = t->settings.txn_merges,
    };
}

static int open_parts(struct source_task *t, struct tern_error *err)
{
    struct source_records_conf conf = {
        .id = t->id,
        .connector = t->conf.connector,
        .task = t->conf.task,
        .cls = &t->cls,
        .host = t->host,
        .pending = t->pending,
        .settings = &t->settings,
        .connector_config = config_ref_config(t->conf.connector_config),
        .worker_config = config_ref_config(t->conf.worker_config),
        .open_stage = t->conf.open_stage   ? t->conf.open_stage
                      : is_exactly_once(t) ? send_stage_open_transactional
                                           : send_stage_open_kafka,
        .topic_used = t->conf.topic_used,
        .arg = t->conf.arg,
    };

    if (task_settings_read(&conf.worker_config, &conf.connector_config, is_exactly_once(t),
                           &t->settings, err) < 0)
        return -1;
    if (is_exactly_once(t)) {
        init_boundary(t);
        conf.txn_group = t->conf.group;
        conf.offsets_topic = t->conf.offsets_topic;
        conf.boundary = &t->boundary;
        conf.batch_bytes = t->batch_bytes;
    }
    return source_records_open(&conf, &t->records, err);
}

static bool open_task(struct source_task *t)
{
    struct tern_error err;

    if (open_parts(t, &err) < 0) {
        source_task_fail(t, trace_text(NULL, &err));
        return false;
    }
    return true;
}

/* False: the task was stopped while it was paused. */
static bool await_unpaused(struct source_task *t)
{
    if (source_task_pausing(t) && !source_task_stopping(t))
        source_task_tell(t, t->conf.listener->on_pause);
    while (source_task_pausing(t) && !source_task_stopping(t))
        source_task_wait(t, FOREVER_MS);
    return !source_task_stopping(t);
}

static bool start_plugin(struct source_task *t)
{
    struct tern_config config = config_ref_config(t->conf.config);
    struct tern_error err = {.code = TERN_EINTERNAL};

    if (t->cls.start(host_face(t->host), &config, &t->self, &err) < 0) {
        t->self = NULL;
        source_task_fail(t, trace_text(NULL, &err));
        return false;
    }
    source_records_start(t->records, t->self);
    if (!is_exactly_once(t)) {
        open_offsets(t);
        source_offsets_start(t->offsets, t->self);
    }
    set_pinnable(t, true);
    log_info("WorkerSourceTask{id=%s} Source task finished initialization and start",
             t->id); /* peer text */
    source_task_tell(t, t->conf.listener->on_startup);
    return true;
}

/*
 * Time for the last acknowledgements and the last commit. A task that was asked to stop ends
 * before the worker loses patience.
 */
int64_t source_task_farewell_ms(struct source_task *t)
{
    int64_t patience_ms = t->settings.shutdown_timeout_ms / 10 * 9;

    if (source_task_stopping(t) && patience_ms < t->settings.flush_timeout_ms)
        return patience_ms;
    return t->settings.flush_timeout_ms;
}

/* A failed task does not commit. */
static void finish_transaction(struct source_task *t)
{
    const char *failure = source_records_failure(t->records);

    if (!t->trace && !failure && !source_eos_commit(t))
        failure = source_records_failure(t->records);
    if (!t->trace && failure)
        source_task_fail(t, xstrdup(failure));
}

static void finish(struct source_task *t)
{
    int64_t budget_ms = source_task_farewell_ms(t), deadline_ms = clock_deadline_ms(budget_ms);

    if (host_cancelled(t->host))
        return;
    if (is_exactly_once(t)) {
        finish_transaction(t);
        return;
    }
    if (!source_records_flush(t->records, clock_deadline_ms(budget_ms / 4 * 3))) {
        log_warn("WorkerSourceTask{id=%s} %zu records were not acknowledged in time; the next "
                 "instance of the task sends them again",
                 t->id, source_records_unacked(t->records));
    }
    if (source_task_may_work(t)) {
        source_offsets_finish(t->offsets, deadline_ms);
    } else { /* others may have committed offsets behind ours */
        log_warn("WorkerSourceTask{id=%s} does not commit the offsets of its last records: the "
                 "group has not heard of this worker for so long that another may run the task. "
                 "What was not committed before is sent again",
                 t->id);
    }
}

/* Spec 2.7, but for the producer, which must let go of the batches before the plugin ends. */
static void close_task(struct source_task *t)
{
    if (t->self) {
        set_pinnable(t, false);
        source_records_close(t->records);
        t->cls.stop(t->self);
    }
    source_offsets_free(t->offsets);
    source_records_free(t->records);
    t->self = NULL;
    t->offsets = NULL;
    t->records = NULL;
}

/* The first line of the trace, and that of its cause, for the log. */
static char *summary_of(const char *trace)
{
    size_t first = strcspn(trace, "\n");
    const char *cause = strstr(trace, "\nCaused by: ");

    if (!cause)
        return xstrndup(trace, first);
    cause++;
    return xasprintf("%.*s; %.*s", (int)first, trace, (int)strcspn(cause, "\n"), cause);
}

static void tell_outcome(struct source_task *t)
{
    CLEANUP(freep) char *summary = t->trace ? summary_of(t->trace) : NULL;

    if (!t->trace) {
        source_task_tell(t, t->conf.listener->on_shutdown);
    } else if (host_cancelled(t->host)) {
        log_warn("WorkerSourceTask{id=%s} After being scheduled for shutdown, the orphan task "
                 "threw an uncaught exception. A newer instance of this task might be already "
                 "running: %s",
                 t->id, summary); /* peer text, up to the cause */
    } else if (source_task_stopping(t)) {
        log_warn("WorkerSourceTask{id=%s} After being scheduled for shutdown, task threw an "
                 "uncaught exception: %s",
                 t->id, summary); /* peer text, up to the cause */
        source_task_tell(t, t->conf.listener->on_shutdown);
    } else {
        log_error("WorkerSourceTask{id=%s} Task threw an uncaught and unrecoverable exception. "
                  "Task is being killed and will not recover until manually restarted: %s",
                  t->id, summary); /* peer text, up to the cause */
        if (t->conf.listener->on_failure && host_enter(t->host)) {
            t->conf.listener->on_failure(t->conf.arg, t->conf.connector, t->conf.task, t->trace);
            host_leave(t->host);
        }
    }
}

static void task_free(struct source_task *t)
{
    host_free(t->host);
    pending_offsets_free(t->pending);
    free((char *)t->conf.group);
    free((char *)t->conf.offsets_topic);
    gate_fini(&t->gate);
    config_ref_unref(t->conf.config);
    config_ref_unref(t->conf.connector_config);
    config_ref_unref(t->conf.worker_config);
    free((char *)t->conf.connector);
    free(t->trace);
    free(t->id);
    free(t);
}

struct source_task *source_task_ref(struct source_task *t)
{
    atomic_fetch_add(&t->refs, 1);
    return t;
}

void source_task_unref(struct source_task *t)
{
    if (atomic_fetch_sub(&t->refs, 1) == 1)
        task_free(t);
}

/* From the first part that is opened to the last that is closed. */
static void live(struct source_task *t)
{
    t->loss = SOURCE_RECORDS_NOT_LOST;
    if (!source_task_stopping(t) && open_task(t) && await_unpaused(t) &&
        (!is_exactly_once(t) || source_eos_prepare(t)) && start_plugin(t)) {
        source_loop(t);
        finish(t);
    }
    if (t->records)
        t->loss = source_records_loss(t->records);
    close_task(t);
}

/* A topic may take less than the producer's batches: then they are made smaller, down to one
 * record. */
static void shrink_batches(struct source_task *t)
{
    int64_t bytes = (t->batch_bytes ? t->batch_bytes : BATCH_BYTES) / BATCH_SHRINK;

    t->batch_bytes = bytes > 0 ? bytes : 1;
    log_warn("ExactlyOnceWorkerSourceTask{id=%s} goes on with batches of at most %" PRId64 " bytes",
             t->id, t->batch_bytes);
}

/*
 * A transaction that was lost since the target was out of reach for too long is no reason to end:
 * the task begins anew, with all that a new instance makes sure of. In Java it is FAILED.
 */
static bool begins_again(struct source_task *t)
{
    const struct tern_host *host = host_face(t->host);
    CLEANUP(freep) char *summary = NULL;

    if (!t->trace || t->loss == SOURCE_RECORDS_NOT_LOST || source_task_stopping(t))
        return false;
    summary = summary_of(t->trace);
    log_warn("ExactlyOnceWorkerSourceTask{id=%s} has lost a transaction, none of which is visible, "
             "and begins anew: %s",
             t->id, summary);
    if (host->wait(host, backoff_next_ms(&t->restart)))
        return false;
    free(TAKE(t->trace));
    if (t->loss == SOURCE_RECORDS_TOO_LARGE)
        shrink_batches(t);
    host_reset(t->host);
    pending_offsets_clear(t->pending);
    return true;
}

static void run(void *arg)
{
    struct source_task *t = arg;
    bool abandoned;

    host_face(t->host)->adopt_thread(host_face(t->host));
    do
        live(t);
    while (begins_again(t));
    tell_outcome(t);

    gate_lock(&t->gate);
    t->ended = true;
    abandoned = t->abandoned;
    gate_unlock(&t->gate);
    if (abandoned)
        source_task_unref(t);
}

/* ---- the herder's side ---- */

static void make_host(struct source_task *t)
{
    CLEANUP(freep)
    char *context = xasprintf("[%s|task-%" PRId32 "] ", t->conf.connector, t->conf.task);
    const struct host_conf conf = {
        .connector = t->conf.connector,
        .task = t->conf.task,
        .context = context,
        .offsets = t->conf.offsets,
        .pending = t->pending,
    };

    t->host = host_new(&conf);
}

struct source_task *source_task_start(const struct source_task_conf *conf, enum target_state target)
{
    struct source_task *t = xcalloc(1, sizeof(*t));
    CLEANUP(log_leave) struct log_scope scope;
    CLEANUP(freep)
    char *thread_name = xasprintf("task-thread-%s-%" PRId32, conf->connector, conf->task);

    t->conf = *conf;
    t->conf.connector = xstrdup(conf->connector);
    t->conf.group = conf->exactly_once ? xstrdup(conf->group) : NULL;
    t->conf.offsets_topic = conf->exactly_once ? xstrdup(conf->offsets_topic) : NULL;
    t->restart = (struct backoff){.min_ms = RESTART_MIN_MS, .max_ms = RESTART_MAX_MS};
    config_ref_ref(conf->config);
    config_ref_ref(conf->connector_config);
    config_ref_ref(conf->worker_config);
    t->id = xasprintf("%s-%" PRId32, conf->connector, conf->task);
    t->cls = conf->plugin->source_task;
    t->target = target;
    t->stopping = target == TARGET_STOPPED;
    t->pending = pending_offsets_new();
    atomic_init(&t->refs, 1);
    gate_init(&t->gate);
    make_host(t);
    log_enter(&scope, host_context(t->host));
    log_worker(TERN_LOG_INFO, "Creating task %s", t->id); /* peer text */
    log_worker(TERN_LOG_INFO, "Instantiated task %s with version %s of type %s", t->id,
               plugin_version(t->cls.version), t->cls.name); /* peer text */
    thread_start(&t->thread, thread_name, run, t);
    return t;
}

void source_task_transition(struct source_task *t, enum target_state target)
{
    if (target == TARGET_STOPPED) {
        source_task_stop(t);
        return;
    }
    gate_lock(&t->gate);
    t->target = target;
    gate_unlock(&t->gate);
    nudge(t);
}

void source_task_stop(struct source_task *t)
{
    CLEANUP(log_leave) struct log_scope scope;

    log_enter(&scope, host_context(t->host));
    log_worker(TERN_LOG_INFO, "Stopping task %s", t->id); /* peer text */
    gate_lock(&t->gate);
    t->stopping = true;
    gate_unlock(&t->gate);
    host_stop(t->host);
    nudge(t);
}

/* True: the thread still runs, and frees the task when it ends. */
static bool abandon(struct source_task *t)
{
    struct thread thread;
    bool running;

    gate_lock(&t->gate);
    running = !t->ended;
    t->abandoned = running;
    thread = t->thread;
    gate_unlock(&t->gate);
    if (running)
        thread_abandon(&thread);
    return running;
}

void source_task_await(struct source_task *t, int64_t deadline_ms)
{
    CLEANUP(log_leave) struct log_scope scope;

    log_enter(&scope, host_context(t->host));
    if (!thread_join_until(&t->thread, deadline_ms)) {
        log_worker(TERN_LOG_ERROR, "Graceful stop of task %s failed.", t->id); /* peer text */
        host_cancel(t->host);
        if (abandon(t))
            return;
        thread_join(&t->thread);
    }
    source_task_unref(t);
}
