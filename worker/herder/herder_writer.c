/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread that writes to the config topic for others, one request after the other. A write may
 * take 30 seconds, and what the herder's thread does may take some: neither waits for the other.
 *
 * A request waits until the worker is a member and what was assigned runs (settled), as it would
 * in the peer's tick; only then it is clear who leads.
 */
#include "worker/herder/herder_priv.h"

#include "lib/base/log.h"

void herder_post_write(struct herder *h, struct inbox_msg *msg)
{
    inbox_push(&h->writes, msg);
}

void herder_set_settled(struct herder *h, bool is_settled)
{
    gate_lock(&h->gate);
    h->is_settled = is_settled;
    if (is_settled)
        gate_wake(&h->gate);
    gate_unlock(&h->gate);
}

bool herder_await_settled(struct herder *h, int64_t deadline_ms)
{
    bool is_settled;

    gate_lock(&h->gate);
    while (!h->is_settled && !herder_is_stopping(h)) {
        if (!gate_wait(&h->gate, deadline_ms))
            break;
    }
    is_settled = h->is_settled && !herder_is_stopping(h);
    gate_unlock(&h->gate);
    return is_settled;
}

static void writer_main(void *arg)
{
    struct herder *h = arg;

    log_set_context(h->context);
    while (!herder_is_stopping(h)) {
        struct inbox_msg *msg = inbox_take(&h->writes, FOREVER_MS);

        if (!msg)
            continue; /* woken, to stop */
        if (herder_await_settled(h, FOREVER_MS))
            msg->run(h, msg);
        else
            msg->drop(msg);
    }
}

void herder_writer_start(struct herder *h)
{
    thread_start(&h->writer, "config-writer", writer_main, h);
}

void herder_writer_stop(struct herder *h)
{
    inbox_close(&h->writes);
    inbox_wake(&h->writes);
    thread_join(&h->writer);
}
