/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/conf/config_value.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include "lib/base/buf.h"
#include "lib/base/jsonx.h"
#include "lib/base/slice.h"
#include "lib/base/xmem.h"

/* The digits zero of every script in the basic plane: what Character.digit(c, 10) knows. */
static const uint16_t zeros[] = {
    0x0030, 0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6,
    0x0c66, 0x0ce6, 0x0d66, 0x0de6, 0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0,
    0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620,
    0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
};

static char *copy_of(struct slice s)
{
    return xstrndup((const char *)s.at, s.len);
}

char *config_trim(const char *text)
{
    return text ? copy_of(slice_trim(slice_str(text))) : NULL;
}

/* The value of the digit at *at, which is left; -1 when there is none. */
static int take_digit(struct slice *s)
{
    unsigned c = s->at[0];
    size_t len = 1;

    if (c >= '0' && c <= '9') {
        c -= '0';
        s->at++;
        s->len--;
        return (int)c;
    }
    if (c >= 0xc2 && c < 0xe0 && s->len >= 2) {
        len = 2;
        c = (c & 31u) << 6 | (s->at[1] & 63u);
    } else if (c >= 0xe0 && c < 0xf0 && s->len >= 3) {
        len = 3;
        c = (c & 15u) << 12 | (s->at[1] & 63u) << 6 | (s->at[2] & 63u);
    }
    for (size_t i = 1; len > 1 && i < COUNT_OF(zeros); i++) {
        if (c >= zeros[i] && c < zeros[i] + 10u) {
            s->at += len;
            s->len -= len;
            return (int)(c - zeros[i]);
        }
    }
    return -1;
}

static bool parse_integer(struct slice s, int64_t min, int64_t max, int64_t *ret)
{
    bool negative = s.len && s.at[0] == '-';
    int64_t n = 0; /* below zero, where there is room for one more */

    if (s.len && (s.at[0] == '-' || s.at[0] == '+')) {
        s.at++;
        s.len--;
    }
    if (!s.len)
        return false;
    while (s.len) {
        int digit = take_digit(&s);

        if (digit < 0 || __builtin_mul_overflow(n, 10, &n) || __builtin_sub_overflow(n, digit, &n))
            return false;
    }
    if (!negative && (n == INT64_MIN || -n > max))
        return false;
    if (negative && n < min)
        return false;
    *ret = negative ? n : -n;
    return true;
}

static size_t span(const char *text, const char *accept)
{
    return strspn(text, accept);
}

/* [+-]digits */
static size_t exponent_length(const char *text)
{
    size_t sign = *text == '+' || *text == '-', digits = span(text + sign, "0123456789");

    return digits ? sign + digits : 0;
}

/* Digits with at most one point and at least one digit; 0 when there are none. */
static size_t mantissa_length(const char *text, const char *digits)
{
    size_t whole = span(text, digits), part = 0, point = text[whole] == '.';

    if (point)
        part = span(text + whole + 1, digits);
    return whole + part ? whole + point + part : 0;
}

/* The length of Java's FloatingPointLiteral without its suffix, sign removed; 0: none. */
static size_t double_length(const char *text)
{
    size_t len, exponent;

    if (strncmp(text, "NaN", 3) == 0 || strncmp(text, "Infinity", 8) == 0)
        return text[0] == 'N' ? 3 : 8;
    if (text[0] == '0' && (text[1] | 0x20) == 'x') {
        len = mantissa_length(text + 2, "0123456789abcdefABCDEF");
        if (len == 0 || (text[2 + len] | 0x20) != 'p')
            return 0;
        exponent = exponent_length(text + 2 + len + 1);
        return exponent ? 2 + len + 1 + exponent : 0;
    }
    len = mantissa_length(text, "0123456789");
    if (len == 0 || (text[len] | 0x20) != 'e')
        return len;
    exponent = exponent_length(text + len + 1);
    return exponent ? len + 1 + exponent : 0;
}

static bool parse_double(struct slice s, double *ret)
{
    CLEANUP(freep) char *text = copy_of(s);
    char *from = text;
    bool negative = *from == '-';
    size_t len;

    if (*from == '-' || *from == '+')
        from++;
    len = double_length(from);
    if (len == 0)
        return false;
    if (from[len] && strchr("fFdD", from[len]) && from[0] != 'N' && from[0] != 'I' &&
        !from[len + 1])
        from[len] = '\0';
    if (from[len])
        return false;
    *ret = from[0] == 'N' ? NAN : from[0] == 'I' ? INFINITY : strtod(from, NULL);
    if (negative)
        *ret = -*ret;
    return true;
}

static bool is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void add_item(struct config_value *value, size_t *cap, const uint8_t *from,
                     const uint8_t *to)
{
    if (value->count == *cap) {
        *cap = *cap ? 2 * *cap : 4;
        value->items = xreallocarray(value->items, *cap, sizeof(*value->items));
    }
    value->items[value->count++] = copy_of(slice_of(from, (size_t)(to - from)));
}

static void parse_list(struct slice s, struct config_value *value)
{
    const uint8_t *from = s.at, *end = s.at + s.len;
    size_t cap = 0;

    while (s.len) { /* not at all for an empty text */
        const uint8_t *comma = memchr(from, ',', (size_t)(end - from));
        const uint8_t *to = comma ? comma : end;

        while (comma && to > from && is_space(to[-1]))
            to--;
        add_item(value, &cap, from, to);
        if (!comma)
            break;
        from = comma + 1;
        while (from < end && is_space(*from))
            from++;
    }
}

static bool parse_bool(struct slice s, bool *ret)
{
    if (s.len == 4 && strncasecmp((const char *)s.at, "true", 4) == 0)
        *ret = true;
    else if (s.len == 5 && strncasecmp((const char *)s.at, "false", 5) == 0)
        *ret = false;
    else
        return false;
    return true;
}

/* NULL, or what follows "Invalid value ... : " (peer text) */
static const char *parse(enum tern_config_type type, const char *text, struct config_value *value)
{
    struct slice s = slice_trim(slice_str(text));

    switch (type) {
    case TERN_BOOL:
        return parse_bool(s, &value->boolean) ? NULL : "Expected value to be either true or false";
    case TERN_INT:
        return parse_integer(s, INT32_MIN, INT32_MAX, &value->integer) ? NULL
                                                                       : "Not a number of type INT";
    case TERN_SHORT:
        return parse_integer(s, INT16_MIN, INT16_MAX, &value->integer)
                   ? NULL
                   : "Not a number of type SHORT";
    case TERN_LONG:
        return parse_integer(s, INT64_MIN, INT64_MAX, &value->integer)
                   ? NULL
                   : "Not a number of type LONG";
    case TERN_DOUBLE:
        return parse_double(s, &value->real) ? NULL : "Not a number of type DOUBLE";
    case TERN_LIST:
        parse_list(s, value);
        return NULL;
    case TERN_STRING:
    case TERN_CLASS:
    case TERN_PASSWORD:
        value->text = copy_of(s);
        return NULL;
    }
    assert(!"a type of configuration value that does not exist"); /* config_def_check() sees it */
    return NULL;
}

char *config_value_fault(const char *key, enum tern_config_type type, const char *text,
                         struct config_value *ret_value)
{
    struct config_value value = {.type = type, .is_null = !text};
    const char *why = text ? parse(type, text, &value) : NULL;

    if (why)
        return xasprintf("Invalid value %s for configuration %s: %s", text, key, why);
    *ret_value = value;
    return NULL;
}

int config_value_parse(const char *key, enum tern_config_type type, const char *text,
                       struct config_value *ret_value, struct tern_error *err)
{
    CLEANUP(freep) char *fault = config_value_fault(key, type, text, ret_value);

    return fault ? tern_fail(err, TERN_EINVALID, "%s", fault) : 0;
}

static char *join(const struct config_value *value, const char *open, const char *between,
                  const char *close)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(SIZE_MAX);

    buf_add_str(&out, open);
    for (size_t i = 0; i < value->count; i++) {
        if (i)
            buf_add_str(&out, between);
        buf_add_str(&out, value->items[i]);
    }
    buf_add_str(&out, close);
    return buf_take_str(&out);
}

char *config_value_text(const struct config_value *value)
{
    CLEANUP(buf_fini) struct buf number = BUF_INIT(64);

    if (value->is_null)
        return NULL;
    switch (value->type) {
    case TERN_BOOL:
        return xstrdup(value->boolean ? "true" : "false");
    case TERN_INT:
    case TERN_SHORT:
    case TERN_LONG:
        return xasprintf("%" PRId64, value->integer);
    case TERN_DOUBLE:
        jsonx_write_double(&number, value->real);
        return buf_take_str(&number);
    case TERN_LIST:
        return join(value, "", ",", "");
    case TERN_STRING:
    case TERN_CLASS:
        return xstrdup(value->text);
    case TERN_PASSWORD:
        return xstrdup("[hidden]");
    }
    return NULL;
}

char *config_value_message_text(const struct config_value *value)
{
    if (value->is_null)
        return xstrdup("null");
    if (value->type == TERN_LIST)
        return join(value, "[", ", ", "]");
    return config_value_text(value);
}

struct numbered {
    const char *item;
    size_t at;
};

static int by_item(const void *a, const void *b)
{
    const struct numbered *x = a, *y = b;
    int order = strcmp(x->item, y->item);

    return order ? order : x->at < y->at ? -1 : 1;
}

/* How many items stand before as well; marks them. By sorting: a list may be long. */
static size_t mark_duplicates(const struct config_value *value, bool *ret_marks)
{
    CLEANUP(freep) struct numbered *sorted = xcalloc(value->count, sizeof(*sorted));
    size_t found = 0;

    for (size_t i = 0; i < value->count; i++)
        sorted[i] = (struct numbered){value->items[i], i};
    qsort(sorted, value->count, sizeof(*sorted), by_item);
    for (size_t i = 1; i < value->count; i++) {
        if (strcmp(sorted[i - 1].item, sorted[i].item) == 0) {
            ret_marks[sorted[i].at] = true;
            found++;
        }
    }
    return found;
}

bool config_value_has_duplicates(const struct config_value *value)
{
    CLEANUP(freep) bool *marks = xcalloc(value->count, sizeof(*marks));

    return mark_duplicates(value, marks) > 0;
}

bool config_value_remove_duplicates(struct config_value *value)
{
    CLEANUP(freep) bool *marks = xcalloc(value->count, sizeof(*marks));
    size_t kept = 0, found = mark_duplicates(value, marks);

    for (size_t i = 0; i < value->count; i++) {
        if (marks[i])
            free(value->items[i]);
        else
            value->items[kept++] = value->items[i];
    }
    value->count = kept;
    return found > 0;
}

void config_value_fini(struct config_value *value)
{
    if (value->text && value->type == TERN_PASSWORD)
        explicit_bzero(value->text, strlen(value->text));
    free(value->text);
    for (size_t i = 0; i < value->count; i++)
        free(value->items[i]);
    free(value->items);
    *value = (struct config_value)CONFIG_VALUE_INIT;
}
