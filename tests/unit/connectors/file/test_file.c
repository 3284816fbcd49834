/* SPDX-License-Identifier: Apache-2.0 */
/* Lines cut anywhere, files that are not there yet, the connector, offsets that users set. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "connectors/file/file_config.h"
#include "connectors/file/file_source.h"
#include "connectors/file/line_reader.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

extern const struct tern_plugin tern_plugin;

enum {
    LIMIT = 1 << 20
};

/* ---- lines ---- */

static const struct line_case {
    const char *text;
    const char *lines; /* each followed by | */
    int64_t position;
} line_cases[] = {
    {"a\nb\r\nc\rd", "a|b|c|", 7},
    {"\n\r\n\r\r\nx", "||||", 6},
    {"\xc3\xa9\n\xf0\x9f\x98\x80\n", "\xc3\xa9|\xf0\x9f\x98\x80|", 5},
    {"\xff\xfe\n", "\xef\xbf\xbd\xef\xbf\xbd|", 3},
    {"\xe2\x82\n", "\xef\xbf\xbd|", 2},
    {"\r", "", 0},
    {"no end", "", 0},
    {"", "", 0},
};

/* In pieces of every size, the lines are the same. */
START_TEST(lines_in_pieces)
{
    const struct line_case *row = &line_cases[_i];
    size_t len = strlen(row->text);

    for (size_t piece = 1; piece <= len + 1; piece++) {
        struct line_reader r = LINE_READER_INIT;
        CLEANUP(buf_fini) struct buf got = BUF_INIT(LIMIT);
        struct tern_error err;

        for (size_t at = 0; at < len; at += piece) {
            size_t n = len - at < piece ? len - at : piece;
            uint8_t *room;

            ck_assert_ok(line_reader_room(&r, n, &room, &err), err);
            memcpy(room, row->text + at, n);
            line_reader_add(&r, n);
            while (line_reader_next(&r, &got))
                buf_add_char(&got, '|');
        }
        ck_assert_str_eq(buf_str(&got), row->lines);
        ck_assert_int_eq(r.position, row->position);
        line_reader_fini(&r);
    }
}
END_TEST

START_TEST(a_line_without_end_is_refused)
{
    struct line_reader r = LINE_READER_INIT;
    struct tern_error err;
    uint8_t *room;

    r.in.limit = 1000;
    ck_assert_ok(line_reader_room(&r, 1000, &room, &err), err);
    memset(room, 'x', 1000);
    line_reader_add(&r, 1000);
    ck_assert_int_lt(line_reader_room(&r, 1, &room, &err), 0);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    line_reader_fini(&r);
}
END_TEST

/* ---- the connector ---- */

static char *logged;

static void keep_log(enum tern_log_level level, const char *logger, const char *message)
{
    (void)level;
    (void)logger;
    free(logged);
    logged = xstrdup(message);
}

static int64_t waited_ms; /* the last wait */

static bool no_wait(const struct tern_host *host, int64_t timeout_ms)
{
    (void)host;
    waited_ms = timeout_ms;
    return false;
}

static int no_partition(const struct tern_host *host, const struct tern_field *fields, size_t count,
                        const char *offset_name, struct tern_source_partition **ret_partition,
                        struct tern_error *err)
{
    (void)host;
    (void)fields;
    (void)count;
    (void)offset_name;
    (void)err;
    *ret_partition = (struct tern_source_partition *)(void *)&logged;
    return 0;
}

static const struct tern_host host = {
    .size = sizeof(host), .log = keep_log, .wait = no_wait, .source_partition = no_partition};

static const struct tern_connector_class *connector(void)
{
    return tern_plugin.connectors[0];
}

static int copy_config(void *arg, const struct tern_config *config, struct tern_error *err)
{
    (void)err;
    strmap_add_all(arg, config);
    return 0;
}

START_TEST(one_task_with_the_connectors_config)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    CLEANUP(strmap_fini) struct strmap task = STRMAP_INIT;
    struct tern_config config, task_config;
    struct tern_error err;
    void *self;

    strmap_set(&settings, "topic", "t");
    strmap_set(&settings, "else", "kept");
    if (_i)
        strmap_set(&settings, "file", "/x/y");
    config = strmap_config(&settings);
    ck_assert_ok(connector()->start(&host, &config, &self, &err), err);
    ck_assert_str_eq(logged, _i ? "Starting file source connector reading from /x/y"
                                : "Starting file source connector reading from standard input");
    ck_assert_ok(connector()->task_configs(self, 5, copy_config, &task, &err), err);
    task_config = strmap_config(&task);
    ck_assert(config_equal(&config, &task_config));
    ck_assert_int_eq(connector()->exactly_once(&config),
                     _i ? TERN_EXACTLY_ONCE_SUPPORTED : TERN_EXACTLY_ONCE_UNSUPPORTED);
    connector()->stop(self);
}
END_TEST

START_TEST(a_topic_is_required)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct tern_config config;
    struct tern_error err;
    void *self;

    if (_i)
        strmap_set(&settings, "topic", "");
    config = strmap_config(&settings);
    ck_assert_int_lt(connector()->start(&host, &config, &self, &err), 0);
    ck_assert_str_eq(err.msg, _i ? "Invalid value  for configuration topic: String must be "
                                   "non-empty"
                                 : "Missing required configuration \"topic\" which has no default "
                                   "value.");
}
END_TEST

/* ---- the file ---- */

static void *start_task(const char *path)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct tern_config config;
    struct tern_error err;
    void *self;

    strmap_set(&settings, "file", path);
    strmap_set(&settings, "topic", "t");
    config = strmap_config(&settings);
    ck_assert_ok(file_source_task_class.start(&host, &config, &self, &err), err);
    return self;
}

START_TEST(a_missing_file_is_waited_for)
{
    char *folder = test_folder();
    CLEANUP(freep) char *path = xasprintf("%s/later", folder);
    struct tern_source_batch *batch = NULL;
    void *self = start_task(path);
    struct tern_error err;

    free(logged);
    logged = NULL;
    ck_assert_ok(file_source_task_class.poll(self, 0, &batch, &err), err);
    ck_assert_ptr_null(batch);
    ck_assert(str_starts_with(logged, "Couldn't find file "));
    ck_assert(
        str_ends_with(logged, " for FileStreamSourceTask, sleeping to wait for it to be created"));
    free(logged);
    logged = NULL;
    ck_assert_ok(file_source_task_class.poll(self, 0, &batch, &err), err);
    ck_assert_ptr_null(logged); /* said once */
    file_source_task_class.stop(self);
    test_folder_remove(folder);
}
END_TEST

static int offset_zero(const struct tern_host *h, struct tern_source_partition *const *partitions,
                       size_t count, struct tern_source_offset *ret_offsets, struct tern_error *err)
{
    (void)h;
    (void)partitions;
    (void)count;
    (void)err;
    ret_offsets->known = false;
    return 0;
}

START_TEST(a_folder_is_no_file)
{
    char *folder = test_folder();
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct tern_host with_offsets = host;
    struct tern_source_batch *batch = NULL;
    struct tern_config config;
    struct tern_error err;
    void *self;

    with_offsets.read_offsets = offset_zero;
    strmap_set(&settings, "file", folder);
    strmap_set(&settings, "topic", "t");
    config = strmap_config(&settings);
    ck_assert_ok(file_source_task_class.start(&with_offsets, &config, &self, &err), err);
    ck_assert_int_lt(file_source_task_class.poll(self, 0, &batch, &err), 0);
    ck_assert(str_starts_with(err.msg, "cannot read file '"));
    file_source_task_class.stop(self);
    test_folder_remove(folder);
}
END_TEST

/* Looks so often, which finds nothing. Returns the wait after the last look. */
static int64_t look(void *self, int times)
{
    struct tern_source_batch *batch = NULL;
    struct tern_error err;

    while (times-- > 0) {
        ck_assert_ok(file_source_task_class.poll(self, 10000, &batch, &err), err);
        ck_assert_ptr_null(batch);
    }
    return waited_ms;
}

START_TEST(a_quiet_file_is_looked_at_less_often)
{
    char *folder = test_folder();
    CLEANUP(freep) char *path = xasprintf("%s/lines", folder);
    struct tern_host with_offsets = host;
    struct tern_source_batch *batch = NULL;
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct tern_config config;
    struct tern_error err;
    void *self;

    with_offsets.read_offsets = offset_zero;
    test_write_file(folder, "lines", "", 0);
    strmap_set(&settings, "file", path);
    strmap_set(&settings, "topic", "t");
    config = strmap_config(&settings);
    ck_assert_ok(file_source_task_class.start(&with_offsets, &config, &self, &err), err);
    ck_assert_int_eq(look(self, 60), 1000);
    ck_assert_int_eq(look(self, 1), 2000);
    test_write_file(folder, "lines", "one\n", 4);
    ck_assert_ok(file_source_task_class.poll(self, 10000, &batch, &err), err);
    ck_assert_uint_eq(batch->count, 1);
    batch->release(batch);
    ck_assert_int_eq(look(self, 1), 1000);
    file_source_task_class.stop(self);
    test_folder_remove(folder);
}
END_TEST

/* ---- offsets ---- */

static const struct alter_case {
    const char *partition, *offset;
    const char *message; /* NULL: fine */
} alter_cases[] = {
    {"{\"filename\":\"/a\"}", "{\"position\":5}", NULL},
    {"{\"filename\":\"/a\"}", NULL, NULL},
    {"{\"other\":1}", NULL, NULL},
    {NULL, NULL, NULL},
    {"{\"filename\":null}", "{\"position\":0,\"more\":1}", NULL},
    {"{\"filename\":\"/a\"}", "{\"pos\":5}",
     "Offset objects should either be null or contain the key 'position'"},
    {"{\"filename\":\"/a\"}", "{\"position\":\"5\"}",
     "The value for the 'position' key in the offset is expected to be a Long value"},
    {"{\"filename\":\"/a\"}", "{\"position\":5.0}",
     "The value for the 'position' key in the offset is expected to be a Long value"},
    {"{\"filename\":\"/a\"}", "{\"position\":null}",
     "The value for the 'position' key in the offset is expected to be a Long value"},
    {"{\"filename\":\"/a\"}", "{\"position\":-1}",
     "The value for the 'position' key in the offset should be a non-negative value"},
    {NULL, "{\"position\":5}", "Partition objects cannot be null"},
    {"{\"file\":\"/a\"}", "{\"position\":5}",
     "Partition objects should contain the key 'filename'"},
};

START_TEST(offsets_of_users)
{
    const struct alter_case *row = &alter_cases[_i];
    const struct tern_offset_change change = {row->partition, row->offset};
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct tern_config config;
    struct tern_error err;
    bool handled = false;
    int rc;

    strmap_set(&settings, "topic", "t");
    strmap_set(&settings, "file", "/a");
    config = strmap_config(&settings);
    rc = connector()->alter_offsets(&config, &change, 1, &handled, &err);
    if (row->message) {
        ck_assert_int_lt(rc, 0);
        ck_assert_str_eq(err.msg, row->message);
    } else {
        ck_assert_ok(rc, err);
        ck_assert(handled);
    }
    strmap_remove(&settings, "file");
    config = strmap_config(&settings);
    ck_assert_int_lt(connector()->alter_offsets(&config, &change, 1, &handled, &err), 0);
    ck_assert_str_eq(err.msg,
                     "Offsets cannot be modified if the 'file' configuration is unspecified. This "
                     "is because stdin is used for input and offsets are not tracked.");
}
END_TEST

START_TEST(the_tables_hold_together)
{
    const struct config_def def = CONFIG_DEF(file_source_tables);
    struct tern_error err;

    ck_assert_ok(config_def_check(&def, &err), err);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, lines_in_pieces, COUNT_OF(line_cases));
    test_add(suite, a_line_without_end_is_refused);
    test_add_rows(suite, one_task_with_the_connectors_config, 2);
    test_add_rows(suite, a_topic_is_required, 2);
    test_add(suite, a_missing_file_is_waited_for);
    test_add(suite, a_quiet_file_is_looked_at_less_often);
    test_add(suite, a_folder_is_no_file);
    test_add_rows(suite, offsets_of_users, COUNT_OF(alter_cases));
    test_add(suite, the_tables_hold_together);
}

TEST_MAIN("file", fill)
