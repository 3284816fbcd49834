/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "lib/base/base64.h"
#include "lib/base/jsonx.h"
#include "lib/base/utf8.h"
#include "lib/data/decimal.h"
#include "lib/data/java_date.h"
#include "lib/data/schema.h"
#include "lib/data/value.h"
#include "worker/convert/json_priv.h"

struct writer {
    struct buf *out;
    const struct json_settings *settings;
    struct tern_error *err;
};

static int write_value(struct writer *w, const struct tern_schema *s, const struct tern_value *v,
                       int depth);

static void write_string(struct buf *out, const void *text, size_t len)
{
    CLEANUP(buf_fini) struct buf clean = BUF_INIT(SIZE_MAX);

    if (!utf8_is_valid(text, len)) {
        utf8_add_clean(&clean, text, len);
        text = buf_str(&clean);
        len = clean.len;
    }
    jsonx_write_string(out, text, len);
}

static void write_base64(struct buf *out, const void *data, size_t size)
{
    buf_add_char(out, '"');
    base64_encode(out, data, size);
    buf_add_char(out, '"');
}

static void write_number(struct buf *out, const struct tern_value *v)
{
    bool finite = isfinite(v->as.number);

    buf_add_str(out, finite ? "" : "\"");
    if (v->type == TERN_VALUE_FLOAT32)
        jsonx_write_float(out, (float)v->as.number);
    else
        jsonx_write_double(out, v->as.number);
    buf_add_str(out, finite ? "" : "\"");
}

/* ---- logical types ---- */

static int refuse_logical(struct writer *w, const char *type, const char *expected,
                          const struct tern_value *v)
{
    return tern_fail(w->err, TERN_EINVALID, /* peer text */
                     "Invalid type for %s, expected %s but was class %s", type, expected,
                     value_class_name(v->type));
}

static int write_decimal(struct writer *w, const struct tern_schema *s, const struct tern_value *v)
{
    struct tern_bytes bytes;
    int32_t scale;

    if (v->type != TERN_VALUE_DECIMAL)
        return refuse_logical(w, "Decimal", "BigDecimal", v);
    if (v->as.decimal.size == 0 || !v->as.decimal.unscaled)
        return tern_fail(w->err, TERN_EINVALID, "a decimal without bytes");
    if (w->settings->numeric_decimals) {
        if (v->as.decimal.size > DECIMAL_BYTES_MAX)
            return tern_fail(w->err, TERN_EINVALID, "a decimal of %u bytes; %d are the most",
                             (unsigned)v->as.decimal.size, DECIMAL_BYTES_MAX);
        decimal_text(w->out, &v->as.decimal);
        return 0;
    }
    if (schema_scale(s, &scale, w->err) < 0)
        return -1;
    if (scale != v->as.decimal.scale) {
        return tern_fail(w->err, TERN_EINVALID, /* peer text */
                         "Decimal value has mismatching scale for given Decimal schema. Schema has "
                         "scale %" PRId32 ", value has scale %" PRId32 ".",
                         scale, v->as.decimal.scale);
    }
    bytes = decimal_bytes(&v->as.decimal);
    write_base64(w->out, bytes.data, bytes.size);
    return 0;
}

static int write_date(struct writer *w, enum schema_logical logical, const struct tern_value *v)
{
    static const char *const names[] = {
        [LOGICAL_DATE] = "Date", [LOGICAL_TIME] = "Time", [LOGICAL_TIMESTAMP] = "Timestamp"};
    int64_t n = v->as.integer;

    if (v->type != TERN_VALUE_DATE)
        return refuse_logical(w, names[logical], "Date", v);
    if (logical == LOGICAL_DATE) {
        if (n % MS_PER_DAY != 0) {
            return tern_fail(w->err, TERN_EINVALID, /* peer text */
                             "Kafka Connect Date type should not have any time fields set to "
                             "non-zero values.");
        }
        n /= MS_PER_DAY;
    } else if (logical == LOGICAL_TIME && (n < 0 || n > MS_PER_DAY)) {
        return tern_fail(w->err, TERN_EINVALID, /* peer text */
                         "Kafka Connect Time type should not have any date fields set to non-zero "
                         "values.");
    }
    buf_add_fmt(w->out, "%" PRId64, n);
    return 0;
}

/* ---- what holds others ---- */

static int write_array(struct writer *w, const struct tern_schema *s, const struct tern_value *v,
                       int depth)
{
    buf_add_char(w->out, '[');
    for (size_t i = 0; i < v->as.array.count; i++) {
        buf_add_str(w->out, i ? "," : "");
        if (write_value(w, s ? s->values : NULL, &v->as.array.items[i], depth + 1) < 0)
            return -1;
    }
    buf_add_char(w->out, ']');
    return 0;
}

static bool has_string_keys(const struct tern_schema *s, const struct tern_value *v)
{
    if (s)
        return s->keys && s->keys->type == TERN_TYPE_STRING;
    for (size_t i = 0; i < v->as.map.count; i++) {
        const struct tern_value *key = &v->as.map.entries[i].key;

        if (key->type != TERN_VALUE_STRING || value_is_null(key))
            return false;
    }
    return true;
}

/* A key as the name of a member: what is written as null is called "null". */
static int write_name(struct writer *w, const struct tern_schema *s, const struct tern_value *key,
                      int depth)
{
    size_t before = w->out->len;

    if (write_value(w, s, key, depth) < 0)
        return -1;
    if (w->out->len > before && w->out->data[before] != '"') {
        CLEANUP(buf_fini) struct buf bare = BUF_INIT(SIZE_MAX);

        buf_add(&bare, w->out->data + before, w->out->len - before);
        w->out->len = before;
        buf_add_fmt(w->out, "\"%s\"", buf_str(&bare));
    }
    return 0;
}

static int write_entry(struct writer *w, const struct tern_schema *s, const struct tern_entry *e,
                       bool as_object, int depth)
{
    const struct tern_schema *keys = s ? s->keys : NULL;

    buf_add_str(w->out, as_object ? "" : "[");
    if ((as_object ? write_name(w, keys, &e->key, depth) : write_value(w, keys, &e->key, depth)) <
        0)
        return -1;
    buf_add_char(w->out, as_object ? ':' : ',');
    if (write_value(w, s ? s->values : NULL, &e->value, depth) < 0)
        return -1;
    buf_add_str(w->out, as_object ? "" : "]");
    return 0;
}

static int write_map(struct writer *w, const struct tern_schema *s, const struct tern_value *v,
                     int depth)
{
    bool as_object = has_string_keys(s, v);

    buf_add_char(w->out, as_object ? '{' : '[');
    for (size_t i = 0; i < v->as.map.count; i++) {
        buf_add_str(w->out, i ? "," : "");
        if (write_entry(w, s, &v->as.map.entries[i], as_object, depth + 1) < 0)
            return -1;
    }
    buf_add_char(w->out, as_object ? '}' : ']');
    return 0;
}

static int write_struct(struct writer *w, const struct tern_schema *s, const struct tern_value *v,
                        int depth)
{
    if (!s || !v->schema || !schema_equal(v->schema, s) || (s->field_count && !v->as.fields))
        return tern_fail(w->err, TERN_EINVALID, "Mismatching schema."); /* peer text */
    buf_add_char(w->out, '{');
    for (size_t i = 0; i < s->field_count; i++) {
        buf_add_str(w->out, i ? "," : "");
        write_string(w->out, s->fields[i].name, strlen(s->fields[i].name));
        buf_add_char(w->out, ':');
        if (write_value(w, s->fields[i].schema, &v->as.fields[i], depth + 1) < 0)
            return -1;
    }
    buf_add_char(w->out, '}');
    return 0;
}

/* ---- all together ---- */

static int write_null(struct writer *w, const struct tern_schema *s, int depth)
{
    if (s && s->fallback && w->settings->replace_null)
        return write_value(w, s, s->fallback, depth + 1);
    if (s && !s->optional) {
        return tern_fail(w->err, TERN_EINVALID, /* peer text */
                         "Conversion error: null value for field that is required and has no "
                         "default value");
    }
    buf_add_str(w->out, "null");
    return 0;
}

static int refuse_class(struct writer *w, const struct tern_schema *s, const struct tern_value *v)
{
    if (!s) {
        return tern_fail(w->err, TERN_EINVALID, /* peer text */
                         "Java class class %s does not have corresponding schema type.",
                         value_class_name(v->type));
    }
    return tern_fail(w->err, TERN_EINVALID, /* peer text */
                     "Invalid type for %s: class %s",
                     s->type == TERN_TYPE_BYTES ? "bytes type" : schema_type_name(s->type),
                     value_class_name(v->type));
}

/* Whether a value of that class is what the schema says, logical types aside. */
static bool fits(const struct tern_schema *s, const struct tern_value *v)
{
    static const enum tern_type types[] = {
        [TERN_VALUE_BOOLEAN] = TERN_TYPE_BOOLEAN, [TERN_VALUE_INT8] = TERN_TYPE_INT8,
        [TERN_VALUE_INT16] = TERN_TYPE_INT16,     [TERN_VALUE_INT32] = TERN_TYPE_INT32,
        [TERN_VALUE_INT64] = TERN_TYPE_INT64,     [TERN_VALUE_FLOAT32] = TERN_TYPE_FLOAT32,
        [TERN_VALUE_FLOAT64] = TERN_TYPE_FLOAT64, [TERN_VALUE_STRING] = TERN_TYPE_STRING,
        [TERN_VALUE_BYTES] = TERN_TYPE_BYTES,     [TERN_VALUE_DECIMAL] = (enum tern_type)0,
        [TERN_VALUE_DATE] = (enum tern_type)0,    [TERN_VALUE_ARRAY] = TERN_TYPE_ARRAY,
        [TERN_VALUE_MAP] = TERN_TYPE_MAP,         [TERN_VALUE_STRUCT] = TERN_TYPE_STRUCT,
    };
    enum tern_type type = (size_t)v->type < COUNT_OF(types) ? types[v->type] : 0;

    return type != 0 && (!s || s->type == type);
}

static int write_plain(struct writer *w, const struct tern_schema *s, const struct tern_value *v,
                       int depth)
{
    switch (v->type) {
    case TERN_VALUE_BOOLEAN:
        buf_add_str(w->out, v->as.boolean ? "true" : "false");
        return 0;
    case TERN_VALUE_FLOAT32:
    case TERN_VALUE_FLOAT64:
        write_number(w->out, v);
        return 0;
    case TERN_VALUE_STRING:
        write_string(w->out, v->as.bytes.data, v->as.bytes.size);
        return 0;
    case TERN_VALUE_BYTES:
        write_base64(w->out, v->as.bytes.data, v->as.bytes.size);
        return 0;
    case TERN_VALUE_ARRAY:
        return write_array(w, s, v, depth);
    case TERN_VALUE_MAP:
        return write_map(w, s, v, depth);
    case TERN_VALUE_STRUCT:
        return write_struct(w, s, v, depth);
    default:
        buf_add_fmt(w->out, "%" PRId64, v->as.integer);
        return 0;
    }
}

static int write_value(struct writer *w, const struct tern_schema *s, const struct tern_value *v,
                       int depth)
{
    enum schema_logical logical = schema_logical(s);

    if (depth > VALUE_DEPTH_MAX)
        return tern_fail(w->err, TERN_EINVALID, "a value of more than %d levels", VALUE_DEPTH_MAX);
    if (value_is_null(v))
        return write_null(w, s, depth);
    if (logical == LOGICAL_DECIMAL)
        return write_decimal(w, s, v);
    if (logical != LOGICAL_NONE)
        return write_date(w, logical, v);
    return fits(s, v) ? write_plain(w, s, v, depth) : refuse_class(w, s, v);
}

int json_write_value(struct buf *out, const struct json_settings *settings,
                     const struct tern_schema *s, const struct tern_value *v,
                     struct tern_error *err)
{
    struct writer w = {out, settings, err};

    return write_value(&w, s, v, 0);
}
