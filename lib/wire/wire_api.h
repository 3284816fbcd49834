/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * wire_api - the requests of Kafka's protocol that we speak: one table of names, keys and
 * versions, and the headers around their bodies.
 *
 * The versions are those of Kafka's clients 2.8 to 4.3: a broker in that range shares at least
 * one with us for each. Pure. Peers: ApiKeys, RequestHeader, ResponseHeader.
 * Spec: connect-distributed.md 2.2.
 */
#include "lib/base/macros.h"
#include "lib/wire/wire_reader.h"
#include "lib/wire/wire_writer.h"

#include <tern/error.h>

enum wire_api {
    WIRE_METADATA,
    WIRE_FIND_COORDINATOR,
    WIRE_JOIN_GROUP,
    WIRE_HEARTBEAT,
    WIRE_LEAVE_GROUP,
    WIRE_SYNC_GROUP,
    WIRE_SASL_HANDSHAKE,
    WIRE_API_VERSIONS,
    WIRE_SASL_AUTHENTICATE,
    WIRE_OFFSET_FOR_LEADER_EPOCH,
    WIRE_INCREMENTAL_ALTER_CONFIGS,
    WIRE_OFFSET_FETCH,
    WIRE_LIST_GROUPS,
    WIRE_API_COUNT,
};

struct wire_api_row {
    const char *name; /* as Kafka logs it: "JoinGroup" */
    int16_t key;
    int16_t min, max; /* what we speak */
    int16_t flexible; /* the first version with compact forms and tags; INT16_MAX: none */
};

/* Never NULL. */
const struct wire_api_row *wire_api_row(enum wire_api api);
/* False when we do not speak it. */
bool wire_api_find(int16_t key, enum wire_api *ret_api);
bool wire_api_is_flexible(enum wire_api api, int16_t version);

/* The header of a request; w then has the form of the body. client_id may be null. */
void wire_api_put_header(struct wire_writer *w, enum wire_api api, int16_t version,
                         int32_t correlation, struct slice client_id);
/* The header of a response: its correlation id; r then has the form of the body. */
int32_t wire_api_read_header(struct wire_reader *r, enum wire_api api, int16_t version);

/* A reader of the body of a response. */
struct wire_reader wire_api_reader(enum wire_api api, int16_t version, struct slice body);
/* Fails with TERN_EINVALID unless a response was read to its end. */
int wire_api_decoded(const struct wire_reader *r, enum wire_api api, int16_t version,
                     struct tern_error *err) MUST_CHECK;
