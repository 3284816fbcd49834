/* SPDX-License-Identifier: Apache-2.0 */
/* What the golden file has no row for: classes, odd separators, long chains. */
#include "connectors/mirror/common/replication_policy.h"
#include "tests/lib/testing.h"

#include "lib/base/xmem.h"

#define CLASS_KEY "replication.policy.class"

static struct replication_policy *with_separator(const char *separator)
{
    struct tern_config_entry entry = {"replication.policy.separator", separator};
    struct tern_config config = {&entry, 1};
    struct replication_policy *policy;
    struct tern_error err;

    ck_assert_int_eq(replication_policy_new(&config, &policy, &err), 0);
    return policy;
}

START_TEST(classes)
{
    static const struct {
        const char *name;
        bool known;
    } rows[] = {
        {"DefaultReplicationPolicy", true},
        {"org.apache.kafka.connect.mirror.IdentityReplicationPolicy", true},
        {" IdentityReplicationPolicy ", true},
        {"defaultreplicationpolicy", false},
        {"mirror.DefaultReplicationPolicy", false},
        {"", false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct tern_config_entry entry = {CLASS_KEY, rows[i].name};
        struct tern_config config = {&entry, 1};
        CLEANUP(replication_policy_freep) struct replication_policy *policy = NULL;
        struct tern_error err;

        ck_assert(replication_policy_is_known(rows[i].name) == rows[i].known);
        ck_assert_int_eq(replication_policy_new(&config, &policy, &err), rows[i].known ? 0 : -1);
    }
}
END_TEST

START_TEST(unknown_class_in_javas_words)
{
    struct tern_config_entry entry = {CLASS_KEY, "no.such.Class"};
    struct tern_config config = {&entry, 1};
    struct replication_policy *policy;
    struct tern_error err;

    ck_assert_int_eq(replication_policy_new(&config, &policy, &err), -1);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    ck_assert_str_eq(err.msg,
                     "Invalid value no.such.Class for configuration " CLASS_KEY
                     ": Class no.such.Class could not be found. Available: " REPLICATION_POLICIES);
}
END_TEST

START_TEST(sources_by_separator)
{
    static const struct {
        const char *separator, *topic, *source, *upstream, *original;
    } rows[] = {
        {".", "", NULL, NULL, ""},
        {".", ".", NULL, NULL, "."},
        {".", "a.b.c", "a", "b.c", "c"},
        {"__", "a__b", "a", "b", "b"},
        {"__", "a___", "a", "_", "_"},
        {"__", "a____", NULL, NULL, "a____"},
        {"__", "a_b", NULL, NULL, "a_b"},
        /* Java splits at an empty separator between any two characters. */
        {"", "abc", "a", "bc", "c"},
        {"", "\u00e9x", "\u00e9", "x", "x"},
        {"", "a", NULL, NULL, "a"},
        {"", "", NULL, NULL, ""},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(replication_policy_freep)
        struct replication_policy *policy = with_separator(rows[i].separator);
        CLEANUP(freep) char *source = replication_policy_topic_source(policy, rows[i].topic);
        CLEANUP(freep) char *upstream = replication_policy_upstream_topic(policy, rows[i].topic);
        CLEANUP(freep) char *original = replication_policy_original_topic(policy, rows[i].topic);

        ck_assert_pstr_eq(source, rows[i].source);
        ck_assert_pstr_eq(upstream, rows[i].upstream);
        ck_assert_str_eq(original, rows[i].original);
    }
}
END_TEST

START_TEST(separator_is_not_trimmed)
{
    CLEANUP(replication_policy_freep) struct replication_policy *policy = with_separator(" ");
    CLEANUP(freep) char *remote = replication_policy_format_remote(policy, "A", "t");

    ck_assert_str_eq(remote, "A t");
}
END_TEST

START_TEST(long_chains_end)
{
    CLEANUP(replication_policy_freep) struct replication_policy *policy = with_separator(".");
    char topic[2 * 120 + 2];

    for (size_t i = 0; i < 120; i++)
        memcpy(topic + 2 * i, "A.", 2);
    memcpy(topic + 240, "t", 2);
    ck_assert(!replication_policy_is_cycle(policy, topic, "B"));
    memcpy(topic + 236, "B", 1);
    ck_assert(replication_policy_is_cycle(policy, topic, "B"));
}
END_TEST

START_TEST(heartbeats_only_bypass_the_filter)
{
    CLEANUP(replication_policy_freep) struct replication_policy *policy = with_separator(".");

    ck_assert(replication_policy_replicates(policy, "heartbeats", "B", false, true));
    ck_assert(!replication_policy_replicates(policy, "heartbeats", "B", false, false));
    ck_assert(replication_policy_replicates(policy, "heartbeats", "B", true, false));
    ck_assert(!replication_policy_replicates(policy, "B.heartbeats", "B", true, true));
    ck_assert(!replication_policy_replicates(policy, "mm2-x.internal", "B", true, true));
    ck_assert(!replication_policy_replicates(policy, "t", "B", false, true));
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, classes);
    test_add(suite, unknown_class_in_javas_words);
    test_add(suite, sources_by_separator);
    test_add(suite, separator_is_not_trimmed);
    test_add(suite, long_chains_end);
    test_add(suite, heartbeats_only_bypass_the_filter);
}

TEST_MAIN("replication_policy", fill)
