/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * msg_api_versions - ApiVersions (18): what a broker speaks, asked first on every connection.
 *
 * A broker that lacks the version asked for answers in version 0 with error 35 and, from 2.4
 * on, the versions of ApiVersions that it has (KIP-511): msg_api_versions_fallback().
 */
#include "lib/wire/wire_api.h"

struct msg_api_versions_request {
    struct slice software_name; /* from version 3 on; letters, digits, '-' and '.' only */
    struct slice software_version;
};

struct msg_api_range {
    int16_t key;
    int16_t min, max;
};

struct msg_api_versions_response {
    int16_t error;
    struct msg_api_range *apis; /* owned */
    size_t api_count;
    int32_t throttle_ms;
};

void msg_api_versions_encode(struct wire_writer *w, int16_t version,
                             const struct msg_api_versions_request *request);
/* The caller ends *ret_response with msg_api_versions_fini(). Errors: TERN_EINVALID. */
int msg_api_versions_decode(struct slice body, int16_t version,
                            struct msg_api_versions_response *ret_response,
                            struct tern_error *err) MUST_CHECK;
void msg_api_versions_fini(struct msg_api_versions_response *response);

/* The highest version of api that the broker and ours_min to ours_max share; -1: none. */
int16_t api_versions_pick(const struct msg_api_versions_response *answer, enum wire_api api,
                          int16_t ours_min, int16_t ours_max);
/*
 * The version to ask ApiVersions in again when asked was answered with error 35; -1: none. A
 * broker that names no versions gets 0.
 */
int16_t msg_api_versions_fallback(const struct msg_api_versions_response *answer, int16_t asked);
