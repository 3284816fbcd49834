/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/tolerance.h"

#include <string.h>

#include "lib/base/log.h"
#include "lib/base/macros.h"
#include "tests/lib/testing.h"

enum {
    LIMIT = 1 << 16
};

static struct buf lines = BUF_INIT(LIMIT);

static void keep_line(enum tern_log_level level, const char *logger, const char *message)
{
    buf_add_fmt(&lines, "%s %s %s\n", log_level_name(level), logger, message);
}

static bool all_levels(enum tern_log_level level, const char *logger)
{
    (void)level;
    (void)logger;
    return true;
}

static const struct tern_header headers[] = {
    {"h1", {.type = TERN_VALUE_STRING, .as.bytes = {"v", 1}}},
    {"h2", {.type = TERN_VALUE_BOOLEAN, .as.boolean = true}},
};

static const struct tern_source_record record = {
    .topic = "t",
    .partition = 2,
    .timestamp_ms = 1700000000000,
    .key = {.type = TERN_VALUE_FLOAT64, .as.number = 1.5},
    .value = {.type = TERN_VALUE_BYTES, .as.bytes = {"abc", 3}},
    .headers = headers,
    .header_count = 2,
    .offset = 7,
};

static const struct record_origin nowhere = {NULL, NULL};
static const struct record_origin somewhere = {"[\"c\",{\"a\":1}]", "p"};

START_TEST(silent_unless_asked)
{
    const struct tolerance t = {.all = true, .id = "c-0"};

    log_set_sink(keep_line, all_levels);
    tolerance_report(&t, STAGE_KAFKA_PRODUCE, "x.Y", &record, &nowhere, "boom");
    ck_assert_str_eq(buf_str(&lines), "");
}
END_TEST

START_TEST(line_without_the_record)
{
    const struct tolerance t = {.log = true, .id = "c-0"};

    log_set_sink(keep_line, all_levels);
    tolerance_report(&t, STAGE_KEY_CONVERTER, "x.Y", &record, &nowhere, "boom");
    ck_assert_str_eq(buf_str(&lines),
                     "ERROR org.apache.kafka.connect.runtime.errors.LogReporter Error encountered "
                     "in task c-0. Executing stage 'KEY_CONVERTER' with class 'x.Y'.: boom\n");
}
END_TEST

START_TEST(line_with_the_record)
{
    const struct tolerance t = {.log = true, .log_record = true, .id = "c-0"};

    log_set_sink(keep_line, all_levels);
    tolerance_report(&t, STAGE_VALUE_CONVERTER, "x.Y", &record, &somewhere, "boom");
    ck_assert_str_eq(
        buf_str(&lines),
        "ERROR org.apache.kafka.connect.runtime.errors.LogReporter Error encountered in task c-0. "
        "Executing stage 'VALUE_CONVERTER' with class 'x.Y', where source record is = "
        "SourceRecord{sourcePartition={a=1}, sourceOffset={p=7}} ConnectRecord{topic='t', "
        "kafkaPartition=2, key=1.5, keySchema=null, value=[B@3, valueSchema=null, "
        "timestamp=1700000000000, headers=ConnectHeaders(headers=[ConnectHeader(key=h1, value=v, "
        "schema=null), ConnectHeader(key=h2, value=true, schema=null)])}.: boom\n");
}
END_TEST

/* As the specification shows it. */
START_TEST(bare_record)
{
    static const struct tern_schema text = TERN_SCHEMA(.type = TERN_TYPE_STRING);
    static const struct tern_source_record bare = {
        .topic = "t",
        .partition = -1,
        .timestamp_ms = -1,
        .value = {.type = TERN_VALUE_STRING, .schema = &text, .as.bytes = {"v", 1}},
        .offset_json = "{\"p\":2}",
    };
    CLEANUP(buf_fini) struct buf out = BUF_INIT(LIMIT);

    record_text(&out, &bare, &somewhere);
    ck_assert_str_eq(buf_str(&out),
                     "SourceRecord{sourcePartition={a=1}, sourceOffset={p=2}} "
                     "ConnectRecord{topic='t', kafkaPartition=null, key=null, keySchema=null, "
                     "value=v, valueSchema=Schema{STRING}, timestamp=null, "
                     "headers=ConnectHeaders(headers=)}");
    buf_clear(&out);
    record_text(&out, &record, &nowhere);
    ck_assert_ptr_nonnull(
        strstr(buf_str(&out), "SourceRecord{sourcePartition=null, sourceOffset=null} "));
}
END_TEST

START_TEST(broken_schemas_are_not_shown)
{
    static const struct tern_schema broken = {.size = 1};
    const struct tern_source_record rec = {.topic = "t",
                                           .value = {.type = TERN_VALUE_STRUCT, .schema = &broken}};
    CLEANUP(buf_fini) struct buf out = BUF_INIT(LIMIT);

    record_text(&out, &rec, &nowhere);
    ck_assert_ptr_nonnull(strstr(buf_str(&out), "value=?, valueSchema=?"));
}
END_TEST

/* ---- trying again ---- */

static const struct delay_case {
    unsigned attempt;
    int64_t max_ms, delay_ms;
} delay_cases[] = {
    {1, 60000, 300},
    {2, 60000, 600},
    {3, 60000, 1200},
    {8, 60000, 38400},
    {9, 60000, 1234567 % 60000},
    {1, 100, 1234567 % 100},
    {1, 0, 0},
    {1, -5, 0},
    {4000000000u, 60000, 1234567 % 60000},
};

START_TEST(delays)
{
    const struct delay_case *row = &delay_cases[_i];
    const struct tolerance t = {.retry_delay_max_ms = row->max_ms};

    ck_assert_int_eq(tolerance_delay_ms(&t, row->attempt, 1234567), row->delay_ms);
}
END_TEST

/* An operation that fails a number of times. */
struct script {
    int failures;
    enum tern_code code;
    int calls, waits, stop_at; /* stop_at: the wait that is told to stop */
};

static int try_script(void *arg, struct tern_error *err)
{
    struct script *s = arg;

    if (s->calls++ < s->failures)
        return tern_fail(err, s->code, "failure %d", s->calls);
    return 0;
}

static bool wait_script(void *arg, int64_t timeout_ms)
{
    struct script *s = arg;

    ck_assert_int_ge(timeout_ms, 0);
    return ++s->waits == s->stop_at;
}

static const struct retry_case {
    struct script script;
    int64_t timeout_ms;
    int rc, calls, waits;
} retry_cases[] = {
    {{0}, 0, 0, 1, 0},
    {{.failures = 1, .code = TERN_EINVALID}, 100000, -1, 1, 0},
    {{.failures = 1, .code = TERN_ERETRIABLE}, 0, -1, 1, 0},
    {{.failures = 3, .code = TERN_ERETRIABLE}, 100000, 0, 4, 3},
    {{.failures = 50, .code = TERN_ERETRIABLE}, -1, 0, 51, 50},
    {{.failures = 9, .code = TERN_ERETRIABLE, .stop_at = 2}, -1, -1, 2, 2},
};

START_TEST(retries)
{
    const struct retry_case *row = &retry_cases[_i];
    const struct tolerance t = {.retry_timeout_ms = row->timeout_ms, .retry_delay_max_ms = 60000};
    struct script script = row->script;
    struct tern_error err;

    ck_assert_int_eq(tolerance_run(&t, try_script, &script, wait_script, &script, &err), row->rc);
    ck_assert_int_eq(script.calls, row->calls);
    ck_assert_int_eq(script.waits, row->waits);
    if (row->rc < 0)
        ck_assert_int_eq(err.code, script.code);
}
END_TEST

START_TEST(stage_names)
{
    static const char *const names[] = {"HEADER_CONVERTER", "KEY_CONVERTER", "VALUE_CONVERTER",
                                        "KAFKA_PRODUCE"};

    ck_assert_str_eq(tolerance_stage_name((enum tolerance_stage)_i), names[_i]);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, silent_unless_asked);
    test_add(suite, line_without_the_record);
    test_add(suite, line_with_the_record);
    test_add(suite, bare_record);
    test_add(suite, broken_schemas_are_not_shown);
    test_add_rows(suite, delays, COUNT_OF(delay_cases));
    test_add_rows(suite, retries, COUNT_OF(retry_cases));
    test_add_rows(suite, stage_names, 4);
}

TEST_MAIN("tolerance", fill)
