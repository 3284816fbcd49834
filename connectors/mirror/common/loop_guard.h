/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * loop_guard - what tells that a mirror goes round in a circle. Pure.
 *
 * The default policy sees circles by the names of topics, as long as every cluster goes by one
 * alias. Where it does not, names grow for ever: "A.A.A.orders". The identity policy keeps names,
 * so only the records can tell: where a mirror in the other direction is found, each gets a header
 * that names the cluster it comes from, and is not mirrored to, or again from, a cluster that it
 * has been on. Java duplicates for ever. Spec: mirror-maker2.md 3.2.
 */
#include "connectors/mirror/common/replication_policy.h"
#include "lib/base/slice.h"

#include <stdbool.h>

/* The header: one for each hop, its value an alias. */
#define LOOP_GUARD_HEADER "tern-mirrored-from"

/* Whether the policy keeps the names of ordinary topics. */
bool loop_guard_keeps_names(const struct replication_policy *policy, const char *source_alias);
/* Whether the topic of the source was mirrored from there twice in a row already. */
bool loop_guard_is_runaway(const struct replication_policy *policy, const char *source_alias,
                           const char *topic);
/* Whether a record with that header has been on one of the two clusters of a flow. */
bool loop_guard_has_been(struct slice value, const char *source_alias, const char *target_alias);
