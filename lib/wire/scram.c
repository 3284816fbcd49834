/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/scram.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/base64.h"
#include "lib/base/xmem.h"
#include "lib/wire/tls_material.h"

enum {
    SCRAM_MAX_AUTH = 3 * SCRAM_MAX_TEXT, /* all three messages */
};

enum scram_state {
    SCRAM_BEGIN,
    SCRAM_WAITS_FOR_SALT,
    SCRAM_WAITS_FOR_PROOF,
    SCRAM_DONE
};

struct scram {
    const EVP_MD *md;
    size_t size; /* of a digest */
    enum scram_state state;
    bool is_token; /* of delegation: an extension says so */
    char *user, *password, *nonce;
    char *first_bare; /* our first message, without its header */
    uint8_t server_signature[EVP_MAX_MD_SIZE];
};

/* "n,,": no channel binding, no other identity; "biws" is its base64. */
static const char gs2_header[] = "n,,";

struct scram *scram_new(enum scram_hash hash, const char *user, const char *password,
                        const char *nonce)
{
    struct scram *s = xcalloc(1, sizeof(*s));

    s->md = hash == SCRAM_SHA_512 ? EVP_sha512() : EVP_sha256();
    s->size = (size_t)EVP_MD_get_size(s->md);
    s->user = xstrdup(user);
    s->password = xstrdup(password);
    s->nonce = xstrdup(nonce);
    return s;
}

void scram_use_token(struct scram *s)
{
    s->is_token = true;
}

void scram_free(struct scram *s)
{
    if (!s)
        return;
    tls_wipe_textp(&s->password);
    free(s->user);
    free(s->nonce);
    free(s->first_bare);
    OPENSSL_cleanse(s->server_signature, sizeof(s->server_signature));
    free(s);
}

/* ---- messages ---- */

static void say_first(struct scram *s, struct buf *out)
{
    CLEANUP(buf_fini) struct buf bare = BUF_INIT(SCRAM_MAX_TEXT);

    buf_add_str(&bare, "n=");
    for (const char *c = s->user; *c; c++) {
        if (*c == ',')
            buf_add_str(&bare, "=2C");
        else if (*c == '=')
            buf_add_str(&bare, "=3D");
        else
            buf_add_char(&bare, *c);
    }
    buf_add_fmt(&bare, ",r=%s%s", s->nonce, s->is_token ? ",tokenauth=true" : "");
    out->failed |= bare.failed;
    s->first_bare = buf_take_str(&bare);
    buf_add_str(out, gs2_header);
    buf_add_str(out, s->first_bare);
}

/* The value of "<name>=<value>" at *at, up to the next comma; moves behind it. Null: not there. */
static struct slice take_attribute(struct slice *at, char name)
{
    const uint8_t *comma;
    struct slice value;

    if (at->len < 2 || at->at[0] != (uint8_t)name || at->at[1] != '=')
        return (struct slice){0};
    comma = memchr(at->at, ',', at->len);
    value = slice_of(at->at + 2, (comma ? (size_t)(comma - at->at) : at->len) - 2);
    *at = comma ? slice_of(comma + 1, at->len - (size_t)(comma + 1 - at->at))
                : slice_of(at->at + at->len, 0);
    return value;
}

static bool number_of(struct slice text, int *ret_number)
{
    long n = 0;

    if (!text.len || text.len > 9)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        n = n * 10 + (text.at[i] - '0');
    }
    *ret_number = (int)n;
    return true;
}

struct server_first {
    struct slice nonce;
    struct buf salt;
    int iterations;
};

static int read_first(const struct scram *s, struct slice text, struct server_first *f,
                      struct tern_error *err)
{
    size_t ours = strlen(s->nonce);
    struct slice salt, count;

    f->nonce = take_attribute(&text, 'r');
    salt = take_attribute(&text, 's');
    count = take_attribute(&text, 'i');
    if (!f->nonce.at || !salt.at || !number_of(count, &f->iterations) ||
        !base64_decode(&f->salt, (const char *)salt.at, salt.len))
        return tern_fail(err, TERN_EINVALID, "the server's first message is malformed");
    if (f->nonce.len < ours || memcmp(f->nonce.at, s->nonce, ours) != 0) { /* peer text */
        return tern_fail(err, TERN_EINVALID,
                         "Invalid server nonce: does not start with client nonce");
    }
    if (f->iterations < SCRAM_MIN_ITERATIONS) { /* peer text */
        return tern_fail(err, TERN_EINVALID,
                         "Requested iterations %d is less than the minimum %d for the mechanism",
                         f->iterations, SCRAM_MIN_ITERATIONS);
    }
    if (f->iterations > SCRAM_MAX_ITERATIONS)
        return tern_fail(err, TERN_EINVALID, "the server asks for %d iterations", f->iterations);
    return 0;
}

/* ---- proofs ---- */

static bool hmac(const struct scram *s, const uint8_t *with, const void *data, size_t len,
                 uint8_t *out)
{
    return HMAC(s->md, with, (int)s->size, data, len, out, NULL) != NULL;
}

/* The client's proof, and what the server's has to be. */
static bool prove(struct scram *s, const struct server_first *f, const char *auth, uint8_t *proof)
{
    uint8_t salted[EVP_MAX_MD_SIZE], key[EVP_MAX_MD_SIZE], stored[EVP_MAX_MD_SIZE];
    uint8_t signature[EVP_MAX_MD_SIZE];
    bool ok;

    ok = PKCS5_PBKDF2_HMAC(s->password, (int)strlen(s->password), f->salt.data, (int)f->salt.len,
                           f->iterations, s->md, (int)s->size, salted) == 1 &&
         hmac(s, salted, "Client Key", 10, key) &&
         EVP_Digest(key, s->size, stored, NULL, s->md, NULL) == 1 &&
         hmac(s, stored, auth, strlen(auth), signature);
    for (size_t i = 0; ok && i < s->size; i++)
        proof[i] = key[i] ^ signature[i];
    ok = ok && hmac(s, salted, "Server Key", 10, key) &&
         hmac(s, key, auth, strlen(auth), s->server_signature);
    OPENSSL_cleanse(salted, sizeof(salted));
    OPENSSL_cleanse(key, sizeof(key));
    OPENSSL_cleanse(stored, sizeof(stored));
    return ok;
}

static int say_final(struct scram *s, struct slice challenge, struct buf *out,
                     struct tern_error *err)
{
    CLEANUP(buf_fini) struct buf auth = BUF_INIT(SCRAM_MAX_AUTH);
    CLEANUP(buf_fini) struct buf final = BUF_INIT(SCRAM_MAX_TEXT);
    struct server_first f = {.salt = BUF_INIT(SCRAM_MAX_TEXT)};
    uint8_t proof[EVP_MAX_MD_SIZE];
    int rc = read_first(s, challenge, &f, err);

    if (rc == 0) {
        buf_add_str(&final, "c=biws,r=");
        buf_add(&final, f.nonce.at, f.nonce.len);
        buf_add_fmt(&auth, "%s,%.*s,%s", s->first_bare, (int)challenge.len,
                    (const char *)challenge.at, buf_str(&final));
        if (auth.failed || final.failed || !prove(s, &f, buf_str(&auth), proof))
            rc = tern_fail(err, TERN_EINTERNAL, "the proof could not be made");
    }
    buf_fini(&f.salt);
    if (rc < 0)
        return -1;
    buf_add(out, final.data, final.len);
    buf_add_str(out, ",p=");
    base64_encode(out, proof, s->size);
    return 0;
}

static int check_server(const struct scram *s, struct slice challenge, struct tern_error *err)
{
    CLEANUP(buf_fini) struct buf signature = BUF_INIT(SCRAM_MAX_TEXT);
    struct slice rest = challenge, refused = take_attribute(&rest, 'e'), proof;

    if (refused.at) {
        return tern_fail(err, TERN_EINVALID, "the server refuses: %.*s", (int)refused.len,
                         (const char *)refused.at);
    }
    proof = take_attribute(&rest, 'v');
    if (!proof.at || !base64_decode(&signature, (const char *)proof.at, proof.len))
        return tern_fail(err, TERN_EINVALID, "the server's last message is malformed");
    if (signature.len != s->size ||
        CRYPTO_memcmp(signature.data, s->server_signature, s->size) != 0) { /* peer text */
        return tern_fail(err, TERN_EINVALID, "Invalid server signature in server final message");
    }
    return 0;
}

int scram_step(struct scram *s, struct slice challenge, struct buf *out, bool *ret_done,
               struct tern_error *err)
{
    if (challenge.len > SCRAM_MAX_TEXT)
        return tern_fail(err, TERN_EINVALID, "the server's message is too long");
    *ret_done = false;
    switch (s->state) {
    case SCRAM_BEGIN:
        say_first(s, out);
        s->state = SCRAM_WAITS_FOR_SALT;
        return 0;
    case SCRAM_WAITS_FOR_SALT:
        if (say_final(s, challenge, out, err) < 0)
            return -1;
        s->state = SCRAM_WAITS_FOR_PROOF;
        return 0;
    case SCRAM_WAITS_FOR_PROOF:
        if (check_server(s, challenge, err) < 0)
            return -1;
        s->state = SCRAM_DONE;
        *ret_done = true;
        return 0;
    case SCRAM_DONE:
        break;
    }
    return tern_fail(err, TERN_EINVALID, "the server says more than there is to say");
}
