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

/* Those that have come to nothing for their replication factor. */
struct again {
    struct admin_new_topic *specs; /* with the cluster's own */
    size_t *at;                    /* their places among all */
    size_t count;
};

static void again_fini(struct again *again)
{
    free(again->specs);
    free(again->at);
}

static void find_again(const struct admin_new_topic *specs, const struct admin_outcome *outcomes,
                       size_t count, struct again *again)
{
    again->specs = xcalloc(count, sizeof(*again->specs));
    again->at = xcalloc(count, sizeof(*again->at));
    for (size_t i = 0; i < count; i++) {
        if (outcomes[i].kafka_error != ADMIN_INVALID_REPLICATION_FACTOR)
            continue;
        log_warn("Topic '%s' gets the replication factor that its cluster has by default, which "
                 "cannot have the %d that is ours: %s",
                 specs[i].name, (int)specs[i].replication_factor, outcomes[i].message);
        again->specs[again->count] = specs[i];
        again->specs[again->count].replication_factor = FACTOR_OF_CLUSTER;
        again->at[again->count++] = i;
    }
}

/* The outcomes of what is created again replace those there are. */
static int create_again(struct admin *a, const struct admin_new_topic *specs, size_t count,
                        int64_t deadline_ms, struct admin_outcome *outcomes, struct tern_error *err)
{
    CLEANUP(again_fini) struct again again = {0};
    struct admin_outcome *newer;

    find_again(specs, outcomes, count, &again);
    if (!again.count)
        return 0;
    if (admin_create_topics(a, again.specs, again.count, false, deadline_ms, &newer, err) < 0)
        return -1;
    for (size_t i = 0; i < again.count; i++) {
        struct admin_outcome older = outcomes[again.at[i]];

        outcomes[again.at[i]] = newer[i];
        newer[i] = older;
    }
    admin_outcomes_free(newer, again.count);
    return 0;
}

int mirror_create_topics(struct admin *a, const struct admin_new_topic *specs, size_t count,
                         bool is_given, int64_t deadline_ms, struct admin_outcome **ret_outcomes,
                         struct tern_error *err)
{
    struct admin_outcome *outcomes;

    if (admin_create_topics(a, specs, count, false, deadline_ms, &outcomes, err) < 0)
        return -1;
    if (!is_given && create_again(a, specs, count, deadline_ms, outcomes, err) < 0) {
        admin_outcomes_free(outcomes, count);
        return -1;
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

    if (mirror_create_topics(a, &spec, 1, factor.is_given, deadline_ms, &outcome, err) < 0)
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
