/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * mm2_plan - mm2.properties read, expanded and checked: all that is to be started.
 *
 * A plan is made before anything is started, so that a file with a fault starts nothing.
 * Immutable once loaded. Peer: MirrorMakerConfig and the constructor of MirrorMaker;
 * differences: the peer notices most faults later, in the connector that they concern, or
 * not at all (doc/compat.md).
 */
#include "lib/conf/config_ref.h"
#include "worker/mm2/mm2_config.h"
#include "worker/plugin/plugin_registry.h"

struct mm2_connector_plan {
    struct strmap config; /* as stored: variables unresolved */
    bool is_sound;        /* false: said why, and not to be created */
};

struct mm2_flow_plan {
    struct mm2_flow flow;                  /* borrowed from the plan's flows */
    struct config_ref *worker;             /* variables resolved */
    const struct plugin_registry *plugins; /* borrowed from the plan */
    struct mm2_connector_plan connectors[MM2_CONNECTORS];
};

/* plugin_registry_open(), but for tests. */
typedef struct plugin_registry *mm2_open_plugins(const char *plugin_path);

struct mm2_plugins {
    char *path; /* NULL: the built-in folder only */
    struct plugin_registry *registry;
};

struct mm2_plan {
    char *path;          /* of the file */
    struct strmap raw;   /* its entries */
    struct strmap lines; /* their lines, see properties_line_of() */
    struct provider_set *providers;
    char **clusters; /* aliases, each once, in the order given */
    size_t cluster_count;
    struct mm2_flows all;
    struct mm2_flow_plan *flows; /* one per entry of all */
    size_t flow_count;
    mm2_open_plugins *open_plugins;
    struct mm2_plugins *plugins;
    size_t plugins_count;
};

/*
 * Reads and checks the file. only: targets that this process serves, count 0: all. Returns owned,
 * or NULL when the file cannot be used. Logs, at ERROR, why: one line for each fault, with file,
 * line, key and value; and connectors that their class refuses as a whole, which is no fault of
 * the file. Unknown keys are logged at WARN.
 */
struct mm2_plan *mm2_plan_load(const char *path, const struct tern_list *only,
                               mm2_open_plugins *open_plugins);
/* NULL is a no-op. No herder may be left. */
void mm2_plan_free(struct mm2_plan *plan);
