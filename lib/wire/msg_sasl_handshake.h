/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * msg_sasl_handshake - SaslHandshake (17): names the mechanism. After version 1 the mechanism's
 * messages are SaslAuthenticate requests; after version 0 they are bare, which we do not speak.
 */
#include "lib/wire/wire_api.h"

struct msg_sasl_handshake_request {
    struct slice mechanism;
};

struct msg_sasl_handshake_response {
    int16_t error;
    struct slice *mechanisms; /* owned; names are borrowed from the body */
    size_t mechanism_count;
};

void msg_sasl_handshake_encode(struct wire_writer *w, int16_t version,
                               const struct msg_sasl_handshake_request *request);
/*
 * Borrows body for as long as *ret_response is used; the caller ends it with
 * msg_sasl_handshake_fini(). Errors: TERN_EINVALID.
 */
int msg_sasl_handshake_decode(struct slice body, int16_t version,
                              struct msg_sasl_handshake_response *ret_response,
                              struct tern_error *err) MUST_CHECK;
void msg_sasl_handshake_fini(struct msg_sasl_handshake_response *response);
