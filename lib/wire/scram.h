/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * scram - the client's side of SCRAM-SHA-256 and SCRAM-SHA-512 (RFC 5802), as Kafka speaks it: no
 * channel binding, no SASLprep. Pure, but for the nonce that the caller brings.
 * Peer: org.apache.kafka.common.security.scram.internals.ScramSaslClient.
 */
#include "lib/base/buf.h"
#include "lib/base/macros.h"
#include "lib/base/slice.h"

#include <tern/error.h>

enum scram_hash {
    SCRAM_SHA_256,
    SCRAM_SHA_512
};

enum {
    SCRAM_MIN_ITERATIONS = 4096,     /* what Kafka's mechanisms demand */
    SCRAM_MAX_ITERATIONS = 10000000, /* a server could ask for years of work */
    SCRAM_MAX_TEXT = 4096,
};

struct scram;

/* Copies user, password (wiped at the end) and nonce, which is printable without ','. */
struct scram *scram_new(enum scram_hash hash, const char *user, const char *password,
                        const char *nonce);
/* Before the first step: the user is the id of a delegation token, the password its HMAC. */
void scram_use_token(struct scram *s);
/* NULL is a no-op. */
void scram_free(struct scram *s);

/*
 * Takes what the server said (null at first), appends the next message, and sets *ret_done when
 * the server has proved that it knows the password, too. Errors: TERN_EINVALID.
 */
int scram_step(struct scram *s, struct slice challenge, struct buf *out, bool *ret_done,
               struct tern_error *err) MUST_CHECK;
