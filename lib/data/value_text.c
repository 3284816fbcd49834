/* SPDX-License-Identifier: Apache-2.0 */
/* value_text - the writers; values_parse.c reads. */
#include "lib/data/value_text.h"

#include <inttypes.h>

#include "lib/base/base64.h"
#include "lib/base/jsonx.h"
#include "lib/base/utf8.h"
#include "lib/data/decimal.h"
#include "lib/data/java_date.h"
#include "lib/data/value.h"

/* ---- what both forms have in common ---- */

/* False for those that hold others, for bytes and dates. */
static bool write_simple(struct buf *out, const struct tern_value *v)
{
    switch (v->type) {
    case TERN_VALUE_BOOLEAN:
        buf_add_str(out, v->as.boolean ? "true" : "false");
        return true;
    case TERN_VALUE_INT8:
    case TERN_VALUE_INT16:
    case TERN_VALUE_INT32:
    case TERN_VALUE_INT64:
        buf_add_fmt(out, "%" PRId64, v->as.integer);
        return true;
    case TERN_VALUE_FLOAT32:
        jsonx_write_float(out, (float)v->as.number);
        return true;
    case TERN_VALUE_FLOAT64:
        jsonx_write_double(out, v->as.number);
        return true;
    case TERN_VALUE_DECIMAL:
        decimal_text(out, &v->as.decimal);
        return true;
    default:
        return false;
    }
}

/* ---- toString() ---- */

static void write_value(struct buf *out, const struct tern_value *v, int depth);

static void write_items(struct buf *out, const struct tern_array *array, int depth)
{
    buf_add_char(out, '[');
    for (size_t i = 0; i < array->count; i++) {
        buf_add_str(out, i ? ", " : "");
        write_value(out, &array->items[i], depth);
    }
    buf_add_char(out, ']');
}

static void write_entries(struct buf *out, const struct tern_map *map, int depth)
{
    buf_add_char(out, '{');
    for (size_t i = 0; i < map->count; i++) {
        buf_add_str(out, i ? ", " : "");
        write_value(out, &map->entries[i].key, depth);
        buf_add_char(out, '=');
        write_value(out, &map->entries[i].value, depth);
    }
    buf_add_char(out, '}');
}

static void write_fields(struct buf *out, const struct tern_value *v, int depth)
{
    const char *comma = "";

    buf_add_str(out, "Struct{");
    for (size_t i = 0; v->schema && i < v->schema->field_count; i++) {
        if (value_is_null(&v->as.fields[i]))
            continue;
        buf_add_fmt(out, "%s%s=", comma, v->schema->fields[i].name);
        write_value(out, &v->as.fields[i], depth);
        comma = ",";
    }
    buf_add_char(out, '}');
}

static void write_value(struct buf *out, const struct tern_value *v, int depth)
{
    if (value_is_null(v)) {
        buf_add_str(out, "null");
        return;
    }
    if (depth > VALUE_DEPTH_MAX) {
        out->failed = true;
        return;
    }
    if (write_simple(out, v))
        return;
    if (v->type == TERN_VALUE_STRING) {
        utf8_add_clean(out, v->as.bytes.data, v->as.bytes.size);
    } else if (v->type == TERN_VALUE_BYTES) {
        buf_add_fmt(out, "[B@%zx", v->as.bytes.size);
    } else if (v->type == TERN_VALUE_DATE) {
        java_date_text(out, v->as.integer);
    } else if (v->type == TERN_VALUE_ARRAY) {
        write_items(out, &v->as.array, depth + 1);
    } else if (v->type == TERN_VALUE_MAP) {
        write_entries(out, &v->as.map, depth + 1);
    } else if (v->type == TERN_VALUE_STRUCT) {
        write_fields(out, v, depth + 1);
    } else {
        out->failed = true; /* plugins are input */
    }
}

void value_text(struct buf *out, const struct tern_value *v)
{
    write_value(out, v, 0);
}

/* ---- Values.convertToString() ---- */

static int embed(struct buf *out, const struct tern_value *v, int depth, struct tern_error *err);

static void write_quoted(struct buf *out, const void *data, size_t size)
{
    const char *p = data;

    buf_add_char(out, '"');
    for (size_t i = 0; i < size; i++) {
        if (p[i] == '"' || p[i] == '\\')
            buf_add_char(out, '\\');
        buf_add_char(out, p[i]);
    }
    buf_add_char(out, '"');
}

static void write_date(struct buf *out, int64_t ms)
{
    enum java_date_pattern pattern = JAVA_TIMESTAMP;

    if (ms < MS_PER_DAY)
        pattern = JAVA_TIME;
    else if (ms % MS_PER_DAY == 0)
        pattern = JAVA_DATE;
    java_date_format(out, pattern, ms);
}

static int embed_array(struct buf *out, const struct tern_array *array, int depth,
                       struct tern_error *err)
{
    buf_add_char(out, '[');
    for (size_t i = 0; i < array->count; i++) {
        buf_add_str(out, i ? "," : "");
        if (embed(out, &array->items[i], depth, err) < 0)
            return -1;
    }
    buf_add_char(out, ']');
    return 0;
}

static int embed_map(struct buf *out, const struct tern_map *map, int depth, struct tern_error *err)
{
    buf_add_char(out, '{');
    for (size_t i = 0; i < map->count; i++) {
        buf_add_str(out, i ? "," : "");
        if (embed(out, &map->entries[i].key, depth, err) < 0)
            return -1;
        buf_add_char(out, ':');
        if (embed(out, &map->entries[i].value, depth, err) < 0)
            return -1;
    }
    buf_add_char(out, '}');
    return 0;
}

static int embed_struct(struct buf *out, const struct tern_value *v, int depth,
                        struct tern_error *err)
{
    buf_add_char(out, '{');
    for (size_t i = 0; v->schema && i < v->schema->field_count; i++) {
        const struct tern_schema *field = v->schema->fields[i].schema;
        const struct tern_value *value = &v->as.fields[i];

        if (value_is_null(value) && field->fallback)
            value = field->fallback;
        buf_add_str(out, i ? "," : "");
        write_quoted(out, v->schema->fields[i].name, strlen(v->schema->fields[i].name));
        buf_add_char(out, ':');
        if (embed(out, value, depth, err) < 0)
            return -1;
    }
    buf_add_char(out, '}');
    return 0;
}

/* embedded strings and bytes are quoted */
static int write_embedded(struct buf *out, const struct tern_value *v, int depth,
                          struct tern_error *err)
{
    switch (v->type) {
    case TERN_VALUE_BYTES:
        buf_add_str(out, depth ? "\"" : "");
        base64_encode(out, v->as.bytes.data, v->as.bytes.size);
        buf_add_str(out, depth ? "\"" : "");
        return 0;
    case TERN_VALUE_DATE:
        write_date(out, v->as.integer);
        return 0;
    case TERN_VALUE_STRING:
        if (depth)
            write_quoted(out, v->as.bytes.data, v->as.bytes.size);
        else
            buf_add(out, v->as.bytes.data, v->as.bytes.size);
        return 0;
    case TERN_VALUE_ARRAY:
        return embed_array(out, &v->as.array, depth + 1, err);
    case TERN_VALUE_MAP:
        return embed_map(out, &v->as.map, depth + 1, err);
    case TERN_VALUE_STRUCT:
        return embed_struct(out, v, depth + 1, err);
    default:
        return tern_fail(err, TERN_EINVALID, /* peer text, up to the value */
                         "Failed to serialize unexpected value type %s", value_class_name(v->type));
    }
}

static int embed(struct buf *out, const struct tern_value *v, int depth, struct tern_error *err)
{
    if (depth > VALUE_DEPTH_MAX)
        return tern_fail(err, TERN_EINVALID, "a value of more than %d levels", VALUE_DEPTH_MAX);
    if (value_is_null(v)) {
        buf_add_str(out, "null");
        return 0;
    }
    return write_simple(out, v) ? 0 : write_embedded(out, v, depth, err);
}

int values_text(struct buf *out, const struct tern_value *v, struct tern_error *err)
{
    return embed(out, v, 0, err);
}
