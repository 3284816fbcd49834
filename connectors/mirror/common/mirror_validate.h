/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * mirror_validate - what is checked of a connector's configuration beyond single keys.
 *
 * For struct tern_connector_class.validate and .exactly_once. Pure. Thread: any. Peers:
 * MirrorSourceConnector.validate() and .exactlyOnceSupport(), MirrorCheckpointConnector.validate().
 * Flags are compared with "false" as text, as Java does: "FALSE" passes. Classes that are not
 * known here are faults of their keys, which in Java their type finds.
 */
#include <tern/plugin.h>

void mirror_validate_source(const struct tern_config *config, tern_config_fault *fault, void *arg);
void mirror_validate_checkpoint(const struct tern_config *config, tern_config_fault *fault,
                                void *arg);
void mirror_validate_heartbeat(const struct tern_config *config, tern_config_fault *fault,
                               void *arg);

/* Supported only when the source is read with isolation.level=read_committed, in those letters. */
enum tern_exactly_once mirror_exactly_once_source(const struct tern_config *config);
