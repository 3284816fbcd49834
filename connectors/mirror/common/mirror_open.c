/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/mirror_open.h"

#include <stddef.h>

#include "lib/base/log.h"
#include "lib/base/strmap.h"
#include "lib/kafka/reachability.h"
#include "lib/kafka/topic_admin.h"

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

int mirror_create_compacted_topic(struct admin *a, const char *topic, int16_t replication_factor,
                                  int64_t deadline_ms, struct tern_error *err)
{
    static const struct tern_config_entry compact[] = {{"cleanup.policy", "compact"}};
    struct admin_new_topic spec = {topic, 1, replication_factor, {compact, COUNT_OF(compact)}};
    struct admin_outcome *outcome = NULL;
    int rc = 0;

    if (admin_create_topics(a, &spec, 1, false, deadline_ms, &outcome, err) < 0)
        return tern_context(err, "creating topic '%s'", topic);
    if (outcome->kafka_error == 0)
        log_info("Created topic '%s'", topic);
    else if (topic_admin_takes_for_existing(outcome->kafka_error))
        log_debug("Topic '%s' was not created: %s", topic, outcome->message);
    else
        rc = tern_fail(err, TERN_EINTERNAL, "creating topic '%s': %s", topic, outcome->message);
    admin_outcomes_free(outcome, 1);
    return rc;
}
