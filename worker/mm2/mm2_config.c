/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/mm2/mm2_config.h"

#include <string.h>
#include <strings.h>

#include "lib/base/vec.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_def.h"
#include "lib/conf/security_keys.h"
#include "worker/herder/worker_config.h"
#include "worker/mm2/mm2_keys.h"

#define BYTES_CONVERTER "org.apache.kafka.connect.converters.ByteArrayConverter"
#define CLASS_PREFIX    "org.apache.kafka.connect.mirror."

static const char *const roles[] = {"producer", "consumer", "admin"};

const char *mm2_connector_name(enum mm2_connector connector)
{
    switch (connector) {
    case MM2_SOURCE:
        return "MirrorSourceConnector";
    case MM2_HEARTBEAT:
        return "MirrorHeartbeatConnector";
    case MM2_CHECKPOINT:
    case MM2_CONNECTORS:
        break;
    }
    return "MirrorCheckpointConnector";
}

bool mm2_is_true(const char *text)
{
    return text && strcasecmp(text, "true") == 0;
}

/* ---- flows ---- */

static const char *get_flow_key(const struct tern_config *raw, const char *source,
                                const char *target, const char *key)
{
    char *full = xasprintf("%s->%s.%s", source, target, key);
    const char *value = config_get(raw, full);

    free(full);
    return value;
}

static bool emits_heartbeats(const struct tern_config *raw, const char *source, const char *target)
{
    static const char key[] = "emit.heartbeats.enabled";
    const char *own = get_flow_key(raw, source, target, key);
    const char *global = config_get(raw, key);

    if (own)
        return mm2_is_true(own);
    return global ? mm2_is_true(global) : true;
}

static bool list_has(const struct tern_list *list, const char *item)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i], item) == 0)
            return true;
    }
    return false;
}

static int by_name(const void *a, const void *b)
{
    const struct mm2_flow *x = a, *y = b;
    int order = strcmp(x->source, y->source);

    return order ? order : strcmp(x->target, y->target);
}

static bool flows_have(const struct mm2_flows *flows, const char *source, const char *target)
{
    for (size_t i = 0; i < flows->count; i++) {
        if (strcmp(flows->at[i].source, source) == 0 && strcmp(flows->at[i].target, target) == 0)
            return true;
    }
    return false;
}

static void add_flow(struct mm2_flows *flows, const char *source, const char *target,
                     bool is_enabled)
{
    flows->at = xreallocarray(flows->at, flows->count + 1, sizeof(*flows->at));
    flows->at[flows->count++] = (struct mm2_flow){
        .source = xstrdup(source),
        .target = xstrdup(target),
        .name = xasprintf("%s->%s", source, target),
        .is_enabled = is_enabled,
    };
}

void mm2_flows_of(const struct tern_config *raw, const struct tern_list *clusters,
                  const struct tern_list *only, struct mm2_flows *ret_flows)
{
    struct mm2_flows flows = {0};

    for (size_t s = 0; s < clusters->count; s++) {
        for (size_t t = 0; t < clusters->count; t++) {
            const char *source = clusters->items[s], *target = clusters->items[t];
            bool is_enabled = mm2_is_true(get_flow_key(raw, source, target, "enabled"));

            if (strcmp(source, target) == 0 || flows_have(&flows, source, target))
                continue;
            if (only->count && !list_has(only, target))
                continue;
            if (is_enabled || emits_heartbeats(raw, source, target))
                add_flow(&flows, source, target, is_enabled);
        }
    }
    if (flows.count)
        qsort(flows.at, flows.count, sizeof(*flows.at), by_name);
    *ret_flows = flows;
}

void mm2_flows_fini(struct mm2_flows *flows)
{
    for (size_t i = 0; i < flows->count; i++) {
        free(flows->at[i].source);
        free(flows->at[i].target);
        free(flows->at[i].name);
    }
    free(flows->at);
    *flows = (struct mm2_flows){0};
}

/* ---- one cluster ---- */

bool mm2_is_client_key(const char *key)
{
    static const struct tern_config_key *const tables[] = {security_protocol_keys, security_keys,
                                                           NULL};
    const struct config_def def = CONFIG_DEF(tables);
    struct tern_config_key row;

    return strcmp(key, "bootstrap.servers") == 0 || config_def_find(&def, key, &row);
}

static void add_to_roles(struct strmap *out, const char *key, const char *value)
{
    for (size_t i = 0; i < COUNT_OF(roles); i++) {
        char *full = xasprintf("%s.%s", roles[i], key);

        strmap_set_if_absent(out, full, value);
        free(full);
    }
}

void mm2_cluster_props(const struct tern_config *raw, const char *alias, struct strmap *out)
{
    char *prefix = xasprintf("%s.", alias);
    struct strmap own = STRMAP_INIT;

    strmap_add_prefixed(&own, raw, prefix);
    STRMAP_FOREACH (&own, e)
        strmap_set(out, e->key, e->value);
    STRMAP_FOREACH (&own, e) {
        if (mm2_is_client_key(e->key))
            add_to_roles(out, e->key, e->value);
    }
    for (size_t i = 0; i < raw->count; i++) {
        const struct tern_config_entry *e = &raw->entries[i];

        if (!mm2_is_client_key(e->key))
            continue;
        add_to_roles(out, e->key, e->value);
        strmap_set_if_absent(out, e->key, e->value);
    }
    strmap_fini(&own);
    free(prefix);
}

/* ---- the worker of a flow ---- */

bool mm2_is_worker_key(const char *key)
{
    static const char *const prefixes[] = {
        "offset.storage",
        "config.storage",
        "status.storage",
        "key.converter",
        "value.converter",
        "header.converter",
        "task",
        "worker",
        "replication.policy",
        "tern.", /* ours, not Java's */
        NULL,
    };

    return str_starts_with_any(key, prefixes);
}

static void set_names(struct strmap *out, const char *source, const char *target)
{
    static const struct {
        const char *key, *format_start, *format_end;
    } names[] = {
        {"group.id", "", "-mm2"},
        {"offset.storage.topic", "mm2-offsets.", ".internal"},
        {"status.storage.topic", "mm2-status.", ".internal"},
        {"config.storage.topic", "mm2-configs.", ".internal"},
    };
    char *client_id = xasprintf("%s->%s", source, target);

    strmap_set_if_absent(out, "client.id", client_id);
    free(client_id);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char *name = xasprintf("%s%s%s", names[i].format_start, source, names[i].format_end);

        strmap_set_if_absent(out, names[i].key, name);
        free(name);
    }
    strmap_set_if_absent(out, "key.converter", BYTES_CONVERTER);
    strmap_set_if_absent(out, "value.converter", BYTES_CONVERTER);
    strmap_set_if_absent(out, "header.converter", BYTES_CONVERTER);
}

static void add_starting_with(struct strmap *out, const struct tern_config *raw, const char *prefix)
{
    for (size_t i = 0; i < raw->count; i++) {
        if (str_starts_with(raw->entries[i].key, prefix))
            strmap_set(out, raw->entries[i].key, raw->entries[i].value);
    }
}

int mm2_worker_config(const struct tern_config *raw, const struct provider_set *providers,
                      const char *source, const char *target, struct strmap *out,
                      struct tern_error *err)
{
    CLEANUP(strmap_fini) struct strmap unresolved = STRMAP_INIT;
    struct tern_config view;

    mm2_cluster_props(raw, target, &unresolved);
    for (size_t i = 0; i < raw->count; i++) {
        if (mm2_is_worker_key(raw->entries[i].key))
            strmap_set(&unresolved, raw->entries[i].key, raw->entries[i].value);
    }
    view = strmap_config(&unresolved);
    if (provider_set_resolve(providers, &view, out, err) < 0)
        return -1;
    add_starting_with(out, raw, "config.providers");
    set_names(out, source, target);
    return 0;
}

/* ---- a connector of a flow ---- */

static bool is_role_key(const char *key)
{
    for (size_t i = 0; i < COUNT_OF(roles); i++) {
        if (str_starts_with(key, roles[i]))
            return true;
    }
    return false;
}

static void add_cluster(struct strmap *out, const struct tern_config *raw, const char *alias,
                        const char *side)
{
    CLEANUP(strmap_fini) struct strmap props = STRMAP_INIT;

    mm2_cluster_props(raw, alias, &props);
    STRMAP_FOREACH (&props, e) {
        char *key = xasprintf("%s.%s%s", side, is_role_key(e->key) ? "" : "cluster.", e->key);

        strmap_set(out, key, e->value);
        free(key);
    }
}

void mm2_connector_config(const struct tern_config *raw, const char *source, const char *target,
                          enum mm2_connector connector, struct strmap *out)
{
    const char *name = mm2_connector_name(connector);
    char *class = xasprintf(CLASS_PREFIX "%s", name);
    char *flow = xasprintf("%s->%s.", source, target);

    for (size_t i = 0; i < mm2_connector_key_count; i++) {
        const struct tern_config_entry *e = config_find(raw, mm2_connector_keys[i]);

        if (e)
            strmap_set(out, e->key, e->value);
    }
    add_starting_with(out, raw, "config.providers");
    add_starting_with(out, raw, "replication.policy");
    add_starting_with(out, raw, "tern."); /* the connectors' keys that Java does not have */
    add_cluster(out, raw, source, "source");
    add_cluster(out, raw, target, "target");
    strmap_set_if_absent(out, "name", name);
    strmap_set_if_absent(out, "connector.class", class);
    strmap_set_if_absent(out, "source.cluster.alias", source);
    strmap_set_if_absent(out, "target.cluster.alias", target);
    strmap_add_prefixed(out, raw, flow);
    strmap_set_if_absent(out, "enabled", "false");
    free(class);
    free(flow);
}

/* ---- clients ---- */

/* The text that counts for key: the role's own, the cluster's, the default; NULL: null. */
static char *client_text(const struct strmap *props, const char *role,
                         const struct tern_config_key *key)
{
    char *full = xasprintf("%s.%s", role, key->name);
    const char *text = strmap_get(props, full);

    free(full);
    if (!text)
        text = strmap_get(props, key->name);
    if (!text)
        text = key->fallback;
    return text ? xstrdup(text) : NULL;
}

int mm2_client_config(const struct tern_config *raw, const struct provider_set *providers,
                      const char *alias, const char *role, struct strmap *out,
                      struct tern_error *err)
{
    static const struct tern_config_key *const tables[] = {
        worker_connect_keys, security_protocol_keys, security_keys, NULL};
    CLEANUP(strmap_fini) struct strmap unresolved = STRMAP_INIT;
    CLEANUP(strmap_fini) struct strmap props = STRMAP_INIT;
    const struct config_def def = CONFIG_DEF(tables);
    struct config_walk walk = {0};
    struct tern_config view;

    mm2_cluster_props(raw, alias, &unresolved);
    view = strmap_config(&unresolved);
    if (provider_set_resolve(providers, &view, &props, err) < 0)
        return -1;
    while (config_walk_next(&def, &walk)) {
        char *text;

        if (!mm2_is_client_key(walk.key.name))
            continue;
        text = client_text(&props, role, &walk.key);
        if (text)
            strmap_set(out, walk.key.name, text);
        free(text);
    }
    return 0;
}
