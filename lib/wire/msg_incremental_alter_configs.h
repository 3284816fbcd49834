/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * msg_incremental_alter_configs - IncrementalAlterConfigs (44): sets and deletes single configs of
 * topics, and leaves the others alone (KIP-339). Of its resources we use topics only.
 */
#include "lib/wire/wire_api.h"

struct msg_config_change {
    struct slice name;
    struct slice value; /* null: DELETE, back to the default; else SET */
};

struct msg_topic_config_changes {
    struct slice topic;
    const struct msg_config_change *changes; /* borrowed; no name twice */
    size_t count;
};

struct msg_incremental_alter_configs_request {
    const struct msg_topic_config_changes *topics; /* borrowed */
    size_t count;
    bool validate_only;
};

struct msg_config_result {
    int16_t error;
    struct slice message; /* may be null; borrowed from the body, as topic */
    struct slice topic;
};

struct msg_incremental_alter_configs_response {
    int32_t throttle_ms;
    struct msg_config_result *results; /* owned */
    size_t count;
};

void msg_incremental_alter_configs_encode(
    struct wire_writer *w, int16_t version,
    const struct msg_incremental_alter_configs_request *request);
/*
 * Borrows body for as long as *ret_response is used; the caller ends it with
 * msg_incremental_alter_configs_fini(). Errors: TERN_EINVALID.
 */
int msg_incremental_alter_configs_decode(
    struct slice body, int16_t version, struct msg_incremental_alter_configs_response *ret_response,
    struct tern_error *err) MUST_CHECK;
void msg_incremental_alter_configs_fini(struct msg_incremental_alter_configs_response *response);
