/* SPDX-License-Identifier: Apache-2.0 */
/* What Java's MirrorClient makes of topic names, and its clients of an mm2.properties. */
#include "connectors/mirror/client/client_config.h"
#include "connectors/mirror/client/topology.h"
#include "lib/conf/security_keys.h"
#include "tests/lib/testing.h"

#include <string.h>

#include "connectors/mirror/common/mirror_config_keys.h"
#include "lib/base/xmem.h"

#define GOLDEN "tests/golden/connectors/mirror/client/mirror-client.json"
#define FILES  "tests/golden/worker/mm2/mm2-config.json"

/* ---- topics ---- */

static void read_config(const json_t *object, struct strmap *out)
{
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)object, key, value)
        strmap_set(out, key, json_string_value(value));
}

static struct replication_policy *policy_of(const json_t *row)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct replication_policy *policy;
    struct tern_config config;
    struct tern_error err;

    read_config(json_object_get(row, "config"), &map);
    config = strmap_config(&map);
    ck_assert_ok(replication_policy_new(&config, &policy, &err), err);
    return policy;
}

typedef bool topic_test(const struct replication_policy *policy, const char *topic);

static bool is_remote(const struct replication_policy *policy, const char *topic)
{
    return topology_is_remote(policy, topic, NULL);
}

static bool is_from_a(const struct replication_policy *policy, const char *topic)
{
    return topology_is_remote(policy, topic, "A");
}

/* The topics that pass are those of the list, in its order. */
static void check_topics(const json_t *row, const struct replication_policy *policy,
                         topic_test *test, const char *list)
{
    const json_t *expected = test_array(row, list);
    size_t i, found = 0;
    json_t *topic;

    json_array_foreach(test_array(row, "topics_on_cluster"), i, topic)
    {
        const char *name = json_string_value(topic);

        if (!test(policy, name))
            continue;
        ck_assert_msg(found < json_array_size(expected), "%s: '%s' too", list, name);
        ck_assert_str_eq(name, json_string_value(json_array_get(expected, found++)));
    }
    ck_assert_uint_eq(found, json_array_size(expected));
}

static void check_clusters(const json_t *row, const struct replication_policy *policy)
{
    const json_t *expected = test_array(row, "upstreamClusters");
    CLEANUP(strmap_fini) struct strmap found = STRMAP_INIT;
    size_t i;
    json_t *topic;

    json_array_foreach(test_array(row, "heartbeatTopics"), i, topic)
    {
        struct topology_path path;

        topology_path_of(policy, json_string_value(topic), &path);
        for (size_t k = 0; k < path.count; k++)
            strmap_set(&found, path.clusters[k], NULL);
        topology_path_fini(&path);
    }
    ck_assert_uint_eq(found.count, json_array_size(expected));
    for (i = 0; i < found.count; i++)
        ck_assert_str_eq(found.entries[i].key, json_string_value(json_array_get(expected, i)));
}

static void check_hops(const json_t *row, const struct replication_policy *policy,
                       const char *cluster)
{
    CLEANUP(freep) char *key = xasprintf("hops(%s)", cluster);
    int least = -1;
    size_t i;
    json_t *topic;

    json_array_foreach(test_array(row, "heartbeatTopics"), i, topic)
    {
        int hops = topology_hops(policy, json_string_value(topic), cluster);

        if (hops > 0 && (least < 0 || hops < least))
            least = hops;
    }
    ck_assert_int_eq(least, json_integer_value(json_object_get(row, key)));
}

START_TEST(topics_and_clusters)
{
    json_t *root = test_json(GOLDEN), *row;
    size_t i;

    json_array_foreach(root, i, row)
    {
        struct replication_policy *policy = policy_of(row);

        check_topics(row, policy, replication_policy_is_heartbeats_topic, "heartbeatTopics");
        check_topics(row, policy, replication_policy_is_checkpoints_topic, "checkpointTopics");
        check_topics(row, policy, is_remote, "remoteTopics");
        check_topics(row, policy, is_from_a, "remoteTopics(A)");
        check_clusters(row, policy);
        check_hops(row, policy, "A");
        check_hops(row, policy, "B");
        check_hops(row, policy, "Z");
        replication_policy_free(policy);
    }
    ck_assert_uint_eq(i, 3);
    json_decref(root);
}
END_TEST

/* A circle of topics ends where it closes. */
START_TEST(paths_end)
{
    const struct tern_config empty = {NULL, 0};
    struct replication_policy *policy;
    struct topology_path path;
    struct tern_error err;

    ck_assert_ok(replication_policy_new(&empty, &policy, &err), err);
    topology_path_of(policy, "C.B.C.A.heartbeats", &path);
    ck_assert_uint_eq(path.count, 2);
    ck_assert_str_eq(path.clusters[0], "C");
    ck_assert_str_eq(path.clusters[1], "B");
    topology_path_fini(&path);
    ck_assert_int_eq(topology_hops(policy, "C.B.A.heartbeats", "A"), 3);
    ck_assert_int_eq(topology_hops(policy, "C.B.C.A.heartbeats", "A"), -1);
    ck_assert_int_eq(topology_hops(policy, "heartbeats", "A"), -1);
    replication_policy_free(policy);
}
END_TEST

/* ---- settings ---- */

/* A value as Java holds it, as text; NULL for what is not compared. */
static char *text_of(const json_t *value)
{
    struct buf out = BUF_INIT(4096);
    json_t *item;
    size_t i;

    if (json_is_string(value))
        return xstrdup(json_string_value(value));
    if (!json_is_array(value))
        return NULL;
    json_array_foreach((json_t *)value, i, item)
        buf_add_fmt(&out, "%s%s", i ? "," : "", json_string_value(item));
    return buf_take_str(&out);
}

static const char *default_of(const char *key)
{
    for (const struct tern_config_key *k = security_keys; k->name; k++) {
        if (strcmp(k->name, key) == 0)
            return k->fallback;
    }
    return strcmp(key, "security.protocol") == 0 ? "PLAINTEXT" : NULL;
}

static char *without_blanks(const char *text)
{
    struct buf out = BUF_INIT(4096);

    for (; text && *text; text++) {
        if (*text != ' ')
            buf_add_char(&out, *text);
    }
    return buf_take_str(&out);
}

static size_t check_settings(const struct strmap *ours, const json_t *theirs, const char *what)
{
    size_t compared = 0;
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)theirs, key, value)
    {
        CLEANUP(freep) char *expected = text_of(value);
        const char *given = strmap_has(ours, key) ? strmap_get(ours, key) : default_of(key);
        CLEANUP(freep) char *got = without_blanks(given), *wanted = without_blanks(expected);

        if (!expected || strcmp(expected, "[hidden]") == 0)
            continue;
        ck_assert_msg(strcmp(got, wanted) == 0, "%s: %s is '%s', not '%s'", what, key, got, wanted);
        compared++;
    }
    return compared;
}

static void check_sample(const char *name, const json_t *sample, size_t *compared)
{
    const json_t *clusters = json_object_get(sample, "mirrorClientConfig_nonNull");
    CLEANUP(strmap_fini) struct strmap raw = STRMAP_INIT;
    struct tern_config view;
    const char *alias, *role;
    json_t *roles, *settings;

    read_config(json_object_get(sample, "input_properties"), &raw);
    view = strmap_config(&raw);
    json_object_foreach((json_t *)clusters, alias, roles)
    {
        CLEANUP(strmap_fini) struct strmap cluster = STRMAP_INIT;
        struct tern_config config;

        client_config_of_cluster(&view, alias, &cluster);
        config = strmap_config(&cluster);
        json_object_foreach(roles, role, settings)
        {
            CLEANUP(strmap_fini) struct strmap ours = STRMAP_INIT;
            CLEANUP(freep) char *what = xasprintf("%s, %s.%s", name, alias, role);

            if (strcmp(role, "producer") == 0)
                continue;
            client_config_of_role(&config, role, &ours);
            ck_assert_ptr_nonnull(strmap_get(&ours, "bootstrap.servers"));
            *compared += check_settings(&ours, settings, what);
        }
    }
}

START_TEST(settings_of_clients)
{
    json_t *root = test_json(FILES), *sample;
    size_t compared = 0, samples = 0;
    const char *name;

    json_object_foreach(root, name, sample)
    {
        /* variables are resolved elsewhere */
        if (name[0] == '_' || strncmp(name, "s3", 2) == 0)
            continue;
        check_sample(name, sample, &compared);
        samples++;
    }
    ck_assert_uint_eq(samples, 4);
    ck_assert_uint_gt(compared, 100);
    json_decref(root);
}
END_TEST

START_TEST(variables_are_resolved)
{
    CLEANUP(strmap_fini) struct strmap config = STRMAP_INIT;
    char *folder = test_folder();
    struct tern_error err;

    test_write_file(folder, "secrets", "jaas=it\n", 8);
    strmap_set(&config, "config.providers", "file");
    strmap_set(&config, "config.providers.file.class",
               "org.apache.kafka.common.config.provider.FileConfigProvider");
    strmap_set_fmt(&config, "sasl.jaas.config", "${file:%s/secrets:jaas}", folder);
    ck_assert_ok(client_config_resolve(&config, &err), err);
    ck_assert_str_eq(strmap_get(&config, "sasl.jaas.config"), "it");
    strmap_set(&config, "config.providers.file.class", "org.example.Other");
    ck_assert_int_lt(client_config_resolve(&config, &err), 0);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    test_folder_remove(folder);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, topics_and_clusters);
    test_add(suite, paths_end);
    test_add(suite, settings_of_clients);
    test_add(suite, variables_are_resolved);
}

TEST_MAIN("mirror client", fill)
