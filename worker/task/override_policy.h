/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * override_policy - which settings of the worker's clients a connector may override.
 *
 * Named by the worker's connector.client.config.override.policy. Pure. Peers:
 * org.apache.kafka.connect.connector.policy.*. Spec: connect-runtime.md 2.6.
 */
#include "lib/base/macros.h"
#include "lib/base/strmap.h"

#include <tern/error.h>

#include <stdbool.h>

enum override_kind {
    OVERRIDE_ALL,
    OVERRIDE_NONE,
    OVERRIDE_PRINCIPAL, /* only who the client is */
    OVERRIDE_ALLOWLIST,
};

struct override_policy {
    enum override_kind kind;
    struct strmap allowed; /* ALLOWLIST: the settings, as keys */
};

/*
 * What the worker's configuration names: a Java class or its alias; All when it names none.
 * Errors: TERN_EINVALID (peer text).
 */
int override_policy_init(struct override_policy *policy, const struct tern_config *worker,
                         struct tern_error *err) MUST_CHECK;
void override_policy_fini(struct override_policy *policy);

/* "None", as messages name it. */
const char *override_policy_name(const struct override_policy *policy);
/* key: without the prefix "producer.override." and the like. */
bool override_policy_allows(const struct override_policy *policy, const char *key);
/* Why the key is refused, to be freed. Peer text. */
char *override_policy_message(const struct override_policy *policy, const char *key);
/* All settings of a client, without prefix. Errors: TERN_EINVALID naming the first refused. */
int override_policy_check(const struct override_policy *policy, const struct tern_config *overrides,
                          struct tern_error *err) MUST_CHECK;
/* The connector's producer.override.*, by the worker's policy. Errors: TERN_EINVALID. */
int override_policy_check_producer(const struct tern_config *worker,
                                   const struct tern_config *connector,
                                   struct tern_error *err) MUST_CHECK;
