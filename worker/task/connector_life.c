/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/connector_life.h"

static struct connector_step to_started(enum connector_life from)
{
    switch (from) {
    case LIFE_INIT:
        return (struct connector_step){.start = true, .tell = TELL_STARTUP, .next = LIFE_STARTED};
    case LIFE_PAUSED:
    case LIFE_STOPPED:
        return (struct connector_step){.start = true, .tell = TELL_RESUME, .next = LIFE_STARTED};
    case LIFE_STARTED:
        break;
    case LIFE_FAILED:
        return (struct connector_step){.refused = true, .next = LIFE_FAILED};
    }
    return (struct connector_step){.next = from};
}

static struct connector_step to_paused(enum connector_life from)
{
    if (from == LIFE_FAILED)
        return (struct connector_step){.refused = true, .next = LIFE_FAILED};
    if (from == LIFE_PAUSED)
        return (struct connector_step){.next = from};
    return (struct connector_step){
        .stop = from == LIFE_STARTED, .tell = TELL_PAUSE, .next = LIFE_PAUSED};
}

static struct connector_step to_stopped(enum connector_life from)
{
    if (from == LIFE_STOPPED)
        return (struct connector_step){.next = from};
    /* One that has failed by raise_error() is still running: unlike Java, it is stopped. */
    return (struct connector_step){.stop = from == LIFE_STARTED || from == LIFE_FAILED,
                                   .tell = TELL_STOP,
                                   .next = LIFE_STOPPED};
}

struct connector_step connector_life_step(enum connector_life from, enum target_state to)
{
    switch (to) {
    case TARGET_STARTED:
        return to_started(from);
    case TARGET_PAUSED:
        return to_paused(from);
    case TARGET_STOPPED:
        break;
    }
    return to_stopped(from);
}
