/* SPDX-License-Identifier: Apache-2.0 */
/* Schemas: what is refused, what is equal, what a copy keeps; values against them. */
#include "lib/data/schema.h"

#include <stdlib.h>
#include <string.h>

#include "lib/data/value.h"
#include "tests/lib/testing.h"

static const struct tern_schema int8 = TERN_SCHEMA(.type = TERN_TYPE_INT8);
static const struct tern_schema text = TERN_SCHEMA(.type = TERN_TYPE_STRING);
static const struct tern_schema maybe = TERN_SCHEMA(.type = TERN_TYPE_STRING, .optional = true);
static const struct tern_value seven = {.type = TERN_VALUE_INT8, .as.integer = 7};
static const struct tern_schema with_default =
    TERN_SCHEMA(.type = TERN_TYPE_INT8, .fallback = &seven);
static const struct tern_schema texts = TERN_SCHEMA(.type = TERN_TYPE_ARRAY, .values = &text);
static const struct tern_schema pairs =
    TERN_SCHEMA(.type = TERN_TYPE_MAP, .keys = &text, .values = &int8);
static const struct tern_schema named = TERN_SCHEMA(.type = TERN_TYPE_STRING, .name = "my.Name");
static const struct tern_schema date = TERN_SCHEMA(.type = TERN_TYPE_INT32, .name = TERN_DATE);
static const struct tern_schema_field point_fields[] = {{"x", &int8}, {"y", &with_default}};
static const struct tern_schema point =
    TERN_SCHEMA(.type = TERN_TYPE_STRUCT, .fields = point_fields, .field_count = 2);
static const struct tern_schema loose_array = TERN_SCHEMA(.type = TERN_TYPE_ARRAY);

/* ---- what is no schema ---- */

static const struct tern_schema old_size = {.size = 8, .type = TERN_TYPE_INT8};
static const struct tern_schema no_type = TERN_SCHEMA(.optional = true);
static const struct tern_schema wrong_type = TERN_SCHEMA(.type = (enum tern_type)13);
static const struct tern_schema no_fields = TERN_SCHEMA(.type = TERN_TYPE_STRUCT, .field_count = 1);
static const struct tern_schema_field unnamed_fields[] = {{NULL, &int8}};
static const struct tern_schema unnamed =
    TERN_SCHEMA(.type = TERN_TYPE_STRUCT, .fields = unnamed_fields, .field_count = 1);
static const struct tern_schema_field bare_fields[] = {{"f", NULL}};
static const struct tern_schema bare =
    TERN_SCHEMA(.type = TERN_TYPE_STRUCT, .fields = bare_fields, .field_count = 1);
static const struct tern_schema misplaced =
    TERN_SCHEMA(.type = TERN_TYPE_INT8, .fields = point_fields, .field_count = 2);
static const struct tern_schema huge =
    TERN_SCHEMA(.type = TERN_TYPE_STRUCT, .fields = point_fields, .field_count = SIZE_MAX);
static const struct tern_schema bad_default =
    TERN_SCHEMA(.type = TERN_TYPE_STRING, .fallback = &seven);
static const struct tern_parameter null_parameters[] = {{"scale", NULL}};
static const struct tern_schema null_parameter =
    TERN_SCHEMA(.type = TERN_TYPE_BYTES, .parameters = null_parameters, .parameter_count = 1);
static const struct tern_schema items_of_int = TERN_SCHEMA(.type = TERN_TYPE_INT8, .values = &int8);
static const struct tern_schema endless = TERN_SCHEMA(.type = TERN_TYPE_ARRAY, .values = &endless);

static const struct fault_case {
    const struct tern_schema *schema;
    const char *message; /* how it starts */
} fault_cases[] = {
    {&old_size, "a schema of 8 bytes and type 1"},
    {&no_type, "a schema of "},
    {&wrong_type, "a schema of "},
    {&no_fields, "a schema with 1 fields"},
    {&unnamed, "fieldName cannot be null."},
    {&bare, "fieldSchema for field f cannot be null."},
    {&misplaced, "Cannot create fields on type INT8"},
    {&huge, "a schema with 18446744073709551615 fields"},
    {&bad_default, "Invalid default value: Invalid Java object for schema with type STRING"},
    {&null_parameter, "a schema with a parameter that is null"},
    {&items_of_int, "a schema of type INT8 with a schema of elements"},
    {&endless, "a schema with more than 100 levels"},
};

START_TEST(faults)
{
    const struct fault_case *row = &fault_cases[_i];
    struct tern_error err;

    ck_assert_int_lt(schema_check(row->schema, NULL, &err), 0);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    if (strncmp(err.msg, row->message, strlen(row->message)) != 0)
        ck_abort_msg("%s", err.msg);
}
END_TEST

/* ---- equality ---- */

static const struct tern_schema *const different[] = {
    &int8, &text, &maybe, &with_default, &texts, &pairs, &named, &date, &point, &loose_array,
};

START_TEST(copies_are_equal_and_others_are_not)
{
    struct tern_error err;

    for (size_t i = 0; i < COUNT_OF(different); i++) {
        uint64_t hash;
        struct schema *copy;

        ck_assert_ok(schema_check(different[i], &hash, &err), err);
        copy = schema_copy(different[i]);
        ck_assert_ptr_ne(schema_face(copy), different[i]);
        ck_assert(schema_equal(schema_face(copy), different[i]));
        ck_assert(schema_hash(copy) == hash);
        for (size_t k = 0; k < COUNT_OF(different); k++)
            ck_assert(schema_equal(schema_face(copy), different[k]) == (i == k));
        schema_ref(copy);
        schema_unref(copy);
        ck_assert(schema_equal(schema_face(copy), different[i]));
        schema_unref(copy);
    }
    ck_assert(!schema_equal(&int8, NULL));
    ck_assert(schema_equal(NULL, NULL));
}
END_TEST

START_TEST(parameters_have_no_order)
{
    static const struct tern_parameter ab[] = {{"a", "1"}, {"b", "2"}},
                                       ba[] = {{"b", "2"}, {"a", "1"}},
                                       ac[] = {{"a", "1"}, {"b", "3"}};
    const struct tern_schema x =
        TERN_SCHEMA(.type = TERN_TYPE_INT8, .parameters = ab, .parameter_count = 2);
    const struct tern_schema y =
        TERN_SCHEMA(.type = TERN_TYPE_INT8, .parameters = ba, .parameter_count = 2);
    const struct tern_schema z =
        TERN_SCHEMA(.type = TERN_TYPE_INT8, .parameters = ac, .parameter_count = 2);
    uint64_t hash_x, hash_y, hash_z;
    struct tern_error err;

    ck_assert_ok(schema_check(&x, &hash_x, &err), err);
    ck_assert_ok(schema_check(&y, &hash_y, &err), err);
    ck_assert_ok(schema_check(&z, &hash_z, &err), err);
    ck_assert(schema_equal(&x, &y) && hash_x == hash_y);
    ck_assert(!schema_equal(&x, &z) && hash_x != hash_z);
}
END_TEST

/* A default that is a struct belongs to the copy, not to what was copied. */
START_TEST(copies_stand_alone)
{
    struct tern_value fields[] = {{.type = TERN_VALUE_INT8, .as.integer = 1},
                                  {.type = TERN_VALUE_INT8, .as.integer = 2}};
    struct tern_value fallback = {.type = TERN_VALUE_STRUCT, .as.fields = fields};
    char name[] = "name";
    struct tern_schema original = point;
    const struct tern_value *copied;
    struct schema *copy;
    struct tern_error err;

    original.name = name;
    original.fallback = &fallback;
    fallback.schema = &original;
    ck_assert_ok(schema_check(&original, NULL, &err), err);
    copy = schema_copy(&original);
    memset(name, 'x', strlen(name));
    memset(fields, 0, sizeof(fields));
    copied = schema_face(copy)->fallback;
    ck_assert_str_eq(schema_face(copy)->name, "name");
    ck_assert_ptr_eq(copied->schema, schema_face(copy));
    ck_assert_int_eq(struct_get(copied, "y")->as.integer, 2);
    ck_assert_ptr_null(struct_get(copied, "z"));
    schema_unref(copy);
}
END_TEST

/* ---- values ---- */

static const struct tern_value null = {.type = TERN_VALUE_NULL};
static const struct tern_value word = {.type = TERN_VALUE_STRING, .as.bytes = {"w", 1}};
static const struct tern_value no_text = {.type = TERN_VALUE_STRING};
static const struct tern_value wide = {.type = TERN_VALUE_INT16, .as.integer = 7};
static const struct tern_value day = {.type = TERN_VALUE_DATE};
static const struct tern_value words_items[] = {{.type = TERN_VALUE_STRING, .as.bytes = {"w", 1}},
                                                {.type = TERN_VALUE_NULL}};
static const struct tern_value words = {.type = TERN_VALUE_ARRAY, .as.array = {words_items, 1}};
static const struct tern_value gap = {.type = TERN_VALUE_ARRAY, .as.array = {words_items, 2}};
static const struct tern_entry mixed_entries[] = {
    {{.type = TERN_VALUE_STRING, .as.bytes = {"k", 1}}, {.type = TERN_VALUE_INT64}}};
static const struct tern_value mixed = {.type = TERN_VALUE_MAP, .as.map = {mixed_entries, 1}};
static const struct tern_value unset[] = {{.type = TERN_VALUE_INT8}, {.type = TERN_VALUE_NULL}};
static const struct tern_value half_point = {
    .type = TERN_VALUE_STRUCT, .schema = &point, .as.fields = unset};
static const struct tern_value lacking[] = {{.type = TERN_VALUE_NULL}, {.type = TERN_VALUE_NULL}};
static const struct tern_value no_point = {
    .type = TERN_VALUE_STRUCT, .schema = &point, .as.fields = lacking};
static const struct tern_value other_struct = {
    .type = TERN_VALUE_STRUCT, .schema = &texts, .as.fields = unset};

static const struct value_case {
    const struct tern_schema *schema;
    const struct tern_value *value;
    const char *message; /* NULL: it fits */
} value_cases[] = {
    {&int8, &seven, NULL},
    {&maybe, &null, NULL},
    {&maybe, &no_text, NULL},
    {&maybe, &word, NULL},
    {&texts, &words, NULL},
    {&point, &half_point, NULL},
    {&date, &day, NULL},
    {&text, &null, "Invalid value: null used for required value, schema type: STRING"},
    {&int8, &wide,
     "Invalid Java object for schema with type INT8: class java.lang.Short for value"},
    {&named, &wide,
     "Invalid Java object for schema \"my.Name\" with type STRING: class java.lang.Short for "
     "value"},
    {&date, &wide,
     "Invalid Java object for schema \"org.apache.kafka.connect.data.Date\" with type INT32: class "
     "java.lang.Short for value"},
    {&texts, &gap,
     "Invalid value: null used for required element of array value, schema type: STRING"},
    {&pairs, &mixed,
     "Invalid Java object for schema with type INT8: class java.lang.Long for value of map value"},
    {&loose_array, &words, "No schema defined for element of array value"},
    {&point, &no_point, "Invalid value: null used for required field: \"x\", schema type: INT8"},
    {&point, &other_struct, "Struct schemas do not match."},
};

START_TEST(values)
{
    const struct value_case *row = &value_cases[_i];
    struct tern_error err;
    int rc = value_check(row->schema, row->value, &err);

    if (!row->message) {
        ck_assert_ok(rc, err);
        return;
    }
    ck_assert_int_lt(rc, 0);
    ck_assert_str_eq(err.msg, row->message);
}
END_TEST

START_TEST(texts_of_schemas)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(1000);
    int32_t scale;
    struct tern_error err;

    schema_text(&out, &int8);
    schema_text(&out, &named);
    schema_text(&out, NULL);
    ck_assert_str_eq(buf_str(&out), "Schema{INT8}Schema{my.Name:STRING}null");
    ck_assert_int_lt(schema_scale(&int8, &scale, &err), 0);
    ck_assert_str_eq(err.msg, "Invalid Decimal schema: scale parameter not found.");
}
END_TEST

/* Nothing of the layout that plugins were built with has moved. */
START_TEST(layout)
{
    ck_assert_uint_eq(sizeof(struct tern_value), 32);
    ck_assert_uint_eq(offsetof(struct tern_value, as), 16);
    ck_assert_uint_eq(sizeof(struct tern_header), 40);
    ck_assert_int_eq(TERN_VALUE_BYTES, 9);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, faults, COUNT_OF(fault_cases));
    test_add(suite, copies_are_equal_and_others_are_not);
    test_add(suite, parameters_have_no_order);
    test_add(suite, copies_stand_alone);
    test_add_rows(suite, values, COUNT_OF(value_cases));
    test_add(suite, texts_of_schemas);
    test_add(suite, layout);
}

TEST_MAIN("schema", fill)
