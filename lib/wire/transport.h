/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * transport - what carries bytes over a connected, non-blocking socket: TCP as it is, or whatever
 * encrypts on top of it.
 *
 * An interface. The connection (conn.h) owns the socket, knows the deadlines and calls again when
 * poll(2) says what the transport asked to wait for. One owner.
 */
#include "lib/base/macros.h"

#include <stdbool.h>
#include <stddef.h>

#include <tern/error.h>

enum transport_rc {
    TRANSPORT_DONE,
    TRANSPORT_WAIT,   /* *ret_events: POLLIN or POLLOUT is needed first */
    TRANSPORT_CLOSED, /* by the peer */
    TRANSPORT_FAILED, /* err */
};

struct transport;

struct transport_ops {
    /* What has to come before bytes may flow. */
    enum transport_rc (*handshake)(struct transport *t, short *ret_events, struct tern_error *err);
    /* At least one byte, when DONE; what the transport keeps back is read first. */
    enum transport_rc (*read)(struct transport *t, void *to, size_t size, size_t *ret_len,
                              short *ret_events, struct tern_error *err);
    enum transport_rc (*write)(struct transport *t, const void *from, size_t len, size_t *ret_len,
                               short *ret_events, struct tern_error *err);
    /* Does not close the socket. */
    void (*free)(struct transport *t);
};

struct transport {
    const struct transport_ops *ops;
};

/* Makes the transport of a connection to host; fd is borrowed. */
typedef int transport_open(void *arg, int fd, const char *host, struct transport **ret_transport,
                           struct tern_error *err);

/* Plain TCP; arg is not used. Never fails. */
int transport_open_tcp(void *arg, int fd, const char *host, struct transport **ret_transport,
                       struct tern_error *err) MUST_CHECK;
