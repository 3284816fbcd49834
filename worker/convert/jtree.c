/* SPDX-License-Identifier: Apache-2.0 */
/* jtree - the parser; jtree_encoding.c makes UTF-8 of what is none. */
#include "worker/convert/jtree.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/utf8.h"
#include "lib/data/decimal.h"
#include "worker/convert/jtree_encoding.h"

enum {
    LEVELS_MAX = 1000,
    NUMBER_MAX = 1000,
    STRING_MAX = 20 * 1000 * 1000,
    NAME_MAX_BYTES = 50 * 1000,
    FEW_MEMBERS = 8, /* that are searched one by one */
    SLOTS_MIN = 4 * FEW_MEMBERS,
};

struct reader {
    struct arena *arena;
    const uint8_t *at, *end, *start;
    const char *fault; /* the first */
};

static struct jtree *read_value(struct reader *r, int depth);

static struct jtree *fail(struct reader *r, const char *fault)
{
    if (!r->fault)
        r->fault = fault;
    return NULL;
}

static int peek(const struct reader *r)
{
    return r->at < r->end ? *r->at : -1;
}

static bool is_blank(int c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_blanks(struct reader *r)
{
    while (is_blank(peek(r)))
        r->at++;
}

static bool take(struct reader *r, char c)
{
    if (peek(r) != c)
        return false;
    r->at++;
    return true;
}

static struct jtree *new_node(struct reader *r, enum jtree_kind kind)
{
    struct jtree *t = arena_alloc(r->arena, sizeof(*t));

    t->kind = kind;
    return t;
}

/* ---- numbers and words ---- */

static size_t skip_digits(struct reader *r)
{
    const uint8_t *from = r->at;

    while (peek(r) >= '0' && peek(r) <= '9')
        r->at++;
    return (size_t)(r->at - from);
}

static struct jtree *read_number(struct reader *r)
{
    const uint8_t *start = r->at;
    bool negative = take(r, '-'), integral = true;
    struct jtree *t;

    if (skip_digits(r) == 0)
        return fail(r, negative ? "a digit is missing" : "a value is missing");
    if (take(r, '.')) {
        integral = false;
        if (skip_digits(r) == 0)
            return fail(r, "a digit is missing");
    }
    if (take(r, 'e') || take(r, 'E')) {
        integral = false;
        if (!take(r, '+'))
            take(r, '-');
        if (skip_digits(r) == 0)
            return fail(r, "a digit is missing");
    }
    if (r->at - start > NUMBER_MAX)
        return fail(r, "the number is too long");
    t = new_node(r, JTREE_NUMBER);
    t->integral = integral;
    t->text = slice_of(start, (size_t)(r->at - start));
    return t;
}

static struct jtree *read_word(struct reader *r)
{
    static const char *const words[] = {"true", "false", "null"};

    for (size_t i = 0; i < COUNT_OF(words); i++) {
        size_t len = strlen(words[i]);
        struct jtree *t;

        if ((size_t)(r->end - r->at) < len || memcmp(r->at, words[i], len) != 0)
            continue;
        r->at += len;
        t = new_node(r, i == 2 ? JTREE_NULL : JTREE_BOOLEAN);
        t->boolean = i == 0;
        return t;
    }
    return fail(r, "a value is missing");
}

/* ---- strings ---- */

static int hex_value(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
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

/* After "\u". */
static bool read_unicode(struct reader *r, struct buf *out)
{
    int unit = read_unit(r), low;
    const uint8_t *after = r->at;
    bool is_half = unit >= 0xd800 && unit < 0xe000;

    if (unit < 0)
        return false;
    if (is_half && unit < 0xdc00 && take(r, '\\') && take(r, 'u')) {
        low = read_unit(r);
        if (low < 0)
            return false;
        if (low >= 0xdc00 && low < 0xe000) {
            utf8_add(out, 0x10000 + ((unsigned)(unit & 0x3ff) << 10) + (unsigned)(low & 0x3ff));
            return true;
        }
    }
    r->at = after; /* what follows is no second half */
    utf8_add(out, is_half ? 0xfffd : (unsigned)unit);
    return true;
}

static bool read_escape(struct reader *r, struct buf *out)
{
    static const char from[] = "\"\\/btnfr", to[] = "\"\\/\b\t\n\f\r";
    int c = peek(r);
    const char *known;

    if (c < 0)
        return false;
    r->at++;
    if (c == 'u')
        return read_unicode(r, out);
    known = memchr(from, c, sizeof(from) - 1);
    if (!known)
        return false;
    buf_add_char(out, to[known - from]);
    return true;
}

/* What stands before the next quote, escape or control character. */
static struct slice read_run(struct reader *r)
{
    const uint8_t *from = r->at;

    while (r->at < r->end && *r->at >= 0x20 && *r->at != '"' && *r->at != '\\')
        r->at++;
    return slice_of(from, (size_t)(r->at - from));
}

/* The rest of a string with escapes, of which run was read. */
static bool read_escaped(struct reader *r, struct slice run, struct buf *out)
{
    for (;;) {
        buf_add(out, run.at, run.len);
        if (take(r, '"'))
            return true;
        if (!take(r, '\\')) {
            fail(r, r->at < r->end ? "a control character in a string" : "the string has no end");
            return false;
        }
        if (!read_escape(r, out)) {
            fail(r, "an unknown escape in a string");
            return false;
        }
        run = read_run(r);
    }
}

/* A string literal; one without escapes is borrowed. */
static bool read_text(struct reader *r, size_t limit, struct slice *ret)
{
    struct slice run;

    if (!take(r, '"')) {
        fail(r, "a string is missing");
        return false;
    }
    run = read_run(r);
    if (take(r, '"')) {
        *ret = run;
    } else {
        CLEANUP(buf_fini) struct buf text = BUF_INIT((size_t)(r->end - r->start) + 8);

        if (!read_escaped(r, run, &text))
            return false;
        *ret = slice_of(arena_dup(r->arena, text.data, text.len), text.len);
    }
    if (ret->len > limit || !utf8_is_valid(ret->at, ret->len)) {
        fail(r, ret->len > limit ? "a string is too long" : "a string is not UTF-8");
        return false;
    }
    return true;
}

static struct jtree *read_string(struct reader *r)
{
    struct jtree *t = new_node(r, JTREE_STRING);

    return read_text(r, STRING_MAX, &t->text) ? t : NULL;
}

/* ---- objects and arrays ---- */

static uint64_t hash_of(struct slice name)
{
    uint64_t hash = 14695981039346656037u;

    for (size_t i = 0; i < name.len; i++)
        hash = (hash ^ name.at[i]) * 1099511628211u; /* FNV-1a */
    return hash;
}

/* The slot of a name: that of its member, or an empty one. */
static struct jtree **slot_of(const struct jtree *object, struct slice name)
{
    size_t at = hash_of(name) & (object->slot_count - 1);

    while (object->slots[at] && !slice_equal(object->slots[at]->name, name))
        at = (at + 1) & (object->slot_count - 1);
    return &object->slots[at];
}

static void index_members(struct reader *r, struct jtree *object)
{
    object->slot_count = object->slot_count ? 2 * object->slot_count : SLOTS_MIN;
    object->slots = arena_array(r->arena, object->slot_count, sizeof(struct jtree *));
    for (const struct jtree *m = object->first; m; m = m->next)
        *slot_of(object, m->name) = (struct jtree *)m; /* made here, in this parse */
}

static struct jtree *find_member(const struct jtree *object, struct slice name)
{
    if (object->slots)
        return *slot_of(object, name);
    for (const struct jtree *m = object->first; m; m = m->next) {
        if (slice_equal(m->name, name))
            return (struct jtree *)m; /* made here, in this parse */
    }
    return NULL;
}

static void add_child(struct reader *r, struct jtree *parent, struct jtree **last,
                      struct jtree *child)
{
    struct jtree *known = parent->kind == JTREE_OBJECT ? find_member(parent, child->name) : NULL;

    if (known) {
        const struct jtree *next = known->next;

        *known = *child;
        known->next = next;
        return;
    }
    if (*last)
        (*last)->next = child;
    else
        parent->first = child;
    *last = child;
    parent->count++;
    if (parent->kind != JTREE_OBJECT || parent->count < FEW_MEMBERS)
        return;
    if (parent->count >= parent->slot_count / 2)
        index_members(r, parent);
    else
        *slot_of(parent, child->name) = child;
}

static struct jtree *read_member(struct reader *r, int depth)
{
    struct slice name;
    struct jtree *t;

    skip_blanks(r);
    if (!read_text(r, NAME_MAX_BYTES, &name))
        return NULL;
    skip_blanks(r);
    if (!take(r, ':'))
        return fail(r, "':' is missing");
    t = read_value(r, depth);
    if (t)
        t->name = name;
    return t;
}

static struct jtree *read_container(struct reader *r, int depth)
{
    struct jtree *t = new_node(r, *r->at == '{' ? JTREE_OBJECT : JTREE_ARRAY), *last = NULL;
    char close = *r->at++ == '{' ? '}' : ']';

    if (depth == LEVELS_MAX)
        return fail(r, "the value is nested too deeply");
    skip_blanks(r);
    if (take(r, close))
        return t;
    for (;;) {
        struct jtree *child = close == '}' ? read_member(r, depth + 1) : read_value(r, depth + 1);

        if (!child)
            return NULL;
        add_child(r, t, &last, child);
        skip_blanks(r);
        if (take(r, close))
            return t;
        if (!take(r, ','))
            return fail(r, "',' or the closing bracket is missing");
    }
}

static struct jtree *read_any(struct reader *r, int depth)
{
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

static struct jtree *read_value(struct reader *r, int depth)
{
    const uint8_t *from;
    struct jtree *t;

    skip_blanks(r);
    from = r->at;
    t = read_any(r, depth);
    if (t)
        t->source = slice_of(from, (size_t)(r->at - from));
    return t;
}

/* What follows a value is ignored, but truex and 1x are no values. */
static bool runs_on(const struct reader *r, const struct jtree *t)
{
    return t->kind < JTREE_STRING && r->at < r->end && !is_blank(*r->at);
}

int jtree_parse(struct arena *a, const void *data, size_t len, const struct jtree **ret_tree,
                struct tern_error *err)
{
    struct slice text = jtree_to_utf8(a, slice_of(len ? data : "", len));
    struct reader r = {.arena = a, .at = text.at, .start = text.at, .end = text.at + text.len};
    struct jtree *t;

    skip_blanks(&r);
    if (r.at == r.end) {
        *ret_tree = NULL;
        return 0;
    }
    t = read_value(&r, 0);
    if (t && runs_on(&r, t))
        t = fail(&r, "a bare word or number runs on");
    if (!t)
        return tern_fail(err, TERN_EINVALID, "malformed JSON: %s at byte %zu", r.fault,
                         (size_t)(r.at - r.start));
    *ret_tree = t;
    return 0;
}

/* ---- looking ---- */

const struct jtree *jtree_get(const struct jtree *t, const char *name)
{
    return t && t->kind == JTREE_OBJECT ? find_member(t, slice_str(name)) : NULL;
}

const char *jtree_kind_name(const struct jtree *t)
{
    static const char *const names[] = {"NULL", "BOOLEAN", "NUMBER", "STRING", "ARRAY", "OBJECT"};

    return t ? names[t->kind] : "MISSING";
}

int64_t jtree_wrapped(const struct jtree *t)
{
    CLEANUP(arena_fini) struct arena a = ARENA_INIT;
    struct tern_decimal d;
    uint64_t n = 0;

    if (t->kind != JTREE_NUMBER)
        return 0;
    if (!t->integral)
        return decimal_parse(&a, (const char *)t->text.at, t->text.len, &d) ? decimal_wrapped(&d)
                                                                            : 0;
    for (size_t i = *t->text.at == '-'; i < t->text.len; i++)
        n = n * 10 + (uint64_t)(t->text.at[i] - '0');
    return (int64_t)(*t->text.at == '-' ? 0 - n : n);
}

bool jtree_int64(const struct jtree *t, int64_t *ret)
{
    int64_t n = 0;
    bool negative;

    if (!t || t->kind != JTREE_NUMBER || !t->integral)
        return false;
    negative = *t->text.at == '-';
    for (size_t i = negative; i < t->text.len; i++) {
        int64_t digit = t->text.at[i] - '0';

        if (__builtin_mul_overflow(n, (int64_t)10, &n) ||
            __builtin_add_overflow(n, negative ? -digit : digit, &n))
            return false;
    }
    *ret = n;
    return true;
}
