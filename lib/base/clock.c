/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/clock.h"

#include <sys/random.h>

static int64_t read_ms(clockid_t id)
{
    struct timespec ts;

    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_mono_ms(void)
{
    return read_ms(CLOCK_MONOTONIC);
}

int64_t clock_wall_ms(void)
{
    return read_ms(CLOCK_REALTIME);
}

int64_t clock_deadline_ms(int64_t timeout_ms)
{
    int64_t now = clock_mono_ms();

    return timeout_ms > FOREVER_MS - now ? FOREVER_MS : now + timeout_ms;
}

int64_t clock_left_ms(int64_t deadline_ms, int64_t cap_ms)
{
    int64_t now = clock_mono_ms();

    if (deadline_ms <= now)
        return 0;
    return deadline_ms - now < cap_ms ? deadline_ms - now : cap_ms;
}

struct timespec clock_timespec(int64_t deadline_ms)
{
    const int64_t year_ms = INT64_C(365) * 24 * 3600 * 1000;
    int64_t limit = clock_mono_ms() + year_ms;

    if (deadline_ms > limit) /* FOREVER_MS does not fit every libc's arithmetic */
        deadline_ms = limit;
    return (struct timespec){.tv_sec = deadline_ms / 1000,
                             .tv_nsec = (deadline_ms % 1000) * 1000000};
}

int64_t backoff_next_ms(struct backoff *b)
{
    int64_t delay = b->min_ms;
    uint32_t noise = 0;

    for (unsigned i = 0; i < b->attempts && delay < b->max_ms; i++)
        delay *= 2;
    if (delay > b->max_ms)
        delay = b->max_ms;
    b->attempts++;
    if (getrandom(&noise, sizeof(noise), GRND_NONBLOCK) != (ssize_t)sizeof(noise))
        noise = UINT32_MAX / 2;
    return delay - delay / 5 + (int64_t)((double)noise / UINT32_MAX * ((double)delay * 2 / 5));
}
