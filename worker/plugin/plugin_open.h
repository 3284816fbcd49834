/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * plugin_open - one shared object: loaded, its ABI checked, its classes copied.
 *
 * What a plugin was compiled with may be shorter than what this worker knows (an older
 * minor) or longer (members the worker does not know): a class is copied into a whole
 * struct of this worker, what the plugin lacks being zero, and tables of keys with rows
 * of another size are rewritten. So only this file reads a size.
 */
#include "worker/plugin/plugin_registry.h"

/* A connector class as read. */
struct plugin_class {
    struct connector_plugin plugin;
    char *location;                  /* what plugin.location points to */
    struct tern_config_key **tables; /* rewritten ones; ends with NULL; or NULL: none */
};

struct plugin_classes {
    struct plugin_class **at;
    size_t count;
    size_t cap;
};

/*
 * Opens path and appends each class to classes. The object is never closed: a connector may
 * have left a thread, and sanitizers need its symbols at exit. Logs a class that it leaves
 * out at WARN. Thread: the one that starts the worker.
 * Errors: TERN_EINVALID when it is no shared object, no plugin, or has the wrong ABI.
 */
int plugin_open(const char *path, struct plugin_classes *classes,
                struct tern_error *err) MUST_CHECK;

/*
 * Copies one class. The caller owns *ret_class. Errors: TERN_EINVALID naming what is missing
 * or too short.
 */
int plugin_class_read(const struct tern_connector_class *raw, const char *location,
                      struct plugin_class **ret_class, struct tern_error *err) MUST_CHECK;
/* NULL is a no-op. */
void plugin_class_free(struct plugin_class *c);
