/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/convert/bytes.h"

#include "lib/data/schema.h"
#include "lib/data/value.h"

#include <tern/version.h>

static int bytes_from_connect(struct converter *c, const char *topic,
                              const struct tern_value *value, struct buf *scratch,
                              struct tern_bytes *ret_bytes, struct tern_error *err)
{
    (void)c;
    (void)topic;
    (void)scratch;
    if (value->schema && value->schema->type != TERN_TYPE_BYTES) {
        return tern_fail(err, TERN_EINVALID, /* peer text */
                         "Invalid schema type for ByteArrayConverter: %s",
                         schema_type_name(value->schema->type));
    }
    switch (value->type) {
    case TERN_VALUE_BYTES:
        *ret_bytes = value->as.bytes;
        return 0;
    case TERN_VALUE_NULL:
        *ret_bytes = (struct tern_bytes){NULL, 0};
        return 0;
    default:
        break;
    }
    return tern_fail(err, TERN_EINVALID, /* peer text */
                     "ByteArrayConverter is not compatible with objects of type class %s",
                     value_class_name(value->type));
}

static int bytes_to_connect(struct converter *c, const char *topic, const char *header,
                            struct tern_bytes bytes, struct arena *arena,
                            struct tern_value *ret_value, struct tern_error *err)
{
    (void)c;
    (void)topic;
    (void)header;
    (void)arena;
    (void)err;
    *ret_value = (struct tern_value){
        .type = bytes.data ? TERN_VALUE_BYTES : TERN_VALUE_NULL,
        .schema = schema_plain(TERN_TYPE_BYTES, true),
        .as.bytes = bytes,
    };
    return 0;
}

const struct converter_class bytes_converter = {
    .name = "org.apache.kafka.connect.converters.ByteArrayConverter",
    .alias = "ByteArray",
    .roles = 1u << CONVERT_KEY | 1u << CONVERT_VALUE | 1u << CONVERT_HEADER,
    .version = TERN_KAFKA_VERSION,
    .config = converter_type_only,
    .open = converter_open_plain,
    .from_connect = bytes_from_connect,
    .to_connect = bytes_to_connect,
    .close = converter_close_plain,
};
