/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * producer - thin owner of a librdkafka producer that never copies a payload.
 *
 * A value handed to producer_send() stays the caller's and must stay as it is until
 * its acknowledgement; the acknowledgements are handed over by producer_serve() on the
 * caller's thread, so that no lock stands between a record and its offset. Keys and
 * headers are copied. One thread owns a producer, but for producer_wake().
 *
 * An idempotent producer without transactions keeps the order over a record that the broker
 * refuses: nothing overtakes it. It is spent then (producer_is_spent()): what it had not sent comes
 * back, and is to be sent by another one.
 */
#include "lib/base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tern/config.h>
#include <tern/error.h>
#include <tern/record.h>

struct producer;

struct producer_header {
    const char *key;
    struct tern_bytes value;
};

struct producer_record {
    const char *topic;
    int32_t partition;    /* -1: Java's default partitioner, murmur2 over the key */
    int64_t timestamp_ms; /* -1: now */
    struct tern_bytes key, value;
    const struct producer_header *headers;
    size_t header_count;
};

/* What became of one record. error is NULL for an acknowledged one. Borrowed. */
struct producer_ack {
    void *opaque;
    int32_t partition;
    int64_t offset;    /* -1 when the broker did not say */
    const char *error; /* the broker's or the client's words, topic and partition named */
    enum tern_code code;
    const char *java_class; /* as kafka_error_class() */
    /*
     * With an error: nothing is wrong with the record, which is to be sent again. The producer is
     * spent, or the topic, or the partition, is not there any more (is_gone), where Java's
     * producer tries again, too.
     */
    bool returned;
    bool is_gone;
};

typedef void producer_on_ack(void *arg, const struct producer_ack *ack);

/*
 * Opens a producer from Java settings. Thread: any; the calling thread owns it afterwards
 * unless it hands it over. Connects in the background: an unreachable cluster is no error here.
 * Errors: TERN_EINVALID for a bad setting.
 */
int producer_open(const struct tern_config *java, producer_on_ack *on_ack, void *arg,
                  struct producer **ret_producer, struct tern_error *err) MUST_CHECK;

enum producer_send_result {
    PRODUCER_SENT,   /* the record's ack will come */
    PRODUCER_BUSY,   /* buffer.memory is used up, or topic and partition are not known yet:
                        serve, wait, and send the same record again; order is kept */
    PRODUCER_FAILED, /* *err says why; no ack will come */
};

/*
 * Queues one record. A topic or partition that the cluster does not know (yet) is BUSY, as Java
 * blocks for it, never an error. Fatal: a record larger than max.request.size, ...
 */
enum producer_send_result producer_send(struct producer *p, const struct producer_record *rec,
                                        void *opaque, struct tern_error *err) MUST_CHECK;

/* Hands over the acknowledgements that are there, waiting at most timeout_ms for the first. */
void producer_serve(struct producer *p, int64_t timeout_ms);
/* Records sent whose ack was not handed over yet. */
size_t producer_unacked(const struct producer *p);
/* Sends what lingers and serves until all is acknowledged; false at the deadline. */
bool producer_flush(struct producer *p, int64_t deadline_ms);
/* Makes a producer_serve() under way return soon. Thread: any. */
void producer_wake(struct producer *p);
/* Non-NULL once the producer can go on no more (librdkafka's fatal error, fenced). Borrowed. */
const char *producer_fatal(struct producer *p);
/*
 * Whether a record was refused: producer_send() is BUSY for ever. Records come back in any order.
 * So does a batch that was refused since it was larger than its topic takes, though none of its
 * records need be: then producer_batch_limit() is the batch.size with which that cannot happen
 * again, as the topic's max.message.bytes is now. It is 0 when no other batch.size is needed.
 */
bool producer_is_spent(const struct producer *p);
int64_t producer_batch_limit(const struct producer *p);
/*
 * Gives up what is not acknowledged (each record's ack is handed over, failed, in any order) and
 * closes.
 * NULL is a no-op.
 */
void producer_free(struct producer *p);

/*
 * Transactions, for a producer with a transactional.id; each as in lib/kafka/transaction.h. Records
 * are sent between a begin and a commit only. A commit first serves until all is acknowledged, and
 * is AGAIN until then; a record that is not fails it.
 */
int producer_init_transactions(struct producer *p, int timeout_ms,
                               struct tern_error *err) MUST_CHECK;
int producer_begin(struct producer *p, struct tern_error *err) MUST_CHECK;
int producer_commit(struct producer *p, int timeout_ms, struct tern_error *err) MUST_CHECK;
/* Gives up what is not acknowledged, as producer_free() does. */
int producer_abort(struct producer *p, int timeout_ms, struct tern_error *err) MUST_CHECK;
/* Whether it can go on no more since another has its id, or its transaction was given up. */
bool producer_is_fenced(struct producer *p);
