/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/store/offset_edits.h"

#include <string.h>

#include "lib/base/jsonx.h"
#include "lib/base/xmem.h"
#include "lib/conf/java_order.h"

void offset_edits_fini(struct offset_edits *edits)
{
    for (size_t i = 0; i < edits->count; i++) {
        free(edits->at[i].key);
        free(edits->at[i].value);
    }
    free(edits->at);
    *edits = (struct offset_edits){0};
}

/* ---- texts ---- */

static char *finish(struct buf *out)
{
    bool failed = out->failed;
    char *text = buf_take_str(out);

    if (!failed)
        return text;
    free(text);
    return NULL;
}

static int check_member(const char *name, const json_t *value, struct tern_error *err)
{
    if (!json_is_object(value) && !json_is_array(value))
        return 0;
    return tern_fail(err, TERN_EINTERNAL, /* peer text */
                     "Offsets may only contain primitive types as values, but field %s contains %s",
                     name, json_is_array(value) ? "ARRAY" : "MAP");
}

/* An object of primitive values, or NULL for a text that is none. */
static int parse(const char *text, json_t **ret_object, struct tern_error *err)
{
    CLEANUP(jsonx_decrefp) json_t *object = NULL;
    const char *name;
    json_t *value;

    if (!text) {
        *ret_object = NULL;
        return 0;
    }
    if (jsonx_parse(text, strlen(text), &object, err) < 0)
        return -1;
    if (!json_is_object(object))
        return tern_fail(err, TERN_EINVALID, "Offsets must be specified as a Map"); /* peer text */
    json_object_foreach(object, name, value)
    {
        if (check_member(name, value, err) < 0)
            return -1;
    }
    *ret_object = TAKE(object);
    return 0;
}

/* ---- a Java HashMap's order ---- */

struct member {
    const char *name;
    json_t *value;
    uint32_t hash;
    size_t at; /* its place as given */
};

/* As HashMap spreads a String.hashCode(). */
static uint32_t spread_hash(const char *text)
{
    uint32_t hash = java_hash(text);

    return hash ^ (hash >> 16);
}

static uint32_t slot_mask(size_t count)
{
    size_t slots = 16;

    while (count > slots / 4 * 3)
        slots *= 2;
    return (uint32_t)(slots - 1);
}

static int by_slot(const void *x, const void *y, void *arg)
{
    const struct member *a = x, *b = y;
    uint32_t mask = *(uint32_t *)arg;

    if ((a->hash & mask) != (b->hash & mask))
        return (a->hash & mask) < (b->hash & mask) ? -1 : 1;
    return a->at < b->at ? -1 : 1;
}

static void write_hashed(struct buf *out, json_t *object)
{
    size_t count = json_object_size(object), n = 0;
    CLEANUP(freep) struct member *members = xcalloc(count + 1, sizeof(*members));
    uint32_t mask = slot_mask(count);
    const char *name;
    json_t *value;

    json_object_foreach(object, name, value)
    {
        members[n] = (struct member){name, value, spread_hash(name), n};
        n++;
    }
    qsort_r(members, n, sizeof(*members), by_slot, &mask);
    buf_add_char(out, '{');
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_add_char(out, ',');
        jsonx_write_string(out, members[i].name, strlen(members[i].name));
        buf_add_char(out, ':');
        jsonx_write(out, members[i].value);
    }
    buf_add_char(out, '}');
}

char *offset_in_java_order(const char *text)
{
    /* not jsonx_parse(): it cuts integers down to 64 bits, as Java does with stored ones */
    CLEANUP(jsonx_decrefp)
    json_t *object = json_loads(text, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    struct buf out = BUF_INIT(OFFSET_KEY_MAX_BYTES);
    char *ordered = NULL;

    if (json_is_object(object)) {
        write_hashed(&out, object);
        ordered = finish(&out);
    }
    return ordered ? ordered : xstrdup(text);
}

static char *new_key(const char *connector, json_t *partition)
{
    struct buf out = BUF_INIT(OFFSET_KEY_MAX_BYTES);

    buf_add_char(&out, '[');
    jsonx_write_string(&out, connector, strlen(connector));
    buf_add_char(&out, ',');
    if (partition)
        write_hashed(&out, partition);
    else
        buf_add_str(&out, "null");
    buf_add_char(&out, ']');
    return finish(&out);
}

/* ---- keys that are stored ---- */

/* Members in order of name: the same for all texts of one partition. */
static char *canonical(const json_t *partition)
{
    return json_dumps(partition, JSON_SORT_KEYS | JSON_COMPACT | JSON_ENCODE_ANY);
}

struct stored_key {
    char *partition; /* canonical; owned */
    const char *key; /* borrowed */
};

struct stored_keys {
    struct stored_key *at; /* sorted */
    size_t count;
};

static int by_partition(const void *a, const void *b)
{
    return strcmp(((const struct stored_key *)a)->partition,
                  ((const struct stored_key *)b)->partition);
}

static void stored_keys_init(struct stored_keys *keys, const struct offset_pair *known,
                             size_t count)
{
    keys->at = xcalloc(count + 1, sizeof(*keys->at));
    for (size_t i = 0; i < count; i++) {
        CLEANUP(jsonx_decrefp) json_t *key = NULL;
        struct tern_error err;
        char *text;

        if (jsonx_parse(known[i].key, strlen(known[i].key), &key, &err) < 0)
            continue; /* what is stored was read as a key */
        text = canonical(json_array_get(key, 1));
        if (text)
            keys->at[keys->count++] = (struct stored_key){text, known[i].key};
    }
    qsort(keys->at, keys->count, sizeof(keys->at[0]), by_partition);
}

static void stored_keys_fini(struct stored_keys *keys)
{
    for (size_t i = 0; i < keys->count; i++)
        free(keys->at[i].partition);
    free(keys->at);
}

static char *key_of(const char *connector, const struct stored_keys *stored, json_t *partition)
{
    CLEANUP(freep) char *text = partition ? canonical(partition) : NULL;
    const struct stored_key wanted = {.partition = text};
    const struct stored_key *found = NULL;

    if (text && stored->count)
        found = bsearch(&wanted, stored->at, stored->count, sizeof(wanted), by_partition);
    return found ? xstrdup(found->key) : new_key(connector, partition);
}

static int make_edit(const char *connector, const struct stored_keys *stored,
                     const struct tern_offset_change *change, struct offset_edit *ret_edit,
                     struct tern_error *err)
{
    struct buf out = BUF_INIT(OFFSET_VALUE_MAX_BYTES);
    CLEANUP(jsonx_decrefp) json_t *partition = NULL;
    CLEANUP(jsonx_decrefp) json_t *offset = NULL;
    struct offset_edit edit = {0};

    if (parse(change->partition, &partition, err) < 0 || parse(change->offset, &offset, err) < 0)
        return -1;
    edit.key = key_of(connector, stored, partition);
    if (offset) {
        jsonx_write(&out, offset);
        edit.value = finish(&out);
    }
    if (!edit.key || (offset && !edit.value)) {
        free(edit.key);
        free(edit.value);
        return tern_fail(err, TERN_EINVALID,
                         "an offset of connector %s is too large: expected at most %d bytes",
                         connector, OFFSET_KEY_MAX_BYTES);
    }
    *ret_edit = edit;
    return 0;
}

static int by_key(const void *x, const void *y)
{
    const struct offset_edit *a = x, *b = y;
    int order = strcmp(a->key, b->key);

    if (order)
        return order;
    return a->at < b->at ? -1 : 1;
}

/* Of a key that stands there twice the last counts. */
static void drop_duplicates(struct offset_edits *edits)
{
    size_t kept = 0;

    qsort(edits->at, edits->count, sizeof(edits->at[0]), by_key);
    for (size_t i = 0; i < edits->count; i++) {
        if (i + 1 < edits->count && strcmp(edits->at[i].key, edits->at[i + 1].key) == 0) {
            free(edits->at[i].key);
            free(edits->at[i].value);
        } else {
            edits->at[kept++] = edits->at[i];
        }
    }
    edits->count = kept;
}

int offset_edits_build(const char *connector, const struct offset_pair *known, size_t known_count,
                       const struct tern_offset_change *changes, size_t count,
                       struct offset_edits *ret_edits, struct tern_error *err)
{
    struct offset_edits edits = {.at = xcalloc(count + 1, sizeof(*edits.at))};
    CLEANUP(stored_keys_fini) struct stored_keys stored = {0};
    int rc = 0;

    stored_keys_init(&stored, known, known_count);
    for (; edits.count < count; edits.count++) {
        struct offset_edit *edit = &edits.at[edits.count];

        rc = make_edit(connector, &stored, &changes[edits.count], edit, err);
        if (rc < 0)
            break;
        edit->at = edits.count;
    }
    if (rc < 0) {
        offset_edits_fini(&edits);
        return -1;
    }
    if (edits.count)
        drop_duplicates(&edits);
    *ret_edits = edits;
    return 0;
}

char *offset_key_partition(const char *key)
{
    CLEANUP(jsonx_decrefp) json_t *json = NULL;
    struct buf out = BUF_INIT(OFFSET_KEY_MAX_BYTES);
    struct tern_error err;

    if (jsonx_parse(key, strlen(key), &json, &err) < 0 || !json_is_object(json_array_get(json, 1)))
        return NULL;
    jsonx_write(&out, json_array_get(json, 1));
    return finish(&out);
}
