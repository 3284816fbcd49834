/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/pem_text.h"

#include <string.h>

enum {
    LINE_CHARS = 64,
};

static const char begin_mark[] = "-----BEGIN ";
static const char end_mark[] = "-----END ";
static const char dashes[] = "-----";

/* Where text stands at or after at, or NULL. */
static const char *find(const char *at, const char *end, const char *text)
{
    return memmem(at, (size_t)(end - at), text, strlen(text));
}

/* The end of a line that begins with a mark, behind its closing dashes. */
static const char *mark_end(const char *mark, size_t mark_len, const char *end)
{
    const char *close = find(mark + mark_len, end, dashes);

    return close ? close + strlen(dashes) : NULL;
}

static void add_line(struct buf *out, const char *from, const char *to)
{
    buf_add(out, from, (size_t)(to - from));
    buf_add_char(out, '\n');
}

static void add_body(struct buf *out, const char *at, const char *end)
{
    size_t in_line = 0;

    if (memchr(at, ':', (size_t)(end - at))) { /* headers: lines count */
        at += *at == '\r';
        at += *at == '\n';
        add_line(out, at, end);
        return;
    }
    for (; at < end; at++) {
        if ((unsigned char)*at <= ' ')
            continue;
        buf_add_char(out, *at);
        if (++in_line % LINE_CHARS == 0)
            buf_add_char(out, '\n');
    }
    if (in_line % LINE_CHARS)
        buf_add_char(out, '\n');
}

void pem_text_normalise(struct slice text, struct buf *out)
{
    const char *at = (const char *)text.at, *end = at + text.len;
    const char *body, *footer, *footer_end;

    while (text.len && (at = find(at, end, begin_mark))) {
        body = mark_end(at, strlen(begin_mark), end);
        footer = body ? find(body, end, end_mark) : NULL;
        footer_end = footer ? mark_end(footer, strlen(end_mark), end) : NULL;
        if (!footer_end)
            return;
        add_line(out, at, body);
        add_body(out, body, footer);
        add_line(out, footer, footer_end);
        at = footer_end;
    }
}
