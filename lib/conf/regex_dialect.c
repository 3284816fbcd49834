/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/conf/regex_dialect.h"

#include <string.h>

#include "lib/base/strmap.h"
#include "lib/base/vec.h"
#include "lib/conf/regex_dialect_priv.h"

void regex_fail(struct regex_translator *t, const char *fault)
{
    if (!t->fault)
        t->fault = fault;
}

bool regex_take(struct regex_translator *t, const char *text)
{
    if (!str_starts_with(t->at, text))
        return false;
    t->at += strlen(text);
    return true;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

void regex_emit_literal(struct regex_translator *t, char c)
{
    if (c > 0x20 && c < 0x7f && !is_letter(c) && !is_digit(c))
        buf_add_char(t->out, '\\');
    buf_add_char(t->out, c);
}

/* ---- characters by number ---- */

static int hex_value(char c)
{
    if (is_digit(c))
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Exactly count digits; -1 when they are not there. */
static long take_hex(struct regex_translator *t, int count)
{
    long code = 0;

    for (int i = 0; i < count; i++, t->at++) {
        if (hex_value(*t->at) < 0)
            return -1;
        code = code * 16 + hex_value(*t->at);
    }
    return code;
}

static void emit_code(struct regex_translator *t, long code)
{
    buf_add_fmt(t->out, "\\x{%lx}", (unsigned long)code);
}

/* After \u: one character, which may take two escapes. */
static void escape_unicode(struct regex_translator *t)
{
    long code = take_hex(t, 4), low;
    const char *after = t->at;

    if (code < 0) {
        regex_fail(t, "illegal \\u escape");
        return;
    }
    if (code >= 0xd800 && code < 0xdc00 && regex_take(t, "\\u")) {
        low = take_hex(t, 4);
        if (low >= 0xdc00 && low < 0xe000)
            code = 0x10000 + ((code & 0x3ff) << 10) + (low & 0x3ff);
        else
            t->at = after;
    }
    emit_code(t, code);
}

/* After \x: two digits, or any number of them in braces. */
static void escape_hex(struct regex_translator *t)
{
    long code = 0;

    if (!regex_take(t, "{")) {
        code = take_hex(t, 2);
    } else {
        const char *digits = t->at;

        while (hex_value(*t->at) >= 0 && code <= 0x10ffff)
            code = code * 16 + hex_value(*t->at++);
        if (t->at == digits || code > 0x10ffff || !regex_take(t, "}"))
            code = -1;
    }
    if (code < 0)
        regex_fail(t, "illegal \\x escape");
    else
        emit_code(t, code);
}

/* After \0: up to three octal digits, at most 0377. */
static void escape_octal(struct regex_translator *t)
{
    int digits = 0;
    long code = 0;

    while (digits < 3 && *t->at >= '0' && *t->at <= '7' && code * 8 + (*t->at - '0') <= 0377) {
        code = code * 8 + (*t->at++ - '0');
        digits++;
    }
    if (digits == 0)
        regex_fail(t, "illegal octal escape");
    else
        emit_code(t, code);
}

/* After \c */
static void escape_control(struct regex_translator *t)
{
    if (*t->at <= 0) {
        regex_fail(t, "illegal \\c escape");
        return;
    }
    emit_code(t, *t->at ^ 64);
    t->at++;
}

/* ---- properties ---- */

static const char *posix_class_of(const char *name, size_t len)
{
    static const struct {
        const char *java, *posix;
    } map[] = {
        {"Lower", "lower"}, {"Upper", "upper"}, {"ASCII", "ascii"}, {"Alpha", "alpha"},
        {"Digit", "digit"}, {"Alnum", "alnum"}, {"Punct", "punct"}, {"Graph", "graph"},
        {"Print", "print"}, {"Blank", "blank"}, {"Cntrl", "cntrl"}, {"XDigit", "xdigit"},
        {"Space", "space"},
    };

    for (size_t i = 0; i < COUNT_OF(map); i++) {
        if (strlen(map[i].java) == len && memcmp(map[i].java, name, len) == 0)
            return map[i].posix;
    }
    return NULL;
}

static void emit_property(struct regex_translator *t, bool negated, const char *name, size_t len,
                          bool in_class)
{
    const char *posix = posix_class_of(name, len), *equals = memchr(name, '=', len);

    if (posix) {
        buf_add_fmt(t->out, "%s[:%s%s:]%s", in_class ? "" : "[", negated ? "^" : "", posix,
                    in_class ? "" : "]");
        return;
    }
    if (equals) { /* gc=Lu, general_category=Lu, sc=Greek, script=Greek */
        bool script = *name == 's';

        if (!str_starts_with(name, "gc=") && !str_starts_with(name, "general_category=") &&
            !str_starts_with(name, "sc=") && !str_starts_with(name, "script=")) {
            regex_fail(t, "unknown character property");
            return;
        }
        len -= (size_t)(equals + 1 - name);
        name = equals + 1;
        buf_add_fmt(t->out, "\\%c{%s%.*s}", negated ? 'P' : 'p', script ? "sc:" : "", (int)len,
                    name);
        return;
    }
    if (str_starts_with(name, "Is") && len > 2) {
        name += 2;
        len -= 2;
    } else if (len > 2) {
        regex_fail(t, "unknown character property");
        return;
    }
    buf_add_fmt(t->out, "\\%c{%.*s}", negated ? 'P' : 'p', (int)len, name);
}

/* After \p or \P */
static void escape_property(struct regex_translator *t, bool negated, bool in_class)
{
    const char *name = t->at, *end = name + 1;

    if (*name == '{') {
        name++;
        end = name;
        while (is_letter(*end) || is_digit(*end) || *end == '_' || *end == '=')
            end++;
        t->at = end + 1;
        if (*end != '}' || end == name) {
            t->at = end;
            regex_fail(t, "malformed character property");
            return;
        }
    } else {
        if (!is_letter(*name)) {
            regex_fail(t, "malformed character property");
            return;
        }
        t->at++;
    }
    emit_property(t, negated, name, (size_t)(end - name), in_class);
}

/* ---- escapes ---- */

/* After \Q: everything up to \E, or the end, stands for itself. */
static void quotation(struct regex_translator *t)
{
    while (*t->at && !str_starts_with(t->at, "\\E")) {
        regex_emit_literal(t, *t->at++);
        t->repeatable = true;
    }
    regex_take(t, "\\E");
}

/* After \1 to \9: more digits count while there are that many groups. */
static void back_reference(struct regex_translator *t, unsigned number)
{
    while (is_digit(*t->at) && number * 10 + (unsigned)(*t->at - '0') <= t->groups)
        number = number * 10 + (unsigned)(*t->at++ - '0');
    t->bars->apart = false;
    buf_add_fmt(t->out, "\\g{%u}", number);
}

/* After \k */
static void named_reference(struct regex_translator *t)
{
    const char *from = t->at, *end;

    if (*from != '<' || !(end = strchr(from, '>'))) {
        regex_fail(t, "\\k is not followed by a group's name");
        return;
    }
    t->at = end + 1;
    t->bars->apart = false;
    buf_add_fmt(t->out, "\\k%.*s", (int)(t->at - from), from);
}

/* A character by number or a property, which may stand anywhere. False: none of them. */
static bool common_escape(struct regex_translator *t, char c, bool in_class)
{
    switch (c) {
    case 'u':
        escape_unicode(t);
        return true;
    case 'x':
        escape_hex(t);
        return true;
    case '0':
        escape_octal(t);
        return true;
    case 'c':
        escape_control(t);
        return true;
    case 'p':
    case 'P':
        escape_property(t, c == 'P', in_class);
        return true;
    default:
        return false;
    }
}

void regex_escape(struct regex_translator *t, bool in_class)
{
    const char *same = in_class ? "dDwWsShHvVnrtfae" : "dDwWsShHvVnrtfaeAbBGRXZz";
    char c = t->at[1];

    if (!c) {
        regex_fail(t, "a backslash at the end");
        return;
    }
    t->at += 2;
    if (c == 'Q') {
        quotation(t);
        return;
    }
    t->repeatable = !strchr("AbBGZz", c);
    if (common_escape(t, c, in_class))
        return;
    if (is_letter(c) && strchr(same, c)) {
        buf_add_char(t->out, '\\');
        buf_add_char(t->out, c);
    } else if (c == 'k' && !in_class) {
        named_reference(t);
    } else if (is_digit(c) && !in_class) {
        back_reference(t, (unsigned)(c - '0'));
    } else if (is_letter(c) || is_digit(c)) {
        t->at -= 2;
        regex_fail(t, "an unknown escape");
    } else {
        regex_emit_literal(t, c);
    }
}

/* ---- classes, groups, quantifiers ---- */

static void class(struct regex_translator *t)
{
    regex_class(t, 0);
    t->repeatable = true;
}

/* After "(?": flags up to ')' or ':'. */
static void flags(struct regex_translator *t)
{
    const char *from = t->at;
    size_t len = strspn(from, "imsu-");
    bool any = false;

    if (from[len] && strchr("xdU", from[len])) {
        t->at += len;
        regex_fail(t, "a flag that is not supported");
        return;
    }
    if (len == 0 || (from[len] != ')' && from[len] != ':')) {
        regex_fail(t, "an unknown kind of group");
        return;
    }
    for (size_t i = 0; i < len; i++)
        any = any || from[i] != 'u';
    t->at += len;
    if (!any && regex_take(t, ")"))
        return; /* (?u) alone: nothing is left of it */
    if (*t->at == ')')
        t->bars->apart = false; /* they hold to the end */
    else
        t->depth++;
    buf_add_str(t->out, "(?");
    for (size_t i = 0; i < len; i++) {
        if (from[i] != 'u')
            buf_add_char(t->out, from[i]);
    }
    buf_add_char(t->out, *t->at++);
}

/* At '('. */
static void group(struct regex_translator *t)
{
    static const char *const kinds[] = {"(?:", "(?=", "(?!", "(?>", "(?<=", "(?<!"};

    t->repeatable = false;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (regex_take(t, kinds[i])) {
            t->depth++;
            buf_add_str(t->out, kinds[i]);
            return;
        }
    }
    if (t->at[1] == '*') {
        t->at++;
        regex_fail(t, "a dangling '*'");
    } else if (regex_take(t, "(?<")) {
        if (!is_letter(*t->at))
            regex_fail(t, "a group's name does not begin with a letter");
        buf_add_str(t->out, "(?<");
        t->depth++;
        t->groups++;
    } else if (regex_take(t, "(?")) {
        flags(t);
    } else {
        buf_add_char(t->out, *t->at++);
        t->depth++;
        t->groups++;
    }
}

/* The length of {n}, {n,} or {n,m} at text, 0 when it is none. */
static size_t braces_length(const char *text)
{
    size_t n = 1 + strspn(text + 1, "0123456789");

    if (n == 1)
        return 0;
    if (text[n] == ',')
        n += 1 + strspn(text + n + 1, "0123456789");
    return text[n] == '}' ? n + 1 : 0;
}

/* At '*', '+', '?' or '{'. */
static void quantifier(struct regex_translator *t)
{
    size_t len = *t->at == '{' ? braces_length(t->at) : 1;

    if (len == 0) {
        regex_fail(t, "an illegal repetition");
        return;
    }
    if (!t->repeatable && *t->at != '{') {
        regex_fail(t, "a quantifier with nothing to repeat");
        return;
    }
    if (!t->repeatable)
        buf_add_str(t->out, "(?:)"); /* what Java repeats then */
    buf_add(t->out, t->at, len);
    t->at += len;
    if (*t->at == '?' || *t->at == '+')
        buf_add_char(t->out, *t->at++);
    t->repeatable = false;
}

static void step(struct regex_translator *t)
{
    char c = *t->at;

    switch (c) {
    case '\\':
        regex_escape(t, false);
        break;
    case '[':
        class(t);
        break;
    case '(':
        group(t);
        break;
    case '*':
    case '+':
    case '?':
    case '{':
        quantifier(t);
        break;
    case '|':
        if (t->depth == 0)
            vec_push(t->bars, t->out->len);
        /* fall through */
    case '^':
    case '$':
        buf_add_char(t->out, c);
        t->at++;
        t->repeatable = false;
        break;
    default:
        if (c == ')' && t->depth-- == 0) {
            regex_fail(t, "an unmatched ')'");
            return;
        }
        if (c == ']' || c == '}')
            buf_add_char(t->out, '\\');
        buf_add_char(t->out, c);
        t->at++;
        t->repeatable = true;
    }
}

void regex_bars_fini(struct regex_bars *bars)
{
    vec_fini(bars);
}

int regex_dialect_translate(const char *pattern, struct buf *out, struct regex_bars *bars,
                            struct tern_error *err)
{
    struct regex_translator t = {.start = pattern, .at = pattern, .out = out, .bars = bars};

    bars->apart = true;
    while (!t.fault && *t.at)
        step(&t);
    if (t.fault)
        return tern_fail(err, TERN_EINVALID, "%s at offset %zu", t.fault, (size_t)(t.at - t.start));
    return 0;
}
