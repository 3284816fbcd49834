/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/utf8.h"

#include <string.h>

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

/* Where the first byte beyond ASCII stands, or end. */
static const uint8_t *skip_ascii(const uint8_t *p, const uint8_t *end)
{
    uint64_t eight;

    while (end - p >= (ptrdiff_t)sizeof(eight)) {
        memcpy(&eight, p, sizeof(eight));
        if (eight & 0x8080808080808080u)
            break;
        p += sizeof(eight);
    }
    while (p < end && *p < 0x80)
        p++;
    return p;
}

bool utf8_is_valid(const void *text, size_t len)
{
    const uint8_t *p = text, *end = p + len;

    while ((p = skip_ascii(p, end)) < end) {
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

static bool is_continuation(uint8_t c)
{
    return (c & 0xc0) == 0x80;
}

/* Whether a second byte can follow a first one of a character of three or four. */
static bool goes_on(uint8_t first, uint8_t second)
{
    if (!is_continuation(second))
        return false;
    return !(first == 0xe0 && second < 0xa0) && !(first == 0xf0 && second < 0x90) &&
           !(first == 0xf4 && second > 0x8f);
}

/* The length of what is malformed at p; 0 when more bytes are needed to tell. */
static size_t malformed_length(const uint8_t *p, size_t left)
{
    if (p[0] < 0xc2 || p[0] > 0xf4)
        return 1;
    if (left == 1)
        return 0;
    if (p[0] < 0xe0 || !goes_on(p[0], p[1]))
        return 1;
    if (left == 2)
        return 0;
    if (p[0] < 0xf0)
        return is_continuation(p[2]) ? 3 : 2; /* 3: half a surrogate pair */
    if (!is_continuation(p[2]))
        return 2;
    return left == 3 ? 0 : 3;
}

size_t utf8_next(const void *text, size_t left, unsigned *ret_code)
{
    static const uint8_t first_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    const uint8_t *p = text;
    size_t len = utf8_length(p, left);
    unsigned code;

    if (len == 0) {
        *ret_code = 0xfffd;
        return malformed_length(p, left);
    }
    code = p[0] & first_bits[len];
    for (size_t i = 1; i < len; i++)
        code = code << 6 | (p[i] & 0x3fu);
    *ret_code = code;
    return len;
}

void utf8_add_clean(struct buf *out, const void *text, size_t len)
{
    const uint8_t *p = text, *end = p + len, *good = p;

    while ((p = skip_ascii(p, end)) < end) {
        size_t step = utf8_length(p, (size_t)(end - p));
        unsigned code;

        if (step > 0) {
            p += step;
            continue;
        }
        buf_add(out, good, (size_t)(p - good));
        utf8_add(out, 0xfffd);
        step = utf8_next(p, (size_t)(end - p), &code);
        p = step ? p + step : end; /* the text ends within a character */
        good = p;
    }
    buf_add(out, good, (size_t)(end - good));
}
