/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * cluster_state_priv - how the replay builds snapshots: connector states are counted and
 * copied when one that was published has to change.
 */
#include "worker/store/cluster_state.h"

/* Nothing known of it: no config, no commit. The caller owns one reference. */
struct connector_state *connector_state_new(const char *name);
struct connector_state *connector_state_ref(struct connector_state *c);
/* NULL is a no-op. */
void connector_state_unref(struct connector_state *c);
/* *slot for writing: itself when nobody else holds it, or a copy that takes its place. */
struct connector_state *connector_state_writable(struct connector_state **slot);
/* Makes the tasks known at least known, the new ones NULL. */
void connector_state_grow_tasks(struct connector_state *c, int32_t known);
void connector_state_drop_tasks(struct connector_state *c);

/*
 * A snapshot of connectors (sorted; a reference of each is taken, the array is too) and of a
 * copy of session_key, which may be NULL.
 */
const struct cluster_state *cluster_state_new(int64_t offset, struct connector_state **connectors,
                                              size_t count, const struct session_key *session_key);
