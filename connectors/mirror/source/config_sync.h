/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * config_sync - keeps the configs of remote topics in step with those of their source topics.
 *
 * Both sides are read and only what differs is changed (topic_config.h says how), by
 * IncrementalAlterConfigs: what is excluded, or set on the target alone, stays as it is. Every
 * change is logged with the value that was there. Spec: mirror-maker2.md 4.4. Difference: Java
 * sends some thirty operations for each topic in every round, and tells none.
 * Thread: one at a time, but for config_sync_cancel().
 */
#include "connectors/mirror/common/property_filter.h"
#include "lib/base/macros.h"
#include "lib/kafka/admin.h"

struct wire_client;

struct config_sync_topic {
    const char *source;
    const char *remote;
};

struct config_sync {
    struct admin *source, *target;
    struct wire_client *wire; /* to the target */
    const struct property_filter *filter;
    const char *target_alias;
};

/*
 * One round. A topic that either side does not have (yet) is passed over; one that cannot be
 * changed is a warning. Errors: a cluster cannot be reached; TERN_EINVALID: the target does not
 * know IncrementalAlterConfigs.
 */
int config_sync_run(const struct config_sync *sync, const struct config_sync_topic *topics,
                    size_t count, int64_t deadline_ms, struct tern_error *err) MUST_CHECK;
