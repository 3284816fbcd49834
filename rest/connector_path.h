/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* connector_path - the paths by which another worker is asked about a connector. Pure. */
#include "lib/base/buf.h"
#include "rest/url.h"

enum {
    CONNECTOR_PATH_MAX_BYTES = 1024 * 1024
};

/* "connectors/<name>" or "connectors/<name>/<what>", the name encoded. To be freed. */
static inline char *connector_path(const char *name, const char *what)
{
    struct buf path = BUF_INIT(CONNECTOR_PATH_MAX_BYTES);

    buf_add_str(&path, "connectors/");
    url_encode(&path, name);
    if (what) {
        buf_add_char(&path, '/');
        buf_add_str(&path, what);
    }
    return buf_take_str(&path);
}
