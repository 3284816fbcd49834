/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a connector may have a configuration. Thread: the asker's; the class may block it. */
#include "lib/base/log.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "worker/herder/config_infos.h"
#include "worker/herder/connector_remarks.h"
#include "worker/herder/herder_priv.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.AbstractHerder");

static void log_remark(void *arg, const char *key, const char *message)
{
    const char *name = arg;

    log_warn("Connector %s: %s: %s", name, key, message);
}

int herder_check_config(struct herder *h, const struct tern_config *raw, char **ret_refusal,
                        struct tern_error *err)
{
    CLEANUP(config_infos_freep) struct config_infos *infos = NULL;
    CLEANUP(freep) char *failure = NULL;

    if (herder_validate(h, raw, &infos, &failure, err) < 0) {
        if (err->code != TERN_EINVALID)
            return -1;
        *ret_refusal = TAKE(failure); /* a message may be longer than err holds */
        return 0;
    }
    *ret_refusal = infos->error_count > 0 ? config_infos_message(infos) : NULL;
    if (!*ret_refusal) {
        const char *name = config_get(raw, "name");

        connector_remarks(h->plugins, raw, log_remark, (char *)(name ? name : ""));
    }
    return 0;
}
