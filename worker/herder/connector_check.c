/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/herder/connector_check.h"

#include <stdlib.h>

#include "worker/herder/connector_validate.h"

int connector_check(const struct plugin_registry *plugins, const struct tern_config *config,
                    connector_fault *fault, void *arg, size_t *ret_count, struct tern_error *err)
{
    const struct tern_config none = {NULL, 0};
    const struct override_policy all = {.kind = OVERRIDE_ALL};
    const struct validate_worker worker = {
        .plugins = plugins, .config = &none, .policy = &all, .group_id = ""};
    CLEANUP(config_infos_freep) struct config_infos *infos = NULL;
    char *failure = NULL;

    if (connector_validate(&worker, config, &infos, &failure, err) < 0) {
        free(failure);
        return -1;
    }
    for (size_t i = 0; i < infos->count; i++) {
        for (size_t k = 0; k < infos->at[i].errors.count; k++)
            fault(arg, FAULT_OF_VALUE, infos->at[i].name, infos->at[i].errors.at[k]);
    }
    *ret_count = infos->error_count;
    return 0;
}
