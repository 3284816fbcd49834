/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * source_records - the records of one source task on their way: taken from a batch,
 * converted, handed to the send stage, acknowledged. Task thread only, but for
 * source_records_wake(). Spec: connect-runtime.md 2.1, 2.2.
 *
 * Invariant: a record's offset becomes committable only when it was acknowledged, or left
 * out under errors.tolerance=all. Differences from Java: a task does not outlive a send stage
 * that has failed for good, whatever errors.tolerance says; a record whose topic the target
 * does not know holds the task up as Java's max.block.ms does, but a stop is seen at once.
 */
#include "worker/task/host.h"
#include "worker/task/pending_offsets.h"
#include "worker/task/send_stage.h"
#include "worker/task/source_txn.h"
#include "worker/task/task_settings.h"
#include "worker/task/txn_boundary.h"

struct source_records;

struct source_records_conf {
    const char *id;        /* "c-0"; borrowed, as all below */
    const char *connector; /* its name */
    int32_t task;
    const struct tern_source_task_class *cls;
    struct host *host;
    struct pending_offsets *pending;
    const struct task_settings *settings;
    struct tern_config connector_config, worker_config;
    send_stage_open_fn *open_stage;
    /* NULL: records are written as they come; else in transactions, with this worker group's id */
    const char *txn_group;
    const char *offsets_topic;     /* with transactions: where offsets go */
    struct txn_boundary *boundary; /* likewise */
    int64_t batch_bytes; /* likewise: the largest batch of the producer; 0: as configured */
    void (*topic_used)(void *arg, const char *topic, const char *connector, int32_t task);
    void *arg;
};

/* Opens converters and the send stage. Errors: TERN_EINVALID. */
int source_records_open(const struct source_records_conf *conf, struct source_records **ret_records,
                        struct tern_error *err) MUST_CHECK;
/* The plugin instance that commit_record() goes to, until source_records_close(). */
void source_records_start(struct source_records *r, void *self);

/* Takes a batch of the plugin; none is waiting. */
void source_records_take(struct source_records *r, struct tern_source_batch *batch);
/* Whether part of a batch was not sent yet. */
bool source_records_waiting(const struct source_records *r);

enum source_records_step {
    SOURCE_RECORDS_SENT,   /* nothing waits */
    SOURCE_RECORDS_BUSY,   /* serve, and try again */
    SOURCE_RECORDS_FAILED, /* see source_records_failure() */
};
enum source_records_step source_records_send(struct source_records *r);

void source_records_serve(struct source_records *r, int64_t timeout_ms);
size_t source_records_unacked(const struct source_records *r);
/* Serves until all that was sent is acknowledged or failed; false at the deadline. */
bool source_records_flush(struct source_records *r, int64_t deadline_ms);
/* Makes source_records_serve() return soon. Thread: any. */
void source_records_wake(struct source_records *r);

/*
 * With transactions. init: as in lib/kafka/transaction.h. commit: as source_txn_commit(); what
 * fails it is the failure below.
 */
int source_records_init_transactions(struct source_records *r, int64_t timeout_ms,
                                     struct tern_error *err) MUST_CHECK;
int source_records_commit(struct source_records *r, int64_t timeout_ms) MUST_CHECK;

enum source_records_loss {
    SOURCE_RECORDS_NOT_LOST,  /* nothing that another transaction would mend */
    SOURCE_RECORDS_LOST,      /* a transaction was lost, and another may go well */
    SOURCE_RECORDS_TOO_LARGE, /* likewise, with smaller batches */
};
/* What the failure means. */
enum source_records_loss source_records_loss(const struct source_records *r);

/* The trace of what went wrong first; NULL: nothing did. Borrowed. */
const char *source_records_failure(const struct source_records *r);

/*
 * Gives up what is not acknowledged: every batch is released. Nothing is sent any more, and
 * commit_record() is called no more.
 */
void source_records_close(struct source_records *r);
/* Closes if need be. NULL is a no-op. */
void source_records_free(struct source_records *r);
