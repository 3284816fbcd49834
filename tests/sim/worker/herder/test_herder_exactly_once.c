/* SPDX-License-Identifier: Apache-2.0 */
/* Zombie fencing, and a leader's right to write. */
#include "tests/lib/testing.h"
#include "tests/sim/worker/herder/solo.h"

START_TEST(fencing)
{
    struct herder *h = solo_started(2);
    struct tern_error err;

    ck_assert_int_lt(herder_fence(h, "c", solo_soon(), &err), 0);
    ck_assert_int_eq(err.code, TERN_ENOTFOUND);
    solo_put(h, "c", "1");
    fakes_wait_status("c", 1, "RUNNING");
    ck_assert_ok(herder_fence(h, "c", solo_soon(), &err), err); /* the first time */
    ck_assert_int_eq(fakes.fenced, 0);
    ck_assert_int_eq(fakes.task_counts_written, 1);
    ck_assert_ok(herder_fence(h, "c", solo_soon(), &err), err); /* nothing new */
    ck_assert_int_eq(fakes.task_counts_written, 1);
    solo_put(h, "c", "2");
    fakes_wait(&fakes.task_starts, 4);
    ck_assert_ok(herder_fence(h, "c", solo_soon(), &err), err);
    ck_assert_int_eq(fakes.fenced, 2);
    ck_assert_int_eq(fakes.task_counts_written, 2);
    solo_put(h, "c", "3");
    fakes_wait(&fakes.task_starts, 6);
    fakes.fence_fails = 1;
    ck_assert_int_lt(herder_fence(h, "c", solo_soon(), &err), 0);
    ck_assert_str_eq(err.msg, "no coordinator");
    ck_assert_int_eq(fakes.task_counts_written, 2);
    fake_herder_end(h);
}
END_TEST

/* The fakes refuse every write of a leader that has not claimed the right to it. */
START_TEST(a_leader_claims_the_right_to_write)
{
    struct herder *h;

    fakes_init();
    fakes.script.tasks = 1;
    fakes.exactly_once = "preparing";
    fakes.claim_fails = 2;
    h = fake_herder(NULL, NULL);
    fakes_wait(&fakes.claims, 1); /* before anything is written */
    solo_put(h, "c", "1");
    fakes_wait_status("c", 0, "RUNNING");
    ck_assert_int_eq(fakes.claims, 1);
    fake_herder_end(h);
}
END_TEST

START_TEST(a_right_that_was_lost_is_claimed_again)
{
    struct herder *h = solo_started_with("enabled", 1);

    fakes_wait(&fakes.claims, 1);
    gate_lock(&fakes.gate);
    fakes.claim_losses = 1;
    gate_unlock(&fakes.gate);
    solo_put(h, "c", "1");
    fakes_wait_status("c", 0, "RUNNING"); /* its tasks are stored in the end */
    ck_assert_int_eq(fakes.claims, 2);
    fake_herder_end(h);
}
END_TEST

START_TEST(without_it_nothing_is_claimed)
{
    struct herder *h = solo_started(1);

    solo_put(h, "c", "1");
    fakes_wait_status("c", 0, "RUNNING");
    ck_assert_int_eq(fakes.claims, 0);
    fake_herder_end(h);
}
END_TEST

START_TEST(tasks_have_the_past_fenced)
{
    struct herder *h = solo_started_with("enabled", 2);
    struct tern_error err;

    solo_put(h, "c", "1");
    fakes_wait_status("c", 1, "RUNNING");
    ck_assert_ok(fake_task_asks("c", 0, false, &err), err);
    ck_assert_ok(fake_task_asks("c", 1, false, &err), err);
    ck_assert_int_eq(fakes.task_counts_written, 1);
    ck_assert_ok(fake_task_asks("c", 0, true, &err), err);
    solo_put(h, "c", "2");
    fakes_wait(&fakes.task_starts, 4);
    gate_lock(&fakes.gate);
    fakes.fence_fails = 1;
    gate_unlock(&fakes.gate);
    ck_assert_int_lt(fake_task_asks("c", 0, false, &err), 0);
    ck_assert_str_eq(err.msg, "no coordinator");
    ck_assert_ok(fake_task_asks("c", 0, false, &err), err);
    ck_assert_int_eq(fakes.fenced, 2);
    ck_assert_int_eq(fakes.task_counts_written, 2);
    fake_herder_end(h);
}
END_TEST

static void herder_exactly_once_suite(Suite *s)
{
    test_add(s, fencing);
    test_add(s, a_leader_claims_the_right_to_write);
    test_add(s, a_right_that_was_lost_is_claimed_again);
    test_add(s, without_it_nothing_is_claimed);
    test_add(s, tasks_have_the_past_fenced);
}

TEST_MAIN("herder_exactly_once", herder_exactly_once_suite)
