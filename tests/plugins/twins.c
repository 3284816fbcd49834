/* SPDX-License-Identifier: Apache-2.0 */
/*
 * twins - aliases that two classes claim: SameConnector in two packages, and PairConnector
 * beside Pair. TwinSource has a name that ends otherwise.
 */
#include "tests/plugins/tiny.h"

static const struct tern_source_task_class task = TINY_TASK("org.tern.test.TwinTask");
static const struct tern_connector_class one = TINY_CONNECTOR("org.tern.one.SameConnector", &task);
static const struct tern_connector_class two = TINY_CONNECTOR("org.tern.two.SameConnector", &task);
static const struct tern_connector_class pair = TINY_CONNECTOR("org.tern.test.Pair", &task);
static const struct tern_connector_class pair_connector =
    TINY_CONNECTOR("org.tern.test.PairConnector", &task);
static const struct tern_connector_class inner =
    TINY_CONNECTOR("org.tern.test.Outer$InnerConnector", &task);
static const struct tern_connector_class *const connectors[] = {&two,  &one,   &pair_connector,
                                                                &pair, &inner, NULL};

EXPORT const struct tern_plugin tern_plugin = {TERN_ABI_MAJOR, TERN_ABI_MINOR,
                                               sizeof(struct tern_plugin), connectors};
