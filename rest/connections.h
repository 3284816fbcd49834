/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * connections - how many clients are connected, and for how long each may do what.
 *
 * libmicrohttpd ends a connection that is silent for long; a client that sends or reads a byte now
 * and then would stay for ever. So each phase of a connection has an end, and when there are many
 * connections, the one that has waited longest for its client makes room for a new one: clients
 * that hold connections open cannot keep others out.
 */
#include "lib/base/thread.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum connection_phase {
    CONNECTION_IDLE,     /* nothing of a request is here, or part of its headers */
    CONNECTION_RECEIVES, /* the body comes in */
    CONNECTION_RUNS,     /* a handler runs */
    CONNECTION_SENDS,    /* the answer goes out */
};

/* Embedded in what the server knows of a connection. */
struct connection {
    struct connection *next, **link; /* connections.lock */
    int fd;                          /* immutable while in the list */
    bool is_cut;                     /* connections.lock */
    atomic_int phase;
    _Atomic int64_t since_ms; /* when the phase began */
};

/* How long each phase may take, in milliseconds; 0: no end. */
struct connection_limits {
    size_t evict_above; /* so many connections, and the longest idle one is cut for a new one */
    int64_t phase_ms[CONNECTION_SENDS + 1];
};

struct connections {
    struct connection_limits limits; /* immutable */
    struct gate gate;
    struct connection *first; /* gate */
    size_t count;             /* gate */
    bool stopping;            /* gate */
    atomic_bool draining;     /* somebody waits for the last request */
    atomic_size_t running;    /* connections whose handler runs or whose answer goes out */
    struct thread watchdog;
};

/* Starts the watchdog's thread. */
void connections_init(struct connections *c, const struct connection_limits *limits);
void connections_fini(struct connections *c);
/* A new one, idle. Thread: libmicrohttpd's. */
void connections_add(struct connections *c, struct connection *connection, int fd);
/* Before its socket is closed. */
void connections_remove(struct connections *c, struct connection *connection);
/* Thread: the connection's. */
void connections_enter(struct connections *c, struct connection *connection,
                       enum connection_phase phase);
/* Cuts those that are idle and waits until no request runs; false at the deadline. */
bool connections_drain(struct connections *c, int64_t deadline_ms) MUST_CHECK;
/* Cuts those whose phase has lasted too long. For the watchdog and tests. */
void connections_sweep(struct connections *c, int64_t now_ms);
