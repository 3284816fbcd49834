/* SPDX-License-Identifier: Apache-2.0 */
/*
 * connector_validate_classes - converters, transforms and predicates of a connector: which class a
 * key names, in which version, and the keys of the converters that it names itself.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_value.h"
#include "lib/conf/java_order.h"
#include "worker/convert/converter.h"
#include "worker/herder/connector_validate_priv.h"
#include "worker/plugin/version_range.h"

/* All texts of this file are the peer's, but for that of too many aliases. */

/* In the order in which their keys are appended. */
static const struct role {
    const char *key, *version_key, *prefix;
    const char *name; /* converter.type */
    enum plugin_kind kind;
    const char *fallback; /* the worker's when its configuration names none */
} roles[] = {
    {"header.converter", "header.converter.plugin.version", "header.converter.", "header",
     PLUGIN_HEADER_CONVERTER, "org.apache.kafka.connect.storage.SimpleHeaderConverter"},
    {"key.converter", "key.converter.plugin.version", "key.converter.", "key", PLUGIN_CONVERTER,
     NULL},
    {"value.converter", "value.converter.plugin.version", "value.converter.", "value",
     PLUGIN_CONVERTER, NULL},
};
enum {
    ROLES = sizeof(roles) / sizeof(roles[0])
};

static void add_error(struct config_key_report *row, char *message)
{
    config_report_add_error(row, message);
    free(message);
}

/* An error when the value is no version setting. */
static void check_version(struct config_key_report *row, const char *text)
{
    struct version_range range = {0};
    struct tern_error err;

    if (version_range_parse(text, &range, &err) < 0)
        config_report_add_error(row, err.msg);
    else
        version_range_fini(&range);
}

/* ---- one key that names a class ---- */

/*
 * Looks text up (NULL: no value) and sets the row's value to the class name. The entry of the
 * wanted kind, NULL when there is none; then the row has an error, unless text is NULL.
 */
static const struct plugin_entry *look_up(struct validation *v, struct config_key_report *row,
                                          enum plugin_kind kind, const char *text)
{
    CLEANUP(freep) char *name = config_trim(text);
    const struct plugin_entry *entry = name ? plugin_catalog_find(&v->catalog, kind, name) : NULL;
    const struct plugin_entry *any =
        entry || !name ? entry : plugin_catalog_find_any(&v->catalog, name);

    config_report_set_value(row, any ? any->class_name : NULL);
    if (name && !any) {
        add_error(row, xasprintf("Invalid value %s for configuration %s: Class %s could not be "
                                 "found.",
                                 text, row->name, text));
    } else if (any && !entry) {
        add_error(row, xasprintf("Class class %s does not implement the %s interface",
                                 any->class_name, plugin_kind_interface(kind)));
    }
    return entry;
}

static void recommend_classes(struct validation *v, struct config_key_report *row,
                              enum plugin_kind kind)
{
    const char *last = "";

    for (size_t i = 0; i < v->catalog.count; i++) {
        const struct plugin_entry *entry = &v->catalog.at[i];

        if (entry->kind == kind && strcmp(entry->class_name, last) != 0) {
            config_report_add_recommended(row, entry->class_name);
            last = entry->class_name;
        }
    }
}

static void recommend_versions(struct validation *v, struct config_key_report *row,
                               const struct plugin_entry *of)
{
    for (size_t i = 0; i < v->catalog.count; i++) {
        const struct plugin_entry *entry = &v->catalog.at[i];

        if (entry->kind == of->kind && strcmp(entry->class_name, of->class_name) == 0)
            config_report_add_recommended(row, entry->version);
    }
}

/* ---- converters ---- */

/* The class name of the worker's own, NULL when it has none. */
static const char *workers_own(struct validation *v, const struct role *role)
{
    const char *text = config_get(v->worker->config, role->key);
    const struct plugin_entry *entry;

    if (!text)
        text = role->fallback;
    entry = text ? plugin_catalog_find(&v->catalog, role->kind, text) : NULL;
    return entry ? entry->class_name : text;
}

static bool has_blanks(const char *text)
{
    CLEANUP(freep) char *bare = config_trim(text);

    return text && strcmp(text, bare) != 0;
}

static void validate_version(struct validation *v, struct config_report *report,
                             const struct role *role, const struct plugin_entry *entry,
                             bool is_enriched)
{
    struct config_key_report *row = validation_row(report, role->version_key);
    const struct config_key_report *of = validation_row(report, role->key);
    const struct tern_config_entry *given = config_find(v->config, role->version_key);
    const struct plugin_entry *fallback = entry;

    if (!fallback && !of->value && config_find(v->config, role->key) &&
        !config_get(v->config, role->key)) /* null: the worker's counts here, but is not seen */
        fallback = plugin_catalog_find(&v->catalog, role->kind, workers_own(v, role));
    if (is_enriched && fallback && !has_blanks(config_get(v->config, role->key)))
        row->key.fallback = fallback->version;
    if (given)
        check_version(row, given->value);
    else
        config_report_set_value(row, row->key.fallback);
    row->visible = of->value != NULL;
    if (is_enriched && entry)
        recommend_versions(v, row, entry);
}

void validate_converters(struct validation *v, struct config_report *report, bool is_enriched)
{
    for (size_t i = 0; i < ROLES; i++) {
        const struct role *role = &roles[i];
        struct config_key_report *row = config_report_find(report, role->key);
        const struct tern_config_entry *given = config_find(v->config, role->key);
        const struct plugin_entry *entry;

        if (!row || !row->defined)
            continue;
        if (is_enriched) {
            row->key.fallback = workers_own(v, role);
            recommend_classes(v, row, role->kind);
        }
        entry = look_up(v, row, role->kind, given ? given->value : row->key.fallback);
        if (validation_has_key(report, role->version_key))
            validate_version(v, report, role, entry, is_enriched);
    }
}

/* The converter that the configuration itself names, when nothing is wrong with it. */
static const struct plugin_entry *chosen(struct validation *v, const struct role *role)
{
    const struct config_key_report *row = validation_row(v->framework, role->key);
    const struct config_key_report *version = validation_row(v->framework, role->version_key);

    if (!config_get(v->config, role->key) || row->errors.count > 0 || version->errors.count > 0)
        return NULL;
    return plugin_catalog_find(&v->catalog, role->kind, row->value);
}

void validate_converter_choice(struct validation *v)
{
    for (size_t i = 0; i < ROLES; i++) {
        const struct role *role = &roles[i];
        const struct plugin_entry *entry = chosen(v, role), *one;
        const char *text = config_get(v->config, role->key);
        struct tern_error err;

        if (!entry)
            continue;
        if (has_blanks(text)) {
            add_error(validation_row(v->framework, role->key),
                      xasprintf("Failed to load class %s: %s", text, text));
        } else if (plugin_catalog_choose(&v->catalog, entry->class_name,
                                         config_get(v->config, role->version_key), &one,
                                         &err) < 0) {
            config_report_add_error(validation_row(v->framework, role->key), err.msg);
            config_report_add_error(validation_row(v->framework, role->version_key), err.msg);
        }
    }
}

/* Appends a report in the order of the map that the peer collects it in. */
static void append_in_map_order(struct config_infos *infos, const char *prefix,
                                const struct config_report *report)
{
    const char **names = xcalloc(report->count + 1, sizeof(*names));

    for (size_t i = 0; i < report->count; i++)
        names[i] = report->keys[i].name;
    java_order_sort(names, report->count, report->count);
    for (size_t i = 0; i < report->count; i++)
        config_infos_add(infos, prefix, config_report_find(report, names[i]));
    free(names);
}

void validate_converter_keys(struct validation *v)
{
    for (size_t i = 0; i < ROLES; i++) {
        const struct role *role = &roles[i];
        const struct plugin_entry *entry = chosen(v, role);
        CLEANUP(strmap_fini) struct strmap own = STRMAP_INIT;
        CLEANUP(config_report_freep) struct config_report *report = NULL;
        struct tern_config view;

        if (!entry || !entry->def.tables)
            continue;
        strmap_add_prefixed(&own, v->config, role->prefix);
        strmap_set_if_absent(&own, "converter.type", role->name);
        view = strmap_config(&own);
        report = config_validate(&entry->def, &view);
        append_in_map_order(v->infos, role->prefix, report);
    }
}

/* ---- transforms and predicates ---- */

enum {
    ALIASES_MAX = 1000 /* each becomes two entries of the answer */
};

static const struct alias_kind {
    const char *key, *word, *title;
    enum plugin_kind kind;
} alias_kinds[] = {
    {"transforms", "Transformation", "Transforms", PLUGIN_TRANSFORMATION},
    {"predicates", "Predicate", "Predicates", PLUGIN_PREDICATE},
};

static void check_negate(struct validation *v, struct config_key_report *type, const char *alias)
{
    CLEANUP(freep) char *negate = xasprintf("transforms.%s.negate", alias);
    CLEANUP(freep) char *predicate = xasprintf("transforms.%s.predicate", alias);

    if (!config_find(v->config, negate) || config_find(v->config, predicate))
        return;
    add_error(type, xasprintf("Config '%s' was provided but there is no config '%s' defining a "
                              "predicate to be negated.",
                              negate, predicate));
}

static void define_version(struct validation *v, const struct alias_kind *kind, const char *alias,
                           const char *group)
{
    const struct tern_config_key key = {
        .name = validation_keep(v, xasprintf("%s.%s.plugin.version", kind->key, alias)),
        .type = TERN_STRING,
        .importance = TERN_HIGH,
        .doc = "Version of that class.",
        .group = group,
        .order = 1,
        .width = TERN_WIDTH_LONG,
        .display_name = validation_keep(v, xasprintf("%s version for %s", kind->word, alias)),
    };
    struct config_key_report *row = validation_define(v->framework, &key);
    const struct tern_config_entry *given = config_find(v->config, key.name);

    if (!given)
        return;
    config_report_set_value(row, given->value);
    check_version(row, given->value);
}

static void define_alias(struct validation *v, const struct alias_kind *kind, const char *alias)
{
    const char *group = validation_keep(v, xasprintf("%s: %s", kind->title, alias));
    const struct tern_config_key key = {
        .name = validation_keep(v, xasprintf("%s.%s.type", kind->key, alias)),
        .type = TERN_CLASS,
        .importance = TERN_HIGH,
        .doc = "Class of that name.",
        .flags = TERN_REQUIRED,
        .group = group,
        .order = 0,
        .width = TERN_WIDTH_LONG,
        .display_name = validation_keep(v, xasprintf("%s type for %s", kind->word, alias)),
    };
    struct config_key_report *row = validation_define(v->framework, &key);
    const struct tern_config_entry *given = config_find(v->config, key.name);

    if (given) {
        look_up(v, row, kind->kind, given->value);
    } else {
        add_error(row, xasprintf("Missing required configuration \"%s\" which has no default "
                                 "value.",
                                 key.name));
    }
    recommend_classes(v, row, kind->kind);
    if (kind->kind == PLUGIN_TRANSFORMATION)
        check_negate(v, row, alias);
    define_version(v, kind, alias, group);
}

void validate_aliases(struct validation *v)
{
    for (size_t i = 0; i < sizeof(alias_kinds) / sizeof(alias_kinds[0]); i++) {
        const struct alias_kind *kind = &alias_kinds[i];
        CLEANUP(config_value_fini) struct config_value list = CONFIG_VALUE_INIT;
        struct tern_error err;

        if (config_value_parse(kind->key, TERN_LIST, config_get(v->config, kind->key), &list,
                               &err) < 0)
            continue;
        config_value_remove_duplicates(&list);
        if (list.count > ALIASES_MAX) {
            add_error(validation_row(v->framework, kind->key),
                      xasprintf("%zu aliases are more than this worker takes, which is %d",
                                list.count, ALIASES_MAX));
        }
        for (size_t k = 0; k < list.count && k < ALIASES_MAX; k++)
            define_alias(v, kind, list.items[k]);
    }
}
