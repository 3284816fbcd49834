/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/media_type.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char blanks[] = " \t";

/* The length of a token of RFC 9110 at text. */
static size_t token_length(const char *text)
{
    return strspn(text, "!#$%&'*+-.^_`|~0123456789"
                        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
}

static bool is_token(const char *text, size_t len, const char *word)
{
    return len == strlen(word) && strncasecmp(text, word, len) == 0;
}

enum media_type media_type_of(const char *content_type)
{
    const char *type = content_type + strspn(content_type, blanks), *subtype;
    size_t type_len = token_length(type), subtype_len;
    const char *rest;

    if (!type_len || type[type_len] != '/')
        return MEDIA_INVALID;
    subtype = type + type_len + 1;
    subtype_len = token_length(subtype);
    rest = subtype + subtype_len;
    rest += strspn(rest, blanks);
    if (!subtype_len || (*rest && *rest != ';'))
        return MEDIA_INVALID;
    if (is_token(type, type_len, "application") && is_token(subtype, subtype_len, "json"))
        return MEDIA_JSON;
    return MEDIA_OTHER;
}

/* The q parameter among the parameters of a range; 1 when there is none. */
static double quality_of(const char *text, size_t len)
{
    for (size_t i = 0; i + 1 < len; i++) {
        size_t at = i + 1;

        if (text[i] != ';')
            continue;
        at += strspn(text + at, blanks);
        if (at + 1 < len && (text[at] | 0x20) == 'q' && text[at + 1] == '=')
            return strtod(text + at + 2, NULL);
    }
    return 1;
}

/* Whether the range "application/json;q=1" of len bytes names JSON. */
static bool names_json(const char *range, size_t len)
{
    const char *type = range + strspn(range, blanks);
    size_t type_len = token_length(type);
    const char *subtype;
    size_t subtype_len;

    if (type + type_len >= range + len || type[type_len] != '/')
        return is_token(type, type_len, "*") || is_token(type, type_len, "application");
    subtype = type + type_len + 1;
    subtype_len = token_length(subtype);
    if (is_token(type, type_len, "*"))
        return is_token(subtype, subtype_len, "*");
    return is_token(type, type_len, "application") &&
           (is_token(subtype, subtype_len, "*") || is_token(subtype, subtype_len, "json"));
}

bool media_type_accepts_json(const char *accept)
{
    bool is_empty = true;

    for (const char *range = accept; range && *range;) {
        size_t len = strcspn(range, ",");

        if (strspn(range, blanks) < len)
            is_empty = false;
        if (names_json(range, len) && quality_of(range, len) > 0)
            return true;
        range += len;
        range += *range == ',';
    }
    return is_empty;
}
