/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/source/source_metrics.h"

#include "connectors/mirror/common/mirror_metrics.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/thread.h"
#include "lib/base/vec.h"

LOG_DOMAIN("org.apache.kafka.connect.mirror.MirrorSourceTask");

/* What was counted since the last publication. */
struct tally {
    int64_t records, bytes;
    struct metric_sample age, latency;
    double last_age, last_latency;
    bool touched;
};

/* What others see. */
struct series {
    int64_t records, bytes;
    struct metric_window record_rate, byte_rate, age, latency;
    double last_age, last_latency;
};

struct source_metrics {
    const struct mirror_source_settings *settings; /* immutable, with the two below */
    const struct tern_host *host;
    const struct source_consumer *consumer;
    size_t count;

    struct tally *tallies; /* the task's thread, down to the gate */
    VEC(size_t) touched;
    int64_t log_ms, next_log_ms, logged_ms;
    int64_t log_records, log_bytes; /* since the last line */
    struct metric_sample log_latency;

    struct gate gate;
    struct series *series; /* gate */
};

struct source_metrics *source_metrics_new(const struct mirror_source_settings *settings,
                                          const struct tern_host *host,
                                          const struct source_consumer *consumer, int64_t log_ms)
{
    struct source_metrics *m = xcalloc(1, sizeof(*m));

    m->settings = settings;
    m->host = host;
    m->consumer = consumer;
    m->count = source_consumer_count(consumer);
    m->tallies = xcalloc(m->count, sizeof(*m->tallies));
    m->series = xcalloc(m->count, sizeof(*m->series));
    m->log_ms = log_ms;
    m->logged_ms = clock_mono_ms();
    m->next_log_ms = log_ms > 0 ? clock_deadline_ms(log_ms) : FOREVER_MS;
    gate_init(&m->gate);
    return m;
}

void source_metrics_free(struct source_metrics *m)
{
    if (!m)
        return;
    vec_fini(&m->touched);
    gate_fini(&m->gate);
    free(m->tallies);
    free(m->series);
    free(m);
}

/* ---- the task's side ---- */

static struct tally *touch(struct source_metrics *m, const struct tern_source_record *record)
{
    const struct source_partition *p = record->cookie;
    struct tally *t = &m->tallies[p->index];

    if (!t->touched) {
        t->touched = true;
        vec_push(&m->touched, p->index);
    }
    return t;
}

void source_metrics_polled(struct source_metrics *m, const struct tern_source_batch *batch)
{
    int64_t now_ms = clock_wall_ms();

    for (size_t i = 0; i < batch->count; i++) {
        const struct tern_source_record *record = &batch->records[i];
        struct tally *t = touch(m, record);

        if (record->value.type == TERN_VALUE_BYTES)
            t->bytes += (int64_t)record->value.as.bytes.size;
        t->last_age = (double)(now_ms - record->timestamp_ms);
        metric_sample_add(&t->age, t->last_age);
    }
}

void source_metrics_acked(struct source_metrics *m, const struct tern_source_record *record)
{
    struct tally *t = touch(m, record);

    t->records++;
    t->last_latency = (double)(clock_wall_ms() - record->timestamp_ms);
    metric_sample_add(&t->latency, t->last_latency);
}

static void add_sum(struct metric_window *w, int64_t now_ms, int64_t sum)
{
    const struct metric_sample values = {.count = 1, .sum = (double)sum};

    if (sum)
        metric_window_add(w, now_ms, &values);
}

static void publish_one(struct series *s, const struct tally *t, int64_t now_ms)
{
    s->records += t->records;
    s->bytes += t->bytes;
    add_sum(&s->record_rate, now_ms, t->records);
    add_sum(&s->byte_rate, now_ms, t->bytes);
    metric_window_add(&s->age, now_ms, &t->age);
    metric_window_add(&s->latency, now_ms, &t->latency);
    if (t->age.count)
        s->last_age = t->last_age;
    if (t->latency.count)
        s->last_latency = t->last_latency;
}

static void note_for_log(struct source_metrics *m, const struct tally *t)
{
    m->log_records += t->records;
    m->log_bytes += t->bytes;
    if (!t->latency.count)
        return;
    if (!m->log_latency.count || t->latency.max > m->log_latency.max)
        m->log_latency.max = t->latency.max;
    m->log_latency.count += t->latency.count;
    m->log_latency.sum += t->latency.sum;
}

static void log_summary(struct source_metrics *m, int64_t now_ms)
{
    double seconds = (double)(now_ms - m->logged_ms) / 1000;

    if (m->log_records || m->log_bytes) {
        log_info("Mirrored %lld records in %.0f s (%.0f a second, %.2f MB of values read); from "
                 "record time to acknowledgement %.0f ms on average, %.0f ms at most",
                 (long long)m->log_records, seconds, (double)m->log_records / seconds,
                 (double)m->log_bytes / 1e6,
                 m->log_latency.count ? m->log_latency.sum / (double)m->log_latency.count : 0,
                 m->log_latency.max);
    }
    m->log_records = m->log_bytes = 0;
    m->log_latency = (struct metric_sample){0};
    m->logged_ms = now_ms;
    m->next_log_ms = now_ms + m->log_ms;
}

void source_metrics_publish(struct source_metrics *m)
{
    int64_t now_ms = clock_mono_ms();

    if (m->touched.count) {
        gate_lock(&m->gate);
        for (size_t i = 0; i < m->touched.count; i++)
            publish_one(&m->series[m->touched.at[i]], &m->tallies[m->touched.at[i]], now_ms);
        gate_unlock(&m->gate);
    }
    for (size_t i = 0; i < m->touched.count; i++) {
        note_for_log(m, &m->tallies[m->touched.at[i]]);
        m->tallies[m->touched.at[i]] = (struct tally){0};
    }
    m->touched.count = 0;
    if (now_ms >= m->next_log_ms)
        log_summary(m, now_ms);
}

/* ---- the readers' side ---- */

static void emit_java(const struct mirror_series *to, const void *values)
{
    static const char *const ages[] = {"record-age-ms", "record-age-ms-max", "record-age-ms-min",
                                       "record-age-ms-avg"};
    static const char *const latencies[] = {"replication-latency-ms", "replication-latency-ms-max",
                                            "replication-latency-ms-min",
                                            "replication-latency-ms-avg"};
    const struct series *s = values;
    int64_t now_ms = to->to->now_ms;

    mirror_metrics_counter(to, "record-count", (double)s->records);
    mirror_metrics_gauge(to, "record-rate", metric_window_rate(&s->record_rate, now_ms));
    mirror_metrics_counter(to, "byte-count", (double)s->bytes);
    mirror_metrics_gauge(to, "byte-rate", metric_window_rate(&s->byte_rate, now_ms));
    mirror_metrics_window(to, ages, s->last_age, &s->age);
    mirror_metrics_window(to, latencies, s->last_latency, &s->latency);
}

static void emit_own(const struct mirror_series *to, const void *values)
{
    const struct source_partition *p = values;
    int64_t acked = atomic_load(&p->acked), delivered = atomic_load(&p->delivered);

    mirror_metrics_counter(to, "log-findings", (double)atomic_load(&p->findings));
    mirror_metrics_counter(to, "lost-records", (double)atomic_load(&p->lost));
    mirror_metrics_gauge(to, "unacknowledged-records", (double)(delivered - acked));
    mirror_metrics_gauge(to, "held", atomic_load(&p->held));
}

void source_metrics_emit(struct source_metrics *m, tern_metric_emit *emit, void *arg)
{
    const struct mirror_emitter to = {
        .host = m->host,
        .settings = &m->settings->common,
        .formats = &m->settings->metric_names_formats,
        .type = "MirrorSourceConnector",
        .emit = emit,
        .arg = arg,
        .now_ms = clock_mono_ms(),
    };

    for (size_t i = 0; i < m->count; i++) {
        const struct source_partition *p = source_consumer_at(m->consumer, i);
        const struct tern_field tags[] = {{"topic", p->remote, 0},
                                          {"partition", NULL, p->partition}};
        struct series s;

        gate_lock(&m->gate);
        s = m->series[i];
        gate_unlock(&m->gate);
        mirror_metrics_series(&to, tags, COUNT_OF(tags), emit_java, &s);
        mirror_metrics_own_series(&to, tags, COUNT_OF(tags), emit_own, p);
    }
}
