/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * vec - a growing array:
 *
 *   VEC(struct thing) things = {0};
 *   vec_push(&things, thing);
 *   vec_fini(&things);
 */
#include "lib/base/xmem.h"

#include <stddef.h>
#include <string.h>

#define VEC(type)     \
    struct {          \
        type *at;     \
        size_t count; \
        size_t cap;   \
    }

#define vec_reserve(v, n) \
    ((v)->at = vec_grown_((v)->at, &(v)->cap, (n), sizeof(__typeof__(*(v)->at))))

#define vec_push(v, ...) \
    (vec_reserve((v), (v)->count + 1), (void)((v)->at[(v)->count++] = (__VA_ARGS__)))

/* The array, moved where it has no room for need elements yet. */
static inline void *vec_grown_(void *at, size_t *cap, size_t need, size_t size)
{
    if (need <= *cap)
        return at;
    *cap = need > 2 * *cap ? need : 2 * *cap;
    return xreallocarray(at, *cap, size);
}

/* Takes the element at index i out, keeping the order of the others. */
#define vec_remove(v, i)                                      \
    do {                                                      \
        size_t gone_ = (i);                                   \
        memmove(&(v)->at[gone_], &(v)->at[gone_ + 1],         \
                ((v)->count - gone_ - 1) * sizeof(*(v)->at)); \
        (v)->count--;                                         \
    } while (0)

/* Frees the array, not what its elements own. */
#define vec_fini(v)                \
    do {                           \
        free((v)->at);             \
        (v)->at = NULL;            \
        (v)->count = (v)->cap = 0; \
    } while (0)
