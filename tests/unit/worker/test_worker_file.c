/* SPDX-License-Identifier: Apache-2.0 */
/* The file of a worker: keys that nobody reads, and keys that are known. */
#include "worker/worker_file.h"

#include "lib/base/buf.h"
#include "lib/base/log.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

#define LEAST                                                                  \
    "bootstrap.servers=127.0.0.1:1\n"                                          \
    "group.id=g\n"                                                             \
    "key.converter=org.apache.kafka.connect.converters.ByteArrayConverter\n"   \
    "value.converter=org.apache.kafka.connect.converters.ByteArrayConverter\n" \
    "config.storage.topic=c\n"                                                 \
    "offset.storage.topic=o\n"                                                 \
    "status.storage.topic=s\n"

static struct buf lines = BUF_INIT(1 << 20);

static void keep_line(enum tern_log_level level, const char *logger, const char *message)
{
    (void)logger;
    if (level >= TERN_LOG_WARN)
        buf_add_fmt(&lines, "%s\n", message);
}

static bool always(enum tern_log_level level, const char *logger)
{
    (void)level;
    (void)logger;
    return true;
}

static const struct {
    const char *entry, *said; /* after the path; NULL: nothing */
} rows[] = {
    {"offset.flush.intervall.ms=1000",
     ":8: offset.flush.intervall.ms: unknown setting, did you mean 'offset.flush.interval.ms'?"},
    {"producer.linger.sm=1", ":8: producer.linger.sm: unknown setting, did you mean "
                             "'producer.linger.ms'?"},
    {"consumer.auto.offset.rest=latest", ":8: consumer.auto.offset.rest: unknown setting, did you "
                                         "mean 'consumer.auto.offset.reset'?"},
    {"tern.offset.flush.erly.ms=1\nplugin.pth=/x", ":9: plugin.pth: unknown setting, did you mean "
                                                   "'plugin.path'?"},
    {"offset.flush.intervall.ms=1000\ntern.remarks.enabled=false", NULL},
    {"something.of.a.plugin=1", NULL},
    {"producer.linger.ms=1", NULL},
    {"consumer.fetch.max.bytes=1", NULL},
    {"reconnect.backoff.ms=50", NULL},
    {"value.converter.schemas.enable=false", NULL},
    {"offset.storage.segment.bytes=1048576", NULL},
    {"config.providers=", NULL},
    {"listeners.https.ssl.keystore.type=PEM", NULL},
    {"tern.offset.flush.early.ms=0", NULL},
};

START_TEST(keys_that_nobody_reads)
{
    CLEANUP(freep) char *folder = test_folder();
    CLEANUP(freep) char *path = xasprintf("%s/w.properties", folder);
    CLEANUP(freep) char *content = xasprintf(LEAST "%s\n", rows[_i].entry);
    CLEANUP(freep)
    char *wanted = rows[_i].said ? xasprintf("%s%s\n", path, rows[_i].said) : xstrdup("");
    struct config_ref *worker;

    test_write_file(folder, "w.properties", content, strlen(content));
    log_set_sink(keep_line, always);
    worker = worker_file_load(path);
    ck_assert_msg(worker != NULL, "%s", buf_str(&lines));
    ck_assert_str_eq(buf_str(&lines), wanted);
    config_ref_unref(worker);
    test_folder_remove(TAKE(folder));
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, keys_that_nobody_reads, COUNT_OF(rows));
}

TEST_MAIN("worker_file", fill)
