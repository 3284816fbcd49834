/* SPDX-License-Identifier: Apache-2.0 */
/* client - the public calls of mirror_client.h. */
#include <tern/mirror_client.h>

#include <stdlib.h>
#include <string.h>

#include "connectors/mirror/client/client_config.h"
#include "connectors/mirror/client/topology.h"
#include "connectors/mirror/common/checkpoint.h"
#include "connectors/mirror/common/checkpoint_store.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/xmem.h"
#include "lib/conf/properties.h"
#include "lib/conf/regex.h"
#include "lib/kafka/admin.h"
#include "lib/kafka/topic_log.h"

#define PUBLIC __attribute__((visibility("default"), used))

struct tern_mirror_client {
    struct strmap config;
    struct replication_policy *policy;
    struct admin *admin;
};

/* ---- opening ---- */

/* A library says what it has to say in its errors. */
static void keep_quiet(void)
{
    log_set_level("root", TERN_LOG_OFF);
}

PUBLIC void tern_mirror_client_close(struct tern_mirror_client *client)
{
    if (!client)
        return;
    admin_free(client->admin);
    replication_policy_free(client->policy);
    strmap_fini(&client->config);
    free(client);
}

/* Takes the entries of config. */
static int open_client(struct strmap *config, struct tern_mirror_client **ret_client,
                       struct tern_error *err)
{
    struct tern_mirror_client *client = xcalloc(1, sizeof(*client));
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct tern_config view;

    keep_quiet();
    client->config = *config;
    *config = (struct strmap)STRMAP_INIT;
    view = strmap_config(&client->config);
    client_config_of_role(&view, "admin", &settings);
    if (replication_policy_new(&view, &client->policy, err) < 0) {
        tern_mirror_client_close(client);
        return -1;
    }
    view = strmap_config(&settings);
    if (!config_get(&view, "bootstrap.servers")) {
        tern_mirror_client_close(client);
        return tern_fail(err, TERN_EINVALID,
                         "Missing required configuration \"bootstrap.servers\" which has no "
                         "default value.");
    }
    if (admin_open(&view, &client->admin, err) < 0) {
        tern_mirror_client_close(client);
        return -1;
    }
    *ret_client = client;
    return 0;
}

PUBLIC int tern_mirror_client_open(const struct tern_config *config,
                                   struct tern_mirror_client **ret_client, struct tern_error *err)
{
    CLEANUP(strmap_fini) struct strmap copy = STRMAP_INIT;

    for (size_t i = 0; i < config->count; i++)
        strmap_set(&copy, config->entries[i].key, config->entries[i].value);
    return open_client(&copy, ret_client, err);
}

static bool names_cluster(const struct tern_config *raw, const char *alias)
{
    CLEANUP(freep) char *key = xasprintf("%s.bootstrap.servers", alias);

    return config_get(raw, key) || config_get(raw, "bootstrap.servers");
}

PUBLIC int tern_mirror_client_open_file(const char *path, const char *cluster,
                                        struct tern_mirror_client **ret_client,
                                        struct tern_error *err)
{
    CLEANUP(strmap_fini) struct strmap raw = STRMAP_INIT, config = STRMAP_INIT;
    struct tern_config view;

    if (properties_load(path, &raw, err) < 0)
        return -1;
    view = strmap_config(&raw);
    if (cluster && !names_cluster(&view, cluster))
        return tern_fail(err, TERN_EINVALID, "'%s' has no %s.bootstrap.servers", path, cluster);
    if (cluster)
        client_config_of_cluster(&view, cluster, &config);
    else
        strmap_add_all(&config, &view);
    if (client_config_resolve(&config, err) < 0 || open_client(&config, ret_client, err) < 0)
        return tern_context(err, "'%s'", path);
    return 0;
}

/* ---- topics ---- */

typedef bool topic_test(const struct replication_policy *policy, const char *topic,
                        const char *source);

static bool is_heartbeats(const struct replication_policy *policy, const char *topic,
                          const char *source)
{
    (void)source;
    return replication_policy_is_heartbeats_topic(policy, topic);
}

static bool is_checkpoints(const struct replication_policy *policy, const char *topic,
                           const char *source)
{
    (void)source;
    return replication_policy_is_checkpoints_topic(policy, topic);
}

static int emit_topics(struct tern_mirror_client *client, topic_test *test, const char *source,
                       int64_t timeout_ms, tern_mirror_name_fn *emit, void *arg,
                       struct tern_error *err)
{
    CLEANUP(admin_topics_fini) struct admin_topics topics = {0};

    if (admin_list_topics(client->admin, NULL, clock_deadline_ms(timeout_ms), &topics, err) < 0)
        return -1;
    for (size_t i = 0; i < topics.count; i++) {
        if (!topics.at[i].internal && test(client->policy, topics.at[i].name, source))
            emit(arg, topics.at[i].name);
    }
    return 0;
}

PUBLIC int tern_mirror_client_heartbeat_topics(struct tern_mirror_client *client,
                                               int64_t timeout_ms, tern_mirror_name_fn *emit,
                                               void *arg, struct tern_error *err)
{
    return emit_topics(client, is_heartbeats, NULL, timeout_ms, emit, arg, err);
}

PUBLIC int tern_mirror_client_checkpoint_topics(struct tern_mirror_client *client,
                                                int64_t timeout_ms, tern_mirror_name_fn *emit,
                                                void *arg, struct tern_error *err)
{
    return emit_topics(client, is_checkpoints, NULL, timeout_ms, emit, arg, err);
}

PUBLIC int tern_mirror_client_remote_topics(struct tern_mirror_client *client, const char *source,
                                            int64_t timeout_ms, tern_mirror_name_fn *emit,
                                            void *arg, struct tern_error *err)
{
    return emit_topics(client, topology_is_remote, source, timeout_ms, emit, arg, err);
}

/* ---- clusters ---- */

struct upstream {
    const struct replication_policy *policy;
    struct strmap found;
};

static void add_path(void *arg, const char *topic)
{
    struct upstream *upstream = arg;
    struct topology_path path;

    topology_path_of(upstream->policy, topic, &path);
    for (size_t i = 0; i < path.count; i++)
        strmap_set(&upstream->found, path.clusters[i], NULL);
    topology_path_fini(&path);
}

PUBLIC int tern_mirror_client_upstream_clusters(struct tern_mirror_client *client,
                                                int64_t timeout_ms, tern_mirror_name_fn *emit,
                                                void *arg, struct tern_error *err)
{
    struct upstream upstream = {client->policy, STRMAP_INIT};
    int rc = emit_topics(client, is_heartbeats, NULL, timeout_ms, add_path, &upstream, err);

    if (rc == 0) {
        STRMAP_FOREACH (&upstream.found, e)
            emit(arg, e->key);
    }
    strmap_fini(&upstream.found);
    return rc;
}

struct hops {
    const struct replication_policy *policy;
    const char *cluster;
    int least;
};

static void count_hops(void *arg, const char *topic)
{
    struct hops *h = arg;
    int hops = topology_hops(h->policy, topic, h->cluster);

    if (hops > 0 && (h->least < 0 || hops < h->least))
        h->least = hops;
}

PUBLIC int tern_mirror_client_replication_hops(struct tern_mirror_client *client,
                                               const char *cluster, int64_t timeout_ms,
                                               int *ret_hops, struct tern_error *err)
{
    struct hops hops = {client->policy, cluster, -1};

    if (emit_topics(client, is_heartbeats, NULL, timeout_ms, count_hops, &hops, err) < 0)
        return -1;
    *ret_hops = hops.least;
    return 0;
}

/* ---- offsets ---- */

/* The checkpoints that a reader is after. */
struct reading {
    const char *group; /* NULL: those that pattern matches */
    const struct regex *pattern;
    struct checkpoint_store *store;
};

static bool is_wanted(const struct reading *r, struct slice group, const char *name)
{
    if (r->group) /* a name with a zero byte in it is no other's */
        return slice_equal(group, slice_str(r->group));
    return strlen(name) == group.len && regex_matches(r->pattern, name);
}

static void on_checkpoint(void *arg, const struct topic_log_record *rec)
{
    struct reading *r = arg;
    CLEANUP(freep) char *group = NULL;
    struct checkpoint cp;
    struct tern_error err;

    if (!rec->value.at || checkpoint_decode(rec->key, rec->value, &cp, &err) < 0)
        return;
    group = xstrndup((const char *)cp.group.at, cp.group.len);
    if (is_wanted(r, cp.group, group))
        checkpoint_store_put(r->store, group, cp.topic, cp.partition, cp.upstream_offset,
                             cp.downstream_offset, cp.metadata);
}

static int read_checkpoints(struct tern_mirror_client *client, const char *source,
                            int64_t deadline_ms, struct reading *reading, struct tern_error *err)
{
    CLEANUP(freep) char *topic = replication_policy_checkpoints_topic(client->policy, source);
    CLEANUP(admin_topics_fini) struct admin_topics there = {0};
    CLEANUP(strmap_fini) struct strmap consumer = STRMAP_INIT;
    struct tern_config config = strmap_config(&client->config);
    struct topic_log_conf conf = {.topic = topic,
                                  .admin = client->admin,
                                  .only_partition = CHECKPOINT_PARTITION,
                                  .on_record = on_checkpoint,
                                  .arg = reading};
    struct topic_log *log;

    if (admin_list_topics(client->admin, topic, deadline_ms, &there, err) < 0)
        return tern_context(err, "looking for '%s'", topic);
    if (!there.count) {
        return tern_fail(err, TERN_ENOTFOUND,
                         "there is no topic '%s': no checkpoints of a cluster '%s' here", topic,
                         source);
    }
    client_config_of_role(&config, "consumer", &consumer);
    conf.consumer = strmap_config(&consumer);
    if (topic_log_open(&conf, deadline_ms, &log, err) < 0)
        return tern_context(err, "reading '%s'", topic);
    topic_log_free(log);
    return 0;
}

struct emission {
    const char *group;
    tern_mirror_offset_fn *emit;
    void *arg;
};

static void emit_entry(void *arg, const struct checkpoint_entry *entry)
{
    struct emission *e = arg;
    const struct tern_mirror_offset offset = {e->group, entry->topic, entry->partition,
                                              entry->downstream_offset, entry->metadata};

    e->emit(e->arg, &offset);
}

static int emit_offsets(struct tern_mirror_client *client, const char *source,
                        struct reading *reading, int64_t timeout_ms, tern_mirror_offset_fn *emit,
                        void *arg, struct tern_error *err)
{
    struct emission emission = {NULL, emit, arg};
    int rc;

    reading->store = checkpoint_store_new();
    rc = read_checkpoints(client, source, clock_deadline_ms(timeout_ms), reading, err);
    for (size_t i = 0; rc == 0 && i < checkpoint_store_group_count(reading->store); i++) {
        emission.group = checkpoint_store_group_name(reading->store, i);
        checkpoint_store_each(reading->store, emission.group, emit_entry, &emission);
    }
    checkpoint_store_free(reading->store);
    return rc;
}

PUBLIC int tern_mirror_client_group_offsets(struct tern_mirror_client *client, const char *source,
                                            const char *group, int64_t timeout_ms,
                                            tern_mirror_offset_fn *emit, void *arg,
                                            struct tern_error *err)
{
    struct reading reading = {.group = group};

    return emit_offsets(client, source, &reading, timeout_ms, emit, arg, err);
}

PUBLIC int tern_mirror_client_groups_offsets(struct tern_mirror_client *client, const char *source,
                                             const char *pattern, int64_t timeout_ms,
                                             tern_mirror_offset_fn *emit, void *arg,
                                             struct tern_error *err)
{
    CLEANUP(regex_freep) struct regex *regex = NULL;
    struct reading reading = {0};

    if (regex_compile(pattern, &regex, err) < 0)
        return -1;
    reading.pattern = regex;
    return emit_offsets(client, source, &reading, timeout_ms, emit, arg, err);
}
