/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/access_line.h"

#include <time.h>

#include "lib/base/buf.h"

enum {
    MAX_LINE_BYTES = 128 * 1024,
    MAX_FIELD_BYTES = 2048, /* what is longer is cut */
};

static void add_text(struct buf *out, const char *text)
{
    for (size_t i = 0; i < MAX_FIELD_BYTES && text[i]; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c < 0x20 || c > 0x7e || c == '"' || c == '\\')
            buf_add_fmt(out, "\\x%02x", c);
        else
            buf_add_char(out, (char)c);
    }
}

static void add_header(struct buf *out, const char *value)
{
    buf_add_str(out, " \"");
    add_text(out, value ? value : "");
    buf_add_char(out, '"');
}

char *access_line_text(const struct access_line *line)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(MAX_LINE_BYTES);
    time_t seconds = (time_t)(line->wall_ms / 1000);
    char stamp[40];
    struct tm tm;

    gmtime_r(&seconds, &tm);
    strftime(stamp, sizeof(stamp), "%d/%b/%Y:%H:%M:%S +0000", &tm);
    buf_add_fmt(&out, "%s - - [%s] \"", line->remote, stamp);
    add_text(&out, line->method);
    buf_add_char(&out, ' ');
    add_text(&out, line->uri);
    buf_add_char(&out, ' ');
    add_text(&out, line->version);
    buf_add_fmt(&out, "\" %d %zu", line->status, line->body_len);
    add_header(&out, line->referer);
    add_header(&out, line->user_agent);
    return buf_take_str(&out);
}
