/* SPDX-License-Identifier: Apache-2.0 */
/* All texts are the peer's. */
#include "lib/conf/config_validator.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "lib/base/buf.h"
#include "lib/base/xmem.h"

static size_t count_of(const char *const *strings)
{
    size_t n = 0;

    while (strings && strings[n])
        n++;
    return n;
}

static void add_joined(struct buf *out, const char *const *strings)
{
    for (size_t i = 0; strings && strings[i]; i++) {
        if (i)
            buf_add_str(out, ", ");
        buf_add_str(out, strings[i]);
    }
}

static unsigned char upper(char c)
{
    return (unsigned char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
}

/* The bucket of the text in upper case in a Java HashSet of that many buckets. */
static uint32_t bucket_of(const char *text, uint32_t buckets)
{
    uint32_t hash = 0;

    for (; *text; text++)
        hash = 31 * hash + upper(*text);
    return (hash ^ hash >> 16) & (buckets - 1);
}

/* The strings in upper case in the order in which a HashSet yields them: the peer keeps one. */
static void add_joined_as_set(struct buf *out, const char *const *strings)
{
    size_t count = count_of(strings);
    uint32_t buckets = 16;
    const char *comma = "";

    while (count * 4 > (size_t)buckets * 3)
        buckets *= 2;
    for (uint32_t bucket = 0; bucket < buckets; bucket++) {
        for (size_t i = 0; i < count; i++) {
            if (bucket_of(strings[i], buckets) != bucket)
                continue;
            buf_add_str(out, comma);
            for (const char *p = strings[i]; *p; p++)
                buf_add_char(out, (char)upper(*p));
            comma = ", ";
        }
    }
}

static bool is_one_of(const char *text, const char *const *strings,
                      int (*compare)(const char *a, const char *b))
{
    for (size_t i = 0; strings && strings[i]; i++) {
        if (compare(text, strings[i]) == 0)
            return true;
    }
    return false;
}

static char *invalid(const char *key, const struct config_value *value, const char *why)
{
    CLEANUP(freep) char *shown = config_value_message_text(value);

    return xasprintf("Invalid value %s for configuration %s: %s", shown, key, why);
}

static char *invalid_number(const char *key, const struct config_value *value, const char *why,
                            int64_t limit)
{
    CLEANUP(freep) char *whole = xasprintf("%s %" PRId64, why, limit);

    return invalid(key, value, whole);
}

static char *range_fault(const struct tern_config_key *key, const struct config_value *value)
{
    const struct tern_validator *v = key->validator;
    bool real = value->type == TERN_DOUBLE;

    if (value->is_null)
        return v->flags & TERN_ALLOW_NULL ? NULL
                                          : invalid(key->name, value, "Value must be non-null");
    if (v->min != INT64_MIN && (real ? value->real < (double)v->min : value->integer < v->min))
        return invalid_number(key->name, value, "Value must be at least", v->min);
    if (v->max != INT64_MAX && (real ? value->real > (double)v->max : value->integer > v->max))
        return invalid_number(key->name, value, "Value must be no more than", v->max);
    return NULL;
}

static char *one_of_fault(const char *key, const struct config_value *value,
                          const char *const *strings)
{
    CLEANUP(buf_fini) struct buf why = BUF_INIT(SIZE_MAX);

    if (!value->is_null && is_one_of(value->text, strings, strcmp))
        return NULL;
    buf_add_str(&why, "String must be one of: ");
    add_joined(&why, strings);
    return invalid(key, value, buf_str(&why));
}

static char *one_of_any_case_fault(const struct tern_config_key *key,
                                   const struct config_value *value)
{
    CLEANUP(buf_fini) struct buf why = BUF_INIT(SIZE_MAX);

    if (!value->is_null && is_one_of(value->text, key->validator->strings, strcasecmp))
        return NULL;
    buf_add_str(&why, "String must be one of (case insensitive): ");
    add_joined_as_set(&why, key->validator->strings);
    return invalid(key->name, value, buf_str(&why));
}

/* The code of the ISO control character at p, -1 when it is none: C0, DEL, or C1 in UTF-8. */
static int control_at(const unsigned char *p)
{
    if (p[0] < 0x20 || p[0] == 0x7f)
        return p[0];
    if (p[0] == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f)
        return p[1];
    return -1;
}

static char *no_control_fault(const struct tern_config_key *key, const struct config_value *value)
{
    CLEANUP(buf_fini) struct buf why = BUF_INIT(SIZE_MAX);
    const char *comma = "";

    if (value->is_null)
        return NULL;
    if (!*value->text)
        return invalid(key->name, value, "String may not be empty");
    buf_add_str(&why,
                "String may not contain control sequences but had the following ASCII chars: ");
    for (const unsigned char *p = (const unsigned char *)value->text; *p; p++) {
        int code = control_at(p);

        if (code < 0)
            continue;
        buf_add_fmt(&why, "%s%d", comma, code);
        comma = ", ";
    }
    return *comma ? invalid(key->name, value, buf_str(&why)) : NULL;
}

static char *empty_list_fault(const char *key, const char *const *strings)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(SIZE_MAX);

    buf_add_fmt(&out, "Configuration '%s' must not be empty. Valid values include: ", key);
    if (count_of(strings) == 0) {
        buf_add_str(&out, "any non-empty value");
    } else {
        buf_add_char(&out, '[');
        add_joined(&out, strings);
        buf_add_char(&out, ']');
    }
    return buf_take_str(&out);
}

static char *list_items_fault(const struct tern_config_key *key, const struct config_value *value)
{
    for (size_t i = 0; i < value->count; i++) {
        struct config_value item = {.type = TERN_STRING, .text = value->items[i]};
        char *fault;

        if (!*value->items[i])
            return xasprintf("Configuration '%s' values must not be empty.", key->name);
        if (count_of(key->validator->strings) == 0)
            continue;
        fault = one_of_fault(key->name, &item, key->validator->strings);
        if (fault)
            return fault;
    }
    return NULL;
}

static char *list_fault(const struct tern_config_key *key, const struct config_value *value)
{
    const struct tern_validator *v = key->validator;

    if (value->is_null && v->flags & TERN_ALLOW_NULL)
        return NULL;
    if (value->is_null)
        return xasprintf("Configuration '%s' values must not be null.", key->name);
    if (value->count == 0 && v->flags & TERN_LIST_NOT_EMPTY)
        return empty_list_fault(key->name, v->strings);
    if (config_value_has_duplicates(value))
        return xasprintf("Configuration '%s' values must not be duplicated.", key->name);
    return list_items_fault(key, value);
}

static char *custom_fault(const struct tern_config_key *key, const struct config_value *value,
                          const char *text)
{
    struct tern_error err = {0};

    if (key->validator->check(key->name, value->is_null ? NULL : text, &err) == 0)
        return NULL;
    return invalid(key->name, value, err.msg);
}

char *config_validator_fault(const struct tern_config_key *key, const struct config_value *value,
                             const char *text)
{
    if (!key->validator)
        return NULL;
    switch (key->validator->kind) {
    case TERN_VALID_RANGE:
        return range_fault(key, value);
    case TERN_VALID_ONE_OF:
        return one_of_fault(key->name, value, key->validator->strings);
    case TERN_VALID_ONE_OF_ANY_CASE:
        return one_of_any_case_fault(key, value);
    case TERN_VALID_NON_EMPTY:
        return value->is_null || *value->text
                   ? NULL
                   : invalid(key->name, value, "String must be non-empty");
    case TERN_VALID_NON_EMPTY_NO_CONTROL:
        return no_control_fault(key, value);
    case TERN_VALID_NON_NULL:
        return value->is_null ? invalid(key->name, value, "entry must be non null") : NULL;
    case TERN_VALID_LIST:
        return list_fault(key, value);
    case TERN_VALID_CUSTOM:
        return custom_fault(key, value, text);
    }
    return NULL; /* a kind of a later ABI, from a newer plugin: its own checks still run */
}

static char *range_text(const struct tern_validator *v)
{
    if (v->min == INT64_MIN && v->max == INT64_MAX)
        return xstrdup("[...]");
    if (v->min == INT64_MIN)
        return xasprintf("[...,%" PRId64 "]", v->max);
    if (v->max == INT64_MAX)
        return xasprintf("[%" PRId64 ",...]", v->min);
    return xasprintf("[%" PRId64 ",...,%" PRId64 "]", v->min, v->max);
}

static char *strings_text(const struct tern_validator *v)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(SIZE_MAX);

    if (v->kind == TERN_VALID_ONE_OF_ANY_CASE)
        buf_add_str(&out, "(case insensitive) ");
    buf_add_char(&out, '[');
    if (v->kind == TERN_VALID_ONE_OF_ANY_CASE)
        add_joined_as_set(&out, v->strings);
    else
        add_joined(&out, v->strings);
    buf_add_char(&out, ']');
    return buf_take_str(&out);
}

char *config_validator_description(const struct tern_validator *v)
{
    switch (v->kind) {
    case TERN_VALID_RANGE:
        return range_text(v);
    case TERN_VALID_ONE_OF:
    case TERN_VALID_ONE_OF_ANY_CASE:
        return strings_text(v);
    case TERN_VALID_LIST:
        return count_of(v->strings) ? strings_text(v) : xstrdup("");
    case TERN_VALID_NON_EMPTY:
        return xstrdup("non-empty string");
    case TERN_VALID_NON_EMPTY_NO_CONTROL:
        return xstrdup("non-empty string without ISO control characters");
    case TERN_VALID_NON_NULL:
        return xstrdup("non-null string");
    case TERN_VALID_CUSTOM:
        return v->description ? xstrdup(v->description) : NULL;
    }
    return NULL;
}
