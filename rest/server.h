/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * server - the worker's HTTP server: listeners, connections, and what is served.
 *
 * One libmicrohttpd daemon for each listener, one thread for each connection, their number limited.
 * A request that waits for the herder holds up its own connection and no other; a client that is
 * silent or slow costs one connection, which is cut in the end (connections.h).
 *
 * The order of a start: rest_server_open() binds, so that the advertised URL is known and a port
 * probe succeeds; every path then answers the HTTP server's own 404 page, as the peer's does, until
 * rest_server_install(). The order of a stop: rest_server_stop(), herder_stop() and herder_join(),
 * rest_server_free(), herder_free().
 *
 * Peer: org.apache.kafka.connect.runtime.rest.RestServer. Spec: connect-rest.md 1, 2.
 */
#include "lib/base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tern/config.h>
#include <tern/error.h>

struct herder;
struct rest_server;

struct rest_conf {
    struct tern_config
        worker;        /* the worker's settings, variables resolved; borrowed for the call */
    bool is_dedicated; /* serves only what workers ask of each other, by flow */
};

/*
 * Reads listeners, admin.listeners, rest.advertised.*, access.control.*, rest.extension.classes,
 * response.http.headers.config; binds and serves. Errors: TERN_EINVALID: a bad setting, a port that
 * is taken, stores of an https listener that cannot be used, an extension that is not known.
 */
int rest_server_open(const struct rest_conf *conf, struct rest_server **ret_server,
                     struct tern_error *err) MUST_CHECK;
/* "http://host:8083/", for the group. Borrowed. */
const char *rest_server_url(const struct rest_server *s);
/* "host:8083", as statuses show it. Borrowed. */
const char *rest_server_worker_id(const struct rest_server *s);
/* The port that listener i (in order of listeners, then admin.listeners) is bound to; 0: none. */
int rest_server_port(const struct rest_server *s, size_t i);

/* One herder that is served: that of a worker (source NULL), or of a flow of dedicated mode. All is
 * borrowed until rest_server_free(). */
struct rest_herder {
    const char *source;
    const char *target;
    struct herder *herder;
};

/* Serves the API from now on: of one worker, or of any number of flows. Once; Thread: the one that
 * opened. */
void rest_server_install(struct rest_server *s, const struct rest_herder *herders, size_t count);

/* Takes no new connections, cuts idle ones, and waits for requests that run; false when some still
 * do at the deadline: they end when the herder has stopped. */
bool rest_server_stop(struct rest_server *s, int64_t deadline_ms);
/* Ends what is left and frees. NULL is a no-op. */
void rest_server_free(struct rest_server *s);
