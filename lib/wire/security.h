/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * security - the security part of Java client properties for our own connections: the transport
 * and the authenticator that security.protocol, ssl.* and sasl.* ask for.
 *
 *   conn_options.open_transport, .transport_arg, .machine.auth  (or wire_client_conf's)
 *
 * One owner: whoever owns the connections. Peer: ChannelBuilders.
 */
#include "lib/wire/sasl.h"
#include "lib/wire/transport.h"

struct security;

/* Errors: TERN_EINVALID, one line that names property and file, and no secret. */
int security_new(const struct tern_config *java, struct security **ret_security,
                 struct tern_error *err) MUST_CHECK;
/* NULL is a no-op. Connections must be gone. */
void security_free(struct security *s);

/* Borrowed, as long as s lives. NULL s: plain TCP, no authentication. */
transport_open *security_transport(const struct security *s, void **ret_arg);
const struct conn_auth *security_auth(const struct security *s);
