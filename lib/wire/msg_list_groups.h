/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* msg_list_groups - ListGroups (16): the groups that a broker coordinates, in all states, of all
 * types. */
#include "lib/wire/wire_api.h"

enum {
    MSG_LIST_GROUPS_STATES_VERSION = 4, /* the first that tells states */
};

/* Strings are borrowed from the body. */
struct msg_listed_group {
    struct slice group;
    struct slice protocol_type; /* "consumer"; empty: offsets without members */
    struct slice state;         /* "Stable"; empty before version 4 */
};

struct msg_list_groups_response {
    int32_t throttle_ms;
    int16_t error;
    struct msg_listed_group *groups; /* owned */
    size_t count;
};

void msg_list_groups_encode(struct wire_writer *w, int16_t version);
/* The caller releases ret_response with msg_list_groups_fini(). Errors: TERN_EINVALID. */
int msg_list_groups_decode(struct slice body, int16_t version,
                           struct msg_list_groups_response *ret_response,
                           struct tern_error *err) MUST_CHECK;
void msg_list_groups_fini(struct msg_list_groups_response *response);
