/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* transport_tls - tls_session over a socket, as conn.h wants it. */
#include "lib/wire/tls_session.h"
#include "lib/wire/transport.h"

/* A transport_open; arg is a struct tls_context, which outlives it. */
int transport_open_tls(void *arg, int fd, const char *host, struct transport **ret_transport,
                       struct tern_error *err) MUST_CHECK;
