/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/task_producer_conf.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/base/xmem.h"
#include "worker/task/forced_setting.h"

enum {
    IDEMPOTENT_IN_FLIGHT_MAX = 5
};

static const char in_flight_key[] = "max.in.flight.requests.per.connection";

static bool is_all(const char *acks)
{
    return strcasecmp(acks, "all") == 0 || strcmp(acks, "-1") == 0;
}

/* Whether what the user chose allows an idempotent producer; what is no number is refused later. */
static bool allows_idempotence(const struct strmap *user)
{
    const char *acks = strmap_get(user, "acks");
    const char *in_flight = strmap_get(user, in_flight_key);
    const char *retries = strmap_get(user, "retries");

    return (!acks || is_all(acks)) &&
           (!in_flight || strtol(in_flight, NULL, 10) <= IDEMPOTENT_IN_FLIGHT_MAX) &&
           (!retries || strtol(retries, NULL, 10) != 0);
}

static bool is_idempotent(const struct strmap *user)
{
    const char *chosen = strmap_get(user, "enable.idempotence");

    return chosen ? strcasecmp(chosen, "true") == 0 : allows_idempotence(user);
}

void task_producer_conf(const char *connector, int32_t task, const struct tern_config *worker,
                        const struct tern_config *connector_config, struct strmap *out)
{
    CLEANUP(strmap_fini) struct strmap user = STRMAP_INIT;
    struct tern_config chosen;
    bool idempotent;

    strmap_add_prefixed(&user, worker, "producer.");
    strmap_add_prefixed(&user, connector_config, "producer.override.");
    idempotent = is_idempotent(&user);

    if (config_get(worker, "bootstrap.servers"))
        strmap_set(out, "bootstrap.servers", config_get(worker, "bootstrap.servers"));
    strmap_set(out, "acks", "all");
    strmap_set(out, "enable.idempotence", idempotent ? "true" : "false");
    strmap_set(out, in_flight_key, idempotent ? "5" : "1");
    strmap_set(out, "delivery.timeout.ms", "2147483647");
    strmap_set(out, "max.block.ms", "9223372036854775807");
    strmap_set_fmt(out, "client.id", "connector-producer-%s-%" PRId32, connector, task);
    chosen = strmap_config(&user);
    strmap_add_all(out, &chosen);
}

void task_txn_producer_conf(const char *connector, int32_t task, const char *group,
                            const struct tern_config *worker,
                            const struct tern_config *connector_config, struct strmap *out)
{
    static const char whose[] = "for connectors";
    CLEANUP(freep) char *id = xasprintf("%s-%s-%" PRId32, group, connector, task);
    CLEANUP(strmap_fini) struct strmap user = STRMAP_INIT;

    task_producer_conf(connector, task, worker, connector_config, out);
    strmap_add_prefixed(&user, worker, "producer.");
    strmap_add_prefixed(&user, connector_config, "producer.override.");
    if (!strmap_get(&user, "enable.idempotence")) /* the base's own is no wish */
        strmap_remove(out, "enable.idempotence");
    forced_setting(out, "enable.idempotence", "true", whose);
    forced_setting(out, "transactional.id", id, whose);
}
