/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * buf - growing bytes with a mandatory limit.
 *
 * A write that would pass the limit writes nothing and sets failed, which is sticky:
 * a writer goes straight through and checks once. data is always followed by a zero
 * byte that len does not count, once anything was added or buf_str() was called.
 */
#include "lib/base/macros.h"
#include "lib/base/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
    uint8_t *data;
    size_t len;
    size_t cap;
    size_t limit;
    bool failed;
};

#define BUF_INIT(limit_bytes)  \
    {                          \
        .limit = (limit_bytes) \
    }

void buf_add(struct buf *b, const void *data, size_t len);
void buf_add_char(struct buf *b, char c);
void buf_add_str(struct buf *b, const char *text);
void buf_add_fmt(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Room for len more bytes at the end, not yet counted; NULL past the limit. */
uint8_t *buf_reserve(struct buf *b, size_t len);
/* Empties; keeps the memory; clears failed. */
void buf_clear(struct buf *b);
/* The content as a C string, owned by b. Never NULL. */
const char *buf_str(struct buf *b);
/* Hands the content over as a C string, to be freed by the caller; b is empty after. Never NULL. */
char *buf_take_str(struct buf *b);
static inline struct slice buf_slice(const struct buf *b)
{
    return slice_of(b->data, b->len);
}
void buf_fini(struct buf *b);
