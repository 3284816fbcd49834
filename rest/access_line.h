/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* access_line - one request as the log shows it, in the extended NCSA format. Pure. */
#include <stddef.h>
#include <stdint.h>

struct access_line {
    const char *remote;
    int64_t wall_ms;
    const char *method, *uri, *version; /* what the client chose; these too: */
    const char *referer, *user_agent;   /* NULL: none */
    int status;
    size_t body_len;
};

/*
 * '127.0.0.1 - - [22/Nov/2026:15:20:45 +0000] "POST /connectors HTTP/1.1" 201 182 "" "curl/8"', to
 * be freed. What the client chose is shown with control characters, quotes and all beyond ASCII
 * as \xHH, so that no request can forge a line. Peer: Jetty's CustomRequestLog.
 */
char *access_line_text(const struct access_line *line);
