/* SPDX-License-Identifier: Apache-2.0 */
/*
 * route_plugins - /connector-plugins: which plugins there are, their keys, and what is wrong with a
 * configuration. Answers of this worker alone. Peer: ConnectorPluginsResource. Spec:
 * connect-rest.md 5.21-5.24, 6.
 */
#include <string.h>

#include "lib/base/xmem.h"
#include "rest/context.h"
#include "rest/reply.h"
#include "rest/request.h"
#include "rest/routes.h"
#include "worker/herder/connector_validate.h"
#include "worker/herder/herder.h"

/* ---- the list ---- */

static bool is_same(const struct plugin_entry *a, const struct plugin_entry *b)
{
    return a->kind == b->kind && strcmp(a->class_name, b->class_name) == 0 &&
           strcmp(a->version, b->version) == 0;
}

static bool is_connector(const struct plugin_entry *entry)
{
    return entry->kind == PLUGIN_SINK || entry->kind == PLUGIN_SOURCE;
}

static json_t *plugin_json(const struct plugin_entry *entry)
{
    json_t *plugin =
        json_pack("{s:s, s:s}", "class", entry->class_name, "type", plugin_kind_name(entry->kind));

    if (strcmp(entry->version, "undefined") != 0)
        json_object_set_new(plugin, "version", json_string(entry->version));
    return plugin;
}

static void get_plugins(struct rest_context *ctx, const struct rest_request *req,
                        struct rest_reply *reply)
{
    bool only_connectors = rest_request_flag(req, "connectorsOnly", true);
    CLEANUP(plugin_catalog_fini) struct plugin_catalog catalog;
    json_t *list = json_array();

    plugin_catalog_init(&catalog, herder_plugins(ctx->herder));
    for (size_t i = 0; i < catalog.count; i++) {
        const struct plugin_entry *entry = &catalog.at[i];

        if (only_connectors && !is_connector(entry))
            continue;
        if (i == 0 || !is_same(entry, entry - 1)) /* one that stands in two places */
            json_array_append_new(list, plugin_json(entry));
    }
    rest_reply_json(reply, 200, list);
}

/* ---- keys ---- */

static json_t *texts_json(const struct config_texts *texts)
{
    json_t *list = json_array();

    for (size_t i = 0; i < texts->count; i++)
        json_array_append_new(list, json_string(texts->at[i]));
    return list;
}

static json_t *names_json(const char *const *names)
{
    json_t *list = json_array();

    for (; names && *names; names++)
        json_array_append_new(list, json_string(*names));
    return list;
}

static json_t *definition_json(const struct config_info *info)
{
    const struct config_definition *d = &info->definition;

    return json_pack(
        "{s:s, s:s, s:b, s:s?, s:s, s:s, s:s?, s:i, s:s, s:s, s:o}", "name", info->name, "type",
        config_type_name(d->type), "required", d->required, "default_value", d->default_text,
        "importance", config_importance_name(d->importance), "documentation", d->doc ? d->doc : "",
        "group", d->group, "order_in_group", d->order, "width", config_width_name(d->width),
        "display_name", d->display_name, "dependents", names_json(d->dependents));
}

/* The plugin of a name in a version that is asked for; NULL: reply says why there is none. */
static const struct plugin_entry *find_plugin(const struct plugin_catalog *catalog,
                                              const char *name, const char *version,
                                              struct rest_reply *reply)
{
    const struct plugin_entry *newest = plugin_catalog_find_any(catalog, name), *entry = NULL;
    struct tern_error err;

    /* peer texts */
    if (!newest && plugin_catalog_is_unlisted(name)) {
        rest_reply_error(reply, 400,
                         "Invalid plugin class %s. Valid types are sink, source, converter, "
                         "header_converter, transformation, predicate.",
                         name);
    } else if (!newest) {
        rest_reply_error(reply, 404, "Unknown plugin %s.", name);
    } else if (plugin_catalog_choose(catalog, newest->class_name, version, &entry, &err) < 0) {
        if (err.code == TERN_ENOTFOUND)
            rest_reply_error_text(reply, 400, 400, err.msg);
        else
            rest_reply_error(reply, 400, "Invalid version specification: %s", version);
    }
    return entry;
}

static void get_keys(struct rest_context *ctx, const struct rest_request *req,
                     struct rest_reply *reply)
{
    const char *version = rest_request_query(req, "version");
    CLEANUP(plugin_catalog_fini) struct plugin_catalog catalog;
    CLEANUP(config_infos_freep) struct config_infos *keys = NULL;
    const struct plugin_entry *entry;
    json_t *list;

    plugin_catalog_init(&catalog, herder_plugins(ctx->herder));
    entry = find_plugin(&catalog, rest_request_parameter(req, "plugin"), version, reply);
    if (!entry)
        return;
    keys = connector_plugin_keys(&catalog, entry);
    list = json_array();
    for (size_t i = 0; i < keys->count; i++)
        json_array_append_new(list, definition_json(&keys->at[i]));
    rest_reply_json(reply, 200, list);
}

/* ---- validation ---- */

static json_t *value_json(const struct config_info *info)
{
    return json_pack("{s:s, s:s?, s:o, s:o, s:b}", "name", info->name, "value", info->value,
                     "recommended_values", texts_json(&info->recommended), "errors",
                     texts_json(&info->errors), "visible", info->visible);
}

static json_t *infos_json(const struct config_infos *infos)
{
    json_t *configs = json_array();

    for (size_t i = 0; i < infos->count; i++) {
        const struct config_info *info = &infos->at[i];

        json_array_append_new(configs,
                              json_pack("{s:o, s:o}", "definition",
                                        info->is_defined ? definition_json(info) : json_null(),
                                        "value", value_json(info)));
    }
    return json_pack("{s:s, s:I, s:o, s:o}", "name", infos->name, "error_count",
                     (json_int_t)infos->error_count, "groups", texts_json(&infos->groups),
                     "configs", configs);
}

/* Its length without "Connector" at the end, unless that is all of it. */
static size_t short_length(const char *name)
{
    static const char suffix[] = "Connector";
    size_t len = strlen(name), cut = sizeof(suffix) - 1;

    return len > cut && strcmp(name + len - cut, suffix) == 0 ? len - cut : len;
}

/* Whether the class that the configuration names is the one that the path does, by their ends. */
static bool is_about(const char *class_name, const char *path_name)
{
    size_t len = short_length(class_name), end = short_length(path_name);

    return len >= end && strncmp(class_name + len - end, path_name, end) == 0;
}

/* The peer does not unwrap what ends a validation, so the exception's class is seen. */
static void reply_failure(struct rest_reply *reply, enum tern_code code, const char *failure)
{
    rest_reply_error(reply, 500, "%s: %s",
                     code == TERN_EINVALID
                         ? "org.apache.kafka.connect.runtime.rest.errors.BadRequestException"
                         : "org.apache.kafka.common.config.ConfigException",
                     failure);
}

static void put_validate(struct rest_context *ctx, const struct rest_request *req,
                         struct rest_reply *reply)
{
    const char *plugin = rest_request_parameter(req, "plugin");
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    CLEANUP(config_infos_freep) struct config_infos *infos = NULL;
    CLEANUP(freep) char *failure = NULL;
    struct tern_config config;
    struct tern_error err;
    const char *class_name;

    if (rest_request_map(req, reply, &map) < 0)
        return;
    class_name = strmap_get(&map, "connector.class");
    if (class_name && !is_about(class_name, plugin)) {
        rest_reply_error(reply, 400, "Included connector type %s does not match request type %s",
                         class_name, plugin); /* peer text */
        return;
    }
    config = strmap_config(&map);
    if (herder_validate(ctx->herder, &config, &infos, &failure, &err) < 0)
        reply_failure(reply, err.code, failure);
    else
        rest_reply_json(reply, 200, infos_json(infos));
}

const struct rest_route rest_routes_plugins[] = {
    {"GET", "/connector-plugins", get_plugins, 0, "The plugins of this worker.", "connectorsOnly",
     NULL, "200 PluginInfos"},
    {"GET", "/connector-plugins/{plugin}/config", get_keys, 0, "The keys of a plugin.", "version",
     NULL, "200 ConfigKeyInfos, 400 Error, 404 Error"},
    {"PUT", "/connector-plugins/{plugin}/config/validate", put_validate, REST_READS_BODY,
     "What is to be said of a connector's configuration.", NULL, "ConnectorConfig",
     "200 ConfigInfos, 400 Error, 500 Error"},
    {.method = NULL},
};
