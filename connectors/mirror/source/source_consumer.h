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

#include <stdbool.h>
#include <stdint.h>

#include <tern/plugin.h>

struct source_consumer;

/* One assigned partition. The cookie of a record is its source_partition. */
struct source_partition {
    const char *topic;  /* on the source; owned by the consumer */
    const char *remote; /* on the target; owned by the consumer */
    int32_t partition;
    size_t index;                         /* in the order of source_consumer_add() */
    struct tern_source_partition *handle; /* of the host */
};

/* settings: the Java settings of the replication consumer. Errors: TERN_EINVALID. */
int source_consumer_open(const struct tern_config *settings, struct source_consumer **ret_consumer,
                         struct tern_error *err) MUST_CHECK;

/* Adds a partition to be read; copies the names. The result lives as long as the consumer. */
struct source_partition *source_consumer_add(struct source_consumer *c, const char *topic,
                                             const char *remote, int32_t partition);
size_t source_consumer_count(const struct source_consumer *c);
struct source_partition *source_consumer_at(const struct source_consumer *c, size_t index);

/*
 * Begins to read partition index at next_offset; below 0: where auto.offset.reset says. Once for
 * each partition, after all were added. Errors: TERN_EINTERNAL.
 */
int source_consumer_begin(struct source_consumer *c, size_t index, int64_t next_offset,
                          struct tern_error *err) MUST_CHECK;

/*
 * The messages that are there as a batch, waiting at most wait_ms for the first; NULL without any.
 * What is no record (an error of the client) is logged, repeats suppressed.
 */
struct tern_source_batch *source_consumer_poll(struct source_consumer *c, int64_t wait_ms);
/* Makes a source_consumer_poll() under way return soon. Thread: any. */
void source_consumer_wake(struct source_consumer *c);
/* All batches were released. NULL is a no-op. */
void source_consumer_free(struct source_consumer *c);
