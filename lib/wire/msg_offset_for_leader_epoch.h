/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * msg_offset_for_leader_epoch - OffsetForLeaderEpoch (23): where the records of a leader's time
 * end in the log of its successor. Records read beyond that were cut off when leaders changed
 * (KIP-101, KIP-320). Only the partition's leader answers.
 */
#include "lib/wire/wire_api.h"

struct msg_leader_epoch_partition {
    int32_t partition;
    int32_t current_leader_epoch; /* -1: not known */
    int32_t leader_epoch;         /* asked about */
};

struct msg_leader_epoch_topic {
    struct slice topic;
    const struct msg_leader_epoch_partition *partitions; /* borrowed */
    size_t partition_count;
};

struct msg_offset_for_leader_epoch_request {
    const struct msg_leader_epoch_topic *topics; /* borrowed */
    size_t topic_count;
};

struct msg_leader_epoch_end {
    struct slice topic; /* borrowed from the body */
    int32_t partition;
    int16_t error;
    int32_t leader_epoch; /* the largest that is not after the one asked about; -1: none */
    int64_t end_offset;   /* behind its last record; -1: not known */
};

struct msg_offset_for_leader_epoch_response {
    int32_t throttle_ms;
    struct msg_leader_epoch_end *ends; /* owned; of all topics */
    size_t count;
};

void msg_offset_for_leader_epoch_encode(struct wire_writer *w, int16_t version,
                                        const struct msg_offset_for_leader_epoch_request *request);
/*
 * Borrows body for as long as *ret_response is used; the caller ends it with
 * msg_offset_for_leader_epoch_fini(). Errors: TERN_EINVALID.
 */
int msg_offset_for_leader_epoch_decode(struct slice body, int16_t version,
                                       struct msg_offset_for_leader_epoch_response *ret_response,
                                       struct tern_error *err) MUST_CHECK;
void msg_offset_for_leader_epoch_fini(struct msg_offset_for_leader_epoch_response *response);
