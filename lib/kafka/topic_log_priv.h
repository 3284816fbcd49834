/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * topic_log_priv - the two halves of a topic_log: topic_log.c reads, topic_log_write.c writes.
 *
 * The log's thread waits on one eventfd, which librdkafka raises when something comes to the
 * consumer's queue or to the producer's, and which a request to stop raises too.
 */
#include "lib/kafka/topic_log.h"

#include <librdkafka/rdkafka.h>

#include "lib/base/thread.h"

/*
 * One record on its way. Owned by the writer's list until its fate is known, then by whoever
 * reads the fate: told() on the log's thread.
 */
struct topic_log_write {
    struct topic_log_write *next, **link; /* gate: in the list of those under way */
    uint64_t number;                      /* immutable: in order of sending */
    /* Thread: log's. Frees w, or does with it what its maker wants. */
    void (*told)(struct topic_log_write *w, const char *error, enum tern_code code);
    char *failure; /* what librdkafka said when it refused the record */
    enum tern_code failure_code;
};

struct topic_log {
    char *topic;             /* immutable */
    int32_t first, count;    /* immutable: the partitions read */
    int32_t partition_count; /* immutable: of the topic */
    topic_log_fn *on_record; /* immutable */
    void *arg;               /* immutable */
    const bool *cancel;      /* immutable; what it points at is set by the owner */
    struct admin *admin;     /* borrowed */
    bool is_committed;       /* immutable: only what is committed is read */
    int wake_fd;
    struct thread thread;

    rd_kafka_t *consumer;
    rd_kafka_topic_t *consumed;
    rd_kafka_queue_t *records; /* every partition's, and the consumer's errors */
    int64_t *positions;        /* count; opening thread, then log's thread */
    bool *stable;              /* likewise; count: the end of what is committed was reached */
    bool moved;                /* likewise: positions differ from reached */
    size_t taken_bytes;        /* likewise: since the positions were published */

    rd_kafka_t *producer; /* NULL: read only */
    rd_kafka_topic_t *produced;
    rd_kafka_queue_t *deliveries;

    struct gate gate;
    int64_t *reached;                        /* gate; count: positions, for all to see */
    struct topic_log_write *under_way;       /* gate; oldest first */
    struct topic_log_write **under_way_tail; /* gate */
    struct topic_log_write *refused;         /* gate: not queued, to be told; oldest first */
    struct topic_log_write **refused_tail;   /* gate */
    uint64_t writes;                         /* gate: sent so far */
    bool stopping;                           /* gate */
};

/*
 * Waits, with the gate locked, for whatever moves next, or a slice of time. False when deadline_ms
 * has passed or the owner has cancelled.
 */
bool topic_log_wait(struct topic_log *log, int64_t deadline_ms);

/* Opens the producer. */
int topic_log_writer_open(struct topic_log *log, const struct tern_config *java,
                          struct tern_error *err) MUST_CHECK;
/* Tells the fate of what was acknowledged, failed or refused. Thread: log's. */
void topic_log_writer_serve(struct topic_log *log);
/* Waits until every record sent so far was told. Thread: any but the log's. */
int topic_log_writer_flush(struct topic_log *log, int64_t deadline_ms,
                           struct tern_error *err) MUST_CHECK;
/* Gives up what is under way, told as failed, and closes. The log's thread is gone. */
void topic_log_writer_close(struct topic_log *log);

/* Makes the log's thread look around. Thread: any. */
void topic_log_wake(struct topic_log *log);
