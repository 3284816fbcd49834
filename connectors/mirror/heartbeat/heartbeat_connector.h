/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* heartbeat_connector - MirrorHeartbeatConnector. Peer: the class of that name. Spec:
 * mirror-maker2.md 8. */
#include <tern/plugin.h>

extern const struct tern_connector_class heartbeat_connector_class;
extern const struct tern_source_task_class heartbeat_task_class;
