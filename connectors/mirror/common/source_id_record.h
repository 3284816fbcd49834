/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * source_id_record - the records of mm2-topic-ids.<source>.internal: which topic, by its id, the
 * stored offset of a source partition belongs to, and the leader epoch in which it was valid.
 *
 * The key is that of the partition's offset in the worker's offset topic, the value
 * {"topicId":"<32 hexadecimal digits>","leaderEpoch":5}. The topic is Tern's own: Java does not
 * know it, and takes it for internal by its name. Pure.
 */
#include "lib/base/buf.h"
#include "lib/base/macros.h"
#include "lib/wire/wire_reader.h"

#include <stdbool.h>
#include <stdint.h>

#include <tern/error.h>

enum {
    SOURCE_ID_RECORD_MAX = 64 * 1024
};

struct source_id {
    struct wire_uuid id;
    int32_t epoch; /* -1: not known */
};

/* The topic's name on the target. Owned by the caller. */
char *source_id_topic(const char *source_alias);

/* Appended to out, which has room for SOURCE_ID_RECORD_MAX. */
void source_id_key(struct buf *out, const char *connector, const char *source_alias,
                   const char *topic, int32_t partition);
void source_id_value(struct buf *out, const struct source_id *id);
/* Members beyond those known are passed over. Errors: TERN_EINVALID. */
int source_id_parse(struct slice value, struct source_id *ret_id,
                    struct tern_error *err) MUST_CHECK;
