/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mirror_config_checkpoint_keys - the keys of MirrorCheckpointConnector and of its tasks.
 * Peers: MirrorCheckpointConfig, MirrorCheckpointTaskConfig.
 */
#include "connectors/mirror/common/mirror_config_keys.h"

#include "connectors/mirror/common/group_filter.h"
#include "connectors/mirror/common/mirror_config.h"
#include "connectors/mirror/common/topic_filter.h"

static const char *const sides[] = {"source", "target", NULL};
static const char *const formats[] = {"legacy", "new", NULL};

static const struct tern_validator any_list = {.kind = TERN_VALID_LIST};
static const struct tern_validator side_validator = {.kind = TERN_VALID_ONE_OF, .strings = sides};
static const struct tern_validator format_validator = {
    .kind = TERN_VALID_LIST, .strings = formats, .flags = TERN_LIST_NOT_EMPTY};
static const struct tern_validator non_empty_list = {.kind = TERN_VALID_LIST,
                                                     .flags = TERN_LIST_NOT_EMPTY};

#define AT(field) offsetof(struct mirror_checkpoint_settings, field)

const struct tern_config_key mirror_config_checkpoint_keys[] = {
    {"consumer.poll.timeout.ms", TERN_LONG, "1000", TERN_LOW, AT(poll_timeout_ms),
     .doc = "The step in which a task waits for its next round of checkpoints."},
    {"groups", TERN_LIST, ".*", TERN_HIGH, TERN_UNBOUND,
     .doc = "Consumer groups to checkpoint: names and regular expressions.",
     .validator = &any_list},
    {"groups.exclude", TERN_LIST, GROUP_FILTER_EXCLUDE_DEFAULT, TERN_HIGH, TERN_UNBOUND,
     .doc = "Consumer groups not to checkpoint: names and regular expressions. Excludes win.",
     .validator = &any_list},
    {"group.filter.class", TERN_CLASS, GROUP_FILTER_DEFAULT, TERN_LOW, TERN_UNBOUND,
     .doc = "The filter of consumer groups: DefaultGroupFilter."},
    {"refresh.groups.enabled", TERN_BOOL, "true", TERN_LOW, AT(refresh_groups),
     .doc = "Whether to look for new consumer groups from time to time."},
    {"refresh.groups.interval.seconds", TERN_LONG, "600", TERN_LOW, AT(refresh_groups_interval_s),
     .doc = "How often to look for new consumer groups."},
    {"emit.checkpoints.enabled", TERN_BOOL, "true", TERN_LOW, AT(emit_checkpoints),
     .doc = "Whether to write the offsets of consumer groups, translated, to the target."},
    {"emit.checkpoints.interval.seconds", TERN_LONG, "60", TERN_LOW,
     AT(emit_checkpoints_interval_s), .doc = "How often to write checkpoints."},
    {"sync.group.offsets.enabled", TERN_BOOL, "false", TERN_LOW, AT(sync_group_offsets),
     .doc = "Whether to commit translated offsets for groups that have no member on the target."},
    {"sync.group.offsets.interval.seconds", TERN_LONG, "60", TERN_LOW,
     AT(sync_group_offsets_interval_s), .doc = "How often to commit translated offsets."},
    {"checkpoints.topic.replication.factor", TERN_SHORT, "3", TERN_LOW,
     AT(checkpoints_replication_factor), .doc = "Replication factor of the checkpoints topic."},
    {"offset-syncs.topic.location", TERN_STRING, "source", TERN_LOW, AT(offset_syncs_location),
     .doc = "The cluster that holds the offset-syncs topic; as in the source connector.",
     .validator = &side_validator},
    {"topic.filter.class", TERN_CLASS, TOPIC_FILTER_DEFAULT, TERN_LOW, TERN_UNBOUND,
     .doc = "The filter of topics: DefaultTopicFilter, which reads topics and topics.exclude."},
    {"metric.names.formats", TERN_LIST, "legacy", TERN_LOW, AT(metric_names_formats),
     .doc = "Under which names metrics are reported: legacy, new, or both.",
     .validator = &format_validator},
    TERN_END,
};

const struct tern_config_key mirror_config_checkpoint_task_keys[] = {
    {MIRROR_TASK_GROUPS, TERN_LIST, NULL, TERN_LOW, AT(task_groups),
     .doc = "The consumer groups that the task checkpoints.", .flags = TERN_REQUIRED,
     .validator = &non_empty_list},
    {MIRROR_TASK_INDEX, TERN_STRING, "?", TERN_LOW, AT(task_index),
     .doc = "The number of the task."},
    TERN_END,
};
