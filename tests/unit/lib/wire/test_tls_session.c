/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions against OpenSSL's server in the same process; bytes are carried over by hand. */
#include "lib/wire/tls_session.h"

#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <string.h>

#include "lib/base/strmap.h"
#include "tests/lib/testing.h"

#define STORES TERN_SOURCE_DIR "/tests/golden/lib/wire/stores/"

enum {
    LIMIT = 4 << 20
};

struct server {
    SSL_CTX *ctx;
    SSL *ssl;
    BIO *in, *out;
};

static void server_init(struct server *s, bool wants_certificate)
{
    s->ctx = SSL_CTX_new(TLS_server_method());
    ck_assert_int_eq(SSL_CTX_use_certificate_chain_file(s->ctx, STORES "chain.pem"), 1);
    ck_assert_int_eq(SSL_CTX_use_PrivateKey_file(s->ctx, STORES "key.pem", SSL_FILETYPE_PEM), 1);
    ck_assert_int_eq(SSL_CTX_load_verify_locations(s->ctx, STORES "ca.pem", NULL), 1);
    if (wants_certificate)
        SSL_CTX_set_verify(s->ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    s->ssl = SSL_new(s->ctx);
    s->in = BIO_new(BIO_s_mem());
    s->out = BIO_new(BIO_s_mem());
    SSL_set_bio(s->ssl, s->in, s->out);
    SSL_set_accept_state(s->ssl);
}

static void server_fini(struct server *s)
{
    SSL_free(s->ssl);
    SSL_CTX_free(s->ctx);
}

/* Takes what the client sends; what the server reads is echoed. */
static void server_serve(struct server *s, struct buf *from_client, struct buf *to_client)
{
    char data[4096];
    long len;
    char *at;
    int n;

    BIO_write(s->in, from_client->data, (int)from_client->len);
    buf_clear(from_client);
    if (!SSL_is_init_finished(s->ssl))
        SSL_do_handshake(s->ssl);
    while (SSL_is_init_finished(s->ssl) && (n = SSL_read(s->ssl, data, sizeof(data))) > 0)
        SSL_write(s->ssl, data, n);
    len = BIO_get_mem_data(s->out, &at);
    buf_add(to_client, at, (size_t)len);
    (void)BIO_reset(s->out);
}

static int spoken; /* the version of TLS that talk() had */

/* Sends text and reads it back; the network hands over piece bytes at a time. */
static int talk(const struct strmap *java, const char *host, bool wants_certificate, size_t piece,
                const char *text, struct buf *heard, struct tern_error *err)
{
    CLEANUP(buf_fini) struct buf up = BUF_INIT(LIMIT);
    CLEANUP(buf_fini) struct buf down = BUF_INIT(LIMIT);
    const struct tern_config view = strmap_config(java);
    struct tls_context *context;
    struct tls_session *session;
    struct server server;
    bool closed, said = false;
    int rc;

    if (tls_context_new(&view, &context, err) < 0)
        return -1;
    ck_assert_ok(tls_session_new(context, host, &session, err), *err);
    server_init(&server, wants_certificate);
    rc = tls_session_feed(session, (struct slice){0}, heard, &up, &closed, err);
    for (int round = 0; round < 20 && rc == 0; round++) {
        server_serve(&server, &up, &down);
        for (size_t at = 0; at < down.len && rc == 0; at += piece) {
            size_t n = down.len - at < piece ? down.len - at : piece;

            rc = tls_session_feed(session, slice_of(down.data + at, n), heard, &up, &closed, err);
        }
        buf_clear(&down);
        if (rc == 0 && tls_session_is_ready(session) && !said) {
            said = true;
            rc = tls_session_write(session, slice_str(text), &up, err);
        }
    }
    spoken = SSL_version(server.ssl);
    server_fini(&server);
    tls_session_free(session);
    tls_context_free(context);
    return rc;
}

static void trust(struct strmap *java)
{
    strmap_set(java, "ssl.truststore.type", "PEM");
    strmap_set(java, "ssl.truststore.location", STORES "ca.pem");
}

static const size_t pieces[] = {1, 7, 100000};

START_TEST(test_talk)
{
    CLEANUP(strmap_fini) struct strmap java = STRMAP_INIT;
    CLEANUP(buf_fini) struct buf heard = BUF_INIT(LIMIT);
    struct tern_error err;

    trust(&java);
    ck_assert_ok(talk(&java, "localhost", false, pieces[_i], "hello", &heard, &err), err);
    ck_assert_str_eq(buf_str(&heard), "hello");
}
END_TEST

static const struct {
    const char *versions, *suites;
    int version;
} choices[] = {
    {"TLSv1.2,TLSv1.3", "", TLS1_3_VERSION},
    {"TLSv1.2", "", TLS1_2_VERSION},
    {"", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", TLS1_2_VERSION},
    {"", "TLS_AES_128_GCM_SHA256", TLS1_3_VERSION},
    {"", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_AES_128_GCM_SHA256", TLS1_3_VERSION},
};

START_TEST(test_choice)
{
    CLEANUP(strmap_fini) struct strmap java = STRMAP_INIT;
    CLEANUP(buf_fini) struct buf heard = BUF_INIT(LIMIT);
    struct tern_error err;

    trust(&java);
    strmap_set(&java, "ssl.enabled.protocols", choices[_i].versions);
    strmap_set(&java, "ssl.cipher.suites", choices[_i].suites);
    ck_assert_ok(talk(&java, "localhost", false, 1000, "hello", &heard, &err), err);
    ck_assert_int_eq(spoken, choices[_i].version);
}
END_TEST

START_TEST(test_by_address)
{
    CLEANUP(strmap_fini) struct strmap java = STRMAP_INIT;
    CLEANUP(buf_fini) struct buf heard = BUF_INIT(LIMIT);
    struct tern_error err;

    trust(&java);
    ck_assert_ok(talk(&java, "127.0.0.1", false, 1000, "hello", &heard, &err), err);
    ck_assert_str_eq(buf_str(&heard), "hello");
}
END_TEST

START_TEST(test_client_certificate)
{
    CLEANUP(strmap_fini) struct strmap java = STRMAP_INIT;
    CLEANUP(buf_fini) struct buf heard = BUF_INIT(LIMIT);
    struct tern_error err;

    trust(&java);
    ck_assert_int_lt(talk(&java, "localhost", true, 1000, "hello", &heard, &err), 0);
    ck_assert_ptr_nonnull(
        strstr(err.msg, "alert certificate required (see ssl.keystore.location)"));
    strmap_set(&java, "ssl.keystore.type", "PKCS12");
    strmap_set(&java, "ssl.keystore.location", STORES "server.p12");
    strmap_set(&java, "ssl.keystore.password", "store-pw");
    ck_assert_ok(talk(&java, "localhost", true, 1000, "hello", &heard, &err), err);
    ck_assert_str_eq(buf_str(&heard), "hello");
}
END_TEST

START_TEST(test_other_host)
{
    CLEANUP(strmap_fini) struct strmap java = STRMAP_INIT;
    CLEANUP(buf_fini) struct buf heard = BUF_INIT(LIMIT);
    struct tern_error err;

    trust(&java);
    ck_assert_int_lt(talk(&java, "elsewhere", false, 1000, "hello", &heard, &err), 0);
    ck_assert_str_eq(err.msg, "the certificate of 'elsewhere' is for another host (see "
                              "ssl.endpoint.identification.algorithm)");
    strmap_set(&java, "ssl.endpoint.identification.algorithm", "");
    ck_assert_ok(talk(&java, "elsewhere", false, 1000, "hello", &heard, &err), err);
}
END_TEST

START_TEST(test_not_trusted)
{
    CLEANUP(strmap_fini) struct strmap java = STRMAP_INIT;
    CLEANUP(buf_fini) struct buf heard = BUF_INIT(LIMIT);
    struct tern_error err;

    ck_assert_int_lt(talk(&java, "localhost", false, 1000, "hello", &heard, &err), 0);
    ck_assert_ptr_nonnull(strstr(err.msg, "the certificate of 'localhost' is not trusted: "));
    ck_assert_ptr_nonnull(strstr(err.msg, "(see ssl.truststore.location)"));
}
END_TEST

START_TEST(test_no_tls_there)
{
    CLEANUP(strmap_fini) struct strmap java = STRMAP_INIT;
    CLEANUP(buf_fini) struct buf plain = BUF_INIT(LIMIT);
    CLEANUP(buf_fini) struct buf out = BUF_INIT(LIMIT);
    struct tls_context *context;
    struct tls_session *session;
    struct tern_config view;
    struct tern_error err;
    bool closed;

    trust(&java);
    view = strmap_config(&java);
    ck_assert_ok(tls_context_new(&view, &context, &err), err);
    ck_assert_ok(tls_session_new(context, "localhost", &session, &err), err);
    ck_assert_int_lt(tls_session_feed(session, slice_str("HTTP/1.1 400 Bad Request\r\n"), &plain,
                                      &out, &closed, &err),
                     0);
    ck_assert_ptr_nonnull(strstr(err.msg, "TLS with 'localhost' failed while shaking hands: "));
    tls_session_free(session);
    tls_context_free(context);
}
END_TEST

static const struct {
    const char *key, *value, *says;
} settings[] = {
    {"ssl.enabled.protocols", "TLSv1.2,TLSv1.3", NULL},
    {"ssl.enabled.protocols", "TLSv1.3", NULL},
    {"ssl.enabled.protocols", "SSLv3",
     "Invalid value SSLv3 for configuration ssl.enabled.protocols: TLSv1.2 and TLSv1.3 are there"},
    {"ssl.cipher.suites", "TLS_AES_256_GCM_SHA384,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", NULL},
    {"ssl.cipher.suites", "TLS_NO_SUCH",
     "Invalid value TLS_NO_SUCH for configuration ssl.cipher.suites: unknown cipher"},
};

START_TEST(test_settings)
{
    CLEANUP(strmap_fini) struct strmap java = STRMAP_INIT;
    CLEANUP(buf_fini) struct buf heard = BUF_INIT(LIMIT);
    struct tern_error err;
    int rc;

    trust(&java);
    strmap_set(&java, settings[_i].key, settings[_i].value);
    rc = talk(&java, "localhost", false, 1000, "hello", &heard, &err);
    ck_assert_int_eq(rc, settings[_i].says ? -1 : 0);
    if (settings[_i].says)
        ck_assert_str_eq(err.msg, settings[_i].says);
}
END_TEST

static void tls_session_suite(Suite *suite)
{
    test_add_rows(suite, test_talk, COUNT_OF(pieces));
    test_add_rows(suite, test_choice, COUNT_OF(choices));
    test_add(suite, test_by_address);
    test_add(suite, test_client_certificate);
    test_add(suite, test_other_host);
    test_add(suite, test_not_trusted);
    test_add(suite, test_no_tls_there);
    test_add_rows(suite, test_settings, COUNT_OF(settings));
}

TEST_MAIN("tls_session", tls_session_suite)
