/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/store/session_key.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "lib/base/xmem.h"

enum {
    KEY_MAX_BYTES = 8192
};

/* Key sizes are those of the JDK's generators. */
static const struct algorithm {
    const char *name;
    const char *digest; /* OpenSSL's name */
    size_t key_bytes;
} algorithms[] = {
    {"HmacSHA256", "SHA256", 32},         {"HmacSHA1", "SHA1", 64},
    {"HmacSHA224", "SHA224", 28},         {"HmacSHA384", "SHA384", 48},
    {"HmacSHA512", "SHA512", 64},         {"HmacSHA512/224", "SHA512-224", 28},
    {"HmacSHA512/256", "SHA512-256", 32}, {"HmacSHA3-224", "SHA3-224", 28},
    {"HmacSHA3-256", "SHA3-256", 32},     {"HmacSHA3-384", "SHA3-384", 48},
    {"HmacSHA3-512", "SHA3-512", 64},     {"HmacMD5", "MD5", 64},
};

static const struct algorithm *find_algorithm(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(algorithms); i++) {
        if (strcasecmp(algorithms[i].name, name) == 0)
            return &algorithms[i];
    }
    return NULL;
}

static int require_algorithm(const char *name, const struct algorithm **ret_algorithm,
                             struct tern_error *err)
{
    const struct algorithm *a = find_algorithm(name);

    if (!a)
        return tern_fail(err, TERN_EINVALID, "Algorithm %s not available", name); /* peer text */
    *ret_algorithm = a;
    return 0;
}

/* ---- what is known ---- */

void session_key_state_fini(struct session_key_state *s)
{
    session_key_free(TAKE(s->key));
}

struct session_key *session_key_copy(const struct session_key *key)
{
    return key ? session_key_new(key->algorithm, key->bytes, key->size, key->created_ms) : NULL;
}

static int64_t expiry(const struct session_key *key, int64_t ttl_ms)
{
    return key->created_ms > INT64_MAX - ttl_ms ? INT64_MAX : key->created_ms + ttl_ms;
}

void session_key_read(struct session_key_state *s, const struct session_key *key,
                      const struct session_key_policy *policy)
{
    session_key_free(s->key);
    s->key = session_key_copy(key);
    s->expires_ms = policy->ttl_ms > 0 ? expiry(key, policy->ttl_ms) : INT64_MAX;
}

void session_key_adopt(struct session_key_state *s, const struct session_key *key,
                       const struct session_key_policy *policy)
{
    if (s->key || !key)
        return;
    s->key = session_key_copy(key);
    s->expires_ms = expiry(key, policy->ttl_ms); /* also without a ttl: as the peer does */
}

static size_t key_bytes(const struct session_key_policy *policy)
{
    const struct algorithm *a = find_algorithm(policy->algorithm);

    if (policy->size_bits > 0)
        return ((size_t)policy->size_bits + 7) / 8;
    return a ? a->key_bytes : 0;
}

bool session_key_is_due(const struct session_key_state *s, const struct session_key_policy *policy,
                        int64_t now_ms)
{
    return !s->key || s->expires_ms <= now_ms ||
           strcmp(s->key->algorithm, policy->algorithm) != 0 || s->key->size != key_bytes(policy);
}

/* ---- making ---- */

static int random_bytes(uint8_t *out, size_t len, struct tern_error *err)
{
    size_t have = 0;

    while (have < len) {
        ssize_t n = getrandom(out + have, len - have, 0);

        if (n > 0)
            have += (size_t)n;
        else if (errno != EINTR)
            return tern_fail(err, TERN_EINTERNAL, "the system has no random numbers: error %d",
                             errno);
    }
    return 0;
}

int session_key_generate(const struct session_key_policy *policy, int64_t now_ms,
                         struct session_key **ret_key, struct tern_error *err)
{
    const struct algorithm *a;
    uint8_t bytes[KEY_MAX_BYTES];
    size_t len = key_bytes(policy);

    if (require_algorithm(policy->algorithm, &a, err) < 0)
        return -1;
    if (len > sizeof(bytes)) {
        return tern_fail(err, TERN_EINVALID,
                         "inter.worker.key.size is %d bits, expected at most %d",
                         (int)policy->size_bits, KEY_MAX_BYTES * 8);
    }
    if (random_bytes(bytes, len, err) < 0)
        return -1;
    *ret_key = session_key_new(policy->algorithm, bytes, len, now_ms);
    OPENSSL_cleanse(bytes, sizeof(bytes));
    return 0;
}

/* ---- signing ---- */

bool session_mac_exists(const char *algorithm)
{
    return find_algorithm(algorithm) != NULL;
}

int session_key_mac(const struct session_key *key, const char *algorithm, const void *body,
                    size_t len, uint8_t ret_mac[static SESSION_MAC_MAX_BYTES], size_t *ret_len,
                    struct tern_error *err)
{
    const struct algorithm *a;
    EVP_MD *digest;
    unsigned size = 0;
    const void *done;

    if (require_algorithm(algorithm, &a, err) < 0)
        return -1;
    digest = EVP_MD_fetch(NULL, a->digest, NULL);
    if (!digest)
        return tern_fail(err, TERN_EINVALID, "Algorithm %s not available", algorithm);
    done = HMAC(digest, key->bytes, (int)key->size, len ? body : (const void *)"", len, ret_mac,
                &size);
    EVP_MD_free(digest);
    if (!done)
        return tern_fail(err, TERN_EINTERNAL, "a request could not be signed with %s", algorithm);
    *ret_len = size;
    return 0;
}

bool session_key_verify(const struct session_key *key, const char *algorithm, const void *body,
                        size_t len, const void *mac, size_t mac_len)
{
    uint8_t ours[SESSION_MAC_MAX_BYTES];
    struct tern_error err;
    size_t size;

    if (session_key_mac(key, algorithm, body, len, ours, &size, &err) < 0)
        return false;
    return size == mac_len && CRYPTO_memcmp(ours, mac, size) == 0;
}
