/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/group/group_net.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/wire/bootstrap.h"
#include "lib/wire/msg_metadata.h"
#include "worker/group/request_copy.h"

enum {
    TAG_FIND = 1,
    TAG_METADATA,
    BROKERS_MAX = 1000, /* that are remembered */
    /* A session of SASL is not used for a new request when it ends within this time. */
    EXPIRY_MARGIN_MS = 5000,
};

/* The connection to the coordinator, and what is to be, or was, sent by it. */
struct link {
    struct conn *conn; /* NULL: not open */
    char *host;
    int32_t port;
    struct backoff retry;
    int64_t open_at_ms;               /* not before */
    VEC(struct request_copy) waiting; /* for the connection to be ready */
    VEC(uint64_t) flights;            /* serials that are not answered */
    VEC(uint64_t) failed;             /* serials that are to be told */
    struct tern_error error;          /* why */
};

struct group_net {
    struct group_net_conf conf;
    struct bootstrap bootstrap;
    struct bootstrap brokers; /* as the last one that was asked knows them */
    size_t next_broker;

    struct conn *any; /* NULL: not open */
    char *group;      /* to be asked for; NULL: nobody asks */
    bool is_asked;
    bool find_failed; /* to be told: find_error */
    struct tern_error find_error;

    struct link link;

    /* what the last event lent */
    struct msg_find_coordinator_response find;
    struct msg_join_group_response join;
    struct msg_sync_group_response sync;
};

int group_net_new(const struct group_net_conf *conf, struct group_net **ret_net,
                  struct tern_error *err)
{
    struct group_net *n = xcalloc(1, sizeof(*n));

    n->conf = *conf;
    n->conf.bootstrap_servers = NULL;
    if (bootstrap_parse(conf->bootstrap_servers, &n->bootstrap, err) < 0) {
        free(n);
        return -1;
    }
    n->link.retry =
        (struct backoff){.min_ms = conf->reconnect_ms, .max_ms = conf->reconnect_max_ms};
    *ret_net = n;
    return 0;
}

static void drop_waiting(struct link *l)
{
    for (size_t i = 0; i < l->waiting.count; i++)
        request_copy_fini(&l->waiting.at[i]);
    l->waiting.count = 0;
}

void group_net_free(struct group_net *n)
{
    if (!n)
        return;
    conn_free(n->any);
    conn_free(n->link.conn);
    drop_waiting(&n->link);
    vec_fini(&n->link.waiting);
    vec_fini(&n->link.flights);
    vec_fini(&n->link.failed);
    free(n->link.host);
    bootstrap_fini(&n->bootstrap);
    bootstrap_fini(&n->brokers);
    msg_join_group_fini(&n->join);
    free(n->group);
    free(n);
}

/* ---- any broker ---- */

static const struct bootstrap_server *next_broker(struct group_net *n)
{
    size_t i = n->next_broker++ % (n->bootstrap.count + n->brokers.count);

    return i < n->bootstrap.count ? &n->bootstrap.servers[i]
                                  : &n->brokers.servers[i - n->bootstrap.count];
}

static void fail_find(struct group_net *n)
{
    if (!n->group)
        return;
    free(TAKE(n->group));
    n->find_failed = true;
}

static void close_any(struct group_net *n)
{
    conn_free(TAKE(n->any));
    fail_find(n);
}

/* The requests of a connection that is ready; false: it lacks one of them. */
static int ask(struct group_net *n, int64_t now_ms, enum wire_api api, uint64_t tag)
{
    struct conn_machine *m = conn_requests(n->any);
    const struct msg_metadata_request brokers = {0};
    const struct msg_find_coordinator_request find = {slice_str(n->group), MSG_COORDINATOR_GROUP};
    int16_t version = conn_machine_version(m, api);
    struct wire_writer *w;

    if (version < 0) {
        return tern_fail(&n->find_error, TERN_EINVALID, "broker %s does not have the request %s",
                         conn_name(n->any), wire_api_row(api)->name);
    }
    w = conn_machine_begin(m, api);
    if (api == WIRE_METADATA)
        msg_metadata_encode(w, version, &brokers);
    else
        msg_find_coordinator_encode(w, version, &find);
    return conn_machine_end(m, now_ms, n->conf.find_timeout_ms, tag, &n->find_error);
}

static void ask_when_ready(struct group_net *n, int64_t now_ms)
{
    if (!n->group || n->is_asked || !n->any || !conn_machine_is_ready(conn_requests(n->any)))
        return;
    n->is_asked = true;
    if (ask(n, now_ms, WIRE_METADATA, TAG_METADATA) < 0 ||
        ask(n, now_ms, WIRE_FIND_COORDINATOR, TAG_FIND) < 0)
        close_any(n);
}

void group_net_find(struct group_net *n, int64_t now_ms, const char *group)
{
    free(n->group);
    n->group = xstrdup(group);
    n->is_asked = n->find_failed = false;
    if (!n->any) {
        const struct bootstrap_server *to = next_broker(n);

        n->any = conn_open(&n->conf.conn, to->host, to->port, now_ms);
    }
    ask_when_ready(n, now_ms);
}

static void learn_brokers(struct group_net *n, const struct conn_action *a)
{
    CLEANUP(msg_metadata_fini) struct msg_metadata_response m = {0};
    struct tern_error ignored; /* then they are not known: those of the list are */

    if (msg_metadata_decode(a->bytes, a->version, &m, &ignored) < 0 || m.broker_count == 0)
        return;
    bootstrap_fini(&n->brokers);
    n->brokers.servers = xcalloc(m.broker_count, sizeof(*n->brokers.servers));
    for (size_t i = 0; i < m.broker_count && i < BROKERS_MAX; i++) {
        struct bootstrap_server *s = &n->brokers.servers[n->brokers.count++];

        s->host = xstrndup((const char *)m.brokers[i].host.at, m.brokers[i].host.len);
        s->port = m.brokers[i].port;
    }
}

/* True: *ret_event is to be told. */
static bool on_any(struct group_net *n, int64_t now_ms, const struct conn_action *a,
                   struct group_net_event *ret_event)
{
    switch (a->kind) {
    case CONN_READY:
        ask_when_ready(n, now_ms);
        return false;
    case CONN_CLOSE:
        n->find_error = *a->error;
        close_any(n);
        return false;
    case CONN_RESPONSE:
        break;
    case CONN_SEND:
    case CONN_FAILED:
        return false;
    }
    if (a->tag == TAG_METADATA) {
        learn_brokers(n, a);
        return false;
    }
    if (msg_find_coordinator_decode(a->bytes, a->version, &n->find, &n->find_error) < 0) {
        close_any(n);
        return false;
    }
    if (!n->group)
        return false;
    free(TAKE(n->group));
    *ret_event = (struct group_net_event){.kind = GROUP_NET_FOUND, .find = &n->find};
    return true;
}

/* ---- the coordinator ---- */

void group_net_hang_up(struct group_net *n)
{
    struct link *l = &n->link;

    conn_free(TAKE(l->conn));
    drop_waiting(l);
    l->flights.count = 0;
    l->failed.count = 0;
}

/* l->error says why. */
static void fail_link(struct link *l, int64_t now_ms)
{
    conn_free(TAKE(l->conn));
    for (size_t i = 0; i < l->flights.count; i++)
        vec_push(&l->failed, l->flights.at[i]);
    for (size_t i = 0; i < l->waiting.count; i++)
        vec_push(&l->failed, l->waiting.at[i].request.serial);
    drop_waiting(l);
    l->flights.count = 0;
    l->open_at_ms = now_ms + backoff_next_ms(&l->retry);
}

static int put(struct link *l, int64_t now_ms, const struct member_request *request)
{
    struct conn_machine *m = conn_requests(l->conn);
    int16_t version = conn_machine_version(m, request->api);

    if (version < 0) {
        return tern_fail(&l->error, TERN_EINVALID, "broker %s does not have the request %s",
                         conn_name(l->conn), wire_api_row(request->api)->name);
    }
    member_request_encode(request, conn_machine_begin(m, request->api), version);
    if (conn_machine_end(m, now_ms, request->timeout_ms, request->serial, &l->error) < 0)
        return -1;
    vec_push(&l->flights, request->serial);
    return 0;
}

/* A session of SASL that is about to end is replaced while nothing is awaited. */
static void drop_expired(struct link *l, int64_t now_ms)
{
    if (l->conn && l->flights.count == 0 &&
        now_ms >= conn_machine_expires_ms(conn_requests(l->conn)) - EXPIRY_MARGIN_MS)
        conn_free(TAKE(l->conn));
}

static void open_link(struct group_net *n, int64_t now_ms)
{
    struct link *l = &n->link;

    if (!l->conn && l->waiting.count && now_ms >= l->open_at_ms)
        l->conn = conn_open(&n->conf.conn, l->host, l->port, now_ms);
}

void group_net_send(struct group_net *n, int64_t now_ms, const char *host, int32_t port,
                    const struct member_request *request)
{
    struct link *l = &n->link;
    struct request_copy copy;

    if (!l->host || strcmp(l->host, host) != 0 || l->port != port) {
        group_net_hang_up(n);
        free(l->host);
        l->host = xstrdup(host);
        l->port = port;
        l->open_at_ms = now_ms;
        backoff_reset(&l->retry);
    }
    drop_expired(l, now_ms);
    if (l->conn && conn_machine_is_ready(conn_requests(l->conn))) {
        if (put(l, now_ms, request) == 0)
            return;
        vec_push(&l->failed, request->serial);
        fail_link(l, now_ms);
        return;
    }
    request_copy_init(&copy, request);
    vec_push(&l->waiting, copy);
    open_link(n, now_ms);
}

static void send_waiting(struct link *l, int64_t now_ms)
{
    backoff_reset(&l->retry);
    while (l->waiting.count) {
        if (put(l, now_ms, &l->waiting.at[0].request) < 0) {
            fail_link(l, now_ms);
            return;
        }
        request_copy_fini(&l->waiting.at[0]);
        vec_remove(&l->waiting, 0);
    }
}

static void forget_flight(struct link *l, uint64_t serial)
{
    for (size_t i = 0; i < l->flights.count; i++) {
        if (l->flights.at[i] == serial) {
            vec_remove(&l->flights, i);
            return;
        }
    }
}

static int decode(struct group_net *n, const struct conn_action *a, struct group_net_event *event)
{
    struct msg_heartbeat_response heartbeat;
    struct msg_leave_group_response leave;
    struct tern_error *err = &n->link.error;

    switch (a->api) {
    case WIRE_JOIN_GROUP:
        msg_join_group_fini(&n->join);
        if (msg_join_group_decode(a->bytes, a->version, &n->join, err) < 0)
            return -1;
        event->kind = GROUP_NET_JOIN;
        event->join = &n->join;
        return 0;
    case WIRE_SYNC_GROUP:
        if (msg_sync_group_decode(a->bytes, a->version, &n->sync, err) < 0)
            return -1;
        event->kind = GROUP_NET_SYNC;
        event->sync = &n->sync;
        return 0;
    case WIRE_HEARTBEAT:
        if (msg_heartbeat_decode(a->bytes, a->version, &heartbeat, err) < 0)
            return -1;
        event->kind = GROUP_NET_HEARTBEAT;
        event->error = heartbeat.error;
        return 0;
    default:
        if (msg_leave_group_decode(a->bytes, a->version, &leave, err) < 0)
            return -1;
        event->kind = GROUP_NET_LEFT;
        event->error = leave.error;
        return 0;
    }
}

static bool on_link(struct group_net *n, int64_t now_ms, const struct conn_action *a,
                    struct group_net_event *ret_event)
{
    struct link *l = &n->link;
    struct group_net_event event = {.serial = a->tag};

    switch (a->kind) {
    case CONN_READY:
        send_waiting(l, now_ms);
        return false;
    case CONN_CLOSE:
        l->error = *a->error;
        fail_link(l, now_ms);
        return false;
    case CONN_RESPONSE:
        break;
    case CONN_SEND:
    case CONN_FAILED:
        return false; /* CONN_CLOSE follows, for all of them */
    }
    if (decode(n, a, &event) < 0) {
        fail_link(l, now_ms);
        return false;
    }
    forget_flight(l, a->tag);
    *ret_event = event;
    return true;
}

/* ---- both ---- */

void group_net_poll_set(const struct group_net *n, struct pollfd fds[GROUP_NET_FDS])
{
    fds[0] = fds[1] = (struct pollfd){.fd = -1};
    if (n->any)
        (void)conn_poll_set(n->any, &fds[0]);
    if (n->link.conn)
        (void)conn_poll_set(n->link.conn, &fds[1]);
}

int64_t group_net_wake_ms(const struct group_net *n, int64_t now_ms)
{
    int64_t wake_ms = FOREVER_MS;

    if (n->find_failed || n->link.failed.count)
        return now_ms;
    if (n->any)
        wake_ms = conn_wake_ms(n->any);
    if (n->link.conn && conn_wake_ms(n->link.conn) < wake_ms)
        wake_ms = conn_wake_ms(n->link.conn);
    if (!n->link.conn && n->link.waiting.count && n->link.open_at_ms < wake_ms)
        wake_ms = n->link.open_at_ms;
    return wake_ms;
}

void group_net_run(struct group_net *n, int64_t now_ms, const struct pollfd fds[GROUP_NET_FDS])
{
    if (n->any)
        conn_run(n->any, now_ms, fds[0].revents);
    if (n->link.conn)
        conn_run(n->link.conn, now_ms, fds[1].revents);
    open_link(n, now_ms);
}

bool group_net_next(struct group_net *n, int64_t now_ms, struct group_net_event *ret_event)
{
    struct conn_action action;

    while (n->any && conn_next(n->any, now_ms, &action)) {
        if (on_any(n, now_ms, &action, ret_event))
            return true;
    }
    while (n->link.conn && conn_next(n->link.conn, now_ms, &action)) {
        if (on_link(n, now_ms, &action, ret_event))
            return true;
    }
    if (n->find_failed) {
        n->find_failed = false;
        *ret_event = (struct group_net_event){.kind = GROUP_NET_FOUND, .why = n->find_error.msg};
        return true;
    }
    if (n->link.failed.count) {
        *ret_event = (struct group_net_event){
            .kind = GROUP_NET_FAILED, .serial = n->link.failed.at[0], .why = n->link.error.msg};
        vec_remove(&n->link.failed, 0);
        return true;
    }
    return false;
}
