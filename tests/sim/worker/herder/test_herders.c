/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several herders of one group on one set of topics (fakes.h, fake_group.h): what is asked of any
 * of them, in any order, while members come, go and are lost, ends with every configured connector
 * and task running once, with the newest configuration. TERN_SIM_SEEDS=n runs more of them.
 */
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/inbox.h"
#include "lib/base/jsonx.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"
#include "tests/sim/worker/herder/fake_group.h"
#include "tests/sim/worker/herder/fakes.h"

enum {
    CONNECTORS = 5,
    STEPS = 40,
    SEEDS = 6,
    REST_MS = 10000, /* until all has come to rest */
    ASK_MS = 20000,
};

/* ---- the cluster ---- */

static struct {
    struct fake_group *group;
    struct herder *herders[GROUP_MEMBERS]; /* NULL: not there. alive: for the peers' thread */
    pthread_mutex_t alive;
    struct inbox requests;
    struct thread peer;
    struct gate gate;
    int under_way; /* gate: requests of followers */
    bool ended;    /* gate */
    bool signs;    /* the group does */
    int refusals;  /* gate: so many requests are answered 403 first */
    uint64_t random;
    int value; /* of the last configuration */
} sim;

static const char *support; /* exactly.once.source.support of all; NULL: its default */

static unsigned roll(unsigned n)
{
    sim.random = sim.random * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(sim.random >> 33) % n;
}

/* ---- how a follower reaches the leader ---- */

struct peer_request {
    struct inbox_msg msg;
    int target;
    char *connector;
    char *body; /* NULL: fencing */
    bool is_signed;
    herder_peer_done *done;
    void *done_arg;
};

static void peer_free(struct peer_request *r)
{
    free(r->connector);
    free(r->body);
    free(r);
    gate_lock(&sim.gate);
    sim.under_way--;
    gate_wake(&sim.gate);
    gate_unlock(&sim.gate);
}

static void peer_drop(struct inbox_msg *msg)
{
    struct peer_request *r = CONTAINER_OF(msg, struct peer_request, msg);
    struct tern_error err;

    tern_fail_at(&err, "test", TERN_EINTERNAL, "the peers end");
    r->done(r->done_arg, 0, &err);
    peer_free(r);
}

static int put_tasks(struct herder *h, struct peer_request *r, struct tern_error *err)
{
    CLEANUP(jsonx_decrefp) json_t *list = NULL;
    struct herder_ask ask = {.deadline_ms = clock_deadline_ms(ASK_MS)};
    struct strmap maps[16] = {0};
    struct tern_config views[16];
    size_t count;
    int rc;

    ck_assert_ok(jsonx_parse(r->body, strlen(r->body), &list, err), *err);
    count = json_array_size(list);
    ck_assert_uint_le(count, 16);
    for (size_t i = 0; i < count; i++) {
        const char *key;
        json_t *value;

        json_object_foreach(json_array_get(list, i), key, value)
            strmap_set(&maps[i], key, json_string_value(value));
        views[i] = strmap_config(&maps[i]);
    }
    rc = herder_put_tasks(h, r->connector, views, count, &ask, err);
    free(ask.url);
    for (size_t i = 0; i < count; i++)
        strmap_fini(&maps[i]);
    return rc;
}

static bool is_refused(void)
{
    bool refused;

    gate_lock(&sim.gate);
    refused = sim.refusals > 0;
    sim.refusals -= refused;
    gate_unlock(&sim.gate);
    return refused;
}

static void peer_run(void *receiver, struct inbox_msg *msg)
{
    struct peer_request *r = CONTAINER_OF(msg, struct peer_request, msg);
    struct tern_error err;
    struct herder *h;
    int rc = -1;

    (void)receiver;
    pthread_mutex_lock(&sim.alive);
    h = sim.herders[r->target];
    if (is_refused() || (sim.signs && !r->is_signed))
        tern_fail_at(&err, "test", TERN_EINTERNAL, "invalid signature");
    else if (!h)
        tern_fail_at(&err, "test", TERN_EINTERNAL, "connection refused");
    else
        rc = put_tasks(h, r, &err);
    pthread_mutex_unlock(&sim.alive);
    r->done(r->done_arg, rc < 0 ? 403 : 204, rc < 0 ? &err : NULL);
    peer_free(r);
}

static void post_tasks(void *arg, const char *leader_url, const char *connector, const char *body,
                       size_t len, const struct herder_signature *sign, herder_peer_done *done,
                       void *done_arg)
{
    struct peer_request *r = xcalloc(1, sizeof(*r));

    (void)arg;
    ck_assert_int_eq(sscanf(leader_url, "http://w%d/", &r->target), 1);
    r->msg.run = peer_run;
    r->msg.drop = peer_drop;
    r->connector = xstrdup(connector);
    r->body = xstrndup(body, len);
    r->is_signed = sign && sign->key->size == 32 && strcmp(sign->algorithm, "HmacSHA256") == 0;
    r->done = done;
    r->done_arg = done_arg;
    gate_lock(&sim.gate);
    sim.under_way++;
    gate_unlock(&sim.gate);
    inbox_push(&sim.requests, &r->msg);
}

static const struct herder_peers peers = {.post_tasks = post_tasks};

static void peer_main(void *arg)
{
    bool ended = false;

    (void)arg;
    while (!ended) {
        struct inbox_msg *msg = inbox_take(&sim.requests, FOREVER_MS);

        if (msg)
            msg->run(NULL, msg);
        gate_lock(&sim.gate);
        ended = sim.ended;
        gate_unlock(&sim.gate);
    }
}

/* ---- members come and go ---- */

static void start(int i)
{
    struct fake_slot *slot = fake_group_slot(sim.group, i);
    struct herder *h = fake_herder_with(slot->name, fake_group_open, slot, &peers, NULL);

    pthread_mutex_lock(&sim.alive);
    sim.herders[i] = h;
    pthread_mutex_unlock(&sim.alive);
}

static void stop(int i)
{
    struct herder *h = sim.herders[i];

    herder_stop(h);
    ck_assert(herder_join(h, clock_deadline_ms(60000)));
    pthread_mutex_lock(&sim.alive);
    sim.herders[i] = NULL;
    pthread_mutex_unlock(&sim.alive);
    gate_lock(&sim.gate); /* what is under way may be the herder's */
    while (sim.under_way)
        gate_wait(&sim.gate, FOREVER_MS);
    gate_unlock(&sim.gate);
    herder_free(h);
}

static void sim_begin(uint64_t seed, enum group_protocol protocol, int members)
{
    memset(&sim, 0, sizeof(sim));
    fakes_init();
    fakes.script.tasks_of_value = true;
    fakes.exactly_once = support;
    sim.signs = protocol == GROUP_SESSIONED;
    sim.random = seed * 2654435761u + 1;
    sim.group = fake_group_new(protocol);
    pthread_mutex_init(&sim.alive, NULL);
    gate_init(&sim.gate);
    inbox_init(&sim.requests);
    thread_start(&sim.peer, "peers", peer_main, NULL);
    for (int i = 0; i < members; i++)
        start(i);
}

static void sim_end(void)
{
    for (int i = 0; i < GROUP_MEMBERS; i++) {
        if (sim.herders[i])
            stop(i);
    }
    gate_lock(&sim.gate);
    sim.ended = true;
    gate_unlock(&sim.gate);
    inbox_wake(&sim.requests);
    thread_join(&sim.peer);
    inbox_fini(&sim.requests);
    gate_fini(&sim.gate);
    pthread_mutex_destroy(&sim.alive);
    fake_group_free(sim.group);
    fakes_fini();
}

static struct herder *any_herder(void)
{
    int i = (int)roll(GROUP_MEMBERS);

    while (!sim.herders[i])
        i = (i + 1) % GROUP_MEMBERS;
    return sim.herders[i];
}

/* ---- requests, forwarded as REST does it: at most twice ---- */

struct question {
    enum {
        PUT,
        DELETE,
        TARGET,
        RESTART,
        RESTART_TASK,
        REQUEST_RESTART
    } kind;
    char name[8];
    enum target_state target;
    char value[16];
    int32_t task;
    bool include_tasks, only_failed;
};

static int put_question(struct herder *h, const struct question *q, struct herder_ask *ask,
                        struct tern_error *err)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct tern_config config;
    const struct herder_put p = {.name = q->name, .config = &config, .may_replace = true};

    fake_config(&map, q->name, q->value);
    config = strmap_config(&map);
    return herder_put_connector(h, &p, ask, NULL, NULL, err);
}

static int put_once(struct herder *h, const struct question *q, struct herder_ask *ask,
                    struct tern_error *err)
{
    const struct restart_request request = {q->name, q->include_tasks, q->only_failed};
    struct herder_connector_status status;
    int rc;

    switch (q->kind) {
    case PUT:
        return put_question(h, q, ask, err);
    case DELETE:
        return herder_delete_connector(h, q->name, ask, err);
    case TARGET:
        return herder_set_target(h, q->name, q->target, ask, err);
    case RESTART:
        return herder_restart_connector(h, q->name, ask, err);
    case RESTART_TASK:
        return herder_restart_task(h, q->name, q->task, ask, err);
    default:
        rc = herder_request_restart(h, &request, ask, &status, err);
        if (rc == 0)
            herder_connector_status_fini(&status);
        return rc;
    }
}

static struct herder *at_url(const char *url)
{
    int i;

    return url && sscanf(url, "http://w%d/", &i) == 1 ? sim.herders[i] : NULL;
}

/* What fails is legitimate: the state at the end is compared with what was written. */
static int put(const struct question *q)
{
    struct herder_ask ask = {.deadline_ms = clock_deadline_ms(ASK_MS)};
    struct herder *h = any_herder();
    struct tern_error err;
    int rc = -1;

    for (int hop = 0; h && hop < 3; hop++) {
        rc = put_once(h, q, &ask, &err);
        h = rc < 0 && ask.is_elsewhere ? at_url(ask.url) : NULL;
        free(TAKE(ask.url));
        if (rc < 0 && str_starts_with(err.msg, "Request timed out"))
            ck_abort_msg("%s: %s", q->name, err.msg);
    }
    return rc;
}

static void random_request(void)
{
    struct question q = {.kind = PUT};

    snprintf(q.name, sizeof(q.name), "c%u", roll(CONNECTORS));
    snprintf(q.value, sizeof(q.value), "%d", ++sim.value);
    switch (roll(10)) {
    case 0:
        q.kind = DELETE;
        break;
    case 1:
    case 2:
    case 3:
        q.kind = TARGET;
        q.target = (enum target_state)roll(3);
        break;
    case 4:
        q.kind = RESTART;
        break;
    case 5:
        q.kind = RESTART_TASK;
        q.task = (int32_t)roll(4);
        break;
    case 6:
        q.kind = REQUEST_RESTART;
        q.include_tasks = roll(2);
        q.only_failed = !q.include_tasks;
        break;
    default:
        break;
    }
    put(&q);
}

/* ---- at rest ---- */

static bool says(char *why, size_t size, const char *connector, const char *what)
{
    snprintf(why, size, "connector %s: %s", connector, what);
    return false;
}

/* fakes.gate is locked. */
static bool connector_rests(const struct connector_state *c, char *why, size_t size)
{
    const char *value = strmap_get(config_ref_map(c->config), "v");
    bool runs = c->target == TARGET_STARTED;
    int32_t tasks = connector_state_tasks(c);
    int others = 0;

    if (fake_count_connectors(c->name, value, &others) != (runs ? 1 : 0) || others)
        return says(why, size, c->name, "does not run as configured");
    if (runs && tasks != strtol(value, NULL, 10) % 4)
        return says(why, size, c->name, "has not its number of tasks");
    if (c->target == TARGET_STOPPED && tasks)
        return says(why, size, c->name, "is stopped and has tasks");
    for (int32_t i = 0; i < 4; i++) {
        struct config_ref *task = connector_state_task(c, i);
        const char *stored = task ? strmap_get(config_ref_map(task), "v") : "";

        if (fake_count_tasks(c->name, i, stored, &others) != (i < tasks ? 1 : 0) || others)
            return says(why, size, c->name, "has a task that does not run as stored");
        if (runs && i < tasks && strcmp(stored, value) != 0)
            return says(why, size, c->name, "has a task with an old configuration");
    }
    return true;
}

static bool rests(char *why, size_t size)
{
    const struct cluster_state *s = fake_written();
    bool all = true;
    int running = 0;

    gate_lock(&fakes.gate);
    for (size_t i = 0; i < s->count && all; i++) {
        all = connector_rests(s->connectors[i], why, size);
        running += connector_state_tasks(s->connectors[i]);
    }
    if (all && running != fakes.tasks_running) {
        snprintf(why, size, "%d tasks run, %d are configured", fakes.tasks_running, running);
        all = false;
    }
    gate_unlock(&fakes.gate);
    cluster_state_unref(s);
    return all;
}

static void await_rest(uint64_t seed)
{
    int64_t deadline_ms = clock_deadline_ms(REST_MS);
    char why[256];

    while (!rests(why, sizeof(why))) {
        if (clock_mono_ms() >= deadline_ms)
            ck_abort_msg("seed %llu: %s", (unsigned long long)seed, why);
        gate_lock(&fakes.gate);
        gate_wait(&fakes.gate, clock_deadline_ms(20));
        gate_unlock(&fakes.gate);
    }
}

/* ---- the tests ---- */

static int members_there(void)
{
    int n = 0;

    for (int i = 0; i < GROUP_MEMBERS; i++)
        n += sim.herders[i] != NULL;
    return n;
}

/* A member comes, goes, or is lost without knowing. */
static void random_change(void)
{
    int i = (int)roll(GROUP_MEMBERS);

    if (!sim.herders[i])
        start(i);
    else if (roll(2))
        fake_group_lose(sim.group, i);
    else if (members_there() > 1)
        stop(i);
}

static void random_mishap(void)
{
    gate_lock(&fakes.gate);
    fakes.put_tasks_fails = (int)roll(2);
    fakes.refresh_fails = (int)roll(2);
    fakes.put_key_fails = (int)roll(2);
    gate_unlock(&fakes.gate);
    gate_lock(&sim.gate);
    sim.refusals = (int)roll(2);
    gate_unlock(&sim.gate);
}

static void run_seed(uint64_t seed, enum group_protocol protocol)
{
    sim_begin(seed, protocol, 1 + (int)(seed % GROUP_MEMBERS));
    for (int step = 0; step < STEPS; step++) {
        unsigned what = roll(12);

        if (what == 0)
            random_change();
        else if (what == 1)
            random_mishap();
        else
            random_request();
        if (step % 20 == 19)
            await_rest(seed);
    }
    sim_end();
}

static int seeds(void)
{
    const char *more = getenv("TERN_SIM_SEEDS");

    return more ? (int)strtol(more, NULL, 10) : SEEDS;
}

START_TEST(whatever_is_asked)
{
    for (int seed = 0; seed < seeds(); seed++)
        run_seed((uint64_t)seed, GROUP_SESSIONED);
}
END_TEST

START_TEST(whatever_is_asked_of_an_eager_group)
{
    for (int seed = 0; seed < seeds() / 2; seed++)
        run_seed(1000 + (uint64_t)seed, GROUP_EAGER);
}
END_TEST

/* Leaders write only what they have claimed: the fakes see to that. */
START_TEST(whatever_is_asked_exactly_once)
{
    support = "enabled";
    for (int seed = 0; seed < seeds() / 2; seed++)
        run_seed(2000 + (uint64_t)seed, GROUP_SESSIONED);
}
END_TEST

static void put_value(const char *name, int value)
{
    struct question q = {.kind = PUT};
    int rc = -1;

    snprintf(q.name, sizeof(q.name), "%s", name);
    snprintf(q.value, sizeof(q.value), "%d", value);
    for (int i = 0; i < 100 && rc < 0; i++)
        rc = put(&q);
    ck_assert_int_eq(rc, 0);
}

START_TEST(a_group_that_becomes_eager_and_back)
{
    sim_begin(1, GROUP_SESSIONED, 3);
    for (int i = 0; i < 4; i++) {
        char name[16];

        snprintf(name, sizeof(name), "c%d", i);
        put_value(name, 3);
    }
    await_rest(1);
    sim.signs = false;
    fake_group_speak(sim.group, GROUP_EAGER);
    put_value("c9", 2);
    await_rest(1);
    stop(1);
    await_rest(1);
    fake_group_speak(sim.group, GROUP_COMPATIBLE);
    start(1);
    put_value("c8", 2);
    await_rest(1);
    sim_end();
}
END_TEST

/* Tasks that may stay where they are do: no other than the half that the new member gets stops. */
START_TEST(a_member_more_stops_little)
{
    enum {
        TASKS = 12
    };
    int starts, stops;

    sim_begin(1, GROUP_SESSIONED, 1);
    for (int i = 0; i < 4; i++) {
        char name[16];

        snprintf(name, sizeof(name), "c%d", i);
        put_value(name, 3);
    }
    await_rest(1);
    fakes_settle(sim.herders[0]); /* all may run before the last commits are heeded */
    await_rest(1);
    gate_lock(&fakes.gate);
    starts = fakes.task_starts;
    stops = fakes.task_stops;
    gate_unlock(&fakes.gate);
    start(1);
    fakes_wait(&fakes.task_starts, starts + TASKS / 2);
    fakes_settle(sim.herders[1]);
    await_rest(1);
    gate_lock(&fakes.gate);
    ck_assert_int_eq(fakes.task_stops - stops, TASKS / 2);
    gate_unlock(&fakes.gate);
    sim_end();
}
END_TEST

static void herders_suite(Suite *s)
{
    test_add(s, whatever_is_asked);
    test_add(s, whatever_is_asked_of_an_eager_group);
    test_add(s, whatever_is_asked_exactly_once);
    test_add(s, a_group_that_becomes_eager_and_back);
    test_add(s, a_member_more_stops_little);
}

TEST_MAIN("herders", herders_suite)
