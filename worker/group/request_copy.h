/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* request_copy - a request of a member that outlives what it was borrowed from. One owner. */
#include "lib/base/vec.h"
#include "worker/group/member.h"

struct request_copy {
    struct member_request request;
    VEC(void *) owned; /* what it points to */
};

/* The caller ends *ret_copy with request_copy_fini(). */
void request_copy_init(struct request_copy *ret_copy, const struct member_request *request);
void request_copy_fini(struct request_copy *copy);

/* Encodes the body of a request. */
void member_request_encode(const struct member_request *request, struct wire_writer *w,
                           int16_t version);
