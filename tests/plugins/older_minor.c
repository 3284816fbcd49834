/* SPDX-License-Identifier: Apache-2.0 */
/* older_minor - a plugin built with the headers of ABI 1.0. */
#include "tests/plugins/abi_1_0.h"

#include "tests/plugins/tiny.h"

static const struct tern_source_task_class task = TINY_TASK("org.tern.test.OlderTask");
static const struct tern_connector_class connector =
    TINY_CONNECTOR("org.tern.test.OlderConnector", &task);
static const struct tern_connector_class *const connectors[] = {&connector, NULL};

EXPORT const struct tern_plugin tern_plugin = {TERN_ABI_MAJOR, TERN_ABI_MINOR,
                                               sizeof(struct tern_plugin), connectors};
