/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * connector_keys - tables of the settings that the worker itself defines for every connector, and
 * those of them that the herder uses. Spec: connect-rest.md 6.4.
 */
#include "lib/base/macros.h"

#include <tern/config.h>
#include <tern/error.h>

#include <stdbool.h>
#include <stdint.h>

/* In order of definition; each ends with NULL. */
extern const struct tern_config_key *const connector_common_tables[];
extern const struct tern_config_key *const connector_source_tables[]; /* with the common ones */
extern const struct tern_config_key *const connector_sink_tables[];   /* likewise */

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

struct config_memory;

/* Reads the settings that the herder uses. Errors: TERN_EINVALID. */
int connector_settings_bind(const struct tern_config *config,
                            struct connector_settings *ret_settings,
                            struct config_memory **ret_memory, struct tern_error *err) MUST_CHECK;
