/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/send_queue.h"

#include <assert.h>
#include <stdlib.h>

#include "lib/base/vec.h"
#include "lib/base/xmem.h"

struct send_flight {
    struct tern_source_batch *batch; /* NULL: free for use */
    struct send_slot *slots;         /* [cap]; one for each record of the batch */
    size_t cap;
    uint64_t number;          /* of the batch, as it was taken */
    size_t next;              /* record to be sent */
    size_t open;              /* records that are not done */
    VEC(void *) kept;         /* freed with the batch */
    struct send_flight *idle; /* next one that is free for use */
};

struct send_queue {
    VEC(struct send_flight *) flights; /* owned */
    struct send_flight *current;       /* has records to be sent; or NULL */
    struct send_flight *idle;
    size_t batches;
    uint64_t taken; /* batches, ever */
    VEC(struct send_slot *) again;
    size_t again_next; /* of again: to be sent */
    bool is_sorted;    /* again, from there on */
};

struct send_queue *send_queue_new(void)
{
    return xcalloc(1, sizeof(struct send_queue));
}

static void release(struct send_queue *q, struct send_flight *f)
{
    struct tern_source_batch *batch = f->batch;

    for (size_t i = 0; i < f->kept.count; i++)
        free(f->kept.at[i]);
    f->kept.count = 0;
    f->batch = NULL;
    f->idle = q->idle;
    q->idle = f;
    q->batches--;
    if (batch->release)
        batch->release(batch);
}

void send_queue_free(struct send_queue *q)
{
    if (!q)
        return;
    for (size_t i = 0; i < q->flights.count; i++) {
        struct send_flight *f = q->flights.at[i];

        if (f->batch)
            release(q, f);
        free(f->slots);
        vec_fini(&f->kept);
        free(f);
    }
    vec_fini(&q->flights);
    vec_fini(&q->again);
    free(q);
}

static struct send_flight *get_flight(struct send_queue *q, size_t records)
{
    struct send_flight *f = q->idle;

    if (f) {
        q->idle = f->idle;
    } else {
        f = xcalloc(1, sizeof(*f));
        vec_push(&q->flights, f);
    }
    if (records > f->cap) {
        free(f->slots);
        f->slots = xcalloc(records, sizeof(*f->slots));
        f->cap = records;
        for (size_t i = 0; i < records; i++)
            f->slots[i].flight = f;
    }
    return f;
}

void send_queue_take(struct send_queue *q, struct tern_source_batch *batch)
{
    struct send_flight *f;

    assert(!q->current);
    f = get_flight(q, batch->count);
    f->batch = batch;
    f->number = q->taken++;
    f->next = 0;
    f->open = batch->count;
    q->batches++;
    if (f->open == 0)
        release(q, f);
    else
        q->current = f;
}

/* ---- what came back ---- */

bool send_queue_is_again(const struct send_queue *q)
{
    return q->again_next < q->again.count;
}

void send_queue_return(struct send_queue *q, struct send_slot *slot)
{
    vec_push(&q->again, slot);
    q->is_sorted = false;
}

static int by_taking(const void *a, const void *b)
{
    const struct send_slot *x = *(struct send_slot *const *)a, *y = *(struct send_slot *const *)b;

    if (x->flight != y->flight)
        return x->flight->number < y->flight->number ? -1 : 1;
    return x < y ? -1 : x > y;
}

static struct send_slot *next_again(struct send_queue *q)
{
    if (!q->is_sorted) {
        qsort(q->again.at + q->again_next, q->again.count - q->again_next,
              sizeof(struct send_slot *), by_taking);
        q->is_sorted = true;
    }
    return q->again.at[q->again_next];
}

/* ---- the current record ---- */

const struct tern_source_record *send_queue_current(struct send_queue *q)
{
    if (send_queue_is_again(q))
        return send_slot_record(next_again(q));
    return q->current ? &q->current->batch->records[q->current->next] : NULL;
}

struct send_slot *send_queue_slot(struct send_queue *q)
{
    return send_queue_is_again(q) ? next_again(q) : &q->current->slots[q->current->next];
}

void send_queue_keep(struct send_queue *q, void *memory)
{
    vec_push(&send_queue_slot(q)->flight->kept, memory);
}

static void advance(struct send_queue *q)
{
    if (send_queue_is_again(q)) {
        if (++q->again_next == q->again.count)
            q->again_next = q->again.count = 0;
    } else if (++q->current->next == q->current->batch->count) {
        q->current = NULL;
    }
}

static void close_one(struct send_queue *q, struct send_flight *f)
{
    assert(f->open > 0);
    if (--f->open == 0)
        release(q, f);
}

void send_queue_sent(struct send_queue *q)
{
    advance(q);
}

void send_queue_skip(struct send_queue *q)
{
    struct send_flight *f = send_queue_slot(q)->flight;

    advance(q);
    close_one(q, f);
}

void send_queue_skip_all(struct send_queue *q)
{
    while (send_queue_current(q))
        send_queue_skip(q);
}

const struct tern_source_record *send_slot_record(const struct send_slot *slot)
{
    return &slot->flight->batch->records[slot - slot->flight->slots];
}

void send_queue_done(struct send_queue *q, struct send_slot *slot)
{
    close_one(q, slot->flight);
}

size_t send_queue_batches(const struct send_queue *q)
{
    return q->batches;
}
