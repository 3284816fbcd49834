/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * protocol - what workers tell each other through the group coordinator: metadata, by which a
 * worker says what it runs, and assignments, by which the leader says what it shall run.
 *
 * Versions 0 (eager), 1 (compatible) and 2 (sessioned); an unknown later one is read as the
 * last known, with what is beyond it left out. Pure. Peers: ConnectProtocol,
 * IncrementalCooperativeConnectProtocol. Spec: connect-distributed.md 3. Deliberate difference:
 * in version 0, too, a field that is missing at the end reads as nothing.
 */
#include "lib/base/buf.h"
#include "worker/group/work_list.h"

#include <tern/error.h>

struct protocol_assignment {
    int16_t version; /* as it was read; encoders are told theirs */
    int16_t error;   /* enum: see ASSIGNMENT_OK in membership.h */
    char *leader;
    char *leader_url;
    int64_t offset;
    struct work_list assigned; /* version 0: all; later ones: what is new */
    struct work_list revoked;  /* not in version 0 */
    int32_t delay_ms;          /* not in version 0 */
};

struct protocol_metadata {
    int16_t version;
    char *url;
    int64_t offset;   /* of the config topic; -1: nothing read yet */
    bool has_current; /* never in version 0, nor before the first assignment */
    struct protocol_assignment current;
};

/* Append; out->failed past its limit, or when a text is longer than 32767 bytes. */
void protocol_assignment_encode(const struct protocol_assignment *a, int16_t version,
                                struct buf *out);
void protocol_metadata_encode(const struct protocol_metadata *m, int16_t version, struct buf *out);

/*
 * The caller ends what they return with the function's _fini.
 * Errors: TERN_EINVALID when the bytes are malformed or the version is negative.
 */
int protocol_assignment_decode(struct slice bytes, struct protocol_assignment *ret_assignment,
                               struct tern_error *err) MUST_CHECK;
int protocol_metadata_decode(struct slice bytes, struct protocol_metadata *ret_metadata,
                             struct tern_error *err) MUST_CHECK;

void protocol_assignment_fini(struct protocol_assignment *a);
void protocol_metadata_fini(struct protocol_metadata *m);
