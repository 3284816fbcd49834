/* SPDX-License-Identifier: Apache-2.0 */
/* bad_classes - one sound class among several that lack something. */
#include "tests/plugins/tiny.h"

static const struct tern_source_task_class task = TINY_TASK("org.tern.test.SoundTask");
static const struct tern_source_task_class short_task = {.size = 16, .name = "org.tern.test.Short"};
static const struct tern_source_task_class no_poll = {.size = sizeof(struct tern_source_task_class),
                                                      .name = "org.tern.test.NoPoll",
                                                      .start = tiny_start,
                                                      .stop = tiny_stop};

static const struct tern_connector_class sound =
    TINY_CONNECTOR("org.tern.test.SoundConnector", &task);
static const struct tern_connector_class no_task =
    TINY_CONNECTOR("org.tern.test.NoTaskConnector", NULL);
static const struct tern_connector_class with_short_task =
    TINY_CONNECTOR("org.tern.test.ShortTaskConnector", &short_task);
static const struct tern_connector_class with_no_poll =
    TINY_CONNECTOR("org.tern.test.NoPollConnector", &no_poll);
static const struct tern_connector_class no_name = TINY_CONNECTOR("", &task);
static const struct tern_connector_class too_short = {.size = 8};
static const struct tern_connector_class no_start = {
    .size = sizeof(struct tern_connector_class),
    .name = "org.tern.test.NoStartConnector",
    .config_key_size = sizeof(struct tern_config_key),
    .config = tiny_tables,
    .source_task = &task,
};
static const struct tern_connector_class no_tables = {
    .size = sizeof(struct tern_connector_class),
    .name = "org.tern.test.NoTablesConnector",
    .config_key_size = sizeof(struct tern_config_key),
    .source_task = &task,
    .start = tiny_start,
    .task_configs = tiny_task_configs,
    .stop = tiny_stop,
};
static const struct tern_connector_class small_keys = {
    .size = sizeof(struct tern_connector_class),
    .name = "org.tern.test.SmallKeysConnector",
    .config_key_size = 8,
    .config = tiny_tables,
    .source_task = &task,
    .start = tiny_start,
    .task_configs = tiny_task_configs,
    .stop = tiny_stop,
};

static const struct tern_connector_class *const connectors[] = {
    &no_task,   &with_short_task, &with_no_poll, &no_name,    &sound,
    &too_short, &no_start,        &no_tables,    &small_keys, NULL,
};

EXPORT const struct tern_plugin tern_plugin = {TERN_ABI_MAJOR, TERN_ABI_MINOR,
                                               sizeof(struct tern_plugin), connectors};
