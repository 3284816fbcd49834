/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * conn - one connection to one broker: conn_machine with a socket under it, never blocking.
 *
 *   conn_run(c, now, conn_poll_set(c, &pfd) && poll(&pfd, 1, timeout) > 0 ? pfd.revents : 0);
 *   while (conn_next(c, now, &action)) ...
 *
 * The host is looked up, its addresses are tried one after the other, each for setup_timeout_ms
 * up to the end of the transport's handshake; then the machine runs. Whatever goes wrong, at any
 * stage, comes as CONN_FAILED for each request under way and one CONN_CLOSE at the end, after
 * which c is only good for conn_free(). CONN_SEND is not seen: the bytes are written here.
 * One owner. Peers: Selector, ClusterConnectionStates.
 */
#include "lib/wire/conn_machine.h"
#include "lib/wire/transport.h"

#include <poll.h>

struct conn;

/* Copied, but for what conn_conf borrows and transport_arg. */
struct conn_options {
    struct conn_conf machine;
    int64_t setup_timeout_ms;
    int send_buffer_bytes, receive_buffer_bytes; /* 0 or -1: the system's */
    transport_open *open_transport;              /* NULL: TCP */
    void *transport_arg;
};

struct conn *conn_open(const struct conn_options *options, const char *host, int32_t port,
                       int64_t now_ms);
/* Closes the socket. NULL is a no-op. */
void conn_free(struct conn *c);

/* What poll(2) is to wait for; false, and fd -1, when there is nothing. */
bool conn_poll_set(const struct conn *c, struct pollfd *ret_pfd);
/* When conn_run() is due at the latest. */
int64_t conn_wake_ms(const struct conn *c);
/* Does what can be done; revents of 0: time has passed. */
void conn_run(struct conn *c, int64_t now_ms, short revents);
/* The next of CONN_READY, CONN_RESPONSE, CONN_FAILED, CONN_CLOSE; false when there is none. */
bool conn_next(struct conn *c, int64_t now_ms, struct conn_action *ret_action);

/*
 * Hands the socket and its transport over, which the caller closes and frees: for bytes that are
 * not ours. After CONN_READY, when no request was made; then c is only good for conn_free().
 */
void conn_take(struct conn *c, int *ret_fd, struct transport **ret_transport);

/* For requests: after conn_machine_end(), conn_next() has to be called to have them sent. */
struct conn_machine *conn_requests(struct conn *c);
/* "host:port", for messages. */
const char *conn_name(const struct conn *c);
