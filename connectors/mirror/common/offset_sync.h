/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * offset_sync - the records of the offset-syncs topic: upstream offset u was written as
 * downstream offset d. Peer: org.apache.kafka.connect.mirror.OffsetSync.
 *
 * Key: STRING topic, INT32 partition. Value: INT64 upstream, INT64 downstream; no version.
 * Pure. Thread: any.
 */
#include "lib/base/buf.h"
#include "lib/base/macros.h"
#include "lib/base/slice.h"

#include <stdint.h>

#include <tern/error.h>

/* All offset-syncs records are written to and read from this partition. */
#define OFFSET_SYNC_PARTITION 0

struct offset_sync {
    struct slice topic; /* as named on the source cluster */
    int32_t partition;
    int64_t upstream_offset;
    int64_t downstream_offset;
};

/*
 * Appends the record's key and value. Errors: TERN_EINVALID for a topic that does not fit a
 * STRING or a buffer's limit; then what the buffers hold is undefined.
 */
int offset_sync_encode(const struct offset_sync *sync, struct buf *key, struct buf *value,
                       struct tern_error *err) MUST_CHECK;
/*
 * Reads a record; what follows the last field is ignored, as Java does. ret_sync borrows from
 * key. Errors: TERN_EINVALID for a null or cut key or value.
 */
int offset_sync_decode(struct slice key, struct slice value, struct offset_sync *ret_sync,
                       struct tern_error *err) MUST_CHECK;
