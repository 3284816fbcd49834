/* SPDX-License-Identifier: Apache-2.0 */
/* jsondoc_decode - which Unicode encoding a JSON text has, by its first four bytes. */
#include "lib/base/jsondoc_priv.h"

#include "lib/base/utf8.h"

struct encoding {
    unsigned width; /* bytes of a unit: 1, 2, 4 */
    bool is_little;
    unsigned mark; /* bytes of the byte order mark */
};

static struct encoding guess(const uint8_t *d, size_t len)
{
    static const struct {
        const char *start;
        size_t len;
        struct encoding encoding;
    } marks[] = {
        {"\x00\x00\xfe\xff", 4, {4, false, 4}}, {"\xff\xfe\x00\x00", 4, {4, true, 4}},
        {"\xef\xbb\xbf", 3, {1, false, 3}},     {"\xfe\xff", 2, {2, false, 2}},
        {"\xff\xfe", 2, {2, true, 2}},
    };

    for (size_t i = 0; i < COUNT_OF(marks); i++) {
        if (len >= marks[i].len && memcmp(d, marks[i].start, marks[i].len) == 0)
            return marks[i].encoding;
    }
    if (len >= 4 && !d[0] && !d[1] && !d[2] && d[3])
        return (struct encoding){4, false, 0};
    if (len >= 4 && d[0] && !d[1] && !d[2] && !d[3])
        return (struct encoding){4, true, 0};
    if (len >= 2 && !d[0] && d[1])
        return (struct encoding){2, false, 0};
    if (len >= 2 && d[0] && !d[1])
        return (struct encoding){2, true, 0};
    return (struct encoding){1, false, 0};
}

static unsigned unit_at(const uint8_t *d, struct encoding e)
{
    unsigned unit = 0;

    for (unsigned i = 0; i < e.width; i++)
        unit = unit << 8 | d[e.is_little ? e.width - 1 - i : i];
    return unit;
}

bool jsondoc_decode(const uint8_t *data, size_t len, struct buf *out)
{
    struct encoding e = guess(data, len);

    data += e.mark;
    len -= e.mark;
    if (e.width == 1) {
        buf_add(out, data, len);
        return !out->failed;
    }
    if (len % e.width)
        return false;
    for (size_t i = 0; i < len; i += e.width) {
        unsigned code = unit_at(data + i, e);

        if (e.width == 2 && code >= 0xd800 && code < 0xdc00 && i + 2 < len) {
            unsigned low = unit_at(data + i + 2, e);

            if (low < 0xdc00 || low > 0xdfff)
                return false;
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            i += 2;
        }
        if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
            return false;
        utf8_add(out, code);
    }
    return !out->failed;
}
