/* SPDX-License-Identifier: Apache-2.0 */
/* What is odd in a configuration: of a class that says so itself, and of one that does not. */
#include "worker/herder/connector_remarks.h"

#include "lib/base/buf.h"
#include "lib/base/strmap.h"
#include "tests/lib/testing.h"

enum {
    TEXT_MAX = 4096
};

static const struct tern_config_key keys[] = {
    {"file", TERN_STRING, NULL, TERN_HIGH, TERN_UNBOUND, .doc = "."},
    {"batch.size", TERN_INT, "1", TERN_LOW, TERN_UNBOUND, .doc = "."},
    TERN_END,
};
static const struct tern_config_key *const tables[] = {keys, NULL};

static int no_start(const struct tern_host *host, const struct tern_config *config, void **ret_self,
                    struct tern_error *err)
{
    (void)host, (void)config, (void)ret_self;
    return tern_fail(err, TERN_EINTERNAL, "is never started");
}

static int no_tasks(void *self, int32_t max, tern_config_emit *emit, void *arg,
                    struct tern_error *err)
{
    (void)self, (void)max, (void)emit, (void)arg;
    return tern_fail(err, TERN_EINTERNAL, "is never started");
}

static int no_poll(void *self, int64_t max_wait_ms, struct tern_source_batch **ret_batch,
                   struct tern_error *err)
{
    (void)self, (void)max_wait_ms, (void)ret_batch;
    return tern_fail(err, TERN_EINTERNAL, "is never started");
}

static void no_stop(void *self)
{
    (void)self;
}

/* Remarks on everything but its own keys. */
static void remark_all(const struct tern_config *config, tern_config_fault *remark, void *arg)
{
    for (size_t i = 0; i < config->count; i++)
        remark(arg, config->entries[i].key, "strange");
}

static const struct tern_source_task_class task_class = {
    .size = sizeof(task_class), .name = "T", .start = no_start, .poll = no_poll, .stop = no_stop};

#define CLASS(variable, class_name, ...)                                                     \
    static const struct tern_connector_class variable = {.size = sizeof(variable),           \
                                                         .name = class_name,                 \
                                                         .version = "1",                     \
                                                         .config_key_size =                  \
                                                             sizeof(struct tern_config_key), \
                                                         .config = tables,                   \
                                                         .source_task = &task_class,         \
                                                         .start = no_start,                  \
                                                         .task_configs = no_tasks,           \
                                                         .stop = no_stop,                    \
                                                         __VA_ARGS__}

CLASS(silent, "org.example.Silent", .remarks = NULL);
CLASS(talkative, "org.example.Talkative", .remarks = remark_all);

static void note(void *arg, const char *key, const char *message)
{
    buf_add_fmt(arg, "%s: %s\n", key, message);
}

static const struct {
    const char *class_name, *key, *remarks;
} rows[] = {
    {"Silent", "fiel", "fiel: unknown setting, did you mean 'file'?\n"},
    {"Silent", "batch.sise", "batch.sise: unknown setting, did you mean 'batch.size'?\n"},
    {"Silent", "tasks.mx", "tasks.mx: unknown setting, did you mean 'tasks.max'?\n"},
    {"Silent", "something.of.its.own", ""},
    {"Silent", "file", ""},
    {"Silent", "errors.tolerance", ""},
    {"Silent", "transforms.x.type", ""},
    {"Silent", "value.converter.schemas.enable", ""},
    {"Silent", "topic.creation.default.partitions", ""},
    {"Silent", "producer.override.linger.ms", ""},
    {"Silent", "producer.override.linger.sm",
     "producer.override.linger.sm: unknown setting of a producer, did you mean 'linger.ms'?\n"},
    {"Silent", "admin.override.qqqqqqq",
     "admin.override.qqqqqqq: unknown setting of an admin client\n"},
    {"Talkative", "file", "file: strange\n"},
    {"Talkative", "something.of.its.own", "something.of.its.own: strange\n"},
    {"Talkative", "transforms.x.type", ""}, /* the worker's own */
    {"Talkative", "tasks.max", ""},
    {"Talkative", "consumer.override.isolation.leve",
     "consumer.override.isolation.leve: unknown setting of a consumer, did you mean "
     "'isolation.level'?\n"},
    {"Silent", "tern.remarks.enabled", ""},
    {"Nobody", "fiel", ""},
};

START_TEST(remarks)
{
    static const struct tern_connector_class *const classes[] = {&silent, &talkative, NULL};
    struct plugin_registry *plugins = plugin_registry_of(classes);
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct tern_config config;
    CLEANUP(buf_fini) struct buf said = BUF_INIT(TEXT_MAX);

    strmap_set(&map, "connector.class", rows[_i].class_name);
    strmap_set(&map, rows[_i].key, "x");
    config = strmap_config(&map);
    connector_remarks(plugins, &config, note, &said);
    ck_assert_str_eq(buf_str(&said), rows[_i].remarks);
    plugin_registry_free(plugins);
}
END_TEST

START_TEST(without_a_class)
{
    struct plugin_registry *plugins =
        plugin_registry_of((const struct tern_connector_class *const[]){NULL});
    const struct tern_config_entry entry = {"fiel", "x"};
    const struct tern_config config = {&entry, 1};
    CLEANUP(buf_fini) struct buf said = BUF_INIT(TEXT_MAX);

    connector_remarks(plugins, &config, note, &said);
    ck_assert_str_eq(buf_str(&said), "");
    plugin_registry_free(plugins);
}
END_TEST

START_TEST(switched_off)
{
    static const struct tern_connector_class *const classes[] = {&silent, &talkative, NULL};
    struct plugin_registry *plugins = plugin_registry_of(classes);
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    CLEANUP(buf_fini) struct buf said = BUF_INIT(TEXT_MAX);
    struct tern_config config;

    strmap_set(&map, "connector.class", "Talkative");
    strmap_set(&map, "fiel", "x");
    strmap_set(&map, "producer.override.linger.sm", "x");
    strmap_set(&map, "tern.remarks.enabled", "False");
    config = strmap_config(&map);
    connector_remarks(plugins, &config, note, &said);
    ck_assert_str_eq(buf_str(&said), "");
    plugin_registry_free(plugins);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, remarks, COUNT_OF(rows));
    test_add(suite, without_a_class);
    test_add(suite, switched_off);
}

TEST_MAIN("connector_remarks", fill)
