/* SPDX-License-Identifier: Apache-2.0 */
/*
 * values_parse - guesses what a text means, as Values.parseString() does.
 *
 * The text is cut into tokens: the characters : , { } [ ] " each, and what lies between them. A
 * backslash takes the meaning of the next character and stays in the text. An array or a map
 * that cannot be read to its end is no failure: the whole text is a string then. Bounded, where
 * Java is not: levels, and digits of a number; what goes beyond is a string.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/utf8.h"
#include "lib/base/vec.h"
#include "lib/data/decimal.h"
#include "lib/data/java_date.h"
#include "lib/data/map_builder.h"
#include "lib/data/schema.h"
#include "lib/data/value.h"
#include "lib/data/value_text.h"

enum {
    LEVELS_MAX = 200,
    DATE_LENGTH = 10,
    TIME_LENGTH = 13,
    TIMESTAMP_LENGTH = 24,
    TIME_TOKENS = 4, /* that follow the first one of a time */
};

static const double whole_max = 1e19;

struct token {
    const char *at;
    size_t len;
};

struct parser {
    struct arena *arena;
    const char *text, *end;
    const char *next; /* where the next token begins */
};

static bool parse(struct parser *p, int depth, struct tern_value *ret);

/* ---- tokens ---- */

/* The token at p->next, which is not taken; empty at the end. */
static struct token peek(const struct parser *p)
{
    const char *at = p->next;
    bool escaped = false;

    for (; at < p->end; at++) {
        if (!escaped && *at && strchr(":,{}[]\"", *at)) {
            if (at == p->next)
                at++;
            break;
        }
        escaped = !escaped && *at == '\\';
    }
    return (struct token){p->next, (size_t)(at - p->next)};
}

static struct token take(struct parser *p)
{
    struct token t = peek(p);

    p->next += t.len;
    return t;
}

static bool is_space(char c)
{
    return (unsigned char)c <= ' ';
}

static struct token trim(struct token t)
{
    while (t.len && is_space(*t.at)) {
        t.at++;
        t.len--;
    }
    while (t.len && is_space(t.at[t.len - 1]))
        t.len--;
    return t;
}

static bool token_is(struct token t, const char *text)
{
    return t.len == strlen(text) && memcmp(t.at, text, t.len) == 0;
}

/* Takes the token if, trimmed, it is this one. Blank ones before it are gone in any case. */
static bool can_take(struct parser *p, const char *text)
{
    struct token t = peek(p);

    while (t.len && trim(t).len == 0 && t.at + t.len < p->end) {
        p->next += t.len;
        t = peek(p);
    }
    if (!token_is(trim(t), text))
        return false;
    p->next += t.len;
    return true;
}

/* ---- words ---- */

static const struct tern_value null_value = {.type = TERN_VALUE_NULL};

static struct tern_value boolean_value(bool is)
{
    return (struct tern_value){.type = TERN_VALUE_BOOLEAN,
                               .schema = schema_plain(TERN_TYPE_BOOLEAN, false),
                               .as.boolean = is};
}

static bool parse_word(struct parser *p, int depth, struct tern_value *ret)
{
    const char *start = p->next;

    if (can_take(p, "null"))
        *ret = null_value;
    else if (can_take(p, "true"))
        *ret = boolean_value(true);
    else if (can_take(p, "false"))
        *ret = boolean_value(false);
    else
        return false;
    if (depth > 0 || p->next == p->end)
        return true;
    p->next = start; /* it is more than the word */
    return false;
}

/* ---- dates ---- */

static struct token without_escaped_colons(struct arena *a, struct token t)
{
    char *to = arena_alloc(a, t.len + 1);
    size_t len = 0;

    for (size_t i = 0; i < t.len; i++) {
        if (t.at[i] != '\\' || i + 1 == t.len || t.at[i + 1] != ':')
            to[len++] = t.at[i];
    }
    return (struct token){to, len};
}

static bool parse_temporal(struct arena *a, struct token t, struct tern_value *ret)
{
    enum java_date_pattern pattern;
    enum schema_logical logical;
    int64_t ms;

    if (t.len > TIMESTAMP_LENGTH + 4)
        return false;
    t = without_escaped_colons(a, t);
    if (t.len == TIME_LENGTH) {
        pattern = JAVA_TIME;
        logical = LOGICAL_TIME;
    } else if (t.len == TIMESTAMP_LENGTH) {
        pattern = JAVA_TIMESTAMP;
        logical = LOGICAL_TIMESTAMP;
    } else if (t.len == DATE_LENGTH) {
        pattern = JAVA_DATE;
        logical = LOGICAL_DATE;
    } else {
        return false;
    }
    if (!java_date_parse(pattern, t.at, t.len, &ms))
        return false;
    *ret = (struct tern_value){
        .type = TERN_VALUE_DATE, .schema = schema_of_logical(logical), .as.integer = ms};
    return true;
}

/* A time stands in five tokens, since colons separate; the first one is taken already. */
static bool parse_time_tokens(struct parser *p, struct token first, struct tern_value *ret)
{
    const char *start = p->next;
    size_t count = 0;

    while (count < TIME_TOKENS && p->next < p->end) {
        take(p);
        count++;
    }
    if (count == TIME_TOKENS) {
        struct token all = {first.at, (size_t)(p->next - first.at)};

        if (parse_temporal(p->arena, all, ret))
            return true;
    }
    p->next = start;
    return parse_temporal(p->arena, first, ret);
}

/* ---- numbers ---- */

static struct tern_value whole_value(int64_t n)
{
    static const struct {
        enum tern_value_type type;
        enum tern_type schema;
        int64_t max;
    } sizes[] = {
        {TERN_VALUE_INT8, TERN_TYPE_INT8, INT8_MAX},
        {TERN_VALUE_INT16, TERN_TYPE_INT16, INT16_MAX},
        {TERN_VALUE_INT32, TERN_TYPE_INT32, INT32_MAX},
        {TERN_VALUE_INT64, TERN_TYPE_INT64, INT64_MAX},
    };
    size_t i = 0;

    while (n > sizes[i].max || n < -sizes[i].max - 1)
        i++;
    return (struct tern_value){
        .type = sizes[i].type, .schema = schema_plain(sizes[i].schema, false), .as.integer = n};
}

static struct tern_value real_value(enum tern_value_type type, enum tern_type schema, double number)
{
    return (struct tern_value){
        .type = type, .schema = schema_plain(schema, false), .as.number = number};
}

static struct tern_value decimal_value(struct arena *a, const struct tern_decimal *d)
{
    struct tern_schema *s = arena_alloc(a, sizeof(*s));
    struct tern_parameter *scale = arena_alloc(a, sizeof(*scale));
    CLEANUP(buf_fini) struct buf text = BUF_INIT(16);

    buf_add_fmt(&text, "%d", (int)d->scale);
    scale->name = TERN_DECIMAL_SCALE;
    scale->value = arena_strdup(a, buf_str(&text));
    *s = (struct tern_schema)TERN_SCHEMA(.type = TERN_TYPE_BYTES, .has_version = true, .version = 1,
                                         .name = TERN_DECIMAL, .parameters = scale,
                                         .parameter_count = 1);
    return (struct tern_value){.type = TERN_VALUE_DECIMAL, .schema = s, .as.decimal = *d};
}

static bool parse_number(struct parser *p, struct token t, struct tern_value *ret)
{
    struct tern_decimal d;
    int64_t whole;
    double number;
    float single;

    if (!decimal_parse(p->arena, t.at, t.len, &d))
        return false;
    number = decimal_double(&d);
    if (fabs(number) <= whole_max && decimal_int64(&d, &whole)) {
        *ret = whole_value(whole);
        return true;
    }
    single = decimal_float(&d);
    if (d.scale != 0 && isfinite(single))
        *ret = real_value(TERN_VALUE_FLOAT32, TERN_TYPE_FLOAT32, (double)single);
    else if (d.scale != 0 && isfinite(number))
        *ret = real_value(TERN_VALUE_FLOAT64, TERN_TYPE_FLOAT64, number);
    else
        *ret = decimal_value(p->arena, &d);
    return true;
}

/* ---- a schema that fits all elements ---- */

struct common {
    const struct tern_schema *schema; /* NULL: none yet, or none that fits all */
    bool clash;
};

static bool is_number(const struct tern_schema *s)
{
    return s->type >= TERN_TYPE_INT8 && s->type <= TERN_TYPE_FLOAT64; /* in order of width */
}

static void common_add(struct common *c, const struct tern_schema *s)
{
    if (!s || c->clash)
        return;
    if (!c->schema || c->schema->type == s->type) {
        c->schema = s;
    } else if (is_number(c->schema) && is_number(s)) {
        if (s->type > c->schema->type)
            c->schema = s;
    } else {
        c->clash = true;
        c->schema = NULL;
    }
}

static bool to_date(enum schema_logical logical, struct tern_value *v)
{
    if (v->type == TERN_VALUE_DATE)
        return true;
    v->type = TERN_VALUE_DATE;
    return logical != LOGICAL_DATE ||
           !__builtin_mul_overflow(v->as.integer, (int64_t)MS_PER_DAY, &v->as.integer);
}

/* Makes an element one of the common schema; false when it is none. */
static bool convert_to(const struct tern_schema *s, struct tern_value *v)
{
    static const enum tern_value_type integers[] = {
        [TERN_TYPE_INT8] = TERN_VALUE_INT8,
        [TERN_TYPE_INT16] = TERN_VALUE_INT16,
        [TERN_TYPE_INT32] = TERN_VALUE_INT32,
        [TERN_TYPE_INT64] = TERN_VALUE_INT64,
    };
    enum schema_logical logical = schema_logical(s);
    bool is_real = v->type == TERN_VALUE_FLOAT32 || v->type == TERN_VALUE_FLOAT64;

    if (value_is_null(v))
        return false;
    v->schema = NULL;
    if (logical != LOGICAL_NONE && logical != LOGICAL_DECIMAL)
        return !is_real && to_date(logical, v);
    if (logical == LOGICAL_DECIMAL || !is_number(s))
        return true;
    if (v->type == TERN_VALUE_DATE)
        return false;
    if (s->type == TERN_TYPE_FLOAT32) {
        v->as.number = is_real ? v->as.number : (double)(float)v->as.integer;
        v->type = TERN_VALUE_FLOAT32;
    } else if (s->type == TERN_TYPE_FLOAT64) {
        v->as.number = is_real ? v->as.number : (double)v->as.integer;
        v->type = TERN_VALUE_FLOAT64;
    } else {
        v->type = integers[s->type];
    }
    return true;
}

/* ---- arrays and maps ---- */

typedef VEC(struct tern_value) value_vec;

static bool finish_array(struct parser *p, struct tern_value *items, size_t count,
                         const struct common *common, struct tern_value *ret)
{
    struct tern_schema *s = arena_alloc(p->arena, sizeof(*s));

    for (size_t i = 0; i < count && common->schema; i++) {
        if (!convert_to(common->schema, &items[i]))
            return false;
    }
    *s = (struct tern_schema)TERN_SCHEMA(.type = TERN_TYPE_ARRAY, .values = common->schema);
    *ret = (struct tern_value){
        .type = TERN_VALUE_ARRAY,
        .schema = s,
        .as.array = {arena_dup(p->arena, items, count * sizeof(*items)), count},
    };
    return true;
}

static bool read_items(struct parser *p, int depth, value_vec *items, struct common *common)
{
    while (p->next < p->end) {
        struct tern_value item;

        if (can_take(p, "]"))
            return true;
        if (can_take(p, ",") || !parse(p, depth + 1, &item))
            return false;
        common_add(common, item.schema);
        vec_push(items, item);
        if (!can_take(p, ",") && peek(p).at[0] != ']')
            return false;
    }
    return false;
}

static bool parse_array(struct parser *p, int depth, struct tern_value *ret)
{
    value_vec items = {0};
    struct common common = {0};
    bool done = read_items(p, depth, &items, &common) &&
                finish_array(p, items.at, items.count, &common, ret);

    vec_fini(&items);
    return done;
}

static bool read_entries(struct parser *p, int depth, struct map_builder *map, struct common *keys,
                         struct common *values)
{
    while (p->next < p->end) {
        struct tern_entry entry;

        if (can_take(p, "}"))
            return true;
        if (can_take(p, ",") || !parse(p, depth + 1, &entry.key) || value_is_null(&entry.key) ||
            !can_take(p, ":") || p->next == p->end || !parse(p, depth + 1, &entry.value))
            return false;
        common_add(keys, entry.key.schema);
        common_add(values, entry.value.schema);
        map_builder_put(map, &entry.key, &entry.value);
        can_take(p, ",");
    }
    return false;
}

static bool finish_map(struct parser *p, const struct map_builder *map, const struct common *keys,
                       const struct common *values, struct tern_value *ret)
{
    const struct tern_schema *value_schema = keys->schema ? values->schema : NULL;
    struct tern_schema *s = arena_alloc(p->arena, sizeof(*s));
    CLEANUP(map_builder_fini) struct map_builder converted = MAP_BUILDER_INIT;

    for (size_t i = 0; i < map->count; i++) {
        struct tern_entry entry = map->entries[i];

        if ((keys->schema && !convert_to(keys->schema, &entry.key)) ||
            (value_schema && !convert_to(value_schema, &entry.value)))
            return false;
        map_builder_put(&converted, &entry.key, &entry.value);
    }
    *s = (struct tern_schema)TERN_SCHEMA(.type = TERN_TYPE_MAP, .keys = keys->schema,
                                         .values = value_schema);
    *ret = (struct tern_value){
        .type = TERN_VALUE_MAP, .schema = s, .as.map = map_builder_finish(&converted, p->arena)};
    return true;
}

static bool parse_map(struct parser *p, int depth, struct tern_value *ret)
{
    CLEANUP(map_builder_fini) struct map_builder map = MAP_BUILDER_INIT;
    struct common keys = {0}, values = {0};

    return read_entries(p, depth, &map, &keys, &values) && finish_map(p, &map, &keys, &values, ret);
}

static bool parse_container(struct parser *p, int depth, struct tern_value *ret)
{
    const char *start = p->next;

    if (depth < LEVELS_MAX) {
        if (can_take(p, "[") && parse_array(p, depth, ret))
            return true;
        p->next = start;
        if (can_take(p, "{") && parse_map(p, depth, ret))
            return true;
    }
    p->next = start;
    return false;
}

/* ---- strings, and all together ---- */

static struct tern_value string_value(struct token t)
{
    struct tern_value v = value_string(t.at, t.len);

    v.schema = schema_plain(TERN_TYPE_STRING, false);
    return v;
}

/* An embedded string, after its first quote; what looks like a date becomes one. */
static void parse_quoted(struct parser *p, struct tern_value *ret)
{
    struct token content = {p->next, 0};
    bool closed = false;

    while (p->next < p->end && !closed) {
        struct token t = take(p);

        closed = token_is(t, "\"");
        if (!closed)
            content.len += t.len;
    }
    if (!parse_temporal(p->arena, content, ret))
        *ret = string_value(content);
}

/* False: the first token is nothing but a part of a string. */
static bool parse_plain(struct parser *p, struct tern_value *ret)
{
    struct token raw = take(p), t = trim(raw);
    int digit;
    bool starts_with_digit;

    if (t.len == 0) {
        *ret = string_value(raw);
        return true;
    }
    starts_with_digit = decimal_digit(t.at, t.len, &digit) > 0;
    if (starts_with_digit && parse_time_tokens(p, t, ret))
        return true;
    return (starts_with_digit || *t.at == '+' || *t.at == '-') && parse_number(p, t, ret);
}

static bool parse(struct parser *p, int depth, struct tern_value *ret)
{
    if (parse_word(p, depth, ret))
        return true;
    if (depth > 0 && can_take(p, "\"")) {
        parse_quoted(p, ret);
        return true;
    }
    return parse_container(p, depth, ret) || parse_plain(p, ret);
}

void values_parse(struct arena *a, const char *text, size_t len, struct tern_value *ret_value)
{
    CLEANUP(buf_fini) struct buf clean = BUF_INIT(SIZE_MAX);
    struct parser p = {.arena = a};

    utf8_add_clean(&clean, text, len);
    p.text = p.next = arena_strndup(a, buf_str(&clean), clean.len);
    p.end = p.text + clean.len;
    if (!parse(&p, 0, ret_value))
        *ret_value = string_value((struct token){p.text, (size_t)(p.end - p.text)});
}
