/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * source_task - one source task instance on its own thread: poll, convert, send, acknowledge,
 * commit offsets. Everything of a task, acknowledgements and offset commits included, runs on
 * its one thread: there is no lock on a record's way. Payloads are not copied: a batch stays
 * with the task until the last of its records is acknowledged.
 * Peer: org.apache.kafka.connect.runtime.WorkerSourceTask. Spec: connect-runtime.md 1.4-1.7, 2.
 *
 * Invariant: an offset is committed only after the broker acknowledged its record and every
 * record of the same source partition before it; with exactly-once delivery, together with them.
 */
#include "lib/conf/config_ref.h"
#include "worker/plugin/plugin_registry.h"
#include "worker/store/cluster_state.h"
#include "worker/store/offset_store.h"
#include "worker/task/exactly_once.h"
#include "worker/task/run_listener.h"
#include "worker/task/send_stage.h"

struct source_task;

struct source_task_conf {
    const char *connector;
    int32_t task;
    const struct connector_plugin *plugin;
    struct config_ref *config;           /* the task's, resolved; a reference is taken */
    struct config_ref *connector_config; /* resolved; converters, overrides; a reference is taken */
    struct config_ref *worker_config;    /* a reference is taken */
    struct offset_store *offsets;
    const struct run_listener *listener;
    void *arg;
    /* First acknowledged record to a topic (topic.tracking.enable); may be NULL. Task thread. */
    void (*topic_used)(void *arg, const char *topic, const char *connector, int32_t task);
    /*
     * Whether nobody else can have been given the task: while not, it neither polls nor sends nor
     * commits. NULL: always. Task thread.
     */
    bool (*may_work)(void *arg);
    send_stage_open_fn *open_stage; /* NULL: Kafka's producer */

    /* NULL: each record at least once; else exactly once, by transactions. Static; takes arg. */
    const struct exactly_once_hooks *exactly_once;
    const char *group;         /* of the worker */
    const char *offsets_topic; /* where offsets go */
    int32_t generation;        /* of the task configurations */
};

/*
 * Starts the thread: client and converters are made there, a failure ends as FAILED status.
 * target PAUSED: the plugin is started when resumed. Logs "Creating task <id>". Thread: herder.
 */
struct source_task *source_task_start(const struct source_task_conf *conf,
                                      enum target_state target);
/* Pause or resume; STOPPED means stop. Thread: herder. */
void source_task_transition(struct source_task *t, enum target_state target);
/*
 * Asks for the end; logs "Stopping task <id>". All tasks of a batch are asked first, then
 * awaited. Thread: herder.
 */
void source_task_stop(struct source_task *t);
/*
 * Waits until deadline_ms; then the task is cancelled ("Graceful stop of task <id> failed."), says
 * nothing more, and is abandoned: when its plugin returns after all, its thread cleans up. It
 * uses neither listener nor offset store after this call. t is gone. Thread: herder.
 */
void source_task_await(struct source_task *t, int64_t deadline_ms);

/*
 * For those who look at a task that may end at any time: it lasts until the last of them has let
 * go; only source_task_metrics() may be called in between. Thread: any, herder for the first.
 */
struct source_task *source_task_ref(struct source_task *t);
void source_task_unref(struct source_task *t);
/*
 * Emits the metrics of the plugin's instance, while there is one, on the calling thread; the
 * instance does not end before this has returned.
 */
void source_task_metrics(struct source_task *t, tern_metric_emit *emit, void *arg);
