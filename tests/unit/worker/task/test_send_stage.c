/* SPDX-License-Identifier: Apache-2.0 */
/* A producer that is there while it is needed, over librdkafka's mock cluster. */
#include "worker/task/send_stage.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdatomic.h>
#include <stdio.h>

#include "lib/base/clock.h"
#include "lib/base/strmap.h"
#include "lib/base/thread.h"
#include "lib/base/vec.h"
#include "tests/lib/testing.h"

enum {
    WAIT_MS = 20000,
    IDLE_MS = 30
};

struct cluster {
    rd_kafka_t *owner;
    rd_kafka_mock_cluster_t *mock;
    struct strmap settings;
    int acked, failed; /* of the test's own thread */
};

static void cluster_init(struct cluster *c)
{
    char why[256];

    *c = (struct cluster){0};
    c->owner = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), why, sizeof(why));
    ck_assert_msg(c->owner != NULL, "%s", why);
    c->mock = rd_kafka_mock_cluster_new(c->owner, 1);
    ck_assert_int_eq(rd_kafka_mock_topic_create(c->mock, "t", 1, 1), 0);
    strmap_set(&c->settings, "bootstrap.servers", rd_kafka_mock_cluster_bootstraps(c->mock));
    strmap_set(&c->settings, "acks", "all");
}

static void cluster_fini(struct cluster *c)
{
    strmap_fini(&c->settings);
    rd_kafka_mock_cluster_destroy(c->mock);
    rd_kafka_destroy(c->owner);
}

static void on_ack(void *arg, const struct producer_ack *ack)
{
    struct cluster *c = arg;

    if (ack->error)
        c->failed++;
    else
        c->acked++;
}

static struct send_stage *open_stage(struct cluster *c)
{
    struct tern_config java = strmap_config(&c->settings);
    struct send_stage *s;
    struct tern_error err;

    ck_assert_ok(send_stage_open_kafka(&java, on_ack, c, &s, &err), err);
    return s;
}

/* Sends one record and waits for its acknowledgement. */
static void send_one(struct cluster *c, struct send_stage *s)
{
    const struct producer_record rec = {
        .topic = "t", .partition = 0, .timestamp_ms = -1, .value = {"v", 1}};
    int64_t deadline_ms = clock_deadline_ms(WAIT_MS);
    enum producer_send_result result;
    int before = c->acked;
    struct tern_error err;

    while ((result = s->cls->send(s, &rec, c, &err)) == PRODUCER_BUSY) {
        ck_assert(clock_left_ms(deadline_ms, 1) > 0);
        s->cls->serve(s, 20);
    }
    ck_assert_int_eq(result, PRODUCER_SENT);
    ck_assert_uint_eq(s->cls->unacked(s), 1);
    while (c->acked == before) {
        ck_assert(clock_left_ms(deadline_ms, 1) > 0);
        s->cls->serve(s, 100);
    }
    ck_assert_uint_eq(s->cls->unacked(s), 0);
}

static bool wait_closed(struct send_stage *s, int open)
{
    int64_t deadline_ms = clock_deadline_ms(WAIT_MS);

    while (send_stage_open_producers() != open && clock_left_ms(deadline_ms, 1) > 0)
        s->cls->serve(s, 0);
    return send_stage_open_producers() == open;
}

/* Few producers: open at once, and never closed. */
START_TEST(few_stay_open)
{
    struct cluster c;
    struct send_stage *s;

    cluster_init(&c);
    send_stage_set_limits(2, 0);
    s = open_stage(&c);
    ck_assert_int_eq(send_stage_open_producers(), 1);
    send_one(&c, s);
    for (int i = 0; i < 10; i++)
        s->cls->serve(s, 0);
    ck_assert_int_eq(send_stage_open_producers(), 1);
    s->cls->close(s);
    ck_assert_int_eq(send_stage_open_producers(), 0);
    cluster_fini(&c);
}
END_TEST

/* Beyond their number one is opened by a record, closed when idle, and opened again. */
START_TEST(many_come_and_go)
{
    struct cluster c;
    struct send_stage *s;

    cluster_init(&c);
    send_stage_set_limits(0, IDLE_MS);
    s = open_stage(&c);
    ck_assert_int_eq(send_stage_open_producers(), 0);
    ck_assert(s->cls->flush(s, clock_deadline_ms(0)));
    ck_assert_ptr_null(s->cls->fatal(s));
    s->cls->wake(s);
    s->cls->serve(s, 0);
    for (int round = 1; round <= 3; round++) {
        int64_t began_ms;

        send_one(&c, s);
        ck_assert_int_eq(send_stage_open_producers(), 1);
        began_ms = clock_mono_ms();
        ck_assert(wait_closed(s, 0));
        /* who comes back soon is kept longer */
        ck_assert_int_ge(clock_mono_ms() - began_ms, (IDLE_MS << (round - 1)) - 5);
        ck_assert_uint_eq(s->cls->unacked(s), 0);
    }
    ck_assert_int_eq(c.acked, 3);
    ck_assert_int_eq(c.failed, 0);
    s->cls->close(s);
    cluster_fini(&c);
}
END_TEST

/* With a record unacknowledged a producer stays, and a close hands the record over. */
START_TEST(what_is_unacknowledged_stays)
{
    const struct producer_record rec = {
        .topic = "t", .partition = 0, .timestamp_ms = -1, .value = {"v", 1}};
    struct cluster c;
    struct send_stage *s;
    struct tern_error err;

    cluster_init(&c);
    send_stage_set_limits(0, 0);
    s = open_stage(&c);
    send_one(&c, s);
    rd_kafka_mock_broker_set_down(c.mock, 1);
    while (s->cls->send(s, &rec, &c, &err) == PRODUCER_BUSY)
        ck_abort_msg("the topic is known");
    for (int i = 0; i < 20; i++)
        s->cls->serve(s, 1);
    ck_assert_int_eq(send_stage_open_producers(), 1);
    ck_assert_uint_eq(s->cls->unacked(s), 1);
    s->cls->close(s);
    ck_assert_int_eq(c.failed, 1);
    ck_assert_int_eq(send_stage_open_producers(), 0);
    cluster_fini(&c);
}
END_TEST

/* Settings are checked when the task starts, whether a producer is opened or not. */
START_TEST(bad_settings)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct send_stage *s;
    struct tern_config java;
    struct tern_error err;

    send_stage_set_limits(_i, IDLE_MS);
    strmap_set(&settings, "bootstrap.servers", "127.0.0.1:1");
    strmap_set(&settings, "acks", "some");
    java = strmap_config(&settings);
    ck_assert_int_lt(send_stage_open_kafka(&java, on_ack, NULL, &s, &err), 0);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    ck_assert_ptr_nonnull(strstr(err.msg, "acks"));
    ck_assert_int_eq(send_stage_open_producers(), 0);
}
END_TEST

/* ---- waking from another thread, while it comes and goes ---- */

static struct {
    struct send_stage *stage;
    atomic_bool done;
} waker;

static void keep_waking(void *arg)
{
    (void)arg;
    while (!atomic_load(&waker.done))
        waker.stage->cls->wake(waker.stage);
}

START_TEST(woken_at_any_time)
{
    struct thread thread;
    struct cluster c;

    cluster_init(&c);
    send_stage_set_limits(0, 0);
    waker.stage = open_stage(&c);
    thread_start(&thread, "waker", keep_waking, NULL);
    for (int round = 0; round < 3; round++) {
        send_one(&c, waker.stage);
        ck_assert(wait_closed(waker.stage, 0));
    }
    atomic_store(&waker.done, true);
    thread_join(&thread);
    waker.stage->cls->close(waker.stage);
    cluster_fini(&c);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, few_stay_open);
    test_add(suite, many_come_and_go);
    test_add(suite, what_is_unacknowledged_stays);
    test_add_rows(suite, bad_settings, 2);
    test_add(suite, woken_at_any_time);
}

TEST_MAIN("send_stage", fill)
