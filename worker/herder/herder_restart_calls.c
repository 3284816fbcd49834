/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests that restart what runs here, and whether the herder goes round: on the herder's thread.
 * Spec: connect-rest.md 5.2, 5.14, 5.15; connect-distributed.md 9.5.
 */
#include "worker/herder/herder_call.h"

#include "lib/base/log.h"
#include "lib/base/xmem.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.distributed.DistributedHerder");

/* ---- checks; Thread: herder ---- */

static int check_no_rebalance(struct herder *h, struct tern_error *err)
{
    if (!herder_rebalance_is_due(h))
        return 0;
    return tern_fail(err, TERN_ECONFLICT,
                     "Cannot complete request momentarily due to stale configuration (typically "
                     "caused by a concurrent config change)"); /* peer text */
}

static int find_connector(const struct herder *h, const char *name,
                          const struct connector_state **ret_connector, struct tern_error *err)
{
    const struct connector_state *c = h->config ? cluster_state_connector(h->config, name) : NULL;

    if (!c)
        return tern_fail(err, TERN_ENOTFOUND, "Unknown connector: %s", name); /* peer text */
    *ret_connector = c;
    return 0;
}

/* What is not assigned here: the leader knows where, everybody else knows the leader. */
static int not_here(struct herder *h, struct herder_call *call, struct tern_error *err)
{
    if (herder_is_leader(h)) {
        const char *url = membership_owner_url(h->membership, call->connector, call->task);

        return call_elsewhere(call, url, err);
    }
    return call_elsewhere(call, h->assignment ? h->assignment->leader_url : NULL, err);
}

/* ---- a connector ---- */

/* A call that is answered when a connector has started. */
struct restarted {
    struct herder_call *call;
    void *transition;
};

/* Thread: the connector's, or the herder's. */
static void on_restarted(void *arg, const struct tern_error *err)
{
    struct restarted *r = arg;
    struct tern_error failed;

    herder_on_transition(r->transition, err);
    if (err) {
        log_error("Failed to start connector %s: %s", r->call->connector, err->msg);
        (void)tern_fail(&failed, TERN_EINTERNAL, "Failed to start connector: %s",
                        r->call->connector); /* peer text */
    }
    call_finish(r->call, err ? &failed : NULL);
    free(r);
}

static int do_restart_connector(struct herder *h, struct herder_call *call, struct tern_error *err)
{
    CLEANUP(work_fini) struct work one = WORK_INIT;
    const struct connector_state *c;
    struct restarted *r;

    if (check_no_rebalance(h, err) < 0 || find_connector(h, call->connector, &c, err) < 0)
        return -1;
    if (!work_has_connector(&h->assignment->assigned, call->connector))
        return not_here(h, call, err);
    work_add_connector(&one, call->connector);
    herder_stop_work(h, &one);
    r = xcalloc(1, sizeof(*r));
    r->call = call;
    r->transition = herder_transition_arg(h, call->connector, c->target);
    herder_start_connector(h, one.connectors[0], on_restarted, r);
    return CALL_LATER;
}

static int ask_and_release(struct herder_call *call, struct herder_ask *ask, struct tern_error *err)
{
    if (call_ask(call, ask, err) < 0)
        return -1;
    call_release(call);
    return 0;
}

int herder_restart_connector(struct herder *h, const char *name, struct herder_ask *ask,
                             struct tern_error *err)
{
    struct herder_call *call = call_new(h, do_restart_connector, name);

    call->task = WORK_CONNECTOR;
    return ask_and_release(call, ask, err);
}

/* ---- a task ---- */

static int do_restart_task(struct herder *h, struct herder_call *call, struct tern_error *err)
{
    CLEANUP(work_fini) struct work one = WORK_INIT;
    const struct connector_state *c;

    if (check_no_rebalance(h, err) < 0 || find_connector(h, call->connector, &c, err) < 0)
        return -1;
    if (call->task < 0 || call->task >= connector_state_tasks(c)) {
        return tern_fail(err, TERN_ENOTFOUND, "Unknown task: %s-%d", call->connector,
                         (int)call->task); /* peer text */
    }
    if (!work_has_task(&h->assignment->assigned, call->connector, call->task))
        return not_here(h, call, err);
    work_add_task(&one, call->connector, call->task);
    herder_stop_work(h, &one);
    if (herder_start_task(h, call->connector, call->task))
        return 0;
    return tern_fail(err, TERN_EINTERNAL, "Failed to start task: %s-%d", call->connector,
                     (int)call->task); /* peer text */
}

int herder_restart_task(struct herder *h, const char *connector, int32_t task,
                        struct herder_ask *ask, struct tern_error *err)
{
    struct herder_call *call = call_new(h, do_restart_task, connector);

    call->task = task;
    return ask_and_release(call, ask, err);
}

/* ---- whether the herder goes round ---- */

int herder_ping(struct herder *h, struct herder_ask *ask, struct tern_error *err)
{
    uint64_t ticket;
    bool is_well;

    ask->is_elsewhere = false;
    ask->url = NULL;
    gate_lock(&h->gate);
    ticket = ++h->pings;
    gate_unlock(&h->gate);
    herder_wake(h);
    gate_lock(&h->gate);
    while (h->pings_seen < ticket && !h->is_awaiting && !herder_is_stopping(h)) {
        if (!gate_wait(&h->gate, ask->deadline_ms))
            break;
    }
    is_well = h->pings_seen >= ticket || h->is_awaiting;
    gate_unlock(&h->gate);
    if (herder_is_stopping(h))
        return tern_fail(err, TERN_EINTERNAL, "Worker is shutting down"); /* peer text */
    return is_well ? 0 : call_timed_out(h, err);
}

void herder_answer_pings(struct herder *h)
{
    gate_lock(&h->gate);
    if (h->pings_seen != h->pings) {
        h->pings_seen = h->pings;
        gate_wake(&h->gate);
    }
    gate_unlock(&h->gate);
}
