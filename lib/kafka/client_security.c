/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_security - security.protocol, ssl.* and sasl.*: properties that count together.
 *
 * As in Java, ssl.* is looked at only when the protocol uses TLS, and sasl.* only when it
 * uses SASL. Difference: trust stores are PEM only, key stores PEM or PKCS12.
 */
#include "lib/kafka/client_conf_priv.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "lib/base/strmap.h"
#include "lib/base/xmem.h"

static void wipe_freep(char **text)
{
    if (*text)
        explicit_bzero(*text, strlen(*text));
    free(*text);
}
#define SECRET CLEANUP(wipe_freep) char *

/* Copies a Java property to one of librdkafka's, if it is there. */
static int copy(struct conf_build *b, const char *key, const char *rdkafka, struct tern_error *err)
{
    SECRET value = client_java(b, key);

    return value ? client_put(b, rdkafka, value, key, err) : 0;
}

static int refuse_store(const char *what, const char *type, const char *use, struct tern_error *err)
{
    return tern_fail(err, TERN_EINVALID,
                     "configuration 'ssl.%sstore.type' is '%s', which is not supported: use %s",
                     what, type, use);
}

/* ---- TLS ---- */

static int apply_truststore(struct conf_build *b, struct tern_error *err)
{
    CLEANUP(freep) char *type = client_java(b, "ssl.truststore.type");
    CLEANUP(freep) char *location = client_java(b, "ssl.truststore.location");
    CLEANUP(freep) char *certificates = client_java(b, "ssl.truststore.certificates");

    if (!location && !certificates)
        return 0; /* the system's certificates */
    if (!type || strcasecmp(type, "PEM") != 0)
        return refuse_store("trust", type ? type : "JKS", "PEM", err);
    if (location)
        return client_put(b, "ssl.ca.location", location, "ssl.truststore.location", err);
    return client_put(b, "ssl.ca.pem", certificates, "ssl.truststore.certificates", err);
}

static int apply_pem_key(struct conf_build *b, const char *location, struct tern_error *err)
{
    if (location) { /* one file holds both the key and the chain */
        if (client_put(b, "ssl.key.location", location, "ssl.keystore.location", err) < 0 ||
            client_put(b, "ssl.certificate.location", location, "ssl.keystore.location", err) < 0)
            return -1;
    } else if (copy(b, "ssl.keystore.key", "ssl.key.pem", err) < 0 ||
               copy(b, "ssl.keystore.certificate.chain", "ssl.certificate.pem", err) < 0) {
        return -1;
    }
    return copy(b, "ssl.key.password", "ssl.key.password", err);
}

static int apply_keystore(struct conf_build *b, struct tern_error *err)
{
    CLEANUP(freep) char *type = client_java(b, "ssl.keystore.type");
    CLEANUP(freep) char *location = client_java(b, "ssl.keystore.location");
    SECRET key = client_java(b, "ssl.keystore.key");

    if (!location && !key)
        return 0;
    if (type && strcasecmp(type, "PEM") == 0)
        return apply_pem_key(b, location, err);
    if (!location || !type || strcasecmp(type, "PKCS12") != 0)
        return refuse_store("key", type ? type : "JKS", "PKCS12 or PEM", err);
    if (client_put(b, "ssl.keystore.location", location, "ssl.keystore.location", err) < 0)
        return -1;
    return copy(b, "ssl.keystore.password", "ssl.keystore.password", err);
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
                   identification, err) < 0)
        return -1;
    if (apply_truststore(b, err) < 0)
        return -1;
    return apply_keystore(b, err);
}

/* ---- SASL ---- */

/*
 * One word of a JAAS entry: quoted, with backslash escapes, or bare up to a blank, '=' or ';'.
 * Returns what follows it, or NULL at the end or where the text makes no sense.
 */
static const char *jaas_word(const char *at, char **ret_word)
{
    size_t len = 0;
    char *word;

    while (isspace((unsigned char)*at))
        at++;
    word = xmalloc(strlen(at) + 1);
    if (*at == '"') {
        for (at++; *at && *at != '"'; at++) {
            if (*at == '\\' && at[1])
                at++;
            word[len++] = *at;
        }
        at = *at ? at + 1 : NULL;
    } else {
        const char *from = at;

        while (*at && !isspace((unsigned char)*at) && *at != '=' && *at != ';')
            word[len++] = *at++;
        if (at == from)
            at = NULL;
    }
    word[len] = '\0';
    *ret_word = word;
    return at;
}

/*
 * An option of "<login module> <flag> <name>=<value> ... ;". NULL when it is not there or the
 * text is no JAAS entry. Freed, and wiped, by the caller.
 */
static char *jaas_option(const char *jaas, const char *wanted)
{
    SECRET module = NULL;
    SECRET flag = NULL;
    const char *at = jaas_word(jaas, &module);

    if (at)
        at = jaas_word(at, &flag);
    while (at) {
        SECRET name = NULL;
        SECRET value = NULL;

        at = jaas_word(at, &name);
        while (at && isspace((unsigned char)*at))
            at++;
        if (!at || *at != '=')
            return NULL;
        at = jaas_word(at + 1, &value);
        if (at && strcmp(name, wanted) == 0)
            return TAKE(value);
    }
    return NULL;
}

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

/* Java 4.1 has the client's id in properties of their own, older ones in the JAAS entry. */
static int apply_oauth(struct conf_build *b, const char *jaas, struct tern_error *err)
{
    CLEANUP(freep) char *id = client_java(b, "sasl.oauthbearer.client.credentials.client.id");

    if (client_put(b, "sasl.oauthbearer.method", "oidc", "sasl.mechanism", err) < 0 ||
        put_option(b, jaas, "clientId", "sasl.oauthbearer.client.id", !id, err) < 0 ||
        put_option(b, jaas, "clientSecret", "sasl.oauthbearer.client.secret", !id, err) < 0 ||
        put_option(b, jaas, "scope", "sasl.oauthbearer.scope", false, err) < 0 ||
        copy(b, "sasl.oauthbearer.client.credentials.client.id", "sasl.oauthbearer.client.id",
             err) < 0 ||
        copy(b, "sasl.oauthbearer.client.credentials.client.secret",
             "sasl.oauthbearer.client.secret", err) < 0 ||
        copy(b, "sasl.oauthbearer.scope", "sasl.oauthbearer.scope", err) < 0)
        return -1;
    return copy(b, "sasl.oauthbearer.token.endpoint.url", "sasl.oauthbearer.token.endpoint.url",
                err);
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
        client_put(b, "sasl.mechanism", mechanism, "sasl.mechanism", err) < 0)
        return -1;
    if (strcmp(mechanism, "GSSAPI") == 0)
        return apply_kerberos(b, entry, err);
    if (oauth)
        return apply_oauth(b, entry, err);
    if (put_option(b, entry, "username", "sasl.username", true, err) < 0)
        return -1;
    return put_option(b, entry, "password", "sasl.password", true, err);
}

int client_security_apply(struct conf_build *b, struct tern_error *err)
{
    CLEANUP(freep) char *given = client_java(b, "security.protocol");
    static const char *const known[] = {"plaintext", "ssl", "sasl_plaintext", "sasl_ssl"};
    const char *protocol = NULL;

    if (!given)
        return 0;
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (strcasecmp(given, known[i]) == 0)
            protocol = known[i];
    }
    if (!protocol) {
        return tern_fail(err, TERN_EINVALID, /* peer text */
                         "Invalid value %s for configuration security.protocol: String must be one "
                         "of (case insensitive): SASL_SSL, PLAINTEXT, SSL, SASL_PLAINTEXT",
                         given);
    }
    if (client_put(b, "security.protocol", protocol, "security.protocol", err) < 0)
        return -1;
    if (str_ends_with(protocol, "ssl") && apply_ssl(b, err) < 0)
        return -1;
    return str_starts_with(protocol, "sasl_") ? apply_sasl(b, err) : 0;
}
