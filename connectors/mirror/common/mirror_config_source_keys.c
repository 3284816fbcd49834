/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mirror_config_source_keys - the keys of MirrorSourceConnector and of its tasks.
 * Peers: MirrorSourceConfig, MirrorSourceTaskConfig.
 */
#include "connectors/mirror/common/mirror_config_keys.h"

#include "connectors/mirror/common/mirror_config.h"
#include "connectors/mirror/common/property_filter.h"
#include "connectors/mirror/common/topic_filter.h"

static const char *const sides[] = {"source", "target", NULL};
static const char *const formats[] = {"legacy", "new", NULL};

static const struct tern_validator any_list = {.kind = TERN_VALID_LIST};
static const struct tern_validator side_validator = {.kind = TERN_VALID_ONE_OF, .strings = sides};
static const struct tern_validator format_validator = {
    .kind = TERN_VALID_LIST, .strings = formats, .flags = TERN_LIST_NOT_EMPTY};
static const struct tern_validator non_empty_list = {.kind = TERN_VALID_LIST,
                                                     .flags = TERN_LIST_NOT_EMPTY};

#define AT(field) offsetof(struct mirror_source_settings, field)

const struct tern_config_key mirror_config_source_keys[] = {
    {"topics", TERN_LIST, ".*", TERN_HIGH, TERN_UNBOUND,
     .doc = "Topics to mirror: names and regular expressions.", .validator = &any_list},
    {"topics.exclude", TERN_LIST, TOPIC_FILTER_EXCLUDE_DEFAULT, TERN_HIGH, TERN_UNBOUND,
     .doc = "Topics not to mirror: names and regular expressions. Excludes win.",
     .validator = &any_list},
    {"config.properties.exclude", TERN_LIST, PROPERTY_FILTER_EXCLUDE_DEFAULT, TERN_HIGH,
     TERN_UNBOUND, .doc = "Topic configs not to copy: names and regular expressions.",
     .validator = &any_list},
    {"topic.filter.class", TERN_CLASS, TOPIC_FILTER_DEFAULT, TERN_LOW, TERN_UNBOUND,
     .doc = "The filter of topics: DefaultTopicFilter."},
    {"config.property.filter.class", TERN_CLASS, PROPERTY_FILTER_DEFAULT, TERN_LOW, TERN_UNBOUND,
     .doc = "The filter of topic configs: DefaultConfigPropertyFilter."},
    {"consumer.poll.timeout.ms", TERN_LONG, "1000", TERN_LOW, AT(poll_timeout_ms),
     .doc = "How long a task waits for records of the source."},
    {"refresh.topics.enabled", TERN_BOOL, "true", TERN_LOW, AT(refresh_topics),
     .doc = "Whether to look for new topics and partitions from time to time."},
    {"refresh.topics.interval.seconds", TERN_LONG, "600", TERN_LOW, AT(refresh_topics_interval_s),
     .doc = "How often to look for new topics and partitions."},
    {"sync.topic.configs.enabled", TERN_BOOL, "true", TERN_LOW, AT(sync_topic_configs),
     .doc = "Whether to copy the configs of topics from time to time."},
    {"sync.topic.configs.interval.seconds", TERN_LONG, "600", TERN_LOW,
     AT(sync_topic_configs_interval_s), .doc = "How often to copy the configs of topics."},
    {"sync.topic.acls.enabled", TERN_BOOL, "true", TERN_LOW, AT(sync_topic_acls),
     .doc = "Whether to copy the ACLs of topics from time to time."},
    {"sync.topic.acls.interval.seconds", TERN_LONG, "600", TERN_LOW, AT(sync_topic_acls_interval_s),
     .doc = "How often to copy the ACLs of topics."},
    {"replication.factor", TERN_INT, "2", TERN_LOW, AT(replication_factor),
     .doc = "Replication factor of new remote topics; -1: the target's default."},
    {"offset-syncs.topic.replication.factor", TERN_SHORT, "3", TERN_LOW,
     AT(offset_syncs_replication_factor), .doc = "Replication factor of the offset-syncs topic."},
    {"offset.lag.max", TERN_LONG, "100", TERN_LOW, AT(offset_lag_max),
     .doc = "How far a remote partition may get ahead of its last offset sync."},
    {"offset-syncs.topic.location", TERN_STRING, "source", TERN_LOW, AT(offset_syncs_location),
     .doc = "The cluster that holds the offset-syncs topic.", .validator = &side_validator},
    {"emit.offset-syncs.enabled", TERN_BOOL, "true", TERN_LOW, AT(emit_offset_syncs),
     .doc = "Whether to write offset syncs; without them no offset can be translated."},
    {"heartbeats.replication.enabled", TERN_BOOL, "true", TERN_LOW, AT(replicate_heartbeats),
     .doc = "Whether heartbeat topics are mirrored whatever the topic filter says."},
    {"metric.names.formats", TERN_LIST, "legacy", TERN_LOW, AT(metric_names_formats),
     .doc = "Under which names metrics are reported: legacy, new, or both.",
     .validator = &format_validator},
    TERN_END,
};

const struct tern_config_key mirror_config_source_task_keys[] = {
    {MIRROR_TASK_PARTITIONS, TERN_LIST, NULL, TERN_LOW, AT(task_partitions),
     .doc = "The partitions of the source that the task reads.", .flags = TERN_REQUIRED,
     .validator = &non_empty_list},
    {MIRROR_TASK_INDEX, TERN_STRING, "?", TERN_LOW, AT(task_index),
     .doc = "The number of the task."},
    TERN_END,
};
