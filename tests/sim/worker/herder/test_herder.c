/* SPDX-License-Identifier: Apache-2.0 */
/* Connectors and tasks of one herder: they run, change, are restarted, stop and go. */
#include "tests/lib/testing.h"
#include "tests/sim/worker/herder/solo.h"

START_TEST(a_connector_and_its_tasks_run)
{
    struct herder *h = solo_started(2);
    struct herder_connector_status status;
    struct herder_role role;
    struct tern_error err;

    solo_put(h, "c", "1");
    fakes_wait(&fakes.task_starts, 2);
    fakes_wait_status("c", STATUS_CONNECTOR, "RUNNING");
    fakes_wait_status("c", 1, "RUNNING");
    ck_assert_ok(herder_connector_status(h, "c", &status, &err), err);
    ck_assert_int_eq(status.connector.state, RUN_RUNNING);
    ck_assert_str_eq(status.connector.worker_id, "me");
    ck_assert_str_eq(status.connector.version, "7");
    ck_assert_uint_eq(status.task_count, 2);
    ck_assert_int_eq(status.tasks[1].status.state, RUN_RUNNING);
    herder_connector_status_fini(&status);
    herder_role(h, &role);
    ck_assert(role.is_leader && role.is_ready);
    ck_assert_str_eq(role.leader_url, "NOTUSED");
    herder_role_fini(&role);
    fake_herder_end(h);
    ck_assert(!fakes.ended_badly);
    ck_assert_int_eq(fakes.connector_stops, 1);
    ck_assert_int_eq(fakes.task_stops, 2);
}
END_TEST

START_TEST(what_is_stored_runs_at_once)
{
    struct herder *h;

    fakes_init();
    fakes.script.tasks = 1;
    fake_put_status("gone", STATUS_CONNECTOR, RUN_RUNNING, 41);
    fake_put_status("gone", 0, RUN_RUNNING, 41);
    h = fake_herder(NULL, NULL);
    fakes_wait(&fakes.rebalances, 1);
    fakes_wait_status("gone", STATUS_CONNECTOR, NULL); /* the leader deletes what is no more */
    fakes_wait_status("gone", 0, NULL);
    fake_put_connector("c", "Script");
    fakes_wait(&fakes.task_starts, 1);
    fake_herder_end(h);
}
END_TEST

START_TEST(generations_never_go_back)
{
    struct herder *h;
    struct herder_role role;

    fakes_init();
    fake_put_status("x", STATUS_CONNECTOR, RUN_RUNNING, 41);
    h = fake_herder(NULL, NULL);
    fakes_wait(&fakes.rebalances, 1);
    herder_role(h, &role);
    ck_assert_int_eq(role.generation, 42);
    herder_role_fini(&role);
    fake_herder_end(h);
}
END_TEST

START_TEST(a_new_configuration_restarts_connector_and_tasks)
{
    struct herder *h = solo_started(2);

    solo_put(h, "c", "1");
    fakes_wait(&fakes.task_starts, 2);
    solo_put(h, "c", "2");
    fakes_wait(&fakes.connector_starts, 2);
    fakes_wait(&fakes.task_starts, 4);
    ck_assert_str_eq(fakes.last_task_value, "2");
    fakes_wait(&fakes.tasks_written, 2);
    fake_herder_end(h);
    ck_assert_int_eq(fakes.tasks_written, 2);
    ck_assert_int_eq(fakes.task_stops, 4);
}
END_TEST

START_TEST(creating_twice_is_a_conflict)
{
    struct herder *h = solo_started(0);
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct tern_config config;
    struct tern_error err;
    bool created = false;

    fake_config(&map, "c", "1");
    config = strmap_config(&map);
    ck_assert_ok(solo_put_it(h, &config, false, &created, &err), err);
    ck_assert(created);
    ck_assert_int_lt(solo_put_it(h, &config, false, &created, &err), 0);
    ck_assert_int_eq(err.code, TERN_ECONFLICT);
    ck_assert_str_eq(err.msg, "Connector c already exists");
    fake_herder_end(h);
}
END_TEST

START_TEST(pause_resume_stop)
{
    struct herder *h = solo_started(1);
    struct tern_error err;

    solo_put(h, "c", "1");
    fakes_wait_status("c", 0, "RUNNING");
    ck_assert_ok(herder_set_target(h, "c", TARGET_PAUSED, solo_soon(), &err), err);
    fakes_wait_status("c", STATUS_CONNECTOR, "PAUSED");
    fakes_wait_status("c", 0, "PAUSED");
    ck_assert_ok(herder_set_target(h, "c", TARGET_STARTED, solo_soon(), &err), err);
    fakes_wait_status("c", STATUS_CONNECTOR, "RUNNING");
    fakes_wait_status("c", 0, "RUNNING");
    fakes_wait(&fakes.task_config_calls, 2);
    ck_assert_int_eq(fakes.tasks_written, 1); /* nothing new */
    ck_assert_ok(herder_set_target(h, "c", TARGET_STOPPED, solo_soon(), &err), err);
    fakes_wait_status("c", STATUS_CONNECTOR, "STOPPED");
    fakes_wait(&fakes.task_stops, 1);
    fakes_wait_status("c", 0, NULL); /* deleted by the leader */
    ck_assert_ok(herder_set_target(h, "c", TARGET_STARTED, solo_soon(), &err), err);
    fakes_wait_status("c", 0, "RUNNING");
    ck_assert_int_lt(herder_set_target(h, "none", TARGET_PAUSED, solo_soon(), &err), 0);
    ck_assert_int_eq(err.code, TERN_ENOTFOUND);
    fake_herder_end(h);
}
END_TEST

START_TEST(a_deleted_connector_leaves_nothing)
{
    struct herder *h = solo_started(2);
    const struct cluster_state *s;
    struct tern_error err;

    solo_put(h, "c", "1");
    fakes_wait_status("c", 1, "RUNNING");
    ck_assert_ok(herder_delete_connector(h, "c", solo_soon(), &err), err);
    fakes_wait(&fakes.task_stops, 2);
    fakes_wait(&fakes.connector_stops, 1);
    fakes_wait_status("c", STATUS_CONNECTOR, NULL);
    fakes_wait_status("c", 0, NULL);
    fakes_wait(&fakes.topics_removed, 1);
    s = herder_snapshot(h);
    ck_assert_uint_eq(s->count, 0);
    cluster_state_unref(s);
    ck_assert_int_lt(herder_delete_connector(h, "c", solo_soon(), &err), 0);
    ck_assert_str_eq(err.msg, "Connector c not found");
    fake_herder_end(h);
}
END_TEST

static void hold_stops(bool held, int permits)
{
    gate_lock(&fakes.gate);
    fakes.stops_held = held;
    fakes.stop_permits = permits;
    gate_wake(&fakes.gate);
    gate_unlock(&fakes.gate);
}

/*
 * Changed, deleted and created again: while the herder is busy with another connector, and with
 * stopping this one. The group learns of nothing but the last, and leaves it where it is.
 */
START_TEST(one_that_comes_back_while_it_is_stopped_runs)
{
    struct herder *h = solo_started(0);

    solo_put(h, "b", "0");
    solo_put(h, "c", "0");
    fakes_wait(&fakes.tasks_written, 2);
    fakes_settle(h);
    hold_stops(true, 0);
    fake_put_connector("b", "Script");
    fakes_wait(&fakes.connector_stops_begun, 1);
    fake_put_connector("c", "Script");
    fake_remove_connector("c");
    fakes_wait_read();
    hold_stops(true, 1);
    fakes_wait(&fakes.connector_stops_begun, 2);
    fake_put_connector("c", "Script");
    fakes_wait_read();
    hold_stops(false, 0);
    fakes_wait(&fakes.connector_starts, 4);
    fakes_wait_status("c", STATUS_CONNECTOR, "RUNNING");
    fake_herder_end(h);
}
END_TEST

START_TEST(restarts)
{
    struct herder *h = solo_started(2);
    struct tern_error err;

    solo_put(h, "c", "1");
    fakes_wait_status("c", 1, "RUNNING");
    ck_assert_ok(herder_restart_connector(h, "c", solo_soon(), &err), err);
    fakes_wait(&fakes.connector_starts, 2);
    ck_assert_int_eq(fakes.task_starts, 2);
    ck_assert_ok(herder_restart_task(h, "c", 1, solo_soon(), &err), err);
    fakes_wait(&fakes.task_starts, 3);
    ck_assert_int_lt(herder_restart_task(h, "c", 2, solo_soon(), &err), 0);
    ck_assert_str_eq(err.msg, "Unknown task: c-2");
    fake_request_restart("c", true, false);
    fakes_wait(&fakes.connector_starts, 3);
    fakes_wait(&fakes.task_starts, 5);
    fakes_wait_status("c", 0, "RUNNING");
    fake_request_restart("c", true, true); /* nothing has failed */
    solo_put(h, "d", "1");                 /* is handled after it */
    fakes_wait(&fakes.connector_starts, 4);
    fakes_wait_status("d", 1, "RUNNING");
    ck_assert_int_eq(fakes.task_starts, 7);
    fake_herder_end(h);
}
END_TEST

static void assert_never_made(struct herder *h, const char *connector, const char *why)
{
    struct herder_connector_status status;
    struct tern_error err;

    fakes_wait_status(connector, 0, "FAILED");
    ck_assert_ok(herder_connector_status(h, connector, &status, &err), err);
    ck_assert_ptr_nonnull(strstr(status.tasks[0].status.trace, why));
    ck_assert_ptr_null(status.tasks[0].status.version); /* there is no instance */
    herder_connector_status_fini(&status);
}

/*
 * Who asks for the restart of a task hears that it cannot be, and the status says why; so does
 * that of one that could not be from the beginning.
 */
START_TEST(a_task_that_cannot_be_is_not_started)
{
    struct herder *h = solo_started(1);
    struct tern_error err;

    solo_put(h, "c", "1");
    fakes_wait_status("c", 0, "RUNNING");
    gate_lock(&fakes.gate);
    fakes.script.tasks_cannot_be = true;
    gate_unlock(&fakes.gate);
    ck_assert_int_lt(herder_restart_task(h, "c", 0, solo_soon(), &err), 0);
    ck_assert_int_eq(err.code, TERN_EINTERNAL);
    ck_assert_str_eq(err.msg, "Failed to start task: c-0");
    assert_never_made(h, "c", "ConfigException: no task c-0 can");
    solo_put(h, "d", "1");
    assert_never_made(h, "d", "ConfigException: no task d-0 can");
    ck_assert_int_eq(fakes.task_starts, 1);
    fake_herder_end(h);
    ck_assert_int_eq(fakes.task_stops, 1);
}
END_TEST

/* Tools show the first line of the trace: it is Java's. */
START_TEST(an_unknown_class_fails_as_in_java)
{
    struct herder *h = solo_started(1);
    CLEANUP(freep) char *trace = NULL;

    fake_put_connector("c", "Nope");
    fakes_wait_status("c", STATUS_CONNECTOR, "FAILED");
    trace = fake_trace("c", STATUS_CONNECTOR);
    ck_assert(str_starts_with(trace, "org.apache.kafka.connect.errors.ConnectException: Failed to "
                                     "find any class that implements Connector and which name "
                                     "matches Nope, "));
    fake_herder_end(h);
}
END_TEST

START_TEST(only_what_failed_is_restarted)
{
    struct herder *h = solo_started(2);

    solo_put(h, "c", "1");
    fakes_wait_status("c", 1, "RUNNING");
    fake_put_status("c", 1, RUN_FAILED, 1);
    fake_request_restart("c", true, true);
    fakes_wait(&fakes.task_starts, 3);
    fakes_wait_status("c", 1, "RUNNING");
    ck_assert_int_eq(fakes.connector_starts, 1);
    fake_herder_end(h);
}
END_TEST

static void herder_suite(Suite *s)
{
    test_add(s, a_connector_and_its_tasks_run);
    test_add(s, what_is_stored_runs_at_once);
    test_add(s, generations_never_go_back);
    test_add(s, a_new_configuration_restarts_connector_and_tasks);
    test_add(s, creating_twice_is_a_conflict);
    test_add(s, pause_resume_stop);
    test_add(s, a_deleted_connector_leaves_nothing);
    test_add(s, one_that_comes_back_while_it_is_stopped_runs);
    test_add(s, restarts);
    test_add(s, a_task_that_cannot_be_is_not_started);
    test_add(s, an_unknown_class_fails_as_in_java);
    test_add(s, only_what_failed_is_restarted);
}

TEST_MAIN("herder", herder_suite)
