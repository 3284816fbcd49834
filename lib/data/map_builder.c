/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/data/map_builder.h"

#include <stdlib.h>

#include "lib/base/xmem.h"
#include "lib/data/value.h"

enum {
    SLOTS_MIN = 16
};

static void grow_slots(struct map_builder *m)
{
    m->slot_count = m->slot_count ? 2 * m->slot_count : SLOTS_MIN;
    free(m->slots);
    m->slots = xcalloc(m->slot_count, sizeof(*m->slots));
    for (size_t i = 0; i < m->count; i++) {
        size_t at = m->hashes[i] & (m->slot_count - 1);

        while (m->slots[at])
            at = (at + 1) & (m->slot_count - 1);
        m->slots[at] = (uint32_t)i + 1;
    }
}

static void grow_entries(struct map_builder *m)
{
    if (m->count < m->cap)
        return;
    m->cap = m->cap ? 2 * m->cap : SLOTS_MIN;
    m->entries = xreallocarray(m->entries, m->cap, sizeof(*m->entries));
    m->hashes = xreallocarray(m->hashes, m->cap, sizeof(*m->hashes));
}

void map_builder_put(struct map_builder *m, const struct tern_value *key,
                     const struct tern_value *value)
{
    uint64_t hash = value_hash(key);
    size_t at;

    if (m->count >= m->slot_count / 2)
        grow_slots(m);
    at = hash & (m->slot_count - 1);
    for (; m->slots[at]; at = (at + 1) & (m->slot_count - 1)) {
        size_t i = m->slots[at] - 1;

        if (m->hashes[i] == hash && value_equal(&m->entries[i].key, key)) {
            m->entries[i].value = *value;
            return;
        }
    }
    grow_entries(m);
    m->entries[m->count] = (struct tern_entry){*key, *value};
    m->hashes[m->count] = hash;
    m->slots[at] = (uint32_t)++m->count;
}

struct tern_map map_builder_finish(struct map_builder *m, struct arena *a)
{
    return (struct tern_map){arena_dup(a, m->entries, m->count * sizeof(*m->entries)), m->count};
}

void map_builder_fini(struct map_builder *m)
{
    free(m->entries);
    free(m->hashes);
    free(m->slots);
    *m = (struct map_builder)MAP_BUILDER_INIT;
}
