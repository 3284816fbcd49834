/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/tls_session.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <strings.h>

#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/wire/tls_material.h"

struct tls_context {
    SSL_CTX *ctx;
    bool checks_name;
};

struct tls_session {
    SSL *ssl;
    BIO *in, *out; /* owned by ssl */
    char *host;
};

/* ---- context ---- */

static const struct {
    const char *java;
    int version;
} protocols[] = {
    {"TLSv1", TLS1_VERSION},
    {"TLSv1.1", TLS1_1_VERSION},
    {"TLSv1.2", TLS1_2_VERSION},
    {"TLSv1.3", TLS1_3_VERSION},
};

static int version_of(const char *name, size_t len)
{
    for (size_t i = 0; i < COUNT_OF(protocols); i++) {
        if (strlen(protocols[i].java) == len && strncasecmp(protocols[i].java, name, len) == 0)
            return protocols[i].version;
    }
    return -1;
}

/* From the least to the greatest of the versions that are named: OpenSSL knows ranges only. */
static int set_protocols(SSL_CTX *ctx, const struct tern_config *java, struct tern_error *err)
{
    const char *text = config_get(java, "ssl.enabled.protocols");
    int least = TLS1_2_VERSION, greatest = TLS1_3_VERSION;

    if (text && *text) {
        least = INT32_MAX;
        greatest = 0;
        for (const char *at = text; *at; at += strspn(at, ", \t")) {
            size_t len = strcspn(at, ", \t");
            int version = version_of(at, len);

            if (version < 0) {
                return tern_fail(err, TERN_EINVALID,
                                 "Invalid value %s for configuration ssl.enabled.protocols: "
                                 "TLSv1.2 and TLSv1.3 are there",
                                 text);
            }
            least = version < least ? version : least;
            greatest = version > greatest ? version : greatest;
            at += len;
        }
    }
    SSL_CTX_set_min_proto_version(ctx, least);
    SSL_CTX_set_max_proto_version(ctx, greatest);
    return 0;
}

/* Java's names are those of the standard: of TLS 1.3 OpenSSL has the same, others it translates. */
static int set_ciphers(SSL_CTX *ctx, const struct tern_config *java, struct tern_error *err)
{
    const char *text = config_get(java, "ssl.cipher.suites");
    CLEANUP(buf_fini) struct buf modern = BUF_INIT(4096);
    CLEANUP(buf_fini) struct buf older = BUF_INIT(4096);

    if (!text || !*text)
        return 0;
    for (const char *at = text; *at; at += strspn(at, ", \t")) {
        size_t len = strcspn(at, ", \t");
        CLEANUP(freep) char *name = xstrndup(at, len);
        const char *translated = OPENSSL_cipher_name(name);
        struct buf *list = strstr(name, "_WITH_") ? &older : &modern;

        if (!translated || strcmp(translated, "(NONE)") == 0) {
            return tern_fail(err, TERN_EINVALID,
                             "Invalid value %s for configuration ssl.cipher.suites: unknown cipher",
                             name);
        }
        buf_add_fmt(list, "%s%s", list->len ? ":" : "", list == &older ? translated : name);
        at += len;
    }
    /* As in Java, a version that has no suite is not offered. */
    if (!modern.len && SSL_CTX_get_min_proto_version(ctx) < TLS1_3_VERSION)
        SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
    if (!older.len && SSL_CTX_get_max_proto_version(ctx) == TLS1_3_VERSION)
        SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION);
    if ((modern.len && SSL_CTX_set_ciphersuites(ctx, buf_str(&modern)) != 1) ||
        (older.len && SSL_CTX_set_cipher_list(ctx, buf_str(&older)) != 1)) {
        ERR_clear_error();
        return tern_fail(err, TERN_EINVALID,
                         "Invalid value %s for configuration ssl.cipher.suites: no such ciphers",
                         text);
    }
    return 0;
}

static int use_material(SSL_CTX *ctx, const struct tls_material *m, struct tern_error *err)
{
    X509_STORE *store = SSL_CTX_get_cert_store(ctx);

    for (int i = 0; i < sk_X509_num(m->trusted); i++)
        X509_STORE_add_cert(store, sk_X509_value(m->trusted, i));
    if (!m->trusted && SSL_CTX_set_default_verify_paths(ctx) != 1)
        return tern_fail(err, TERN_EINVALID, "the system has no trusted certificates");
    if (!m->key)
        return 0;
    if (SSL_CTX_use_certificate(ctx, sk_X509_value(m->chain, 0)) != 1 ||
        SSL_CTX_use_PrivateKey(ctx, m->key) != 1) {
        ERR_clear_error();
        return tern_fail(err, TERN_EINVALID,
                         "ssl.keystore: OpenSSL refuses its key or certificate");
    }
    for (int i = 1; i < sk_X509_num(m->chain); i++)
        SSL_CTX_add1_chain_cert(ctx, sk_X509_value(m->chain, i));
    return 0;
}

static int set_up(struct tls_context *c, const struct tern_config *java, struct tern_error *err)
{
    const struct tern_config_entry *named =
        config_find(java, "ssl.endpoint.identification.algorithm");
    struct tls_material material;
    int rc;

    c->checks_name = !named || (named->value && *named->value);
    SSL_CTX_set_verify(c->ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_mode(c->ctx, SSL_MODE_AUTO_RETRY);
    if (set_protocols(c->ctx, java, err) < 0 || set_ciphers(c->ctx, java, err) < 0 ||
        tls_material_load(java, &material, err) < 0)
        return -1;
    rc = use_material(c->ctx, &material, err);
    tls_material_fini(&material);
    return rc;
}

int tls_context_new(const struct tern_config *java, struct tls_context **ret_context,
                    struct tern_error *err)
{
    struct tls_context *c = xcalloc(1, sizeof(*c));

    c->ctx = SSL_CTX_new(TLS_client_method());
    if (!c->ctx)
        abort(); /* out of memory */
    if (set_up(c, java, err) < 0) {
        tls_context_free(c);
        return -1;
    }
    *ret_context = c;
    return 0;
}

void tls_context_free(struct tls_context *c)
{
    if (!c)
        return;
    SSL_CTX_free(c->ctx);
    free(c);
}

/* ---- session ---- */

static bool is_address(const char *host)
{
    uint8_t room[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, host, room) == 1 || inet_pton(AF_INET6, host, room) == 1;
}

static bool expect_host(struct tls_session *s, const struct tls_context *c)
{
    X509_VERIFY_PARAM *param = SSL_get0_param(s->ssl);
    bool address = is_address(s->host);

    if (!address && SSL_set_tlsext_host_name(s->ssl, s->host) != 1)
        return false;
    if (!c->checks_name)
        return true;
    if (address)
        return X509_VERIFY_PARAM_set1_ip_asc(param, s->host) == 1;
    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return X509_VERIFY_PARAM_set1_host(param, s->host, 0) == 1;
}

int tls_session_new(const struct tls_context *context, const char *host,
                    struct tls_session **ret_session, struct tern_error *err)
{
    struct tls_session *s = xcalloc(1, sizeof(*s));

    s->host = xstrdup(host);
    s->ssl = SSL_new(context->ctx);
    s->in = BIO_new(BIO_s_mem());
    s->out = BIO_new(BIO_s_mem());
    if (!s->ssl || !s->in || !s->out)
        abort(); /* out of memory */
    SSL_set_bio(s->ssl, s->in, s->out);
    SSL_set_connect_state(s->ssl);
    if (!expect_host(s, context)) {
        ERR_clear_error();
        tls_session_free(s);
        return tern_fail(err, TERN_EINVALID, "'%s' is no host that TLS can name", host);
    }
    *ret_session = s;
    return 0;
}

void tls_session_free(struct tls_session *s)
{
    if (!s)
        return;
    SSL_free(s->ssl);
    free(s->host);
    free(s);
}

bool tls_session_is_ready(const struct tls_session *s)
{
    return SSL_is_init_finished(s->ssl);
}

/* The alerts by which a peer refuses our certificate, or that we have none. */
static bool is_about_our_certificate(unsigned long code)
{
    static const int alerts[] = {
        SSL_R_SSLV3_ALERT_BAD_CERTIFICATE,      SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE,
        SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED,  SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED,
        SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN,  SSL_R_TLSV1_ALERT_UNKNOWN_CA,
        SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED};

    for (size_t i = 0; i < COUNT_OF(alerts); i++) {
        if (ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == alerts[i])
            return true;
    }
    return false;
}

static int fail(struct tls_session *s, const char *doing, struct tern_error *err)
{
    long verified = SSL_get_verify_result(s->ssl);
    unsigned long code = ERR_peek_last_error();
    const char *reason = code ? ERR_reason_error_string(code) : NULL;

    ERR_clear_error();
    if (verified == X509_V_ERR_HOSTNAME_MISMATCH || verified == X509_V_ERR_IP_ADDRESS_MISMATCH) {
        return tern_fail(err, TERN_EINVALID,
                         "the certificate of '%s' is for another host (see "
                         "ssl.endpoint.identification.algorithm)",
                         s->host);
    }
    if (verified != X509_V_OK) {
        return tern_fail(err, TERN_EINVALID,
                         "the certificate of '%s' is not trusted: %s (see ssl.truststore.location)",
                         s->host, X509_verify_cert_error_string(verified));
    }
    return tern_fail(err, TERN_EINVALID, "TLS with '%s' failed while %s: %s%s", s->host, doing,
                     reason ? reason : "the connection ended",
                     is_about_our_certificate(code) ? " (see ssl.keystore.location)" : "");
}

static void drain(struct tls_session *s, struct buf *out)
{
    char *data;
    long len = BIO_get_mem_data(s->out, &data);

    if (len > 0)
        buf_add(out, data, (size_t)len);
    (void)BIO_reset(s->out);
}

static bool is_waiting(int reason)
{
    return reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE;
}

static int read_plain(struct tls_session *s, struct buf *plain, bool *ret_closed,
                      struct tern_error *err)
{
    for (;;) {
        uint8_t *room = buf_reserve(plain, 16384);
        int n, reason;

        if (!room)
            return tern_fail(err, TERN_EINVALID, "'%s' sends too much at once", s->host);
        n = SSL_read(s->ssl, room, 16384);
        if (n > 0) {
            plain->len += (size_t)n;
            continue;
        }
        reason = SSL_get_error(s->ssl, n);
        if (is_waiting(reason))
            return 0;
        if (reason != SSL_ERROR_ZERO_RETURN)
            return fail(s, "reading", err);
        *ret_closed = true;
        return 0;
    }
}

int tls_session_feed(struct tls_session *s, struct slice network, struct buf *plain,
                     struct buf *out, bool *ret_closed, struct tern_error *err)
{
    int rc = 0, n;

    *ret_closed = false;
    ERR_clear_error();
    if (network.len && BIO_write(s->in, network.at, (int)network.len) != (int)network.len)
        abort(); /* out of memory */
    if (!SSL_is_init_finished(s->ssl)) {
        n = SSL_do_handshake(s->ssl);
        if (n != 1 && !is_waiting(SSL_get_error(s->ssl, n)))
            rc = fail(s, "shaking hands", err);
    }
    if (rc == 0 && SSL_is_init_finished(s->ssl))
        rc = read_plain(s, plain, ret_closed, err);
    drain(s, out);
    return rc;
}

int tls_session_write(struct tls_session *s, struct slice plain, struct buf *out,
                      struct tern_error *err)
{
    size_t written = 0;

    ERR_clear_error();
    if (plain.len && SSL_write_ex(s->ssl, plain.at, plain.len, &written) != 1)
        return fail(s, "writing", err);
    drain(s, out);
    return out->failed ? tern_fail(err, TERN_EINVALID, "too much to send to '%s'", s->host) : 0;
}
