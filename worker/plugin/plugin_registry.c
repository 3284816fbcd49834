/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/plugin/plugin_registry.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/log.h"
#include "lib/base/ptrmap.h"
#include "lib/base/strmap.h"
#include "lib/base/vec.h"
#include "lib/base/xmem.h"
#include "worker/plugin/plugin_open.h"
#include "worker/plugin/plugin_path.h"
#include "worker/plugin/version_order.h"
#include "worker/plugin/version_range.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.isolation.DelegatingClassLoader");

struct plugin_registry {
    struct plugin_classes all; /* owned; by class name, version, order of finding */
    struct ptrmap by_name;     /* class name -> struct plugin_class, the last of all; borrowed */
    struct ptrmap aliases;     /* alias -> likewise; NULL: claimed twice */
};

const char *plugin_version(const char *stated)
{
    return stated && *stated ? stated : "undefined";
}

/* What stands after the last '.' and the last '$'. */
static const char *simple_name(const char *class_name)
{
    const char *dot = strrchr(class_name, '.');
    const char *dollar = strrchr(dot ? dot : class_name, '$');

    return dollar ? dollar + 1 : dot ? dot + 1 : class_name;
}

/* The simple name up to the last "Connector"; NULL when that is not there, or all of it. */
static char *cut_name(const char *simple)
{
    const char *last = NULL;

    for (const char *at = strstr(simple, "Connector"); at; at = strstr(at + 1, "Connector"))
        last = at;
    return last && last > simple ? xstrndup(simple, (size_t)(last - simple)) : NULL;
}

/* ---- building ---- */

static void claim_alias(struct plugin_registry *r, const char *alias, struct plugin_class *c)
{
    bool taken = false;

    PTRMAP_FOREACH (&r->aliases, e) {
        taken = taken || strcmp(e->key, alias) == 0;
    }
    ptrmap_set(&r->aliases, alias, taken ? NULL : c);
}

static void claim_aliases(struct plugin_registry *r)
{
    for (size_t i = 0; i < r->all.count; i++)
        ptrmap_set(&r->by_name, r->all.at[i]->plugin.connector.name, r->all.at[i]);
    PTRMAP_FOREACH (&r->by_name, e) {
        const char *simple = simple_name(e->key);
        CLEANUP(freep) char *cut = cut_name(simple);

        claim_alias(r, simple, e->value);
        if (cut)
            claim_alias(r, cut, e->value);
    }
    PTRMAP_FOREACH (&r->aliases, e) {
        const struct plugin_class *c = e->value;

        if (c)
            log_info("Added alias '%s' to plugin '%s'", e->key, c->plugin.connector.name);
    }
}

static int compare_classes(const struct plugin_class *a, const struct plugin_class *b)
{
    const struct tern_connector_class *x = &a->plugin.connector, *y = &b->plugin.connector;
    int order = strcmp(x->name, y->name);

    return order ? order : version_compare(plugin_version(x->version), plugin_version(y->version));
}

/* Takes c. */
static void add_class(struct plugin_registry *r, struct plugin_class *c)
{
    size_t at = r->all.count;

    log_info("Added plugin '%s'", c->plugin.connector.name);
    vec_push(&r->all, c);
    for (; at > 0 && compare_classes(r->all.at[at - 1], c) > 0; at--)
        r->all.at[at] = r->all.at[at - 1];
    r->all.at[at] = c;
}

struct loading {
    struct plugin_registry *registry;
    bool built_in;
};

static void load_file(void *arg, const char *path)
{
    struct loading *l = arg;
    struct plugin_classes found = {0};
    struct tern_error err;

    log_info("Loading plugin from: %s", path);
    if (plugin_open(path, &found, &err) < 0)
        log_warn("skipping '%s': %s", path, err.msg);
    for (size_t i = 0; i < found.count; i++) {
        found.at[i]->plugin.built_in = l->built_in;
        add_class(l->registry, found.at[i]);
    }
    vec_fini(&found);
}

static struct plugin_registry *registry_new(void)
{
    return xcalloc(1, sizeof(struct plugin_registry));
}

struct plugin_registry *plugin_registry_open_with(const char *plugin_path,
                                                  const char *default_folder)
{
    struct plugin_registry *r = registry_new();
    struct loading l = {r, true};

    log_info("Scanning for plugin classes. This might take a moment ..."); /* peer text */
    plugin_path_scan(default_folder, load_file, &l);
    l.built_in = false;
    plugin_path_scan(plugin_path, load_file, &l);
    claim_aliases(r);
    return r;
}

struct plugin_registry *plugin_registry_open(const char *plugin_path)
{
    CLEANUP(freep) char *folder = plugin_path_default();

    return plugin_registry_open_with(plugin_path, folder);
}

struct plugin_registry *plugin_registry_of(const struct tern_connector_class *const *classes)
{
    struct plugin_registry *r = registry_new();

    for (size_t i = 0; classes[i]; i++) {
        struct plugin_class *c;
        struct tern_error err;

        if (plugin_class_read(classes[i], "classpath", &c, &err) < 0) {
            log_warn("skipping a connector that is linked in: %s", err.msg);
            continue;
        }
        c->plugin.built_in = true;
        add_class(r, c);
    }
    claim_aliases(r);
    return r;
}

void plugin_registry_free(struct plugin_registry *r)
{
    if (!r)
        return;
    ptrmap_fini(&r->aliases);
    ptrmap_fini(&r->by_name);
    for (size_t i = 0; i < r->all.count; i++)
        plugin_class_free(r->all.at[i]);
    vec_fini(&r->all);
    free(r);
}

/* ---- looking up ---- */

size_t plugin_registry_count(const struct plugin_registry *r)
{
    return r->all.count;
}

const struct connector_plugin *plugin_registry_at(const struct plugin_registry *r, size_t i)
{
    return &r->all.at[i]->plugin;
}

/* One connector as Java's PluginDesc.toString() shows it. */
static void describe(struct buf *out, const struct connector_plugin *p)
{
    const char *name = p->connector.name, *version = plugin_version(p->connector.version);

    buf_add_fmt(out, "PluginDesc{klass=class %s, name='%s', version='%s', encodedVersion=%s, ",
                name, name, version, version);
    buf_add_fmt(out, "type=source, typeName='source', location='%s%s'}",
                p->built_in ? "" : "file:", p->built_in ? "classpath" : p->location);
}

char *plugin_registry_describe(const struct plugin_registry *r)
{
    struct buf known = BUF_INIT(SIZE_MAX);

    for (size_t i = 0; i < plugin_registry_count(r); i++) {
        buf_add_str(&known, i ? ", " : "");
        describe(&known, plugin_registry_at(r, i));
    }
    return buf_take_str(&known);
}

static int fail_unknown(const struct plugin_registry *r, const char *name, struct tern_error *err)
{
    CLEANUP(freep) char *known = plugin_registry_describe(r);

    return tern_fail(err, TERN_EINVALID, /* peer text */
                     "Failed to find any class that implements Connector and which name matches "
                     "%s, available connectors are: %s",
                     name, known);
}

/* The connectors whose simple name is name, with or without "Connector". */
static const struct connector_plugin *find_simple(const struct plugin_registry *r, const char *name,
                                                  struct buf *matches, size_t *ret_count)
{
    CLEANUP(freep) char *longer = xasprintf("%sConnector", name);
    const struct connector_plugin *found = NULL;

    *ret_count = 0;
    PTRMAP_FOREACH (&r->by_name, e) {
        const struct plugin_class *c = e->value;
        const struct connector_plugin *p = &c->plugin;
        const char *simple = simple_name(p->connector.name);

        if (strcmp(simple, name) != 0 && strcmp(simple, longer) != 0)
            continue;
        buf_add_str(matches, *ret_count ? ", " : "");
        buf_add_str(matches, p->connector.name);
        found = p;
        ++*ret_count;
    }
    return found;
}

int plugin_registry_connector(const struct plugin_registry *r, const char *name,
                              const struct connector_plugin **ret_plugin, struct tern_error *err)
{
    CLEANUP(buf_fini) struct buf matches = BUF_INIT(sizeof(err->msg) * 64);
    const struct plugin_class *c = ptrmap_get(&r->by_name, name);
    const struct connector_plugin *found;
    size_t count;

    if (!c)
        c = ptrmap_get(&r->aliases, name);
    if (c) {
        *ret_plugin = &c->plugin;
        return 0;
    }
    found = find_simple(r, name, &matches, &count);
    if (count == 0)
        return fail_unknown(r, name, err);
    if (count > 1) {
        return tern_fail(err, TERN_EINVALID, /* peer text */
                         "More than one connector matches alias %s. Please use full package and "
                         "class name instead. Classes found: %s",
                         name, buf_str(&matches));
    }
    *ret_plugin = found;
    return 0;
}

char *plugin_registry_versions(const struct plugin_registry *r, const char *class_name)
{
    struct buf out = BUF_INIT(SIZE_MAX);

    for (size_t i = 0; i < r->all.count; i++) {
        const struct tern_connector_class *c = &r->all.at[i]->plugin.connector;

        if (strcmp(c->name, class_name) != 0)
            continue;
        buf_add_str(&out, out.len ? ", " : "");
        buf_add_str(&out, plugin_version(c->version));
    }
    return buf_take_str(&out);
}

static int fail_version(const struct plugin_registry *r, const char *class_name,
                        const struct version_range *range, struct tern_error *err)
{
    CLEANUP(freep) char *wanted = version_range_text(range);
    CLEANUP(freep) char *known = plugin_registry_versions(r, class_name);

    return tern_fail(err, TERN_ENOTFOUND, /* peer text */
                     "Plugin %s not found that matches the version range %s, available versions: "
                     "[%s]",
                     class_name, wanted, known);
}

int plugin_registry_connector_of(const struct plugin_registry *r, const char *name,
                                 const char *versions, const struct connector_plugin **ret_plugin,
                                 struct tern_error *err)
{
    CLEANUP(version_range_fini) struct version_range range = {0};
    const struct connector_plugin *newest;

    if (version_range_parse(versions, &range, err) < 0 ||
        plugin_registry_connector(r, name, &newest, err) < 0)
        return -1;
    for (size_t i = r->all.count; i-- > 0;) {
        const struct connector_plugin *p = &r->all.at[i]->plugin;

        if (strcmp(p->connector.name, newest->connector.name) == 0 &&
            version_range_has(&range, plugin_version(p->connector.version))) {
            *ret_plugin = p;
            return 0;
        }
    }
    return fail_version(r, newest->connector.name, &range, err);
}

int plugin_registry_task(const struct plugin_registry *r, const char *task_class,
                         const struct connector_plugin **ret_plugin, struct tern_error *err)
{
    for (size_t i = r->all.count; i-- > 0;) {
        const struct connector_plugin *p = plugin_registry_at(r, i);

        if (strcmp(p->source_task.name, task_class) == 0) {
            *ret_plugin = p;
            return 0;
        }
    }
    return tern_fail(err, TERN_EINVALID, /* peer text */
                     "Invalid value %s for configuration task.class: Class %s could not be found.",
                     task_class, task_class);
}
