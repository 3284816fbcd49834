/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * arena - memory of a batch, released all at once.
 *
 * Nothing that lives longer may point into it. Not locked. Sizes from outside are checked
 * before they get here.
 */
#include "lib/base/macros.h"

#include <stddef.h>

struct arena_block;
struct arena_drop;

struct arena {
    struct arena_block *blocks; /* the newest first */
    char *at, *end;             /* what is left of the newest */
    struct arena_drop *drops;
};

#define ARENA_INIT \
    {              \
        0          \
    }

/* Zeroed, aligned for any type, never NULL. */
void *arena_alloc(struct arena *a, size_t size);
/* Zeroed room for count elements of size; aborts when the product overflows. */
void *arena_array(struct arena *a, size_t count, size_t size);
void *arena_dup(struct arena *a, const void *data, size_t size);
/* A terminated copy; NULL for NULL. */
char *arena_strndup(struct arena *a, const char *text, size_t len);
char *arena_strdup(struct arena *a, const char *text);
/* Calls drop(object) when the arena is cleared: the last one added goes first. */
void arena_defer(struct arena *a, void (*drop)(void *object), void *object);
/* Empties; keeps one block for the next time. */
void arena_clear(struct arena *a);
void arena_fini(struct arena *a);
