/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/task_settings.h"

#include <string.h>

#include "lib/base/log.h"
#include "lib/base/strmap.h"
#include "tests/lib/testing.h"

enum {
    LIMIT = 1 << 16
};

static struct buf lines = BUF_INIT(LIMIT);

static void keep_line(enum tern_log_level level, const char *logger, const char *message)
{
    (void)logger;
    buf_add_fmt(&lines, "%s %s\n", log_level_name(level), message);
}

static bool all_levels(enum tern_log_level level, const char *logger)
{
    (void)level;
    (void)logger;
    return true;
}

START_TEST(defaults)
{
    const struct tern_config none = {NULL, 0};
    struct task_settings s;
    struct tern_error err;

    ck_assert_ok(task_settings_read(&none, &none, true, &s, &err), err);
    ck_assert_int_eq(s.flush_interval_ms, 60000);
    ck_assert_int_eq(s.flush_timeout_ms, 5000);
    ck_assert_int_eq(s.shutdown_timeout_ms, 5000);
    ck_assert(!s.tolerate_all && !s.log_errors && !s.log_records);
    ck_assert_int_eq(s.txn_kind, TXN_BOUNDARY_POLL);
    ck_assert_int_eq(s.txn_interval_ms, 60000);
    ck_assert_int_eq(s.txn_timeout_ms, 60000);
}
END_TEST

static const struct setting_case {
    bool of_worker;
    const char *key, *value;
    const char *error; /* NULL: accepted */
    const char *line;  /* NULL: nothing is said */
} setting_cases[] = {
    {true, "offset.flush.interval.ms", "10", NULL, NULL},
    {true, "offset.flush.interval.ms", "x",
     "Invalid value x for configuration offset.flush.interval.ms: Not a number of type LONG", NULL},
    {false, "errors.tolerance", "all", NULL, NULL},
    {false, "errors.tolerance", "ALL",
     "Invalid value ALL for configuration errors.tolerance: String must be one of: none, all",
     NULL},
    {false, "transforms", "", NULL, NULL},
    {false, "transforms", "route,mask",
     "transforms are not supported by this worker yet: 'route' would not be applied", NULL},
    {false, "offsets.storage.topic", "own", NULL, "WARN offsets.storage.topic has no effect"},
    {false, "offsets.storage.topic", "", NULL, NULL},
    {false, "transaction.boundary", "INTERVAL", NULL, NULL},
    {false, "transaction.boundary", "connector",
     "The connector does not support connector-defined transaction boundaries with the given "
     "configuration. Please reconfigure it to use a different transaction boundary definition.",
     NULL},
    {false, "transaction.boundary.interval.ms", "10", NULL, NULL},
    {false, "unknown", "x", NULL, NULL},
};

START_TEST(rows)
{
    const struct setting_case *row = &setting_cases[_i];
    const struct tern_config_entry entry = {row->key, row->value};
    const struct tern_config one = {&entry, 1}, none = {NULL, 0};
    struct task_settings s;
    struct tern_error err;
    int rc;

    log_set_sink(keep_line, all_levels);
    buf_clear(&lines);
    rc = task_settings_read(row->of_worker ? &one : &none, row->of_worker ? &none : &one, true, &s,
                            &err);
    if (row->error) {
        ck_assert_int_lt(rc, 0);
        ck_assert_str_eq(err.msg, row->error);
    } else {
        ck_assert_ok(rc, err);
    }
    if (row->line)
        ck_assert_ptr_nonnull(strstr(buf_str(&lines), row->line));
    else
        ck_assert_str_eq(buf_str(&lines), "");
}
END_TEST

/* Where the worker does not create topics anyway, nobody is told that it does not. */
static void fill(Suite *suite)
{
    test_add(suite, defaults);
    test_add_rows(suite, rows, COUNT_OF(setting_cases));
}

TEST_MAIN("task_settings", fill)
