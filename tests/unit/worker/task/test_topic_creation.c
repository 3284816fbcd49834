/* SPDX-License-Identifier: Apache-2.0 */
/* Topics that are created before the first record; the cluster is a stand-in. */
#include "worker/task/topic_creation.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/xmem.h"
#include "lib/kafka/admin.h"
#include "tests/lib/testing.h"

/* ---- the cluster ---- */

struct admin {
    int dummy;
};

static struct {
    int opened, closed, looked, created;
    bool exists;
    int out_of_reach; /* so many calls fail */
    int error;        /* of the creation */
    char topic[256];  /* as it was to be created */
    char client[512];
} cluster;

int admin_open(const struct tern_config *java, struct admin **ret_admin, struct tern_error *err)
{
    (void)err;
    cluster.opened++;
    for (size_t i = 0; i < java->count; i++) {
        size_t len = strlen(cluster.client);

        snprintf(cluster.client + len, sizeof(cluster.client) - len, "%s=%s;", java->entries[i].key,
                 java->entries[i].value);
    }
    *ret_admin = xcalloc(1, sizeof(**ret_admin));
    return 0;
}

void admin_free(struct admin *a)
{
    cluster.closed += a != NULL;
    free(a);
}

static int reach(struct tern_error *err)
{
    if (cluster.out_of_reach == 0)
        return 0;
    cluster.out_of_reach--;
    return tern_fail(err, TERN_ETIMEOUT, "no broker answers");
}

int admin_list_topics(struct admin *a, const char *only, int64_t deadline_ms,
                      struct admin_topics *ret_topics, struct tern_error *err)
{
    (void)a;
    (void)deadline_ms;
    (void)only;
    cluster.looked++;
    *ret_topics = (struct admin_topics){.count = cluster.exists};
    return reach(err);
}

void admin_topics_fini(struct admin_topics *topics)
{
    (void)topics;
}

int admin_create_topics(struct admin *a, const struct admin_new_topic *topics, size_t count,
                        bool validate_only, int64_t deadline_ms,
                        struct admin_outcome **ret_outcomes, struct tern_error *err)
{
    (void)a;
    (void)deadline_ms;
    ck_assert(count == 1 && !validate_only);
    cluster.created++;
    snprintf(cluster.topic, sizeof(cluster.topic), "%s %d %d", topics->name,
             (int)topics->partitions, (int)topics->replication_factor);
    for (size_t i = 0; i < topics->config.count; i++) {
        size_t len = strlen(cluster.topic);

        snprintf(cluster.topic + len, sizeof(cluster.topic) - len, " %s=%s",
                 topics->config.entries[i].key, topics->config.entries[i].value);
    }
    if (reach(err) < 0)
        return -1;
    *ret_outcomes = xcalloc(1, sizeof(**ret_outcomes));
    (*ret_outcomes)->kafka_error = cluster.error;
    (*ret_outcomes)->message = cluster.error ? xstrdup("it says no") : NULL;
    return 0;
}

void admin_outcomes_free(struct admin_outcome *outcomes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(outcomes[i].message);
    free(outcomes);
}

/* ---- groups ---- */

#define PAIRS_MAX 16

struct group_case {
    const char *name;
    const char *pairs[PAIRS_MAX]; /* of topic.creation.*, in order of key */
    const char *topic;
    const char *wanted; /* "name partitions factor config", or what the failure says */
};

#define DEFAULTS "default.partitions", "3", "default.replication.factor", "-1"

static const struct group_case group_cases[] = {
    {"default", {DEFAULTS}, "t", "default 3 -1"},
    {"config of topics",
     {"default.cleanup.policy", "compact", DEFAULTS, "default.retention.ms", "5"},
     "t",
     "default 3 -1 cleanup.policy=compact retention.ms=5"},
    {"the first that matches",
     {"a.include", "x.*", "a.partitions", "7", "b.include", "x1", "b.replication.factor", "2",
      DEFAULTS, "groups", "b, a"},
     "x1",
     "b 3 2"},
    {"all of the name", {"a.include", "x", DEFAULTS, "groups", "a"}, "x1", "default 3 -1"},
    {"one of several patterns", {"a.include", "x,y", DEFAULTS, "groups", "a"}, "y", "a 3 -1"},
    {"exclude wins",
     {"a.exclude", "x1", "a.include", "x.*", DEFAULTS, "groups", "a"},
     "x1",
     "default 3 -1"},
    {"without include nothing matches", {DEFAULTS, "groups", "a"}, "x", "default 3 -1"},
    {"default in the list", {DEFAULTS, "groups", "default"}, "x", "default 3 -1"},
    {"no partitions",
     {"default.replication.factor", "1"},
     "t",
     "Missing required configuration \"topic.creation.default.partitions\" which has no default "
     "value."},
    {"no factor",
     {"default.partitions", "1"},
     "t",
     "Missing required configuration \"topic.creation.default.replication.factor\" which has no "
     "default value."},
    {"0 partitions",
     {"default.partitions", "0", "default.replication.factor", "1"},
     "t",
     "Invalid value 0 for configuration partitions: Number of partitions "
     "must be positive, or -1 to use the broker's default"},
    {"no number",
     {"default.partitions", "x", "default.replication.factor", "1"},
     "t",
     "Invalid value x for configuration topic.creation.default.partitions: Not a number of type "
     "INT"},
    {"factor of a group",
     {"a.include", "x", "a.replication.factor", "-2", DEFAULTS, "groups", "a"},
     "t",
     "Invalid value -2 for configuration replication.factor: Replication factor "
     "must be positive and not larger than the number of brokers in the Kafka cluster, or -1 to "
     "use the broker's default"},
};

static void fill(const char *const *pairs, struct strmap *out)
{
    for (size_t i = 0; i + 1 < PAIRS_MAX && pairs[i]; i += 2) {
        CLEANUP(freep) char *key = xasprintf("topic.creation.%s", pairs[i]);

        strmap_set(out, key, pairs[i + 1]);
    }
}

START_TEST(groups)
{
    const struct group_case *c = &group_cases[_i];
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct topic_groups read;
    struct tern_config view;
    struct tern_error err;
    char text[512];

    fill(c->pairs, &settings);
    view = strmap_config(&settings);
    if (topic_groups_read(&view, &read, &err) < 0) {
        ck_assert_str_eq(err.msg, c->wanted);
        return;
    }
    const struct topic_group *g = topic_groups_find(&read, c->topic);
    size_t len = (size_t)snprintf(text, sizeof(text), "%s %d %d", g->name, (int)g->partitions,
                                  (int)g->replication_factor);

    STRMAP_FOREACH (&g->config, e)
        len += (size_t)snprintf(text + len, sizeof(text) - len, " %s=%s", e->key, e->value);
    ck_assert_msg(strcmp(text, c->wanted) == 0, "%s: %s", c->name, text);
    topic_groups_fini(&read);
}
END_TEST

START_TEST(a_bad_pattern)
{
    static const char *const pairs[PAIRS_MAX] = {"a.include", "x[", DEFAULTS, "groups", "a"};
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct topic_groups read;
    struct tern_config view;
    struct tern_error err;

    fill(pairs, &settings);
    view = strmap_config(&settings);
    ck_assert_int_lt(topic_groups_read(&view, &read, &err), 0);
    ck_assert(str_starts_with(err.msg, "Invalid value [x[] for configuration include: Syntax error "
                                       "in regular expression: "));
}
END_TEST

/* ---- creating ---- */

static struct topic_creation *open_for(const char *worker_key, const char *worker_value)
{
    static const char *const pairs[PAIRS_MAX] = {DEFAULTS, "default.retention.ms", "5"};
    CLEANUP(strmap_fini) struct strmap worker = STRMAP_INIT;
    CLEANUP(strmap_fini) struct strmap connector = STRMAP_INIT;
    struct tern_config w, c;
    struct topic_creation *creation;
    struct tern_error err;

    memset(&cluster, 0, sizeof(cluster));
    strmap_set(&worker, "bootstrap.servers", "h:1");
    strmap_set(&worker, "group.id", "g");
    strmap_set(&worker, "ssl.protocol", "a");
    strmap_set(&worker, "admin.retries", "3");
    strmap_set(&worker, worker_key, worker_value);
    strmap_set(&connector, "admin.override.ssl.protocol", "b");
    fill(pairs, &connector);
    w = strmap_config(&worker);
    c = strmap_config(&connector);
    ck_assert_ok(topic_creation_open("c", 2, &w, &c, &creation, &err), err);
    return creation;
}

START_TEST(each_topic_once)
{
    struct topic_creation *c = open_for("x", "y");
    struct tern_error err;

    ck_assert_int_eq(cluster.opened, 0);
    ck_assert_ok(topic_creation_ensure(c, "t", &err), err);
    ck_assert_ok(topic_creation_ensure(c, "t", &err), err);
    ck_assert_int_eq(cluster.created, 1);
    ck_assert_str_eq(cluster.topic, "t 3 -1 retention.ms=5");
    ck_assert_str_eq(cluster.client, "bootstrap.servers=h:1;client.id=connector-adminclient-c-2;"
                                     "retries=3;ssl.protocol=b;");
    ck_assert_int_eq(cluster.closed, 1); /* a thousand such tasks hold no client */
    cluster.exists = true;
    ck_assert_ok(topic_creation_ensure(c, "u", &err), err);
    ck_assert_ok(topic_creation_ensure(c, "u", &err), err);
    ck_assert_int_eq(cluster.opened, 2);
    ck_assert_int_eq(cluster.closed, 1);
    ck_assert_int_eq(cluster.looked, 2);
    ck_assert_int_eq(cluster.created, 1);
    topic_creation_free(c);
}
END_TEST

START_TEST(somebody_else_was_first)
{
    struct topic_creation *c = open_for("x", "y");
    struct tern_error err;

    cluster.error = ADMIN_TOPIC_ALREADY_EXISTS;
    ck_assert_ok(topic_creation_ensure(c, "t", &err), err);
    topic_creation_free(c);
}
END_TEST

START_TEST(a_cluster_out_of_reach)
{
    struct topic_creation *c = open_for("x", "y");
    struct tern_error err;

    cluster.out_of_reach = 1;
    ck_assert_int_lt(topic_creation_ensure(c, "t", &err), 0);
    ck_assert_int_eq(err.code, TERN_ERETRIABLE);
    ck_assert_ok(topic_creation_ensure(c, "t", &err), err);
    topic_creation_free(c);
}
END_TEST

START_TEST(one_that_may_not)
{
    struct topic_creation *c = open_for("x", "y");
    struct tern_error err;

    cluster.error = ADMIN_TOPIC_AUTHORIZATION_FAILED;
    ck_assert_int_lt(topic_creation_ensure(c, "t", &err), 0);
    ck_assert_int_eq(err.code, TERN_EINTERNAL);
    ck_assert_str_eq(err.msg,
                     "Task failed to create new topic (name=t, numPartitions=3, "
                     "replicationFactor=default, replicasAssignments=null, "
                     "configs={retention.ms=5}). Ensure that the task is authorized to create "
                     "topics or that the topic exists and restart the task: it says no");
    topic_creation_free(c);
}
END_TEST

START_TEST(one_that_cannot_be)
{
    struct topic_creation *c = open_for("x", "y");
    struct tern_error err;

    cluster.error = ADMIN_INVALID_CONFIG;
    ck_assert_int_lt(topic_creation_ensure(c, "t", &err), 0);
    ck_assert_int_eq(err.code, TERN_EINTERNAL);
    ck_assert_str_eq(err.msg, "Unable to create topic(s) 't': it says no");
    topic_creation_free(c);
}
END_TEST

START_TEST(where_the_worker_does_not_allow_it)
{
    struct topic_creation *c = open_for("topic.creation.enable", "FALSE");
    struct tern_error err;

    ck_assert_ptr_null(c);
    ck_assert_ok(topic_creation_ensure(c, "t", &err), err);
    ck_assert_int_eq(cluster.opened, 0);
}
END_TEST

static void topic_creation_suite(Suite *s)
{
    test_add_rows(s, groups, COUNT_OF(group_cases));
    test_add(s, a_bad_pattern);
    test_add(s, each_topic_once);
    test_add(s, somebody_else_was_first);
    test_add(s, a_cluster_out_of_reach);
    test_add(s, one_that_may_not);
    test_add(s, one_that_cannot_be);
    test_add(s, where_the_worker_does_not_allow_it);
}

TEST_MAIN("topic_creation", topic_creation_suite)
