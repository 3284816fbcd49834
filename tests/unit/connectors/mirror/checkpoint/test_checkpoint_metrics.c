/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The metrics of checkpoints as Java's MBeans show them: names and tags; values are each series'
 * own, where Java's series share one sensor, and refuse the second one in the new format.
 */
#include "connectors/mirror/checkpoint/checkpoint_metrics.h"

#include <math.h>

#include "connectors/mirror/common/checkpoint.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "tests/lib/testing.h"

enum {
    TEXT_MAX = 1 << 16
};

static const char *const group_names[] = {"g1", "g 2:x"};
static const char *const formats[] = {"legacy", "new"};
static const struct tern_host host = {
    .size = sizeof(host), .connector = "MirrorCheckpointConnector", .task = 4};

struct bench {
    struct mirror_checkpoint_settings settings;
    struct exposure *exposure;
    struct checkpoint_metrics *metrics;
};

static void bench_init(struct bench *b, size_t format_count, int64_t log_ms)
{
    *b = (struct bench){.settings = {.common = {.source_alias = "A", .target_alias = "B"},
                                     .metric_names_formats = {formats, format_count},
                                     .task_groups = {group_names, COUNT_OF(group_names)},
                                     .metrics_log_ms = log_ms}};
    b->exposure = exposure_new(&b->settings.task_groups);
    b->metrics = checkpoint_metrics_new(&b->settings, &host, b->exposure);
}

static void bench_fini(struct bench *b)
{
    checkpoint_metrics_free(b->metrics);
    exposure_free(b->exposure);
}

/* A checkpoint was acknowledged that long after its round began. */
static void acked(struct bench *b, const char *group, int32_t partition, int64_t latency_ms)
{
    CLEANUP(buf_fini) struct buf key = BUF_INIT(TEXT_MAX), value = BUF_INIT(TEXT_MAX);
    const struct checkpoint cp = {slice_str(group), slice_str("A.t"), partition, 5, 4,
                                  slice_str("")};
    struct tern_source_record record = {.timestamp_ms = clock_wall_ms() - latency_ms};
    struct tern_error err;

    ck_assert_ok(checkpoint_encode(&cp, &key, &value, &err), err);
    record.key = (struct tern_value){.type = TERN_VALUE_BYTES, .as.bytes = {key.data, key.len}};
    record.value =
        (struct tern_value){.type = TERN_VALUE_BYTES, .as.bytes = {value.data, value.len}};
    checkpoint_metrics_acked(b->metrics, &record);
}

struct seen {
    struct buf beans; /* each once, a line */
    size_t count;
    const char *group, *domain; /* whose values are wanted */
    double last, max, min, avg, reread, partitions, untranslated;
};

static void take_value(struct seen *s, const struct tern_metric *m)
{
    const struct {
        const char *name;
        double *to;
    } rows[] = {
        {"checkpoint-latency-ms", &s->last},
        {"checkpoint-latency-ms-max", &s->max},
        {"checkpoint-latency-ms-min", &s->min},
        {"checkpoint-latency-ms-avg", &s->avg},
        {"failover-reread-records", &s->reread},
        {"failover-partitions", &s->partitions},
        {"failover-untranslated-partitions", &s->untranslated},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (strcmp(rows[i].name, m->name) == 0) {
            *rows[i].to = m->value;
            return;
        }
    }
    ck_abort_msg("unknown metric %s", m->name);
}

static void see(void *arg, const struct tern_metric *m)
{
    struct seen *s = arg;
    CLEANUP(buf_fini) struct buf bean = BUF_INIT(TEXT_MAX);
    bool wanted = !s->domain || strcmp(s->domain, m->domain) == 0;

    buf_add_fmt(&bean, "%s:type=%s", m->domain, m->type);
    for (size_t i = 0; i < m->tag_count; i++) {
        if (m->tags[i].text)
            buf_add_fmt(&bean, ",%s=%s", m->tags[i].name, m->tags[i].text);
        else
            buf_add_fmt(&bean, ",%s=%lld", m->tags[i].name, (long long)m->tags[i].number);
        if (strcmp(m->tags[i].name, "group") == 0 && s->group)
            wanted = wanted && strcmp(m->tags[i].text, s->group) == 0;
    }
    buf_add_char(&bean, '\n');
    if (!s->beans.len || !strstr(buf_str(&s->beans), buf_str(&bean)))
        buf_add_str(&s->beans, buf_str(&bean));
    ck_assert_int_eq(m->kind, TERN_METRIC_GAUGE);
    if (wanted)
        take_value(s, m);
    s->count++;
}

START_TEST(nothing_before_the_first_acknowledgement)
{
    struct bench b;
    struct seen s = {.beans = BUF_INIT(TEXT_MAX)};

    bench_init(&b, COUNT_OF(formats), 0);
    checkpoint_metrics_emit(b.metrics, see, &s);
    ck_assert_uint_eq(s.count, 0);
    bench_fini(&b);
    buf_fini(&s.beans);
}
END_TEST

START_TEST(each_series_has_its_own_values)
{
    struct bench b;
    struct seen s = {.beans = BUF_INIT(TEXT_MAX), .group = "g1", .domain = "kafka.connect"};
    const struct checkpoint_exposure found = {.records = 12, .partitions = 3, .untranslated = 1};

    bench_init(&b, COUNT_OF(formats), 0);
    acked(&b, "g1", 0, 1000);
    acked(&b, "g1", 0, 3000);
    acked(&b, "g 2:x", 1, 70000);
    exposure_set(b.exposure, 0, &found);
    checkpoint_metrics_emit(b.metrics, see, &s);
    ck_assert_str_eq(
        buf_str(&s.beans),
        "kafka.connect.mirror:type=MirrorCheckpointConnector,source=A,target=B,group=g 2:x,"
        "topic=A.t,partition=1\n"
        "kafka.connect:type=plugins,connector=MirrorCheckpointConnector,task=4,source=A,target=B,"
        "group=g 2:x,topic=A.t,partition=1\n"
        "kafka.connect.mirror:type=MirrorCheckpointConnector,source=A,target=B,group=g1,"
        "topic=A.t,partition=0\n"
        "kafka.connect:type=plugins,connector=MirrorCheckpointConnector,task=4,source=A,target=B,"
        "group=g1,topic=A.t,partition=0\n"
        "tern.mirror:type=MirrorCheckpointConnector,source=A,target=B,group=g1\n");
    ck_assert_uint_eq(s.count, 2 * 2 * 4 + 3);
    ck_assert(s.last >= 3000 && s.last < 60000 && s.max == s.last);
    ck_assert(s.min >= 1000 && s.min < 3000);
    ck_assert(s.avg >= 2000 && s.avg < 3000 + 60000);
    s.group = "g 2:x";
    checkpoint_metrics_emit(b.metrics, see, &s);
    ck_assert(s.last >= 70000 && s.min == s.last && s.max == s.last && s.avg == s.last);
    s.group = "g1";
    s.domain = "tern.mirror";
    checkpoint_metrics_emit(b.metrics, see, &s);
    ck_assert(s.reread == 12 && s.partitions == 3 && s.untranslated == 1);
    bench_fini(&b);
    buf_fini(&s.beans);
}
END_TEST

START_TEST(only_the_formats_that_are_asked_for)
{
    struct bench b;
    struct seen s = {.beans = BUF_INIT(TEXT_MAX)};

    bench_init(&b, 1, 0);
    acked(&b, "g1", 0, 10);
    checkpoint_metrics_emit(b.metrics, see, &s);
    ck_assert_uint_eq(s.count, 4);
    ck_assert_ptr_null(strstr(buf_str(&s.beans), "plugins"));
    bench_fini(&b);
    buf_fini(&s.beans);
}
END_TEST

START_TEST(what_is_no_checkpoint_is_passed_over)
{
    struct bench b;
    struct seen s = {.beans = BUF_INIT(TEXT_MAX)};
    const struct tern_source_record record = {
        .value = {.type = TERN_VALUE_BYTES, .as.bytes = {"x", 1}}};

    bench_init(&b, 1, 0);
    checkpoint_metrics_acked(b.metrics, &record);
    checkpoint_metrics_emit(b.metrics, see, &s);
    ck_assert_uint_eq(s.count, 0);
    bench_fini(&b);
    buf_fini(&s.beans);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, nothing_before_the_first_acknowledgement);
    test_add(suite, each_series_has_its_own_values);
    test_add(suite, only_the_formats_that_are_asked_for);
    test_add(suite, what_is_no_checkpoint_is_passed_over);
}

TEST_MAIN("checkpoint_metrics", fill)
