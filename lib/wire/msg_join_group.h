/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * msg_join_group - JoinGroup (11): takes part in a round; the answer names the leader, and to
 * the leader every member with its metadata. Members are never static: no instance ids.
 */
#include "lib/wire/wire_api.h"

struct msg_join_group_protocol {
    struct slice name;
    struct slice metadata;
};

struct msg_join_group_request {
    struct slice group;
    int32_t session_timeout_ms;
    int32_t rebalance_timeout_ms; /* from version 1 on */
    struct slice member;          /* "": not known yet */
    struct slice protocol_type;
    const struct msg_join_group_protocol *protocols; /* borrowed; the preferred one first */
    size_t protocol_count;
    struct slice reason; /* may be null; from version 8 on */
};

struct msg_join_group_member {
    struct slice id;
    struct slice metadata;
};

/* Slices are borrowed from the body. */
struct msg_join_group_response {
    int32_t throttle_ms;
    int16_t error;
    int32_t generation;
    struct slice protocol_type; /* null: not told */
    struct slice protocol;      /* may be null after an error */
    struct slice leader;
    bool skip_assignment; /* from version 9 on; static members only */
    struct slice member;
    struct msg_join_group_member *members; /* owned; none unless we lead */
    size_t member_count;
};

void msg_join_group_encode(struct wire_writer *w, int16_t version,
                           const struct msg_join_group_request *request);
/*
 * Borrows body for as long as *ret_response is used; the caller ends it with
 * msg_join_group_fini(). Errors: TERN_EINVALID.
 */
int msg_join_group_decode(struct slice body, int16_t version,
                          struct msg_join_group_response *ret_response,
                          struct tern_error *err) MUST_CHECK;
void msg_join_group_fini(struct msg_join_group_response *response);
