/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/kafka/topic_admin.h"

#include <string.h>
#include <strings.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/xmem.h"
#include "lib/kafka/admin_priv.h"
#include "lib/kafka/client_conf.h"

LOG_DOMAIN("org.apache.kafka.connect.util.TopicAdmin");

/* ---- creation ---- */

enum verdict {
    CREATED,
    EXISTS, /* or is taken to */
    RETRY,
    REFUSED,
};

bool topic_admin_takes_for_existing(int kafka_error)
{
    return kafka_error == ADMIN_TOPIC_ALREADY_EXISTS || kafka_error == ADMIN_UNSUPPORTED_VERSION ||
           kafka_error == ADMIN_CLUSTER_AUTHORIZATION_FAILED ||
           kafka_error == ADMIN_TOPIC_AUTHORIZATION_FAILED;
}

static enum verdict verdict_of(int kafka_error)
{
    if (kafka_error == 0)
        return CREATED;
    if (topic_admin_takes_for_existing(kafka_error))
        return EXISTS;
    if (kafka_error == ADMIN_INVALID_REPLICATION_FACTOR) /* brokers may be still to come */
        return RETRY;
    switch (kafka_error_code((rd_kafka_resp_err_t)kafka_error)) {
    case TERN_ETIMEOUT: /* the broker's, too: it may have created the topic after all */
    case TERN_ERETRIABLE:
        return RETRY;
    default:
        return REFUSED;
    }
}

/* One attempt. Fails, with TERN_ETIMEOUT or TERN_ERETRIABLE, when it may be repeated. */
static int attempt(struct admin *a, const struct admin_new_topic *topic, int64_t deadline_ms,
                   enum topic_ensured *ret_ensured, struct tern_error *err)
{
    struct admin_outcome *outcome = NULL;
    enum verdict verdict;
    int rc = 0;

    if (admin_create_topics(a, topic, 1, false, deadline_ms, &outcome, err) < 0)
        return -1;
    verdict = verdict_of(outcome->kafka_error);
    if (verdict == CREATED || verdict == EXISTS)
        *ret_ensured = verdict == CREATED ? TOPIC_CREATED : TOPIC_EXISTED;
    else if (outcome->kafka_error == ADMIN_INVALID_CONFIG) { /* peer text */
        rc = tern_fail(err, TERN_EINVALID, "Unable to create topic(s) '%s': %s", topic->name,
                       outcome->message);
    } else { /* peer text */
        rc = tern_fail(err, verdict == RETRY ? TERN_ERETRIABLE : TERN_EINVALID,
                       "Error while attempting to create/find topic(s) '%s': %s", topic->name,
                       outcome->message);
    }
    if (verdict == EXISTS)
        log_debug("Topic '%s' was not created: %s", topic->name, outcome->message);
    admin_outcomes_free(outcome, 1);
    return rc;
}

int topic_admin_create(struct admin *a, const struct admin_new_topic *topic,
                       int64_t retry_backoff_ms, int64_t deadline_ms,
                       enum topic_ensured *ret_ensured, struct tern_error *err)
{
    for (;;) {
        int rc = attempt(a, topic, deadline_ms, ret_ensured, err);
        bool again = rc < 0 && (err->code == TERN_ETIMEOUT || err->code == TERN_ERETRIABLE);

        if (!again || clock_left_ms(deadline_ms, retry_backoff_ms + 1) <= retry_backoff_ms)
            return rc;
        log_debug("Topic '%s' could not be created, will try again: %s", topic->name, err->msg);
        if (!admin_pause(a, retry_backoff_ms))
            return -1;
    }
}

/* ---- cleanup policy ---- */

static const char *cleanup_policy(const struct admin_topic_configs *topic)
{
    for (size_t i = 0; !topic->outcome.kafka_error && i < topic->count; i++) {
        if (strcmp(topic->configs[i].name, "cleanup.policy") == 0)
            return topic->configs[i].value;
    }
    return NULL;
}

/* Whether the policy is the one word compact, blanks and case aside. */
static bool is_compact_only(const char *policy)
{
    CLEANUP(freep) char *copy = xstrdup(policy);
    bool found = false;
    char *rest = copy, *word;

    while ((word = strsep(&rest, ","))) {
        size_t len;

        word += strspn(word, " \t");
        len = strcspn(word, " \t");
        if (!len)
            continue;
        if (len != strlen("compact") || strncasecmp(word, "compact", len) != 0)
            return false;
        found = true;
    }
    return found;
}

static int check_policy(const char *topic, const char *policy, const struct topic_purpose *p,
                        struct tern_error *err)
{
    if (is_compact_only(policy))
        return 0;
    return tern_fail(/* peer text */
                     err, TERN_EINVALID,
                     "Topic '%s' supplied via the '%s' property is required to have "
                     "'cleanup.policy=compact' to guarantee consistency and durability of %s, but "
                     "found the topic currently has 'cleanup.policy=%s'. Continuing would likely "
                     "result in eventually losing %s and problems restarting this Connect cluster "
                     "in the future. Change the '%s' property in the Connect worker configurations "
                     "to use a topic with 'cleanup.policy=compact'.",
                     topic, p->property, p->purpose, policy, p->purpose, p->property);
}

int topic_admin_check_compacted(struct admin *a, const char *topic,
                                const struct topic_purpose *purpose, int64_t deadline_ms,
                                bool *ret_known, struct tern_error *err)
{
    struct admin_topic_configs *configs = NULL;
    const char *policy;
    int rc = 0;

    if (admin_describe_topics(a, &topic, 1, deadline_ms, &configs, err) < 0)
        return -1;
    policy = cleanup_policy(configs);
    *ret_known = policy != NULL;
    if (policy)
        rc = check_policy(topic, policy, purpose, err);
    admin_topic_configs_free(configs, 1);
    return rc;
}
