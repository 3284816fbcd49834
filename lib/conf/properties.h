/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * properties - the syntax of Java's .properties files.
 *
 * Result strings are UTF-8. Of a key that stands twice the last value counts. Peer:
 * java.util.Properties.load(). Differences: a NUL character and half of a surrogate pair
 * are refused, as no C string and no UTF-8 text can hold them; errors name the line.
 * Thread: any.
 */
#include "lib/base/macros.h"
#include "lib/base/strmap.h"

#include <tern/error.h>

#include <stddef.h>

enum {
    PROPERTIES_MAX_BYTES = 16 * 1024 * 1024
};

enum properties_encoding {
    PROPERTIES_LATIN1, /* load(InputStream): worker and connector files */
    PROPERTIES_UTF8,   /* load(Reader) over a strict UTF-8 reader: FileConfigProvider */
};

/*
 * Parses len bytes of ISO-8859-1 and sets every entry in out; out is unchanged on failure.
 * Errors: TERN_EINVALID, "<name>:<line>: malformed \uxxxx encoding" and the like. No
 * message holds any text of the file.
 */
int properties_parse(const void *data, size_t len, const char *name, struct strmap *out,
                     struct tern_error *err) MUST_CHECK;

/* The same in a chosen encoding; lines, unless NULL, gets the line number (text) of each key. */
int properties_parse_as(enum properties_encoding encoding, const void *data, size_t len,
                        const char *name, struct strmap *out, struct strmap *lines,
                        struct tern_error *err) MUST_CHECK;

/* Reads and parses a file in ISO-8859-1. Errors: those of file_read() too. */
int properties_load(const char *path, struct strmap *out, struct tern_error *err) MUST_CHECK;
int properties_load_as(enum properties_encoding encoding, const char *path, struct strmap *out,
                       struct strmap *lines, struct tern_error *err) MUST_CHECK;

/* The line of a key in a map that properties_parse_as() filled, from 1; 0 when unknown. */
long properties_line_of(const struct strmap *lines, const char *key);
