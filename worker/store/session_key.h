/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * session_key - the key with which workers sign requests to each other: when the leader makes
 * a new one, and what a signature is. No lock, no clock, no I/O.
 *
 * Algorithms go by their Java names, in any case: HmacSHA256, HmacSHA1, HmacSHA512/256, ...
 * Peers: DistributedHerder.checkRotation(), InternalRequestSignature. Spec:
 * connect-distributed.md 9.1, 9.2.
 */
#include "worker/store/cluster_state.h"

#include <tern/error.h>

enum {
    SESSION_MAC_MAX_BYTES = 64
};

struct session_key_policy {
    const char *algorithm;
    int32_t size_bits; /* 0: as many as the algorithm's generator makes */
    int64_t ttl_ms;
};

/* What a worker knows of the key. One owner. */
struct session_key_state {
    struct session_key *key; /* NULL: none is known */
    int64_t expires_ms;      /* wall time; FOREVER_MS: never */
};

#define SESSION_KEY_STATE_INIT  \
    {                           \
        .expires_ms = INT64_MAX \
    }

void session_key_state_fini(struct session_key_state *s);
/* A record of the config topic was read. Copies key. */
void session_key_read(struct session_key_state *s, const struct session_key *key,
                      const struct session_key_policy *policy);
/* The state that the config topic had when the worker started, unless one is known. Copies key. */
void session_key_adopt(struct session_key_state *s, const struct session_key *key,
                       const struct session_key_policy *policy);
/* Whether a leader of a group that signs has to make a new one. */
bool session_key_is_due(const struct session_key_state *s, const struct session_key_policy *policy,
                        int64_t now_ms);

/* The caller owns the copy. NULL stays NULL. */
struct session_key *session_key_copy(const struct session_key *key);
/* A new key, from the system's random numbers. Errors: TERN_EINVALID: no such algorithm. */
int session_key_generate(const struct session_key_policy *policy, int64_t now_ms,
                         struct session_key **ret_key, struct tern_error *err) MUST_CHECK;

/* Whether there is such an algorithm. */
bool session_mac_exists(const char *algorithm);
/*
 * The MAC of a body. Errors: TERN_EINVALID: no such algorithm (peer text).
 */
int session_key_mac(const struct session_key *key, const char *algorithm, const void *body,
                    size_t len, uint8_t ret_mac[static SESSION_MAC_MAX_BYTES], size_t *ret_len,
                    struct tern_error *err) MUST_CHECK;
/* Whether mac is that of the body; takes the same time for every wrong one of its length. */
bool session_key_verify(const struct session_key *key, const char *algorithm, const void *body,
                        size_t len, const void *mac, size_t mac_len);
