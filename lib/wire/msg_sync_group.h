/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* msg_sync_group - SyncGroup (14): the leader hands out assignments, every member gets its own. */
#include "lib/wire/wire_api.h"

struct msg_sync_group_assignment {
    struct slice member;
    struct slice assignment;
};

struct msg_sync_group_request {
    struct slice group;
    int32_t generation;
    struct slice member;
    struct slice protocol_type; /* from version 5 on */
    struct slice protocol;
    const struct msg_sync_group_assignment *assignments; /* borrowed; none unless we lead */
    size_t assignment_count;
};

/* Slices are borrowed from the body. */
struct msg_sync_group_response {
    int32_t throttle_ms;
    int16_t error;
    struct slice protocol_type; /* null: not told */
    struct slice protocol;      /* null: not told */
    struct slice assignment;
};

void msg_sync_group_encode(struct wire_writer *w, int16_t version,
                           const struct msg_sync_group_request *request);
/* Errors: TERN_EINVALID. */
int msg_sync_group_decode(struct slice body, int16_t version,
                          struct msg_sync_group_response *ret_response,
                          struct tern_error *err) MUST_CHECK;
