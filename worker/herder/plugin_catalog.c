/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/herder/plugin_catalog.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/vec.h"
#include "lib/base/xmem.h"
#include "worker/convert/converter.h"
#include "worker/plugin/version_order.h"
#include "worker/plugin/version_range.h"

static const struct {
    const char *name;
    const char *interface;
    const char *suffix; /* what an alias may leave out */
} kinds[] = {
    [PLUGIN_SINK] = {"sink", "Connector", "Connector"},
    [PLUGIN_SOURCE] = {"source", "Connector", "Connector"},
    [PLUGIN_TRANSFORMATION] = {"transformation", "Transformation", "Transformation"},
    [PLUGIN_PREDICATE] = {"predicate", "Predicate", "Predicate"},
    [PLUGIN_CONVERTER] = {"converter", "Converter", "Converter"},
    [PLUGIN_HEADER_CONVERTER] = {"header_converter", "HeaderConverter", "HeaderConverter"},
};

const char *plugin_kind_name(enum plugin_kind kind)
{
    return kinds[kind].name;
}

const char *plugin_kind_interface(enum plugin_kind kind)
{
    return kinds[kind].interface;
}

/* ---- building ---- */

static int compare_entries(const void *a, const void *b)
{
    const struct plugin_entry *x = a, *y = b;
    int order = strcmp(x->class_name, y->class_name);

    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return order ? order : version_compare(x->version, y->version);
}

static void add_converter(struct plugin_catalog *catalog, const struct converter_class *cls)
{
    struct plugin_entry entry = {
        .class_name = cls->name,
        .version = plugin_version(cls->version),
        .def = CONFIG_DEF(cls->config),
    };

    if (cls->roles & (1u << CONVERT_KEY | 1u << CONVERT_VALUE)) {
        entry.kind = PLUGIN_CONVERTER;
        vec_push(catalog, entry);
    }
    if (cls->roles & 1u << CONVERT_HEADER) {
        entry.kind = PLUGIN_HEADER_CONVERTER;
        vec_push(catalog, entry);
    }
}

void plugin_catalog_init(struct plugin_catalog *catalog, const struct plugin_registry *plugins)
{
    *catalog = (struct plugin_catalog){0};
    for (size_t i = 0; i < plugin_registry_count(plugins); i++) {
        const struct tern_connector_class *c = &plugin_registry_at(plugins, i)->connector;
        struct plugin_entry entry = {
            .kind = PLUGIN_SOURCE, /* the plugin ABI knows no sinks yet */
            .class_name = c->name,
            .version = plugin_version(c->version),
            .def = {c->config, c->config_key_size},
        };

        vec_push(catalog, entry);
    }
    for (size_t i = 0; converter_classes[i]; i++)
        add_converter(catalog, converter_classes[i]);
    qsort(catalog->at, catalog->count, sizeof(*catalog->at), compare_entries);
}

void plugin_catalog_fini(struct plugin_catalog *catalog)
{
    vec_fini(catalog);
}

/* ---- what is not in it ---- */

static const struct {
    const char *package, *name, *suffix;
} unlisted[] = {
    {"org.apache.kafka.common.config.provider.", "File", "ConfigProvider"},
    {"org.apache.kafka.common.config.provider.", "Directory", "ConfigProvider"},
    {"org.apache.kafka.common.config.provider.", "EnvVar", "ConfigProvider"},
    {"org.apache.kafka.connect.connector.policy.", "All", "ConnectorClientConfigOverridePolicy"},
    {"org.apache.kafka.connect.connector.policy.", "Allowlist",
     "ConnectorClientConfigOverridePolicy"},
    {"org.apache.kafka.connect.connector.policy.", "None", "ConnectorClientConfigOverridePolicy"},
    {"org.apache.kafka.connect.connector.policy.", "Principal",
     "ConnectorClientConfigOverridePolicy"},
};

bool plugin_catalog_is_unlisted(const char *name)
{
    for (size_t i = 0; i < sizeof(unlisted) / sizeof(unlisted[0]); i++) {
        CLEANUP(freep) char *simple = xasprintf("%s%s", unlisted[i].name, unlisted[i].suffix);
        CLEANUP(freep) char *whole = xasprintf("%s%s", unlisted[i].package, simple);

        if (strcmp(name, unlisted[i].name) == 0 || strcmp(name, simple) == 0 ||
            strcmp(name, whole) == 0)
            return true;
    }
    return false;
}

/* ---- looking up ---- */

static const char *simple_name(const char *class_name)
{
    const char *dot = strrchr(class_name, '.');
    const char *dollar = strrchr(dot ? dot : class_name, '$');

    return dollar ? dollar + 1 : dot ? dot + 1 : class_name;
}

/* Where the last suffix begins; the length of name when there is none, or nothing before it. */
static size_t length_without(const char *name, const char *suffix)
{
    const char *last = NULL;

    for (const char *at = strstr(name, suffix); at; at = strstr(at + 1, suffix))
        last = at;
    return last && last > name ? (size_t)(last - name) : strlen(name);
}

static bool answers_to(const struct plugin_entry *entry, const char *name)
{
    const char *simple = simple_name(entry->class_name);
    size_t cut = length_without(simple, kinds[entry->kind].suffix);

    return strcmp(entry->class_name, name) == 0 || strcmp(simple, name) == 0 ||
           (strlen(name) == cut && strncmp(simple, name, cut) == 0);
}

const struct plugin_entry *plugin_catalog_find(const struct plugin_catalog *catalog,
                                               enum plugin_kind kind, const char *name)
{
    const struct plugin_entry *found = NULL;

    for (size_t i = 0; i < catalog->count; i++) {
        const struct plugin_entry *entry = &catalog->at[i];

        if (entry->kind == kind && answers_to(entry, name))
            found = entry;
    }
    return found;
}

const struct plugin_entry *plugin_catalog_find_any(const struct plugin_catalog *catalog,
                                                   const char *name)
{
    for (int kind = PLUGIN_SINK; kind <= PLUGIN_HEADER_CONVERTER; kind++) {
        const struct plugin_entry *found =
            plugin_catalog_find(catalog, (enum plugin_kind)kind, name);

        if (found)
            return found;
    }
    return NULL;
}

static int fail_version(const struct plugin_catalog *catalog, const char *class_name,
                        const struct version_range *range, struct tern_error *err)
{
    CLEANUP(freep) char *wanted = version_range_text(range);
    CLEANUP(buf_fini) struct buf known = BUF_INIT(sizeof(err->msg));

    for (size_t i = 0; i < catalog->count; i++) {
        if (strcmp(catalog->at[i].class_name, class_name) != 0)
            continue;
        buf_add_str(&known, known.len ? ", " : "");
        buf_add_str(&known, catalog->at[i].version);
    }
    return tern_fail(err, TERN_ENOTFOUND, /* peer text */
                     "Plugin %s not found that matches the version range %s, available versions: "
                     "[%s]",
                     class_name, wanted, buf_str(&known));
}

int plugin_catalog_choose(const struct plugin_catalog *catalog, const char *class_name,
                          const char *versions, const struct plugin_entry **ret_entry,
                          struct tern_error *err)
{
    CLEANUP(version_range_fini) struct version_range range = {0};
    const struct plugin_entry *found = NULL;

    if (version_range_parse(versions, &range, err) < 0)
        return -1;
    for (size_t i = 0; i < catalog->count; i++) {
        const struct plugin_entry *entry = &catalog->at[i];

        if (strcmp(entry->class_name, class_name) == 0 &&
            version_range_has(&range, entry->version) &&
            (!found || version_compare(entry->version, found->version) > 0))
            found = entry;
    }
    if (!found)
        return fail_version(catalog, class_name, &range, err);
    *ret_entry = found;
    return 0;
}
