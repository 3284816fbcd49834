/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/store/internal_topics.h"

#include <stdio.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/strmap.h"
#include "lib/conf/config_value.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.distributed.DistributedConfig");

static const struct topic_kind {
    const char *prefix;
    const char *partitions; /* the default; NULL: always 1 */
    struct topic_purpose purpose;
} kinds[] = {
    [INTERNAL_CONFIG] = {"config.storage.",
                         NULL,
                         {"config.storage.topic", "connector configurations"}},
    [INTERNAL_OFFSET] = {"offset.storage.",
                         "25",
                         {"offset.storage.topic", "source connector offsets"}},
    [INTERNAL_STATUS] = {"status.storage.",
                         "5",
                         {"status.storage.topic", "connector and task statuses"}},
};

static const char default_replication[] = "3";
static const char default_retry_backoff_ms[] = "100";
static const char default_api_timeout_ms[] = "60000";

/* The settings of one topic, its prefix removed. */
struct topic_settings {
    const struct topic_kind *kind;
    struct strmap rest; /* in the end: the topic's own configuration */
};

static int read_number(const char *key, const char *text, enum tern_config_type type,
                       int64_t *ret_number, struct tern_error *err)
{
    struct config_value value = CONFIG_VALUE_INIT;

    if (config_value_parse(key, type, text, &value, err) < 0)
        return -1;
    *ret_number = value.integer;
    config_value_fini(&value);
    return 0;
}

/* A number of the topic's settings, positive or -1; takes it out of them. */
static int take_number(struct topic_settings *t, const char *name, const char *fallback,
                       enum tern_config_type type, const char *complaint, int64_t *ret_number,
                       struct tern_error *err)
{
    const char *text = strmap_get(&t->rest, name);
    char key[64];
    int64_t number;

    snprintf(key, sizeof(key), "%s%s", t->kind->prefix, name);
    if (read_number(key, text ? text : fallback, type, &number, err) < 0)
        return -1;
    if (number < 1 && number != -1)
        return tern_fail(err, TERN_EINVALID, "Invalid value %lld for configuration %s: %s",
                         (long long)number, key, complaint); /* peer text */
    strmap_remove(&t->rest, name);
    *ret_number = number;
    return 0;
}

static int take_partitions(struct topic_settings *t, int32_t *ret_partitions,
                           struct tern_error *err)
{
    const char *given = strmap_get(&t->rest, "partitions");
    int64_t number;

    if (!t->kind->partitions) {
        if (given) {
            log_warn("Ignoring '%spartitions=%s' setting, since config topic partitions is "
                     "always 1",
                     t->kind->prefix, given);
        }
        strmap_remove(&t->rest, "partitions");
        *ret_partitions = 1;
        return 0;
    }
    if (take_number(t, "partitions", t->kind->partitions, TERN_INT,
                    "Number of partitions must be positive, or -1 to use the broker's default",
                    &number, err) < 0)
        return -1;
    *ret_partitions = (int32_t)number;
    return 0;
}

/* Whatever the user says: without compaction the state would be lost. */
static void force_compaction(struct topic_settings *t)
{
    const char *given = strmap_get(&t->rest, "cleanup.policy");

    if (given)
        log_warn("Ignoring '%scleanup.policy=%s' setting, since compaction is always used",
                 t->kind->prefix, given);
    strmap_set(&t->rest, "cleanup.policy", "compact");
}

static int read_settings(struct topic_settings *t, const char *name,
                         struct admin_new_topic *ret_topic, struct tern_error *err)
{
    struct admin_new_topic topic = {.name = name};
    int64_t replication;

    strmap_remove(&t->rest, "topic");
    if (take_partitions(t, &topic.partitions, err) < 0 ||
        take_number(t, "replication.factor", default_replication, TERN_SHORT,
                    "Replication factor must be positive and not larger than the number of "
                    "brokers in the Kafka cluster, or -1 to use the broker's default",
                    &replication, err) < 0)
        return -1;
    force_compaction(t);
    topic.replication_factor = (int16_t)replication;
    topic.config = strmap_config(&t->rest);
    *ret_topic = topic;
    return 0;
}

static int create(struct admin *a, const struct admin_new_topic *topic,
                  const struct tern_config *worker, int64_t deadline_ms,
                  enum topic_ensured *ret_ensured, struct tern_error *err)
{
    const char *backoff = config_get(worker, "retry.backoff.ms");
    const char *timeout = config_get(worker, "default.api.timeout.ms");
    int64_t backoff_ms, timeout_ms, own_deadline_ms;

    if (read_number("retry.backoff.ms", backoff ? backoff : default_retry_backoff_ms, TERN_LONG,
                    &backoff_ms, err) < 0 ||
        read_number("default.api.timeout.ms", timeout ? timeout : default_api_timeout_ms, TERN_INT,
                    &timeout_ms, err) < 0)
        return -1;
    own_deadline_ms = clock_deadline_ms(timeout_ms);
    return topic_admin_create(a, topic, backoff_ms,
                              own_deadline_ms < deadline_ms ? own_deadline_ms : deadline_ms,
                              ret_ensured, err);
}

static int check(struct admin *a, const struct topic_kind *kind, const char *name,
                 int64_t deadline_ms, struct tern_error *err)
{
    bool known;

    if (topic_admin_check_compacted(a, name, &kind->purpose, deadline_ms, &known, err) < 0)
        return -1;
    if (!known) {
        log_info("Unable to use admin client to verify the cleanup policy of '%s' topic is "
                 "'compact', either because the broker is an older version or because the Kafka "
                 "principal used for Connect internal topics does not have the required "
                 "permission to describe topic configurations.",
                 name);
    }
    return 0;
}

int internal_topic_ensure(struct admin *a, enum internal_topic kind,
                          const struct tern_config *worker, int64_t deadline_ms,
                          struct tern_error *err)
{
    struct topic_settings t = {.kind = &kinds[kind], .rest = STRMAP_INIT};
    const char *name = config_get(worker, t.kind->purpose.property);
    struct admin_new_topic topic;
    enum topic_ensured ensured = TOPIC_EXISTED;
    int rc;

    if (!name || !*name) {
        return tern_fail(err, TERN_EINVALID,
                         "Missing required configuration \"%s\" which has no default value.",
                         t.kind->purpose.property); /* peer text */
    }
    strmap_add_prefixed(&t.rest, worker, t.kind->prefix);
    rc = read_settings(&t, name, &topic, err);
    if (rc == 0) {
        log_debug("Creating Connect internal topic for %s", t.kind->purpose.purpose);
        rc = create(a, &topic, worker, deadline_ms, &ensured, err);
    }
    if (rc == 0 && ensured == TOPIC_CREATED)
        log_info("Created topic '%s' for %s", name, t.kind->purpose.purpose);
    else if (rc == 0)
        rc = check(a, t.kind, name, deadline_ms, err);
    strmap_fini(&t.rest);
    return rc;
}
