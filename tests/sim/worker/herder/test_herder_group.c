/* SPDX-License-Identifier: Apache-2.0 */
/* A herder in a group of which the test decides what it assigns. */
#include "lib/base/clock.h"
#include "lib/base/thread.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"
#include "tests/sim/worker/herder/solo.h"

/* A group of which the test decides what it assigns. */
struct group {
    struct membership base;
    const struct membership_listener *listener;
    void *arg;
    bool leads;
    int64_t extra_offset; /* added to the config topic's: the leader has read further */
    bool breaks;          /* the next poll fails for good */
    bool rejoin;
    int joins, leaves;
    struct gate gate;
    bool woken; /* gate */
};

static int group_poll(struct membership *m, int64_t deadline_ms, bool *ret_stable,
                      struct tern_error *err)
{
    struct group *g = CONTAINER_OF(m, struct group, base);
    struct assignment *a;

    *ret_stable = true;
    if (g->breaks)
        return tern_fail(err, TERN_EINTERNAL, "the group is broken");
    if (g->rejoin) {
        g->rejoin = false;
        a = xcalloc(1, sizeof(*a));
        a->protocol = GROUP_SESSIONED;
        a->generation = ++g->joins;
        a->leader = xstrdup(g->leads ? "me" : "another");
        a->leader_url = xstrdup("http://leader/");
        a->offset = g->listener->configured(g->arg, &a->assigned);
        a->offset += g->extra_offset;
        if (g->extra_offset) /* once: then the topic has it */
            g->extra_offset = 0;
        g->listener->joined(g->arg, a);
        return 0;
    }
    gate_lock(&g->gate);
    while (!g->woken) {
        if (!gate_wait(&g->gate, deadline_ms))
            break;
    }
    g->woken = false;
    gate_unlock(&g->gate);
    return 0;
}

static void group_rejoin(struct membership *m, const char *reason)
{
    (void)reason;
    CONTAINER_OF(m, struct group, base)->rejoin = true;
}

static const char *group_owner(const struct membership *m, const char *connector, int32_t task)
{
    (void)m;
    (void)connector;
    (void)task;
    return "http://owner/";
}

static const char *group_member(const struct membership *m)
{
    (void)m;
    return "me";
}

static void group_leave(struct membership *m, const char *reason)
{
    struct group *g = CONTAINER_OF(m, struct group, base);

    (void)reason;
    g->leaves++;
    g->rejoin = true;
}

static void group_wake(struct membership *m)
{
    struct group *g = CONTAINER_OF(m, struct group, base);

    gate_lock(&g->gate);
    g->woken = true;
    gate_wake(&g->gate);
    gate_unlock(&g->gate);
}

static void group_free(struct membership *m)
{
    (void)m;
}

static int group_open(void *arg, const struct membership_conf *conf,
                      struct membership **ret_membership, struct tern_error *err)
{
    static const struct membership_ops ops = {group_poll,  group_rejoin, group_member, group_owner,
                                              group_leave, group_wake,   group_free,   NULL};
    struct group *g = arg;

    (void)err;
    g->base.ops = &ops;
    g->listener = conf->listener;
    g->arg = conf->arg;
    g->rejoin = true;
    *ret_membership = &g->base;
    return 0;
}

static void group_init(struct group *g, bool leads)
{
    *g = (struct group){.leads = leads};
    gate_init(&g->gate);
}

/* A follower names the leader, which may serve what it asks. */
static void check_elsewhere(struct herder *h)
{
    static const struct tern_offset_change change = {"{}", NULL};
    const struct restart_request restart = {"c", true, true};
    struct herder_connector_status status;
    struct herder_ask ask = {.deadline_ms = clock_deadline_ms(60000)};
    struct config_ref *config;
    struct tern_error err;
    const char *message;

    ck_assert_int_lt(herder_delete_connector(h, "c", &ask, &err),
                     0); /* whether it is there or not */
    ck_assert(ask.is_elsewhere);
    ck_assert_str_eq(ask.url, "http://leader/");
    free(ask.url);
    ck_assert_int_lt(herder_stored_config(h, "c", &ask, &config, &err), 0);
    ck_assert(ask.is_elsewhere);
    free(ask.url);
    ck_assert_int_lt(herder_alter_offsets(h, "c", &change, 1, &ask, &message, &err), 0);
    ck_assert(ask.is_elsewhere);
    free(ask.url);
    ck_assert_int_lt(herder_fence(h, "c", &ask, &err), 0);
    ck_assert(ask.is_elsewhere);
    free(ask.url);
    ck_assert_int_lt(herder_set_target(h, "c", TARGET_STOPPED, &ask, &err), 0);
    ck_assert(!ask.is_elsewhere); /* that it is not there is known here */
    ck_assert_str_eq(err.msg, "Unknown connector c");
    ck_assert_int_lt(herder_request_restart(h, &restart, &ask, &status, &err), 0);
    ck_assert(!ask.is_elsewhere);
    ck_assert_str_eq(err.msg, "Unknown connector: c");
    ck_assert_int_lt(herder_restart_connector(h, "c", &ask, &err), 0);
    ck_assert_str_eq(err.msg, "Unknown connector: c");
}

START_TEST(only_the_leader_writes)
{
    struct group g;
    struct herder *h;
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct tern_config config;
    struct tern_error err;
    bool created;

    fakes_init();
    fakes.script.tasks = 1;
    group_init(&g, false);
    h = fake_herder(group_open, &g);
    fakes_wait(&fakes.rebalances, 1);
    ck_assert(!fakes.was_leader);
    fake_config(&map, "c", "1");
    config = strmap_config(&map);
    ck_assert_int_lt(solo_put_it(h, &config, true, &created, &err), 0);
    ck_assert_int_eq(err.code, TERN_ECONFLICT);
    check_elsewhere(h);
    fake_put_connector("c", "Script"); /* by the leader, assigned to us */
    fakes_wait_status("c", STATUS_CONNECTOR, "RUNNING");
    fakes_wait(&fakes.task_config_calls, 1);
    fakes_wait(&fakes.task_config_calls, 2); /* tried again: they could not be stored */
    ck_assert_int_eq(fakes.tasks_written, 0);
    fake_herder_end(h);
}
END_TEST

START_TEST(one_that_is_behind_catches_up)
{
    struct group g;
    struct herder *h;

    fakes_init();
    group_init(&g, true);
    g.extra_offset = 5;
    fakes.refresh_fails = 2;
    h = fake_herder(group_open, &g);
    fakes_wait(&fakes.rebalances, 1);
    ck_assert_int_eq(fakes.refresh_fails, 0);
    fake_herder_end(h);
    ck_assert_int_ge(g.leaves, 2); /* left while it could not read; and at the end */
}
END_TEST

START_TEST(a_broken_group_ends_it)
{
    struct group g;
    struct herder *h;

    fakes_init();
    group_init(&g, true);
    g.breaks = true;
    h = fake_herder(group_open, &g);
    fakes_wait_flag(&fakes.ended);
    ck_assert(fakes.ended_badly);
    ck_assert_str_eq(fakes.end_error, "the group is broken");
    fake_herder_end(h);
}
END_TEST

static void herder_group_suite(Suite *s)
{
    test_add(s, only_the_leader_writes);
    test_add(s, one_that_is_behind_catches_up);
    test_add(s, a_broken_group_ends_it);
}

TEST_MAIN("herder_group", herder_group_suite)
