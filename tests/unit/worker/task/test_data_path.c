/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole plugins from their shared objects, with converters that have something to do: the
 * example of examples/plugin, built as a third party builds it, and the file source.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"
#include "tests/unit/worker/task/journal.h"
#include "tests/unit/worker/task/task_bench.h"
#include "worker/plugin/plugin_registry.h"

#define CONVERTERS "org.apache.kafka.connect.converters."
#define JSON       "org.apache.kafka.connect.json.JsonConverter"
#define STRING     "org.apache.kafka.connect.storage.StringConverter"

static struct plugin_registry *registry;

static void init(struct bench *b, const char *object, const char *class_name)
{
    const struct fake_stage_conf stage = FAKE_STAGE_CONF;
    CLEANUP(freep) char *path = xasprintf("%s/%s", TERN_BUILD_DIR, object);
    struct tern_error err;

    bench_init(b, &(struct fake_script){0}, &stage);
    registry = plugin_registry_open_with(path, NULL);
    ck_assert_ok(plugin_registry_connector(registry, class_name, &b->plugin, &err), err);
    strmap_set(&b->connector, "topic", "t");
}

static void fini(struct bench *b)
{
    bench_fini(b);
    plugin_registry_free(registry);
}

/* ---- the example ---- */

static void init_example(struct bench *b)
{
    init(b, "examples/plugin/countdown_source.so", "CountdownSource");
    strmap_set(&b->connector, "countdown.from", "3");
    strmap_set(&b->connector, "value.converter", JSON);
}

START_TEST(structs_as_json)
{
    static const char schema[] =
        "{\"schema\":{\"type\":\"struct\",\"fields\":[{\"type\":\"int64\",\"optional\":false,"
        "\"field\":\"number\"},{\"type\":\"string\",\"optional\":true,\"field\":\"text\"}],"
        "\"optional\":false,\"name\":\"org.example.Countdown\"},\"payload\":"
        "{\"number\":3,\"text\":\"T minus 3\"}}";
    CLEANUP(freep) char *offset = NULL;
    struct bench b;

    init_example(&b);
    if (_i)
        strmap_set(&b.connector, "value.converter.schemas.enable", "false");
    bench_start(&b, TARGET_STARTED);
    ck_assert(fake_stage_wait_acked(4));
    bench_stop(&b);
    ck_assert_uint_eq(fake_stage_count(), 4);
    ck_assert_str_eq(fake_stage_record(0)->value,
                     _i ? "{\"number\":3,\"text\":\"T minus 3\"}" : schema);
    ck_assert_ptr_null(fake_stage_record(0)->key);
    offset = fake_store_get(b.store, "[\"c\",{\"task\":0}]");
    ck_assert_str_eq(offset, "{\"number\":0}");
    fini(&b);
}
END_TEST

START_TEST(the_example_resumes)
{
    struct bench b;

    init_example(&b);
    strmap_set(&b.connector, "value.converter", STRING);
    fake_store_set(b.store, "[\"c\",{\"task\":0}]", "{\"number\":2}");
    bench_start(&b, TARGET_STARTED);
    ck_assert(fake_stage_wait_acked(2));
    bench_stop(&b);
    ck_assert_uint_eq(fake_stage_count(), 2);
    ck_assert_str_eq(fake_stage_record(0)->value, "Struct{number=1,text=T minus 1}");
    fini(&b);
}
END_TEST

/* A converter that does not take structs: the task fails, or leaves them out and says so. */
START_TEST(values_that_no_one_can_convert)
{
    CLEANUP(freep) char *trace = NULL, *offset = NULL;
    struct bench b;

    init_example(&b);
    strmap_set(&b.connector, "value.converter", CONVERTERS "IntegerConverter");
    strmap_set(&b.connector, "errors.tolerance", _i ? "all" : "none");
    strmap_set(&b.connector, "errors.retry.timeout",
               "60000"); /* of no use: it is no retriable one */
    bench_start(&b, TARGET_STARTED);
    if (!_i) {
        ck_assert(journal_wait("c/0 failure", 1));
        trace = fake_listener_trace();
        ck_assert_ptr_nonnull(strstr(trace, "org.apache.kafka.connect.errors.ConnectException: "
                                            "Tolerance exceeded in error handler\n"));
        ck_assert_ptr_nonnull(
            strstr(trace, "Caused by: org.apache.kafka.connect.errors.DataException: Failed to "
                          "serialize to integer (was class org.apache.kafka.connect.data.Struct)"));
    } else {
        ck_assert(journal_wait("c/0 startup", 1));
    }
    bench_stop(&b);
    ck_assert_uint_eq(fake_stage_count(), 0);
    ck_assert_uint_eq(journal_count("c/0 failure"), !_i);
    offset = fake_store_get(b.store, "[\"c\",{\"task\":0}]");
    ck_assert_ptr_null(offset); /* what is left out does not count by itself */
    fini(&b);
}
END_TEST

START_TEST(a_converter_that_cannot_be_set_up)
{
    CLEANUP(freep) char *trace = NULL;
    struct bench b;

    init_example(&b);
    strmap_set(&b.connector, "value.converter.decimal.format", "ROMAN");
    bench_start(&b, TARGET_STARTED);
    ck_assert(journal_wait("c/0 failure", 1));
    trace = fake_listener_trace();
    ck_assert_ptr_nonnull(strstr(trace, "ConfigException: Invalid value ROMAN for configuration "
                                        "decimal.format"));
    bench_stop(&b);
    fini(&b);
}
END_TEST

/* ---- the file source ---- */

START_TEST(lines_of_a_file)
{
    static const char *const expected[][2] = {
        {STRING, "caf\xc3\xa9"},
        {JSON, "{\"schema\":{\"type\":\"string\",\"optional\":false},\"payload\":\"caf\xc3\xa9\"}"},
    };
    CLEANUP(freep) char *key = NULL, *offset = NULL, *path = NULL;
    char *folder = test_folder();
    struct bench b;

    test_write_file(folder, "in", "caf\xc3\xa9\nx\n", 8);
    path = xasprintf("%s/in", folder);
    key = xasprintf("[\"c\",{\"filename\":\"%s\"}]", path);
    init(&b, "lib/file.so", "FileStreamSource");
    strmap_set(&b.connector, "file", path);
    strmap_set(&b.connector, "value.converter", expected[_i][0]);
    bench_start(&b, TARGET_STARTED);
    ck_assert(fake_stage_wait_acked(2));
    bench_stop(&b);
    ck_assert_str_eq(fake_stage_record(0)->topic, "t");
    ck_assert_str_eq(fake_stage_record(0)->value, expected[_i][1]);
    offset = fake_store_get(b.store, key);
    ck_assert_str_eq(offset, "{\"position\":7}"); /* characters, as Java counts */
    test_folder_remove(folder);
    fini(&b);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, structs_as_json, 2);
    test_add(suite, the_example_resumes);
    test_add_rows(suite, values_that_no_one_can_convert, 2);
    test_add(suite, a_converter_that_cannot_be_set_up);
    test_add_rows(suite, lines_of_a_file, 2);
}

TEST_MAIN("data_path", fill)
