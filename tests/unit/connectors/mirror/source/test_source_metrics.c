/* SPDX-License-Identifier: Apache-2.0 */
/* The metrics of a task as Java's MBeans show them: names, tags, and the values of a few records.
 */
#include "connectors/mirror/source/source_metrics.h"

#include <math.h>
#include <stdio.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/strmap.h"
#include "tests/lib/testing.h"

enum {
    TEXT_MAX = 1 << 16
};

/* In the order of the golden mm2-metrics.json, which is that of the names. */
static const char *const names[] = {
    "byte-count",
    "byte-rate",
    "record-age-ms",
    "record-age-ms-avg",
    "record-age-ms-max",
    "record-age-ms-min",
    "record-count",
    "record-rate",
    "replication-latency-ms",
    "replication-latency-ms-avg",
    "replication-latency-ms-max",
    "replication-latency-ms-min",
};

/* Those that Java does not have. */
static const char *const own_names[] = {"log-findings", "lost-records", "unacknowledged-records",
                                        "held"};

struct seen {
    struct buf beans;                /* each once, a line */
    double values[COUNT_OF(names)];  /* of partition 0 in the legacy format */
    double own[COUNT_OF(own_names)]; /* of partition 0 */
    size_t count;
};

static void see(void *arg, const struct tern_metric *m)
{
    struct seen *s = arg;
    struct buf bean = BUF_INIT(TEXT_MAX);
    bool legacy = strcmp(m->domain, "kafka.connect.mirror") == 0, first = false;

    buf_add_fmt(&bean, "%s:type=%s", m->domain, m->type);
    for (size_t i = 0; i < m->tag_count; i++) {
        if (m->tags[i].text)
            buf_add_fmt(&bean, ",%s=%s", m->tags[i].name, m->tags[i].text);
        else
            buf_add_fmt(&bean, ",%s=%lld", m->tags[i].name, (long long)m->tags[i].number);
    }
    first = strstr(buf_str(&bean), "partition=0") != NULL;
    buf_add_char(&bean, '\n');
    if (!s->beans.len || !strstr(buf_str(&s->beans), buf_str(&bean)))
        buf_add_str(&s->beans, buf_str(&bean));
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (strcmp(names[i], m->name) == 0 && legacy && first)
            s->values[i] = m->value;
    }
    for (size_t i = 0; i < COUNT_OF(own_names); i++) {
        if (strcmp(own_names[i], m->name) == 0 && first)
            s->own[i] = m->value;
    }
    ck_assert_int_eq(m->kind, str_ends_with(m->name, "-count") ||
                                      strcmp(m->name, "log-findings") == 0 ||
                                      strcmp(m->name, "lost-records") == 0
                                  ? TERN_METRIC_COUNTER
                                  : TERN_METRIC_GAUGE);
    s->count++;
    buf_fini(&bean);
}

static double value_of(const struct seen *s, const char *name)
{
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (strcmp(names[i], name) == 0)
            return s->values[i];
    }
    ck_abort_msg("no metric is called '%s'", name);
    return 0;
}

START_TEST(metrics)
{
    static const char *const formats[] = {"legacy", "new"};
    struct mirror_source_settings settings = {
        .common = {.source_alias = "A", .target_alias = "B"},
        .metric_names_formats = {formats, COUNT_OF(formats)},
    };
    const struct tern_host host = {
        .size = sizeof(host), .connector = "MirrorSourceConnector", .task = 3};
    const struct tern_config_entry entry = {"bootstrap.servers", "127.0.0.1:1"};
    const struct tern_config config = {&entry, 1};
    struct seen s = {.beans = BUF_INIT(TEXT_MAX)};
    struct tern_source_record record = {
        .value = {.type = TERN_VALUE_BYTES, .as.bytes = {"0123456789", 10}}};
    struct tern_source_batch batch = {.records = &record, .count = 1};
    struct source_consumer *consumer;
    struct source_partition *p;
    struct source_metrics *m;
    struct tern_error err;

    log_set_level("root", TERN_LOG_OFF);
    ck_assert_ok(source_consumer_open(&config, &consumer, &err), err);
    record.cookie = source_consumer_add(consumer, "orders", "A.orders", 0);
    source_consumer_add(consumer, "orders", "A.orders", 7);
    m = source_metrics_new(&settings, &host, consumer, 0);
    source_metrics_emit(m, see, &s);
    ck_assert_uint_eq(s.count, 2 * (2 * COUNT_OF(names) + COUNT_OF(own_names)));
    ck_assert_str_eq(
        buf_str(&s.beans),
        "kafka.connect.mirror:type=MirrorSourceConnector,source=A,target=B,topic=A.orders,"
        "partition=0\n"
        "kafka.connect:type=plugins,connector=MirrorSourceConnector,task=3,source=A,target=B,"
        "topic=A.orders,partition=0\n"
        "tern.mirror:type=MirrorSourceConnector,source=A,target=B,topic=A.orders,partition=0\n"
        "kafka.connect.mirror:type=MirrorSourceConnector,source=A,target=B,topic=A.orders,"
        "partition=7\n"
        "kafka.connect:type=plugins,connector=MirrorSourceConnector,task=3,source=A,target=B,"
        "topic=A.orders,partition=7\n"
        "tern.mirror:type=MirrorSourceConnector,source=A,target=B,topic=A.orders,partition=7\n");
    ck_assert(value_of(&s, "record-count") == 0 && value_of(&s, "record-age-ms") == 0);
    ck_assert(isnan(value_of(&s, "record-age-ms-avg")));

    record.timestamp_ms = clock_wall_ms() - 1000;
    source_metrics_polled(m, &batch);
    source_metrics_acked(m, &record);
    source_metrics_publish(m);
    source_metrics_emit(m, see, &s);
    ck_assert(value_of(&s, "record-count") == 1 && value_of(&s, "byte-count") == 10);
    ck_assert(value_of(&s, "byte-rate") > 0.33 && value_of(&s, "byte-rate") < 0.34);
    ck_assert(value_of(&s, "record-age-ms") >= 1000 && value_of(&s, "record-age-ms") < 60000);
    ck_assert(value_of(&s, "replication-latency-ms-max") >= 1000);
    ck_assert(value_of(&s, "replication-latency-ms-avg") >= 1000);

    p = source_consumer_at(consumer, 0);
    atomic_store(&p->delivered, 12);
    atomic_store(&p->acked, 10);
    atomic_store(&p->findings, 1);
    atomic_store(&p->lost, 77);
    atomic_store(&p->held, true);
    source_metrics_emit(m, see, &s);
    ck_assert(s.own[0] == 1 && s.own[1] == 77 && s.own[2] == 2 && s.own[3] == 1);
    source_metrics_free(m);
    source_consumer_free(consumer);
    buf_fini(&s.beans);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, metrics);
}

TEST_MAIN("source_metrics", fill)
