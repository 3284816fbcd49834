/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures and key sizes as Java's workers make them. */
#include "worker/store/session_key.h"

#include <string.h>

#include "lib/base/base64.h"
#include "lib/base/jsonx.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

static void decode(const char *text, struct buf *out)
{
    ck_assert_msg(base64_decode(out, text, strlen(text)), "%s", text);
}

static void check_one(const json_t *v)
{
    CLEANUP(buf_fini) struct buf secret = BUF_INIT(1024);
    CLEANUP(buf_fini) struct buf wanted = BUF_INIT(1024);
    const char *algorithm = test_text(v, "X-Connect-Request-Signature-Algorithm");
    const char *body = json_string_value(json_object_get(v, "body"));
    size_t len = body ? strlen(body) : 0, mac_len;
    uint8_t mac[SESSION_MAC_MAX_BYTES];
    struct session_key *key;
    struct tern_error err;

    decode(test_text(v, "keyBase64"), &secret);
    decode(test_text(v, "X-Connect-Authorization"), &wanted);
    key =
        session_key_new(test_text(v, "keyAlgorithmInSessionKeyRecord"), secret.data, secret.len, 0);
    ck_assert_ok(session_key_mac(key, algorithm, body, len, mac, &mac_len, &err), err);
    ck_assert_uint_eq(mac_len, wanted.len);
    ck_assert_mem_eq(mac, wanted.data, mac_len);
    ck_assert(session_key_verify(key, algorithm, body, len, wanted.data, wanted.len));
    wanted.data[0] ^= 1;
    ck_assert(!session_key_verify(key, algorithm, body, len, wanted.data, wanted.len));
    ck_assert(!session_key_verify(key, algorithm, body, len, mac, mac_len - 1));
    ck_assert(!session_key_verify(key, algorithm, "other", 5, mac, mac_len));
    session_key_free(key);
}

START_TEST(signatures)
{
    CLEANUP(jsonx_decrefp)
    json_t *file = test_json("tests/golden/worker/store/connect-topics.json");
    const json_t *vectors = test_array(file, "internalRequestSignatures");
    const json_t *v;
    size_t i;

    json_array_foreach(vectors, i, v) check_one(v);
    ck_assert_uint_ge(i, 9);
}
END_TEST

START_TEST(key_sizes)
{
    CLEANUP(jsonx_decrefp)
    json_t *file = test_json("tests/golden/worker/store/connect-topics.json");
    const json_t *sizes = test_array(file, "defaultKeyLengthsBytes");
    const json_t *v;
    size_t i;

    ck_assert_uint_gt(json_array_size(sizes), 3);
    json_array_foreach(sizes, i, v)
    {
        const char *algorithm = test_text(v, "algorithm");
        const struct session_key_policy policy = {.algorithm = algorithm, .ttl_ms = 1};
        struct session_key *key;
        struct tern_error err;

        ck_assert_ok(session_key_generate(&policy, 7, &key, &err), err);
        ck_assert_msg(key->size == (size_t)json_integer_value(json_object_get(v, "bytes")), "%s",
                      algorithm);
        ck_assert_str_eq(key->algorithm, algorithm);
        ck_assert_int_eq(key->created_ms, 7);
        session_key_free(key);
    }
}
END_TEST

static void session_key_suite(Suite *s)
{
    test_add(s, signatures);
    test_add(s, key_sizes);
}

TEST_MAIN("session_key", session_key_suite)
