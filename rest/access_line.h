/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* access_line - one request as the log shows it, in the extended NCSA format. Pure. */
#include <stddef.h>
#include <stdint.h>

/*
 * '127.0.0.1 - - [22/Nov/2026:15:20:45 +0000] "POST /connectors HTTP/1.1" 201 182 "-" "curl/8"', to
 * be freed. What the client chose is shown with control characters, quotes and all beyond ASCII
 * as \xHH, so that no request can forge a line. Peer: Jetty's CustomRequestLog.
 */
char *access_line(const char *remote, int64_t wall_ms, const char *method, const char *uri,
                  const char *version, int status, size_t body_len, const char *referer,
                  const char *user_agent);
