/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * msg_offset_fetch - OffsetFetch (9): all committed offsets of any number of groups of one
 * coordinator. Versions 8 and 9, the first that take more than one group.
 */
#include "lib/wire/wire_api.h"

struct msg_offset_fetch_request {
    const struct slice *groups; /* borrowed */
    size_t group_count;
    bool require_stable;
};

/* Strings are borrowed from the body. */
struct msg_offset_fetch_partition {
    struct slice topic;
    int32_t partition;
    int64_t offset;        /* -1: none */
    struct slice metadata; /* may be null */
    int16_t error;
};

struct msg_offset_fetch_group {
    struct slice group;
    struct msg_offset_fetch_partition *partitions; /* owned; of all topics */
    size_t partition_count;
    int16_t error;
};

struct msg_offset_fetch_response {
    int32_t throttle_ms;
    struct msg_offset_fetch_group *groups; /* owned */
    size_t group_count;
};

void msg_offset_fetch_encode(struct wire_writer *w, int16_t version,
                             const struct msg_offset_fetch_request *request);
/* The caller releases ret_response with msg_offset_fetch_fini(). Errors: TERN_EINVALID. */
int msg_offset_fetch_decode(struct slice body, int16_t version,
                            struct msg_offset_fetch_response *ret_response,
                            struct tern_error *err) MUST_CHECK;
void msg_offset_fetch_fini(struct msg_offset_fetch_response *response);
