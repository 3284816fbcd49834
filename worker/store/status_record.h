/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * status_record - keys and values of the status topic, both directions.
 *
 * Peer: the schemas of org.apache.kafka.connect.storage.KafkaStatusBackingStore. Spec:
 * connect-distributed.md 7.1. Differences: text that C cannot hold is rejected; a trace that
 * is too long or not UTF-8 is written all the same, cut or with '?'.
 */
#include "lib/base/macros.h"
#include "lib/base/slice.h"
#include "worker/store/status_store.h"

enum status_record_kind {
    STATUS_REJECTED = 0, /* nothing to apply: why */
    STATUS_OF_CONNECTOR,
    STATUS_OF_TASK,
    STATUS_OF_TOPIC,
};

enum {
    STATUS_TRACE_MAX_BYTES = 256 * 1024, /* of a trace that is written; a broker accepts 1 MiB */
};

struct status_record {
    enum status_record_kind kind;
    char *connector;       /* owned */
    char *topic;           /* TOPIC; owned */
    int32_t task;          /* TASK, TOPIC */
    bool is_null;          /* a tombstone */
    struct status status;  /* CONNECTOR, TASK; owns its strings, worker_id is never NULL */
    int64_t discovered_ms; /* TOPIC */
    char why[512];         /* REJECTED: a log line, no payload */
};

#define STATUS_RECORD_INIT \
    {                      \
        0                  \
    }

/* Reads one record; never fails, see kind. The caller calls status_record_fini(). Thread: any. */
void status_record_parse(struct slice key, struct slice value, struct status_record *ret_record);
void status_record_fini(struct status_record *record);

/* The key of a connector (task STATUS_CONNECTOR) or task; the caller frees. */
char *status_record_key(const char *connector, int32_t task);
char *status_record_topic_key(const char *topic, const char *connector);
/* The value of a status that is no tombstone; the caller frees. */
char *status_record_value(const struct status *status);
char *status_record_topic_value(const char *topic, const char *connector, int32_t task,
                                int64_t discovered_ms);
