/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The three stores over librdkafka's mock cluster: what one worker writes, another one reads,
 * and failures of the broker in between.
 */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdatomic.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/thread.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"
#include "worker/store/config_store.h"
#include "worker/store/offset_store.h"
#include "worker/store/status_store.h"

enum {
    PRODUCE = 0,      /* Kafka's number of the request */
    LIST_OFFSETS = 2, /* likewise */
    ADD_PARTITIONS = 24,
    LONG_MS = 20000,
};

/* A mock cluster and what a worker needs to use it. */
struct fixture {
    rd_kafka_t *rk; /* holds the cluster */
    rd_kafka_mock_cluster_t *cluster;
    struct strmap settings;
    struct tern_config view;
    struct admin *admin;
};

static void set_up(struct fixture *f, const char *topic, int partitions)
{
    static const char *const settings[][2] = {
        {"group.id", "connect"},
        {"acks", "all"},
        {"retries", "0"},
        {"enable.idempotence", "false"},
        {"max.in.flight.requests.per.connection", "1"},
        {"delivery.timeout.ms", "2147483647"},
        {"fetch.max.wait.ms", "50"},
    };
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    struct tern_error err;
    char why[256];

    *f = (struct fixture){0};
    rd_kafka_conf_set(conf, "log_level", "0", NULL, 0);
    f->rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
    ck_assert_msg(f->rk != NULL, "%s", why);
    f->cluster = rd_kafka_mock_cluster_new(f->rk, 1);
    ck_assert_int_eq(rd_kafka_mock_topic_create(f->cluster, topic, partitions, 1), 0);
    strmap_set(&f->settings, "bootstrap.servers", rd_kafka_mock_cluster_bootstraps(f->cluster));
    for (size_t i = 0; i < COUNT_OF(settings); i++)
        strmap_set(&f->settings, settings[i][0], settings[i][1]);
    f->view = strmap_config(&f->settings);
    ck_assert_ok(admin_open(&f->view, &f->admin, &err), err);
}

static void tear_down(struct fixture *f)
{
    admin_free(f->admin);
    strmap_fini(&f->settings);
    rd_kafka_mock_cluster_destroy(f->cluster);
    rd_kafka_destroy(f->rk);
}

static int64_t soon(void)
{
    return clock_deadline_ms(LONG_MS);
}

/* ---- config_store ---- */

/* Counts what a worker was told, and wakes who waits for it. */
struct told {
    struct gate gate;
    int updates, removals, tasks, targets; /* gate */
};

static void count(struct told *t, int *counter)
{
    gate_lock(&t->gate);
    ++*counter;
    gate_wake(&t->gate);
    gate_unlock(&t->gate);
}

static void on_removed(void *arg, const char *connector)
{
    struct told *t = arg;

    (void)connector;
    count(t, &t->removals);
}

static void on_updated(void *arg, const char *connector)
{
    struct told *t = arg;

    (void)connector;
    count(t, &t->updates);
}

static void on_tasks(void *arg, const char *connector, int32_t tasks, bool applied)
{
    struct told *t = arg;

    (void)connector;
    if (tasks > 0 && applied)
        count(t, &t->tasks);
}

static void on_target(void *arg, const char *connector)
{
    struct told *t = arg;

    (void)connector;
    count(t, &t->targets);
}

static void on_key(void *arg)
{
    (void)arg;
}

static void on_restart(void *arg, const struct restart_request *request)
{
    (void)arg;
    (void)request;
}

static void on_level(void *arg, const char *logger, const char *level)
{
    (void)arg;
    (void)logger;
    (void)level;
}

static const struct config_listener listener = {on_removed, on_updated, on_tasks, on_target,
                                                on_key,     on_restart, on_level};

static void wait_for(struct told *t, const int *counter, int wanted)
{
    int64_t deadline_ms = soon();

    gate_lock(&t->gate);
    while (*counter < wanted)
        ck_assert(gate_wait(&t->gate, deadline_ms));
    gate_unlock(&t->gate);
}

static struct config_store *open_configs(struct fixture *f, struct told *told)
{
    struct config_store_conf conf = {.topic = "configs",
                                     .consumer = f->view,
                                     .producer = f->view,
                                     .admin = f->admin,
                                     .listener = &listener,
                                     .arg = told};
    struct config_store *s;
    struct tern_error err;

    gate_init(&told->gate);
    ck_assert_ok(config_store_open(&conf, soon(), &s, &err), err);
    return s;
}

static struct config_ref *config_of(const char *value)
{
    struct strmap map = STRMAP_INIT;

    strmap_set(&map, "k", value);
    return config_ref_new(&map);
}

static void write_connector(struct config_store *s, const char *name)
{
    struct config_ref *config = config_of("connector");
    struct config_ref *tasks[2] = {config_of("0"), config_of("1")};
    struct tern_config view = config_ref_config(config);
    enum target_state paused = TARGET_PAUSED;
    struct tern_error err;

    ck_assert_ok(config_store_put_connector(s, name, &view, &paused, &err), err);
    ck_assert_ok(config_store_put_tasks(s, name, tasks, 2, &err), err);
    config_ref_unref(config);
    config_ref_unref(tasks[0]);
    config_ref_unref(tasks[1]);
}

static void check_configs(struct config_store *s, int64_t offset)
{
    const struct cluster_state *state = config_store_snapshot(s);
    const struct connector_state *c = cluster_state_connector(state, "a");

    ck_assert_int_eq(state->offset, offset);
    ck_assert_ptr_nonnull(c);
    ck_assert_int_eq(c->target, TARGET_PAUSED);
    ck_assert_int_eq(connector_state_tasks(c), 2);
    ck_assert_str_eq(strmap_get(config_ref_map(connector_state_task(c, 1)), "k"), "1");
    cluster_state_unref(state);
}

START_TEST(configs_of_two_workers)
{
    struct told one_told = {0}, two_told = {0};
    struct config_store *one, *two, *late;
    struct told late_told = {0};
    struct tern_error err;
    struct fixture f;

    set_up(&f, "configs", 1);
    one = open_configs(&f, &one_told);
    two = open_configs(&f, &two_told);
    write_connector(one, "a"); /* 5 records, all read back */
    check_configs(one, 5);
    ck_assert_ok(config_store_refresh(two, soon(), &err), err);
    check_configs(two, 5);
    wait_for(&two_told, &two_told.tasks, 1);
    ck_assert_int_eq(two_told.updates, 1);

    late = open_configs(&f, &late_told);
    check_configs(late, 5);
    ck_assert_ok(config_store_put_target_state(two, "a", TARGET_STOPPED, &err), err);
    wait_for(&one_told, &one_told.targets, 1);
    wait_for(&late_told, &late_told.targets, 1);
    ck_assert_int_eq(late_told.updates, 0);
    ck_assert_ok(config_store_remove_connector(late, "a", &err), err);
    wait_for(&one_told, &one_told.removals, 1);
    config_store_free(one);
    config_store_free(two);
    config_store_free(late);
    tear_down(&f);
}
END_TEST

/* With a leader's producer: nothing without a claim, and a claim that is lost with a write. */
START_TEST(configs_of_a_leader)
{
    CLEANUP(strmap_fini) struct strmap leader = STRMAP_INIT;
    struct config_store_conf conf = {.topic = "configs", .listener = &listener};
    struct told told = {0};
    const struct cluster_state *state;
    struct config_store *s;
    struct tern_error err;
    struct fixture f;

    set_up(&f, "configs", 1);
    gate_init(&told.gate);
    strmap_set(&leader, "bootstrap.servers", rd_kafka_mock_cluster_bootstraps(f.cluster));
    strmap_set(&leader, "transactional.id", "connect-cluster-g");
    conf.consumer = conf.producer = f.view;
    conf.leader = strmap_config(&leader);
    conf.admin = f.admin;
    conf.arg = &told;
    ck_assert_ok(config_store_open(&conf, soon(), &s, &err), err);
    ck_assert(!config_store_has_claim(s));
    ck_assert_int_lt(config_store_put_task_count(s, "c", 3, &err), 0);
    ck_assert_str_eq(err.msg, "Error writing task count record to Kafka");
    ck_assert_ok(config_store_put_target_state(s, "c", TARGET_PAUSED, &err), err); /* anybody may */
    ck_assert_ok(config_store_claim(s, soon(), &err), err);
    ck_assert(config_store_has_claim(s));
    ck_assert_ok(config_store_put_task_count(s, "c", 3, &err), err);
    rd_kafka_mock_push_request_errors(f.cluster, ADD_PARTITIONS, 1,
                                      RD_KAFKA_RESP_ERR_PRODUCER_FENCED);
    ck_assert_int_lt(config_store_put_task_count(s, "c", 4, &err), 0);
    ck_assert_str_eq(err.msg, "Failed to write to config topic; this may be due to a transient "
                              "error and the request can be safely retried");
    ck_assert(!config_store_has_claim(s));
    ck_assert_ok(config_store_claim(s, soon(), &err), err);
    write_connector(s, "c");
    state = config_store_snapshot(s);
    ck_assert_int_eq(connector_state_tasks(cluster_state_connector(state, "c")), 2);
    ck_assert_int_eq(cluster_state_connector(state, "c")->task_count_record, 3);
    cluster_state_unref(state);
    config_store_free(s);
    tear_down(&f);
}
END_TEST

START_TEST(configs_in_two_partitions)
{
    struct told told = {0};
    struct config_store_conf conf = {.topic = "configs", .listener = &listener, .arg = &told};
    struct config_store *s;
    struct tern_error err;
    struct fixture f;

    set_up(&f, "configs", 2);
    conf.consumer = conf.producer = f.view;
    conf.admin = f.admin;
    ck_assert_int_lt(config_store_open(&conf, soon(), &s, &err), 0);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    ck_assert_ptr_nonnull(strstr(err.msg, "but found 2 partitions."));
    tear_down(&f);
}
END_TEST

/* A write that the broker refuses is an error of the caller, and nothing is read back. */
START_TEST(config_write_is_refused)
{
    struct told told = {0};
    struct config_store *s;
    struct tern_error err;
    struct fixture f;

    set_up(&f, "configs", 1);
    s = open_configs(&f, &told);
    rd_kafka_mock_push_request_errors(f.cluster, PRODUCE, 1, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS);
    ck_assert_int_lt(config_store_put_target_state(s, "a", TARGET_PAUSED, &err), 0);
    ck_assert_str_eq(err.msg, "Error writing target state to Kafka");
    ck_assert_ok(config_store_put_target_state(s, "a", TARGET_PAUSED, &err), err);
    rd_kafka_mock_push_request_errors(f.cluster, LIST_OFFSETS, 1,
                                      RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION);
    ck_assert_ok(config_store_refresh(s, soon(), &err), err);
    config_store_free(s);
    tear_down(&f);
}
END_TEST

/* ---- offset_store ---- */

static struct offset_store *open_offsets(struct fixture *f)
{
    struct offset_store_conf conf = {
        .topic = "offsets", .consumer = f->view, .producer = f->view, .admin = f->admin};
    struct offset_store *s;
    struct tern_error err;

    ck_assert_ok(offset_store_open(&conf, soon(), &s, &err), err);
    return s;
}

static void on_written(void *arg, const char *error)
{
    atomic_int *written = arg;

    atomic_store(written, error ? -1 : 1);
}

/* A read goes to the end, so that a write sent before it is acknowledged, and told. */
static void write_offsets(struct offset_store *s, const struct offset_entry *entries, size_t n,
                          int outcome)
{
    atomic_int written = 0;
    struct tern_error err;
    char *value;

    offset_store_write(s, entries, n, on_written, &written);
    ck_assert_ok(offset_store_read(s, &entries[0].key, 1, soon(), &value, &err), err);
    free(value);
    ck_assert_int_eq(atomic_load(&written), outcome);
}

static void check_offset(struct offset_store *s, const char *key, const char *wanted)
{
    struct tern_error err;
    char *value;

    ck_assert_ok(offset_store_read(s, &key, 1, soon(), &value, &err), err);
    ck_assert_pstr_eq(value, wanted);
    free(value);
}

START_TEST(offsets_of_two_workers)
{
    static const struct offset_entry first[] = {{"[\"c\",{\"p\":1}]", "{\"o\":1}"},
                                                {"[\"c\",{\"p\":2}]", "{\"o\":2}"},
                                                {"[\"c\",{\"p\":3}]", "{\"o\":3}"}};
    static const struct offset_entry second[] = {{"[\"c\",{\"p\":2}]", "{\"o\":22}"},
                                                 {"[\"c\",{\"p\":3}]", NULL}};
    struct offset_store *one, *two;
    struct fixture f;

    set_up(&f, "offsets", 25);
    one = open_offsets(&f);
    write_offsets(one, first, COUNT_OF(first), 1);
    two = open_offsets(&f);
    check_offset(two, first[2].key, "{\"o\":3}");
    write_offsets(two, second, COUNT_OF(second), 1);
    check_offset(one, first[0].key, "{\"o\":1}");
    check_offset(one, first[1].key, "{\"o\":22}");
    check_offset(one, first[2].key, NULL);
    rd_kafka_mock_push_request_errors(f.cluster, PRODUCE, 1,
                                      RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    write_offsets(two, second, 1, -1);
    offset_store_free(one);
    offset_store_free(two);
    tear_down(&f);
}
END_TEST

/* ---- status_store ---- */

static struct status_store *open_statuses(struct fixture *f)
{
    struct status_store_conf conf = {
        .topic = "statuses", .consumer = f->view, .producer = f->view, .admin = f->admin};
    struct status_store *s;
    struct tern_error err;

    ck_assert_ok(status_store_open(&conf, soon(), &s, &err), err);
    return s;
}

/* The broker refuses three times and the client retries nothing: the store does. */
START_TEST(statuses_of_two_workers)
{
    struct status running = {.state = RUN_RUNNING, .worker_id = "me:1", .generation = 3};
    struct status_store *one, *two;
    struct status got;
    char **topics;
    struct fixture f;

    set_up(&f, "statuses", 5);
    one = open_statuses(&f);
    rd_kafka_mock_push_request_errors(f.cluster, PRODUCE, 3, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
                                      RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
                                      RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS);
    status_store_put(one, "c", 0, &running, false);
    status_store_put_topic(one, "t", "c", 0, 99);
    ck_assert(status_store_flush(one, soon()));
    two = open_statuses(&f);
    ck_assert(status_store_get(two, "c", 0, &got));
    ck_assert_int_eq(got.state, RUN_RUNNING);
    ck_assert_str_eq(got.worker_id, "me:1");
    status_fini(&got);
    ck_assert_uint_eq(status_store_topics(two, "c", &topics), 1);
    ck_assert_str_eq(topics[0], "t");
    free(topics[0]);
    free(topics);
    status_store_free(one);
    status_store_free(two);
    tear_down(&f);
}
END_TEST

/* One that has not looked for a while does not write over what another has said since. */
START_TEST(statuses_of_others_are_learnt_before_a_safe_put)
{
    struct status before = {.state = RUN_RUNNING, .worker_id = "me:1", .generation = 3};
    struct status since = {.state = RUN_RUNNING, .worker_id = "other:1", .generation = 5};
    struct status unassigned = {.state = RUN_UNASSIGNED, .worker_id = "me:1", .generation = 3};
    struct status_store *mine, *others, *reader;
    struct tern_error err;
    struct status got;
    struct fixture f;

    set_up(&f, "statuses", 5);
    mine = open_statuses(&f);
    others = open_statuses(&f);
    status_store_put(mine, "c", STATUS_CONNECTOR, &before, false);
    ck_assert(status_store_flush(mine, soon()));
    status_store_put(others, "c", STATUS_CONNECTOR, &since, false);
    ck_assert(status_store_flush(others, soon()));
    ck_assert_ok(status_store_refresh(mine, soon(), &err), err);
    status_store_put(mine, "c", STATUS_CONNECTOR, &unassigned, true);
    ck_assert(status_store_flush(mine, soon()));
    reader = open_statuses(&f);
    ck_assert(status_store_get(reader, "c", STATUS_CONNECTOR, &got));
    ck_assert_int_eq(got.state, RUN_RUNNING);
    ck_assert_str_eq(got.worker_id, "other:1");
    status_fini(&got);
    status_store_free(mine);
    status_store_free(others);
    status_store_free(reader);
    tear_down(&f);
}
END_TEST

/* Statuses that cannot be written hold nobody up. */
START_TEST(statuses_without_a_broker)
{
    struct status running = {.state = RUN_RUNNING, .worker_id = "me:1", .generation = 3};
    struct status_store *s;
    struct fixture f;

    set_up(&f, "statuses", 5);
    s = open_statuses(&f);
    rd_kafka_mock_broker_set_down(f.cluster, 1);
    status_store_put(s, "c", 0, &running, false);
    ck_assert(!status_store_flush(s, clock_deadline_ms(100)));
    status_store_free(s);
    tear_down(&f);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, configs_of_two_workers);
    test_add(suite, configs_of_a_leader);
    test_add(suite, configs_in_two_partitions);
    test_add(suite, config_write_is_refused);
    test_add(suite, offsets_of_two_workers);
    test_add(suite, statuses_of_two_workers);
    test_add(suite, statuses_of_others_are_learnt_before_a_safe_put);
    test_add(suite, statuses_without_a_broker);
}

TEST_MAIN("stores on a mock cluster", fill)
