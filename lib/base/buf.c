/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/buf.h"

#include <stdarg.h>
#include <stdio.h>

#include "lib/base/xmem.h"

uint8_t *buf_reserve(struct buf *b, size_t len)
{
    if (b->failed || len > b->limit || b->len > b->limit - len) {
        b->failed = true;
        return NULL;
    }
    if (b->len + len + 1 > b->cap) {
        size_t cap = b->cap ? b->cap : 64;

        while (cap < b->len + len + 1)
            cap *= 2;
        b->data = xreallocarray(b->data, cap, 1);
        b->cap = cap;
    }
    return b->data + b->len;
}

void buf_add(struct buf *b, const void *data, size_t len)
{
    uint8_t *at = buf_reserve(b, len);

    if (!at)
        return;
    if (len)
        memcpy(at, data, len);
    b->len += len;
    b->data[b->len] = 0;
}

void buf_add_char(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}

void buf_add_str(struct buf *b, const char *text)
{
    buf_add(b, text, strlen(text));
}

void buf_add_fmt(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    char *text;

    va_start(ap, fmt);
    text = xvasprintf(fmt, ap);
    va_end(ap);
    buf_add_str(b, text);
    free(text);
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    b->failed = false;
    if (b->data)
        b->data[0] = 0;
}

const char *buf_str(struct buf *b)
{
    if (!b->data) {
        b->data = xmalloc(64);
        b->cap = 64;
    }
    b->data[b->len] = 0; /* the caller of buf_reserve() wrote none */
    return (const char *)b->data;
}

char *buf_take_str(struct buf *b)
{
    char *text;

    buf_str(b);
    text = (char *)b->data;
    *b = (struct buf)BUF_INIT(b->limit);
    return text;
}

void buf_fini(struct buf *b)
{
    free(b->data);
    *b = (struct buf)BUF_INIT(b->limit);
}
