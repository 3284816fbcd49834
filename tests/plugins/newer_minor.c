/* SPDX-License-Identifier: Apache-2.0 */
/* newer_minor - a plugin that may call on services which this worker does not have. */
#include "tests/plugins/tiny.h"

static const struct tern_source_task_class task = TINY_TASK("org.tern.test.NewerTask");
static const struct tern_connector_class connector =
    TINY_CONNECTOR("org.tern.test.NewerConnector", &task);
static const struct tern_connector_class *const connectors[] = {&connector, NULL};

EXPORT const struct tern_plugin tern_plugin = {TERN_ABI_MAJOR, TERN_ABI_MINOR + 1,
                                               sizeof(struct tern_plugin), connectors};
