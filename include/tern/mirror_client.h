/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * mirror_client - what a mirror has left on a cluster: which clusters are mirrored to it, which of
 * its topics are mirrors, and how far consumer groups of another cluster have come, as offsets of
 * this one. For programs that fail over; no worker is needed. Link with -ltern-mirror-client.
 *
 * Peers: org.apache.kafka.connect.mirror.MirrorClient, RemoteClusterUtils. Differences: reading
 * checkpoints that takes too long fails instead of giving the part that was read; an alias without
 * checkpoints topic is an error.
 *
 * Arguments are borrowed for the call, and so is what the callbacks are given. A client is used
 * by one thread at a time; each call takes timeout_ms at most, and then fails with TERN_ETIMEOUT.
 * Nothing is written to the cluster, and no topic created.
 */
#include <tern/config.h>
#include <tern/error.h>

#include <stdbool.h>
#include <stdint.h>

struct tern_mirror_client;

/*
 * Opens a client for one cluster. config: entries in any order; bootstrap.servers, security.*,
 * ssl.*, sasl.*, each also with the prefix admin. or consumer., and replication.policy.*; others
 * are left out. With the identity policy, source.cluster.alias says where topics come from. The
 * caller closes *ret_client. Errors: TERN_EINVALID.
 */
int tern_mirror_client_open(const struct tern_config *config,
                            struct tern_mirror_client **ret_client, struct tern_error *err);
/*
 * The same from a .properties file; variables of config providers are resolved. cluster: the file
 * is an mm2.properties, and this the alias of one of its clusters; NULL: it holds the client's
 * settings as they are. Errors: TERN_EINVALID, with file and key.
 */
int tern_mirror_client_open_file(const char *path, const char *cluster,
                                 struct tern_mirror_client **ret_client, struct tern_error *err);
/* NULL is a no-op. */
void tern_mirror_client_close(struct tern_mirror_client *client);

typedef void tern_mirror_name_fn(void *arg, const char *name);

/* Topics, in order of name: heartbeats, here or mirrored; checkpoints; mirrors of topics of
 * cluster source (NULL: of any), among them those of heartbeats. */
int tern_mirror_client_heartbeat_topics(struct tern_mirror_client *client, int64_t timeout_ms,
                                        tern_mirror_name_fn *emit, void *arg,
                                        struct tern_error *err);
int tern_mirror_client_checkpoint_topics(struct tern_mirror_client *client, int64_t timeout_ms,
                                         tern_mirror_name_fn *emit, void *arg,
                                         struct tern_error *err);
int tern_mirror_client_remote_topics(struct tern_mirror_client *client, const char *source,
                                     int64_t timeout_ms, tern_mirror_name_fn *emit, void *arg,
                                     struct tern_error *err);

/* Aliases of the clusters that reach this one, by mirrored heartbeats, however many hops away. */
int tern_mirror_client_upstream_clusters(struct tern_mirror_client *client, int64_t timeout_ms,
                                         tern_mirror_name_fn *emit, void *arg,
                                         struct tern_error *err);
/* The hops from that cluster to this one on the shortest way: 1 is next to it, -1 none. */
int tern_mirror_client_replication_hops(struct tern_mirror_client *client, const char *cluster,
                                        int64_t timeout_ms, int *ret_hops, struct tern_error *err);

/* Where a group is to go on in a partition of this cluster. */
struct tern_mirror_offset {
    const char *group;
    const char *topic; /* as named here */
    int32_t partition;
    int64_t offset;
    const char *metadata; /* "" for none */
};
typedef void tern_mirror_offset_fn(void *arg, const struct tern_mirror_offset *offset);

/*
 * The last checkpoints of a group, or of all groups that pattern matches as a whole (Java's
 * syntax), which the mirror from cluster source has written: by group, topic, partition. None for
 * a group without. Errors: TERN_ENOTFOUND without a checkpoints topic of that source;
 * TERN_EINVALID for a bad pattern.
 */
int tern_mirror_client_group_offsets(struct tern_mirror_client *client, const char *source,
                                     const char *group, int64_t timeout_ms,
                                     tern_mirror_offset_fn *emit, void *arg,
                                     struct tern_error *err);
int tern_mirror_client_groups_offsets(struct tern_mirror_client *client, const char *source,
                                      const char *pattern, int64_t timeout_ms,
                                      tern_mirror_offset_fn *emit, void *arg,
                                      struct tern_error *err);
