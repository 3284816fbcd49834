/* SPDX-License-Identifier: Apache-2.0 */
/* jsonx - the writer; jsonx_parse.c reads. */
#include "lib/base/jsonx.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/utf8.h"

static int hex_digit(unsigned nibble)
{
    return "0123456789ABCDEF"[nibble & 15];
}

static void write_unit(struct buf *out, unsigned unit)
{
    char text[6] = {'\\',
                    'u',
                    (char)hex_digit(unit >> 12),
                    (char)hex_digit(unit >> 8),
                    (char)hex_digit(unit >> 4),
                    (char)hex_digit(unit)};

    buf_add(out, text, sizeof(text));
}

static void write_supplementary(struct buf *out, const unsigned char *p)
{
    unsigned code = (p[0] & 7u) << 18 | (p[1] & 63u) << 12 | (p[2] & 63u) << 6 | (p[3] & 63u);

    code -= 0x10000;
    write_unit(out, 0xd800 | code >> 10);
    write_unit(out, 0xdc00 | (code & 0x3ff));
}

static void write_escape(struct buf *out, unsigned char c)
{
    static const char from[] = "\"\\\b\t\n\f\r", to[] = "\"\\btnfr";
    const char *at = memchr(from, c, sizeof(from) - 1);

    if (!at) {
        write_unit(out, c);
        return;
    }
    buf_add_char(out, '\\');
    buf_add_char(out, to[at - from]);
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c != '"' && c != '\\' && c < 0x80;
}

void jsonx_write_string(struct buf *out, const char *text, size_t len)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t from = 0, i = 0; /* from there on all is to be copied as it is */

    buf_add_char(out, '"');
    while (i < len) {
        size_t step;

        if (is_plain(p[i])) {
            i++;
            continue;
        }
        step = utf8_length(p + i, len - i);
        if (step == 0) {
            out->failed = true;
            return;
        }
        if (step == 2 || step == 3) {
            i += step;
            continue;
        }
        buf_add(out, p + from, i - from);
        if (step == 4)
            write_supplementary(out, p + i);
        else
            write_escape(out, p[i]);
        i += step;
        from = i;
    }
    buf_add(out, p + from, len - from);
    buf_add_char(out, '"');
}

/* A positive double in decimal: the digits d[0].d[1]d[2]... times ten to the exponent. */
struct decimal {
    char digits[20];
    int count;
    int exponent;
};

static double decimal_value(const struct decimal *d)
{
    char text[48];

    snprintf(text, sizeof(text), "%se%d", d->digits, d->exponent - (d->count - 1));
    return strtod(text, NULL);
}

static void decimal_round(struct decimal *d, double number, int count)
{
    char text[48];

    /* "d.ddde[+-]dd"; the separator may be another one in another locale */
    snprintf(text, sizeof(text), "%.*e", count - 1, number);
    d->count = count;
    d->digits[0] = text[0];
    memcpy(d->digits + 1, text + 2, (size_t)count - 1);
    d->digits[count] = '\0';
    d->exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
}

static void decimal_next(struct decimal *d)
{
    int i = d->count - 1;

    while (i >= 0 && d->digits[i] == '9')
        d->digits[i--] = '0';
    if (i >= 0) {
        d->digits[i]++;
        return;
    }
    d->digits[0] = '1';
    d->exponent++;
}

/*
 * The shortest digits, two at least, that read back as number, of those the nearest: the
 * rule of Double.toString() since JDK 19. Above a power of two doubles lie twice as far
 * apart as below: there the nearest decimal may fail where the next one up succeeds.
 */
static void decimal_shortest(struct decimal *d, double number)
{
    int count = 2;

    if (number >= DBL_MIN) { /* what so many digits can say, they say with zeros at the end */
        decimal_round(d, number, DBL_DIG);
        if (decimal_value(d) == number)
            return;
        count = DBL_DIG + 1;
    }
    for (; count <= 17; count++) {
        decimal_round(d, number, count);
        if (decimal_value(d) == number)
            return;
        decimal_next(d);
        if (decimal_value(d) == number)
            return;
    }
    decimal_round(d, number, 17);
}

static void write_decimal(struct buf *out, struct decimal *d)
{
    int whole = d->exponent + 1; /* digits before the point */
    int last;

    if (d->exponent < -3 || d->exponent >= 7)
        whole = 1;
    for (last = d->count; last > 1 && d->digits[last - 1] == '0'; last--)
        d->digits[last - 1] = '\0';

    if (whole <= 0)
        buf_add_fmt(out, "0.%.*s%s", -whole, "000", d->digits);
    else if (last > whole)
        buf_add_fmt(out, "%.*s.%s", whole, d->digits, d->digits + whole);
    else
        buf_add_fmt(out, "%s%.*s.0", d->digits, whole - last, "0000000");
    if (d->exponent < -3 || d->exponent >= 7)
        buf_add_fmt(out, "E%d", d->exponent);
}

void jsonx_write_double(struct buf *out, double number)
{
    struct decimal d;

    if (isnan(number)) {
        buf_add_str(out, "NaN");
        return;
    }
    if (signbit(number))
        buf_add_char(out, '-');
    number = fabs(number);
    if (isinf(number)) {
        buf_add_str(out, "Infinity");
    } else if (number == 0) {
        buf_add_str(out, "0.0");
    } else {
        decimal_shortest(&d, number);
        write_decimal(out, &d);
    }
}

/*
 * The fewest digits that read back as the same float. As a double, such a text has the same
 * fewest digits, and Java writes both alike.
 */
void jsonx_write_float(struct buf *out, float number)
{
    char text[32];

    for (int digits = fabsf(number) >= FLT_MIN ? FLT_DIG : 1; digits <= 9; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, (double)number);
        if (strtof(text, NULL) == number)
            break;
    }
    jsonx_write_double(out, isfinite(number) ? strtod(text, NULL) : (double)number);
}

static void write_object(struct buf *out, const json_t *object)
{
    json_t *unconst = (json_t *)object; /* jansson's iterators change nothing */
    const char *comma = "";

    buf_add_char(out, '{');
    for (void *it = json_object_iter(unconst); it; it = json_object_iter_next(unconst, it)) {
        buf_add_str(out, comma);
        jsonx_write_string(out, json_object_iter_key(it), json_object_iter_key_len(it));
        buf_add_char(out, ':');
        jsonx_write(out, json_object_iter_value(it));
        comma = ",";
    }
    buf_add_char(out, '}');
}

static void write_array(struct buf *out, const json_t *array)
{
    buf_add_char(out, '[');
    for (size_t i = 0; i < json_array_size(array); i++) {
        if (i)
            buf_add_char(out, ',');
        jsonx_write(out, json_array_get(array, i));
    }
    buf_add_char(out, ']');
}

void jsonx_write(struct buf *out, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        write_object(out, value);
        break;
    case JSON_ARRAY:
        write_array(out, value);
        break;
    case JSON_STRING:
        jsonx_write_string(out, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        buf_add_fmt(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        break;
    case JSON_REAL:
        jsonx_write_double(out, json_real_value(value));
        break;
    case JSON_TRUE:
        buf_add_str(out, "true");
        break;
    case JSON_FALSE:
        buf_add_str(out, "false");
        break;
    case JSON_NULL:
        buf_add_str(out, "null");
        break;
    }
}

static void write_java_map(struct buf *out, const json_t *object)
{
    json_t *unconst = (json_t *)object; /* jansson's iterators change nothing */
    const char *comma = "";

    buf_add_char(out, '{');
    for (void *it = json_object_iter(unconst); it; it = json_object_iter_next(unconst, it)) {
        buf_add_str(out, comma);
        buf_add(out, json_object_iter_key(it), json_object_iter_key_len(it));
        buf_add_char(out, '=');
        jsonx_write_java(out, json_object_iter_value(it));
        comma = ", ";
    }
    buf_add_char(out, '}');
}

static void write_java_list(struct buf *out, const json_t *array)
{
    buf_add_char(out, '[');
    for (size_t i = 0; i < json_array_size(array); i++) {
        buf_add_str(out, i ? ", " : "");
        jsonx_write_java(out, json_array_get(array, i));
    }
    buf_add_char(out, ']');
}

void jsonx_write_java(struct buf *out, const json_t *value)
{
    if (json_is_object(value))
        write_java_map(out, value);
    else if (json_is_array(value))
        write_java_list(out, value);
    else if (json_is_string(value))
        buf_add(out, json_string_value(value), json_string_length(value));
    else
        jsonx_write(out, value);
}
