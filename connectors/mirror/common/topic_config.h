/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * topic_config - which configs of a source topic its remote topic gets, at creation and later.
 *
 * Pure. Peer: MirrorSourceConnector.updateTopicConfigs(), .targetConfig(). Difference: an entry
 * without a value is left out at creation and reset by a sync, where Java throws.
 */
#include "connectors/mirror/common/property_filter.h"
#include "lib/base/strmap.h"
#include "lib/kafka/admin.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether an entry is considered at all: not read-only, not sensitive, not from a broker's
 * server.properties, and not excluded.
 */
bool topic_config_is_eligible(const struct admin_config *entry,
                              const struct property_filter *filter);

/* Sets in ret_config what a new remote topic is created with. */
void topic_config_for_creation(const struct admin_config *entries, size_t count,
                               const struct property_filter *filter, struct strmap *ret_config);

/* One incremental change of a remote topic's config. */
struct topic_config_op {
    const char *name;  /* borrowed from the entries */
    const char *value; /* NULL: DELETE, back to the target's default; else SET */
};

/* Fills ret_ops[count] with the changes of a sync, in the order of the entries; returns how many.
 */
size_t topic_config_for_sync(const struct admin_config *entries, size_t count,
                             const struct property_filter *filter, struct topic_config_op *ret_ops);

/* What a sync really changes on the target. */
struct topic_config_change {
    const char *name;   /* borrowed, as are the values */
    const char *value;  /* NULL: back to the target's default */
    const char *before; /* NULL: not set on the topic */
};

/*
 * Fills ret_changes[count] with those of ops that change a topic whose configs are there; returns
 * how many. What is set on the topic itself counts, not what a broker's default happens to be.
 */
size_t topic_config_diff(const struct topic_config_op *ops, size_t count,
                         const struct admin_config *there, size_t there_count,
                         struct topic_config_change *ret_changes);
