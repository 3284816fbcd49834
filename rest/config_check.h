/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * config_check - whether a connector may have a configuration, before it is stored. Peer:
 * AbstractHerder.validateConnectorConfig(), maybeAddConfigErrors(). Spec: connect-rest.md 5.4.
 */
#include "lib/base/strmap.h"

#include <stdbool.h>

struct rest_context;
struct rest_reply;

/*
 * False: reply says why not, with all that is wrong. config is as the user gave it, variables
 * unresolved. Asks the connector's class, which may take long. Thread: the connection's.
 */
bool config_is_acceptable(struct rest_context *ctx, const struct strmap *config,
                          struct rest_reply *reply);
