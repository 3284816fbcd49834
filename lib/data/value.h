/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * value - Connect values: named as Java names them, compared, checked against a schema, copied.
 *
 * A value is plain data (include/tern/data.h) whose memory is its maker's; what is made here
 * lies in an arena. Spec: connect-runtime.md A.1. Peers: org.apache.kafka.connect.data.
 * {ConnectSchema,Struct}. Thread: any.
 */
#include "lib/base/arena.h"
#include "lib/base/macros.h"

#include <tern/data.h>
#include <tern/error.h>

enum {
    VALUE_DEPTH_MAX = 1000 /* arrays, maps and structs within each other */
};

/* "java.lang.Integer"; null has none and gives "null". Any value is safe to ask for. */
const char *value_class_name(enum tern_value_type type);
/* Schema.Type that a value of that class has without a schema: "INT32". */
const char *value_type_name(enum tern_value_type type);

/* Java's null: no value, or a string or bytes without data. */
static inline bool value_is_null(const struct tern_value *v)
{
    return v->type == TERN_VALUE_NULL ||
           ((v->type == TERN_VALUE_STRING || v->type == TERN_VALUE_BYTES) && !v->as.bytes.data);
}

/* Class and content; structs by the names and values of their fields. */
bool value_equal(const struct tern_value *a, const struct tern_value *b);
/* Equal values have equal hashes; of arrays, maps and structs only the size counts. */
uint64_t value_hash(const struct tern_value *v);

/*
 * Whether v is one that s describes: the class exactly, no null where none may be. Peer:
 * ConnectSchema.validateValue(). Errors: TERN_EINVALID with the peer's text.
 */
int value_check(const struct tern_schema *s, const struct tern_value *v, struct tern_error *err);
/* The same for a field, which the text names. */
int value_check_field(const struct tern_schema_field *field, const struct tern_value *v,
                      struct tern_error *err);

/* The value of a struct's field, which may be null: no default is put in. NULL: no such field. */
const struct tern_value *struct_get(const struct tern_value *v, const char *name);

/* A copy whose memory is the arena's, but for schemas. */
void value_copy(struct arena *a, const struct tern_value *from, struct tern_value *to);
/* Makes the structs in v, which value_check() has passed for an equal schema, point to s. */
void value_bind(struct tern_value *v, const struct tern_schema *s);

/* Makers. */
struct tern_value value_string(const char *text, size_t len);
struct tern_value value_integer(enum tern_value_type type, int64_t number);
