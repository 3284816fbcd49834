/* SPDX-License-Identifier: Apache-2.0 */
/* When a leader makes a new session key. */
#include "worker/store/session_key.h"

#include <string.h>

#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

enum {
    NOW = 1000000
};

struct due_case {
    const char *name;
    const char *algorithm; /* of the key that is known; NULL: none is */
    size_t size;
    int64_t created_ms;
    bool is_adopted; /* at the start, else read later */
    struct session_key_policy policy;
    bool is_due;
};

#define SHA256(ttl)          \
    {                        \
        "HmacSHA256", 0, ttl \
    }

static const struct due_case due_cases[] = {
    {"none is known", NULL, 0, 0, false, SHA256(1000), true},
    {"fresh", "HmacSHA256", 32, NOW - 999, false, SHA256(1000), false},
    {"at its end", "HmacSHA256", 32, NOW - 1000, false, SHA256(1000), true},
    {"found at the start", "HmacSHA256", 32, NOW - 999, true, SHA256(1000), false},
    {"found at the start, too old", "HmacSHA256", 32, NOW - 1000, true, SHA256(1000), true},
    {"for ever", "HmacSHA256", 32, 0, false, SHA256(0), false},
    {"for ever, but found at the start", "HmacSHA256", 32, NOW - 1, true, SHA256(0), true},
    {"another algorithm", "HmacSHA1", 32, NOW, false, SHA256(1000), true},
    {"another case of letters", "hmacsha256", 32, NOW, false, SHA256(1000), true},
    {"another size", "HmacSHA256", 64, NOW, false, SHA256(1000), true},
    {"a size that was asked for", "HmacSHA256", 64, NOW, false, {"HmacSHA256", 512, 1000}, false},
    {"not that size", "HmacSHA256", 32, NOW, false, {"HmacSHA256", 512, 1000}, true},
    {"made at the end of time", "HmacSHA256", 32, INT64_MAX - 1, false, SHA256(1000), false},
};

START_TEST(due)
{
    const struct due_case *c = &due_cases[_i];
    struct session_key_state s = SESSION_KEY_STATE_INIT;
    uint8_t bytes[64] = {1};

    if (c->algorithm) {
        struct session_key *key = session_key_new(c->algorithm, bytes, c->size, c->created_ms);

        if (c->is_adopted)
            session_key_adopt(&s, key, &c->policy);
        else
            session_key_read(&s, key, &c->policy);
        session_key_free(key);
    }
    ck_assert_msg(session_key_is_due(&s, &c->policy, NOW) == c->is_due, "%s", c->name);
    session_key_state_fini(&s);
}
END_TEST

START_TEST(what_was_read_counts)
{
    const struct session_key_policy policy = SHA256(1000);
    struct session_key_state s = SESSION_KEY_STATE_INIT;
    struct session_key *a, *b;
    struct tern_error err;

    ck_assert_ok(session_key_generate(&policy, 1, &a, &err), err);
    ck_assert_ok(session_key_generate(&policy, 2, &b, &err), err);
    ck_assert(memcmp(a->bytes, b->bytes, a->size) != 0);
    session_key_read(&s, a, &policy);
    session_key_adopt(&s, b, &policy); /* too late */
    ck_assert_int_eq(s.key->created_ms, 1);
    session_key_read(&s, b, &policy);
    ck_assert_int_eq(s.key->created_ms, 2);
    ck_assert_int_eq(s.expires_ms, 1002);
    session_key_free(a);
    session_key_free(b);
    session_key_state_fini(&s);
}
END_TEST

START_TEST(what_cannot_be_made)
{
    const struct session_key_policy unknown = {"nope", 0, 1};
    const struct session_key_policy huge = {"HmacSHA256", INT32_MAX, 1};
    struct session_key *key;
    struct tern_error err;
    uint8_t mac[SESSION_MAC_MAX_BYTES];
    size_t len;

    ck_assert_int_lt(session_key_generate(&unknown, 1, &key, &err), 0);
    ck_assert_str_eq(err.msg, "Algorithm nope not available");
    ck_assert_int_lt(session_key_generate(&huge, 1, &key, &err), 0);
    key = session_key_new("HmacSHA256", "k", 1, 0);
    ck_assert_int_lt(session_key_mac(key, "nope", "", 0, mac, &len, &err), 0);
    ck_assert_str_eq(err.msg, "Algorithm nope not available");
    ck_assert(!session_key_verify(key, "nope", "", 0, mac, 0));
    ck_assert(session_mac_exists("hmacsha1") && !session_mac_exists("SHA1"));
    session_key_free(key);
}
END_TEST

static void session_key_suite(Suite *s)
{
    test_add_rows(s, due, COUNT_OF(due_cases));
    test_add(s, what_was_read_counts);
    test_add(s, what_cannot_be_made);
}

TEST_MAIN("session_key", session_key_suite)
