/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * remote_topics - makes the target have every remote topic, with the source's partitions.
 *
 * Used by the connector in each round, and by a task before it starts, which so learns why a
 * topic that it needs cannot be created. Spec: mirror-maker2.md 4.3, 4.4. Thread: one at a time.
 */
#include "connectors/mirror/common/mirror_config.h"
#include "connectors/mirror/common/mirror_topics.h"
#include "connectors/mirror/common/property_filter.h"
#include "lib/base/macros.h"
#include "lib/kafka/admin.h"

struct remote_topic {
    const char *source; /* name on the source */
    const char *remote; /* name on the target */
    int32_t partitions; /* on the source */
};

/* The source's admin, opened when it is first needed. */
typedef int remote_topics_source(void *arg, struct admin **ret_admin, struct tern_error *err);

/* Told of each topic that could not be made as wanted. */
typedef void remote_topics_fault(void *arg, const struct remote_topic *topic, const char *why);

struct remote_topics {
    struct admin *target;
    remote_topics_source *source;
    remote_topics_fault *fault;
    void *arg; /* of both */
    const struct property_filter *filter;
    struct mirror_factor factor;
};

/* The replication factor of remote topics. */
struct mirror_factor remote_topics_factor(const struct mirror_source_settings *settings);

/*
 * Lists the target, creates what is missing with the partitions and the configs of the source,
 * adds partitions where there are fewer; never takes any away. *ret_changed: something was missing.
 * Errors: a cluster cannot be reached, or the source's configs cannot be read.
 */
int remote_topics_ensure(const struct remote_topics *r, const struct remote_topic *wanted,
                         size_t count, int64_t deadline_ms, bool *ret_changed,
                         struct tern_error *err) MUST_CHECK;
