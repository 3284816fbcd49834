/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/convert/bytes.h"

#include "worker/convert/value_type.h"

#include <tern/version.h>

static int bytes_from_connect(struct converter *c, const char *topic,
                              const struct tern_value *value, struct buf *scratch,
                              struct tern_bytes *ret_bytes, struct tern_error *err)
{
    (void)c;
    (void)topic;
    (void)scratch;
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
    if (value->schema) {
        return tern_fail(err, TERN_EINVALID, /* peer text */
                         "Invalid schema type for ByteArrayConverter: %s",
                         value_type_name(value->type));
    }
    return tern_fail(err, TERN_EINVALID, /* peer text */
                     "ByteArrayConverter is not compatible with objects of type class %s",
                     value_class_name(value->type));
}

const struct converter_class bytes_converter = {
    .name = "org.apache.kafka.connect.converters.ByteArrayConverter",
    .alias = "ByteArray",
    .roles = 1u << CONVERT_KEY | 1u << CONVERT_VALUE | 1u << CONVERT_HEADER,
    .version = TERN_KAFKA_VERSION,
    .config = converter_type_only,
    .open = converter_open_plain,
    .from_connect = bytes_from_connect,
    .close = converter_close_plain,
};
