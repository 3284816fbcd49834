/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/reply.h"

#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "lib/base/jsonx.h"
#include "lib/base/xmem.h"

static const char type_json[] = "application/json";

void rest_reply_fini(struct rest_reply *reply)
{
    buf_fini(&reply->body);
    for (size_t i = 0; i < reply->headers.count; i++) {
        free(reply->headers.at[i].name);
        free(reply->headers.at[i].value);
    }
    vec_fini(&reply->headers);
}

void rest_reply_begin(struct rest_reply *reply, int status)
{
    buf_clear(&reply->body);
    reply->status = status;
    reply->content_type = type_json;
}

void rest_reply_json(struct rest_reply *reply, int status, json_t *json)
{
    rest_reply_begin(reply, status);
    jsonx_write(&reply->body, json);
    json_decref(json);
    if (reply->body.failed)
        rest_reply_error(reply, 500, "The answer cannot be represented as JSON");
}

void rest_reply_empty(struct rest_reply *reply, int status)
{
    rest_reply_begin(reply, status);
    reply->content_type = NULL;
}

void rest_reply_error_text(struct rest_reply *reply, int status, int code, const char *message)
{
    rest_reply_begin(reply, status);
    buf_add_fmt(&reply->body, "{\"error_code\":%d,\"message\":", code);
    if (message)
        jsonx_write_string(&reply->body, message, strlen(message));
    else
        buf_add_str(&reply->body, "null");
    buf_add_char(&reply->body, '}');
    if (reply->body.failed) /* a message that is no UTF-8 */
        rest_reply_error_text(reply, status, code, "The cause cannot be represented as text");
}

void rest_reply_error(struct rest_reply *reply, int status, const char *fmt, ...)
{
    CLEANUP(freep) char *message = NULL;
    va_list ap;

    va_start(ap, fmt);
    message = xvasprintf(fmt, ap);
    va_end(ap);
    rest_reply_error_text(reply, status, status, message);
}

int rest_status_of(enum tern_code code)
{
    switch (code) {
    case TERN_EINVALID:
        return 400;
    case TERN_ENOTFOUND:
        return 404;
    case TERN_ECONFLICT:
        return 409;
    default:
        return 500;
    }
}

void rest_reply_fail(struct rest_reply *reply, const struct tern_error *err)
{
    int status = rest_status_of(err->code);

    rest_reply_error_text(reply, status, status, err->msg);
}

/* What HTML must not show as it is. */
static void add_escaped(struct buf *out, const char *text)
{
    for (; *text; text++) {
        if (strchr("<>&\"'", *text) || (unsigned char)*text < 0x20 || (unsigned char)*text > 0x7e)
            buf_add_fmt(out, "&#%d;", (unsigned char)*text);
        else
            buf_add_char(out, *text);
    }
}

void rest_reply_page(struct rest_reply *reply, int status, const char *uri)
{
    const char *name = status == 404 ? "Not Found" : "Bad Request";

    rest_reply_begin(reply, status);
    reply->content_type = "text/html;charset=iso-8859-1";
    buf_add_fmt(&reply->body,
                "<html>\n<head>\n<title>Error %d %s</title>\n</head>\n<body><h2>HTTP ERROR %d "
                "%s</h2>\n<table>\n<tr><th>URI:</th><td>",
                status, name, status, name);
    add_escaped(&reply->body, uri);
    buf_add_fmt(&reply->body,
                "</td></tr>\n<tr><th>STATUS:</th><td>%d</td></tr>\n"
                "<tr><th>MESSAGE:</th><td>%s</td></tr>\n</table>\n</body>\n</html>\n",
                status, name);
}

void rest_reply_add_header(struct rest_reply *reply, const char *name, const char *value)
{
    struct rest_header header = {xstrdup(name), xstrdup(value)};

    for (char *c = header.value; *c; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = ' ';
    }
    vec_push(&reply->headers, header);
}

void rest_reply_set_header(struct rest_reply *reply, const char *name, const char *value)
{
    for (size_t i = 0; i < reply->headers.count; i++) {
        if (strcasecmp(reply->headers.at[i].name, name) == 0) {
            free(reply->headers.at[i].name);
            free(reply->headers.at[i].value);
            vec_remove(&reply->headers, i);
            i--;
        }
    }
    rest_reply_add_header(reply, name, value);
}

const char *rest_reply_header(const struct rest_reply *reply, const char *name)
{
    for (size_t i = 0; i < reply->headers.count; i++) {
        if (strcasecmp(reply->headers.at[i].name, name) == 0)
            return reply->headers.at[i].value;
    }
    return NULL;
}
