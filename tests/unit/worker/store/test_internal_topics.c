/* SPDX-License-Identifier: Apache-2.0 */
/* internal_topics: which topic is asked for, with a topic_admin that notes it down. */
#include "worker/store/internal_topics.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

static struct {
    struct buf text;
    int64_t backoff_ms, left_ms;
    enum topic_ensured ensured;
    bool create_fails, policy_known, policy_wrong;
} asked = {.text = {.limit = 1 << 16}};

int topic_admin_create(struct admin *a, const struct admin_new_topic *topic,
                       int64_t retry_backoff_ms, int64_t deadline_ms,
                       enum topic_ensured *ret_ensured, struct tern_error *err)
{
    (void)a;
    buf_add_fmt(&asked.text, "create %s %d %d", topic->name, topic->partitions,
                topic->replication_factor);
    for (size_t i = 0; i < topic->config.count; i++)
        buf_add_fmt(&asked.text, " %s=%s", topic->config.entries[i].key,
                    topic->config.entries[i].value);
    buf_add_str(&asked.text, ";");
    asked.backoff_ms = retry_backoff_ms;
    asked.left_ms = clock_left_ms(deadline_ms, FOREVER_MS);
    if (asked.create_fails)
        return tern_fail(err, TERN_EINVALID, "bad config");
    *ret_ensured = asked.ensured;
    return 0;
}

int topic_admin_check_compacted(struct admin *a, const char *topic,
                                const struct topic_purpose *purpose, int64_t deadline_ms,
                                bool *ret_known, struct tern_error *err)
{
    (void)a;
    (void)deadline_ms;
    buf_add_fmt(&asked.text, "check %s %s %s;", topic, purpose->property, purpose->purpose);
    if (asked.policy_wrong)
        return tern_fail(err, TERN_EINVALID, "not compacted");
    *ret_known = asked.policy_known;
    return 0;
}

static int ensure(enum internal_topic kind, const char *const settings[][2], struct tern_error *err)
{
    struct strmap map = STRMAP_INIT;
    struct tern_config worker;
    int rc;

    for (size_t i = 0; settings[i][0]; i++)
        strmap_set(&map, settings[i][0], settings[i][1]);
    worker = strmap_config(&map);
    rc = internal_topic_ensure(NULL, kind, &worker, clock_deadline_ms(3600000), err);
    strmap_fini(&map);
    return rc;
}

static const struct {
    const char *name;
    enum internal_topic kind;
    const char *settings[8][2];
    const char *wanted;
} created[] = {
    {"config",
     INTERNAL_CONFIG,
     {{"config.storage.topic", "c"}},
     "create c 1 3 cleanup.policy=compact;"},
    {"offset",
     INTERNAL_OFFSET,
     {{"offset.storage.topic", "o"}},
     "create o 25 3 cleanup.policy=compact;"},
    {"status",
     INTERNAL_STATUS,
     {{"status.storage.topic", "s"}},
     "create s 5 3 cleanup.policy=compact;"},
    {"config partitions are ignored",
     INTERNAL_CONFIG,
     {{"config.storage.topic", "c"}, {"config.storage.partitions", "7"}},
     "create c 1 3 cleanup.policy=compact;"},
    {"own numbers",
     INTERNAL_STATUS,
     {{"status.storage.topic", "s"},
      {"status.storage.partitions", " 7 "},
      {"status.storage.replication.factor", "1"}},
     "create s 7 1 cleanup.policy=compact;"},
    {"the broker's defaults",
     INTERNAL_OFFSET,
     {{"offset.storage.topic", "o"},
      {"offset.storage.partitions", "-1"},
      {"offset.storage.replication.factor", "-1"}},
     "create o -1 -1 cleanup.policy=compact;"},
    {"own configs, and a policy that is ignored",
     INTERNAL_OFFSET,
     {{"offset.storage.topic", "o"},
      {"offset.storage.cleanup.policy", "delete"},
      {"offset.storage.segment.bytes", "1000"},
      {"status.storage.segment.bytes", "2000"},
      {"cleanup.policy", "delete"}},
     "create o 25 3 cleanup.policy=compact segment.bytes=1000;"},
};

START_TEST(create)
{
    struct tern_error err;

    asked.ensured = TOPIC_CREATED;
    ck_assert_ok(ensure(created[_i].kind, created[_i].settings, &err), err);
    ck_assert_str_eq(buf_str(&asked.text), created[_i].wanted); /* created is not checked */
    ck_assert_int_eq(asked.backoff_ms, 100);
    ck_assert_int_le(asked.left_ms, 60000);
    ck_assert_int_gt(asked.left_ms, 50000);
}
END_TEST

static const struct {
    const char *name;
    const char *settings[4][2];
    const char *message;
} refused[] = {
    {"no topic",
     {{"offset.storage.partitions", "1"}},
     "Missing required configuration \"offset.storage.topic\" which has no default value."},
    {"partitions 0",
     {{"offset.storage.topic", "o"}, {"offset.storage.partitions", "0"}},
     "Invalid value 0 for configuration offset.storage.partitions: Number of partitions must be "
     "positive, or -1 to use the broker's default"},
    {"replication 0",
     {{"offset.storage.topic", "o"}, {"offset.storage.replication.factor", "0"}},
     "Invalid value 0 for configuration offset.storage.replication.factor: Replication factor must "
     "be positive and not larger than the number of brokers in the Kafka cluster, or -1 to use the "
     "broker's default"},
    {"no number",
     {{"offset.storage.topic", "o"}, {"offset.storage.partitions", "x"}},
     "Invalid value x for configuration offset.storage.partitions: Not a number of type INT"},
    {"no short",
     {{"offset.storage.topic", "o"}, {"offset.storage.replication.factor", "40000"}},
     "Invalid value 40000 for configuration offset.storage.replication.factor: Not a number of "
     "type SHORT"},
};

START_TEST(refuse)
{
    struct tern_error err;

    ck_assert_int_lt(ensure(INTERNAL_OFFSET, refused[_i].settings, &err), 0);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    ck_assert_str_eq(err.msg, refused[_i].message);
    ck_assert_str_eq(buf_str(&asked.text), "");
}
END_TEST

START_TEST(existing_topic_is_checked)
{
    static const char *const settings[][2] = {{"config.storage.topic", "c"},
                                              {"retry.backoff.ms", "250"},
                                              {"default.api.timeout.ms", "1000"},
                                              {NULL, NULL}};
    struct tern_error err;

    asked.ensured = TOPIC_EXISTED;
    ck_assert_ok(ensure(INTERNAL_CONFIG, settings, &err), err); /* a policy nobody knows is fine */
    ck_assert_str_eq(buf_str(&asked.text),
                     "create c 1 3 cleanup.policy=compact;"
                     "check c config.storage.topic connector configurations;");
    ck_assert_int_eq(asked.backoff_ms, 250);
    ck_assert_int_le(asked.left_ms, 1000);
    asked.policy_wrong = true;
    ck_assert_int_lt(ensure(INTERNAL_CONFIG, settings, &err), 0);
    ck_assert_str_eq(err.msg, "not compacted");
    asked.create_fails = true;
    ck_assert_int_lt(ensure(INTERNAL_CONFIG, settings, &err), 0);
    ck_assert_str_eq(err.msg, "bad config");
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, create, COUNT_OF(created));
    test_add_rows(suite, refuse, COUNT_OF(refused));
    test_add(suite, existing_topic_is_checked);
}

TEST_MAIN("internal_topics", fill)
