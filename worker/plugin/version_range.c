/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/plugin/version_range.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/vec.h"
#include "lib/conf/config_value.h"
#include "worker/plugin/version_order.h"

void version_range_fini(struct version_range *range)
{
    for (size_t i = 0; i < range->count; i++) {
        free(range->at[i].lower);
        free(range->at[i].upper);
    }
    vec_fini(range);
}

/* The text between two places, trimmed; to be freed. */
static char *trimmed(const char *from, const char *to)
{
    CLEANUP(freep) char *part = xstrndup(from, (size_t)(to - from));

    return config_trim(part);
}

static char *empty_to_null(char *text)
{
    if (*text)
        return text;
    free(text);
    return NULL;
}

/* Whether the limits make sense. spec is "[1.0,2.0)". */
static int check_limits(const struct version_limits *v, const char *spec, struct tern_error *err)
{
    int order;

    if (!v->lower || !v->upper)
        return 0;
    order = version_compare(v->upper, v->lower);
    if (order > 0 || (order == 0 && v->lower_included && v->upper_included))
        return 0;
    return tern_fail(err, TERN_EINVALID, "Range defies version ordering: %s", spec); /* peer text */
}

static int read_limits(const char *spec, size_t len, struct version_range *range,
                       struct tern_error *err)
{
    CLEANUP(freep) char *whole = xstrndup(spec, len);
    const char *end = whole + len - 1, *comma = strchr(whole, ',');
    struct version_limits v = {.lower_included = whole[0] == '[', .upper_included = *end == ']'};

    if (!comma && !(v.lower_included && v.upper_included)) { /* peer text */
        return tern_fail(err, TERN_EINVALID, "Single version must be surrounded by []: %s", whole);
    }
    if (comma) {
        v.lower = empty_to_null(trimmed(whole + 1, comma));
        v.upper = empty_to_null(trimmed(comma + 1, end));
    } else {
        v.lower = trimmed(whole + 1, end);
        v.upper = trimmed(whole + 1, end);
    }
    vec_push(range, v);
    return check_limits(&v, whole, err);
}

/* The bracket that ends the range that text begins with; NULL when there is none. */
static const char *end_of_limits(const char *text)
{
    return strpbrk(text + 1, ")]");
}

static const char *skip_blank(const char *text)
{
    while (*text && (unsigned char)*text <= ' ')
        text++;
    return text;
}

/* Whether the last two ranges follow each other. */
static int check_order(const struct version_range *range, const char *spec, struct tern_error *err)
{
    const struct version_limits *last = &range->at[range->count - 1];

    if (range->count < 2 || !last[-1].upper)
        return 0;
    if (last->lower && version_compare(last->lower, last[-1].upper) >= 0)
        return 0;
    return tern_fail(err, TERN_EINVALID, "Ranges overlap: %s", spec); /* peer text */
}

static int read_sets(const char *spec, struct version_range *range, struct tern_error *err)
{
    const char *p = spec;

    while (*p == '[' || *p == '(') {
        const char *end = end_of_limits(p);

        if (!end) /* peer text */
            return tern_fail(err, TERN_EINVALID, "Unbounded range: %s", spec);
        if (read_limits(p, (size_t)(end + 1 - p), range, err) < 0 ||
            check_order(range, spec, err) < 0)
            return -1;
        p = skip_blank(end + 1);
        if (*p == ',')
            p = skip_blank(p + 1);
    }
    if (*p) { /* peer text */
        return tern_fail(err, TERN_EINVALID,
                         "Only fully-qualified sets allowed in multiple set scenario: %s", spec);
    }
    return 0;
}

int version_range_parse(const char *text, struct version_range *ret_range, struct tern_error *err)
{
    CLEANUP(freep) char *bare = config_trim(text);
    CLEANUP(freep) char *spec = NULL;
    CLEANUP(version_range_fini) struct version_range range = {0};

    if (!bare || strcmp(bare, "latest") == 0) {
        *ret_range = range;
        return 0;
    }
    spec = *bare == '[' || *bare == '(' ? xstrdup(bare) : xasprintf("[%s]", bare);
    if (read_sets(spec, &range, err) < 0)
        return -1;
    *ret_range = range;
    range = (struct version_range){0};
    return 0;
}

static bool is_within(const struct version_limits *v, const char *version)
{
    int order;

    if (v->lower) {
        order = version_compare(v->lower, version);
        if (order > 0 || (order == 0 && !v->lower_included))
            return false;
    }
    if (v->upper) {
        order = version_compare(v->upper, version);
        if (order < 0 || (order == 0 && !v->upper_included))
            return false;
    }
    return true;
}

bool version_range_has(const struct version_range *range, const char *version)
{
    for (size_t i = 0; i < range->count; i++) {
        if (is_within(&range->at[i], version))
            return true;
    }
    return range->count == 0;
}

char *version_range_text(const struct version_range *range)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(SIZE_MAX);

    if (range->count == 0)
        return NULL;
    for (size_t i = 0; i < range->count; i++) {
        const struct version_limits *v = &range->at[i];

        buf_add_fmt(&out, "%s%c%s,%s%c", i ? "," : "", v->lower_included ? '[' : '(',
                    v->lower ? v->lower : "", v->upper ? v->upper : "",
                    v->upper_included ? ']' : ')');
    }
    return buf_take_str(&out);
}
