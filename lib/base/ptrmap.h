/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * ptrmap - objects by string, sorted by key in byte order. Keys are copied in; values are
 * released by the map's drop function (NULL: borrowed) when replaced, removed, or at the end.
 */
#include <stdbool.h>
#include <stddef.h>

struct ptrmap_entry {
    const char *key;
    void *value;
};

struct ptrmap {
    struct ptrmap_entry *entries; /* sorted */
    size_t count;
    size_t cap;
    void (*drop)(void *value);
};

#define PTRMAP_INIT(drop_fn) \
    {                        \
        .drop = (drop_fn)    \
    }

#define PTRMAP_FOREACH(map, entry)                          \
    for (const struct ptrmap_entry *entry = (map)->entries; \
         entry && entry < (map)->entries + (map)->count; entry++)

/* Takes value; drops the one it replaces. */
void ptrmap_set(struct ptrmap *m, const char *key, void *value);
void *ptrmap_get(const struct ptrmap *m, const char *key);
/* Takes the value out without dropping it; NULL when absent. */
void *ptrmap_take(struct ptrmap *m, const char *key);
/* Removes and drops. */
bool ptrmap_remove(struct ptrmap *m, const char *key);
void ptrmap_fini(struct ptrmap *m);
