/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * topic_log - one compacted topic, read from its start to its end, then followed.
 *
 * The config, offset and status stores are each one topic_log: a consumer on every
 * partition and one thread that hands records over in offset order. Records are written
 * through a producer of its own. Peer: org.apache.kafka.connect.util.KafkaBasedLog.
 * Spec: connect-distributed.md 8.3, traps 1 and 2.
 *
 * Invariants: on_record runs on the log's own thread only, but for the records of the first
 * read, which are handed over before topic_log_open() returns; when topic_log_read_to_end()
 * has returned 0, every record that was acknowledged before the call has been handed over.
 * A consumer's position counts control records, the records handed over do not. With
 * isolation.level=read_committed topic_log_read_to_end() waits until transactions that are open
 * have ended, and the first read does not: it ends before them.
 */
#include "lib/base/macros.h"
#include "lib/base/slice.h"
#include "lib/kafka/admin.h"

#include <stdbool.h>
#include <stdint.h>

struct topic_log;

struct topic_log_record {
    int32_t partition;
    int64_t offset;
    int64_t timestamp_ms;
    struct slice key;   /* at NULL: null */
    struct slice value; /* at NULL: null, a tombstone */
};

typedef void topic_log_fn(void *arg, const struct topic_log_record *rec);

/* The outcome of topic_log_send(): error NULL when acknowledged. Thread: the log's. */
typedef void topic_log_sent(void *arg, const char *error, enum tern_code code);

struct topic_log_conf {
    const char *topic;
    struct tern_config consumer; /* Java settings, complete */
    struct tern_config producer; /* Java settings; count 0: read only, no producer */
    struct admin *admin;         /* borrowed until topic_log_free(): end offsets; cancelled: reads
                                    to the end fail soon */
    int32_t only_partition;      /* -1: all */
    topic_log_fn *on_record;
    void *arg;
    const bool *cancel; /* NULL, or set once to make waiting calls give up; outlives the log */
};

/*
 * Opens the clients, waits for the topic's metadata (30 s), reads the topic to its present end
 * (end offsets are asked for again for up to deadline_ms), then starts the thread. Copies what
 * it keeps of conf. Thread: any, which may block until deadline_ms.
 * Errors: TERN_ETIMEOUT: "Could not look up partition metadata for topic ..." (peer text).
 */
int topic_log_open(const struct topic_log_conf *conf, int64_t deadline_ms,
                   struct topic_log **ret_log, struct tern_error *err) MUST_CHECK;

int32_t topic_log_partitions(const struct topic_log *log);

/* Reads what is there now. Thread: any but the log's; several may wait at once. Errors:
 * TERN_ETIMEOUT. */
int topic_log_read_to_end(struct topic_log *log, int64_t deadline_ms,
                          struct tern_error *err) MUST_CHECK;

/*
 * Sends one record (key NULL: never; value NULL: a tombstone), partitioned by murmur2 over the key.
 * Copies key and value. done may be NULL. Thread: any. A failure to queue is told to done too.
 */
void topic_log_send(struct topic_log *log, const char *key, struct slice value,
                    topic_log_sent *done, void *arg);

/* One record of a batch. */
struct topic_log_entry {
    const char *key;
    struct slice value;
};
/*
 * Sends the records back to back and waits until all are acknowledged. Thread: any but the log's.
 * Errors: TERN_ETIMEOUT, or the first record's failure.
 */
int topic_log_write(struct topic_log *log, const struct topic_log_entry *entries, size_t count,
                    int64_t deadline_ms, struct tern_error *err) MUST_CHECK;

/* Stops and joins the thread, closes the clients. NULL is a no-op. Thread: any but the log's. */
void topic_log_free(struct topic_log *log);
