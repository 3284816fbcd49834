/* SPDX-License-Identifier: Apache-2.0 */
/* Connector instances on their threads: every way in and out of every state, and plugins that hang.
 */
#include "worker/task/connector_run.h"

#include <inttypes.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/thread.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"
#include "tests/unit/worker/task/fake_plugin.h"
#include "tests/unit/worker/task/journal.h"

static void on_done(void *arg, const struct tern_error *err)
{
    journal_add("%s: %s", (const char *)arg, err ? err->msg : "ok");
}

static void on_tasks(void *arg, const struct tern_config *tasks, size_t count,
                     const struct tern_error *err)
{
    const char *name = arg;

    if (err) {
        journal_add("%s: %s (%d)", name, err->msg, (int)err->code);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        ck_assert_uint_eq(tasks[i].count, 2);
        ck_assert_str_eq(tasks[i].entries[0].key, "a"); /* sorted now */
        journal_add("%s: task %s", name, tasks[i].entries[0].value);
    }
    journal_add("%s: ok", name);
}

static void on_reconfigure(void *arg, const char *connector)
{
    (void)arg;
    journal_add("reconfigure %s", connector);
}

/* Starts connector c with a config of name=c and key=value. */
static struct connector_run *start_with(const struct fake_script *script, enum target_state target,
                                        const char *key, const char *value)
{
    struct strmap map = STRMAP_INIT;
    struct config_ref *config;
    struct connector_run *c;

    strmap_set(&map, "name", "c");
    if (key)
        strmap_set(&map, key, value);
    config = config_ref_new(&map);
    fake_plugin_script(script);
    c = connector_run_start(
        &(struct connector_run_conf){
            .name = "c",
            .plugin = fake_plugin(),
            .config = config,
            .listener = &fake_listener,
            .reconfigure = on_reconfigure,
        },
        target, on_done, (void *)(uintptr_t) "first");
    config_ref_unref(config);
    return c;
}

static struct connector_run *start(const struct fake_script *script, enum target_state target)
{
    return start_with(script, target, NULL, NULL);
}

static void go(struct connector_run *c, enum target_state target, const char *name)
{
    connector_run_transition(c, target, on_done, (void *)(uintptr_t)name);
}

static void end(struct connector_run *c)
{
    connector_run_stop(c);
    connector_run_await(c, clock_deadline_ms(JOURNAL_WAIT_MS));
}

static void expect_journal(const char *expected)
{
    CLEANUP(freep) char *text = journal_text(NULL);

    ck_assert_str_eq(text, expected);
}

static const struct {
    enum target_state target;
    const char *journal;
} first_cases[] = {
    {TARGET_STARTED, "connector.start c c/-1 startup first: ok connector.stop stopping "
                     "c/-1 shutdown"},
    {TARGET_PAUSED, "c/-1 pause first: ok c/-1 shutdown"},
    {TARGET_STOPPED, "c/-1 stop first: ok c/-1 shutdown"},
};

START_TEST(first_target)
{
    struct connector_run *c = start(&(struct fake_script){0}, first_cases[_i].target);

    ck_assert(journal_wait("first: ok", 1));
    ck_assert(connector_run_is_started(c) == (first_cases[_i].target == TARGET_STARTED));
    end(c);
    expect_journal(first_cases[_i].journal);
}
END_TEST

START_TEST(round_trip)
{
    struct connector_run *c = start(&(struct fake_script){0}, TARGET_STARTED);

    ck_assert(journal_wait("first: ok", 1));
    go(c, TARGET_STARTED, "again");
    ck_assert(journal_wait("again: ok", 1));
    go(c, TARGET_PAUSED, "pause");
    ck_assert(journal_wait("pause: ok", 1));
    ck_assert(!connector_run_is_started(c));
    go(c, TARGET_STARTED, "resume");
    ck_assert(journal_wait("resume: ok", 1));
    ck_assert(connector_run_is_started(c));
    go(c, TARGET_STOPPED, "stop");
    ck_assert(journal_wait("stop: ok", 1));
    go(c, TARGET_PAUSED, "pause2");
    ck_assert(journal_wait("pause2: ok", 1));
    go(c, TARGET_STARTED, "resume2");
    ck_assert(journal_wait("resume2: ok", 1));
    end(c);
    expect_journal(
        "connector.start c c/-1 startup first: ok again: ok connector.stop stopping "
        "c/-1 pause pause: ok connector.start c c/-1 resume resume: ok connector.stop "
        "stopping c/-1 stop stop: ok c/-1 pause pause2: ok connector.start c c/-1 resume "
        "resume2: ok connector.stop stopping c/-1 shutdown");
}
END_TEST

START_TEST(failing_start)
{
    const struct fake_script script = {.fail = "connector.start", .fail_code = TERN_EINVALID};
    struct connector_run *c = start(&script, TARGET_STARTED);
    CLEANUP(freep) char *trace = NULL;

    ck_assert(journal_wait("first: Failed to transition connector c to state STARTED: "
                           "connector.start fails",
                           1));
    ck_assert(!connector_run_is_started(c));
    trace = fake_listener_trace();
    ck_assert(str_starts_with(trace, "org.apache.kafka.common.config.ConfigException: "
                                     "connector.start fails\n\tat "));
    go(c, TARGET_STARTED, "a");
    ck_assert(journal_wait("a: WorkerConnector{id=c} Cannot transition connector to STARTED since "
                           "it has failed",
                           1));
    go(c, TARGET_PAUSED, "b");
    ck_assert(journal_wait("b: WorkerConnector{id=c} Cannot transition connector to PAUSED since "
                           "it has failed",
                           1));
    connector_run_task_configs(c, 1, on_tasks, (void *)(uintptr_t) "tasks");
    ck_assert(journal_wait("tasks: Connector c is not running (3)", 1));
    go(c, TARGET_STOPPED, "s");
    ck_assert(journal_wait("s: ok", 1));
    end(c);
    ck_assert_uint_eq(journal_count("c/-1 failure"), 1);
    ck_assert_uint_eq(journal_count("c/-1 stop"), 1);
    ck_assert_uint_eq(journal_count("connector.stop stopping"), 0);
    ck_assert_uint_eq(journal_count("c/-1 shutdown"), 1);
}
END_TEST

START_TEST(task_configs)
{
    struct connector_run *c =
        start_with(&(struct fake_script){.tasks = 2}, TARGET_STARTED, "tasks.max", "4");

    connector_run_task_configs(c, 4, on_tasks, (void *)(uintptr_t) "tasks");
    ck_assert(journal_wait("tasks: ok", 1));
    end(c);
    expect_journal(
        "connector.start c c/-1 startup first: ok connector.task_configs 4 tasks: task 0 "
        "tasks: task 1 tasks: ok connector.stop stopping c/-1 shutdown");
}
END_TEST

static const struct tasks_case {
    struct fake_script script;
    const char *enforce;
    const char *answer;
    bool failed;
} tasks_cases[] = {
    {{.fail = "connector.task_configs", .fail_code = TERN_ERETRIABLE},
     NULL,
     "t: connector.task_configs fails (5)",
     false},
    {{.fail = "connector.task_configs", .fail_code = TERN_EINTERNAL},
     NULL,
     "t: connector.task_configs fails (6)",
     true},
    {{.tasks = 3},
     NULL,
     "t: The connector c has generated 3 tasks, which is greater than 1, the maximum number of "
     "tasks it is configured to create. This behaviour should be considered a bug and is "
     "disallowed. If necessary, it can be permitted by reconfiguring the connector with "
     "'tasks.max.enforce' set to false; however, this option will be removed in a future release of "
     "Kafka Connect. (1)",
     true},
    {{.tasks = 3}, "false", "t: ok", false},
};

START_TEST(task_configs_that_fail)
{
    const struct tasks_case *row = &tasks_cases[_i];
    struct connector_run *c = start_with(&row->script, TARGET_STARTED,
                                         row->enforce ? "tasks.max.enforce" : NULL, row->enforce);
    CLEANUP(freep) char *trace = NULL;

    connector_run_task_configs(c, 1, on_tasks, (void *)(uintptr_t) "t");
    ck_assert(journal_wait(row->answer, 1));
    ck_assert(connector_run_is_started(c) == !row->failed);
    end(c);
    ck_assert_uint_eq(journal_count("c/-1 failure"), row->failed);
    trace = fake_listener_trace();
    if (row->script.tasks == 3 && row->failed)
        ck_assert(str_starts_with(
            trace, "org.apache.kafka.connect.runtime.TooManyTasksException: The connector c has "));
    /* It was running, so it is stopped, failed or not. */
    ck_assert_uint_eq(journal_count("connector.stop stopping"), 1);
}
END_TEST

START_TEST(raised_error)
{
    struct connector_run *c = start(&(struct fake_script){.raise_at_start = true}, TARGET_STARTED);
    CLEANUP(freep) char *trace = NULL;

    ck_assert(journal_wait("c/-1 failure", 1));
    trace = fake_listener_trace();
    ck_assert(str_starts_with(
        trace, "org.apache.kafka.connect.errors.ConnectException: raised on purpose\n\tat "));
    go(c, TARGET_PAUSED, "p");
    ck_assert(
        journal_wait("p: WorkerConnector{id=c} Cannot transition connector to PAUSED since it "
                     "has failed",
                     1));
    go(c, TARGET_STOPPED, "s");
    ck_assert(journal_wait("s: ok", 1));
    end(c);
    ck_assert_uint_eq(journal_count("c/-1 failure"), 1);
    ck_assert_uint_eq(journal_count("connector.stop stopping"), 1);
}
END_TEST

/* While start() hangs, changes of state replace one another. */
START_TEST(preemption)
{
    struct connector_run *c =
        start(&(struct fake_script){.hang = "connector.start"}, TARGET_STARTED);

    ck_assert(journal_wait("hangs in connector.start", 1));
    go(c, TARGET_PAUSED, "a");
    go(c, TARGET_STOPPED, "b");
    ck_assert_uint_eq(
        journal_count(
            "a: Could not begin changing connector state to PAUSED before another request "
            "to change state was made; the new request (which is to change the state to "
            "STOPPED) has pre-empted this one"),
        1);
    fake_plugin_release();
    ck_assert(journal_wait("b: ok", 1));
    end(c);
    expect_journal(
        "connector.start c hangs in connector.start a: Could not begin changing connector "
        "state to PAUSED before another request to change state was made; the new request "
        "(which is to change the state to STOPPED) has pre-empted this one c/-1 startup "
        "first: ok connector.stop stopping c/-1 stop b: ok c/-1 shutdown");
}
END_TEST

START_TEST(shutdown_with_requests_waiting)
{
    struct connector_run *c =
        start(&(struct fake_script){.hang = "connector.start", .tasks = 1}, TARGET_STARTED);

    ck_assert(journal_wait("hangs in connector.start", 1));
    go(c, TARGET_PAUSED, "a");
    connector_run_task_configs(c, 1, on_tasks, (void *)(uintptr_t) "t1");
    connector_run_task_configs(c, 1, on_tasks, (void *)(uintptr_t) "t2");
    connector_run_stop(c);
    connector_run_task_configs(c, 1, on_tasks, (void *)(uintptr_t) "late");
    ck_assert_uint_eq(journal_count("late: Connector c has been scheduled for shutdown (3)"), 1);
    fake_plugin_release();
    connector_run_await(c, clock_deadline_ms(JOURNAL_WAIT_MS));
    ck_assert_uint_eq(journal_count("a: Could not begin changing connector state to PAUSED as the "
                                    "connector has been scheduled for shutdown"),
                      1);
    ck_assert_uint_eq(journal_count("t1: Connector c has been scheduled for shutdown (3)"), 1);
    ck_assert_uint_eq(journal_count("t2: Connector c has been scheduled for shutdown (3)"), 1);
    ck_assert_uint_eq(journal_count("first: ok"), 1);
    ck_assert_uint_eq(journal_count("c/-1 shutdown"), 1);
}
END_TEST

static const char *const hang_places[] = {"connector.start", "connector.task_configs",
                                          "connector.stop"};

/* A plugin that does not return is left behind; when it does, nothing is told any more. */
START_TEST(abandoned)
{
    struct connector_run *c =
        start(&(struct fake_script){.hang = hang_places[_i], .tasks = 1}, TARGET_STARTED);
    CLEANUP(freep) char *line = xasprintf("hangs in %s", hang_places[_i]);
    CLEANUP(freep) char *before = NULL, *after = NULL;

    connector_run_task_configs(c, 1, on_tasks, (void *)(uintptr_t) "t");
    if (_i == 2)
        ck_assert(journal_wait("t: ok", 1));
    else
        ck_assert(journal_wait(line, 1));
    connector_run_stop(c);
    ck_assert(journal_wait(line, 1));
    connector_run_await(c, clock_deadline_ms(30));
    ck_assert_uint_eq(journal_count("c/-1 shutdown"), 1);
    if (_i == 0)
        ck_assert_uint_eq(
            journal_count("first: Could not begin changing connector state to STARTED "
                          "as the connector has been scheduled for shutdown"),
            1);
    if (_i < 2)
        ck_assert_uint_eq(journal_count("t: Connector c has been scheduled for shutdown (3)"), 1);
    before = journal_text("connector.stop");
    fake_plugin_release();
    while (fake_plugin_counts().started != fake_plugin_counts().stopped ||
           fake_plugin_counts().started == 0)
        sched_yield();
    after = journal_text("connector.stop");
    ck_assert_str_eq(before, after);
}
END_TEST

/* Changes of state in any order, from a herder that does not wait: every request is answered once.
 */
START_TEST(random_changes)
{
    unsigned seed = (unsigned)_i + 1;
    struct connector_run *c = start(&(struct fake_script){.tasks = 1}, TARGET_STARTED);
    size_t asked = 1, answered = 0;
    CLEANUP(freep) char *text = NULL;

    for (int i = 0; i < 200; i++) {
        int what = rand_r(&seed) % 5;

        asked++;
        if (what < 3)
            go(c, (enum target_state)what, "r");
        else
            connector_run_task_configs(c, 1, on_tasks, (void *)(uintptr_t) "r");
        if (rand_r(&seed) % 7 == 0)
            sched_yield();
    }
    end(c);
    text = journal_text("c/");
    for (const char *at = text; (at = strstr(at, "r: ")); at++)
        answered += strncmp(at, "r: task", 7) != 0;
    answered += strstr(text, "first: ") != NULL;
    ck_assert_uint_eq(answered, asked);
    ck_assert_uint_eq(fake_plugin_counts().started, fake_plugin_counts().stopped);
    ck_assert_uint_eq(journal_count("c/-1 shutdown"), 1);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, first_target, COUNT_OF(first_cases));
    test_add(suite, round_trip);
    test_add(suite, failing_start);
    test_add(suite, task_configs);
    test_add_rows(suite, task_configs_that_fail, COUNT_OF(tasks_cases));
    test_add(suite, raised_error);
    test_add(suite, preemption);
    test_add(suite, shutdown_with_requests_waiting);
    test_add_rows(suite, abandoned, COUNT_OF(hang_places));
    test_add_rows(suite, random_changes, 10);
}

TEST_MAIN("connector_run", fill)
