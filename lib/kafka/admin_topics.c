/* SPDX-License-Identifier: Apache-2.0 */
/* admin_topics - listing, creating, extending and describing topics. */
#include "lib/base/strmap.h"
#include "lib/base/vec.h"
#include "lib/kafka/admin_priv.h"
#include "lib/kafka/client_conf.h"

/* ---- listing ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct admin_topic *)a)->name, ((const struct admin_topic *)b)->name);
}

/* librdkafka hides the broker's flag. Peer: org.apache.kafka.common.internals.Topic. */
static bool is_internal(const char *name)
{
    return strcmp(name, "__consumer_offsets") == 0 || strcmp(name, "__transaction_state") == 0 ||
           strcmp(name, "__share_group_state") == 0;
}

static struct admin_topic topic_of(const rd_kafka_metadata_topic_t *topic)
{
    return (struct admin_topic){
        .name = xstrdup(topic->topic),
        .partitions = topic->err ? 0 : topic->partition_cnt,
        .internal = is_internal(topic->topic),
        .error = topic->err ? xstrdup(rd_kafka_err2str(topic->err)) : NULL,
    };
}

static void topics_of(const rd_kafka_metadata_t *metadata, const char *only,
                      struct admin_topics *ret_topics)
{
    struct admin_topic *topics = xcalloc((size_t)metadata->topic_cnt, sizeof(*topics));
    size_t count = 0;

    for (int i = 0; i < metadata->topic_cnt; i++) {
        const rd_kafka_metadata_topic_t *topic = &metadata->topics[i];

        if (topic->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
            (only && strcmp(only, topic->topic) != 0))
            continue;
        topics[count++] = topic_of(topic);
    }
    if (count)
        qsort(topics, count, sizeof(*topics), by_name);
    *ret_topics = (struct admin_topics){topics, count};
}

int admin_list_topics(struct admin *a, const char *only, int64_t deadline_ms,
                      struct admin_topics *ret_topics, struct tern_error *err)
{
    int timeout_ms = admin_timeout_ms(deadline_ms);
    const rd_kafka_metadata_t *metadata;
    rd_kafka_resp_err_t code = admin_metadata(a, only, deadline_ms, &metadata);

    if (code)
        return admin_fail(a, "listing topics", code, NULL, timeout_ms, err);
    topics_of(metadata, only, ret_topics);
    rd_kafka_metadata_destroy(metadata);
    return 0;
}

const struct admin_topic *admin_topics_find(const struct admin_topics *topics, const char *name)
{
    struct admin_topic key = {.name = (char *)name};

    return topics->count ? bsearch(&key, topics->at, topics->count, sizeof(*topics->at), by_name)
                         : NULL;
}

void admin_topics_fini(struct admin_topics *topics)
{
    for (size_t i = 0; i < topics->count; i++) {
        free(topics->at[i].name);
        free(topics->at[i].error);
    }
    free(topics->at);
    *topics = (struct admin_topics){0};
}

/* ---- outcomes by topic ---- */

/* Puts each result in the place of its topic. names[i] is what was asked for at i. */
static struct admin_outcome *outcomes_of(const rd_kafka_topic_result_t **results, size_t answers,
                                         const char *const *names, size_t asked)
{
    struct admin_outcome *outcomes = xcalloc(asked, sizeof(*outcomes));
    CLEANUP(freep) bool *answered = xcalloc(asked, sizeof(*answered));

    for (size_t r = 0; r < answers; r++) {
        const char *name = rd_kafka_topic_result_name(results[r]);

        for (size_t i = 0; i < asked; i++) {
            if (answered[i] || strcmp(names[i], name) != 0)
                continue;
            answered[i] = true;
            outcomes[i] = admin_outcome_of(rd_kafka_topic_result_error(results[r]),
                                           rd_kafka_topic_result_error_string(results[r]));
            break;
        }
    }
    for (size_t i = 0; i < asked; i++) {
        if (!answered[i])
            outcomes[i] = admin_outcome_of(RD_KAFKA_RESP_ERR__FAIL, "the broker did not answer");
    }
    return outcomes;
}

static void set_operation_timeout(struct admin_call *call)
{
    enum {
        OPERATION_MS = 30 * 1000
    };
    char text[256];
    int left = admin_timeout_ms(call->deadline_ms);

    rd_kafka_AdminOptions_set_operation_timeout(
        call->options, left < OPERATION_MS ? left : OPERATION_MS, text, sizeof(text));
}

/* ---- creating ---- */

static void new_topics_destroy(rd_kafka_NewTopic_t **topics, size_t count)
{
    rd_kafka_NewTopic_destroy_array(topics, count);
    free(topics);
}

static int make_new_topics(const struct admin_new_topic *topics, size_t count,
                           rd_kafka_NewTopic_t **ret_made, struct tern_error *err)
{
    char text[256];

    for (size_t i = 0; i < count; i++) {
        const struct tern_config *config = &topics[i].config;

        ret_made[i] = rd_kafka_NewTopic_new(topics[i].name, topics[i].partitions,
                                            topics[i].replication_factor, text, sizeof(text));
        if (!ret_made[i])
            return tern_fail(err, TERN_EINVALID, "topic '%s': %s", topics[i].name, text);
        for (size_t k = 0; k < config->count; k++)
            rd_kafka_NewTopic_set_config(ret_made[i], config->entries[k].key,
                                         config->entries[k].value);
    }
    return 0;
}

int admin_create_topics(struct admin *a, const struct admin_new_topic *topics, size_t count,
                        bool validate_only, int64_t deadline_ms,
                        struct admin_outcome **ret_outcomes, struct tern_error *err)
{
    CLEANUP(admin_call_fini)
    struct admin_call call = admin_call_new(a->rk, RD_KAFKA_ADMIN_OP_CREATETOPICS, deadline_ms);
    CLEANUP(admin_event_destroyp) rd_kafka_event_t *event = NULL;
    rd_kafka_NewTopic_t **made = xcalloc(count, sizeof(rd_kafka_NewTopic_t *));
    CLEANUP(freep) const char **names = xcalloc(count, sizeof(*names));
    const rd_kafka_topic_result_t **results;
    char text[256];
    size_t answers;

    if (count == 0) { /* librdkafka refuses to ask for none */
        free(made);
        *ret_outcomes = NULL;
        return 0;
    }
    for (size_t i = 0; i < count; i++)
        names[i] = topics[i].name;
    if (make_new_topics(topics, count, made, err) < 0) {
        for (size_t i = 0; i < count && made[i]; i++)
            rd_kafka_NewTopic_destroy(made[i]);
        free(made);
        return -1;
    }
    set_operation_timeout(&call);
    rd_kafka_AdminOptions_set_validate_only(call.options, validate_only, text, sizeof(text));
    rd_kafka_CreateTopics(a->rk, made, count, call.options, call.queue);
    new_topics_destroy(made, count);
    if (admin_call_wait(a, &call, "creating topics", &event, err) < 0)
        return -1;
    results =
        rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &answers);
    *ret_outcomes = outcomes_of(results, answers, names, count);
    return 0;
}

static int make_new_partitions(const struct admin_new_partitions *topics, size_t count,
                               rd_kafka_NewPartitions_t **ret_made, struct tern_error *err)
{
    char text[256];

    for (size_t i = 0; i < count; i++) {
        ret_made[i] = rd_kafka_NewPartitions_new(topics[i].topic, (size_t)topics[i].total, text,
                                                 sizeof(text));
        if (!ret_made[i])
            return tern_fail(err, TERN_EINVALID, "topic '%s': %s", topics[i].topic, text);
    }
    return 0;
}

int admin_create_partitions(struct admin *a, const struct admin_new_partitions *topics,
                            size_t count, int64_t deadline_ms, struct admin_outcome **ret_outcomes,
                            struct tern_error *err)
{
    CLEANUP(admin_call_fini)
    struct admin_call call = admin_call_new(a->rk, RD_KAFKA_ADMIN_OP_CREATEPARTITIONS, deadline_ms);
    CLEANUP(admin_event_destroyp) rd_kafka_event_t *event = NULL;
    CLEANUP(freep)
    rd_kafka_NewPartitions_t **made = xcalloc(count, sizeof(rd_kafka_NewPartitions_t *));
    CLEANUP(freep) const char **names = xcalloc(count, sizeof(*names));
    const rd_kafka_topic_result_t **results;
    size_t answers;
    int rc;

    if (count == 0) {
        *ret_outcomes = NULL;
        return 0;
    }
    rc = make_new_partitions(topics, count, made, err);
    for (size_t i = 0; i < count; i++)
        names[i] = topics[i].topic;
    set_operation_timeout(&call);
    if (rc == 0)
        rd_kafka_CreatePartitions(a->rk, made, count, call.options, call.queue);
    for (size_t i = 0; i < count && made[i]; i++)
        rd_kafka_NewPartitions_destroy(made[i]);
    if (rc < 0 || admin_call_wait(a, &call, "adding partitions", &event, err) < 0)
        return -1;
    results = rd_kafka_CreatePartitions_result_topics(rd_kafka_event_CreatePartitions_result(event),
                                                      &answers);
    *ret_outcomes = outcomes_of(results, answers, names, count);
    return 0;
}

/* ---- describing ---- */

static struct admin_config config_of(const rd_kafka_ConfigEntry_t *entry)
{
    const char *value = rd_kafka_ConfigEntry_value(entry);

    return (struct admin_config){
        .name = xstrdup(rd_kafka_ConfigEntry_name(entry)),
        .value = value ? xstrdup(value) : NULL,
        .source = (enum admin_config_source)rd_kafka_ConfigEntry_source(entry),
        .read_only = rd_kafka_ConfigEntry_is_read_only(entry) == 1,
        .sensitive = rd_kafka_ConfigEntry_is_sensitive(entry) == 1,
        .is_default = rd_kafka_ConfigEntry_source(entry) == RD_KAFKA_CONFIG_SOURCE_DEFAULT_CONFIG,
    };
}

static void configs_of(const rd_kafka_ConfigResource_t *resource,
                       struct admin_topic_configs *ret_configs)
{
    size_t count;
    const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(resource, &count);

    ret_configs->outcome = admin_outcome_of(rd_kafka_ConfigResource_error(resource),
                                            rd_kafka_ConfigResource_error_string(resource));
    ret_configs->configs = xcalloc(count, sizeof(*ret_configs->configs));
    ret_configs->count = count;
    for (size_t i = 0; i < count; i++)
        ret_configs->configs[i] = config_of(entries[i]);
}

/* The results in the order of the question. */
static struct admin_topic_configs *sort_configs(const rd_kafka_ConfigResource_t **resources,
                                                size_t answers, const char *const *topics,
                                                size_t count)
{
    struct admin_topic_configs *configs = xcalloc(count, sizeof(*configs));

    for (size_t i = 0; i < count; i++) {
        size_t r = 0;

        configs[i].topic = xstrdup(topics[i]);
        while (r < answers && strcmp(rd_kafka_ConfigResource_name(resources[r]), topics[i]) != 0)
            r++;
        if (r < answers)
            configs_of(resources[r], &configs[i]);
        else
            configs[i].outcome =
                admin_outcome_of(RD_KAFKA_RESP_ERR__FAIL, "the broker did not answer");
    }
    return configs;
}

int admin_describe_topics(struct admin *a, const char *const *topics, size_t count,
                          int64_t deadline_ms, struct admin_topic_configs **ret_configs,
                          struct tern_error *err)
{
    CLEANUP(admin_call_fini)
    struct admin_call call = admin_call_new(a->rk, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, deadline_ms);
    CLEANUP(admin_event_destroyp) rd_kafka_event_t *event = NULL;
    CLEANUP(freep)
    rd_kafka_ConfigResource_t **asked = xcalloc(count, sizeof(rd_kafka_ConfigResource_t *));
    const rd_kafka_ConfigResource_t **resources;
    size_t answers;

    if (count == 0) {
        *ret_configs = NULL;
        return 0;
    }
    for (size_t i = 0; i < count; i++)
        asked[i] = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topics[i]);
    rd_kafka_DescribeConfigs(a->rk, asked, count, call.options, call.queue);
    rd_kafka_ConfigResource_destroy_array(asked, count);
    if (admin_call_wait(a, &call, "describing topics", &event, err) < 0)
        return -1;
    resources = rd_kafka_DescribeConfigs_result_resources(
        rd_kafka_event_DescribeConfigs_result(event), &answers);
    *ret_configs = sort_configs(resources, answers, topics, count);
    return 0;
}

void admin_topic_configs_free(struct admin_topic_configs *configs, size_t count)
{
    for (size_t i = 0; configs && i < count; i++) {
        for (size_t k = 0; k < configs[i].count; k++) {
            free(configs[i].configs[k].name);
            free(configs[i].configs[k].value);
        }
        free(configs[i].configs);
        free(configs[i].topic);
        free(configs[i].outcome.message);
    }
    free(configs);
}
