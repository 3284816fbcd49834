/* SPDX-License-Identifier: Apache-2.0 */
/* A real plugin, tests/plugins/good.c, opened from its shared object and run as connector and task.
 */
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"
#include "tests/unit/worker/task/journal.h"
#include "tests/unit/worker/task/task_bench.h"
#include "worker/plugin/plugin_registry.h"
#include "worker/task/connector_run.h"

static struct plugin_registry *registry;

static const struct connector_plugin *good(void)
{
    CLEANUP(freep) char *path = xasprintf("%s/tests/plugins/good.so", TERN_BUILD_DIR);
    const struct connector_plugin *plugin;
    struct tern_error err;

    registry = plugin_registry_open_with(path, NULL);
    ck_assert_ok(plugin_registry_connector(registry, "GoodSource", &plugin, &err), err);
    return plugin;
}

static void init(struct bench *b)
{
    const struct fake_stage_conf stage = FAKE_STAGE_CONF;

    bench_init(b, &(struct fake_script){0}, &stage);
    b->plugin = good();
    strmap_set(&b->connector, "test.task", "0");
    strmap_set(&b->connector, "test.total", "25");
    strmap_set(&b->connector, "test.bytes", "8");
}

static void fini(struct bench *b)
{
    bench_fini(b);
    plugin_registry_free(registry);
}

START_TEST(task_runs_and_resumes)
{
    CLEANUP(freep) char *value = NULL;
    struct bench b;

    init(&b);
    fake_store_set(b.store, "[\"c\",{\"task\":\"0\"}]", "{\"n\":4}");
    bench_start(&b, TARGET_STARTED);
    ck_assert(fake_stage_wait_acked(20));
    bench_stop(&b);
    ck_assert_uint_eq(fake_stage_count(), 20);
    ck_assert_str_eq(fake_stage_record(0)->topic, "test");
    ck_assert_str_eq(fake_stage_record(0)->key, "0:5");
    ck_assert_str_eq(fake_stage_record(0)->value, "0:5:xxxx");
    ck_assert_str_eq(fake_stage_record(19)->value, "0:24:xxx");
    value = fake_store_get(b.store, "[\"c\",{\"task\":\"0\"}]");
    ck_assert_str_eq(value, "{\"n\":24}");
    fini(&b);
}
END_TEST

START_TEST(task_fails_where_told)
{
    CLEANUP(freep) char *trace = NULL;
    struct bench b;

    init(&b);
    strmap_set(&b.connector, "test.fail", "poll");
    strmap_set(&b.connector, "test.fail.after", "10");
    bench_start(&b, TARGET_STARTED);
    ck_assert(journal_wait("c/0 failure", 1));
    trace = fake_listener_trace();
    ck_assert(str_starts_with(
        trace, "org.apache.kafka.connect.errors.ConnectException: test failure in poll\n\tat "));
    bench_stop(&b);
    ck_assert_uint_eq(fake_stage_count(), 10);
    fini(&b);
}
END_TEST

/* The thread is left behind in the plugin: so is what the plugin's code lives in. */
START_TEST(task_hangs_where_told)
{
    struct bench b;

    init(&b);
    strmap_set(&b.connector, "test.hang", "stop");
    bench_start(&b, TARGET_STARTED);
    ck_assert(journal_wait("c/0 startup", 1));
    source_task_stop(b.task);
    source_task_await(TAKE(b.task), clock_deadline_ms(20));
    ck_assert_uint_eq(journal_count("c/0 shutdown"), 0);
    fini(&b);
}
END_TEST

static void on_tasks(void *arg, const struct tern_config *tasks, size_t count,
                     const struct tern_error *err)
{
    (void)arg;
    ck_assert_ptr_null(err);
    for (size_t i = 0; i < count; i++)
        journal_add("task %s", config_get(&tasks[i], "test.task"));
    journal_add("tasks done");
}

START_TEST(connector_makes_tasks)
{
    struct strmap map = STRMAP_INIT;
    struct config_ref *config;
    struct connector_run *c;

    fake_plugin_script(&(struct fake_script){0});
    strmap_set(&map, "tasks.max", "3");
    strmap_set(&map, "test.tasks", "3");
    config = config_ref_new(&map);
    c = connector_run_start(
        &(struct connector_run_conf){
            .name = "c", .plugin = good(), .config = config, .listener = &fake_listener},
        TARGET_STARTED, NULL, NULL);
    config_ref_unref(config);
    connector_run_task_configs(c, 3, on_tasks, NULL);
    ck_assert(journal_wait("tasks done", 1));
    ck_assert_uint_eq(journal_count("task 2"), 1);
    connector_run_stop(c);
    connector_run_await(c, clock_deadline_ms(JOURNAL_WAIT_MS));
    plugin_registry_free(registry);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, task_runs_and_resumes);
    test_add(suite, task_fails_where_told);
    test_add(suite, task_hangs_where_told);
    test_add(suite, connector_makes_tasks);
}

TEST_MAIN("good_plugin", fill)
