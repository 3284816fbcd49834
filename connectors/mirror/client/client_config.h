/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * client_config - the settings of a client of one cluster, for tools. Pure, but for providers,
 * which may read files. Peers: MirrorClientConfig; MirrorMakerConfig.clientConfig(). Spec:
 * mirror-maker2.md 1.5, 9.
 */
#include "lib/base/strmap.h"

#include <tern/error.h>

/* The view of one cluster in an mm2.properties: all entries, over them the cluster's own. */
void client_config_of_cluster(const struct tern_config *raw, const char *alias,
                              struct strmap *ret_config);

/* Replaces the variables of the providers that config declares itself. Errors: TERN_EINVALID. */
int client_config_resolve(struct strmap *config, struct tern_error *err) MUST_CHECK;

/*
 * What a client of that role ("admin", "consumer") gets: the shared keys (bootstrap.servers,
 * security.protocol, ssl.*, sasl.*), those with the role as prefix first.
 */
void client_config_of_role(const struct tern_config *config, const char *role,
                           struct strmap *ret_settings);
