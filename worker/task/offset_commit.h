/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * offset_commit - which offsets of a source task wait to be written, and when: the machine of
 * connect-runtime.md 2.3. Pure: the caller writes, reads the clock, and calls the plugin.
 *
 * One flush at a time. A flush that fails or takes too long is taken back: what it held goes
 * under what came since, and its late outcome counts no more. Fixed delay: the interval runs
 * from the end of one commit to the start of the next. Peers: SourceTaskOffsetCommitter,
 * OffsetStorageWriter.
 */
#include "worker/store/offset_store.h"

struct offset_commit;

struct offset_commit *offset_commit_new(int64_t interval_ms, int64_t timeout_ms, int64_t now_ms);
/* NULL is a no-op. */
void offset_commit_free(struct offset_commit *c);

/* The offset of one partition, to be written with the next flush instead of an older one. Copies.
 */
void offset_commit_add(struct offset_commit *c, const char *key, const char *value);

enum offset_commit_step {
    OFFSET_COMMIT_NONE,
    OFFSET_COMMIT_WRITE,  /* write the entries, then say so with offset_commit_written() */
    OFFSET_COMMIT_DONE,   /* all is written, or nothing was to be: the plugin's commit() is due */
    OFFSET_COMMIT_FAILED, /* the write failed; it comes again with the next flush */
    OFFSET_COMMIT_TIMED_OUT, /* it took too long; likewise */
};

/* What to write: borrowed until the next call. id names the flush. */
struct offset_flush_plan {
    const struct offset_entry *entries;
    size_t count;
    uint64_t id;
};

/*
 * Commits that come before the interval has passed: early_ms after the last one (0: never), or a
 * tenth of it when there are very many; the first at once, and the next at twice the age of the
 * one before; always when so many records wait that writing their offsets costs little beside
 * writing them. So what a crash repeats is about early_ms of flow, or what came in the second half
 * of a short life, and not an interval of it. Java has only the interval.
 */
void offset_commit_set_early(struct offset_commit *c, int64_t early_ms);
bool offset_commit_early_due(const struct offset_commit *c, int64_t now_ms, size_t records,
                             size_t partitions);

/* Whether a commit is due; never while one is under way. */
bool offset_commit_due(const struct offset_commit *c, int64_t now_ms);
bool offset_commit_flushing(const struct offset_commit *c);
/* When offset_commit_due() or offset_commit_tick() has something next. */
int64_t offset_commit_next_ms(const struct offset_commit *c);

/* Starts a flush (none is under way) that ends by now + timeout_ms: WRITE with *ret_plan, or DONE.
 */
enum offset_commit_step offset_commit_begin(struct offset_commit *c, int64_t now_ms,
                                            int64_t timeout_ms, struct offset_flush_plan *ret_plan);
/* A write has ended. DONE, FAILED, or NONE when the flush was given up before. */
enum offset_commit_step offset_commit_written(struct offset_commit *c, uint64_t id, bool ok,
                                              int64_t now_ms);
/* TIMED_OUT when the flush under way has passed its end, else NONE. */
enum offset_commit_step offset_commit_tick(struct offset_commit *c, int64_t now_ms);
/* Of the configuration. */
int64_t offset_commit_timeout_ms(const struct offset_commit *c);
