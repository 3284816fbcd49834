/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * status_store - statuses of connectors, tasks and topics. Peer:
 * org.apache.kafka.connect.storage.KafkaStatusBackingStore. Spec: connect-distributed.md 7.
 *
 * Writes never block: they are sent again for ever while they still mean something. Difference:
 * a write that a newer local one supersedes is not sent again, in Java it may overwrite that one.
 * And what this worker has written last comes once more when another one says later, of an older
 * generation, that it has lost the same: in Java the connector shows UNASSIGNED, and runs.
 *
 * Threads: the log's thread applies records behind the store's lock; a thread of the store's own
 * sends again what failed.
 */
#include "lib/kafka/topic_log.h"

enum run_state {
    RUN_UNASSIGNED,
    RUN_RUNNING,
    RUN_PAUSED,
    RUN_FAILED,
    RUN_RESTARTING,
    RUN_STOPPED,
    RUN_DESTROYED, /* written as a tombstone */
};
const char *run_state_name(enum run_state state);

struct status {
    enum run_state state;
    const char *trace;     /* NULL: none */
    const char *worker_id; /* host:port */
    int32_t generation;
    const char *version; /* NULL: unknown */
};

struct status_store;

struct status_store_conf {
    const char *topic;
    struct tern_config consumer, producer; /* Java settings */
    struct admin *admin;                   /* borrowed */
    const bool *cancel;
};

int status_store_open(const struct status_store_conf *conf, int64_t deadline_ms,
                      struct status_store **ret_store, struct tern_error *err) MUST_CHECK;
void status_store_free(struct status_store *s);

enum {
    STATUS_CONNECTOR = -1
}; /* as the task number: the connector itself */

/*
 * safe: skipped when another worker has written a newer status (7.2). Copies. Thread: any; puts of
 * one connector or task from several threads must be ordered by the callers.
 */
void status_store_put(struct status_store *s, const char *connector, int32_t task,
                      const struct status *status, bool safe);
/* Waits until what was put is acknowledged or given up; false at the deadline. Thread: any. */
bool status_store_flush(struct status_store *s, int64_t deadline_ms);
/*
 * Reads to the end of the topic, after what was put is acknowledged, so that safe puts know what
 * others have written meanwhile. Thread: any. Errors: TERN_ETIMEOUT.
 */
int status_store_refresh(struct status_store *s, int64_t deadline_ms,
                         struct tern_error *err) MUST_CHECK;

/*
 * What was read from the topic last: a put shows when it has been read back. A copy of the status
 * in ret; strings are owned by the caller's status_fini(). False: none.
 */
bool status_store_get(struct status_store *s, const char *connector, int32_t task,
                      struct status *ret_status);
void status_fini(struct status *status);
/* Task numbers that have a status, ascending; the caller frees. Returns how many. */
size_t status_store_tasks(struct status_store *s, const char *connector, int32_t **ret_tasks);
/* Names of connectors that have a status of their own or of a task; the caller frees all. */
size_t status_store_connectors(struct status_store *s, char ***ret_names);
/* The highest generation of any status, 0 without any: one that starts over writes with no less. */
int32_t status_store_generation(struct status_store *s);

/* Topic tracking (topic.tracking.enable): written once per (topic, connector). Thread: any. */
void status_store_put_topic(struct status_store *s, const char *topic, const char *connector,
                            int32_t task, int64_t discovered_ms);
void status_store_remove_topics(struct status_store *s, const char *connector);
/* Names of a connector's topics, sorted; the caller frees all. Returns how many. */
size_t status_store_topics(struct status_store *s, const char *connector, char ***ret_topics);
