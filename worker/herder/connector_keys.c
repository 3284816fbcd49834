/* SPDX-License-Identifier: Apache-2.0 */
/*
 * connector_keys - the settings that every connector has, those of sources and those of sinks.
 * Peers: ConnectorConfig, SourceConnectorConfig, SinkConnectorConfig.
 */
#include "worker/herder/connector_keys.h"

#include "lib/base/macros.h"
#include "lib/conf/config_def.h"
#include "lib/conf/config_value.h"
#include "lib/conf/regex.h"

#define WORDS(kind_, ...)                                 \
    {                                                     \
        .kind = (kind_), .strings = (const char *const[]) \
        {                                                 \
            __VA_ARGS__, NULL                             \
        }                                                 \
    }
#define CUSTOM(fn, text)                                                \
    {                                                                   \
        .kind = TERN_VALID_CUSTOM, .check = (fn), .description = (text) \
    }

static const struct tern_validator valid_name = {.kind = TERN_VALID_NON_EMPTY_NO_CONTROL};
static const struct tern_validator valid_text = {.kind = TERN_VALID_NON_EMPTY};
static const struct tern_validator at_least_1 = {
    .kind = TERN_VALID_RANGE, .min = 1, .max = INT64_MAX};
static const struct tern_validator valid_reload = WORDS(TERN_VALID_ONE_OF, "none", "restart");
static const struct tern_validator valid_tolerance = WORDS(TERN_VALID_ONE_OF, "none", "all");
static const struct tern_validator valid_exactly_once =
    WORDS(TERN_VALID_ONE_OF_ANY_CASE, "REQUIRED", "REQUESTED");
static const struct tern_validator valid_boundary =
    WORDS(TERN_VALID_ONE_OF_ANY_CASE, "INTERVAL", "POLL", "CONNECTOR");

/* A list of names, none of them twice. */
static int check_aliases(const char *key, const char *value, struct tern_error *err)
{
    CLEANUP(config_value_fini) struct config_value list = CONFIG_VALUE_INIT;

    if (!value)
        return tern_fail(err, TERN_EINVALID, "entry must be non null"); /* peer text */
    if (config_value_parse(key, TERN_LIST, value, &list, err) < 0)
        return -1;
    if (config_value_has_duplicates(&list))
        return tern_fail(err, TERN_EINVALID, "Duplicate alias provided."); /* peer text */
    return 0;
}

/* At least 0, or null: the worker's flush interval. */
static int check_interval(const char *key, const char *value, struct tern_error *err)
{
    CLEANUP(config_value_fini) struct config_value number = CONFIG_VALUE_INIT;

    if (config_value_parse(key, TERN_LONG, value, &number, err) < 0)
        return -1;
    if (!number.is_null && number.integer < 0)
        return tern_fail(err, TERN_EINVALID, "Value must be at least 0"); /* peer text */
    return 0;
}

/* Which classes there are is the task's to find out. */
static int check_any(const char *key, const char *value, struct tern_error *err)
{
    (void)key;
    (void)value;
    (void)err;
    return 0;
}

/* "" is a pattern too. */
static int check_regex(const char *key, const char *value, struct tern_error *err)
{
    struct regex *re = NULL;
    struct tern_error why;

    (void)key;
    if (!value || regex_compile(value, &re, &why) < 0)
        return tern_fail(err, TERN_EINVALID, "Invalid regex: %s", value ? why.msg : "null");
    regex_free(re);
    return 0;
}

static const struct tern_validator valid_topics = {.kind = TERN_VALID_LIST};
static const struct tern_validator valid_regex = CUSTOM(check_regex, "valid regex");
static const struct tern_validator valid_interval = CUSTOM(check_interval, "[0,...]");
static const struct tern_validator valid_transforms =
    CUSTOM(check_aliases, "non-null string, unique transformation aliases");
static const struct tern_validator valid_predicates =
    CUSTOM(check_aliases, "non-null string, unique predicate aliases");
static const struct tern_validator valid_groups =
    CUSTOM(check_aliases, "non-null string, unique topic creation groups");
static const struct tern_validator valid_converter =
    CUSTOM(check_any, "A concrete subclass of org.apache.kafka.connect.storage.Converter, A class "
                      "with a public, no-argument constructor");
static const struct tern_validator valid_header_converter =
    CUSTOM(check_any, "A concrete subclass of org.apache.kafka.connect.storage.HeaderConverter, A "
                      "class with a public, no-argument constructor");

#define AT(field) offsetof(struct connector_settings, field)
static const struct tern_config_key common_keys[] = {
    {"name", TERN_STRING, NULL, TERN_HIGH, AT(name), "Name of the connector, unique among all.",
     .flags = TERN_REQUIRED, .validator = &valid_name, .group = "Common", .order = 1,
     .width = TERN_WIDTH_MEDIUM, .display_name = "Connector name"},
    {"connector.class", TERN_STRING, NULL, TERN_HIGH, AT(class_name),
     "Class of the connector, or its alias.", .flags = TERN_REQUIRED, .group = "Common", .order = 2,
     .width = TERN_WIDTH_LONG, .display_name = "Connector class"},
    {"connector.plugin.version", TERN_STRING, NULL, TERN_MEDIUM, TERN_UNBOUND,
     "Version of the connector.", .group = "Common", .order = 3, .width = TERN_WIDTH_MEDIUM,
     .display_name = "Connector version"},
    {"tasks.max", TERN_INT, "1", TERN_HIGH, AT(tasks_max),
     "Most tasks that the connector may have.", .validator = &at_least_1, .group = "Common",
     .order = 4, .width = TERN_WIDTH_SHORT, .display_name = "Tasks max"},
    {"tasks.max.enforce", TERN_BOOL, "true", TERN_LOW, AT(enforce_tasks_max),
     "Whether a connector that makes more tasks than that fails.", .group = "Common", .order = 5,
     .width = TERN_WIDTH_SHORT, .display_name = "Enforce tasks max"},
    {"key.converter", TERN_CLASS, NULL, TERN_LOW, TERN_UNBOUND,
     "Converter of record keys; the worker's if left out.", .validator = &valid_converter,
     .group = "Common", .order = 6, .width = TERN_WIDTH_SHORT,
     .display_name = "Key converter class"},
    {"key.converter.plugin.version", TERN_STRING, NULL, TERN_LOW, TERN_UNBOUND,
     "Version of the key converter.", .group = "Common", .order = 7, .width = TERN_WIDTH_SHORT,
     .display_name = "Key converter version"},
    {"value.converter", TERN_CLASS, NULL, TERN_LOW, TERN_UNBOUND,
     "Converter of record values; the worker's if left out.", .validator = &valid_converter,
     .group = "Common", .order = 8, .width = TERN_WIDTH_SHORT,
     .display_name = "Value converter class"},
    {"value.converter.plugin.version", TERN_STRING, NULL, TERN_LOW, TERN_UNBOUND,
     "Version of the value converter.", .group = "Common", .order = 9, .width = TERN_WIDTH_SHORT,
     .display_name = "Value converter version"},
    {"header.converter", TERN_CLASS, NULL, TERN_LOW, TERN_UNBOUND,
     "Converter of record headers; the worker's if left out.", .validator = &valid_header_converter,
     .group = "Common", .order = 10, .width = TERN_WIDTH_SHORT,
     .display_name = "Header converter class"},
    {"header.converter.plugin.version", TERN_STRING, NULL, TERN_LOW, TERN_UNBOUND,
     "Version of the header converter.", .group = "Common", .order = 11, .width = TERN_WIDTH_SHORT,
     .display_name = "Header converter version"},
    {"transforms", TERN_LIST, "", TERN_LOW, AT(transforms),
     "Aliases of the transformations that records go through.", .validator = &valid_transforms,
     .group = "Transforms", .order = 12, .width = TERN_WIDTH_LONG, .display_name = "Transforms"},
    {"predicates", TERN_LIST, "", TERN_LOW, AT(predicates),
     "Aliases of the predicates that transformations use.", .validator = &valid_predicates,
     .group = "Predicates", .order = 13, .width = TERN_WIDTH_LONG, .display_name = "Predicates"},
    {"config.action.reload", TERN_STRING, "restart", TERN_LOW, TERN_UNBOUND,
     "What is done when a value from a config provider expires.", .validator = &valid_reload,
     .group = "Common", .order = 14, .width = TERN_WIDTH_MEDIUM, .display_name = "Reload Action"},
    {"errors.retry.timeout", TERN_LONG, "0", TERN_MEDIUM, TERN_UNBOUND,
     "How long a failed operation is tried again, in ms; -1: for ever.", .group = "Error Handling",
     .order = 1, .width = TERN_WIDTH_MEDIUM, .display_name = "Retry Timeout for Errors"},
    {"errors.retry.delay.max.ms", TERN_LONG, "60000", TERN_MEDIUM, TERN_UNBOUND,
     "Longest wait between two attempts.", .group = "Error Handling", .order = 2,
     .width = TERN_WIDTH_MEDIUM, .display_name = "Maximum Delay Between Retries for Errors"},
    {"errors.tolerance", TERN_STRING, "none", TERN_MEDIUM, TERN_UNBOUND,
     "Whether records that fail are skipped.", .validator = &valid_tolerance,
     .group = "Error Handling", .order = 3, .width = TERN_WIDTH_SHORT,
     .display_name = "Error Tolerance"},
    {"errors.log.enable", TERN_BOOL, "false", TERN_MEDIUM, TERN_UNBOUND,
     "Whether each failed operation is logged.", .group = "Error Handling", .order = 4,
     .width = TERN_WIDTH_SHORT, .display_name = "Log Errors"},
    {"errors.log.include.messages", TERN_BOOL, "false", TERN_MEDIUM, TERN_UNBOUND,
     "Whether the record is logged with it.", .group = "Error Handling", .order = 5,
     .width = TERN_WIDTH_SHORT, .display_name = "Log Error Details"},
    TERN_END,
};

static const struct tern_config_key source_keys[] = {
    {"topic.creation.groups", TERN_LIST, "", TERN_LOW, TERN_UNBOUND,
     "Names of groups of topics that the worker creates.", .validator = &valid_groups,
     .group = "Topic Creation", .order = 1, .width = TERN_WIDTH_LONG,
     .display_name = "Topic Creation Groups"},
    {"exactly.once.support", TERN_STRING, "requested", TERN_MEDIUM, AT(exactly_once),
     "Whether the connector must be able to deliver exactly once.",
     .validator = &valid_exactly_once, .group = "Exactly Once Support", .order = 2,
     .width = TERN_WIDTH_SHORT, .display_name = "Exactly once support"},
    {"transaction.boundary", TERN_STRING, "poll", TERN_MEDIUM, TERN_UNBOUND,
     "When transactions of a task end.", .validator = &valid_boundary,
     .group = "Exactly Once Support", .order = 3, .width = TERN_WIDTH_SHORT,
     .display_name = "Transaction Boundary"},
    {"transaction.boundary.interval.ms", TERN_LONG, NULL, TERN_LOW, TERN_UNBOUND,
     "Time between two ends; the worker's flush interval if left out.",
     .validator = &valid_interval, .group = "Exactly Once Support", .order = 4,
     .width = TERN_WIDTH_SHORT, .display_name = "Transaction boundary interval"},
    {"offsets.storage.topic", TERN_STRING, NULL, TERN_LOW, AT(offsets_topic),
     "Topic of the connector's own for its offsets.", .validator = &valid_text,
     .group = "offsets.topic", .order = 1, .width = TERN_WIDTH_LONG,
     .display_name = "Offsets topic"},
    TERN_END,
};
#undef AT

static const struct tern_config_key sink_keys[] = {
    {"topics", TERN_LIST, "", TERN_HIGH, TERN_UNBOUND, "Topics that are read.",
     .validator = &valid_topics, .group = "Common", .order = 4, .width = TERN_WIDTH_LONG,
     .display_name = "Topics"},
    {"topics.regex", TERN_STRING, "", TERN_HIGH, TERN_UNBOUND,
     "Regular expression of the topics that are read.", .validator = &valid_regex,
     .group = "Common", .order = 4, .width = TERN_WIDTH_LONG, .display_name = "Topics regex"},
    {"errors.deadletterqueue.topic.name", TERN_STRING, "", TERN_MEDIUM, TERN_UNBOUND,
     "Topic that gets the records that fail; none if empty.", .group = "Error Handling", .order = 6,
     .width = TERN_WIDTH_MEDIUM, .display_name = "Dead Letter Queue Topic Name"},
    {"errors.deadletterqueue.topic.replication.factor", TERN_SHORT, "3", TERN_MEDIUM, TERN_UNBOUND,
     "Replicas of that topic when the worker creates it.", .group = "Error Handling", .order = 7,
     .width = TERN_WIDTH_MEDIUM, .display_name = "Dead Letter Queue Topic Replication Factor"},
    {"errors.deadletterqueue.context.headers.enable", TERN_BOOL, "false", TERN_MEDIUM, TERN_UNBOUND,
     "Whether these records get headers that tell what failed.", .group = "Error Handling",
     .order = 8, .width = TERN_WIDTH_MEDIUM, .display_name = "Enable Error Context Headers"},
    TERN_END,
};

const struct tern_config_key *const connector_common_tables[] = {common_keys, NULL};
const struct tern_config_key *const connector_source_tables[] = {common_keys, source_keys, NULL};
const struct tern_config_key *const connector_sink_tables[] = {common_keys, sink_keys, NULL};

int connector_settings_bind(const struct tern_config *config,
                            struct connector_settings *ret_settings,
                            struct config_memory **ret_memory, struct tern_error *err)
{
    struct connector_settings settings = {.tasks_max = 1, .enforce_tasks_max = true};

    if (config_bind(connector_source_tables, config, &settings, ret_memory, err) < 0)
        return -1;
    *ret_settings = settings;
    return 0;
}
