/* SPDX-License-Identifier: Apache-2.0 */
/* Which converter a task gets, and what a header looks like as text. */
#include "worker/convert/converter.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/strmap.h"
#include "lib/conf/config_def.h"
#include "lib/data/schema.h"
#include "lib/data/value.h"
#include "tests/lib/testing.h"

enum {
    LIMIT = 1 << 16
};

#define BYTES  "org.apache.kafka.connect.converters.ByteArrayConverter"
#define JSON   "org.apache.kafka.connect.json.JsonConverter"
#define SIMPLE "org.apache.kafka.connect.storage.SimpleHeaderConverter"

static const struct choice_case {
    enum converter_role role;
    const char *connector, *worker; /* class, NULL: not set */
    const char *expected;           /* class, or how the message starts */
    bool from_connector;
} choice_cases[] = {
    {CONVERT_KEY, NULL, BYTES, BYTES, false},
    {CONVERT_VALUE, BYTES, NULL, BYTES, true},
    {CONVERT_VALUE, "ByteArrayConverter", "nonsense", BYTES, true},
    {CONVERT_VALUE, NULL, "ByteArray", BYTES, false},
    {CONVERT_HEADER, NULL, NULL, SIMPLE, false},
    {CONVERT_HEADER, NULL, BYTES, BYTES, false},
    {CONVERT_HEADER, "Simple", BYTES, SIMPLE, true},
    {CONVERT_HEADER, "SimpleHeaderConverter", BYTES, SIMPLE, true},
    {CONVERT_KEY, NULL, NULL,
     "Missing required configuration \"key.converter\" which has no default value.", false},
    {CONVERT_VALUE, "x.Y", BYTES,
     "Invalid value x.Y for configuration value.converter: Class x.Y could not be found. The value "
     "converters of this worker are: " BYTES,
     false},
    {CONVERT_KEY, SIMPLE, BYTES,
     "Invalid value " SIMPLE " for configuration key.converter: Class " SIMPLE
     " could not be found.",
     false},
    {CONVERT_HEADER, "bytearray", NULL,
     "Invalid value bytearray for configuration header.converter: Class bytearray could not be "
     "found. The header converters of this worker are: " BYTES ", " JSON,
     false},
    {CONVERT_VALUE, "", BYTES, "Invalid value  for configuration value.converter", false},
};

START_TEST(choice)
{
    const struct choice_case *row = &choice_cases[_i];
    CLEANUP(strmap_fini) struct strmap connector = STRMAP_INIT;
    CLEANUP(strmap_fini) struct strmap worker = STRMAP_INIT;
    struct tern_config connector_config, worker_config;
    struct converter *c = NULL;
    struct tern_error err;

    if (row->connector)
        strmap_set(&connector, converter_key(row->role), row->connector);
    if (row->worker)
        strmap_set(&worker, converter_key(row->role), row->worker);
    connector_config = strmap_config(&connector);
    worker_config = strmap_config(&worker);
    if (converter_open(row->role, &connector_config, &worker_config, &c, &err) < 0) {
        ck_assert_int_eq(err.code, TERN_EINVALID);
        if (!str_starts_with(err.msg, row->expected))
            ck_abort_msg("%s", err.msg);
    } else {
        ck_assert_str_eq(c->cls->name, row->expected);
        ck_assert(c->from_connector == row->from_connector);
        ck_assert_int_eq(c->role, row->role);
    }
    converter_close(c);
}
END_TEST

/* A converter that keeps what it was configured with. */
START_TEST(keys)
{
    ck_assert_str_eq(converter_key(CONVERT_KEY), "key.converter");
    ck_assert_str_eq(converter_key(CONVERT_VALUE), "value.converter");
    ck_assert_str_eq(converter_key(CONVERT_HEADER), "header.converter");
}
END_TEST

/* Every class says its version and has tables that hold together. */
START_TEST(classes_declare_their_keys)
{
    for (size_t i = 0; converter_classes[i]; i++) {
        const struct converter_class *cls = converter_classes[i];
        const struct config_def def = CONFIG_DEF(cls->config);
        struct tern_config_key row;
        struct tern_error err;

        ck_assert_ptr_nonnull(cls->version);
        if (!cls->config) /* peer: SimpleHeaderConverter alone defines nothing */
            ck_assert_uint_eq(cls->roles, 1u << CONVERT_HEADER);
        else
            ck_assert_ok(config_def_check(&def, &err), err);
        ck_assert(!cls->config || config_def_find(&def, "converter.type", &row));
    }
}
END_TEST

static struct converter *open_class(enum converter_role role, const char *name)
{
    const struct converter_class *cls = converter_find(role, name);
    const struct tern_config none = {NULL, 0};
    struct converter *c;
    struct tern_error err;

    ck_assert_ptr_nonnull(cls);
    ck_assert_ok(cls->open(cls, role, &none, &c, &err), err);
    return c;
}

/* Bytes are borrowed, not copied: not even the scratch is touched. */
START_TEST(bytes_are_borrowed)
{
    struct converter *c = open_class(CONVERT_VALUE, "ByteArray");
    const struct tern_value value = {.type = TERN_VALUE_BYTES, .as.bytes = {"abc", 3}};
    const struct tern_value empty = {.type = TERN_VALUE_BYTES, .as.bytes = {"", 0}};
    const struct tern_value null = {.type = TERN_VALUE_NULL};
    CLEANUP(buf_fini) struct buf scratch = BUF_INIT(LIMIT);
    struct tern_bytes bytes;
    struct tern_error err;

    ck_assert_ok(converter_from_connect(c, "t", &value, &scratch, &bytes, &err), err);
    ck_assert_ptr_eq(bytes.data, value.as.bytes.data);
    ck_assert_uint_eq(bytes.size, 3);
    ck_assert_ok(converter_from_connect(c, "t", &empty, &scratch, &bytes, &err), err);
    ck_assert_ptr_nonnull(bytes.data);
    ck_assert_uint_eq(bytes.size, 0);
    ck_assert_ok(converter_from_connect(c, "t", &null, &scratch, &bytes, &err), err);
    ck_assert_ptr_null(bytes.data);
    ck_assert_ptr_null(scratch.data);
    converter_close(c);
}
END_TEST

static const struct refusal_case {
    enum tern_value_type type;
    enum tern_type schema; /* 0: none */
    const char *message;
} refusal_cases[] = {
    {TERN_VALUE_STRING, 0,
     "ByteArrayConverter is not compatible with objects of type class java.lang.String"},
    {TERN_VALUE_INT8, 0,
     "ByteArrayConverter is not compatible with objects of type class java.lang.Byte"},
    {TERN_VALUE_BOOLEAN, 0,
     "ByteArrayConverter is not compatible with objects of type class java.lang.Boolean"},
    {TERN_VALUE_FLOAT64, TERN_TYPE_FLOAT64, "Invalid schema type for ByteArrayConverter: FLOAT64"},
    {TERN_VALUE_INT64, TERN_TYPE_INT64, "Invalid schema type for ByteArrayConverter: INT64"},
    {(enum tern_value_type)99, 0,
     "ByteArrayConverter is not compatible with objects of type class unknown"},
};

START_TEST(refusals)
{
    const struct refusal_case *row = &refusal_cases[_i];
    struct converter *c = open_class(CONVERT_VALUE, "ByteArray");
    const struct tern_value value = {
        .type = row->type,
        .schema = row->schema ? schema_plain(row->schema, false) : NULL,
    };
    CLEANUP(buf_fini) struct buf scratch = BUF_INIT(LIMIT);
    struct tern_bytes bytes;
    struct tern_error err;

    ck_assert_int_lt(converter_from_connect(c, "t", &value, &scratch, &bytes, &err), 0);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    ck_assert_str_eq(err.msg, row->message);
    converter_close(c);
}
END_TEST

static const struct header_case {
    struct tern_value value;
    const char *text; /* NULL: null */
} header_cases[] = {
    {{.type = TERN_VALUE_NULL}, NULL},
    {{.type = TERN_VALUE_BYTES, .as.bytes = {NULL, 0}}, NULL},
    {{.type = TERN_VALUE_BYTES, .as.bytes = {"", 0}}, ""},
    {{.type = TERN_VALUE_BYTES, .as.bytes = {"\1\2\377", 3}}, "AQL/"},
    {{.type = TERN_VALUE_STRING, .as.bytes = {"a\"b", 3}}, "a\"b"},
    {{.type = TERN_VALUE_BOOLEAN, .as.boolean = true}, "true"},
    {{.type = TERN_VALUE_BOOLEAN, .as.boolean = false}, "false"},
    {{.type = TERN_VALUE_INT8, .as.integer = -128}, "-128"},
    {{.type = TERN_VALUE_INT16, .as.integer = 7}, "7"},
    {{.type = TERN_VALUE_INT64, .as.integer = INT64_MIN}, "-9223372036854775808"},
    {{.type = TERN_VALUE_FLOAT64, .as.number = 1e21}, "1.0E21"},
    {{.type = TERN_VALUE_FLOAT64, .as.number = 0.1}, "0.1"},
    {{.type = TERN_VALUE_FLOAT32, .as.number = 0.1F}, "0.1"},
    {{.type = TERN_VALUE_FLOAT32, .as.number = 1.1F}, "1.1"},
    {{.type = TERN_VALUE_FLOAT32, .as.number = 16777216.0F}, "1.6777216E7"},
    {{.type = TERN_VALUE_FLOAT32, .as.number = 3.4028235e38F}, "3.4028235E38"},
    {{.type = TERN_VALUE_FLOAT32, .as.number = -0.0F}, "-0.0"},
    {{.type = TERN_VALUE_FLOAT32, .as.number = (double)NAN}, "NaN"},
    {{.type = TERN_VALUE_FLOAT32, .as.number = (double)INFINITY}, "Infinity"},
};

START_TEST(headers_as_text)
{
    const struct header_case *row = &header_cases[_i];
    struct converter *c = open_class(CONVERT_HEADER, "Simple");
    CLEANUP(buf_fini) struct buf scratch = BUF_INIT(LIMIT);
    struct tern_bytes bytes;
    struct tern_error err;

    ck_assert_ok(converter_from_connect(c, "t", &row->value, &scratch, &bytes, &err), err);
    if (row->text) {
        ck_assert_uint_eq(bytes.size, strlen(row->text));
        ck_assert(bytes.data && memcmp(bytes.data, row->text, bytes.size) == 0);
    } else {
        ck_assert_ptr_null(bytes.data);
    }
    converter_close(c);
}
END_TEST

START_TEST(header_of_no_known_type)
{
    struct converter *c = open_class(CONVERT_HEADER, "Simple");
    const struct tern_value value = {.type = (enum tern_value_type)77};
    CLEANUP(buf_fini) struct buf scratch = BUF_INIT(LIMIT);
    struct tern_bytes bytes;
    struct tern_error err;

    ck_assert_int_lt(converter_from_connect(c, "t", &value, &scratch, &bytes, &err), 0);
    ck_assert_str_eq(err.msg, "Failed to serialize unexpected value type unknown");
    converter_close(c);
}
END_TEST

START_TEST(type_names)
{
    ck_assert_str_eq(value_type_name(TERN_VALUE_FLOAT32), "FLOAT32");
    ck_assert_str_eq(value_type_name((enum tern_value_type)1000), "unknown");
    ck_assert_str_eq(value_class_name(TERN_VALUE_BYTES), "[B");
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, choice, COUNT_OF(choice_cases));
    test_add(suite, keys);
    test_add(suite, classes_declare_their_keys);
    test_add(suite, bytes_are_borrowed);
    test_add_rows(suite, refusals, COUNT_OF(refusal_cases));
    test_add_rows(suite, headers_as_text, COUNT_OF(header_cases));
    test_add(suite, header_of_no_known_type);
    test_add(suite, type_names);
}

TEST_MAIN("converter", fill)
