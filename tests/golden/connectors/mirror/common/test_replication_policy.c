/* SPDX-License-Identifier: Apache-2.0 */
/* Every policy set-up of the golden file on every topic name; what is mirrored; the filters. */
#include "connectors/mirror/common/group_filter.h"
#include "connectors/mirror/common/property_filter.h"
#include "connectors/mirror/common/replication_policy.h"
#include "connectors/mirror/common/topic_filter.h"
#include "tests/golden/connectors/mirror/common/mirror_golden.h"

#include "lib/base/xmem.h"

static json_t *root; /* set by fill(), before the tests run */

/* The policy that a row names ("identity alias=A", "default sep=_") with the row's config. */
static struct replication_policy *make_policy(const char *label, const json_t *config)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct replication_policy *policy;
    struct tern_config view;
    struct tern_error err;

    if (config)
        golden_config(config, &map);
    if (str_starts_with(label, "identity"))
        strmap_set(&map, "replication.policy.class", "IdentityReplicationPolicy");
    if (!config && strcmp(label, "identity alias=A") == 0)
        strmap_set(&map, "source.cluster.alias", "A");
    view = strmap_config(&map);
    ck_assert_int_eq(replication_policy_new(&view, &policy, &err), 0);
    return policy;
}

/* Compares an owned text. */
static void same(const json_t *row, const char *member, char *ours)
{
    golden_same(member, golden_text(row, "topic"), ours, golden_text(row, member));
    free(ours);
}

static void check_topic(const struct replication_policy *p, const json_t *row)
{
    const char *topic = golden_text(row, "topic");

    same(row, "formatRemoteTopic(A,t)", replication_policy_format_remote(p, "A", topic));
    same(row, "topicSource", replication_policy_topic_source(p, topic));
    same(row, "upstreamTopic", replication_policy_upstream_topic(p, topic));
    same(row, "originalTopic", replication_policy_original_topic(p, topic));
    ck_assert_msg(replication_policy_is_heartbeats_topic(p, topic) ==
                      golden_true(row, "isHeartbeatsTopic"),
                  "%s", topic);
    ck_assert_msg(replication_policy_is_checkpoints_topic(p, topic) ==
                      golden_true(row, "isCheckpointsTopic"),
                  "%s", topic);
    ck_assert_msg(replication_policy_is_mm2_internal_topic(p, topic) ==
                      golden_true(row, "isMM2InternalTopic"),
                  "%s", topic);
    ck_assert_msg(replication_policy_is_internal_topic(p, topic) ==
                      golden_true(row, "isInternalTopic"),
                  "%s", topic);
}

START_TEST(policies_name_topics_as_java_does)
{
    json_t *set_ups = golden_get(root, "policies"), *row, *topic;
    size_t i, j;

    ck_assert_uint_eq(json_array_size(set_ups), 8);
    json_array_foreach(set_ups, i, row)
    {
        const char *label = golden_text(row, "policy");
        CLEANUP(replication_policy_freep)
        struct replication_policy *p = make_policy(label, golden_get(row, "config"));
        CLEANUP(freep) char *syncs = replication_policy_offset_syncs_topic(p, "B");
        CLEANUP(freep) char *checkpoints = replication_policy_checkpoints_topic(p, "A");

        golden_same("offset-syncs topic", label, syncs, golden_text(row, "offsetSyncsTopic(B)"));
        golden_same("checkpoints topic", label, checkpoints,
                    golden_text(row, "checkpointsTopic(A)"));
        golden_same("heartbeats topic", label, replication_policy_heartbeats_topic(p),
                    golden_text(row, "heartbeatsTopic"));
        json_array_foreach(golden_get(row, "topics"), j, topic) check_topic(p, topic);
    }
}
END_TEST

static void check_matrix(const json_t *matrix)
{
    const char *filter_kind = golden_text(matrix, "topicFilter");
    bool heartbeats = golden_true(matrix, "heartbeats.replication.enabled");
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    CLEANUP(topic_filter_freep) struct topic_filter *filter = NULL;
    CLEANUP(replication_policy_freep)
    struct replication_policy *p = make_policy(golden_text(matrix, "policy"), NULL);
    struct tern_config view;
    struct tern_error err;
    json_t *row;
    size_t i;

    if (strcmp(filter_kind, "none match") == 0)
        strmap_set(&map, "topics", "");
    view = strmap_config(&map);
    ck_assert_int_eq(topic_filter_new(&view, &filter, &err), 0);
    json_array_foreach(golden_get(matrix, "rows[topic,shouldReplicate,isCycle]"), i, row)
    {
        const char *topic = json_string_value(json_array_get(row, 0));
        bool replicates = replication_policy_replicates(
            p, topic, "B", topic_filter_includes(filter, topic), heartbeats);

        ck_assert_msg(replicates == json_is_true(json_array_get(row, 1)), "replicates %s", topic);
        ck_assert_msg(replication_policy_is_cycle(p, topic, "B") ==
                          json_is_true(json_array_get(row, 2)),
                      "cycle %s", topic);
    }
}

START_TEST(the_same_topics_are_mirrored)
{
    json_t *matrix;
    size_t i;

    ck_assert_uint_eq(json_array_size(golden_get(root, "shouldReplicateTopic_A_to_B")), 12);
    json_array_foreach(golden_get(root, "shouldReplicateTopic_A_to_B"), i, matrix)
        check_matrix(matrix);
}
END_TEST

START_TEST(topic_filters_agree)
{
    json_t *set_up, *row;
    size_t i, j;

    json_array_foreach(golden_get(root, "DefaultTopicFilter"), i, set_up)
    {
        CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
        CLEANUP(topic_filter_freep) struct topic_filter *filter = NULL;
        struct tern_config view;
        struct tern_error err;
        bool fails = json_is_string(golden_get(set_up, "error"));

        golden_config(golden_get(set_up, "config"), &map);
        view = strmap_config(&map);
        ck_assert_int_eq(topic_filter_new(&view, &filter, &err), fails ? -1 : 0);
        json_array_foreach(golden_get(set_up, "rows"), j, row)
        {
            const char *topic = json_string_value(json_array_get(row, 0));

            ck_assert_msg(topic_filter_includes(filter, topic) ==
                              json_is_true(json_array_get(row, 1)),
                          "set-up %zu: %s", i, topic);
        }
    }
}
END_TEST

START_TEST(group_filters_agree)
{
    json_t *set_up, *row;
    size_t i, j;

    json_array_foreach(golden_get(root, "DefaultGroupFilter"), i, set_up)
    {
        CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
        CLEANUP(group_filter_freep) struct group_filter *filter = NULL;
        struct tern_config view;
        struct tern_error err;

        golden_config(golden_get(set_up, "config"), &map);
        view = strmap_config(&map);
        ck_assert_int_eq(group_filter_new(&view, &filter, &err), 0);
        json_array_foreach(golden_get(set_up, "rows"), j, row)
        {
            const char *group = json_string_value(json_array_get(row, 0));

            ck_assert_msg(group_filter_includes(filter, group) ==
                              json_is_true(json_array_get(row, 1)),
                          "set-up %zu: '%s'", i, group);
        }
    }
}
END_TEST

START_TEST(property_filters_agree)
{
    json_t *set_up, *row;
    size_t i, j;

    json_array_foreach(golden_get(root, "DefaultConfigPropertyFilter"), i, set_up)
    {
        CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
        CLEANUP(property_filter_freep) struct property_filter *filter = NULL;
        struct tern_config view;
        struct tern_error err;

        golden_config(golden_get(set_up, "config"), &map);
        view = strmap_config(&map);
        ck_assert_int_eq(property_filter_new(&view, &filter, &err), 0);
        json_array_foreach(golden_get(set_up, "rows[name,replicate,replicateSourceDefault]"), j,
                           row)
        {
            const char *name = json_string_value(json_array_get(row, 0));

            ck_assert_msg(property_filter_replicates(filter, name) ==
                              json_is_true(json_array_get(row, 1)),
                          "set-up %zu: %s", i, name);
            ck_assert_msg(property_filter_replicates_source_default(filter, name) ==
                              json_is_true(json_array_get(row, 2)),
                          "set-up %zu: %s", i, name);
        }
    }
}
END_TEST

static void fill(Suite *suite)
{
    root = test_json("tests/golden/connectors/mirror/common/mm2-replication-policy.json");
    test_add(suite, policies_name_topics_as_java_does);
    test_add(suite, the_same_topics_are_mirrored);
    test_add(suite, topic_filters_agree);
    test_add(suite, group_filters_agree);
    test_add(suite, property_filters_agree);
}

TEST_MAIN("replication_policy", fill)
