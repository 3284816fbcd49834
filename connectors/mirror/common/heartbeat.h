/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * heartbeat - the records of the heartbeats topic. Peer: org.apache.kafka.connect.mirror.Heartbeat.
 *
 * Key: STRING source alias, STRING target alias. Value: INT16 version 0, INT64 timestamp.
 * A reader takes every version for 0, as Java does. Pure. Thread: any.
 */
#include "lib/base/buf.h"
#include "lib/base/macros.h"
#include "lib/base/slice.h"

#include <stdint.h>

#include <tern/error.h>
#include <tern/plugin.h>

/* All heartbeats are written to this partition. */
#define HEARTBEAT_PARTITION    0

/* The offset that heartbeats carry for Connect: {"offset":0}, always. */
#define HEARTBEAT_OFFSET_NAME  "offset"
#define HEARTBEAT_OFFSET_VALUE 0

enum {
    HEARTBEAT_SOURCE_FIELDS = 2
};

struct heartbeat {
    struct slice source_alias;
    struct slice target_alias;
    int64_t timestamp_ms;
};

/*
 * Appends the record's key and value. Errors: TERN_EINVALID for an alias that does not fit a
 * STRING or a buffer's limit; then what the buffers hold is undefined.
 */
int heartbeat_encode(const struct heartbeat *heartbeat, struct buf *key, struct buf *value,
                     struct tern_error *err) MUST_CHECK;
/*
 * Reads a record; what follows the last field is ignored. ret_heartbeat borrows from key.
 * Errors: TERN_EINVALID for a null or cut key or value.
 */
int heartbeat_decode(struct slice key, struct slice value, struct heartbeat *ret_heartbeat,
                     struct tern_error *err) MUST_CHECK;

/*
 * The record's source partition for tern_host.source_partition(), in the order of Java's offset
 * keys: sourceClusterAlias, targetClusterAlias. Borrows the strings.
 */
void heartbeat_source_fields(const char *source_alias, const char *target_alias,
                             struct tern_field ret_fields[HEARTBEAT_SOURCE_FIELDS]);
