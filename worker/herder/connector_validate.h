/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * connector_validate - everything that can be said of a connector's configuration beforehand.
 *
 * In the peer's order: what the worker defines for every connector, its converters, transforms
 * and predicates; what the class defines and finds wrong; client settings that are overridden;
 * keys of the converters that the configuration names. Pure but for the class's own validate(),
 * which runs on the caller's thread: not for the herder thread. Thread: any other.
 *
 * Peer: AbstractHerder.validateConnectorConfig(). Spec: connect-rest.md 6, connect-runtime.md 8.3.
 * Differences: failures are not remembered; classes of a JVM that are no plugins are not found.
 */
#include "lib/base/macros.h"
#include "worker/herder/config_infos.h"
#include "worker/herder/plugin_catalog.h"
#include "worker/task/override_policy.h"

#include <stdbool.h>

/* What a worker brings to it. Borrowed. */
struct validate_worker {
    const struct plugin_registry *plugins;
    const struct tern_config *config; /* the worker's, resolved: its converters */
    const struct override_policy *policy;
    const char *group_id; /* NULL: not distributed, so the checks of 6.6 are left out */
    bool exactly_once;    /* exactly.once.source.support is enabled */
};

/*
 * Validates config, variables resolved. Errors: TERN_EINVALID: no connector type, no such class, a
 * version setting that is none (a 400 of the peer); TERN_EINTERNAL: a client setting of the wrong
 * type (the peer's ConfigException). On failure *ret_failure is the whole message, which may be
 * longer than err holds; to be freed.
 */
int connector_validate(const struct validate_worker *worker, const struct tern_config *config,
                       struct config_infos **ret_infos, char **ret_failure,
                       struct tern_error *err) MUST_CHECK;

/*
 * The keys of one plugin, definitions only: a connector's own, then those that the worker defines
 * and it does not. Spec: connect-rest.md 5.22. The caller frees.
 */
struct config_infos *connector_plugin_keys(const struct plugin_catalog *catalog,
                                           const struct plugin_entry *entry);
