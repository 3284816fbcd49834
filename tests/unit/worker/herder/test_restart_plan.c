/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/herder/restart_plan.h"

#include <string.h>

#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

static const struct {
    bool only_failed, include_tasks;
    int rank;
    const char *plan; /* with the connector and its task 1 FAILED, task 0 RUNNING, task 2 unknown */
    const char *healthy; /* with everything RUNNING */
} rows[] = {
    {true, false, 0, "connectors [c], tasks []", "connectors [], tasks []"},
    {true, true, 1, "connectors [c], tasks [c-1]", "connectors [], tasks []"},
    {false, false, 2, "connectors [c], tasks []", "connectors [c], tasks []"},
    {false, true, 3, "connectors [c], tasks [c-0, c-1, c-2]",
     "connectors [c], tasks [c-0, c-1, c-2]"},
};

struct states {
    bool exists, healthy;
};

static bool state_of(void *arg, const char *connector, int32_t task, enum run_state *ret_state)
{
    const struct states *s = arg;

    ck_assert_str_eq(connector, "c");
    if (!s->exists || task == 2)
        return false;
    *ret_state = task == 0 || s->healthy ? RUN_RUNNING : RUN_FAILED;
    return true;
}

static void fill(struct work *candidates)
{
    work_add_connector(candidates, "c");
    for (int32_t i = 0; i < 3; i++)
        work_add_task(candidates, "c", i);
    work_add_connector(candidates, "other");
    work_add_task(candidates, "other", 0);
}

static void check(const struct restart_request *request, struct states states, const char *wanted)
{
    CLEANUP(work_fini) struct work candidates = WORK_INIT;
    CLEANUP(work_fini) struct work plan = WORK_INIT;
    CLEANUP(freep) char *text = NULL;

    fill(&candidates);
    ck_assert(restart_plan(request, &candidates, state_of, &states, &plan));
    text = work_text(&plan);
    ck_assert_str_eq(text, wanted);
}

START_TEST(plans)
{
    const struct restart_request request = {
        .connector = "c",
        .only_failed = rows[_i].only_failed,
        .include_tasks = rows[_i].include_tasks,
    };

    ck_assert_int_eq(restart_rank(&request), rows[_i].rank);
    check(&request, (struct states){.exists = true}, rows[_i].plan);
    check(&request, (struct states){.exists = true, .healthy = true}, rows[_i].healthy);
}
END_TEST

START_TEST(without_a_status_there_is_no_plan)
{
    const struct restart_request request = {.connector = "c", .include_tasks = true};
    CLEANUP(work_fini) struct work candidates = WORK_INIT;
    CLEANUP(work_fini) struct work plan = WORK_INIT;
    struct states none = {0};

    fill(&candidates);
    ck_assert(!restart_plan(&request, &candidates, state_of, &none, &plan));
    ck_assert(work_is_empty(&plan));
}
END_TEST

START_TEST(only_what_is_here_is_planned)
{
    const struct restart_request request = {.connector = "c", .include_tasks = true};
    CLEANUP(work_fini) struct work candidates = WORK_INIT;
    CLEANUP(work_fini) struct work plan = WORK_INIT;
    CLEANUP(freep) char *text = NULL;
    struct states all = {.exists = true};

    work_add_task(&candidates, "c", 1); /* the connector runs elsewhere */
    ck_assert(restart_plan(&request, &candidates, state_of, &all, &plan));
    text = work_text(&plan);
    ck_assert_str_eq(text, "connectors [], tasks [c-1]");
}
END_TEST

START_TEST(the_higher_rank_stays)
{
    CLEANUP(restart_queue_fini) struct restart_queue q = {0};
    const struct restart_request low = {"c", true, true}, high = {"c", false, false};
    const struct restart_request same = {"c", true, true}, other = {"d", false, true};

    restart_queue_add(&q, &low);
    restart_queue_add(&q, &high);
    restart_queue_add(&q, &same);
    restart_queue_add(&q, &other);
    ck_assert_uint_eq(q.count, 2);
    ck_assert_str_eq(q.at[0].connector, "c");
    ck_assert(!q.at[0].include_tasks && !q.at[0].only_failed);
    ck_assert_str_eq(q.at[1].connector, "d");
}
END_TEST

static void restart_suite(Suite *s)
{
    test_add_rows(s, plans, COUNT_OF(rows));
    test_add(s, without_a_status_there_is_no_plan);
    test_add(s, only_what_is_here_is_planned);
    test_add(s, the_higher_rank_stays);
}

TEST_MAIN("restart_plan", restart_suite)
