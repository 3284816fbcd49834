/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* routes - the tables of all endpoints, one for each file route_*.c. */
#include "rest/router.h"

extern const struct rest_route rest_routes_root[];
extern const struct rest_route rest_routes_health[];
extern const struct rest_route rest_routes_loggers[];
extern const struct rest_route rest_routes_internal[];
extern const struct rest_route rest_routes_connectors[];
extern const struct rest_route rest_routes_states[];
extern const struct rest_route rest_routes_offsets[];
extern const struct rest_route rest_routes_plugins[];

/* All that a worker serves, and what the flows of dedicated mode serve; each ends with NULL. */
extern const struct rest_route *const rest_worker_tables[];
extern const struct rest_route *const rest_flow_tables[];
