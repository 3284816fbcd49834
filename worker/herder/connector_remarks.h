/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * connector_remarks - what is odd in a connector's configuration, and no fault: keys that neither
 * the worker nor the connector's class reads. Asks the class, which may take long. Thread: any but
 * the herder's.
 *
 * CONNECTOR_REMARKS=false in the configuration, or at the top of mm2.properties: nothing is said.
 * A class that says nothing itself (tern_connector_class.remarks) may read keys that it does not
 * define: of those only what is near to a defined key is remarked on.
 */
#include "worker/plugin/plugin_registry.h"

#define CONNECTOR_REMARKS "tern.remarks.enabled"

/* What a configuration, or a file, says of itself; true by default. */
bool connector_remarks_wanted(const struct tern_config *config);

/* variables of config need not be resolved; remark is called for each key, in their order. */
void connector_remarks(const struct plugin_registry *plugins, const struct tern_config *config,
                       tern_config_fault *remark, void *arg);
