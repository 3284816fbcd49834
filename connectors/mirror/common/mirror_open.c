/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/mirror_open.h"

#include <stddef.h>

#include "lib/base/log.h"
#include "lib/base/strmap.h"
#include "lib/kafka/reachability.h"

LOG_DOMAIN("org.apache.kafka.connect.mirror.MirrorUtils");

void mirror_use_host(const struct tern_host *host)
{
    log_set_sink(host->log, host->log_enabled);
    if (host->size >= offsetof(struct tern_host, report_broker) + sizeof(host->report_broker))
        reachability_set_sink(host->report_broker);
}

int mirror_open_admin(const struct tern_config *connector, enum mirror_client client, bool is_task,
                      struct admin **ret_admin, struct tern_error *err)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct tern_config view;

    mirror_client_config(connector, client, is_task, &settings);
    view = strmap_config(&settings);
    if (admin_open(&view, ret_admin, err) < 0)
        return tern_context(err, "opening client '%s'", config_get(&view, "client.id"));
    return 0;
}
