/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/offset_sync_writer.h"

#include <assert.h>

#include "lib/base/xmem.h"

enum queue_name {
    PENDING,
    DELAYED,
    QUEUES
};

#define NOWHERE SIZE_MAX
#define NEVER   INT64_MIN

/* A partition's place in a queue. */
struct place {
    bool waits;
    bool is_fresh;         /* put or replaced since the last tick */
    size_t previous, next; /* partition numbers, or NOWHERE */
    int64_t upstream_offset, downstream_offset;
    int64_t since_ms; /* of the first tick that saw it wait; NEVER: none has */
};

struct partition {
    int64_t previous_upstream, previous_downstream; /* of the last record; -1: none yet */
    int64_t synced_downstream;                      /* of the last sync; -1: none yet */
    int64_t ticked_ms;                              /* when a tick last sent one; or NEVER */
    struct place places[QUEUES];
};

struct queue {
    size_t first, last; /* partition numbers, or NOWHERE */
    size_t count;
};

struct offset_sync_writer {
    int64_t lag_max;
    size_t permits;
    size_t in_flight;
    struct queue queues[QUEUES];
    size_t count;
    struct partition partitions[];
};

struct offset_sync_writer *offset_sync_writer_new(size_t partitions, int64_t offset_lag_max)
{
    struct offset_sync_writer *w;

    w = xreallocarray(NULL, 1, sizeof(*w) + partitions * sizeof(w->partitions[0]));
    *w = (struct offset_sync_writer){
        .lag_max = offset_lag_max, .permits = OFFSET_SYNC_WRITER_PERMITS, .count = partitions};
    for (int q = 0; q < QUEUES; q++)
        w->queues[q] = (struct queue){.first = NOWHERE, .last = NOWHERE};
    for (size_t i = 0; i < partitions; i++) {
        w->partitions[i] = (struct partition){.previous_upstream = -1,
                                              .previous_downstream = -1,
                                              .synced_downstream = -1,
                                              .ticked_ms = NEVER};
    }
    return w;
}

void offset_sync_writer_free(struct offset_sync_writer *writer)
{
    free(writer);
}

/* Appends the partition, or replaces its offsets where it stands. */
static void put(struct offset_sync_writer *w, enum queue_name name, size_t partition,
                int64_t upstream, int64_t downstream)
{
    struct queue *queue = &w->queues[name];
    struct place *place = &w->partitions[partition].places[name];

    place->upstream_offset = upstream;
    place->downstream_offset = downstream;
    place->is_fresh = true;
    if (place->waits)
        return;
    place->waits = true;
    place->since_ms = NEVER;
    place->previous = queue->last;
    place->next = NOWHERE;
    if (queue->last == NOWHERE)
        queue->first = partition;
    else
        w->partitions[queue->last].places[name].next = partition;
    queue->last = partition;
    queue->count++;
}

static void take(struct offset_sync_writer *w, enum queue_name name, size_t partition)
{
    struct queue *queue = &w->queues[name];
    struct place *place = &w->partitions[partition].places[name];

    if (!place->waits)
        return;
    place->waits = false;
    if (place->previous == NOWHERE)
        queue->first = place->next;
    else
        w->partitions[place->previous].places[name].next = place->next;
    if (place->next == NOWHERE)
        queue->last = place->previous;
    else
        w->partitions[place->next].places[name].previous = place->previous;
    queue->count--;
}

/* a - b as Java computes it. */
static int64_t minus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

/* Whether a record makes a sync due at once; moves the partition on. */
static bool advance(struct partition *p, int64_t lag_max, int64_t upstream, int64_t downstream)
{
    bool is_first = p->synced_downstream == -1;
    bool is_far = minus(downstream, minus(p->synced_downstream, -1)) >= lag_max;
    bool has_gap = minus(upstream, p->previous_upstream) != 1;
    bool is_rewound = downstream < p->previous_downstream;
    bool is_due = is_first || is_far || has_gap || is_rewound;

    if (is_due)
        p->synced_downstream = downstream;
    p->previous_upstream = upstream;
    p->previous_downstream = downstream;
    return is_due;
}

bool offset_sync_writer_update(struct offset_sync_writer *writer, size_t partition,
                               int64_t upstream_offset, int64_t downstream_offset)
{
    bool is_due;

    assert(partition < writer->count);
    is_due = advance(&writer->partitions[partition], writer->lag_max, upstream_offset,
                     downstream_offset);
    if (is_due)
        take(writer, DELAYED, partition);
    put(writer, is_due ? PENDING : DELAYED, partition, upstream_offset, downstream_offset);
    return is_due;
}

bool offset_sync_writer_next(struct offset_sync_writer *writer, struct offset_sync_due *ret_due)
{
    size_t partition = writer->queues[PENDING].first;
    const struct place *place;

    if (partition == NOWHERE || writer->in_flight >= writer->permits)
        return false;
    place = &writer->partitions[partition].places[PENDING];
    *ret_due =
        (struct offset_sync_due){partition, place->upstream_offset, place->downstream_offset};
    take(writer, PENDING, partition);
    writer->in_flight++;
    return true;
}

void offset_sync_writer_completed(struct offset_sync_writer *writer)
{
    assert(writer->in_flight > 0);
    writer->in_flight--;
}

void offset_sync_writer_allow(struct offset_sync_writer *writer, size_t permits)
{
    writer->permits = permits;
}

/* The delayed sync of a partition becomes pending. */
static void promote(struct offset_sync_writer *w, size_t partition)
{
    const struct place *place = &w->partitions[partition].places[DELAYED];

    put(w, PENDING, partition, place->upstream_offset, place->downstream_offset);
    take(w, DELAYED, partition);
}

/* Whether the delayed sync of a partition has waited enough. */
static bool is_ripe(struct partition *p, int64_t now_ms, int64_t interval_ms)
{
    struct place *place = &p->places[DELAYED];
    bool is_idle = !place->is_fresh;

    if (place->since_ms == NEVER)
        place->since_ms = now_ms;
    place->is_fresh = false;
    if (p->ticked_ms != NEVER && now_ms - p->ticked_ms < interval_ms)
        return false;
    return is_idle || now_ms - place->since_ms >= interval_ms;
}

bool offset_sync_writer_tick(struct offset_sync_writer *writer, int64_t now_ms, int64_t interval_ms)
{
    size_t next = writer->queues[DELAYED].first;
    bool any = false;

    while (next != NOWHERE) {
        size_t partition = next;
        struct partition *p = &writer->partitions[partition];

        next = p->places[DELAYED].next;
        if (!is_ripe(p, now_ms, interval_ms))
            continue;
        p->ticked_ms = now_ms;
        promote(writer, partition);
        any = true;
    }
    return any;
}

void offset_sync_writer_flush(struct offset_sync_writer *writer)
{
    size_t partition;

    while ((partition = writer->queues[DELAYED].first) != NOWHERE)
        promote(writer, partition);
}

size_t offset_sync_writer_pending(const struct offset_sync_writer *writer)
{
    return writer->queues[PENDING].count;
}

size_t offset_sync_writer_delayed(const struct offset_sync_writer *writer)
{
    return writer->queues[DELAYED].count;
}

size_t offset_sync_writer_in_flight(const struct offset_sync_writer *writer)
{
    return writer->in_flight;
}
