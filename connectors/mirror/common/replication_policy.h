/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * replication_policy - how mirrored and internal topics are named, and what follows from names.
 *
 * Two policies: Default ("source.topic") and Identity (names kept, but for heartbeats). A further
 * one is a row of policies[] in the .c. Peers: org.apache.kafka.connect.mirror.ReplicationPolicy,
 * DefaultReplicationPolicy, IdentityReplicationPolicy, MirrorSourceConnector.isCycle().
 *
 * Immutable after replication_policy_new(). Strings returned as `char *` are owned by the caller;
 * NULL is Java's null: the topic is no remote topic. Thread: any.
 */
#include "lib/base/macros.h"

#include <stdbool.h>

#include <tern/config.h>
#include <tern/error.h>

#define REPLICATION_POLICY_DEFAULT "org.apache.kafka.connect.mirror.DefaultReplicationPolicy"

#define REPLICATION_POLICIES \
    REPLICATION_POLICY_DEFAULT ", org.apache.kafka.connect.mirror.IdentityReplicationPolicy"

struct replication_policy;

/*
 * Makes the policy that replication.policy.class of config names (the Java class name or its
 * last part; the default when absent), configured by replication.policy.separator,
 * replication.policy.internal.topic.separator.enabled and source.cluster.alias of config.
 * Borrows config for the call. Errors: TERN_EINVALID for an unknown class, in Java's words.
 */
int replication_policy_new(const struct tern_config *config, struct replication_policy **ret_policy,
                           struct tern_error *err) MUST_CHECK;
/* NULL is a no-op. */
void replication_policy_free(struct replication_policy *policy);
/* For CLEANUP. */
void replication_policy_freep(struct replication_policy **policy);
/* Whether replication_policy_new() would know the class. */
bool replication_policy_is_known(const char *class_name);

/* The name that topic of cluster source_alias has on the target. Never NULL. */
char *replication_policy_format_remote(const struct replication_policy *policy,
                                       const char *source_alias, const char *topic);
/* The alias of the cluster that topic was mirrored from; may be "". */
char *replication_policy_topic_source(const struct replication_policy *policy, const char *topic);
/* The name of topic on the cluster it was mirrored from. */
char *replication_policy_upstream_topic(const struct replication_policy *policy, const char *topic);
/* The name of topic on the cluster where it began; topic itself when it is not remote. Never NULL.
 */
char *replication_policy_original_topic(const struct replication_policy *policy, const char *topic);

/* "heartbeats", static. */
const char *replication_policy_heartbeats_topic(const struct replication_policy *policy);
/* The offset-syncs topic that is named after cluster_alias, the other cluster. Never NULL. */
char *replication_policy_offset_syncs_topic(const struct replication_policy *policy,
                                            const char *cluster_alias);
/* The checkpoints topic, on the target, of source cluster cluster_alias. Never NULL. */
char *replication_policy_checkpoints_topic(const struct replication_policy *policy,
                                           const char *cluster_alias);

bool replication_policy_is_heartbeats_topic(const struct replication_policy *policy,
                                            const char *topic);
bool replication_policy_is_checkpoints_topic(const struct replication_policy *policy,
                                             const char *topic);
bool replication_policy_is_mm2_internal_topic(const struct replication_policy *policy,
                                              const char *topic);
/* MM2's own topics and those whose name starts with "__" or ".". */
bool replication_policy_is_internal_topic(const struct replication_policy *policy,
                                          const char *topic);

/* Whether topic came through cluster target_alias, so that mirroring it there closes a circle. */
bool replication_policy_is_cycle(const struct replication_policy *policy, const char *topic,
                                 const char *target_alias);
/*
 * Whether topic is to be mirrored to target_alias. passes_filter: the topic filter's answer;
 * heartbeats_enabled: heartbeats.replication.enabled, heartbeat topics need not pass the filter.
 */
bool replication_policy_replicates(const struct replication_policy *policy, const char *topic,
                                   const char *target_alias, bool passes_filter,
                                   bool heartbeats_enabled);
