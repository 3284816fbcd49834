/* SPDX-License-Identifier: Apache-2.0 */
/* What the herder is at, for those who waited in vain. Spec: connect-rest.md 4.5. */
#include "worker/herder/herder_priv.h"

#include <stdarg.h>
#include <stdio.h>

#include "lib/base/xmem.h"

void herder_stage_begin(struct herder *h, enum herder_stage_of of, const char *fmt, ...)
{
    struct stage now = {.began_ms = clock_wall_ms()};
    va_list args;

    va_start(args, fmt);
    vsnprintf(now.text, sizeof(now.text), fmt, args);
    va_end(args);
    gate_lock(&h->gate);
    h->stages[of] = now;
    gate_unlock(&h->gate);
}

void herder_stage_end(struct herder *h, enum herder_stage_of of)
{
    int64_t now_ms = clock_wall_ms();

    gate_lock(&h->gate);
    h->stages[of].ended_ms = now_ms;
    gate_unlock(&h->gate);
}

/* ISO 8601, UTC, with milliseconds. */
static void print_time(int64_t wall_ms, char out[static 40])
{
    time_t s = (time_t)(wall_ms / 1000);
    struct tm tm;
    char text[24];

    gmtime_r(&s, &tm);
    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(out, 40, "%s.%03dZ", text, (int)(wall_ms % 1000));
}

/* A write under way says more than what the herder's thread does meanwhile. Locked. */
static const struct stage *telling(const struct herder *h)
{
    const struct stage *write = &h->stages[STAGE_OF_WRITER];

    if (write->began_ms && !write->ended_ms)
        return write;
    return &h->stages[STAGE_OF_HERDER];
}

char *herder_stage(struct herder *h)
{
    struct stage s;
    char began[40], ended[40];

    gate_lock(&h->gate);
    s = *telling(h);
    gate_unlock(&h->gate);
    if (!s.began_ms)
        return NULL;
    print_time(s.began_ms, began);
    if (!s.ended_ms) { /* peer text, like the next */
        return xasprintf("The worker is currently %s, which began at %s", s.text, began);
    }
    print_time(s.ended_ms, ended);
    return xasprintf("The last operation the worker completed was %s, which began at %s and "
                     "completed at %s",
                     s.text, began, ended);
}
