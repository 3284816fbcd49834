/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/ptrmap.h"

#include <string.h>

#include "lib/base/sorted.h"
#include "lib/base/xmem.h"

static size_t slot(const struct ptrmap *m, const char *key, bool *ret_found)
{
    return sorted_slot(m->entries, m->count, sizeof(*m->entries), key, ret_found);
}

static void drop(const struct ptrmap *m, void *value)
{
    if (m->drop && value)
        m->drop(value);
}

void ptrmap_set(struct ptrmap *m, const char *key, void *value)
{
    bool found;
    size_t at = slot(m, key, &found);

    if (found) {
        void *old = m->entries[at].value;

        m->entries[at].value = value;
        if (old != value)
            drop(m, old);
        return;
    }
    if (m->count == m->cap) {
        m->cap = m->cap ? 2 * m->cap : 8;
        m->entries = xreallocarray(m->entries, m->cap, sizeof(*m->entries));
    }
    memmove(&m->entries[at + 1], &m->entries[at], (m->count - at) * sizeof(*m->entries));
    m->entries[at] = (struct ptrmap_entry){xstrdup(key), value};
    m->count++;
}

void *ptrmap_get(const struct ptrmap *m, const char *key)
{
    bool found;
    size_t at = slot(m, key, &found);

    return found ? m->entries[at].value : NULL;
}

void *ptrmap_take(struct ptrmap *m, const char *key)
{
    bool found;
    size_t at = slot(m, key, &found);
    void *value;

    if (!found)
        return NULL;
    value = m->entries[at].value;
    free((char *)m->entries[at].key);
    memmove(&m->entries[at], &m->entries[at + 1], (m->count - at - 1) * sizeof(*m->entries));
    m->count--;
    return value;
}

bool ptrmap_remove(struct ptrmap *m, const char *key)
{
    size_t before = m->count;
    void *value = ptrmap_take(m, key);

    drop(m, value);
    return m->count != before;
}

void ptrmap_fini(struct ptrmap *m)
{
    for (size_t i = 0; i < m->count; i++) {
        free((char *)m->entries[i].key);
        drop(m, m->entries[i].value);
    }
    free(m->entries);
    m->entries = NULL;
    m->count = m->cap = 0;
}
