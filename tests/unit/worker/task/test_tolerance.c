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

START_TEST(silent_unless_asked)
{
    const struct tolerance t = {.all = true, .id = "c-0"};

    log_set_sink(keep_line, all_levels);
    tolerance_report(&t, STAGE_KAFKA_PRODUCE, "x.Y", &record, NULL, "boom");
    ck_assert_str_eq(buf_str(&lines), "");
}
END_TEST

START_TEST(line_without_the_record)
{
    const struct tolerance t = {.log = true, .id = "c-0"};

    log_set_sink(keep_line, all_levels);
    tolerance_report(&t, STAGE_KEY_CONVERTER, "x.Y", &record, NULL, "boom");
    ck_assert_str_eq(buf_str(&lines),
                     "ERROR org.apache.kafka.connect.runtime.errors.LogReporter Error encountered "
                     "in task c-0. Executing stage 'KEY_CONVERTER' with class 'x.Y'.: boom\n");
}
END_TEST

START_TEST(line_with_the_record)
{
    const struct tolerance t = {.log = true, .log_record = true, .id = "c-0"};

    log_set_sink(keep_line, all_levels);
    tolerance_report(&t, STAGE_VALUE_CONVERTER, "x.Y", &record, "[\"c\",{}]", "boom");
    ck_assert_str_eq(
        buf_str(&lines),
        "ERROR org.apache.kafka.connect.runtime.errors.LogReporter Error encountered in task c-0. "
        "Executing stage 'VALUE_CONVERTER' with class 'x.Y', where source record is = "
        "SourceRecord{source=[\"c\",{}], offset=7} ConnectRecord{topic='t', kafkaPartition=2, "
        "key=1.5, value=[3 bytes], timestamp=1700000000000, headers=ConnectHeaders(headers="
        "[ConnectHeader(key=h1, value=v), ConnectHeader(key=h2, value=true)])}.: boom\n");
}
END_TEST

START_TEST(bare_record)
{
    static const struct tern_source_record bare = {
        .topic = "t",
        .partition = -1,
        .timestamp_ms = -1,
        .value = {.type = TERN_VALUE_INT64, .as.integer = -5},
    };
    CLEANUP(buf_fini) struct buf out = BUF_INIT(LIMIT);

    tolerance_record_text(&out, &bare, NULL);
    ck_assert_str_eq(buf_str(&out), "SourceRecord{source=null, offset=0} ConnectRecord{topic='t', "
                                    "kafkaPartition=null, key=null, value=-5, timestamp=-1, "
                                    "headers=ConnectHeaders(headers=[])}");
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
    test_add_rows(suite, stage_names, 4);
}

TEST_MAIN("tolerance", fill)
