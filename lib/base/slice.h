/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* slice - borrowed bytes. at NULL is Kafka's null. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
    const uint8_t *at;
    size_t len;
};

static inline struct slice slice_of(const void *data, size_t len)
{
    return (struct slice){data, len};
}

static inline struct slice slice_str(const char *text)
{
    return (struct slice){(const uint8_t *)text, text ? strlen(text) : 0};
}

/* Without the characters up to U+0020 at both ends, as Java's String.trim() leaves them out. */
static inline struct slice slice_trim(struct slice s)
{
    while (s.len && s.at[0] <= ' ')
        s = slice_of(s.at + 1, s.len - 1);
    while (s.len && s.at[s.len - 1] <= ' ')
        s.len--;
    return s;
}

/* Null equals null only. */
static inline bool slice_equal(struct slice a, struct slice b)
{
    if (!a.at || !b.at)
        return a.at == b.at;
    return a.len == b.len && memcmp(a.at, b.at, a.len) == 0;
}
