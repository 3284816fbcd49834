/* SPDX-License-Identifier: Apache-2.0 */
/* mirror_config_heartbeat_keys - the keys of MirrorHeartbeatConnector. Peer: MirrorHeartbeatConfig.
 */
#include "connectors/mirror/common/mirror_config_keys.h"

#include "connectors/mirror/common/mirror_config.h"

#define AT(field) offsetof(struct mirror_heartbeat_settings, field)

const struct tern_config_key mirror_config_heartbeat_keys[] = {
    {"emit.heartbeats.enabled", TERN_BOOL, "true", TERN_LOW, AT(emit_heartbeats),
     .doc = "Whether to write heartbeats to the target."},
    {"emit.heartbeats.interval.seconds", TERN_LONG, "1", TERN_LOW, AT(emit_heartbeats_interval_s),
     .doc = "How often to write a heartbeat."},
    {"heartbeats.topic.replication.factor", TERN_SHORT, "3", TERN_LOW,
     AT(heartbeats_replication_factor), .doc = "Replication factor of the heartbeats topic."},
    TERN_END,
};
