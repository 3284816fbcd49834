/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_security - security.protocol, ssl.* and sasl.*: properties that count together.
 *
 * As in Java, ssl.* is looked at only when the protocol uses TLS, and sasl.* only when it
 * uses SASL. Stores are read by us (tls_material.h), so librdkafka gets PEM, whatever they are.
 */
#include "lib/kafka/client_conf_priv.h"

#include <openssl/ssl.h>
#include <string.h>
#include <strings.h>

#include "lib/base/clock.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/kafka/pem_file.h"
#include "lib/kafka/relay.h"
#include "lib/wire/jaas.h"
#include "lib/wire/sasl.h"
#include "lib/wire/security_settings.h"
#include "lib/wire/tls_material.h"

#define SECRET CLEANUP(tls_wipe_textp) char *

/* Copies a Java property to one of librdkafka's, if it is there. */
static int copy(struct conf_build *b, const char *key, const char *rdkafka, struct tern_error *err)
{
    SECRET value = client_java(b, key);

    return value ? client_put(b, rdkafka, value, key, err) : 0;
}

/* ---- TLS ---- */

/* What is in out goes into an anonymous file, for a property of librdkafka that takes a path. */
static int put_file(struct conf_build *b, const char *rdkafka, struct buf *out, const char *key,
                    struct tern_error *err)
{
    char path[PEM_FILE_PATH_MAX];

    if (pem_file(buf_str(out), out->len, path, err) < 0)
        return -1;
    return client_put(b, rdkafka, path, key, err);
}

static int apply_material(struct conf_build *b, const struct tls_material *m,
                          struct tern_error *err)
{
    CLEANUP(tls_wipe_buf) struct buf key = BUF_INIT(TLS_STORE_MAX_BYTES);
    CLEANUP(buf_fini) struct buf chain = BUF_INIT(TLS_PEM_MAX_BYTES);
    CLEANUP(buf_fini) struct buf trusted = BUF_INIT(TLS_PEM_MAX_BYTES);

    tls_material_key_pem(m, &key);
    tls_material_chain_pem(m, &chain);
    tls_material_trusted_pem(m, &trusted);
    if (trusted.len && put_file(b, "ssl.ca.location", &trusted, "ssl.truststore.location", err) < 0)
        return -1;
    if (!key.len)
        return 0;
    if (put_file(b, "ssl.certificate.location", &chain, "ssl.keystore.location", err) < 0)
        return -1;
    return client_put(b, "ssl.key.pem", buf_str(&key), "ssl.keystore.key", err);
}

static int apply_stores(struct conf_build *b, struct tern_error *err)
{
    CLEANUP(freep) char *expired = NULL;
    struct tls_material m;
    int rc;

    if (tls_material_load(b->java, &m, err) < 0)
        return -1;
    expired = tls_material_expired(&m, clock_wall_ms());
    if (expired)
        client_tell(b, "ssl.keystore.location, ssl.truststore.location", expired);
    rc = apply_material(b, &m, err);
    tls_material_fini(&m);
    return rc;
}

/* With GSSAPI, that is: without it a choice of versions or suites is the relay's. */
static void tell_protocols(struct conf_build *b)
{
    static const char key[] = "ssl.enabled.protocols";
    CLEANUP(freep) char *given = client_java(b, key);

    if (relay_chooses_versions(given))
        client_tell(b, key, "the OpenSSL configuration decides");
}

/* Java's names are the standard's. librdkafka can choose among suites up to TLS 1.2 only. */
static int apply_ciphers(struct conf_build *b, struct tern_error *err)
{
    static const char key[] = "ssl.cipher.suites";
    CLEANUP(freep) char *text = client_java(b, key);
    CLEANUP(buf_fini) struct buf list = BUF_INIT(8192);

    for (const char *at = text; at && *at; at += strspn(at, ", \t")) {
        size_t len = strcspn(at, ", \t");
        CLEANUP(freep) char *name = xstrndup(at, len);
        const char *translated = OPENSSL_cipher_name(name);

        at += len;
        if (!strstr(name, "_WITH_") || !translated || strcmp(translated, "(NONE)") == 0) {
            return tern_fail(err, TERN_EINVALID,
                             "Invalid value %s for configuration %s: suites up to TLS 1.2 can be "
                             "chosen, those of TLS 1.3 are the OpenSSL configuration's",
                             name, key);
        }
        buf_add_fmt(&list, "%s%s", list.len ? ":" : "", translated);
    }
    return list.len ? client_put(b, key, buf_str(&list), key, err) : 0;
}

static int apply_ssl(struct conf_build *b, struct tern_error *err)
{
    static const char identification[] = "ssl.endpoint.identification.algorithm";
    CLEANUP(freep) char *algorithm = client_java(b, identification);
    bool off = config_find(b->java, identification) && !algorithm; /* Java's empty string */

    if (client_put(b, identification,
                   off         ? "none"
                   : algorithm ? algorithm
                               : "https",
                   identification, err) < 0 ||
        apply_ciphers(b, err) < 0)
        return -1;
    tell_protocols(b);
    return apply_stores(b, err);
}

/* ---- SASL ---- */

static int put_option(struct conf_build *b, const char *jaas, const char *option,
                      const char *rdkafka, bool required, struct tern_error *err)
{
    SECRET value = jaas_option(jaas, option);

    if (value)
        return client_put(b, rdkafka, value, "sasl.jaas.config", err);
    if (!required)
        return 0;
    return tern_fail(err, TERN_EINVALID,
                     "configuration 'sasl.jaas.config' has no option '%s', or is not of the form "
                     "'<login module> required <option>=\"<value>\" ... ;'",
                     option);
}

static int apply_kerberos(struct conf_build *b, const char *jaas, struct tern_error *err)
{
    if (put_option(b, jaas, "serviceName", "sasl.kerberos.service.name", false, err) < 0 ||
        put_option(b, jaas, "principal", "sasl.kerberos.principal", false, err) < 0 ||
        put_option(b, jaas, "keyTab", "sasl.kerberos.keytab", false, err) < 0)
        return -1;
    return copy(b, "sasl.kerberos.service.name", "sasl.kerberos.service.name", err);
}

static int apply_login_handler(struct conf_build *b, bool oauth, struct tern_error *err)
{
    static const char key[] = "sasl.login.callback.handler.class";
    CLEANUP(freep) char *handler = client_java(b, key);

    if (!handler || (oauth && str_ends_with(handler, ".OAuthBearerLoginCallbackHandler")))
        return 0;
    return tern_fail(err, TERN_EINVALID,
                     "configuration '%s' names '%s': Java classes cannot be loaded", key, handler);
}

static int apply_sasl(struct conf_build *b, struct tern_error *err)
{
    CLEANUP(freep) char *given = client_java(b, "sasl.mechanism");
    SECRET jaas = client_java(b, "sasl.jaas.config");
    const char *mechanism = given ? given : "GSSAPI";
    const char *entry = jaas ? jaas : "";
    bool oauth = strcmp(mechanism, "OAUTHBEARER") == 0;

    if (apply_login_handler(b, oauth, err) < 0 ||
        client_put(b, "sasl.mechanism", mechanism, "sasl.mechanism", err) < 0 ||
        (jaas && jaas_check(jaas, err) < 0))
        return -1;
    if (strcmp(mechanism, "GSSAPI") == 0)
        return apply_kerberos(b, entry, err);
    if (oauth)
        return 0; /* client_open() gets the tokens: not every librdkafka can */
    if (put_option(b, entry, "username", "sasl.username", true, err) < 0)
        return -1;
    return put_option(b, entry, "password", "sasl.password", true, err);
}

bool client_wants_tokens(const struct tern_config *java)
{
    CLEANUP(security_settings_fini) struct strmap settings = STRMAP_INIT;
    const char *protocol, *mechanism;
    bool tls, sasl;

    security_settings_add(&settings, java);
    protocol = strmap_get(&settings, "security.protocol");
    mechanism = strmap_get(&settings, "sasl.mechanism");
    return protocol && mechanism && security_protocol_parse(protocol, &tls, &sasl) && sasl &&
           strcmp(mechanism, "OAUTHBEARER") == 0;
}

int client_security_apply(struct conf_build *b, struct tern_error *err)
{
    CLEANUP(freep) char *protocol = client_java(b, "security.protocol");
    bool tls, sasl;

    if (!protocol)
        return 0;
    if (!security_protocol_parse(protocol, &tls, &sasl)) {
        return tern_fail(err, TERN_EINVALID, /* peer text */
                         "Invalid value %s for configuration security.protocol: String must be one "
                         "of (case insensitive): SASL_SSL, PLAINTEXT, SSL, SASL_PLAINTEXT",
                         protocol);
    }
    if (relay_is_needed(b->java)) /* client_open() makes the connections */
        return client_put(b, "socket.nagle.disable", "false", "security.protocol", err);
    if (client_put(b, "security.protocol", protocol, "security.protocol", err) < 0)
        return -1;
    if (tls && apply_ssl(b, err) < 0)
        return -1;
    return sasl ? apply_sasl(b, err) : 0;
}
