/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* mirror_config_keys - the tables that the definitions of mirror_config.h are made of. */
#include <tern/config.h>

/* Every connector's: name, connector.class, ... (ConnectorConfig). Bound in struct mirror_settings.
 */
extern const struct tern_config_key mirror_config_base_keys[];
/* The mirror connectors': enabled, aliases, ... Bound in struct mirror_settings. */
extern const struct tern_config_key mirror_config_common_keys[];
/* Bound in the settings of each connector. */
extern const struct tern_config_key mirror_config_source_keys[];
extern const struct tern_config_key mirror_config_checkpoint_keys[];
extern const struct tern_config_key mirror_config_heartbeat_keys[];
/* Bound in the same structs. */
extern const struct tern_config_key mirror_config_source_task_keys[];
extern const struct tern_config_key mirror_config_checkpoint_task_keys[];
/* Keys that Java does not have: "tern.*". Bound in the settings of the tasks. */
extern const struct tern_config_key mirror_config_source_own_keys[];
extern const struct tern_config_key mirror_config_checkpoint_own_keys[];
