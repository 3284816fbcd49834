/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/process.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/thread.h"
#include "tests/lib/testing.h"

static const struct {
    const char *text;
    enum tern_log_level connect, clients, other;
} levels[] = {
    {"DEBUG", TERN_LOG_DEBUG, TERN_LOG_DEBUG, TERN_LOG_DEBUG},
    {"org.apache.kafka.connect=DEBUG,org.apache.kafka.clients=WARN", TERN_LOG_DEBUG, TERN_LOG_WARN,
     TERN_LOG_INFO},
    {"root=ERROR, org.apache.kafka.connect=trace", TERN_LOG_TRACE, TERN_LOG_ERROR, TERN_LOG_ERROR},
    {"LOUD,org.apache.kafka.clients=quiet", TERN_LOG_INFO, TERN_LOG_INFO, TERN_LOG_INFO},
    {"", TERN_LOG_INFO, TERN_LOG_INFO, TERN_LOG_INFO},
};

START_TEST(levels_from_the_environment)
{
    setenv("TERN_LOG", levels[_i].text, 1);
    process_init();
    ck_assert_int_eq(log_level("org.apache.kafka.connect.runtime.Worker"), levels[_i].connect);
    ck_assert_int_eq(log_level("org.apache.kafka.clients"), levels[_i].clients);
    ck_assert_int_eq(log_level("other"), levels[_i].other);
}
END_TEST

/* As under nohup. */
START_TEST(a_hangup_that_is_ignored)
{
    signal(SIGHUP, SIG_IGN);
    process_init();
    kill(getpid(), SIGHUP);
    process_fail();
    ck_assert(!process_wait());
}
END_TEST

static const int stop_signals[] = {SIGTERM, SIGINT, SIGHUP};

START_TEST(a_signal_ends_the_wait)
{
    unsetenv("TERN_LOG");
    signal(SIGHUP, SIG_DFL); /* whatever the tests were started with */
    process_init();
    kill(getpid(), stop_signals[_i]);
    ck_assert(process_wait());
    kill(getpid(), stop_signals[_i]); /* a second one does nothing */
}
END_TEST

static void fail_twice(void *arg)
{
    (void)arg;
    process_fail();
    process_fail();
}

START_TEST(so_does_a_failure)
{
    struct thread other = {0};

    process_init();
    thread_start(&other, "other", fail_twice, NULL);
    ck_assert(!process_wait());
    thread_join(&other);
}
END_TEST

START_TEST(a_closed_pipe_is_no_end)
{
    int fds[2];

    process_init();
    ck_assert_int_eq(pipe(fds), 0);
    close(fds[0]);
    ck_assert_int_lt(write(fds[1], "x", 1), 0);
    close(fds[1]);
}
END_TEST

static void process_suite(Suite *s)
{
    test_add_rows(s, levels_from_the_environment, COUNT_OF(levels));
    test_add(s, a_hangup_that_is_ignored);
    test_add_rows(s, a_signal_ends_the_wait, COUNT_OF(stop_signals));
    test_add(s, so_does_a_failure);
    test_add(s, a_closed_pipe_is_no_end);
}

TEST_MAIN("process", process_suite)
