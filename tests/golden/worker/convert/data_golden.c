/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/golden/worker/convert/data_golden.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/base64.h"
#include "lib/data/decimal.h"
#include "lib/data/schema.h"
#include "lib/data/value.h"
#include "lib/data/value_text.h"
#include "tests/lib/testing.h"

enum {
    LIMIT = 1 << 20
};

/* ---- schemas ---- */

static const char *text_of(struct arena *a, const json_t *json)
{
    return json_is_string(json) ? arena_strdup(a, json_string_value(json)) : NULL;
}

static enum tern_type type_of(const char *word)
{
    static const struct {
        const char *word;
        enum tern_type type;
    } types[] = {
        {"int8", TERN_TYPE_INT8},       {"int16", TERN_TYPE_INT16},   {"int32", TERN_TYPE_INT32},
        {"int64", TERN_TYPE_INT64},     {"float", TERN_TYPE_FLOAT32}, {"double", TERN_TYPE_FLOAT64},
        {"boolean", TERN_TYPE_BOOLEAN}, {"string", TERN_TYPE_STRING}, {"bytes", TERN_TYPE_BYTES},
        {"array", TERN_TYPE_ARRAY},     {"map", TERN_TYPE_MAP},       {"struct", TERN_TYPE_STRUCT},
    };

    for (size_t i = 0; i < COUNT_OF(types); i++) {
        if (strcmp(types[i].word, word) == 0)
            return types[i].type;
    }
    ck_abort_msg("type '%s'", word);
    return 0;
}

/* As JsonConverter writes a default. */
static struct tern_value default_value(struct arena *a, const json_t *json,
                                       const struct tern_schema *s)
{
    struct tern_value v = {.type = TERN_VALUE_NULL};
    CLEANUP(buf_fini) struct buf bytes = BUF_INIT(LIMIT);

    if (json_is_boolean(json)) {
        v.type = TERN_VALUE_BOOLEAN;
        v.as.boolean = json_is_true(json);
    } else if (json_is_integer(json)) {
        v.type = s->name ? TERN_VALUE_DATE
                         : (enum tern_value_type)(TERN_VALUE_INT8 + (s->type - TERN_TYPE_INT8));
        v.as.integer = json_integer_value(json);
    } else if (json_is_string(json) && s->type == TERN_TYPE_BYTES) {
        ck_assert(base64_decode(&bytes, json_string_value(json), json_string_length(json)));
        v.type = s->name ? TERN_VALUE_DECIMAL : TERN_VALUE_BYTES;
        if (s->name)
            v.as.decimal =
                (struct tern_decimal){arena_dup(a, bytes.data, bytes.len), (uint32_t)bytes.len, 2};
        else
            v.as.bytes = (struct tern_bytes){arena_dup(a, bytes.data, bytes.len), bytes.len};
    } else {
        ck_assert(json_is_string(json));
        v = value_string(text_of(a, json), json_string_length(json));
    }
    return v;
}

static void read_fields(struct arena *a, const json_t *list, struct tern_schema *s)
{
    struct tern_schema_field *fields = arena_array(a, json_array_size(list), sizeof(*fields));
    const json_t *json;
    size_t i;

    json_array_foreach(list, i, json)
    {
        fields[i].name = text_of(a, json_object_get(json, "field"));
        fields[i].schema = golden_schema(a, json);
    }
    s->fields = fields;
    s->field_count = json_array_size(list);
}

static void read_parameters(struct arena *a, json_t *list, struct tern_schema *s)
{
    struct tern_parameter *parameters = arena_array(a, json_object_size(list), sizeof(*parameters));
    const char *name;
    json_t *json;

    json_object_foreach(list, name, json)
    {
        parameters[s->parameter_count].name = arena_strdup(a, name);
        parameters[s->parameter_count++].value = text_of(a, json);
    }
    s->parameters = parameters;
}

const struct tern_schema *golden_schema(struct arena *a, const json_t *json)
{
    struct tern_schema *s;
    const json_t *version = json_object_get(json, "version");
    const json_t *fallback = json_object_get(json, "default");

    if (!json_is_object(json))
        return NULL;
    s = arena_alloc(a, sizeof(*s));
    *s = (struct tern_schema)TERN_SCHEMA(.type = type_of(test_text(json, "type")));
    s->optional = json_is_true(json_object_get(json, "optional"));
    s->name = text_of(a, json_object_get(json, "name"));
    s->doc = text_of(a, json_object_get(json, "doc"));
    s->has_version = json_is_integer(version);
    s->version = (int32_t)json_integer_value(version);
    s->keys = golden_schema(a, json_object_get(json, "keys"));
    s->values =
        golden_schema(a, json_object_get(json, s->type == TERN_TYPE_ARRAY ? "items" : "values"));
    read_fields(a, json_object_get(json, "fields"), s);
    read_parameters(a, json_object_get(json, "parameters"), s);
    if (fallback) {
        struct tern_value *v = arena_alloc(a, sizeof(*v));

        *v = default_value(a, fallback, s);
        s->fallback = v;
    }
    return s;
}

void golden_check_schema(const struct tern_schema *got, const struct tern_schema *expected,
                         const char *name)
{
    CLEANUP(buf_fini) struct buf a = BUF_INIT(LIMIT);
    CLEANUP(buf_fini) struct buf b = BUF_INIT(LIMIT);

    schema_text(&a, got);
    schema_text(&b, expected);
    ck_assert_msg(schema_equal(got, expected), "%s: %s instead of %s", name, buf_str(&a),
                  buf_str(&b));
}

/* ---- values ---- */

static const struct {
    const char *word;
    enum tern_value_type type;
} classes[] = {
    {"null", TERN_VALUE_NULL},       {"boolean", TERN_VALUE_BOOLEAN}, {"int8", TERN_VALUE_INT8},
    {"int16", TERN_VALUE_INT16},     {"int32", TERN_VALUE_INT32},     {"int64", TERN_VALUE_INT64},
    {"float32", TERN_VALUE_FLOAT32}, {"float64", TERN_VALUE_FLOAT64}, {"string", TERN_VALUE_STRING},
    {"bytes", TERN_VALUE_BYTES},     {"decimal", TERN_VALUE_DECIMAL}, {"date", TERN_VALUE_DATE},
    {"array", TERN_VALUE_ARRAY},     {"map", TERN_VALUE_MAP},         {"struct", TERN_VALUE_STRUCT},
};

static enum tern_value_type class_of(const char *word)
{
    for (size_t i = 0; i < COUNT_OF(classes); i++) {
        if (strcmp(classes[i].word, word) == 0)
            return classes[i].type;
    }
    ck_abort_msg("class '%s'", word);
    return 0;
}

static void read_array(struct arena *a, const json_t *list, const struct tern_schema *s,
                       struct tern_value *v)
{
    struct tern_value *items = arena_array(a, json_array_size(list), sizeof(*items));
    const json_t *json;
    size_t i;

    json_array_foreach(list, i, json) items[i] = golden_value(a, json, s ? s->values : NULL);
    v->as.array = (struct tern_array){items, json_array_size(list)};
}

static void read_map(struct arena *a, const json_t *list, const struct tern_schema *s,
                     struct tern_value *v)
{
    struct tern_entry *entries = arena_array(a, json_array_size(list), sizeof(*entries));
    const json_t *json;
    size_t i;

    json_array_foreach(list, i, json)
    {
        entries[i].key = golden_value(a, json_array_get(json, 0), s ? s->keys : NULL);
        entries[i].value = golden_value(a, json_array_get(json, 1), s ? s->values : NULL);
    }
    v->as.map = (struct tern_map){entries, json_array_size(list)};
}

/* Without a schema, or with one that does not fit, a struct has one of its own. */
static void read_struct(struct arena *a, json_t *members, const struct tern_schema *s,
                        struct tern_value *v)
{
    size_t count = json_object_size(members), i = 0;
    struct tern_value *values = arena_array(a, count, sizeof(*values));
    struct tern_schema_field *fields = arena_array(a, count, sizeof(*fields));
    struct tern_schema *own = arena_alloc(a, sizeof(*own));
    const char *name;
    json_t *json;
    bool fits = s && s->field_count == count;

    json_object_foreach(members, name, json)
    {
        const struct tern_schema_field *field = s ? schema_field(s, name) : NULL;

        fits = fits && field;
        fields[i] =
            (struct tern_schema_field){arena_strdup(a, name), schema_plain(TERN_TYPE_INT8, false)};
        values[i++] = golden_value(a, json, field ? field->schema : NULL);
    }
    *own = (struct tern_schema)TERN_SCHEMA(.type = TERN_TYPE_STRUCT, .fields = fields,
                                           .field_count = count);
    v->schema = fits ? s : own;
    v->as.fields = values;
}

static void read_decimal(struct arena *a, const json_t *json, struct tern_value *v)
{
    const char *digits = test_text(json, "unscaled");

    ck_assert(decimal_parse(a, digits, strlen(digits), &v->as.decimal));
    v->as.decimal.scale = (int32_t)json_integer_value(json_object_get(json, "scale"));
}

struct tern_value golden_value(struct arena *a, const json_t *json, const struct tern_schema *s)
{
    struct tern_value v = {.type = class_of(test_text(json, "t"))};
    json_t *content = json_object_get(json, "v");
    CLEANUP(buf_fini) struct buf bytes = BUF_INIT(LIMIT);

    if (v.type == TERN_VALUE_BYTES) {
        test_unhex(test_text(json, "hex"), &bytes);
        v.as.bytes = (struct tern_bytes){arena_dup(a, bytes.data, bytes.len), bytes.len};
    } else if (v.type == TERN_VALUE_STRING) {
        v = value_string(arena_strndup(a, json_string_value(content), json_string_length(content)),
                         json_string_length(content));
    } else if (v.type == TERN_VALUE_BOOLEAN) {
        v.as.boolean = strcmp(json_string_value(content), "true") == 0;
    } else if (v.type == TERN_VALUE_FLOAT32) {
        v.as.number = (double)strtof(json_string_value(content), NULL);
    } else if (v.type == TERN_VALUE_FLOAT64) {
        v.as.number = strtod(json_string_value(content), NULL);
    } else if (v.type == TERN_VALUE_DATE) {
        v.as.integer = json_integer_value(json_object_get(json, "ms"));
    } else if (v.type == TERN_VALUE_DECIMAL) {
        read_decimal(a, json, &v);
    } else if (v.type == TERN_VALUE_ARRAY) {
        read_array(a, content, s, &v);
    } else if (v.type == TERN_VALUE_MAP) {
        read_map(a, content, s, &v);
    } else if (v.type == TERN_VALUE_STRUCT) {
        read_struct(a, content, s, &v);
    } else if (v.type != TERN_VALUE_NULL) {
        v.as.integer = strtoll(json_string_value(content), NULL, 10);
    }
    return v;
}

void golden_check_value(const struct tern_value *got, const struct tern_value *expected,
                        const char *name)
{
    CLEANUP(buf_fini) struct buf a = BUF_INIT(LIMIT);
    CLEANUP(buf_fini) struct buf b = BUF_INIT(LIMIT);

    value_text(&a, got);
    value_text(&b, expected);
    ck_assert_msg(value_equal(got, expected), "%s: %s %s instead of %s %s", name,
                  value_class_name(got->type), buf_str(&a), value_class_name(expected->type),
                  buf_str(&b));
}
