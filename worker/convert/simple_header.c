/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/convert/simple_header.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/base64.h"
#include "lib/base/jsonx.h"
#include "worker/convert/value_type.h"

#include <tern/version.h>

/*
 * Float.toString(): the fewest digits that read back as the same float. As a double, such a
 * text has the same fewest digits, and Java writes both alike.
 */
static void write_float(struct buf *out, float number)
{
    char text[32];

    for (int digits = 1; digits <= 9; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, (double)number);
        if (strtof(text, NULL) == number)
            break;
    }
    jsonx_write_double(out, isfinite(number) ? strtod(text, NULL) : (double)number);
}

static bool write_text(struct buf *out, const struct tern_value *value)
{
    switch (value->type) {
    case TERN_VALUE_BOOLEAN:
        buf_add_str(out, value->as.boolean ? "true" : "false");
        return true;
    case TERN_VALUE_INT8:
    case TERN_VALUE_INT16:
    case TERN_VALUE_INT32:
    case TERN_VALUE_INT64:
        buf_add_fmt(out, "%" PRId64, value->as.integer);
        return true;
    case TERN_VALUE_FLOAT32:
        write_float(out, (float)value->as.number);
        return true;
    case TERN_VALUE_FLOAT64:
        jsonx_write_double(out, value->as.number);
        return true;
    case TERN_VALUE_BYTES:
        base64_encode(out, value->as.bytes.data, value->as.bytes.size);
        return true;
    default:
        return false;
    }
}

static int simple_header_from_connect(struct converter *c, const char *topic,
                                      const struct tern_value *value, struct buf *scratch,
                                      struct tern_bytes *ret_bytes, struct tern_error *err)
{
    bool is_bytes = value->type == TERN_VALUE_BYTES || value->type == TERN_VALUE_STRING;

    (void)c;
    (void)topic;
    if (value->type == TERN_VALUE_NULL || (is_bytes && !value->as.bytes.data)) {
        *ret_bytes = (struct tern_bytes){NULL, 0};
        return 0;
    }
    if (value->type == TERN_VALUE_STRING) {
        *ret_bytes = value->as.bytes;
        return 0;
    }
    if (!write_text(scratch, value)) {
        return tern_fail(err, TERN_EINVALID, /* peer text, up to the value */
                         "Failed to serialize unexpected value type %s",
                         value_class_name(value->type));
    }
    if (scratch->failed)
        return tern_fail(err, TERN_EINVALID, "a header of more than %zu bytes", scratch->limit);
    *ret_bytes = (struct tern_bytes){buf_str(scratch), scratch->len};
    return 0;
}

const struct converter_class simple_header_converter = {
    .name = "org.apache.kafka.connect.storage.SimpleHeaderConverter",
    .alias = "Simple",
    .roles = 1u << CONVERT_HEADER,
    .version = TERN_KAFKA_VERSION,
    .open = converter_open_plain,
    .from_connect = simple_header_from_connect,
    .close = converter_close_plain,
};
