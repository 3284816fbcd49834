/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * tls_material - what TLS needs of the stores that Java client properties name: a private key with
 * its certificates, and the certificates that are trusted.
 *
 * Stores are JKS, PKCS12 (which the type JKS may be too, as in Java) or PEM, files or, for PEM,
 * values: ssl.keystore.{type,location,password,key,certificate.chain}, ssl.key.password,
 * ssl.truststore.{type,location,password,certificates}. Peer: DefaultSslEngineFactory.
 * Differences: several keys in one store: the first counts, as Java's key manager mostly does;
 * JCEKS and BCFKS are not read.
 */
#include "lib/base/buf.h"
#include "lib/base/macros.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <tern/config.h>
#include <tern/error.h>

enum {
    TLS_STORE_MAX_BYTES = 8 << 20,
    TLS_PEM_MAX_BYTES = 16 << 20,
};

/* NULL members: the properties name no such store. Immutable once loaded. */
struct tls_material {
    EVP_PKEY *key;
    STACK_OF(X509) * chain; /* the key's own certificate first */
    STACK_OF(X509) * trusted;
};

/*
 * Reads what java, without any prefix, names. The caller ends *ret_material. Errors: TERN_EINVALID,
 * one line with property and file, and what is wrong: missing, wrong password, wrong type, no key,
 * no certificate, key and certificate that do not fit; never a secret.
 */
int tls_material_load(const struct tern_config *java, struct tls_material *ret_material,
                      struct tern_error *err) MUST_CHECK;
void tls_material_fini(struct tls_material *m);

/* PEM. The key is not encrypted: wipe it. Append nothing where the member is NULL. */
void tls_material_key_pem(const struct tls_material *m, struct buf *out);
void tls_material_chain_pem(const struct tls_material *m, struct buf *out);
void tls_material_trusted_pem(const struct tls_material *m, struct buf *out);

/*
 * The first certificate, of ours and then of the trusted ones, that is not valid at wall_ms:
 * "certificate CN=a of ssl.keystore has expired on 2026-01-01"; to be freed, NULL: none.
 */
char *tls_material_expired(const struct tls_material *m, int64_t wall_ms);

/* Frees and wipes what held a secret. For CLEANUP. */
void tls_wipe_buf(struct buf *b);
void tls_wipe_textp(char **text);
