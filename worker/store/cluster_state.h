/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * cluster_state - what the config topic says at one moment: an immutable, refcounted snapshot.
 *
 * A snapshot shares the state of every connector that did not change with the snapshots
 * before it, so taking one costs a pointer per connector. Thread: any.
 * Peer: org.apache.kafka.connect.storage.ClusterConfigState. Spec: connect-distributed.md 5.3.
 */
#include "lib/conf/config_ref.h"

#include <stdbool.h>
#include <stdint.h>

enum target_state {
    TARGET_STARTED,
    TARGET_PAUSED,
    TARGET_STOPPED
};

/* "STARTED", "PAUSED", "STOPPED". */
const char *target_state_name(enum target_state state);
/* False for any other word; exact case. */
bool target_state_parse(const char *text, enum target_state *ret_state);

/* One connector. Immutable once published. */
struct connector_state {
    const char *name;
    struct config_ref *config; /* raw, variables unresolved; NULL: deleted, but a trace is left */
    enum target_state target;  /* STARTED unless said otherwise */
    int32_t task_count;        /* of the last commit; -1: no commit seen */
    bool inconsistent;         /* the last commit came without all its task configs */
    struct config_ref **tasks; /* [tasks_known]; NULL where unknown; ids beyond task_count linger */
    int32_t tasks_known;       /* never more than records were read */
    int32_t generation;        /* of task configs; -1: none. Local to the process */
    struct config_ref *applied; /* the connector config that the task configs came from; or NULL */
    int32_t task_count_record;  /* EOS: -1: none */
    bool pending_fencing;
};

struct session_key {
    char *algorithm;
    uint8_t *bytes;
    size_t size;
    int64_t created_ms;
};

/* Copies algorithm and bytes; the caller owns the result. */
struct session_key *session_key_new(const char *algorithm, const void *bytes, size_t size,
                                    int64_t created_ms);
/* Wipes and frees. NULL is a no-op. */
void session_key_free(struct session_key *key);

struct cluster_state {
    int64_t offset; /* last record delivered + 1; -1: none. Spec 5.2: every worker must agree */
    const struct connector_state *const *connectors; /* sorted by name; those with a config only */
    size_t count;
    const struct session_key *session_key; /* NULL: none */
};

const struct cluster_state *cluster_state_ref(const struct cluster_state *s);
/* NULL is a no-op. */
void cluster_state_unref(const struct cluster_state *s);

/* The connector, or NULL. Borrowed while the snapshot is held. */
const struct connector_state *cluster_state_connector(const struct cluster_state *s,
                                                      const char *name);
/* Tasks to run: 0 when inconsistent or without a commit. */
int32_t connector_state_tasks(const struct connector_state *c);
/* The raw config of a task, NULL when it is not known. Borrowed. */
struct config_ref *connector_state_task(const struct connector_state *c, int32_t task);
