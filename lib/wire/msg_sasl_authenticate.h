/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* msg_sasl_authenticate - SaslAuthenticate (36): one message of a SASL mechanism each way. */
#include "lib/wire/wire_api.h"

struct msg_sasl_authenticate_request {
    struct slice auth_bytes;
};

/* Slices are borrowed from the body. */
struct msg_sasl_authenticate_response {
    int16_t error;
    struct slice error_message; /* may be null */
    struct slice auth_bytes;
    int64_t session_lifetime_ms; /* 0: no end; from version 1 on */
};

void msg_sasl_authenticate_encode(struct wire_writer *w, int16_t version,
                                  const struct msg_sasl_authenticate_request *request);
/* Errors: TERN_EINVALID. */
int msg_sasl_authenticate_decode(struct slice body, int16_t version,
                                 struct msg_sasl_authenticate_response *ret_response,
                                 struct tern_error *err) MUST_CHECK;
