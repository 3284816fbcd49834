/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * schema - what schemas say, compared, checked and kept.
 *
 * Anyone may fill in a struct tern_schema (include/tern/data.h), so it is input: it is checked
 * by schema_check() before anything else is done with it. What is to outlive its maker is copied
 * into a struct schema, immutable and shared by references. Spec: connect-runtime.md A.1.
 * Peers: org.apache.kafka.connect.data.{Schema,ConnectSchema,SchemaBuilder}. Thread: any.
 */
#include "lib/base/buf.h"
#include "lib/base/macros.h"

#include <tern/data.h>
#include <tern/error.h>

enum {
    SCHEMA_DEPTH_MAX = 100,
    SCHEMA_FIELDS_MAX = 10000, /* of one struct; and parameters of one schema */
    SCHEMA_NODES_MAX = 100000, /* in all */
};

/* The logical types that Connect itself defines, by name; the base type may be any. */
enum schema_logical {
    LOGICAL_NONE,
    LOGICAL_DECIMAL,
    LOGICAL_DATE,
    LOGICAL_TIME,
    LOGICAL_TIMESTAMP,
};

enum schema_logical schema_logical(const struct tern_schema *s);
/* "INT32"; "unknown" for no type. */
const char *schema_type_name(enum tern_type type);
/* A primitive type's schema without more: Schema.STRING_SCHEMA, OPTIONAL_STRING_SCHEMA ... */
const struct tern_schema *schema_plain(enum tern_type type, bool optional);
/* The one that Decimal, Date, Time or Timestamp has; Decimal needs one of its own. */
const struct tern_schema *schema_of_logical(enum schema_logical logical);

/*
 * Whether s is whole: bounded, with all that its type needs, and defaults that match. ret_hash
 * (may be NULL) gets a hash of all that schema_equal() compares. Errors: TERN_EINVALID.
 */
int schema_check(const struct tern_schema *s, uint64_t *ret_hash, struct tern_error *err);
/* Deep; NULL equals NULL. The schemas were checked. */
bool schema_equal(const struct tern_schema *a, const struct tern_schema *b);
/* NULL when there is none of that name. */
const struct tern_schema_field *schema_field(const struct tern_schema *s, const char *name);
const char *schema_parameter(const struct tern_schema *s, const char *name);
/* Decimal's. Errors: TERN_EINVALID with the peer's text. */
int schema_scale(const struct tern_schema *s, int32_t *ret_scale, struct tern_error *err);
/* "Schema{STRING}", "Schema{my.Name:STRUCT}", "null". */
void schema_text(struct buf *out, const struct tern_schema *s);

/* A copy of its own, shared by references. */
struct schema;
/* s was checked. The caller owns the first reference. */
struct schema *schema_copy(const struct tern_schema *s);
struct schema *schema_ref(struct schema *s);
/* NULL is a no-op. */
void schema_unref(struct schema *s);
/* What it says; lives as long as a reference is held. */
const struct tern_schema *schema_face(const struct schema *s);
uint64_t schema_hash(const struct schema *s);
