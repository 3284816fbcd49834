/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * checkpoint - the records of the checkpoints topic: a group's committed offset, translated.
 * Peer: org.apache.kafka.connect.mirror.Checkpoint.
 *
 * Key: STRING group, STRING topic, INT32 partition. Value: INT16 version 0, INT64 upstream,
 * INT64 downstream, STRING metadata. A reader takes every version for 0, as Java does.
 * Pure. Thread: any.
 */
#include "lib/base/buf.h"
#include "lib/base/macros.h"
#include "lib/base/slice.h"

#include <stdint.h>

#include <tern/error.h>
#include <tern/plugin.h>

/* All checkpoint records are written to and read from this partition. */
#define CHECKPOINT_PARTITION    0

/* The offset that checkpoint records carry for Connect: {"offset":0}, always. */
#define CHECKPOINT_OFFSET_NAME  "offset"
#define CHECKPOINT_OFFSET_VALUE 0

enum {
    CHECKPOINT_SOURCE_FIELDS = 3
};

struct checkpoint {
    struct slice group;
    struct slice topic; /* as named on the target cluster */
    int32_t partition;
    int64_t upstream_offset;
    int64_t downstream_offset;
    struct slice metadata; /* not null */
};

/*
 * Appends the record's key and value. Errors: TERN_EINVALID for a string that is null or does
 * not fit a STRING or a buffer's limit; then what the buffers hold is undefined.
 */
int checkpoint_encode(const struct checkpoint *checkpoint, struct buf *key, struct buf *value,
                      struct tern_error *err) MUST_CHECK;
/*
 * Reads a record; what follows the last field is ignored. ret_checkpoint borrows from key and
 * value. Errors: TERN_EINVALID for a null or cut key or value.
 */
int checkpoint_decode(struct slice key, struct slice value, struct checkpoint *ret_checkpoint,
                      struct tern_error *err) MUST_CHECK;

/*
 * The record's source partition for tern_host.source_partition(), in the order of Java's offset
 * keys: partition, topic, group. Borrows the strings.
 */
void checkpoint_source_fields(const char *group, const char *topic, int32_t partition,
                              struct tern_field ret_fields[CHECKPOINT_SOURCE_FIELDS]);
