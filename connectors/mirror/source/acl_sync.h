/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * acl_sync - gives remote topics the ACLs of their source topics, but that nobody may write.
 *
 * acl_rewrite.h says which and how. ACLs are only ever added. Spec: mirror-maker2.md 4.6.
 * Difference: what the target has already is not sent again, and what is added is logged.
 * Thread: one at a time.
 */
#include "connectors/mirror/common/replication_policy.h"
#include "lib/base/macros.h"
#include "lib/kafka/admin.h"

struct acl_sync {
    struct admin *source, *target;
    const struct replication_policy *policy;
    const char *source_alias, *target_alias;
    bool (*replicates)(void *arg, const char *topic);
    void *arg;
    bool told_disabled; /* said that a cluster has no authorizer */
};

/* One round. Errors: a cluster cannot be reached, or reading the source's ACLs is not allowed. */
int acl_sync_run(struct acl_sync *sync, int64_t deadline_ms, struct tern_error *err) MUST_CHECK;
