/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/mirror_topics.h"

#include "lib/base/log.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/kafka/topic_admin.h"

LOG_DOMAIN("org.apache.kafka.connect.mirror.MirrorUtils");

enum {
    FACTOR_OF_CLUSTER = -1
};

struct mirror_factor mirror_factor_of(const struct tern_config *config, const char *key,
                                      int64_t value)
{
    return (struct mirror_factor){(int16_t)value, config_get(config, key) != NULL};
}

/* One topic again, with what the cluster has by default. Its outcome replaces *outcome. */
static int create_again(struct admin *a, const struct admin_new_topic *spec, int64_t deadline_ms,
                        struct admin_outcome *outcome, struct tern_error *err)
{
    struct admin_new_topic again = *spec;
    struct admin_outcome *outcomes;
    char *before;

    log_warn("Topic '%s' gets the replication factor that its cluster has by default, which cannot "
             "have the %d that is ours: %s",
             spec->name, (int)spec->replication_factor, outcome->message);
    again.replication_factor = FACTOR_OF_CLUSTER;
    if (admin_create_topics(a, &again, 1, false, deadline_ms, &outcomes, err) < 0)
        return -1;
    before = outcome->message;
    *outcome = outcomes[0];
    outcomes[0].message = before;
    admin_outcomes_free(outcomes, 1);
    return 0;
}

int mirror_create_topics(struct admin *a, struct admin_new_topic *specs, size_t count,
                         struct mirror_factor factor, int64_t deadline_ms,
                         struct admin_outcome **ret_outcomes, struct tern_error *err)
{
    struct admin_outcome *outcomes;

    for (size_t i = 0; i < count; i++)
        specs[i].replication_factor = factor.value;
    if (admin_create_topics(a, specs, count, false, deadline_ms, &outcomes, err) < 0)
        return -1;
    for (size_t i = 0; !factor.is_given && i < count; i++) {
        if (outcomes[i].kafka_error == ADMIN_INVALID_REPLICATION_FACTOR &&
            create_again(a, &specs[i], deadline_ms, &outcomes[i], err) < 0) {
            admin_outcomes_free(outcomes, count);
            return -1;
        }
    }
    *ret_outcomes = outcomes;
    return 0;
}

int mirror_create_compacted_topic(struct admin *a, const char *topic, struct mirror_factor factor,
                                  int64_t deadline_ms, struct tern_error *err)
{
    static const struct tern_config_entry compact[] = {{"cleanup.policy", "compact"}};
    struct admin_new_topic spec = {topic, 1, factor.value, {compact, COUNT_OF(compact)}};
    struct admin_outcome *outcome = NULL;
    int rc = 0;

    if (mirror_create_topics(a, &spec, 1, factor, deadline_ms, &outcome, err) < 0)
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
