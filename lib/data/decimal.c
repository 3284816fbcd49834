/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/data/decimal.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/utf8.h"

enum {
    LIMB_DIGITS = 9,
    LIMB = 1000000000,
    EXPONENT_DIGITS_MAX = 10,
    LONG_DIGITS = 25, /* more than any int64 has */
    TEXT_MAX = 2 * DECIMAL_DIGITS_MAX,
};

/* The zeros of the decimal digits in the basic plane: each is followed by one to nine. */
static const uint16_t zeros[] = {
    0x0030, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6,
    0x0C66, 0x0CE6, 0x0D66, 0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0,
    0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620,
    0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
};

size_t decimal_digit(const char *text, size_t left, int *ret_digit)
{
    const uint8_t *p = (const uint8_t *)text;
    size_t len = utf8_length(text, left);
    unsigned code;

    if (len == 1) {
        *ret_digit = p[0] - '0';
        return p[0] >= '0' && p[0] <= '9' ? 1 : 0;
    }
    if (len != 2 && len != 3)
        return 0;
    code = len == 2 ? (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu)
                    : (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
    for (size_t i = 0; i < COUNT_OF(zeros); i++) {
        if (code >= zeros[i] && code < zeros[i] + 10u) {
            *ret_digit = (int)(code - zeros[i]);
            return len;
        }
    }
    return 0;
}

/* ---- digits to bytes ---- */

/* n digits, most significant first, as 0..9; the two's complement. */
static void set_unscaled(struct arena *a, const char *digits, size_t n, bool negative,
                         struct tern_decimal *ret)
{
    size_t size = n / 2 + 2, first; /* a digit has less than half a byte */
    uint8_t *bytes = arena_alloc(a, size);

    for (size_t i = 0; i < n; i += LIMB_DIGITS) {
        uint64_t scale = 1, carry = 0;

        for (size_t k = i; k < n && k < i + LIMB_DIGITS; k++) {
            carry = carry * 10 + (uint64_t)digits[k];
            scale *= 10;
        }
        for (size_t b = size; b-- > 0;) {
            carry += bytes[b] * scale;
            bytes[b] = (uint8_t)carry;
            carry >>= 8;
        }
    }
    if (negative) {
        unsigned carry = 1;

        for (size_t b = size; b-- > 0;) {
            carry += (uint8_t)~bytes[b];
            bytes[b] = (uint8_t)carry;
            carry >>= 8;
        }
    }
    for (first = 0; first + 1 < size; first++) {
        uint8_t sign = bytes[first + 1] & 0x80 ? 0xff : 0;

        if (bytes[first] != sign)
            break;
    }
    ret->unscaled = bytes + first;
    ret->size = (uint32_t)(size - first);
}

/* ---- reading ---- */

struct reader {
    const char *at, *end;
};

static bool take(struct reader *r, char c)
{
    if (r->at == r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

/* Appends the digits to out as 0..9; how many. */
static size_t take_digits(struct reader *r, struct buf *out)
{
    size_t count = 0, step;
    int digit;

    while ((step = decimal_digit(r->at, (size_t)(r->end - r->at), &digit)) > 0) {
        buf_add_char(out, (char)digit);
        r->at += step;
        count++;
    }
    return count;
}

static bool take_exponent(struct reader *r, int64_t *ret_exponent)
{
    CLEANUP(buf_fini) struct buf digits = BUF_INIT(DECIMAL_DIGITS_MAX);
    int64_t exponent = 0;
    bool negative = false;
    size_t zeros_in_front = 0;

    if (!take(r, 'e') && !take(r, 'E'))
        return r->at == r->end;
    if (!take(r, '+'))
        negative = take(r, '-');
    if (take_digits(r, &digits) == 0 || digits.failed || r->at != r->end)
        return false;
    while (zeros_in_front < digits.len && digits.data[zeros_in_front] == 0)
        zeros_in_front++;
    if (digits.len - zeros_in_front > EXPONENT_DIGITS_MAX)
        return false;
    for (size_t i = 0; i < digits.len; i++)
        exponent = exponent * 10 + digits.data[i];
    *ret_exponent = negative ? -exponent : exponent;
    return true;
}

bool decimal_parse(struct arena *a, const char *text, size_t len, struct tern_decimal *ret)
{
    CLEANUP(buf_fini) struct buf digits = BUF_INIT(DECIMAL_DIGITS_MAX);
    struct reader r = {text, text + len};
    struct tern_decimal d = {0};
    int64_t exponent = 0, scale;
    bool negative = false;
    size_t fraction = 0;

    if (!take(&r, '+'))
        negative = take(&r, '-');
    take_digits(&r, &digits);
    if (take(&r, '.'))
        fraction = take_digits(&r, &digits);
    if (digits.len == 0 || digits.failed || !take_exponent(&r, &exponent))
        return false;
    scale = (int64_t)fraction - exponent;
    if (exponent < INT32_MIN || exponent > INT32_MAX || scale < INT32_MIN || scale > INT32_MAX)
        return false;
    set_unscaled(a, (const char *)digits.data, digits.len, negative, &d);
    d.scale = (int32_t)scale;
    *ret = d;
    return true;
}

/* ---- writing ---- */

struct tern_bytes decimal_bytes(const struct tern_decimal *d)
{
    const uint8_t *p = d->unscaled;
    size_t size = d->size;

    while (size > 1 && ((p[0] == 0 && !(p[1] & 0x80)) || (p[0] == 0xff && (p[1] & 0x80)))) {
        p++;
        size--;
    }
    return (struct tern_bytes){p, size};
}

static bool is_negative(const struct tern_decimal *d)
{
    return d->size > 0 && *(const uint8_t *)d->unscaled & 0x80;
}

/* The digits of the unscaled number without sign, in characters; "0" for none. */
static void write_digits(struct buf *out, const struct tern_decimal *d)
{
    struct tern_bytes bytes = decimal_bytes(d);
    uint8_t magnitude[DECIMAL_BYTES_MAX + 1];
    uint32_t limbs[DECIMAL_BYTES_MAX / 3 + 2];
    size_t count = 0, from = 0;
    unsigned carry = 1;

    if (bytes.size > DECIMAL_BYTES_MAX) {
        out->failed = true;
        return;
    }
    memcpy(magnitude, bytes.data, bytes.size);
    for (size_t i = bytes.size; is_negative(d) && i-- > 0;) {
        carry += (uint8_t)~magnitude[i];
        magnitude[i] = (uint8_t)carry;
        carry >>= 8;
    }
    while (from < bytes.size) {
        uint64_t rest = 0;

        for (size_t i = from; i < bytes.size; i++) {
            rest = rest << 8 | magnitude[i];
            magnitude[i] = (uint8_t)(rest / LIMB);
            rest %= LIMB;
        }
        limbs[count++] = (uint32_t)rest;
        while (from < bytes.size && magnitude[from] == 0)
            from++;
    }
    buf_add_fmt(out, "%" PRIu32, count ? limbs[count - 1] : 0);
    for (size_t i = count; i-- > 1;)
        buf_add_fmt(out, "%09" PRIu32, limbs[i - 1]);
}

/* digits with the point before the last `scale` of them. */
static void write_plain(struct buf *out, const char *digits, int64_t count, int64_t scale)
{
    if (scale == 0) {
        buf_add(out, digits, (size_t)count);
    } else if (count > scale) {
        buf_add(out, digits, (size_t)(count - scale));
        buf_add_char(out, '.');
        buf_add(out, digits + count - scale, (size_t)scale);
    } else {
        buf_add_str(out, "0.");
        for (int64_t i = count; i < scale; i++)
            buf_add_char(out, '0');
        buf_add(out, digits, (size_t)count);
    }
}

void decimal_text(struct buf *out, const struct tern_decimal *d)
{
    CLEANUP(buf_fini) struct buf digits = BUF_INIT(TEXT_MAX);
    int64_t count, adjusted;

    write_digits(&digits, d);
    if (digits.failed) {
        out->failed = true;
        return;
    }
    count = (int64_t)digits.len;
    adjusted = count - 1 - d->scale;
    if (is_negative(d))
        buf_add_char(out, '-');
    if (d->scale >= 0 && adjusted >= -6) {
        write_plain(out, buf_str(&digits), count, d->scale);
        return;
    }
    buf_add(out, digits.data, 1);
    if (count > 1) {
        buf_add_char(out, '.');
        buf_add(out, digits.data + 1, (size_t)count - 1);
    }
    if (adjusted != 0)
        buf_add_fmt(out, "E%+" PRId64, adjusted);
}

/* ---- as other numbers ---- */

bool decimal_equal(const struct tern_decimal *a, const struct tern_decimal *b)
{
    struct tern_bytes x = decimal_bytes(a), y = decimal_bytes(b);

    return a->scale == b->scale && x.size == y.size &&
           (x.size == 0 || memcmp(x.data, y.data, x.size) == 0);
}

/* "-15e-1"; false: too many digits. */
static bool write_scientific(struct buf *out, const struct tern_decimal *d)
{
    if (is_negative(d))
        buf_add_char(out, '-');
    write_digits(out, d);
    buf_add_fmt(out, "e%" PRId64, -(int64_t)d->scale);
    return !out->failed;
}

double decimal_double(const struct tern_decimal *d)
{
    CLEANUP(buf_fini) struct buf text = BUF_INIT(TEXT_MAX);
    double number = is_negative(d) ? -INFINITY : INFINITY;

    if (write_scientific(&text, d))
        number = strtod(buf_str(&text), NULL);
    return number == 0 ? 0 : number; /* BigDecimal has no -0 */
}

float decimal_float(const struct tern_decimal *d)
{
    CLEANUP(buf_fini) struct buf text = BUF_INIT(TEXT_MAX);
    float number = is_negative(d) ? -INFINITY : INFINITY;

    if (write_scientific(&text, d))
        number = strtof(buf_str(&text), NULL);
    return number == 0 ? 0 : number;
}

/* The digits before the point; whole: nothing but zeros come after it. */
static void integral_digits(struct buf *out, const struct tern_decimal *d, bool *ret_whole)
{
    size_t cut;

    *ret_whole = true;
    write_digits(out, d);
    if (out->failed || d->scale <= 0)
        return;
    cut = out->len > (size_t)d->scale ? out->len - (size_t)d->scale : 0;
    for (size_t i = cut; i < out->len; i++) {
        if (out->data[i] != '0')
            *ret_whole = false;
    }
    out->len = cut;
}

bool decimal_int64(const struct tern_decimal *d, int64_t *ret)
{
    CLEANUP(buf_fini) struct buf digits = BUF_INIT(TEXT_MAX);
    bool whole, negative = is_negative(d);
    int64_t number = 0;

    integral_digits(&digits, d, &whole);
    if (digits.failed || !whole)
        return false;
    for (int64_t i = 0; i < -(int64_t)d->scale && digits.len < LONG_DIGITS; i++)
        buf_add_char(&digits, '0');
    for (size_t i = 0; i < digits.len; i++) {
        int64_t digit = digits.data[i] - '0';

        if (__builtin_mul_overflow(number, (int64_t)10, &number) ||
            __builtin_sub_overflow(number, negative ? digit : -digit, &number))
            return false;
    }
    *ret = number;
    return true;
}

int64_t decimal_wrapped(const struct tern_decimal *d)
{
    CLEANUP(buf_fini) struct buf digits = BUF_INIT(TEXT_MAX);
    bool whole;
    uint64_t number = 0;

    integral_digits(&digits, d, &whole);
    for (size_t i = 0; i < digits.len; i++)
        number = number * 10 + (uint64_t)(digits.data[i] - '0');
    for (int64_t i = 0; i < -(int64_t)d->scale && number != 0; i++)
        number *= 10; /* 0 after 64 steps, as 10 has a factor 2 */
    return (int64_t)(is_negative(d) ? 0 - number : number);
}
