/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/vec.h"
#include "lib/base/xmem.h"
#include "lib/wire/wire_error.h"
#include "worker/group/request_copy.h"

enum {
    DELIVERY_MS_MAX = 3000,
    LAG_MS_MAX = 500,
    TRACE_LINES = 200,
    TICK_MS = 500, /* of the coordinator */
};

enum letter_kind {
    LETTER_REQUEST, /* to the coordinator */
    LETTER_ANSWER,
    LETTER_FAILED,
    LETTER_FOUND, /* the coordinator */
};

/* Something on its way; owns its texts. */
struct letter {
    int64_t due_ms;
    uint64_t order;
    enum letter_kind kind;
    int worker;
    unsigned life;  /* of the worker */
    unsigned epoch; /* of its connection */
    int broker;
    struct request_copy request;
    VEC(void *) owned; /* by the answer */
    struct coordinator_answer answer;
};

/* One worker and its herder. */
struct worker {
    struct world *world;
    int number;
    struct member *member; /* NULL: not there */
    unsigned life, epoch;
    uint64_t last_serial;
    bool is_cut;
    bool is_polling;
    int64_t poll_again_ms;
    struct member_delivery delivery;
    int64_t delivery_done_ms; /* FOREVER_MS: none is being applied */
    struct work running;
    size_t stopped;
    int64_t assigned_offset, scheduled_ms, delay_ms;
    bool is_eager;
    int64_t seen_version;    /* of the configuration */
    int64_t catch_up_ms;     /* when the newest is seen */
    int64_t noticed_version; /* that it joined for */
    char url[32];
};

struct config {
    int connectors, tasks;
};

struct world {
    struct world_conf conf;
    uint64_t random, order;
    int64_t now_ms;
    bool is_faulty;
    struct coordinator *coordinator;
    int broker; /* which has the group */
    int64_t loading_until_ms;
    VEC(struct letter) letters; /* by due time */
    struct worker workers[WORKERS];
    VEC(struct config) configs; /* by version */
    VEC(char *) trace;
};

static void trace(struct world *w, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void trace(struct world *w, const char *fmt, ...)
{
    va_list ap;
    char *text, *line;

    va_start(ap, fmt);
    text = xvasprintf(fmt, ap);
    va_end(ap);
    line = xasprintf("%8" PRId64 " %s", w->now_ms, text);
    free(text);
    if (w->trace.count == TRACE_LINES) {
        free(w->trace.at[0]);
        vec_remove(&w->trace, 0);
    }
    if (getenv("TERN_SIM_TRACE"))
        fprintf(stderr, "%s\n", line);
    vec_push(&w->trace, line);
}

static uint64_t roll(struct world *w, uint64_t below)
{
    w->random ^= w->random << 13;
    w->random ^= w->random >> 7;
    w->random ^= w->random << 17;
    return (w->random >> 11) % below;
}

static bool chance(struct world *w, unsigned per_mille)
{
    return w->is_faulty && roll(w, 1000) < per_mille;
}

/* ---- configuration ---- */

static int64_t newest(const struct world *w)
{
    return (int64_t)w->configs.count - 1;
}

static void fill_work(const struct world *w, int64_t version, struct work *out)
{
    const struct config *c = &w->configs.at[version];

    for (int i = 0; i < c->connectors; i++) {
        char name[16];

        snprintf(name, sizeof(name), "c%d", i);
        work_add_connector(out, name);
        for (int t = 0; t < c->tasks; t++)
            work_add_task(out, name, t);
    }
}

static int64_t configured(void *arg, struct work *ret_work)
{
    const struct worker *k = arg;

    fill_work(k->world, k->seen_version, ret_work);
    return k->seen_version;
}

/* ---- letters ---- */

static void letter_fini(struct letter *l)
{
    for (size_t i = 0; i < l->owned.count; i++)
        free(l->owned.at[i]);
    vec_fini(&l->owned);
    request_copy_fini(&l->request);
}

static void post(struct world *w, struct letter *l, int64_t after_ms)
{
    size_t at = w->letters.count;

    l->due_ms = w->now_ms + after_ms;
    l->order = ++w->order;
    vec_push(&w->letters, *l);
    while (at > 0 && w->letters.at[at - 1].due_ms > l->due_ms) {
        w->letters.at[at] = w->letters.at[at - 1];
        at--;
    }
    w->letters.at[at] = *l;
}

static int64_t latency(struct world *w)
{
    if (chance(w, 20))
        return 200 + (int64_t)roll(w, 4000);
    return 1 + (int64_t)roll(w, 10);
}

static struct slice own(struct letter *l, struct slice s)
{
    void *copy;

    if (!s.at)
        return s;
    copy = xmalloc(s.len + 1);
    memcpy(copy, s.at, s.len);
    vec_push(&l->owned, copy);
    return slice_of(copy, s.len);
}

static void *own_array(struct letter *l, const void *data, size_t count, size_t size)
{
    void *copy = xcalloc(count + 1, size);

    if (count)
        memcpy(copy, data, count * size);
    vec_push(&l->owned, copy);
    return copy;
}

static void send_request(struct worker *k, const struct member_request *request)
{
    struct world *w = k->world;
    const char *host;
    int32_t port = 0;
    struct letter l = {
        .kind = LETTER_REQUEST,
        .worker = k->number,
        .life = k->life,
        .epoch = k->epoch,
    };
    bool is_known = member_coordinator(k->member, &host, &port);

    ck_assert(is_known);
    k->last_serial = request->serial;
    l.broker = port;
    l.kind = LETTER_FAILED;
    l.request.request.serial = request->serial;
    post(w, &l, request->timeout_ms);
    l.kind = LETTER_REQUEST;
    if (k->is_cut)
        return;
    if (chance(w, 5)) {
        l.kind = LETTER_FAILED;
        post(w, &l, 1 + (int64_t)roll(w, 2000));
        if (roll(w, 2))
            return;
        l.kind = LETTER_REQUEST; /* it arrives, the answer does not */
        l.epoch = UINT32_MAX;
    }
    request_copy_init(&l.request, request);
    post(w, &l, latency(w));
}

static void send_found(struct worker *k)
{
    struct letter l = {
        .kind = LETTER_FOUND,
        .worker = k->number,
        .life = k->life,
        .broker = k->is_cut || chance(k->world, 50) ? -1 : k->world->broker,
    };

    post(k->world, &l, k->is_cut ? 2000 : latency(k->world));
}

/* The coordinator answers: copied, and on its way back. */
static void on_answer(void *arg, int from, const struct coordinator_answer *answer)
{
    struct world *w = arg;
    struct worker *k = &w->workers[from];
    struct letter l = {
        .kind = LETTER_ANSWER,
        .worker = from,
        .life = k->life,
        .epoch = k->epoch,
        .answer = *answer,
    };
    struct msg_join_group_member *members =
        own_array(&l, answer->members, answer->member_count, sizeof(*members));

    for (size_t i = 0; i < answer->member_count; i++) {
        members[i].id = own(&l, members[i].id);
        members[i].metadata = own(&l, members[i].metadata);
    }
    l.answer.members = members;
    l.answer.assignment = own(&l, answer->assignment);
    l.answer.protocol =
        answer->protocol
            ? (const char *)own(&l, slice_of(answer->protocol, strlen(answer->protocol) + 1)).at
            : NULL;
    l.answer.leader =
        answer->leader
            ? (const char *)own(&l, slice_of(answer->leader, strlen(answer->leader) + 1)).at
            : NULL;
    l.answer.member =
        answer->member
            ? (const char *)own(&l, slice_of(answer->member, strlen(answer->member) + 1)).at
            : NULL;
    if (k->is_cut) {
        letter_fini(&l);
        return;
    }
    post(w, &l, latency(w));
}

/* ---- the herder of a worker ---- */

static void ask_rejoin(struct worker *k, const char *why)
{
    trace(k->world, "w%d asks to join again: %s", k->number, why);
    member_on_rejoin(k->member, k->world->now_ms, why);
}

static void stop_work(struct worker *k, const struct work *work)
{
    k->stopped += work->connector_count + work->task_count;
    work_remove_all(&k->running, work);
}

/* What was delivered has been applied. */
static void finish_delivery(struct worker *k)
{
    struct world *w = k->world;
    struct assignment *a = k->delivery.assignment;
    bool rejoin = false;

    k->delivery_done_ms = FOREVER_MS;
    stop_work(k, &k->delivery.revoked);
    if (a) {
        CLEANUP(freep) char *text = work_text(&a->assigned);

        trace(w, "w%d applied generation %d, offset %d, delay %d: %s", k->number,
              (int)a->generation, (int)a->offset, (int)a->delay_ms, text);
        if (a->offset > k->seen_version)
            k->seen_version = a->offset;
        k->assigned_offset = a->offset;
        k->delay_ms = a->delay_ms;
        k->scheduled_ms = a->delay_ms ? w->now_ms + a->delay_ms : FOREVER_MS;
        k->is_eager = a->protocol == GROUP_EAGER;
        rejoin = a->error || k->seen_version != a->offset;
        if (!rejoin) {
            work_clear(&k->running);
            work_add_all(&k->running, &a->assigned);
            rejoin = !work_is_empty(&a->revoked);
        }
    }
    member_delivery_fini(&k->delivery);
    member_on_delivered(k->member, w->now_ms);
    if (rejoin)
        ask_rejoin(k, "what was told");
}

static void begin_delivery(struct worker *k, struct member_delivery *d)
{
    ck_assert(k->is_polling);
    k->delivery = *d;
    *d = (struct member_delivery){0};
    k->delivery_done_ms = k->world->now_ms + (int64_t)roll(k->world, DELIVERY_MS_MAX);
}

static int64_t herder_wake(const struct worker *k)
{
    int64_t wake = k->poll_again_ms;

    if (k->delivery_done_ms < wake)
        wake = k->delivery_done_ms;
    if (k->delivery_done_ms != FOREVER_MS || !k->is_polling)
        return wake;
    if (k->scheduled_ms < wake)
        wake = k->scheduled_ms;
    if (k->seen_version < newest(k->world) && k->catch_up_ms < wake)
        wake = k->catch_up_ms;
    return wake;
}

static void poll(struct worker *k, bool is_polling)
{
    k->is_polling = is_polling;
    member_on_poll(k->member, k->world->now_ms, is_polling);
}

static void run_herder(struct worker *k)
{
    struct world *w = k->world;

    if (k->delivery_done_ms <= w->now_ms)
        finish_delivery(k);
    if (k->delivery_done_ms != FOREVER_MS)
        return;
    if (!k->is_polling) {
        if (k->poll_again_ms <= w->now_ms) {
            k->poll_again_ms = FOREVER_MS;
            poll(k, true);
        }
        return;
    }
    if (k->scheduled_ms <= w->now_ms) {
        k->scheduled_ms = FOREVER_MS;
        ask_rejoin(k, "the delay is over");
    }
    if (k->seen_version < newest(w) && k->catch_up_ms <= w->now_ms)
        k->seen_version = newest(w);
    if (k->seen_version > k->noticed_version && member_is_stable(k->member)) {
        k->noticed_version = k->seen_version;
        if (k->seen_version != k->assigned_offset)
            ask_rejoin(k, "the configuration changed");
    }
}

/* ---- actions ---- */

static void run_actions(struct worker *k)
{
    struct member_action a;

    while (k->member && member_next(k->member, &a)) {
        switch (a.kind) {
        case MEMBER_NOTE:
            trace(k->world, "w%d %s", k->number, a.text);
            break;
        case MEMBER_FIND:
            send_found(k);
            break;
        case MEMBER_SEND:
            send_request(k, &a.request);
            break;
        case MEMBER_HANG_UP:
            k->epoch++;
            break;
        case MEMBER_DELIVER:
            begin_delivery(k, a.delivery);
            break;
        case MEMBER_FAIL:
            ck_abort_msg("worker %d ended: %s", k->number, a.error->msg);
        }
    }
}

static struct slice text_slice(const char *text)
{
    return text ? slice_str(text) : (struct slice){0};
}

static void take_answer(struct worker *k, const struct coordinator_answer *a)
{
    int64_t now = k->world->now_ms;
    const struct msg_join_group_response join = {
        .error = a->error,
        .generation = a->generation,
        .protocol_type = slice_str("connect"),
        .protocol = text_slice(a->protocol),
        .leader = text_slice(a->leader),
        .member = text_slice(a->member),
        .members = (struct msg_join_group_member *)a->members,
        .member_count = a->member_count,
    };
    const struct msg_sync_group_response sync = {
        .error = a->error,
        .protocol_type = slice_str("connect"),
        .protocol = text_slice(a->protocol),
        .assignment = a->assignment,
    };

    if (a->error)
        trace(k->world, "w%d is answered %s", k->number, wire_error_name(a->error));
    if (a->api == WIRE_JOIN_GROUP)
        member_on_join(k->member, now, a->serial, &join);
    else if (a->api == WIRE_SYNC_GROUP)
        member_on_sync(k->member, now, a->serial, &sync);
    else if (a->api == WIRE_HEARTBEAT)
        member_on_heartbeat(k->member, now, a->serial, a->error);
    else
        member_on_left(k->member, now, a->serial, a->error);
}

static void take_found(struct worker *k, int broker)
{
    const struct msg_find_coordinator_response found = {
        .node_id = broker, .host = slice_str("broker"), .port = broker};

    member_on_coordinator(k->member, k->world->now_ms, broker < 0 ? NULL : &found, "no broker");
}

static void refuse(struct world *w, const struct letter *l, int16_t error)
{
    const struct coordinator_answer a = {.api = l->request.request.api,
                                         .serial = l->request.request.serial,
                                         .error = error,
                                         .generation = -1,
                                         .member = ""};

    on_answer(w, l->worker, &a);
}

static void open_letter(struct world *w, struct letter *l)
{
    struct worker *k = &w->workers[l->worker];
    bool is_theirs = k->member && k->life == l->life;

    switch (l->kind) {
    case LETTER_REQUEST:
        if (l->broker != w->broker)
            refuse(w, l, WIRE_NOT_COORDINATOR);
        else if (w->now_ms < w->loading_until_ms)
            refuse(w, l, WIRE_COORDINATOR_LOAD_IN_PROGRESS);
        else
            coordinator_handle(w->coordinator, w->now_ms, l->worker, &l->request.request);
        break;
    case LETTER_ANSWER:
        if (is_theirs && l->epoch == k->epoch)
            take_answer(k, &l->answer);
        break;
    case LETTER_FAILED:
        if (is_theirs && l->epoch == k->epoch)
            member_on_failed(k->member, w->now_ms, l->request.request.serial, "disconnected");
        break;
    case LETTER_FOUND:
        if (is_theirs)
            take_found(k, l->broker);
        break;
    }
    if (k->member)
        run_actions(k);
}

/* ---- time ---- */

static int64_t next_ms(const struct world *w, int64_t end_ms)
{
    int64_t next = end_ms;

    if (w->letters.count && w->letters.at[0].due_ms < next)
        next = w->letters.at[0].due_ms;
    for (int i = 0; i < WORKERS; i++) {
        const struct worker *k = &w->workers[i];

        if (!k->member)
            continue;
        if (member_wake_ms(k->member) < next)
            next = member_wake_ms(k->member);
        if (herder_wake(k) < next)
            next = herder_wake(k);
    }
    return next > w->now_ms ? next : w->now_ms;
}

static void run_worker(struct worker *k)
{
    run_herder(k);
    run_actions(k);
    member_on_tick(k->member, k->world->now_ms);
    run_actions(k);
}

static void run_due(struct world *w)
{
    while (w->letters.count && w->letters.at[0].due_ms <= w->now_ms) {
        struct letter l = w->letters.at[0];

        vec_remove(&w->letters, 0);
        open_letter(w, &l);
        letter_fini(&l);
    }
    for (int i = 0; i < WORKERS; i++) {
        struct worker *k = &w->workers[i];

        if (k->member && (member_wake_ms(k->member) <= w->now_ms || herder_wake(k) <= w->now_ms))
            run_worker(k);
    }
}

void world_run(struct world *w, int64_t ms)
{
    int64_t end_ms = w->now_ms + ms, tick_ms = w->now_ms;
    unsigned steps_at_once = 0;

    while (w->now_ms < end_ms) {
        int64_t next = next_ms(w, end_ms);

        steps_at_once = next == w->now_ms ? steps_at_once + 1 : 0;
        ck_assert_msg(steps_at_once < 1000, "the world stands still at %" PRId64, w->now_ms);
        if (next > tick_ms + TICK_MS)
            next = tick_ms + TICK_MS;
        if (next < w->now_ms)
            next = w->now_ms;
        w->now_ms = next;
        if (w->now_ms >= tick_ms + TICK_MS) {
            tick_ms = w->now_ms;
            coordinator_tick(w->coordinator, w->now_ms);
        }
        run_due(w);
    }
}

int64_t world_now(const struct world *w)
{
    return w->now_ms;
}

/* ---- what happens to it ---- */

struct world *world_new(const struct world_conf *conf)
{
    struct world *w = xcalloc(1, sizeof(*w));
    const struct config first = {conf->connectors, conf->tasks};

    w->conf = *conf;
    w->random = conf->seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    w->now_ms = 1000;
    w->is_faulty = !conf->calm;
    w->broker = 1;
    w->coordinator = coordinator_new(conf->initial_delay_ms, on_answer, w);
    vec_push(&w->configs, first);
    for (int i = 0; i < WORKERS; i++) {
        w->workers[i].world = w;
        w->workers[i].number = i;
        snprintf(w->workers[i].url, sizeof(w->workers[i].url), "http://w%d:8083/", i);
    }
    for (int i = 0; i < conf->workers; i++)
        world_start(w, i);
    return w;
}

void world_free(struct world *w)
{
    for (int i = 0; i < WORKERS; i++)
        world_kill(w, i);
    for (size_t i = 0; i < w->letters.count; i++)
        letter_fini(&w->letters.at[i]);
    for (size_t i = 0; i < w->trace.count; i++)
        free(w->trace.at[i]);
    vec_fini(&w->trace);
    vec_fini(&w->letters);
    vec_fini(&w->configs);
    coordinator_free(w->coordinator);
    free(w);
}

void world_start(struct world *w, int worker)
{
    struct worker *k = &w->workers[worker];
    const struct member_conf conf = {
        .group = "g",
        .url = k->url,
        .protocol = w->conf.protocols[worker],
        .session_timeout_ms = w->conf.session_ms,
        .rebalance_timeout_ms = w->conf.rebalance_ms,
        .heartbeat_interval_ms = w->conf.heartbeat_ms,
        .request_timeout_ms = 40000,
        .retry_ms = 100,
        .retry_max_ms = 1000,
        .max_delay_ms = w->conf.max_delay_ms,
        .seed = w->conf.seed + (uint64_t)worker + 1,
        .configured = configured,
        .arg = k,
    };

    if (k->member)
        return;
    trace(w, "w%d starts", worker);
    k->member = member_new(&conf, w->now_ms);
    k->life++;
    k->epoch = 0;
    k->is_cut = false;
    k->poll_again_ms = k->delivery_done_ms = k->scheduled_ms = FOREVER_MS;
    k->seen_version = k->noticed_version = newest(w);
    k->assigned_offset = -1;
    k->stopped = 0;
    k->delay_ms = 0;
    poll(k, true);
    run_actions(k);
}

void world_kill(struct world *w, int worker)
{
    struct worker *k = &w->workers[worker];

    if (!k->member)
        return;
    trace(w, "w%d dies", worker);
    member_free(TAKE(k->member));
    member_delivery_fini(&k->delivery);
    work_fini(&k->running);
}

void world_leave(struct world *w, int worker)
{
    struct worker *k = &w->workers[worker];

    if (!k->member)
        return;
    member_on_leave(k->member, w->now_ms, "the consumer is being closed");
    run_actions(k);
    world_kill(w, worker);
}

void world_cut(struct world *w, int worker, bool is_cut)
{
    trace(w, "w%d is %s", worker, is_cut ? "cut off" : "connected");
    w->workers[worker].is_cut = is_cut;
}

void world_move_coordinator(struct world *w)
{
    w->broker = w->broker % 3 + 1;
    w->loading_until_ms = w->now_ms + (int64_t)roll(w, 1500);
    trace(w, "broker %d is the coordinator", w->broker);
    coordinator_move(w->coordinator, w->now_ms);
    for (int i = 0; i < WORKERS; i++) { /* its connections break */
        struct worker *k = &w->workers[i];

        for (uint64_t back = 0; k->member && back < 8 && back < k->last_serial; back++)
            member_on_failed(k->member, w->now_ms, k->last_serial - back, "the broker is gone");
        if (k->member)
            run_actions(k);
    }
}

void world_stall(struct world *w, int worker, int64_t ms)
{
    struct worker *k = &w->workers[worker];

    if (!k->member || !k->is_polling || k->delivery_done_ms != FOREVER_MS)
        return;
    trace(w, "w%d does not poll for %" PRId64 " ms", worker, ms);
    k->poll_again_ms = w->now_ms + ms;
    poll(k, false);
    run_actions(k);
}

void world_configure(struct world *w, int connectors, int tasks)
{
    const struct config c = {connectors, tasks};

    trace(w, "configured: %d connectors, %d tasks each", connectors, tasks);
    vec_push(&w->configs, c);
    for (int i = 0; i < WORKERS; i++)
        w->workers[i].catch_up_ms = w->now_ms + (int64_t)roll(w, LAG_MS_MAX);
}

void world_heal(struct world *w)
{
    trace(w, "healed");
    w->is_faulty = false;
    for (int i = 0; i < WORKERS; i++)
        w->workers[i].is_cut = false;
}

/* ---- looking ---- */

bool world_is_alive(const struct world *w, int worker)
{
    return w->workers[worker].member != NULL;
}

const struct work *world_running(const struct world *w, int worker)
{
    return &w->workers[worker].running;
}

size_t world_stopped(const struct world *w, int worker)
{
    return w->workers[worker].stopped;
}

int32_t world_generation(const struct world *w)
{
    return coordinator_generation(w->coordinator);
}

int64_t world_delay(const struct world *w, int worker)
{
    return w->workers[worker].delay_ms;
}

bool world_is_eager(const struct world *w, int worker)
{
    return w->workers[worker].is_eager;
}

/* The last lines of what happened, then the end. */
static void world_fail(struct world *w, const char *what, const char *why)
{
    for (size_t i = 0; i < w->trace.count; i++)
        fprintf(stderr, "%s\n", w->trace.at[i]);
    ck_abort_msg("%s (seed %" PRIu64 "): %s", what, w->conf.seed, why);
}

void world_check_rest(struct world *w, const char *what)
{
    CLEANUP(work_fini) struct work all = WORK_INIT, seen = WORK_INIT;

    fill_work(w, newest(w), &all);
    for (int i = 0; i < WORKERS; i++) {
        struct worker *k = &w->workers[i];
        const struct work *r = &k->running;

        if (!k->member)
            continue;
        if (!member_is_stable(k->member)) {
            trace(w, "w%d is %s; it %s", i, member_stage(k->member),
                  k->is_polling ? "polls" : "does not poll");
            world_fail(w, what, "a worker is not stable");
        }
        for (size_t j = 0; j < r->connector_count; j++) {
            if (!work_add_connector(&seen, r->connectors[j]))
                world_fail(w, what, "a connector runs twice");
        }
        for (size_t j = 0; j < r->task_count; j++) {
            if (!work_add_task(&seen, r->tasks[j].connector, r->tasks[j].number))
                world_fail(w, what, "a task runs twice");
        }
    }
    if (!work_equal(&all, &seen))
        world_fail(w, what, "something does not run, or runs and is not configured");
}
