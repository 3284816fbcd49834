/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key with which workers sign requests to each other: every worker reads it, the leader of a
 * sessioned group makes new ones. What is decided is in session_key.h. Spec:
 * connect-distributed.md 9.1.
 */
#include "worker/herder/herder_call.h"

#include "lib/base/log.h"
#include "lib/base/xmem.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.distributed.DistributedHerder");

/* ---- reading; Thread: the log's ---- */

void herder_on_session_key(struct herder *h)
{
    const struct cluster_state *s = config_store_snapshot(h->configs);

    if (s->session_key) {
        gate_lock(&h->gate);
        session_key_read(&h->keys, s->session_key, &h->key_policy);
        gate_unlock(&h->gate);
        log_debug("A session key was read"); /* never its content */
    }
    cluster_state_unref(s);
}

void herder_adopt_session_key(struct herder *h)
{
    const struct cluster_state *s = config_store_snapshot(h->configs);

    gate_lock(&h->gate);
    session_key_adopt(&h->keys, s->session_key, &h->key_policy);
    gate_unlock(&h->gate);
    cluster_state_unref(s);
}

/* ---- making ---- */

/* The outcome of a write, on its way to the herder's thread. */
struct key_written {
    struct inbox_msg msg;
    struct herder *herder;
    bool is_failed;
};

static void written_drop(struct inbox_msg *msg)
{
    free(CONTAINER_OF(msg, struct key_written, msg));
}

static void written_run(void *receiver, struct inbox_msg *msg)
{
    struct herder *h = receiver;

    if (CONTAINER_OF(msg, struct key_written, msg)->is_failed)
        h->can_read_configs = false; /* whether it was written after all shows the topic */
    h->key_is_written = false;
    written_drop(msg);
}

/* Thread: writer. */
static void on_written(void *arg, const struct tern_error *err)
{
    struct key_written *w = arg;

    if (err) {
        /* peer text, up to the cause */
        log_error("Failed to distribute session key to other workers in the cluster: %s", err->msg);
    }
    w->is_failed = err != NULL;
    herder_post(w->herder, &w->msg);
}

/* A key that is still needed by the time that the writer is at it. Thread: writer. */
static int do_put_key(struct herder *h, struct herder_call *call, struct tern_error *err)
{
    struct session_key *key;
    int64_t now_ms = clock_wall_ms();
    bool is_due;
    int rc;

    (void)call;
    gate_lock(&h->gate);
    is_due = h->role.is_leader && session_key_is_due(&h->keys, &h->key_policy, now_ms);
    gate_unlock(&h->gate);
    if (!is_due)
        return 0;
    if (session_key_generate(&h->key_policy, now_ms, &key, err) < 0)
        return -1;
    herder_stage_begin(h, STAGE_OF_WRITER,
                       "distributing a new session key to other workers in the cluster");
    rc = config_store_put_session_key(h->configs, key, err);
    herder_stage_end(h, STAGE_OF_WRITER);
    session_key_free(key);
    return rc;
}

static void write_key(struct herder *h)
{
    struct herder_call *call = call_new(h, do_put_key, "");
    struct key_written *w = xcalloc(1, sizeof(*w));

    log_info("Rotating session key");
    w->msg.run = written_run;
    w->msg.drop = written_drop;
    w->herder = h;
    call->done = on_written;
    call->done_arg = w;
    h->key_is_written = true;
    call_submit(call);
}

/* When the key has to be looked at again; FOREVER_MS: not before something happens. */
static int64_t due_ms(int64_t expires_ms, int64_t now_ms)
{
    return expires_ms == INT64_MAX ? FOREVER_MS : clock_deadline_ms(expires_ms - now_ms);
}

void herder_rotate_session_key(struct herder *h)
{
    int64_t now_ms = clock_wall_ms(), expires_ms;
    bool is_due;

    h->key_due_ms = FOREVER_MS;
    if (h->key_is_written || h->assignment->protocol < GROUP_SESSIONED || !herder_is_leader(h))
        return;
    gate_lock(&h->gate);
    is_due = session_key_is_due(&h->keys, &h->key_policy, now_ms);
    expires_ms = h->keys.expires_ms;
    gate_unlock(&h->gate);
    if (is_due)
        write_key(h);
    else
        h->key_due_ms = due_ms(expires_ms, now_ms);
}
