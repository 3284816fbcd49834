/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * offset_store - source offsets by the bytes of their key. One per herder, used by all its
 * connectors and tasks. Peer: org.apache.kafka.connect.storage.KafkaOffsetBackingStore.
 * Spec: connect-distributed.md 6, connect-runtime.md 2.8.
 *
 * Keys and values are the JSON texts as they stand in the topic; offset_key.h builds them.
 */
#include "lib/kafka/topic_log.h"
#include "worker/store/offset_map.h"

struct offset_store;

struct offset_store_conf {
    const char *topic;
    struct tern_config consumer, producer; /* Java settings */
    struct admin *admin;                   /* borrowed */
    const bool *cancel;
};

int offset_store_open(const struct offset_store_conf *conf, int64_t deadline_ms,
                      struct offset_store **ret_store, struct tern_error *err) MUST_CHECK;
void offset_store_free(struct offset_store *s);

/*
 * Reads the topic to its end, then looks the keys up: ret_values[i] is owned by the caller, NULL
 * when nothing is stored. Thread: any but the log's. Errors: TERN_ETIMEOUT.
 */
int offset_store_read(struct offset_store *s, const char *const *keys, size_t count,
                      int64_t deadline_ms, char **ret_values, struct tern_error *err) MUST_CHECK;

struct offset_entry {
    const char *key;
    const char *value; /* NULL: a tombstone */
};

/* Told once when all entries of a write are acknowledged (error NULL), or the first failed. Thread:
 * the log's. */
typedef void offset_written(void *arg, const char *error);

/*
 * Sends all entries; copies them; never blocks. done may be NULL; without entries it is told at
 * once, by the caller's thread. Thread: any.
 */
void offset_store_write(struct offset_store *s, const struct offset_entry *entries, size_t count,
                        offset_written *done, void *arg);

/*
 * Reads the topic to its end, then copies every stored key and value of a connector, in order of
 * key; the caller ends them with offset_pairs_free(). Thread: any but the log's. Errors:
 * TERN_ETIMEOUT.
 */
int offset_store_list(struct offset_store *s, const char *connector, int64_t deadline_ms,
                      struct offset_pair **ret_pairs, size_t *ret_count,
                      struct tern_error *err) MUST_CHECK;
/* offset_store_write() that waits. Errors: TERN_ETIMEOUT, TERN_EINTERNAL. Likewise. */
int offset_store_write_now(struct offset_store *s, const struct offset_entry *entries, size_t count,
                           int64_t deadline_ms, struct tern_error *err) MUST_CHECK;
