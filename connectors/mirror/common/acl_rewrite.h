/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * acl_rewrite - the ACL that a remote topic gets for one of its source topic.
 *
 * Pure. Peer: MirrorSourceConnector.shouldReplicateAcl(), .targetAclBinding(). Nobody but the
 * mirror may write to a remote topic: ALLOW WRITE is dropped, ALLOW ALL becomes ALLOW READ.
 */
#include "connectors/mirror/common/replication_policy.h"

#include <stdbool.h>

/* Kafka's codes, which are also those of librdkafka's enums. */
enum acl_pattern {
    ACL_LITERAL = 3,
    ACL_PREFIXED = 4
};
enum acl_permission {
    ACL_DENY = 2,
    ACL_ALLOW = 3
};
enum acl_operation {
    ACL_ALL = 2,
    ACL_READ = 3,
    ACL_WRITE = 4
};

/* What decides of a binding whose resource is a topic; principal and host stay as they are. */
struct acl_topic_binding {
    const char *topic;
    int pattern;    /* enum acl_pattern, or another code of Kafka */
    int permission; /* enum acl_permission */
    int operation;  /* enum acl_operation, or another code of Kafka */
};

/*
 * False: the binding is not copied. replicates: whether the topic it names is mirrored. On true
 * the copy, a LITERAL one with the same permission, is for *ret_topic, which the caller frees,
 * and *ret_operation.
 */
bool acl_rewrite(const struct acl_topic_binding *binding, bool replicates,
                 const struct replication_policy *policy, const char *source_alias,
                 char **ret_topic, int *ret_operation);
