/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * plugin_catalog - the plugins of every kind that this worker has, in the order in which they are
 * listed: by kind, class name, version.
 *
 * A class that is of two kinds stands in it twice. Borrows from the registry and from static
 * tables. Immutable. Peer: org.apache.kafka.connect.runtime.isolation.Plugins. Spec:
 * connect-rest.md 5.21, 5.24.
 */
#include "lib/conf/config_def.h"
#include "worker/plugin/plugin_registry.h"

#include <stddef.h>

/* In the order of listing. */
enum plugin_kind {
    PLUGIN_SINK,
    PLUGIN_SOURCE,
    PLUGIN_TRANSFORMATION,
    PLUGIN_PREDICATE,
    PLUGIN_CONVERTER,
    PLUGIN_HEADER_CONVERTER,
};

struct plugin_entry {
    enum plugin_kind kind;
    const char *class_name;
    const char *version;   /* never NULL: "undefined" */
    struct config_def def; /* tables NULL: no keys */
};

struct plugin_catalog {
    struct plugin_entry *at; /* owned */
    size_t count;
    size_t cap;
};

void plugin_catalog_init(struct plugin_catalog *catalog, const struct plugin_registry *plugins);
void plugin_catalog_fini(struct plugin_catalog *catalog);

/* "sink", "source", "transformation", "predicate", "converter", "header_converter" */
const char *plugin_kind_name(enum plugin_kind kind);
/* "Converter": the Java interface of a kind that is no connector. */
const char *plugin_kind_interface(enum plugin_kind kind);

/* Whether a class or alias is that of a config provider or override policy, which are not listed.
 */
bool plugin_catalog_is_unlisted(const char *name);

/* The newest of a kind by class name or alias; NULL when there is none. */
const struct plugin_entry *plugin_catalog_find(const struct plugin_catalog *catalog,
                                               enum plugin_kind kind, const char *name);
/* The same of any kind, the first in order of kinds. */
const struct plugin_entry *plugin_catalog_find_any(const struct plugin_catalog *catalog,
                                                   const char *name);
/*
 * The newest entry of the class, of any kind, whose version a setting admits (version_range.h).
 * Errors: TERN_EINVALID: the setting is wrong; TERN_ENOTFOUND: no such version (peer text).
 */
int plugin_catalog_choose(const struct plugin_catalog *catalog, const char *class_name,
                          const char *versions, const struct plugin_entry **ret_entry,
                          struct tern_error *err) MUST_CHECK;
