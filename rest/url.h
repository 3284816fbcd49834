/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* url - percent-encoding and query strings, as Connect's REST server reads and writes them. Pure.
 */
#include "lib/base/buf.h"
#include "lib/base/macros.h"
#include "lib/base/vec.h"

#include <stdbool.h>

/*
 * Appends the decoded text; a plus sign stays one. False, and out of no use: a malformed escape, a
 * NUL, or bytes that are no UTF-8.
 */
bool url_decode(const char *text, size_t len, struct buf *out) MUST_CHECK;
/* Appends text with all but unreserved characters escaped: one segment of a path, or one value of
 * a query. */
void url_encode(struct buf *out, const char *text);
/* Appends a connector's name as the Location header shows it: sub-delimiters, ":@/;" and %HH that
 * stand there already are kept. */
void url_encode_location(struct buf *out, const char *text);

struct url_parameter {
    char *name;
    char *value; /* "" when there is none */
};

struct url_query {
    VEC(struct url_parameter) parameters; /* as they stand there */
};

/* Reads "a=1&b"; a plus sign is a blank; what is malformed is taken as it stands. At most 1000
 * parameters are kept. */
void url_query_parse(struct url_query *ret_query, const char *text);
/* The value of the first parameter of that name, or NULL. */
const char *url_query_get(const struct url_query *query, const char *name);
void url_query_fini(struct url_query *query);
