/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/mirror_metrics.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum {
    ALL_TAGS = 4 + MIRROR_METRIC_TAGS,
};

/* connector and task come first in the new format only. */
static void emit_as(const struct mirror_emitter *to, const char *domain, const char *type,
                    bool is_new, const struct tern_field *tags, size_t count, mirror_series_fn *fn,
                    const void *values)
{
    struct tern_field all[ALL_TAGS] = {
        {"connector", to->host->connector, 0},
        {"task", NULL, to->host->task},
        {"source", to->settings->source_alias, 0},
        {"target", to->settings->target_alias, 0},
    };
    size_t first = is_new ? 0 : 2;
    struct mirror_series series = {.to = to, .metric = {.domain = domain, .type = type}};

    assert(count <= MIRROR_METRIC_TAGS);
    memcpy(all + 4, tags, count * sizeof(*tags));
    series.metric.tags = all + first;
    series.metric.tag_count = 4 + count - first;
    fn(&series, values);
}

void mirror_metrics_series(const struct mirror_emitter *to, const struct tern_field *tags,
                           size_t count, mirror_series_fn *fn, const void *values)
{
    if (mirror_list_has(to->formats, "legacy"))
        emit_as(to, "kafka.connect.mirror", to->type, false, tags, count, fn, values);
    if (mirror_list_has(to->formats, "new"))
        emit_as(to, "kafka.connect", "plugins", true, tags, count, fn, values);
}

void mirror_metrics_own_series(const struct mirror_emitter *to, const struct tern_field *tags,
                               size_t count, mirror_series_fn *fn, const void *values)
{
    emit_as(to, MIRROR_METRICS_OWN, to->type, false, tags, count, fn, values);
}

static void emit(const struct mirror_series *series, const char *name, enum tern_metric_kind kind,
                 double value)
{
    struct tern_metric metric = series->metric;

    metric.name = name;
    metric.kind = kind;
    metric.value = value;
    series->to->emit(series->to->arg, &metric);
}

void mirror_metrics_gauge(const struct mirror_series *series, const char *name, double value)
{
    emit(series, name, TERN_METRIC_GAUGE, value);
}

void mirror_metrics_counter(const struct mirror_series *series, const char *name, double value)
{
    emit(series, name, TERN_METRIC_COUNTER, value);
}

void mirror_metrics_window(const struct mirror_series *series, const char *const names[4],
                           double last, const struct metric_window *w)
{
    struct metric_sample all = metric_window_read(w, series->to->now_ms);

    mirror_metrics_gauge(series, names[0], last);
    mirror_metrics_gauge(series, names[1], all.max);
    mirror_metrics_gauge(series, names[2], all.min);
    mirror_metrics_gauge(series, names[3], all.count ? all.sum / (double)all.count : NAN);
}
