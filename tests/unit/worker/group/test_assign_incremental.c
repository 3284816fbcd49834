/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random groups: workers come, go and miss rounds, leaders change, connectors are made, changed
 * and deleted. In every round nothing runs twice; when it is quiet again everything runs, once,
 * and every worker has its fair share.
 */
#include "worker/group/assign_incremental.h"

#include <stdio.h>

#include "tests/lib/testing.h"

enum {
    MEMBERS_MAX = 9,
    CONNECTORS_MAX = 6,
    TASKS_MAX = 12,
    SCENARIOS = 100,
    ROUNDS = 12,
    QUIET_ROUNDS = 24,
};

struct worker {
    char id[8];
    bool is_there;
    struct work_list owned;
};

struct group {
    unsigned seed;
    int64_t now_ms;
    int32_t generation, completed;
    struct assign_incremental leader;
    struct worker workers[MEMBERS_MAX];
    struct work configured;
};

/* Numerical Recipes' generator: the same everywhere. */
static unsigned pick(struct group *g, unsigned below)
{
    g->seed = g->seed * 1664525u + 1013904223u;
    return (g->seed >> 8) % below;
}

static void group_init(struct group *g, unsigned seed)
{
    static const int64_t delays_ms[] = {300000, 60000, 1000, 0};

    *g = (struct group){.seed = seed, .completed = -1};
    assign_incremental_init(&g->leader, delays_ms[pick(g, COUNT_OF(delays_ms))]);
    for (unsigned i = 0; i < MEMBERS_MAX; i++) {
        snprintf(g->workers[i].id, sizeof(g->workers[i].id), "w%u", i);
        g->workers[i].is_there = pick(g, 3) == 0;
    }
    g->workers[0].is_there = true;
}

static void group_fini(struct group *g)
{
    for (int i = 0; i < MEMBERS_MAX; i++)
        work_list_fini(&g->workers[i].owned);
    work_fini(&g->configured);
    assign_incremental_fini(&g->leader);
}

static void change_connector(struct group *g)
{
    char name[8];
    int32_t tasks = (int32_t)pick(g, TASKS_MAX);
    bool is_deleted = pick(g, 4) == 0;

    snprintf(name, sizeof(name), "c%u", pick(g, CONNECTORS_MAX));
    work_remove_connector(&g->configured, name);
    for (int32_t i = 0; i < TASKS_MAX; i++)
        work_remove_task(&g->configured, name, i);
    if (is_deleted)
        return;
    work_add_connector(&g->configured, name);
    for (int32_t i = 0; i < tasks; i++)
        work_add_task(&g->configured, name, i);
}

static void change_worker(struct group *g)
{
    struct worker *w = &g->workers[pick(g, MEMBERS_MAX)];

    w->is_there = !w->is_there;
    if (!w->is_there)
        work_list_fini(&w->owned);
}

static void change_leader(struct group *g)
{
    int64_t max_delay_ms = g->leader.max_delay_ms;

    assign_incremental_fini(&g->leader);
    assign_incremental_init(&g->leader, max_delay_ms);
}

static void change(struct group *g)
{
    switch (pick(g, 6)) {
    case 0:
    case 1:
        change_connector(g);
        break;
    case 2:
    case 3:
        change_worker(g);
        break;
    case 4:
        if (pick(g, 4) == 0)
            change_leader(g);
        break;
    default:
        g->now_ms += pick(g, 100000);
    }
}

/* Adds to set what must not be in it yet. */
static void add_new(struct work *set, const struct work *more)
{
    for (size_t i = 0; i < more->connector_count; i++)
        ck_assert(work_add_connector(set, more->connectors[i]));
    for (size_t i = 0; i < more->task_count; i++)
        ck_assert(work_add_task(set, more->tasks[i].connector, more->tasks[i].number));
}

/*
 * What is owned, less what is revoked, and what is assigned, is what the leader thinks is owned.
 * Lost work that is dealt to a candidate may be taken back at once, before it has it.
 */
static void check_share(const struct assign_member *member, const struct assign_share *share)
{
    CLEANUP(work_fini) struct work owned = WORK_INIT, assigned = WORK_INIT, revoked = WORK_INIT;

    work_list_copy_to(member->owned, &owned);
    work_list_copy_to(&share->revoked, &revoked);
    ck_assert_uint_eq(revoked.task_count, share->revoked.tasks.count);
    ck_assert_uint_eq(revoked.connector_count, share->revoked.connectors.count);
    work_remove_all(&owned, &revoked);
    work_list_copy_to(&share->assigned, &assigned);
    ck_assert_uint_eq(assigned.task_count, share->assigned.tasks.count);
    ck_assert_uint_eq(assigned.connector_count, share->assigned.connectors.count);
    add_new(&owned, &assigned);
    ck_assert(work_equal(&owned, &share->owns));
}

/* Nothing is given to one while another still runs it, to stop it only when it is told to. */
static void check_round(const struct assign_round *round, const struct assign_result *result)
{
    CLEANUP(work_fini) struct work running = WORK_INIT, owned = WORK_INIT;

    ck_assert_uint_eq(result->count, round->member_count);
    for (size_t i = 0; i < round->member_count; i++) {
        check_share(&round->members[i], &result->shares[i]);
        work_list_copy_to(round->members[i].owned, &running);
    }
    for (size_t i = 0; i < round->member_count; i++) {
        CLEANUP(work_fini) struct work assigned = WORK_INIT;

        work_list_copy_to(&result->shares[i].assigned, &assigned);
        add_new(&running, &assigned);
        add_new(&owned, &result->shares[i].owns);
    }
}

static void apply(struct worker *w, const struct assign_share *share)
{
    work_list_fini(&w->owned);
    work_list_add_all(&w->owned, &share->owns);
}

struct outcome {
    bool moved;
    int64_t delay_ms;
};

static struct outcome run_round(struct group *g, bool is_delivered)
{
    CLEANUP(assign_result_fini) struct assign_result result = {0};
    struct assign_member members[MEMBERS_MAX];
    struct worker *workers[MEMBERS_MAX];
    struct outcome outcome = {0};
    struct assign_round round = {
        .members = members,
        .configured = &g->configured,
        .now_ms = g->now_ms,
        .generation = ++g->generation,
        .last_completed_generation = g->completed,
    };

    for (int i = 0; i < MEMBERS_MAX; i++) {
        if (!g->workers[i].is_there)
            continue;
        workers[round.member_count] = &g->workers[i];
        members[round.member_count++] =
            (struct assign_member){g->workers[i].id, &g->workers[i].owned};
    }
    assign_incremental(&g->leader, &round, &result);
    check_round(&round, &result);
    for (size_t i = 0; i < result.count; i++) {
        outcome.moved |= !work_list_is_empty(&result.shares[i].assigned) ||
                         !work_list_is_empty(&result.shares[i].revoked);
        if (is_delivered || pick(g, 2) == 0)
            apply(workers[i], &result.shares[i]);
    }
    if (is_delivered)
        g->completed = g->generation;
    outcome.delay_ms = result.delay_ms;
    return outcome;
}

/*
 * Rounds until nothing moves and nothing is waited for. That takes two: a leader without a
 * history sees in the first what others run, and in the second that some of it was deleted.
 */
static void settle(struct group *g)
{
    int quiet = 0;

    for (int i = 0; i < QUIET_ROUNDS; i++) {
        struct outcome outcome = run_round(g, true);

        quiet = outcome.moved || outcome.delay_ms ? 0 : quiet + 1;
        if (quiet == 2)
            return;
        g->now_ms += outcome.delay_ms;
    }
    ck_abort_msg("still moving after %d quiet rounds", QUIET_ROUNDS);
}

static void check_fair(size_t count, size_t total, size_t members)
{
    ck_assert_uint_ge(count, total / members);
    ck_assert_uint_le(count, (total + members - 1) / members);
}

static void check_settled(const struct group *g)
{
    CLEANUP(work_fini) struct work running = WORK_INIT;
    size_t members = 0;

    for (int i = 0; i < MEMBERS_MAX; i++)
        members += g->workers[i].is_there;
    for (int i = 0; i < MEMBERS_MAX; i++) {
        const struct work_list *owned = &g->workers[i].owned;

        if (!g->workers[i].is_there)
            continue;
        work_list_copy_to(owned, &running);
        check_fair(owned->connectors.count, g->configured.connector_count, members);
        check_fair(owned->tasks.count, g->configured.task_count, members);
    }
    ck_assert(work_equal(&running, &g->configured));
}

static bool is_anybody_there(const struct group *g)
{
    for (int i = 0; i < MEMBERS_MAX; i++) {
        if (g->workers[i].is_there)
            return true;
    }
    return false;
}

START_TEST(random_groups)
{
    for (unsigned i = 0; i < SCENARIOS; i++) {
        CLEANUP(group_fini) struct group g;

        group_init(&g, (unsigned)_i * SCENARIOS + i);
        for (int round = 0; round < ROUNDS; round++) {
            for (unsigned n = pick(&g, 4); n > 0; n--)
                change(&g);
            run_round(&g, pick(&g, 8) != 0);
        }
        if (!is_anybody_there(&g))
            continue;
        settle(&g);
        check_settled(&g);
    }
}
END_TEST

/* A worker that bounces gets its own back, and nobody else's work moves meanwhile. */
START_TEST(bounce)
{
    CLEANUP(group_fini) struct group g;
    struct outcome outcome;

    group_init(&g, 4);
    assign_incremental_fini(&g.leader);
    assign_incremental_init(&g.leader, 60000);
    for (int i = 0; i < MEMBERS_MAX; i++)
        g.workers[i].is_there = i < 3;
    for (int32_t i = 0; i < 9; i++)
        work_add_task(&g.configured, "c", i);
    settle(&g);
    work_list_fini(&g.workers[1].owned);
    g.workers[1].is_there = false;
    outcome = run_round(&g, true);
    ck_assert(!outcome.moved && outcome.delay_ms == 60000);
    g.now_ms += 20000;
    g.workers[1].is_there = true;
    outcome = run_round(&g, true);
    ck_assert(!outcome.moved && outcome.delay_ms == 40000);
    g.now_ms += 40000;
    outcome = run_round(&g, true);
    ck_assert(outcome.moved && outcome.delay_ms == 0);
    ck_assert_uint_eq(g.workers[1].owned.tasks.count, 3);
    check_settled(&g);
}
END_TEST

START_TEST(nobody)
{
    CLEANUP(assign_result_fini) struct assign_result result = {0};
    struct work configured = WORK_INIT;
    const struct assign_round round = {.configured = &configured};
    struct assign_incremental a;

    assign_incremental_init(&a, 1000);
    assign_incremental(&a, &round, &result);
    ck_assert_uint_eq(result.count, 0);
    assign_incremental_fini(&a);
}
END_TEST

/* A worker that tells the same item twice holds it once. */
START_TEST(repeated_item)
{
    CLEANUP(assign_result_fini) struct assign_result result = {0};
    CLEANUP(work_fini) struct work configured = WORK_INIT;
    struct work_list owned = {0};
    const struct assign_member member = {"w", &owned};
    const struct assign_round round = {
        .members = &member,
        .member_count = 1,
        .configured = &configured,
        .generation = 1,
        .last_completed_generation = -1,
    };
    struct assign_incremental a;

    work_add_task(&configured, "c", 0);
    work_list_add(&owned, "c", 0);
    work_list_add(&owned, "c", 0);
    assign_incremental_init(&a, 1000);
    assign_incremental(&a, &round, &result);
    ck_assert(work_list_is_empty(&result.shares[0].revoked));
    ck_assert(work_list_is_empty(&result.shares[0].assigned));
    ck_assert(work_equal(&result.shares[0].owns, &configured));
    work_list_fini(&owned);
    assign_incremental_fini(&a);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, random_groups, 4);
    test_add(suite, bounce);
    test_add(suite, nobody);
    test_add(suite, repeated_item);
}

TEST_MAIN("assign_incremental", fill)
