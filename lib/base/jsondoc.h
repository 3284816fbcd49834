/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * jsondoc - a JSON text as a tree that keeps every scalar as it was written (1.50, 1e3).
 *
 * For what users send: strict JSON and nothing else (jsonx is lenient, and jansson turns 1.50
 * into 1.5). UTF-8, or UTF-16 and UTF-32 as RFC 4627 tells them apart, with or without a byte order
 * mark. Bounded: depth, number of values, length of a number. Peer: Jackson's ObjectMapper as
 * Connect's REST server sets it up. Differences: U+0000 and halves of surrogate pairs are refused,
 * as no C string and no UTF-8 text can hold them. Thread: any.
 */
#include "lib/base/macros.h"

#include <jansson.h>

#include <tern/error.h>

enum {
    JSONDOC_MAX_DEPTH = 1000, /* as Jackson has it */
    JSONDOC_MAX_VALUES = 1000000,
    JSONDOC_MAX_NUMBER_LENGTH = 1000, /* as Jackson has it */
};

enum jsondoc_kind {
    JSONDOC_NULL,
    JSONDOC_BOOL,
    JSONDOC_NUMBER,
    JSONDOC_STRING,
    JSONDOC_ARRAY,
    JSONDOC_OBJECT,
};

/* Immutable; lives in the document. */
struct jsondoc_node {
    enum jsondoc_kind kind;
    const char *name; /* of a member of an object; NULL elsewhere */
    const char *text; /* STRING: what it stands for; other scalars: as written; else NULL */
    const struct jsondoc_node *child; /* the first element or member; NULL: none */
    const struct jsondoc_node *next;  /* the next one beside it */
};

struct jsondoc;

/*
 * Parses one document; blanks may surround it, and a text of nothing but blanks is null. The
 * caller owns *ret_doc. Errors: TERN_EINVALID, "... at line 1, column 9"; no message holds more
 * than a character of the text.
 */
int jsondoc_parse(const void *data, size_t len, struct jsondoc **ret_doc,
                  struct tern_error *err) MUST_CHECK;
void jsondoc_free(struct jsondoc *doc);
static inline void jsondoc_freep(struct jsondoc **doc)
{
    jsondoc_free(*doc);
}

const struct jsondoc_node *jsondoc_root(const struct jsondoc *doc);
/* The member of an object; of a name that stands twice the last. NULL: none, or no object. */
const struct jsondoc_node *jsondoc_member(const struct jsondoc_node *object, const char *name);
/* "Object", "Array", "String", ...: for messages. */
const char *jsondoc_kind_name(enum jsondoc_kind kind);
/* A new jansson value. Errors: TERN_EINVALID: a number that 64 bits cannot hold. */
int jsondoc_to_json(const struct jsondoc_node *node, json_t **ret_json,
                    struct tern_error *err) MUST_CHECK;
