/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/herder/connector_remarks.h"

#include <string.h>
#include <strings.h>

#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_def.h"
#include "lib/kafka/client_names.h"
#include "worker/herder/connector_keys.h"

struct remarks {
    tern_config_fault *remark;
    void *arg;
    const struct tern_connector_class *cls;
};

/* Settings of parts that a connector's own settings name, and what the worker reads of itself. */
static bool has_prefix_of_worker(const char *key)
{
    static const char *const prefixes[] = {"transforms.",
                                           "predicates.",
                                           "topic.creation.",
                                           "key.converter.",
                                           "value.converter.",
                                           "header.converter.",
                                           "transaction.boundary",
                                           "config.providers",
                                           "tern.transaction.",
                                           CONNECTOR_REMARKS,
                                           NULL};

    return str_starts_with_any(key, prefixes);
}

static bool is_workers(const char *key)
{
    const struct config_def def = CONFIG_DEF(connector_source_tables);
    struct tern_config_key row;

    return config_def_find(&def, key, &row) || has_prefix_of_worker(key);
}

/* producer.override.x: x is for a client of the worker's. */
static bool is_override(const struct remarks *r, const char *key)
{
    static const struct {
        const char *prefix, *what;
        enum kafka_role role;
    } roles[] = {{"producer.override.", "unknown setting of a producer", KAFKA_PRODUCER},
                 {"consumer.override.", "unknown setting of a consumer", KAFKA_CONSUMER},
                 {"admin.override.", "unknown setting of an admin client", KAFKA_ADMIN}};

    for (size_t i = 0; i < COUNT_OF(roles); i++) {
        const char *rest = key + strlen(roles[i].prefix);

        if (!str_starts_with(key, roles[i].prefix))
            continue;
        if (!client_name_is_known(rest))
            config_remark(r->remark, r->arg, key, roles[i].what,
                          client_name_nearest(roles[i].role, rest));
        return true;
    }
    return false;
}

/* The class's own remarks, but for keys of the worker's. */
static void on_class_remark(void *arg, const char *key, const char *message)
{
    static const char *const overrides[] = {"producer.override.", "consumer.override.",
                                            "admin.override.", NULL};
    const struct remarks *r = arg;

    if (!is_workers(key) && !str_starts_with_any(key, overrides))
        r->remark(r->arg, key, message);
}

/* The nearest key of the class, or else of the worker. */
static void look_at(const struct remarks *r, const char *key)
{
    const struct config_def own = {.tables = r->cls->config, .key_size = r->cls->config_key_size};
    const struct config_def worker = CONFIG_DEF(connector_source_tables);
    struct tern_config_key row;
    const char *nearest;

    if (is_workers(key) || config_def_find(&own, key, &row))
        return;
    nearest = config_nearest_key(&own, key);
    if (!nearest)
        nearest = config_nearest_key(&worker, key);
    if (nearest)
        config_remark(r->remark, r->arg, key, "unknown setting", nearest);
}

bool connector_remarks_wanted(const struct tern_config *config)
{
    const char *text = config_get(config, CONNECTOR_REMARKS);

    return !text || strcasecmp(text, "false") != 0;
}

void connector_remarks(const struct plugin_registry *plugins, const struct tern_config *config,
                       tern_config_fault *remark, void *arg)
{
    struct remarks r = {.remark = remark, .arg = arg};
    const char *class_name = config_get(config, "connector.class");
    const struct connector_plugin *plugin;
    struct tern_error err;

    if (!class_name || !connector_remarks_wanted(config) ||
        plugin_registry_connector_of(
            plugins, class_name, config_get(config, "connector.plugin.version"), &plugin, &err) < 0)
        return; /* a fault, which others tell */
    r.cls = &plugin->connector;
    for (size_t i = 0; i < config->count; i++) {
        if (!is_override(&r, config->entries[i].key) && !r.cls->remarks)
            look_at(&r, config->entries[i].key);
    }
    if (r.cls->remarks)
        r.cls->remarks(config, on_class_remark, &r);
}
