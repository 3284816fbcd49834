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

LOG_DOMAIN("org.apache.kafka.connect.runtime.isolation.DelegatingClassLoader");

struct plugin_registry {
    struct ptrmap by_name; /* class name -> struct plugin_class, owned */
    struct ptrmap aliases; /* alias -> struct plugin_class, borrowed; NULL: claimed twice */
};

static void drop_class(void *c)
{
    plugin_class_free(c);
}

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

/* Takes c. */
static void add_class(struct plugin_registry *r, struct plugin_class *c)
{
    const struct tern_connector_class *fresh = &c->plugin.connector;
    const struct plugin_class *old = ptrmap_get(&r->by_name, fresh->name);

    if (old && strverscmp(plugin_version(fresh->version),
                          plugin_version(old->plugin.connector.version)) < 0) {
        log_info("Passing over plugin '%s' version %s of '%s': version %s is there already",
                 fresh->name, plugin_version(fresh->version), c->location,
                 old->plugin.connector.version);
        plugin_class_free(c);
        return;
    }
    log_info("Added plugin '%s'", fresh->name);
    ptrmap_set(&r->by_name, fresh->name, c);
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
    struct plugin_registry *r = xcalloc(1, sizeof(*r));

    r->by_name = (struct ptrmap)PTRMAP_INIT(drop_class);
    return r;
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
    free(r);
}

/* ---- looking up ---- */

size_t plugin_registry_count(const struct plugin_registry *r)
{
    return r->by_name.count;
}

const struct connector_plugin *plugin_registry_at(const struct plugin_registry *r, size_t i)
{
    const struct plugin_class *c = r->by_name.entries[i].value;

    return &c->plugin;
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

static int fail_unknown(const struct plugin_registry *r, const char *name, struct tern_error *err)
{
    CLEANUP(buf_fini) struct buf known = BUF_INIT(sizeof(err->msg) * 64);

    for (size_t i = 0; i < plugin_registry_count(r); i++) {
        buf_add_str(&known, i ? ", " : "");
        describe(&known, plugin_registry_at(r, i));
    }
    return tern_fail(err, TERN_EINVALID, /* peer text */
                     "Failed to find any class that implements Connector and which name matches "
                     "%s, available connectors are: %s",
                     name, buf_str(&known));
}

/* The connectors whose simple name is name, with or without "Connector". */
static const struct connector_plugin *find_simple(const struct plugin_registry *r, const char *name,
                                                  struct buf *matches, size_t *ret_count)
{
    CLEANUP(freep) char *longer = xasprintf("%sConnector", name);
    const struct connector_plugin *found = NULL;

    *ret_count = 0;
    for (size_t i = 0; i < plugin_registry_count(r); i++) {
        const struct connector_plugin *p = plugin_registry_at(r, i);
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

int plugin_registry_task(const struct plugin_registry *r, const char *task_class,
                         const struct connector_plugin **ret_plugin, struct tern_error *err)
{
    for (size_t i = 0; i < plugin_registry_count(r); i++) {
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
