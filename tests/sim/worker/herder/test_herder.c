/* SPDX-License-Identifier: Apache-2.0 */
/* The herder's whole thread on a cluster in memory: see fakes.h. */
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/thread.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"
#include "tests/sim/worker/herder/fakes.h"

/* A question that is answered within a minute. */
static struct herder_ask *soon(void)
{
    static struct herder_ask ask;

    free(ask.url);
    ask = (struct herder_ask){.deadline_ms = clock_deadline_ms(60000)};
    return &ask;
}

static int put_it(struct herder *h, const struct tern_config *config, bool may_replace,
                  bool *ret_created, struct tern_error *err)
{
    const struct herder_put p = {
        .name = config_get(config, "name"), .config = config, .may_replace = may_replace};

    return herder_put_connector(h, &p, soon(), NULL, ret_created, err);
}

/* Creates or replaces a connector whose tasks carry the value. */
static void put(struct herder *h, const char *name, const char *value)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct tern_config config;
    struct tern_error err;
    bool created;

    fake_config(&map, name, value);
    config = strmap_config(&map);
    ck_assert_ok(put_it(h, &config, true, &created, &err), err);
}

static struct herder *started(int32_t tasks)
{
    fakes_init();
    fakes.script.tasks = tasks;
    return fake_herder(NULL, NULL);
}

START_TEST(a_connector_and_its_tasks_run)
{
    struct herder *h = started(2);
    struct herder_connector_status status;
    struct herder_role role;
    struct tern_error err;

    put(h, "c", "1");
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
    struct herder *h = started(2);

    put(h, "c", "1");
    fakes_wait(&fakes.task_starts, 2);
    put(h, "c", "2");
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
    struct herder *h = started(0);
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct tern_config config;
    struct tern_error err;
    bool created = false;

    fake_config(&map, "c", "1");
    config = strmap_config(&map);
    ck_assert_ok(put_it(h, &config, false, &created, &err), err);
    ck_assert(created);
    ck_assert_int_lt(put_it(h, &config, false, &created, &err), 0);
    ck_assert_int_eq(err.code, TERN_ECONFLICT);
    ck_assert_str_eq(err.msg, "Connector c already exists");
    fake_herder_end(h);
}
END_TEST

START_TEST(pause_resume_stop)
{
    struct herder *h = started(1);
    struct tern_error err;

    put(h, "c", "1");
    fakes_wait_status("c", 0, "RUNNING");
    ck_assert_ok(herder_set_target(h, "c", TARGET_PAUSED, soon(), &err), err);
    fakes_wait_status("c", STATUS_CONNECTOR, "PAUSED");
    fakes_wait_status("c", 0, "PAUSED");
    ck_assert_ok(herder_set_target(h, "c", TARGET_STARTED, soon(), &err), err);
    fakes_wait_status("c", STATUS_CONNECTOR, "RUNNING");
    fakes_wait_status("c", 0, "RUNNING");
    fakes_wait(&fakes.task_config_calls, 2);
    ck_assert_int_eq(fakes.tasks_written, 1); /* nothing new */
    ck_assert_ok(herder_set_target(h, "c", TARGET_STOPPED, soon(), &err), err);
    fakes_wait_status("c", STATUS_CONNECTOR, "STOPPED");
    fakes_wait(&fakes.task_stops, 1);
    fakes_wait_status("c", 0, NULL); /* deleted by the leader */
    ck_assert_ok(herder_set_target(h, "c", TARGET_STARTED, soon(), &err), err);
    fakes_wait_status("c", 0, "RUNNING");
    ck_assert_int_lt(herder_set_target(h, "none", TARGET_PAUSED, soon(), &err), 0);
    ck_assert_int_eq(err.code, TERN_ENOTFOUND);
    fake_herder_end(h);
}
END_TEST

START_TEST(a_deleted_connector_leaves_nothing)
{
    struct herder *h = started(2);
    const struct cluster_state *s;
    struct tern_error err;

    put(h, "c", "1");
    fakes_wait_status("c", 1, "RUNNING");
    ck_assert_ok(herder_delete_connector(h, "c", soon(), &err), err);
    fakes_wait(&fakes.task_stops, 2);
    fakes_wait(&fakes.connector_stops, 1);
    fakes_wait_status("c", STATUS_CONNECTOR, NULL);
    fakes_wait_status("c", 0, NULL);
    fakes_wait(&fakes.topics_removed, 1);
    s = herder_snapshot(h);
    ck_assert_uint_eq(s->count, 0);
    cluster_state_unref(s);
    ck_assert_int_lt(herder_delete_connector(h, "c", soon(), &err), 0);
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

/* Until what was written is what runs: it is staged, applied, and joined with. */
static void settle(struct herder *h)
{
    struct tern_error err;

    fakes_wait_read();
    for (int i = 0; i < 4; i++)
        ck_assert_ok(herder_ping(h, soon(), &err), err);
}

/*
 * Changed, deleted and created again: while the herder is busy with another connector, and with
 * stopping this one. The group learns of nothing but the last, and leaves it where it is.
 */
START_TEST(one_that_comes_back_while_it_is_stopped_runs)
{
    struct herder *h = started(0);

    put(h, "b", "0");
    put(h, "c", "0");
    fakes_wait(&fakes.tasks_written, 2);
    settle(h);
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
    struct herder *h = started(2);
    struct tern_error err;

    put(h, "c", "1");
    fakes_wait_status("c", 1, "RUNNING");
    ck_assert_ok(herder_restart_connector(h, "c", soon(), &err), err);
    fakes_wait(&fakes.connector_starts, 2);
    ck_assert_int_eq(fakes.task_starts, 2);
    ck_assert_ok(herder_restart_task(h, "c", 1, soon(), &err), err);
    fakes_wait(&fakes.task_starts, 3);
    ck_assert_int_lt(herder_restart_task(h, "c", 2, soon(), &err), 0);
    ck_assert_str_eq(err.msg, "Unknown task: c-2");
    fake_request_restart("c", true, false);
    fakes_wait(&fakes.connector_starts, 3);
    fakes_wait(&fakes.task_starts, 5);
    fakes_wait_status("c", 0, "RUNNING");
    fake_request_restart("c", true, true); /* nothing has failed */
    put(h, "d", "1");                      /* is handled after it */
    fakes_wait(&fakes.connector_starts, 4);
    fakes_wait_status("d", 1, "RUNNING");
    ck_assert_int_eq(fakes.task_starts, 7);
    fake_herder_end(h);
}
END_TEST

START_TEST(only_what_failed_is_restarted)
{
    struct herder *h = started(2);

    put(h, "c", "1");
    fakes_wait_status("c", 1, "RUNNING");
    fake_put_status("c", 1, RUN_FAILED, 1);
    fake_request_restart("c", true, true);
    fakes_wait(&fakes.task_starts, 3);
    fakes_wait_status("c", 1, "RUNNING");
    ck_assert_int_eq(fakes.connector_starts, 1);
    fake_herder_end(h);
}
END_TEST

START_TEST(one_that_fails_does_not_hinder_others)
{
    struct herder *h;
    char *trace;

    fakes_init();
    fakes.script.start_fails = true;
    fakes.script.tasks = 1;
    h = fake_herder(NULL, NULL);
    put(h, "bad", "1");
    fakes_wait_status("bad", STATUS_CONNECTOR, "FAILED");
    trace = fake_trace("bad", STATUS_CONNECTOR);
    ck_assert_ptr_nonnull(strstr(trace, "the script says no"));
    free(trace);
    gate_lock(&fakes.gate);
    fakes.script.start_fails = false;
    gate_unlock(&fakes.gate);
    put(h, "good", "1");
    fakes_wait_status("good", 0, "RUNNING");
    fake_herder_end(h);
}
END_TEST

START_TEST(a_class_that_nobody_provides)
{
    struct herder *h = started(1);
    char *trace;

    fakes_wait(&fakes.rebalances, 1);
    fake_put_connector("c", "org.example.Nothing");
    fakes_wait_status("c", STATUS_CONNECTOR, "FAILED");
    trace = fake_trace("c", STATUS_CONNECTOR);
    ck_assert_ptr_nonnull(
        strstr(trace, "org.example.Nothing, available connectors are: PluginDesc"));
    ck_assert_ptr_nonnull(strstr(trace, "Script"));
    free(trace);
    fake_herder_end(h);
}
END_TEST

/* No validation looks at these. */
START_TEST(topic_groups_that_cannot_be_used)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct herder *h = started(1);
    struct tern_config config;
    struct tern_error err;
    bool created;
    char *trace;

    fake_config(&map, "c", "1");
    strmap_set(&map, "topic.creation.default.replication.factor", "1");
    strmap_set(&map, "topic.creation.default.partitions", "0");
    config = strmap_config(&map);
    ck_assert_ok(put_it(h, &config, true, &created, &err), err);
    fakes_wait_status("c", STATUS_CONNECTOR, "FAILED");
    trace = fake_trace("c", STATUS_CONNECTOR);
    ck_assert(str_starts_with(trace,
                              "org.apache.kafka.common.config.ConfigException: Invalid value "
                              "0 for configuration partitions: Number of partitions must"));
    free(trace);
    fake_herder_end(h);
    ck_assert_int_eq(fakes.connector_starts, 0);
}
END_TEST

START_TEST(one_that_hangs_does_not_hold_up_the_herder)
{
    struct herder *h;

    fakes_init();
    fakes.script.start_hangs = true;
    fakes.script.tasks = 1;
    h = fake_herder(NULL, NULL);
    put(h, "slow", "1");
    fakes_wait(&fakes.connector_starts, 1);
    gate_lock(&fakes.gate);
    fakes.script.start_hangs = false;
    gate_unlock(&fakes.gate);
    put(h, "quick", "1");
    fakes_wait_status("quick", 0, "RUNNING");
    fake_release();
    fakes_wait_status("slow", 0, "RUNNING");
    fake_herder_end(h);
}
END_TEST

START_TEST(a_retriable_failure_is_tried_again)
{
    struct herder *h;

    fakes_init();
    fakes.script.tasks = 1;
    fakes.script.task_config_fails = 1;
    fakes.put_tasks_fails = 1;
    h = fake_herder(NULL, NULL);
    put(h, "c", "1");
    fakes_wait_status("c", 0, "RUNNING");
    ck_assert_int_eq(fakes.task_config_calls, 3); /* one failed, one was not stored, one was */
    fake_herder_end(h);
}
END_TEST

START_TEST(too_many_tasks_make_it_fail)
{
    struct herder *h = started(9); /* tasks.max is 8 */
    char *trace;

    put(h, "c", "1");
    fakes_wait_status("c", STATUS_CONNECTOR, "FAILED");
    trace = fake_trace("c", STATUS_CONNECTOR);
    ck_assert_ptr_nonnull(strstr(trace, "TooManyTasksException"));
    free(trace);
    ck_assert_int_eq(fakes.tasks_written, 0);
    fake_herder_end(h);
}
END_TEST

START_TEST(an_unreachable_cluster_is_tried_again)
{
    struct herder *h;

    fakes_init();
    fakes.unreachable = 2;
    h = fake_herder(NULL, NULL);
    fakes_wait(&fakes.rebalances, 1);
    ck_assert_int_eq(fakes.cluster_asked, 3);
    fake_herder_end(h);
}
END_TEST

START_TEST(stopping_does_not_wait_for_the_cluster)
{
    struct herder *h;
    const struct cluster_state *s;

    fakes_init();
    fakes.unreachable = -1;
    h = fake_herder(NULL, NULL);
    fakes_wait(&fakes.cluster_asked, 2);
    s = herder_snapshot(h);
    ck_assert_ptr_null(s);
    fake_herder_end(h);
    ck_assert(!fakes.ended_badly);
}
END_TEST

START_TEST(topics_that_cannot_be_used_end_it)
{
    struct herder *h;

    fakes_init();
    fakes.refuse_topics = true;
    h = fake_herder(NULL, NULL);
    fakes_wait_flag(&fakes.ended);
    ck_assert(fakes.ended_badly);
    ck_assert_str_eq(fakes.end_error, "the topic is not compacted");
    fake_herder_end(h);
}
END_TEST

START_TEST(askers_may_give_up)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct tern_config config;
    const struct herder_put p = {.name = "c", .config = &config, .may_replace = true};
    struct herder_connector_info info;
    struct herder_ask ask = {0};
    struct tern_error err;
    struct herder *h;

    fakes_init();
    fakes.unreachable = -1;
    h = fake_herder(NULL, NULL);
    fake_config(&map, "c", "1");
    config = strmap_config(&map);
    fakes_wait(&fakes.cluster_asked, 1);
    ask.deadline_ms = clock_mono_ms() + 1;
    ck_assert_int_lt(herder_put_connector(h, &p, &ask, NULL, NULL, &err), 0);
    ck_assert_int_eq(err.code, TERN_ETIMEOUT);
    ck_assert_msg(strstr(err.msg,
                         "Request timed out. The worker is currently initializing and "
                         "reading to the end of internal topics, which began at 2") == err.msg,
                  "%s", err.msg);
    ck_assert_int_lt(herder_ping(h, &ask, &err), 0);
    ck_assert_int_lt(herder_connector_info(h, "c", &ask, &info, &err), 0);
    ck_assert_int_eq(err.code, TERN_ETIMEOUT);
    fake_herder_end(h); /* frees what nobody waits for */
}
END_TEST

/* ---- what REST asks ---- */

START_TEST(what_a_connector_is)
{
    struct herder *h = started(2);
    struct herder_connector_info info;
    struct task_configs tasks;
    struct status status;
    struct tern_error err;
    char *id;

    put(h, "c", "1");
    fakes_wait_status("c", 1, "RUNNING");
    ck_assert_ok(herder_connector_info(h, "c", soon(), &info, &err), err);
    ck_assert_str_eq(info.name, "c");
    ck_assert_str_eq(info.type, "source");
    ck_assert_int_eq(info.task_count, 2);
    ck_assert_str_eq(strmap_get(config_ref_map(info.config), "v"), "1");
    herder_connector_info_fini(&info);
    ck_assert_ok(herder_task_configs(h, "c", soon(), &tasks, &err), err);
    ck_assert_int_eq(tasks.count, 2);
    ck_assert_str_eq(strmap_get(config_ref_map(tasks.at[1]), "task.class"), "ScriptTask");
    task_configs_fini(&tasks);
    ck_assert_ok(herder_task_status(h, "c", 1, &status, &err), err);
    status_fini(&status);
    ck_assert_int_lt(herder_task_status(h, "c", 7, &status, &err), 0);
    ck_assert_str_eq(err.msg, "No status found for task c-7");
    ck_assert_int_lt(herder_connector_info(h, "x", soon(), &info, &err), 0);
    ck_assert_int_eq(err.code, TERN_ENOTFOUND);
    ck_assert_str_eq(err.msg, "Connector x not found");
    ck_assert_ok(herder_ping(h, soon(), &err), err);
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
    if (herder_put_connector(h, &p, soon(), &info, &created, err) < 0)
        return -1;
    ck_assert(!created);
    ck_assert_str_eq(strmap_get(config_ref_map(info.config), "v"), value);
    herder_connector_info_fini(&info);
    return 0;
}

START_TEST(a_patch_that_is_overtaken)
{
    struct herder *h = started(1);
    struct config_ref *stored;
    struct tern_error err;

    ck_assert_int_lt(herder_stored_config(h, "c", soon(), &stored, &err), 0);
    ck_assert_int_eq(err.code, TERN_ENOTFOUND);
    put(h, "c", "1");
    ck_assert_ok(herder_stored_config(h, "c", soon(), &stored, &err), err);
    put(h, "c", "2");
    ck_assert_int_lt(put_expecting(h, "3", stored, &err), 0);
    ck_assert_int_eq(err.code, TERN_ERETRIABLE);
    config_ref_unref(stored);
    ck_assert_ok(herder_stored_config(h, "c", soon(), &stored, &err), err);
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
        rc = herder_request_restart(h, request, soon(), ret_status, err);
    } while (rc < 0 && err->code == TERN_ECONFLICT);
    return rc;
}

START_TEST(restart_requests)
{
    struct herder *h = started(2);
    const struct restart_request all = {"c", true, false}, failed = {"c", true, true};
    const struct restart_request unknown = {"x", true, false};
    struct herder_connector_status status;
    struct tern_error err;

    ck_assert_int_lt(request_restart(h, &unknown, &status, &err), 0);
    ck_assert_str_eq(err.msg, "Unknown connector: x");
    put(h, "c", "1");
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
    struct herder *h = started(1);
    struct tern_error err;

    ck_assert_int_lt(herder_put_tasks(h, "c", &task, 1, soon(), &err), 0);
    ck_assert_int_eq(err.code, TERN_ENOTFOUND);
    put(h, "c", "1");
    fakes_wait_status("c", 0, "RUNNING");
    ck_assert_ok(herder_put_tasks(h, "c", &task, 1, soon(), &err), err);
    fakes_wait(&fakes.task_starts, 2);
    ck_assert_str_eq(fakes.last_task_value, "other");
    ck_assert_ok(herder_set_target(h, "c", TARGET_STOPPED, soon(), &err), err);
    ck_assert_int_lt(herder_put_tasks(h, "c", &task, 1, soon(), &err), 0);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    ck_assert_str_eq(err.msg,
                     "Cannot submit non-empty set of task configs for stopped connector c");
    ck_assert_ok(herder_put_tasks(h, "c", NULL, 0, soon(), &err), err);
    fake_herder_end(h);
}
END_TEST

/* Who ran the connector before may have had none, and say so last. */
START_TEST(no_tasks_of_another_worker)
{
    struct herder *h = started(1);
    struct tern_error err;

    put(h, "c", "1");
    fakes_wait(&fakes.task_starts, 1);
    ck_assert_ok(herder_put_tasks(h, "c", NULL, 0, soon(), &err), err);
    fakes_wait(&fakes.task_starts, 2);
    ck_assert_int_eq(fakes.connector_starts, 1);
    fakes_wait(&fakes.tasks_written, 3);
    fake_herder_end(h);
}
END_TEST

/* ---- offsets ---- */

static void check_offsets(struct herder *h, const char *wanted)
{
    CLEANUP(buf_fini) struct buf text = BUF_INIT(1 << 16);
    struct herder_offsets offsets;
    struct tern_error err;

    ck_assert_ok(herder_offsets(h, "c", soon(), &offsets, &err), err);
    for (size_t i = 0; i < offsets.count; i++)
        buf_add_fmt(&text, "%s=%s;", offsets.at[i].partition, offsets.at[i].offset);
    ck_assert_str_eq(buf_str(&text), wanted);
    herder_offsets_fini(&offsets);
}

/* Asks until no rebalance is due. changes NULL: a reset. */
static int change_offsets(struct herder *h, const struct tern_offset_change *changes, size_t n,
                          const char **ret_message, struct tern_error *err)
{
    int rc;

    do {
        rc = changes ? herder_alter_offsets(h, "c", changes, n, soon(), ret_message, err)
                     : herder_reset_offsets(h, "c", soon(), ret_message, err);
    } while (rc < 0 && err->code == TERN_ECONFLICT);
    return rc;
}

START_TEST(offsets_of_a_stopped_connector)
{
    static const struct tern_offset_change changes[] = {{"{\"p\":1}", "{\"o\":5}"},
                                                        {"{\"p\":2}", "{\"o\":6}"}};
    static const struct tern_offset_change removal[] = {{"{\"p\":1}", NULL}};
    static const struct tern_offset_change bad[] = {{NULL, NULL}};
    struct herder *h = started(1);
    struct herder_offsets offsets;
    struct tern_error err;
    const char *message;

    ck_assert_int_lt(change_offsets(h, changes, 2, &message, &err), 0);
    ck_assert_int_eq(err.code, TERN_ENOTFOUND);
    ck_assert_int_lt(herder_offsets(h, "c", soon(), &offsets, &err), 0);
    ck_assert_int_eq(err.code, TERN_ENOTFOUND);
    put(h, "c", "1");
    fakes_wait_status("c", 0, "RUNNING");
    ck_assert_int_lt(change_offsets(h, changes, 2, &message, &err), 0);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    ck_assert_ptr_nonnull(strstr(err.msg, "must be in the STOPPED state"));
    ck_assert_ok(herder_set_target(h, "c", TARGET_STOPPED, soon(), &err), err);
    ck_assert_ok(change_offsets(h, changes, 2, &message, &err), err);
    ck_assert_ptr_nonnull(strstr(message, "managed offsets for this connector have been altered"));
    check_offsets(h, "{\"p\":1}={\"o\":5};{\"p\":2}={\"o\":6};");
    fakes.script.handles_offsets = true;
    ck_assert_ok(change_offsets(h, removal, 1, &message, &err), err);
    ck_assert_str_eq(message, "The offsets for this connector have been altered successfully");
    check_offsets(h, "{\"p\":2}={\"o\":6};");
    ck_assert_int_lt(change_offsets(h, bad, 1, &message, &err), 0);
    ck_assert_str_eq(err.msg, "Source partitions may not be null");
    ck_assert_int_eq(err.code, TERN_EINTERNAL);
    fakes.offset_writes_fail = 1;
    ck_assert_int_lt(change_offsets(h, changes, 2, &message, &err), 0);
    ck_assert_str_eq(err.msg, "Failed to modify offsets for source connector c");
    ck_assert_ok(change_offsets(h, NULL, 0, &message, &err), err);
    ck_assert_str_eq(message, "The offsets for this connector have been reset successfully");
    check_offsets(h, "");
    ck_assert_ok(change_offsets(h, NULL, 0, &message, &err), err); /* again: nothing there */
    fakes.offset_reads_fail = 1;
    ck_assert_int_lt(herder_offsets(h, "c", soon(), &offsets, &err), 0);
    ck_assert_str_eq(err.msg, "Failed to retrieve offsets for source connector c");
    fake_herder_end(h);
}
END_TEST

START_TEST(a_class_that_hangs_over_offsets)
{
    static const struct tern_offset_change changes[] = {{"{\"p\":1}", "{\"o\":5}"}};
    struct herder *h = started(0);
    struct herder_ask ask = {0};
    struct tern_error err;
    const char *message;

    put(h, "c", "1");
    ck_assert_ok(herder_set_target(h, "c", TARGET_STOPPED, soon(), &err), err);
    fakes_wait_status("c", STATUS_CONNECTOR, "STOPPED");
    fakes.script.alter_hangs = true;
    do {
        ask.deadline_ms = clock_mono_ms() + 50;
    } while (herder_alter_offsets(h, "c", changes, 1, &ask, &message, &err) < 0 &&
             err.code == TERN_ECONFLICT);
    ck_assert_int_eq(err.code, TERN_ETIMEOUT);
    ck_assert_ok(herder_ping(h, soon(), &err), err);
    check_offsets(h, "");
    fake_herder_end(h); /* waits for nobody */
    fake_release();
}
END_TEST

/* ---- fencing ---- */

START_TEST(fencing)
{
    struct herder *h = started(2);
    struct tern_error err;

    ck_assert_int_lt(herder_fence(h, "c", soon(), &err), 0);
    ck_assert_int_eq(err.code, TERN_ENOTFOUND);
    put(h, "c", "1");
    fakes_wait_status("c", 1, "RUNNING");
    ck_assert_ok(herder_fence(h, "c", soon(), &err), err); /* the first time */
    ck_assert_int_eq(fakes.fenced, 0);
    ck_assert_int_eq(fakes.task_counts_written, 1);
    ck_assert_ok(herder_fence(h, "c", soon(), &err), err); /* nothing new */
    ck_assert_int_eq(fakes.task_counts_written, 1);
    put(h, "c", "2");
    fakes_wait(&fakes.task_starts, 4);
    ck_assert_ok(herder_fence(h, "c", soon(), &err), err);
    ck_assert_int_eq(fakes.fenced, 2);
    ck_assert_int_eq(fakes.task_counts_written, 2);
    put(h, "c", "3");
    fakes_wait(&fakes.task_starts, 6);
    fakes.fence_fails = 1;
    ck_assert_int_lt(herder_fence(h, "c", soon(), &err), 0);
    ck_assert_str_eq(err.msg, "no coordinator");
    ck_assert_int_eq(fakes.task_counts_written, 2);
    fake_herder_end(h);
}
END_TEST

/* ---- exactly-once source support ---- */

static struct herder *started_with(const char *exactly_once, int32_t tasks)
{
    fakes_init();
    fakes.script.tasks = tasks;
    fakes.exactly_once = exactly_once;
    return fake_herder(NULL, NULL);
}

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
    put(h, "c", "1");
    fakes_wait_status("c", 0, "RUNNING");
    ck_assert_int_eq(fakes.claims, 1);
    fake_herder_end(h);
}
END_TEST

START_TEST(a_right_that_was_lost_is_claimed_again)
{
    struct herder *h = started_with("enabled", 1);

    fakes_wait(&fakes.claims, 1);
    gate_lock(&fakes.gate);
    fakes.claim_losses = 1;
    gate_unlock(&fakes.gate);
    put(h, "c", "1");
    fakes_wait_status("c", 0, "RUNNING"); /* its tasks are stored in the end */
    ck_assert_int_eq(fakes.claims, 2);
    fake_herder_end(h);
}
END_TEST

START_TEST(without_it_nothing_is_claimed)
{
    struct herder *h = started(1);

    put(h, "c", "1");
    fakes_wait_status("c", 0, "RUNNING");
    ck_assert_int_eq(fakes.claims, 0);
    fake_herder_end(h);
}
END_TEST

START_TEST(tasks_have_the_past_fenced)
{
    struct herder *h = started_with("enabled", 2);
    struct tern_error err;

    put(h, "c", "1");
    fakes_wait_status("c", 1, "RUNNING");
    ck_assert_ok(fake_task_asks("c", 0, false, &err), err);
    ck_assert_ok(fake_task_asks("c", 1, false, &err), err);
    ck_assert_int_eq(fakes.task_counts_written, 1);
    ck_assert_ok(fake_task_asks("c", 0, true, &err), err);
    put(h, "c", "2");
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

/* Offsets are altered in a transaction, after what tasks may still have open was fenced. */
START_TEST(offsets_are_altered_in_a_transaction)
{
    static const struct tern_offset_change change = {"{\"p\":1}", "{\"o\":7}"};
    struct herder *h = started_with("enabled", 1);
    const char *message;
    struct tern_error err;

    put(h, "c", "1");
    fakes_wait_status("c", 0, "RUNNING");
    ck_assert_ok(fake_task_asks("c", 0, false, &err), err);
    ck_assert_ok(herder_set_target(h, "c", TARGET_STOPPED, soon(), &err), err);
    fakes_wait(&fakes.task_stops, 1);
    fakes.fence_fails = 1;
    ck_assert_int_lt(change_offsets(h, &change, 1, &message, &err), 0);
    ck_assert_str_eq(err.msg, "Failed to perform zombie fencing for source connector prior to "
                              "modifying offsets");
    ck_assert_int_eq(fakes.transactions, 0);
    ck_assert_ok(change_offsets(h, &change, 1, &message, &err), err);
    ck_assert_int_eq(fakes.transactions, 1);
    ck_assert_int_eq(fakes.fenced, 1);
    check_offsets(h, "{\"p\":1}={\"o\":7};");
    fake_herder_end(h);
}
END_TEST

/* ---- another membership: what a group will tell ---- */

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
    ck_assert_int_lt(put_it(h, &config, true, &created, &err), 0);
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

/* ---- metrics ---- */

static void note_metric(void *arg, const struct tern_metric *m)
{
    struct buf *text = arg;

    buf_add_fmt(text, "%s:%s", m->domain, m->type);
    for (size_t i = 0; i < m->tag_count; i++) {
        if (m->tags[i].text)
            buf_add_fmt(text, ",%s=%s", m->tags[i].name, m->tags[i].text);
        else
            buf_add_fmt(text, ",%s=%d", m->tags[i].name, (int)m->tags[i].number);
    }
    buf_add_fmt(text, " %s %g\n", m->name, m->value);
}

static char *metrics_of(struct herder *h)
{
    struct buf text = BUF_INIT(1 << 16);
    char *copy;

    herder_metrics(h, note_metric, &text);
    copy = xstrdup(buf_str(&text));
    buf_fini(&text);
    return copy;
}

static const char no_metrics[] = "kafka.connect:connect-worker-metrics connector-count 0\n"
                                 "kafka.connect:connect-worker-metrics task-count 0\n";

START_TEST(metrics_of_what_runs)
{
    struct herder *h = started(2);
    CLEANUP(freep) char *before = metrics_of(h), *during = NULL, *after = NULL;
    struct tern_error err;

    ck_assert_str_eq(before, no_metrics);
    put(h, "c", "5");
    fakes_wait(&fakes.task_starts, 2);
    fakes_wait_status("c", 1, "RUNNING");
    ck_assert_ok(herder_ping(h, soon(), &err), err); /* the tick that started them is over */
    during = metrics_of(h);
    ck_assert_str_eq(during, "kafka.connect:connect-worker-metrics connector-count 1\n"
                             "kafka.connect:connect-worker-metrics task-count 2\n"
                             "script:task,connector=c,task=0 value 5\n"
                             "script:task,connector=c,task=1 value 5\n");
    ck_assert_ok(herder_delete_connector(h, "c", soon(), &err), err);
    fakes_wait(&fakes.task_stops, 2);
    ck_assert_ok(herder_ping(h, soon(), &err), err);
    after = metrics_of(h);
    ck_assert_str_eq(after, no_metrics);
    fake_herder_end(h);
}
END_TEST

static void look_often(void *arg)
{
    struct herder *h = arg;
    bool ended = false;

    while (!ended) {
        free(metrics_of(h));
        gate_lock(&fakes.gate);
        ended = fakes.ended;
        gate_unlock(&fakes.gate);
    }
}

/* Someone looks all the time while tasks come and go. */
START_TEST(metrics_while_tasks_come_and_go)
{
    struct herder *h = started(3);
    struct thread looker = {0};

    thread_start(&looker, "look", look_often, h);
    for (int i = 0; i < 20; i++) {
        CLEANUP(freep) char *value = xasprintf("%d", i);

        put(h, "c", value);
        fakes_wait(&fakes.task_starts, 3 * (i + 1));
    }
    herder_stop(h);
    thread_join(&looker);
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
    test_add(s, only_what_failed_is_restarted);
    test_add(s, one_that_fails_does_not_hinder_others);
    test_add(s, a_class_that_nobody_provides);
    test_add(s, topic_groups_that_cannot_be_used);
    test_add(s, one_that_hangs_does_not_hold_up_the_herder);
    test_add(s, a_retriable_failure_is_tried_again);
    test_add(s, too_many_tasks_make_it_fail);
    test_add(s, an_unreachable_cluster_is_tried_again);
    test_add(s, stopping_does_not_wait_for_the_cluster);
    test_add(s, topics_that_cannot_be_used_end_it);
    test_add(s, askers_may_give_up);
    test_add(s, what_a_connector_is);
    test_add(s, a_patch_that_is_overtaken);
    test_add(s, restart_requests);
    test_add(s, tasks_of_another_worker);
    test_add(s, no_tasks_of_another_worker);
    test_add(s, offsets_of_a_stopped_connector);
    test_add(s, a_class_that_hangs_over_offsets);
    test_add(s, fencing);
    test_add(s, a_leader_claims_the_right_to_write);
    test_add(s, a_right_that_was_lost_is_claimed_again);
    test_add(s, without_it_nothing_is_claimed);
    test_add(s, tasks_have_the_past_fenced);
    test_add(s, offsets_are_altered_in_a_transaction);
    test_add(s, only_the_leader_writes);
    test_add(s, one_that_is_behind_catches_up);
    test_add(s, a_broken_group_ends_it);
    test_add(s, metrics_of_what_runs);
    test_add(s, metrics_while_tasks_come_and_go);
}

TEST_MAIN("herder", herder_suite)
