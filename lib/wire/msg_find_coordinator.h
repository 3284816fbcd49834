/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * msg_find_coordinator - FindCoordinator (10): the broker that coordinates a group.
 *
 * From version 4 on several may be asked for at once; we ask for one and expect one.
 */
#include "lib/wire/wire_api.h"

enum msg_coordinator_kind {
    MSG_COORDINATOR_GROUP = 0,
    MSG_COORDINATOR_TRANSACTION = 1, /* from version 1 on */
};

struct msg_find_coordinator_request {
    struct slice key;
    enum msg_coordinator_kind kind;
};

/* Strings are borrowed from the body. */
struct msg_find_coordinator_response {
    int32_t throttle_ms;
    int16_t error;
    struct slice error_message; /* may be null */
    int32_t node_id;
    struct slice host;
    int32_t port;
};

void msg_find_coordinator_encode(struct wire_writer *w, int16_t version,
                                 const struct msg_find_coordinator_request *request);
/* Errors: TERN_EINVALID, also when the answer is not about exactly one key. */
int msg_find_coordinator_decode(struct slice body, int16_t version,
                                struct msg_find_coordinator_response *ret_response,
                                struct tern_error *err) MUST_CHECK;
