/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * metric_window - values of the last while: two samples of 30 s, as Kafka's metrics keep them by
 * default. Pure: time comes in. Peers: SampledStat, Rate, Avg, Max, Min.
 */
#include <stdbool.h>
#include <stdint.h>

enum {
    METRIC_SAMPLES = 2,
    METRIC_SAMPLE_MS = 30 * 1000,
};

struct metric_sample {
    int64_t since_ms;
    int64_t count; /* of values; 0: the sample is empty */
    double sum, min, max;
};

/* Zeroed: empty. */
struct metric_window {
    struct metric_sample samples[METRIC_SAMPLES];
    unsigned current;
    bool begun;
};

/* Some values at once: how many, their sum, the least and the largest. */
void metric_window_add(struct metric_window *w, int64_t now_ms, const struct metric_sample *values);
/* All live samples as one; count 0, and NaN, when there is no value. */
struct metric_sample metric_window_read(const struct metric_window *w, int64_t now_ms);
/* sum for each second. */
double metric_window_rate(const struct metric_window *w, int64_t now_ms);

/* Adds one value. */
static inline void metric_sample_add(struct metric_sample *s, double value)
{
    if (s->count == 0 || value < s->min)
        s->min = value;
    if (s->count == 0 || value > s->max)
        s->max = value;
    s->count++;
    s->sum += value;
}
