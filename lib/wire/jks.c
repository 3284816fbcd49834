/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/jks.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include "lib/base/buf.h"
#include "lib/base/utf8.h"
#include "lib/base/xmem.h"
#include "lib/wire/tls_material.h"
#include "lib/wire/wire_reader.h"

enum {
    JKS_MAGIC = (int32_t)0xfeedfeed,
    JKS_KEY = 1,
    JKS_TRUSTED = 2,
    DIGEST_BYTES = SHA_DIGEST_LENGTH,
    PASSWORD_MAX_BYTES = 1 << 16,
    ENTRY_MIN_BYTES = 4 + 2 + 8 + 4,
};

static const char whitener[] = "Mighty Aphrodite"; /* part of the format */

/* ---- passwords: UTF-16, big-endian ---- */

static void add_unit(struct buf *out, uint32_t unit)
{
    const uint8_t bytes[2] = {(uint8_t)(unit >> 8), (uint8_t)unit};

    buf_add(out, bytes, sizeof(bytes));
}

static int utf16(const char *text, struct buf *out, struct tern_error *err)
{
    size_t len = strlen(text), at = 0;

    while (at < len) {
        size_t n = utf8_length(text + at, len - at);
        unsigned c;

        if (!n)
            return tern_fail(err, TERN_EINVALID, "the password is not UTF-8");
        at += utf8_next(text + at, n, &c);
        if (c >= 0x10000) {
            add_unit(out, 0xd800 + ((c - 0x10000) >> 10));
            add_unit(out, 0xdc00 + ((c - 0x10000) & 0x3ff));
        } else {
            add_unit(out, c);
        }
    }
    return out->failed ? tern_fail(err, TERN_EINVALID, "the password is too long") : 0;
}

/* ---- digests ---- */

static void sha1_of(const struct slice *parts, size_t count, uint8_t out[DIGEST_BYTES])
{
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    bool ok = md && EVP_DigestInit_ex(md, EVP_sha1(), NULL) == 1;

    for (size_t i = 0; ok && i < count; i++)
        ok = EVP_DigestUpdate(md, parts[i].at, parts[i].len) == 1;
    if (!ok || EVP_DigestFinal_ex(md, out, NULL) != 1)
        memset(out, 0, DIGEST_BYTES); /* matches nothing */
    EVP_MD_CTX_free(md);
}

static int check_whole(struct slice bytes, const char *password, struct tern_error *err)
{
    CLEANUP(tls_wipe_buf) struct buf secret = BUF_INIT(PASSWORD_MAX_BYTES);
    size_t content = bytes.len - DIGEST_BYTES;
    uint8_t digest[DIGEST_BYTES];

    if (utf16(password, &secret, err) < 0)
        return -1;
    const struct slice parts[] = {buf_slice(&secret), slice_str(whitener), {bytes.at, content}};

    sha1_of(parts, COUNT_OF(parts), digest);
    if (CRYPTO_memcmp(digest, bytes.at + content, DIGEST_BYTES) != 0) {
        return tern_fail(err, TERN_EINVALID,
                         "the password is wrong, or the store is damaged"); /* told apart by none */
    }
    return 0;
}

/* ---- protected keys ---- */

/* salt, then the key under a chain of digests, then a digest of the key. out has room for len. */
static bool unprotect(struct slice box, struct slice password, uint8_t *out, size_t len)
{
    uint8_t pad[DIGEST_BYTES], check[DIGEST_BYTES];
    struct slice previous = {box.at, DIGEST_BYTES};

    for (size_t at = 0; at < len; at++) {
        if (at % DIGEST_BYTES == 0) {
            const struct slice parts[] = {password, previous};

            sha1_of(parts, COUNT_OF(parts), pad);
            previous = slice_of(pad, DIGEST_BYTES);
        }
        out[at] = box.at[DIGEST_BYTES + at] ^ pad[at % DIGEST_BYTES];
    }
    const struct slice plain[] = {password, {out, len}};

    sha1_of(plain, COUNT_OF(plain), check);
    OPENSSL_cleanse(pad, sizeof(pad));
    return CRYPTO_memcmp(check, box.at + DIGEST_BYTES + len, DIGEST_BYTES) == 0;
}

static bool is_sun_scheme(const X509_SIG *sig)
{
    static const char oid[] = "1.3.6.1.4.1.42.2.17.1.1";
    const X509_ALGOR *algorithm;
    const ASN1_OBJECT *object;
    char text[64] = "";

    X509_SIG_get0(sig, &algorithm, NULL);
    X509_ALGOR_get0(&object, NULL, NULL, algorithm);
    OBJ_obj2txt(text, sizeof(text), object, 1);
    return strcmp(text, oid) == 0;
}

static int decrypt(const X509_SIG *sig, const char *password, struct buf *out,
                   struct tern_error *err)
{
    CLEANUP(tls_wipe_buf) struct buf secret = BUF_INIT(PASSWORD_MAX_BYTES);
    const ASN1_OCTET_STRING *octets;
    struct slice box;
    size_t len;
    uint8_t *room;

    if (!is_sun_scheme(sig))
        return tern_fail(err, TERN_EINVALID, "a key is protected in an unknown way");
    X509_SIG_get0(sig, NULL, &octets);
    box = slice_of(ASN1_STRING_get0_data(octets), (size_t)ASN1_STRING_length(octets));
    if (box.len < (size_t)2 * DIGEST_BYTES)
        return tern_fail(err, TERN_EINVALID, "a key is cut short");
    if (utf16(password, &secret, err) < 0)
        return -1;
    len = box.len - (size_t)2 * DIGEST_BYTES;
    room = buf_reserve(out, len);
    if (!room || !unprotect(box, buf_slice(&secret), room, len))
        return tern_fail(err, TERN_EINVALID, "the password of the key is wrong");
    out->len += len;
    return 0;
}

/* ---- entries ---- */

struct jks_reading {
    struct wire_reader r;
    int32_t version;
    const char *password; /* of keys; NULL: none is known */
    const struct jks_visitor *visitor;
};

static struct slice take_sized(struct wire_reader *r)
{
    int32_t len = wire_i32(r);

    if (len < 0)
        r->failed = true;
    return wire_take(r, r->failed ? 0 : (size_t)len);
}

static struct slice take_certificate(struct jks_reading *j)
{
    if (j->version == 2)
        wire_string(&j->r); /* "X.509" */
    return take_sized(&j->r);
}

static int visit_key(struct jks_reading *j, const char *alias, struct slice box,
                     const struct slice *chain, size_t chain_len, struct tern_error *err)
{
    CLEANUP(tls_wipe_buf) struct buf key = BUF_INIT(box.len);
    const uint8_t *at = box.at;
    X509_SIG *sig;
    int rc;

    if (!j->visitor->key) {
        return j->visitor->trusted && chain_len
                   ? j->visitor->trusted(j->visitor->arg, alias, chain[0], err)
                   : 0;
    }
    if (!j->password)
        return tern_fail(err, TERN_EINVALID, "key '%s' needs a password", alias);
    sig = d2i_X509_SIG(NULL, &at, (long)box.len);
    if (!sig)
        return tern_fail(err, TERN_EINVALID, "key '%s' is malformed", alias);
    rc = decrypt(sig, j->password, &key, err);
    X509_SIG_free(sig);
    if (rc < 0)
        return tern_context(err, "key '%s'", alias);
    return j->visitor->key(j->visitor->arg, alias, buf_slice(&key), chain, chain_len, err);
}

static int read_key(struct jks_reading *j, const char *alias, struct tern_error *err)
{
    struct slice chain[JKS_MAX_CHAIN], box = take_sized(&j->r);
    int32_t count = wire_i32(&j->r);

    if (count < 0 || count > JKS_MAX_CHAIN)
        j->r.failed = true;
    for (int32_t i = 0; i < count && !j->r.failed; i++)
        chain[i] = take_certificate(j);
    if (j->r.failed)
        return tern_fail(err, TERN_EINVALID, "the store is cut short or malformed");
    return visit_key(j, alias, box, chain, (size_t)count, err);
}

static int read_trusted(struct jks_reading *j, const char *alias, struct tern_error *err)
{
    struct slice certificate = take_certificate(j);

    if (j->r.failed)
        return tern_fail(err, TERN_EINVALID, "the store is cut short or malformed");
    if (!j->visitor->trusted)
        return 0;
    return j->visitor->trusted(j->visitor->arg, alias, certificate, err);
}

static int read_entry(struct jks_reading *j, struct tern_error *err)
{
    int32_t tag = wire_i32(&j->r);
    struct slice name = wire_string(&j->r);
    CLEANUP(freep) char *alias = name.len ? xstrndup((const char *)name.at, name.len) : xstrdup("");

    wire_i64(&j->r); /* when it was made */
    if (!j->r.failed && tag == JKS_KEY)
        return read_key(j, alias, err);
    if (!j->r.failed && tag == JKS_TRUSTED)
        return read_trusted(j, alias, err);
    return tern_fail(err, TERN_EINVALID, "the store is cut short or malformed");
}

bool jks_is_store(struct slice bytes)
{
    struct wire_reader r = wire_reader_of(bytes, false);

    return wire_i32(&r) == JKS_MAGIC && !r.failed;
}

int jks_read(struct slice bytes, const char *password, const char *key_password,
             const struct jks_visitor *visitor, struct tern_error *err)
{
    struct jks_reading j = {.password = key_password ? key_password : password, .visitor = visitor};
    size_t count;

    if (!jks_is_store(bytes) || bytes.len < DIGEST_BYTES)
        return tern_fail(err, TERN_EINVALID, "not a JKS store");
    if (password && check_whole(bytes, password, err) < 0)
        return -1;
    j.r = wire_reader_of(slice_of(bytes.at, bytes.len - DIGEST_BYTES), false);
    wire_i32(&j.r); /* the magic number */
    j.version = wire_i32(&j.r);
    if (j.version != 1 && j.version != 2)
        return tern_fail(err, TERN_EINVALID, "a JKS store of unknown version");
    count = wire_array(&j.r, ENTRY_MIN_BYTES);
    for (size_t i = 0; i < count; i++) {
        if (read_entry(&j, err) < 0)
            return -1;
    }
    if (!wire_done(&j.r))
        return tern_fail(err, TERN_EINVALID, "the store is cut short or malformed");
    return 0;
}
