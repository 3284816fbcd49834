/* SPDX-License-Identifier: Apache-2.0 */
/* status_record and status_cache where tests/golden does not reach. */
#include "worker/store/status_record.h"

#include <string.h>

#include "lib/base/jsonx.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"
#include "worker/store/status_cache.h"

#define RUNNING "{\"state\":\"RUNNING\",\"worker_id\":\"w1:1\",\"generation\":3}"

static const struct {
    const char *name, *key, *value;
    enum status_record_kind kind;
} read_cases[] = {
    {"connector", "status-connector-a", RUNNING, STATUS_OF_CONNECTOR},
    {"connector without name", "status-connector-", RUNNING, STATUS_REJECTED},
    {"task", "status-task-a-b-1", RUNNING, STATUS_OF_TASK},
    {"task without number", "status-task-a-b", RUNNING, STATUS_REJECTED},
    {"task without name", "status-task-1", RUNNING, STATUS_REJECTED},
    {"topic, a colon more", "status-topic-t:connector-a:b", NULL, STATUS_OF_TOPIC},
    {"topic without name", "status-topic-:connector-a", NULL, STATUS_REJECTED},
    {"topic without connector", "status-topic-t:connector-", NULL, STATUS_REJECTED},
    {"topic without colon", "status-topic-t", NULL, STATUS_REJECTED},
    {"another key", "status-x", RUNNING, STATUS_REJECTED},
    {"another state", "status-connector-a",
     "{\"state\":\"running\",\"worker_id\":\"w\",\"generation\":3}", STATUS_REJECTED},
    {"generation as a fraction", "status-connector-a",
     "{\"state\":\"RUNNING\",\"worker_id\":\"w\",\"generation\":3.0}", STATUS_REJECTED},
    {"trace is no text", "status-connector-a",
     "{\"state\":\"FAILED\",\"trace\":1,\"worker_id\":\"w\",\"generation\":3}", STATUS_REJECTED},
    {"trace with a NUL", "status-connector-a",
     "{\"state\":\"FAILED\",\"trace\":\"\\u0000\",\"worker_id\":\"w\",\"generation\":3}",
     STATUS_REJECTED},
    {"no bytes", "status-connector-a", "", STATUS_REJECTED},
    {"no JSON", "status-connector-a", "{", STATUS_REJECTED},
};

START_TEST(read)
{
    struct status_record record;

    status_record_parse(slice_str(read_cases[_i].key), slice_str(read_cases[_i].value), &record);
    ck_assert_msg(record.kind == read_cases[_i].kind, "%s: %s", read_cases[_i].name, record.why);
    ck_assert_int_eq(record.why[0] != '\0', record.kind == STATUS_REJECTED);
    status_record_fini(&record);
}
END_TEST

START_TEST(missing_worker_is_empty)
{
    struct status_record record;

    status_record_parse(slice_str("status-connector-a"),
                        slice_str("{\"state\":\"PAUSED\",\"generation\":1}"), &record);
    ck_assert_int_eq(record.kind, STATUS_OF_CONNECTOR);
    ck_assert_str_eq(record.status.worker_id, "");
    ck_assert_ptr_null(record.status.trace);
    ck_assert_ptr_null(record.status.version);
    status_record_fini(&record);
}
END_TEST

/* Writes a status with this trace and reads it again. */
static void round_trip(const char *trace, struct status_record *ret_record)
{
    struct status status = {.state = RUN_FAILED,
                            .trace = trace,
                            .worker_id = "10.0.0.2:8083",
                            .generation = INT32_MAX,
                            .version = "1.0"};
    CLEANUP(freep) char *value = status_record_value(&status);

    status_record_parse(slice_str("status-task-a-0"), slice_str(value), ret_record);
    ck_assert_msg(ret_record->kind == STATUS_OF_TASK, "%s", ret_record->why);
    ck_assert_int_eq(ret_record->status.generation, INT32_MAX);
    ck_assert_str_eq(ret_record->status.version, "1.0");
}

static const struct {
    const char *trace, *read_back;
} traces[] = {
    {"x: \xc3\xa9\n\tat y\n", "x: \xc3\xa9\n\tat y\n"},
    {"\xf0\x9f\x98\x80 \"\\\x01", "\xf0\x9f\x98\x80 \"\\\x01"},
    {"cut \xc3", "cut ?"},
    {"\xc3\xa9 and \xff", "?? and ?"},
    {"", ""},
};

START_TEST(trace_of_any_bytes)
{
    struct status_record record;

    round_trip(traces[_i].trace, &record);
    ck_assert_str_eq(record.status.trace, traces[_i].read_back);
    status_record_fini(&record);
}
END_TEST

START_TEST(long_trace_is_cut)
{
    CLEANUP(freep) char *trace = xcalloc(STATUS_TRACE_MAX_BYTES + 10, 1);
    struct status_record record;

    memset(trace, 'x', STATUS_TRACE_MAX_BYTES + 5);
    memcpy(trace + STATUS_TRACE_MAX_BYTES - 1, "\xc3\xa9", 2); /* across the limit */
    round_trip(trace, &record);
    ck_assert_uint_eq(strlen(record.status.trace), STATUS_TRACE_MAX_BYTES - 1);
    status_record_fini(&record);
}
END_TEST

/* ---- status_cache ---- */

static bool apply(struct status_cache *c, const char *key, const char *value)
{
    CLEANUP(status_record_fini) struct status_record record = STATUS_RECORD_INIT;

    status_record_parse(slice_str(key), slice_str(value), &record);
    return status_cache_apply(c, &record);
}

START_TEST(safe_write)
{
    static const struct {
        const char *worker;
        int32_t generation;
        bool may;
    } cases[] = {{"w1:1", 1, true}, {"w2:1", 2, false}, {"w2:1", 3, true}, {"w2:1", 4, true}};
    struct status_cache c;

    status_cache_init(&c);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct status s = {.worker_id = cases[i].worker, .generation = cases[i].generation};

        ck_assert(status_cache_may_write(&c, "b", STATUS_CONNECTOR, &s));
    }
    apply(&c, "status-connector-a", RUNNING);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct status s = {.worker_id = cases[i].worker, .generation = cases[i].generation};

        ck_assert_int_eq(status_cache_may_write(&c, "a", STATUS_CONNECTOR, &s), cases[i].may);
        ck_assert(status_cache_may_write(&c, "a", 0, &s));
    }
    status_cache_fini(&c);
}
END_TEST

START_TEST(nothing_is_left)
{
    struct status_cache c;
    int32_t *tasks;

    status_cache_init(&c);
    ck_assert_int_eq(status_cache_generation(&c), INT32_MIN);
    ck_assert(apply(&c, "status-task-a-2", RUNNING));
    ck_assert(apply(&c, "status-task-a-0", RUNNING));
    ck_assert(status_cache_has_status(&c, "a"));
    ck_assert_int_eq(status_cache_generation(&c), 3);
    ck_assert_uint_eq(status_cache_tasks(&c, "a", &tasks), 2);
    ck_assert_int_eq(tasks[0], 0);
    ck_assert_int_eq(tasks[1], 2);
    free(tasks);
    ck_assert(!apply(&c, "status-task-a-1", NULL));
    ck_assert(apply(&c, "status-task-a-2", NULL));
    ck_assert_ptr_null(status_cache_get(&c, "a", 2));
    ck_assert(apply(&c, "status-connector-a", NULL));
    ck_assert_ptr_null(status_cache_get(&c, "a", 0));
    ck_assert(!status_cache_has_status(&c, "a"));
    ck_assert_uint_eq(c.connectors.count, 0);
    status_cache_fini(&c);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, read, COUNT_OF(read_cases));
    test_add(suite, missing_worker_is_empty);
    test_add_rows(suite, trace_of_any_bytes, COUNT_OF(traces));
    test_add(suite, long_trace_is_cut);
    test_add(suite, safe_write);
    test_add(suite, nothing_is_left);
}

TEST_MAIN("status_record", fill)
