/* SPDX-License-Identifier: Apache-2.0 */
/* A worker that is alone, through the interface that the herder sees. */
#include "worker/group/sole.h"

#include "lib/base/clock.h"
#include "lib/base/thread.h"
#include "tests/lib/testing.h"

/* What a herder would be told. */
struct listener {
    struct work configured;
    int64_t offset;
    struct assignment *last;
    struct work revoked;
    int joins;
    bool revoked_before_join;
};

static int64_t configured(void *arg, struct work *ret_work)
{
    struct listener *l = arg;

    work_add_all(ret_work, &l->configured);
    return l->offset;
}

static void joined(void *arg, struct assignment *a)
{
    struct listener *l = arg;

    assignment_free(l->last);
    l->last = a;
    l->joins++;
}

static void revoked(void *arg, const struct work *work)
{
    struct listener *l = arg;

    work_add_all(&l->revoked, work);
    l->revoked_before_join = l->joins == 1;
}

static const struct membership_listener callbacks = {configured, joined, revoked};

static void listener_fini(struct listener *l)
{
    work_fini(&l->configured);
    work_fini(&l->revoked);
    assignment_free(l->last);
}

static struct membership *open_sole(struct listener *l, int32_t least)
{
    const struct membership_conf conf = {.url = "NOTUSED",
                                         .member = "me",
                                         .least_generation = least,
                                         .listener = &callbacks,
                                         .arg = l};
    struct membership *m = NULL;
    struct tern_error err;

    ck_assert_ok(sole_open(NULL, &conf, &m, &err), err);
    return m;
}

static void poll_now(struct membership *m)
{
    struct tern_error err;
    bool stable = false;

    ck_assert_ok(membership_poll(m, clock_mono_ms(), &stable, &err), err);
    ck_assert(stable);
}

START_TEST(leads_and_runs_everything)
{
    CLEANUP(listener_fini) struct listener l = {.offset = 7};
    struct membership *m = open_sole(&l, 41);

    work_add_connector(&l.configured, "c");
    work_add_task(&l.configured, "c", 0);
    poll_now(m);
    ck_assert_int_eq(l.joins, 1);
    ck_assert_int_eq(l.last->generation, 42);
    ck_assert_int_eq(l.last->offset, 7);
    ck_assert_int_eq(l.last->error, ASSIGNMENT_OK);
    ck_assert_int_eq(l.last->delay_ms, 0);
    ck_assert_str_eq(l.last->leader, membership_member_id(m));
    ck_assert_str_eq(l.last->leader_url, "NOTUSED");
    ck_assert(work_equal(&l.last->assigned, &l.configured));
    ck_assert(work_is_empty(&l.last->revoked));
    poll_now(m);
    ck_assert_int_eq(l.joins, 1);
    membership_free(m);
}
END_TEST

START_TEST(what_is_gone_is_revoked_first)
{
    CLEANUP(listener_fini) struct listener l = {.offset = 1};
    struct membership *m = open_sole(&l, -1);

    work_add_connector(&l.configured, "c");
    work_add_task(&l.configured, "c", 0);
    work_add_task(&l.configured, "c", 1);
    poll_now(m);
    work_remove_task(&l.configured, "c", 1);
    work_add_connector(&l.configured, "d");
    l.offset = 5;
    membership_request_rejoin(m, "test");
    poll_now(m);
    ck_assert_int_eq(l.joins, 2);
    ck_assert(l.revoked_before_join);
    ck_assert_uint_eq(l.revoked.task_count, 1);
    ck_assert(work_has_task(&l.revoked, "c", 1));
    ck_assert(work_equal(&l.last->revoked, &l.revoked));
    ck_assert(work_equal(&l.last->assigned, &l.configured));
    ck_assert_int_eq(l.last->offset, 5);
    ck_assert_int_eq(l.last->generation, 1); /* none is known: the first; and it stays */
    membership_free(m);
}
END_TEST

START_TEST(leaving_joins_again)
{
    CLEANUP(listener_fini) struct listener l = {.offset = 1};
    struct membership *m = open_sole(&l, INT32_MAX);

    poll_now(m);
    membership_leave(m, "test");
    poll_now(m);
    ck_assert_int_eq(l.joins, 2);
    ck_assert_int_eq(l.last->generation, INT32_MAX);
    membership_free(m);
}
END_TEST

static void wake(void *arg)
{
    membership_wake(arg);
}

START_TEST(a_wake_up_ends_the_wait)
{
    CLEANUP(listener_fini) struct listener l = {.offset = 1};
    struct membership *m = open_sole(&l, 0);
    struct thread waker = {0};
    int64_t deadline_ms;
    struct tern_error err;
    bool stable;

    poll_now(m);
    membership_wake(m); /* between two polls: counts for the next */
    deadline_ms = clock_deadline_ms(60000);
    ck_assert_ok(membership_poll(m, deadline_ms, &stable, &err), err);
    thread_start(&waker, "waker", wake, m);
    ck_assert_ok(membership_poll(m, deadline_ms, &stable, &err), err);
    thread_join(&waker);
    ck_assert_int_lt(clock_mono_ms(), deadline_ms);
    membership_free(m);
}
END_TEST

static void sole_suite(Suite *s)
{
    test_add(s, leads_and_runs_everything);
    test_add(s, what_is_gone_is_revoked_first);
    test_add(s, leaving_joins_again);
    test_add(s, a_wake_up_ends_the_wait);
}

TEST_MAIN("sole", sole_suite)
