/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/kafka/timer_waits.h"

#include <librdkafka/rdkafka.h>
#include <sys/prctl.h>
#include <threads.h>
#include <time.h>

#include "lib/base/thread.h"
#include "tests/lib/testing.h"

enum {
    WAIT_NS = 300000, /* less than the millisecond that librdkafka leaves over */
    MORE_NS = 1000000,
    HANDLES = 10,
};

static int64_t now_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

struct wait {
    const char *name; /* of the thread */
    int64_t took_ns;
    int rc;
};

/* The shortest of some waits: that one was not held up by other programs. */
static void wait_some_times(void *arg)
{
    struct wait *w = arg;
    mtx_t mtx;
    cnd_t cnd;

    prctl(PR_SET_NAME, w->name);
    mtx_init(&mtx, mtx_plain);
    cnd_init(&cnd);
    mtx_lock(&mtx);
    for (int i = 0; i < 20; i++) {
        struct timespec until;
        int64_t began = now_ns();

        timespec_get(&until, TIME_UTC);
        until.tv_nsec += WAIT_NS;
        if (until.tv_nsec >= 1000000000) {
            until.tv_nsec -= 1000000000;
            until.tv_sec++;
        }
        w->rc = cnd_timedwait(&cnd, &mtx, &until);
        if (i == 0 || now_ns() - began < w->took_ns)
            w->took_ns = now_ns() - began;
    }
    mtx_unlock(&mtx);
    cnd_destroy(&cnd);
    mtx_destroy(&mtx);
}

static struct wait wait_as(const char *name)
{
    struct wait w = {name, 0, 0};
    struct thread thread = {0};

    thread_start(&thread, "waits", wait_some_times, &w);
    thread_join(&thread);
    return w;
}

START_TEST(only_a_main_thread_waits_longer)
{
    struct wait main_thread, other;

    timer_waits_begin();
    main_thread = wait_as("rdk:main");
    other = wait_as("rdk:broker1");
    ck_assert_int_eq(main_thread.rc, thrd_timedout);
    ck_assert_int_eq(other.rc, thrd_timedout);
    ck_assert_int_ge(other.took_ns, WAIT_NS);
#ifndef TERN_TSAN
    ck_assert_int_lt(other.took_ns, MORE_NS);
    if (rd_kafka_version() < 0x02040000)
        ck_assert_int_ge(main_thread.took_ns, WAIT_NS + MORE_NS);
#endif
}
END_TEST

static int64_t used_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* The processor time of idle handles within some seconds. */
static int64_t rest(rd_kafka_t *one)
{
    int64_t before;

    rd_kafka_poll(one, 1200); /* what was going on comes to its end */
    before = used_ns();
    rd_kafka_poll(one, 3000);
    return used_ns() - before;
}

/* librdkafka's own waits end in this function: without it, idle handles spin. */
START_TEST(idle_handles_rest)
{
    rd_kafka_t *handles[HANDLES];
    int64_t spinning_ns, resting_ns;
    char why[256];

    for (int i = 0; i < HANDLES; i++) {
        handles[i] = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), why, sizeof(why));
        ck_assert_msg(handles[i] != NULL, "%s", why);
    }
    spinning_ns = rest(handles[0]);
    timer_waits_begin();
    resting_ns = rest(handles[0]);
    for (int i = 0; i < HANDLES; i++)
        rd_kafka_destroy(handles[i]);
#ifndef TERN_TSAN
    if (rd_kafka_version() < 0x02040000)
        ck_assert_int_lt(2 * resting_ns, spinning_ns);
#endif
}
END_TEST

static void timer_waits_suite(Suite *s)
{
    test_add(s, idle_handles_rest);
    test_add(s, only_a_main_thread_waits_longer);
}

TEST_MAIN("timer_waits", timer_waits_suite)
