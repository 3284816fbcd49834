/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The task as a worker drives it, under a host that is none, on librdkafka's mock cluster, which is
 * source and target: where it begins, what its records are, offset syncs, metrics, its end.
 */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>

#include "connectors/mirror/common/offset_sync.h"
#include "connectors/mirror/source/source_connector.h"
#include "lib/base/clock.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

#define SYNCS_TOPIC "mm2-offset-syncs.B.internal"

enum {
    POLL_MS = 100,
    ALL_MS = 60 * 1000,
    RECORDS = 5,
    T0 = 1000000,
};

struct world {
    struct tern_host host; /* first */
    atomic_bool stopping;
    rd_kafka_t *rk;
    char bootstrap[256];
    struct tern_source_offset stored; /* of every partition */
    int handles;                      /* source partitions that were asked for */
    void *task;
};

/* ---- host ---- */

static atomic_int still_errors; /* lines at ERROR about a partition that stands still */

static void host_log(enum tern_log_level level, const char *logger, const char *message)
{
    (void)logger;
    if (level == TERN_LOG_ERROR && strstr(message, "'orders-0' of cluster 'A' stands still"))
        atomic_fetch_add(&still_errors, 1);
}

static bool host_log_enabled(enum tern_log_level level, const char *logger)
{
    (void)logger;
    return level >= TERN_LOG_ERROR;
}

static void host_adopt_thread(const struct tern_host *host)
{
    (void)host;
}

static struct world *world_of(const struct tern_host *host)
{
    return (struct world *)(uintptr_t)host;
}

static bool host_stopping(const struct tern_host *host)
{
    return atomic_load(&world_of(host)->stopping);
}

static bool host_wait(const struct tern_host *host, int64_t timeout_ms)
{
    if (!host_stopping(host) && timeout_ms > 0)
        poll(NULL, 0, (int)timeout_ms);
    return host_stopping(host);
}

static int host_source_partition(const struct tern_host *host, const struct tern_field *fields,
                                 size_t count, const char *offset_name,
                                 struct tern_source_partition **ret_partition,
                                 struct tern_error *err)
{
    (void)err;
    ck_assert_uint_eq(count, 3); /* the order of Java's offset keys */
    ck_assert_str_eq(fields[0].name, "cluster");
    ck_assert_str_eq(fields[0].text, "A");
    ck_assert_str_eq(fields[1].name, "partition");
    ck_assert_str_eq(fields[2].name, "topic");
    ck_assert_str_eq(offset_name, "offset");
    world_of(host)->handles++;
    *ret_partition = NULL;
    return 0;
}

static int host_read_offsets(const struct tern_host *host,
                             struct tern_source_partition *const *partitions, size_t count,
                             struct tern_source_offset *ret_offsets, struct tern_error *err)
{
    (void)partitions, (void)err;
    for (size_t i = 0; i < count; i++)
        ret_offsets[i] = world_of(host)->stored;
    return 0;
}

/* ---- cluster ---- */

static void set_up(struct world *w)
{
    static const char *const topics[] = {"orders", "A.orders", SYNCS_TOPIC};
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char why[256];

    *w = (struct world){.host = {.size = offsetof(struct tern_host, report_broker),
                                 .connector = "MirrorSourceConnector",
                                 .task = 0,
                                 .log = host_log,
                                 .log_enabled = host_log_enabled,
                                 .adopt_thread = host_adopt_thread,
                                 .stopping = host_stopping,
                                 .wait = host_wait,
                                 .source_partition = host_source_partition,
                                 .read_offsets = host_read_offsets}};
    rd_kafka_conf_set(conf, "test.mock.num.brokers", "1", NULL, 0);
    w->rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
    ck_assert_msg(w->rk != NULL, "%s", why);
    for (size_t i = 0; i < COUNT_OF(topics); i++)
        rd_kafka_mock_topic_create(rd_kafka_handle_mock_cluster(w->rk), topics[i], 1, 1);
    snprintf(w->bootstrap, sizeof(w->bootstrap), "%s",
             rd_kafka_mock_cluster_bootstraps(rd_kafka_handle_mock_cluster(w->rk)));
}

static void write_records(struct world *w)
{
    for (int i = 0; i < RECORDS; i++) {
        bool is_tombstone = i == 3;

        ck_assert_int_eq(
            rd_kafka_producev(
                w->rk, RD_KAFKA_V_TOPIC("orders"), RD_KAFKA_V_PARTITION(0),
                RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY("key", 3),
                RD_KAFKA_V_VALUE((void *)(is_tombstone ? NULL : "value"), is_tombstone ? 0 : 5),
                RD_KAFKA_V_TIMESTAMP(T0 + i), RD_KAFKA_V_END),
            0);
        ck_assert_int_eq(rd_kafka_flush(w->rk, ALL_MS), 0);
    }
}

/* own: settings beside those that every test has. */
static int start_with(struct world *w, const char *assigned, const struct strmap *own,
                      struct tern_error *err)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    const struct tern_config more = strmap_config(own);
    const char *const rows[][2] = {
        {"name", "MirrorSourceConnector"},
        {"connector.class", "org.apache.kafka.connect.mirror.MirrorSourceConnector"},
        {"source.cluster.alias", "A"},
        {"target.cluster.alias", "B"},
        {"source.cluster.bootstrap.servers", w->bootstrap},
        {"target.cluster.bootstrap.servers", w->bootstrap},
        {"source.consumer.fetch.max.wait.ms", "50"},
        {"task.index", "0"},
        {"task.assigned.partitions", assigned},
        {"offset.lag.max", "2"},
        {"tern.topic.ids.enabled", "false"},
        {"tern.watch.interval.ms", "0"},
        {"tern.offset-syncs.tight.enabled", "false"},
    };
    struct tern_config config;

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        strmap_set(&map, rows[i][0], rows[i][1]);
    strmap_add_all(&map, &more);
    config = strmap_config(&map);
    return source_task_class.start(&w->host, &config, &w->task, err);
}

static int start(struct world *w, const char *assigned, const char *name, const char *value,
                 struct tern_error *err)
{
    CLEANUP(strmap_fini) struct strmap own = STRMAP_INIT;

    if (name)
        strmap_set(&own, name, value);
    return start_with(w, assigned, &own, err);
}

static void start_well(struct world *w)
{
    struct tern_error err;

    ck_assert_ok(start(w, "orders-0", NULL, NULL, &err), err);
    ck_assert_int_eq(w->handles, 1);
}

static void tear_down(struct world *w)
{
    atomic_store(&w->stopping, true);
    if (w->task) {
        source_task_class.interrupt(w->task);
        source_task_class.stop(w->task);
    }
    rd_kafka_destroy(w->rk);
}

/* ---- records ---- */

static bool has_bytes(const struct tern_value *v, const char *text)
{
    if (!text)
        return v->type == TERN_VALUE_NULL;
    return v->type == TERN_VALUE_BYTES && v->as.bytes.size == strlen(text) &&
           memcmp(v->as.bytes.data, text, strlen(text)) == 0;
}

static const char *schema_of(const struct tern_value *v)
{
    if (!v->schema)
        return "none";
    return v->schema->optional ? "bytes or null" : "bytes";
}

static void check_record(const struct tern_source_record *r, int64_t offset)
{
    ck_assert_str_eq(r->topic, "A.orders");
    ck_assert_int_eq(r->partition, 0);
    ck_assert_int_eq(r->offset, offset); /* its own, not the next one */
    ck_assert_int_eq(r->timestamp_ms, T0 + offset);
    ck_assert_uint_eq(r->header_count, 0);
    ck_assert(has_bytes(&r->key, "key"));
    ck_assert(has_bytes(&r->value, offset == 3 ? NULL : "value"));
    ck_assert_str_eq(schema_of(&r->key), "bytes or null");
    ck_assert_str_eq(schema_of(&r->value), offset == 3 ? "none" : "bytes");
}

/* Takes records up to the last, and acknowledges each at its offset plus drift (-1: nowhere). */
static void mirror_all(struct world *w, int64_t first, int64_t drift)
{
    int64_t deadline_ms = clock_deadline_ms(ALL_MS), next = first;
    struct tern_error err;

    while (next < RECORDS && clock_mono_ms() < deadline_ms) {
        struct tern_source_batch *batch;

        ck_assert_ok(source_task_class.poll(w->task, POLL_MS, &batch, &err), err);
        for (size_t i = 0; batch && i < batch->count; i++, next++) {
            const struct tern_record_metadata there = {0, drift < 0 ? -1 : next + drift};

            check_record(&batch->records[i], next);
            source_task_class.commit_record(w->task, &batch->records[i], &there);
        }
        if (batch)
            batch->release(batch);
    }
    ck_assert_int_eq(next, RECORDS);
}

/* ---- offset syncs ---- */

/* "upstream>downstream" of each sync, in order. */
static void read_syncs(struct world *w, int wanted, char *text, size_t size)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    int64_t deadline_ms = clock_deadline_ms(ALL_MS);
    rd_kafka_topic_t *topic;
    rd_kafka_t *rk;
    size_t used = 0;
    char why[256];

    text[0] = '\0';
    rd_kafka_conf_set(conf, "bootstrap.servers", w->bootstrap, NULL, 0);
    rd_kafka_conf_set(conf, "fetch.wait.max.ms", "50", NULL, 0);
    rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof(why));
    ck_assert_msg(rk != NULL, "%s", why);
    topic = rd_kafka_topic_new(rk, SYNCS_TOPIC, NULL);
    ck_assert_int_eq(rd_kafka_consume_start(topic, 0, RD_KAFKA_OFFSET_BEGINNING), 0);
    while (wanted > 0 && clock_mono_ms() < deadline_ms) {
        rd_kafka_message_t *m = rd_kafka_consume(topic, 0, POLL_MS);
        struct offset_sync sync;
        struct tern_error err;

        if (m && !m->err) {
            ck_assert_ok(offset_sync_decode(slice_of(m->key, m->key_len),
                                            slice_of(m->payload, m->len), &sync, &err),
                         err);
            ck_assert(slice_equal(sync.topic, slice_str("orders")));
            used += (size_t)snprintf(text + used, size - used, "%lld>%lld ",
                                     (long long)sync.upstream_offset,
                                     (long long)sync.downstream_offset);
            wanted--;
        }
        if (m)
            rd_kafka_message_destroy(m);
    }
    rd_kafka_consume_stop(topic, 0);
    rd_kafka_topic_destroy(topic);
    rd_kafka_destroy(rk);
}

/* ---- tests ---- */

struct counted {
    size_t metrics;
    double records, bytes;
};

static void count_metric(void *arg, const struct tern_metric *m)
{
    struct counted *c = arg;

    c->metrics++;
    if (strcmp(m->name, "record-count") == 0)
        c->records = m->value;
    else if (strcmp(m->name, "byte-count") == 0)
        c->bytes = m->value;
}

START_TEST(from_the_beginning)
{
    struct tern_source_batch *batch;
    struct counted counted = {0};
    struct tern_error err;
    struct world w;
    char syncs[256];

    set_up(&w);
    write_records(&w);
    start_well(&w);
    mirror_all(&w, 0, 100);
    source_task_class.commit(w.task); /* what was held back goes out */
    ck_assert_ok(source_task_class.poll(w.task, POLL_MS, &batch, &err), err);
    ck_assert_ptr_null(batch);
    source_task_class.metrics(w.task, count_metric, &counted);
    ck_assert_uint_gt(counted.metrics, 12);
    ck_assert(counted.records == RECORDS && counted.bytes == 4 * 5);
    read_syncs(&w, 3, syncs, sizeof(syncs)); /* the first, one after offset.lag.max + 1, the last */
    ck_assert_str_eq(syncs, "0>100 3>103 4>104 ");
    tear_down(&w);
}
END_TEST

START_TEST(from_behind_the_stored_offset)
{
    struct world w;

    set_up(&w);
    write_records(&w);
    w.stored = (struct tern_source_offset){.known = true, .number = 1};
    start_well(&w);
    mirror_all(&w, 2, 0);
    tear_down(&w);
}
END_TEST

/* acks=0: there is nothing that a sync could say. */
START_TEST(an_unknown_place_gives_no_sync)
{
    struct world w;
    struct tern_error err;
    struct tern_source_batch *batch;
    char syncs[256];

    set_up(&w);
    write_records(&w);
    start_well(&w);
    mirror_all(&w, 0, -1);
    source_task_class.commit(w.task);
    ck_assert_ok(source_task_class.poll(w.task, POLL_MS, &batch, &err), err);
    source_task_class.interrupt(w.task);
    source_task_class.stop(TAKE(w.task));
    w.stored = (struct tern_source_offset){.known = true, .number = 3};
    w.handles = 0;
    start_well(&w);
    mirror_all(&w, 4, 7);
    source_task_class.stop(TAKE(w.task)); /* what it has not sent, it sends at its end */
    read_syncs(&w, 1, syncs, sizeof(syncs));
    ck_assert_str_eq(syncs, "4>11 ");
    tear_down(&w);
}
END_TEST

static const struct {
    const char *assigned, *name, *value, *said;
} bad[] = {
    {"orders", NULL, NULL, "task.assigned.partitions"},
    {"orders-x", NULL, NULL, "task.assigned.partitions"},
    {"", NULL, NULL, "task.assigned.partitions"},
    {"orders-0", "tern.loss.policy", "perhaps", "tern.loss.policy"},
    {"orders-0", "tern.record.refused.policy", "drop", "tern.record.refused.policy"},
    {"orders-0", "offset-syncs.topic.location", "nowhere", "offset-syncs.topic.location"},
    {"orders-0", "replication.policy.class", "org.example.Policy", "org.example.Policy"},
};

START_TEST(what_cannot_be_is_refused)
{
    struct tern_error err;
    struct world w;

    set_up(&w);
    ck_assert_int_lt(start(&w, bad[_i].assigned, bad[_i].name, bad[_i].value, &err), 0);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    ck_assert_msg(strstr(err.msg, bad[_i].said) != NULL, "%s", err.msg);
    tear_down(&w);
}
END_TEST

START_TEST(a_stored_offset_that_is_none)
{
    struct tern_error err;
    struct world w;

    set_up(&w);
    w.stored = (struct tern_source_offset){.known = true, .number = INT64_MIN, .json = "{\"x\":1}"};
    ck_assert_int_lt(start(&w, "orders-0", NULL, NULL, &err), 0);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    ck_assert_ptr_nonnull(strstr(err.msg, "orders-0"));
    ck_assert_ptr_nonnull(strstr(err.msg, "{\"x\":1}"));
    tear_down(&w);
}
END_TEST

/* ---- a partition that cannot be read any more ---- */

enum {
    FETCH = 1, /* Kafka's number of the request */
    REFUSALS = 10000,
    STILL_MS = 4000,
};

/* Starts a task that has read all there is, and may read no more from then on. */
static void start_and_refuse(struct world *w, const char *policy)
{
    static rd_kafka_resp_err_t errors[REFUSALS];
    CLEANUP(strmap_fini) struct strmap own = STRMAP_INIT;
    struct tern_error err;

    for (size_t i = 0; i < REFUSALS; i++)
        errors[i] = RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
    set_up(w);
    write_records(w);
    strmap_set(&own, "tern.watch.interval.ms", "100");
    strmap_set(&own, "tern.watch.stall.ms", "1000");
    strmap_set(&own, "tern.watch.stuck.policy", policy);
    ck_assert_ok(start_with(w, "orders-0", &own, &err), err);
    mirror_all(w, 0, 0);
    rd_kafka_mock_push_request_errors_array(rd_kafka_handle_mock_cluster(w->rk), FETCH, REFUSALS,
                                            errors);
    write_records(w);
}

/* Polls until that fails, or timeout_ms have passed. */
static int poll_for(struct world *w, int64_t timeout_ms, struct tern_error *err)
{
    int64_t deadline_ms = clock_deadline_ms(timeout_ms);

    while (clock_mono_ms() < deadline_ms) {
        struct tern_source_batch *batch;

        if (source_task_class.poll(w->task, POLL_MS, &batch, err) < 0)
            return -1;
        ck_assert_ptr_null(batch);
    }
    return 0;
}

START_TEST(one_that_stands_still_fails_the_task)
{
    struct tern_error err;
    struct world w;

    start_and_refuse(&w, "fail");
    ck_assert_int_lt(poll_for(&w, ALL_MS, &err), 0);
    ck_assert_msg(strstr(err.msg, "stands still at offset 5, while its log goes up to 10: ") !=
                      NULL,
                  "%s", err.msg);
    ck_assert_ptr_nonnull(strstr(err.msg, "Topic authorization failed"));
    tear_down(&w);
}
END_TEST

START_TEST(one_that_stands_still_may_be_told_only)
{
    struct tern_error err;
    struct world w;

    start_and_refuse(&w, "continue");
    ck_assert_ok(poll_for(&w, STILL_MS, &err), err);
    ck_assert_int_eq(atomic_load(&still_errors), 1); /* once a minute */
    tear_down(&w);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, from_the_beginning);
    test_add(suite, from_behind_the_stored_offset);
    test_add(suite, an_unknown_place_gives_no_sync);
    test_add_rows(suite, what_cannot_be_is_refused, COUNT_OF(bad));
    test_add(suite, a_stored_offset_that_is_none);
    test_add(suite, one_that_stands_still_fails_the_task);
    test_add(suite, one_that_stands_still_may_be_told_only);
}

TEST_MAIN("source_task", fill)
