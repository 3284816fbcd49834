/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * connector_check - whether a connector's configuration is one that it can be started with.
 *
 * What every source connector has (connector_keys.c), what the class defines, what the class
 * finds wrong beyond single keys, and what this worker cannot do and therefore must not
 * ignore. Peer: AbstractHerder.validateConnectorConfig(). Spec: connect-runtime.md 8.3.
 * Calls the plugin: not for the herder thread. Thread: any other.
 */
#include "lib/base/macros.h"
#include "worker/plugin/plugin_registry.h"

#include <stdbool.h>
#include <stdint.h>

#include <tern/config.h>
#include <tern/plugin.h>

extern const struct tern_config_key connector_keys[];

/* Those that the herder uses. */
struct connector_settings {
    const char *name;
    const char *class_name;
    int32_t tasks_max;
    bool enforce_tasks_max;
    struct tern_list transforms;
    struct tern_list predicates;
    const char *exactly_once;
    const char *offsets_topic;
};

enum connector_fault_kind {
    FAULT_OF_VALUE,  /* the value of one key is wrong */
    FAULT_OF_WHOLE,  /* the class says that settings do not go together */
    FAULT_OF_WORKER, /* this worker cannot do what is asked, and must not ignore it */
};

typedef void connector_fault(void *arg, enum connector_fault_kind kind, const char *key,
                             const char *message);

/*
 * Tells every fault of config, variables resolved, and returns how many there are. Fails when
 * there is no such class, or none is named. Errors: TERN_EINVALID, with the names that exist.
 */
int connector_check(const struct plugin_registry *plugins, const struct tern_config *config,
                    connector_fault *fault, void *arg, size_t *ret_count,
                    struct tern_error *err) MUST_CHECK;

struct config_memory;

/* Reads the settings that the herder uses. Errors: TERN_EINVALID. */
int connector_settings_bind(const struct tern_config *config,
                            struct connector_settings *ret_settings,
                            struct config_memory **ret_memory, struct tern_error *err) MUST_CHECK;
