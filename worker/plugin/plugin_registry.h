/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * plugin_registry - which connectors there are, by class name and alias.
 *
 * Built once at start and immutable afterwards: any thread may look things up. Peer:
 * org.apache.kafka.connect.runtime.isolation.Plugins. Spec: connect-runtime.md 8.5, 8.6.
 * A class may be there in several versions and places: without a version the highest counts
 * (version_order.h), then the last place, plugin.path after the default folder.
 */
#include "lib/base/macros.h"

#include <tern/plugin.h>

struct plugin_registry;

struct connector_plugin {
    struct tern_connector_class connector;     /* whole: members the plugin lacks are zero */
    struct tern_source_task_class source_task; /* likewise; connector.source_task points here */
    const char *location;                      /* path of the shared object */
    bool built_in; /* from the default folder, which is Java's class path */
};

/*
 * Scans the default folder of the build or installation, then plugin_path (may be NULL):
 * comma-separated; each element a shared object, or a folder whose shared objects and whose
 * folders' shared objects are plugins. Each plugin found is logged at INFO; what is no plugin
 * or has the wrong ABI is skipped with a warning that names file and reason; a missing element
 * is an error line, and skipped. Java archives are passed over silently. Never fails.
 */
struct plugin_registry *plugin_registry_open(const char *plugin_path);
/* The same with another default folder; NULL: none. */
struct plugin_registry *plugin_registry_open_with(const char *plugin_path,
                                                  const char *default_folder);
/* For a worker whose connectors are linked in, and tests: one class per element, ends with NULL. */
struct plugin_registry *plugin_registry_of(const struct tern_connector_class *const *classes);
/* NULL is a no-op. */
void plugin_registry_free(struct plugin_registry *r);

/*
 * By Java class name, simple name, or simple name without its suffix "Connector" (aliases that
 * two classes claim are dropped). Errors: TERN_EINVALID with the names that exist (peer text
 * "Failed to find any class that implements Connector and which name matches ...").
 */
int plugin_registry_connector(const struct plugin_registry *r, const char *name,
                              const struct connector_plugin **ret_plugin,
                              struct tern_error *err) MUST_CHECK;
/*
 * The same, of a version that connector.plugin.version admits (version_range.h; NULL: any).
 * Errors: TERN_EINVALID; TERN_ENOTFOUND when the class is there in other versions only (peer text).
 */
int plugin_registry_connector_of(const struct plugin_registry *r, const char *name,
                                 const char *versions, const struct connector_plugin **ret_plugin,
                                 struct tern_error *err) MUST_CHECK;
/* The versions of a class as messages show them, "1.0, 1.1"; to be freed. */
char *plugin_registry_versions(const struct plugin_registry *r, const char *class_name);
/* All connectors as messages show them, in order; to be freed. May be long. */
char *plugin_registry_describe(const struct plugin_registry *r);
/* By task.class of a stored task config. Errors: TERN_EINVALID (peer text). */
int plugin_registry_task(const struct plugin_registry *r, const char *task_class,
                         const struct connector_plugin **ret_plugin,
                         struct tern_error *err) MUST_CHECK;
/* Counts a class once for each version and place. */
size_t plugin_registry_count(const struct plugin_registry *r);
/* In order of class name, then version. */
const struct connector_plugin *plugin_registry_at(const struct plugin_registry *r, size_t i);

/* The version a plugin states, "undefined" when it states none. */
const char *plugin_version(const char *stated);
