/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * xmem - allocation that aborts when memory is out, so that no caller has to plan for it.
 *
 * Every size that comes from outside is checked against a named limit before it gets here.
 * What these return is released by free(). Thread: any.
 */
#include "lib/base/macros.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

void *xmalloc(size_t size) __attribute__((malloc, returns_nonnull));
void *xcalloc(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
/* Room for count elements of size; aborts when the product overflows. */
void *xreallocarray(void *old, size_t count, size_t size) __attribute__((returns_nonnull));
char *xstrdup(const char *text) __attribute__((malloc, returns_nonnull));
char *xstrndup(const char *text, size_t max) __attribute__((malloc, returns_nonnull));
void *xmemdup(const void *data, size_t size) __attribute__((malloc, returns_nonnull));
char *xasprintf(const char *fmt, ...) __attribute__((returns_nonnull)) PRINTF_LIKE(1, 2);
char *xvasprintf(const char *fmt, va_list ap) __attribute__((returns_nonnull)) PRINTF_LIKE(1, 0);

/* For CLEANUP(freep) on a pointer of any type. */
static inline void freep(void *pointer_to_pointer)
{
    free(*(void **)pointer_to_pointer);
}
