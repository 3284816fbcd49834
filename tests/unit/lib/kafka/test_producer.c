/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/kafka/producer.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/thread.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"
#include "tests/unit/lib/kafka/kafka_test.h"

enum {
    PRODUCE = 0,
    METADATA = 3,
    MAX_ACKS = 4096
};

/* The acknowledgements, in the order in which they came. */
struct acks {
    struct {
        uintptr_t opaque;
        int32_t partition;
        int64_t offset;
        enum tern_code code; /* 0: acknowledged */
        bool returned, is_gone;
        char error[160];
    } at[MAX_ACKS];
    size_t count;
};

static void on_ack(void *arg, const struct producer_ack *ack)
{
    struct acks *acks = arg;

    ck_assert_uint_lt(acks->count, MAX_ACKS);
    acks->at[acks->count].opaque = (uintptr_t)ack->opaque;
    acks->at[acks->count].partition = ack->partition;
    acks->at[acks->count].offset = ack->offset;
    acks->at[acks->count].code = ack->error ? ack->code : 0;
    acks->at[acks->count].returned = ack->returned;
    acks->at[acks->count].is_gone = ack->is_gone;
    snprintf(acks->at[acks->count].error, sizeof(acks->at[0].error), "%s",
             ack->error ? ack->error : "");
    acks->count++;
}

/* As Connect opens it for a task, and one more setting. */
static struct producer *open_for(const char *bootstrap, struct acks *acks, const char *name,
                                 const char *value)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct tern_config view;
    struct tern_error err;
    struct producer *p;

    settings_fill(&settings, bootstrap, "enable.idempotence", "false",
                  "max.in.flight.requests.per.connection", "1", "delivery.timeout.ms", "2147483647",
                  "linger.ms", "0", NULL);
    if (name)
        strmap_set(&settings, name, value);
    view = strmap_config(&settings);
    ck_assert_ok(producer_open(&view, on_ack, acks, &p, &err), err);
    return p;
}

static struct producer_record record_of(const char *topic, int32_t partition, const char *value)
{
    return (struct producer_record){
        .topic = topic,
        .partition = partition,
        .timestamp_ms = -1,
        .value = {value, value ? strlen(value) : 0},
    };
}

/* Sends as a task does: as long as it is busy, serve and try again. */
static enum producer_send_result send_until(struct producer *p, const struct producer_record *rec,
                                            uintptr_t opaque, int64_t deadline_ms,
                                            struct tern_error *err)
{
    enum producer_send_result result;

    while ((result = producer_send(p, rec, (void *)opaque, err)) == PRODUCER_BUSY &&
           clock_mono_ms() < deadline_ms)
        producer_serve(p, 1000);
    return result;
}

static void send_ok(struct producer *p, const struct producer_record *rec, uintptr_t opaque)
{
    struct tern_error err = {0};
    enum producer_send_result result = send_until(p, rec, opaque, in_ms(20000), &err);

    ck_assert_msg(result == PRODUCER_SENT, "result %d: %s", (int)result, err.msg);
}

/* ---- order ---- */

/*
 * Per partition, acknowledgements come in the order of sending, with rising offsets. There may be
 * gaps: the mock keeps a batch twice that was repeated after a lost connection.
 */
static void check_order(const struct acks *acks, size_t sent, int partitions)
{
    int64_t offsets[16] = {0};
    uintptr_t opaques[16] = {0};

    ck_assert_uint_eq(acks->count, sent);
    for (size_t i = 0; i < acks->count; i++) {
        int32_t p = acks->at[i].partition;

        ck_assert_msg(acks->at[i].code == 0, "%s", acks->at[i].error);
        ck_assert_int_lt(p, partitions);
        ck_assert_int_ge(acks->at[i].offset, offsets[p]);
        offsets[p] = acks->at[i].offset + 1;
        ck_assert_uint_gt(acks->at[i].opaque, opaques[p]);
        opaques[p] = acks->at[i].opaque;
    }
}

static void send_many(struct mock *m, struct acks *acks, size_t count)
{
    struct producer *p = open_for(m->bootstrap, acks, "batch.size", "500"); /* many requests */
    char *values = xcalloc(count, 16);

    for (size_t i = 0; i < count; i++) {
        struct producer_record rec;

        snprintf(values + 16 * i, 16, "v%u", (unsigned)i);
        rec = record_of("t", (int32_t)(i % 3), values + 16 * i);
        send_ok(p, &rec, i + 1);
    }
    ck_assert(producer_flush(p, in_ms(20000)));
    ck_assert_uint_eq(producer_unacked(p), 0);
    producer_free(p);
    free(values);
}

START_TEST(acknowledges_in_order)
{
    struct acks *acks = xcalloc(1, sizeof(*acks));
    struct mock m;

    mock_start(&m, 3);
    mock_topic(&m, "t", 3);
    send_many(&m, acks, 3000);
    check_order(acks, 3000, 3);
    mock_stop(&m);
    free(acks);
}
END_TEST

/* What a broker answers, amid other requests, when the same request will do later. */
static const rd_kafka_resp_err_t passing[] = {
    RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
    RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,      RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
    RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR,      RD_KAFKA_RESP_ERR__TRANSPORT,
};

START_TEST(keeps_order_over_errors)
{
    struct acks *acks = xcalloc(1, sizeof(*acks));
    struct mock m;

    mock_start(&m, 1);
    mock_topic(&m, "t", 3);
    rd_kafka_mock_broker_set_rtt(m.cluster, 1, 5);
    rd_kafka_mock_push_request_errors(m.cluster, PRODUCE, 5, 0, 0, passing[_i], 0, passing[_i]);
    send_many(&m, acks, 1500);
    check_order(acks, 1500, 3);
    mock_stop(&m);
    free(acks);
}
END_TEST

START_TEST(failure_names_topic_and_partition)
{
    struct acks acks = {.count = 0};
    struct producer *p;
    struct producer_record rec = record_of("t", 1, "x");
    struct mock m;

    mock_start(&m, 1);
    mock_topic(&m, "t", 2);
    rd_kafka_mock_push_request_errors(m.cluster, PRODUCE, 1, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
    p = open_for(m.bootstrap, &acks, NULL, NULL);
    send_ok(p, &rec, 7);
    ck_assert(producer_flush(p, in_ms(20000)));
    ck_assert_uint_eq(acks.count, 1);
    ck_assert_uint_eq(acks.at[0].opaque, 7);
    ck_assert_int_eq(acks.at[0].code, TERN_EREFUSED);
    ck_assert(!acks.at[0].returned);
    ck_assert_ptr_nonnull(strstr(acks.at[0].error, "topic 't' partition 1: "));
    ck_assert_ptr_null(producer_fatal(p));
    producer_free(p);
    mock_stop(&m);
}
END_TEST

/* A topic that is deleted while a record waits: the record comes back, and is busy from then on. */
START_TEST(a_record_whose_topic_is_gone_comes_back)
{
    struct acks acks = {.count = 0};
    struct producer *p;
    struct producer_record rec = record_of("t", -1, "x");
    struct tern_error err;
    struct mock m;

    mock_start(&m, 1);
    mock_topic(&m, "t", 2);
    p = open_for(m.bootstrap, &acks, NULL, NULL);
    send_ok(p, &rec, 1);
    ck_assert(producer_flush(p, in_ms(20000)));
    rd_kafka_mock_topic_set_error(m.cluster, "t", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    for (int i = 0; i < 20; i++) /* until the metadata has said it, too */
        rd_kafka_mock_push_request_errors(m.cluster, PRODUCE, 1,
                                          RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    send_ok(p, &rec, 2);
    ck_assert(producer_flush(p, in_ms(40000)));
    ck_assert_uint_eq(acks.count, 2);
    ck_assert_uint_eq(acks.at[1].opaque, 2);
    ck_assert_int_eq(acks.at[1].code, TERN_ERETRIABLE);
    ck_assert(acks.at[1].returned && acks.at[1].is_gone);
    ck_assert_int_eq(send_until(p, &rec, 2, in_ms(500), &err), PRODUCER_BUSY);
    rd_kafka_mock_topic_set_error(m.cluster, "t", RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_mock_clear_request_errors(m.cluster, PRODUCE);
    send_ok(p, &rec, 2);
    ck_assert(producer_flush(p, in_ms(20000)));
    ck_assert_int_eq(acks.at[2].code, 0);
    producer_free(p);
    mock_stop(&m);
}
END_TEST

/* What is sent behind a refused record comes back, of other partitions too. */
START_TEST(nothing_overtakes_a_refused_record)
{
    struct acks *acks = xcalloc(1, sizeof(*acks));
    struct tern_error err;
    struct producer *p;
    struct producer_record rec;
    struct mock m;
    bool came[1000] = {false};
    size_t refused = 0, returned = 0;

    mock_start(&m, 1);
    mock_topic(&m, "t", 2);
    rd_kafka_mock_broker_set_rtt(m.cluster, 1, 20);
    p = open_for(m.bootstrap, acks, "batch.size", "500");
    rec = record_of("t", 0, "first");
    send_ok(p, &rec, 0);
    ck_assert(producer_flush(p, in_ms(20000)));
    rd_kafka_mock_push_request_errors(m.cluster, PRODUCE, 1, RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP);
    for (size_t i = 1; i < 1000 && !producer_is_spent(p); i++) {
        rec = record_of("t", (int32_t)(i % 2), "another");
        if (producer_send(p, &rec, (void *)i, &err) != PRODUCER_SENT)
            break;
    }
    ck_assert(producer_flush(p, in_ms(20000)));
    ck_assert(producer_is_spent(p));
    ck_assert_ptr_null(producer_fatal(p));
    for (size_t i = 0; i < acks->count; i++) {
        bool was_first = !came[acks->at[i].opaque];

        ck_assert(was_first);
        came[acks->at[i].opaque] = true;
        refused += acks->at[i].code && !acks->at[i].returned;
        returned += acks->at[i].returned;
    }
    ck_assert_uint_gt(refused, 0);
    ck_assert_uint_gt(returned, 100);
    ck_assert_int_eq(producer_send(p, &rec, NULL, &err), PRODUCER_BUSY);
    ck_assert_int_eq(producer_batch_limit(p), 0);
    producer_free(p);
    mock_stop(&m);
    free(acks);
}
END_TEST

/* A broker that knows nothing of the producer would take what follows it, were it refused. */
START_TEST(a_large_first_record_goes_alone)
{
    static char value[300000];
    struct acks acks = {.count = 0};
    struct producer_record large = {
        .topic = "t", .timestamp_ms = -1, .value = {value, sizeof(value)}};
    struct producer_record small = record_of("t", 0, "x"), other = record_of("t", 1, "x");
    struct tern_error err;
    struct producer *p;
    struct mock m;

    mock_start(&m, 1);
    mock_topic(&m, "t", 2);
    rd_kafka_mock_broker_set_rtt(m.cluster, 1, 200);
    p = open_for(m.bootstrap, &acks, NULL, NULL);
    send_ok(p, &large, 1);
    ck_assert_int_eq(producer_send(p, &small, NULL, &err), PRODUCER_BUSY);
    ck_assert_int_eq(producer_send(p, &other, (void *)2, &err), PRODUCER_SENT);
    send_ok(p, &small, 3);
    ck_assert_uint_ge(acks.count, 1);
    ck_assert_int_eq(producer_send(p, &large, (void *)4, &err), PRODUCER_SENT);
    ck_assert_int_eq(producer_send(p, &small, (void *)5, &err), PRODUCER_SENT);
    ck_assert(producer_flush(p, in_ms(20000)));
    ck_assert_uint_eq(acks.count, 5);
    producer_free(p);
    mock_stop(&m);
}
END_TEST

/* ---- topics and partitions ---- */

START_TEST(waits_for_a_topic)
{
    struct acks acks = {.count = 0};
    struct producer_record rec = record_of("later", 0, "x");
    struct tern_error err = {0};
    struct producer *p;
    struct mock m;

    mock_start(&m, 1);
    mock_topic(&m, "later", 1);
    rd_kafka_mock_topic_set_error(m.cluster, "later", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    p = open_for(m.bootstrap, &acks, NULL, NULL);
    ck_assert_int_eq(send_until(p, &rec, 1, in_ms(700), &err), PRODUCER_BUSY);
    ck_assert_uint_eq(producer_unacked(p), 0);
    rd_kafka_mock_topic_set_error(m.cluster, "later", RD_KAFKA_RESP_ERR_NO_ERROR);
    send_ok(p, &rec, 2);
    ck_assert(producer_flush(p, in_ms(20000)));
    ck_assert_uint_eq(acks.count, 1);
    ck_assert_int_eq(acks.at[0].code, 0);
    producer_free(p);
    mock_stop(&m);
}
END_TEST

START_TEST(waits_for_a_partition)
{
    struct acks acks = {.count = 0};
    struct producer_record rec = record_of("t", 2, "x"), known = record_of("t", 1, "y");
    struct tern_error err = {0};
    struct producer *p;
    struct mock m;

    mock_start(&m, 1);
    mock_topic(&m, "t", 2);
    p = open_for(m.bootstrap, &acks, NULL, NULL);
    ck_assert_int_eq(send_until(p, &rec, 1, in_ms(300), &err), PRODUCER_BUSY);
    send_ok(p, &known, 2);
    ck_assert(producer_flush(p, in_ms(20000)));
    ck_assert_uint_eq(acks.count, 1);
    ck_assert_uint_eq(acks.at[0].opaque, 2);
    producer_free(p);
    mock_stop(&m);
}
END_TEST

/* Serving does not wait longer than until the topic is worth another look. */
START_TEST(busy_serve_returns_soon)
{
    struct acks acks = {.count = 0};
    struct producer_record rec = record_of("t", 9, "x");
    struct tern_error err = {0};
    struct producer *p;
    int64_t begin_ms;
    struct mock m;

    mock_start(&m, 1);
    mock_topic(&m, "t", 1);
    p = open_for(m.bootstrap, &acks, NULL, NULL);
    ck_assert_int_eq(producer_send(p, &rec, NULL, &err), PRODUCER_BUSY);
    begin_ms = clock_mono_ms();
    producer_serve(p, 60000);
    ck_assert_int_lt(clock_mono_ms() - begin_ms, 10000);
    producer_free(p);
    mock_stop(&m);
}
END_TEST

START_TEST(forbidden_topic_is_an_error)
{
    struct acks acks = {.count = 0};
    struct producer_record rec = record_of("t", 0, "x"), overlong;
    struct tern_error err = {0};
    char name[600];
    struct producer *p;
    struct mock m;

    mock_start(&m, 1);
    mock_topic(&m, "t", 1);
    rd_kafka_mock_topic_set_error(m.cluster, "t", RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    p = open_for(m.bootstrap, &acks, NULL, NULL);
    ck_assert_int_eq(send_until(p, &rec, 1, in_ms(20000), &err), PRODUCER_FAILED);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    ck_assert_str_eq(err.msg, "topic 't': Broker: Topic authorization failed");
    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    overlong = record_of(name, 0, "x");
    ck_assert_int_eq(producer_send(p, &overlong, NULL, &err), PRODUCER_FAILED);
    ck_assert_ptr_nonnull(strstr(err.msg, "cannot be the name of a topic"));
    producer_free(p);
    mock_stop(&m);
}
END_TEST

/* Java's UtilsTest.testMurmur2, made a partition of 5. */
static const struct {
    const char *key;
    int32_t murmur2;
} hashes[] = {
    {"21", -973932308},
    {"foobar", -790332482},
    {"a-little-bit-long-string", -985981536},
    {"a-little-bit-longer-string", -1486304829},
    {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
    {"abc", 479470107},
};

START_TEST(partitions_by_murmur2)
{
    struct acks acks = {.count = 0};
    struct producer *p;
    struct mock m;

    mock_start(&m, 1);
    mock_topic(&m, "t", 5);
    p = open_for(m.bootstrap, &acks, NULL, NULL);
    for (size_t i = 0; i < COUNT_OF(hashes); i++) {
        struct producer_record rec = record_of("t", -1, "x");

        rec.key = (struct tern_bytes){hashes[i].key, strlen(hashes[i].key)};
        send_ok(p, &rec, i);
    }
    ck_assert(producer_flush(p, in_ms(20000)));
    ck_assert_uint_eq(acks.count, COUNT_OF(hashes));
    for (size_t i = 0; i < acks.count; i++)
        ck_assert_int_eq(acks.at[i].partition,
                         (hashes[acks.at[i].opaque].murmur2 & 0x7fffffff) % 5);
    producer_free(p);
    mock_stop(&m);
}
END_TEST

/* ---- content ---- */

static const char empty[] = "";

/* NULL is null; "" is empty. */
static const struct {
    const char *key, *value;
    const char *headers[6]; /* names and values by turns */
    int64_t timestamp_ms, expected_ms;
} contents[] = {
    {"k", "v", {0}, 1234567890123, 1234567890123},
    {NULL, NULL, {0}, 5, 5},
    {empty, empty, {"h", NULL, "h", empty, "h", "x"}, 1, 1},
    {NULL, empty, {"only", "one"}, 0, 1}, /* to librdkafka 0 is now: the nearest it takes */
    {empty, NULL, {0}, INT64_C(253402300799999), INT64_C(253402300799999)},
};

static void check_bytes(const void *data, size_t size, const char *expected)
{
    if (!expected) {
        ck_assert_ptr_null(data);
        return;
    }
    ck_assert_ptr_nonnull(data);
    ck_assert_uint_eq(size, strlen(expected));
    ck_assert_mem_eq(data, expected, size);
}

static void check_headers(const rd_kafka_message_t *msg, const char *const *expected)
{
    rd_kafka_headers_t *headers;
    size_t i = 0, size;
    const char *name;
    const void *value;

    if (rd_kafka_message_headers(msg, &headers) == 0) {
        while (rd_kafka_header_get_all(headers, i, &name, &value, &size) == 0) {
            ck_assert_str_eq(name, expected[2 * i]);
            check_bytes(value, size, expected[2 * i + 1]);
            i++;
        }
    }
    ck_assert(2 * i == 6 || !expected[2 * i]);
}

static void check_contents(const struct mock *m)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_t *rk;
    rd_kafka_topic_t *rkt;

    rd_kafka_conf_set(conf, "bootstrap.servers", m->bootstrap, NULL, 0);
    rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, NULL, 0);
    rkt = rd_kafka_topic_new(rk, "t", NULL);
    ck_assert_int_eq(rd_kafka_consume_start(rkt, 0, RD_KAFKA_OFFSET_BEGINNING), 0);
    for (size_t i = 0; i < COUNT_OF(contents); i++) {
        rd_kafka_message_t *msg = rd_kafka_consume(rkt, 0, 20000);

        ck_assert_ptr_nonnull(msg);
        ck_assert_int_eq(msg->err, 0);
        check_bytes(msg->key, msg->key_len, contents[i].key);
        check_bytes(msg->payload, msg->len, contents[i].value);
        check_headers(msg, contents[i].headers);
        ck_assert_int_eq(rd_kafka_message_timestamp(msg, NULL), contents[i].expected_ms);
        rd_kafka_message_destroy(msg);
    }
    rd_kafka_consume_stop(rkt, 0);
    rd_kafka_topic_destroy(rkt);
    rd_kafka_destroy(rk);
}

START_TEST(keeps_content)
{
    struct acks acks = {.count = 0};
    struct producer *p;
    struct mock m;

    mock_start(&m, 1);
    mock_topic(&m, "t", 1);
    p = open_for(m.bootstrap, &acks, NULL, NULL);
    for (size_t i = 0; i < COUNT_OF(contents); i++) {
        struct producer_record rec = record_of("t", 0, contents[i].value);
        struct producer_header headers[3];

        rec.key =
            (struct tern_bytes){contents[i].key, contents[i].key ? strlen(contents[i].key) : 0};
        rec.timestamp_ms = contents[i].timestamp_ms;
        rec.headers = headers;
        for (; rec.header_count < 3 && contents[i].headers[2 * rec.header_count];
             rec.header_count++) {
            const char *value = contents[i].headers[2 * rec.header_count + 1];

            headers[rec.header_count] = (struct producer_header){
                contents[i].headers[2 * rec.header_count], {value, value ? strlen(value) : 0}};
        }
        send_ok(p, &rec, i);
    }
    ck_assert(producer_flush(p, in_ms(20000)));
    producer_free(p);
    check_contents(&m);
    mock_stop(&m);
}
END_TEST

/* ---- limits ---- */

START_TEST(full_buffer_is_busy)
{
    static char value[100000];
    struct acks *acks = xcalloc(1, sizeof(*acks));
    struct producer_record rec = {
        .topic = "t", .timestamp_ms = -1, .value = {value, sizeof(value)}};
    struct tern_error err = {0};
    enum producer_send_result result;
    struct producer *p;
    struct mock m;
    size_t sent = 0;

    mock_start(&m, 1);
    mock_topic(&m, "t", 1);
    p = open_for(m.bootstrap, acks, "buffer.memory", "1048576");
    send_ok(p, &rec, ++sent);
    ck_assert(producer_flush(p, in_ms(20000)));
    rd_kafka_mock_broker_set_down(m.cluster, 1);
    while ((result = producer_send(p, &rec, (void *)(sent + 1), &err)) == PRODUCER_SENT)
        sent++;
    ck_assert_int_eq(result, PRODUCER_BUSY);
    ck_assert_uint_ge(sent, 10);
    ck_assert_uint_le(sent, 12);
    rd_kafka_mock_broker_set_up(m.cluster, 1);
    send_ok(p, &rec, ++sent);
    ck_assert(producer_flush(p, in_ms(20000)));
    check_order(acks, sent, 1);
    producer_free(p);
    mock_stop(&m);
    free(acks);
}
END_TEST

START_TEST(overlarge_record_is_an_error)
{
    static char value[200000];
    struct acks acks = {.count = 0};
    struct producer_record rec = {
        .topic = "t", .timestamp_ms = -1, .value = {value, sizeof(value)}};
    struct tern_error err = {0};
    struct producer *p;
    struct mock m;

    mock_start(&m, 1);
    mock_topic(&m, "t", 1);
    p = open_for(m.bootstrap, &acks, "max.request.size", "100000");
    ck_assert_int_eq(send_until(p, &rec, 1, in_ms(20000), &err), PRODUCER_FAILED);
    ck_assert_int_eq(err.code, TERN_EREFUSED);
    ck_assert_uint_eq(producer_unacked(p), 0);
    producer_free(p);
    mock_stop(&m);
}
END_TEST

/* ---- time and ends ---- */

START_TEST(flush_and_free_give_up)
{
    bool given_up[101] = {false};
    struct acks *acks = xcalloc(1, sizeof(*acks));
    struct producer_record rec = record_of("t", 0, "x");
    struct producer *p;
    struct mock m;

    mock_start(&m, 1);
    mock_topic(&m, "t", 1);
    p = open_for(m.bootstrap, acks, NULL, NULL);
    send_ok(p, &rec, 1);
    ck_assert(producer_flush(p, in_ms(20000)));
    rd_kafka_mock_broker_set_down(m.cluster, 1);
    for (uintptr_t i = 2; i <= 100; i++)
        send_ok(p, &rec, i);
    ck_assert(!producer_flush(p, in_ms(100)));
    ck_assert_uint_eq(producer_unacked(p), 99);
    producer_free(p);
    ck_assert_uint_eq(acks->count, 100);
    for (size_t i = 1; i < acks->count; i++) { /* in any order, each once */
        uintptr_t n = acks->at[i].opaque;

        ck_assert_int_ne(acks->at[i].code, 0);
        ck_assert(n >= 2 && n <= 100 && !given_up[n]);
        given_up[n] = true;
    }
    mock_stop(&m);
    free(acks);
}
END_TEST

static void wake(void *arg)
{
    producer_wake(arg);
}

START_TEST(wake_ends_serve)
{
    struct acks acks = {.count = 0};
    struct thread thread = {0};
    struct producer *p;
    int64_t begin_ms;
    struct mock m;

    mock_start(&m, 1);
    p = open_for(m.bootstrap, &acks, NULL, NULL);
    begin_ms = clock_mono_ms();
    thread_start(&thread, "waker", wake, p);
    producer_serve(p, 60000);
    ck_assert_int_lt(clock_mono_ms() - begin_ms, 20000);
    thread_join(&thread);
    ck_assert_ptr_null(producer_fatal(p));
    producer_free(p);
    producer_free(NULL);
    mock_stop(&m);
}
END_TEST

START_TEST(unreachable_cluster_is_busy)
{
    struct acks acks = {.count = 0};
    struct producer_record rec = record_of("t", 0, "x");
    struct producer *p = open_for("127.0.0.1:1", &acks, NULL, NULL);
    struct tern_error err = {0};

    ck_assert_int_eq(producer_send(p, &rec, NULL, &err), PRODUCER_BUSY);
    ck_assert_uint_eq(producer_unacked(p), 0);
    producer_free(p);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, acknowledges_in_order);
    test_add_rows(suite, keeps_order_over_errors, COUNT_OF(passing));
    test_add(suite, failure_names_topic_and_partition);
    test_add(suite, a_record_whose_topic_is_gone_comes_back);
    test_add(suite, nothing_overtakes_a_refused_record);
    test_add(suite, a_large_first_record_goes_alone);
    test_add(suite, waits_for_a_topic);
    test_add(suite, waits_for_a_partition);
    test_add(suite, busy_serve_returns_soon);
    test_add(suite, forbidden_topic_is_an_error);
    test_add(suite, partitions_by_murmur2);
    test_add(suite, keeps_content);
    test_add(suite, full_buffer_is_busy);
    test_add(suite, overlarge_record_is_an_error);
    test_add(suite, flush_and_free_give_up);
    test_add(suite, wake_ends_serve);
    test_add(suite, unreachable_cluster_is_busy);
}

TEST_MAIN("producer", fill)
