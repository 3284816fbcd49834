/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/clock.h"

#include "tests/lib/testing.h"

START_TEST(deadlines)
{
    int64_t now = clock_mono_ms(), soon = clock_deadline_ms(60000);

    ck_assert_int_ge(soon, now + 60000);
    ck_assert_int_eq(clock_deadline_ms(FOREVER_MS), FOREVER_MS);
    ck_assert_int_eq(clock_deadline_ms(FOREVER_MS - 1), FOREVER_MS);
    ck_assert_int_le(clock_deadline_ms(-5), clock_mono_ms());
    ck_assert_int_eq(clock_left_ms(now - 1, 100), 0);
    ck_assert_int_eq(clock_left_ms(FOREVER_MS, 100), 100);
    ck_assert_int_le(clock_left_ms(soon, FOREVER_MS), 60000);
    ck_assert_int_gt(clock_left_ms(soon, FOREVER_MS), 0);
}
END_TEST

START_TEST(timespecs)
{
    struct timespec ts = clock_timespec(1234567);
    struct timespec never = clock_timespec(FOREVER_MS);

    ck_assert_int_eq(ts.tv_sec, 1234);
    ck_assert_int_eq(ts.tv_nsec, 567000000);
    ck_assert_int_gt(never.tv_sec, clock_mono_ms() / 1000 + 3600);
    ck_assert_int_lt(never.tv_sec, INT32_MAX);
}
END_TEST

START_TEST(wall_time_is_of_this_century)
{
    ck_assert_int_gt(clock_wall_ms(), INT64_C(1600000000000));
    ck_assert_int_lt(clock_wall_ms(), INT64_C(4102444800000));
}
END_TEST

START_TEST(back_off_doubles_to_its_limit)
{
    struct backoff b = {.min_ms = 100, .max_ms = 1000};
    static const int64_t steps[] = {100, 200, 400, 800, 1000, 1000, 1000};

    for (int round = 0; round < 50; round++) {
        backoff_reset(&b);
        for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
            int64_t delay = backoff_next_ms(&b);

            ck_assert_int_ge(delay, steps[i] * 8 / 10);
            ck_assert_int_le(delay, steps[i] * 12 / 10);
        }
    }
}
END_TEST

START_TEST(back_off_has_jitter)
{
    int64_t first = 0;
    int different = 0;

    for (int i = 0; i < 50; i++) {
        struct backoff b = {.min_ms = 100000, .max_ms = 100000};
        int64_t delay = backoff_next_ms(&b);

        if (i == 0)
            first = delay;
        different += delay != first;
    }
    ck_assert_int_gt(different, 10);
}
END_TEST

START_TEST(back_off_never_ends)
{
    struct backoff b = {.min_ms = 1, .max_ms = INT64_C(1) << 40, .attempts = UINT32_MAX - 1};

    ck_assert_int_ge(backoff_next_ms(&b), (INT64_C(1) << 40) / 10 * 8 - 1);
    ck_assert_int_gt(backoff_next_ms(&b), 0);
    ck_assert_int_gt(backoff_next_ms(&b), 0); /* the count may start again, the delay is sane */
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, deadlines);
    test_add(suite, timespecs);
    test_add(suite, wall_time_is_of_this_century);
    test_add(suite, back_off_doubles_to_its_limit);
    test_add(suite, back_off_has_jitter);
    test_add(suite, back_off_never_ends);
}

TEST_MAIN("clock", fill)
