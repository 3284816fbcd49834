/* SPDX-License-Identifier: Apache-2.0 */
/* What the consumer makes of messages, by librdkafka's mock cluster: headers, circles, positions.
 */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdio.h>

#include "connectors/mirror/common/loop_guard.h"
#include "connectors/mirror/source/source_consumer.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/strmap.h"
#include "lib/base/vec.h"
#include "tests/lib/testing.h"

enum {
    POLL_MS = 50,
    ALL_MS = 60 * 1000,
    SEEN_MAX = 16,
    TEXT_SIZE = 128,
};

struct world {
    rd_kafka_t *rk;
    char bootstrap[256];
    struct source_consumer *consumer;
    char seen[SEEN_MAX][TEXT_SIZE]; /* "offset name=value,…" of each record */
    size_t count;
};

static void set_up(struct world *w)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char why[256];

    memset(w, 0, sizeof(*w));
    log_set_level("root", TERN_LOG_OFF);
    rd_kafka_conf_set(conf, "test.mock.num.brokers", "1", NULL, 0);
    w->rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
    ck_assert_msg(w->rk != NULL, "%s", why);
    rd_kafka_mock_topic_create(rd_kafka_handle_mock_cluster(w->rk), "t", 1, 1);
    snprintf(w->bootstrap, sizeof(w->bootstrap), "%s",
             rd_kafka_mock_cluster_bootstraps(rd_kafka_handle_mock_cluster(w->rk)));
}

/* A record with a header "h", and one for each letter of hops. */
static void write_record(struct world *w, const char *hops)
{
    rd_kafka_headers_t *headers = rd_kafka_headers_new(2);

    rd_kafka_header_add(headers, "h", -1, "v", 1);
    for (; *hops; hops++)
        rd_kafka_header_add(headers, LOOP_GUARD_HEADER, -1, hops, 1);
    ck_assert_int_eq(rd_kafka_producev(w->rk, RD_KAFKA_V_TOPIC("t"), RD_KAFKA_V_PARTITION(0),
                                       RD_KAFKA_V_VALUE((void *)"x", 1),
                                       RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END),
                     0);
    ck_assert_int_eq(rd_kafka_flush(w->rk, ALL_MS), 0);
}

static void open_consumer(struct world *w, const char *reset)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct tern_config view;
    struct tern_error err;

    strmap_set(&settings, "bootstrap.servers", w->bootstrap);
    strmap_set(&settings, "auto.offset.reset", reset);
    view = strmap_config(&settings);
    ck_assert_ok(source_consumer_open(&view, &w->consumer, &err), err);
    source_consumer_add(w->consumer, "t", "A.t", 0);
}

static void note(struct world *w, const struct tern_source_record *record)
{
    char *text = w->seen[w->count++];
    int len = snprintf(text, TEXT_SIZE, "%lld", (long long)record->offset);

    ck_assert_uint_lt(w->count, SEEN_MAX);
    for (size_t i = 0; i < record->header_count; i++) {
        const struct tern_header *h = &record->headers[i];

        len += snprintf(text + len, TEXT_SIZE - (size_t)len, " %s=%.*s",
                        strcmp(h->key, LOOP_GUARD_HEADER) == 0 ? "from" : h->key,
                        (int)h->value.as.bytes.size, (const char *)h->value.as.bytes.data);
    }
}

static void read_until(struct world *w, int64_t next)
{
    const struct source_partition *p = source_consumer_at(w->consumer, 0);
    int64_t deadline_ms = clock_deadline_ms(ALL_MS);

    while (atomic_load(&p->next) < next && !atomic_load(&p->out_of_range) &&
           clock_mono_ms() < deadline_ms) {
        struct tern_source_batch *batch = source_consumer_poll(w->consumer, POLL_MS);

        for (size_t i = 0; batch && i < batch->count; i++)
            note(w, &batch->records[i]);
        if (batch)
            batch->release(batch);
    }
}

static void tear_down(struct world *w)
{
    source_consumer_free(w->consumer);
    rd_kafka_destroy(w->rk);
}

START_TEST(headers_come_through)
{
    struct tern_error err;
    struct world w;

    set_up(&w);
    write_record(&w, "");
    write_record(&w, "BA");
    open_consumer(&w, "earliest");
    ck_assert_ok(source_consumer_begin(w.consumer, 0, -1, &err), err);
    read_until(&w, 2);
    ck_assert_uint_eq(w.count, 2);
    ck_assert_str_eq(w.seen[0], "0 h=v");
    ck_assert_str_eq(w.seen[1], "1 h=v from=B from=A");
    tear_down(&w);
}
END_TEST

START_TEST(circles_are_left_out)
{
    struct tern_error err;
    struct world w;

    set_up(&w);
    write_record(&w, "");   /* of A itself */
    write_record(&w, "B");  /* of B, the target */
    write_record(&w, "C");  /* of another */
    write_record(&w, "AC"); /* of A, back over C */
    write_record(&w, "CB"); /* over B */
    open_consumer(&w, "earliest");
    source_consumer_guard_loops(w.consumer, "A", "B");
    ck_assert_ok(source_consumer_begin(w.consumer, 0, -1, &err), err);
    read_until(&w, 5);
    ck_assert_uint_eq(w.count, 2);
    ck_assert_str_eq(w.seen[0], "0 from=A h=v");
    ck_assert_str_eq(w.seen[1], "2 from=A h=v from=C");
    tear_down(&w);
}
END_TEST

START_TEST(a_position_behind_the_end_is_told)
{
    const struct source_partition *p;
    struct tern_error err;
    struct world w;

    set_up(&w);
    write_record(&w, "");
    open_consumer(&w, "latest");
    ck_assert_ok(source_consumer_begin(w.consumer, 0, 700, &err), err);
    p = source_consumer_at(w.consumer, 0);
    read_until(&w, 701);
    ck_assert(atomic_load(&p->out_of_range));
    ck_assert(source_consumer_troubled(w.consumer) && !source_consumer_troubled(w.consumer));
    ck_assert_uint_eq(w.count, 0); /* it does not jump anywhere */
    ck_assert_int_eq(atomic_load(&p->next), 700);
    ck_assert_ok(source_consumer_begin(w.consumer, 0, 0, &err), err);
    ck_assert(!atomic_load(&p->out_of_range));
    ck_assert_int_eq(atomic_load(&p->from), -1);
    read_until(&w, 1);
    ck_assert_uint_eq(w.count, 1);
    ck_assert_int_eq(atomic_load(&p->from), 1); /* the only broker */
    tear_down(&w);
}
END_TEST

START_TEST(no_reset_is_refused)
{
    struct tern_error err;
    struct world w;

    set_up(&w);
    open_consumer(&w, "none");
    ck_assert_int_eq(source_consumer_begin(w.consumer, 0, -1, &err), -1);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    ck_assert_ok(source_consumer_begin(w.consumer, 0, 0, &err), err);
    tear_down(&w);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, headers_come_through);
    test_add(suite, circles_are_left_out);
    test_add(suite, a_position_behind_the_end_is_told);
    test_add(suite, no_reset_is_refused);
}

TEST_MAIN("source_consumer", fill)
