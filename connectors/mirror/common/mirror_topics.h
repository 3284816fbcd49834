/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * mirror_topics - creates topics, also on a cluster that has fewer brokers than a default asks for.
 *
 * A replication factor that nobody has asked for gives way: where the cluster cannot have it, the
 * topic gets the cluster's own, and that is said. Peer: none; Java's topics are left to the
 * cluster's auto.create.topics.enable then. Thread: any.
 */
#include "lib/base/macros.h"
#include "lib/kafka/admin.h"

struct mirror_factor {
    int16_t value;
    bool is_given; /* in the configuration */
};

/* value: that of key, or its default. */
struct mirror_factor mirror_factor_of(const struct tern_config *config, const char *key,
                                      int64_t value);

/*
 * As admin_create_topics(); is_given: of the replication factors of specs. Those that give way are
 * created in one more call. Errors: likewise.
 */
int mirror_create_topics(struct admin *a, const struct admin_new_topic *specs, size_t count,
                         bool is_given, int64_t deadline_ms, struct admin_outcome **ret_outcomes,
                         struct tern_error *err) MUST_CHECK;

/*
 * Creates a compacted topic of one partition. One that exists is left as it is, and one that we may
 * not create is taken to exist (spec mirror-maker2.md 6.6). Logs a creation.
 * Errors: whatever else the broker says, the topic named.
 */
int mirror_create_compacted_topic(struct admin *a, const char *topic, struct mirror_factor factor,
                                  int64_t deadline_ms, struct tern_error *err) MUST_CHECK;
