/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/strmap.h"

#include <stdarg.h>
#include <string.h>

#include "lib/base/sorted.h"
#include "lib/base/xmem.h"

static size_t slot(const struct tern_config_entry *entries, size_t count, const char *key,
                   bool *ret_found)
{
    return sorted_slot(entries, count, sizeof(*entries), key, ret_found);
}

static char *copy_of(const char *value)
{
    return value ? xstrdup(value) : NULL;
}

static void insert(struct strmap *m, size_t at, const char *key, const char *value)
{
    if (m->count == m->cap) {
        m->cap = m->cap ? 2 * m->cap : 8;
        m->entries = xreallocarray(m->entries, m->cap, sizeof(*m->entries));
    }
    memmove(&m->entries[at + 1], &m->entries[at], (m->count - at) * sizeof(*m->entries));
    m->entries[at] = (struct tern_config_entry){xstrdup(key), copy_of(value)};
    m->count++;
}

void strmap_set(struct strmap *m, const char *key, const char *value)
{
    bool found;
    size_t at = slot(m->entries, m->count, key, &found);
    char *fresh;

    if (!found) {
        insert(m, at, key, value);
        return;
    }
    fresh = copy_of(value); /* before the old one goes: value may point into it */
    free((char *)m->entries[at].value);
    m->entries[at].value = fresh;
}

void strmap_set_fmt(struct strmap *m, const char *key, const char *fmt, ...)
{
    va_list ap;
    char *value;

    va_start(ap, fmt);
    value = xvasprintf(fmt, ap);
    va_end(ap);
    strmap_set(m, key, value);
    free(value);
}

bool strmap_set_if_absent(struct strmap *m, const char *key, const char *value)
{
    bool found;
    size_t at = slot(m->entries, m->count, key, &found);

    if (!found)
        insert(m, at, key, value);
    return !found;
}

const char *strmap_get(const struct strmap *m, const char *key)
{
    bool found;
    size_t at = slot(m->entries, m->count, key, &found);

    return found ? m->entries[at].value : NULL;
}

bool strmap_has(const struct strmap *m, const char *key)
{
    bool found;

    slot(m->entries, m->count, key, &found);
    return found;
}

bool strmap_remove(struct strmap *m, const char *key)
{
    bool found;
    size_t at = slot(m->entries, m->count, key, &found);

    if (!found)
        return false;
    free((char *)m->entries[at].key);
    free((char *)m->entries[at].value);
    memmove(&m->entries[at], &m->entries[at + 1], (m->count - at - 1) * sizeof(*m->entries));
    m->count--;
    return true;
}

void strmap_add_all(struct strmap *dst, const struct tern_config *src)
{
    for (size_t i = 0; i < src->count; i++)
        strmap_set(dst, src->entries[i].key, src->entries[i].value);
}

void strmap_add_prefixed(struct strmap *dst, const struct tern_config *src, const char *prefix)
{
    size_t len = strlen(prefix);

    for (size_t i = 0; i < src->count; i++) {
        const struct tern_config_entry *e = &src->entries[i];

        if (str_starts_with(e->key, prefix) && e->key[len])
            strmap_set(dst, e->key + len, e->value);
    }
}

void strmap_clear(struct strmap *m)
{
    for (size_t i = 0; i < m->count; i++) {
        free((char *)m->entries[i].key);
        free((char *)m->entries[i].value);
    }
    m->count = 0;
}

void strmap_fini(struct strmap *m)
{
    strmap_clear(m);
    free(m->entries);
    *m = (struct strmap)STRMAP_INIT;
}

const struct tern_config_entry *config_find(const struct tern_config *config, const char *key)
{
    bool found;
    size_t at = slot(config->entries, config->count, key, &found);

    return found ? &config->entries[at] : NULL;
}

const char *config_get(const struct tern_config *config, const char *key)
{
    const struct tern_config_entry *e = config_find(config, key);

    return e ? e->value : NULL;
}

static bool same(const char *a, const char *b)
{
    if (!a || !b)
        return a == b;
    return strcmp(a, b) == 0;
}

bool config_equal(const struct tern_config *a, const struct tern_config *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        if (strcmp(a->entries[i].key, b->entries[i].key) != 0 ||
            !same(a->entries[i].value, b->entries[i].value))
            return false;
    }
    return true;
}

bool str_starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool str_starts_with_any(const char *text, const char *const *prefixes)
{
    for (size_t i = 0; prefixes[i]; i++) {
        if (str_starts_with(text, prefixes[i]))
            return true;
    }
    return false;
}

bool str_ends_with(const char *text, const char *suffix)
{
    size_t n = strlen(text), m = strlen(suffix);

    return n >= m && memcmp(text + n - m, suffix, m) == 0;
}
