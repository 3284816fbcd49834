/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * config_replay - the config topic, record by record: what it says so far, and what the last
 * record changed. A pure machine: no lock, no clock, no I/O, no log line.
 *
 * Peer: the consumer callback of org.apache.kafka.connect.storage.KafkaConfigBackingStore.
 * Spec: connect-distributed.md 5.2-5.4, 5.7. Differences: where Java raises and loses the rest of
 * a fetched batch, only the record is lost; task configs beyond the committed count are not
 * kept, for no commit can make them reachable without overwriting them first.
 *
 * Invariant: memory is bounded by the records read, whatever numbers stand in them.
 */
#include "worker/store/config_record.h"

struct config_replay;

enum config_event_kind {
    CONFIG_EVENT_NONE = 0,
    CONFIG_EVENT_CONNECTOR_REMOVED,
    CONFIG_EVENT_CONNECTOR_UPDATED,
    CONFIG_EVENT_TASKS_UPDATED,
    CONFIG_EVENT_TARGET_STATE_CHANGED,
    CONFIG_EVENT_SESSION_KEY_UPDATED,
    CONFIG_EVENT_RESTART_REQUESTED,
    CONFIG_EVENT_LOGGER_LEVEL,
};

/* What a listener is told. Strings are the record's. */
struct config_event {
    enum config_event_kind kind;
    const char *name; /* the connector, or the logger */
    union {
        struct {
            int32_t count;
            bool applied; /* configs of tasks took effect; false: none came, or not all */
        } tasks;
        struct {
            bool include_tasks, only_failed;
        } restart;
        const char *level;
    } as;
};

struct config_replay *config_replay_new(void);
void config_replay_free(struct config_replay *r);

/* Applies one record, in offset order. Moves out of record what it keeps. */
struct config_event config_replay_apply(struct config_replay *r, struct config_record *record,
                                        int64_t offset);

/* The state now; the caller unrefs. Costs nothing when nothing was applied since the last one. */
const struct cluster_state *config_replay_snapshot(struct config_replay *r);

/* ---- for tests: what no snapshot shows ---- */

/* All that is known of a connector, deleted ones included; NULL: nothing. Borrowed. */
const struct connector_state *config_replay_trace(const struct config_replay *r, const char *name,
                                                  bool *ret_target_known);
/* Task ids that wait for a commit, ascending; the caller frees. False: none ever came. */
bool config_replay_deferred(const struct config_replay *r, const char *name, int32_t **ret_tasks,
                            size_t *ret_count);
/* Names of which anything is known, deleted connectors included; borrowed, NULL past the end. */
const char *config_replay_name(const struct config_replay *r, size_t i);
