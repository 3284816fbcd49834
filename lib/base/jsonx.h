/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * jsonx - JSON as Connect's internal converter writes and reads it (JsonConverter with
 * schemas.enable=false over Jackson), on top of jansson.
 *
 * Members are written in the order of insertion, without blanks. Offset keys are compared
 * as bytes, so the text must equal Java's: escapes \" \\ \b \t \n \f \r, other controls as
 * \u00XX in upper case, characters beyond the BMP as surrogate pairs, all else raw UTF-8;
 * doubles as Java's Double.toString(). Spec: connect-distributed.md 5.1.
 */
#include "lib/base/buf.h"
#include "lib/base/macros.h"

#include <jansson.h>

#include <tern/error.h>

/* Appends the text of value to out (out->failed past its limit, or for invalid UTF-8). */
void jsonx_write(struct buf *out, const json_t *value);
/* Appends what Java's Map and List print of such a value: {a=1, b=[x, null]}. */
void jsonx_write_java(struct buf *out, const json_t *value);
/* Appends a JSON string literal. */
void jsonx_write_string(struct buf *out, const char *text, size_t len);
/* Appends a double as Java prints it: 1.0, 1.0E21, 1.0E-4, NaN. */
void jsonx_write_double(struct buf *out, double number);
/* The same for a float: the fewest digits that read back as the same float. */
void jsonx_write_float(struct buf *out, float number);

/*
 * Parses one JSON value of any type, at most 64 levels deep; what follows it is ignored, as Java
 * workers do.
 * No bytes at all, or blanks only, are the JSON null (Connect reads an empty value so). Of a
 * name that stands twice the last value counts. Leniences of Java's reader are kept, so that
 * no worker drops a record that another counts: jsonx_parse.c lists them. Strings and names
 * may hold NUL: json_string_length() tells. The caller owns *ret_value.
 * Errors: TERN_EINVALID with the position.
 */
int jsonx_parse(const void *data, size_t len, json_t **ret_value,
                struct tern_error *err) MUST_CHECK;

/* For CLEANUP. */
static inline void jsonx_decrefp(json_t **value)
{
    json_decref(*value);
}
