/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/metric_window.h"

#include <math.h>

static bool is_live(const struct metric_sample *s, int64_t now_ms)
{
    return s->count > 0 && now_ms - s->since_ms < (int64_t)METRIC_SAMPLES * METRIC_SAMPLE_MS;
}

static void merge(struct metric_sample *into, const struct metric_sample *s)
{
    if (into->count == 0 || s->min < into->min)
        into->min = s->min;
    if (into->count == 0 || s->max > into->max)
        into->max = s->max;
    if (into->count == 0 || s->since_ms < into->since_ms)
        into->since_ms = s->since_ms;
    into->count += s->count;
    into->sum += s->sum;
}

void metric_window_add(struct metric_window *w, int64_t now_ms, const struct metric_sample *values)
{
    struct metric_sample *s = &w->samples[w->current];

    if (values->count == 0)
        return;
    if (!w->begun) {
        w->begun = true;
        s->since_ms = now_ms;
    } else if (now_ms - s->since_ms >= METRIC_SAMPLE_MS) {
        w->current = (w->current + 1) % METRIC_SAMPLES;
        s = &w->samples[w->current];
        *s = (struct metric_sample){.since_ms = now_ms};
    }
    if (s->count == 0 || values->min < s->min)
        s->min = values->min;
    if (s->count == 0 || values->max > s->max)
        s->max = values->max;
    s->count += values->count;
    s->sum += values->sum;
}

struct metric_sample metric_window_read(const struct metric_window *w, int64_t now_ms)
{
    struct metric_sample all = {.since_ms = now_ms};

    for (unsigned i = 0; i < METRIC_SAMPLES; i++) {
        if (is_live(&w->samples[i], now_ms))
            merge(&all, &w->samples[i]);
    }
    if (all.count == 0)
        all.sum = all.min = all.max = NAN;
    return all;
}

double metric_window_rate(const struct metric_window *w, int64_t now_ms)
{
    struct metric_sample all = metric_window_read(w, now_ms);
    int64_t elapsed_ms = now_ms - all.since_ms;
    int64_t least_ms = (int64_t)METRIC_SAMPLE_MS * (METRIC_SAMPLES - 1);

    if (all.count == 0)
        return 0;
    return all.sum * 1000 / (double)(elapsed_ms > least_ms ? elapsed_ms : least_ms);
}
