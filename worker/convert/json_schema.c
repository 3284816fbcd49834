/* SPDX-License-Identifier: Apache-2.0 */
/* json_schema - schemas as JSON, both ways. */
#include <inttypes.h>
#include <string.h>

#include "lib/base/jsonx.h"
#include "lib/base/vec.h"
#include "lib/data/schema.h"
#include "lib/data/value.h"
#include "worker/convert/json_priv.h"

static const struct {
    const char *name;
    enum tern_type type;
} types[] = {
    {"boolean", TERN_TYPE_BOOLEAN}, {"int8", TERN_TYPE_INT8},   {"int16", TERN_TYPE_INT16},
    {"int32", TERN_TYPE_INT32},     {"int64", TERN_TYPE_INT64}, {"float", TERN_TYPE_FLOAT32},
    {"double", TERN_TYPE_FLOAT64},  {"bytes", TERN_TYPE_BYTES}, {"string", TERN_TYPE_STRING},
    {"array", TERN_TYPE_ARRAY},     {"map", TERN_TYPE_MAP},     {"struct", TERN_TYPE_STRUCT},
};

/* ---- writing ---- */

struct writer {
    struct buf *out;
    const struct json_settings *settings;
    struct tern_error *err;
};

static int write_schema(struct writer *w, const struct tern_schema *s, const char *field);

static void write_text(struct buf *out, const char *name, const char *text)
{
    buf_add_fmt(out, ",\"%s\":", name);
    jsonx_write_string(out, text, strlen(text));
}

static const char *type_word(enum tern_type type)
{
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        if (types[i].type == type)
            return types[i].name;
    }
    return "unknown";
}

static int write_inner(struct writer *w, const char *name, const struct tern_schema *s)
{
    if (!s)
        return tern_fail(w->err, TERN_EINVALID, "a schema without the schema of its %s", name);
    buf_add_fmt(w->out, ",\"%s\":", name);
    return write_schema(w, s, NULL);
}

static int write_fields(struct writer *w, const struct tern_schema *s)
{
    buf_add_str(w->out, ",\"fields\":[");
    for (size_t i = 0; i < s->field_count; i++) {
        buf_add_str(w->out, i ? "," : "");
        if (write_schema(w, s->fields[i].schema, s->fields[i].name) < 0)
            return -1;
    }
    buf_add_char(w->out, ']');
    return 0;
}

static int write_children(struct writer *w, const struct tern_schema *s)
{
    switch (s->type) {
    case TERN_TYPE_ARRAY:
        return write_inner(w, "items", s->values);
    case TERN_TYPE_MAP:
        return write_inner(w, "keys", s->keys) < 0 ? -1 : write_inner(w, "values", s->values);
    case TERN_TYPE_STRUCT:
        return write_fields(w, s);
    default:
        return 0;
    }
}

static void write_parameters(struct buf *out, const struct tern_schema *s)
{
    if (s->parameter_count == 0)
        return;
    buf_add_str(out, ",\"parameters\":{");
    for (size_t i = 0; i < s->parameter_count; i++) {
        buf_add_str(out, i ? "," : "");
        jsonx_write_string(out, s->parameters[i].name, strlen(s->parameters[i].name));
        buf_add_char(out, ':');
        jsonx_write_string(out, s->parameters[i].value, strlen(s->parameters[i].value));
    }
    buf_add_char(out, '}');
}

static int write_default(struct writer *w, const struct tern_schema *s)
{
    if (!s->fallback || value_is_null(s->fallback))
        return 0;
    buf_add_str(w->out, ",\"default\":");
    return json_write_value(w->out, w->settings, s, s->fallback, w->err);
}

static int write_schema(struct writer *w, const struct tern_schema *s, const char *field)
{
    buf_add_fmt(w->out, "{\"type\":\"%s\"", type_word(s->type));
    if (write_children(w, s) < 0)
        return -1;
    buf_add_str(w->out, s->optional ? ",\"optional\":true" : ",\"optional\":false");
    if (s->name)
        write_text(w->out, "name", s->name);
    if (s->has_version)
        buf_add_fmt(w->out, ",\"version\":%" PRId32, s->version);
    if (s->doc)
        write_text(w->out, "doc", s->doc);
    write_parameters(w->out, s);
    if (write_default(w, s) < 0)
        return -1;
    if (field)
        write_text(w->out, "field", field);
    buf_add_char(w->out, '}');
    return 0;
}

int json_write_schema(struct buf *out, const struct json_settings *settings,
                      const struct tern_schema *s, struct tern_error *err)
{
    struct writer w = {out, settings, err};

    return write_schema(&w, s, NULL);
}

/* ---- reading ---- */

struct reader {
    struct arena *arena;
    const struct json_settings *settings;
    struct tern_error *err;
    size_t nodes;
};

static int read_schema(struct reader *r, const struct jtree *t, int depth,
                       const struct tern_schema **ret);

static int refuse(struct reader *r, const char *text)
{
    return tern_fail(r->err, TERN_EINVALID, "%s", text);
}

/* Names with a NUL in them are cut there. */
static const char *text_of(struct reader *r, const struct jtree *t)
{
    if (!t || t->kind != JTREE_STRING)
        return NULL;
    return arena_strndup(r->arena, (const char *)t->text.at, t->text.len);
}

static int read_type(struct reader *r, const struct jtree *t, enum tern_type *ret)
{
    const char *word = text_of(r, jtree_get(t, "type"));

    if (!word)
        return refuse(r, "Schema must contain 'type' field"); /* peer text */
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        if (strcmp(types[i].name, word) == 0) {
            *ret = types[i].type;
            return 0;
        }
    }
    return tern_fail(r->err, TERN_EINVALID, "Unknown schema type: %s", word); /* peer text */
}

static bool is_absent(const struct jtree *t)
{
    return !t || t->kind == JTREE_NULL;
}

static int read_array_schema(struct reader *r, const struct jtree *t, int depth,
                             struct tern_schema *s)
{
    const struct jtree *items = jtree_get(t, "items");

    if (is_absent(items))
        return refuse(r, "Array schema did not specify the element type"); /* peer text */
    return read_schema(r, items, depth, &s->values);
}

static int read_map_schema(struct reader *r, const struct jtree *t, int depth,
                           struct tern_schema *s)
{
    const struct jtree *keys = jtree_get(t, "keys"), *values = jtree_get(t, "values");

    if (!keys)
        return refuse(r, "Map schema did not specify the key type"); /* peer text */
    if (!values)
        return refuse(r, "Map schema did not specify the value type"); /* peer text */
    if (read_schema(r, keys, depth, &s->keys) < 0 || read_schema(r, values, depth, &s->values) < 0)
        return -1;
    if (!s->keys)
        return refuse(r, "keySchema cannot be null.");               /* peer text */
    return s->values ? 0 : refuse(r, "valueSchema cannot be null."); /* peer text */
}

static int read_field(struct reader *r, const struct jtree *t, int depth, struct tern_schema *s,
                      struct tern_schema_field *field)
{
    field->name = text_of(r, jtree_get(t, "field"));
    if (!field->name)
        return refuse(r, "Struct schema's field name not specified properly"); /* peer text */
    if (read_schema(r, t, depth, &field->schema) < 0)
        return -1;
    if (schema_field(s, field->name)) {
        return tern_fail(r->err, TERN_EINVALID, /* peer text */
                         "Cannot create field because of field name duplication %s", field->name);
    }
    s->field_count++;
    return 0;
}

static int read_struct_schema(struct reader *r, const struct jtree *t, int depth,
                              struct tern_schema *s)
{
    const struct jtree *list = jtree_get(t, "fields");
    struct tern_schema_field *fields;

    if (!list || list->kind != JTREE_ARRAY)
        return refuse(r, "Struct schema's \"fields\" argument is not an array."); /* peer text */
    if (list->count > SCHEMA_FIELDS_MAX)
        return tern_fail(r->err, TERN_EINVALID, "a schema with %zu fields; %d are the most",
                         list->count, SCHEMA_FIELDS_MAX);
    fields = arena_array(r->arena, list->count, sizeof(*fields));
    s->fields = fields;
    for (const struct jtree *f = list->first; f; f = f->next) {
        if (read_field(r, f, depth, s, &fields[s->field_count]) < 0)
            return -1;
    }
    return 0;
}

static int read_children(struct reader *r, const struct jtree *t, int depth, struct tern_schema *s)
{
    switch (s->type) {
    case TERN_TYPE_ARRAY:
        return read_array_schema(r, t, depth, s);
    case TERN_TYPE_MAP:
        return read_map_schema(r, t, depth, s);
    case TERN_TYPE_STRUCT:
        return read_struct_schema(r, t, depth, s);
    default:
        return 0;
    }
}

static int read_parameters(struct reader *r, const struct jtree *t, struct tern_schema *s)
{
    const struct jtree *list = jtree_get(t, "parameters");
    struct tern_parameter *parameters;

    if (!list || list->kind != JTREE_OBJECT)
        return 0;
    if (list->count > SCHEMA_FIELDS_MAX)
        return tern_fail(r->err, TERN_EINVALID, "a schema with %zu parameters", list->count);
    parameters = arena_array(r->arena, list->count, sizeof(*parameters));
    for (const struct jtree *p = list->first; p; p = p->next) {
        struct tern_parameter *to = &parameters[s->parameter_count++];

        to->name = arena_strndup(r->arena, (const char *)p->name.at, p->name.len);
        to->value = text_of(r, p);
        if (!to->value)
            return refuse(r, "Schema parameters must have string values."); /* peer text */
    }
    s->parameters = parameters;
    return 0;
}

static int read_default(struct reader *r, const struct jtree *t, struct tern_schema *s)
{
    const struct jtree *json = jtree_get(t, "default");
    struct tern_value *value;

    if (!json)
        return 0;
    value = arena_alloc(r->arena, sizeof(*value));
    if (json_read_value(r->arena, r->settings, s, json, value, r->err) < 0)
        return -1;
    if (value_is_null(value) && s->optional)
        return 0;
    if (value_check(s, value, r->err) < 0)
        return tern_context(r->err, "Invalid default value"); /* peer text */
    s->fallback = value;
    return 0;
}

static int read_schema(struct reader *r, const struct jtree *t, int depth,
                       const struct tern_schema **ret)
{
    const struct jtree *optional = jtree_get(t, "optional");
    struct tern_schema *s;
    enum tern_type type;
    int64_t version;

    *ret = NULL;
    if (is_absent(t))
        return 0;
    if (depth == SCHEMA_DEPTH_MAX || ++r->nodes > SCHEMA_NODES_MAX)
        return tern_fail(r->err, TERN_EINVALID, "a schema of more than %d levels or %d parts",
                         SCHEMA_DEPTH_MAX, SCHEMA_NODES_MAX);
    if (read_type(r, t, &type) < 0)
        return -1;
    s = arena_alloc(r->arena, sizeof(*s));
    *s = (struct tern_schema)TERN_SCHEMA(.type = type);
    if (read_children(r, t, depth + 1, s) < 0)
        return -1;
    s->optional = optional && optional->kind == JTREE_BOOLEAN && optional->boolean;
    s->name = text_of(r, jtree_get(t, "name"));
    if (jtree_int64(jtree_get(t, "version"), &version)) {
        s->has_version = true;
        s->version = (int32_t)version;
    }
    s->doc = text_of(r, jtree_get(t, "doc"));
    if (read_parameters(r, t, s) < 0 || read_default(r, t, s) < 0)
        return -1;
    *ret = s;
    return 0;
}

int json_read_schema(struct arena *a, const struct json_settings *settings, const struct jtree *t,
                     const struct tern_schema **ret_schema, struct tern_error *err)
{
    struct reader r = {a, settings, err, 0};

    return read_schema(&r, t, 0, ret_schema);
}
