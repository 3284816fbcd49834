/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * listener - one address of listeners or admin.listeners, and its socket.
 * Peer: RestServer.createConnector().
 */
#include "lib/base/macros.h"
#include "lib/base/vec.h"

#include <stdbool.h>

#include <tern/error.h>

struct rest_listener {
    char *text;   /* as configured */
    char *scheme; /* "http", "https" */
    char *host;   /* "": all interfaces */
    int port;     /* as configured; 0: any */
    bool is_admin;
    int fd;         /* -1: not bound */
    int bound_port; /* once bound */
};

struct rest_listeners {
    VEC(struct rest_listener) at;
};

/* Adds the listeners of a LIST setting; text NULL adds none, nor does "". Nothing is bound.
 * Errors: TERN_EINVALID with the peer's texts. Pure. */
int rest_listeners_parse(const char *key, const char *text, bool is_admin,
                         struct rest_listeners *out, struct tern_error *err) MUST_CHECK;
/* Binds and listens, nonblocking. Errors: TERN_EINVALID naming the listener. */
int rest_listener_bind(struct rest_listener *listener, struct tern_error *err) MUST_CHECK;
void rest_listeners_fini(struct rest_listeners *listeners);
