/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * msg_find_coordinators - FindCoordinator (10) for many groups at once: version 4 and later.
 */
#include "lib/wire/wire_api.h"

enum {
    MSG_FIND_COORDINATORS_VERSION = 4, /* the first that takes more than one key */
};

/* Strings are borrowed from the body. */
struct msg_coordinator {
    struct slice key;
    int32_t node_id;
    struct slice host;
    int32_t port;
    int16_t error;
};

struct msg_find_coordinators_response {
    int32_t throttle_ms;
    struct msg_coordinator *coordinators; /* owned */
    size_t count;
};

void msg_find_coordinators_encode(struct wire_writer *w, const struct slice *groups, size_t count);
/* The caller releases ret_response with msg_find_coordinators_fini(). Errors: TERN_EINVALID. */
int msg_find_coordinators_decode(struct slice body, int16_t version,
                                 struct msg_find_coordinators_response *ret_response,
                                 struct tern_error *err) MUST_CHECK;
void msg_find_coordinators_fini(struct msg_find_coordinators_response *response);
