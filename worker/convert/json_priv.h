/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* json_priv - what the files of JsonConverter share. */
#include "lib/base/arena.h"
#include "lib/base/buf.h"
#include "lib/base/macros.h"
#include "worker/convert/jtree.h"

#include <tern/data.h>
#include <tern/error.h>

struct json_settings {
    bool schemas_enable;
    int32_t cache_size;
    const char *schema_content; /* NULL or blank: none */
    const char *decimal_format;
    bool numeric_decimals; /* of decimal_format */
    bool replace_null;     /* with the default */
};

/*
 * Appends the JSON of a value of schema s (NULL: none). Errors: TERN_EINVALID with the peer's
 * text.
 */
int json_write_value(struct buf *out, const struct json_settings *settings,
                     const struct tern_schema *s, const struct tern_value *v,
                     struct tern_error *err) MUST_CHECK;
/* Appends the JSON of a schema. The same errors. */
int json_write_schema(struct buf *out, const struct json_settings *settings,
                      const struct tern_schema *s, struct tern_error *err) MUST_CHECK;

/* The value of JSON t (NULL: a member that is missing) by schema s; in the arena. */
int json_read_value(struct arena *a, const struct json_settings *settings,
                    const struct tern_schema *s, const struct jtree *t,
                    struct tern_value *ret_value, struct tern_error *err) MUST_CHECK;
/* The schema that t describes; NULL for the JSON null. In the arena. */
int json_read_schema(struct arena *a, const struct json_settings *settings, const struct jtree *t,
                     const struct tern_schema **ret_schema, struct tern_error *err) MUST_CHECK;
