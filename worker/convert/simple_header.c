/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/convert/simple_header.h"

#include "lib/data/value.h"
#include "lib/data/value_text.h"

#include <tern/version.h>

static int simple_header_from_connect(struct converter *c, const char *topic,
                                      const struct tern_value *value, struct buf *scratch,
                                      struct tern_bytes *ret_bytes, struct tern_error *err)
{
    (void)c;
    (void)topic;
    if (value_is_null(value)) {
        *ret_bytes = (struct tern_bytes){NULL, 0};
        return 0;
    }
    if (value->type == TERN_VALUE_STRING) {
        *ret_bytes = value->as.bytes;
        return 0;
    }
    if (values_text(scratch, value, err) < 0)
        return -1;
    if (scratch->failed)
        return tern_fail(err, TERN_EINVALID, "a header of more than %zu bytes", scratch->limit);
    *ret_bytes = (struct tern_bytes){buf_str(scratch), scratch->len};
    return 0;
}

static int simple_header_to_connect(struct converter *c, const char *topic, const char *header,
                                    struct tern_bytes bytes, struct arena *arena,
                                    struct tern_value *ret_value, struct tern_error *err)
{
    (void)c;
    (void)topic;
    (void)header;
    (void)err;
    *ret_value = (struct tern_value){.type = TERN_VALUE_NULL};
    if (bytes.data)
        values_parse(arena, bytes.data, bytes.size, ret_value);
    return 0;
}

const struct converter_class simple_header_converter = {
    .name = "org.apache.kafka.connect.storage.SimpleHeaderConverter",
    .alias = "Simple",
    .roles = 1u << CONVERT_HEADER,
    .version = TERN_KAFKA_VERSION,
    .open = converter_open_plain,
    .from_connect = simple_header_from_connect,
    .to_connect = simple_header_to_connect,
    .close = converter_close_plain,
};
