/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/wire_api.h"

#include <assert.h>

static const struct wire_api_row rows[WIRE_API_COUNT] = {
    [WIRE_METADATA] = {"Metadata", 3, 0, 13, 9},
    [WIRE_FIND_COORDINATOR] = {"FindCoordinator", 10, 0, 6, 3},
    [WIRE_JOIN_GROUP] = {"JoinGroup", 11, 0, 9, 6},
    [WIRE_HEARTBEAT] = {"Heartbeat", 12, 0, 4, 4},
    [WIRE_LEAVE_GROUP] = {"LeaveGroup", 13, 0, 5, 4},
    [WIRE_SYNC_GROUP] = {"SyncGroup", 14, 0, 5, 4},
    [WIRE_SASL_HANDSHAKE] = {"SaslHandshake", 17, 0, 1, INT16_MAX},
    [WIRE_API_VERSIONS] = {"ApiVersions", 18, 0, 4, 3},
    [WIRE_SASL_AUTHENTICATE] = {"SaslAuthenticate", 36, 0, 2, 2},
    [WIRE_OFFSET_FOR_LEADER_EPOCH] = {"OffsetForLeaderEpoch", 23, 2, 4, 4},
    [WIRE_INCREMENTAL_ALTER_CONFIGS] = {"IncrementalAlterConfigs", 44, 0, 1, 1},
    [WIRE_OFFSET_FETCH] = {"OffsetFetch", 9, 8, 9, 6},
    [WIRE_LIST_GROUPS] = {"ListGroups", 16, 0, 5, 3},
};

const struct wire_api_row *wire_api_row(enum wire_api api)
{
    assert(api < WIRE_API_COUNT);
    return &rows[api];
}

bool wire_api_find(int16_t key, enum wire_api *ret_api)
{
    for (unsigned i = 0; i < WIRE_API_COUNT; i++) {
        if (rows[i].key == key) {
            *ret_api = (enum wire_api)i;
            return true;
        }
    }
    return false;
}

bool wire_api_is_flexible(enum wire_api api, int16_t version)
{
    return version >= wire_api_row(api)->flexible;
}

void wire_api_put_header(struct wire_writer *w, enum wire_api api, int16_t version,
                         int32_t correlation, struct slice client_id)
{
    w->flexible = false; /* the client id is classic in every header (KIP-482) */
    wire_put_i16(w, wire_api_row(api)->key);
    wire_put_i16(w, version);
    wire_put_i32(w, correlation);
    wire_put_nullable_string(w, client_id);
    w->flexible = wire_api_is_flexible(api, version);
    wire_put_no_tags(w);
}

int32_t wire_api_read_header(struct wire_reader *r, enum wire_api api, int16_t version)
{
    int32_t correlation = wire_i32(r);

    r->flexible = wire_api_is_flexible(api, version);
    /* A client must understand the answer to a version that the broker lacks (KIP-511). */
    if (api != WIRE_API_VERSIONS)
        wire_skip_tags(r);
    return correlation;
}

struct wire_reader wire_api_reader(enum wire_api api, int16_t version, struct slice body)
{
    return wire_reader_of(body, wire_api_is_flexible(api, version));
}

int wire_api_decoded(const struct wire_reader *r, enum wire_api api, int16_t version,
                     struct tern_error *err)
{
    if (wire_done(r))
        return 0;
    return tern_fail(err, TERN_EINVALID, "a %s response of version %d is malformed: %s",
                     wire_api_row(api)->name, (int)version,
                     r->failed ? "it ends too early or a length is wrong" : "bytes are left over");
}
