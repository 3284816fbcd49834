/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/checkpoint_store.h"

#include <string.h>

#include "connectors/mirror/common/mirror_partition.h"
#include "lib/base/ptrmap.h"
#include "lib/base/xmem.h"

/* The entry, and the strings it points to, in one block. */
struct stored {
    struct checkpoint_entry entry;
    char texts[];
};

struct checkpoint_store {
    struct ptrmap groups; /* struct ptrmap of struct stored by mirror_partition_key(), by group */
};

static void drop_group(void *value)
{
    ptrmap_fini(value);
    free(value);
}

struct checkpoint_store *checkpoint_store_new(void)
{
    struct checkpoint_store *store = xcalloc(1, sizeof(*store));

    store->groups = (struct ptrmap)PTRMAP_INIT(drop_group);
    return store;
}

void checkpoint_store_free(struct checkpoint_store *store)
{
    if (!store)
        return;
    ptrmap_fini(&store->groups);
    free(store);
}

void checkpoint_store_clear(struct checkpoint_store *store)
{
    ptrmap_fini(&store->groups);
    store->groups = (struct ptrmap)PTRMAP_INIT(drop_group);
}

static struct ptrmap *want_group(struct checkpoint_store *store, const char *group)
{
    struct ptrmap *partitions = ptrmap_get(&store->groups, group);

    if (!partitions) {
        partitions = xcalloc(1, sizeof(*partitions));
        *partitions = (struct ptrmap)PTRMAP_INIT(free);
        ptrmap_set(&store->groups, group, partitions);
    }
    return partitions;
}

const struct checkpoint_entry *checkpoint_store_put(struct checkpoint_store *store,
                                                    const char *group, struct slice topic,
                                                    int32_t partition, int64_t upstream_offset,
                                                    int64_t downstream_offset,
                                                    struct slice metadata)
{
    char key[MIRROR_PARTITION_KEY_SIZE];
    struct stored *stored;
    char *text;

    if (!mirror_partition_key(topic, partition, key))
        return NULL;

    stored = xmalloc(sizeof(*stored) + topic.len + 1 + metadata.len + 1);
    text = stored->texts;
    memcpy(text, topic.at, topic.len);
    text[topic.len] = '\0';
    text += topic.len + 1;
    if (metadata.len)
        memcpy(text, metadata.at, metadata.len);
    text[metadata.len] = '\0';
    stored->entry = (struct checkpoint_entry){stored->texts, partition, upstream_offset,
                                              downstream_offset, text};
    ptrmap_set(want_group(store, group), key, stored);
    return &stored->entry;
}

const struct checkpoint_entry *checkpoint_store_get(const struct checkpoint_store *store,
                                                    const char *group, const char *topic,
                                                    int32_t partition)
{
    const struct ptrmap *partitions = ptrmap_get(&store->groups, group);
    char key[MIRROR_PARTITION_KEY_SIZE];
    const struct stored *stored;

    if (!partitions || !mirror_partition_key(slice_str(topic), partition, key))
        return NULL;
    stored = ptrmap_get(partitions, key);
    return stored ? &stored->entry : NULL;
}

void checkpoint_store_remove(struct checkpoint_store *store, const char *group, const char *topic,
                             int32_t partition)
{
    struct ptrmap *partitions = ptrmap_get(&store->groups, group);
    char key[MIRROR_PARTITION_KEY_SIZE];

    if (partitions && mirror_partition_key(slice_str(topic), partition, key))
        ptrmap_remove(partitions, key);
}

size_t checkpoint_store_group_count(const struct checkpoint_store *store)
{
    return store->groups.count;
}

const char *checkpoint_store_group_name(const struct checkpoint_store *store, size_t index)
{
    return store->groups.entries[index].key;
}

void checkpoint_store_each(const struct checkpoint_store *store, const char *group,
                           void (*each)(void *arg, const struct checkpoint_entry *entry), void *arg)
{
    const struct ptrmap *partitions = ptrmap_get(&store->groups, group);

    if (!partitions)
        return;
    PTRMAP_FOREACH (partitions, e) {
        const struct stored *stored = e->value;

        each(arg, &stored->entry);
    }
}
