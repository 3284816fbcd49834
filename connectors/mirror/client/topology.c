/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/client/topology.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/xmem.h"

bool topology_is_remote(const struct replication_policy *policy, const char *topic,
                        const char *source)
{
    CLEANUP(freep) char *from = NULL;

    if (replication_policy_is_internal_topic(policy, topic))
        return false;
    from = replication_policy_topic_source(policy, topic);
    return from && (!source || strcmp(from, source) == 0);
}

static bool has(const struct topology_path *path, const char *cluster)
{
    for (size_t i = 0; i < path->count; i++) {
        if (strcmp(path->clusters[i], cluster) == 0)
            return true;
    }
    return false;
}

void topology_path_of(const struct replication_policy *policy, const char *topic,
                      struct topology_path *ret_path)
{
    char *at = xstrdup(topic);

    *ret_path = (struct topology_path){0};
    while (at) {
        char *source = replication_policy_topic_source(policy, at), *upstream;

        if (!source || has(ret_path, source)) {
            free(source);
            break;
        }
        ret_path->clusters = xreallocarray(ret_path->clusters, ret_path->count + 1, sizeof(char *));
        ret_path->clusters[ret_path->count++] = source;
        upstream = replication_policy_upstream_topic(policy, at);
        free(at);
        at = upstream;
    }
    free(at);
}

void topology_path_fini(struct topology_path *path)
{
    for (size_t i = 0; i < path->count; i++)
        free(path->clusters[i]);
    free(path->clusters);
    *path = (struct topology_path){0};
}

int topology_hops(const struct replication_policy *policy, const char *topic, const char *cluster)
{
    struct topology_path path;
    int hops = -1;

    topology_path_of(policy, topic, &path);
    for (size_t i = 0; i < path.count && hops < 0; i++) {
        if (strcmp(path.clusters[i], cluster) == 0)
            hops = (int)i + 1;
    }
    topology_path_fini(&path);
    return hops;
}
