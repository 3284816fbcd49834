/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * mirror_partition - topic and partition: order, text, and the source partition of a mirrored
 * record. Peer: org.apache.kafka.connect.mirror.MirrorUtils. Pure. Thread: any.
 */
#include "lib/base/macros.h"
#include "lib/base/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tern/error.h>
#include <tern/plugin.h>

/* The offset of a mirrored record: {"offset":n}, n the record's own offset on the source. */
#define MIRROR_PARTITION_OFFSET_NAME "offset"

enum {
    MIRROR_PARTITION_SOURCE_FIELDS = 3
};

struct mirror_partition {
    const char *topic;
    int32_t partition;
};

/* By topic in byte order, then partition; for qsort(). */
int mirror_partition_compare(const void *a, const void *b);

/*
 * Splits "<topic>-<partition>" at the last '-'; the caller frees *ret_topic. Errors: TERN_EINVALID
 * without a '-', or when no number from 0 to 2^31-1 follows it.
 */
int mirror_partition_parse(const char *text, char **ret_topic, int32_t *ret_partition,
                           struct tern_error *err) MUST_CHECK;

/*
 * The source partition of a mirrored record for tern_host.source_partition(), in the order of
 * Java's offset keys: cluster, partition, topic. Borrows the strings.
 */
void mirror_partition_source_fields(const char *source_alias, const char *topic, int32_t partition,
                                    struct tern_field ret_fields[MIRROR_PARTITION_SOURCE_FIELDS]);

/* Topic names of Kafka are at most this long. */
enum {
    MIRROR_PARTITION_TOPIC_MAX = 249,
    MIRROR_PARTITION_KEY_SIZE = 264
};

/*
 * A text that no other topic and partition has: the key of a map. False, when topic cannot be
 * the name of a topic (too long, or with a zero byte or a line feed in it).
 */
bool mirror_partition_key(struct slice topic, int32_t partition,
                          char ret_key[MIRROR_PARTITION_KEY_SIZE]) MUST_CHECK;
