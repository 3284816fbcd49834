/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/data/value.h"

#include <math.h>
#include <string.h>

#include "lib/data/decimal.h"

static const struct {
    const char *type;
    const char *class_name;
} names[] = {
    [TERN_VALUE_NULL] = {"null", "null"},
    [TERN_VALUE_BOOLEAN] = {"BOOLEAN", "java.lang.Boolean"},
    [TERN_VALUE_INT8] = {"INT8", "java.lang.Byte"},
    [TERN_VALUE_INT16] = {"INT16", "java.lang.Short"},
    [TERN_VALUE_INT32] = {"INT32", "java.lang.Integer"},
    [TERN_VALUE_INT64] = {"INT64", "java.lang.Long"},
    [TERN_VALUE_FLOAT32] = {"FLOAT32", "java.lang.Float"},
    [TERN_VALUE_FLOAT64] = {"FLOAT64", "java.lang.Double"},
    [TERN_VALUE_STRING] = {"STRING", "java.lang.String"},
    [TERN_VALUE_BYTES] = {"BYTES", "[B"},
    [TERN_VALUE_DECIMAL] = {"BYTES", "java.math.BigDecimal"},
    [TERN_VALUE_DATE] = {"INT64", "java.util.Date"},
    [TERN_VALUE_ARRAY] = {"ARRAY", "java.util.ArrayList"},
    [TERN_VALUE_MAP] = {"MAP", "java.util.HashMap"},
    [TERN_VALUE_STRUCT] = {"STRUCT", "org.apache.kafka.connect.data.Struct"},
};

const char *value_type_name(enum tern_value_type type)
{
    return (size_t)type < COUNT_OF(names) ? names[type].type : "unknown";
}

const char *value_class_name(enum tern_value_type type)
{
    return (size_t)type < COUNT_OF(names) ? names[type].class_name : "unknown";
}

struct tern_value value_string(const char *text, size_t len)
{
    return (struct tern_value){.type = TERN_VALUE_STRING, .as.bytes = {text, len}};
}

struct tern_value value_integer(enum tern_value_type type, int64_t number)
{
    return (struct tern_value){.type = type, .as.integer = number};
}

/* ---- comparing ---- */

static bool equal(const struct tern_value *a, const struct tern_value *b, int depth);

static bool arrays_equal(const struct tern_value *a, const struct tern_value *b, size_t count,
                         int depth)
{
    for (size_t i = 0; i < count; i++) {
        if (!equal(&a[i], &b[i], depth + 1))
            return false;
    }
    return true;
}

/* As Java's maps: the order does not count. */
static bool maps_equal(const struct tern_map *a, const struct tern_map *b, int depth)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        size_t at = i;
        bool found = false;

        for (size_t n = 0; n < b->count && !found; n++, at = (at + 1) % b->count) {
            found = equal(&a->entries[i].key, &b->entries[at].key, depth + 1) &&
                    equal(&a->entries[i].value, &b->entries[at].value, depth + 1);
        }
        if (!found)
            return false;
    }
    return true;
}

static bool structs_equal(const struct tern_value *a, const struct tern_value *b, int depth)
{
    const struct tern_schema *x = a->schema, *y = b->schema;

    if (!x || !y || x->field_count != y->field_count)
        return false;
    for (size_t i = 0; x != y && i < x->field_count; i++) {
        if (strcmp(x->fields[i].name, y->fields[i].name) != 0)
            return false;
    }
    return arrays_equal(a->as.fields, b->as.fields, x->field_count, depth);
}

/* As Double.equals(): NaN equals NaN, 0.0 is not -0.0. */
static bool numbers_equal(double a, double b)
{
    return isnan(a) ? isnan(b) : a == b && signbit(a) == signbit(b);
}

static bool bytes_equal(struct tern_bytes a, struct tern_bytes b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static bool equal(const struct tern_value *a, const struct tern_value *b, int depth)
{
    if (value_is_null(a) || value_is_null(b))
        return value_is_null(a) && value_is_null(b);
    if (a->type != b->type || depth > VALUE_DEPTH_MAX)
        return false;
    switch (a->type) {
    case TERN_VALUE_BOOLEAN:
        return a->as.boolean == b->as.boolean;
    case TERN_VALUE_FLOAT32:
    case TERN_VALUE_FLOAT64:
        return numbers_equal(a->as.number, b->as.number);
    case TERN_VALUE_STRING:
    case TERN_VALUE_BYTES:
        return bytes_equal(a->as.bytes, b->as.bytes);
    case TERN_VALUE_DECIMAL:
        return decimal_equal(&a->as.decimal, &b->as.decimal);
    case TERN_VALUE_ARRAY:
        return a->as.array.count == b->as.array.count &&
               arrays_equal(a->as.array.items, b->as.array.items, a->as.array.count, depth);
    case TERN_VALUE_MAP:
        return maps_equal(&a->as.map, &b->as.map, depth);
    case TERN_VALUE_STRUCT:
        return structs_equal(a, b, depth);
    default:
        return a->as.integer == b->as.integer;
    }
}

bool value_equal(const struct tern_value *a, const struct tern_value *b)
{
    return equal(a, b, 0);
}

static uint64_t hash_bytes(uint64_t hash, const void *data, size_t size)
{
    const uint8_t *p = data;

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ p[i]) * 1099511628211u; /* FNV-1a */
    return hash;
}

uint64_t value_hash(const struct tern_value *v)
{
    uint64_t hash = hash_bytes(14695981039346656037u, &v->type, sizeof(v->type));
    struct tern_bytes unscaled;

    if (value_is_null(v))
        return 0;
    switch (v->type) {
    case TERN_VALUE_STRING:
    case TERN_VALUE_BYTES:
        return hash_bytes(hash, v->as.bytes.data, v->as.bytes.size);
    case TERN_VALUE_FLOAT32:
    case TERN_VALUE_FLOAT64:
        return isnan(v->as.number) ? hash : hash_bytes(hash, &v->as.number, sizeof(v->as.number));
    case TERN_VALUE_BOOLEAN:
        return hash_bytes(hash, &v->as.boolean, sizeof(v->as.boolean));
    case TERN_VALUE_DECIMAL:
        unscaled = decimal_bytes(&v->as.decimal);
        return hash_bytes(hash, unscaled.data, unscaled.size);
    case TERN_VALUE_ARRAY:
        return hash_bytes(hash, &v->as.array.count, sizeof(v->as.array.count));
    case TERN_VALUE_MAP:
        return hash_bytes(hash, &v->as.map.count, sizeof(v->as.map.count));
    case TERN_VALUE_STRUCT:
        return hash;
    default:
        return hash_bytes(hash, &v->as.integer, sizeof(v->as.integer));
    }
}

/* ---- parts ---- */

const struct tern_value *struct_get(const struct tern_value *v, const char *name)
{
    for (size_t i = 0; i < v->schema->field_count; i++) {
        if (strcmp(v->schema->fields[i].name, name) == 0)
            return &v->as.fields[i];
    }
    return NULL;
}

/* ---- copying ---- */

static const struct tern_value *copy_values(struct arena *a, const struct tern_value *from,
                                            size_t count)
{
    struct tern_value *to = arena_array(a, count, sizeof(*to));

    for (size_t i = 0; i < count; i++)
        value_copy(a, &from[i], &to[i]);
    return to;
}

static const struct tern_entry *copy_entries(struct arena *a, const struct tern_map *from)
{
    struct tern_entry *to = arena_array(a, from->count, sizeof(*to));

    for (size_t i = 0; i < from->count; i++) {
        value_copy(a, &from->entries[i].key, &to[i].key);
        value_copy(a, &from->entries[i].value, &to[i].value);
    }
    return to;
}

void value_copy(struct arena *a, const struct tern_value *from, struct tern_value *to)
{
    *to = *from;
    switch (from->type) {
    case TERN_VALUE_STRING:
    case TERN_VALUE_BYTES:
        if (from->as.bytes.data)
            to->as.bytes.data = arena_dup(a, from->as.bytes.data, from->as.bytes.size);
        break;
    case TERN_VALUE_DECIMAL:
        to->as.decimal.unscaled = arena_dup(a, from->as.decimal.unscaled, from->as.decimal.size);
        break;
    case TERN_VALUE_ARRAY:
        to->as.array.items = copy_values(a, from->as.array.items, from->as.array.count);
        break;
    case TERN_VALUE_MAP:
        to->as.map.entries = copy_entries(a, &from->as.map);
        break;
    case TERN_VALUE_STRUCT:
        to->as.fields = copy_values(a, from->as.fields, from->schema->field_count);
        break;
    default:
        break;
    }
}

static void bind_array(const struct tern_array *array, const struct tern_schema *s)
{
    struct tern_value *items = (struct tern_value *)array->items; /* of the caller's arena */

    for (size_t i = 0; i < array->count; i++)
        value_bind(&items[i], s);
}

static void bind_map(const struct tern_map *map, const struct tern_schema *s)
{
    struct tern_entry *entries = (struct tern_entry *)map->entries; /* of the caller's arena */

    for (size_t i = 0; i < map->count; i++) {
        value_bind(&entries[i].key, s->keys);
        value_bind(&entries[i].value, s->values);
    }
}

void value_bind(struct tern_value *v, const struct tern_schema *s)
{
    struct tern_value *fields;

    if (v->type != TERN_VALUE_STRUCT)
        v->schema = NULL;
    if (v->type == TERN_VALUE_ARRAY) {
        bind_array(&v->as.array, s->values);
    } else if (v->type == TERN_VALUE_MAP) {
        bind_map(&v->as.map, s);
    } else if (v->type == TERN_VALUE_STRUCT) {
        fields = (struct tern_value *)v->as.fields; /* of the caller's arena */
        v->schema = s;
        for (size_t i = 0; i < s->field_count; i++)
            value_bind(&fields[i], s->fields[i].schema);
    }
}
