/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/convert/jtree_encoding.h"

#include "lib/base/buf.h"
#include "lib/base/utf8.h"

struct encoding {
    size_t unit; /* bytes of a unit: 1, 2 or 4 */
    bool big;    /* the first byte is the highest */
    size_t mark; /* bytes of a byte order mark */
};

static bool starts(struct slice t, const char *bytes, size_t len)
{
    return t.len >= len && memcmp(t.at, bytes, len) == 0;
}

static struct encoding detect(struct slice t)
{
    bool four = t.len >= 4;

    if (starts(t, "\0\0\xfe\xff", 4))
        return (struct encoding){4, true, 4};
    if (starts(t, "\xff\xfe\0\0", 4))
        return (struct encoding){4, false, 4};
    if (starts(t, "\xfe\xff", 2))
        return (struct encoding){2, true, 2};
    if (starts(t, "\xff\xfe", 2))
        return (struct encoding){2, false, 2};
    if (starts(t, "\xef\xbb\xbf", 3))
        return (struct encoding){1, true, 3};
    if (four && t.at[0] == 0 && t.at[1] == 0 && t.at[2] == 0)
        return (struct encoding){4, true, 0};
    if (four && t.at[1] == 0 && t.at[2] == 0 && t.at[3] == 0)
        return (struct encoding){4, false, 0};
    if (t.len >= 2 && t.at[0] == 0)
        return (struct encoding){2, true, 0};
    if (t.len >= 2 && t.at[1] == 0)
        return (struct encoding){2, false, 0};
    return (struct encoding){1, true, 0};
}

static unsigned unit_at(const struct encoding *e, const uint8_t *p)
{
    unsigned unit = 0;

    for (size_t i = 0; i < e->unit; i++)
        unit = unit << 8 | p[e->big ? i : e->unit - 1 - i];
    return unit;
}

static bool is_half(unsigned unit, unsigned from)
{
    return unit >= from && unit < from + 0x400;
}

static void transcode(struct buf *out, const struct encoding *e, struct slice t)
{
    for (size_t i = 0; i + e->unit <= t.len; i += e->unit) {
        unsigned unit = unit_at(e, t.at + i), low = 0;

        if (e->unit == 2 && is_half(unit, 0xd800) && i + 4 <= t.len)
            low = unit_at(e, t.at + i + 2);
        if (is_half(low, 0xdc00)) {
            unit = 0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff);
            i += 2;
        } else if (unit > 0x10ffff || is_half(unit, 0xd800) || is_half(unit, 0xdc00)) {
            unit = 0xfffd;
        }
        utf8_add(out, unit);
    }
    if (t.len % e->unit)
        utf8_add(out, 0xfffd);
}

struct slice jtree_to_utf8(struct arena *a, struct slice text)
{
    struct encoding e = detect(text);
    CLEANUP(buf_fini) struct buf out = BUF_INIT(2 * text.len + 8);

    text.at += e.mark;
    text.len -= e.mark;
    if (e.unit == 1)
        return text;
    transcode(&out, &e, text);
    return slice_of(arena_dup(a, out.data, out.len), out.len);
}
