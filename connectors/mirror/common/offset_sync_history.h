/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * offset_sync_history - all offset syncs of one partition, as far as memory goes, for translations
 * that are as tight as the syncs allow.
 *
 * A sync is a fact: the record at the upstream offset was written at the downstream one. Facts are
 * kept in order, both offsets growing. What makes that safe: records of a partition are mirrored in
 * order, so whatever a group that stands behind a fact has not read was written behind that fact.
 *
 * - A sync that goes back upstream (a restart after a crash, a topic that was created anew) takes
 *   the place of the facts from there on; those before it stay: records before them were mirrored
 *   before, and positions further ahead on the target are never given for them.
 * - A sync that goes back downstream says that the target's log was lost: all facts are dropped.
 * - A group that stands before the first fact can be translated only when that is the first record
 *   of the target's log: then it goes on at 0.
 * - When there are too many, every other fact of the older half is given up.
 * - What comes behind the marker of a transaction is no news to a group that waits for it: its
 *   position stays before the marker.
 *
 * Differences to Java's OffsetSyncStore, which keeps 64 syncs at distances that double, drops them
 * all when upstream goes back, and keeps those that the target has lost. Pure; not locked.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct offset_fact {
    int64_t upstream, downstream;
};

struct offset_sync_history {
    struct offset_fact *at; /* both members grow strictly */
    size_t count, cap;
    bool from_start; /* nothing of the partition is on the target before the first fact */
};

void offset_sync_history_fini(struct offset_sync_history *h);
/* Forgets all facts. */
void offset_sync_history_clear(struct offset_sync_history *h);
/* Takes a sync; keeps limit facts at most (4 at least). */
void offset_sync_history_add(struct offset_sync_history *h, int64_t upstream, int64_t downstream,
                             size_t limit);

/*
 * Where a group that has committed upstream is to go on: no record that it has not read is before
 * that. False: it stands before all that is known.
 */
bool offset_sync_history_translate(const struct offset_sync_history *h, int64_t upstream,
                                   int64_t *ret_downstream);
/*
 * How many records that it has committed, at most, a group at upstream reads again when it goes on
 * at downstream: offsets, so that gaps count; those only that are known to be mirrored. -1: it is
 * not known.
 */
int64_t offset_sync_history_reread(const struct offset_sync_history *h, int64_t upstream,
                                   int64_t downstream);
/*
 * Whether the facts rule out that downstream is a safe position for upstream: it is beyond what
 * was mirrored, or records at or after upstream are known to stand before it.
 */
bool offset_sync_history_contradicts(const struct offset_sync_history *h, int64_t upstream,
                                     int64_t downstream);
