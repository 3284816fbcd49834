/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/base64.h"
#include "lib/data/decimal.h"
#include "lib/data/java_date.h"
#include "lib/data/map_builder.h"
#include "lib/data/schema.h"
#include "lib/data/value.h"
#include "worker/convert/json_priv.h"

struct reader {
    struct arena *arena;
    const struct json_settings *settings;
    struct tern_error *err;
};

static int read_value(struct reader *r, const struct tern_schema *s, const struct jtree *t,
                      struct tern_value *ret);

static const struct tern_value null_value = {.type = TERN_VALUE_NULL};

/* ---- numbers ---- */

/* A float from the text of a number; what is none is 0. */
static double real_of(const struct jtree *t, bool single)
{
    char text[1024];
    double number;

    if (t->kind != JTREE_NUMBER || t->text.len >= sizeof(text))
        return 0;
    memcpy(text, t->text.at, t->text.len);
    text[t->text.len] = '\0';
    number = single ? (double)strtof(text, NULL) : strtod(text, NULL);
    return number == 0 ? 0 : number; /* Java goes by BigDecimal, which has no -0 */
}

static struct tern_value real_value(enum tern_value_type type, double number)
{
    return (struct tern_value){.type = type, .as.number = number};
}

/* ---- bytes ---- */

/* Base64 with its padding, as Jackson wants it. */
static bool bytes_of(struct reader *r, const struct jtree *t, struct tern_bytes *ret)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(t->text.len + 4);

    if (t->text.len % 4 != 0 || !base64_decode(&out, (const char *)t->text.at, t->text.len))
        return false;
    *ret = (struct tern_bytes){arena_dup(r->arena, out.data, out.len), out.len};
    return true;
}

static int read_bytes(struct reader *r, const struct jtree *t, struct tern_value *ret)
{
    *ret = null_value;
    if (t->kind != JTREE_STRING)
        return 0;
    ret->type = TERN_VALUE_BYTES;
    if (!bytes_of(r, t, &ret->as.bytes))
        return tern_fail(r->err, TERN_EINVALID, "Invalid bytes field"); /* peer text */
    return 0;
}

/* ---- logical types ---- */

static int read_decimal(struct reader *r, const struct tern_schema *s, const struct jtree *t,
                        struct tern_value *ret)
{
    struct tern_decimal *d = &ret->as.decimal;
    struct tern_bytes bytes;
    struct tern_error ignored;

    *ret = (struct tern_value){.type = TERN_VALUE_DECIMAL};
    if (t->kind == JTREE_NUMBER) {
        if (decimal_parse(r->arena, (const char *)t->text.at, t->text.len, d))
            return 0;
        return tern_fail(r->err, TERN_EINVALID, "a decimal beyond all bounds");
    }
    if (t->kind != JTREE_STRING) {
        return tern_fail(r->err, TERN_EINVALID, /* peer text */
                         "Invalid type for Decimal, underlying representation should be numeric or "
                         "bytes but was %s",
                         jtree_kind_name(t));
    }
    if (!bytes_of(r, t, &bytes) || bytes.size == 0 || bytes.size > UINT32_MAX ||
        schema_scale(s, &d->scale, &ignored) < 0)
        return tern_fail(r->err, TERN_EINVALID, "Invalid bytes for Decimal field"); /* peer text */
    d->unscaled = bytes.data;
    d->size = (uint32_t)bytes.size;
    return 0;
}

static int refuse_logical(struct reader *r, const char *name, const char *expected,
                          const struct jtree *t)
{
    return tern_fail(r->err, TERN_EINVALID, /* peer text */
                     "Invalid type for %s, underlying representation should be %s but was %s", name,
                     expected, jtree_kind_name(t));
}

static int read_date(struct reader *r, enum schema_logical logical, const struct jtree *t,
                     struct tern_value *ret)
{
    int64_t n;
    bool is_int = jtree_int64(t, &n) && n >= INT32_MIN && n <= INT32_MAX;

    *ret = (struct tern_value){.type = TERN_VALUE_DATE};
    if (logical == LOGICAL_TIMESTAMP) {
        if (t->kind != JTREE_NUMBER || !t->integral)
            return refuse_logical(r, "Timestamp", "integral", t);
        ret->as.integer = jtree_wrapped(t);
        return 0;
    }
    if (!is_int)
        return refuse_logical(r, logical == LOGICAL_DATE ? "Date" : "Time", "integer", t);
    if (logical == LOGICAL_TIME && (n < 0 || n > MS_PER_DAY)) {
        return tern_fail(r->err, TERN_EINVALID, /* peer text */
                         "Time values must use number of milliseconds greater than 0 and less than "
                         "86400000");
    }
    ret->as.integer = logical == LOGICAL_DATE ? n * MS_PER_DAY : n;
    return 0;
}

/* ---- what holds others ---- */

static int read_array(struct reader *r, const struct tern_schema *s, const struct jtree *t,
                      struct tern_value *ret)
{
    struct tern_value *items = arena_array(r->arena, t->count, sizeof(*items));
    size_t count = 0;

    for (const struct jtree *e = t->first; e; e = e->next) {
        if (read_value(r, s ? s->values : NULL, e, &items[count++]) < 0)
            return -1;
    }
    *ret = (struct tern_value){.type = TERN_VALUE_ARRAY, .as.array = {items, count}};
    return 0;
}

static int read_object_map(struct reader *r, const struct tern_schema *s, const struct jtree *t,
                           struct tern_value *ret)
{
    struct tern_entry *entries;
    size_t count = 0;

    if (t->kind != JTREE_OBJECT) {
        return tern_fail(r->err, TERN_EINVALID, /* peer text */
                         "Maps with string fields should be encoded as JSON objects, but found %s",
                         jtree_kind_name(t));
    }
    entries = arena_array(r->arena, t->count, sizeof(*entries));
    for (const struct jtree *m = t->first; m; m = m->next, count++) {
        entries[count].key = value_string((const char *)m->name.at, m->name.len);
        if (read_value(r, s ? s->values : NULL, m, &entries[count].value) < 0)
            return -1;
    }
    *ret = (struct tern_value){.type = TERN_VALUE_MAP, .as.map = {entries, count}};
    return 0;
}

static int read_tuple(struct reader *r, const struct tern_schema *s, const struct jtree *t,
                      struct map_builder *map)
{
    struct tern_entry entry;

    if (t->kind != JTREE_ARRAY) {
        return tern_fail(r->err, TERN_EINVALID, /* peer text */
                         "Found invalid map entry instead of array tuple: %s", jtree_kind_name(t));
    }
    if (t->count != 2) {
        return tern_fail(r->err, TERN_EINVALID, /* peer text */
                         "Found invalid map entry, expected length 2 but found :%zu", t->count);
    }
    if (read_value(r, s->keys, t->first, &entry.key) < 0 ||
        read_value(r, s->values, t->first->next, &entry.value) < 0)
        return -1;
    map_builder_put(map, &entry.key, &entry.value);
    return 0;
}

static int read_tuple_map(struct reader *r, const struct tern_schema *s, const struct jtree *t,
                          struct tern_value *ret)
{
    CLEANUP(map_builder_fini) struct map_builder map = MAP_BUILDER_INIT;

    if (t->kind != JTREE_ARRAY) {
        return tern_fail(r->err, TERN_EINVALID, /* peer text */
                         "Maps with non-string fields should be encoded as JSON array of tuples, "
                         "but found %s",
                         jtree_kind_name(t));
    }
    for (const struct jtree *e = t->first; e; e = e->next) {
        if (read_tuple(r, s, e, &map) < 0)
            return -1;
    }
    *ret =
        (struct tern_value){.type = TERN_VALUE_MAP, .as.map = map_builder_finish(&map, r->arena)};
    return 0;
}

static int read_map(struct reader *r, const struct tern_schema *s, const struct jtree *t,
                    struct tern_value *ret)
{
    if (!s || (s->keys && s->keys->type == TERN_TYPE_STRING))
        return read_object_map(r, s, t, ret);
    return read_tuple_map(r, s, t, ret);
}

static int read_struct(struct reader *r, const struct tern_schema *s, const struct jtree *t,
                       struct tern_value *ret)
{
    struct tern_value *fields;

    if (t->kind != JTREE_OBJECT) {
        return tern_fail(r->err, TERN_EINVALID, /* peer text */
                         "Structs should be encoded as JSON objects, but found %s",
                         jtree_kind_name(t));
    }
    fields = arena_array(r->arena, s->field_count, sizeof(*fields));
    for (size_t i = 0; i < s->field_count; i++) {
        const struct tern_schema_field *field = &s->fields[i];

        if (read_value(r, field->schema, jtree_get(t, field->name), &fields[i]) < 0 ||
            value_check_field(field, &fields[i], r->err) < 0)
            return -1;
    }
    *ret = (struct tern_value){.type = TERN_VALUE_STRUCT, .schema = s, .as.fields = fields};
    return 0;
}

/* ---- all together ---- */

static struct tern_value string_of(const struct jtree *t)
{
    return value_string((const char *)t->text.at, t->text.len);
}

static int read_plain(struct reader *r, const struct jtree *t, struct tern_value *ret)
{
    switch (t->kind) {
    case JTREE_NULL:
        *ret = null_value;
        return 0;
    case JTREE_BOOLEAN:
        *ret = (struct tern_value){.type = TERN_VALUE_BOOLEAN, .as.boolean = t->boolean};
        return 0;
    case JTREE_NUMBER:
        *ret = t->integral ? value_integer(TERN_VALUE_INT64, jtree_wrapped(t))
                           : real_value(TERN_VALUE_FLOAT64, real_of(t, false));
        return 0;
    case JTREE_STRING:
        *ret = string_of(t);
        return 0;
    case JTREE_ARRAY:
        return read_array(r, NULL, t, ret);
    case JTREE_OBJECT:
        break;
    }
    return read_object_map(r, NULL, t, ret);
}

/* Lenient, as Java is: what is of another kind is 0, false or null. */
static int read_typed(struct reader *r, const struct tern_schema *s, const struct jtree *t,
                      struct tern_value *ret)
{
    switch (s->type) {
    case TERN_TYPE_INT8:
        *ret = value_integer(TERN_VALUE_INT8, (int8_t)jtree_wrapped(t));
        return 0;
    case TERN_TYPE_INT16:
        *ret = value_integer(TERN_VALUE_INT16, (int16_t)jtree_wrapped(t));
        return 0;
    case TERN_TYPE_INT32:
        *ret = value_integer(TERN_VALUE_INT32, (int32_t)jtree_wrapped(t));
        return 0;
    case TERN_TYPE_INT64:
        *ret = value_integer(TERN_VALUE_INT64, jtree_wrapped(t));
        return 0;
    case TERN_TYPE_FLOAT32:
        *ret = real_value(TERN_VALUE_FLOAT32, real_of(t, true));
        return 0;
    case TERN_TYPE_FLOAT64:
        *ret = real_value(TERN_VALUE_FLOAT64, real_of(t, false));
        return 0;
    case TERN_TYPE_BOOLEAN:
        *ret = (struct tern_value){.type = TERN_VALUE_BOOLEAN,
                                   .as.boolean = t->kind == JTREE_BOOLEAN && t->boolean};
        return 0;
    case TERN_TYPE_STRING:
        *ret = t->kind == JTREE_STRING ? string_of(t) : null_value;
        return 0;
    case TERN_TYPE_BYTES:
        return read_bytes(r, t, ret);
    case TERN_TYPE_ARRAY:
        return read_array(r, s, t, ret);
    case TERN_TYPE_MAP:
        return read_map(r, s, t, ret);
    case TERN_TYPE_STRUCT:
        break;
    }
    return read_struct(r, s, t, ret);
}

static int read_null(struct reader *r, const struct tern_schema *s, struct tern_value *ret)
{
    *ret = null_value;
    if (s->fallback && r->settings->replace_null)
        *ret = *s->fallback;
    else if (!s->optional)
        return tern_fail(r->err, TERN_EINVALID, "Invalid null value for required %s field",
                         schema_type_name(s->type)); /* peer text */
    return 0;
}

static int read_value(struct reader *r, const struct tern_schema *s, const struct jtree *t,
                      struct tern_value *ret)
{
    enum schema_logical logical = schema_logical(s);

    if (!s)
        return read_plain(r, t, ret);
    if (!t || t->kind == JTREE_NULL)
        return read_null(r, s, ret);
    if (logical == LOGICAL_DECIMAL)
        return read_decimal(r, s, t, ret);
    if (logical != LOGICAL_NONE)
        return read_date(r, logical, t, ret);
    return read_typed(r, s, t, ret);
}

int json_read_value(struct arena *a, const struct json_settings *settings,
                    const struct tern_schema *s, const struct jtree *t,
                    struct tern_value *ret_value, struct tern_error *err)
{
    struct reader r = {a, settings, err};

    return read_value(&r, s, t, ret_value);
}
