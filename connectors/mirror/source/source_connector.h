/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* source_connector - MirrorSourceConnector. Peer: the class of that name. Spec: mirror-maker2.md 4.
 */
#include <tern/plugin.h>

extern const struct tern_connector_class source_connector_class;
extern const struct tern_source_task_class source_task_class;
