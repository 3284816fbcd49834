/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * tls_session - TLS on one connection, without the socket: plain bytes on one side, what goes over
 * the network on the other.
 *
 * A context is made once from Java client properties (tls_material.h; ssl.enabled.protocols,
 * ssl.cipher.suites, ssl.endpoint.identification.algorithm) and shared by sessions. The peer's
 * certificate is verified against the trust store, or the system's certificates without one; its
 * name against the host unless the algorithm is empty. Pure. A session has one owner; a context is
 * immutable: any thread. Peers: DefaultSslEngineFactory, SslTransportLayer.
 */
#include "lib/base/buf.h"
#include "lib/base/macros.h"
#include "lib/base/slice.h"

#include <tern/config.h>
#include <tern/error.h>

struct tls_context;
struct tls_session;

/* Errors: TERN_EINVALID naming the property. */
int tls_context_new(const struct tern_config *java, struct tls_context **ret_context,
                    struct tern_error *err) MUST_CHECK;
/* NULL is a no-op. Sessions must be gone. */
void tls_context_free(struct tls_context *c);

/* A client's session with host, a name or an address. */
int tls_session_new(const struct tls_context *context, const char *host,
                    struct tls_session **ret_session, struct tern_error *err) MUST_CHECK;
void tls_session_free(struct tls_session *s);

/*
 * Begins, and goes on, with the handshake; takes what came from the network (null at first) and
 * appends to plain what it holds, to out what is to be sent. *ret_closed: the peer has said
 * goodbye. Errors: TERN_EINVALID when the peer cannot be trusted or does not want us, with the
 * reason and what to look at.
 */
int tls_session_feed(struct tls_session *s, struct slice network, struct buf *plain,
                     struct buf *out, bool *ret_closed, struct tern_error *err) MUST_CHECK;
bool tls_session_is_ready(const struct tls_session *s);
/* Encrypts; only when ready. Appends to out. */
int tls_session_write(struct tls_session *s, struct slice plain, struct buf *out,
                      struct tern_error *err) MUST_CHECK;
