/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/checkpoint/checkpoint_metrics.h"

#include <inttypes.h>

#include "connectors/mirror/common/checkpoint.h"
#include "connectors/mirror/common/mirror_metrics.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/ptrmap.h"
#include "lib/base/thread.h"
#include "lib/base/xmem.h"

LOG_DOMAIN("org.apache.kafka.connect.mirror.MirrorCheckpointTask");

/* One group in one partition of the target. Names are immutable, and live as long as the task. */
struct series {
    char *group, *topic;
    int32_t partition;
    double last;                 /* gate */
    struct metric_window window; /* gate */
};

struct checkpoint_metrics {
    const struct mirror_checkpoint_settings *settings; /* immutable, with the two below */
    const struct tern_host *host;
    struct exposure *exposure;

    struct gate gate;
    struct ptrmap series; /* gate; by series_key(); owned */

    /* task thread only: since the last line */
    int64_t next_log_ms, logged_ms;
    struct metric_sample log_latency;
};

static void series_free(void *value)
{
    struct series *s = value;

    free(s->group);
    free(s->topic);
    free(s);
}

struct checkpoint_metrics *checkpoint_metrics_new(const struct mirror_checkpoint_settings *settings,
                                                  const struct tern_host *host,
                                                  struct exposure *exposure)
{
    struct checkpoint_metrics *m = xcalloc(1, sizeof(*m));
    int64_t log_ms = settings->metrics_log_ms;

    m->settings = settings;
    m->host = host;
    m->exposure = exposure;
    m->series = (struct ptrmap)PTRMAP_INIT(series_free);
    m->logged_ms = clock_mono_ms();
    m->next_log_ms = log_ms > 0 ? clock_deadline_ms(log_ms) : FOREVER_MS;
    gate_init(&m->gate);
    return m;
}

void checkpoint_metrics_free(struct checkpoint_metrics *m)
{
    if (!m)
        return;
    ptrmap_fini(&m->series);
    gate_fini(&m->gate);
    free(m);
}

/* ---- the task's side ---- */

static char *text_of(struct slice s)
{
    return xstrndup((const char *)s.at, s.len);
}

/* The group comes first: rounds go through the groups in order, so the map grows at its end. */
static char *series_key(const struct checkpoint *cp)
{
    return xasprintf("%.*s\x01%.*s\x01%" PRId32, (int)cp->group.len, (const char *)cp->group.at,
                     (int)cp->topic.len, (const char *)cp->topic.at, cp->partition);
}

/* The series of a checkpoint, made when it is new. Locked. */
static struct series *series_of(struct checkpoint_metrics *m, const struct checkpoint *cp)
{
    CLEANUP(freep) char *key = series_key(cp);
    struct series *s = ptrmap_get(&m->series, key);

    if (!s) {
        s = xcalloc(1, sizeof(*s));
        s->group = text_of(cp->group);
        s->topic = text_of(cp->topic);
        s->partition = cp->partition;
        ptrmap_set(&m->series, key, s);
    }
    return s;
}

static struct slice bytes_of(const struct tern_value *value)
{
    return slice_of(value->as.bytes.data, value->as.bytes.size);
}

void checkpoint_metrics_acked(struct checkpoint_metrics *m, const struct tern_source_record *record)
{
    double latency_ms = (double)(clock_wall_ms() - record->timestamp_ms);
    const struct metric_sample one = {
        .count = 1, .sum = latency_ms, .min = latency_ms, .max = latency_ms};
    struct checkpoint cp;
    struct tern_error err;
    struct series *s;

    if (checkpoint_decode(bytes_of(&record->key), bytes_of(&record->value), &cp, &err) < 0)
        return; /* no record of ours */
    gate_lock(&m->gate);
    s = series_of(m, &cp);
    s->last = latency_ms;
    metric_window_add(&s->window, clock_mono_ms(), &one);
    gate_unlock(&m->gate);
    metric_sample_add(&m->log_latency, latency_ms);
}

void checkpoint_metrics_step(struct checkpoint_metrics *m)
{
    const struct metric_sample *all = &m->log_latency;
    int64_t now_ms = clock_mono_ms();

    if (now_ms < m->next_log_ms)
        return;
    if (all->count) {
        log_info("Acknowledged %" PRId64 " checkpoints in %.0f s; from the beginning of their "
                 "round to acknowledgement %.0f ms on average, %.0f ms at most",
                 all->count, (double)(now_ms - m->logged_ms) / 1000, all->sum / (double)all->count,
                 all->max);
    }
    m->log_latency = (struct metric_sample){0};
    m->logged_ms = now_ms;
    m->next_log_ms = now_ms + m->settings->metrics_log_ms;
}

/* ---- the readers' side ---- */

static void emit_java(const struct mirror_series *to, const void *values)
{
    static const char *const names[] = {"checkpoint-latency-ms", "checkpoint-latency-ms-max",
                                        "checkpoint-latency-ms-min", "checkpoint-latency-ms-avg"};
    const struct series *s = values;

    mirror_metrics_window(to, names, s->last, &s->window);
}

static void emit_own(const struct mirror_series *to, const void *values)
{
    const struct checkpoint_exposure *found = values;

    mirror_metrics_gauge(to, "failover-reread-records", (double)found->records);
    mirror_metrics_gauge(to, "failover-partitions", (double)found->partitions);
    mirror_metrics_gauge(to, "failover-untranslated-partitions", (double)found->untranslated);
}

/* Copies of all series, to be freed; they borrow the names. */
static struct series *copy_series(struct checkpoint_metrics *m, size_t *ret_count)
{
    struct series *copies;
    size_t count = 0;

    gate_lock(&m->gate);
    copies = xcalloc(m->series.count + 1, sizeof(*copies));
    PTRMAP_FOREACH (&m->series, e)
        copies[count++] = *(const struct series *)e->value;
    gate_unlock(&m->gate);
    *ret_count = count;
    return copies;
}

static void emit_exposures(struct checkpoint_metrics *m, const struct mirror_emitter *to)
{
    const struct tern_list *groups = &m->settings->task_groups;

    for (size_t i = 0; i < groups->count; i++) {
        const struct tern_field tag = {"group", groups->items[i], 0};
        struct checkpoint_exposure found;

        if (exposure_get(m->exposure, i, &found))
            mirror_metrics_own_series(to, &tag, 1, emit_own, &found);
    }
}

void checkpoint_metrics_emit(struct checkpoint_metrics *m, tern_metric_emit *emit, void *arg)
{
    const struct mirror_emitter to = {
        .host = m->host,
        .settings = &m->settings->common,
        .formats = &m->settings->metric_names_formats,
        .type = "MirrorCheckpointConnector",
        .emit = emit,
        .arg = arg,
        .now_ms = clock_mono_ms(),
    };
    size_t count;
    CLEANUP(freep) struct series *copies = copy_series(m, &count);

    for (size_t i = 0; i < count; i++) {
        const struct tern_field tags[] = {{"group", copies[i].group, 0},
                                          {"topic", copies[i].topic, 0},
                                          {"partition", NULL, copies[i].partition}};

        mirror_metrics_series(&to, tags, COUNT_OF(tags), emit_java, &copies[i]);
    }
    emit_exposures(m, &to);
}
