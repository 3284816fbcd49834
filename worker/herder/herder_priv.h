/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * herder_priv - the herder's state, and what its files do for each other.
 *
 *   herder.c            life, the thread, the tick
 *   herder_boot.c       opening admin, topics and stores; closing them
 *   herder_instances.c  starting and stopping connectors and tasks
 *   herder_rebalance.c  joined, revoked, catching up
 *   herder_updates.c    what the config topic's reader has staged
 *   herder_tasks.c      new task configurations
 *   herder_restart.c    restarts
 *   herder_call.c       a question and its answer
 *   herder_requests.c   what others have written to the config topic
 *   herder_writer.c     the thread that writes it
 *   herder_restart_calls.c  what others ask of the herder's thread
 *   herder_offsets.c    source offsets that users look at and change
 *   herder_fence.c      zombie fencing
 *   herder_fencer.c     the thread that does for source tasks what exactly-once delivery needs
 *   herder_keys.c       the key of requests between workers
 *   herder_status.c     statuses that instances report
 *   herder_views.c      what others look at
 *   herder_validate.c   validation of connectors
 *   herder_stage.c      what the herder is at
 *   herder_metrics.c    metrics of what runs
 */
#include "lib/base/clock.h"
#include "lib/base/inbox.h"
#include "lib/base/ptrmap.h"
#include "lib/base/vec.h"
#include "lib/conf/provider.h"
#include "lib/kafka/admin.h"
#include "worker/herder/herder.h"
#include "worker/herder/restart_plan.h"
#include "worker/herder/worker_config.h"
#include "worker/store/offset_store.h"
#include "worker/task/connector_run.h"
#include "worker/task/exactly_once.h"
#include "worker/task/override_policy.h"
#include "worker/task/source_task.h"

/* Connectors have this long to stop, all together. Spec: connect-distributed.md 11. */
enum {
    CONNECTOR_STOP_MS = 5000,
    STATUS_FLUSH_MS = 2000
};

/* What goes on being wrong is said once more after this time. */
enum {
    SAY_AGAIN_MS = 60000
};

/* What the config topic's reader has seen and the herder has not acted upon. */
struct staged {
    bool rebalance;      /* a connector came or went, or tasks were committed */
    struct work configs; /* connectors only, here and below */
    struct work targets;
    struct work task_configs; /* that took effect */
    struct work commits;      /* of tasks, none of which may have taken effect */
    struct restart_queue restarts;
};

/* A connector that was started here. Herder thread. */
struct running_connector {
    char *name;
    uint64_t incarnation; /* tells answers of an earlier instance apart */
    struct connector_run *run;
    const struct connector_plugin *plugin;
    struct config_ref *raw, *resolved; /* what it was started with */
    bool is_asked;  /* for task configs, and has not answered, or they are not stored yet */
    bool ask_again; /* when that is over */
    struct task_configs published; /* what this instance has had stored, or found stored */
    bool has_published;
    bool is_doubted; /* a commit was read while it was asked */
    struct backoff retry;
    struct backoff contest;  /* for asking again since another worker's tasks came later */
    int64_t say_at_ms;       /* when a failure that goes on is said again; 0: none goes on */
    int64_t failing_from_ms; /* likewise: since when it goes on */
};

struct running_task {
    char *connector;
    int32_t number;
    struct source_task *run;
};

/* A message to the herder thread: base.run gets the herder. */
struct herder_timer {
    int64_t due_ms;
    struct inbox_msg *msg; /* owned */
};

/* The resolved form of the configuration that task configs were made from. */
struct applied_config {
    struct config_ref *raw, *resolved;
};

/* What one of the threads is at, or was. */
struct stage {
    char text[192];
    int64_t began_ms; /* wall time; 0: nothing yet */
    int64_t ended_ms; /* 0: goes on */
};

enum herder_stage_of {
    STAGE_OF_HERDER,
    STAGE_OF_WRITER,
    STAGES
};

struct herder {
    /* immutable after herder_new() */
    char *label, *worker_id, *url;
    char *context; /* of its threads' log lines */
    struct config_ref *worker;
    struct worker_settings settings;
    enum exactly_once exactly_once;
    struct config_memory *memory;
    struct provider_set *providers;
    struct override_policy policy;
    const struct plugin_registry *plugins;
    membership_open *open_membership;
    void *membership_arg;
    const struct herder_peers *peers;
    void *peers_arg;
    const struct herder_hooks *hooks;
    void *arg;
    int64_t give_up_ms;
    struct session_key_policy key_policy; /* strings are the settings' */

    struct thread thread;
    struct inbox inbox; /* messages to the thread */
    struct thread writer;
    struct inbox writes;  /* messages to the writer */
    struct thread fencer; /* only with exactly-once tasks */
    struct inbox fencer_inbox;
    bool cancel; /* atomic (__atomic builtins: the stores read it through a plain pointer) */

    /* set by the thread in herder_boot(), gone at its end */
    struct admin *admin;
    struct config_store *configs;
    struct offset_store *offsets;
    struct status_store *statuses;
    struct membership *membership; /* gate for others than the thread, until herder_free() */
    int32_t generation;            /* atomic: written by the thread, read by listeners */

    struct gate gate;                   /* a leaf */
    struct staged staged;               /* gate */
    const struct cluster_state *config; /* written by the thread under the gate; NULL at first */
    bool is_open;                       /* gate: the stores may be used by others */
    size_t users;                       /* gate: others that are using them */
    struct herder_role role;            /* gate; key is not used */
    struct session_key_state keys;      /* gate */
    bool is_settled;                    /* gate: a member, and what is assigned was started */
    bool claim_is_due;                  /* gate: the worker leads, and has not claimed it yet */
    bool is_awaiting;                   /* gate: the thread awaits the end of instances */
    struct work fencing;                /* gate: connectors with a round under way */
    uint64_t pings, pings_seen;         /* gate: so many were asked, and answered */
    struct stage stages[STAGES];        /* gate */
    char *cluster_id;                   /* gate; NULL: not known yet */
    struct ptrmap versions;             /* gate: instance -> version of its plugin, static */
    VEC(struct source_task *) measured; /* gate: the tasks that run, each with a reference */
    size_t connector_count;             /* gate: connectors that run */

    /* herder thread only */
    struct assignment *assignment; /* NULL before the first join */
    struct work running;
    struct work restarting; /* tasks only: stopped, to be started again if still assigned */
    bool rebalance_resolved;
    bool can_read_configs;
    bool has_ticked;
    bool key_is_written; /* a new session key is on its way */
    int64_t key_due_ms;  /* monotonic: when the leader looks at the session key again */
    int backoff_retries;
    int64_t scheduled_rebalance_ms; /* FOREVER_MS: none */
    struct ptrmap connectors;       /* name -> struct running_connector */
    struct ptrmap tasks;            /* "<connector>-<n>" -> struct running_task */
    struct ptrmap applied;          /* connector -> struct applied_config */
    uint64_t incarnations;
    VEC(struct herder_timer) timers; /* by due time */
};

/* ---- herder.c ---- */

bool herder_is_stopping(const struct herder *h);
/* Waits, but no longer than until the herder is asked to stop; false: it was. */
bool herder_pause(struct herder *h, int64_t timeout_ms);
/* Queues a message and wakes the thread. Takes msg. Thread: any. */
void herder_post(struct herder *h, struct inbox_msg *msg);
/* The same, to be run when due. Thread: herder. */
void herder_post_at(struct herder *h, int64_t due_ms, struct inbox_msg *msg);
void herder_wake(struct herder *h);
/* Takes a reference away from s. */
void herder_set_config(struct herder *h, const struct cluster_state *s);
bool herder_is_leader(const struct herder *h);
/* The Java text of a task's id; the caller frees. */
char *herder_task_id(const char *connector, int32_t task);

/* ---- herder_boot.c ---- */

/* Opens everything, again and again until it succeeds or the herder is stopping (then -1,
 * TERN_ERETRIABLE). */
int herder_boot(struct herder *h, struct tern_error *err) MUST_CHECK;
void herder_close(struct herder *h);

/* ---- herder_instances.c ---- */

void herder_start_connector(struct herder *h, const char *name, connector_done *done, void *arg);
/* False: it could not be, and is FAILED, or is not configured any more. */
bool herder_start_task(struct herder *h, const char *connector, int32_t task);
/* Stops what of work runs here and waits for it, within the budgets. */
void herder_stop_work(struct herder *h, const struct work *work);
struct running_connector *herder_connector(const struct herder *h, const char *name);
struct running_task *herder_task(const struct herder *h, const char *connector, int32_t task);
/* Everything that runs here. ret_work is empty before. */
void herder_running_work(const struct herder *h, struct work *ret_work);
/* The answer to a transition or start: on success, and if that is to run, its tasks are looked at.
 */
connector_done herder_on_transition;
/* The argument of herder_on_transition. */
void *herder_transition_arg(struct herder *h, const char *connector, enum target_state target);

/* ---- herder_rebalance.c ---- */

extern const struct membership_listener herder_membership_listener;
/* False: start the tick over. */
bool herder_resolve_rebalance(struct herder *h);
/* False: could not catch up; the group was left, and some time has passed. */
bool herder_read_configs(struct herder *h);

/* ---- herder_updates.c ---- */

extern const struct config_listener herder_config_listener;
/* True: start the tick over. */
bool herder_apply_updates(struct herder *h);
void staged_fini(struct staged *s);

/* ---- herder_tasks.c ---- */

/* Asks a connector for its task configurations, and stores them if they are new. */
void herder_reconfigure(struct herder *h, const char *connector);
/* connector_run_conf.reconfigure. Thread: any. */
void herder_on_reconfigure(void *arg, const char *connector);
void herder_drop_applied(void *applied);
/*
 * A commit of a connector's tasks was read, or that it has none. What another worker made of it,
 * from what it ran before, may come after this one's: then it is asked again.
 */
void herder_check_published(struct herder *h, const char *connector);

/* ---- herder_requests.c ---- */

/* herder_put_tasks() that nobody waits for. Takes what is in tasks. Thread: any. */
void herder_submit_tasks(struct herder *h, const char *connector, struct task_configs *tasks,
                         herder_done *done, void *arg);

/* ---- herder_restart_calls.c ---- */

void herder_answer_pings(struct herder *h);

/* ---- herder_writer.c ---- */

void herder_writer_start(struct herder *h);
void herder_writer_stop(struct herder *h);
/* The worker has come to lead: the writer claims the right to write before it writes. Thread: any.
 */
void herder_claim_writes(struct herder *h);
/* Takes msg, which the writer runs or drops. Thread: any. */
void herder_post_write(struct herder *h, struct inbox_msg *msg);
/* Thread: herder. */
void herder_set_settled(struct herder *h, bool is_settled);
/* False: not until the deadline, or the herder is stopping. Thread: any but the herder's. */
bool herder_await_settled(struct herder *h, int64_t deadline_ms);

/* ---- herder_fencer.c ---- */

extern const struct exactly_once_hooks herder_exactly_once; /* arg: the herder */
void herder_fencer_start(struct herder *h);
void herder_fencer_stop(struct herder *h);

/* ---- herder_stage.c: Thread: that of the stage ---- */

void herder_stage_begin(struct herder *h, enum herder_stage_of of, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
void herder_stage_end(struct herder *h, enum herder_stage_of of);

/* ---- herder_keys.c ---- */

/* config_listener.session_key_updated. Thread: the log's. */
void herder_on_session_key(struct herder *h);
/* The key that the topic had at the start. */
void herder_adopt_session_key(struct herder *h);
/* Leader of a group that signs: has a new key made when it is time; sets key_due_ms. */
void herder_rotate_session_key(struct herder *h);

/* ---- herder_metrics.c ---- */

/* A task runs, and can be looked at from now on; or not any more: before it is awaited. */
void herder_measure_task(struct herder *h, struct source_task *task);
void herder_unmeasure_task(struct herder *h, const struct source_task *task);
/* So many connectors run. */
void herder_measure_connectors(struct herder *h);

/* ---- herder_views.c: Thread: any ---- */

/* False: the stores are not open (yet, or any more). Else herder_leave() must follow. */
bool herder_enter(struct herder *h) MUST_CHECK;
void herder_leave(struct herder *h);
/* As of the last join. *ret_url: of who leads, if that is another; to be freed, may be NULL. */
bool herder_leads(struct herder *h, char **ret_url);
/* Whether a rebalance is due that the herder has not asked for yet. */
bool herder_rebalance_is_due(struct herder *h);
/*
 * The state that the herder's thread works with, once it does; it need not be asked for that, so
 * what holds it up holds up nobody here. The caller unrefs *ret_state. Errors: TERN_ETIMEOUT, ...
 */
int herder_working_state(struct herder *h, struct herder_ask *ask,
                         const struct cluster_state **ret_state, struct tern_error *err) MUST_CHECK;
/* "source", or "unknown". */
const char *herder_connector_type(struct herder *h, const struct config_ref *config);

/* ---- herder_restart.c ---- */

void herder_run_restarts(struct herder *h);

/* ---- herder_status.c ---- */

extern const struct run_listener herder_run_listener;
/* Remembers the plugin's version of an instance, for its statuses. */
void herder_set_version(struct herder *h, const char *connector, int32_t task, const char *version);
void herder_put_status(struct herder *h, const char *connector, int32_t task, enum run_state state,
                       const char *trace, bool safe);
/* FAILED, safe, with err as the trace; logs it. class_name: of the exception, NULL: that of err's
 * code. */
void herder_put_failure(struct herder *h, const char *connector, int32_t task,
                        const char *class_name, const struct tern_error *err);
/* source_task_conf.may_work. Thread: any, while a task that is not cut off runs. */
bool herder_may_work(void *arg);
/* What connectors use, for status topics. source_task_conf.topic_used. */
void herder_on_topic_used(void *arg, const char *topic, const char *connector, int32_t task);
/* Leader: deletes statuses of what is configured no more. */
void herder_clean_statuses(struct herder *h);
