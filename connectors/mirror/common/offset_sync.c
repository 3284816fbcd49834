/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/offset_sync.h"

#include "connectors/mirror/common/record_fields.h"

int offset_sync_encode(const struct offset_sync *sync, struct buf *key, struct buf *value,
                       struct tern_error *err)
{
    record_put_string(key, sync->topic);
    record_put_i32(key, sync->partition);
    record_put_i64(value, sync->upstream_offset);
    record_put_i64(value, sync->downstream_offset);
    if (key->failed || value->failed) {
        return tern_fail(err, TERN_EINVALID, "an offset sync does not fit: its topic has %zu bytes",
                         sync->topic.len);
    }
    return 0;
}

int offset_sync_decode(struct slice key, struct slice value, struct offset_sync *ret_sync,
                       struct tern_error *err)
{
    struct record_reader k = record_reader_of(key), v = record_reader_of(value);
    struct offset_sync sync;

    sync.topic = record_string(&k);
    sync.partition = record_i32(&k);
    sync.upstream_offset = record_i64(&v);
    sync.downstream_offset = record_i64(&v);
    if (k.failed) {
        return tern_fail(err, TERN_EINVALID, "malformed key of an offset sync: %s",
                         key.at ? "cut short, or a bad length" : "null");
    }
    if (v.failed) {
        return tern_fail(err, TERN_EINVALID, "malformed value of an offset sync: %s",
                         value.at ? "cut short" : "null");
    }
    *ret_sync = sync;
    return 0;
}
