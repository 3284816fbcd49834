/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/group/group.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/strmap.h"
#include "lib/base/thread.h"
#include "lib/base/xmem.h"
#include "lib/wire/security.h"
#include "worker/group/group_net.h"
#include "worker/group/member.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.distributed.WorkerCoordinator");

enum {
    REQUEST_MAX_BYTES = 100 << 20,
    RESPONSE_MAX_BYTES = 100 << 20,
    LEAVE_WAIT_MS = 2000, /* for the coordinator to hear that we leave */
    POLL_MAX_MS = 60000,
};

/* What the herder wants, and how the member is. */
struct shared {
    /* herder -> group thread */
    uint64_t asked; /* counts what is asked for below */
    uint64_t polls; /* counts them */
    bool is_polling;
    char *rejoin; /* the reason; NULL: no */
    char *leave;  /* likewise */
    bool is_delivered;
    bool is_stopping;

    /* group thread -> herder */
    uint64_t answered; /* as asked, when what follows was true */
    bool is_stable, is_leaving, has_failed;
    bool has_delivery;
    struct member_delivery delivery;
    char *id;
    struct tern_error error;

    bool woken;
};

struct group {
    struct membership base;
    const struct membership_listener *listener; /* immutable, as what follows */
    void *arg;
    char *context;
    char *name; /* of the group */
    char *client_id;
    struct security *security;
    int wake_fd; /* an eventfd: wakes the group thread */
    struct thread thread;

    struct member *member; /* group thread */
    struct group_net *net; /* group thread */

    _Atomic int64_t lease_ms; /* until when nobody else has our work; by the group thread */

    struct gate gate;     /* a leaf */
    struct shared shared; /* gate */

    char *id;              /* herder thread: as of the last poll */
    struct owners *owners; /* herder thread: after the last round, when we lead */
};

static struct group *group_of(struct membership *m)
{
    return CONTAINER_OF(m, struct group, base);
}

static void wake_thread(struct group *g)
{
    const uint64_t one = 1;

    if (write(g->wake_fd, &one, sizeof(one)) != (ssize_t)sizeof(one))
        return; /* it is full: woken already */
}

/* ---- the group thread ---- */

/* What the herder asked for since the last time. */
struct orders {
    uint64_t asked, polls;
    bool is_polling, is_delivered, is_stopping;
    char *rejoin, *leave;
};

static void take_orders(struct group *g, struct orders *ret_orders)
{
    struct shared *s = &g->shared;

    gate_lock(&g->gate);
    ret_orders->asked = s->asked;
    ret_orders->polls = s->polls;
    ret_orders->is_polling = s->is_polling;
    ret_orders->is_delivered = s->is_delivered;
    ret_orders->is_stopping = s->is_stopping;
    ret_orders->rejoin = TAKE(s->rejoin);
    ret_orders->leave = TAKE(s->leave);
    s->is_delivered = false;
    gate_unlock(&g->gate);
}

/* Leaving comes last of what the herder can have asked in one go: it is out after that. */
static void obey(struct group *g, int64_t now_ms, struct orders *o, struct orders *last)
{
    if (o->is_delivered)
        member_on_delivered(g->member, now_ms);
    if (o->rejoin)
        member_on_rejoin(g->member, now_ms, o->rejoin);
    if (o->leave)
        member_on_leave(g->member, now_ms, o->leave);
    if (o->leave || o->polls != last->polls || o->is_polling != last->is_polling)
        member_on_poll(g->member, now_ms, o->is_polling);
    free(o->rejoin);
    free(o->leave);
    *last = *o;
}

static void hand_over(struct group *g, struct member_delivery *delivery)
{
    gate_lock(&g->gate);
    g->shared.delivery = *delivery;
    g->shared.has_delivery = true;
    gate_unlock(&g->gate);
    *delivery = (struct member_delivery){0};
}

static void give_up(struct group *g, const struct tern_error *error)
{
    gate_lock(&g->gate);
    g->shared.has_failed = true;
    g->shared.error = *error;
    gate_unlock(&g->gate);
}

static void act(struct group *g, int64_t now_ms, const struct member_action *a)
{
    const char *host;
    int32_t port = 0;

    switch (a->kind) {
    case MEMBER_FIND:
        group_net_find(g->net, now_ms, g->name);
        break;
    case MEMBER_SEND:
        (void)member_coordinator(g->member, &host, &port);
        group_net_send(g->net, now_ms, host, port, &a->request);
        break;
    case MEMBER_HANG_UP:
        group_net_hang_up(g->net);
        break;
    case MEMBER_DELIVER:
        hand_over(g, a->delivery);
        break;
    case MEMBER_NOTE:
        log_at(a->level, "%s", a->text);
        break;
    case MEMBER_FAIL:
        give_up(g, a->error);
        break;
    }
}

static void run_actions(struct group *g, int64_t now_ms)
{
    struct member_action action;

    while (member_next(g->member, &action))
        act(g, now_ms, &action);
}

static void tell_member(struct group *g, int64_t now_ms, const struct group_net_event *e)
{
    switch (e->kind) {
    case GROUP_NET_FOUND:
        member_on_coordinator(g->member, now_ms, e->find, e->why);
        break;
    case GROUP_NET_JOIN:
        member_on_join(g->member, now_ms, e->serial, e->join);
        break;
    case GROUP_NET_SYNC:
        member_on_sync(g->member, now_ms, e->serial, e->sync);
        break;
    case GROUP_NET_HEARTBEAT:
        member_on_heartbeat(g->member, now_ms, e->serial, e->error);
        break;
    case GROUP_NET_LEFT:
        member_on_left(g->member, now_ms, e->serial, e->error);
        break;
    case GROUP_NET_FAILED:
        member_on_failed(g->member, now_ms, e->serial, e->why);
        break;
    }
}

static void run_net(struct group *g, const struct pollfd *fds)
{
    int64_t now_ms = clock_mono_ms();
    struct group_net_event event;

    group_net_run(g->net, now_ms, fds);
    while (group_net_next(g->net, now_ms, &event)) {
        tell_member(g, now_ms, &event);
        run_actions(g, now_ms);
    }
}

/* How the member is now, for the herder. */
static void publish(struct group *g, uint64_t asked)
{
    struct shared *s = &g->shared;
    const char *id = member_id(g->member);
    bool is_stable = member_is_stable(g->member), is_leaving = member_is_leaving(g->member);

    atomic_store(&g->lease_ms, member_lease_ms(g->member));
    gate_lock(&g->gate);
    s->answered = asked;
    s->is_stable = is_stable;
    s->is_leaving = is_leaving;
    if (strcmp(s->id, id) != 0) {
        free(s->id);
        s->id = xstrdup(id);
    }
    gate_wake(&g->gate);
    gate_unlock(&g->gate);
}

static void wait_for_events(struct group *g, struct pollfd fds[1 + GROUP_NET_FDS])
{
    int64_t now_ms = clock_mono_ms();
    int64_t wake_ms = member_wake_ms(g->member);
    uint64_t count;

    if (group_net_wake_ms(g->net, now_ms) < wake_ms)
        wake_ms = group_net_wake_ms(g->net, now_ms);
    fds[0] = (struct pollfd){.fd = g->wake_fd, .events = POLLIN};
    group_net_poll_set(g->net, fds + 1);
    if (poll(fds, 1 + GROUP_NET_FDS, (int)clock_left_ms(wake_ms, POLL_MAX_MS)) < 0) {
        for (int i = 0; i < 1 + GROUP_NET_FDS; i++)
            fds[i].revents = 0;
    }
    if (fds[0].revents && read(g->wake_fd, &count, sizeof(count)) < 0)
        log_trace("woken for nothing");
}

static void group_main(void *arg)
{
    struct group *g = arg;
    struct pollfd fds[1 + GROUP_NET_FDS] = {{.fd = -1}, {.fd = -1}, {.fd = -1}};
    struct orders orders, last = {0};

    log_set_context(g->context);
    for (;;) {
        take_orders(g, &orders);
        obey(g, clock_mono_ms(), &orders, &last);
        member_on_tick(g->member, clock_mono_ms());
        run_actions(g, clock_mono_ms());
        run_net(g, fds + 1); /* last: it sends what was asked for above, too */
        publish(g, orders.asked);
        if (orders.is_stopping)
            return;
        wait_for_events(g, fds);
    }
}

/* ---- the herder's side ---- */

/* Locked. */
static bool is_stable_now(const struct shared *s)
{
    return s->is_stable && s->answered == s->asked && !s->has_delivery;
}

static void ask(struct group *g)
{
    g->shared.asked++;
    wake_thread(g);
}

static void take_id(struct group *g)
{
    if (strcmp(g->id, g->shared.id) != 0) {
        free(g->id);
        g->id = xstrdup(g->shared.id);
    }
}

/* Tells the herder what there is; unlocked. */
static void deliver(struct group *g, struct member_delivery *d)
{
    owners_free(g->owners);
    g->owners = TAKE(d->owners);
    if (!work_is_empty(&d->revoked))
        g->listener->revoked(g->arg, &d->revoked);
    if (d->assignment)
        g->listener->joined(g->arg, TAKE(d->assignment));
    member_delivery_fini(d);
}

/* Waits, locked, for what ends a poll; true: there is a delivery, which is taken. */
static bool await(struct group *g, int64_t deadline_ms, struct member_delivery *ret_delivery)
{
    struct shared *s = &g->shared;

    while (!s->woken && !s->has_failed && !s->has_delivery) {
        bool is_stable = is_stable_now(s);

        if (is_stable && clock_mono_ms() >= deadline_ms)
            return false;
        gate_wait(&g->gate, is_stable ? deadline_ms : FOREVER_MS);
    }
    if (!s->has_delivery)
        return false;
    *ret_delivery = s->delivery;
    s->delivery = (struct member_delivery){0};
    s->has_delivery = false;
    return true;
}

static int group_poll(struct membership *m, int64_t deadline_ms, bool *ret_stable,
                      struct tern_error *err)
{
    struct group *g = group_of(m);
    struct shared *s = &g->shared;
    struct member_delivery delivery = {0};
    bool has_failed;

    gate_lock(&g->gate);
    s->is_polling = true;
    s->polls++;
    wake_thread(g);
    while (await(g, deadline_ms, &delivery)) {
        take_id(g);
        gate_unlock(&g->gate);
        if (delivery.assignment)
            deadline_ms = 0; /* as soon as all is settled, the herder has something to do */
        deliver(g, &delivery);
        gate_lock(&g->gate);
        s->is_delivered = true;
        ask(g);
    }
    s->woken = false;
    s->is_polling = false;
    take_id(g);
    *ret_stable = is_stable_now(s);
    has_failed = s->has_failed;
    if (has_failed)
        *err = s->error;
    gate_unlock(&g->gate);
    wake_thread(g);
    return has_failed ? -1 : 0;
}

static void group_request_rejoin(struct membership *m, const char *reason)
{
    struct group *g = group_of(m);

    gate_lock(&g->gate);
    free(g->shared.rejoin);
    g->shared.rejoin = xstrdup(reason);
    ask(g);
    gate_unlock(&g->gate);
}

static const char *group_member_id(const struct membership *m)
{
    return CONTAINER_OF(m, const struct group, base)->id;
}

static const char *group_owner_url(const struct membership *m, const char *connector, int32_t task)
{
    const struct group *g = CONTAINER_OF(m, const struct group, base);

    return g->id[0] ? owners_url(g->owners, connector, task) : NULL;
}

static void group_leave(struct membership *m, const char *reason)
{
    struct group *g = group_of(m);
    struct shared *s = &g->shared;
    int64_t deadline_ms = clock_deadline_ms(LEAVE_WAIT_MS);

    gate_lock(&g->gate);
    free(s->leave);
    s->leave = xstrdup(reason);
    free(TAKE(s->rejoin));
    ask(g);
    while (s->answered != s->asked || s->is_leaving) {
        /* The first has to be: the thread may look at what is configured until then. */
        if (!gate_wait(&g->gate, s->answered != s->asked ? FOREVER_MS : deadline_ms))
            break;
    }
    take_id(g);
    gate_unlock(&g->gate);
}

static void group_wake(struct membership *m)
{
    struct group *g = group_of(m);

    gate_lock(&g->gate);
    g->shared.woken = true;
    gate_wake(&g->gate);
    gate_unlock(&g->gate);
}

static void group_release(struct group *g)
{
    member_free(g->member);
    group_net_free(g->net);
    security_free(g->security);
    member_delivery_fini(&g->shared.delivery);
    owners_free(g->owners);
    if (g->wake_fd >= 0)
        close(g->wake_fd);
    gate_fini(&g->gate);
    free(g->shared.rejoin);
    free(g->shared.leave);
    free(g->shared.id);
    free(g->id);
    free(g->context);
    free(g->name);
    free(g->client_id);
    free(g);
}

static void group_free(struct membership *m)
{
    struct group *g = group_of(m);

    gate_lock(&g->gate);
    g->shared.is_stopping = true;
    gate_unlock(&g->gate);
    wake_thread(g);
    thread_join(&g->thread);
    group_release(g);
}

/*
 * By the clock, not by what the group thread has found out: after a stop of the process all threads
 * wake up at once.
 */
static bool group_may_work(const struct membership *m)
{
    const struct group *g = CONTAINER_OF(m, struct group, base);

    return clock_mono_ms() < atomic_load(&g->lease_ms);
}

static const struct membership_ops group_ops = {
    .poll = group_poll,
    .request_rejoin = group_request_rejoin,
    .member_id = group_member_id,
    .owner_url = group_owner_url,
    .leave = group_leave,
    .wake = group_wake,
    .free = group_free,
    .may_work = group_may_work,
};

/* ---- opening ---- */

/* A setting that is a number of milliseconds, as the worker's configuration was checked to have. */
static int64_t setting(const struct tern_config *client, const char *key, int64_t otherwise)
{
    const char *text = config_get(client, key);
    char *end;
    long long value;

    if (!text)
        return otherwise;
    errno = 0;
    value = strtoll(text, &end, 10);
    return errno || end == text || *end || value < 0 ? otherwise : value;
}

static int64_t less(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int open_net(struct group *g, const struct group_conf *c, struct tern_error *err)
{
    const char *servers = config_get(c->client, "bootstrap.servers");
    int64_t request_ms = setting(c->client, "request.timeout.ms", 40000);
    struct group_net_conf conf = {
        .bootstrap_servers = servers ? servers : "",
        .conn =
            {
                .machine =
                    {
                        .client_id = g->client_id,
                        .software_name = "tern",
                        .software_version = "1",
                        /* A broker that does not tell its versions in a session's time is dead. */
                        .request_timeout_ms = less(request_ms, c->session_timeout_ms),
                        .request_max_bytes = REQUEST_MAX_BYTES,
                        .response_max_bytes = RESPONSE_MAX_BYTES,
                        .auth = security_auth(g->security),
                    },
                .setup_timeout_ms = setting(c->client, "socket.connection.setup.timeout.ms", 10000),
                .send_buffer_bytes = (int)setting(c->client, "send.buffer.bytes", 131072),
                .receive_buffer_bytes = (int)setting(c->client, "receive.buffer.bytes", 32768),
            },
        .find_timeout_ms = less(request_ms, c->session_timeout_ms),
        .reconnect_ms = setting(c->client, "reconnect.backoff.ms", 50),
        .reconnect_max_ms = setting(c->client, "reconnect.backoff.max.ms", 1000),
    };

    conf.conn.open_transport = security_transport(g->security, &conf.conn.transport_arg);
    return group_net_new(&conf, &g->net, err);
}

static void make_member(struct group *g, const struct group_conf *c,
                        const struct membership_conf *conf)
{
    struct member_conf member = {
        .group = c->group,
        .url = conf->url,
        .protocol = c->protocol,
        .session_timeout_ms = c->session_timeout_ms,
        .rebalance_timeout_ms = c->rebalance_timeout_ms,
        .heartbeat_interval_ms = c->heartbeat_interval_ms,
        .request_timeout_ms = setting(c->client, "request.timeout.ms", 40000),
        .retry_ms = setting(c->client, "retry.backoff.ms", 100),
        .retry_max_ms = setting(c->client, "retry.backoff.max.ms", 1000),
        .max_delay_ms = c->max_delay_ms,
        .configured = conf->listener->configured,
        .arg = conf->arg,
    };

    if (getrandom(&member.seed, sizeof(member.seed), 0) != (ssize_t)sizeof(member.seed))
        member.seed = (uint64_t)clock_wall_ms();
    g->member = member_new(&member, clock_mono_ms());
}

int group_open(void *arg, const struct membership_conf *conf, struct membership **ret_membership,
               struct tern_error *err)
{
    const struct group_conf *c = arg;
    struct group *g = xcalloc(1, sizeof(*g));

    gate_init(&g->gate);
    g->base.ops = &group_ops;
    atomic_init(&g->lease_ms, FOREVER_MS);
    g->listener = conf->listener;
    g->arg = conf->arg;
    g->context = xstrdup(log_context());
    g->name = xstrdup(c->group);
    g->client_id = xstrdup(c->client_id);
    g->id = xstrdup("");
    g->shared.id = xstrdup("");
    g->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (g->wake_fd < 0 || security_new(c->client, &g->security, err) < 0 ||
        open_net(g, c, err) < 0) {
        int rc = g->wake_fd < 0 ? tern_fail(err, TERN_EINTERNAL, "opening a group membership: %s",
                                            strerrordesc_np(errno))
                                : -1;

        group_release(g);
        return rc;
    }
    make_member(g, c, conf);
    thread_start(&g->thread, "group", group_main, g);
    *ret_membership = &g->base;
    return 0;
}
