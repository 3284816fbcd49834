/* SPDX-License-Identifier: Apache-2.0 */
/* routes - which tables are served, and how a server comes to serve them. */
#include "rest/routes.h"

#include "lib/base/xmem.h"
#include "rest/context.h"
#include "rest/publish.h"
#include "rest/server.h"

const struct rest_route *const rest_worker_tables[] = {
    rest_routes_root,     rest_routes_connectors, rest_routes_states,
    rest_routes_offsets,  rest_routes_health,     rest_routes_loggers,
    rest_routes_internal, rest_routes_plugins,    NULL,
};

const struct rest_route *const rest_flow_tables[] = {
    rest_routes_internal,
    NULL,
};

void rest_server_install(struct rest_server *s, const struct rest_herder *herders, size_t count)
{
    struct rest_mount *mounts = xcalloc(count + 1, sizeof(*mounts));
    bool is_worker = count == 1 && !herders[0].source;

    for (size_t i = 0; i < count; i++) {
        struct rest_context *ctx = xcalloc(1, sizeof(*ctx));

        *ctx = (struct rest_context){herders[i].herder, s};
        mounts[i] = (struct rest_mount){herders[i].source, herders[i].target, ctx};
    }
    rest_server_publish(s, is_worker ? rest_worker_tables : rest_flow_tables, mounts, count);
}
