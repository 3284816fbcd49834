/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regex_class - a class of Java's in the words of PCRE2.
 *
 * A class of Java may hold classes, which add to it, and "&&", between parts that have to match
 * all. Such a class becomes a group that takes one character: its parts are classes of PCRE2 and
 * alternatives, all but the last of them in assertions that look ahead.
 */
#include "lib/conf/regex_dialect_priv.h"

#include <string.h>

#include "lib/base/strmap.h"

enum {
    CLASS_DEPTH_MAX = 32,
    CLASS_MAX_BYTES = 8 << 20, /* as of the whole translation */
};

/* What stands between two "&&". */
struct class_part {
    struct buf members; /* what stands in the brackets of one class of PCRE2 */
    struct buf classes; /* alternatives: classes inside the class, and members before them */
};

static bool part_is_empty(const struct class_part *part)
{
    return part->members.len == 0 && part->classes.len == 0;
}

static void part_fini(struct class_part *part)
{
    buf_fini(&part->members);
    buf_fini(&part->classes);
}

static void add_buf(struct buf *out, const struct buf *text)
{
    buf_add(out, text->data, text->len);
}

/* After a '[' a '^' would negate, and ':', '.' or '=' begin a name of POSIX. */
static void class_member(struct regex_translator *t)
{
    bool set = *t->at == '\\' && t->at[1] && strchr("dDwWsShHvVpP", t->at[1]);

    if (*t->at == '\\')
        regex_escape(t, true);
    else if (strchr("^:.=", *t->at))
        regex_emit_literal(t, *t->at++);
    else
        buf_add_char(t->out, *t->at++);
    if (set && !t->fault && regex_take(t, "-"))
        buf_add_str(t->out, "\\-"); /* no range begins with a set */
}

/* Members become an alternative. */
static void flush_members(struct class_part *part)
{
    if (!part->members.len)
        return;
    buf_add_str(&part->classes, part->classes.len ? "|[" : "[");
    add_buf(&part->classes, &part->members);
    buf_add_char(&part->classes, ']');
    buf_clear(&part->members);
}

/* A class inside the class. */
static void inner_class(struct regex_translator *t, struct class_part *part, unsigned depth)
{
    if (depth == CLASS_DEPTH_MAX) {
        regex_fail(t, "too many classes inside each other");
        return;
    }
    flush_members(part); /* what comes behind is no part of a range that they end with */
    if (part->classes.len)
        buf_add_char(&part->classes, '|');
    t->out = &part->classes;
    regex_class(t, depth + 1);
}

/*
 * Up to "&&" or the ']' of the class. Where Java does not do what stands there it is refused: what
 * follows a class behind "&&" makes it forget that class, and "-&&" is a range that ends with '&'.
 */
static void class_part(struct regex_translator *t, struct class_part *part, bool is_first,
                       unsigned depth)
{
    static const char no_sense[] = "what follows '&&' is not supported";
    struct buf *out = t->out;

    if (!is_first && (*t->at == '^' || *t->at == '&'))
        regex_fail(t, no_sense);
    while (!t->fault && *t->at && *t->at != ']' && !str_starts_with(t->at, "&&")) {
        if (!is_first && (*t->at == '&' || (*t->at != '[' && part->classes.len))) {
            regex_fail(t, no_sense);
        } else if (str_starts_with(t->at, "-&&")) {
            regex_fail(t, "a '-' before '&&' is not supported");
        } else if (*t->at == '[') {
            inner_class(t, part, depth);
        } else {
            t->out = &part->members;
            class_member(t);
        }
    }
    t->out = out;
    if (!t->fault && part_is_empty(part))
        regex_fail(t, *t->at ? "an empty part of a class is not supported" : "a class has no end");
}

static void emit_part(struct buf *out, struct class_part *part)
{
    bool is_lone = part->classes.len == 0;

    flush_members(part);
    buf_add_str(out, is_lone ? "" : "(?:");
    add_buf(out, &part->classes);
    buf_add_str(out, is_lone ? "" : ")");
}

/* Parts up to the ']', which is taken; their text is a group, but for a lone class of PCRE2. */
static void class_parts(struct regex_translator *t, struct class_part *part, unsigned depth)
{
    bool is_first = true;

    for (;;) {
        class_part(t, part, is_first, depth);
        if (t->fault || !regex_take(t, "&&"))
            break;
        buf_add_str(t->out, is_first ? "(?:(?=" : "(?=");
        emit_part(t->out, part);
        buf_add_char(t->out, ')');
        part_fini(part);
        *part = (struct class_part){BUF_INIT(CLASS_MAX_BYTES), BUF_INIT(CLASS_MAX_BYTES)};
        is_first = false;
    }
    if (!t->fault && !regex_take(t, "]"))
        regex_fail(t, "a class has no end");
    if (t->fault)
        return;
    emit_part(t->out, part);
    if (!is_first)
        buf_add_char(t->out, ')');
}

void regex_class(struct regex_translator *t, unsigned depth)
{
    struct class_part part = {BUF_INIT(CLASS_MAX_BYTES), BUF_INIT(CLASS_MAX_BYTES)};
    struct buf text = BUF_INIT(CLASS_MAX_BYTES);
    struct buf *out = t->out;
    bool negated;

    t->at++;
    negated = regex_take(t, "^");
    if (regex_take(t, "]"))
        buf_add_str(&part.members, "\\]");
    t->out = &text;
    class_parts(t, &part, depth);
    t->out = out;
    if (negated && text.len && text.data[0] == '[') {
        buf_add_str(out, "[^");
        buf_add(out, text.data + 1, text.len - 1);
    } else if (negated) {
        buf_add_str(out, "(?:(?!");
        add_buf(out, &text);
        buf_add_str(out, ")[\\s\\S])");
    } else {
        add_buf(out, &text);
    }
    if (text.failed || part.members.failed || part.classes.failed)
        regex_fail(t, "a class is too long");
    part_fini(&part);
    buf_fini(&text);
}
