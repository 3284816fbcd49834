/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * topology - what the names of a cluster's topics tell of mirrors. Pure. Thread: any.
 * Peer: org.apache.kafka.connect.mirror.MirrorClient. Spec: mirror-maker2.md 9.
 */
#include "connectors/mirror/common/replication_policy.h"

#include <stddef.h>

/* Whether topic is a mirror; source: of that cluster, NULL: of any. */
bool topology_is_remote(const struct replication_policy *policy, const char *topic,
                        const char *source);

/* The clusters that a heartbeat topic came through, nearest first; each once. */
struct topology_path {
    char **clusters;
    size_t count;
};
/* ret_path is released by topology_path_fini(). */
void topology_path_of(const struct replication_policy *policy, const char *topic,
                      struct topology_path *ret_path);
void topology_path_fini(struct topology_path *path);

/* The place of cluster on the way of a heartbeat topic, from 1; -1: not on it, or the way is a
 * circle that closes before. */
int topology_hops(const struct replication_policy *policy, const char *topic, const char *cluster);
