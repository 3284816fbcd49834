/* SPDX-License-Identifier: Apache-2.0 */
/* The stores of tests/golden/lib/wire/stores were made by keytool and openssl. */
#include "lib/wire/tls_material.h"

#include <string.h>

#include "lib/base/file.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/wire/jks.h"
#include "tests/lib/testing.h"

#define STORES TERN_SOURCE_DIR "/tests/golden/lib/wire/stores/"

/* Java properties: names without "ssl." and values by turns; "@x" is the path of store x, "<x" what
 * it holds, "-x" that on one line, "+x" with two blanks at the begin of lines. */
static void replace_newlines(const char *text, const char *by, struct buf *out)
{
    for (; *text; text++) {
        if (*text == '\n')
            buf_add_str(out, by);
        else
            buf_add_char(out, *text);
    }
}

static void set_all(struct strmap *java, const char *const *pairs)
{
    for (size_t i = 0; pairs[i]; i += 2) {
        CLEANUP(freep) char *key = xasprintf("ssl.%s", pairs[i]);
        CLEANUP(freep) char *path = xasprintf(STORES "%s", pairs[i + 1] + 1);
        CLEANUP(buf_fini) struct buf text = BUF_INIT(1 << 20);
        struct tern_error err;

        if (pairs[i + 1][0] == '@') {
            strmap_set(java, key, path);
        } else if (pairs[i + 1][0] == '<') {
            ck_assert_ok(file_read(path, &text, &err), err);
            strmap_set(java, key, buf_str(&text));
        } else if (pairs[i + 1][0] == '-' || pairs[i + 1][0] == '+') {
            CLEANUP(buf_fini) struct buf changed = BUF_INIT(1 << 20);

            ck_assert_ok(file_read(path, &text, &err), err);
            replace_newlines(buf_str(&text), pairs[i + 1][0] == '-' ? " " : "\n  ", &changed);
            strmap_set(java, key, buf_str(&changed));
        } else {
            strmap_set(java, key, pairs[i + 1]);
        }
    }
}

static int load(const char *const *pairs, struct tls_material *m, struct tern_error *err)
{
    CLEANUP(strmap_fini) struct strmap java = STRMAP_INIT;
    struct tern_config view;

    set_all(&java, pairs);
    view = strmap_config(&java);
    return tls_material_load(&view, m, err);
}

#define KEYS(type_, file_)  "keystore.type", type_, "keystore.location", file_
#define TRUST(type_, file_) "truststore.type", type_, "truststore.location", file_

static const struct {
    const char *name;
    const char *pairs[12];
    int chain, trusted; /* how many certificates */
} good[] = {
    {"nothing", {NULL}, 0, 0},
    {"JKS",
     {KEYS("JKS", "@server.jks"), "keystore.password", "store-pw", "key.password", "key-pw"},
     2,
     0},
    {"JKS is the default",
     {"keystore.location", "@server.jks", "keystore.password", "store-pw", "key.password",
      "key-pw"},
     2,
     0},
    {"JKS without a look at its whole",
     {KEYS("JKS", "@server.jks"), "key.password", "key-pw"},
     2,
     0},
    {"PKCS12", {KEYS("PKCS12", "@server.p12"), "keystore.password", "store-pw"}, 2, 0},
    {"PKCS12 called JKS", {KEYS("JKS", "@server.p12"), "keystore.password", "store-pw"}, 2, 0},
    {"JKS called PKCS12",
     {KEYS("pkcs12", "@server.jks"), "keystore.password", "store-pw", "key.password", "key-pw"},
     2,
     0},
    {"PKCS12 with old ciphers",
     {KEYS("PKCS12", "@server-legacy.p12"), "keystore.password", "store-pw"},
     2,
     0},
    {"PEM file", {KEYS("PEM", "@server.pem"), "key.password", "key-pw"}, 2, 0},
    {"PEM values",
     {"keystore.type", "PEM", "keystore.key", "<key-encrypted.pem", "keystore.certificate.chain",
      "<chain.pem", "key.password", "key-pw"},
     2,
     0},
    {"PEM value without password",
     {"keystore.type", "pem", "keystore.key", "<key.pem", "keystore.certificate.chain",
      "<chain.pem"},
     2,
     0},
    {"trust JKS", {TRUST("JKS", "@trust.jks"), "truststore.password", "trust-pw"}, 0, 2},
    {"trust JKS without password", {TRUST("JKS", "@trust.jks")}, 0, 2},
    {"trust PKCS12", {TRUST("PKCS12", "@trust.p12"), "truststore.password", "trust-pw"}, 0, 2},
    {"trusted in a key store",
     {TRUST("JKS", "@server.jks"), "truststore.password", "store-pw"},
     0,
     2},
    {"a certificate of one's own in JKS is trusted", {TRUST("JKS", "@self.jks")}, 0, 1},
    {"a certificate of one's own in PKCS12 is trusted",
     {TRUST("PKCS12", "@self.p12"), "truststore.password", "store-pw"},
     0,
     1},
    {"a chain without what else is in the store",
     {KEYS("PKCS12", "@two-keys.p12"), "keystore.password", "store-pw"},
     1,
     0},
    {"trust PKCS12 that nothing protects", {TRUST("PKCS12", "@trust-open.p12")}, 0, 1},
    {"trust PKCS12 that nothing protects, and a password",
     {TRUST("PKCS12", "@trust-open.p12"), "truststore.password", "any"},
     0,
     1},
    {"blanks around values",
     {TRUST(" PKCS12 ", "@trust.p12"), "truststore.password", "trust-pw "},
     0,
     2},
    {"PEM values on one line",
     {"keystore.type", "PEM", "keystore.key", "-key-encrypted.pem", "keystore.certificate.chain",
      "-chain.pem", "key.password", "key-pw"},
     2,
     0},
    {"PEM value with blanks before its lines",
     {"truststore.type", "PEM", "truststore.certificates", "+ca.pem"},
     0,
     1},
    {"trust PEM", {TRUST("PEM", "@chain.pem")}, 0, 2},
    {"trust PEM value", {"truststore.type", "PEM", "truststore.certificates", "<ca.pem"}, 0, 1},
};

START_TEST(test_good)
{
    struct tls_material m;
    struct tern_error err;

    ck_assert_ok(load(good[_i].pairs, &m, &err), err);
    ck_assert_int_eq(m.chain ? sk_X509_num(m.chain) : 0, good[_i].chain);
    ck_assert_int_eq(m.trusted ? sk_X509_num(m.trusted) : 0, good[_i].trusted);
    ck_assert(!m.key == !good[_i].chain);
    tls_material_fini(&m);
}
END_TEST

static const struct {
    const char *pairs[12];
    const char *says;
} bad[] = {
    {{KEYS("JKS", "@server.jks"), "keystore.password", "wrong"},
     "ssl.keystore.location '" STORES
     "server.jks' (JKS): the password is wrong, or the store is damaged"},
    {{KEYS("JKS", "@server.jks"), "keystore.password", "store-pw", "key.password", "wrong"},
     "ssl.keystore.location '" STORES
     "server.jks' (JKS): key 'server': the password of the key is wrong"},
    {{KEYS("JKS", "@server.jks")},
     "ssl.keystore.location '" STORES "server.jks' (JKS): key 'server' needs a password"},
    {{KEYS("PKCS12", "@server.p12"), "keystore.password", "wrong"},
     "ssl.keystore.location '" STORES
     "server.p12' (PKCS12): the password is wrong, or the store is damaged"},
    {{KEYS("PKCS12", "@server.p12")},
     "ssl.keystore.location '" STORES "server.p12' (PKCS12): the store cannot be read: is "
     "ssl.keystore.password right?"},
    {{KEYS("PKCS12", "@ca.pem")},
     "ssl.keystore.location '" STORES "ca.pem' (PKCS12): not a PKCS12 store"},
    {{KEYS("JKS", "@trust.jks")},
     "ssl.keystore.location '" STORES "trust.jks' (JKS): there is no private key in it"},
    {{KEYS("PEM", "@server.pem"), "key.password", "wrong"},
     "ssl.keystore.location '" STORES "server.pem' (PEM): no PEM private key, PKCS8, that "
     "ssl.key.password opens"},
    {{KEYS("PEM", "@server.pem")},
     "ssl.keystore.location '" STORES
     "server.pem' (PEM): no PEM private key, PKCS8, that is readable "
     "without ssl.key.password"},
    {{KEYS("PEM", "@misfit.pem")},
     "ssl.keystore.location '" STORES "misfit.pem' (PEM): its key and its certificate do not fit"},
    {{KEYS("JCEKS", "@server.jks")},
     "Invalid value JCEKS for configuration ssl.keystore.type: must be JKS, PKCS12 or PEM"},
    {{"keystore.key", "<key.pem", "keystore.certificate.chain", "<chain.pem"},
     "SSL private key can be specified only for PEM, but key store type is JKS."},
    {{"keystore.type", "PEM", "keystore.certificate.chain", "<chain.pem"},
     "SSL certificate chain is specified, but private key is not specified"},
    {{"keystore.type", "PEM", "keystore.key", "<key.pem"},
     "SSL private key is specified, but certificate chain is not specified."},
    {{"keystore.type", "PEM", "keystore.key", "<key.pem", "keystore.location", "@server.pem"},
     "Both SSL key store location and separate private key are specified."},
    {{TRUST("PEM", "@trust.jks")},
     "ssl.truststore.location '" STORES "trust.jks' (PEM): no PEM certificate in it"},
    {{TRUST("PKCS12", "@server.p12"), "truststore.password", "nope"},
     "ssl.truststore.location '" STORES
     "server.p12' (PKCS12): the password is wrong, or the store is damaged"},
    {{"truststore.certificates", "<ca.pem"},
     "SSL trust store certs can be specified only for PEM, but trust store type is JKS."},
};

START_TEST(test_bad)
{
    struct tls_material m;
    struct tern_error err;

    ck_assert_int_lt(load(bad[_i].pairs, &m, &err), 0);
    ck_assert_str_eq(err.msg, bad[_i].says);
    ck_assert_int_eq(err.code, TERN_EINVALID);
}
END_TEST

START_TEST(test_missing_file)
{
    static const char *const pairs[] = {KEYS("PEM", "@nothing-here"), NULL};
    struct tls_material m;
    struct tern_error err;

    ck_assert_int_lt(load(pairs, &m, &err), 0);
    ck_assert_ptr_nonnull(strstr(err.msg, "ssl.keystore.location: "));
    ck_assert_ptr_nonnull(strstr(err.msg, "nothing-here"));
    ck_assert_int_eq(err.code, TERN_EINVALID);
}
END_TEST

/* What one store holds is written as PEM, and read again from there. */
START_TEST(test_pem_round_trip)
{
    static const char *const pairs[] = {KEYS("JKS", "@server.jks"), "key.password", "key-pw",
                                        TRUST("JKS", "@trust.jks"), NULL};
    CLEANUP(buf_fini) struct buf key = BUF_INIT(1 << 20);
    CLEANUP(buf_fini) struct buf chain = BUF_INIT(1 << 20);
    CLEANUP(buf_fini) struct buf trusted = BUF_INIT(1 << 20);
    CLEANUP(strmap_fini) struct strmap java = STRMAP_INIT;
    struct tls_material m, again;
    struct tern_config view;
    struct tern_error err;

    ck_assert_ok(load(pairs, &m, &err), err);
    tls_material_key_pem(&m, &key);
    tls_material_chain_pem(&m, &chain);
    tls_material_trusted_pem(&m, &trusted);
    strmap_set(&java, "ssl.keystore.type", "PEM");
    strmap_set(&java, "ssl.keystore.key", buf_str(&key));
    strmap_set(&java, "ssl.keystore.certificate.chain", buf_str(&chain));
    strmap_set(&java, "ssl.truststore.type", "PEM");
    strmap_set(&java, "ssl.truststore.certificates", buf_str(&trusted));
    view = strmap_config(&java);
    ck_assert_ok(tls_material_load(&view, &again, &err), err);
    ck_assert_int_eq(EVP_PKEY_eq(m.key, again.key), 1);
    ck_assert_int_eq(sk_X509_num(again.chain), 2);
    ck_assert_int_eq(X509_cmp(sk_X509_value(m.chain, 0), sk_X509_value(again.chain, 0)), 0);
    ck_assert_int_eq(sk_X509_num(again.trusted), 2);
    tls_material_fini(&m);
    tls_material_fini(&again);
}
END_TEST

START_TEST(test_expired)
{
    static const char *const pairs[] = {KEYS("PEM", "@server.pem"), "key.password", "key-pw", NULL};
    const int64_t now_ms = INT64_C(1800000000000), later_ms = INT64_C(7000000000000);
    CLEANUP(freep) char *text = NULL;
    struct tls_material m;
    struct tern_error err;

    ck_assert_ok(load(pairs, &m, &err), err);
    ck_assert_ptr_null(tls_material_expired(&m, now_ms));
    text = tls_material_expired(&m, later_ms);
    ck_assert_str_eq(text, "certificate /CN=localhost of ssl.keystore has expired on 2126-11-04");
    tls_material_fini(&m);
}
END_TEST

/* Any byte of a store that is wrong or missing is an error, and nothing worse. */
static int no_key(void *arg, const char *alias, struct slice pkcs8, const struct slice *chain,
                  size_t chain_len, struct tern_error *err)
{
    (void)arg, (void)alias, (void)pkcs8, (void)chain, (void)chain_len, (void)err;
    return 0;
}

static int no_certificate(void *arg, const char *alias, struct slice der, struct tern_error *err)
{
    (void)arg, (void)alias, (void)der, (void)err;
    return 0;
}

START_TEST(test_damaged_jks)
{
    static const struct jks_visitor visitor = {no_key, no_certificate, NULL};
    CLEANUP(buf_fini) struct buf bytes = BUF_INIT(1 << 20);
    struct tern_error err;

    ck_assert_ok(file_read(STORES "server.jks", &bytes, &err), err);
    for (size_t len = 0; len < bytes.len; len++)
        ck_assert_int_lt(jks_read(slice_of(bytes.data, len), "store-pw", "key-pw", &visitor, &err),
                         0);
    for (size_t at = 0; at < bytes.len; at++) {
        bytes.data[at] ^= 0x41;
        ck_assert_int_lt(jks_read(buf_slice(&bytes), "store-pw", "key-pw", &visitor, &err), 0);
        (void)!jks_read(buf_slice(&bytes), NULL, "key-pw", &visitor, &err); /* found by no digest */
        bytes.data[at] ^= 0x41;
    }
    ck_assert_ok(jks_read(buf_slice(&bytes), "store-pw", "key-pw", &visitor, &err), err);
}
END_TEST

static void tls_material_suite(Suite *suite)
{
    test_add_rows(suite, test_good, COUNT_OF(good));
    test_add_rows(suite, test_bad, COUNT_OF(bad));
    test_add(suite, test_missing_file);
    test_add(suite, test_pem_round_trip);
    test_add(suite, test_expired);
    test_add(suite, test_damaged_jks);
}

TEST_MAIN("tls_material", tls_material_suite)
