/* SPDX-License-Identifier: Apache-2.0 */
/* schema_check - one walk over a schema: is it whole, and what is its hash. */
#include <string.h>

#include "lib/data/schema.h"
#include "lib/data/value.h"

struct check {
    size_t nodes;
    int depth;
    uint64_t hash; /* FNV-1a over what was seen */
    struct tern_error *err;
};

static void mix(struct check *c, const void *data, size_t len)
{
    const uint8_t *p = data;

    for (size_t i = 0; i < len; i++)
        c->hash = (c->hash ^ p[i]) * 1099511628211u;
}

static void mix_number(struct check *c, uint64_t number)
{
    c->hash = (c->hash ^ number) * 1099511628211u;
    c->hash ^= c->hash >> 29;
}

static void mix_text(struct check *c, const char *text)
{
    mix_number(c, text ? 1 : 2);
    if (text)
        mix(c, text, strlen(text));
}

static int walk(struct check *c, const struct tern_schema *s);

static int walk_parameters(struct check *c, const struct tern_schema *s)
{
    uint64_t before = c->hash, sum = 0;

    if (s->parameter_count > SCHEMA_FIELDS_MAX || (s->parameter_count && !s->parameters))
        return tern_fail(c->err, TERN_EINVALID, "a schema with %zu parameters", s->parameter_count);
    for (size_t i = 0; i < s->parameter_count; i++) { /* in any order */
        if (!s->parameters[i].name || !s->parameters[i].value)
            return tern_fail(c->err, TERN_EINVALID, "a schema with a parameter that is null");
        c->hash = before;
        mix_text(c, s->parameters[i].name);
        mix_text(c, s->parameters[i].value);
        sum += c->hash;
    }
    c->hash = before;
    mix_number(c, sum);
    return 0;
}

static int walk_fields(struct check *c, const struct tern_schema *s)
{
    if (s->field_count > SCHEMA_FIELDS_MAX || (s->field_count && !s->fields)) {
        return tern_fail(c->err, TERN_EINVALID, "a schema with %zu fields; %d are the most",
                         s->field_count, SCHEMA_FIELDS_MAX);
    }
    if (s->field_count && s->type != TERN_TYPE_STRUCT) {
        return tern_fail(c->err, TERN_EINVALID, /* peer text */
                         "Cannot create fields on type %s", schema_type_name(s->type));
    }
    for (size_t i = 0; i < s->field_count; i++) {
        if (!s->fields[i].name)
            return tern_fail(c->err, TERN_EINVALID, "fieldName cannot be null."); /* peer text */
        if (!s->fields[i].schema) {
            return tern_fail(c->err, TERN_EINVALID, /* peer text */
                             "fieldSchema for field %s cannot be null.", s->fields[i].name);
        }
        mix_text(c, s->fields[i].name);
        if (walk(c, s->fields[i].schema) < 0)
            return -1;
    }
    return 0;
}

/* Keys and elements may lack a schema: Java's header parser makes such ones. */
static int walk_children(struct check *c, const struct tern_schema *s)
{
    bool has_keys = s->type == TERN_TYPE_MAP, has_values = has_keys || s->type == TERN_TYPE_ARRAY;

    if ((s->keys && !has_keys) || (s->values && !has_values))
        return tern_fail(c->err, TERN_EINVALID, "a schema of type %s with a schema of elements",
                         schema_type_name(s->type));
    mix_number(c, (s->keys ? 1u : 0u) | (s->values ? 2u : 0u));
    if ((s->keys && walk(c, s->keys) < 0) || (s->values && walk(c, s->values) < 0))
        return -1;
    return walk_fields(c, s);
}

static int walk(struct check *c, const struct tern_schema *s)
{
    if (c->depth == SCHEMA_DEPTH_MAX || c->nodes == SCHEMA_NODES_MAX) {
        return tern_fail(c->err, TERN_EINVALID,
                         "a schema with more than %d levels, or more than %d parts",
                         SCHEMA_DEPTH_MAX, SCHEMA_NODES_MAX);
    }
    if (s->size < sizeof(*s) || s->type < TERN_TYPE_INT8 || s->type > TERN_TYPE_STRUCT)
        return tern_fail(c->err, TERN_EINVALID, "a schema of %u bytes and type %d",
                         (unsigned)s->size, (int)s->type);
    c->depth++;
    c->nodes++;
    mix_number(c, (uint64_t)s->type << 2 | (uint64_t)s->optional << 1 | s->has_version);
    if (s->has_version)
        mix_number(c, (uint32_t)s->version);
    mix_text(c, s->name);
    mix_text(c, s->doc);
    if (walk_parameters(c, s) < 0 || walk_children(c, s) < 0)
        return -1;
    mix_number(c, s->fallback != NULL);
    if (s->fallback && value_check(s, s->fallback, c->err) < 0)
        return tern_context(c->err, "Invalid default value"); /* peer text */
    c->depth--;
    return 0;
}

int schema_check(const struct tern_schema *s, uint64_t *ret_hash, struct tern_error *err)
{
    struct check c = {.hash = 14695981039346656037u, .err = err};

    if (walk(&c, s) < 0)
        return -1;
    if (ret_hash)
        *ret_hash = c.hash;
    return 0;
}
