/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * herder - decides what runs in this worker: starts, stops and restarts connectors and tasks as
 * the config topic and the group say, and answers for them.
 *
 * One herder is one member of one Connect cluster. It has one thread, which owns its state;
 * everybody else asks (the blocking calls below, each with a deadline) or looks at immutable
 * snapshots. The thread is never held up by a plugin: connectors and tasks run on their own
 * threads, and what they answer comes back as a message.
 *
 * Peers: org.apache.kafka.connect.runtime.distributed.DistributedHerder, AbstractHerder.
 * Differences: a cluster that cannot be reached is tried again for ever, instead of ending the
 * process; stores are opened at once, not one after the other.
 * Spec: connect-distributed.md 1.3, 1.4, 10, 11.
 */
#include "lib/conf/config_ref.h"
#include "worker/group/membership.h"
#include "worker/herder/task_configs.h"
#include "worker/plugin/plugin_registry.h"
#include "worker/store/cluster_state.h"
#include "worker/store/config_store.h"
#include "worker/store/session_key.h"
#include "worker/store/status_store.h"

#include <stdbool.h>
#include <stdint.h>

struct config_infos;
struct herder;

/* What the owner of a herder is told. Thread: herder; must not block. */
struct herder_hooks {
    /* After a rebalance, when what is assigned runs and configs are up to date. */
    void (*rebalanced)(void *arg, struct herder *h, bool is_leader);
    /* The last thing that the thread does. err is NULL after herder_stop(). */
    void (*ended)(void *arg, const struct tern_error *err);
};

/* ---- other workers ---- */

/*
 * What became of a request to another worker; err NULL on success. status: of its HTTP answer, 0
 * when there was none. Thread: any but the herder's; must not block.
 */
typedef void herder_peer_done(void *arg, int status, const struct tern_error *err);

/* How a request is signed. */
struct herder_signature {
    const struct session_key *key;
    const char *algorithm; /* of the MAC, e.g. "HmacSHA256": session_key_mac() */
};

/*
 * Requests to the leader, which a herder makes without knowing HTTP. They return at once and are
 * answered once, by done, before the herder is freed: who owns both ends the peers between
 * herder_join() and herder_free(). Arguments are borrowed for the call. sign NULL: not signed.
 */
struct herder_peers {
    /* POST connectors/<connector>/tasks with body, a JSON array of objects. */
    void (*post_tasks)(void *arg, const char *leader_url, const char *connector, const char *body,
                       size_t len, const struct herder_signature *sign, herder_peer_done *done,
                       void *done_arg);
    /* PUT connectors/<connector>/fence, without a body. */
    void (*put_fence)(void *arg, const char *leader_url, const char *connector,
                      const struct herder_signature *sign, herder_peer_done *done, void *done_arg);
};

struct herder_conf {
    const char *label;         /* names the thread, e.g. "us-east->us-west" */
    const char *log_context;   /* of its log lines; NULL: the label, in brackets */
    const char *worker_id;     /* as statuses show it */
    const char *url;           /* for other workers, or "NOTUSED" */
    struct config_ref *worker; /* the worker's configuration, resolved; a reference is taken */
    const struct plugin_registry *plugins; /* borrowed */
    membership_open *open_membership;
    void *membership_arg;
    const struct herder_peers *peers; /* static; NULL: other workers cannot be reached */
    void *peers_arg;
    const struct herder_hooks *hooks; /* static */
    void *arg;
    /* How long the internal topics are tried for on a cluster that can be reached; 0: for ever. */
    int64_t give_up_ms;
};

/* ---- life ---- */

/* Checks the worker's configuration. Copies what it keeps of conf. Errors: TERN_EINVALID. */
int herder_new(const struct herder_conf *conf, struct herder **ret_herder,
               struct tern_error *err) MUST_CHECK;
/* Starts the thread, which opens everything else, and returns at once. */
void herder_start(struct herder *h);
/* Asks for the end: connectors and tasks are stopped, offsets and statuses flushed. Thread: any. */
void herder_stop(struct herder *h);
/* The longest that an orderly end takes. */
int64_t herder_stop_timeout_ms(const struct herder *h);
/* False: the thread still runs at the deadline, and h must not be freed. */
bool herder_join(struct herder *h, int64_t deadline_ms) MUST_CHECK;
/* Once joined, or never started. NULL is a no-op. */
void herder_free(struct herder *h);

/* ---- asking: blocks until answered; Thread: any but the herder's and those of plugins ---- */

/* How a question is put, and, when it fails, whether another worker can answer it. */
struct herder_ask {
    int64_t deadline_ms;
    bool is_elsewhere; /* out: this worker is not the one */
    char *url;         /* out, to be freed: the one that is; NULL: not known at the moment */
};

/*
 * All of these: a question that times out may be carried out all the same, later. Errors: those
 * named; TERN_ETIMEOUT, which names what the herder is at; TERN_EINTERNAL. With
 * ask->is_elsewhere the code is TERN_ECONFLICT. Texts are the peer's.
 * Spec: connect-rest.md 3, 4, 5.
 */

/* What GET /connectors/X shows. */
struct herder_connector_info {
    char *name;
    struct config_ref *config; /* as it is stored, variables unresolved */
    int32_t task_count;        /* tasks 0 .. task_count - 1 */
    const char *type;          /* "source", or "unknown"; static */
};
void herder_connector_info_fini(struct herder_connector_info *info);

/*
 * What the herder goes by, which may be behind the config topic. Errors: TERN_ENOTFOUND;
 * TERN_EINTERNAL while a rebalance is due.
 */
int herder_connector_info(struct herder *h, const char *name, struct herder_ask *ask,
                          struct herder_connector_info *ret_info,
                          struct tern_error *err) MUST_CHECK;
/* Task configurations, likewise; the caller ends them with task_configs_fini(). */
int herder_task_configs(struct herder *h, const char *name, struct herder_ask *ask,
                        struct task_configs *ret_configs, struct tern_error *err) MUST_CHECK;

struct herder_put {
    const char *name;
    const struct tern_config *config; /* was checked before (connector_validate.h) */
    const enum target_state *target;  /* how it starts; NULL: running, or unchanged */
    bool may_replace;                 /* false: it must not exist */
    struct config_ref *expected;      /* NULL, or what must still be stored */
};

/*
 * Creates a connector or replaces its configuration. Only the leader. ret_info and ret_created may
 * be NULL. Errors: TERN_ECONFLICT: it exists; TERN_ERETRIABLE: something else than expected is
 * stored.
 */
int herder_put_connector(struct herder *h, const struct herder_put *put, struct herder_ask *ask,
                         struct herder_connector_info *ret_info, bool *ret_created,
                         struct tern_error *err) MUST_CHECK;
/*
 * For PATCH: the configuration as it is stored, to be changed, checked, and put with it as
 * expected; the caller unrefs. Only the leader. Errors: TERN_ENOTFOUND.
 */
int herder_stored_config(struct herder *h, const char *name, struct herder_ask *ask,
                         struct config_ref **ret_config, struct tern_error *err) MUST_CHECK;
/* Only the leader. Errors: TERN_ENOTFOUND. */
int herder_delete_connector(struct herder *h, const char *name, struct herder_ask *ask,
                            struct tern_error *err) MUST_CHECK;
/* Pauses or resumes; stops, which only the leader does. Errors: TERN_ENOTFOUND. */
int herder_set_target(struct herder *h, const char *name, enum target_state target,
                      struct herder_ask *ask, struct tern_error *err) MUST_CHECK;
/*
 * Answered when the connector runs again, or has failed to. Only the worker that runs it. Errors:
 * TERN_ENOTFOUND; TERN_ECONFLICT while a rebalance is due.
 */
int herder_restart_connector(struct herder *h, const char *name, struct herder_ask *ask,
                             struct tern_error *err) MUST_CHECK;
int herder_restart_task(struct herder *h, const char *connector, int32_t task,
                        struct herder_ask *ask, struct tern_error *err) MUST_CHECK;

struct herder_task_status {
    int32_t task;
    struct status status;
};

struct herder_connector_status {
    struct status connector;
    const char *type;                 /* as in herder_connector_info */
    struct herder_task_status *tasks; /* in order of number */
    size_t task_count;
};
void herder_connector_status_fini(struct herder_connector_status *status);

/*
 * Puts a restart request into the config topic, for all workers; the status shows RESTARTING
 * where it will take effect. Only the leader. Errors: TERN_ENOTFOUND; TERN_ECONFLICT while a
 * rebalance is due.
 */
int herder_request_restart(struct herder *h, const struct restart_request *request,
                           struct herder_ask *ask, struct herder_connector_status *ret_status,
                           struct tern_error *err) MUST_CHECK;
/*
 * New task configurations from the worker that runs the connector. Only the leader. Errors:
 * TERN_ENOTFOUND; TERN_EINVALID for tasks of a stopped connector.
 */
int herder_put_tasks(struct herder *h, const char *connector, const struct tern_config *tasks,
                     size_t count, struct herder_ask *ask, struct tern_error *err) MUST_CHECK;
/* Zombie fencing. Only the leader. Errors: TERN_ENOTFOUND, TERN_EINVALID, TERN_ECONFLICT. */
int herder_fence(struct herder *h, const char *connector, struct herder_ask *ask,
                 struct tern_error *err) MUST_CHECK;

/* One source offset, as texts of JSON objects. */
struct herder_offset {
    char *partition;
    char *offset;
};

struct herder_offsets {
    struct herder_offset *at;
    size_t count;
};
void herder_offsets_fini(struct herder_offsets *offsets);

/* What is stored of a connector. Errors: TERN_ENOTFOUND. */
int herder_offsets(struct herder *h, const char *name, struct herder_ask *ask,
                   struct herder_offsets *ret_offsets, struct tern_error *err) MUST_CHECK;
/*
 * Stores other offsets for a stopped connector, after its class has seen them; *ret_message is
 * what the user is told, static. Only the leader. Errors: TERN_ENOTFOUND; TERN_EINVALID: it is
 * not stopped; TERN_ECONFLICT while a rebalance is due; the class's.
 */
int herder_alter_offsets(struct herder *h, const char *name,
                         const struct tern_offset_change *changes, size_t count,
                         struct herder_ask *ask, const char **ret_message,
                         struct tern_error *err) MUST_CHECK;
/* Removes all, likewise. */
int herder_reset_offsets(struct herder *h, const char *name, struct herder_ask *ask,
                         const char **ret_message, struct tern_error *err) MUST_CHECK;

/* Whether the herder goes round: answered by its thread, or while that waits for what ends soon. */
int herder_ping(struct herder *h, struct herder_ask *ask, struct tern_error *err) MUST_CHECK;
/* A level for all workers. */
int herder_put_logger(struct herder *h, const char *logger, const char *level,
                      struct tern_error *err) MUST_CHECK;

/* The outcome of a request that nobody waits for; err NULL on success. Thread: the herder's own. */
typedef void herder_done(void *arg, const struct tern_error *err);

/* herder_put_connector() for those on the herder's thread: done (may be NULL) is called later.
 * Thread: any. */
void herder_submit_connector(struct herder *h, const char *name, const struct tern_config *config,
                             herder_done *done, void *arg);

/* ---- looking: never blocks on the herder; Thread: any ---- */

/* The config topic's state now, the caller unrefs; NULL before the herder has started. */
const struct cluster_state *herder_snapshot(struct herder *h);
/* What GET /connectors?expand=info shows of a connector of a snapshot. */
void herder_info_of(struct herder *h, const struct connector_state *connector,
                    struct herder_connector_info *ret_info);
/*
 * Everything that is to be said of a connector's configuration, variables unresolved
 * (connector_validate.h says what fails). Asks the connector's class, which may take long. On
 * failure *ret_failure is the whole message, to be freed. Thread: any but the herder's.
 */
int herder_validate(struct herder *h, const struct tern_config *raw,
                    struct config_infos **ret_infos, char **ret_failure,
                    struct tern_error *err) MUST_CHECK;
/* Puts values for the variables of a configuration. */
int herder_resolve(struct herder *h, const struct tern_config *raw, struct strmap *out,
                   struct tern_error *err) MUST_CHECK;

/*
 * Checks a configuration as a user gives it, with the connector's class, which may block: not for
 * the herder's thread. *ret_refusal: NULL, or all that is wrong with it, to be freed. What is odd
 * and no fault, such as keys that nobody reads, is logged at WARN. Errors:
 * TERN_EINTERNAL: what ends a validation, such as a variable that cannot be resolved.
 */
int herder_check_config(struct herder *h, const struct tern_config *raw, char **ret_refusal,
                        struct tern_error *err) MUST_CHECK;

/* Errors: TERN_ENOTFOUND. The caller releases ret_status. */
int herder_connector_status(struct herder *h, const char *name,
                            struct herder_connector_status *ret_status,
                            struct tern_error *err) MUST_CHECK;
/* The caller releases with status_fini(). Errors: TERN_ENOTFOUND. */
int herder_task_status(struct herder *h, const char *connector, int32_t task,
                       struct status *ret_status, struct tern_error *err) MUST_CHECK;

/*
 * Emits the worker's own metrics of what it runs (connect-worker-metrics: connector-count,
 * task-count), and those of every running task's plugin, as they are now. emit is called on the
 * calling thread, with no lock held; it must not block: a task does not end while its metrics are
 * emitted. Names, tags and kinds: tern/plugin.h. Several herders of a process have the same series
 * of the first kind: who serves both tells them apart.
 */
void herder_metrics(struct herder *h, tern_metric_emit *emit, void *arg);

/* Names of the topics that a connector uses, sorted; the caller frees all. */
size_t herder_topics(struct herder *h, const char *connector, char ***ret_topics);
void herder_reset_topics(struct herder *h, const char *connector);

/* What REST needs to know of the group. */
struct herder_role {
    bool is_ready; /* was a member once, with all that was assigned started */
    bool is_leader;
    enum group_protocol protocol; /* of the last join; before that the newest that is spoken */
    int32_t generation;
    char *leader_url;        /* NULL: unknown */
    struct session_key *key; /* of requests between workers; NULL: none yet */
};
void herder_role(struct herder *h, struct herder_role *ret_role);
void herder_role_fini(struct herder_role *role);

/*
 * What the herder is at, or was last, as a sentence without its full stop ("The worker is
 * currently ..."); to be freed. NULL: not known.
 */
char *herder_stage(struct herder *h);
/* To be freed; NULL: not known yet. */
char *herder_cluster_id(struct herder *h);

/* Both immutable; borrowed. */
struct config_ref *herder_worker_config(const struct herder *h);
const struct plugin_registry *herder_plugins(const struct herder *h);
