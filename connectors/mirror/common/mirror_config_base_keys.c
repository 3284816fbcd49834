/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mirror_config_base_keys - the keys of every connector, as a mirror connector shows them.
 * Peer: org.apache.kafka.connect.runtime.ConnectorConfig.
 */
#include "connectors/mirror/common/mirror_config_keys.h"

#include <string.h>

#include "connectors/mirror/common/mirror_config.h"
#include "lib/conf/config_value.h"

/* What the worker checks, which knows all plugins; only shown here. */
static int accept(const char *key, const char *value, struct tern_error *err)
{
    (void)key, (void)value, (void)err;
    return 0;
}

static int check_aliases(const char *key, const char *value, struct tern_error *err)
{
    CLEANUP(config_value_fini) struct config_value aliases = CONFIG_VALUE_INIT;

    if (!value)
        return tern_fail(err, TERN_EINVALID, "entry must be non null"); /* peer text */
    if (config_value_parse(key, TERN_LIST, value, &aliases, err) < 0)
        return -1;
    if (config_value_has_duplicates(&aliases))
        return tern_fail(err, TERN_EINVALID, "Duplicate alias provided."); /* peer text */
    return 0;
}

static const char *const reload_actions[] = {"none", "restart", NULL};
static const char *const tolerances[] = {"none", "all", NULL};

static const struct tern_validator name_validator = {.kind = TERN_VALID_NON_EMPTY_NO_CONTROL};
static const struct tern_validator at_least_one = {
    .kind = TERN_VALID_RANGE, .min = 1, .max = INT64_MAX};
static const struct tern_validator version_validator = {
    .kind = TERN_VALID_CUSTOM,
    .check = accept,
    .description = "org.apache.kafka.connect.runtime.ConnectorConfig$PluginVersionValidator"};
static const struct tern_validator converter_validator = {
    .kind = TERN_VALID_CUSTOM,
    .check = accept,
    .description = "A concrete subclass of org.apache.kafka.connect.storage.Converter, "
                   "A class with a public, no-argument constructor"};
static const struct tern_validator header_converter_validator = {
    .kind = TERN_VALID_CUSTOM,
    .check = accept,
    .description = "A concrete subclass of org.apache.kafka.connect.storage.HeaderConverter, "
                   "A class with a public, no-argument constructor"};
static const struct tern_validator transform_aliases = {
    .kind = TERN_VALID_CUSTOM,
    .check = check_aliases,
    .description = "non-null string, unique transformation aliases"};
static const struct tern_validator predicate_aliases = {
    .kind = TERN_VALID_CUSTOM,
    .check = check_aliases,
    .description = "non-null string, unique predicate aliases"};
static const struct tern_validator reload_validator = {.kind = TERN_VALID_ONE_OF,
                                                       .strings = reload_actions};
static const struct tern_validator tolerance_validator = {.kind = TERN_VALID_ONE_OF,
                                                          .strings = tolerances};

#define AT(field) offsetof(struct mirror_settings, field)
#define COMMON    "Common"
#define ERRORS    "Error Handling"

const struct tern_config_key mirror_config_base_keys[] = {
    {"name", TERN_STRING, NULL, TERN_HIGH, AT(name),
     .doc = "The connector's name, unique in the cluster.", .flags = TERN_REQUIRED,
     .validator = &name_validator, .group = COMMON, .order = 1, .width = TERN_WIDTH_MEDIUM,
     .display_name = "Connector name"},
    {"connector.class", TERN_STRING, NULL, TERN_HIGH, TERN_UNBOUND,
     .doc = "The connector's class, in full or its last part.", .flags = TERN_REQUIRED,
     .group = COMMON, .order = 2, .width = TERN_WIDTH_LONG, .display_name = "Connector class"},
    {"connector.plugin.version", TERN_STRING, NULL, TERN_MEDIUM, TERN_UNBOUND,
     .doc = "The versions of the connector that may be used; the latest that is there by default.",
     .validator = &version_validator, .group = COMMON, .order = 3, .width = TERN_WIDTH_MEDIUM,
     .display_name = "Connector version"},
    {"tasks.max", TERN_INT, "1", TERN_HIGH, AT(tasks_max),
     .doc = "The most tasks that the connector may have.", .validator = &at_least_one,
     .group = COMMON, .order = 4, .width = TERN_WIDTH_SHORT, .display_name = "Tasks max"},
    {"tasks.max.enforce", TERN_BOOL, "true", TERN_LOW, TERN_UNBOUND,
     .doc = "Whether a connector fails that asks for more tasks than tasks.max.", .group = COMMON,
     .order = 5, .width = TERN_WIDTH_SHORT, .display_name = "Enforce tasks max"},
    {"key.converter", TERN_CLASS, NULL, TERN_LOW, TERN_UNBOUND,
     .doc =
         "The converter of record keys; the worker's by default. Mirrors need ByteArrayConverter.",
     .validator = &converter_validator, .group = COMMON, .order = 6, .width = TERN_WIDTH_SHORT,
     .display_name = "Key converter class"},
    {"key.converter.plugin.version", TERN_STRING, NULL, TERN_LOW, TERN_UNBOUND,
     .doc = "The versions of the key converter that may be used.", .validator = &version_validator,
     .group = COMMON, .order = 7, .width = TERN_WIDTH_SHORT,
     .display_name = "Key converter version"},
    {"value.converter", TERN_CLASS, NULL, TERN_LOW, TERN_UNBOUND,
     .doc =
         "The converter of record values; the worker's by default. Mirrors need ByteArrayConverter.",
     .validator = &converter_validator, .group = COMMON, .order = 8, .width = TERN_WIDTH_SHORT,
     .display_name = "Value converter class"},
    {"value.converter.plugin.version", TERN_STRING, NULL, TERN_LOW, TERN_UNBOUND,
     .doc = "The versions of the value converter that may be used.",
     .validator = &version_validator, .group = COMMON, .order = 9, .width = TERN_WIDTH_SHORT,
     .display_name = "Value converter version"},
    {"header.converter", TERN_CLASS, NULL, TERN_LOW, TERN_UNBOUND,
     .doc =
         "The converter of record headers; the worker's by default. Mirrors need ByteArrayConverter.",
     .validator = &header_converter_validator, .group = COMMON, .order = 10,
     .width = TERN_WIDTH_SHORT, .display_name = "Header converter class"},
    {"header.converter.plugin.version", TERN_STRING, NULL, TERN_LOW, TERN_UNBOUND,
     .doc = "The versions of the header converter that may be used.",
     .validator = &version_validator, .group = COMMON, .order = 11, .width = TERN_WIDTH_SHORT,
     .display_name = "Header converter version"},
    {"transforms", TERN_LIST, "", TERN_LOW, TERN_UNBOUND,
     .doc = "Aliases of the transformations of records, in order.", .validator = &transform_aliases,
     .group = "Transforms", .order = 12, .width = TERN_WIDTH_LONG, .display_name = "Transforms"},
    {"predicates", TERN_LIST, "", TERN_LOW, TERN_UNBOUND,
     .doc = "Aliases of the predicates that transformations use.", .validator = &predicate_aliases,
     .group = "Predicates", .order = 13, .width = TERN_WIDTH_LONG, .display_name = "Predicates"},
    {"config.action.reload", TERN_STRING, "restart", TERN_LOW, TERN_UNBOUND,
     .doc = "What to do when a value that a config provider gave has changed.",
     .validator = &reload_validator, .group = COMMON, .order = 14, .width = TERN_WIDTH_MEDIUM,
     .display_name = "Reload Action"},
    {"errors.retry.timeout", TERN_LONG, "0", TERN_MEDIUM, TERN_UNBOUND,
     .doc = "For how long a failed operation is tried again, in ms; 0: not at all, -1: forever.",
     .group = ERRORS, .order = 1, .width = TERN_WIDTH_MEDIUM,
     .display_name = "Retry Timeout for Errors"},
    {"errors.retry.delay.max.ms", TERN_LONG, "60000", TERN_MEDIUM, TERN_UNBOUND,
     .doc = "The longest wait between two attempts.", .group = ERRORS, .order = 2,
     .width = TERN_WIDTH_MEDIUM, .display_name = "Maximum Delay Between Retries for Errors"},
    {"errors.tolerance", TERN_STRING, "none", TERN_MEDIUM, TERN_UNBOUND,
     .doc = "What becomes of a record that fails: none fails the task, all skips the record.",
     .validator = &tolerance_validator, .group = ERRORS, .order = 3, .width = TERN_WIDTH_SHORT,
     .display_name = "Error Tolerance"},
    {"errors.log.enable", TERN_BOOL, "false", TERN_MEDIUM, TERN_UNBOUND,
     .doc = "Whether failures that are tolerated are logged too.", .group = ERRORS, .order = 4,
     .width = TERN_WIDTH_SHORT, .display_name = "Log Errors"},
    {"errors.log.include.messages", TERN_BOOL, "false", TERN_MEDIUM, TERN_UNBOUND,
     .doc = "Whether the record that failed is logged too.", .group = ERRORS, .order = 5,
     .width = TERN_WIDTH_SHORT, .display_name = "Log Error Details"},
    TERN_END,
};
