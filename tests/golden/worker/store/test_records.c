/* SPDX-License-Identifier: Apache-2.0 */
/* Every record of the internal topics as Java writes it: read, and written again the same. */
#include <string.h>

#include "lib/base/xmem.h"
#include "tests/lib/testing.h"
#include "worker/store/config_record.h"
#include "worker/store/offset_map.h"
#include "worker/store/status_record.h"

static struct slice bytes_of(const json_t *text)
{
    return slice_of(json_string_value(text), json_string_length(text));
}

static json_t *parse(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

    ck_assert_ptr_nonnull(value);
    return value;
}

/* Properties are in Java's hash order, here in byte order: their order carries no meaning. */
static void check_value(const char *got, const json_t *wanted)
{
    const char *text = json_string_value(wanted);

    if (!got || !text || !strstr(text, "\"properties\"")) {
        ck_assert_pstr_eq(got, text);
    } else {
        json_t *a = parse(got), *b = parse(text);

        ck_assert_msg(json_equal(a, b), "got %s, not %s", got, text);
        ck_assert_uint_eq(strlen(got), strlen(text));
        json_decref(a);
        json_decref(b);
    }
}

static bool is_v0(const json_t *row)
{
    return strstr(test_text(row, "what"), "(v0)");
}

static void check_config_record(const json_t *row)
{
    CLEANUP(config_record_fini) struct config_record record = CONFIG_RECORD_INIT;
    CLEANUP(freep) char *key = NULL;
    CLEANUP(freep) char *value = NULL;
    struct tern_error err;

    config_record_parse(bytes_of(json_object_get(row, "key")),
                        bytes_of(json_object_get(row, "value")), &record);
    ck_assert_msg(record.kind > CONFIG_REJECTED, "%s: %s", test_text(row, "what"), record.why);
    ck_assert_ok(config_record_format(&record, &key, &value, &err), err);
    ck_assert_str_eq(key, test_text(row, "key"));
    if (!is_v0(row)) /* read only */
        check_value(value, json_object_get(row, "value"));
}

static void check_status_record(const json_t *row)
{
    CLEANUP(status_record_fini) struct status_record record = STATUS_RECORD_INIT;
    CLEANUP(freep) char *key = NULL;
    CLEANUP(freep) char *value = NULL;

    status_record_parse(bytes_of(json_object_get(row, "key")),
                        bytes_of(json_object_get(row, "value")), &record);
    ck_assert_msg(record.kind != STATUS_REJECTED, "%s: %s", test_text(row, "what"), record.why);
    if (record.kind == STATUS_OF_TOPIC) {
        key = status_record_topic_key(record.topic, record.connector);
        value = record.is_null ? NULL
                               : status_record_topic_value(record.topic, record.connector,
                                                           record.task, record.discovered_ms);
    } else {
        key = status_record_key(record.connector, record.kind == STATUS_OF_CONNECTOR
                                                      ? (int32_t)STATUS_CONNECTOR
                                                      : record.task);
        value = record.is_null ? NULL : status_record_value(&record.status);
    }
    ck_assert_str_eq(key, test_text(row, "key"));
    ck_assert_pstr_eq(value, json_string_value(json_object_get(row, "value")));
}

static void check_offset_record(const json_t *row)
{
    CLEANUP(offset_record_fini) struct offset_record record = OFFSET_RECORD_INIT;
    struct tern_error err;

    ck_assert_ok(offset_record_parse(bytes_of(json_object_get(row, "key")),
                                     bytes_of(json_object_get(row, "value")), &record, &err),
                 err);
    ck_assert_str_eq(record.key, test_text(row, "key"));
    ck_assert_pstr_eq(record.value, json_string_value(json_object_get(row, "value")));
    ck_assert_int_eq(record.connector == NULL, strcmp(record.key, "[\"c\",null]") == 0);
}

static size_t each(const char *file, const char *phase, const char *topic,
                   void (*check)(const json_t *row))
{
    json_t *golden = test_json(file);
    const json_t *rows = test_array(phase ? json_object_get(golden, phase) : golden, topic);
    size_t count = json_array_size(rows);

    for (size_t i = 0; i < count; i++)
        check(json_array_get(rows, i));
    json_decref(golden);
    return count;
}

static const char topics[] = "tests/golden/worker/store/connect-topics.json";
static const char live[] = "tests/golden/worker/store/connect-live-capture.json";

START_TEST(config_topic)
{
    ck_assert_uint_eq(each(topics, NULL, "configTopic", check_config_record), 15);
}
END_TEST

START_TEST(status_topic)
{
    ck_assert_uint_eq(each(topics, NULL, "statusTopic", check_status_record), 9);
}
END_TEST

START_TEST(offset_topic)
{
    ck_assert_uint_eq(each(topics, NULL, "offsetTopic", check_offset_record), 6);
}
END_TEST

static void check_live_config(const json_t *row)
{
    json_t *copy = json_copy((json_t *)row);

    json_object_set_new(copy, "what", json_string("live"));
    check_config_record(copy);
    json_decref(copy);
}

static void check_live_status(const json_t *row)
{
    json_t *copy = json_copy((json_t *)row);

    json_object_set_new(copy, "what", json_string("live"));
    check_status_record(copy);
    json_decref(copy);
}

START_TEST(live_clusters)
{
    ck_assert_uint_eq(each(live, "phase1", "configTopic", check_live_config), 23);
    ck_assert_uint_eq(each(live, "phase2_exactlyOnce", "configTopic", check_live_config), 36);
    ck_assert_uint_eq(each(live, "phase1", "statusTopic", check_live_status), 41);
    ck_assert_uint_eq(each(live, "phase1", "offsetTopic", check_offset_record), 5);
    ck_assert_uint_eq(each(live, "phase2_exactlyOnce", "offsetTopic", check_offset_record), 9);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, config_topic);
    test_add(suite, status_topic);
    test_add(suite, offset_topic);
    test_add(suite, live_clusters);
}

TEST_MAIN("records of the internal topics, golden", fill)
