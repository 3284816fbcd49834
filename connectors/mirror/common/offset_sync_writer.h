/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * offset_sync_writer - when the offset sync of a partition is due, and which to send next.
 *
 * A pure machine over the partitions of one task, which are numbered from 0 by the caller. Two
 * queues, in the order of insertion, hold at most one sync for each partition: pending ones wait
 * for a permit to be sent, delayed ones for offset_sync_writer_flush(). Peer:
 * org.apache.kafka.connect.mirror.OffsetSyncWriter. Not locked: the caller's lock guards it.
 *
 * Use: after update() and flush(), take next() until it is false and send each, without the
 * lock; completed() for each sent, then next() again.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Syncs of a task that are sent and not yet acknowledged, at most, unless told otherwise. */
enum {
    OFFSET_SYNC_WRITER_PERMITS = 10
};

struct offset_sync_writer;

struct offset_sync_due {
    size_t partition; /* the caller's number */
    int64_t upstream_offset;
    int64_t downstream_offset;
};

/* offset_lag_max: offset.lag.max. */
struct offset_sync_writer *offset_sync_writer_new(size_t partitions, int64_t offset_lag_max);
/* NULL is a no-op. */
void offset_sync_writer_free(struct offset_sync_writer *writer);

/*
 * A record of the partition was acknowledged: its sync becomes pending (true) or delayed. Stale
 * syncs of the partition that wait are replaced.
 */
bool offset_sync_writer_update(struct offset_sync_writer *writer, size_t partition,
                               int64_t upstream_offset, int64_t downstream_offset);
/* Takes the sync to send now, and a permit; false when none is pending or no permit is free. */
bool offset_sync_writer_next(struct offset_sync_writer *writer, struct offset_sync_due *ret_due);
/* A sync was sent, or failed for good: its permit is free again. */
void offset_sync_writer_completed(struct offset_sync_writer *writer);
/*
 * Allows that many syncs to be under way. With few permits and a long way to the broker, syncs of
 * a fast partition replace each other while they wait.
 */
void offset_sync_writer_allow(struct offset_sync_writer *writer, size_t permits);
/*
 * Time has passed; called several times in an interval. Delayed syncs of partitions that have
 * brought no record since the last call become pending, and those that wait for an interval:
 * at most one in an interval for each partition. Returns whether any did. Java leaves them until
 * flush(), so that a group at the end is not translated to the end for up to a minute.
 */
bool offset_sync_writer_tick(struct offset_sync_writer *writer, int64_t now_ms,
                             int64_t interval_ms);
/* Offsets were committed: delayed syncs become pending. */
void offset_sync_writer_flush(struct offset_sync_writer *writer);

/* Syncs that wait, pending or delayed; sent and not completed. */
size_t offset_sync_writer_pending(const struct offset_sync_writer *writer);
size_t offset_sync_writer_delayed(const struct offset_sync_writer *writer);
size_t offset_sync_writer_in_flight(const struct offset_sync_writer *writer);
