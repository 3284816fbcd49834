/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/herder/connector_validate.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/strmap.h"
#include "lib/base/vec.h"
#include "lib/base/xmem.h"
#include "lib/conf/java_order.h"
#include "worker/herder/connector_keys.h"
#include "worker/herder/connector_validate_priv.h"

static const char class_key[] = "connector.class";
static const char version_key[] = "connector.plugin.version";

/* ---- what the parts share ---- */

const char *validation_keep(struct validation *v, char *text)
{
    vec_push(&v->texts, text);
    return text;
}

struct config_key_report *validation_row(struct config_report *report, const char *name)
{
    struct config_key_report *row = config_report_find(report, name);

    return row ? row : config_report_want(report, name);
}

struct config_key_report *validation_define(struct config_report *report,
                                            const struct tern_config_key *key)
{
    struct config_key_report *row = config_report_append(report, key->name);

    row->defined = true;
    row->key = *key;
    return row;
}

bool validation_has_key(const struct config_report *report, const char *name)
{
    const struct config_key_report *row = config_report_find(report, name);

    return row && row->defined;
}

/* ---- the connector's class and version ---- */

/* Texts of the versions of a class, "1.0, 1.1", one by one. */
static void recommend_versions(struct config_key_report *row, const struct validation *v,
                               const char *class_name)
{
    for (size_t i = 0; i < v->catalog.count; i++) {
        const struct plugin_entry *entry = &v->catalog.at[i];

        if (strcmp(entry->class_name, class_name) == 0)
            config_report_add_recommended(row, entry->version);
    }
}

/* The newest version is the default. */
static void enrich_version(struct validation *v, const char *class_name)
{
    struct config_key_report *row = validation_row(v->framework, version_key);
    const struct plugin_entry *newest = plugin_catalog_find_any(&v->catalog, class_name);

    if (newest)
        row->key.fallback = newest->version;
    if (!config_find(v->config, version_key))
        config_report_set_value(row, row->key.fallback);
    if (newest)
        recommend_versions(row, v, newest->class_name);
}

static int find_class(struct validation *v, const char *name, struct tern_error *err)
{
    const struct connector_plugin *plugin;

    if (plugin_registry_connector_of(v->worker->plugins, name, config_get(v->config, version_key),
                                     &plugin, err) < 0)
        return -1;
    v->subject = (struct validate_class){PLUGIN_SOURCE, &plugin->connector};
    return 0;
}

/* ---- what the class says ---- */

/* A class that is not found leaves its key without a value. */
static bool is_about_lookup(const char *message)
{
    return strstr(message, " could not be found.") != NULL;
}

static void on_fault(void *arg, const char *key, const char *message)
{
    struct validation *v = arg;
    struct config_key_report *row = config_report_want(v->own, key);

    config_report_add_error(row, message);
    if (row->defined && row->key.type == TERN_CLASS && is_about_lookup(message))
        config_report_set_value(row, NULL);
}

/* What the class says of a key that only the worker defines takes the place of the worker's word.
 */
static void overrule(struct validation *v)
{
    for (size_t i = 0; i < v->own->count; i++) {
        const struct config_key_report *theirs = &v->own->keys[i];
        struct config_key_report *ours = config_report_find(v->framework, theirs->name);

        if (theirs->defined || !ours || !ours->defined)
            continue;
        config_report_set_value(ours, theirs->value);
        config_report_clear_errors(ours);
        for (size_t k = 0; k < theirs->errors.count; k++)
            config_report_add_error(ours, theirs->errors.at[k]);
    }
}

static void ask_class(struct validation *v)
{
    const struct tern_connector_class *c = v->subject.connector;
    const struct config_def def = {c->config, c->config_key_size};

    v->own = config_validate(&def, v->config);
    validate_converters(v, v->own, false);
    if (c->validate)
        c->validate(v->config, on_fault, v);
    overrule(v);
}

/* ---- the whole ---- */

/* The class's word counts where both have one, unless only the worker defines the key. */
static const struct config_key_report *better(const struct config_key_report *ours,
                                              const struct config_key_report *theirs)
{
    return theirs && (theirs->defined || !ours->defined) ? theirs : ours;
}

static const struct config_key_report *find(const struct config_report *report, const char *name)
{
    return report ? config_report_find(report, name) : NULL;
}

/* What the worker's part has, in its order, then what only the class has. */
static void merge_those(struct validation *v, bool is_defined)
{
    for (size_t i = 0; i < v->framework->count; i++) {
        const struct config_key_report *ours = &v->framework->keys[i];
        const struct config_key_report *row = better(ours, find(v->own, ours->name));

        if (ours->defined == is_defined && row->defined == is_defined)
            config_infos_add(v->infos, "", row);
    }
    for (size_t i = 0; v->own && i < v->own->count; i++) {
        const struct config_key_report *row = &v->own->keys[i];
        const struct config_key_report *ours = find(v->framework, row->name);

        if (row->defined == is_defined && (!ours || (is_defined && !ours->defined)))
            config_infos_add(v->infos, "", row);
    }
}

/* Errors of values without definition come first. */
static void merge(struct validation *v)
{
    merge_those(v, false);
    merge_those(v, true);
    for (size_t i = 0; i < v->infos->count; i++)
        v->infos->error_count += v->infos->at[i].errors.count;
}

/* Of overrides and converters entries are counted, not messages. */
static void count_rest(struct config_infos *infos, size_t from)
{
    for (size_t i = from; i < infos->count; i++)
        infos->error_count += infos->at[i].errors.count > 0;
}

/* The class is there, but in no version that is asked for. */
static void report_version(struct validation *v, const char *class_name, const char *why)
{
    const struct config_def def = CONFIG_DEF(connector_common_tables);

    v->framework = config_validate(&def, v->config);
    enrich_version(v, class_name);
    validate_converters(v, v->framework, false);
    validate_nulls(v);
    config_report_add_error(validation_row(v->framework, class_key), why);
    config_report_add_error(validation_row(v->framework, version_key), why);
    merge(v);
}

static int report_all(struct validation *v, const char *class_name, struct tern_error *err)
{
    const struct config_def def = {v->subject.kind == PLUGIN_SINK ? connector_sink_tables
                                                                  : connector_source_tables,
                                   sizeof(struct tern_config_key)};
    size_t merged;

    v->framework = config_validate(&def, v->config);
    enrich_version(v, class_name);
    validate_converters(v, v->framework, true);
    validate_aliases(v);
    validate_rules(v);
    validate_nulls(v);
    validate_converter_choice(v);
    ask_class(v);
    merge(v);
    merged = v->infos->count;
    if (validate_overrides(v, err) < 0)
        return -1;
    validate_converter_keys(v);
    count_rest(v->infos, merged);
    return 0;
}

static int run(struct validation *v, struct tern_error *err)
{
    const char *class_name = config_get(v->config, class_key);
    struct tern_error why;

    if (find_class(v, class_name, &why) == 0)
        return report_all(v, class_name, err);
    if (why.code != TERN_ENOTFOUND) {
        *err = why;
        return -1;
    }
    report_version(v, class_name, why.msg);
    return 0;
}

static void validation_fini(struct validation *v)
{
    plugin_catalog_fini(&v->catalog);
    config_report_free(v->framework);
    config_report_free(v->own);
    config_infos_free(v->infos);
    for (size_t i = 0; i < v->texts.count; i++)
        free(v->texts.at[i]);
    vec_fini(&v->texts);
}

/* The whole text where err may have cut it short. */
static char *whole_failure(const struct validate_worker *worker, const char *class_name,
                           const struct tern_error *err)
{
    CLEANUP(freep) char *known = NULL;

    if (strlen(err->msg) + 1 < sizeof(err->msg) || !str_starts_with(err->msg, "Failed to find any"))
        return xstrdup(err->msg);
    known = plugin_registry_describe(worker->plugins);
    return xasprintf("Failed to find any class that implements Connector and which name matches "
                     "%s, available connectors are: %s", /* peer text */
                     class_name, known);
}

int connector_validate(const struct validate_worker *worker, const struct tern_config *config,
                       struct config_infos **ret_infos, char **ret_failure, struct tern_error *err)
{
    const char *class_name = config_get(config, class_key);
    CLEANUP(validation_fini) struct validation v = {.worker = worker, .config = config};

    if (!class_name) {
        CLEANUP(freep) char *map = java_map_text(config);

        *ret_failure = xasprintf("Connector config %s contains no connector type", map);
        return tern_fail(err, TERN_EINVALID, "%s", *ret_failure); /* peer text */
    }
    plugin_catalog_init(&v.catalog, worker->plugins);
    v.infos = config_infos_new(class_name);
    if (run(&v, err) < 0) {
        *ret_failure = whole_failure(worker, class_name, err);
        return -1;
    }
    config_infos_group(v.infos);
    *ret_infos = TAKE(v.infos);
    return 0;
}

/* ---- keys of a plugin ---- */

static void add_keys(struct config_infos *infos, const struct config_def *def,
                     const struct config_def *but, const char *version)
{
    struct config_walk walk = {0};

    while (def->tables && config_walk_next(def, &walk)) {
        struct config_key_report row = {
            .name = (char *)walk.key.name, .defined = true, .key = walk.key};
        struct tern_config_key own;

        if (but && config_def_find(but, walk.key.name, &own))
            continue;
        if (version && strcmp(walk.key.name, version_key) == 0)
            row.key.fallback = version;
        config_infos_add(infos, "", &row);
    }
}

struct config_infos *connector_plugin_keys(const struct plugin_catalog *catalog,
                                           const struct plugin_entry *entry)
{
    const struct config_def source = CONFIG_DEF(connector_source_tables);
    const struct config_def sink = CONFIG_DEF(connector_sink_tables);
    struct config_infos *infos = config_infos_new(entry->class_name);
    const struct plugin_entry *newest = plugin_catalog_find_any(catalog, entry->class_name);

    add_keys(infos, &entry->def, NULL, NULL);
    if (entry->kind == PLUGIN_SOURCE || entry->kind == PLUGIN_SINK) {
        add_keys(infos, entry->kind == PLUGIN_SOURCE ? &source : &sink, &entry->def,
                 newest ? newest->version : NULL);
    }
    return infos;
}
