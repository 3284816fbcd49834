/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * map_builder - puts a map together: of a key that comes twice the last value counts, in the
 * place of the first, as in a LinkedHashMap. Not locked.
 */
#include "lib/base/arena.h"

#include <tern/data.h>

#include <stdint.h>

struct map_builder {
    struct tern_entry *entries;
    uint64_t *hashes; /* of their keys */
    size_t count, cap;
    uint32_t *slots; /* a hash table of indices + 1; [slot_count], a power of two */
    size_t slot_count;
};

#define MAP_BUILDER_INIT \
    {                    \
        0                \
    }

void map_builder_put(struct map_builder *m, const struct tern_value *key,
                     const struct tern_value *value);
/* The map, its entries in the arena. */
struct tern_map map_builder_finish(struct map_builder *m, struct arena *a);
void map_builder_fini(struct map_builder *m);
