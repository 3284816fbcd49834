/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/kafka/topic_log.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/thread.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"
#include "tests/unit/lib/kafka/kafka_test.h"

enum {
    PRODUCE = 0,
    FETCH = 1,
    LIST_OFFSETS = 2,
    METADATA = 3,
    LONG_MS = 20000
};

/* A log on a mock cluster, and what it has handed over: "partition/offset key=value\n" ... */
struct fixture {
    struct mock mock;
    struct strmap settings;
    struct admin *admin;
    struct topic_log *log;
    struct topic_log_conf conf;
    pthread_mutex_t lock;
    char text[16384]; /* lock */
    size_t records;   /* lock */
};

static void on_record(void *arg, const struct topic_log_record *rec)
{
    struct fixture *f = arg;
    size_t used;

    pthread_mutex_lock(&f->lock);
    used = strlen(f->text);
    snprintf(f->text + used, sizeof(f->text) - used, "%d/%lld %.*s=%.*s\n", (int)rec->partition,
             (long long)rec->offset, rec->key.at ? (int)rec->key.len : 4,
             rec->key.at ? (const char *)rec->key.at : "null",
             rec->value.at ? (int)rec->value.len : 4,
             rec->value.at ? (const char *)rec->value.at : "null");
    f->records++;
    pthread_mutex_unlock(&f->lock);
}

static void set_up(struct fixture *f, int partitions)
{
    struct tern_config view;
    struct tern_error err;

    *f = (struct fixture){.lock = PTHREAD_MUTEX_INITIALIZER};
    mock_start(&f->mock, 1);
    if (partitions > 0)
        mock_topic(&f->mock, "log", partitions);
    /* The worker's: the group is not joined, and nothing is retried. */
    settings_fill(&f->settings, f->mock.bootstrap, "group.id", "connect", "retries", "0",
                  "enable.idempotence", "false", "max.in.flight.requests.per.connection", "1",
                  "delivery.timeout.ms", "2147483647", "fetch.max.wait.ms", "50", NULL);
    view = strmap_config(&f->settings);
    ck_assert_ok(admin_open(&view, &f->admin, &err), err);
    f->conf = (struct topic_log_conf){
        .topic = "log",
        .consumer = view,
        .producer = view,
        .admin = f->admin,
        .only_partition = -1,
        .on_record = on_record,
        .arg = f,
    };
}

static void open_log(struct fixture *f)
{
    struct tern_error err;

    ck_assert_ok(topic_log_open(&f->conf, in_ms(LONG_MS), &f->log, &err), err);
}

static void tear_down(struct fixture *f)
{
    topic_log_free(f->log);
    admin_free(f->admin);
    mock_stop(&f->mock);
    strmap_fini(&f->settings);
}

static void read_to_end(struct fixture *f)
{
    struct tern_error err;

    ck_assert_ok(topic_log_read_to_end(f->log, in_ms(LONG_MS), &err), err);
}

static void check_text(struct fixture *f, const char *expected)
{
    pthread_mutex_lock(&f->lock);
    ck_assert_str_eq(f->text, expected);
    pthread_mutex_unlock(&f->lock);
}

static size_t records_of(struct fixture *f)
{
    size_t count;

    pthread_mutex_lock(&f->lock);
    count = f->records;
    pthread_mutex_unlock(&f->lock);
    return count;
}

/* ---- reading ---- */

START_TEST(reads_what_is_there)
{
    struct fixture f;

    set_up(&f, 1);
    mock_write(&f.mock, "log", 0, "a", "1");
    mock_write(&f.mock, "log", 0, NULL, "2");
    mock_write(&f.mock, "log", 0, "a", NULL);
    mock_write(&f.mock, "log", 0, "", "");
    open_log(&f);
    ck_assert_int_eq(topic_log_partitions(f.log), 1);
    check_text(&f, "0/0 a=1\n0/1 null=2\n0/2 a=null\n0/3 =\n");
    tear_down(&f);
}
END_TEST

START_TEST(follows)
{
    struct fixture f;

    set_up(&f, 3);
    mock_write(&f.mock, "log", 2, "a", "1");
    open_log(&f);
    ck_assert_int_eq(topic_log_partitions(f.log), 3);
    check_text(&f, "2/0 a=1\n");
    read_to_end(&f);
    mock_write(&f.mock, "log", 2, "b", "2");
    read_to_end(&f);
    mock_write(&f.mock, "log", 0, "c", "3");
    read_to_end(&f);
    check_text(&f, "2/0 a=1\n2/1 b=2\n0/0 c=3\n");
    tear_down(&f);
}
END_TEST

START_TEST(reads_one_partition_only)
{
    struct fixture f;

    set_up(&f, 3);
    mock_write(&f.mock, "log", 0, "a", "1");
    mock_write(&f.mock, "log", 1, "b", "2");
    f.conf.only_partition = 1;
    f.conf.producer.count = 0;
    open_log(&f);
    ck_assert_int_eq(topic_log_partitions(f.log), 3);
    mock_write(&f.mock, "log", 2, "c", "3");
    mock_write(&f.mock, "log", 1, "d", "4");
    read_to_end(&f);
    check_text(&f, "1/0 b=2\n1/1 d=4\n");
    tear_down(&f);
}
END_TEST

/* Errors of single requests are ridden out. */
START_TEST(retries)
{
    struct fixture f;

    set_up(&f, 1);
    mock_write(&f.mock, "log", 0, "a", "1");
    rd_kafka_mock_push_request_errors(f.mock.cluster, METADATA, 1, RD_KAFKA_RESP_ERR__TRANSPORT);
    rd_kafka_mock_push_request_errors(f.mock.cluster, LIST_OFFSETS, 2,
                                      RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
                                      RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION);
    rd_kafka_mock_push_request_errors(f.mock.cluster, FETCH, 2,
                                      RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                                      RD_KAFKA_RESP_ERR__TRANSPORT);
    open_log(&f);
    check_text(&f, "0/0 a=1\n");
    tear_down(&f);
}
END_TEST

struct reader {
    struct fixture *f;
    struct thread thread;
    atomic_int rc;
};

static void run_reader(void *arg)
{
    struct reader *r = arg;
    struct tern_error err;
    int rc = 0;

    for (int i = 0; i < 20 && rc == 0; i++)
        rc = topic_log_read_to_end(r->f->log, in_ms(LONG_MS), &err);
    atomic_store(&r->rc, rc);
}

START_TEST(several_wait_at_once)
{
    struct reader readers[4];
    struct fixture f;

    set_up(&f, 2);
    open_log(&f);
    for (size_t i = 0; i < COUNT_OF(readers); i++) {
        readers[i] = (struct reader){.f = &f, .thread = {0}};
        thread_start(&readers[i].thread, "reader", run_reader, &readers[i]);
    }
    for (int i = 0; i < 20; i++)
        mock_write(&f.mock, "log", i % 2, "k", "v");
    for (size_t i = 0; i < COUNT_OF(readers); i++) {
        thread_join(&readers[i].thread);
        ck_assert_int_eq(atomic_load(&readers[i].rc), 0);
    }
    read_to_end(&f);
    ck_assert_uint_eq(records_of(&f), 20);
    tear_down(&f);
}
END_TEST

/* ---- writing ---- */

START_TEST(reads_what_it_writes)
{
    const struct topic_log_entry entries[] = {
        {"abc", slice_str("1")},
        {"foobar", slice_str(NULL)},
        {"21", slice_str("")},
    };
    struct tern_error err;
    struct fixture f;

    set_up(&f, 5);
    open_log(&f);
    ck_assert_ok(topic_log_write(f.log, entries, COUNT_OF(entries), in_ms(LONG_MS), &err), err);
    ck_assert_ok(topic_log_write(f.log, entries, 0, in_ms(LONG_MS), &err), err);
    read_to_end(&f);
    /* Partitions as Java's default partitioner chooses them: see test_producer.c. */
    pthread_mutex_lock(&f.lock);
    ck_assert_ptr_nonnull(strstr(f.text, "2/0 abc=1\n"));
    ck_assert_ptr_nonnull(strstr(f.text, "1/0 foobar=null\n"));
    ck_assert_ptr_nonnull(strstr(f.text, "0/0 21=\n"));
    ck_assert_uint_eq(f.records, 3);
    pthread_mutex_unlock(&f.lock);
    tear_down(&f);
}
END_TEST

/* What was told of the sends, in order. */
struct told {
    struct gate gate;
    char text[256]; /* gate */
    size_t count;   /* gate */
};

static void on_sent(void *arg, const char *error, enum tern_code code)
{
    struct told *t = arg;
    size_t used;

    gate_lock(&t->gate);
    used = strlen(t->text);
    if (error)
        snprintf(t->text + used, sizeof(t->text) - used, "%d %s\n", (int)code, error);
    else
        snprintf(t->text + used, sizeof(t->text) - used, "ok\n");
    t->count++;
    gate_wake(&t->gate);
    gate_unlock(&t->gate);
}

static void wait_told(struct told *t, size_t count)
{
    int64_t deadline_ms = in_ms(LONG_MS);

    gate_lock(&t->gate);
    while (t->count < count && gate_wait(&t->gate, deadline_ms))
        ;
    ck_assert_uint_eq(t->count, count);
    gate_unlock(&t->gate);
}

START_TEST(tells_what_became_of_a_send)
{
    struct told told = {.count = 0};
    struct fixture f;

    set_up(&f, 1);
    gate_init(&told.gate);
    open_log(&f);
    topic_log_send(f.log, "a", slice_str("1"), on_sent, &told);
    wait_told(&told, 1);
    rd_kafka_mock_push_request_errors(f.mock.cluster, PRODUCE, 1,
                                      RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS);
    topic_log_send(f.log, "b", slice_str("2"), on_sent, &told);
    wait_told(&told, 2);
    topic_log_send(f.log, "c", slice_str("3"), NULL, NULL);
    read_to_end(&f); /* which waits for the record sent before it */
    check_text(&f, "0/0 a=1\n0/1 c=3\n");
    ck_assert_str_eq(told.text,
                     "ok\n5 topic 'log' partition 0: Broker: Not enough in-sync replicas\n");
    gate_fini(&told.gate);
    tear_down(&f);
}
END_TEST

START_TEST(write_tells_the_first_failure)
{
    const struct topic_log_entry entries[] = {{"a", slice_str("1")}, {"b", slice_str("2")}};
    struct tern_error err;
    struct fixture f;

    set_up(&f, 1);
    open_log(&f);
    rd_kafka_mock_push_request_errors(f.mock.cluster, PRODUCE, 1,
                                      RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
    ck_assert_int_eq(topic_log_write(f.log, entries, 2, in_ms(LONG_MS), &err), -1);
    ck_assert_int_eq(err.code, TERN_EREFUSED);
    ck_assert_str_eq(err.msg, "topic 'log' partition 0: Broker: Message size too large");
    tear_down(&f);
}
END_TEST

START_TEST(refused_sends_are_told_too)
{
    static char value[400000];
    struct told told = {.count = 0};
    struct fixture f;
    size_t count = 0;

    set_up(&f, 1);
    gate_init(&told.gate);
    strmap_set(&f.settings, "buffer.memory", "1000000");
    f.conf.producer = strmap_config(&f.settings);
    f.conf.consumer = f.conf.producer;
    open_log(&f);
    rd_kafka_mock_broker_set_down(f.mock.cluster, 1);
    for (; count < 4; count++)
        topic_log_send(f.log, "a", slice_of(value, sizeof(value)), on_sent, &told);
    wait_told(&told, 2);
    ck_assert_str_eq(told.text,
                     "5 topic 'log': Local: Queue full\n5 topic 'log': Local: Queue full\n");
    topic_log_free(f.log); /* gives up the others */
    f.log = NULL;
    wait_told(&told, 4);
    gate_fini(&told.gate);
    tear_down(&f);
}
END_TEST

/* More than the producer's buffer holds: acknowledgements make room. */
START_TEST(writes_more_than_fits_the_buffer)
{
    static char value[300000];
    struct topic_log_entry entries[16];
    struct tern_error err;
    struct fixture f;

    set_up(&f, 1);
    strmap_set(&f.settings, "buffer.memory", "1000000");
    f.conf.producer = strmap_config(&f.settings);
    f.conf.consumer = f.conf.producer;
    memset(value, 'x', sizeof(value));
    for (size_t i = 0; i < COUNT_OF(entries); i++)
        entries[i] = (struct topic_log_entry){"k", slice_of(value, sizeof(value))};
    open_log(&f);
    ck_assert_ok(topic_log_write(f.log, entries, COUNT_OF(entries), in_ms(LONG_MS), &err), err);
    read_to_end(&f);
    ck_assert_uint_eq(records_of(&f), COUNT_OF(entries));
    tear_down(&f);
}
END_TEST

/* ---- giving up ---- */

START_TEST(missing_topic_is_a_timeout)
{
    struct tern_error err;
    struct fixture f;

    set_up(&f, 1);
    rd_kafka_mock_topic_set_error(f.mock.cluster, "log", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    ck_assert_int_eq(topic_log_open(&f.conf, in_ms(300), &f.log, &err), -1);
    ck_assert_int_eq(err.code, TERN_ETIMEOUT);
    ck_assert_str_eq(
        err.msg,
        "Could not look up partition metadata for topic 'log' in the allotted period. This could "
        "indicate a connectivity issue, unavailable topic partitions, or if this is your first "
        "use of the topic it may have taken too long to create.");
    tear_down(&f);
}
END_TEST

START_TEST(late_topic_is_found)
{
    struct fixture f;

    set_up(&f, 0); /* the mock creates nothing when a consumer asks: the topic is not there */
    ck_assert_int_eq(rd_kafka_mock_topic_create(f.mock.cluster, "log", 1, 1), 0);
    rd_kafka_mock_push_request_errors(f.mock.cluster, METADATA, 2, RD_KAFKA_RESP_ERR__TRANSPORT,
                                      RD_KAFKA_RESP_ERR__TRANSPORT);
    open_log(&f);
    check_text(&f, "");
    tear_down(&f);
}
END_TEST

START_TEST(cancel_ends_opening)
{
    static bool cancel = true;
    struct tern_error err;
    struct fixture f;

    set_up(&f, 1);
    rd_kafka_mock_topic_set_error(f.mock.cluster, "log", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    f.conf.cancel = &cancel;
    ck_assert_int_eq(topic_log_open(&f.conf, in_ms(LONG_MS), &f.log, &err), -1);
    ck_assert_int_eq(err.code, TERN_ERETRIABLE);
    ck_assert_str_eq(err.msg, "reading topic 'log' was given up");
    tear_down(&f);
}
END_TEST

START_TEST(end_out_of_reach_is_a_timeout)
{
    struct tern_error err;
    struct fixture f;

    set_up(&f, 1);
    open_log(&f);
    rd_kafka_mock_broker_set_down(f.mock.cluster, 1);
    ck_assert_int_eq(topic_log_read_to_end(f.log, in_ms(500), &err), -1);
    ck_assert(err.code == TERN_ETIMEOUT || err.code == TERN_ERETRIABLE);
    ck_assert_ptr_nonnull(strstr(err.msg, "topic 'log'"));
    rd_kafka_mock_broker_set_up(f.mock.cluster, 1);
    mock_write(&f.mock, "log", 0, "a", "1");
    read_to_end(&f);
    check_text(&f, "0/0 a=1\n");
    tear_down(&f);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, reads_what_is_there);
    test_add(suite, follows);
    test_add(suite, reads_one_partition_only);
    test_add(suite, retries);
    test_add(suite, several_wait_at_once);
    test_add(suite, reads_what_it_writes);
    test_add(suite, tells_what_became_of_a_send);
    test_add(suite, write_tells_the_first_failure);
    test_add(suite, refused_sends_are_told_too);
    test_add(suite, writes_more_than_fits_the_buffer);
    test_add(suite, missing_topic_is_a_timeout);
    test_add(suite, late_topic_is_found);
    test_add(suite, cancel_ends_opening);
    test_add(suite, end_out_of_reach_is_a_timeout);
}

TEST_MAIN("topic_log", fill)
