/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mirror_config_common_keys - what the three mirror connectors have in common.
 * Peer: org.apache.kafka.connect.mirror.MirrorConnectorConfig.
 */
#include "connectors/mirror/common/mirror_config_keys.h"

#include "connectors/mirror/common/mirror_config.h"
#include "connectors/mirror/common/replication_policy.h"

static const char *const protocols[] = {"SASL_SSL", "PLAINTEXT", "SSL", "SASL_PLAINTEXT", NULL};

static const struct tern_validator any_list = {.kind = TERN_VALID_LIST};
static const struct tern_validator protocol_validator = {.kind = TERN_VALID_ONE_OF_ANY_CASE,
                                                         .strings = protocols};

#define AT(field) offsetof(struct mirror_settings, field)

const struct tern_config_key mirror_config_common_keys[] = {
    {"enabled", TERN_BOOL, "true", TERN_LOW, AT(enabled),
     .doc = "Whether this flow from the source to the target is on."},
    {"source.cluster.alias", TERN_STRING, NULL, TERN_HIGH, AT(source_alias),
     .doc = "The name of the source cluster, in remote topics and metrics.",
     .flags = TERN_REQUIRED},
    {"target.cluster.alias", TERN_STRING, "target", TERN_HIGH, AT(target_alias),
     .doc = "The name of the target cluster, in internal topics and metrics."},
    {"admin.timeout.ms", TERN_LONG, "60000", TERN_LOW, AT(admin_timeout_ms),
     .doc = "How long an administrative job, such as finding new topics, may take."},
    {"replication.policy.class", TERN_CLASS, REPLICATION_POLICY_DEFAULT, TERN_LOW, TERN_UNBOUND,
     .doc =
         "The policy that names remote topics: DefaultReplicationPolicy or IdentityReplicationPolicy."},
    {"replication.policy.separator", TERN_STRING, ".", TERN_LOW, TERN_UNBOUND,
     .doc = "What stands between the alias and the topic in the name of a remote topic."},
    {"replication.policy.internal.topic.separator.enabled", TERN_BOOL, "true", TERN_LOW,
     TERN_UNBOUND,
     .doc = "Whether the separator, if one is set, is also used in the names of internal topics."},
    {"forwarding.admin.class", TERN_CLASS, MIRROR_FORWARDING_ADMIN, TERN_LOW, TERN_UNBOUND,
     .doc = "The admin client that changes clusters: ForwardingAdmin."},
    {"metric.reporters", TERN_LIST, "org.apache.kafka.common.metrics.JmxReporter", TERN_LOW,
     AT(metric_reporters), .doc = "Reporters of metrics under their former names.",
     .validator = &any_list},
    {"security.protocol", TERN_STRING, "PLAINTEXT", TERN_MEDIUM, TERN_UNBOUND,
     .doc = "How to talk to brokers; the clients use the settings of their cluster.",
     .validator = &protocol_validator},
    {"config.providers", TERN_LIST, "", TERN_LOW, TERN_UNBOUND,
     .doc = "Names of config providers; passed through.", .validator = &any_list},
    TERN_END,
};
