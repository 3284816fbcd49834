/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/offset_sync_store.h"

#include <assert.h>

#include "connectors/mirror/common/mirror_partition.h"
#include "connectors/mirror/common/offset_sync_history.h"
#include "lib/base/ptrmap.h"
#include "lib/base/xmem.h"

enum {
    SLOTS = OFFSET_SYNC_STORE_SLOTS
};

/* One sync and the slots that hold it: from first_slot to before the next run's. */
struct run {
    int64_t upstream, downstream;
    int first_slot;
};

/* The syncs of one partition, newest first. */
struct history {
    int count;
    struct run runs[];
};

struct offset_sync_store {
    bool must_read_to_end;
    bool is_started;
    bool read_to_end;
    size_t facts_max; /* of all partitions; 0: Java's 64 slots for each */
    size_t facts;     /* kept now */
    struct ptrmap
        partitions; /* struct history, or offset_sync_history, by mirror_partition_key() */
};

/* The slots unfolded: what the replacement works on. */
struct slot {
    int64_t upstream, downstream;
    int id; /* the same sync has the same id */
};

struct offset_sync_store *offset_sync_store_new(void)
{
    struct offset_sync_store *store = xcalloc(1, sizeof(*store));

    store->must_read_to_end = true;
    store->partitions = (struct ptrmap)PTRMAP_INIT(free);
    return store;
}

static void drop_history(void *history)
{
    offset_sync_history_fini(history);
    free(history);
}

struct offset_sync_store *offset_sync_store_new_tight(size_t facts_max)
{
    struct offset_sync_store *store = offset_sync_store_new();

    assert(facts_max > 0);
    store->facts_max = facts_max;
    store->partitions = (struct ptrmap)PTRMAP_INIT(drop_history);
    return store;
}

void offset_sync_store_free(struct offset_sync_store *store)
{
    if (!store)
        return;
    ptrmap_fini(&store->partitions);
    free(store);
}

void offset_sync_store_start(struct offset_sync_store *store, bool must_read_to_end)
{
    assert(!store->is_started && store->partitions.count == 0);
    store->is_started = true;
    store->must_read_to_end = must_read_to_end;
}

void offset_sync_store_end_reached(struct offset_sync_store *store)
{
    store->read_to_end = true;
}

bool offset_sync_store_is_ready(const struct offset_sync_store *store)
{
    return store->read_to_end;
}

size_t offset_sync_store_count(const struct offset_sync_store *store)
{
    return store->partitions.count;
}

/* What is kept of a partition; NULL: nothing. */
static const void *find(const struct offset_sync_store *store, struct slice topic,
                        int32_t partition)
{
    char key[MIRROR_PARTITION_KEY_SIZE];

    if (!mirror_partition_key(topic, partition, key))
        return NULL;
    return ptrmap_get(&store->partitions, key);
}

/* ---- slots and runs ---- */

static void unfold(const struct history *h, struct slot slots[SLOTS])
{
    for (int i = 0; i < h->count; i++) {
        int end = i + 1 < h->count ? h->runs[i + 1].first_slot : SLOTS;

        for (int s = h->runs[i].first_slot; s < end; s++)
            slots[s] = (struct slot){h->runs[i].upstream, h->runs[i].downstream, i};
    }
}

/* Returns owned. */
static struct history *fold(const struct slot slots[SLOTS])
{
    struct run runs[SLOTS];
    struct history *h;
    int count = 0;

    for (int s = 0; s < SLOTS; s++) {
        if (s == 0 || slots[s].id != slots[s - 1].id)
            runs[count++] = (struct run){slots[s].upstream, slots[s].downstream, s};
    }
    h = xmalloc(sizeof(*h) + (size_t)count * sizeof(runs[0]));
    h->count = count;
    /* cppcheck-suppress uninitvar ; the first count runs were set */
    memcpy(h->runs, runs, (size_t)count * sizeof(runs[0]));
    return h;
}

/* ---- the replacement rule: spec 7.4 ---- */

/* a + b as Java computes it: 64 bits, wrapping. */
static int64_t plus(int64_t a, uint64_t b)
{
    return (int64_t)((uint64_t)a + b);
}

/* Invariant B: x, in slot i, is not too far ahead of y, in slot j. A bound that overflowed holds.
 */
static bool near_enough(const struct slot *x, const struct slot *y, int i, int j)
{
    int64_t bound = plus(y->upstream, (UINT64_C(1) << j) - (UINT64_C(1) << i));

    return x->id == y->id || bound < 0 || x->upstream <= bound;
}

/* Invariant C: x, in slot i, is far enough ahead of its successor y. */
static bool far_enough(const struct slot *x, const struct slot *y, int i)
{
    int64_t bound = plus(y->upstream, UINT64_C(1) << (i > 2 ? i - 2 : 0));

    return x->id == y->id || (bound >= 0 && x->upstream >= bound);
}

/*
 * Finds what slot cur is to hold: the oldest of the former syncs from *at on that fits between
 * its neighbours; else *candidate stays what was found for the slot before.
 */
static void choose(const struct slot old[SLOTS], const struct slot slots[SLOTS], int cur, int *at,
                   struct slot *candidate)
{
    const struct slot *before = &slots[cur - 1];
    bool skips;

    do {
        const struct slot *o = &old[*at];
        bool is_far = far_enough(before, o, cur - 1);
        bool fits = near_enough(before, o, cur - 1, cur) && is_far &&
                    (cur == SLOTS - 1 || far_enough(o, &slots[cur + 1], cur));

        if (fits)
            *candidate = *o;
        skips = (*at < SLOTS - 1 && o->id == old[*at + 1].id) || !is_far;
        if (fits || skips)
            ++*at;
    } while (*at < cur && skips);
}

/* Puts newest in slot 0 and moves the others on as far as the invariants demand. */
static void insert(struct slot slots[SLOTS], const struct slot *newest)
{
    struct slot old[SLOTS], candidate = *newest;
    int at = 0;

    memcpy(old, slots, sizeof(old));
    slots[0] = *newest;
    for (int cur = 1; cur < SLOTS; cur++) {
        if (near_enough(&slots[cur - 1], &slots[cur], cur - 1, cur))
            return; /* this and what follows may stay as it is */
        choose(old, slots, cur, &at, &candidate);
        slots[cur] = candidate;
    }
}

/* ---- all facts ---- */

/* Facts that one partition may have: all it likes, until there are too many of all. */
static size_t partition_limit(const struct offset_sync_store *store)
{
    size_t share;

    if (store->facts < store->facts_max)
        return SIZE_MAX;
    share = store->facts_max / store->partitions.count;
    return share > SLOTS ? share : SLOTS;
}

static void add_fact(struct offset_sync_store *store, const char *key, int64_t upstream,
                     int64_t downstream)
{
    struct offset_sync_history *h = ptrmap_get(&store->partitions, key);

    if (!h) {
        h = xcalloc(1, sizeof(*h));
        ptrmap_set(&store->partitions, key, h);
    }
    store->facts -= h->count;
    if (!store->read_to_end && store->must_read_to_end)
        offset_sync_history_clear(h);
    offset_sync_history_add(h, upstream, downstream, partition_limit(store));
    store->facts += h->count;
}

int64_t offset_sync_store_reread(const struct offset_sync_store *store, const char *topic,
                                 int32_t partition, int64_t upstream_offset,
                                 int64_t downstream_offset)
{
    const struct offset_sync_history *h = find(store, slice_str(topic), partition);

    return store->facts_max && h ? offset_sync_history_reread(h, upstream_offset, downstream_offset)
                                 : -1;
}

bool offset_sync_store_contradicts(const struct offset_sync_store *store, const char *topic,
                                   int32_t partition, int64_t upstream_offset,
                                   int64_t downstream_offset)
{
    const struct offset_sync_history *h = find(store, slice_str(topic), partition);

    return store->facts_max && h &&
           offset_sync_history_contradicts(h, upstream_offset, downstream_offset);
}

/* ---- use ---- */

void offset_sync_store_add(struct offset_sync_store *store, struct slice topic, int32_t partition,
                           int64_t upstream_offset, int64_t downstream_offset)
{
    char key[MIRROR_PARTITION_KEY_SIZE];
    struct slot newest = {upstream_offset, downstream_offset, -1};
    struct slot slots[SLOTS];
    const struct history *former;

    if (!mirror_partition_key(topic, partition, key))
        return;
    if (store->facts_max) {
        add_fact(store, key, upstream_offset, downstream_offset);
        return;
    }
    former = ptrmap_get(&store->partitions, key);
    if (!former || (!store->read_to_end && store->must_read_to_end) ||
        upstream_offset < former->runs[0].upstream) {
        for (int s = 0; s < SLOTS; s++)
            slots[s] = newest;
    } else {
        unfold(former, slots);
        insert(slots, &newest);
    }
    ptrmap_set(&store->partitions, key, fold(slots));
}

bool offset_sync_store_translate(const struct offset_sync_store *store, const char *topic,
                                 int32_t partition, int64_t upstream_offset, int64_t *ret_offset)
{
    const struct history *h;
    const struct run *run;

    if (!store->read_to_end)
        return false;
    h = find(store, slice_str(topic), partition);
    if (!h)
        return false;
    if (store->facts_max) {
        if (!offset_sync_history_translate((const void *)h, upstream_offset, ret_offset))
            *ret_offset = OFFSET_SYNC_STORE_BEHIND;
        return true;
    }
    run = h->runs;
    while (run < &h->runs[h->count - 1] && run->upstream > upstream_offset)
        run++;
    if (run->upstream > upstream_offset)
        *ret_offset = OFFSET_SYNC_STORE_BEHIND;
    else
        *ret_offset = plus(run->downstream, run->upstream == upstream_offset ? 0 : 1);
    return true;
}

bool offset_sync_store_slots(const struct offset_sync_store *store, const char *topic,
                             int32_t partition,
                             struct offset_sync_slot ret_slots[OFFSET_SYNC_STORE_SLOTS])
{
    const struct history *h = find(store, slice_str(topic), partition);
    struct slot slots[SLOTS];

    if (!h)
        return false;
    unfold(h, slots);
    for (int s = 0; s < SLOTS; s++)
        ret_slots[s] =
            (struct offset_sync_slot){slots[s].upstream, slots[s].downstream, slots[s].id};
    return true;
}
