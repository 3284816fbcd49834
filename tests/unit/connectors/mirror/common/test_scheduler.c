/* SPDX-License-Identifier: Apache-2.0 */
/* test_scheduler - the scheduler under a host that knows nothing but how to stop. */
#include "connectors/mirror/common/scheduler.h"

#include <stdatomic.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/thread.h"
#include "tests/lib/testing.h"

/* What the jobs of a test did, in order. */
struct diary {
    struct gate gate;
    char text[64]; /* gate: one letter a run */
    int failures;  /* gate: how many runs of job 'f' are still to fail */
};

static atomic_bool host_stopping;

static void adopt(const struct tern_host *host)
{
    (void)host;
}

static bool stopping(const struct tern_host *host)
{
    (void)host;
    return atomic_load(&host_stopping);
}

static const struct tern_host host = {
    .size = sizeof(host), .adopt_thread = adopt, .stopping = stopping};

static int note(struct diary *d, char letter, struct tern_error *err)
{
    size_t len;
    bool fail;

    gate_lock(&d->gate);
    len = strlen(d->text);
    if (len + 1 < sizeof(d->text))
        d->text[len] = letter;
    fail = letter == 'f' && d->failures-- > 0;
    gate_wake(&d->gate);
    gate_unlock(&d->gate);
    return fail ? tern_fail(err, TERN_ERETRIABLE, "not yet") : 0;
}

static int job_a(void *arg, int64_t deadline_ms, struct tern_error *err)
{
    ck_assert_int_gt(deadline_ms, clock_mono_ms());
    return note(arg, 'a', err);
}

static int job_b(void *arg, int64_t deadline_ms, struct tern_error *err)
{
    (void)deadline_ms;
    return note(arg, 'b', err);
}

static int job_f(void *arg, int64_t deadline_ms, struct tern_error *err)
{
    (void)deadline_ms;
    return note(arg, 'f', err);
}

static void diary_init(struct diary *d, int failures)
{
    memset(d, 0, sizeof(*d));
    gate_init(&d->gate);
    d->failures = failures;
    atomic_store(&host_stopping, false);
    log_set_level("root", TERN_LOG_OFF);
}

/* Waits until the diary is at least that long. */
static void await_length(struct diary *d, size_t length)
{
    int64_t deadline = clock_deadline_ms(20000);

    gate_lock(&d->gate);
    while (strlen(d->text) < length && clock_mono_ms() < deadline)
        gate_wait(&d->gate, deadline);
    ck_assert_uint_ge(strlen(d->text), length);
    gate_unlock(&d->gate);
}

START_TEST(first_round_is_in_order)
{
    static const struct scheduler_job jobs[] = {
        {"a", job_a, -1, true}, {"b", job_b, 3600000, true}, {"f", job_f, 3600000, false}};
    struct scheduler *s;
    struct tern_error err;
    struct diary d;

    diary_init(&d, 0);
    ck_assert_ok(scheduler_start(&host, "test", jobs, COUNT_OF(jobs), &d, 60000, &s, &err), err);
    scheduler_await_first_round(s, clock_deadline_ms(20000));
    scheduler_free(s);
    ck_assert_str_eq(d.text, "ab");
}
END_TEST

START_TEST(soon_is_after_the_first_round)
{
    static const struct scheduler_job jobs[] = {{"f", job_f, 3600000, SCHEDULER_SOON},
                                                {"a", job_a, -1, SCHEDULER_AT_ONCE},
                                                {"b", job_b, 3600000, SCHEDULER_AT_ONCE}};
    struct scheduler *s;
    struct tern_error err;
    struct diary d;

    diary_init(&d, 0);
    ck_assert_ok(scheduler_start(&host, "test", jobs, COUNT_OF(jobs), &d, 60000, &s, &err), err);
    await_length(&d, 3);
    scheduler_free(s);
    ck_assert_str_eq(d.text, "abf");
}
END_TEST

START_TEST(repeats_at_its_rate)
{
    static const struct scheduler_job jobs[] = {{"a", job_a, 5, false}};
    struct scheduler *s;
    struct tern_error err;
    struct diary d;

    diary_init(&d, 0);
    ck_assert_ok(scheduler_start(&host, "test", jobs, 1, &d, 60000, &s, &err), err);
    await_length(&d, 3);
    scheduler_free(s);
}
END_TEST

START_TEST(failure_is_tried_again_before_its_interval)
{
    static const struct scheduler_job jobs[] = {{"f", job_f, 3600000, true}};
    struct scheduler *s;
    struct tern_error err;
    struct diary d;

    diary_init(&d, 1);
    ck_assert_ok(scheduler_start(&host, "test", jobs, 1, &d, 60000, &s, &err), err);
    await_length(&d, 2);
    scheduler_free(s);
}
END_TEST

START_TEST(one_time_job_is_tried_until_it_succeeds)
{
    static const struct scheduler_job jobs[] = {{"f", job_f, -1, true}};
    struct scheduler *s;
    struct tern_error err;
    struct diary d;

    diary_init(&d, 2);
    ck_assert_ok(scheduler_start(&host, "test", jobs, 1, &d, 60000, &s, &err), err);
    await_length(&d, 3);
    scheduler_free(s);
    ck_assert_str_eq(d.text, "fff");
}
END_TEST

START_TEST(interval_of_zero_is_refused)
{
    static const struct scheduler_job jobs[] = {{"refreshing topics", job_a, 0, true}};
    struct scheduler *s = NULL;
    struct tern_error err;
    struct diary d;

    diary_init(&d, 0);
    ck_assert_int_eq(scheduler_start(&host, "test", jobs, 1, &d, 60000, &s, &err), -1);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    ck_assert_str_eq(err.msg, "refreshing topics: an interval of 0 is not possible");
    ck_assert_ptr_null(s);
}
END_TEST

/* A job that lasts until the test lets it go. */
static int job_long(void *arg, int64_t deadline_ms, struct tern_error *err)
{
    struct diary *d = arg;

    note(d, 'l', err);
    gate_lock(&d->gate);
    while (d->failures > 0 && clock_mono_ms() < deadline_ms)
        gate_wait(&d->gate, deadline_ms);
    gate_unlock(&d->gate);
    return 0;
}

START_TEST(a_stopping_host_ends_the_wait)
{
    static const struct scheduler_job jobs[] = {{"l", job_long, -1, true}};
    struct scheduler *s;
    struct tern_error err;
    struct diary d;

    diary_init(&d, 1);
    ck_assert_ok(scheduler_start(&host, "test", jobs, 1, &d, 60000, &s, &err), err);
    await_length(&d, 1);
    atomic_store(&host_stopping, true);
    scheduler_await_first_round(s, clock_deadline_ms(60000)); /* else the case's timeout strikes */
    ck_assert(!scheduler_stopping(s));
    gate_lock(&d.gate);
    d.failures = 0;
    gate_wake(&d.gate);
    gate_unlock(&d.gate);
    scheduler_free(s);
}
END_TEST

/* A rest comes after the last job for long, once, and not between jobs that are near. */
START_TEST(rests_when_there_is_nothing_for_long)
{
    static const struct scheduler_job far[] = {{"b", job_b, -1, SCHEDULER_AT_REST},
                                               {"a", job_a, 3600000, SCHEDULER_AT_ONCE},
                                               {"f", job_f, 3600000, SCHEDULER_SOON}};
    static const struct scheduler_job near[] = {{"b", job_b, -1, SCHEDULER_AT_REST},
                                                {"a", job_a, 5, SCHEDULER_AT_ONCE}};
    struct scheduler *s;
    struct tern_error err;
    struct diary d;

    diary_init(&d, 1); /* f fails once, and is due again in half a second */
    ck_assert_ok(scheduler_start(&host, "test", far, 3, &d, 60000, &s, &err), err);
    await_length(&d, 4);
    scheduler_free(s);
    ck_assert_str_eq(d.text, "affb");

    diary_init(&d, 0);
    ck_assert_ok(scheduler_start(&host, "test", near, 2, &d, 60000, &s, &err), err);
    await_length(&d, 5);
    scheduler_free(s);
    ck_assert_ptr_null(strchr(d.text, 'b'));
}
END_TEST

static void suite(Suite *s)
{
    test_add(s, rests_when_there_is_nothing_for_long);
    test_add(s, first_round_is_in_order);
    test_add(s, soon_is_after_the_first_round);
    test_add(s, repeats_at_its_rate);
    test_add(s, failure_is_tried_again_before_its_interval);
    test_add(s, one_time_job_is_tried_until_it_succeeds);
    test_add(s, interval_of_zero_is_refused);
    test_add(s, a_stopping_host_ends_the_wait);
}

TEST_MAIN("scheduler", suite)
