/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/store/offset_map.h"

#include <string.h>

#include "lib/base/jsonx.h"
#include "lib/base/vec.h"
#include "lib/base/xmem.h"
#include "worker/store/record_key.h"

struct offset_entry_stored {
    struct offset_entry_stored *next; /* in its slot */
    uint64_t hash;
    struct offset_record record;
};

/* FNV-1a. */
static uint64_t hash_of(const char *key)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (; *key; key++)
        hash = (hash ^ (unsigned char)*key) * 0x100000001b3u;
    return hash;
}

/* Where the entry is linked, or would be. */
static struct offset_entry_stored **find(const struct offset_map *m, const char *key, uint64_t hash)
{
    struct offset_entry_stored **at = &m->slots[hash & (m->slot_count - 1)];

    while (*at && ((*at)->hash != hash || strcmp((*at)->record.key, key) != 0))
        at = &(*at)->next;
    return at;
}

static void grow(struct offset_map *m)
{
    size_t old_count = m->slot_count;
    struct offset_entry_stored **old = m->slots;

    m->slot_count = old_count ? 2 * old_count : 64;
    m->slots = xcalloc(m->slot_count, sizeof(struct offset_entry_stored *));
    for (size_t i = 0; i < old_count; i++) {
        for (struct offset_entry_stored *e = old[i], *next; e; e = next) {
            struct offset_entry_stored **head = &m->slots[e->hash & (m->slot_count - 1)];

            next = e->next;
            e->next = *head;
            *head = e;
        }
    }
    free(old);
}

static void entry_free(struct offset_entry_stored *e)
{
    offset_record_fini(&e->record);
    free(e);
}

static void remove_key(struct offset_map *m, const char *key)
{
    struct offset_entry_stored **at, *gone;

    if (!m->count)
        return;
    at = find(m, key, hash_of(key));
    gone = *at;
    if (!gone)
        return;
    *at = gone->next;
    entry_free(gone);
    m->count--;
}

void offset_map_apply(struct offset_map *m, struct offset_record *record)
{
    struct offset_entry_stored **at;
    uint64_t hash;

    if (!record->value) {
        remove_key(m, record->key);
        return;
    }
    if (m->count >= m->slot_count)
        grow(m);
    hash = hash_of(record->key);
    at = find(m, record->key, hash);
    if (*at) {
        free((*at)->record.value);
        (*at)->record.value = TAKE(record->value);
        return;
    }
    *at = xcalloc(1, sizeof(**at));
    (*at)->hash = hash;
    (*at)->record = *record;
    *record = (struct offset_record)OFFSET_RECORD_INIT;
    m->count++;
}

/* ["<connector>",{...}], or with a null instead of the map: then *ret_connector is NULL. */
static int check_key(const char *key, char **ret_connector, struct tern_error *err)
{
    CLEANUP(jsonx_decrefp) json_t *json = NULL;
    const json_t *name, *partition;

    if (jsonx_parse(key, strlen(key), &json, err) < 0)
        return tern_context(err, "the key is no offset partition key");
    name = json_array_get(json, 0);
    partition = json_array_get(json, 1);
    if (json_array_size(json) != 2 || !json_is_string(name) ||
        strlen(json_string_value(name)) != json_string_length(name) ||
        !(json_is_object(partition) || json_is_null(partition)))
        return tern_fail(err, TERN_EINVALID,
                         "the key is not a list of a connector's name and a map");
    *ret_connector = json_is_object(partition) ? xstrdup(json_string_value(name)) : NULL;
    return 0;
}

int offset_record_parse(struct slice key, struct slice value, struct offset_record *ret_record,
                        struct tern_error *err)
{
    CLEANUP(freep) char *text = NULL;
    char *connector;

    if (key.len > OFFSET_KEY_MAX_BYTES)
        return tern_fail(err, TERN_EINVALID, "the key has %zu bytes, %d are accepted", key.len,
                         OFFSET_KEY_MAX_BYTES);
    if (value.len > OFFSET_VALUE_MAX_BYTES)
        return tern_fail(err, TERN_EINVALID, "the value has %zu bytes, %d are accepted", value.len,
                         OFFSET_VALUE_MAX_BYTES);
    text = record_key_text(key);
    if (!text)
        return tern_fail(err, TERN_EINVALID, "the key is %s", key.at ? "not UTF-8 text" : "null");
    if (value.len && memchr(value.at, 0, value.len))
        return tern_fail(err, TERN_EINVALID, "the value is not text");
    if (check_key(text, &connector, err) < 0)
        return -1;
    *ret_record = (struct offset_record){
        .key = TAKE(text),
        .value = value.len ? xstrndup((const char *)value.at, value.len) : NULL,
        .connector = connector,
    };
    return 0;
}

void offset_record_fini(struct offset_record *record)
{
    free(record->key);
    free(record->value);
    free(record->connector);
    *record = (struct offset_record)OFFSET_RECORD_INIT;
}

const char *offset_map_get(const struct offset_map *m, const char *key)
{
    const struct offset_entry_stored *e = m->count ? *find(m, key, hash_of(key)) : NULL;

    return e ? e->record.value : NULL;
}

static int compare_keys(const void *a, const void *b)
{
    return strcmp(((const struct offset_pair *)a)->key, ((const struct offset_pair *)b)->key);
}

size_t offset_map_copy(const struct offset_map *m, const char *connector,
                       struct offset_pair **ret_pairs)
{
    VEC(struct offset_pair) pairs = {0};

    for (size_t i = 0; i < m->slot_count; i++) {
        for (const struct offset_entry_stored *e = m->slots[i]; e; e = e->next) {
            const struct offset_record *r = &e->record;

            if (r->connector && strcmp(r->connector, connector) == 0)
                vec_push(&pairs, (struct offset_pair){xstrdup(r->key), xstrdup(r->value)});
        }
    }
    if (pairs.count)
        qsort(pairs.at, pairs.count, sizeof(pairs.at[0]), compare_keys);
    *ret_pairs = pairs.at;
    return pairs.count;
}

void offset_pairs_free(struct offset_pair *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(pairs[i].key);
        free(pairs[i].value);
    }
    free(pairs);
}

void offset_map_fini(struct offset_map *m)
{
    for (size_t i = 0; i < m->slot_count; i++) {
        for (struct offset_entry_stored *e = m->slots[i], *next; e; e = next) {
            next = e->next;
            entry_free(e);
        }
    }
    free(m->slots);
    *m = (struct offset_map)OFFSET_MAP_INIT;
}
