/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * clock - monotonic and wall time in milliseconds, and back-off.
 *
 * Time points are `deadline_ms` on the monotonic clock, durations `timeout_ms`. State
 * machines take `now` as an argument and never call these. Thread: any.
 */
#include <stdint.h>
#include <time.h>

#define FOREVER_MS INT64_MAX

int64_t clock_mono_ms(void);
int64_t clock_wall_ms(void);
/* now + timeout, or FOREVER_MS when that passes the end of time. */
int64_t clock_deadline_ms(int64_t timeout_ms);
/* Milliseconds until deadline_ms, 0 when past; at most cap_ms. */
int64_t clock_left_ms(int64_t deadline_ms, int64_t cap_ms);
/* A monotonic time point as pthread_cond_clockwait() and friends take it. */
struct timespec clock_timespec(int64_t deadline_ms);

/* Exponential back-off: min, 2*min, ... max, each with a jitter of +-20 %. */
struct backoff {
    int64_t min_ms, max_ms;
    unsigned attempts;
};

int64_t backoff_next_ms(struct backoff *b);
static inline void backoff_reset(struct backoff *b)
{
    b->attempts = 0;
}
