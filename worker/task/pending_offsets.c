/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/pending_offsets.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/jsonx.h"
#include "lib/base/ptrmap.h"
#include "lib/base/vec.h"
#include "lib/base/xmem.h"

enum {
    RING_FIRST = 16,
    OFFSET_MAX_BYTES = 1024 * 1024
};

/* An offset: a number, or a whole JSON object whose memory is kept for the next one. */
struct offset {
    int64_t number;
    char *json;
    uint32_t json_cap;
    bool has_json;
};

struct entry {
    struct offset offset;
    bool acked;
};

struct pending_queue {
    struct pending_offsets *owner;
    char *key;
    char *prefix;       /* {"<offset name>": */
    struct entry *ring; /* [cap], a power of two; record t is at t & (cap - 1) */
    size_t cap;
    uint64_t head;      /* the oldest record that is not acknowledged with all before it */
    uint64_t tail;      /* the next ticket */
    size_t open;        /* neither acknowledged nor refused */
    bool refused;       /* one was, since the last reset */
    struct offset done; /* of the last record before head, while dirty */
    bool dirty;         /* done was not taken yet */
    struct buf value;   /* text of done as taken last */
};

struct pending_offsets {
    struct ptrmap queues;              /* by key; owned */
    VEC(struct pending_queue *) dirty; /* in the order in which they became so */
    VEC(struct committable) taken;
    size_t unacked;
    size_t records; /* acknowledged ones before the heads, not taken yet */
};

static void queue_free(void *p)
{
    struct pending_queue *q = p;

    for (size_t i = 0; i < q->cap; i++)
        free(q->ring[i].offset.json);
    free(q->ring);
    free(q->done.json);
    buf_fini(&q->value);
    free(q->prefix);
    free(q->key);
    free(q);
}

struct pending_offsets *pending_offsets_new(void)
{
    struct pending_offsets *p = xcalloc(1, sizeof(*p));

    p->queues = (struct ptrmap)PTRMAP_INIT(queue_free);
    return p;
}

void pending_offsets_free(struct pending_offsets *p)
{
    if (!p)
        return;
    ptrmap_fini(&p->queues);
    vec_fini(&p->dirty);
    vec_fini(&p->taken);
    free(p);
}

void pending_offsets_clear(struct pending_offsets *p)
{
    ptrmap_fini(&p->queues);
    p->queues = (struct ptrmap)PTRMAP_INIT(queue_free);
    p->dirty.count = p->taken.count = 0;
    p->unacked = p->records = 0;
}

struct pending_queue *pending_offsets_queue(struct pending_offsets *p, const char *key,
                                            const char *offset_name)
{
    struct pending_queue *q = ptrmap_get(&p->queues, key);
    struct buf prefix = BUF_INIT(OFFSET_MAX_BYTES);

    if (q)
        return q;
    q = xcalloc(1, sizeof(*q));
    q->owner = p;
    q->key = xstrdup(key);
    buf_add_char(&prefix, '{');
    jsonx_write_string(&prefix, offset_name, strlen(offset_name));
    buf_add_char(&prefix, ':');
    q->prefix = buf_take_str(&prefix);
    q->cap = RING_FIRST;
    q->ring = xcalloc(q->cap, sizeof(*q->ring));
    q->value = (struct buf)BUF_INIT((size_t)2 * OFFSET_MAX_BYTES);
    ptrmap_set(&p->queues, key, q);
    return q;
}

const char *pending_queue_key(const struct pending_queue *q)
{
    return q->key;
}

static struct entry *entry_at(struct pending_queue *q, uint64_t ticket)
{
    return &q->ring[ticket & (q->cap - 1)];
}

static void grow(struct pending_queue *q)
{
    struct entry *ring = xcalloc(2 * q->cap, sizeof(*ring));

    for (uint64_t t = q->head; t != q->tail; t++)
        ring[t & (2 * q->cap - 1)] = *entry_at(q, t);
    free(q->ring); /* full: every json in it has moved */
    q->ring = ring;
    q->cap *= 2;
}

static void offset_set(struct offset *o, int64_t number, const char *json)
{
    size_t size;

    o->number = number;
    o->has_json = json != NULL;
    if (!json)
        return;
    size = strlen(json) + 1;
    if (size > OFFSET_MAX_BYTES) { /* no offset of this size can be written */
        json = "";
        size = 1;
    }
    if (size > o->json_cap) {
        o->json = xreallocarray(o->json, size, 2);
        o->json_cap = (uint32_t)(2 * size);
    }
    memcpy(o->json, json, size);
}

uint64_t pending_queue_submit(struct pending_queue *q, int64_t offset, const char *offset_json)
{
    struct entry *e;

    if (q->tail - q->head == q->cap)
        grow(q);
    e = entry_at(q, q->tail);
    e->acked = false;
    offset_set(&e->offset, offset, offset_json);
    q->owner->unacked++;
    q->open++;
    return q->tail++;
}

static void become_dirty(struct pending_queue *q)
{
    if (q->dirty)
        return;
    q->dirty = true;
    vec_push(&q->owner->dirty, q);
}

void pending_queue_acked(struct pending_queue *q, uint64_t ticket)
{
    struct entry *last = NULL;

    assert(ticket - q->head < q->tail - q->head);
    assert(!entry_at(q, ticket)->acked);
    entry_at(q, ticket)->acked = true;
    q->owner->unacked--;
    q->open--;
    while (q->head != q->tail && entry_at(q, q->head)->acked) {
        last = entry_at(q, q->head++);
        q->owner->records++;
    }
    if (last) {
        struct offset done = q->done; /* its memory goes to the entry */

        q->done = last->offset;
        last->offset = done;
        become_dirty(q);
    }
}

void pending_queue_refused(struct pending_queue *q, uint64_t ticket)
{
    assert(ticket - q->head < q->tail - q->head);
    assert(!entry_at(q, ticket)->acked);
    q->owner->unacked--;
    q->open--;
    q->refused = true;
}

bool pending_queue_is_refused(const struct pending_queue *q)
{
    return q->refused;
}

size_t pending_queue_open(const struct pending_queue *q)
{
    return q->open;
}

void pending_queue_reset(struct pending_queue *q)
{
    assert(q->open == 0);
    q->head = q->tail;
    q->refused = false;
}

void pending_queue_drop_last(struct pending_queue *q)
{
    assert(q->head != q->tail && !entry_at(q, q->tail - 1)->acked);
    q->tail--;
    q->open--;
    q->owner->unacked--;
}

size_t pending_offsets_unacked(const struct pending_offsets *p)
{
    return p->unacked;
}

size_t pending_offsets_ready(const struct pending_offsets *p, size_t *ret_partitions)
{
    *ret_partitions = p->dirty.count;
    return p->records;
}

static const char *done_text(struct pending_queue *q)
{
    buf_clear(&q->value);
    if (q->done.has_json)
        buf_add_str(&q->value, q->done.json);
    else
        buf_add_fmt(&q->value, "%s%" PRId64 "}", q->prefix, q->done.number);
    return buf_str(&q->value);
}

size_t pending_offsets_take(struct pending_offsets *p, const struct committable **ret_offsets,
                            size_t *ret_records)
{
    p->taken.count = 0;
    for (size_t i = 0; i < p->dirty.count; i++) {
        struct pending_queue *q = p->dirty.at[i];

        q->dirty = false;
        vec_push(&p->taken, (struct committable){q->key, done_text(q)});
    }
    p->dirty.count = 0;
    *ret_records = p->records;
    p->records = 0;
    *ret_offsets = p->taken.at;
    return p->taken.count;
}
