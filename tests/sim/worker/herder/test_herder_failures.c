/* SPDX-License-Identifier: Apache-2.0 */
/* What fails, hangs or cannot be reached, and what a herder does about it. */
#include <string.h>

#include "lib/base/clock.h"
#include "tests/lib/testing.h"
#include "tests/sim/worker/herder/solo.h"

START_TEST(one_that_fails_does_not_hinder_others)
{
    struct herder *h;
    char *trace;

    fakes_init();
    fakes.script.start_fails = true;
    fakes.script.tasks = 1;
    h = fake_herder(NULL, NULL);
    solo_put(h, "bad", "1");
    fakes_wait_status("bad", STATUS_CONNECTOR, "FAILED");
    trace = fake_trace("bad", STATUS_CONNECTOR);
    ck_assert_ptr_nonnull(strstr(trace, "the script says no"));
    free(trace);
    gate_lock(&fakes.gate);
    fakes.script.start_fails = false;
    gate_unlock(&fakes.gate);
    solo_put(h, "good", "1");
    fakes_wait_status("good", 0, "RUNNING");
    fake_herder_end(h);
}
END_TEST

START_TEST(a_class_that_nobody_provides)
{
    struct herder *h = solo_started(1);
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
    struct herder *h = solo_started(1);
    struct tern_config config;
    struct tern_error err;
    bool created;
    char *trace;

    fake_config(&map, "c", "1");
    strmap_set(&map, "topic.creation.default.replication.factor", "1");
    strmap_set(&map, "topic.creation.default.partitions", "0");
    config = strmap_config(&map);
    ck_assert_ok(solo_put_it(h, &config, true, &created, &err), err);
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
    solo_put(h, "slow", "1");
    fakes_wait(&fakes.connector_starts, 1);
    gate_lock(&fakes.gate);
    fakes.script.start_hangs = false;
    gate_unlock(&fakes.gate);
    solo_put(h, "quick", "1");
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
    solo_put(h, "c", "1");
    fakes_wait_status("c", 0, "RUNNING");
    ck_assert_int_eq(fakes.task_config_calls, 3); /* one failed, one was not stored, one was */
    fake_herder_end(h);
}
END_TEST

START_TEST(too_many_tasks_make_it_fail)
{
    struct herder *h = solo_started(9); /* tasks.max is 8 */
    char *trace;

    solo_put(h, "c", "1");
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

static void herder_failures_suite(Suite *s)
{
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
}

TEST_MAIN("herder_failures", herder_failures_suite)
