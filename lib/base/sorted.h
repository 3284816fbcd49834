/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* sorted - binary search in an array of structs whose first member is their `const char *` key. */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* The index of key, or where it belongs. */
static inline size_t sorted_slot(const void *base, size_t count, size_t stride, const char *key,
                                 bool *ret_found)
{
    size_t lo = 0, hi = count;

    *ret_found = false;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int order = strcmp(*(const char *const *)((const char *)base + mid * stride), key);

        if (order == 0) {
            *ret_found = true;
            return mid;
        }
        if (order < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}
