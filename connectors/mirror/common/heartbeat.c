/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/heartbeat.h"

#include "connectors/mirror/common/record_fields.h"

enum {
    HEARTBEAT_VERSION = 0
};

int heartbeat_encode(const struct heartbeat *heartbeat, struct buf *key, struct buf *value,
                     struct tern_error *err)
{
    record_put_string(key, heartbeat->source_alias);
    record_put_string(key, heartbeat->target_alias);
    record_put_i16(value, HEARTBEAT_VERSION);
    record_put_i64(value, heartbeat->timestamp_ms);
    if (key->failed || value->failed) {
        return tern_fail(err, TERN_EINVALID,
                         "a heartbeat does not fit: its aliases have %zu and %zu bytes",
                         heartbeat->source_alias.len, heartbeat->target_alias.len);
    }
    return 0;
}

int heartbeat_decode(struct slice key, struct slice value, struct heartbeat *ret_heartbeat,
                     struct tern_error *err)
{
    struct record_reader k = record_reader_of(key), v = record_reader_of(value);
    struct heartbeat heartbeat;

    heartbeat.source_alias = record_string(&k);
    heartbeat.target_alias = record_string(&k);
    record_i16(&v); /* the version: Java reads all alike */
    heartbeat.timestamp_ms = record_i64(&v);
    if (k.failed) {
        return tern_fail(err, TERN_EINVALID, "malformed key of a heartbeat: %s",
                         key.at ? "cut short, or a bad length" : "null");
    }
    if (v.failed) {
        return tern_fail(err, TERN_EINVALID, "malformed value of a heartbeat: %s",
                         value.at ? "cut short" : "null");
    }
    *ret_heartbeat = heartbeat;
    return 0;
}

void heartbeat_source_fields(const char *source_alias, const char *target_alias,
                             struct tern_field ret_fields[HEARTBEAT_SOURCE_FIELDS])
{
    ret_fields[0] = (struct tern_field){.name = "sourceClusterAlias", .text = source_alias};
    ret_fields[1] = (struct tern_field){.name = "targetClusterAlias", .text = target_alias};
}
