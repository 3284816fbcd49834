/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/herder/herder_call.h"

#include "lib/base/xmem.h"

void herder_connector_info_fini(struct herder_connector_info *info)
{
    free(info->name);
    config_ref_unref(info->config);
    *info = (struct herder_connector_info){0};
}

void call_free(struct herder_call *call)
{
    task_configs_fini(&call->tasks);
    strmap_fini(&call->config);
    config_ref_unref(call->expected);
    config_ref_unref(call->stored);
    herder_connector_info_fini(&call->info);
    free(call->url);
    free(call->connector);
    free(call);
}

void call_finish(struct herder_call *call, const struct tern_error *err)
{
    struct herder *h = call->herder;
    bool last;

    if (call->done)
        call->done(call->done_arg, err);
    gate_lock(&h->gate);
    call->is_done = true;
    call->rc = err ? -1 : 0;
    if (err)
        call->err = *err;
    last = --call->refs == 0;
    gate_wake(&h->gate);
    gate_unlock(&h->gate);
    if (last)
        call_free(call);
}

int call_elsewhere(struct herder_call *call, const char *url, struct tern_error *err)
{
    call->is_elsewhere = true;
    call->url = url ? xstrdup(url) : NULL;
    return tern_fail(err, TERN_ECONFLICT,
                     "Cannot complete request because of a conflicting operation (e.g. worker "
                     "rebalance)"); /* peer text */
}

static void call_run(void *receiver, struct inbox_msg *msg)
{
    struct herder_call *call = CONTAINER_OF(msg, struct herder_call, msg);
    struct tern_error err;
    int rc = call->fn(receiver, call, &err);

    if (rc != CALL_LATER)
        call_finish(call, rc < 0 ? &err : NULL);
}

static void call_drop(struct inbox_msg *msg)
{
    struct tern_error err;

    tern_fail_at(&err, "herder_call.c", TERN_EINTERNAL, "Worker is shutting down"); /* peer text */
    call_finish(CONTAINER_OF(msg, struct herder_call, msg), &err);
}

struct herder_call *call_new(struct herder *h, call_fn *fn, const char *connector)
{
    struct herder_call *call = xcalloc(1, sizeof(*call));

    call->msg.run = call_run;
    call->msg.drop = call_drop;
    call->herder = h;
    call->fn = fn;
    call->connector = xstrdup(connector);
    call->refs = 1;
    return call;
}

void call_set_timed_out(struct herder *h, struct tern_error *err)
{
    CLEANUP(freep) char *stage = herder_stage(h);

    if (stage) /* peer text, like the next */
        (void)tern_fail(err, TERN_ETIMEOUT, "Request timed out. %s.", stage);
    else
        (void)tern_fail(err, TERN_ETIMEOUT, "Request timed out");
}

/* False at the deadline: then the call is the answerer's. */
static bool await(struct herder_call *call, int64_t deadline_ms)
{
    struct herder *h = call->herder;
    bool done, last;

    gate_lock(&h->gate);
    while (!call->is_done) {
        if (!gate_wait(&h->gate, deadline_ms))
            break;
    }
    done = call->is_done;
    last = !done && --call->refs == 0;
    gate_unlock(&h->gate);
    if (last)
        call_free(call);
    return done;
}

/* The call was posted with two owners. */
static int outcome(struct herder_call *call, struct herder_ask *ask, struct tern_error *err)
{
    ask->is_elsewhere = call->is_elsewhere;
    ask->url = TAKE(call->url);
    if (call->rc < 0)
        *err = call->err;
    return call->rc;
}

static int ask_by(struct herder_call *call, struct herder_ask *ask,
                  void (*post)(struct herder *h, struct inbox_msg *msg), struct tern_error *err)
{
    struct herder *h = call->herder;
    int rc;

    ask->is_elsewhere = false;
    ask->url = NULL;
    call->refs = 2;
    post(h, &call->msg);
    if (!await(call, ask->deadline_ms))
        return call_timed_out(h, err);
    rc = outcome(call, ask, err);
    if (rc < 0)
        call_release(call);
    return rc;
}

int call_ask(struct herder_call *call, struct herder_ask *ask, struct tern_error *err)
{
    return ask_by(call, ask, herder_post, err);
}

int call_write(struct herder_call *call, struct herder_ask *ask, struct tern_error *err)
{
    return ask_by(call, ask, herder_post_write, err);
}

void call_release(struct herder_call *call)
{
    struct herder *h = call->herder;
    bool last;

    gate_lock(&h->gate);
    last = --call->refs == 0;
    gate_unlock(&h->gate);
    if (last)
        call_free(call);
}

void call_submit(struct herder_call *call)
{
    herder_post_write(call->herder, &call->msg);
}
