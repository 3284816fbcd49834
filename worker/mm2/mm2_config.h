/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * mm2_config - what mm2.properties means: its clusters and flows, and the configurations of the
 * worker, of the connectors and of the clients of each.
 *
 * Pure: text in, text out, but for providers, which may read files. Nothing is checked here
 * (see mm2_check.h), so that every file gives what it gives the peer. raw is the file.
 * Peer: org.apache.kafka.connect.mirror.MirrorMakerConfig. Spec: mirror-maker2.md 1.4-1.9.
 */
#include "lib/base/macros.h"
#include "lib/base/strmap.h"
#include "lib/conf/provider.h"

#include <stdbool.h>

#include <tern/config.h>
#include <tern/error.h>

/* In the order in which a leader creates them. */
enum mm2_connector {
    MM2_SOURCE,
    MM2_HEARTBEAT,
    MM2_CHECKPOINT,
    MM2_CONNECTORS
};

/* "MirrorSourceConnector": the connector's name, too. */
const char *mm2_connector_name(enum mm2_connector connector);

/* One herder: replicates from source, if enabled, and runs on target. */
struct mm2_flow {
    char *source, *target;
    char *name;      /* "S->T" */
    bool is_enabled; /* false: only heartbeats are emitted */
};

struct mm2_flows {
    struct mm2_flow *at;
    size_t count;
};

/*
 * The flows that exist, sorted by source, then target. only: targets that this process
 * serves; count 0: all. The caller releases ret_flows.
 */
void mm2_flows_of(const struct tern_config *raw, const struct tern_list *clusters,
                  const struct tern_list *only, struct mm2_flows *ret_flows);
void mm2_flows_fini(struct mm2_flows *flows);

/* The properties of one cluster (1.5); out is empty before. */
void mm2_cluster_props(const struct tern_config *raw, const char *alias, struct strmap *out);

/* The worker of a flow (1.6). providers may be NULL. Errors: those of the providers. */
int mm2_worker_config(const struct tern_config *raw, const struct provider_set *providers,
                      const char *source, const char *target, struct strmap *out,
                      struct tern_error *err) MUST_CHECK;

/* One connector of a flow (1.7), variables unresolved. */
void mm2_connector_config(const struct tern_config *raw, const char *source, const char *target,
                          enum mm2_connector connector, struct strmap *out);

/*
 * A client of one cluster, for tools: role is "admin", "consumer" or "producer". Defaults are
 * filled in, nulls left out. Errors: those of the providers.
 */
int mm2_client_config(const struct tern_config *raw, const struct provider_set *providers,
                      const char *alias, const char *role, struct strmap *out,
                      struct tern_error *err) MUST_CHECK;

/* Whether clients of a cluster inherit the key: bootstrap.servers, security.protocol, ssl.*,
 * sasl.*. */
bool mm2_is_client_key(const char *key);
/* Whether a top-level entry reaches every worker, whatever the cluster says (1.6 step 2). */
bool mm2_is_worker_key(const char *key);
/* Java's parseBoolean: anything but "true" is false. */
bool mm2_is_true(const char *text);
