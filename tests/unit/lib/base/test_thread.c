/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/thread.h"

#include <signal.h>
#include <string.h>

#include "lib/base/clock.h"
#include "tests/lib/testing.h"

struct seen {
    struct thread thread;
    struct gate gate;
    bool may_end; /* gate */
    bool is_self; /* read after the join, as are those below */
    bool term_blocked;
    char name[32];
};

static void look_around(void *arg)
{
    struct seen *seen = arg;
    sigset_t blocked;

    seen->is_self = thread_is_self(&seen->thread);
    pthread_getname_np(pthread_self(), seen->name, sizeof(seen->name));
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    seen->term_blocked = sigismember(&blocked, SIGTERM) && sigismember(&blocked, SIGINT);
}

START_TEST(knows_itself_has_a_name_and_no_signals)
{
    struct seen seen = {0};
    sigset_t blocked;

    thread_start(&seen.thread, "a-name-that-is-far-too-long", look_around, &seen);
    ck_assert(!thread_is_self(&seen.thread));
    thread_join(&seen.thread);
    ck_assert(seen.is_self);
    ck_assert(seen.term_blocked);
    ck_assert_str_eq(seen.name, "a-name-that-is-");
    ck_assert(!seen.thread.started);
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    ck_assert(!sigismember(&blocked, SIGTERM));
}
END_TEST

static void wait_for_leave(void *arg)
{
    struct seen *seen = arg;

    gate_lock(&seen->gate);
    while (!seen->may_end)
        gate_wait(&seen->gate, FOREVER_MS);
    gate_unlock(&seen->gate);
}

static void let_end(struct seen *seen)
{
    gate_lock(&seen->gate);
    seen->may_end = true;
    gate_wake(&seen->gate);
    gate_unlock(&seen->gate);
}

START_TEST(joins_with_a_deadline)
{
    struct seen seen = {0};

    gate_init(&seen.gate);
    thread_start(&seen.thread, "waits", wait_for_leave, &seen);
    ck_assert(!thread_join_until(&seen.thread, clock_deadline_ms(10)));
    ck_assert(seen.thread.started);
    let_end(&seen);
    ck_assert(thread_join_until(&seen.thread, clock_deadline_ms(20000)));
    ck_assert(!seen.thread.started);
    ck_assert(thread_join_until(&seen.thread, 0));
    thread_join(&seen.thread);
    gate_fini(&seen.gate);
}
END_TEST

START_TEST(abandoned_is_not_joined)
{
    static struct seen seen; /* outlives the test's frame, as does the thread */

    gate_init(&seen.gate);
    thread_start(&seen.thread, "left", wait_for_leave, &seen);
    thread_abandon(&seen.thread);
    ck_assert(!seen.thread.started);
    ck_assert(thread_join_until(&seen.thread, 0));
    let_end(&seen);
}
END_TEST

START_TEST(gate_times_out)
{
    struct gate gate;
    int64_t deadline = clock_deadline_ms(20);

    gate_init(&gate);
    gate_lock(&gate);
    while (gate_wait(&gate, deadline))
        continue;
    gate_unlock(&gate);
    ck_assert_int_ge(clock_mono_ms(), deadline);
    gate_fini(&gate);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, knows_itself_has_a_name_and_no_signals);
    test_add(suite, joins_with_a_deadline);
    test_add(suite, abandoned_is_not_joined);
    test_add(suite, gate_times_out);
}

TEST_MAIN("thread", fill)
