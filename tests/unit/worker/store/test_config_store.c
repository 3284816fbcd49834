/* SPDX-License-Identifier: Apache-2.0 */
/* config_store over a topic in memory: what is written in which order, and who is told what. */
#include "worker/store/config_store.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/thread.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"
#include "tests/unit/worker/store/fake_log.h"

#define PROPS "{\"properties\":{\"k\":\"v\"}}"

/* ---- a listener that writes down what it is told ---- */

static struct {
    struct gate gate;
    struct buf text; /* gate */
} told;

static void note(const char *what, const char *name, int number, bool flag, const char *text)
{
    gate_lock(&told.gate);
    buf_add_fmt(&told.text, "%s(%s,%d,%d,%s);", what, name, number, flag, text);
    gate_wake(&told.gate);
    gate_unlock(&told.gate);
}

static void removed(void *arg, const char *connector)
{
    (void)arg;
    note("removed", connector, 0, false, "");
}

static void updated(void *arg, const char *connector)
{
    (void)arg;
    note("updated", connector, 0, false, "");
}

static void tasks_updated(void *arg, const char *connector, int32_t count, bool applied)
{
    (void)arg;
    note("tasks", connector, count, applied, "");
}

static void target_changed(void *arg, const char *connector)
{
    (void)arg;
    note("target", connector, 0, false, "");
}

static void key_updated(void *arg)
{
    struct config_store *const *store = arg;
    const struct cluster_state *s = config_store_snapshot(*store); /* no lock is held */

    note("key", s->session_key->algorithm, (int)s->session_key->size, false, "");
    cluster_state_unref(s);
}

static void restart(void *arg, const struct restart_request *request)
{
    (void)arg;
    note("restart", request->connector, request->include_tasks, request->only_failed, "");
}

static void level(void *arg, const char *logger, const char *text)
{
    (void)arg;
    note("level", logger, 0, false, text);
}

static const struct config_listener listener = {
    .connector_removed = removed,
    .connector_updated = updated,
    .tasks_updated = tasks_updated,
    .target_state_changed = target_changed,
    .session_key_updated = key_updated,
    .restart_requested = restart,
    .logger_level = level,
};

/* What was told since the last call. */
static void check_told(const char *wanted)
{
    fake_log_settle();
    gate_lock(&told.gate);
    ck_assert_str_eq(buf_str(&told.text), wanted);
    buf_clear(&told.text);
    gate_unlock(&told.gate);
}

static void check_journal(const char *wanted)
{
    CLEANUP(freep) char *journal = fake_log_journal();

    ck_assert_str_eq(journal, wanted);
}

static struct config_store *opened;

static int try_open(struct tern_error *err)
{
    struct config_store_conf conf = {.topic = "configs", .listener = &listener, .arg = &opened};

    if (!told.text.limit) {
        gate_init(&told.gate);
        told.text.limit = 1 << 20;
    }
    return config_store_open(&conf, clock_deadline_ms(10000), &opened, err);
}

static struct config_store *open_store(void)
{
    struct tern_error err;

    ck_assert_ok(try_open(&err), err);
    return opened;
}

static void close_store(struct config_store *s)
{
    config_store_free(s);
    buf_fini(&told.text);
}

static struct config_ref *config_of(const char *value)
{
    struct strmap map = STRMAP_INIT;

    strmap_set(&map, "k", value);
    return config_ref_new(&map);
}

/* ---- opening ---- */

START_TEST(first_read_tells_nobody)
{
    const struct cluster_state *state;
    struct config_store *s;

    fake_log_add("connector-a", PROPS);
    fake_log_add("task-a-0", PROPS);
    fake_log_add("commit-a", "{\"tasks\":1}");
    fake_log_add("restart-connector-a", "{}");
    fake_log_add("logger-cluster-x", "{\"level\":\"INFO\"}");
    s = open_store();
    state = config_store_snapshot(s);
    ck_assert_int_eq(state->offset, 5);
    ck_assert_int_eq(connector_state_tasks(cluster_state_connector(state, "a")), 1);
    cluster_state_unref(state);
    check_told("");
    fake_log_add("logger-cluster-x", "{\"level\":\"TRACE\"}");
    check_told("level(x,0,0,TRACE);");
    close_store(s);
}
END_TEST

START_TEST(one_partition_only)
{
    struct tern_error err;

    fake_log_set_partitions(3);
    ck_assert_int_lt(try_open(&err), 0);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    ck_assert_str_eq(err.msg,
                     "Topic 'configs' supplied via the 'config.storage.topic' property is required "
                     "to have a single partition in order to guarantee consistency of connector "
                     "configurations, but found 3 partitions.");
    buf_fini(&told.text);
}
END_TEST

START_TEST(topic_that_does_not_answer)
{
    struct config_store_conf conf = {.topic = "configs", .listener = &listener};
    struct config_store *s = NULL;
    struct tern_error err;

    ck_assert_int_lt(config_store_open(&conf, clock_mono_ms(), &s, &err), 0);
    ck_assert_int_eq(err.code, TERN_ETIMEOUT);
    ck_assert_ptr_null(s);
}
END_TEST

/* ---- what other workers write ---- */

START_TEST(every_event_is_told)
{
    struct config_store *s = open_store();

    fake_log_add("connector-a", PROPS);
    fake_log_add("target-state-a", "{\"state\":\"PAUSED\"}");
    fake_log_add("task-a-0", PROPS);
    fake_log_add("commit-a", "{\"tasks\":1}");
    fake_log_add("commit-a", "{\"tasks\":3}");
    fake_log_add("session-key",
                 "{\"key\":\"AQID\",\"algorithm\":\"HmacSHA256\",\"creation-timestamp\":1}");
    fake_log_add("restart-connector-a", "{\"include-tasks\":true}");
    fake_log_add("restart-connector-a", "{\"only-failed\":true}");
    fake_log_add("connector-a", NULL);
    fake_log_add("weird", "{}");
    fake_log_add("connector-a", "{");
    check_told("updated(a,0,0,);target(a,0,0,);tasks(a,1,1,);tasks(a,3,0,);key(HmacSHA256,3,0,);"
               "restart(a,1,0,);restart(a,0,1,);removed(a,0,0,);");
    close_store(s);
}
END_TEST

/* ---- what we write ---- */

START_TEST(put_connector)
{
    struct config_store *s = open_store();
    struct config_ref *config = config_of("v");
    struct tern_config view = config_ref_config(config);
    enum target_state stopped = TARGET_STOPPED;
    struct tern_error err;

    ck_assert_ok(config_store_put_connector(s, "a", &view, NULL, &err), err);
    check_journal("connector-a=" PROPS ";end;");
    ck_assert_ok(config_store_put_connector(s, "b", &view, &stopped, &err), err);
    check_journal("target-state-b={\"state\":\"PAUSED\",\"state.v2\":\"STOPPED\"},"
                  "connector-b=" PROPS ";end;");
    check_told("updated(a,0,0,);updated(b,0,0,);");
    config_ref_unref(config);
    close_store(s);
}
END_TEST

START_TEST(remove_connector)
{
    struct config_store *s = open_store();
    struct tern_error err;

    ck_assert_ok(config_store_remove_connector(s, "a", &err), err);
    check_journal("connector-a=null,target-state-a=null;end;");
    close_store(s);
}
END_TEST

START_TEST(put_tasks)
{
    struct config_ref *tasks[2] = {config_of("1"), config_of("2")};
    const struct cluster_state *state;
    struct config_store *s;
    struct tern_error err;

    fake_log_add("connector-a", PROPS);
    s = open_store();
    ck_assert_ok(config_store_put_tasks(s, "a", tasks, 2, &err), err);
    check_journal("end;task-a-0={\"properties\":{\"k\":\"1\"}},"
                  "task-a-1={\"properties\":{\"k\":\"2\"}};end;commit-a={\"tasks\":2};end;");
    state = config_store_snapshot(s); /* written is read back */
    ck_assert_int_eq(connector_state_tasks(state->connectors[0]), 2);
    cluster_state_unref(state);
    ck_assert_ok(config_store_put_tasks(s, "a", NULL, 0, &err), err);
    check_journal("end;commit-a={\"tasks\":0};end;");
    check_told("tasks(a,2,1,);tasks(a,0,0,);");
    config_ref_unref(tasks[0]);
    config_ref_unref(tasks[1]);
    close_store(s);
}
END_TEST

START_TEST(put_the_rest)
{
    static const uint8_t bytes[] = {1, 2, 3};
    struct session_key *key = session_key_new("HmacSHA256", bytes, sizeof(bytes), 77);
    struct restart_request request = {"a", true, false};
    struct config_store *s = open_store();
    struct tern_error err;

    ck_assert_ok(config_store_put_target_state(s, "a", TARGET_PAUSED, &err), err);
    check_journal("target-state-a={\"state\":\"PAUSED\",\"state.v2\":\"PAUSED\"};");
    ck_assert_ok(config_store_put_restart(s, &request, &err), err);
    check_journal("restart-connector-a={\"include-tasks\":true,\"only-failed\":false};end;");
    ck_assert_ok(config_store_put_session_key(s, key, &err), err);
    check_journal("session-key={\"key\":\"AQID\",\"algorithm\":\"HmacSHA256\","
                  "\"creation-timestamp\":77};end;");
    ck_assert_ok(config_store_put_task_count(s, "a", 3, &err), err);
    check_journal("tasks-fencing-a={\"task-count\":3};end;");
    ck_assert_ok(config_store_put_logger_level(s, "a.b", "DEBUG", &err), err);
    check_journal("logger-cluster-a.b={\"level\":\"DEBUG\"};");
    session_key_free(key);
    close_store(s);
}
END_TEST

START_TEST(failures_in_the_peers_words)
{
    struct config_ref *task = config_of("1");
    struct config_store *s = open_store();
    struct tern_error err;

    fake_log_fail_writes(1, TERN_ETIMEOUT, "the broker is away");
    ck_assert_int_lt(config_store_put_target_state(s, "a", TARGET_PAUSED, &err), 0);
    ck_assert_str_eq(err.msg, "Error writing target state to Kafka");
    ck_assert_int_eq(err.code, TERN_ETIMEOUT);
    fake_log_fail_writes(1, TERN_EINTERNAL, "no");
    ck_assert_int_lt(config_store_remove_connector(s, "a", &err), 0);
    ck_assert_str_eq(err.msg, "Error removing connector configuration from Kafka");
    fake_log_fail_reads(true);
    ck_assert_int_lt(config_store_put_tasks(s, "a", &task, 1, &err), 0);
    ck_assert_str_eq(err.msg, "Error writing task configurations to Kafka");
    ck_assert_int_lt(config_store_refresh(s, clock_deadline_ms(0), &err), 0);
    ck_assert_int_eq(err.code, TERN_ETIMEOUT);
    ck_assert_str_eq(err.msg,
                     "reading to the end of the config topic: the end was not reached in time");
    config_ref_unref(task);
    close_store(s);
}
END_TEST

/* Nothing of a batch is sent when one of its records cannot be written. */
START_TEST(text_that_is_not_utf8)
{
    struct config_ref *tasks[2] = {config_of("1"), config_of("\xff")};
    struct config_store *s = open_store();
    struct tern_error err;

    ck_assert_int_lt(config_store_put_tasks(s, "a", tasks, 2, &err), 0);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    check_journal("end;");
    config_ref_unref(tasks[0]);
    config_ref_unref(tasks[1]);
    close_store(s);
}
END_TEST

/* ---- threads ---- */

enum {
    RECORDS = 300,
    READERS = 2
};

struct reader {
    struct thread thread;
    struct config_store *store;
    bool consistent;
};

static bool is_consistent(const struct cluster_state *state)
{
    for (size_t i = 0; i < state->count; i++) {
        const struct connector_state *c = state->connectors[i];

        for (int32_t t = 0; t < connector_state_tasks(c); t++) {
            if (strcmp(strmap_get(config_ref_map(connector_state_task(c, t)), "k"), "v") != 0)
                return false;
        }
    }
    return true;
}

static void read_snapshots(void *arg)
{
    struct reader *r = arg;
    int64_t last = -1;

    r->consistent = true;
    while (last < RECORDS) {
        const struct cluster_state *state = config_store_snapshot(r->store);

        r->consistent = r->consistent && state->offset >= last && is_consistent(state);
        last = state->offset;
        cluster_state_unref(state);
    }
}

START_TEST(snapshots_while_records_come)
{
    static const char *const lines[][2] = {
        {"connector-a", PROPS}, {"task-a-0", PROPS},           {"task-a-1", PROPS},
        {"task-b-0", PROPS},    {"commit-a", "{\"tasks\":2}"}, {"connector-b", PROPS},
    };
    struct config_store *s = open_store();
    struct reader readers[READERS] = {0};

    for (size_t i = 0; i < READERS; i++) {
        readers[i].store = s;
        thread_start(&readers[i].thread, "reader", read_snapshots, &readers[i]);
    }
    for (size_t i = 0; i < RECORDS; i++)
        fake_log_add(lines[i % COUNT_OF(lines)][0], lines[i % COUNT_OF(lines)][1]);
    for (size_t i = 0; i < READERS; i++) {
        thread_join(&readers[i].thread);
        ck_assert(readers[i].consistent);
    }
    close_store(s);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, first_read_tells_nobody);
    test_add(suite, one_partition_only);
    test_add(suite, topic_that_does_not_answer);
    test_add(suite, every_event_is_told);
    test_add(suite, put_connector);
    test_add(suite, remove_connector);
    test_add(suite, put_tasks);
    test_add(suite, put_the_rest);
    test_add(suite, failures_in_the_peers_words);
    test_add(suite, text_that_is_not_utf8);
    test_add(suite, snapshots_while_records_come);
}

TEST_MAIN("config_store", fill)
