/* SPDX-License-Identifier: Apache-2.0 */
/* The membership with its thread and sockets, against librdkafka's mock cluster. */
#include "worker/group/group.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdatomic.h>

#include "lib/base/clock.h"
#include "lib/base/strmap.h"
#include "lib/base/thread.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

enum {
    TASKS = 6,
    LONG_MS = 60000,
    LONG_S = 90, /* for a test of several rounds, see add_long() */
    SOON_MS = 200,
};

struct fixture {
    rd_kafka_t *rk;
    rd_kafka_mock_cluster_t *cluster;
    struct strmap client;
    struct gate gate;
};

/* A worker: what its herder's thread does. */
struct herd {
    struct fixture *f;
    const char *name;
    struct thread thread;
    struct membership *m; /* herder thread, but for wake */
    struct work running;  /* gate */
    bool is_leader;       /* gate */
    bool owner_known;     /* gate */
    int rounds;           /* gate */
    bool must_rejoin;     /* herder thread */
    atomic_bool stop, failed;
};

static int64_t configured(void *arg, struct work *ret_work)
{
    (void)arg;
    work_add_connector(ret_work, "c");
    for (int32_t t = 0; t < TASKS; t++)
        work_add_task(ret_work, "c", t);
    return 7;
}

static void revoked(void *arg, const struct work *work)
{
    struct herd *h = arg;

    gate_lock(&h->f->gate);
    work_remove_all(&h->running, work);
    gate_wake(&h->f->gate);
    gate_unlock(&h->f->gate);
}

static void joined(void *arg, struct assignment *a)
{
    struct herd *h = arg;

    gate_lock(&h->f->gate);
    work_clear(&h->running);
    work_add_all(&h->running, &a->assigned);
    h->is_leader = strcmp(membership_member_id(h->m), a->leader) == 0;
    h->rounds++;
    h->must_rejoin = !work_is_empty(&a->revoked);
    gate_wake(&h->f->gate);
    gate_unlock(&h->f->gate);
    assignment_free(a);
}

static const struct membership_listener listener = {configured, joined, revoked};

static void herd_main(void *arg)
{
    struct herd *h = arg;
    struct tern_error err;
    bool is_stable;

    while (!atomic_load(&h->stop)) {
        if (membership_poll(h->m, clock_deadline_ms(SOON_MS), &is_stable, &err) < 0) {
            atomic_store(&h->failed, true);
            break;
        }
        if (is_stable && h->must_rejoin) {
            h->must_rejoin = false;
            membership_request_rejoin(h->m, "work was revoked");
        }
        gate_lock(&h->f->gate);
        h->owner_known = is_stable && membership_owner_url(h->m, "c", 0) != NULL;
        gate_wake(&h->f->gate);
        gate_unlock(&h->f->gate);
    }
    membership_leave(h->m, "the consumer is being closed");
}

static void herd_start(struct herd *h, struct fixture *f, const char *name)
{
    const struct tern_config client = strmap_config(&f->client);
    struct group_conf conf = {
        .group = "workers",
        .client_id = name,
        .client = &client,
        .protocol = GROUP_SESSIONED,
        .session_timeout_ms = 3000,
        .rebalance_timeout_ms = 10000,
        .heartbeat_interval_ms = 300,
        .max_delay_ms = 500,
    };
    const struct membership_conf m = {
        .url = "http://h:8083/", .member = name, .listener = &listener, .arg = h};
    struct tern_error err;

    *h = (struct herd){.f = f, .name = name};
    ck_assert_ok(group_open(&conf, &m, &h->m, &err), err);
    thread_start(&h->thread, name, herd_main, h);
}

static void herd_stop(struct herd *h)
{
    atomic_store(&h->stop, true);
    membership_wake(h->m);
    thread_join(&h->thread);
    ck_assert(!atomic_load(&h->failed));
    membership_free(h->m);
    work_fini(&h->running);
}

static void setup(struct fixture *f)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char errstr[200];

    *f = (struct fixture){0};
    rd_kafka_conf_set(conf, "log_level", "0", NULL, 0);
    f->rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, errstr, sizeof(errstr));
    ck_assert_ptr_nonnull(f->rk);
    f->cluster = rd_kafka_mock_cluster_new(f->rk, 3);
    ck_assert_ptr_nonnull(f->cluster);
    strmap_set(&f->client, "bootstrap.servers", rd_kafka_mock_cluster_bootstraps(f->cluster));
    gate_init(&f->gate);
}

static void teardown(struct fixture *f)
{
    rd_kafka_mock_cluster_destroy(f->cluster);
    rd_kafka_destroy(f->rk);
    strmap_fini(&f->client);
    gate_fini(&f->gate);
}

/* Waits until a share of the tasks runs on a, and the rest on b (NULL: nobody). */
static void await_shares(struct fixture *f, struct herd *a, size_t tasks_a, struct herd *b)
{
    int64_t deadline_ms = clock_deadline_ms(LONG_MS);

    gate_lock(&f->gate);
    while (a->running.task_count != tasks_a || (b && b->running.task_count != TASKS - tasks_a)) {
        ck_assert_msg(gate_wait(&f->gate, deadline_ms), "%zu tasks here, %zu there",
                      a->running.task_count, b ? b->running.task_count : 0);
    }
    gate_unlock(&f->gate);
}

static void await_owner(struct fixture *f, struct herd *h)
{
    int64_t deadline_ms = clock_deadline_ms(LONG_MS);

    gate_lock(&f->gate);
    while (!h->owner_known || !h->is_leader)
        ck_assert(gate_wait(&f->gate, deadline_ms));
    gate_unlock(&f->gate);
}

START_TEST(share_and_take_over)
{
    struct fixture f;
    struct herd a, b;

    setup(&f);
    herd_start(&a, &f, "a");
    await_shares(&f, &a, TASKS, NULL);
    await_owner(&f, &a);
    herd_start(&b, &f, "b");
    await_shares(&f, &a, TASKS / 2, &b);
    herd_stop(&a);
    await_shares(&f, &b, TASKS, NULL);
    herd_stop(&b);
    teardown(&f);
}
END_TEST

/* The coordinator moves, and the one it was is gone: work goes on, and so does the membership. */
START_TEST(coordinator_moves)
{
    struct fixture f;
    struct herd a;

    setup(&f);
    ck_assert_int_eq(rd_kafka_mock_coordinator_set(f.cluster, "group", "workers", 1), 0);
    herd_start(&a, &f, "a");
    await_shares(&f, &a, TASKS, NULL);
    ck_assert_int_eq(rd_kafka_mock_coordinator_set(f.cluster, "group", "workers", 2), 0);
    rd_kafka_mock_broker_set_down(f.cluster, 1);
    gate_lock(&f.gate);
    for (int64_t end_ms = clock_deadline_ms(2000); gate_wait(&f.gate, end_ms);)
        ck_assert_uint_eq(a.running.task_count, TASKS);
    gate_unlock(&f.gate);
    await_owner(&f, &a);
    herd_stop(&a);
    teardown(&f);
}
END_TEST

/* Nobody there: the herder can be called away, and the end does not wait. */
START_TEST(unreachable)
{
    struct fixture f;
    struct herd a;
    int64_t began_ms;

    setup(&f);
    for (int32_t i = 1; i <= 3; i++)
        rd_kafka_mock_broker_set_down(f.cluster, i);
    herd_start(&a, &f, "a");
    membership_wake(a.m);
    began_ms = clock_mono_ms();
    herd_stop(&a);
    ck_assert_int_lt(clock_mono_ms() - began_ms, LONG_MS);
    teardown(&f);
}
END_TEST

START_TEST(bad_settings)
{
    struct fixture f = {0};
    const struct membership_conf m = {.url = "u", .member = "m", .listener = &listener, .arg = &f};
    struct group_conf conf = {.group = "g", .client_id = "c", .session_timeout_ms = 3000};
    struct tern_config client;
    struct membership *ret = NULL;
    struct tern_error err;

    strmap_set(&f.client, "bootstrap.servers", _i ? "h:1" : "h");
    if (_i)
        strmap_set(&f.client, "security.protocol", "NONE");
    client = strmap_config(&f.client);
    conf.client = &client;
    ck_assert_int_lt(group_open(&conf, &m, &ret, &err), 0);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    ck_assert_ptr_nonnull(strstr(err.msg, _i ? "security.protocol" : "bootstrap.servers"));
    strmap_fini(&f.client);
}
END_TEST

/*
 * librdkafka's mock coordinator ends a round with the leader's SyncGroup, and has INVALID_REQUEST
 * for the others' that come after it: then there is another round, of a session less a second.
 */
static void add_long(Suite *suite, const TTest *test)
{
    TCase *tcase = tcase_create(test->name);

    tcase_set_timeout(tcase, LONG_S);
    tcase_add_test(tcase, test);
    suite_add_tcase(suite, tcase);
}

static void fill(Suite *suite)
{
    add_long(suite, share_and_take_over);
    test_add(suite, coordinator_moves);
    test_add(suite, unreachable);
    test_add_rows(suite, bad_settings, 2);
}

TEST_MAIN("group", fill)
