/* SPDX-License-Identifier: Apache-2.0 */
/* value_check - values against schemas, as ConnectSchema.validateValue() does it. */
#include "lib/base/buf.h"
#include "lib/data/schema.h"
#include "lib/data/value.h"

enum {
    PLACE_MAX = 512
};

/* The class that a value of each type has; of a logical type it is another. */
static const enum tern_value_type classes[] = {
    [TERN_TYPE_INT8] = TERN_VALUE_INT8,       [TERN_TYPE_INT16] = TERN_VALUE_INT16,
    [TERN_TYPE_INT32] = TERN_VALUE_INT32,     [TERN_TYPE_INT64] = TERN_VALUE_INT64,
    [TERN_TYPE_FLOAT32] = TERN_VALUE_FLOAT32, [TERN_TYPE_FLOAT64] = TERN_VALUE_FLOAT64,
    [TERN_TYPE_BOOLEAN] = TERN_VALUE_BOOLEAN, [TERN_TYPE_STRING] = TERN_VALUE_STRING,
    [TERN_TYPE_BYTES] = TERN_VALUE_BYTES,     [TERN_TYPE_ARRAY] = TERN_VALUE_ARRAY,
    [TERN_TYPE_MAP] = TERN_VALUE_MAP,         [TERN_TYPE_STRUCT] = TERN_VALUE_STRUCT,
};

static enum tern_value_type class_for(const struct tern_schema *s)
{
    switch (schema_logical(s)) {
    case LOGICAL_DECIMAL:
        return TERN_VALUE_DECIMAL;
    case LOGICAL_DATE:
    case LOGICAL_TIME:
    case LOGICAL_TIMESTAMP:
        return TERN_VALUE_DATE;
    case LOGICAL_NONE:
        break;
    }
    return classes[s->type];
}

/* Where a value is, as texts name it: "value", "field: \"f\"", "element of array field: \"f\"". */
struct place {
    const struct place *outer;
    const char *prefix; /* "element of array "; NULL at the top */
    const char *field;  /* NULL: the value itself */
};

static void write_place(struct buf *out, const struct place *p)
{
    if (p->prefix) {
        buf_add_str(out, p->prefix);
        write_place(out, p->outer);
    } else if (p->field) {
        buf_add_fmt(out, "field: \"%s\"", p->field);
    } else {
        buf_add_str(out, "value");
    }
}

static int check(const struct tern_schema *s, const struct tern_value *v, const struct place *at,
                 int depth, struct tern_error *err);

static int refuse_null(const struct tern_schema *s, const struct place *at, struct tern_error *err)
{
    CLEANUP(buf_fini) struct buf place = BUF_INIT(PLACE_MAX);

    write_place(&place, at);
    return tern_fail(err, TERN_EINVALID, /* peer text */
                     "Invalid value: null used for required %s, schema type: %s", buf_str(&place),
                     schema_type_name(s->type));
}

static int refuse_class(const struct tern_schema *s, const struct tern_value *v,
                        const struct place *at, struct tern_error *err)
{
    CLEANUP(buf_fini) struct buf place = BUF_INIT(PLACE_MAX);
    CLEANUP(buf_fini) struct buf name = BUF_INIT(PLACE_MAX);

    write_place(&place, at);
    if (s->name)
        buf_add_fmt(&name, " \"%s\"", s->name);
    return tern_fail(err, TERN_EINVALID, /* peer text */
                     "Invalid Java object for schema%s with type %s: class %s for %s",
                     buf_str(&name), schema_type_name(s->type), value_class_name(v->type),
                     buf_str(&place));
}

static int check_struct(const struct tern_schema *s, const struct tern_value *v, int depth,
                        struct tern_error *err)
{
    if (!schema_equal(v->schema, s) || (s->field_count && !v->as.fields))
        return tern_fail(err, TERN_EINVALID, "Struct schemas do not match."); /* peer text */
    for (size_t i = 0; i < s->field_count; i++) {
        const struct place at = {NULL, NULL, s->fields[i].name};
        const struct tern_schema *field = s->fields[i].schema;

        if (value_is_null(&v->as.fields[i]) && field->fallback)
            continue; /* a field that was not set */
        if (check(field, &v->as.fields[i], &at, depth + 1, err) < 0)
            return -1;
    }
    return 0;
}

static int check_array(const struct tern_schema *s, const struct tern_value *v,
                       const struct place *outer, int depth, struct tern_error *err)
{
    const struct place at = {outer, "element of array ", NULL};

    for (size_t i = 0; i < v->as.array.count; i++) {
        if (check(s->values, &v->as.array.items[i], &at, depth + 1, err) < 0)
            return -1;
    }
    return 0;
}

static int check_map(const struct tern_schema *s, const struct tern_value *v,
                     const struct place *outer, int depth, struct tern_error *err)
{
    const struct place key = {outer, "key of map ", NULL}, value = {outer, "value of map ", NULL};

    for (size_t i = 0; i < v->as.map.count; i++) {
        if (check(s->keys, &v->as.map.entries[i].key, &key, depth + 1, err) < 0 ||
            check(s->values, &v->as.map.entries[i].value, &value, depth + 1, err) < 0)
            return -1;
    }
    return 0;
}

static int check(const struct tern_schema *s, const struct tern_value *v, const struct place *at,
                 int depth, struct tern_error *err)
{
    if (depth > SCHEMA_DEPTH_MAX)
        return tern_fail(err, TERN_EINVALID, "a value of more than %d levels", SCHEMA_DEPTH_MAX);
    if (!s) {
        CLEANUP(buf_fini) struct buf place = BUF_INIT(PLACE_MAX);

        write_place(&place, at);
        return tern_fail(err, TERN_EINVALID, "No schema defined for %s", /* peer text */
                         buf_str(&place));
    }
    if (value_is_null(v))
        return s->optional ? 0 : refuse_null(s, at, err);
    if (v->type != class_for(s))
        return refuse_class(s, v, at, err);
    switch (v->type) {
    case TERN_VALUE_STRUCT:
        return check_struct(s, v, depth, err);
    case TERN_VALUE_ARRAY:
        return check_array(s, v, at, depth, err);
    case TERN_VALUE_MAP:
        return check_map(s, v, at, depth, err);
    default:
        return 0;
    }
}

int value_check(const struct tern_schema *s, const struct tern_value *v, struct tern_error *err)
{
    const struct place top = {NULL, NULL, NULL};

    return check(s, v, &top, 0, err);
}

int value_check_field(const struct tern_schema_field *field, const struct tern_value *v,
                      struct tern_error *err)
{
    const struct place at = {NULL, NULL, field->name};

    return check(field->schema, v, &at, 0, err);
}
