/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/peers.h"

#include <string.h>

#include "lib/base/base64.h"
#include "lib/base/clock.h"
#include "lib/base/inbox.h"
#include "lib/base/jsondoc.h"
#include "lib/base/log.h"
#include "lib/base/thread.h"
#include "lib/base/xmem.h"
#include "rest/http_client.h"
#include "rest/reply.h"
#include "rest/signature.h"
#include "rest/url.h"
#include "worker/herder/herder.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.rest.RestClient");

enum {
    MAX_URL_BYTES = 64 * 1024,
    MAX_SIGNATURE_BYTES = 4 * SESSION_MAC_MAX_BYTES,
    CALL_TIMEOUT_MS = 90000,
    /* Of fencing, which is asked for again, and goes on where it was: a leader that stands still is
     * not waited for until it has long been replaced. */
    FENCE_TIMEOUT_MS = 15000,
};

struct rest_peers {
    char *source, *target; /* NULL: a worker; immutable */
    struct thread thread;
    struct inbox inbox;
    atomic_bool stopping;
};

/* One request. Owner: the inbox, then the thread. */
struct peer_call {
    struct inbox_msg msg;
    const char *method;
    char *url;
    void *body; /* NULL: none */
    size_t len;
    int64_t timeout_ms;
    char *signature; /* two headers; NULL: not signed */
    char *algorithm;
    herder_peer_done *done;
    void *done_arg;
};

static void free_call(struct peer_call *call)
{
    free(call->url);
    free(call->body);
    free(call->signature);
    free(call->algorithm);
    free(call);
}

/* ---- the thread ---- */

static enum tern_code code_of(int status)
{
    switch (status) {
    case 400:
        return TERN_EINVALID;
    case 404:
        return TERN_ENOTFOUND;
    case 409:
        return TERN_ECONFLICT;
    default:
        return TERN_EINTERNAL;
    }
}

/* The message of an error object, or what else can be said of an answer. */
static int read_answer(const struct http_answer *answer, struct tern_error *err)
{
    CLEANUP(jsondoc_freep) struct jsondoc *doc = NULL;
    const struct jsondoc_node *message = NULL;
    struct tern_error ignored;

    if (answer->status >= 200 && answer->status < 300)
        return 0;
    if (answer->body.len && jsondoc_parse(answer->body.data, answer->body.len, &doc, &ignored) == 0)
        message = jsondoc_member(jsondoc_root(doc), "message");
    if (message && message->kind == JSONDOC_STRING)
        return tern_fail(err, code_of(answer->status), "%s", message->text);
    return tern_fail(err, code_of(answer->status), "the leader answered with status %d",
                     answer->status);
}

static void run_call(void *receiver, struct inbox_msg *msg)
{
    struct rest_peers *peers = receiver;
    struct peer_call *call = CONTAINER_OF(msg, struct peer_call, msg);
    CLEANUP(http_answer_fini) struct http_answer answer = HTTP_ANSWER_INIT;
    struct http_call http = {
        .method = call->method,
        .url = call->url,
        .headers = {"Accept: application/json"},
        .body = call->body,
        .len = call->len,
        .deadline_ms = clock_deadline_ms(call->timeout_ms),
        .cancelled = &peers->stopping,
    };
    size_t count = 1;
    struct tern_error err;
    int rc;

    if (call->body)
        http.headers[count++] = "Content-Type: application/json";
    if (call->signature) {
        http.headers[count++] = call->signature;
        http.headers[count++] = call->algorithm;
    }
    log_debug("%s %s", call->method, call->url);
    rc = http_call(&http, &answer, &err);
    if (rc < 0)
        tern_context_at(&err, "%s %s", call->method, call->url);
    else
        rc = read_answer(&answer, &err);
    call->done(call->done_arg, answer.status, rc < 0 ? &err : NULL);
    free_call(call);
}

static void drop_call(struct inbox_msg *msg)
{
    struct peer_call *call = CONTAINER_OF(msg, struct peer_call, msg);
    struct tern_error err;

    tern_fail_at(&err, __FILE__, TERN_ERETRIABLE, "the worker is shutting down");
    call->done(call->done_arg, 0, &err);
    free_call(call);
}

static void serve(void *arg)
{
    struct rest_peers *peers = arg;

    while (!atomic_load(&peers->stopping)) {
        struct inbox_msg *msg = inbox_take(&peers->inbox, FOREVER_MS);

        if (msg)
            msg->run(peers, msg);
    }
}

struct rest_peers *rest_peers_new(const char *source, const char *target)
{
    struct rest_peers *peers = xcalloc(1, sizeof(*peers));

    http_client_init(NULL);
    if (source) {
        peers->source = xstrdup(source);
        peers->target = xstrdup(target);
    }
    inbox_init(&peers->inbox);
    thread_start(&peers->thread, "rest-peers", serve, peers);
    return peers;
}

void rest_peers_free(struct rest_peers *peers)
{
    if (!peers)
        return;
    atomic_store(&peers->stopping, true);
    inbox_close(&peers->inbox);
    inbox_wake(&peers->inbox);
    thread_join(&peers->thread);
    inbox_fini(&peers->inbox);
    free(peers->source);
    free(peers->target);
    free(peers);
}

/* ---- what the herder calls ---- */

static char *url_of(const struct rest_peers *peers, const char *leader_url, const char *connector,
                    const char *what)
{
    CLEANUP(buf_fini) struct buf url = BUF_INIT(MAX_URL_BYTES);

    buf_add_str(&url, leader_url);
    if (!str_ends_with(leader_url, "/"))
        buf_add_char(&url, '/');
    if (peers->source) {
        url_encode(&url, peers->source);
        buf_add_char(&url, '/');
        url_encode(&url, peers->target);
        buf_add_char(&url, '/');
    }
    buf_add_str(&url, "connectors/");
    url_encode(&url, connector);
    buf_add_fmt(&url, "/%s", what);
    return buf_take_str(&url);
}

/* Both headers of a signature. */
static int sign_call(struct peer_call *call, const struct herder_signature *sign,
                     struct tern_error *err)
{
    CLEANUP(buf_fini) struct buf text = BUF_INIT(MAX_SIGNATURE_BYTES);
    uint8_t mac[SESSION_MAC_MAX_BYTES];
    size_t len;

    if (session_key_mac(sign->key, sign->algorithm, call->body ? call->body : "", call->len, mac,
                        &len, err) < 0)
        return -1;
    base64_encode(&text, mac, len);
    call->signature = xasprintf("%s: %s", SIGNATURE_HEADER, buf_str(&text));
    call->algorithm = xasprintf("%s: %s", SIGNATURE_ALGORITHM_HEADER, sign->algorithm);
    return 0;
}

static void submit(struct rest_peers *peers, struct peer_call *call,
                   const struct herder_signature *sign)
{
    struct tern_error err;

    call->msg.run = run_call;
    call->msg.drop = drop_call;
    if (sign && sign_call(call, sign, &err) < 0) {
        call->done(call->done_arg, 0, &err);
        free_call(call);
        return;
    }
    inbox_push(&peers->inbox, &call->msg);
}

static void post_tasks(void *arg, const char *leader_url, const char *connector, const char *body,
                       size_t len, const struct herder_signature *sign, herder_peer_done *done,
                       void *done_arg)
{
    struct peer_call *call = xcalloc(1, sizeof(*call));

    call->method = "POST";
    call->url = url_of(arg, leader_url, connector, "tasks");
    call->body = xmemdup(body, len);
    call->len = len;
    call->timeout_ms = CALL_TIMEOUT_MS;
    call->done = done;
    call->done_arg = done_arg;
    submit(arg, call, sign);
}

static void put_fence(void *arg, const char *leader_url, const char *connector,
                      const struct herder_signature *sign, herder_peer_done *done, void *done_arg)
{
    struct peer_call *call = xcalloc(1, sizeof(*call));

    call->method = "PUT";
    call->url = url_of(arg, leader_url, connector, "fence");
    call->timeout_ms = FENCE_TIMEOUT_MS;
    call->done = done;
    call->done_arg = done_arg;
    submit(arg, call, sign);
}

const struct herder_peers rest_herder_peers = {
    .post_tasks = post_tasks,
    .put_fence = put_fence,
};
