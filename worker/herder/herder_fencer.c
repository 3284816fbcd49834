/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What source tasks need before they may write in transactions, done on a thread of its own: a
 * round of zombie fencing, by this worker or by the leader, and the look at whether the task is
 * still wanted after it has got its producer's id. Tasks may be abandoned, so they do not wait in
 * here: they are answered. Spec: connect-distributed.md 12.2.
 */
#include "worker/herder/herder_call.h"

#include "lib/base/log.h"
#include "lib/base/xmem.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.distributed.DistributedHerder");

enum {
    LOCAL_MS = 90000, /* a round that this worker does itself */
    READ_MS = 10000,  /* one try to read the config topic to its end */
};

/* One question. Owner: the inbox of the thread that has it next, or the peers. */
struct question {
    struct inbox_msg msg;
    struct herder *herder;
    char *connector;
    int32_t task, generation;
    exactly_once_done *done;
    void *done_arg;
};

static void answer(struct question *q, const struct tern_error *err)
{
    q->done(q->done_arg, err);
    free(q->connector);
    free(q);
}

static void drop(struct inbox_msg *msg)
{
    struct tern_error err;

    tern_fail_at(&err, "herder_fencer.c", TERN_ERETRIABLE,
                 "Worker is shutting down"); /* peer text */
    answer(CONTAINER_OF(msg, struct question, msg), &err);
}

static struct question *question_new(struct herder *h, const char *connector,
                                     void (*run)(void *receiver, struct inbox_msg *msg),
                                     exactly_once_done *done, void *done_arg)
{
    struct question *q = xcalloc(1, sizeof(*q));

    q->msg.run = run;
    q->msg.drop = drop;
    q->herder = h;
    q->connector = xstrdup(connector);
    q->done = done;
    q->done_arg = done_arg;
    return q;
}

/* ---- fencing ---- */

/*
 * What the answer of another worker is worth: it may be out of reach, in a rebalance, not know the
 * key yet; or it has failed, which may be over soon, or not.
 */
static enum tern_code code_of(int status)
{
    switch (status) {
    case 0:
    case 403:
    case 409:
    case 503:
        return TERN_ERETRIABLE;
    case 404:
        return TERN_ENOTFOUND;
    default:
        return TERN_ECONFLICT;
    }
}

static void on_fenced_by_leader(void *arg, int status, const struct tern_error *err)
{
    struct question *q = arg;
    struct tern_error copy;

    if (err) {
        copy = *err;
        copy.code = code_of(status);
    }
    answer(q, err ? &copy : NULL);
}

static int ask_leader(struct herder *h, struct question *q, const char *url, struct tern_error *err)
{
    CLEANUP(herder_role_fini) struct herder_role role = {0};

    if (!h->peers) { /* peer text */
        return tern_fail(err, TERN_EINVALID,
                         "This worker is not able to communicate with the leader of the cluster, "
                         "which is required for exactly-once source tasks. If running MirrorMaker "
                         "2 in dedicated mode, consider enabling inter-worker communication via "
                         "the 'dedicated.mode.enable.internal.rest' property.");
    }
    if (!url)
        return tern_fail(err, TERN_ERETRIABLE, "the leader of the cluster is not known");
    herder_role(h, &role);
    h->peers->put_fence(
        h->peers_arg, url, q->connector,
        role.key ? &(struct herder_signature){role.key, h->settings.signature_algorithm} : NULL,
        on_fenced_by_leader, q);
    return 0;
}

/* Thread: fencer. */
static void fence_run(void *receiver, struct inbox_msg *msg)
{
    struct herder *h = receiver;
    struct question *q = CONTAINER_OF(msg, struct question, msg);
    struct herder_ask ask = {.deadline_ms = clock_deadline_ms(LOCAL_MS)};
    CLEANUP(freep) char *url = NULL;
    struct tern_error err;
    int rc = herder_fence(h, q->connector, &ask, &err);

    url = ask.url;
    if (rc < 0 && ask.is_elsewhere && ask_leader(h, q, url, &err) == 0)
        return; /* the peers have the question */
    answer(q, rc < 0 ? &err : NULL);
}

static void fence(void *arg, const char *connector, exactly_once_done *done, void *done_arg)
{
    struct herder *h = arg;

    inbox_push(&h->fencer_inbox, &question_new(h, connector, fence_run, done, done_arg)->msg);
}

/* ---- the last look ---- */

static int check(const struct herder *h, const struct question *q, struct tern_error *err)
{
    const struct cluster_state *s = config_store_snapshot(h->configs);
    const struct connector_state *c = cluster_state_connector(s, q->connector);
    bool is_current = c && c->generation == q->generation;

    cluster_state_unref(s);
    if (!is_current) {
        return tern_fail(
            err, TERN_EINTERNAL, /* peer text */
            "Cannot start source task %s-%d with exactly-once support as the connector "
            "has already generated a new set of task configs",
            q->connector, (int)q->task);
    }
    if (!h->assignment || !work_has_task(&h->assignment->assigned, q->connector, q->task)) {
        return tern_fail(err, TERN_EINTERNAL, /* peer text */
                         "Cannot start source task %s-%d as it has already been revoked from this "
                         "worker",
                         q->connector, (int)q->task);
    }
    return 0;
}

/* Thread: herder; what is assigned is in force. */
static void check_run(void *receiver, struct inbox_msg *msg)
{
    struct question *q = CONTAINER_OF(msg, struct question, msg);
    struct tern_error err;

    answer(q, check(receiver, q, &err) < 0 ? &err : NULL);
}

/* Thread: fencer. */
static void confirm_run(void *receiver, struct inbox_msg *msg)
{
    struct herder *h = receiver;
    struct question *q = CONTAINER_OF(msg, struct question, msg);
    struct tern_error err;

    if (config_store_refresh(h->configs, clock_deadline_ms(READ_MS), &err) < 0) {
        answer(q, &err);
        return;
    }
    q->msg.run = check_run;
    herder_post(h, &q->msg);
}

static void confirm(void *arg, const char *connector, int32_t task, int32_t generation,
                    exactly_once_done *done, void *done_arg)
{
    struct herder *h = arg;
    struct question *q = question_new(h, connector, confirm_run, done, done_arg);

    q->task = task;
    q->generation = generation;
    inbox_push(&h->fencer_inbox, &q->msg);
}

const struct exactly_once_hooks herder_exactly_once = {
    .fence = fence,
    .confirm = confirm,
};

/* ---- the thread ---- */

static void fencer_main(void *arg)
{
    struct herder *h = arg;

    log_set_context(h->context);
    while (!herder_is_stopping(h)) {
        struct inbox_msg *msg = inbox_take(&h->fencer_inbox, FOREVER_MS);

        if (msg)
            msg->run(h, msg);
    }
}

void herder_fencer_start(struct herder *h)
{
    if (h->exactly_once == EXACTLY_ONCE_ENABLED)
        thread_start(&h->fencer, "task-fencer", fencer_main, h);
}

void herder_fencer_stop(struct herder *h)
{
    inbox_close(&h->fencer_inbox);
    inbox_wake(&h->fencer_inbox);
    thread_join(&h->fencer);
}
