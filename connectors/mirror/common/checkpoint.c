/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/checkpoint.h"

#include "connectors/mirror/common/record_fields.h"

enum {
    CHECKPOINT_VERSION = 0
};

int checkpoint_encode(const struct checkpoint *checkpoint, struct buf *key, struct buf *value,
                      struct tern_error *err)
{
    record_put_string(key, checkpoint->group);
    record_put_string(key, checkpoint->topic);
    record_put_i32(key, checkpoint->partition);
    record_put_i16(value, CHECKPOINT_VERSION);
    record_put_i64(value, checkpoint->upstream_offset);
    record_put_i64(value, checkpoint->downstream_offset);
    record_put_string(value, checkpoint->metadata);
    if (key->failed || value->failed) {
        return tern_fail(err, TERN_EINVALID,
                         "a checkpoint does not fit: group of %zu bytes, topic of %zu, metadata "
                         "of %zu%s",
                         checkpoint->group.len, checkpoint->topic.len, checkpoint->metadata.len,
                         checkpoint->metadata.at ? "" : " (null)");
    }
    return 0;
}

int checkpoint_decode(struct slice key, struct slice value, struct checkpoint *ret_checkpoint,
                      struct tern_error *err)
{
    struct record_reader k = record_reader_of(key), v = record_reader_of(value);
    struct checkpoint checkpoint;

    checkpoint.group = record_string(&k);
    checkpoint.topic = record_string(&k);
    checkpoint.partition = record_i32(&k);
    record_i16(&v); /* the version: Java reads all alike */
    checkpoint.upstream_offset = record_i64(&v);
    checkpoint.downstream_offset = record_i64(&v);
    checkpoint.metadata = record_string(&v);
    if (k.failed) {
        return tern_fail(err, TERN_EINVALID, "malformed key of a checkpoint: %s",
                         key.at ? "cut short, or a bad length" : "null");
    }
    if (v.failed) {
        return tern_fail(err, TERN_EINVALID, "malformed value of a checkpoint: %s",
                         value.at ? "cut short, or a bad length" : "null");
    }
    *ret_checkpoint = checkpoint;
    return 0;
}

void checkpoint_source_fields(const char *group, const char *topic, int32_t partition,
                              struct tern_field ret_fields[CHECKPOINT_SOURCE_FIELDS])
{
    ret_fields[0] = (struct tern_field){.name = "partition", .number = partition};
    ret_fields[1] = (struct tern_field){.name = "topic", .text = topic};
    ret_fields[2] = (struct tern_field){.name = "group", .text = group};
}
