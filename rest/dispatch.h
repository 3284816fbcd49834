/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * dispatch - from a request to its answer: what is served, and in which order a request is checked.
 * Knows nothing of sockets. Peer: Jetty's handlers and Jersey as RestServer puts them together.
 *
 * The order: malformed path 400; unknown path 404; method 405, media types 415 and 406;
 * credentials 401; a body without a type 415; the handler. CORS and configured headers are added
 * to every answer. Thread: any, several at a time: a site is immutable.
 */
#include "rest/request.h"

struct rest_reply;
struct cors;
struct header_rules;
struct basic_auth;

/* Where a context's routes begin: at the root, or for a flow of dedicated mode at /source/target.
 */
struct rest_mount {
    const char *source; /* NULL: the root */
    const char *target;
    struct rest_context *ctx; /* passed to the handlers */
};

/* Borrows all it points to. */
struct rest_site {
    const struct rest_route *const *tables; /* ends with NULL */
    const struct rest_mount *mounts;
    size_t mount_count;
    bool has_admin_listeners; /* admin routes are served there only */
    bool has_no_admin;        /* admin routes are served nowhere */
    const struct cors *cors;
    const struct header_rules *headers;
    const struct basic_auth *auth; /* NULL: everybody may do everything */
};

/*
 * Answers a request of which everything but route, path, query, skip and task is filled in. site
 * NULL: nothing is served yet.
 */
void rest_dispatch(const struct rest_site *site, struct rest_request *req,
                   struct rest_reply *reply);
