/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/topic_creation.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/ptrmap.h"
#include "lib/base/xmem.h"
#include "lib/kafka/admin.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.WorkerSourceTask");

enum {
    ANSWER_MS = 3000, /* less than a task has to stop */
    TEXT_MAX_BYTES = 64 * 1024,
};

struct topic_creation {
    struct topic_groups groups;
    struct strmap client;
    struct admin *admin; /* open from the second topic on: most tasks have one only */
    struct ptrmap known; /* values are not used */
};

/* Those of the worker's settings without prefix that a client knows. */
static bool is_for_clients(const char *key)
{
    static const char *const prefixes[] = {
        "security.",
        "ssl.",
        "sasl.",
        "metadata.",
        "reconnect.",
        "retry.",
        "connections.",
        "send.buffer.",
        "receive.buffer.",
        "socket.connection.",
        "client.dns.lookup",
        "request.timeout.ms",
        "bootstrap.servers",
        NULL,
    };

    return str_starts_with_any(key, prefixes);
}

static void client_settings(const char *connector, int32_t task, const struct tern_config *worker,
                            const struct tern_config *connector_config, struct strmap *out)
{
    for (size_t i = 0; i < worker->count; i++) {
        if (is_for_clients(worker->entries[i].key))
            strmap_set(out, worker->entries[i].key, worker->entries[i].value);
    }
    strmap_set_fmt(out, "client.id", "connector-adminclient-%s-%" PRId32, connector, task);
    strmap_add_prefixed(out, worker, "admin.");
    strmap_add_prefixed(out, connector_config, "admin.override.");
}

int topic_creation_open(const char *connector, int32_t task, const struct tern_config *worker,
                        const struct tern_config *connector_config,
                        struct topic_creation **ret_creation, struct tern_error *err)
{
    struct topic_creation *c;
    struct topic_groups groups;

    if (!topic_groups_asked_for(worker, connector_config)) {
        *ret_creation = NULL;
        return 0;
    }
    if (topic_groups_read(connector_config, &groups, err) < 0)
        return -1;
    c = xcalloc(1, sizeof(*c));
    c->groups = groups;
    client_settings(connector, task, worker, connector_config, &c->client);
    *ret_creation = c;
    return 0;
}

void topic_creation_free(struct topic_creation *c)
{
    if (!c)
        return;
    admin_free(c->admin);
    topic_groups_fini(&c->groups);
    strmap_fini(&c->client);
    ptrmap_fini(&c->known);
    free(c);
}

static void add_config(struct buf *out, const struct tern_config *config)
{
    for (size_t i = 0; i < config->count; i++)
        buf_add_fmt(out, "%s%s=%s", i ? ", " : "", config->entries[i].key,
                    config->entries[i].value);
}

/* As Java prints a NewTopic. */
static char *topic_text(const struct admin_new_topic *t)
{
    struct buf out = BUF_INIT(TEXT_MAX_BYTES);

    buf_add_fmt(&out, "(name=%s, numPartitions=", t->name);
    if (t->partitions < 0)
        buf_add_str(&out, "default");
    else
        buf_add_fmt(&out, "%" PRId32, t->partitions);
    if (t->replication_factor < 0)
        buf_add_str(&out, ", replicationFactor=default");
    else
        buf_add_fmt(&out, ", replicationFactor=%d", t->replication_factor);
    buf_add_str(&out, ", replicasAssignments=null, configs={");
    add_config(&out, &t->config);
    buf_add_str(&out, "})");
    return buf_take_str(&out);
}

/* As Java prints a TopicCreationGroup. */
static char *group_text(const struct topic_group *g)
{
    const struct tern_config config = strmap_config(&g->config);
    struct buf out = BUF_INIT(TEXT_MAX_BYTES);

    buf_add_fmt(&out,
                "TopicCreationGroup{name='%s', inclusionPattern=%s, exclusionPattern=%s, "
                "numPartitions=%" PRId32 ", replicationFactor=%d, otherConfigs={",
                g->name, g->included, g->excluded, g->partitions, g->replication_factor);
    add_config(&out, &config);
    buf_add_str(&out, "}}");
    return buf_take_str(&out);
}

static int retriable(const char *what, const char *topic, struct tern_error *err)
{
    if (err->code != TERN_ETIMEOUT && err->code != TERN_ERETRIABLE)
        return -1;
    log_warn("%s topic '%s' is tried again: %s", what, topic, err->msg);
    err->code = TERN_ERETRIABLE;
    return -1;
}

static int look(struct topic_creation *c, const char *topic, bool *ret_exists,
                struct tern_error *err)
{
    struct admin_topics topics;

    if (admin_list_topics(c->admin, topic, clock_deadline_ms(ANSWER_MS), &topics, err) < 0)
        return retriable("Looking for", topic, err);
    *ret_exists = topics.count > 0;
    admin_topics_fini(&topics);
    return 0;
}

/* Who may not create topics is told to see to it; what else is refused is the settings' fault. */
static int refused(const char *topic, const char *text, const struct admin_outcome *o,
                   struct tern_error *err)
{
    const char *why = o->message ? o->message : "";

    if (o->kafka_error == ADMIN_TOPIC_AUTHORIZATION_FAILED ||
        o->kafka_error == ADMIN_CLUSTER_AUTHORIZATION_FAILED) {
        return tern_fail(err, TERN_EINTERNAL, /* peer text, up to the cause */
                         "Task failed to create new topic %.200s. Ensure that the task is "
                         "authorized to create topics or that the topic exists and restart the "
                         "task: %.100s",
                         text, why);
    }
    return tern_fail(err, TERN_EINTERNAL, "Unable to create topic(s) '%s': %.220s", /* peer text */
                     topic, why);
}

static int create(struct topic_creation *c, const char *topic, struct tern_error *err)
{
    const struct topic_group *g = topic_groups_find(&c->groups, topic);
    const struct admin_new_topic wanted = {topic, g->partitions, g->replication_factor,
                                           strmap_config(&g->config)};
    CLEANUP(freep) char *text = topic_text(&wanted);
    CLEANUP(freep) char *group = group_text(g);
    struct admin_outcome *outcomes;
    int rc = 0;

    log_info("Creating topic '%s'", topic); /* peer text */
    if (admin_create_topics(c->admin, &wanted, 1, false, clock_deadline_ms(ANSWER_MS), &outcomes,
                            err) < 0)
        return retriable("Creating", topic, err);
    if (!outcomes[0].kafka_error) /* peer texts */
        log_info("Created topic '%s' using creation group %s", text, group);
    else if (outcomes[0].kafka_error == ADMIN_TOPIC_ALREADY_EXISTS)
        log_info("Found existing topic '%s'", topic);
    else
        rc = refused(topic, text, &outcomes[0], err);
    admin_outcomes_free(outcomes, 1);
    return rc;
}

int topic_creation_ensure(struct topic_creation *c, const char *topic, struct tern_error *err)
{
    const struct tern_config client = c ? strmap_config(&c->client) : (struct tern_config){0};
    bool exists;

    if (!c || ptrmap_get(&c->known, topic))
        return 0;
    if (!c->admin && admin_open(&client, &c->admin, err) < 0)
        return -1;
    if (look(c, topic, &exists, err) < 0 || (!exists && create(c, topic, err) < 0))
        return -1;
    ptrmap_set(&c->known, topic, c);
    if (c->known.count == 1)
        admin_free(TAKE(c->admin));
    return 0;
}
