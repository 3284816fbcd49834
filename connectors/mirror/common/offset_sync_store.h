/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * offset_sync_store - what is kept of the offset-syncs topic, and translation by it.
 *
 * Per source partition 64 slots hold syncs at exponentially growing distances: slot 0 the newest,
 * slot 63 the oldest that translation may use. Two slots are the same when they hold the same
 * sync, not an equal one. Peer: org.apache.kafka.connect.mirror.OffsetSyncStore; its slots are
 * references, ours are runs of slots (a sync fills neighbouring slots only), so a partition costs
 * about 24 bytes for each of the 1 to 64 syncs that are left.
 *
 * A pure structure: not locked, reads no topic. Life: new, start(), add() for the records up to
 * the end offsets that were there at the start, end_reached(), add() for what follows.
 */
#include "lib/base/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    OFFSET_SYNC_STORE_SLOTS = 64,
    OFFSET_SYNC_STORE_BEHIND = -1
};

struct offset_sync_store;

/* A store that is Java's: OFFSET_SYNC_STORE_SLOTS for each partition. */
struct offset_sync_store *offset_sync_store_new(void);
/* One that keeps all syncs, about facts_max: see offset_sync_history.h. */
struct offset_sync_store *offset_sync_store_new_tight(size_t facts_max);
/* NULL is a no-op. */
void offset_sync_store_free(struct offset_sync_store *store);

/*
 * must_read_to_end: of the records of the initial read only the last of each partition is kept,
 * because the checkpoints of a former generation could not be read (older syncs might translate
 * backwards). Called once, before the first add(); without it, true is assumed.
 */
void offset_sync_store_start(struct offset_sync_store *store, bool must_read_to_end);
/* Takes one sync. A topic that no topic can be called is left out. */
void offset_sync_store_add(struct offset_sync_store *store, struct slice topic, int32_t partition,
                           int64_t upstream_offset, int64_t downstream_offset);
/* The initial read is done: from now on offsets are translated. */
void offset_sync_store_end_reached(struct offset_sync_store *store);
bool offset_sync_store_is_ready(const struct offset_sync_store *store);

/*
 * Translates a group's committed upstream_offset. False: none, because the initial read is not
 * done or the partition has no sync. *ret_offset OFFSET_SYNC_STORE_BEHIND: the group is behind all
 * that is known; else the offset of the nearest sync before, plus at most one.
 */
bool offset_sync_store_translate(const struct offset_sync_store *store, const char *topic,
                                 int32_t partition, int64_t upstream_offset, int64_t *ret_offset);

/* Partitions that have a sync. */
size_t offset_sync_store_count(const struct offset_sync_store *store);

/*
 * A tight store only: how many records a group at upstream_offset reads again, at most, when it
 * goes on at downstream_offset. -1: it is not known.
 */
int64_t offset_sync_store_reread(const struct offset_sync_store *store, const char *topic,
                                 int32_t partition, int64_t upstream_offset,
                                 int64_t downstream_offset);
/*
 * A tight store only. Whether what is known rules a former translation out: the target's log was
 * lost since, or does not reach that far. False of another store.
 */
bool offset_sync_store_contradicts(const struct offset_sync_store *store, const char *topic,
                                   int32_t partition, int64_t upstream_offset,
                                   int64_t downstream_offset);

struct offset_sync_slot {
    int64_t upstream_offset;
    int64_t downstream_offset;
    int run; /* slots of the same run hold the same sync */
};
/* The slots of one partition of Java's store, for tests; false when it has no sync. */
bool offset_sync_store_slots(const struct offset_sync_store *store, const char *topic,
                             int32_t partition,
                             struct offset_sync_slot ret_slots[OFFSET_SYNC_STORE_SLOTS]);
