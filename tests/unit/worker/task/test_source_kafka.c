/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A source task over librdkafka's mock cluster: what it sends is read back, record by record,
 * while brokers answer with errors, go away, or refuse.
 */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"
#include "tests/unit/worker/task/journal.h"
#include "tests/unit/worker/task/task_bench.h"

enum {
    WAIT_MS = 20000,
    BROKERS = 3,
    API_PRODUCE = 0
};

struct cluster {
    rd_kafka_t *owner;
    rd_kafka_mock_cluster_t *mock;
};

static void cluster_init(struct cluster *c)
{
    char why[256];

    c->owner = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), why, sizeof(why));
    ck_assert_msg(c->owner != NULL, "%s", why);
    c->mock = rd_kafka_mock_cluster_new(c->owner, BROKERS);
    ck_assert_ptr_nonnull(c->mock);
    ck_assert_int_eq(rd_kafka_mock_topic_create(c->mock, "t", 1, BROKERS), 0);
}

static void cluster_fini(struct cluster *c)
{
    rd_kafka_mock_cluster_destroy(c->mock);
    rd_kafka_destroy(c->owner);
}

static rd_kafka_t *open_reader(const struct cluster *c)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    char why[256];
    rd_kafka_t *rk;

    ck_assert_int_eq(rd_kafka_conf_set(conf, "bootstrap.servers",
                                       rd_kafka_mock_cluster_bootstraps(c->mock), why, sizeof(why)),
                     RD_KAFKA_CONF_OK);
    ck_assert_int_eq(rd_kafka_conf_set(conf, "group.id", "reader", why, sizeof(why)),
                     RD_KAFKA_CONF_OK);
    rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof(why));
    ck_assert_ptr_nonnull(rk);
    rd_kafka_poll_set_consumer(rk);
    rd_kafka_topic_partition_list_add(list, "t", 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
    ck_assert_int_eq(rd_kafka_assign(rk, list), 0);
    rd_kafka_topic_partition_list_destroy(list);
    return rk;
}

/* Reads count records of topic t: their values are 0, 1, 2 ... each once. */
static void check_topic(const struct cluster *c, int64_t count)
{
    int64_t deadline_ms = clock_deadline_ms(WAIT_MS), next = 0;
    rd_kafka_t *rk = open_reader(c);

    while (next < count) {
        rd_kafka_message_t *m = rd_kafka_consumer_poll(rk, (int)clock_left_ms(deadline_ms, 500));
        char value[32];

        ck_assert_msg(clock_left_ms(deadline_ms, 1) > 0, "%d of %d records are there", (int)next,
                      (int)count);
        if (!m)
            continue;
        if (!m->err) {
            snprintf(value, sizeof(value), "%d", (int)next);
            ck_assert_uint_eq(m->len, strlen(value));
            ck_assert_int_eq(memcmp(m->payload, value, m->len), 0);
            ck_assert_int_eq(m->offset, next);
            next++;
        }
        rd_kafka_message_destroy(m);
    }
    rd_kafka_consumer_close(rk);
    rd_kafka_destroy(rk);
}

static void init(struct bench *b, const struct cluster *c, const struct fake_script *script)
{
    const struct fake_stage_conf unused = FAKE_STAGE_CONF;

    bench_init(b, script, &unused);
    b->kafka = true;
    strmap_set(&b->worker, "bootstrap.servers", rd_kafka_mock_cluster_bootstraps(c->mock));
    strmap_set(&b->worker, "offset.flush.interval.ms", "50");
}

START_TEST(records_arrive)
{
    struct cluster c;
    struct bench b;

    cluster_init(&c);
    init(&b, &c, &(struct fake_script){.total = 5000, .batch = 100, .quiet = true});
    bench_start(&b, TARGET_STARTED);
    ck_assert(bench_wait_offset(&b, 0, 4999));
    bench_stop(&b);
    check_topic(&c, 5000);
    ck_assert_uint_eq(journal_count("c/0 uses t"), 1);
    ck_assert_uint_eq(journal_count("task.stop"), 1);
    ck_assert_uint_eq(journal_count("c/0 failure"), 0);
    bench_fini(&b);
    cluster_fini(&c);
}
END_TEST

/* Order and number of records survive retries: the producer is idempotent. */
START_TEST(brokers_that_answer_with_errors)
{
    struct cluster c;
    struct bench b;

    cluster_init(&c);
    init(&b, &c, &(struct fake_script){.total = 3000, .batch = 50, .quiet = true});
    rd_kafka_mock_push_request_errors(
        c.mock, API_PRODUCE, 6, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        RD_KAFKA_RESP_ERR_NO_ERROR, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
        RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_NO_ERROR,
        RD_KAFKA_RESP_ERR__TRANSPORT);
    bench_start(&b, TARGET_STARTED);
    ck_assert(bench_wait_offset(&b, 0, 2999));
    bench_stop(&b);
    check_topic(&c, 3000);
    bench_fini(&b);
    cluster_fini(&c);
}
END_TEST

START_TEST(brokers_that_go_away)
{
    struct cluster c;
    struct bench b;

    cluster_init(&c);
    init(&b, &c, &(struct fake_script){.total = 2000, .batch = 5, .quiet = true});
    bench_start(&b, TARGET_STARTED);
    ck_assert(journal_wait("c/0 uses t", 1));
    for (int broker = 1; broker <= BROKERS; broker++)
        rd_kafka_mock_broker_set_down(c.mock, broker);
    for (int broker = 1; broker <= BROKERS; broker++)
        rd_kafka_mock_broker_set_up(c.mock, broker);
    ck_assert(bench_wait_offset(&b, 0, 1999));
    bench_stop(&b);
    check_topic(&c, 2000);
    bench_fini(&b);
    cluster_fini(&c);
}
END_TEST

/* What the target refuses for good is a failure, in its words; what it took before counts. */
START_TEST(refused_by_the_target)
{
    CLEANUP(freep) char *trace = NULL;
    struct cluster c;
    struct bench b;

    cluster_init(&c);
    init(&b, &c,
         &(struct fake_script){
             .total = 200, .batch = 10, .hang = "task.poll", .fail_after = 100, .quiet = true});
    bench_start(&b, TARGET_STARTED);
    ck_assert(journal_wait("hangs in task.poll", 1));
    check_topic(&c, 100);
    rd_kafka_mock_push_request_errors(
        c.mock, API_PRODUCE, 3, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
        RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    fake_plugin_release();
    ck_assert(journal_wait("c/0 failure", 1));
    bench_stop(&b);
    trace = fake_listener_trace();
    ck_assert_ptr_nonnull(strstr(trace, "ConnectException: Unrecoverable exception from producer "
                                        "send callback\n"));
    ck_assert_ptr_nonnull(strstr(trace, "Caused by: org.apache.kafka.common.errors."
                                        "TopicAuthorizationException: topic 't'"));
    ck_assert_ptr_nonnull(strstr(trace, "Topic authorization failed"));
    ck_assert_int_eq(bench_offset(&b, 0), 99);
    bench_fini(&b);
    cluster_fini(&c);
}
END_TEST

/* More than buffer.memory holds: the task waits for room, and loses nothing. */
START_TEST(full_buffer)
{
    struct cluster c;
    struct bench b;

    cluster_init(&c);
    rd_kafka_mock_broker_set_rtt(c.mock, 1, 30);
    rd_kafka_mock_broker_set_rtt(c.mock, 2, 30);
    rd_kafka_mock_broker_set_rtt(c.mock, 3, 30);
    init(&b, &c, &(struct fake_script){.total = 3000, .batch = 500, .quiet = true});
    strmap_set(&b.worker, "producer.buffer.memory", "2048");
    bench_start(&b, TARGET_STARTED);
    ck_assert(bench_wait_offset(&b, 0, 2999));
    bench_stop(&b);
    check_topic(&c, 3000);
    bench_fini(&b);
    cluster_fini(&c);
}
END_TEST

/* Nobody answers: a stop comes through all the same. */
START_TEST(stopped_without_a_cluster)
{
    struct cluster c;
    struct bench b;
    int64_t began_ms;

    cluster_init(&c);
    init(&b, &c, &(struct fake_script){.total = -1, .batch = 5, .quiet = true});
    strmap_set(&b.worker, "offset.flush.timeout.ms", "200");
    bench_start(&b, TARGET_STARTED);
    ck_assert(journal_wait("c/0 uses t", 1));
    for (int broker = 1; broker <= BROKERS; broker++)
        rd_kafka_mock_broker_set_down(c.mock, broker);
    began_ms = clock_mono_ms();
    bench_stop(&b);
    ck_assert_int_lt(clock_mono_ms() - began_ms, 8000);
    ck_assert_uint_eq(journal_count("c/0 shutdown"), 1);
    ck_assert_uint_eq(fake_plugin_counts().batches, fake_plugin_counts().released);
    bench_fini(&b);
    cluster_fini(&c);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, records_arrive);
    test_add(suite, brokers_that_answer_with_errors);
    test_add(suite, brokers_that_go_away);
    test_add(suite, refused_by_the_target);
    test_add(suite, full_buffer);
    test_add(suite, stopped_without_a_cluster);
}

TEST_MAIN("source_kafka", fill)
