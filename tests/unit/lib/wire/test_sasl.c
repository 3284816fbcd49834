/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/sasl.h"

#include <string.h>

#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/wire/jaas.h"
#include "lib/wire/security.h"
#include "tests/lib/testing.h"

#define PLAIN_MODULE "org.apache.kafka.common.security.plain.PlainLoginModule required "
#define SCRAM_MODULE "org.apache.kafka.common.security.scram.ScramLoginModule required\n  "

#define SAYS         "Invalid value for configuration sasl.jaas.config: "
#define OPTION_SAYS(number)                                                                     \
    "Value not specified for option " #number " in JAAS config: a value that is not a word of " \
    "letters must be in quotes, and a quote in it be written \\\""

/* ---- JAAS ---- */

static const struct {
    const char *jaas, *option, *value;
} options[] = {
    {PLAIN_MODULE "username=\"a\" password=\"b c;=\";", "password", "b c;="},
    {PLAIN_MODULE "username=\"a\" password=\"b\\\"c\\\\\";", "password", "b\"c\\"},
    {PLAIN_MODULE "username=a password=b;", "username", "a"},
    {PLAIN_MODULE "username=a password=b;", "password", "b"},
    {"\n\t" SCRAM_MODULE "username = \"a\"\n  password\t=\t\"b\" ;", "password", "b"},
    {PLAIN_MODULE "username=\"\";", "username", ""},
    {PLAIN_MODULE ";", "username", NULL},
    {PLAIN_MODULE "username;", "username", NULL},
    {PLAIN_MODULE "username=\"a", "username", NULL},
    {"", "username", NULL},
    {";;;", "username", NULL},
    /* what follows was given to Java's JaasContext */
    {PLAIN_MODULE "username='a' password='b\"c;d=e';", "password", "b\"c;d=e"},
    {PLAIN_MODULE "password=\"b'c\" username='a' ; ", "password", "b'c"},
    {PLAIN_MODULE "username=a password=b.c-d_e$f;", "password", "b.c-d_e$f"},
    {PLAIN_MODULE "username=a password=\"b\\nc\\td\\101\\q\";", "password", "b\nc\tdAq"},
    {PLAIN_MODULE "username=a password=\"\\344\\477\\18\";", "password", "\u00e4'7\0018"},
    {PLAIN_MODULE "username=a password=b\u00e4\u20ac;", "password", "b\u00e4\u20ac"},
    {PLAIN_MODULE "username=a username=b password=c;", "username", "b"},
    {PLAIN_MODULE "username=a /* ; */ password=b; // c", "password", "b"},
    {"m REQUIRED 'username' = \"a\" \"password\"='b';", "username", "a"},
};

/* What Java refuses. */
static const struct {
    const char *jaas, *says;
} refused[] = {
    {"", "Login module not specified in JAAS config"},
    {"m", "Login module control flag not specified in JAAS config"},
    {" ${file:/etc/secrets:jaas}", "a variable that no config provider replaced"},
    {"m;", "Login module control flag is not available in the JAAS config"},
    {"KafkaClient { m required username=a; };",
     "Login module control flag is not available in the JAAS config"},
    {"m username=\"a\" password=\"s3cret\";",
     "Invalid login module control flag in JAAS config: it is required, requisite, sufficient or "
     "optional"},
    {PLAIN_MODULE "username=\"a\" password=\"s3cret\"",
     "JAAS config entry not terminated by semi-colon"},
    {PLAIN_MODULE "username=\"a\" password=\"s3cret",
     "JAAS config entry not terminated by semi-colon"},
    {PLAIN_MODULE "username=a/b password=\"s3cret\";",
     "JAAS config entry not terminated by semi-colon"},
    {PLAIN_MODULE "username=\"a\" password=\"s3cret\";\n" PLAIN_MODULE "username=b password=c;",
     "JAAS config property contains 2 login modules, should be 1 module"},
    {PLAIN_MODULE "username=\"a\" password=1s3cret;", OPTION_SAYS(2)},
    {PLAIN_MODULE "username=\"a\" password=\"a\"s3cret\";", OPTION_SAYS(3)},
    {PLAIN_MODULE "username=\"a\" password=s3cret#a;", OPTION_SAYS(3)},
    {PLAIN_MODULE "username=\"a\", password=\"s3cret\";", OPTION_SAYS(2)},
    {PLAIN_MODULE "username=\"a\" password=;", OPTION_SAYS(2)},
    {PLAIN_MODULE "username=\"a\" password=\"s3\ncret\";", OPTION_SAYS(3)},
};

START_TEST(test_option)
{
    CLEANUP(freep) char *value = jaas_option(options[_i].jaas, options[_i].option);

    ck_assert_pstr_eq(value, options[_i].value);
}
END_TEST

START_TEST(test_refused)
{
    struct tern_error err;

    ck_assert_int_lt(jaas_check(refused[_i].jaas, &err), 0);
    ck_assert_int_eq(strncmp(err.msg, SAYS, strlen(SAYS)), 0);
    ck_assert_str_eq(err.msg + strlen(SAYS), refused[_i].says);
}
END_TEST

/* ---- mechanisms ---- */

static int make(const char *mechanism, const char *jaas, const char *key, const char *value,
                struct sasl **ret_sasl, struct tern_error *err)
{
    CLEANUP(strmap_fini) struct strmap java = STRMAP_INIT;
    struct tern_config view;

    if (mechanism)
        strmap_set(&java, "sasl.mechanism", mechanism);
    if (jaas)
        strmap_set(&java, "sasl.jaas.config", jaas);
    if (key)
        strmap_set(&java, key, value);
    view = strmap_config(&java);
    return sasl_new(&view, ret_sasl, err);
}

START_TEST(test_plain)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(1024);
    const struct conn_auth *auth;
    void *talk;
    struct tern_error err;
    struct sasl *sasl;
    bool done;

    ck_assert_ok(
        make("PLAIN", PLAIN_MODULE "username=\"al\" password=\"pw\";", NULL, NULL, &sasl, &err),
        err);
    auth = sasl_auth(sasl);
    talk = auth->begin(auth->arg);
    ck_assert_str_eq(auth->mechanism, "PLAIN");
    ck_assert_ok(auth->step(talk, (struct slice){0}, &out, &done, &err), err);
    ck_assert(!done);
    ck_assert_uint_eq(out.len, 6);
    ck_assert_int_eq(memcmp(out.data, "\0al\0pw", 6), 0);
    buf_clear(&out);
    ck_assert_ok(auth->step(talk, slice_of("", 0), &out, &done, &err), err);
    ck_assert(done);
    ck_assert_uint_eq(out.len, 0);
    auth->end(talk);
    sasl_free(sasl);
}
END_TEST

/* Each connection has a nonce of its own. */
START_TEST(test_scram_nonces)
{
    CLEANUP(buf_fini) struct buf one = BUF_INIT(1024);
    CLEANUP(buf_fini) struct buf other = BUF_INIT(1024);
    const struct conn_auth *auth;
    void *talks[2];
    struct tern_error err;
    struct sasl *sasl;
    bool done;

    ck_assert_ok(
        make("SCRAM-SHA-512", SCRAM_MODULE "username=u password=p;", NULL, NULL, &sasl, &err), err);
    auth = sasl_auth(sasl);
    ck_assert_str_eq(auth->mechanism, "SCRAM-SHA-512");
    for (int i = 0; i < 2; i++) {
        talks[i] = auth->begin(auth->arg);
        ck_assert_ok(auth->step(talks[i], (struct slice){0}, i ? &one : &other, &done, &err), err);
    }
    ck_assert_int_eq(strncmp(buf_str(&one), "n,,n=u,r=", 9), 0);
    ck_assert_uint_eq(one.len, 9 + 32);
    ck_assert_str_ne(buf_str(&one), buf_str(&other));
    auth->end(talks[0]);
    auth->end(talks[1]);
    sasl_free(sasl);
}
END_TEST

START_TEST(test_delegation_token)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(1024);
    const struct conn_auth *auth;
    struct tern_error err;
    struct sasl *sasl;
    void *talk;
    bool done;

    ck_assert_ok(make("SCRAM-SHA-512",
                      SCRAM_MODULE "username=\"id\" password=\"hmac\" tokenauth=true;", NULL, NULL,
                      &sasl, &err),
                 err);
    auth = sasl_auth(sasl);
    talk = auth->begin(auth->arg);
    ck_assert_ok(auth->step(talk, (struct slice){0}, &out, &done, &err), err);
    ck_assert_ptr_nonnull(strstr(buf_str(&out), ",tokenauth=true"));
    auth->end(talk);
    sasl_free(sasl);
}
END_TEST

START_TEST(test_oauth_from_file)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(1024);
    char *folder = test_folder();
    CLEANUP(freep) char *url = xasprintf("file://%s/token", folder);
    const struct conn_auth *auth;
    void *talk;
    struct tern_error err;
    struct sasl *sasl;
    bool done;

    test_write_file(folder, "token", "abc.def.ghi\n", 12);
    ck_assert_ok(make("OAUTHBEARER", NULL, "sasl.oauthbearer.token.endpoint.url", url, &sasl, &err),
                 err);
    auth = sasl_auth(sasl);
    talk = auth->begin(auth->arg);
    ck_assert_ok(auth->step(talk, (struct slice){0}, &out, &done, &err), err);
    ck_assert_str_eq(buf_str(&out), "n,,\001auth=Bearer abc.def.ghi\001\001");
    ck_assert_int_lt(
        auth->step(talk, slice_str("{\"status\":\"invalid_token\"}"), &out, &done, &err), 0);
    ck_assert_str_eq(err.msg, "the broker does not take the token: {\"status\":\"invalid_token\"}");
    auth->end(talk);
    sasl_free(sasl);
    test_folder_remove(folder);
}
END_TEST

static const struct {
    const char *mechanism, *jaas, *key, *value, *says;
} bad[] = {
    {NULL, NULL, NULL, NULL,
     "Invalid value GSSAPI for configuration sasl.mechanism: this connection has PLAIN, "
     "SCRAM-SHA-256, SCRAM-SHA-512 and OAUTHBEARER"},
    {"PLAIN", NULL, NULL, NULL,
     "configuration 'sasl.jaas.config' has no option 'username', or is not of the form '<login "
     "module> required <option>=\"<value>\" ... ;'"},
    {"SCRAM-SHA-256", SCRAM_MODULE "username=\"u\";", NULL, NULL,
     "configuration 'sasl.jaas.config' has no option 'password', or is not of the form '<login "
     "module> required <option>=\"<value>\" ... ;'"},
    {"OAUTHBEARER", NULL, NULL, NULL,
     "The OAuth configuration option sasl.oauthbearer.token.endpoint.url value is required"},
    {"OAUTHBEARER", NULL, "sasl.oauthbearer.token.endpoint.url", "ftp://x",
     "Invalid value ftp://x for configuration sasl.oauthbearer.token.endpoint.url: http, https or "
     "file was expected"},
    {"OAUTHBEARER", NULL, "sasl.oauthbearer.jwt.retriever.class", "x.JwtBearerJwtRetriever",
     "configuration 'sasl.oauthbearer.jwt.retriever.class' names 'x.JwtBearerJwtRetriever': "
     "DefaultJwtRetriever, ClientCredentialsJwtRetriever and FileJwtRetriever are there"},
    {"OAUTHBEARER", NULL, "sasl.oauthbearer.token.endpoint.url", "http://127.0.0.1:1/t",
     "the client's id is missing: set sasl.oauthbearer.client.credentials.client.id, or clientId in "
     "sasl.jaas.config"},
};

START_TEST(test_bad)
{
    struct tern_error err;
    struct sasl *sasl;

    ck_assert_int_lt(make(bad[_i].mechanism, bad[_i].jaas, bad[_i].key, bad[_i].value, &sasl, &err),
                     0);
    ck_assert_str_eq(err.msg, bad[_i].says);
}
END_TEST

START_TEST(test_protocols)
{
    bool tls, sasl;

    ck_assert(security_protocol_parse("sasl_ssl", &tls, &sasl) && tls && sasl);
    ck_assert(security_protocol_parse("PLAINTEXT", &tls, &sasl) && !tls && !sasl);
    ck_assert(!security_protocol_parse("TLS", &tls, &sasl));
}
END_TEST

/* A .properties file keeps them at the end of a line. */
START_TEST(test_blanks_around_values)
{
    CLEANUP(strmap_fini) struct strmap java = STRMAP_INIT;
    struct security *security;
    struct tern_config view;
    struct tern_error err;

    strmap_set(&java, "security.protocol", "SASL_SSL ");
    strmap_set(&java, "sasl.mechanism", "\tPLAIN ");
    strmap_set(&java, "sasl.jaas.config", PLAIN_MODULE "username=a password=b; ");
    strmap_set(&java, "ssl.enabled.protocols", " TLSv1.2 ");
    view = strmap_config(&java);
    ck_assert_ok(security_new(&view, &security, &err), err);
    ck_assert_str_eq(security_auth(security)->mechanism, "PLAIN");
    security_free(security);
}
END_TEST

static void sasl_suite(Suite *suite)
{
    test_add_rows(suite, test_option, COUNT_OF(options));
    test_add_rows(suite, test_refused, COUNT_OF(refused));
    test_add(suite, test_plain);
    test_add(suite, test_scram_nonces);
    test_add(suite, test_delegation_token);
    test_add(suite, test_oauth_from_file);
    test_add_rows(suite, test_bad, COUNT_OF(bad));
    test_add(suite, test_protocols);
    test_add(suite, test_blanks_around_values);
}

TEST_MAIN("sasl", sasl_suite)
