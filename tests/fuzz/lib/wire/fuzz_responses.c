/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_responses - decodes bytes as the response to each request that we speak. The first byte
 * chooses the request, the second its version.
 */
#include "lib/wire/msg_api_versions.h"
#include "lib/wire/msg_find_coordinator.h"
#include "lib/wire/msg_find_coordinators.h"
#include "lib/wire/msg_heartbeat.h"
#include "lib/wire/msg_incremental_alter_configs.h"
#include "lib/wire/msg_join_group.h"
#include "lib/wire/msg_leave_group.h"
#include "lib/wire/msg_list_groups.h"
#include "lib/wire/msg_metadata.h"
#include "lib/wire/msg_offset_fetch.h"
#include "lib/wire/msg_offset_for_leader_epoch.h"
#include "lib/wire/msg_sasl_authenticate.h"
#include "lib/wire/msg_sasl_handshake.h"
#include "lib/wire/msg_sync_group.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was decoded lies in the bytes that it was decoded from. */
static void inside(struct slice body, struct slice part)
{
    assert(!part.at || (part.at >= body.at && part.at + part.len <= body.at + body.len));
}

static int decode_metadata(struct slice body, int16_t version, struct tern_error *err)
{
    struct msg_metadata_response m;

    if (msg_metadata_decode(body, version, &m, err) < 0)
        return -1;
    for (size_t i = 0; i < m.broker_count; i++)
        inside(body, m.brokers[i].host);
    for (size_t i = 0; i < m.topic_count; i++)
        inside(body, m.topics[i].name);
    msg_metadata_fini(&m);
    return 0;
}

static int decode_find_coordinator(struct slice body, int16_t version, struct tern_error *err)
{
    struct msg_find_coordinator_response m;
    struct msg_find_coordinators_response many;

    if (version >= MSG_FIND_COORDINATORS_VERSION &&
        msg_find_coordinators_decode(body, version, &many, err) == 0) {
        for (size_t i = 0; i < many.count; i++)
            inside(body, many.coordinators[i].host);
        msg_find_coordinators_fini(&many);
    }
    if (msg_find_coordinator_decode(body, version, &m, err) < 0)
        return -1;
    inside(body, m.host);
    return 0;
}

static int decode_list_groups(struct slice body, int16_t version, struct tern_error *err)
{
    struct msg_list_groups_response m;

    if (msg_list_groups_decode(body, version, &m, err) < 0)
        return -1;
    for (size_t i = 0; i < m.count; i++)
        inside(body, m.groups[i].group);
    msg_list_groups_fini(&m);
    return 0;
}

static int decode_join_group(struct slice body, int16_t version, struct tern_error *err)
{
    struct msg_join_group_response m;

    if (msg_join_group_decode(body, version, &m, err) < 0)
        return -1;
    for (size_t i = 0; i < m.member_count; i++)
        inside(body, m.members[i].metadata);
    msg_join_group_fini(&m);
    return 0;
}

static int decode_heartbeat(struct slice body, int16_t version, struct tern_error *err)
{
    struct msg_heartbeat_response m;

    return msg_heartbeat_decode(body, version, &m, err);
}

static int decode_leave_group(struct slice body, int16_t version, struct tern_error *err)
{
    struct msg_leave_group_response m;

    return msg_leave_group_decode(body, version, &m, err);
}

static int decode_sync_group(struct slice body, int16_t version, struct tern_error *err)
{
    struct msg_sync_group_response m;

    if (msg_sync_group_decode(body, version, &m, err) < 0)
        return -1;
    inside(body, m.assignment);
    return 0;
}

static int decode_sasl_handshake(struct slice body, int16_t version, struct tern_error *err)
{
    struct msg_sasl_handshake_response m;

    if (msg_sasl_handshake_decode(body, version, &m, err) < 0)
        return -1;
    for (size_t i = 0; i < m.mechanism_count; i++)
        inside(body, m.mechanisms[i]);
    msg_sasl_handshake_fini(&m);
    return 0;
}

static int decode_api_versions(struct slice body, int16_t version, struct tern_error *err)
{
    struct msg_api_versions_response m;

    if (msg_api_versions_decode(body, version, &m, err) < 0)
        return -1;
    assert(msg_api_versions_fallback(&m, version) < version);
    msg_api_versions_fini(&m);
    return 0;
}

static int decode_sasl_authenticate(struct slice body, int16_t version, struct tern_error *err)
{
    struct msg_sasl_authenticate_response m;

    if (msg_sasl_authenticate_decode(body, version, &m, err) < 0)
        return -1;
    inside(body, m.auth_bytes);
    return 0;
}

static int decode_offset_for_leader_epoch(struct slice body, int16_t version,
                                          struct tern_error *err)
{
    struct msg_offset_for_leader_epoch_response m;

    if (msg_offset_for_leader_epoch_decode(body, version, &m, err) < 0)
        return -1;
    for (size_t i = 0; i < m.count; i++)
        inside(body, m.ends[i].topic);
    msg_offset_for_leader_epoch_fini(&m);
    return 0;
}

static int decode_incremental_alter_configs(struct slice body, int16_t version,
                                            struct tern_error *err)
{
    struct msg_incremental_alter_configs_response m;

    if (msg_incremental_alter_configs_decode(body, version, &m, err) < 0)
        return -1;
    for (size_t i = 0; i < m.count; i++)
        inside(body, m.results[i].topic);
    msg_incremental_alter_configs_fini(&m);
    return 0;
}

static int decode_offset_fetch(struct slice body, int16_t version, struct tern_error *err)
{
    struct msg_offset_fetch_response m;

    if (msg_offset_fetch_decode(body, version, &m, err) < 0)
        return -1;
    for (size_t i = 0; i < m.group_count; i++) {
        inside(body, m.groups[i].group);
        for (size_t k = 0; k < m.groups[i].partition_count; k++)
            inside(body, m.groups[i].partitions[k].topic);
    }
    msg_offset_fetch_fini(&m);
    return 0;
}

static int (*const decoders[WIRE_API_COUNT])(struct slice body, int16_t version,
                                             struct tern_error *err) = {
    [WIRE_METADATA] = decode_metadata,
    [WIRE_FIND_COORDINATOR] = decode_find_coordinator,
    [WIRE_JOIN_GROUP] = decode_join_group,
    [WIRE_HEARTBEAT] = decode_heartbeat,
    [WIRE_LEAVE_GROUP] = decode_leave_group,
    [WIRE_SYNC_GROUP] = decode_sync_group,
    [WIRE_SASL_HANDSHAKE] = decode_sasl_handshake,
    [WIRE_API_VERSIONS] = decode_api_versions,
    [WIRE_SASL_AUTHENTICATE] = decode_sasl_authenticate,
    [WIRE_OFFSET_FOR_LEADER_EPOCH] = decode_offset_for_leader_epoch,
    [WIRE_INCREMENTAL_ALTER_CONFIGS] = decode_incremental_alter_configs,
    [WIRE_OFFSET_FETCH] = decode_offset_fetch,
    [WIRE_LIST_GROUPS] = decode_list_groups,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tern_error err = {0};
    enum wire_api api;
    int16_t version;

    if (size < 2)
        return 0;
    api = (enum wire_api)(data[0] % WIRE_API_COUNT);
    version = (int16_t)(data[1] % (wire_api_row(api)->max + 1));
    if (decoders[api](slice_of(data + 2, size - 2), version, &err) < 0)
        assert(err.code == TERN_EINVALID);
    return 0;
}
