/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/mm2/mm2_unknown.h"

#include <string.h>

#include "lib/base/log.h"
#include "lib/base/sorted.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_def.h"
#include "lib/conf/properties.h"
#include "worker/herder/connector_remarks.h"
#include "worker/herder/worker_config.h"
#include "worker/mm2/mm2_check.h"
#include "worker/mm2/mm2_keys.h"

LOG_DOMAIN("org.apache.kafka.connect.mirror.MirrorMaker");

enum place {
    PLACE_TOP,
    PLACE_CLUSTER,
    PLACE_FLOW
};

static bool has_row(const struct tern_config_key *const *tables, const char *key)
{
    const struct config_def def = CONFIG_DEF(tables);
    struct tern_config_key row;

    return config_def_find(&def, key, &row);
}

static bool is_connector_key(const char *key)
{
    bool found;

    sorted_slot(mm2_connector_keys, mm2_connector_key_count, sizeof(*mm2_connector_keys), key,
                &found);
    return found;
}

/* What a connector, or a part of it that has settings of its own, may read. */
static bool is_flow_key(const char *key)
{
    static const char *const prefixes[] = {"source.",
                                           "target.",
                                           "producer.",
                                           "consumer.",
                                           "admin.",
                                           "key.converter.",
                                           "value.converter.",
                                           "header.converter.",
                                           "transforms.",
                                           "predicates.",
                                           "topic.creation.",
                                           "config.providers",
                                           "replication.policy",
                                           "use.defaults.from",
                                           "task.",
                                           "exactly.once.support",
                                           "transaction.boundary",
                                           "offsets.storage.topic",
                                           "tern.",
                                           NULL};

    return is_connector_key(key) || str_starts_with_any(key, prefixes);
}

static bool is_cluster_key(const char *key)
{
    static const char *const prefixes[] = {"producer.",        "consumer.",        "admin.",
                                           "listeners.https.", "config.providers", NULL};

    return has_row(worker_tables, key) || mm2_is_worker_key(key) ||
           str_starts_with_any(key, prefixes);
}

static bool is_top_key(const char *key)
{
    static const struct tern_config_key *const tables[] = {mm2_driver_keys, worker_rest_keys, NULL};
    static const char *const prefixes[] = {"config.providers", "replication.policy",
                                           "listeners.https.", "tern.", NULL};

    return is_connector_key(key) || mm2_is_client_key(key) || mm2_is_worker_key(key) ||
           strcmp(key, "plugin.path") == 0 || has_row(tables, key) ||
           str_starts_with_any(key, prefixes);
}

/* The nearest key of those that have a meaning at a place; NULL: none is near. */
static const char *nearest(enum place place, const char *key)
{
    struct tern_config_key *rows = xcalloc(mm2_connector_key_count + 1, sizeof(*rows));
    const struct tern_config_key *const connectors[] = {rows, NULL};
    const struct tern_config_key *const tops[] = {rows, mm2_driver_keys, NULL};
    const struct config_def def = {place == PLACE_CLUSTER ? worker_tables
                                   : place == PLACE_TOP   ? tops
                                                          : connectors,
                                   sizeof(struct tern_config_key)};
    const char *found;

    for (size_t i = 0; i < mm2_connector_key_count; i++)
        rows[i] = (struct tern_config_key){.name = mm2_connector_keys[i], .type = TERN_STRING};
    found = config_nearest_key(&def, key);
    free(rows); /* the names are not theirs */
    return found;
}

/* Keys of which something was said: once is enough, however many flows have them. */
struct said {
    const struct mm2_plan *plan;
    const struct mm2_flow *flow; /* whose connector is looked at */
    struct strmap keys;
};

static void warn(struct said *said, const char *key, const char *what)
{
    const struct mm2_plan *plan = said->plan;

    if (!strmap_set_if_absent(&said->keys, key, NULL))
        return;
    log_warn("%s:%ld: %s: %s", plan->path, properties_line_of(&plan->lines, key), key, what);
}

static void warn_meant(struct said *said, const char *key, const char *part, enum place place)
{
    const char *meant = nearest(place, part);
    CLEANUP(freep)
    char *text = meant ? xasprintf("unknown setting, did you mean '%.*s%s'?",
                                   (int)(strlen(key) - strlen(part)), key, meant)
                       : NULL;

    if (text)
        warn(said, key, text);
}

static void on_top_remark(void *arg, const char *key, const char *message)
{
    char **ret_text = arg;

    if (strcmp(key, "connector.class") != 0 && !*ret_text)
        *ret_text = xstrdup(message);
}

/* A key that nobody reads at the top, and no other is near to: the class may know what it was. */
static void warn_unknown_top(struct said *said, const char *key)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    CLEANUP(freep) char *text = NULL;
    struct tern_config alone;

    strmap_set(&map, "connector.class", "org.apache.kafka.connect.mirror.MirrorSourceConnector");
    strmap_set(&map, key, "");
    alone = strmap_config(&map);
    if (said->plan->flow_count)
        connector_remarks(said->plan->flows[0].plugins, &alone, on_top_remark, &text);
    warn(said, key, text ? text : "unknown setting");
}

static void check_top(struct said *said, const char *key)
{
    if (is_top_key(key))
        return;
    if (has_row(worker_tables, key)) {
        warn(said, key, "is not read here: it belongs to one cluster, as <alias>.<setting>");
        return;
    }
    if (is_flow_key(key)) {
        warn(said, key,
             "is not read here: it belongs to a flow or a cluster, as "
             "<source>-><target>.<setting> or <alias>.<setting>");
        return;
    }
    if (nearest(PLACE_TOP, key))
        warn_meant(said, key, key, PLACE_TOP);
    else
        warn_unknown_top(said, key);
}

/* Whether key begins with an alias, and the first part after one that is not known; NULL: all are.
 */
static bool in_cluster(const struct mm2_plan *plan, const char *key, const char **ret_unknown)
{
    bool is_clusters = false;

    *ret_unknown = NULL;
    for (size_t i = 0; i < plan->cluster_count; i++) {
        size_t n = strlen(plan->clusters[i]);

        if (strncmp(key, plan->clusters[i], n) != 0 || key[n] != '.')
            continue;
        if (is_cluster_key(key + n + 1)) {
            *ret_unknown = NULL;
            return true;
        }
        is_clusters = true;
        *ret_unknown = key + n + 1;
    }
    return is_clusters;
}

static const char *after_flow_of(const struct mm2_plan *plan, const char *key)
{
    for (size_t i = 0; i < plan->all.count; i++) {
        size_t n = strlen(plan->all.at[i].name);

        if (strncmp(key, plan->all.at[i].name, n) == 0 && key[n] == '.')
            return key + n + 1;
    }
    return NULL;
}

/* Each key of the file where it stands. */
static void check_places(struct said *said)
{
    const struct mm2_plan *plan = said->plan;

    STRMAP_FOREACH (&plan->raw, e) {
        const char *part;

        if (strstr(e->key, "->")) {
            part = after_flow_of(plan, e->key);
            if (part && !is_flow_key(part))
                warn_meant(said, e->key, part, PLACE_FLOW);
        } else if (in_cluster(plan, e->key, &part)) {
            if (part)
                warn_meant(said, e->key, part, PLACE_CLUSTER);
        } else {
            check_top(said, e->key);
        }
    }
}

/* A key of a flow's connector that nobody reads: said of the key of the file that it comes from. */
static void on_remark(void *arg, const char *key, const char *message)
{
    struct said *said = arg;
    const struct tern_config raw = strmap_config(&said->plan->raw);
    CLEANUP(freep) char *origin = mm2_connector_origin(&raw, said->flow, key);

    if (strmap_has(&said->plan->raw, origin))
        warn(said, origin, message);
}

void mm2_warn_unknown(const struct mm2_plan *plan)
{
    const struct tern_config raw = strmap_config(&plan->raw);
    struct said said = {.plan = plan};

    if (!connector_remarks_wanted(&raw))
        return;
    check_places(&said);
    for (size_t i = 0; i < plan->flow_count; i++) {
        const struct mm2_flow_plan *flow = &plan->flows[i];
        const struct tern_config config = strmap_config(&flow->connectors[MM2_SOURCE].config);

        said.flow = &flow->flow;
        if (flow->flow.is_enabled) /* its three connectors have the same keys */
            connector_remarks(flow->plugins, &config, on_remark, &said);
    }
    strmap_fini(&said.keys);
}
