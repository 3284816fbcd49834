/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * worker_config - the 133 settings of a distributed worker, and what its clients get of them.
 *
 * All are accepted with their types, defaults and validators; those that mean nothing outside
 * a JVM are said once. Peer: org.apache.kafka.connect.runtime.distributed.DistributedConfig.
 * Spec: connect-distributed.md 1.2, 13. Pure, but for worker_config_note(). Thread: any.
 */
#include "lib/base/macros.h"
#include "lib/base/strmap.h"

#include <stdint.h>

#include <tern/config.h>
#include <tern/plugin.h>

extern const struct tern_config_key worker_connect_keys[];
extern const struct tern_config_key worker_rest_keys[];
extern const struct tern_config_key worker_client_keys[];
/* All of them; ends with NULL. */
extern const struct tern_config_key *const worker_tables[];

struct config_memory;

/* exactly.once.source.support. Spec: connect-distributed.md 12.1. */
enum exactly_once {
    EXACTLY_ONCE_DISABLED,
    EXACTLY_ONCE_PREPARING, /* the leader writes the config topic in transactions */
    EXACTLY_ONCE_ENABLED,   /* and source tasks write records and offsets in transactions */
};

/* Those that the herder uses. Immutable after worker_config_bind(). */
struct worker_settings {
    const char *group_id;
    const char *client_id;
    struct tern_list bootstrap_servers;
    const char *config_topic;
    const char *offset_topic;
    const char *status_topic;
    const char *connect_protocol;
    const char *exactly_once;
    int32_t session_timeout_ms;
    int32_t rebalance_timeout_ms;
    int32_t heartbeat_interval_ms;
    int32_t sync_timeout_ms;
    int32_t unsync_backoff_ms;
    int32_t rebalance_max_delay_ms;
    int64_t task_shutdown_timeout_ms;
    bool topic_tracking;
    bool topic_tracking_reset;
    const char *key_algorithm;
    int32_t key_size_bits; /* 0: the algorithm's own */
    int32_t key_ttl_ms;
    const char *signature_algorithm;
    struct tern_list verification_algorithms;
    struct tern_list plugin_path;
};

/*
 * Checks a worker's configuration, variables resolved, as a whole, and binds it; fault (may be
 * NULL) is told every fault before the call fails. The settings live in *ret_memory.
 */
int worker_config_bind(const struct tern_config *config, struct worker_settings *ret_settings,
                       tern_config_fault *fault, void *arg, struct config_memory **ret_memory,
                       struct tern_error *err) MUST_CHECK;

enum exactly_once worker_exactly_once(const struct worker_settings *settings);

/* Logs, at INFO, the settings given in config that have no meaning here. */
void worker_config_note(const struct tern_config *config);

/* "<group.id>-" or "<group.id>-<client.id>-": what the ids of internal clients start with. To be
 * freed. */
char *worker_client_id_base(const struct worker_settings *settings);

/*
 * Settings of the clients of internal topics: what the worker's configuration says without
 * prefix and Connect does not keep for itself, with a client id.
 */
void worker_client_config(const struct tern_config *worker, const char *client_id,
                          struct strmap *out);
