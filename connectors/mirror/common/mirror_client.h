/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * mirror_client - the settings of each Kafka client that the mirror opens, from a connector's.
 *
 * Pure. Peer: MirrorConnectorConfig.sourceConsumerConfig() and its like, .entityLabel().
 */
#include "lib/base/strmap.h"

#include <stdbool.h>

#include <tern/config.h>

enum mirror_client {
    MIRROR_REPLICATION_SOURCE_ADMIN,
    MIRROR_REPLICATION_TARGET_ADMIN,
    MIRROR_REPLICATION_CONSUMER,
    MIRROR_OFFSET_SYNCS_SOURCE_ADMIN,
    MIRROR_OFFSET_SYNCS_TARGET_ADMIN,
    MIRROR_OFFSET_SYNCS_SOURCE_PRODUCER,
    MIRROR_OFFSET_SYNCS_TARGET_PRODUCER,
    MIRROR_OFFSET_SYNCS_SOURCE_CONSUMER,
    MIRROR_OFFSET_SYNCS_TARGET_CONSUMER,
    MIRROR_CHECKPOINT_SOURCE_ADMIN,
    MIRROR_CHECKPOINT_TARGET_ADMIN,
    MIRROR_CHECKPOINTS_TARGET_CONSUMER,
    MIRROR_HEARTBEATS_TARGET_ADMIN,
    /* Ours, not Java's: source_ids.h. */
    MIRROR_TOPIC_IDS_TARGET_ADMIN,
    MIRROR_TOPIC_IDS_TARGET_CONSUMER,
    MIRROR_TOPIC_IDS_TARGET_PRODUCER,
    MIRROR_CLIENT_COUNT,
};

enum mirror_side {
    MIRROR_SOURCE,
    MIRROR_TARGET
};

/* The side that holds the offset-syncs topic, from the text of offset-syncs.topic.location. */
enum mirror_side mirror_offset_syncs_side(const char *location);

/*
 * Sets in ret_settings the client's settings as a Java client takes them, client.id included.
 * connector: the connector's configuration, or the task's when is_task (its client.id holds the
 * number of the task: task.index, "?" when absent). Entries without a value are left out.
 */
void mirror_client_config(const struct tern_config *connector, enum mirror_client client,
                          bool is_task, struct strmap *ret_settings);

/*
 * isolation.level of the consumer that reads the source, as configured; NULL when it is not.
 * Borrowed from connector.
 */
const char *mirror_client_isolation_level(const struct tern_config *connector);

/*
 * Whether key is one of the client settings that may be set for a whole cluster:
 * bootstrap.servers, security.protocol, and every ssl.* and sasl.* key of Kafka's clients.
 */
bool mirror_client_is_shared_key(const char *key);
