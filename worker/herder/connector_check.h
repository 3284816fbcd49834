/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * connector_check - whether a connector's configuration is one that it can be started with.
 *
 * The faults that connector_validate.h finds, one by one, without what a worker brings to it.
 * Calls the plugin: not for the herder thread. Thread: any other.
 */
#include "lib/base/macros.h"
#include "worker/herder/connector_keys.h"
#include "worker/plugin/plugin_registry.h"

#include <stdbool.h>
#include <stdint.h>

#include <tern/config.h>
#include <tern/plugin.h>

enum connector_fault_kind {
    FAULT_OF_VALUE,
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
