/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/convert/schema_cache.h"

#include <stdlib.h>

#include "lib/base/vec.h"
#include "lib/base/xmem.h"

struct schema_cache {
    VEC(struct schema_cache_entry *) entries;
    size_t max;
    uint64_t clock;
};

struct schema_cache *schema_cache_new(size_t max)
{
    struct schema_cache *c = xcalloc(1, sizeof(*c));

    c->max = max ? max : 1;
    return c;
}

static void drop(struct schema_cache_entry *e)
{
    schema_unref(e->schema);
    free((void *)e->text.at); /* its copy */
    free(e);
}

void schema_cache_free(struct schema_cache *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->entries.count; i++)
        drop(c->entries.at[i]);
    vec_fini(&c->entries);
    free(c);
}

static const struct schema_cache_entry *use(struct schema_cache *c, struct schema_cache_entry *e)
{
    e->used = ++c->clock;
    return e;
}

const struct schema_cache_entry *schema_cache_by_schema(struct schema_cache *c, uint64_t hash,
                                                        const struct tern_schema *schema)
{
    for (size_t i = 0; i < c->entries.count; i++) {
        struct schema_cache_entry *e = c->entries.at[i];

        if (e->hash == hash && e->schema && schema_equal(schema_face(e->schema), schema))
            return use(c, e);
    }
    return NULL;
}

uint64_t schema_cache_hash(struct slice text)
{
    uint64_t hash = 14695981039346656037u;

    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ text.at[i]) * 1099511628211u; /* FNV-1a */
    return hash;
}

const struct schema_cache_entry *schema_cache_by_text(struct schema_cache *c, struct slice text)
{
    uint64_t hash = schema_cache_hash(text);

    for (size_t i = 0; i < c->entries.count; i++) {
        struct schema_cache_entry *e = c->entries.at[i];

        if (e->hash == hash && slice_equal(e->text, text))
            return use(c, e);
    }
    return NULL;
}

/* The place of the least used. */
static size_t oldest(const struct schema_cache *c)
{
    size_t at = 0;

    for (size_t i = 1; i < c->entries.count; i++) {
        if (c->entries.at[i]->used < c->entries.at[at]->used)
            at = i;
    }
    return at;
}

const struct schema_cache_entry *schema_cache_put(struct schema_cache *c, uint64_t hash,
                                                  struct schema *schema, struct slice text)
{
    struct schema_cache_entry *e = xcalloc(1, sizeof(*e));

    e->hash = hash;
    e->schema = schema;
    e->text = slice_of(xmemdup(text.at, text.len), text.len);
    if (c->entries.count >= c->max) {
        size_t at = oldest(c);

        drop(c->entries.at[at]);
        c->entries.at[at] = e;
    } else {
        vec_push(&c->entries, e);
    }
    return use(c, e);
}
