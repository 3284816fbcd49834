/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* macros - the few words that C lacks: scoped release, hand-over, checked results. */
#include <stddef.h>

/* Runs fn(&variable) when the variable goes out of scope. */
#define CLEANUP(fn) __attribute__((cleanup(fn)))

/* Hands a pointer over: yields it and leaves NULL behind, so that CLEANUP frees nothing. */
#define TAKE(p)                     \
    ({                              \
        __typeof__(p) taken_ = (p); \
        (p) = NULL;                 \
        taken_;                     \
    })

#define MUST_CHECK         __attribute__((warn_unused_result))
#define PRINTF_LIKE(at, n) __attribute__((format(printf, at, n)))
#define COUNT_OF(array)    (sizeof(array) / sizeof((array)[0]))
#define CONTAINER_OF(ptr, type, member) \
    ((type *)(void *)((char *)(void *)(ptr)-offsetof(type, member)))
