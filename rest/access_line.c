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
    for (size_t i = 0; text[i] && i < MAX_FIELD_BYTES; i++) {
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
    add_text(out, value ? value : "-");
    buf_add_char(out, '"');
}

char *access_line(const char *remote, int64_t wall_ms, const char *method, const char *uri,
                  const char *version, int status, size_t body_len, const char *referer,
                  const char *user_agent)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(MAX_LINE_BYTES);
    time_t seconds = (time_t)(wall_ms / 1000);
    char stamp[40];
    struct tm tm;

    gmtime_r(&seconds, &tm);
    strftime(stamp, sizeof(stamp), "%d/%b/%Y:%H:%M:%S +0000", &tm);
    buf_add_fmt(&out, "%s - - [%s] \"", remote, stamp);
    add_text(&out, method);
    buf_add_char(&out, ' ');
    add_text(&out, uri);
    buf_add_char(&out, ' ');
    add_text(&out, version);
    buf_add_fmt(&out, "\" %d %zu", status, body_len);
    add_header(&out, referer);
    add_header(&out, user_agent);
    return buf_take_str(&out);
}
