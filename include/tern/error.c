/* SPDX-License-Identifier: Apache-2.0 */
/* error - the functions a plugin needs in source form: compiled into the worker and each plugin. */
#include <tern/error.h>

#include <stdio.h>
#include <string.h>

void tern_fail_at(struct tern_error *err, const char *where, enum tern_code code, const char *fmt,
                  ...)
{
    va_list ap;

    err->code = code;
    err->where = where;
    va_start(ap, fmt);
    vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
    va_end(ap);
}

void tern_context_at(struct tern_error *err, const char *fmt, ...)
{
    char text[sizeof(err->msg)];
    va_list ap;
    int n;
    size_t used, rest;

    va_start(ap, fmt);
    n = vsnprintf(text, sizeof(text) - 2, fmt, ap);
    va_end(ap);
    if (n < 0)
        return;
    used = (size_t)n < sizeof(text) - 3 ? (size_t)n : sizeof(text) - 3;
    memcpy(text + used, ": ", 3);
    used += 2;
    rest = strnlen(err->msg, sizeof(text) - used - 1);
    memcpy(text + used, err->msg, rest);
    text[used + rest] = '\0';
    memcpy(err->msg, text, used + rest + 1);
}
