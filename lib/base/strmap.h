/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * strmap - strings by string, sorted by key in byte order: every configuration is one.
 *
 * Keys and values are copied in and owned by the map. A value may be NULL (Java's
 * null), which is not the same as an absent key. Not locked.
 */
#include "lib/base/macros.h"

#include <stdbool.h>
#include <stddef.h>

#include <tern/config.h>

struct strmap {
    struct tern_config_entry *entries; /* sorted; owns keys and values */
    size_t count;
    size_t cap;
};

#define STRMAP_INIT \
    {               \
        0           \
    }

#define STRMAP_FOREACH(map, entry)                               \
    for (const struct tern_config_entry *entry = (map)->entries; \
         entry && entry < (map)->entries + (map)->count; entry++)

void strmap_set(struct strmap *m, const char *key, const char *value);
void strmap_set_fmt(struct strmap *m, const char *key, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* False, and nothing changed, when the key is there. */
bool strmap_set_if_absent(struct strmap *m, const char *key, const char *value);
/* The value, borrowed until the next change; NULL when absent (or null). */
const char *strmap_get(const struct strmap *m, const char *key);
bool strmap_has(const struct strmap *m, const char *key);
bool strmap_remove(struct strmap *m, const char *key);
/* Sets every entry of src in dst. */
void strmap_add_all(struct strmap *dst, const struct tern_config *src);
/* Sets every entry of src whose key starts with prefix, prefix removed, but for a key equal to it.
 */
void strmap_add_prefixed(struct strmap *dst, const struct tern_config *src, const char *prefix);
void strmap_clear(struct strmap *m);
void strmap_fini(struct strmap *m);

/* A view for plugins and binders: borrowed until the next change. */
static inline struct tern_config strmap_config(const struct strmap *m)
{
    return (struct tern_config){m->entries, m->count};
}

/* Lookup in a view: the entry, or NULL. */
const struct tern_config_entry *config_find(const struct tern_config *config, const char *key);
/* The value, or NULL when absent or null. */
const char *config_get(const struct tern_config *config, const char *key);
bool config_equal(const struct tern_config *a, const struct tern_config *b);

bool str_starts_with(const char *text, const char *prefix);
/* prefixes ends with NULL. */
bool str_starts_with_any(const char *text, const char *const *prefixes);
bool str_ends_with(const char *text, const char *suffix);
