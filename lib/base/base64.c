/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(struct buf *out, const void *data, size_t len)
{
    const uint8_t *p = data;

    for (size_t i = 0; i < len; i += 3) {
        size_t left = len - i < 3 ? len - i : 3;
        uint32_t bits = (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) |
                        (left > 2 ? p[i + 2] : 0);
        char text[4] = {alphabet[bits >> 18], alphabet[bits >> 12 & 63], alphabet[bits >> 6 & 63],
                        alphabet[bits & 63]};

        if (left < 3)
            text[3] = '=';
        if (left < 2)
            text[2] = '=';
        buf_add(out, text, sizeof(text));
    }
}

/* 0 to 63; -1 for what is not in the alphabet. */
static int sextet(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* The length without padding; SIZE_MAX when the padding is wrong. */
static size_t unpadded(const char *text, size_t len)
{
    size_t pads = 0;

    while (pads < len && text[len - 1 - pads] == '=')
        pads++;
    if (pads > 2 || (pads > 0 && len % 4 != 0))
        return SIZE_MAX;
    return (len - pads) % 4 == 1 ? SIZE_MAX : len - pads;
}

bool base64_decode(struct buf *out, const char *text, size_t len)
{
    uint32_t bits = 0;
    int count = 0; /* of bits that wait */

    len = unpadded(text, len);
    if (len == SIZE_MAX)
        return false;
    for (size_t i = 0; i < len; i++) {
        int six = sextet(text[i]);

        if (six < 0)
            return false;
        bits = bits << 6 | (uint32_t)six;
        count += 6;
        if (count >= 8) {
            count -= 8;
            buf_add_char(out, (char)(bits >> count & 0xff));
        }
    }
    return !out->failed;
}
