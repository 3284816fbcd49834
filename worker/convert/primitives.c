/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/convert/primitives.h"

#include <string.h>

#include "lib/data/schema.h"
#include "lib/data/value.h"

#include <tern/version.h>

/* What tells the number converters apart. */
static const struct number {
    const struct converter_class *cls;
    enum tern_value_type value;
    enum tern_type type;
    size_t size;
    const char *word;         /* of texts */
    const char *deserializer; /* Java's */
} numbers[] = {
    {&short_converter, TERN_VALUE_INT16, TERN_TYPE_INT16, 2, "short", "ShortDeserializer"},
    {&integer_converter, TERN_VALUE_INT32, TERN_TYPE_INT32, 4, "integer", "IntegerDeserializer"},
    {&long_converter, TERN_VALUE_INT64, TERN_TYPE_INT64, 8, "long", "LongDeserializer"},
    {&float_converter, TERN_VALUE_FLOAT32, TERN_TYPE_FLOAT32, 4, "float", "Deserializer"},
    {&double_converter, TERN_VALUE_FLOAT64, TERN_TYPE_FLOAT64, 8, "double", "Deserializer"},
};

static const struct number *number_of(const struct converter *c)
{
    const struct number *n = numbers;

    while (n->cls != c->cls)
        n++;
    return n;
}

/* The bits of a number, right aligned. */
static uint64_t to_bits(const struct tern_value *v)
{
    float single = (float)v->as.number;
    uint32_t single_bits;
    uint64_t bits;

    if (v->type == TERN_VALUE_FLOAT32) {
        memcpy(&single_bits, &single, sizeof(single_bits));
        return single_bits;
    }
    if (v->type == TERN_VALUE_FLOAT64) {
        memcpy(&bits, &v->as.number, sizeof(bits));
        return bits;
    }
    return (uint64_t)v->as.integer;
}

static struct tern_value from_bits(const struct number *n, uint64_t bits)
{
    struct tern_value v = {.type = n->value};
    uint32_t single_bits = (uint32_t)bits;
    float single;

    switch (n->value) {
    case TERN_VALUE_FLOAT32:
        memcpy(&single, &single_bits, sizeof(single));
        v.as.number = (double)single;
        break;
    case TERN_VALUE_FLOAT64:
        memcpy(&v.as.number, &bits, sizeof(bits));
        break;
    case TERN_VALUE_INT16:
        v.as.integer = (int16_t)bits;
        break;
    case TERN_VALUE_INT32:
        v.as.integer = (int32_t)bits;
        break;
    default:
        v.as.integer = (int64_t)bits;
        break;
    }
    return v;
}

static int number_from_connect(struct converter *c, const char *topic,
                               const struct tern_value *value, struct buf *scratch,
                               struct tern_bytes *ret_bytes, struct tern_error *err)
{
    const struct number *n = number_of(c);
    uint64_t bits;

    (void)topic;
    if (value_is_null(value)) {
        *ret_bytes = (struct tern_bytes){NULL, 0};
        return 0;
    }
    if (value->type != n->value) {
        return tern_fail(err, TERN_EINVALID, /* peer text */
                         "Failed to serialize to %s (was class %s): ", n->word,
                         value_class_name(value->type));
    }
    bits = to_bits(value);
    for (size_t i = n->size; i-- > 0;)
        buf_add_char(scratch, (char)(bits >> 8 * i));
    *ret_bytes = (struct tern_bytes){buf_str(scratch), scratch->len};
    return 0;
}

static int number_to_connect(struct converter *c, const char *topic, const char *header,
                             struct tern_bytes bytes, struct arena *arena,
                             struct tern_value *ret_value, struct tern_error *err)
{
    const struct number *n = number_of(c);
    uint64_t bits = 0;

    (void)topic;
    (void)header;
    (void)arena;
    if (bytes.data && bytes.size != n->size) {
        return tern_fail(err, TERN_EINVALID, /* peer text */
                         "Failed to deserialize %s: Size of data received by %s is not %zu",
                         n->word, n->deserializer, n->size);
    }
    for (size_t i = 0; bytes.data && i < bytes.size; i++)
        bits = bits << 8 | ((const uint8_t *)bytes.data)[i];
    *ret_value = bytes.data ? from_bits(n, bits) : (struct tern_value){.type = TERN_VALUE_NULL};
    ret_value->schema = schema_plain(n->type, true);
    return 0;
}

static int boolean_from_connect(struct converter *c, const char *topic,
                                const struct tern_value *value, struct buf *scratch,
                                struct tern_bytes *ret_bytes, struct tern_error *err)
{
    (void)c;
    (void)topic;
    if (value->schema && value->schema->type != TERN_TYPE_BOOLEAN) {
        return tern_fail(err, TERN_EINVALID, /* peer text */
                         "Invalid schema type for BooleanConverter: %s",
                         schema_type_name(value->schema->type));
    }
    if (value_is_null(value)) {
        *ret_bytes = (struct tern_bytes){NULL, 0};
        return 0;
    }
    if (value->type != TERN_VALUE_BOOLEAN) {
        return tern_fail(err, TERN_EINVALID, /* peer text */
                         "BooleanConverter is not compatible with objects of type class %s",
                         value_class_name(value->type));
    }
    buf_add_char(scratch, (char)value->as.boolean);
    *ret_bytes = (struct tern_bytes){buf_str(scratch), 1};
    return 0;
}

static int boolean_to_connect(struct converter *c, const char *topic, const char *header,
                              struct tern_bytes bytes, struct arena *arena,
                              struct tern_value *ret_value, struct tern_error *err)
{
    const uint8_t *data = bytes.data;

    (void)c;
    (void)topic;
    (void)header;
    (void)arena;
    if (data && bytes.size != 1) {
        return tern_fail(err, TERN_EINVALID, /* peer text */
                         "Failed to deserialize boolean: Size of data received by "
                         "BooleanDeserializer is not 1");
    }
    if (data && *data > 1) {
        return tern_fail(err, TERN_EINVALID, /* peer text */
                         "Failed to deserialize boolean: Unexpected byte received by "
                         "BooleanDeserializer: %d",
                         (int)(int8_t)*data);
    }
    *ret_value = (struct tern_value){.type = data ? TERN_VALUE_BOOLEAN : TERN_VALUE_NULL,
                                     .schema = schema_plain(TERN_TYPE_BOOLEAN, true)};
    ret_value->as.boolean = data && *data == 1;
    return 0;
}

#define PRIMITIVE(java, from, to)                                                       \
    {                                                                                   \
        .name = "org.apache.kafka.connect.converters." java "Converter", .alias = java, \
        .roles = 1u << CONVERT_KEY | 1u << CONVERT_VALUE | 1u << CONVERT_HEADER,        \
        .version = TERN_KAFKA_VERSION, .config = converter_type_only,                   \
        .open = converter_open_plain, .from_connect = (from), .to_connect = (to),       \
        .close = converter_close_plain                                                  \
    }

const struct converter_class boolean_converter =
    PRIMITIVE("Boolean", boolean_from_connect, boolean_to_connect);
const struct converter_class short_converter =
    PRIMITIVE("Short", number_from_connect, number_to_connect);
const struct converter_class integer_converter =
    PRIMITIVE("Integer", number_from_connect, number_to_connect);
const struct converter_class long_converter =
    PRIMITIVE("Long", number_from_connect, number_to_connect);
const struct converter_class float_converter =
    PRIMITIVE("Float", number_from_connect, number_to_connect);
const struct converter_class double_converter =
    PRIMITIVE("Double", number_from_connect, number_to_connect);
