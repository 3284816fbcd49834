/* SPDX-License-Identifier: Apache-2.0 */
/*
 * topic_admin against answers made up here: the functions of admin_topics.c that it calls are
 * defined in this file, so that the linker does not take them from the archive.
 */
#include "lib/kafka/topic_admin.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"
#include "tests/unit/lib/kafka/kafka_test.h"

/* What the cluster answers to the next calls, and how often it was asked. */
static struct {
    const int *codes; /* of one create call each; the last is repeated; -1: the call times out */
    size_t count;
    const char *policy; /* NULL: the topic has no such config */
    int describe_code;
    size_t asked;
} cluster;

int admin_create_topics(struct admin *a, const struct admin_new_topic *topics, size_t count,
                        bool validate_only, int64_t deadline_ms,
                        struct admin_outcome **ret_outcomes, struct tern_error *err)
{
    size_t at = cluster.asked < cluster.count ? cluster.asked : cluster.count - 1;

    (void)a;
    (void)deadline_ms;
    ck_assert_uint_eq(count, 1);
    ck_assert(!validate_only);
    ck_assert_str_eq(topics[0].name, "connect-configs");
    cluster.asked++;
    if (cluster.codes[at] == -1)
        return tern_fail(err, TERN_ETIMEOUT, "creating topics: cannot reach cluster");
    *ret_outcomes = xcalloc(1, sizeof(**ret_outcomes));
    (*ret_outcomes)->kafka_error = cluster.codes[at];
    (*ret_outcomes)->message = cluster.codes[at] ? xstrdup("the broker's words") : NULL;
    return 0;
}

int admin_describe_topics(struct admin *a, const char *const *topics, size_t count,
                          int64_t deadline_ms, struct admin_topic_configs **ret_configs,
                          struct tern_error *err)
{
    struct admin_topic_configs *t = xcalloc(1, sizeof(*t));

    (void)a;
    (void)deadline_ms;
    (void)err;
    ck_assert_uint_eq(count, 1);
    t->topic = xstrdup(topics[0]);
    t->outcome.kafka_error = cluster.describe_code;
    t->count = cluster.policy ? 1 : 0;
    t->configs = xcalloc(1, sizeof(*t->configs));
    t->configs[0].name = xstrdup("cleanup.policy");
    t->configs[0].value = cluster.policy ? xstrdup(cluster.policy) : NULL;
    *ret_configs = t;
    return 0;
}

void admin_topic_configs_free(struct admin_topic_configs *configs, size_t count)
{
    ck_assert_uint_eq(count, 1);
    free(configs->configs[0].name);
    free(configs->configs[0].value);
    free(configs->configs);
    free(configs->topic);
    free(configs);
}

enum {
    NOTHING = 0,
    CREATED,
    EXISTED
};

static const struct {
    const char *name;
    int codes[4];
    size_t count;
    size_t asked;
    int result; /* NOTHING: fails, saying says */
    enum tern_code code;
    const char *says;
} creations[] = {
    {"created", {0}, 1, 1, CREATED, 0, NULL},
    {"exists", {ADMIN_TOPIC_ALREADY_EXISTS}, 1, 1, EXISTED, 0, NULL},
    {"old broker", {ADMIN_UNSUPPORTED_VERSION}, 1, 1, EXISTED, 0, NULL},
    {"topic not allowed", {ADMIN_TOPIC_AUTHORIZATION_FAILED}, 1, 1, EXISTED, 0, NULL},
    {"cluster not allowed", {ADMIN_CLUSTER_AUTHORIZATION_FAILED}, 1, 1, EXISTED, 0, NULL},
    {"brokers come up",
     {ADMIN_INVALID_REPLICATION_FACTOR, ADMIN_INVALID_REPLICATION_FACTOR, 0},
     3,
     3,
     CREATED,
     0,
     NULL},
    {"time-outs",
     {-1, 7 /* REQUEST_TIMED_OUT */, ADMIN_TOPIC_ALREADY_EXISTS},
     3,
     3,
     EXISTED,
     0,
     NULL},
    {"new controller", {41 /* NOT_CONTROLLER */, 0}, 2, 2, CREATED, 0, NULL},
    {"bad config",
     {ADMIN_INVALID_CONFIG},
     1,
     1,
     NOTHING,
     TERN_EINVALID,
     "Unable to create topic(s) 'connect-configs': the broker's words"},
    {"refused",
     {ADMIN_INVALID_PARTITIONS},
     1,
     1,
     NOTHING,
     TERN_EINVALID,
     "Error while attempting to create/find topic(s) 'connect-configs': the broker's words"},
};

/* It is only waited with. */
static struct admin *an_admin(void)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct tern_config view;
    struct tern_error err;
    struct admin *a;

    settings_fill(&settings, "127.0.0.1:1", NULL);
    view = strmap_config(&settings);
    ck_assert_ok(admin_open(&view, &a, &err), err);
    return a;
}

START_TEST(creates)
{
    struct admin *a = an_admin();
    const struct admin_new_topic topic = {.name = "connect-configs", .partitions = 1};
    enum topic_ensured ensured;
    struct tern_error err;
    int rc;

    cluster.codes = creations[_i].codes;
    cluster.count = creations[_i].count;
    rc = topic_admin_create(a, &topic, 1, in_ms(10000), &ensured, &err);
    admin_free(a);
    ck_assert_uint_eq(cluster.asked, creations[_i].asked);
    ck_assert_int_eq(rc, creations[_i].result == NOTHING ? -1 : 0);
    if (rc == 0) {
        ck_assert_int_eq(ensured, creations[_i].result == CREATED ? TOPIC_CREATED : TOPIC_EXISTED);
    } else {
        ck_assert_int_eq(err.code, creations[_i].code);
        ck_assert_str_eq(err.msg, creations[_i].says);
    }
}
END_TEST

START_TEST(gives_up_at_the_deadline)
{
    static const int codes[] = {ADMIN_INVALID_REPLICATION_FACTOR};
    const struct admin_new_topic topic = {.name = "connect-configs", .partitions = 1};
    enum topic_ensured ensured;
    struct admin *a = an_admin();
    struct tern_error err;

    cluster.codes = codes;
    cluster.count = 1;
    ck_assert_int_eq(topic_admin_create(a, &topic, 10, in_ms(100), &ensured, &err), -1);
    admin_free(a);
    ck_assert_uint_ge(cluster.asked, 2);
    ck_assert_str_eq(err.msg, "Error while attempting to create/find topic(s) 'connect-configs': "
                              "the broker's words");
}
END_TEST

START_TEST(gives_up_when_cancelled)
{
    static const int codes[] = {ADMIN_INVALID_REPLICATION_FACTOR};
    const struct admin_new_topic topic = {.name = "connect-configs", .partitions = 1};
    enum topic_ensured ensured;
    struct admin *a = an_admin();
    struct tern_error err;

    cluster.codes = codes;
    cluster.count = 1;
    admin_cancel(a);
    ck_assert_int_eq(topic_admin_create(a, &topic, 10, in_ms(60000), &ensured, &err), -1);
    ck_assert_uint_eq(cluster.asked, 1);
    admin_free(a);
}
END_TEST

static const struct {
    const char *policy;
    int describe_code;
    bool known, accepted;
} policies[] = {
    {"compact", 0, true, true},
    {" Compact ", 0, true, true},
    {"compact,compact", 0, true, true},
    {"delete", 0, true, false},
    {"compact,delete", 0, true, false},
    {"delete, compact", 0, true, false},
    {"compacted", 0, true, false},
    {NULL, 0, false, true},
    {"delete", ADMIN_TOPIC_AUTHORIZATION_FAILED, false, true},
    {"delete", ADMIN_UNKNOWN_TOPIC_OR_PARTITION, false, true},
};

START_TEST(checks_the_policy)
{
    const struct topic_purpose purpose = {"config.storage.topic", "connector configurations"};
    struct tern_error err;
    bool known = false;
    int rc;

    cluster.policy = policies[_i].policy;
    cluster.describe_code = policies[_i].describe_code;
    rc = topic_admin_check_compacted(NULL, "t", &purpose, in_ms(100), &known, &err);
    ck_assert_int_eq(rc, policies[_i].accepted ? 0 : -1);
    if (rc == 0)
        ck_assert_int_eq(known, policies[_i].known);
    else
        ck_assert_ptr_nonnull(strstr(err.msg, policies[_i].policy));
}
END_TEST

START_TEST(refuses_in_the_words_of_the_peer)
{
    const struct topic_purpose purpose = {"config.storage.topic", "connector configurations"};
    struct tern_error err;
    bool known;

    cluster.policy = "delete";
    ck_assert_int_eq(topic_admin_check_compacted(NULL, "t", &purpose, in_ms(100), &known, &err),
                     -1);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    ck_assert_str_eq(
        err.msg,
        "Topic 't' supplied via the 'config.storage.topic' property is required to have "
        "'cleanup.policy=compact' to guarantee consistency and durability of connector "
        "configurations, but found the topic currently has 'cleanup.policy=delete'. Continuing "
        "would likely result in eventually losing connector configurations and problems "
        "restarting this Connect cluster in the future. Change the 'config.storage.topic' "
        "property in the Connect worker configurations to use a topic with "
        "'cleanup.policy=compact'.");
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, creates, COUNT_OF(creations));
    test_add(suite, gives_up_at_the_deadline);
    test_add(suite, gives_up_when_cancelled);
    test_add_rows(suite, checks_the_policy, COUNT_OF(policies));
    test_add(suite, refuses_in_the_words_of_the_peer);
}

TEST_MAIN("topic_admin", fill)
