/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* msg_metadata - Metadata (3): the brokers of a cluster, its topics and their partitions. */
#include "lib/wire/wire_api.h"

struct msg_metadata_request {
    const struct slice *topics; /* borrowed */
    size_t topic_count;
    bool all_topics; /* instead of topics; version 0 cannot ask for none and gets all, too */
    bool allow_auto_topic_creation; /* from version 4 on */
};

struct msg_metadata_broker {
    int32_t node_id;
    struct slice host;
    int32_t port;
    struct slice rack; /* may be null */
};

struct msg_metadata_partition {
    int16_t error;
    int32_t index;
    int32_t leader;       /* -1: none */
    int32_t leader_epoch; /* -1: not told */
};

struct msg_metadata_topic {
    int16_t error;
    struct slice name;
    struct wire_uuid id; /* zeroes: not told */
    bool is_internal;
    struct msg_metadata_partition *partitions; /* owned */
    size_t partition_count;
};

struct msg_metadata_response {
    int32_t throttle_ms;
    struct msg_metadata_broker *brokers; /* owned; strings are borrowed from the body */
    size_t broker_count;
    struct slice cluster_id; /* null: not told */
    int32_t controller;      /* -1: not told */
    struct msg_metadata_topic *topics;
    size_t topic_count;
    int16_t error; /* of the whole answer, from version 13 on */
};

void msg_metadata_encode(struct wire_writer *w, int16_t version,
                         const struct msg_metadata_request *request);
/*
 * Borrows body for as long as *ret_response is used; the caller ends it with
 * msg_metadata_fini(). Errors: TERN_EINVALID.
 */
int msg_metadata_decode(struct slice body, int16_t version,
                        struct msg_metadata_response *ret_response,
                        struct tern_error *err) MUST_CHECK;
void msg_metadata_fini(struct msg_metadata_response *response);
