/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/conf/properties.h"

#include <string.h>

#include "lib/base/file.h"
#include "lib/base/utf8.h"
#include "lib/base/vec.h"
#include "lib/base/xmem.h"

/* One `key = value`; both are owned. */
struct pair {
    char *key, *value;
    size_t seq;
    long line;
};

struct parser {
    const uint8_t *at, *end;
    enum properties_encoding encoding;
    const char *name;
    long line;           /* of the next character, from 1 */
    VEC(uint16_t) units; /* the logical line, UTF-16 as in Java */
    VEC(struct pair) pairs;
    int low;       /* second half of the character just read, or -1 */
    bool after_cr; /* the last character was a CR: an LF does not count */
};

enum {
    END = -1,
    BAD = -2
};

static void parser_fini(struct parser *p)
{
    for (size_t i = 0; i < p->pairs.count; i++) {
        free(p->pairs.at[i].key);
        free(p->pairs.at[i].value);
    }
    vec_fini(&p->pairs);
    vec_fini(&p->units);
}

/* ---- characters ---- */

/* The code point at p->at, which it leaves; BAD for malformed UTF-8. */
static int decode_utf8(struct parser *p)
{
    const uint8_t *s = p->at;
    size_t len = utf8_length(s, (size_t)(p->end - s));
    int code;

    if (len == 0)
        return BAD;
    code = len == 1 ? s[0] : s[0] & (0xff >> (len + 1));
    for (size_t i = 1; i < len; i++)
        code = code << 6 | (s[i] & 0x3f);
    p->at += len;
    return code;
}

/* The next UTF-16 unit, END, or BAD. Counts lines: CR, LF and CR LF end one. */
static int next_unit(struct parser *p)
{
    int c = p->low;

    if (c >= 0) {
        p->low = -1;
        return c;
    }
    if (p->at == p->end)
        return END;
    c = p->encoding == PROPERTIES_UTF8 ? decode_utf8(p) : *p->at++;
    if (c == '\r' || (c == '\n' && !p->after_cr))
        p->line++;
    p->after_cr = c == '\r';
    if (c >= 0x10000) {
        p->low = 0xdc00 | (c & 0x3ff);
        c = 0xd7c0 + (c >> 10);
    }
    return c;
}

static bool at_end(const struct parser *p)
{
    return p->low < 0 && p->at == p->end;
}

static bool is_eol(int c)
{
    return c == '\n' || c == '\r';
}

static bool is_blank(int c)
{
    return c == ' ' || c == '\t' || c == '\f';
}

/* ---- logical lines ---- */

static int skip_comment(struct parser *p)
{
    int c;

    do
        c = next_unit(p);
    while (c >= 0 && !is_eol(c));
    return c;
}

/* After a backslash at the end of a line: an LF that completes CR LF goes with it. */
static void skip_lf_of_crlf(struct parser *p, int eol)
{
    if (eol == '\r' && p->at < p->end && *p->at == '\n')
        next_unit(p);
}

/*
 * The next unit that is no blank. Where a logical line begins, line ends and comments are
 * skipped as well, and *ret_line is the line of what is found. A comment sign right after
 * a continuation counts too while the logical line is still empty: so does Java.
 */
static int next_significant(struct parser *p, long *ret_line)
{
    for (;;) {
        long line = p->line;
        int c = next_unit(p);

        if (is_blank(c))
            continue;
        if (p->units.count > 0)
            return c;
        *ret_line = line;
        if (c == '#' || c == '!')
            c = skip_comment(p);
        else if (!is_eol(c))
            return c;
        if (c < 0)
            return c;
    }
}

/*
 * Collects a logical line into p->units: no comment, not blank, leading blanks removed,
 * continued lines joined. 1, 0 at the end, BAD. Peer: Properties.LineReader.
 */
static int read_line(struct parser *p, long *ret_line)
{
    bool backslash = false;
    int c;

    p->units.count = 0;
    c = next_significant(p, ret_line);
    while (c >= 0) {
        if (!is_eol(c)) {
            vec_push(&p->units, (uint16_t)c);
            backslash = c == '\\' && !backslash;
            c = next_unit(p);
            continue;
        }
        if (!backslash || at_end(p))
            break;
        p->units.count--;
        backslash = false;
        skip_lf_of_crlf(p, c);
        c = next_significant(p, ret_line);
    }
    if (c == BAD)
        return BAD;
    if (p->units.count == 0)
        return 0;
    if (backslash)
        p->units.count--;
    return 1;
}

/* ---- keys and values ---- */

static int hex_value(unsigned c)
{
    if (c >= '0' && c <= '9')
        return (int)c - '0';
    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
        return (int)(c | 0x20) - 'a' + 10;
    return -1;
}

static int escaped(unsigned c)
{
    switch (c) {
    case 't':
        return '\t';
    case 'r':
        return '\r';
    case 'n':
        return '\n';
    case 'f':
        return '\f';
    default:
        return (int)c;
    }
}

/* The unit at *i, escapes resolved, *i moved behind it; -1 for a malformed \u. */
static int unescape(const uint16_t *units, size_t end, size_t *i)
{
    unsigned c = units[(*i)++];
    int unit = 0;

    if (c != '\\')
        return (int)c;
    c = units[(*i)++]; /* there is one: a lone backslash at the end was cut off */
    if (c != 'u')
        return escaped(c);
    if (end - *i < 4)
        return -1;
    for (int n = 0; n < 4; n++) {
        int digit = hex_value(units[(*i)++]);

        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

/* units[from, end) as UTF-8, owned; NULL, and *ret_why, when there is no such text. */
static char *convert(const uint16_t *units, size_t from, size_t end, const char **ret_why)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(4 * (end - from) + 1);
    int high = 0; /* the first half of a pair, waiting for the second */

    for (size_t i = from; i < end;) {
        int c = unescape(units, end, &i);
        bool is_low = c >= 0xdc00 && c < 0xe000;

        *ret_why = c < 0                  ? "malformed \\uxxxx encoding"
                   : c == 0               ? "a NUL character"
                   : is_low != (high > 0) ? "half of a surrogate pair"
                                          : NULL;
        if (*ret_why)
            return NULL;
        if (c >= 0xd800 && c < 0xdc00) {
            high = c;
            continue;
        }
        utf8_add(&out,
                 high ? 0x10000u + ((unsigned)(high & 0x3ff) << 10) + (c & 0x3ff) : (unsigned)c);
        high = 0;
    }
    if (high) {
        *ret_why = "half of a surrogate pair";
        return NULL;
    }
    return buf_take_str(&out);
}

/* Splits the logical line at the first separator that is not escaped. */
static void split(const struct parser *p, size_t *ret_key_end, size_t *ret_value_start)
{
    const uint16_t *u = p->units.at;
    size_t len = p->units.count, key_end, value;
    bool backslash = false, separated = false;

    for (key_end = 0; key_end < len; key_end++) {
        if (!backslash && (u[key_end] == '=' || u[key_end] == ':' || is_blank(u[key_end])))
            break;
        backslash = u[key_end] == '\\' && !backslash;
    }
    for (value = key_end; value < len; value++) {
        if (is_blank(u[value]))
            continue;
        if (separated || (u[value] != '=' && u[value] != ':'))
            break;
        separated = true;
    }
    *ret_key_end = key_end;
    *ret_value_start = value;
}

static int add_pair(struct parser *p, long line, struct tern_error *err)
{
    struct pair pair = {.seq = p->pairs.count, .line = line};
    const char *why = NULL;
    size_t key_end, value_start;

    split(p, &key_end, &value_start);
    pair.key = convert(p->units.at, 0, key_end, &why);
    pair.value = pair.key ? convert(p->units.at, value_start, p->units.count, &why) : NULL;
    vec_push(&p->pairs, pair);
    if (!pair.value)
        return tern_fail(err, TERN_EINVALID, "%s:%ld: %s", p->name, line, why);
    return 0;
}

static int parse_all(struct parser *p, struct tern_error *err)
{
    long line = 1;
    int more;

    while ((more = read_line(p, &line)) > 0) {
        if (add_pair(p, line, err) < 0)
            return -1;
    }
    if (more == BAD)
        return tern_fail(err, TERN_EINVALID, "%s:%ld: malformed UTF-8", p->name, p->line);
    return 0;
}

static int by_key(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    int order = strcmp(x->key, y->key);

    return order ? order : x->seq < y->seq ? -1 : 1;
}

int properties_parse_as(enum properties_encoding encoding, const void *data, size_t len,
                        const char *name, struct strmap *out, struct strmap *lines,
                        struct tern_error *err)
{
    static const uint8_t none[1];
    const uint8_t *from = len ? data : none;
    CLEANUP(parser_fini)
    struct parser p = {
        .at = from, .end = from + len, .encoding = encoding, .name = name, .line = 1, .low = -1};

    if (parse_all(&p, err) < 0)
        return -1;
    /* Sorted first, so that the map grows at its end only; the last of equal keys stays. */
    if (p.pairs.count)
        qsort(p.pairs.at, p.pairs.count, sizeof(*p.pairs.at), by_key);
    for (size_t i = 0; i < p.pairs.count; i++) {
        strmap_set(out, p.pairs.at[i].key, p.pairs.at[i].value);
        if (lines)
            strmap_set_fmt(lines, p.pairs.at[i].key, "%ld", p.pairs.at[i].line);
    }
    return 0;
}

int properties_parse(const void *data, size_t len, const char *name, struct strmap *out,
                     struct tern_error *err)
{
    return properties_parse_as(PROPERTIES_LATIN1, data, len, name, out, NULL, err);
}

static void wipe(struct buf *b)
{
    if (b->data)
        explicit_bzero(b->data, b->cap); /* the file may hold passwords */
    buf_fini(b);
}

int properties_load_as(enum properties_encoding encoding, const char *path, struct strmap *out,
                       struct strmap *lines, struct tern_error *err)
{
    CLEANUP(wipe) struct buf text = BUF_INIT(PROPERTIES_MAX_BYTES);

    if (file_read(path, &text, err) < 0)
        return -1;
    return properties_parse_as(encoding, text.data, text.len, path, out, lines, err);
}

int properties_load(const char *path, struct strmap *out, struct tern_error *err)
{
    return properties_load_as(PROPERTIES_LATIN1, path, out, NULL, err);
}

long properties_line_of(const struct strmap *lines, const char *key)
{
    const char *line = strmap_get(lines, key);

    return line ? strtol(line, NULL, 10) : 0;
}
