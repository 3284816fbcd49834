/* SPDX-License-Identifier: Apache-2.0 */
/* config_record at its edges; what Java wrote and read is in tests/golden. */
#include "worker/store/config_record.h"

#include <string.h>

#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

struct read_case {
    const char *name, *key, *value; /* value NULL: null */
    enum config_record_kind kind;
    const char *record_name; /* NULL: none */
    int32_t number;
};

static const struct read_case read_cases[] = {
    {"connector", "connector-a", "{\"properties\":{}}", CONFIG_CONNECTOR, "a", 0},
    {"name with prefix", "connector-task-a-0", "{\"properties\":{}}", CONFIG_CONNECTOR, "task-a-0",
     0},
    {"empty name", "connector-", "{\"properties\":{}}", CONFIG_CONNECTOR, "", 0},
    {"no map", "connector-a", "[]", CONFIG_REJECTED, "a", 0},
    {"no properties", "connector-a", "{}", CONFIG_REJECTED, "a", 0},
    {"NUL in value", "connector-a", "{\"properties\":{\"k\":\"a\\u0000b\"}}", CONFIG_REJECTED, "a",
     0},
    {"NUL in key", "connector-a", "{\"properties\":{\"k\\u0000\":\"v\"}}", CONFIG_REJECTED, "a", 0},
    {"task", "task-a-7", "{\"properties\":{}}", CONFIG_TASK, "a", 7},
    {"task of a dashed name", "task-a-b-c-7", "{\"properties\":{}}", CONFIG_TASK, "a-b-c", 7},
    {"task, dashes at the end", "task-a-7--", "{\"properties\":{}}", CONFIG_TASK, "a", 7},
    {"task of a name with a dash at the end", "task-a--7", "{\"properties\":{}}", CONFIG_TASK, "a-",
     7},
    {"task with a plus", "task-a-+7", "{\"properties\":{}}", CONFIG_TASK, "a", 7},
    {"task with zeros", "task-a-007", "{\"properties\":{}}", CONFIG_TASK, "a", 7},
    {"task without number", "task-a", "{\"properties\":{}}", CONFIG_REJECTED, NULL, 0},
    {"task of no connector", "task-7", "{\"properties\":{}}", CONFIG_REJECTED, NULL, 0},
    {"task of text", "task-a-b", "{\"properties\":{}}", CONFIG_REJECTED, NULL, 0},
    {"task of a plus", "task-a-+", "{\"properties\":{}}", CONFIG_REJECTED, NULL, 0},
    {"last task", "task-a-999999", "{\"properties\":{}}", CONFIG_TASK, "a", 999999},
    {"task beyond the limit", "task-a-1000000", "{\"properties\":{}}", CONFIG_REJECTED, "a",
     1000000},
    {"task beyond all", "task-a-99999999999999999999", "{}", CONFIG_REJECTED, NULL, 0},
    {"task null", "task-a-0", NULL, CONFIG_REJECTED, "a", 0},
    {"commit", "commit-a", "{\"tasks\":3}", CONFIG_COMMIT, "a", 3},
    {"commit below zero", "commit-a", "{\"tasks\":-3}", CONFIG_COMMIT, "a", 0},
    {"commit beyond 32 bits", "commit-a", "{\"tasks\":4294967298}", CONFIG_COMMIT, "a", 2},
    {"largest commit", "commit-a", "{\"tasks\":2147483647}", CONFIG_COMMIT, "a", INT32_MAX},
    {"task count", "tasks-fencing-a", "{\"task-count\":3}", CONFIG_TASK_COUNT, "a", 3},
    {"task count as a fraction", "tasks-fencing-a", "{\"task-count\":3.0}", CONFIG_REJECTED, "a",
     0},
    {"restart", "restart-connector-a", "{}", CONFIG_RESTART, "a", 0},
    {"restart null", "restart-connector-a", NULL, CONFIG_REJECTED, "a", 0},
    {"target state", "target-state-a", "{\"state\":\"PAUSED\"}", CONFIG_TARGET_STATE, "a", 0},
    {"target state, small letters", "target-state-a", "{\"state\":\"paused\"}", CONFIG_REJECTED,
     "a", 0},
    {"session key", "session-key", "{\"key\":\"AQ\",\"algorithm\":\"x\",\"creation-timestamp\":1}",
     CONFIG_SESSION_KEY, NULL, 0},
    {"session key of nothing", "session-key",
     "{\"key\":\"\",\"algorithm\":\"x\",\"creation-timestamp\":1}", CONFIG_REJECTED, NULL, 0},
    {"logger level", "logger-cluster-a.b", "{\"level\":\"x\"}", CONFIG_LOGGER_LEVEL, "a.b", 0},
    {"another key", "session-keys", "{}", CONFIG_REJECTED, NULL, 0},
    {"another key, no JSON", "session-keys", "{", CONFIG_UNDECODABLE, NULL, 0},
    {"no JSON", "connector-a", "{\"properties\":{}", CONFIG_UNDECODABLE, NULL, 0},
    {"text after JSON", "connector-a", "{\"properties\":{}} x", CONFIG_CONNECTOR, "a", 0},
};

START_TEST(read)
{
    const struct read_case *c = &read_cases[_i];
    struct config_record record;

    config_record_parse(slice_str(c->key), slice_str(c->value), &record);
    ck_assert_msg(record.kind == c->kind, "%s: kind %d, %s", c->name, record.kind, record.why);
    ck_assert_pstr_eq(record.name, c->record_name);
    ck_assert_int_eq(record.number, c->number);
    ck_assert_int_eq(record.why[0] != '\0', c->kind <= CONFIG_REJECTED);
    config_record_fini(&record);
}
END_TEST

START_TEST(keys_that_are_no_text)
{
    static const struct {
        const char *bytes;
        size_t len;
    } keys[] = {{"connector-a\0b", 13}, {"connector-\xff", 11}, {"connector-\xed\xa0\x80", 13}};
    struct config_record record;

    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        config_record_parse(slice_of(keys[i].bytes, keys[i].len), slice_str("{}"), &record);
        ck_assert_int_eq(record.kind, CONFIG_REJECTED);
        ck_assert_pstr_eq(record.name, NULL);
        config_record_fini(&record);
    }
    config_record_parse(slice_str(NULL), slice_str("{}"), &record);
    ck_assert_int_eq(record.kind, CONFIG_REJECTED);
    config_record_fini(&record);
}
END_TEST

/* A malformed commit is one all the same: it tells that a commit was written. */
START_TEST(malformed_commit)
{
    static const char *const values[] = {"{}", "[]", "null", "{\"tasks\":\"1\"}",
                                         "{\"tasks\":1.0}"};
    struct config_record record;

    for (size_t i = 0; i < COUNT_OF(values); i++) {
        config_record_parse(slice_str("commit-a"), slice_str(values[i]), &record);
        ck_assert_int_eq(record.kind, CONFIG_COMMIT);
        ck_assert(record.is_malformed);
        ck_assert_str_ne(record.why, "");
        config_record_fini(&record);
    }
}
END_TEST

START_TEST(properties_of_all_types)
{
    struct config_record record;
    const struct strmap *map;

    config_record_parse(slice_str("connector-a"),
                        slice_str("{\"properties\":{\"s\":\"x\",\"n\":null,\"i\":10,\"d\":1.5,"
                                  "\"b\":true,\"l\":[1,\"x\"]},\"unknown\":1}"),
                        &record);
    ck_assert_int_eq(record.kind, CONFIG_CONNECTOR);
    map = config_ref_map(record.config);
    ck_assert_uint_eq(map->count, 6);
    ck_assert_str_eq(strmap_get(map, "s"), "x");
    ck_assert(strmap_has(map, "n"));
    ck_assert_pstr_eq(strmap_get(map, "n"), NULL);
    ck_assert_str_eq(strmap_get(map, "i"), "10");
    ck_assert_str_eq(strmap_get(map, "d"), "1.5");
    ck_assert_str_eq(strmap_get(map, "b"), "true");
    ck_assert_str_eq(strmap_get(map, "l"), "[1,\"x\"]");
    config_record_fini(&record);
}
END_TEST

START_TEST(no_secret_in_log_lines)
{
    struct config_record record;

    config_record_parse(slice_str("session-key"),
                        slice_str("{\"key\":\"c2VjcmV0!\",\"algorithm\":\"secret\",\"creation-"
                                  "timestamp\":1}"),
                        &record);
    ck_assert_int_eq(record.kind, CONFIG_REJECTED);
    ck_assert_ptr_null(strstr(record.why, "c2Vj"));
    config_record_fini(&record);
    config_record_parse(slice_str("connector-a"), slice_str("{\"password\":\"hunter2\""), &record);
    ck_assert_int_eq(record.kind, CONFIG_UNDECODABLE);
    ck_assert_ptr_null(strstr(record.why, "hunter2"));
    config_record_fini(&record);
}
END_TEST

START_TEST(long_key_in_log_line)
{
    CLEANUP(freep) char *key = xcalloc(5001, 1);
    struct config_record record;

    memset(key, 'x', 5000);
    config_record_parse(slice_of(key, 5000), slice_str("{}"), &record);
    ck_assert_int_eq(record.kind, CONFIG_REJECTED);
    ck_assert_uint_lt(strlen(record.why), sizeof(record.why));
    config_record_fini(&record);
}
END_TEST

static struct config_ref *config_of(const char *key, const char *value)
{
    struct strmap map = STRMAP_INIT;

    strmap_set(&map, key, value);
    return config_ref_new(&map);
}

START_TEST(write_text_that_is_not_utf8)
{
    struct config_ref *config = config_of("k", "\xff");
    struct config_record record = {.kind = CONFIG_TASK, .name = (char *)"a", .config = config};
    struct tern_error err;
    char *key, *value;

    ck_assert_int_lt(config_record_format(&record, &key, &value, &err), 0);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    ck_assert_ptr_nonnull(strstr(err.msg, "'a'"));
    config_ref_unref(config);
}
END_TEST

START_TEST(write_tombstone)
{
    struct config_record record = {
        .kind = CONFIG_TARGET_STATE, .name = (char *)"a-b", .is_null = true};
    struct tern_error err;
    char *key, *value;

    ck_assert_ok(config_record_format(&record, &key, &value, &err), err);
    ck_assert_str_eq(key, "target-state-a-b");
    ck_assert_ptr_null(value);
    free(key);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, read, COUNT_OF(read_cases));
    test_add(suite, keys_that_are_no_text);
    test_add(suite, malformed_commit);
    test_add(suite, properties_of_all_types);
    test_add(suite, no_secret_in_log_lines);
    test_add(suite, long_key_in_log_line);
    test_add(suite, write_text_that_is_not_utf8);
    test_add(suite, write_tombstone);
}

TEST_MAIN("config_record", fill)
