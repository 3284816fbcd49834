/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/url.h"

#include <string.h>

#include "lib/base/utf8.h"
#include "lib/base/xmem.h"

enum {
    MAX_PARAMETERS = 1000,
    MAX_PARAMETER_BYTES = 64 * 1024,
};

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
        return (c | 0x20) - 'a' + 10;
    return -1;
}

/* The byte that "%HH" at text stands for, or -1. */
static int escaped_byte(const char *text, size_t left)
{
    if (left < 3 || text[0] != '%' || hex_digit(text[1]) < 0 || hex_digit(text[2]) < 0)
        return -1;
    return hex_digit(text[1]) << 4 | hex_digit(text[2]);
}

bool url_decode(const char *text, size_t len, struct buf *out)
{
    size_t start = out->len;

    for (size_t i = 0; i < len; i++) {
        int byte = (unsigned char)text[i];

        if (text[i] == '%') {
            byte = escaped_byte(text + i, len - i);
            i += 2;
        }
        if (byte <= 0)
            return false;
        buf_add_char(out, (char)byte);
    }
    return !out->failed && (len == 0 || utf8_is_valid(out->data + start, out->len - start));
}

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("-._~", c));
}

static void encode(struct buf *out, const char *text, const char *kept)
{
    for (; *text; text++) {
        if (is_unreserved(*text) || strchr(kept, *text))
            buf_add_char(out, *text);
        else
            buf_add_fmt(out, "%%%02X", (unsigned char)*text);
    }
}

void url_encode(struct buf *out, const char *text)
{
    encode(out, text, "");
}

void url_encode_location(struct buf *out, const char *text)
{
    for (; *text; text++) {
        char one[2] = {*text, '\0'};

        if (escaped_byte(text, strnlen(text, 3)) >= 0)
            buf_add_char(out, '%');
        else
            encode(out, one, "!$&'()*+,;=:@/");
    }
}

/* One name or value of a query. */
static char *decode_form(const char *text, size_t len)
{
    CLEANUP(buf_fini) struct buf plain = BUF_INIT(MAX_PARAMETER_BYTES);
    CLEANUP(buf_fini) struct buf out = BUF_INIT(MAX_PARAMETER_BYTES);

    buf_add(&plain, text, len);
    for (size_t i = 0; i < plain.len; i++) {
        if (plain.data[i] == '+')
            plain.data[i] = ' ';
    }
    if (url_decode(buf_str(&plain), plain.len, &out))
        return buf_take_str(&out);
    return buf_take_str(&plain);
}

void url_query_parse(struct url_query *ret_query, const char *text)
{
    memset(ret_query, 0, sizeof(*ret_query));
    while (*text && ret_query->parameters.count < MAX_PARAMETERS) {
        size_t len = strcspn(text, "&"), name_len = strcspn(text, "&=");
        size_t value_at = name_len < len ? name_len + 1 : len;

        if (len) {
            vec_push(&ret_query->parameters,
                     (struct url_parameter){decode_form(text, name_len),
                                            decode_form(text + value_at, len - value_at)});
        }
        text += len;
        text += *text == '&';
    }
}

const char *url_query_get(const struct url_query *query, const char *name)
{
    for (size_t i = 0; i < query->parameters.count; i++) {
        if (strcmp(query->parameters.at[i].name, name) == 0)
            return query->parameters.at[i].value;
    }
    return NULL;
}

void url_query_fini(struct url_query *query)
{
    for (size_t i = 0; i < query->parameters.count; i++) {
        free(query->parameters.at[i].name);
        free(query->parameters.at[i].value);
    }
    vec_fini(&query->parameters);
}
