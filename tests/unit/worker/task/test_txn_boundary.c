/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/txn_boundary.h"

#include "lib/base/clock.h"
#include "tests/lib/testing.h"

static struct txn_boundary boundary(enum txn_boundary_kind kind)
{
    struct txn_boundary b = {
        .kind = kind, .interval_ms = 1000, .age_max_ms = 30000, .bytes_max = 100};

    txn_boundary_start(&b, 5000);
    return b;
}

START_TEST(after_each_poll)
{
    struct txn_boundary b = boundary(TXN_BOUNDARY_POLL);

    ck_assert(!txn_boundary_due(&b, 5000));
    txn_boundary_sent(&b, 10, 5001);
    ck_assert(!txn_boundary_due(&b, 9000)); /* in the middle of a batch */
    txn_boundary_batch(&b, false);
    ck_assert(txn_boundary_due(&b, 9000));
    txn_boundary_committed(&b, 9001, 9001);
    ck_assert(!txn_boundary_due(&b, 9999));
    txn_boundary_batch(&b, true); /* that brought nothing: the plugin's commit() is due */
    ck_assert(txn_boundary_due(&b, 9999));
    ck_assert_int_eq(txn_boundary_next_ms(&b), FOREVER_MS);
}
END_TEST

START_TEST(after_an_interval)
{
    struct txn_boundary b = boundary(TXN_BOUNDARY_INTERVAL);

    ck_assert_int_eq(txn_boundary_next_ms(&b), 6000);
    txn_boundary_sent(&b, 10, 5500);
    txn_boundary_batch(&b, false);
    ck_assert(!txn_boundary_due(&b, 5999));
    ck_assert(txn_boundary_due(&b, 6000));
    txn_boundary_sent(&b, 10, 6000); /* the next batch has begun */
    ck_assert(!txn_boundary_due(&b, 7000));
    txn_boundary_batch(&b, false);
    ck_assert(txn_boundary_due(&b, 7000));
    txn_boundary_committed(&b, 7100, 7100);
    ck_assert_int_eq(txn_boundary_next_ms(&b), 8100);
    txn_boundary_start(&b, 20000); /* after a pause */
    ck_assert_int_eq(txn_boundary_next_ms(&b), 21000);
    b.interval_ms = INT64_MAX;
    ck_assert_int_eq(txn_boundary_next_ms(&b), FOREVER_MS);
}
END_TEST

/* As long as one batch comes after the other, for the time that the last commit took. */
START_TEST(merged_batches)
{
    struct txn_boundary b = boundary(TXN_BOUNDARY_POLL);

    b.merges = true;
    txn_boundary_sent(&b, 1, 5000);
    txn_boundary_batch(&b, false);
    ck_assert(txn_boundary_due(&b, 5000)); /* nothing is known of commits yet */
    txn_boundary_committed(&b, 5000, 5040);
    ck_assert(!txn_boundary_is_merging(&b));
    txn_boundary_sent(&b, 1, 5050);
    txn_boundary_batch(&b, false);
    ck_assert(txn_boundary_is_merging(&b));
    ck_assert(!txn_boundary_due(&b, 5060));
    txn_boundary_batch(&b, true); /* no more is there: at once */
    ck_assert(txn_boundary_due(&b, 5060));
    txn_boundary_sent(&b, 1, 5060); /* more came */
    ck_assert(!txn_boundary_due(&b, 5080));
    txn_boundary_batch(&b, false);
    ck_assert(!txn_boundary_due(&b, 5080));
    ck_assert(txn_boundary_due(&b, 5090));
    txn_boundary_committed(&b, 5090, 5100);
    txn_boundary_batch(&b, true);
    txn_boundary_committed(&b, 6000, 6000); /* had nothing to do */
    ck_assert_int_eq(b.commit_ms, 10);
}
END_TEST

/* The coordinator would abort it; and batches stay in memory. */
START_TEST(old_and_large_ones_end_anywhere)
{
    struct txn_boundary b = boundary(TXN_BOUNDARY_INTERVAL);

    b.interval_ms = 600000;
    txn_boundary_sent(&b, 10, 6000);
    txn_boundary_sent(&b, 10, 8000);
    ck_assert_int_eq(txn_boundary_next_ms(&b), 36000);
    ck_assert(!txn_boundary_due(&b, 35999));
    ck_assert(txn_boundary_due(&b, 36000));
    txn_boundary_committed(&b, 36000, 36000);
    ck_assert(!txn_boundary_due(&b, 99000)); /* none is open */
    txn_boundary_sent(&b, 60, 99000);
    ck_assert(!txn_boundary_due(&b, 99000));
    txn_boundary_sent(&b, 60, 99000);
    ck_assert(txn_boundary_due(&b, 99000));
}
END_TEST

static const struct kind_case {
    const char *text;
    int kind; /* -1: refused */
} kind_cases[] = {
    {NULL, TXN_BOUNDARY_POLL},
    {"Poll", TXN_BOUNDARY_POLL},
    {"INTERVAL", TXN_BOUNDARY_INTERVAL},
    {"connector", -1},
    {"batch", -1},
};

START_TEST(kinds)
{
    const struct kind_case *row = &kind_cases[_i];
    enum txn_boundary_kind kind;
    struct tern_error err;

    if (row->kind < 0) {
        ck_assert_int_lt(txn_boundary_kind_of(row->text, &kind, &err), 0);
        ck_assert_int_eq(err.code, TERN_EINVALID);
        return;
    }
    ck_assert_ok(txn_boundary_kind_of(row->text, &kind, &err), err);
    ck_assert_int_eq(kind, row->kind);
}
END_TEST

static void txn_boundary_suite(Suite *s)
{
    test_add(s, after_each_poll);
    test_add(s, after_an_interval);
    test_add(s, merged_batches);
    test_add(s, old_and_large_ones_end_anywhere);
    test_add_rows(s, kinds, COUNT_OF(kind_cases));
}

TEST_MAIN("txn_boundary", txn_boundary_suite)
