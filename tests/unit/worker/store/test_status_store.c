/* SPDX-License-Identifier: Apache-2.0 */
/* status_store over a topic in memory: safe writes, and what is sent again how long. */
#include "worker/store/status_store.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/thread.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"
#include "tests/unit/worker/store/fake_log.h"

#define STATUS(state, worker, generation)                             \
    "{\"state\":\"" state "\",\"trace\":null,\"worker_id\":\"" worker \
    "\",\"generation\":" #generation ",\"version\":null}"

static struct status_store *open_store(void)
{
    struct status_store_conf conf = {.topic = "statuses"};
    struct status_store *s;
    struct tern_error err;

    ck_assert_ok(status_store_open(&conf, clock_deadline_ms(10000), &s, &err), err);
    return s;
}

static void put(struct status_store *s, int32_t task, enum run_state state, int32_t generation,
                bool safe)
{
    struct status status = {.state = state, .worker_id = "me:1", .generation = generation};

    status_store_put(s, "c", task, &status, safe);
}

static void check_state(struct status_store *s, int32_t task, const char *wanted)
{
    struct status status;

    fake_log_settle();
    if (!status_store_get(s, "c", task, &status)) {
        ck_assert_ptr_null(wanted);
        return;
    }
    ck_assert_pstr_eq(run_state_name(status.state), wanted);
    status_fini(&status);
}

static void check_journal(const char *wanted)
{
    CLEANUP(freep) char *journal = fake_log_journal();

    ck_assert_str_eq(journal, wanted);
}

static bool flush(struct status_store *s)
{
    return status_store_flush(s, clock_deadline_ms(20000));
}

START_TEST(put_and_get)
{
    struct status status = {.state = RUN_FAILED,
                            .trace = "boom\n\tat x\n",
                            .worker_id = "me:1",
                            .generation = 4,
                            .version = "1.0"};
    struct status got;
    struct status_store *s = open_store();

    ck_assert(!status_store_get(s, "c", STATUS_CONNECTOR, &got));
    status_store_put(s, "c", STATUS_CONNECTOR, &status, false);
    ck_assert(flush(s));
    check_journal("status-connector-c={\"state\":\"FAILED\",\"trace\":\"boom\\n\\tat x\\n\","
                  "\"worker_id\":\"me:1\",\"generation\":4,\"version\":\"1.0\"};");
    fake_log_settle();
    ck_assert(status_store_get(s, "c", STATUS_CONNECTOR, &got));
    ck_assert_str_eq(got.trace, status.trace);
    ck_assert_str_eq(got.worker_id, "me:1");
    ck_assert_str_eq(got.version, "1.0");
    ck_assert_int_eq(got.generation, 4);
    status_fini(&got);
    put(s, STATUS_CONNECTOR, RUN_DESTROYED, 4, false);
    check_state(s, STATUS_CONNECTOR, NULL);
    check_journal("status-connector-c=null;");
    status_store_free(s);
}
END_TEST

START_TEST(safe_put)
{
    struct status_store *s;

    fake_log_add("status-task-c-0", STATUS("RUNNING", "other:1", 5));
    s = open_store();
    put(s, 0, RUN_UNASSIGNED, 4, true); /* somebody newer has it */
    check_journal("");
    ck_assert(flush(s));
    put(s, 0, RUN_FAILED, 5, true);
    check_state(s, 0, "FAILED");
    put(s, 0, RUN_UNASSIGNED, 3, true); /* what I wrote myself is no reason */
    check_state(s, 0, "UNASSIGNED");
    fake_log_add("status-task-c-0", STATUS("RUNNING", "other:1", 5));
    fake_log_settle();
    put(s, 0, RUN_PAUSED, 2, false);
    check_state(s, 0, "PAUSED");
    status_store_free(s);
}
END_TEST

START_TEST(lists)
{
    struct status_store *s = open_store();
    int32_t *tasks;
    char **names;
    size_t count;

    ck_assert_int_eq(status_store_generation(s), 0);
    fake_log_add("status-task-b-3", STATUS("RUNNING", "w:1", 7));
    fake_log_add("status-task-b-1", STATUS("RUNNING", "w:1", 2));
    fake_log_add("status-connector-a", STATUS("RUNNING", "w:1", 1));
    fake_log_add("status-topic-t:connector-d",
                 "{\"topic\":{\"name\":\"t\",\"connector\":\"d\",\"task\":0,"
                 "\"discoverTimestamp\":1}}");
    fake_log_settle();
    ck_assert_int_eq(status_store_generation(s), 7);
    count = status_store_connectors(s, &names);
    ck_assert_uint_eq(count, 2);
    ck_assert_str_eq(names[0], "a");
    ck_assert_str_eq(names[1], "b");
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
    ck_assert_uint_eq(status_store_tasks(s, "b", &tasks), 2);
    ck_assert_int_eq(tasks[0], 1);
    ck_assert_int_eq(tasks[1], 3);
    free(tasks);
    ck_assert_uint_eq(status_store_tasks(s, "a", &tasks), 0);
    free(tasks);
    status_store_free(s);
}
END_TEST

/* ---- sending again ---- */

START_TEST(retriable_failures_are_sent_again)
{
    struct status_store *s = open_store();

    fake_log_fail_writes(3, TERN_ERETRIABLE, "no leader");
    put(s, 0, RUN_RUNNING, 1, false);
    ck_assert(flush(s));
    ck_assert_int_eq(fake_log_failures(), 3);
    check_state(s, 0, "RUNNING");
    status_store_free(s);
}
END_TEST

START_TEST(other_failures_are_given_up)
{
    struct status_store *s = open_store();

    fake_log_fail_writes(1, TERN_EINVALID, "not authorised");
    put(s, 0, RUN_RUNNING, 1, false);
    ck_assert(flush(s));
    check_state(s, 0, NULL);
    status_store_free(s);
}
END_TEST

/* The newer one of two goes out last, however often the older one fails. */
START_TEST(superseded_write_is_dropped)
{
    struct status_store *s = open_store();

    fake_log_hold_acks(true);
    fake_log_fail_writes(1, TERN_ERETRIABLE, "no leader");
    put(s, 0, RUN_RUNNING, 1, false);
    put(s, 0, RUN_PAUSED, 1, false);
    fake_log_hold_acks(false);
    ck_assert(flush(s));
    check_state(s, 0, "PAUSED");
    check_journal("status-task-c-0=" STATUS("RUNNING", "me:1",
                                            1) ";"
                                               "status-task-c-0=" STATUS("PAUSED", "me:1", 1) ";");
    status_store_free(s);
}
END_TEST

START_TEST(write_of_an_old_generation_is_sent_again)
{
    struct status_store *s = open_store();

    fake_log_hold_acks(true);
    fake_log_fail_writes(1, TERN_ERETRIABLE, "no leader");
    put(s, 0, RUN_RUNNING, 1, false);
    put(s, 1, RUN_RUNNING, 2, false);
    fake_log_hold_acks(false);
    ck_assert(flush(s));
    check_state(s, 0, "RUNNING");
    check_state(s, 1, "RUNNING");
    status_store_free(s);
}
END_TEST

START_TEST(write_of_an_old_generation_is_dropped_when_another_worker_has_written)
{
    struct status_store *s = open_store();

    fake_log_hold_acks(true);
    fake_log_fail_writes(1, TERN_ERETRIABLE, "no leader");
    put(s, 0, RUN_RUNNING, 1, false);
    put(s, 1, RUN_RUNNING, 2, false);
    fake_log_add("status-task-c-0", STATUS("PAUSED", "w:1", 2));
    fake_log_settle();
    fake_log_hold_acks(false);
    ck_assert(flush(s));
    check_state(s, 0, "PAUSED");
    status_store_free(s);
}
END_TEST

START_TEST(write_of_a_deleted_status_is_dropped)
{
    static const char *const tombstones[] = {"status-task-c-0", "status-connector-c"};
    struct status_store *s;

    fake_log_add("status-connector-c", STATUS("RUNNING", "w:1", 1));
    fake_log_add("status-task-c-0", STATUS("RUNNING", "w:1", 1));
    s = open_store();
    fake_log_hold_acks(true);
    fake_log_fail_writes(1, TERN_ERETRIABLE, "no leader");
    put(s, 0, RUN_PAUSED, 1, false);
    fake_log_add(tombstones[_i], NULL);
    fake_log_settle();
    fake_log_hold_acks(false);
    ck_assert(flush(s));
    check_state(s, 0, NULL);
    status_store_free(s);
}
END_TEST

START_TEST(safe_write_that_is_safe_no_more_is_dropped)
{
    struct status_store *s = open_store();

    fake_log_hold_acks(true);
    fake_log_fail_writes(1, TERN_ERETRIABLE, "no leader");
    put(s, 0, RUN_UNASSIGNED, 1, true);
    fake_log_add("status-task-c-0", STATUS("RUNNING", "other:1", 2));
    fake_log_settle();
    fake_log_hold_acks(false);
    ck_assert(flush(s));
    check_state(s, 0, "RUNNING");
    status_store_free(s);
}
END_TEST

/* A worker that lost it before this one got it says so late: for a connector and a task. */
START_TEST(a_status_that_is_hidden_is_written_again)
{
    static const char *const keys[] = {"status-connector-c", "status-task-c-0"};
    struct status_store *s = open_store();
    int32_t task = _i - 1;

    put(s, task, RUN_FAILED, 3, false);
    check_state(s, task, "FAILED");
    free(fake_log_journal());
    fake_log_add(keys[_i], STATUS("UNASSIGNED", "other:1", 2));
    fake_log_settle();
    ck_assert(flush(s));
    check_state(s, task, "FAILED");
    fake_log_add(keys[_i], STATUS("UNASSIGNED", "other:1", 4)); /* it had it after this one */
    fake_log_settle();
    ck_assert(flush(s));
    check_state(s, task, "UNASSIGNED");
    put(s, task, RUN_RUNNING, 5, false);
    put(s, task, RUN_UNASSIGNED, 6, false); /* this one has lost it, too */
    check_state(s, task, "UNASSIGNED");
    fake_log_add(keys[_i], STATUS("UNASSIGNED", "other:1", 4));
    fake_log_settle();
    ck_assert(flush(s));
    check_state(s, task, "UNASSIGNED");
    status_store_free(s);
}
END_TEST

START_TEST(flush_waits_no_longer_than_told)
{
    struct status_store *s = open_store();

    fake_log_hold_acks(true);
    put(s, 0, RUN_RUNNING, 1, false);
    ck_assert(!status_store_flush(s, clock_deadline_ms(20)));
    fake_log_hold_acks(false);
    ck_assert(flush(s));
    status_store_free(s);
}
END_TEST

/* What fails for ever does not keep the store from closing, and is not leaked. */
START_TEST(free_gives_up_what_fails)
{
    struct status_store *s = open_store();

    fake_log_fail_writes(1000000, TERN_ERETRIABLE, "no leader");
    put(s, 0, RUN_RUNNING, 1, false);
    put(s, 1, RUN_RUNNING, 1, false);
    status_store_put_topic(s, "t", "c", 0, 1);
    fake_log_settle();
    status_store_free(s);
}
END_TEST

/* ---- topics ---- */

#define TOPIC(name)                                                  \
    "status-topic-" name ":connector-c={\"topic\":{\"name\":\"" name \
    "\",\"connector\":\"c\",\"task\":2,\"discoverTimestamp\":99}};"

static void check_topics(struct status_store *s, const char *wanted)
{
    CLEANUP(buf_fini) struct buf text = BUF_INIT(1 << 16);
    char **topics;
    size_t count;

    fake_log_settle();
    count = status_store_topics(s, "c", &topics);
    for (size_t i = 0; i < count; i++) {
        buf_add_fmt(&text, "%s;", topics[i]);
        free(topics[i]);
    }
    free(topics);
    ck_assert_str_eq(buf_str(&text), wanted);
}

START_TEST(topic_is_written_once)
{
    struct status_store *s = open_store();

    fake_log_hold_acks(true);
    status_store_put_topic(s, "t1", "c", 2, 99);
    status_store_put_topic(s, "t1", "c", 3, 100); /* not even before it is read back */
    status_store_put_topic(s, "t2", "c", 2, 99);
    fake_log_hold_acks(false);
    check_topics(s, "t1;t2;");
    status_store_put_topic(s, "t1", "c", 2, 99);
    check_journal(TOPIC("t1") TOPIC("t2"));
    status_store_remove_topics(s, "nobody");
    status_store_remove_topics(s, "c");
    check_topics(s, "");
    check_journal("status-topic-t2:connector-c=null;status-topic-t1:connector-c=null;");
    status_store_put_topic(s, "t1", "c", 2, 99); /* used again after the reset */
    check_topics(s, "t1;");
    status_store_free(s);
}
END_TEST

/* A reset right after the announcement: neither the failed write nor the cache brings it back. */
START_TEST(removal_supersedes_an_announcement)
{
    struct status_store *s = open_store();

    fake_log_hold_acks(true);
    fake_log_fail_writes(1, TERN_ERETRIABLE, "no leader");
    status_store_put_topic(s, "t1", "c", 2, 99);
    status_store_remove_topics(s, "c");
    fake_log_hold_acks(false);
    ck_assert(flush(s));
    check_topics(s, "");
    check_journal(TOPIC("t1") "status-topic-t1:connector-c=null;");
    status_store_free(s);
}
END_TEST

START_TEST(topic_that_failed_is_announced_again)
{
    struct status_store *s = open_store();

    fake_log_fail_writes(1, TERN_EINVALID, "not authorised");
    status_store_put_topic(s, "t1", "c", 2, 99);
    check_topics(s, "");
    status_store_put_topic(s, "t1", "c", 2, 99);
    check_topics(s, "t1;");
    fake_log_fail_writes(1, TERN_ETIMEOUT, "away");
    status_store_put_topic(s, "t2", "c", 2, 99);
    ck_assert(flush(s));
    check_topics(s, "t1;t2;");
    status_store_free(s);
}
END_TEST

/* ---- threads ---- */

static void put_many(void *arg)
{
    struct status_store *s = arg;

    for (int i = 0; i < 100; i++) {
        int32_t *tasks;

        put(s, i % 4, RUN_RUNNING, 1, i % 2);
        status_store_put_topic(s, i % 2 ? "t1" : "t2", "c", 0, i);
        status_store_tasks(s, "c", &tasks);
        free(tasks);
        status_store_generation(s);
    }
}

START_TEST(many_threads)
{
    struct status_store *s = open_store();
    struct thread threads[3] = {0};

    fake_log_fail_writes(10, TERN_ERETRIABLE, "no leader");
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        thread_start(&threads[i], "putter", put_many, s);
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        thread_join(&threads[i]);
    ck_assert(flush(s));
    check_state(s, 3, "RUNNING");
    check_topics(s, "t1;t2;");
    status_store_free(s);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, put_and_get);
    test_add(suite, safe_put);
    test_add(suite, lists);
    test_add(suite, retriable_failures_are_sent_again);
    test_add(suite, other_failures_are_given_up);
    test_add(suite, superseded_write_is_dropped);
    test_add(suite, write_of_an_old_generation_is_sent_again);
    test_add(suite, write_of_an_old_generation_is_dropped_when_another_worker_has_written);
    test_add_rows(suite, write_of_a_deleted_status_is_dropped, 2);
    test_add_rows(suite, a_status_that_is_hidden_is_written_again, 2);
    test_add(suite, safe_write_that_is_safe_no_more_is_dropped);
    test_add(suite, flush_waits_no_longer_than_told);
    test_add(suite, free_gives_up_what_fails);
    test_add(suite, topic_is_written_once);
    test_add(suite, removal_supersedes_an_announcement);
    test_add(suite, topic_that_failed_is_announced_again);
    test_add(suite, many_threads);
}

TEST_MAIN("status_store", fill)
