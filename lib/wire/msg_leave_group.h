/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * msg_leave_group - LeaveGroup (13): a member goes, and the group need not wait for its session
 * to end. From version 3 on several may go at once; ours is the only one.
 */
#include "lib/wire/wire_api.h"

struct msg_leave_group_request {
    struct slice group;
    struct slice member;
    struct slice reason; /* may be null; from version 5 on */
};

struct msg_leave_group_response {
    int32_t throttle_ms;
    int16_t error; /* of the request or, when that went well, of the first member that did not */
};

void msg_leave_group_encode(struct wire_writer *w, int16_t version,
                            const struct msg_leave_group_request *request);
/* Errors: TERN_EINVALID. */
int msg_leave_group_decode(struct slice body, int16_t version,
                           struct msg_leave_group_response *ret_response,
                           struct tern_error *err) MUST_CHECK;
