/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of the file source as Java's definition shows them. */
#include "connectors/file/file_config.h"
#include "tests/lib/configdef_golden.h"
#include "tests/lib/testing.h"

START_TEST(file_source)
{
    json_t *root = test_json("tests/golden/connectors/file/file-configdef.json");

    configdef_check(test_array(root, "FileStreamSource"), file_source_tables);
    json_decref(root);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, file_source);
}

TEST_MAIN("configdef", fill)
