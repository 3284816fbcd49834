/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * tls - what HTTPS needs, for listeners and for requests to other workers, out of the worker's
 * settings.
 *
 * If any setting has the prefix (listeners.https., admin.listeners.https.) those count, without
 * it, and nothing else; otherwise the worker's own ssl.*. Stores are JKS, PKCS12 or PEM, as
 * lib/wire/tls_material.h reads them. Peer: SSLUtils. Spec: connect-rest.md 2.9.
 */
#include "lib/base/macros.h"

#include <stdbool.h>

#include <tern/config.h>
#include <tern/error.h>

/* Immutable once loaded. */
struct rest_tls {
    char *key_pem, *chain_pem; /* NULL: no key store. key_pem is wiped at the end */
    char *trusted_pem;         /* NULL: no trust store */
    char *priorities;          /* the protocols, in the words of GnuTLS */
    bool wants_client;         /* ssl.client.auth is requested or required */
    bool needs_client;         /* it is required */
    bool checks_name;          /* of other workers */
};

/* Errors: TERN_EINVALID, naming setting and file. */
int rest_tls_load(const struct tern_config *worker, const char *prefix, struct rest_tls **ret_tls,
                  struct tern_error *err) MUST_CHECK;
/* NULL is a no-op. */
void rest_tls_free(struct rest_tls *tls);
