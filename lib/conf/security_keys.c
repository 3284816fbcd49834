/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/conf/security_keys.h"

#include "lib/base/macros.h"
#include "lib/conf/config_value.h"

/* A validator's range is of integers: the two ranges of doubles are checked here. */
struct double_range {
    double min, max;
    const char *min_text, *max_text;
};

static int check_double(const char *key, const char *value, const struct double_range *range,
                        struct tern_error *err)
{
    CLEANUP(config_value_fini) struct config_value number = CONFIG_VALUE_INIT;

    if (!value)
        return tern_fail(err, TERN_EINVALID, "Value must be non-null"); /* peer text, all three */
    if (config_value_parse(key, TERN_DOUBLE, value, &number, err) < 0)
        return -1;
    if (number.real < range->min)
        return tern_fail(err, TERN_EINVALID, "Value must be at least %s", range->min_text);
    if (number.real > range->max)
        return tern_fail(err, TERN_EINVALID, "Value must be no more than %s", range->max_text);
    return 0;
}

static int check_window(const char *key, const char *value, struct tern_error *err)
{
    static const struct double_range window = {0.5, 1.0, "0.5", "1.0"};

    return check_double(key, value, &window, err);
}

static int check_jitter(const char *key, const char *value, struct tern_error *err)
{
    static const struct double_range jitter = {0.0, 0.25, "0.0", "0.25"};

    return check_double(key, value, &jitter, err);
}

static const char *const algorithms[] = {"ES256", "RS256", NULL};

static const struct tern_validator any_list = {.kind = TERN_VALID_LIST};
static const struct tern_validator assertion_algorithm = {.kind = TERN_VALID_ONE_OF_ANY_CASE,
                                                          .strings = algorithms};
static const struct tern_validator refresh_window = {
    .kind = TERN_VALID_CUSTOM, .check = check_window, .description = "[0.5,...,1.0]"};
static const struct tern_validator refresh_jitter = {
    .kind = TERN_VALID_CUSTOM, .check = check_jitter, .description = "[0.0,...,0.25]"};
static const struct tern_validator up_to_900 = {.kind = TERN_VALID_RANGE, .min = 0, .max = 900};
static const struct tern_validator up_to_3600 = {.kind = TERN_VALID_RANGE, .min = 0, .max = 3600};
static const struct tern_validator up_to_86400 = {.kind = TERN_VALID_RANGE, .min = 0, .max = 86400};

static const char *const protocols[] = {"SASL_SSL", "PLAINTEXT", "SSL", "SASL_PLAINTEXT", NULL};
static const struct tern_validator protocol = {.kind = TERN_VALID_ONE_OF_ANY_CASE,
                                               .strings = protocols};

const struct tern_config_key security_protocol_keys[] = {
    {"security.protocol", TERN_STRING, "PLAINTEXT", TERN_MEDIUM, TERN_UNBOUND,
     .doc = "The protocol to speak with brokers.", .validator = &protocol},
    TERN_END,
};

const struct tern_config_key security_keys[] = {
    {"ssl.protocol", TERN_STRING, "TLSv1.3", TERN_MEDIUM, TERN_UNBOUND,
     .doc = "The TLS protocol to begin with."},
    {"ssl.provider", TERN_STRING, NULL, TERN_MEDIUM, TERN_UNBOUND,
     .doc = "The security provider of TLS in Java; without meaning here."},
    {"ssl.cipher.suites", TERN_LIST, "", TERN_LOW, TERN_UNBOUND,
     .doc = "The cipher suites to offer; all by default.", .validator = &any_list},
    {"ssl.enabled.protocols", TERN_LIST, "TLSv1.2,TLSv1.3", TERN_MEDIUM, TERN_UNBOUND,
     .doc = "The versions of TLS to offer.", .validator = &any_list},
    {"ssl.keystore.type", TERN_STRING, "JKS", TERN_MEDIUM, TERN_UNBOUND,
     .doc = "The kind of key store: JKS, PKCS12, or PEM."},
    {"ssl.keystore.location", TERN_STRING, NULL, TERN_HIGH, TERN_UNBOUND,
     .doc = "The file with the key store."},
    {"ssl.keystore.password", TERN_PASSWORD, NULL, TERN_HIGH, TERN_UNBOUND,
     .doc = "The password of the key store."},
    {"ssl.key.password", TERN_PASSWORD, NULL, TERN_HIGH, TERN_UNBOUND,
     .doc = "The password of the private key."},
    {"ssl.keystore.key", TERN_PASSWORD, NULL, TERN_HIGH, TERN_UNBOUND,
     .doc = "The private key itself, as PEM."},
    {"ssl.keystore.certificate.chain", TERN_PASSWORD, NULL, TERN_HIGH, TERN_UNBOUND,
     .doc = "The certificate chain itself, as PEM."},
    {"ssl.truststore.certificates", TERN_PASSWORD, NULL, TERN_HIGH, TERN_UNBOUND,
     .doc = "The trusted certificates themselves, as PEM."},
    {"ssl.truststore.type", TERN_STRING, "JKS", TERN_MEDIUM, TERN_UNBOUND,
     .doc = "The kind of trust store: JKS, PKCS12, or PEM."},
    {"ssl.truststore.location", TERN_STRING, NULL, TERN_HIGH, TERN_UNBOUND,
     .doc = "The file with the trust store."},
    {"ssl.truststore.password", TERN_PASSWORD, NULL, TERN_HIGH, TERN_UNBOUND,
     .doc = "The password of the trust store."},
    {"ssl.keymanager.algorithm", TERN_STRING, "SunX509", TERN_LOW, TERN_UNBOUND,
     .doc = "The key manager algorithm of Java; without meaning here."},
    {"ssl.trustmanager.algorithm", TERN_STRING, "PKIX", TERN_LOW, TERN_UNBOUND,
     .doc = "The trust manager algorithm of Java; without meaning here."},
    {"ssl.endpoint.identification.algorithm", TERN_STRING, "https", TERN_LOW, TERN_UNBOUND,
     .doc =
         "How the broker's name is checked against its certificate: https, or empty for not at all."},
    {"ssl.secure.random.implementation", TERN_STRING, NULL, TERN_LOW, TERN_UNBOUND,
     .doc = "The random generator of Java; without meaning here."},
    {"ssl.engine.factory.class", TERN_CLASS, NULL, TERN_LOW, TERN_UNBOUND,
     .doc = "The TLS engine of Java; without meaning here."},
    {"sasl.kerberos.service.name", TERN_STRING, NULL, TERN_MEDIUM, TERN_UNBOUND,
     .doc = "The Kerberos principal name of the brokers."},
    {"sasl.kerberos.kinit.cmd", TERN_STRING, "/usr/bin/kinit", TERN_LOW, TERN_UNBOUND,
     .doc = "The path of the kinit command."},
    {"sasl.kerberos.ticket.renew.window.factor", TERN_DOUBLE, "0.8", TERN_LOW, TERN_UNBOUND,
     .doc = "The part of a ticket's life after which it is renewed."},
    {"sasl.kerberos.ticket.renew.jitter", TERN_DOUBLE, "0.05", TERN_LOW, TERN_UNBOUND,
     .doc = "The random part of the time of renewal."},
    {"sasl.kerberos.min.time.before.relogin", TERN_LONG, "60000", TERN_LOW, TERN_UNBOUND,
     .doc = "The shortest time between two attempts to renew a ticket, in ms."},
    {"sasl.login.refresh.window.factor", TERN_DOUBLE, "0.8", TERN_LOW, TERN_UNBOUND,
     .doc = "The part of a token's life after which it is renewed.", .validator = &refresh_window},
    {"sasl.login.refresh.window.jitter", TERN_DOUBLE, "0.05", TERN_LOW, TERN_UNBOUND,
     .doc = "The random part of the time of renewal of a token.", .validator = &refresh_jitter},
    {"sasl.login.refresh.min.period.seconds", TERN_SHORT, "60", TERN_LOW, TERN_UNBOUND,
     .doc = "The shortest time between two renewals of a token.", .validator = &up_to_900},
    {"sasl.login.refresh.buffer.seconds", TERN_SHORT, "300", TERN_LOW, TERN_UNBOUND,
     .doc = "The time before its end at which a token is renewed at the latest.",
     .validator = &up_to_3600},
    {"sasl.mechanism", TERN_STRING, "GSSAPI", TERN_MEDIUM, TERN_UNBOUND,
     .doc = "The SASL mechanism: GSSAPI, PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER."},
    {"sasl.jaas.config", TERN_PASSWORD, NULL, TERN_MEDIUM, TERN_UNBOUND,
     .doc = "The login as a line of JAAS: module, user name, password."},
    {"sasl.client.callback.handler.class", TERN_CLASS, NULL, TERN_MEDIUM, TERN_UNBOUND,
     .doc = "The client callback handler of Java; without meaning here."},
    {"sasl.login.callback.handler.class", TERN_CLASS, NULL, TERN_MEDIUM, TERN_UNBOUND,
     .doc = "The login callback handler of Java."},
    {"sasl.login.class", TERN_CLASS, NULL, TERN_MEDIUM, TERN_UNBOUND,
     .doc = "The login class of Java; without meaning here."},
    {"sasl.login.connect.timeout.ms", TERN_INT, NULL, TERN_LOW, TERN_UNBOUND,
     .doc = "How long to wait for a connection to the identity provider."},
    {"sasl.login.read.timeout.ms", TERN_INT, NULL, TERN_LOW, TERN_UNBOUND,
     .doc = "How long to wait for an answer of the identity provider."},
    {"sasl.login.retry.backoff.max.ms", TERN_LONG, "10000", TERN_LOW, TERN_UNBOUND,
     .doc = "The longest wait between two logins at the identity provider."},
    {"sasl.login.retry.backoff.ms", TERN_LONG, "100", TERN_LOW, TERN_UNBOUND,
     .doc = "The first wait between two logins at the identity provider."},
    {"sasl.oauthbearer.jwt.retriever.class", TERN_CLASS,
     "org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever", TERN_MEDIUM, TERN_UNBOUND,
     .doc = "How tokens are got, in Java."},
    {"sasl.oauthbearer.jwt.validator.class", TERN_CLASS,
     "org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator", TERN_MEDIUM, TERN_UNBOUND,
     .doc = "How tokens are checked, in Java."},
    {"sasl.oauthbearer.scope", TERN_STRING, NULL, TERN_MEDIUM, TERN_UNBOUND,
     .doc = "The scope to ask for with a token."},
    {"sasl.oauthbearer.client.credentials.client.id", TERN_STRING, NULL, TERN_MEDIUM, TERN_UNBOUND,
     .doc = "The client id of the client credentials grant."},
    {"sasl.oauthbearer.client.credentials.client.secret", TERN_PASSWORD, NULL, TERN_MEDIUM,
     TERN_UNBOUND, .doc = "The client secret of the client credentials grant."},
    {"sasl.oauthbearer.assertion.algorithm", TERN_STRING, "RS256", TERN_MEDIUM, TERN_UNBOUND,
     .doc = "The algorithm that signs an assertion.", .validator = &assertion_algorithm},
    {"sasl.oauthbearer.assertion.claim.aud", TERN_STRING, NULL, TERN_MEDIUM, TERN_UNBOUND,
     .doc = "The audience claim of an assertion."},
    {"sasl.oauthbearer.assertion.claim.exp.seconds", TERN_INT, "300", TERN_LOW, TERN_UNBOUND,
     .doc = "For how long an assertion is valid.", .validator = &up_to_86400},
    {"sasl.oauthbearer.assertion.claim.iss", TERN_STRING, NULL, TERN_MEDIUM, TERN_UNBOUND,
     .doc = "The issuer claim of an assertion."},
    {"sasl.oauthbearer.assertion.claim.jti.include", TERN_BOOL, "false", TERN_MEDIUM, TERN_UNBOUND,
     .doc = "Whether an assertion has an id of its own."},
    {"sasl.oauthbearer.assertion.claim.nbf.seconds", TERN_INT, "60", TERN_LOW, TERN_UNBOUND,
     .doc = "For how long before now an assertion is valid.", .validator = &up_to_3600},
    {"sasl.oauthbearer.assertion.claim.sub", TERN_STRING, NULL, TERN_MEDIUM, TERN_UNBOUND,
     .doc = "The subject claim of an assertion."},
    {"sasl.oauthbearer.assertion.file", TERN_STRING, NULL, TERN_MEDIUM, TERN_UNBOUND,
     .doc = "A file with a ready assertion."},
    {"sasl.oauthbearer.assertion.private.key.file", TERN_STRING, NULL, TERN_MEDIUM, TERN_UNBOUND,
     .doc = "A file with the private key, as PEM, that signs an assertion."},
    {"sasl.oauthbearer.assertion.private.key.passphrase", TERN_PASSWORD, NULL, TERN_MEDIUM,
     TERN_UNBOUND, .doc = "The passphrase of that private key."},
    {"sasl.oauthbearer.assertion.template.file", TERN_STRING, NULL, TERN_MEDIUM, TERN_UNBOUND,
     .doc = "A file with a template of an assertion's header and claims."},
    {"sasl.oauthbearer.scope.claim.name", TERN_STRING, "scope", TERN_LOW, TERN_UNBOUND,
     .doc = "The name of the scope claim of a token."},
    {"sasl.oauthbearer.sub.claim.name", TERN_STRING, "sub", TERN_LOW, TERN_UNBOUND,
     .doc = "The name of the subject claim of a token."},
    {"sasl.oauthbearer.token.endpoint.url", TERN_STRING, NULL, TERN_MEDIUM, TERN_UNBOUND,
     .doc = "The URL of the identity provider's token endpoint."},
    {"sasl.oauthbearer.jwks.endpoint.url", TERN_STRING, NULL, TERN_MEDIUM, TERN_UNBOUND,
     .doc = "The URL of the identity provider's key set."},
    {"sasl.oauthbearer.jwks.endpoint.refresh.ms", TERN_LONG, "3600000", TERN_LOW, TERN_UNBOUND,
     .doc = "How often the key set is read again."},
    {"sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms", TERN_LONG, "10000", TERN_LOW,
     TERN_UNBOUND, .doc = "The longest wait between two attempts to read the key set."},
    {"sasl.oauthbearer.jwks.endpoint.retry.backoff.ms", TERN_LONG, "100", TERN_LOW, TERN_UNBOUND,
     .doc = "The first wait between two attempts to read the key set."},
    {"sasl.oauthbearer.clock.skew.seconds", TERN_INT, "30", TERN_LOW, TERN_UNBOUND,
     .doc = "The difference of clocks that is tolerated."},
    {"sasl.oauthbearer.expected.audience", TERN_LIST, "", TERN_HIGH, TERN_UNBOUND,
     .doc = "The audiences that a token may be for.", .validator = &any_list},
    {"sasl.oauthbearer.expected.issuer", TERN_STRING, NULL, TERN_HIGH, TERN_UNBOUND,
     .doc = "The issuer that a token must be from."},
    {"sasl.oauthbearer.header.urlencode", TERN_BOOL, "false", TERN_LOW, TERN_UNBOUND,
     .doc = "Whether client id and secret are URL-encoded in the Authorization header."},
    TERN_END,
};
