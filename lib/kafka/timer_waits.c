/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timer_waits - see the header. glibc gives cnd_t and mtx_t the layout of their pthread
 * counterparts, so the casts are exact there (and Tern runs nowhere else).
 */
#include "lib/kafka/timer_waits.h"

#include <errno.h>
#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <threads.h>

enum {
    FIXED_VERSION = 0x02040000,
    MORE_NS = 1000000,
    SECOND_NS = 1000000000,
    NAME_SIZE = 16,
};

static atomic_bool is_wanted; /* set once, before there are clients */

void timer_waits_begin(void)
{
    atomic_store(&is_wanted, rd_kafka_version() < FIXED_VERSION);
}

/* With ThreadSanitizer a shim brings this function already: tests/lib/c11_on_pthread.c. */
#ifndef TERN_TSAN

/* Whether the calling thread is a handle's main thread, by the name that librdkafka gives it. */
static bool is_main_thread_of_handle(void)
{
    static _Thread_local enum {
        UNKNOWN,
        NO,
        YES
    } known;
    char name[NAME_SIZE + 1] = "";

    if (known == UNKNOWN) {
        prctl(PR_GET_NAME, name);
        known = strcmp(name, "rdk:main") == 0 ? YES : NO;
    }
    return known == YES;
}

/* The C library's names of the parameters are reserved.
 * NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int cnd_timedwait(cnd_t *restrict cnd, mtx_t *restrict mtx, const struct timespec *restrict until)
{
    struct timespec at = *until;
    int rc;

    if (atomic_load_explicit(&is_wanted, memory_order_relaxed) && is_main_thread_of_handle()) {
        at.tv_nsec += MORE_NS;
        if (at.tv_nsec >= SECOND_NS) {
            at.tv_nsec -= SECOND_NS;
            at.tv_sec++;
        }
    }
    rc = pthread_cond_timedwait((pthread_cond_t *)cnd, (pthread_mutex_t *)mtx, &at);
    return rc == 0 ? thrd_success : rc == ETIMEDOUT ? thrd_timedout : thrd_error;
}

#endif
