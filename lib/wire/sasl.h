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
struct sasl_client;

/*
 * Reads sasl.mechanism, sasl.jaas.config and, for OAUTHBEARER, sasl.oauthbearer.*. Errors:
 * TERN_EINVALID naming the property, never a secret.
 */
int sasl_new(const struct tern_config *java, struct sasl **ret_sasl,
             struct tern_error *err) MUST_CHECK;
/* NULL is a no-op. Clients must be gone. */
void sasl_free(struct sasl *s);

/*
 * For one connection. With OAUTHBEARER its first step asks the token endpoint, when the last
 * token has run out, and waits up to 10 s for the answer. One owner for sasl and its clients.
 */
struct sasl_client *sasl_client_new(struct sasl *s);
void sasl_client_free(struct sasl_client *c);
/* Borrowed, as long as the client lives. */
const struct conn_auth *sasl_client_auth(const struct sasl_client *c);

/* False for any other text than Java's four names; any case. */
bool security_protocol_parse(const char *text, bool *ret_tls, bool *ret_sasl);
