/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * checkpoint_store - the last checkpoint of each group and remote partition.
 *
 * Filled from the checkpoints topic at start, then by emission; read by group offset sync.
 * Peer: org.apache.kafka.connect.mirror.CheckpointStore. Not locked: the caller's lock guards it.
 */
#include "lib/base/slice.h"

#include <stddef.h>
#include <stdint.h>

struct checkpoint_store;

/* Owned by the store; borrowed until the store changes. */
struct checkpoint_entry {
    const char *topic; /* as named on the target cluster */
    int32_t partition;
    int64_t upstream_offset;
    int64_t downstream_offset;
    const char *metadata;
};

struct checkpoint_store *checkpoint_store_new(void);
/* NULL is a no-op. */
void checkpoint_store_free(struct checkpoint_store *store);
/* Forgets everything. */
void checkpoint_store_clear(struct checkpoint_store *store);

/*
 * Copies a checkpoint in; it replaces that of the same group and partition. Returns the entry;
 * NULL, and nothing stored, when topic cannot be the name of a topic.
 */
const struct checkpoint_entry *checkpoint_store_put(struct checkpoint_store *store,
                                                    const char *group, struct slice topic,
                                                    int32_t partition, int64_t upstream_offset,
                                                    int64_t downstream_offset,
                                                    struct slice metadata);
/* NULL: none. */
const struct checkpoint_entry *checkpoint_store_get(const struct checkpoint_store *store,
                                                    const char *group, const char *topic,
                                                    int32_t partition);

/* Forgets one checkpoint, if it is there. */
void checkpoint_store_remove(struct checkpoint_store *store, const char *group, const char *topic,
                             int32_t partition);

/* Groups that have a checkpoint, in byte order, by index; borrowed until the store changes. */
size_t checkpoint_store_group_count(const struct checkpoint_store *store);
const char *checkpoint_store_group_name(const struct checkpoint_store *store, size_t index);
/* Calls each() for every checkpoint of a group, ordered by topic. each() must not change the store.
 */
void checkpoint_store_each(const struct checkpoint_store *store, const char *group,
                           void (*each)(void *arg, const struct checkpoint_entry *entry),
                           void *arg);
