/* SPDX-License-Identifier: Apache-2.0 */
/* schema - names and comparisons; schema_check.c checks and hashes, schema_copy.c keeps. */
#include "lib/data/schema.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lib/data/value.h"

static const char *const type_names[] = {
    [TERN_TYPE_INT8] = "INT8",       [TERN_TYPE_INT16] = "INT16",
    [TERN_TYPE_INT32] = "INT32",     [TERN_TYPE_INT64] = "INT64",
    [TERN_TYPE_FLOAT32] = "FLOAT32", [TERN_TYPE_FLOAT64] = "FLOAT64",
    [TERN_TYPE_BOOLEAN] = "BOOLEAN", [TERN_TYPE_STRING] = "STRING",
    [TERN_TYPE_BYTES] = "BYTES",     [TERN_TYPE_ARRAY] = "ARRAY",
    [TERN_TYPE_MAP] = "MAP",         [TERN_TYPE_STRUCT] = "STRUCT",
};

const char *schema_type_name(enum tern_type type)
{
    const char *name = (size_t)type < COUNT_OF(type_names) ? type_names[type] : NULL;

    return name ? name : "unknown";
}

#define PLAIN(t) [t] = {TERN_SCHEMA(.type = (t)), TERN_SCHEMA(.type = (t), .optional = true)}

static const struct tern_schema plain[][2] = {
    PLAIN(TERN_TYPE_INT8),    PLAIN(TERN_TYPE_INT16),   PLAIN(TERN_TYPE_INT32),
    PLAIN(TERN_TYPE_INT64),   PLAIN(TERN_TYPE_FLOAT32), PLAIN(TERN_TYPE_FLOAT64),
    PLAIN(TERN_TYPE_BOOLEAN), PLAIN(TERN_TYPE_STRING),  PLAIN(TERN_TYPE_BYTES),
};

const struct tern_schema *schema_plain(enum tern_type type, bool optional)
{
    return &plain[type][optional];
}

static const struct {
    const char *name;
    struct tern_schema schema; /* without a version: of none */
} logicals[] = {
    [LOGICAL_DECIMAL] = {TERN_DECIMAL, {0}},
    [LOGICAL_DATE] = {TERN_DATE, TERN_SCHEMA(.type = TERN_TYPE_INT32, .has_version = true,
                                             .version = 1, .name = TERN_DATE)},
    [LOGICAL_TIME] = {TERN_TIME, TERN_SCHEMA(.type = TERN_TYPE_INT32, .has_version = true,
                                             .version = 1, .name = TERN_TIME)},
    [LOGICAL_TIMESTAMP] = {TERN_TIMESTAMP, TERN_SCHEMA(.type = TERN_TYPE_INT64, .has_version = true,
                                                       .version = 1, .name = TERN_TIMESTAMP)},
};

const struct tern_schema *schema_of_logical(enum schema_logical logical)
{
    return &logicals[logical].schema;
}

enum schema_logical schema_logical(const struct tern_schema *s)
{
    if (!s || !s->name)
        return LOGICAL_NONE;
    for (size_t i = LOGICAL_DECIMAL; i < COUNT_OF(logicals); i++) {
        if (strcmp(s->name, logicals[i].name) == 0)
            return (enum schema_logical)i;
    }
    return LOGICAL_NONE;
}

/* ---- comparing ---- */

static bool text_equal(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool parameters_equal(const struct tern_schema *a, const struct tern_schema *b)
{
    if (a->parameter_count != b->parameter_count)
        return false;
    for (size_t i = 0; i < a->parameter_count; i++) { /* maps: the order does not count */
        const char *other = schema_parameter(b, a->parameters[i].name);

        if (!other || strcmp(a->parameters[i].value, other) != 0)
            return false;
    }
    return true;
}

static bool fields_equal(const struct tern_schema *a, const struct tern_schema *b)
{
    if (a->field_count != b->field_count)
        return false;
    for (size_t i = 0; i < a->field_count; i++) {
        if (strcmp(a->fields[i].name, b->fields[i].name) != 0 ||
            !schema_equal(a->fields[i].schema, b->fields[i].schema))
            return false;
    }
    return true;
}

static bool defaults_equal(const struct tern_schema *a, const struct tern_schema *b)
{
    if (!a->fallback || !b->fallback)
        return a->fallback == b->fallback;
    return value_equal(a->fallback, b->fallback);
}

bool schema_equal(const struct tern_schema *a, const struct tern_schema *b)
{
    if (a == b)
        return true;
    return a && b && a->type == b->type && a->optional == b->optional &&
           a->has_version == b->has_version && (!a->has_version || a->version == b->version) &&
           text_equal(a->name, b->name) && text_equal(a->doc, b->doc) && parameters_equal(a, b) &&
           fields_equal(a, b) && schema_equal(a->keys, b->keys) &&
           schema_equal(a->values, b->values) && defaults_equal(a, b);
}

/* ---- parts ---- */

const struct tern_schema_field *schema_field(const struct tern_schema *s, const char *name)
{
    for (size_t i = 0; i < s->field_count; i++) {
        if (strcmp(s->fields[i].name, name) == 0)
            return &s->fields[i];
    }
    return NULL;
}

const char *schema_parameter(const struct tern_schema *s, const char *name)
{
    for (size_t i = 0; i < s->parameter_count; i++) {
        if (strcmp(s->parameters[i].name, name) == 0)
            return s->parameters[i].value;
    }
    return NULL;
}

int schema_scale(const struct tern_schema *s, int32_t *ret_scale, struct tern_error *err)
{
    const char *text = schema_parameter(s, TERN_DECIMAL_SCALE);
    char *end;
    long scale;

    if (!text)
        return tern_fail(err, TERN_EINVALID, /* peer text */
                         "Invalid Decimal schema: scale parameter not found.");
    errno = 0;
    scale = strtol(text, &end, 10);
    if (!*text || *end || errno || scale < INT32_MIN || scale > INT32_MAX)
        return tern_fail(err, TERN_EINVALID, /* peer text */
                         "Invalid scale parameter found in Decimal schema: ");
    *ret_scale = (int32_t)scale;
    return 0;
}

void schema_text(struct buf *out, const struct tern_schema *s)
{
    if (!s)
        buf_add_str(out, "null");
    else if (s->name)
        buf_add_fmt(out, "Schema{%s:%s}", s->name, schema_type_name(s->type));
    else
        buf_add_fmt(out, "Schema{%s}", schema_type_name(s->type));
}
