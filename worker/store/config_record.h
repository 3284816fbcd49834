/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * config_record - keys and values of the config topic, both directions.
 *
 * Nothing here depends on what was read before: that is config_replay. Peer: the schemas of
 * org.apache.kafka.connect.storage.KafkaConfigBackingStore. Spec: connect-distributed.md 5.1.
 * Differences: text that C cannot hold (a NUL, a key that is not UTF-8) is rejected; a property
 * that is a number or a boolean becomes its text, where Java fails when it is used.
 */
#include "lib/base/macros.h"
#include "lib/base/slice.h"
#include "worker/store/cluster_state.h"

#include <tern/error.h>

enum config_record_kind {
    CONFIG_UNDECODABLE = 0, /* the value is no JSON: does not even count for the offset */
    CONFIG_REJECTED,        /* nothing to apply, but counts for the offset */
    CONFIG_CONNECTOR,
    CONFIG_TARGET_STATE,
    CONFIG_TASK,
    CONFIG_COMMIT,
    CONFIG_RESTART,
    CONFIG_TASK_COUNT,
    CONFIG_SESSION_KEY,
    CONFIG_LOGGER_LEVEL,
};

enum {
    /*
     * Task ids from here on are rejected. A connector's task count is bounded by what one
     * topic can hold and one leader assign; a million is far above both.
     */
    CONFIG_TASKS_MAX = 1000000,
    CONFIG_SESSION_KEY_MAX_BYTES = 65536,
    /* Of one value that is written. Brokers accept 1 MiB unless told otherwise. */
    CONFIG_VALUE_MAX_BYTES = 64 * 1024 * 1024,
};

struct config_record {
    enum config_record_kind kind;
    char *name;                      /* the connector, or the logger; owned */
    bool is_null;                    /* CONNECTOR, TARGET_STATE: a tombstone */
    bool is_malformed;               /* COMMIT: without a count; still tells that one was written */
    int32_t number;                  /* TASK: its id; COMMIT, TASK_COUNT: the count, not negative */
    struct config_ref *config;       /* CONNECTOR, TASK; owned reference */
    enum target_state target;        /* TARGET_STATE */
    bool include_tasks, only_failed; /* RESTART */
    struct session_key *session_key; /* SESSION_KEY; owned */
    char *level;                     /* LOGGER_LEVEL; owned */
    char why[512];                   /* UNDECODABLE, REJECTED, malformed: a log line, no payload */
};

#define CONFIG_RECORD_INIT \
    {                      \
        0                  \
    }

/* Reads one record; never fails, see kind. The caller calls config_record_fini(). Thread: any. */
void config_record_parse(struct slice key, struct slice value, struct config_record *ret_record);
void config_record_fini(struct config_record *record);

/*
 * The record as it is written. The caller frees both; *ret_value is NULL for a tombstone.
 * Thread: any. Errors: TERN_EINVALID for text that is not UTF-8 or a value too large.
 */
int config_record_format(const struct config_record *record, char **ret_key, char **ret_value,
                         struct tern_error *err) MUST_CHECK;
