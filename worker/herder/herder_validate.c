/* SPDX-License-Identifier: Apache-2.0 */
/* herder_validate - validation of a connector with what this worker brings to it. */
#include <strings.h>

#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "worker/herder/connector_validate.h"
#include "worker/herder/herder_priv.h"

int herder_validate(struct herder *h, const struct tern_config *raw,
                    struct config_infos **ret_infos, char **ret_failure, struct tern_error *err)
{
    CLEANUP(strmap_fini) struct strmap resolved = STRMAP_INIT;
    const struct tern_config worker = config_ref_config(h->worker);
    const struct validate_worker with = {
        .plugins = h->plugins,
        .config = &worker,
        .policy = &h->policy,
        .group_id = h->settings.group_id,
        .exactly_once = strcasecmp(h->settings.exactly_once, "enabled") == 0,
    };
    struct tern_config view;

    if (provider_set_resolve(h->providers, raw, &resolved, err) < 0) {
        err->code = TERN_EINTERNAL; /* a ConfigException of the peer: no 400 */
        *ret_failure = xstrdup(err->msg);
        return -1;
    }
    view = strmap_config(&resolved);
    if (!config_get(&view, "connector.class")) /* the message shows all values: not resolved ones */
        view = *raw;
    return connector_validate(&with, &view, ret_infos, ret_failure, err);
}
