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
#include "worker/plugin/plugin_registry.h"
#include "worker/store/cluster_state.h"
#include "worker/store/config_store.h"
#include "worker/store/status_store.h"

#include <stdbool.h>
#include <stdint.h>

struct herder;

/* What the owner of a herder is told. Thread: herder; must not block. */
struct herder_hooks {
    /* After a rebalance, when what is assigned runs and configs are up to date. */
    void (*rebalanced)(void *arg, struct herder *h, bool is_leader);
    /* The last thing that the thread does. err is NULL after herder_stop(). */
    void (*ended)(void *arg, const struct tern_error *err);
};

struct herder_conf {
    const char *label;         /* names the thread and its log lines, e.g. "us-east->us-west" */
    const char *worker_id;     /* as statuses show it */
    const char *url;           /* for other workers, or "NOTUSED" */
    struct config_ref *worker; /* the worker's configuration, resolved; a reference is taken */
    const struct plugin_registry *plugins; /* borrowed */
    membership_open *open_membership;
    void *membership_arg;
    const struct herder_hooks *hooks; /* static */
    void *arg;
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

/*
 * Creates a connector, or replaces its configuration if that is allowed; target: how it starts, or
 * NULL: running, or unchanged. The configuration was checked before (connector_check.h).
 * Errors: TERN_ECONFLICT: exists, not the leader; TERN_ETIMEOUT.
 */
int herder_put_connector(struct herder *h, const char *name, const struct tern_config *config,
                         const enum target_state *target, bool may_replace, int64_t deadline_ms,
                         bool *ret_created, struct tern_error *err) MUST_CHECK;
int herder_delete_connector(struct herder *h, const char *name, int64_t deadline_ms,
                            struct tern_error *err) MUST_CHECK;
/* Pauses, resumes, stops. */
int herder_set_target(struct herder *h, const char *name, enum target_state target,
                      int64_t deadline_ms, struct tern_error *err) MUST_CHECK;
/* Answered when the connector runs again, or has failed to. */
int herder_restart_connector(struct herder *h, const char *name, int64_t deadline_ms,
                             struct tern_error *err) MUST_CHECK;
int herder_restart_task(struct herder *h, const char *connector, int32_t task, int64_t deadline_ms,
                        struct tern_error *err) MUST_CHECK;
/* Puts a restart request into the config topic, for all workers. */
int herder_request_restart(struct herder *h, const struct restart_request *request,
                           int64_t deadline_ms, struct tern_error *err) MUST_CHECK;
/* New task configurations from a worker that owns the connector; only the leader stores them. */
int herder_put_tasks(struct herder *h, const char *connector, const struct tern_config *tasks,
                     size_t count, int64_t deadline_ms, struct tern_error *err) MUST_CHECK;

/* The outcome of a request that nobody waits for; err NULL on success. Thread: herder. */
typedef void herder_done(void *arg, const struct tern_error *err);

/* herder_put_connector() for those on the herder's thread: done (may be NULL) is called later.
 * Thread: any. */
void herder_submit_connector(struct herder *h, const char *name, const struct tern_config *config,
                             herder_done *done, void *arg);

/* ---- looking: never blocks on the herder; Thread: any ---- */

/* The config topic's state now, the caller unrefs; NULL before the herder has started. */
const struct cluster_state *herder_snapshot(struct herder *h);
/* A connector's configuration with its variables resolved. Errors: TERN_ENOTFOUND. */
int herder_resolve(struct herder *h, const char *name, struct strmap *out,
                   struct tern_error *err) MUST_CHECK;

struct herder_task_status {
    int32_t task;
    struct status status;
};

struct herder_connector_status {
    struct status connector;
    struct herder_task_status *tasks; /* in order of number */
    size_t task_count;
};

/* Errors: TERN_ENOTFOUND. The caller releases ret_status. */
int herder_connector_status(struct herder *h, const char *name,
                            struct herder_connector_status *ret_status,
                            struct tern_error *err) MUST_CHECK;
void herder_connector_status_fini(struct herder_connector_status *status);

/* What REST needs to know of the group. */
struct herder_role {
    bool is_ready; /* the first tick is over */
    bool is_leader;
    char *leader_url; /* NULL: unknown; to be freed */
    int32_t generation;
};
void herder_role(struct herder *h, struct herder_role *ret_role);
