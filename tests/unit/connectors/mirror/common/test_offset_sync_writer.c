/* SPDX-License-Identifier: Apache-2.0 */
/* The two queues, the permits, and the flush. */
#include "connectors/mirror/common/offset_sync_writer.h"
#include "tests/lib/testing.h"

#include <stdlib.h>

static void expect_next(struct offset_sync_writer *w, size_t partition, int64_t up, int64_t down)
{
    struct offset_sync_due due = {99, 99, 99};

    ck_assert(offset_sync_writer_next(w, &due));
    ck_assert_uint_eq(due.partition, partition);
    ck_assert_int_eq(due.upstream_offset, up);
    ck_assert_int_eq(due.downstream_offset, down);
}

static void expect_none(struct offset_sync_writer *w)
{
    struct offset_sync_due due;

    ck_assert(!offset_sync_writer_next(w, &due));
}

START_TEST(first_record_is_due_the_next_is_delayed)
{
    struct offset_sync_writer *w = offset_sync_writer_new(2, 100);

    ck_assert(offset_sync_writer_update(w, 1, 5, 7));
    ck_assert(!offset_sync_writer_update(w, 1, 6, 8));
    expect_next(w, 1, 5, 7);
    expect_none(w);
    ck_assert_uint_eq(offset_sync_writer_delayed(w), 1);
    ck_assert_uint_eq(offset_sync_writer_in_flight(w), 1);
    offset_sync_writer_completed(w);

    offset_sync_writer_flush(w);
    ck_assert_uint_eq(offset_sync_writer_delayed(w), 0);
    expect_next(w, 1, 6, 8);
    offset_sync_writer_completed(w);
    offset_sync_writer_flush(w);
    expect_none(w);
    offset_sync_writer_free(w);
}
END_TEST

START_TEST(a_pending_sync_keeps_its_place_and_takes_the_newest_offsets)
{
    struct offset_sync_writer *w = offset_sync_writer_new(3, 0);

    offset_sync_writer_update(w, 2, 0, 0);
    offset_sync_writer_update(w, 0, 0, 0);
    offset_sync_writer_update(w, 2, 1, 1);
    ck_assert_uint_eq(offset_sync_writer_pending(w), 2);
    expect_next(w, 2, 1, 1);
    offset_sync_writer_update(w, 2, 2, 2); /* sent: goes to the end */
    expect_next(w, 0, 0, 0);
    expect_next(w, 2, 2, 2);
    expect_none(w);
    offset_sync_writer_free(w);
}
END_TEST

START_TEST(a_due_sync_replaces_the_delayed_one)
{
    struct offset_sync_writer *w = offset_sync_writer_new(1, 100);

    offset_sync_writer_update(w, 0, 0, 0);
    offset_sync_writer_update(w, 0, 1, 1);
    ck_assert_uint_eq(offset_sync_writer_delayed(w), 1);
    ck_assert(offset_sync_writer_update(w, 0, 5, 2)); /* a gap */
    ck_assert_uint_eq(offset_sync_writer_delayed(w), 0);
    expect_next(w, 0, 5, 2);
    offset_sync_writer_flush(w);
    expect_none(w);
    offset_sync_writer_free(w);
}
END_TEST

START_TEST(flush_overwrites_what_is_pending)
{
    struct offset_sync_writer *w = offset_sync_writer_new(2, 100);

    offset_sync_writer_update(w, 0, 0, 0);
    offset_sync_writer_update(w, 1, 0, 10);
    offset_sync_writer_update(w, 1, 1, 11);
    offset_sync_writer_update(w, 0, 1, 1);
    offset_sync_writer_flush(w);
    ck_assert_uint_eq(offset_sync_writer_pending(w), 2);
    expect_next(w, 0, 1, 1);
    expect_next(w, 1, 1, 11);
    expect_none(w);
    offset_sync_writer_free(w);
}
END_TEST

START_TEST(delayed_syncs_are_flushed_in_order)
{
    enum {
        COUNT = 5
    };
    struct offset_sync_writer *w = offset_sync_writer_new(COUNT, 100);

    for (size_t i = 0; i < COUNT; i++) {
        offset_sync_writer_update(w, i, 0, 0);
        expect_next(w, i, 0, 0);
        offset_sync_writer_completed(w);
    }
    offset_sync_writer_update(w, 3, 1, 1);
    offset_sync_writer_update(w, 1, 1, 1);
    offset_sync_writer_update(w, 4, 1, 1);
    offset_sync_writer_update(w, 3, 2, 2); /* keeps its place */
    offset_sync_writer_update(w, 1, 9, 2); /* due: leaves the middle of the queue */
    expect_next(w, 1, 9, 2);
    offset_sync_writer_flush(w);
    expect_next(w, 3, 2, 2);
    expect_next(w, 4, 1, 1);
    expect_none(w);
    offset_sync_writer_free(w);
}
END_TEST

START_TEST(ten_permits)
{
    struct offset_sync_writer *w = offset_sync_writer_new(25, 100);
    size_t sent = 0;

    for (size_t i = 0; i < 25; i++)
        offset_sync_writer_update(w, i, 0, 0);
    for (; sent < OFFSET_SYNC_WRITER_PERMITS; sent++)
        expect_next(w, sent, 0, 0);
    expect_none(w);
    ck_assert_uint_eq(offset_sync_writer_pending(w), 15);
    for (; sent < 25; sent++) {
        offset_sync_writer_completed(w);
        expect_next(w, sent, 0, 0);
        expect_none(w);
    }
    ck_assert_uint_eq(offset_sync_writer_in_flight(w), OFFSET_SYNC_WRITER_PERMITS);
    offset_sync_writer_free(w);
}
END_TEST

START_TEST(negative_lag_and_huge_offsets_do_not_overflow)
{
    struct offset_sync_writer *w = offset_sync_writer_new(1, INT64_MAX);

    ck_assert(offset_sync_writer_update(w, 0, INT64_MAX, INT64_MAX));
    ck_assert(offset_sync_writer_update(w, 0, INT64_MIN, INT64_MIN));
    ck_assert(offset_sync_writer_update(w, 0, -1, INT64_MAX));
    ck_assert(!offset_sync_writer_update(w, 0, 0, INT64_MAX));
    offset_sync_writer_free(w);
}
END_TEST

START_TEST(no_partition_at_all)
{
    struct offset_sync_writer *w = offset_sync_writer_new(0, 100);

    offset_sync_writer_flush(w);
    expect_none(w);
    offset_sync_writer_free(w);
    offset_sync_writer_free(NULL);
}
END_TEST

static bool tick(struct offset_sync_writer *w, int64_t now_ms)
{
    return offset_sync_writer_tick(w, now_ms, 1000);
}

START_TEST(a_partition_that_rests_gets_a_sync)
{
    struct offset_sync_writer *w = offset_sync_writer_new(3, 100);

    offset_sync_writer_update(w, 2, 0, 0);
    expect_next(w, 2, 0, 0);
    offset_sync_writer_completed(w);
    ck_assert(!tick(w, 0));
    offset_sync_writer_update(w, 2, 1, 1);
    ck_assert(!tick(w, 100)); /* it has just come */
    offset_sync_writer_update(w, 2, 2, 2);
    ck_assert(!tick(w, 200));
    ck_assert(tick(w, 300));
    expect_next(w, 2, 2, 2);
    expect_none(w);
    ck_assert_uint_eq(offset_sync_writer_delayed(w), 0);

    /* the next one not before the interval is over */
    offset_sync_writer_update(w, 2, 3, 3);
    ck_assert(!tick(w, 400));
    ck_assert(!tick(w, 1200));
    ck_assert(tick(w, 1300));
    expect_next(w, 2, 3, 3);
    ck_assert(!tick(w, 9000));
    offset_sync_writer_free(w);
}
END_TEST

START_TEST(a_slow_partition_gets_one_each_interval)
{
    struct offset_sync_writer *w = offset_sync_writer_new(1, 1000000);
    int seen = 0;

    offset_sync_writer_update(w, 0, 0, 0);
    expect_next(w, 0, 0, 0);
    for (int64_t i = 1; i <= 100; i++) { /* never idle */
        offset_sync_writer_update(w, 0, i, i);
        seen += tick(w, i * 100);
        if (offset_sync_writer_pending(w))
            expect_next(w, 0, i, i);
    }
    ck_assert_int_ge(seen, 8);
    ck_assert_int_le(seen, 10);
    offset_sync_writer_free(w);
}
END_TEST

START_TEST(more_permits)
{
    struct offset_sync_writer *w = offset_sync_writer_new(1, 0);

    offset_sync_writer_allow(w, 25);
    for (int64_t i = 0; i < 25; i++) {
        ck_assert(offset_sync_writer_update(w, 0, i, i));
        expect_next(w, 0, i, i);
    }
    ck_assert(offset_sync_writer_update(w, 0, 25, 25));
    expect_none(w);
    offset_sync_writer_free(w);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, first_record_is_due_the_next_is_delayed);
    test_add(suite, a_pending_sync_keeps_its_place_and_takes_the_newest_offsets);
    test_add(suite, a_due_sync_replaces_the_delayed_one);
    test_add(suite, flush_overwrites_what_is_pending);
    test_add(suite, delayed_syncs_are_flushed_in_order);
    test_add(suite, ten_permits);
    test_add(suite, negative_lag_and_huge_offsets_do_not_overflow);
    test_add(suite, no_partition_at_all);
    test_add(suite, a_partition_that_rests_gets_a_sync);
    test_add(suite, a_slow_partition_gets_one_each_interval);
    test_add(suite, more_permits);
}

TEST_MAIN("offset_sync_writer", fill)
