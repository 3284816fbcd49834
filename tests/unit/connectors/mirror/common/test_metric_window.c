/* SPDX-License-Identifier: Apache-2.0 */
/* Values of the last while, on a clock of the test's own. */
#include "connectors/mirror/common/metric_window.h"
#include "tests/lib/testing.h"

#include <math.h>

static void add(struct metric_window *w, int64_t now_ms, double value)
{
    struct metric_sample one = {0};

    metric_sample_add(&one, value);
    metric_window_add(w, now_ms, &one);
}

START_TEST(empty)
{
    struct metric_window w = {0};
    struct metric_sample all = metric_window_read(&w, 5);

    ck_assert_int_eq(all.count, 0);
    ck_assert(isnan(all.max) && isnan(all.min) && isnan(all.sum));
    ck_assert_double_eq(metric_window_rate(&w, 5), 0);
}
END_TEST

START_TEST(values_of_two_samples)
{
    struct metric_window w = {0};
    struct metric_sample all;

    add(&w, 1000, 5);
    add(&w, 2000, 1);
    add(&w, 31000, 9); /* a second sample */
    all = metric_window_read(&w, 31000);
    ck_assert_int_eq(all.count, 3);
    ck_assert_double_eq(all.min, 1);
    ck_assert_double_eq(all.max, 9);
    ck_assert_double_eq(all.sum, 15);
    all = metric_window_read(&w, 61000); /* the first is over */
    ck_assert_int_eq(all.count, 1);
    ck_assert_double_eq(all.min, 9);
    all = metric_window_read(&w, 91000);
    ck_assert_int_eq(all.count, 0);
    add(&w, 95000, 4); /* in place of the first */
    all = metric_window_read(&w, 95000);
    ck_assert_int_eq(all.count, 1);
    ck_assert_double_eq(all.max, 4);
}
END_TEST

START_TEST(rate_is_of_a_sample_at_least)
{
    struct metric_window w = {0};

    add(&w, 0, 300);
    ck_assert_double_eq(metric_window_rate(&w, 0), 10);
    ck_assert_double_eq(metric_window_rate(&w, 30000), 10);
    add(&w, 40000, 300);
    ck_assert_double_eq(metric_window_rate(&w, 40000), 15);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, empty);
    test_add(suite, values_of_two_samples);
    test_add(suite, rate_is_of_a_sample_at_least);
}

TEST_MAIN("metric_window", fill)
