/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of converters as Java's definitions show them. */
#include "tests/lib/configdef_golden.h"
#include "tests/lib/testing.h"
#include "worker/convert/converter.h"

static const struct class_case {
    const char *name, *rows;
} class_cases[] = {
    {"JsonConverter", "JsonConverter"}, {"StringConverter", "StringConverter"},
    {"ByteArrayConverter", "plain"},    {"BooleanConverter", "plain"},
    {"ShortConverter", "plain"},        {"IntegerConverter", "plain"},
    {"LongConverter", "plain"},         {"FloatConverter", "plain"},
    {"DoubleConverter", "plain"},
};

START_TEST(classes)
{
    const struct class_case *row = &class_cases[_i];
    json_t *root = test_json("tests/golden/worker/convert/converter-configdefs.json");

    configdef_check(test_array(root, row->rows), converter_find(CONVERT_KEY, row->name)->config);
    json_decref(root);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, classes, COUNT_OF(class_cases));
}

TEST_MAIN("configdefs", fill)
