/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * pending_offsets - which source offset may be committed: per source partition, that of the last
 * record of the leading run of acknowledged ones. One unacknowledged record holds back later ones
 * of its own partition only. Pure; owned by the task thread, so no lock stands in a record's way.
 * Peer: org.apache.kafka.connect.runtime.SubmittedRecords. Spec: connect-runtime.md 2.2.
 */
#include "lib/base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tern/record.h>

struct pending_offsets; /* of one task */
struct pending_queue;   /* of one source partition */

struct pending_offsets *pending_offsets_new(void);
void pending_offsets_free(struct pending_offsets *p);
/* Forgets all of it; nobody has a queue. */
void pending_offsets_clear(struct pending_offsets *p);

/* The queue of one partition; key is the offset key (copied). Lives as long as p. */
struct pending_queue *pending_offsets_queue(struct pending_offsets *p, const char *key,
                                            const char *offset_name);
const char *pending_queue_key(const struct pending_queue *q);

/*
 * A record was handed to the producer. offset_json (copied) may be NULL. Returns the ticket that
 * pending_queue_acked() wants. O(1), no allocation in the steady state.
 */
uint64_t pending_queue_submit(struct pending_queue *q, int64_t offset, const char *offset_json);
/* It was acknowledged (or skipped under errors.tolerance=all). O(1) amortised. */
void pending_queue_acked(struct pending_queue *q, uint64_t ticket);
/* It was refused: its offset, and those behind it, do not count until pending_queue_reset(). */
void pending_queue_refused(struct pending_queue *q, uint64_t ticket);
/* Since the last reset. */
bool pending_queue_is_refused(const struct pending_queue *q);
/* Records whose fate is open: submitted, and neither acknowledged nor refused. */
size_t pending_queue_open(const struct pending_queue *q);
/* Forgets what stands behind a refused record; none is open. */
void pending_queue_reset(struct pending_queue *q);
/* The newest submitted record was not sent after all. */
void pending_queue_drop_last(struct pending_queue *q);

/* Records submitted and not acknowledged, of all partitions. */
size_t pending_offsets_unacked(const struct pending_offsets *p);

/* Acknowledged records that wait to be taken, and of how many partitions. */
size_t pending_offsets_ready(const struct pending_offsets *p, size_t *ret_partitions);

struct committable {
    const char *key;   /* borrowed until the next call on p */
    const char *value; /* JSON text; borrowed likewise */
};
/*
 * What became committable since the last call: one entry per partition, the newest. Returns
 * the count and, in ret_records, how many acknowledged records stand behind it.
 */
size_t pending_offsets_take(struct pending_offsets *p, const struct committable **ret_offsets,
                            size_t *ret_records);
