/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * sasl - authenticators for our own connections (conn_machine.h) from Java client properties:
 * PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 and OAUTHBEARER with client credentials. GSSAPI is for
 * librdkafka's clients only. Peers: org.apache.kafka.common.security.{plain,scram,oauthbearer}.
 */
#include "lib/base/macros.h"
#include "lib/wire/conn_machine.h"

#include <tern/config.h>

struct sasl;

/*
 * Reads sasl.mechanism, sasl.jaas.config and, for OAUTHBEARER, sasl.oauthbearer.*. Errors:
 * TERN_EINVALID naming the property, never a secret; TERN_ENOTFOUND for GSSAPI.
 */
int sasl_new(const struct tern_config *java, struct sasl **ret_sasl,
             struct tern_error *err) MUST_CHECK;
/* NULL is a no-op. Connections must be gone. */
void sasl_free(struct sasl *s);

/*
 * For connections. With OAUTHBEARER the first step asks the token endpoint, when the last token
 * has run out, and waits up to 10 s for the answer. Borrowed. One owner for all connections.
 */
const struct conn_auth *sasl_auth(struct sasl *s);

/* False for any other text than Java's four names; any case. */
bool security_protocol_parse(const char *text, bool *ret_tls, bool *ret_sasl);
