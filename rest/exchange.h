/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * exchange - requests and answers over libmicrohttpd: the one file that knows it.
 *
 * A door is one listening socket with its daemon. Bodies are read whole, with a limit for each and
 * one for all together, before a request is dispatched. Every request gives one line in the log,
 * once its answer has gone out, in the layout of the peer's.
 */
#include "lib/base/macros.h"
#include "lib/base/vec.h"
#include "rest/connections.h"
#include "rest/dispatch.h"
#include "rest/tls.h"

#include <stdatomic.h>

enum {
    REST_MAX_BODY_BYTES = 16 * 1024 * 1024,
    REST_MAX_BODIES_BYTES = 128 * 1024 * 1024, /* of all requests that are under way */
    REST_MAX_URI_BYTES = 8 * 1024,
    REST_MAX_HEADER_BYTES = 16 * 1024,
    REST_REQUEST_TIMEOUT_MS = 90000,
};

struct exchange_door;

struct exchange_doors {
    struct connections *connections;      /* borrowed */
    VEC(struct exchange_door *) at;       /* the opener's thread only */
    const struct rest_site *_Atomic site; /* borrowed; NULL: nothing is served yet */
    atomic_size_t body_bytes;             /* held for bodies */
    atomic_bool is_closing;               /* answers end their connections */
};

void exchange_doors_init(struct exchange_doors *doors, struct connections *connections);
/* What a door is opened with; all but fd is borrowed until exchange_doors_fini(). */
struct exchange_door_conf {
    int fd; /* a listening socket, which is taken */
    const char *scheme;
    bool is_admin;
    unsigned max_connections;
    const struct rest_tls *tls; /* NULL: plain HTTP */
};

int exchange_door_open(struct exchange_doors *doors, const struct exchange_door_conf *conf,
                       struct tern_error *err) MUST_CHECK;
/* Takes no new connections from now on. */
void exchange_doors_close(struct exchange_doors *doors);
/* Waits for the handlers that run, and ends all connections. */
void exchange_doors_fini(struct exchange_doors *doors);
