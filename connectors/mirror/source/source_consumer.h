/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * source_consumer - reads the assigned partitions of the source and makes record batches of the
 * messages, without copying a payload: a batch owns librdkafka's messages until it is released.
 *
 * The partitions are read without a consumer group (librdkafka's simple consumer), all into one
 * queue. Owned by the task's thread, but for source_consumer_wake().
 */
#include "lib/base/macros.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <tern/plugin.h>

struct rd_kafka_s;

struct source_consumer;

/*
 * One assigned partition. The cookie of a record is its source_partition. What is atomic is
 * written by the task's thread and read by others.
 */
struct source_partition {
    const char *topic;  /* on the source; owned by the consumer */
    const char *remote; /* on the target; owned by the consumer */
    int32_t partition;
    size_t index;                         /* in the order of source_consumer_add() */
    size_t topic_index;                   /* of source_consumer_topic() */
    struct tern_source_partition *handle; /* of the host */
    int64_t room; /* task thread: messages that may still be handed over; the others wait */

    _Atomic int64_t next;      /* the offset to be read next; -1: not known yet */
    _Atomic int32_t from;      /* the broker that led to next, written before it; -1: not known */
    _Atomic int64_t delivered; /* records handed over */
    _Atomic int64_t acked;     /* records that came back, acknowledged or dropped */
    _Atomic int64_t findings;  /* so often its log was not as it should be */
    _Atomic int64_t lost;      /* offsets that are gone unread, as far as known */
    atomic_bool begun;         /* it is being read */
    atomic_bool held;          /* not handed over: the target refuses a record of it */
    atomic_bool out_of_range;  /* the log does not hold next: not read until it is begun again */
    atomic_int error;          /* of librdkafka, the last since next moved; 0: none */
};

/* settings: the Java settings of the replication consumer. Errors: TERN_EINVALID. */
int source_consumer_open(const struct tern_config *settings, struct source_consumer **ret_consumer,
                         struct tern_error *err) MUST_CHECK;

/*
 * Gives each record the header of loop_guard.h, and leaves out those that have been on one of the
 * two clusters. Before the first partition is read; the aliases are borrowed.
 */
void source_consumer_guard_loops(struct source_consumer *c, const char *source_alias,
                                 const char *target_alias);

/* Adds a partition to be read; copies the names. The result lives as long as the consumer. */
struct source_partition *source_consumer_add(struct source_consumer *c, const char *topic,
                                             const char *remote, int32_t partition);
size_t source_consumer_count(const struct source_consumer *c);
struct source_partition *source_consumer_at(const struct source_consumer *c, size_t index);

/* The topics of the partitions, each once. */
size_t source_consumer_topic_count(const struct source_consumer *c);
const char *source_consumer_topic(const struct source_consumer *c, size_t topic_index);
/* librdkafka's handle, for questions. Thread: any. */
struct rd_kafka_s *source_consumer_handle(const struct source_consumer *c);

/*
 * Begins to read partition index at next_offset, or anew at another place: what was fetched and
 * not taken is dropped, and there is room without end. Below 0: where auto.offset.reset says.
 * After all were added.
 * Errors: TERN_EINTERNAL; TERN_EINVALID: auto.offset.reset=none.
 */
int source_consumer_begin(struct source_consumer *c, size_t index, int64_t next_offset,
                          struct tern_error *err) MUST_CHECK;
/*
 * Makes room for that many more messages of the partition, which come from those that wait; where
 * these were too many, it is read anew. Errors: as source_consumer_begin().
 */
int source_consumer_make_room(struct source_consumer *c, size_t index, int64_t room,
                              struct tern_error *err) MUST_CHECK;
/* Reads the partition no more. */
void source_consumer_end(struct source_consumer *c, size_t index);

/*
 * The messages that are there as a batch, waiting at most wait_ms for the first; NULL without any.
 * What is no record (an error of the client) is logged, repeats suppressed. A position that the
 * log does not hold is told by out_of_range, never jumped from. Messages of partitions without
 * room wait here, as far as a limit goes.
 */
struct tern_source_batch *source_consumer_poll(struct source_consumer *c, int64_t wait_ms);
/* How many messages were taken so far, and how many wait to be. */
uint64_t source_consumer_taken(const struct source_consumer *c);
size_t source_consumer_waiting(const struct source_consumer *c);
/* Whether a partition was found to be out of range, or failed, since the last call. */
bool source_consumer_troubled(struct source_consumer *c);
/* Makes a source_consumer_poll() under way return soon. Thread: any. */
void source_consumer_wake(struct source_consumer *c);
/* All batches were released. NULL is a no-op. */
void source_consumer_free(struct source_consumer *c);
