/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/wire_call.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/xmem.h"
#include "lib/wire/bootstrap.h"
#include "lib/wire/msg_metadata.h"
#include "lib/wire/security.h"

enum {
    REQUEST_TIMEOUT_MS = 30000,
    SETUP_TIMEOUT_MS = 10000,
    REQUEST_MAX_BYTES = 16 << 20,
    RETRY_MIN_MS = 50,
    RETRY_MAX_MS = 1000,
    POLL_MAX_MS = 60000,
};

struct wire_client {
    char *client_id; /* immutable, as options are */
    struct conn_options options;
    struct security *security; /* NULL: plain TCP */
    struct bootstrap bootstrap;
    int64_t request_timeout_ms;
    int cancel_fd; /* an eventfd: readable once cancelled */

    /* the caller's */
    size_t next_server;
    struct conn *any;        /* NULL: none is open */
    struct conn *controller; /* may be NULL; never the same as any */
};

/* What wire_call() was asked for. */
struct call {
    enum wire_api api;
    wire_encode *encode;
    void *arg;
    int64_t deadline_ms;
    struct wire_answer *answer;
};

void wire_answer_fini(struct wire_answer *answer)
{
    buf_fini(&answer->body);
}

int wire_client_open(const struct wire_client_conf *conf, struct wire_client **ret_client,
                     struct tern_error *err)
{
    struct wire_client *c = xcalloc(1, sizeof(*c));

    c->cancel_fd = -1;
    if (bootstrap_parse(conf->bootstrap_servers, &c->bootstrap, err) < 0 ||
        (conf->java && security_new(conf->java, &c->security, err) < 0)) {
        wire_client_free(c);
        return -1;
    }
    c->cancel_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (c->cancel_fd < 0) {
        wire_client_free(c);
        return tern_fail(err, TERN_EINTERNAL, "opening a client: %s", strerrordesc_np(errno));
    }
    c->client_id = xstrdup(conf->client_id);
    c->request_timeout_ms =
        conf->request_timeout_ms ? conf->request_timeout_ms : REQUEST_TIMEOUT_MS;
    c->options = (struct conn_options){
        .machine = {.client_id = c->client_id,
                    .software_name = "tern",
                    .software_version = "1",
                    .request_timeout_ms = c->request_timeout_ms,
                    .request_max_bytes = REQUEST_MAX_BYTES,
                    .response_max_bytes = WIRE_ANSWER_MAX,
                    .auth = security_auth(c->security)},
        .setup_timeout_ms = conf->setup_timeout_ms ? conf->setup_timeout_ms : SETUP_TIMEOUT_MS,
    };
    c->options.open_transport = security_transport(c->security, &c->options.transport_arg);
    *ret_client = c;
    return 0;
}

void wire_client_free(struct wire_client *c)
{
    if (!c)
        return;
    conn_free(c->any);
    conn_free(c->controller);
    security_free(c->security);
    bootstrap_fini(&c->bootstrap);
    if (c->cancel_fd >= 0)
        close(c->cancel_fd);
    free(c->client_id);
    free(c);
}

void wire_client_cancel(struct wire_client *c)
{
    const uint64_t one = 1;

    if (write(c->cancel_fd, &one, sizeof(one)) != (ssize_t)sizeof(one))
        return; /* it is full: cancelled long ago */
}

static void close_conn(struct conn **c)
{
    conn_free(TAKE(*c));
}

void wire_client_forget_controller(struct wire_client *c)
{
    close_conn(&c->controller);
}

/* ---- waiting ---- */

/* Until conn (may be NULL) can go on, or until_ms. Fails when cancelled. */
static int wait_for(struct wire_client *c, struct conn *conn, int64_t until_ms,
                    struct tern_error *err)
{
    struct pollfd fds[2] = {{.fd = c->cancel_fd, .events = POLLIN}, {.fd = -1}};

    if (conn) {
        (void)conn_poll_set(conn, &fds[1]);
        if (conn_wake_ms(conn) < until_ms)
            until_ms = conn_wake_ms(conn);
    }
    if (poll(fds, 2, (int)clock_left_ms(until_ms, POLL_MAX_MS)) < 0 && errno != EINTR)
        return tern_fail(err, TERN_EINTERNAL, "poll: %s", strerrordesc_np(errno));
    if (fds[0].revents)
        return tern_fail(err, TERN_ERETRIABLE, "the client is stopping");
    if (conn)
        conn_run(conn, clock_mono_ms(), fds[1].revents);
    return 0;
}

/*
 * Until the connection says what is waited for; *ret_action is then borrowed from it. Closes it,
 * and fails, when it ends, or at the deadline.
 */
static int await(struct wire_client *c, struct conn **conn, enum conn_action_kind kind,
                 int64_t deadline_ms, struct conn_action *ret_action, struct tern_error *err)
{
    int rc = 0;

    while (rc == 0) {
        while (conn_next(*conn, clock_mono_ms(), ret_action)) {
            if (ret_action->kind == kind)
                return 0;
            if (ret_action->kind == CONN_CLOSE) {
                *err = *ret_action->error;
                close_conn(conn);
                return -1;
            }
        }
        if (clock_mono_ms() >= deadline_ms) {
            rc =
                tern_fail(err, TERN_ETIMEOUT, "broker %s did not answer in time", conn_name(*conn));
        } else {
            rc = wait_for(c, *conn, deadline_ms, err);
        }
    }
    close_conn(conn); /* an answer that comes later would be taken for another's */
    return rc;
}

/* ---- connections ---- */

/* Makes *conn a connection that is ready. */
static int connect_to(struct wire_client *c, const char *host, int32_t port, int64_t deadline_ms,
                      struct conn **conn, struct tern_error *err)
{
    struct conn_action action;

    close_conn(conn);
    *conn = conn_open(&c->options, host, port, clock_mono_ms());
    return await(c, conn, CONN_READY, deadline_ms, &action, err);
}

static bool is_cancelled(const struct wire_client *c)
{
    struct pollfd pfd = {.fd = c->cancel_fd, .events = POLLIN};

    return poll(&pfd, 1, 0) > 0;
}

/* What a later try will not change: a refusal to authenticate, for one. */
static bool is_final(const struct wire_client *c, const struct tern_error *err)
{
    return is_cancelled(c) || (err->code != TERN_ETIMEOUT && err->code != TERN_ERETRIABLE);
}

static bool is_alive(struct conn *conn)
{
    struct conn_action action;
    struct pollfd pfd;

    if (!conn)
        return false;
    if (conn_poll_set(conn, &pfd) && poll(&pfd, 1, 0) > 0)
        conn_run(conn, clock_mono_ms(), pfd.revents);
    while (conn_next(conn, clock_mono_ms(), &action)) {
        if (action.kind == CONN_CLOSE)
            return false;
    }
    return conn_machine_is_ready(conn_requests(conn)) &&
           clock_mono_ms() < conn_machine_expires_ms(conn_requests(conn));
}

static int out_of_time(const struct tern_error *reason, struct tern_error *err)
{
    if (reason->code)
        *err = *reason;
    err->code = TERN_ETIMEOUT;
    return -1;
}

/* A connection to one of the list, each tried in turn, with back-off after every round. */
static int connect_any(struct wire_client *c, int64_t deadline_ms, struct tern_error *err)
{
    struct backoff retry = {.min_ms = RETRY_MIN_MS, .max_ms = RETRY_MAX_MS};
    struct tern_error reason = {0}; /* says more than that the time is over */
    size_t tried = 0;

    if (is_alive(c->any))
        return 0;
    for (;;) {
        const struct bootstrap_server *s =
            &c->bootstrap.servers[c->next_server++ % c->bootstrap.count];

        if (connect_to(c, s->host, s->port, deadline_ms, &c->any, err) == 0) {
            c->next_server--; /* it works: the next connection goes there as well */
            return 0;
        }
        if (is_final(c, err))
            return -1;
        if (clock_mono_ms() >= deadline_ms)
            return out_of_time(&reason, err);
        reason = *err;
        if (++tried % c->bootstrap.count == 0) {
            int64_t until_ms = clock_deadline_ms(backoff_next_ms(&retry));
            struct tern_error ignored;

            if (wait_for(c, NULL, until_ms < deadline_ms ? until_ms : deadline_ms, &ignored) < 0)
                return -1;
        }
    }
}

/* ---- requests ---- */

static int request(struct wire_client *c, struct conn **conn, const struct call *call,
                   struct tern_error *err)
{
    struct conn_machine *m = conn_requests(*conn);
    int16_t version = conn_machine_version(m, call->api);
    struct conn_action action;
    int64_t until_ms;

    if (version < 0) {
        return tern_fail(err, TERN_EINVALID, "broker %s does not have the request %s",
                         conn_name(*conn), wire_api_row(call->api)->name);
    }
    call->encode(call->arg, conn_machine_begin(m, call->api), version);
    if (conn_machine_end(m, clock_mono_ms(), c->request_timeout_ms, 0, err) < 0)
        return -1;
    until_ms = clock_deadline_ms(c->request_timeout_ms);
    if (call->deadline_ms < until_ms)
        until_ms = call->deadline_ms;
    if (await(c, conn, CONN_RESPONSE, until_ms, &action, err) < 0)
        return tern_context(err, "%s", wire_api_row(call->api)->name);
    buf_clear(&call->answer->body);
    buf_add(&call->answer->body, action.bytes.at, action.bytes.len); /* within the limit */
    call->answer->version = action.version;
    return 0;
}

static void encode_metadata(void *arg, struct wire_writer *w, int16_t version)
{
    const struct msg_metadata_request request = {0};

    (void)arg;
    msg_metadata_encode(w, version, &request);
}

static const struct msg_metadata_broker *find_broker(const struct msg_metadata_response *m,
                                                     int32_t id)
{
    for (size_t i = 0; i < m->broker_count; i++) {
        if (m->brokers[i].node_id == id)
            return &m->brokers[i];
    }
    return NULL;
}

static int find_controller(struct wire_client *c, int64_t deadline_ms, char **ret_host,
                           int32_t *ret_port, struct tern_error *err)
{
    CLEANUP(wire_answer_fini) struct wire_answer answer = WIRE_ANSWER_INIT;
    CLEANUP(msg_metadata_fini) struct msg_metadata_response m = {0};
    const struct msg_metadata_broker *broker;
    const struct call call = {.api = WIRE_METADATA,
                              .encode = encode_metadata,
                              .deadline_ms = deadline_ms,
                              .answer = &answer};

    if (connect_any(c, deadline_ms, err) < 0 || request(c, &c->any, &call, err) < 0)
        return -1;
    if (msg_metadata_decode(buf_slice(&answer.body), answer.version, &m, err) < 0)
        return -1;
    broker = find_broker(&m, m.controller);
    if (!broker)
        return tern_fail(err, TERN_ERETRIABLE, "the cluster has no controller at the moment");
    *ret_host = xstrndup((const char *)broker->host.at, broker->host.len);
    *ret_port = broker->port;
    return 0;
}

static int connect_controller(struct wire_client *c, int64_t deadline_ms, struct tern_error *err)
{
    struct backoff retry = {.min_ms = RETRY_MIN_MS, .max_ms = RETRY_MAX_MS};

    if (is_alive(c->controller))
        return 0;
    for (;;) {
        CLEANUP(freep) char *host = NULL;
        int64_t until_ms;
        int32_t port = 0;

        if (find_controller(c, deadline_ms, &host, &port, err) == 0 &&
            connect_to(c, host, port, deadline_ms, &c->controller, err) == 0)
            return 0;
        until_ms = clock_deadline_ms(backoff_next_ms(&retry));
        if (is_final(c, err) || until_ms >= deadline_ms)
            return -1;
        if (wait_for(c, NULL, until_ms, err) < 0)
            return -1;
    }
}

int wire_call(struct wire_client *c, enum wire_to to, enum wire_api api, wire_encode *encode,
              void *arg, int64_t deadline_ms, struct wire_answer *answer, struct tern_error *err)
{
    const struct call call = {api, encode, arg, deadline_ms, answer};

    if (is_cancelled(c))
        return tern_fail(err, TERN_ERETRIABLE, "the client is stopping");
    if (to == WIRE_TO_ANY) {
        if (connect_any(c, deadline_ms, err) < 0)
            return -1;
        return request(c, &c->any, &call, err);
    }
    if (connect_controller(c, deadline_ms, err) < 0)
        return -1;
    return request(c, &c->controller, &call, err);
}
