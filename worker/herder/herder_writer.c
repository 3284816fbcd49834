/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread that writes to the config topic for others, one request after the other. A write may
 * take 30 seconds, and what the herder's thread does may take some: neither waits for the other.
 *
 * A request waits until the worker is a member and what was assigned runs (settled), as it would
 * in the peer's tick; only then it is clear who leads.
 *
 * With exactly-once source support a leader claims the right to write, so that none before it can
 * write any more: when it has come to lead, and again when it was lost. The peer does that on its
 * one thread; here the herder's goes on. Spec: connect-distributed.md 5.6.
 */
#include "worker/herder/herder_priv.h"

#include "lib/base/log.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.distributed.DistributedHerder");

enum {
    CLAIM_MS = 10000, /* one try */
    CLAIM_RETRY_MIN_MS = 250,
    CLAIM_RETRY_MAX_MS = 10000,
};

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

/* ---- the right to write ---- */

static void set_claim_due(struct herder *h)
{
    gate_lock(&h->gate);
    h->claim_is_due = true;
    gate_unlock(&h->gate);
}

void herder_claim_writes(struct herder *h)
{
    set_claim_due(h);
    inbox_wake(&h->writes);
}

/*
 * Whether the right has to be claimed now. One that was lost is claimed only for a write: who lost
 * it may be a worker that stood still, and has not heard yet that another leads.
 */
static bool wants_claim(struct herder *h, bool is_writing)
{
    bool leads, is_due;

    if (h->exactly_once == EXACTLY_ONCE_DISABLED)
        return false;
    gate_lock(&h->gate);
    leads = h->is_open && h->role.is_leader;
    is_due = h->claim_is_due;
    h->claim_is_due = false;
    gate_unlock(&h->gate);
    return leads && (is_due || (is_writing && !config_store_has_claim(h->configs)));
}

static int claim(struct herder *h, struct tern_error *err)
{
    int rc;

    herder_stage_begin(h, STAGE_OF_WRITER, "claiming write privileges for the config topic");
    rc = config_store_claim(h->configs, clock_deadline_ms(CLAIM_MS), err);
    herder_stage_end(h, STAGE_OF_WRITER);
    return rc;
}

/* Returns when the worker has the right to write, leads no more, or stops. */
static void want_right(struct herder *h, bool is_writing)
{
    struct backoff backoff = {.min_ms = CLAIM_RETRY_MIN_MS, .max_ms = CLAIM_RETRY_MAX_MS};
    struct tern_error err;

    while (!herder_is_stopping(h) && wants_claim(h, is_writing)) {
        int64_t delay_ms;

        if (claim(h, &err) == 0)
            continue;
        delay_ms = backoff_next_ms(&backoff);
        log_error("Unable to claim write privileges for config topic. Will back off and possibly "
                  "try again later: %s",
                  err.msg); /* peer text, up to the cause */
        set_claim_due(h);
        herder_pause(h, delay_ms);
    }
}

/* ---- the thread ---- */

static void run_or_drop(struct herder *h, struct inbox_msg *msg)
{
    if (herder_await_settled(h, FOREVER_MS))
        want_right(h, true);
    if (herder_is_stopping(h))
        msg->drop(msg);
    else
        msg->run(h, msg);
}

static void writer_main(void *arg)
{
    struct herder *h = arg;

    log_set_context(h->context);
    while (!herder_is_stopping(h)) {
        struct inbox_msg *msg;

        want_right(h, false);
        msg = inbox_take(&h->writes, FOREVER_MS);
        if (msg) /* else woken: to stop, or to claim */
            run_or_drop(h, msg);
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
