/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/herder/connector_check.h"

#include <string.h>

#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_def.h"
#include "tests/lib/testing.h"

/* ---- one class, of which nothing is ever started ---- */

static int no_start(const struct tern_host *host, const struct tern_config *config, void **ret_self,
                    struct tern_error *err)
{
    (void)host;
    (void)config;
    (void)ret_self;
    return tern_fail(err, TERN_EINTERNAL, "is never started");
}

static int no_tasks(void *self, int32_t max, tern_config_emit *emit, void *arg,
                    struct tern_error *err)
{
    (void)self;
    (void)max;
    (void)emit;
    (void)arg;
    return tern_fail(err, TERN_EINTERNAL, "is never started");
}

static int no_poll(void *self, int64_t max_wait_ms, struct tern_source_batch **ret_batch,
                   struct tern_error *err)
{
    (void)self;
    (void)max_wait_ms;
    (void)ret_batch;
    return tern_fail(err, TERN_EINTERNAL, "is never started");
}

static void no_stop(void *self)
{
    (void)self;
}

static void refuse_both(const struct tern_config *config, tern_config_fault *fault, void *arg)
{
    if (config_get(config, "one") && config_get(config, "other"))
        fault(arg, "other", "not both");
}

static const struct tern_validator at_least_5 = {
    .kind = TERN_VALID_RANGE, .min = 5, .max = INT64_MAX};
static const struct tern_config_key keys[] = {
    {"one", TERN_INT, "7", TERN_LOW, TERN_UNBOUND, .doc = ".", .validator = &at_least_5},
    {"tasks.max", TERN_INT, "9", TERN_LOW, TERN_UNBOUND, .doc = ".", .validator = &at_least_5},
    TERN_END,
};
static const struct tern_config_key *const tables[] = {keys, NULL};
static const struct tern_source_task_class task_class = {
    .size = sizeof(task_class), .name = "T", .start = no_start, .poll = no_poll, .stop = no_stop};
static const struct tern_connector_class class = {
    .size = sizeof(class),
    .name = "org.example.SomeConnector",
    .version = "1",
    .config_key_size = sizeof(struct tern_config_key),
    .config = tables,
    .source_task = &task_class,
    .validate = refuse_both,
    .start = no_start,
    .task_configs = no_tasks,
    .stop = no_stop,
};

/* ---- what is told ---- */

static void keep(void *arg, enum connector_fault_kind kind, const char *key, const char *message)
{
    static const char *const kinds[] = {
        [FAULT_OF_VALUE] = "value", [FAULT_OF_WHOLE] = "whole", [FAULT_OF_WORKER] = "worker"};

    buf_add_fmt(arg, "%s %s: %s\n", kinds[kind], key, message);
}

static const struct {
    const char *pairs[5]; /* beyond name and class */
    size_t count;
    const char *told; /* a part of it */
} rows[] = {
    {{NULL}, 0, ""},
    {{"one", "5"}, 0, ""},
    {{"one", "4"}, 1, "value one: Invalid value 4 for configuration one: Value must be at least 5"},
    {{"one", "5", "other", "1"}, 1, "whole other: not both"},
    {{"tasks.max", "2"}, 1, "value tasks.max: Invalid value 2 "}, /* the class's own row counts */
    {{"errors.tolerance", "some"}, 1, "value errors.tolerance: Invalid value some for "},
    {{"config.action.reload", "restart", "errors.tolerance", "all"}, 0, ""},
    {{"transaction.boundary.interval.ms", "-1"}, 1, "Value must be at least 0"},
    {{"transforms", "a,a"}, 2, "Duplicate alias provided."},
    {{"transforms", "a"}, 1, "worker transforms: This worker has no transformations yet."},
    {{"transforms", " "}, 0, ""},
    {{"exactly.once.support", "Required"},
     1,
     "worker exactly.once.support: This worker does not have exactly-once source support enabled."},
    {{"exactly.once.support", "requested"}, 0, ""},
    {{"offsets.storage.topic", "mine"}, 1, "worker offsets.storage.topic: "},
    {{"unknown", "is fine"}, 0, ""},
};

static int check(const char *class_name, const char *const *pairs, struct buf *told,
                 size_t *ret_count, struct tern_error *err)
{
    static const struct tern_connector_class *const classes[] = {&class, NULL};
    struct plugin_registry *plugins = plugin_registry_of(classes);
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct tern_config config;
    int rc;

    strmap_set(&map, "name", "c");
    if (class_name)
        strmap_set(&map, "connector.class", class_name);
    for (; pairs && *pairs; pairs += 2)
        strmap_set(&map, pairs[0], pairs[1]);
    config = strmap_config(&map);
    rc = connector_check(plugins, &config, keep, told, ret_count, err);
    plugin_registry_free(plugins);
    return rc;
}

START_TEST(faults)
{
    CLEANUP(buf_fini) struct buf told = BUF_INIT(1 << 16);
    struct tern_error err;
    size_t count = 99;

    ck_assert_ok(check("Some", rows[_i].pairs, &told, &count, &err), err);
    ck_assert_msg(count == rows[_i].count, "%zu faults: %s", count, buf_str(&told));
    ck_assert_msg(strstr(buf_str(&told), rows[_i].told), "%s", buf_str(&told));
}
END_TEST

START_TEST(classes)
{
    CLEANUP(buf_fini) struct buf told = BUF_INIT(1 << 16);
    struct tern_error err;
    size_t count;

    ck_assert_ok(check("org.example.SomeConnector", NULL, &told, &count, &err), err);
    ck_assert_int_lt(check(NULL, NULL, &told, &count, &err), 0);
    ck_assert_str_eq(err.msg, "Connector config contains no connector type");
    ck_assert_int_lt(check("Nothing", NULL, &told, &count, &err), 0);
    ck_assert_ptr_nonnull(strstr(err.msg, "org.example.SomeConnector"));
    ck_assert_uint_eq(told.len, 0);
}
END_TEST

START_TEST(settings)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    CLEANUP(config_memory_freep) struct config_memory *memory = NULL;
    struct connector_settings s;
    struct tern_config config;
    struct tern_error err;

    strmap_set(&map, "name", "c");
    strmap_set(&map, "connector.class", "X");
    strmap_set(&map, "tasks.max", " 3 ");
    config = strmap_config(&map);
    ck_assert_ok(connector_settings_bind(&config, &s, &memory, &err), err);
    ck_assert_str_eq(s.name, "c");
    ck_assert_int_eq(s.tasks_max, 3);
    ck_assert(s.enforce_tasks_max);
    ck_assert_uint_eq(s.transforms.count, 0);
    ck_assert_str_eq(s.exactly_once, "requested");
    ck_assert_ptr_null(s.offsets_topic);
}
END_TEST

static void connector_check_suite(Suite *s)
{
    test_add_rows(s, faults, COUNT_OF(rows));
    test_add(s, classes);
    test_add(s, settings);
}

TEST_MAIN("connector_check", connector_check_suite)
