/* SPDX-License-Identifier: Apache-2.0 */
/* What REST and other workers ask of a herder. */
#include "tests/lib/testing.h"
#include "tests/sim/worker/herder/solo.h"

START_TEST(what_a_connector_is)
{
    struct herder *h = solo_started(2);
    struct herder_connector_info info;
    struct task_configs tasks;
    struct status status;
    struct tern_error err;
    char *id;

    solo_put(h, "c", "1");
    fakes_wait_status("c", 1, "RUNNING");
    ck_assert_ok(herder_connector_info(h, "c", solo_soon(), &info, &err), err);
    ck_assert_str_eq(info.name, "c");
    ck_assert_str_eq(info.type, "source");
    ck_assert_int_eq(info.task_count, 2);
    ck_assert_str_eq(strmap_get(config_ref_map(info.config), "v"), "1");
    herder_connector_info_fini(&info);
    ck_assert_ok(herder_task_configs(h, "c", solo_soon(), &tasks, &err), err);
    ck_assert_int_eq(tasks.count, 2);
    ck_assert_str_eq(strmap_get(config_ref_map(tasks.at[1]), "task.class"), "ScriptTask");
    task_configs_fini(&tasks);
    ck_assert_ok(herder_task_status(h, "c", 1, &status, &err), err);
    status_fini(&status);
    ck_assert_int_lt(herder_task_status(h, "c", 7, &status, &err), 0);
    ck_assert_str_eq(err.msg, "No status found for task c-7");
    ck_assert_int_lt(herder_connector_info(h, "x", solo_soon(), &info, &err), 0);
    ck_assert_int_eq(err.code, TERN_ENOTFOUND);
    ck_assert_str_eq(err.msg, "Connector x not found");
    ck_assert_ok(herder_ping(h, solo_soon(), &err), err);
    id = herder_cluster_id(h);
    ck_assert_str_eq(id, "id");
    free(id);
    fake_herder_end(h);
    ck_assert_int_lt(fakes.tasks_running, 1);
}
END_TEST

static int put_expecting(struct herder *h, const char *value, struct config_ref *expected,
                         struct tern_error *err)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct tern_config config;
    struct herder_put p = {.name = "c", .config = &config, .may_replace = true};
    struct herder_connector_info info;
    bool created;

    fake_config(&map, "c", value);
    config = strmap_config(&map);
    p.expected = expected;
    if (herder_put_connector(h, &p, solo_soon(), &info, &created, err) < 0)
        return -1;
    ck_assert(!created);
    ck_assert_str_eq(strmap_get(config_ref_map(info.config), "v"), value);
    herder_connector_info_fini(&info);
    return 0;
}

START_TEST(a_patch_that_is_overtaken)
{
    struct herder *h = solo_started(1);
    struct config_ref *stored;
    struct tern_error err;

    ck_assert_int_lt(herder_stored_config(h, "c", solo_soon(), &stored, &err), 0);
    ck_assert_int_eq(err.code, TERN_ENOTFOUND);
    solo_put(h, "c", "1");
    ck_assert_ok(herder_stored_config(h, "c", solo_soon(), &stored, &err), err);
    solo_put(h, "c", "2");
    ck_assert_int_lt(put_expecting(h, "3", stored, &err), 0);
    ck_assert_int_eq(err.code, TERN_ERETRIABLE);
    config_ref_unref(stored);
    ck_assert_ok(herder_stored_config(h, "c", solo_soon(), &stored, &err), err);
    ck_assert_ok(put_expecting(h, "3", stored, &err), err);
    config_ref_unref(stored);
    fake_herder_end(h);
}
END_TEST

/* Asks until no rebalance is due. */
static int request_restart(struct herder *h, const struct restart_request *request,
                           struct herder_connector_status *ret_status, struct tern_error *err)
{
    int rc;

    do {
        rc = herder_request_restart(h, request, solo_soon(), ret_status, err);
    } while (rc < 0 && err->code == TERN_ECONFLICT);
    return rc;
}

START_TEST(restart_requests)
{
    struct herder *h = solo_started(2);
    const struct restart_request all = {"c", true, false}, failed = {"c", true, true};
    const struct restart_request unknown = {"x", true, false};
    struct herder_connector_status status;
    struct tern_error err;

    ck_assert_int_lt(request_restart(h, &unknown, &status, &err), 0);
    ck_assert_str_eq(err.msg, "Unknown connector: x");
    solo_put(h, "c", "1");
    fakes_wait_status("c", 1, "RUNNING");
    fake_put_status("c", 1, RUN_FAILED, 1);
    ck_assert_ok(request_restart(h, &failed, &status, &err), err);
    ck_assert_int_eq(status.connector.state, RUN_RUNNING);
    ck_assert_int_eq(status.tasks[0].status.state, RUN_RUNNING);
    ck_assert_int_eq(status.tasks[1].status.state, RUN_RESTARTING);
    herder_connector_status_fini(&status);
    fakes_wait(&fakes.task_starts, 3);
    ck_assert_ok(request_restart(h, &all, &status, &err), err);
    ck_assert_int_eq(status.connector.state, RUN_RESTARTING);
    ck_assert_str_eq(status.type, "source");
    herder_connector_status_fini(&status);
    fakes_wait(&fakes.task_starts, 5);
    fake_herder_end(h);
}
END_TEST

START_TEST(tasks_of_another_worker)
{
    static const struct tern_config_entry entry[] = {{"task.class", "ScriptTask"}, {"v", "other"}};
    const struct tern_config task = {entry, 2};
    struct herder *h = solo_started(1);
    struct tern_error err;

    ck_assert_int_lt(herder_put_tasks(h, "c", &task, 1, solo_soon(), &err), 0);
    ck_assert_int_eq(err.code, TERN_ENOTFOUND);
    solo_put(h, "c", "1");
    fakes_wait_status("c", 0, "RUNNING");
    ck_assert_ok(herder_put_tasks(h, "c", &task, 1, solo_soon(), &err), err);
    fakes_wait(&fakes.task_starts, 2);
    ck_assert_str_eq(fakes.last_task_value, "other");
    ck_assert_ok(herder_set_target(h, "c", TARGET_STOPPED, solo_soon(), &err), err);
    ck_assert_int_lt(herder_put_tasks(h, "c", &task, 1, solo_soon(), &err), 0);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    ck_assert_str_eq(err.msg,
                     "Cannot submit non-empty set of task configs for stopped connector c");
    ck_assert_ok(herder_put_tasks(h, "c", NULL, 0, solo_soon(), &err), err);
    fake_herder_end(h);
}
END_TEST

/* Who ran the connector before may have had none, and say so last. */
START_TEST(no_tasks_of_another_worker)
{
    struct herder *h = solo_started(1);
    struct tern_error err;

    solo_put(h, "c", "1");
    fakes_wait(&fakes.task_starts, 1);
    ck_assert_ok(herder_put_tasks(h, "c", NULL, 0, solo_soon(), &err), err);
    fakes_wait(&fakes.task_starts, 2);
    ck_assert_int_eq(fakes.connector_starts, 1);
    fakes_wait(&fakes.tasks_written, 3);
    fake_herder_end(h);
}
END_TEST

static void herder_requests_suite(Suite *s)
{
    test_add(s, what_a_connector_is);
    test_add(s, a_patch_that_is_overtaken);
    test_add(s, restart_requests);
    test_add(s, tasks_of_another_worker);
    test_add(s, no_tasks_of_another_worker);
}

TEST_MAIN("herder_requests", herder_requests_suite)
