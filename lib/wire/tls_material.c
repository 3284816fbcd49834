/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/tls_material.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "lib/base/file.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/wire/jks.h"
#include "lib/wire/pem_text.h"
#include "lib/wire/security_settings.h"

void tls_wipe_buf(struct buf *b)
{
    if (b->data)
        OPENSSL_cleanse(b->data, b->cap);
    buf_fini(b);
}

void tls_wipe_textp(char **text)
{
    if (*text)
        OPENSSL_cleanse(*text, strlen(*text));
    free(*text);
}

static void bio_freep(BIO **bio)
{
    BIO_free(*bio);
}

/* ---- one store ---- */

/* The properties of the key store, or of the trust store. */
struct store {
    const char *name; /* "ssl.keystore" or "ssl.truststore" */
    const char *type; /* NULL: Java's default */
    const char *location;
    const char *password;
    const char *key_password;
    struct buf bytes; /* of the file */
    struct tls_material *into;
    bool wants_key;
};

static void store_fini(struct store *s)
{
    tls_wipe_buf(&s->bytes);
}

static const char *given(const struct tern_config *java, const char *key)
{
    const char *value = config_get(java, key);

    return value && *value ? value : NULL;
}

static const char *type_of(const struct store *s)
{
    return s->type ? s->type : "JKS"; /* Java's default */
}

/* The place that an error line begins with. */
static int in_store(const struct store *s, struct tern_error *err)
{
    return tern_context(err, "%s.location '%s' (%s)", s->name, s->location, type_of(s));
}

static void push(STACK_OF(X509) * *stack, X509 *certificate)
{
    if (!*stack)
        *stack = sk_X509_new_null();
    if (!*stack || !sk_X509_push(*stack, certificate))
        abort(); /* out of memory */
}

static int push_der(STACK_OF(X509) * *stack, struct slice der, struct tern_error *err)
{
    const uint8_t *at = der.at;
    X509 *certificate = d2i_X509(NULL, &at, (long)der.len);

    ERR_clear_error();
    if (!certificate)
        return tern_fail(err, TERN_EINVALID, "it holds a malformed certificate");
    push(stack, certificate);
    return 0;
}

/* ---- JKS ---- */

static int on_jks_key(void *arg, const char *alias, struct slice pkcs8, const struct slice *chain,
                      size_t chain_len, struct tern_error *err)
{
    struct tls_material *m = arg;
    const uint8_t *at = pkcs8.at;

    if (m->key)
        return 0;
    m->key = d2i_AutoPrivateKey(NULL, &at, (long)pkcs8.len);
    ERR_clear_error();
    if (!m->key)
        return tern_fail(err, TERN_EINVALID, "key '%s' is malformed", alias);
    for (size_t i = 0; i < chain_len; i++) {
        if (push_der(&m->chain, chain[i], err) < 0)
            return -1;
    }
    return 0;
}

static int on_jks_trusted(void *arg, const char *alias, struct slice certificate,
                          struct tern_error *err)
{
    struct tls_material *m = arg;

    (void)alias;
    return push_der(&m->trusted, certificate, err);
}

static int load_jks(struct store *s, struct tern_error *err)
{
    const struct jks_visitor visitor = {
        .key = s->wants_key ? on_jks_key : NULL,
        .trusted = s->wants_key ? NULL : on_jks_trusted,
        .arg = s->into,
    };

    return jks_read(buf_slice(&s->bytes), s->password, s->key_password, &visitor, err);
}

/* ---- PKCS12 ---- */

/* Stores of older Java versions use ciphers that OpenSSL 3 keeps apart. */
static OSSL_PROVIDER *legacy; /* once only */

static void unload_legacy(void)
{
    OSSL_PROVIDER_unload(legacy);
}

static void load_legacy(void)
{
    legacy = OSSL_PROVIDER_try_load(NULL, "legacy", 1);
    if (legacy)
        atexit(unload_legacy);
}

/* own, and from others who issued it, who issued that one, and so on. Takes own. */
static void push_chain(STACK_OF(X509) * *chain, X509 *own, STACK_OF(X509) * others)
{
    X509 *last = own;

    push(chain, own);
    for (int i = 0; i < sk_X509_num(others) && !X509_self_signed(last, 0);) {
        if (X509_check_issued(sk_X509_value(others, i), last) != X509_V_OK) {
            i++;
            continue;
        }
        last = sk_X509_delete(others, i);
        push(chain, last);
        i = 0;
    }
}

static int read_pkcs12(PKCS12 *p12, struct store *s, struct tern_error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    /* Without a MAC nothing is protected, and a password is for nothing, in Java as well. */
    const char *password = s->password && PKCS12_mac_present(p12) ? s->password : "";
    STACK_OF(X509) *others = NULL;
    EVP_PKEY *key = NULL;
    X509 *own = NULL;

    pthread_once(&once, load_legacy);
    if (*password && !PKCS12_verify_mac(p12, password, -1)) {
        ERR_clear_error();
        return tern_fail(err, TERN_EINVALID, "the password is wrong, or the store is damaged");
    }
    if (!PKCS12_parse(p12, password, &key, &own, &others)) {
        ERR_clear_error();
        return tern_fail(err, TERN_EINVALID, "the store cannot be read: is %s.password right?",
                         s->name);
    }
    if (s->wants_key) {
        s->into->key = TAKE(key);
        if (own)
            push_chain(&s->into->chain, TAKE(own), others);
    } else {
        if (own) /* of a key: trusted as well, as in Java */
            push(&s->into->trusted, TAKE(own));
        while (others && sk_X509_num(others))
            push(&s->into->trusted, sk_X509_shift(others));
    }
    EVP_PKEY_free(key);
    X509_free(own);
    sk_X509_pop_free(others, X509_free);
    return 0;
}

static int load_pkcs12(struct store *s, struct tern_error *err)
{
    const uint8_t *at = s->bytes.data;
    PKCS12 *p12 = d2i_PKCS12(NULL, &at, (long)s->bytes.len);
    int rc;

    ERR_clear_error();
    if (!p12)
        return tern_fail(err, TERN_EINVALID, "not a %s store", type_of(s));
    rc = read_pkcs12(p12, s, err);
    PKCS12_free(p12);
    return rc;
}

/* ---- PEM ---- */

static int on_password(char *out, int size, int for_writing, void *arg)
{
    const char *password = arg;
    size_t len = password ? strlen(password) : 0;

    (void)for_writing;
    if (len > (size_t)size)
        return -1;
    memcpy(out, password ? password : "", len);
    return (int)len;
}

/* The blocks of pem, in room. */
static BIO *bio_of(struct slice pem, struct buf *room)
{
    BIO *bio;

    pem_text_normalise(pem, room);
    bio = BIO_new_mem_buf(buf_str(room), (int)room->len);
    if (!bio)
        abort(); /* out of memory */
    return bio;
}

static int pem_key(struct slice pem, const char *password, EVP_PKEY **ret_key,
                   struct tern_error *err)
{
    CLEANUP(tls_wipe_buf) struct buf room = BUF_INIT(TLS_PEM_MAX_BYTES);
    CLEANUP(bio_freep) BIO *bio = bio_of(pem, &room);

    *ret_key = PEM_read_bio_PrivateKey(bio, NULL, on_password, (char *)password);
    ERR_clear_error();
    if (*ret_key)
        return 0;
    return tern_fail(err, TERN_EINVALID, "no PEM private key, PKCS8, that %s",
                     password ? "ssl.key.password opens" : "is readable without ssl.key.password");
}

static int pem_certificates(struct slice pem, STACK_OF(X509) * *stack, struct tern_error *err)
{
    CLEANUP(tls_wipe_buf) struct buf room = BUF_INIT(TLS_PEM_MAX_BYTES);
    CLEANUP(bio_freep) BIO *bio = bio_of(pem, &room);
    X509 *certificate;

    while ((certificate = PEM_read_bio_X509(bio, NULL, on_password, NULL)))
        push(stack, certificate);
    ERR_clear_error();
    if (*stack)
        return 0;
    return tern_fail(err, TERN_EINVALID, "no PEM certificate in it");
}

static int load_pem(struct store *s, struct tern_error *err)
{
    struct slice pem = slice_of(buf_str(&s->bytes), s->bytes.len);

    if (!s->wants_key)
        return pem_certificates(pem, &s->into->trusted, err);
    if (pem_key(pem, s->key_password, &s->into->key, err) < 0)
        return -1;
    return pem_certificates(pem, &s->into->chain, err);
}

/* ---- a file of any type ---- */

static const struct {
    const char *type;
    int (*load)(struct store *s, struct tern_error *err);
} loaders[] = {
    {"JKS", load_jks},
    {"PKCS12", load_pkcs12},
    {"P12", load_pkcs12},
    {"PEM", load_pem},
};

/* Java's type JKS opens PKCS12 as well, and the other way round. */
static bool is_binary(const char *type)
{
    return strcasecmp(type, "PEM") != 0;
}

static int load_file(struct store *s, struct tern_error *err)
{
    const char *type = type_of(s);

    for (size_t i = 0; i < COUNT_OF(loaders); i++) {
        if (strcasecmp(type, loaders[i].type) != 0)
            continue;
        if (file_read(s->location, &s->bytes, err) < 0) {
            err->code = TERN_EINVALID;
            return tern_context(err, "%s.location", s->name);
        }
        if (is_binary(type) && jks_is_store(buf_slice(&s->bytes)))
            return load_jks(s, err) < 0 ? in_store(s, err) : 0;
        if (is_binary(type))
            return load_pkcs12(s, err) < 0 ? in_store(s, err) : 0;
        return loaders[i].load(s, err) < 0 ? in_store(s, err) : 0;
    }
    return tern_fail(err, TERN_EINVALID,
                     "Invalid value %s for configuration %s.type: must be JKS, PKCS12 or PEM", type,
                     s->name);
}

/* ---- both stores ---- */

static int check_pair(const struct store *s, struct tern_error *err)
{
    const struct tls_material *m = s->into;

    if (!m->key) {
        tern_fail_at(err, __FILE__, TERN_EINVALID, "there is no private key in it");
    } else if (!m->chain) {
        tern_fail_at(err, __FILE__, TERN_EINVALID, "there is no certificate for its key");
    } else if (X509_check_private_key(sk_X509_value(m->chain, 0), m->key) != 1) {
        ERR_clear_error();
        tern_fail_at(err, __FILE__, TERN_EINVALID, "its key and its certificate do not fit");
    } else {
        return 0;
    }
    if (s->location)
        return in_store(s, err);
    return tern_context(err, "ssl.keystore.key, ssl.keystore.certificate.chain");
}

static int load_keys(const struct tern_config *java, struct tls_material *m, struct tern_error *err)
{
    const char *key = given(java, "ssl.keystore.key");
    const char *chain = given(java, "ssl.keystore.certificate.chain");
    CLEANUP(store_fini)
    struct store s = {
        .name = "ssl.keystore",
        .type = given(java, "ssl.keystore.type"),
        .location = given(java, "ssl.keystore.location"),
        .password = given(java, "ssl.keystore.password"),
        .key_password = given(java, "ssl.key.password"),
        .bytes = BUF_INIT(TLS_STORE_MAX_BYTES),
        .into = m,
        .wants_key = true,
    };

    if (!key && chain) { /* peer text */
        return tern_fail(err, TERN_EINVALID,
                         "SSL certificate chain is specified, but private key is not specified");
    }
    if (!key && !s.location)
        return 0;
    if (!key)
        return load_file(&s, err) < 0 ? -1 : check_pair(&s, err);
    if (s.location) { /* peer text */
        return tern_fail(err, TERN_EINVALID,
                         "Both SSL key store location and separate private key are specified.");
    }
    if (!s.type || strcasecmp(s.type, "PEM") != 0) { /* peer text */
        return tern_fail(err, TERN_EINVALID,
                         "SSL private key can be specified only for PEM, but key store type is "
                         "%s.",
                         type_of(&s));
    }
    if (!chain) { /* peer text */
        return tern_fail(err, TERN_EINVALID,
                         "SSL private key is specified, but certificate chain is not specified.");
    }
    if (pem_key(slice_str(key), s.key_password, &m->key, err) < 0)
        return tern_context(err, "ssl.keystore.key");
    if (pem_certificates(slice_str(chain), &m->chain, err) < 0)
        return tern_context(err, "ssl.keystore.certificate.chain");
    return check_pair(&s, err);
}

static int load_trusted(const struct tern_config *java, struct tls_material *m,
                        struct tern_error *err)
{
    const char *certificates = given(java, "ssl.truststore.certificates");
    CLEANUP(store_fini)
    struct store s = {
        .name = "ssl.truststore",
        .type = given(java, "ssl.truststore.type"),
        .location = given(java, "ssl.truststore.location"),
        .password = given(java, "ssl.truststore.password"),
        .bytes = BUF_INIT(TLS_STORE_MAX_BYTES),
        .into = m,
    };

    if (!certificates && !s.location)
        return 0;
    if (certificates && s.location) { /* peer text */
        return tern_fail(err, TERN_EINVALID,
                         "Both SSL trust store location and separate trust certificates are "
                         "specified.");
    }
    if (certificates && (!s.type || strcasecmp(s.type, "PEM") != 0)) { /* peer text */
        return tern_fail(err, TERN_EINVALID,
                         "SSL trust store certs can be specified only for PEM, but trust store "
                         "type is %s.",
                         type_of(&s));
    }
    if (certificates) {
        if (pem_certificates(slice_str(certificates), &m->trusted, err) < 0)
            return tern_context(err, "ssl.truststore.certificates");
        return 0;
    }
    if (load_file(&s, err) < 0)
        return -1;
    if (m->trusted)
        return 0;
    tern_fail_at(err, __FILE__, TERN_EINVALID, "there is no trusted certificate in it");
    return in_store(&s, err);
}

int tls_material_load(const struct tern_config *java, struct tls_material *ret_material,
                      struct tern_error *err)
{
    CLEANUP(security_settings_fini) struct strmap settings = STRMAP_INIT;
    struct tls_material m = {0};
    struct tern_config view;

    security_settings_add(&settings, java);
    view = strmap_config(&settings);
    if (load_keys(&view, &m, err) < 0 || load_trusted(&view, &m, err) < 0) {
        tls_material_fini(&m);
        return -1;
    }
    *ret_material = m;
    return 0;
}

void tls_material_fini(struct tls_material *m)
{
    EVP_PKEY_free(m->key);
    sk_X509_pop_free(m->chain, X509_free);
    sk_X509_pop_free(m->trusted, X509_free);
    *m = (struct tls_material){0};
}

/* ---- as PEM ---- */

static void add_bio(struct buf *out, BIO *bio)
{
    char *text;
    long len = BIO_get_mem_data(bio, &text);

    if (len > 0)
        buf_add(out, text, (size_t)len);
}

static void add_certificates(const STACK_OF(X509) * stack, struct buf *out)
{
    CLEANUP(bio_freep) BIO *bio = BIO_new(BIO_s_mem());

    for (int i = 0; bio && i < sk_X509_num(stack); i++)
        PEM_write_bio_X509(bio, sk_X509_value(stack, i));
    if (bio)
        add_bio(out, bio);
}

void tls_material_key_pem(const struct tls_material *m, struct buf *out)
{
    CLEANUP(bio_freep) BIO *bio = BIO_new(BIO_s_secmem());

    if (bio && m->key && PEM_write_bio_PKCS8PrivateKey(bio, m->key, NULL, NULL, 0, NULL, NULL))
        add_bio(out, bio);
}

void tls_material_chain_pem(const struct tls_material *m, struct buf *out)
{
    if (m->chain)
        add_certificates(m->chain, out);
}

void tls_material_trusted_pem(const struct tls_material *m, struct buf *out)
{
    if (m->trusted)
        add_certificates(m->trusted, out);
}

/* ---- validity ---- */

static char *say_expired(X509 *certificate, const char *store, time_t now)
{
    struct tm end;
    char subject[256];

    if (X509_cmp_time(X509_get0_notAfter(certificate), &now) >= 0 ||
        !ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end))
        return NULL;
    X509_NAME_oneline(X509_get_subject_name(certificate), subject, sizeof(subject));
    return xasprintf("certificate %s of %s has expired on %04d-%02d-%02d", subject, store,
                     end.tm_year + 1900, end.tm_mon + 1, end.tm_mday);
}

static char *first_expired(const STACK_OF(X509) * stack, const char *store, time_t now)
{
    for (int i = 0; i < sk_X509_num(stack); i++) {
        char *text = say_expired(sk_X509_value(stack, i), store, now);

        if (text)
            return text;
    }
    return NULL;
}

char *tls_material_expired(const struct tls_material *m, int64_t wall_ms)
{
    char *text = m->chain ? first_expired(m->chain, "ssl.keystore", wall_ms / 1000) : NULL;

    if (!text && m->trusted)
        text = first_expired(m->trusted, "ssl.truststore", wall_ms / 1000);
    return text;
}
