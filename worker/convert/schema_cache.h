/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * schema_cache - schemas and their text, each found by the other; the least used goes when it is
 * full. One owner, one thread.
 */
#include "lib/base/slice.h"
#include "lib/data/schema.h"

struct schema_cache;

/* NULL fields of what is not known. */
struct schema_cache_entry {
    uint64_t hash;
    struct schema *schema; /* a reference; NULL stands for no schema at all */
    struct slice text;     /* owned */
    uint64_t used;
};

/* At most max entries, one at least. */
struct schema_cache *schema_cache_new(size_t max);
/* NULL is a no-op. */
void schema_cache_free(struct schema_cache *c);
/* NULL when it is not there; borrowed until the next put. */
const struct schema_cache_entry *schema_cache_by_schema(struct schema_cache *c, uint64_t hash,
                                                        const struct tern_schema *schema);
const struct schema_cache_entry *schema_cache_by_text(struct schema_cache *c, struct slice text);
/* Takes the reference; copies the text. hash: that of what is looked up. */
const struct schema_cache_entry *schema_cache_put(struct schema_cache *c, uint64_t hash,
                                                  struct schema *schema, struct slice text);
uint64_t schema_cache_hash(struct slice text);
