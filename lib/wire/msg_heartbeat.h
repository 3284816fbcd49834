/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* msg_heartbeat - Heartbeat (12): a member of a generation is alive. */
#include "lib/wire/wire_api.h"

struct msg_heartbeat_request {
    struct slice group;
    int32_t generation;
    struct slice member;
};

struct msg_heartbeat_response {
    int32_t throttle_ms;
    int16_t error;
};

void msg_heartbeat_encode(struct wire_writer *w, int16_t version,
                          const struct msg_heartbeat_request *request);
/* Errors: TERN_EINVALID. */
int msg_heartbeat_decode(struct slice body, int16_t version,
                         struct msg_heartbeat_response *ret_response,
                         struct tern_error *err) MUST_CHECK;
