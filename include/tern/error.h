/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * error - a failure as a value, shared by the worker and every plugin.
 *
 * A function that can fail returns 0 or -1 and takes a struct tern_error last.
 * The struct lives on the caller's stack, is never NULL, and is untouched on
 * success, so an error path allocates nothing and can leak nothing. It is reported
 * once, by whoever stops passing it on.
 */
#include <stdarg.h>

enum tern_code {
    TERN_EINVALID = 1, /* the user or caller supplied a bad value: REST 400 */
    TERN_ENOTFOUND,    /* REST 404 */
    TERN_ECONFLICT,    /* already exists, or a rebalance is under way: REST 409 */
    TERN_ETIMEOUT,     /* the deadline passed, the outcome is unknown: REST 500 */
    TERN_ERETRIABLE,   /* transient: the same call may succeed later */
    TERN_EINTERNAL,    /* anything else: REST 500 */
    TERN_EREFUSED,     /* one record is refused for what it is, such as its size: REST 500 */
};

struct tern_error {
    enum tern_code code;
    const char *where; /* "file.c:42" of the first tern_fail(); static storage */
    char msg[1024];    /* always terminated; cut short when longer */
};

#define TERN_STR_(x) #x
#define TERN_STR(x)  TERN_STR_(x)

/* Both are -1 to the compiler and to -fanalyzer: `return tern_fail(err, ...)`. */
#define tern_fail(err, code, ...) \
    (tern_fail_at((err), __FILE__ ":" TERN_STR(__LINE__), (code), __VA_ARGS__), -1)
#define tern_context(err, ...) (tern_context_at((err), __VA_ARGS__), -1)

/* Fills *err; the message is formatted as by printf. Thread: any. */
void tern_fail_at(struct tern_error *err, const char *where, enum tern_code code, const char *fmt,
                  ...) __attribute__((format(printf, 4, 5)));

/* Puts "<text>: " before the message that *err holds already. Thread: any. */
void tern_context_at(struct tern_error *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
