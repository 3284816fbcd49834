/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * value_text - values as text, as Java shows them. Thread: any.
 */
#include "lib/base/arena.h"
#include "lib/base/buf.h"
#include "lib/base/macros.h"

#include <tern/data.h>
#include <tern/error.h>

/*
 * Appends what toString() gives: Struct{a=1,b=x}, {k=v, k2=v2}, [a, null], dates as
 * java_date_text(), bytes as [B@ and a number that says nothing. Text that is not UTF-8 gets
 * U+FFFD. out->failed past its limit, or for a value of too many levels.
 */
void value_text(struct buf *out, const struct tern_value *v);

/*
 * Appends what Values.convertToString() gives, the text of headers: [1,"a"], {"k":null}, bytes
 * in base64, dates by one of three patterns. Spec: connect-runtime.md 5.7. Errors: TERN_EINVALID.
 */
int values_text(struct buf *out, const struct tern_value *v, struct tern_error *err) MUST_CHECK;

/*
 * Reads text whose type nobody said: null, booleans, numbers, dates, arrays and maps, else a
 * string; *ret_value has the schema that was found, NULL for null. Text and result are the
 * arena's. Never fails. Peer: Values.parseString().
 */
void values_parse(struct arena *a, const char *text, size_t len, struct tern_value *ret_value);
