/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * mirror_config - the keys of the three mirror connectors and their tasks, bound.
 *
 * The keys are tables in mirror_config_*_keys.c. Each settings struct holds the common settings
 * first, a copy of the configuration it was bound from, and the memory that its strings live in.
 * Peers: MirrorConnectorConfig, MirrorSourceConfig, MirrorCheckpointConfig, MirrorHeartbeatConfig,
 * MirrorSourceTaskConfig, MirrorCheckpointTaskConfig.
 *
 * Settings are immutable after they were bound. Thread: any.
 */
#include "lib/base/macros.h"
#include "lib/base/strmap.h"

#include <stdbool.h>
#include <stdint.h>

#include <tern/config.h>
#include <tern/error.h>

#define MIRROR_SOURCE_CONNECTOR     "org.apache.kafka.connect.mirror.MirrorSourceConnector"
#define MIRROR_CHECKPOINT_CONNECTOR "org.apache.kafka.connect.mirror.MirrorCheckpointConnector"
#define MIRROR_HEARTBEAT_CONNECTOR  "org.apache.kafka.connect.mirror.MirrorHeartbeatConnector"
#define MIRROR_SOURCE_TASK          "org.apache.kafka.connect.mirror.MirrorSourceTask"
#define MIRROR_CHECKPOINT_TASK      "org.apache.kafka.connect.mirror.MirrorCheckpointTask"
#define MIRROR_HEARTBEAT_TASK       "org.apache.kafka.connect.mirror.MirrorHeartbeatTask"
#define MIRROR_FORWARDING_ADMIN     "org.apache.kafka.clients.admin.ForwardingAdmin"

/* What task configurations hold beyond the connector's. */
#define MIRROR_TASK_PARTITIONS      "task.assigned.partitions"
#define MIRROR_TASK_GROUPS          "task.assigned.groups"
#define MIRROR_TASK_INDEX           "task.index"

/* Definitions for struct tern_connector_class.config and REST: they end with NULL. */
extern const struct tern_config_key *const mirror_source_tables[];
extern const struct tern_config_key *const mirror_checkpoint_tables[];
extern const struct tern_config_key *const mirror_heartbeat_tables[];
/*
 * Keys that Java does not have, "tern.*": not in the tables above, which REST shows. End with NULL.
 */
extern const struct tern_config_key *const mirror_source_own_tables[];
extern const struct tern_config_key *const mirror_checkpoint_own_tables[];
/* The first tables, those keys, and what a task's configuration has beyond. */
extern const struct tern_config_key *const mirror_source_task_tables[];
extern const struct tern_config_key *const mirror_checkpoint_task_tables[];

struct config_memory;

/* Intervals are as configured; see mirror_interval_ms(). */
struct mirror_settings {
    struct strmap config; /* all entries as given: policies, filters, clients, task configs */
    struct config_memory *memory; /* what bound strings and lists live in */

    const char *name;
    int32_t tasks_max;
    bool enabled;
    const char *source_alias;
    const char *target_alias;
    int64_t admin_timeout_ms;
    struct tern_list metric_reporters;
};

struct mirror_source_settings {
    struct mirror_settings common;
    int64_t poll_timeout_ms;
    bool refresh_topics;
    int64_t refresh_topics_interval_s;
    bool sync_topic_configs;
    int64_t sync_topic_configs_interval_s;
    bool sync_topic_acls;
    int64_t sync_topic_acls_interval_s;
    int32_t replication_factor;
    int16_t offset_syncs_replication_factor;
    int64_t offset_lag_max;
    const char *offset_syncs_location; /* "source" or "target" */
    bool emit_offset_syncs;
    bool replicate_heartbeats;
    struct tern_list metric_names_formats;
    /* Tasks only, else empty and NULL. */
    struct tern_list task_partitions;
    const char *task_index;
    bool tight_syncs;
    int64_t tight_syncs_interval_ms;
};

struct mirror_checkpoint_settings {
    struct mirror_settings common;
    int64_t poll_timeout_ms;
    bool refresh_groups;
    int64_t refresh_groups_interval_s;
    bool emit_checkpoints;
    int64_t emit_checkpoints_interval_s;
    bool sync_group_offsets;
    int64_t sync_group_offsets_interval_s;
    int16_t checkpoints_replication_factor;
    const char *offset_syncs_location; /* "source" or "target" */
    struct tern_list metric_names_formats;
    /* Tasks only, else empty and NULL. */
    struct tern_list task_groups;
    const char *task_index;
    bool tight_translation;
    int64_t translation_memory_syncs;
    int64_t exposure_interval_s;
    int64_t metrics_log_ms;
};

struct mirror_heartbeat_settings {
    struct mirror_settings common;
    bool emit_heartbeats;
    int64_t emit_heartbeats_interval_s;
    int16_t heartbeats_replication_factor;
};

/*
 * Bind a connector's configuration, or a task's; config is copied. The caller releases
 * *ret_settings with mirror_settings_fini(). Errors: TERN_EINVALID, the first wrong key.
 */
int mirror_source_settings_bind(const struct tern_config *config,
                                struct mirror_source_settings *ret_settings,
                                struct tern_error *err) MUST_CHECK;
int mirror_source_task_settings_bind(const struct tern_config *config,
                                     struct mirror_source_settings *ret_settings,
                                     struct tern_error *err) MUST_CHECK;
int mirror_checkpoint_settings_bind(const struct tern_config *config,
                                    struct mirror_checkpoint_settings *ret_settings,
                                    struct tern_error *err) MUST_CHECK;
int mirror_checkpoint_task_settings_bind(const struct tern_config *config,
                                         struct mirror_checkpoint_settings *ret_settings,
                                         struct tern_error *err) MUST_CHECK;
int mirror_heartbeat_settings_bind(const struct tern_config *config,
                                   struct mirror_heartbeat_settings *ret_settings,
                                   struct tern_error *err) MUST_CHECK;
/* Releases what the settings own: &settings->common. Zeroed settings are a no-op. */
void mirror_settings_fini(struct mirror_settings *settings);

/* A view of all entries as given, borrowed from the settings. */
struct tern_config mirror_settings_config(const struct mirror_settings *settings);
/* "formats" holds word: what to do with metric.names.formats. */
bool mirror_list_has(const struct tern_list *list, const char *word);

/*
 * A period in milliseconds of a job that is switched and timed by two keys: -1 when it is off
 * or interval_s is negative; no more than INT64_MAX. 0 stays 0, which scheduled jobs must refuse.
 */
int64_t mirror_interval_ms(bool is_enabled, int64_t interval_s);
