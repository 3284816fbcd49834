/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/connections.h"

#include <assert.h>
#include <sys/socket.h>

#include "lib/base/clock.h"

enum {
    SWEEP_INTERVAL_MS = 1000,
};

/* Under the lock, so that the descriptor cannot belong to another connection meanwhile. */
static void cut(struct connection *connection)
{
    connection->is_cut = true;
    shutdown(connection->fd, SHUT_RDWR);
}

void connections_sweep(struct connections *c, int64_t now_ms)
{
    gate_lock(&c->gate);
    for (struct connection *n = c->first; n; n = n->next) {
        int64_t since_ms = atomic_load(&n->since_ms);
        int64_t limit_ms = c->limits.phase_ms[atomic_load(&n->phase)];

        if (limit_ms && !n->is_cut && now_ms - since_ms > limit_ms)
            cut(n);
    }
    gate_unlock(&c->gate);
}

/* Wakes only while there are connections. */
static void watch(void *arg)
{
    struct connections *c = arg;
    bool stopping = false;

    while (!stopping) {
        int64_t next_ms = clock_deadline_ms(SWEEP_INTERVAL_MS);

        gate_lock(&c->gate);
        while (!c->stopping && (c->count == 0 || clock_left_ms(next_ms, SWEEP_INTERVAL_MS) > 0))
            gate_wait(&c->gate, c->count ? next_ms : FOREVER_MS);
        stopping = c->stopping;
        gate_unlock(&c->gate);
        if (!stopping)
            connections_sweep(c, clock_mono_ms());
    }
}

void connections_init(struct connections *c, const struct connection_limits *limits)
{
    *c = (struct connections){.limits = *limits};
    gate_init(&c->gate);
    thread_start(&c->watchdog, "rest-watchdog", watch, c);
}

void connections_fini(struct connections *c)
{
    gate_lock(&c->gate);
    c->stopping = true;
    gate_wake(&c->gate);
    gate_unlock(&c->gate);
    thread_join(&c->watchdog);
    assert(!c->first);
    gate_fini(&c->gate);
}

static bool is_busy(int phase)
{
    return phase == CONNECTION_RUNS || phase == CONNECTION_SENDS;
}

/* From one phase to another. */
static void change_phase(struct connections *c, struct connection *connection,
                         enum connection_phase phase)
{
    int before = atomic_exchange(&connection->phase, (int)phase);

    atomic_store(&connection->since_ms, clock_mono_ms());
    if (!is_busy(before) && is_busy((int)phase))
        atomic_fetch_add(&c->running, 1);
    if (is_busy(before) && !is_busy((int)phase) && atomic_fetch_sub(&c->running, 1) == 1 &&
        atomic_load(&c->draining)) {
        gate_lock(&c->gate);
        gate_wake(&c->gate);
        gate_unlock(&c->gate);
    }
}

/* The one that has waited longest for its client to ask. */
static struct connection *longest_idle(struct connections *c)
{
    struct connection *found = NULL;

    for (struct connection *n = c->first; n; n = n->next) {
        int phase = atomic_load(&n->phase);

        if (n->is_cut || (phase != CONNECTION_IDLE && phase != CONNECTION_RECEIVES))
            continue;
        if (!found || atomic_load(&n->since_ms) < atomic_load(&found->since_ms))
            found = n;
    }
    return found;
}

void connections_add(struct connections *c, struct connection *connection, int fd)
{
    struct connection *victim = NULL;

    connection->fd = fd;
    connection->is_cut = false;
    atomic_store(&connection->phase, CONNECTION_IDLE);
    atomic_store(&connection->since_ms, clock_mono_ms());
    gate_lock(&c->gate);
    if (c->count >= c->limits.evict_above)
        victim = longest_idle(c);
    if (victim)
        cut(victim);
    connection->next = c->first;
    connection->link = &c->first;
    if (c->first)
        c->first->link = &connection->next;
    c->first = connection;
    if (c->count++ == 0)
        gate_wake(&c->gate);
    if (atomic_load(&c->draining)) /* it was accepted just before the end */
        cut(connection);
    gate_unlock(&c->gate);
}

void connections_remove(struct connections *c, struct connection *connection)
{
    change_phase(c, connection, CONNECTION_IDLE);
    gate_lock(&c->gate);
    *connection->link = connection->next;
    if (connection->next)
        connection->next->link = connection->link;
    c->count--;
    gate_unlock(&c->gate);
}

void connections_enter(struct connections *c, struct connection *connection,
                       enum connection_phase phase)
{
    change_phase(c, connection, phase);
    if (phase != CONNECTION_IDLE || !atomic_load(&c->draining))
        return;
    gate_lock(&c->gate); /* it was told to stay, before the end */
    cut(connection);
    gate_unlock(&c->gate);
}

bool connections_drain(struct connections *c, int64_t deadline_ms)
{
    bool in_time = true;

    atomic_store(&c->draining, true);
    gate_lock(&c->gate);
    for (struct connection *n = c->first; n; n = n->next) {
        if (!is_busy(atomic_load(&n->phase)))
            cut(n);
    }
    while (atomic_load(&c->running) > 0 && in_time)
        in_time = gate_wait(&c->gate, deadline_ms);
    gate_unlock(&c->gate);
    return atomic_load(&c->running) == 0;
}
