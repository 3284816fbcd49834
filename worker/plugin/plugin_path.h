/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * plugin_path - which files plugin.path names.
 *
 * An element is a shared object, or a folder: its shared objects and those of the folders
 * right below it are plugins. Java archives and class files are passed over silently, so
 * that a Java worker's setting can be kept. Spec: connect-runtime.md 8.6.
 */
#include <stdbool.h>

/* path is borrowed. */
typedef void plugin_path_fn(void *arg, const char *path);

/*
 * Calls found for each file, the elements in the order given, the files of a folder in byte
 * order. Logs an element that is not there at ERROR and goes on. NULL and "" name nothing.
 */
void plugin_path_scan(const char *plugin_path, plugin_path_fn *found, void *arg);

/*
 * The folder of the connectors that came with this worker, which Java has on its class path:
 * lib/tern/plugins beside the program's folder, else lib of a build tree, else where
 * `make install` puts them. The caller frees.
 */
char *plugin_path_default(void);
