/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * send_queue - the batches of a source task: the one that is being handed to the producer,
 * record by record, and those whose last acknowledgement is still to come. A batch is
 * released when its last record is done. Task thread only. Per record nothing is allocated:
 * what a batch needs here is kept for a later batch.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tern/record.h>

struct send_queue;
struct send_flight;

/* One record; stays where it is until send_queue_done(). The producer's opaque. */
struct send_slot {
    struct send_flight *flight;
    uint64_t ticket; /* of pending_offsets; the caller's */
};

struct send_queue *send_queue_new(void);
/* Releases what is left: no one may use its payloads any more. NULL is a no-op. */
void send_queue_free(struct send_queue *q);

/* Takes a batch; there is no current record. An empty one is released at once. */
void send_queue_take(struct send_queue *q, struct tern_source_batch *batch);
/* The record that is to be sent next; NULL when the batch has no more, or there is none. */
const struct tern_source_record *send_queue_current(struct send_queue *q);
struct send_slot *send_queue_slot(struct send_queue *q);
/* Memory (from xmem) that the current record's payload needs: freed with its batch. */
void send_queue_keep(struct send_queue *q, void *memory);
/* The current record was sent: send_queue_done() follows. On to the next. */
void send_queue_sent(struct send_queue *q);
/* The current record is not going to be sent. On to the next. */
void send_queue_skip(struct send_queue *q);
/* Gives up what the current batch still holds, and what came back. */
void send_queue_skip_all(struct send_queue *q);
/*
 * A sent record came back: it is to be sent again. What came back is current before all else, in
 * the order of taking, whatever that of coming back.
 */
void send_queue_return(struct send_queue *q, struct send_slot *slot);
/* Whether the current record is one that came back. */
bool send_queue_is_again(const struct send_queue *q);

const struct tern_source_record *send_slot_record(const struct send_slot *slot);
/* A sent record was acknowledged or failed. */
void send_queue_done(struct send_queue *q, struct send_slot *slot);
/* Batches that were not released yet. */
size_t send_queue_batches(const struct send_queue *q);
