/* SPDX-License-Identifier: Apache-2.0 */
/* HTTPS between our own server and our own client, with stores that keytool and openssl made. */
#include "rest/tls.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "rest/http_client.h"
#include "rest/server.h"
#include "tests/lib/testing.h"

#define STORES TERN_SOURCE_DIR "/tests/golden/lib/wire/stores/"

#define P      "listeners.https."

static void set_all(struct strmap *map, const char *const *pairs)
{
    for (size_t i = 0; pairs[i]; i += 2)
        strmap_set(map, pairs[i], pairs[i + 1]);
}

static const char *const server_pairs[] = {"listeners",
                                           "https://127.0.0.1:0",
                                           P "ssl.keystore.type",
                                           "JKS",
                                           P "ssl.keystore.location",
                                           STORES "server.jks",
                                           P "ssl.keystore.password",
                                           "store-pw",
                                           P "ssl.key.password",
                                           "key-pw",
                                           P "ssl.truststore.type",
                                           "PEM",
                                           P "ssl.truststore.location",
                                           STORES "ca.pem",
                                           NULL};

static struct rest_server *open_server(struct strmap *settings)
{
    struct rest_conf conf = {.worker = strmap_config(settings)};
    struct rest_server *server;
    struct tern_error err;

    ck_assert_ok(rest_server_open(&conf, &server, &err), err);
    return server;
}

static int call(const char *host, int port, int *ret_status, struct tern_error *err)
{
    CLEANUP(freep) char *url = xasprintf("https://%s:%d/", host, port);
    const struct http_call call = {
        .method = "GET", .url = url, .deadline_ms = clock_deadline_ms(10000)};
    struct http_answer answer = HTTP_ANSWER_INIT;
    int rc = http_call(&call, &answer, err);

    *ret_status = answer.status;
    http_answer_fini(&answer);
    return rc;
}

/* Before the API is there, every path is the server's own 404. */
START_TEST(test_https)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct rest_server *server;
    struct tern_error err;
    int status;

    set_all(&settings, server_pairs);
    server = open_server(&settings);
    ck_assert_int_eq(strncmp(rest_server_url(server), "https://127.0.0.1:", 18), 0);
    ck_assert_ok(call("127.0.0.1", rest_server_port(server, 0), &status, &err), err);
    ck_assert_int_eq(status, 404);
    ck_assert_int_lt(call("127.0.0.2", rest_server_port(server, 0), &status, &err), 0);
    rest_server_free(server);
}
END_TEST

START_TEST(test_client_certificates)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct rest_server *server;
    struct tern_error err;
    int status;

    set_all(&settings, server_pairs);
    strmap_set(&settings, P "ssl.client.auth", "required");
    server = open_server(&settings); /* our own requests present the same key store */
    ck_assert_ok(call("127.0.0.1", rest_server_port(server, 0), &status, &err), err);
    ck_assert_int_eq(status, 404);
    rest_server_free(server);
}
END_TEST

/* As above, but who asks has no certificate. */
START_TEST(test_no_client_certificate)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    CLEANUP(strmap_fini) struct strmap stranger = STRMAP_INIT;
    struct rest_server *server;
    struct tern_config view;
    struct tern_error err;
    int status;

    strmap_set(&stranger, "ssl.truststore.type", "PEM");
    strmap_set(&stranger, "ssl.truststore.location", STORES "ca.pem");
    set_all(&settings, server_pairs);
    strmap_set(&settings, P "ssl.client.auth", _i ? "requested " : "required ");
    server = open_server(&settings);
    view = strmap_config(&stranger);
    http_client_init(&view);
    ck_assert_int_eq(call("127.0.0.1", rest_server_port(server, 0), &status, &err), _i ? 0 : -1);
    rest_server_free(server);
}
END_TEST

static const struct {
    const char *pairs[10];
    const char *says;
} bad[] = {
    {{"listeners", "https://127.0.0.1:0"},
     "'https://127.0.0.1:0': a key and a certificate are missing: set "
     "listeners.https.ssl.keystore.location, or ssl.keystore.location"},
    /* one setting with the prefix, and those without it do not count */
    {{"listeners", "https://127.0.0.1:0", "ssl.keystore.location", STORES "server.p12",
      "ssl.keystore.password", "store-pw", P "ssl.client.auth", "none"},
     "'https://127.0.0.1:0': a key and a certificate are missing: set "
     "listeners.https.ssl.keystore.location, or ssl.keystore.location"},
    {{"listeners", "https://127.0.0.1:0", "ssl.keystore.location", STORES "server.p12",
      "ssl.keystore.password", "nope"},
     "'https://127.0.0.1:0': ssl.keystore.location '" STORES
     "server.p12' (JKS): the password is wrong, or the store is damaged"},
    {{"listeners", "https://127.0.0.1:0", "ssl.keystore.location", STORES "server.p12",
      "ssl.keystore.password", "store-pw", "ssl.client.auth", "required"},
     "'https://127.0.0.1:0': ssl.client.auth asks for client certificates: "
     "ssl.truststore.location must say whose"},
    {{"listeners", "https://127.0.0.1:0", "ssl.client.auth", "perhaps"},
     "'https://127.0.0.1:0': Invalid value perhaps for configuration ssl.client.auth: String must "
     "be one of: required, requested, none"},
    {{"listeners", "https://127.0.0.1:0", "ssl.enabled.protocols", "SSLv3"},
     "'https://127.0.0.1:0': Invalid value SSLv3 for configuration ssl.enabled.protocols: TLSv1.2 "
     "and TLSv1.3 are there"},
};

START_TEST(test_bad)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct rest_conf conf = {0};
    struct rest_server *server;
    struct tern_error err;

    set_all(&settings, bad[_i].pairs);
    conf.worker = strmap_config(&settings);
    ck_assert_int_lt(rest_server_open(&conf, &server, &err), 0);
    ck_assert_str_eq(err.msg, bad[_i].says);
}
END_TEST

static void tls_suite(Suite *suite)
{
    test_add(suite, test_https);
    test_add(suite, test_client_certificates);
    test_add_rows(suite, test_no_client_certificate, 2);
    test_add_rows(suite, test_bad, COUNT_OF(bad));
}

TEST_MAIN("tls", tls_suite)
