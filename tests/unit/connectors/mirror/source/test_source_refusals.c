/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A target that refuses records, or whole batches, in front of the real consumer and librdkafka's
 * mock cluster: whatever it refuses, all others arrive, each once, in order.
 */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdio.h>

#include "connectors/mirror/source/source_refusals.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/strmap.h"
#include "lib/base/vec.h"
#include "tests/lib/testing.h"

enum {
    RECORDS = 200,
    PARTITIONS = 2,
    POLL_MS = 50,
    ALL_MS = 60 * 1000,
};

/* The target of one test: batches of more than batch_max are refused, and so is record blamed. */
struct target_case {
    const char *what;
    enum mirror_refusal policy;
    size_t batch_max;
    int64_t blamed; /* -1: none */
    int64_t last;   /* the offset after the last one that is to arrive */
};

static const struct target_case cases[] = {
    {"takes all", MIRROR_REFUSED_HOLD, 1000, -1, RECORDS},
    {"small batches only", MIRROR_REFUSED_HOLD, 3, -1, RECORDS},
    {"single records only", MIRROR_REFUSED_FAIL, 1, -1, RECORDS},
    {"one record is left out", MIRROR_REFUSED_SKIP, 1000, 100, RECORDS},
    {"the first is left out", MIRROR_REFUSED_SKIP, 1000, 0, RECORDS},
    {"the last is left out", MIRROR_REFUSED_SKIP, 1000, RECORDS - 1, RECORDS},
    {"one of small batches is left out", MIRROR_REFUSED_SKIP, 5, 77, RECORDS},
    {"the partition waits", MIRROR_REFUSED_HOLD, 1000, 100, 100},
};

struct world {
    const struct target_case *c;
    struct source_consumer *consumer;
    struct source_refusals *refusals;
    int64_t arrived[PARTITIONS]; /* the next offset that is to arrive */
};

static rd_kafka_t *mock_producer(char *bootstrap, size_t size)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char why[256];
    rd_kafka_t *rk;

    rd_kafka_conf_set(conf, "test.mock.num.brokers", "1", NULL, 0);
    rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
    ck_assert_msg(rk != NULL, "%s", why);
    rd_kafka_mock_topic_create(rd_kafka_handle_mock_cluster(rk), "t", PARTITIONS, 1);
    snprintf(bootstrap, size, "%s",
             rd_kafka_mock_cluster_bootstraps(rd_kafka_handle_mock_cluster(rk)));
    return rk;
}

static void write_records(rd_kafka_t *rk)
{
    for (int p = 0; p < PARTITIONS; p++) {
        for (int i = 0; i < RECORDS; i++) {
            ck_assert_int_eq(rd_kafka_producev(rk, RD_KAFKA_V_TOPIC("t"), RD_KAFKA_V_PARTITION(p),
                                               RD_KAFKA_V_VALUE((void *)"value", 5),
                                               RD_KAFKA_V_END),
                             0);
        }
    }
    ck_assert_int_eq(rd_kafka_flush(rk, ALL_MS), 0);
}

/* All of a partition's records of one batch come back, accepted or not. */
static void come_back(const struct tern_source_record *records, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct source_partition *p = records[i].cookie;

        atomic_fetch_add(&p->acked, 1);
    }
}

static void take(struct world *w, const struct tern_source_record *record)
{
    const struct source_partition *p = record->cookie;

    ck_assert_msg(record->offset == w->arrived[p->index],
                  "%s: offset %lld of partition %d instead "
                  "of %lld",
                  w->c->what, (long long)record->offset, (int)p->partition,
                  (long long)w->arrived[p->index]);
    w->arrived[p->index]++;
}

/* Partition 0 is refused things; what the worker does with the plugin's answer. */
static void send_run(struct world *w, const struct tern_source_record *records, size_t count)
{
    struct source_partition *p = records[0].cookie;
    struct tern_error err;
    bool blamed = false;

    for (size_t i = 0; i < count; i++)
        blamed = blamed || records[i].offset == w->c->blamed;
    if (p->index > 0 || (count <= w->c->batch_max && !blamed)) {
        for (size_t i = 0; i < count; i++)
            take(w, &records[i]);
        come_back(records, count);
        return;
    }
    (void)tern_fail(&err, TERN_EREFUSED, "too large");
    switch (source_refusals_ask(w->refusals, &records[0], &err)) {
    case TERN_REFUSAL_SKIP:
        ck_assert_uint_eq(count, 1); /* nobody else is left out with it */
        ck_assert_int_eq(records[0].offset, w->c->blamed);
        w->arrived[0]++;
        break;
    case TERN_REFUSAL_AGAIN:
        break;
    case TERN_REFUSAL_FAIL:
        ck_abort_msg("%s: fails at offset %lld", w->c->what, (long long)records[0].offset);
    }
    come_back(records, count);
}

static void send_batch(struct world *w, struct tern_source_batch *batch)
{
    for (size_t p = 0; p < PARTITIONS; p++) {
        VEC(struct tern_source_record) run = {0};

        for (size_t i = 0; i < batch->count; i++) {
            const struct source_partition *of = batch->records[i].cookie;

            if (of->index == p)
                vec_push(&run, batch->records[i]);
        }
        if (run.count)
            send_run(w, run.at, run.count);
        vec_fini(&run);
    }
    batch->release(batch);
}

START_TEST(refusals)
{
    const struct mirror_own own = {.refusal = cases[_i].policy};
    struct world w = {.c = &cases[_i]};
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    int64_t deadline_ms = clock_deadline_ms(ALL_MS);
    struct tern_config view;
    struct tern_error err;
    char bootstrap[256];
    rd_kafka_t *rk = mock_producer(bootstrap, sizeof(bootstrap));

    log_set_level("root", TERN_LOG_OFF);
    write_records(rk);
    strmap_set(&settings, "bootstrap.servers", bootstrap);
    strmap_set(&settings, "max.poll.records", "50");
    strmap_set(&settings, "auto.offset.reset", "earliest");
    view = strmap_config(&settings);
    ck_assert_ok(source_consumer_open(&view, &w.consumer, &err), err);
    for (int p = 0; p < PARTITIONS; p++)
        source_consumer_add(w.consumer, "t", "r.t", p);
    w.refusals = source_refusals_new(&own, w.consumer);
    for (size_t p = 0; p < PARTITIONS; p++)
        ck_assert_ok(source_consumer_begin(w.consumer, p, 0, &err), err);

    while ((w.arrived[0] < w.c->last || w.arrived[1] < RECORDS) && clock_mono_ms() < deadline_ms) {
        struct tern_source_batch *batch;

        ck_assert_ok(source_refusals_step(w.refusals, &err), err);
        batch = source_consumer_poll(w.consumer, POLL_MS);
        if (batch)
            send_batch(&w, batch);
    }
    ck_assert_msg(w.arrived[0] == w.c->last, "%s: %lld", w.c->what, (long long)w.arrived[0]);
    ck_assert_int_eq(w.arrived[1], RECORDS);
    ck_assert_int_eq(source_refusals_skipped(w.refusals, 0),
                     w.c->policy == MIRROR_REFUSED_SKIP ? 1 : 0);
    source_refusals_free(w.refusals);
    source_consumer_free(w.consumer);
    rd_kafka_destroy(rk);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, refusals, COUNT_OF(cases));
}

TEST_MAIN("source_refusals", fill)
