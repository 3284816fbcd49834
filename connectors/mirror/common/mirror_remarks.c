/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/mirror_remarks.h"

#include <string.h>

#include "connectors/mirror/common/mirror_client.h"
#include "connectors/mirror/common/mirror_config.h"
#include "connectors/mirror/common/mirror_config_keys.h"
#include "connectors/mirror/common/mirror_own.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_def.h"
#include "lib/conf/security_keys.h"
#include "lib/kafka/client_names.h"

/* Read by filters, policies and tasks, and in no definition. */
static const struct tern_config_key hidden_keys[] = {
    {.name = "use.defaults.from"},
    {.name = "replication.policy.separator"},
    {.name = "replication.policy.internal.topic.separator.enabled"},
    TERN_END,
};

/* What every client of a cluster takes from its settings, beside TLS and SASL. */
static const struct tern_config_key cluster_keys[] = {
    {.name = "bootstrap.servers"},
    TERN_END,
};

static const struct {
    const char *key, *instead;
} removed[] = {
    {"topics.blacklist", "use topics.exclude"},
    {"topics.whitelist", "use topics"},
    {"groups.blacklist", "use groups.exclude"},
    {"groups.whitelist", "use groups"},
    {"config.properties.blacklist", "use config.properties.exclude"},
    {"use.incremental.alter.configs", "configs are always altered incrementally"},
    {"add.source.alias.to.metrics", "metrics always have the source"},
    {"auto.include.jmx.reporter", "see metric.reporters"},
};

/* Prefixes of what other parts read: the worker's, converters' and providers' own. */
static const char *const foreign[] = {"config.providers",
                                      "key.converter.",
                                      "value.converter.",
                                      "header.converter.",
                                      "tern.offset.flush.",
                                      "tern.remarks.",
                                      NULL};

/* In the order of enum kafka_role. */
static const char *const roles[] = {"producer", "consumer", "admin"};
static const char *const sides[] = {"source.", "target.", ""};

struct remarks {
    tern_config_fault *remark;
    void *arg;
    struct config_def known;
};

static bool is_foreign(const char *key)
{
    return str_starts_with_any(key, foreign);
}

/* source.consumer.x, consumer.x, target.producer.x, ...: x is for a client. */
static bool is_clients(const struct remarks *r, const char *key)
{
    for (size_t side = 0; side < COUNT_OF(sides); side++) {
        if (!str_starts_with(key, sides[side]))
            continue;
        for (size_t role = 0; role < COUNT_OF(roles); role++) {
            const char *rest = key + strlen(sides[side]);
            size_t n = strlen(roles[role]);

            if (!str_starts_with(rest, roles[role]) || rest[n] != '.')
                continue;
            rest += n + 1;
            if (!str_starts_with(rest, "override.") && !client_name_is_known(rest)) {
                CLEANUP(freep)
                char *what = xasprintf("unknown setting of a client (%s)", roles[role]);

                config_remark(r->remark, r->arg, key, what,
                              client_name_nearest((enum kafka_role)role, rest));
            }
            return true;
        }
        if (*sides[side]) /* source.cluster.x, or what a prefix has made of junk */
            return false;
    }
    return false;
}

/* source.cluster.x: x goes to every client of that cluster, if it is one of the shared. */
static bool is_clusters(const struct remarks *r, const char *key)
{
    static const char *const prefixes[] = {"source.cluster.", "target.cluster."};
    const struct tern_config_key *const tables[] = {cluster_keys, security_protocol_keys,
                                                    security_keys, NULL};
    const struct config_def shared = CONFIG_DEF(tables);

    for (size_t i = 0; i < COUNT_OF(prefixes); i++) {
        const char *rest = key + strlen(prefixes[i]), *nearest;

        if (!str_starts_with(key, prefixes[i]) || strcmp(rest, "alias") == 0)
            continue;
        if (mirror_client_is_shared_key(rest))
            return true;
        nearest = config_nearest_key(&shared, rest);
        if (nearest)
            config_remark(r->remark, r->arg, key, "unknown setting of a cluster's clients",
                          nearest);
        return true;
    }
    return false;
}

static bool is_removed(const struct remarks *r, const char *key)
{
    for (size_t i = 0; i < COUNT_OF(removed); i++) {
        CLEANUP(freep) char *text = NULL;

        if (strcmp(removed[i].key, key) != 0)
            continue;
        text = xasprintf("removed in Kafka 4.0 and without effect: %s", removed[i].instead);
        r->remark(r->arg, key, text);
        return true;
    }
    return false;
}

static void look_at(const struct remarks *r, const char *key)
{
    struct tern_config_key row;

    if (config_def_find(&r->known, key, &row) || is_foreign(key) || is_clusters(r, key) ||
        is_clients(r, key) || is_removed(r, key))
        return;
    config_remark(r->remark, r->arg, key, "unknown setting", config_nearest_key(&r->known, key));
}

void mirror_remarks(const struct tern_config *config, tern_config_fault *remark, void *arg)
{
    const struct tern_config_key *const tables[] = {mirror_config_base_keys,
                                                    mirror_config_common_keys,
                                                    security_keys,
                                                    mirror_config_source_keys,
                                                    mirror_config_checkpoint_keys,
                                                    mirror_config_heartbeat_keys,
                                                    mirror_config_source_own_keys,
                                                    mirror_config_checkpoint_own_keys,
                                                    mirror_own_tables[0],
                                                    hidden_keys,
                                                    NULL};
    struct remarks r = {remark, arg, CONFIG_DEF(tables)};

    for (size_t i = 0; i < config->count; i++)
        look_at(&r, config->entries[i].key);
}
