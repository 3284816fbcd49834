/* SPDX-License-Identifier: Apache-2.0 */
/* schema_copy - a schema with all that it points to, in one arena, counted. */
#include <stdatomic.h>
#include <stdlib.h>

#include "lib/base/arena.h"
#include "lib/base/xmem.h"
#include "lib/data/schema.h"
#include "lib/data/value.h"

struct schema {
    atomic_uint refs;
    /* immutable after schema_copy() */
    struct arena arena;
    struct tern_schema *face;
    uint64_t hash;
};

static struct tern_schema *copy(struct arena *a, const struct tern_schema *s)
{
    struct tern_schema *to;
    struct tern_parameter *parameters;
    struct tern_schema_field *fields;

    if (!s)
        return NULL;
    to = arena_dup(a, s, sizeof(*s));
    to->size = sizeof(*to);
    to->name = arena_strdup(a, s->name);
    to->doc = arena_strdup(a, s->doc);
    parameters = arena_array(a, s->parameter_count, sizeof(*parameters));
    for (size_t i = 0; i < s->parameter_count; i++) {
        parameters[i].name = arena_strdup(a, s->parameters[i].name);
        parameters[i].value = arena_strdup(a, s->parameters[i].value);
    }
    to->parameters = parameters;
    to->keys = copy(a, s->keys);
    to->values = copy(a, s->values);
    fields = arena_array(a, s->field_count, sizeof(*fields));
    for (size_t i = 0; i < s->field_count; i++) {
        fields[i].name = arena_strdup(a, s->fields[i].name);
        fields[i].schema = copy(a, s->fields[i].schema);
    }
    to->fields = fields;
    if (s->fallback) {
        struct tern_value *fallback = arena_alloc(a, sizeof(*fallback));

        value_copy(a, s->fallback, fallback);
        value_bind(fallback, to);
        to->fallback = fallback;
    }
    return to;
}

struct schema *schema_copy(const struct tern_schema *s)
{
    struct schema *made = xcalloc(1, sizeof(*made));
    struct tern_error err;

    atomic_init(&made->refs, 1);
    made->face = copy(&made->arena, s);
    if (schema_check(made->face, &made->hash, &err) < 0)
        abort(); /* the caller has not checked it */
    return made;
}

struct schema *schema_ref(struct schema *s)
{
    atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
    return s;
}

void schema_unref(struct schema *s)
{
    if (!s || atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1)
        return;
    arena_fini(&s->arena);
    free(s);
}

const struct tern_schema *schema_face(const struct schema *s)
{
    return s->face;
}

uint64_t schema_hash(const struct schema *s)
{
    return s->hash;
}
