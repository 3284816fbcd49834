/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* checkpoint_connector - MirrorCheckpointConnector. Peer: the class of that name. Spec:
 * mirror-maker2.md 7. */
#include <tern/plugin.h>

extern const struct tern_connector_class checkpoint_connector_class;
extern const struct tern_source_task_class checkpoint_task_class;
