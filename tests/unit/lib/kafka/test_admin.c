/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admin on librdkafka's mock cluster, which knows metadata, offsets and group offsets; what it
 * does not know (topics made and described, groups listed) tests/integration covers.
 */
#include "lib/kafka/admin.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/thread.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"
#include "tests/unit/lib/kafka/kafka_test.h"

enum {
    LIST_OFFSETS = 2,
    LONG_MS = 20000
};

static struct admin *open_for(const char *bootstrap)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct tern_config view;
    struct tern_error err;
    struct admin *a;

    settings_fill(&settings, bootstrap, "group.id", "connect", NULL);
    view = strmap_config(&settings);
    ck_assert_ok(admin_open(&view, &a, &err), err);
    return a;
}

START_TEST(knows_the_cluster)
{
    struct tern_error err;
    struct admin *a;
    struct mock m;
    char *id;

    mock_start(&m, 1);
    a = open_for(m.bootstrap);
    ck_assert_ok(admin_cluster_id(a, in_ms(LONG_MS), &id, &err), err);
    ck_assert_ptr_nonnull(strstr(id, "mockCluster"));
    free(id);
    rd_kafka_mock_broker_set_down(m.cluster, 1);
    ck_assert_int_eq(admin_cluster_id(a, in_ms(300), &id, &err), -1); /* though it is known */
    ck_assert_int_eq(err.code, TERN_ETIMEOUT);
    admin_free(a);
    admin_free(NULL);
    mock_stop(&m);
}
END_TEST

START_TEST(rests_and_wakes)
{
    struct tern_error err;
    struct admin *a;
    struct mock m;
    char *id;

    mock_start(&m, 1);
    a = open_for(m.bootstrap);
    admin_rest(a);
    admin_rest(a);
    ck_assert_ok(admin_wake(a, &err), err);
    ck_assert_ok(admin_wake(a, &err), err);
    ck_assert_ok(admin_cluster_id(a, in_ms(LONG_MS), &id, &err), err);
    free(id);
    admin_rest(a);
    admin_cancel(a); /* as a stop does while nothing is under way */
    admin_free(a);
    mock_stop(&m);
}
END_TEST

struct canceller {
    struct admin *admin;
    struct thread thread;
    struct gate gate;
};

static void cancel_soon(void *arg)
{
    struct canceller *c = arg;

    gate_lock(&c->gate);
    while (gate_wait(&c->gate, in_ms(300)))
        ;
    gate_unlock(&c->gate);
    admin_cancel(c->admin);
}

enum cancelled_call {
    CALL_CLUSTER_ID,
    CALL_LIST_TOPICS,
    CALL_LIST_OFFSETS,
    CALL_LIST_GROUPS,
    CALL_GROUP_OFFSETS,
    CALL_CREATE_TOPICS,
    CANCELLED_CALLS
};

static int make_call(struct admin *a, enum cancelled_call call, struct tern_error *err)
{
    static const char *const group = "g";
    struct admin_partition_offset offset = {"t", 0, -1};
    struct admin_new_topic topic = {"n", 1, 1, {0}};
    struct admin_group_offsets *group_offsets;
    struct admin_outcome *outcomes;
    struct admin_topics topics;
    struct admin_groups groups;
    int64_t deadline_ms = in_ms(LONG_MS);
    char *id;

    switch (call) {
    case CALL_CLUSTER_ID:
        return admin_cluster_id(a, deadline_ms, &id, err);
    case CALL_LIST_TOPICS:
        return admin_list_topics(a, NULL, deadline_ms, &topics, err);
    case CALL_LIST_OFFSETS:
        return admin_list_offsets(a, ADMIN_LATEST, &offset, 1, deadline_ms, err);
    case CALL_LIST_GROUPS:
        return admin_list_groups(a, deadline_ms, &groups, err);
    case CALL_GROUP_OFFSETS:
        return admin_group_offsets(a, &group, 1, deadline_ms, &group_offsets, err);
    default:
        return admin_create_topics(a, &topic, 1, false, deadline_ms, &outcomes, err);
    }
}

/* Under way, on a cluster that is gone; then once more, which fails at once; then closed. */
START_TEST(cancelled_calls_end_soon)
{
    int64_t begun_ms;
    struct canceller c;
    struct tern_error err;
    struct mock m;
    char *id;

    mock_start(&m, 1);
    mock_topic(&m, "t", 1);
    c.admin = open_for(m.bootstrap);
    gate_init(&c.gate);
    ck_assert_ok(admin_cluster_id(c.admin, in_ms(LONG_MS), &id, &err), err);
    free(id);
    rd_kafka_mock_broker_set_down(m.cluster, 1);
    begun_ms = clock_mono_ms();
    thread_start(&c.thread, "canceller", cancel_soon, &c);
    ck_assert_int_eq(make_call(c.admin, (enum cancelled_call)_i, &err), -1);
    ck_assert_int_eq(err.code, TERN_ERETRIABLE);
    ck_assert_ptr_nonnull(strstr(err.msg, "cancelled"));
    ck_assert_int_ge(clock_mono_ms() - begun_ms, 250);
    thread_join(&c.thread);
    ck_assert_int_eq(make_call(c.admin, (enum cancelled_call)_i, &err), -1);
    ck_assert_int_eq(err.code, TERN_ERETRIABLE);
    admin_free(c.admin);
    ck_assert_int_lt(clock_mono_ms() - begun_ms, 5000);
    admin_cancel(NULL);
    gate_fini(&c.gate);
    mock_stop(&m);
}
END_TEST

START_TEST(lists_topics)
{
    struct admin_topics topics;
    struct tern_error err;
    struct admin *a;
    struct mock m;

    mock_start(&m, 1);
    mock_topic(&m, "b", 2);
    mock_topic(&m, "__consumer_offsets", 1);
    mock_topic(&m, "a", 1);
    mock_topic(&m, "__mine", 1);
    mock_topic(&m, "forbidden", 1);
    rd_kafka_mock_topic_set_error(m.cluster, "forbidden",
                                  RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    a = open_for(m.bootstrap);
    ck_assert_ok(admin_list_topics(a, NULL, in_ms(LONG_MS), &topics, &err), err);
    ck_assert_uint_eq(topics.count, 5);
    ck_assert_str_eq(topics.at[0].name, "__consumer_offsets");
    ck_assert(topics.at[0].internal);
    ck_assert_str_eq(topics.at[1].name, "__mine");
    ck_assert(!topics.at[1].internal);
    ck_assert_int_eq(admin_topics_find(&topics, "b")->partitions, 2);
    ck_assert_ptr_null(admin_topics_find(&topics, "b")->error);
    ck_assert_ptr_null(admin_topics_find(&topics, "c"));
    ck_assert_int_eq(admin_topics_find(&topics, "forbidden")->partitions, 0);
    ck_assert_str_eq(admin_topics_find(&topics, "forbidden")->error,
                     "Broker: Topic authorization failed");
    admin_topics_fini(&topics);
    ck_assert_ptr_null(admin_topics_find(&topics, "b"));

    ck_assert_ok(admin_list_topics(a, "b", in_ms(LONG_MS), &topics, &err), err);
    ck_assert_uint_eq(topics.count, 1);
    ck_assert_int_eq(topics.at[0].partitions, 2);
    admin_topics_fini(&topics);
    admin_free(a);
    mock_stop(&m);
}
END_TEST

START_TEST(lists_offsets)
{
    struct admin_partition_offset at[] = {{"t", 0, -1}, {"u", 0, -1}, {"t", 1, -1}};
    struct tern_error err;
    struct admin *a;
    struct mock m;

    mock_start(&m, 3);
    mock_topic(&m, "t", 2);
    mock_topic(&m, "u", 1);
    mock_write(&m, "t", 1, "k", "v");
    mock_write(&m, "t", 1, "k", "v");
    mock_write(&m, "u", 0, "k", "v");
    a = open_for(m.bootstrap);
    ck_assert_ok(admin_list_offsets(a, ADMIN_LATEST, at, 3, in_ms(LONG_MS), &err), err);
    ck_assert_int_eq(at[0].offset, 0);
    ck_assert_int_eq(at[1].offset, 1);
    ck_assert_int_eq(at[2].offset, 2);
    ck_assert_ok(admin_list_offsets(a, ADMIN_EARLIEST, at, 3, in_ms(LONG_MS), &err), err);
    ck_assert_int_eq(at[2].offset, 0);
    ck_assert_ok(admin_list_offsets(a, ADMIN_LATEST, NULL, 0, in_ms(LONG_MS), &err), err);
    admin_free(a);
    mock_stop(&m);
}
END_TEST

START_TEST(follows_moved_leaders)
{
    struct admin_partition_offset at[] = {{"t", 0, -1}, {"u", 0, -1}};
    struct tern_error err;
    struct admin *a;
    struct mock m;

    mock_start(&m, 2);
    mock_topic(&m, "t", 1);
    mock_topic(&m, "u", 1);
    mock_write(&m, "t", 0, "k", "v");
    a = open_for(m.bootstrap);
    for (int32_t leader = 1; leader <= 2; leader++) {
        rd_kafka_mock_partition_set_leader(m.cluster, "t", 0, leader);
        rd_kafka_mock_partition_set_leader(m.cluster, "u", 0, leader);
        ck_assert_ok(admin_list_offsets(a, ADMIN_LATEST, at, 1, in_ms(LONG_MS), &err), err);
        ck_assert_int_eq(at[0].offset, 1);
        ck_assert_ok(admin_list_offsets(a, ADMIN_LATEST, at, 2, in_ms(LONG_MS), &err), err);
    }
    rd_kafka_mock_push_request_errors(m.cluster, LIST_OFFSETS, 2,
                                      RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE,
                                      RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION);
    ck_assert_ok(admin_list_offsets(a, ADMIN_LATEST, at, 1, in_ms(LONG_MS), &err), err);
    admin_free(a);
    mock_stop(&m);
}
END_TEST

START_TEST(missing_partition_is_named)
{
    struct admin_partition_offset at[] = {{"t", 0, -1}, {"t", 7, -1}};
    struct tern_error err;
    struct admin *a;
    struct mock m;

    mock_start(&m, 1);
    mock_topic(&m, "t", 1);
    a = open_for(m.bootstrap);
    ck_assert_int_eq(admin_list_offsets(a, ADMIN_LATEST, at, 2, in_ms(LONG_MS), &err), -1);
    ck_assert_int_eq(err.code, TERN_ENOTFOUND);
    ck_assert_str_eq(err.msg, "listing offsets of 't-7': Local: Unknown partition");
    ck_assert_int_eq(at[0].offset, -1);
    admin_free(a);
    mock_stop(&m);
}
END_TEST

/* One partition more than goes into one request of librdkafka's. */
START_TEST(lists_many_offsets)
{
    enum {
        MANY = 1001
    };
    struct admin_partition_offset *at = xcalloc(MANY, sizeof(*at));
    struct tern_error err;
    struct admin *a;
    struct mock m;

    mock_start(&m, 1);
    mock_topic(&m, "t", MANY);
    mock_write(&m, "t", MANY - 1, "k", "v");
    for (int32_t i = 0; i < MANY; i++)
        at[i] = (struct admin_partition_offset){"t", i, -1};
    a = open_for(m.bootstrap);
    ck_assert_ok(admin_list_offsets(a, ADMIN_LATEST, at, MANY, in_ms(LONG_MS), &err), err);
    ck_assert_int_eq(at[0].offset, 0);
    ck_assert_int_eq(at[MANY - 1].offset, 1);
    admin_free(a);
    mock_stop(&m);
    free(at);
}
END_TEST

/* What the group g has committed; the mock answers for named partitions only. */
static rd_kafka_topic_partition_list_t *committed(const struct mock *m)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(3);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_t *rk;

    rd_kafka_conf_set(conf, "bootstrap.servers", m->bootstrap, NULL, 0);
    rd_kafka_conf_set(conf, "group.id", "g", NULL, 0);
    rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, NULL, 0);
    for (int32_t i = 0; i < 3; i++)
        rd_kafka_topic_partition_list_add(list, "t", i);
    ck_assert_int_eq(rd_kafka_committed(rk, list, LONG_MS), 0);
    rd_kafka_destroy(rk);
    return list;
}

START_TEST(writes_group_offsets)
{
    const struct admin_group_offset offsets[] = {
        {(char *)"t", 0, 42, (char *)"note"},
        {(char *)"t", 1, 7, (char *)""},
    };
    const char *const groups[] = {"g", "other"};
    rd_kafka_topic_partition_list_t *list;
    struct admin_group_offsets *found;
    struct admin_outcome outcome;
    struct tern_error err;
    struct admin *a;
    struct mock m;

    mock_start(&m, 1);
    mock_topic(&m, "t", 3);
    a = open_for(m.bootstrap);
    ck_assert_ok(admin_alter_group_offsets(a, "g", offsets, 2, in_ms(LONG_MS), &outcome, &err),
                 err);
    ck_assert_int_eq(outcome.kafka_error, 0);
    list = committed(&m);
    ck_assert_int_eq(list->elems[0].offset, 42);
    ck_assert_uint_eq(list->elems[0].metadata_size, 4);
    ck_assert_mem_eq(list->elems[0].metadata, "note", 4);
    ck_assert_int_eq(list->elems[1].offset, 7);
    ck_assert_int_lt(list->elems[2].offset, 0);
    rd_kafka_topic_partition_list_destroy(list);

    ck_assert_ok(admin_group_offsets(a, groups, 2, in_ms(LONG_MS), &found, &err), err);
    ck_assert_str_eq(found[0].group, "g");
    ck_assert_int_eq(found[0].outcome.kafka_error, 0);
    ck_assert_str_eq(found[1].group, "other");
    ck_assert_uint_eq(found[1].count, 0);
    admin_group_offsets_free(found, 2);
    admin_free(a);
    mock_stop(&m);
}
END_TEST

/* More groups than are asked about at once, and g among them. */
START_TEST(writes_offsets_of_many_groups)
{
    enum {
        GROUPS = 150
    };
    const struct admin_group_offset offset = {(char *)"t", 1, 77, (char *)""};
    struct admin_group_commit commits[GROUPS];
    char names[GROUPS][16];
    rd_kafka_topic_partition_list_t *list;
    struct tern_error err;
    struct admin *a;
    struct mock m;

    mock_start(&m, 1);
    mock_topic(&m, "t", 3);
    a = open_for(m.bootstrap);
    for (int i = 0; i < GROUPS; i++) {
        snprintf(names[i], sizeof(names[i]), i == 99 ? "g" : "g%d", i);
        commits[i] = (struct admin_group_commit){.group = names[i], .offsets = &offset, .count = 1};
    }
    ck_assert_ok(admin_alter_groups_offsets(a, commits, GROUPS, in_ms(LONG_MS), &err), err);
    for (int i = 0; i < GROUPS; i++)
        ck_assert_int_eq(commits[i].outcome.kafka_error, 0);
    list = committed(&m);
    ck_assert_int_eq(list->elems[1].offset, 77);
    rd_kafka_topic_partition_list_destroy(list);
    ck_assert_ok(admin_alter_groups_offsets(a, commits, 0, in_ms(LONG_MS), &err), err);
    admin_free(a);
    mock_stop(&m);
}
END_TEST

/* Every call ends at its deadline and says what could not be reached. */
START_TEST(unreachable_cluster_is_a_timeout)
{
    static const char *const names[] = {"x"};
    struct admin *a = open_for("127.0.0.1:1");
    struct admin_partition_offset at = {"t", 0, -1};
    struct admin_new_topic topic = {.name = "t", .partitions = 1, .replication_factor = 1};
    struct admin_group_description *descriptions;
    struct admin_topic_configs *configs;
    struct admin_group_offsets *offsets;
    struct admin_outcome *outcomes;
    struct admin_groups groups;
    struct admin_topics topics;
    struct tern_error err;
    int64_t began_ms = clock_mono_ms();
    char *id;

#define check_fails(call)                                                                       \
    do {                                                                                        \
        memset(&err, 0, sizeof(err));                                                           \
        ck_assert_int_eq((call), -1);                                                           \
        ck_assert_int_eq(err.code, TERN_ETIMEOUT);                                              \
        ck_assert_msg(strstr(err.msg, "cannot reach cluster at '127.0.0.1:1' within ") != NULL, \
                      "%s", err.msg);                                                           \
    } while (0)
    check_fails(admin_cluster_id(a, in_ms(100), &id, &err));
    check_fails(admin_list_topics(a, NULL, in_ms(100), &topics, &err));
    check_fails(admin_list_topics(a, "t", in_ms(100), &topics, &err));
    check_fails(admin_list_offsets(a, ADMIN_LATEST, &at, 1, in_ms(100), &err));
    check_fails(admin_create_topics(a, &topic, 1, false, in_ms(100), &outcomes, &err));
    check_fails(admin_describe_topics(a, names, 1, in_ms(100), &configs, &err));
    check_fails(admin_list_groups(a, in_ms(100), &groups, &err));
    check_fails(admin_group_offsets(a, names, 1, in_ms(100), &offsets, &err));
    check_fails(admin_describe_groups(a, names, 1, in_ms(100), &descriptions, &err));
#undef check_fails
    ck_assert_int_lt(clock_mono_ms() - began_ms, LONG_MS);
    admin_free(a);
}
END_TEST

/* librdkafka refuses to ask for nothing; we do not. */
START_TEST(nothing_is_answered_at_once)
{
    struct admin *a = open_for("127.0.0.1:1");
    struct admin_group_description *descriptions = NULL;
    struct admin_topic_configs *configs = NULL;
    struct admin_group_offsets *offsets = NULL;
    struct admin_outcome *outcomes = NULL, outcome = {.kafka_error = 1};
    struct tern_error err;

    ck_assert_ok(admin_create_topics(a, NULL, 0, false, in_ms(100), &outcomes, &err), err);
    admin_outcomes_free(outcomes, 0);
    outcomes = NULL;
    ck_assert_ok(admin_create_partitions(a, NULL, 0, in_ms(100), &outcomes, &err), err);
    admin_outcomes_free(outcomes, 0);
    ck_assert_ok(admin_describe_topics(a, NULL, 0, in_ms(100), &configs, &err), err);
    admin_topic_configs_free(configs, 0);
    ck_assert_ok(admin_group_offsets(a, NULL, 0, in_ms(100), &offsets, &err), err);
    admin_group_offsets_free(offsets, 0);
    ck_assert_ok(admin_describe_groups(a, NULL, 0, in_ms(100), &descriptions, &err), err);
    admin_group_descriptions_free(descriptions, 0);
    ck_assert_ok(admin_alter_group_offsets(a, "g", NULL, 0, in_ms(100), &outcome, &err), err);
    ck_assert_int_eq(outcome.kafka_error, 0);
    admin_free(a);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, knows_the_cluster);
    test_add(suite, rests_and_wakes);
    test_add_rows(suite, cancelled_calls_end_soon, CANCELLED_CALLS);
    test_add(suite, lists_topics);
    test_add(suite, lists_offsets);
    test_add(suite, follows_moved_leaders);
    test_add(suite, missing_partition_is_named);
    test_add(suite, lists_many_offsets);
    test_add(suite, writes_group_offsets);
    test_add(suite, writes_offsets_of_many_groups);
    test_add(suite, unreachable_cluster_is_a_timeout);
    test_add(suite, nothing_is_answered_at_once);
}

TEST_MAIN("admin", fill)
