/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * mirror_metrics - series of metrics as Java's MBeans have them: once for each of the formats of
 * metric.names.formats, with domain, type and tags in their order; and those that Java does not
 * have, in the domain "tern.mirror". Pure. Spec: mirror-maker2.md 10.1.
 */
#include "connectors/mirror/common/metric_window.h"
#include "connectors/mirror/common/mirror_config.h"

#include <tern/plugin.h>

#define MIRROR_METRICS_OWN "tern.mirror"

enum {
    MIRROR_METRIC_TAGS = 3, /* at most, beside source and target */
};

/* Whose metrics these are, and who takes them. All is borrowed. */
struct mirror_emitter {
    const struct tern_host *host;
    const struct mirror_settings *settings;
    const struct tern_list *formats;
    const char *type; /* of the legacy format, and of our own metrics */
    tern_metric_emit *emit;
    void *arg;
    int64_t now_ms; /* monotonic: of all series that are emitted */
};

/* One series on its way: the tags are set. */
struct mirror_series {
    const struct mirror_emitter *to;
    struct tern_metric metric; /* all but name, kind and value */
};
typedef void mirror_series_fn(const struct mirror_series *series, const void *values);

/* Has fn emit a series: once for each format. tags: those after source and target. */
void mirror_metrics_series(const struct mirror_emitter *to, const struct tern_field *tags,
                           size_t count, mirror_series_fn *fn, const void *values);
/* The same for metrics that Java does not have. */
void mirror_metrics_own_series(const struct mirror_emitter *to, const struct tern_field *tags,
                               size_t count, mirror_series_fn *fn, const void *values);

/* One metric of a series; and four of values of the last while: last, max, min, avg. */
void mirror_metrics_gauge(const struct mirror_series *series, const char *name, double value);
void mirror_metrics_counter(const struct mirror_series *series, const char *name, double value);
void mirror_metrics_window(const struct mirror_series *series, const char *const names[4],
                           double last, const struct metric_window *w);
