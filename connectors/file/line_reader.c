/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/file/line_reader.h"

#include <string.h>

#include "lib/base/utf8.h"

int line_reader_room(struct line_reader *r, size_t size, uint8_t **ret_room, struct tern_error *err)
{
    uint8_t *room;

    if (r->at > 0) { /* what was handed out makes room */
        memmove(r->in.data, r->in.data + r->at, r->in.len - r->at);
        r->in.len -= r->at;
        r->scanned -= r->at;
        r->at = 0;
    }
    room = buf_reserve(&r->in, size);
    if (!room)
        return tern_fail(err, TERN_EINVALID, "a line of more than %d bytes", LINE_READER_LINE_MAX);
    *ret_room = room;
    return 0;
}

void line_reader_add(struct line_reader *r, size_t size)
{
    r->in.len += size;
}

/* The end of the first line from r->scanned on; NULL when none has ended. */
static const uint8_t *find_end(struct line_reader *r)
{
    const uint8_t *from = r->in.data + r->scanned;
    size_t left = r->in.len - r->scanned;
    const uint8_t *lf = left ? memchr(from, '\n', left) : NULL;
    const uint8_t *cr = left ? memchr(from, '\r', lf ? (size_t)(lf - from) : left) : NULL;

    if (cr && cr + 1 < r->in.data + r->in.len)
        return cr;
    if (lf && !cr)
        return lf;
    r->scanned = cr ? (size_t)(cr - r->in.data) : r->in.len;
    return NULL;
}

static int64_t count_units(const uint8_t *p, size_t len)
{
    const uint8_t *end = p + len;
    int64_t units = 0;

    while (p < end) {
        unsigned code = *p;
        size_t step = *p < 0x80 ? 1 : utf8_next(p, (size_t)(end - p), &code);

        p = step ? p + step : end; /* the line ends within a character */
        units += step == 4 && code > 0xffff ? 2 : 1;
    }
    return units;
}

bool line_reader_next(struct line_reader *r, struct buf *out)
{
    const uint8_t *start, *end;
    size_t len, terminator;

    if (r->in.len == r->at)
        return false;
    end = find_end(r);
    if (!end)
        return false;
    start = r->in.data + r->at;
    len = (size_t)(end - start);
    terminator = *end == '\r' && end[1] == '\n' ? 2 : 1;
    utf8_add_clean(out, start, len);
    r->position += count_units(start, len) + (int64_t)terminator;
    r->at += len + terminator;
    r->scanned = r->at;
    return true;
}

void line_reader_trim(struct line_reader *r)
{
    if (r->at < r->in.len)
        return;
    buf_fini(&r->in);
    r->at = r->scanned = 0;
}

void line_reader_fini(struct line_reader *r)
{
    buf_fini(&r->in);
}
