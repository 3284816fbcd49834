/* SPDX-License-Identifier: Apache-2.0 */
/* good_later - the class of good.c in a later version. */
#include "tests/plugins/tiny.h"

static const struct tern_source_task_class task = TINY_TASK("org.tern.test.GoodSourceTask");
static const struct tern_connector_class connector = {
    .size = sizeof(struct tern_connector_class),
    .name = "org.tern.test.GoodSourceConnector",
    .version = "1.10",
    .config_key_size = sizeof(struct tern_config_key),
    .config = tiny_tables,
    .source_task = &task,
    .start = tiny_start,
    .task_configs = tiny_task_configs,
    .stop = tiny_stop,
};
static const struct tern_connector_class *const connectors[] = {&connector, NULL};

EXPORT const struct tern_plugin tern_plugin = {TERN_ABI_MAJOR, TERN_ABI_MINOR,
                                               sizeof(struct tern_plugin), connectors};
