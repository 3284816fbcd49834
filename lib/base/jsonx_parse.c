/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jsonx_parse - the reader of jsonx: JSON as Jackson reads it for Connect.
 *
 * Not jansson's own, which refuses what Java workers accept, and a record that one worker of
 * a group drops and the others count lets them disagree on the config offset for ever:
 * leading zeros, integers beyond 64 bits (the low 64 bits count), NUL in keys and strings,
 * half surrogate pairs (here U+FFFD), a byte order mark, doubles out of range (here the
 * largest), blanks alone (null), and whatever follows the value. Stricter than Java: the depth
 * is bounded at 64 instead of 1000.
 */
#include "lib/base/jsonx.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "lib/base/utf8.h"

enum {
    MAX_DEPTH = 64,
    MAX_NUMBER_LENGTH = 1000
};

struct reader {
    const unsigned char *at, *end, *start;
    struct buf text; /* of the string being read */
    const char *fault;
};

static json_t *read_value(struct reader *r, int depth);

/* Notes the first fault; yields NULL. */
static json_t *fail(struct reader *r, const char *fault)
{
    if (!r->fault)
        r->fault = fault;
    return NULL;
}

static int peek(const struct reader *r)
{
    return r->at < r->end ? *r->at : -1;
}

static bool is_blank(unsigned char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_blanks(struct reader *r)
{
    while (r->at < r->end && is_blank(*r->at))
        r->at++;
}

static bool take(struct reader *r, char c)
{
    if (peek(r) != c)
        return false;
    r->at++;
    return true;
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static size_t skip_digits(struct reader *r)
{
    const unsigned char *from = r->at;

    while (is_digit(peek(r)))
        r->at++;
    return (size_t)(r->at - from);
}

static json_t *integer_of(const unsigned char *digits, const unsigned char *end, bool negative)
{
    uint64_t n = 0;

    for (; digits < end; digits++)
        n = n * 10 + (uint64_t)(*digits - '0'); /* wraps, as BigInteger.longValue() does */
    return json_integer((json_int_t)(negative ? 0 - n : n));
}

static json_t *real_of(const unsigned char *text, const unsigned char *end)
{
    char copy[MAX_NUMBER_LENGTH + 1];
    double number;

    memcpy(copy, text, (size_t)(end - text));
    copy[end - text] = '\0';
    number = strtod(copy, NULL);
    if (isinf(number))
        number = number > 0 ? DBL_MAX : -DBL_MAX;
    return json_real(number == 0 ? 0 : number); /* Java goes by BigDecimal, which has no -0 */
}

static json_t *read_number(struct reader *r)
{
    const unsigned char *start = r->at, *digits;
    bool negative = take(r, '-'), real = false;

    digits = r->at;
    if (skip_digits(r) == 0)
        return fail(r, negative ? "a digit is missing" : "a value is missing");
    if (take(r, '.')) {
        real = true;
        if (skip_digits(r) == 0)
            return fail(r, "a digit is missing");
    }
    if (peek(r) == 'e' || peek(r) == 'E') {
        real = true;
        r->at++;
        if (!take(r, '+'))
            take(r, '-');
        if (skip_digits(r) == 0)
            return fail(r, "a digit is missing");
    }
    if (r->at - start > MAX_NUMBER_LENGTH)
        return fail(r, "the number is too long");
    return real ? real_of(start, r->at) : integer_of(digits, r->at, negative);
}

static int hex_value(int c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* The four digits of a \u escape; -1 when they are none. */
static int read_unit(struct reader *r)
{
    int unit = 0;

    for (int i = 0; i < 4; i++) {
        int digit = hex_value(peek(r));

        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
        r->at++;
    }
    return unit;
}

static bool is_high(int unit)
{
    return unit >= 0xd800 && unit < 0xdc00;
}

static bool is_low(int unit)
{
    return unit >= 0xdc00 && unit < 0xe000;
}

/* After "\u". */
static bool read_unicode(struct reader *r)
{
    int unit = read_unit(r), low;
    const unsigned char *after = r->at;

    if (unit < 0)
        return false;
    if (is_high(unit) && take(r, '\\') && take(r, 'u')) {
        low = read_unit(r);
        if (low < 0)
            return false;
        if (is_low(low)) {
            utf8_add(&r->text, 0x10000 + ((unsigned)(unit & 0x3ff) << 10) + (low & 0x3ff));
            return true;
        }
    }
    r->at = after; /* what follows is no second half */
    utf8_add(&r->text, is_high(unit) || is_low(unit) ? 0xfffd : (unsigned)unit);
    return true;
}

static bool read_escape(struct reader *r)
{
    static const char from[] = "\"\\/btnfr", to[] = "\"\\/\b\t\n\f\r";
    const char *known;
    int c = peek(r);

    if (c < 0)
        return false;
    r->at++;
    if (c == 'u')
        return read_unicode(r);
    known = memchr(from, c, sizeof(from) - 1);
    if (!known)
        return false;
    buf_add_char(&r->text, to[known - from]);
    return true;
}

/* Reads a string literal into r->text. UTF-8 is checked when jansson takes the text. */
static bool read_text(struct reader *r)
{
    const unsigned char *plain;

    buf_clear(&r->text);
    if (!take(r, '"')) {
        fail(r, "a string is missing");
        return false;
    }
    for (;;) {
        plain = r->at;
        while (r->at < r->end && *r->at >= 0x20 && *r->at != '"' && *r->at != '\\')
            r->at++;
        buf_add(&r->text, plain, (size_t)(r->at - plain));
        if (take(r, '"'))
            return true;
        if (!take(r, '\\')) {
            fail(r, r->at < r->end ? "a control character in a string" : "the string has no end");
            return false;
        }
        if (!read_escape(r)) {
            fail(r, "an unknown escape in a string");
            return false;
        }
    }
}

static json_t *read_string(struct reader *r)
{
    json_t *value;

    if (!read_text(r))
        return NULL;
    value = json_stringn(buf_str(&r->text), r->text.len);
    return value ? value : fail(r, "a string is not UTF-8");
}

static bool read_member(struct reader *r, json_t *object, int depth)
{
    CLEANUP(buf_fini) struct buf key = BUF_INIT(SIZE_MAX);
    json_t *value;

    skip_blanks(r);
    if (!read_text(r))
        return false;
    buf_add(&key, r->text.data, r->text.len);
    skip_blanks(r);
    if (!take(r, ':')) {
        fail(r, "':' is missing");
        return false;
    }
    value = read_value(r, depth);
    if (!value)
        return false;
    if (json_object_setn_new(object, buf_str(&key), key.len, value) < 0) {
        fail(r, "a name is not UTF-8");
        return false;
    }
    return true;
}

static bool read_element(struct reader *r, json_t *array, int depth)
{
    json_t *value = read_value(r, depth);

    return value && json_array_append_new(array, value) == 0;
}

static json_t *read_container(struct reader *r, int depth)
{
    bool is_object = *r->at++ == '{';
    char close = is_object ? '}' : ']';
    CLEANUP(jsonx_decrefp) json_t *made = is_object ? json_object() : json_array();

    if (depth == MAX_DEPTH)
        return fail(r, "the value is nested too deeply");
    skip_blanks(r);
    if (take(r, close))
        return TAKE(made);
    for (;;) {
        if (is_object ? !read_member(r, made, depth + 1) : !read_element(r, made, depth + 1))
            return NULL;
        skip_blanks(r);
        if (take(r, close))
            return TAKE(made);
        if (!take(r, ','))
            return fail(r, "',' or the closing bracket is missing");
    }
}

static json_t *read_word(struct reader *r)
{
    static const char *const words[] = {"true", "false", "null"};

    for (size_t i = 0; i < COUNT_OF(words); i++) {
        size_t len = strlen(words[i]);

        if ((size_t)(r->end - r->at) >= len && memcmp(r->at, words[i], len) == 0) {
            r->at += len;
            return i == 0 ? json_true() : i == 1 ? json_false() : json_null();
        }
    }
    return fail(r, "a value is missing");
}

static json_t *read_value(struct reader *r, int depth)
{
    skip_blanks(r);
    switch (peek(r)) {
    case '{':
    case '[':
        return read_container(r, depth);
    case '"':
        return read_string(r);
    case 't':
    case 'f':
    case 'n':
        return read_word(r);
    default:
        return read_number(r);
    }
}

static void skip_byte_order_mark(struct reader *r)
{
    if (r->end - r->at >= 3 && memcmp(r->at, "\xef\xbb\xbf", 3) == 0)
        r->at += 3;
}

/* What follows a value is ignored, but truex and 1x are no values: Jackson looks one byte ahead. */
static bool runs_on(const struct reader *r, const json_t *value)
{
    bool is_bare = !json_is_object(value) && !json_is_array(value) && !json_is_string(value);

    return is_bare && r->at > r->start && r->at < r->end && !is_blank(*r->at);
}

int jsonx_parse(const void *data, size_t len, json_t **ret_value, struct tern_error *err)
{
    static const unsigned char none[1];
    const unsigned char *from = len ? data : none;
    struct reader r = {
        .at = from, .start = from, .end = from + len, .text = BUF_INIT(len + len / 2 + 8)};
    json_t *value;

    skip_byte_order_mark(&r);
    skip_blanks(&r);
    value = r.at == r.end ? json_null() : read_value(&r, 0);
    buf_fini(&r.text);
    if (value && runs_on(&r, value)) {
        json_decref(value);
        value = fail(&r, "a bare word or number runs on");
    }
    if (!value)
        return tern_fail(err, TERN_EINVALID, "malformed JSON: %s at byte %zu",
                         r.fault ? r.fault : "bad value", (size_t)(r.at - r.start));
    *ret_value = value;
    return 0;
}
