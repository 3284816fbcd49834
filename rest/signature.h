/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * signature - how workers sign what they ask of each other. Pure.
 * Peer: InternalRequestSignature, DistributedHerder.verifyInternalRequestSignature().
 * Spec: connect-distributed.md 9.2, 9.3.
 */
#include "lib/base/slice.h"

#include <stdbool.h>

struct session_key;
struct rest_reply;

#define SIGNATURE_HEADER           "X-Connect-Authorization"
#define SIGNATURE_ALGORITHM_HEADER "X-Connect-Request-Signature-Algorithm"

struct signature_check {
    const char *signature; /* the two headers, or NULL */
    const char *algorithm;
    struct slice body;
    bool is_enforced;              /* the group signs: its protocol is sessioned */
    const char *verified;          /* inter.worker.verification.algorithms; NULL: the default */
    const struct session_key *key; /* NULL: none is known */
};

/* False, with the peer's answer in reply: the request must not be carried out. */
bool signature_is_valid(const struct signature_check *check, struct rest_reply *reply);
