/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * jks - Java's own key store format, as keytool wrote it before PKCS12 became the default.
 *
 * A store holds private keys, each with its certificate chain, and trusted certificates. Keys are
 * encrypted with a scheme of Sun's (OID 1.3.6.1.4.1.42.2.17.1.1) that no other tool reads. Pure,
 * but for the digests. Peer: sun.security.provider.JavaKeyStore.
 */
#include "lib/base/macros.h"
#include "lib/base/slice.h"

#include <tern/error.h>

enum {
    JKS_MAX_CHAIN = 64, /* certificates that belong to one key */
};

/* What a store holds, in its order; everything is borrowed for the call. -1 ends the reading. */
struct jks_visitor {
    /* pkcs8: the decrypted key, wiped after the call; chain: DER, the key's own first. */
    int (*key)(void *arg, const char *alias, struct slice pkcs8, const struct slice *chain,
               size_t chain_len, struct tern_error *err);
    int (*trusted)(void *arg, const char *alias, struct slice certificate, struct tern_error *err);
    void *arg;
};

/* Whether the bytes begin as such a store does. */
bool jks_is_store(struct slice bytes);

/*
 * Reads a store. password NULL: whether it is whole is not checked, as in Java; key_password NULL:
 * that of the store. visitor->key NULL: the own certificates of keys are trusted ones, as they are
 * in a trust store of Java. Passwords are UTF-8. Errors: TERN_EINVALID; the texts name neither file
 * nor password.
 */
int jks_read(struct slice bytes, const char *password, const char *key_password,
             const struct jks_visitor *visitor, struct tern_error *err) MUST_CHECK;
