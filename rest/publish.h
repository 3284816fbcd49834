/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* publish - between the server and those who say what it serves. */
#include "rest/dispatch.h"
#include "rest/server.h"

/* Serves tables, which end with NULL, at the mounts; takes mounts, a heap array whose contexts are
 * heap objects. Once. */
void rest_server_publish(struct rest_server *s, const struct rest_route *const *tables,
                         struct rest_mount *mounts, size_t count);
