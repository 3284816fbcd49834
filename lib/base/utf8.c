/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/utf8.h"

size_t utf8_length(const void *text, size_t left)
{
    const uint8_t *p = text;
    size_t len;

    if (left == 0)
        return 0;
    len = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    if (p[0] > 0xf4 || len > left)
        return 0;
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    }
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
        (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    return len;
}

bool utf8_is_valid(const void *text, size_t len)
{
    const uint8_t *p = text, *end = p + len;

    while (p < end) {
        size_t step = utf8_length(p, (size_t)(end - p));

        if (step == 0)
            return false;
        p += step;
    }
    return true;
}

void utf8_add(struct buf *out, unsigned code)
{
    char text[4];
    size_t len = 0;

    if (code < 0x80) {
        text[len++] = (char)code;
    } else if (code < 0x800) {
        text[len++] = (char)(0xc0 | code >> 6);
    } else if (code < 0x10000) {
        text[len++] = (char)(0xe0 | code >> 12);
        text[len++] = (char)(0x80 | (code >> 6 & 0x3f));
    } else {
        text[len++] = (char)(0xf0 | code >> 18);
        text[len++] = (char)(0x80 | (code >> 12 & 0x3f));
        text[len++] = (char)(0x80 | (code >> 6 & 0x3f));
    }
    if (code >= 0x80)
        text[len++] = (char)(0x80 | (code & 0x3f));
    buf_add(out, text, len);
}
