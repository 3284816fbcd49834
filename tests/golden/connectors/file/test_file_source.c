/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Java's FileStreamSourceTask handed over (filestream-source.json), and where this one does
 * better: lines that a full batch has left over, and a position beyond the end.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connectors/file/file_source.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

enum {
    WAIT_MS = 50
};

static json_t *root, *better; /* set by fill(), before the tests run */

/* ---- a host that knows one stored offset ---- */

static struct tern_source_offset stored;
static char *partition_name;

static void no_log(enum tern_log_level level, const char *logger, const char *message)
{
    (void)level;
    (void)logger;
    (void)message;
}

static bool no_wait(const struct tern_host *host, int64_t timeout_ms)
{
    (void)host;
    ck_assert_int_le(timeout_ms, WAIT_MS);
    return false;
}

static int one_partition(const struct tern_host *host, const struct tern_field *fields,
                         size_t count, const char *offset_name,
                         struct tern_source_partition **ret_partition, struct tern_error *err)
{
    (void)host;
    (void)err;
    ck_assert_uint_eq(count, 1);
    ck_assert_str_eq(fields[0].name, "filename");
    ck_assert_str_eq(offset_name, "position");
    free(partition_name);
    partition_name = xstrdup(fields[0].text);
    *ret_partition = (struct tern_source_partition *)(void *)&partition_name;
    return 0;
}

static int one_offset(const struct tern_host *host, struct tern_source_partition *const *partitions,
                      size_t count, struct tern_source_offset *ret_offsets, struct tern_error *err)
{
    (void)host;
    (void)partitions;
    (void)err;
    ck_assert_uint_eq(count, 1);
    *ret_offsets = stored;
    return 0;
}

static const struct tern_host host = {
    .size = sizeof(host),
    .connector = "c",
    .log = no_log,
    .wait = no_wait,
    .source_partition = one_partition,
    .read_offsets = one_offset,
};

/* ---- one row ---- */

static void append(const char *path, const json_t *text)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT, 0600);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, json_string_value(text), json_string_length(text)),
                     json_string_length(text));
    close(fd);
}

static void *start_task(const char *path, const json_t *batch_size)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct tern_config config;
    struct tern_error err;
    void *self;

    strmap_set(&settings, "file", path);
    strmap_set(&settings, "topic", "lines");
    if (json_is_integer(batch_size))
        strmap_set_fmt(&settings, "batch.size", "%d", (int)json_integer_value(batch_size));
    config = strmap_config(&settings);
    ck_assert_ok(file_source_task_class.start(&host, &config, &self, &err), err);
    return self;
}

static void check_record(const struct tern_source_record *rec, const char *line, int64_t position)
{
    ck_assert_str_eq(rec->topic, "lines");
    ck_assert_int_eq(rec->partition, -1);
    ck_assert_int_eq(rec->key.type, TERN_VALUE_NULL);
    ck_assert_int_eq(rec->value.type, TERN_VALUE_STRING);
    ck_assert_int_eq(rec->value.schema->type, TERN_TYPE_STRING);
    ck_assert(!rec->value.schema->optional);
    ck_assert_uint_eq(rec->value.as.bytes.size, strlen(line));
    ck_assert_mem_eq(rec->value.as.bytes.data, line, strlen(line));
    ck_assert_int_eq(rec->offset, position);
    ck_assert_ptr_nonnull(rec->source);
}

static void check_poll(void *self, const json_t *expected)
{
    struct tern_source_batch *batch = NULL;
    struct tern_error err;
    const json_t *row;
    size_t i;

    ck_assert_ok(file_source_task_class.poll(self, WAIT_MS, &batch, &err), err);
    if (!json_is_array(expected)) {
        ck_assert_ptr_null(batch);
        return;
    }
    ck_assert_ptr_nonnull(batch);
    ck_assert_uint_eq(batch->count, json_array_size(expected));
    json_array_foreach(expected, i, row)
        check_record(&batch->records[i], json_string_value(json_array_get(row, 0)),
                     json_integer_value(json_array_get(row, 1)));
    batch->release(batch);
}

static void check_error(void *self, const char *text)
{
    struct tern_source_batch *batch = NULL;
    struct tern_error err;

    ck_assert_int_lt(file_source_task_class.poll(self, WAIT_MS, &batch, &err), 0);
    ck_assert_str_eq(err.msg, strchr(text, ':') + 2);
}

/* Java leaves lines in its buffer until more data comes; nothing waits here. */
static const json_t *without_the_wait(const json_t *row)
{
    if (!strstr(test_text(row, "name"), "stuck in the buffer"))
        return test_array(row, "polls");
    return better;
}

START_TEST(rows)
{
    const json_t *row = json_array_get(test_array(root, "cases"), (size_t)_i);
    const json_t *position = json_object_get(json_object_get(row, "stored_offset"), "position");
    char *folder = test_folder();
    CLEANUP(freep) char *path = xasprintf("%s/input", folder);
    const json_t *poll;
    size_t i;
    void *self;

    stored = (struct tern_source_offset){.known = json_is_integer(position),
                                         .number = json_integer_value(position)};
    if (strstr(test_text(row, "name"), "wrong type"))
        stored.number = INT64_MIN;
    append(path, json_object_get(row, "file"));
    self = start_task(path, json_object_get(row, "batch.size"));
    ck_assert_str_eq(partition_name, path);
    json_array_foreach(without_the_wait(row), i, poll)
    {
        if (json_object_get(poll, "append_before"))
            append(path, json_object_get(poll, "append_before"));
        if (json_object_get(poll, "error"))
            check_error(self, test_text(poll, "error"));
        else
            check_poll(self, json_object_get(poll, "records"));
    }
    file_source_task_class.stop(self);
    test_folder_remove(folder);
}
END_TEST

static void fill(Suite *suite)
{
    better = json_pack("[{s:[[s,i],[s,i]]},{s:[[s,i],[s,i]]},{s:s,s:[[s,i],[s,i]]},{s:n}]",
                       "records", "1", 2, "2", 4, "records", "3", 6, "4", 8, "append_before", "6\n",
                       "records", "5", 10, "6", 12, "records");
    root = test_json("tests/golden/connectors/file/filestream-source.json");
    test_add_rows(suite, rows, json_array_size(json_object_get(root, "cases")));
}

TEST_MAIN("file_source", fill)
