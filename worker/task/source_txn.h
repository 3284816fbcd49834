/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * source_txn - the transactions of one source task: records and their offsets, written by one
 * producer, all or none. Task thread only. Spec: connect-distributed.md 12.3, connect-runtime.md
 * 4.4. Peer: org.apache.kafka.connect.runtime.ExactlyOnceWorkerSourceTask.
 *
 * A record is the plugin's until its transaction is committed: then the plugin hears of it by
 * commit_record(), in the order of acknowledgement, and its batch can be released. Offsets go into
 * the transaction right behind the records; nobody waits for acknowledgements in between.
 */
#include "worker/task/host.h"
#include "worker/task/pending_offsets.h"
#include "worker/task/send_queue.h"
#include "worker/task/send_stage.h"

struct source_txn;

struct source_txn_conf {
    const char *id; /* "c-0"; borrowed, as all below */
    const char *offsets_topic;
    struct send_queue *queue;
    struct pending_offsets *pending;
    /* A record was committed (metadata), or left out (NULL), and the transaction with it. */
    void (*committed)(void *arg, const struct tern_source_record *rec,
                      const struct tern_record_metadata *metadata);
    void *arg;
};

struct source_txn *source_txn_new(const struct source_txn_conf *conf);
/* Releases what is held. NULL is a no-op. */
void source_txn_free(struct source_txn *x);
/* The stage that all goes through, which has transactions. */
void source_txn_start(struct source_txn *x, struct send_stage *stage);

/* Begins a transaction unless one is open: before a record is sent. */
int source_txn_begin(struct source_txn *x, struct tern_error *err) MUST_CHECK;
/* The record was given to the stage: its offset is part of the transaction. */
void source_txn_sent(struct source_txn *x, const struct tern_source_record *rec);
/* It is left out, without its offset; its slot is the transaction's now. */
void source_txn_left_out(struct source_txn *x, struct send_slot *slot);
/* What the stage hands over: records and offsets. */
void source_txn_acked(struct source_txn *x, const struct producer_ack *ack);

/*
 * Writes the offsets and commits, as far as it gets in timeout_ms: TRANSACTION_DONE, or
 * TRANSACTION_AGAIN. Nothing open and no offsets: DONE at once. Errors: those of
 * lib/kafka/transaction.h, or of the first record that was not acknowledged; the transaction is
 * lost, and the stage can only be closed.
 */
int source_txn_commit(struct source_txn *x, int64_t timeout_ms, struct tern_error *err) MUST_CHECK;
/*
 * Ends a transaction that is open, so that readers of the target need not wait for its coordinator
 * to do that; as far as it gets in timeout_ms. The stage can only be closed after that.
 */
void source_txn_abort(struct source_txn *x, int64_t timeout_ms);
/* The first record that was not acknowledged, if any: its error. */
bool source_txn_has_failed(const struct source_txn *x, struct tern_error *ret_err);
/*
 * Aborts a transaction in which *err was said, and puts a better reason into *err if a record's
 * fate has one: once one was not taken, everything fails.
 */
void source_txn_explain(struct source_txn *x, int64_t timeout_ms, struct tern_error *err);
