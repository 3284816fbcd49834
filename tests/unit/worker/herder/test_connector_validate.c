/* SPDX-License-Identifier: Apache-2.0 */
/* Validation of a connector beyond what the golden file of a Java worker holds. */
#include "worker/herder/connector_validate.h"

#include <string.h>

#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_def.h"
#include "tests/lib/testing.h"
#include "worker/herder/connector_keys.h"
#include "worker/herder/connector_validate_priv.h"

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

/* Pairs of key and value, in one text: "a=1|b=2". */
static void read_pairs(const char *text, struct strmap *out)
{
    CLEANUP(freep) char *copy = xstrdup(text);
    char *rest = copy, *pair;

    while ((pair = strsep(&rest, "|"))) {
        char *eq = strchr(pair, '=');

        if (!eq)
            continue;
        *eq = '\0';
        strmap_set(out, pair, strcmp(eq + 1, "NULL") == 0 ? NULL : eq + 1);
    }
}

/* "<key>: <message>\n" of every error. */
static void tell_errors(struct buf *out, const struct config_infos *infos)
{
    for (size_t i = 0; i < infos->count; i++) {
        for (size_t k = 0; k < infos->at[i].errors.count; k++)
            buf_add_fmt(out, "%s: %s\n", infos->at[i].name, infos->at[i].errors.at[k]);
    }
}

struct asked {
    const char *worker, *connector; /* as read_pairs() reads them */
    const char *group_id;
    bool exactly_once;
};

static int ask(const struct asked *asked, struct buf *told, struct config_infos **ret_infos,
               struct tern_error *err)
{
    static const struct tern_connector_class *const classes[] = {&class, NULL};
    struct plugin_registry *plugins = plugin_registry_of(classes);
    CLEANUP(strmap_fini) struct strmap worker = STRMAP_INIT;
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    CLEANUP(override_policy_fini) struct override_policy policy = {0};
    CLEANUP(freep) char *failure = NULL;
    struct validate_worker with = {.plugins = plugins,
                                   .policy = &policy,
                                   .group_id = asked->group_id,
                                   .exactly_once = asked->exactly_once};
    struct tern_config worker_view, view;
    int rc;

    read_pairs(asked->worker, &worker);
    read_pairs(asked->connector, &map);
    worker_view = strmap_config(&worker);
    view = strmap_config(&map);
    with.config = &worker_view;
    ck_assert_ok(override_policy_init(&policy, &worker_view, err), *err);
    rc = connector_validate(&with, &view, ret_infos, &failure, err);
    if (rc == 0)
        tell_errors(told, *ret_infos);
    else
        buf_add_str(told, failure);
    plugin_registry_free(plugins);
    return rc;
}

#define POLICY "connector.client.config.override.policy="

static const struct {
    const char *worker, *connector; /* beyond name and class */
    size_t count;
    const char *told; /* a part of it */
} rows[] = {
    {"", "", 0, ""},
    {"", "one=4", 1, "one: Invalid value 4 for configuration one: Value must be at least 5\n"},
    {"", "one=5|other=1", 1, "other: not both\n"},
    {"", "tasks.max=2", 1, "Value must be at least 5"}, /* the class's own row counts */
    {"", "errors.tolerance=some", 1, "errors.tolerance: Invalid value some for "},
    {"", "transforms=a", 1, "Missing required configuration \"transforms.a.type\" which"},
    {"", "offsets.storage.topic=mine", 1, "offsets.storage.topic: This worker keeps offsets "},
    {"", "exactly.once.support=required", 2, "does not implement the API required for preflight"},
    {"", "unknown=is fine", 0, ""},
    {POLICY "None", "producer.override.acks=all", 1,
     "producer.override.acks: The 'None' policy does not allow 'acks' to be overridden in the "
     "connector configuration.\n"},
    {POLICY "None", "admin.override.retries=1", 0, ""}, /* no such client here */
    {POLICY "Principal", "producer.override.sasl.mechanism=PLAIN|producer.override.linger.ms=1", 1,
     "producer.override.linger.ms: The 'Principal' policy does not allow 'linger.ms' to be "},
    {POLICY "Allowlist|connector.client.config.override.allowlist=acks, linger.ms",
     "producer.override.acks=1|producer.override.linger.ms=1|producer.override.nope=1", 1,
     "The 'Allowlist' policy does not allow 'nope' to be"},
    {POLICY "All", "producer.override.nope=1", 0, ""},
};

START_TEST(faults)
{
    CLEANUP(buf_fini) struct buf told = BUF_INIT(1 << 16);
    CLEANUP(freep)
    char *pairs = xasprintf("name=c|connector.class=Some|%s", rows[_i].connector);
    const struct asked asked = {rows[_i].worker, pairs, "g", false};
    struct config_infos *infos = NULL;
    struct tern_error err;

    ck_assert_ok(ask(&asked, &told, &infos, &err), err);
    ck_assert_msg(infos->error_count == rows[_i].count, "%zu faults: %s", infos->error_count,
                  buf_str(&told));
    ck_assert_msg(strstr(buf_str(&told), rows[_i].told), "%s", buf_str(&told));
    config_infos_free(infos);
}
END_TEST

static const struct {
    const char *connector;
    enum tern_code code;
    const char *message;
} failures[] = {
    {"name=c", TERN_EINVALID, "Connector config {name=c} contains no connector type"},
    {"connector.class=NULL", TERN_EINVALID,
     "Connector config {connector.class=null} contains no connector type"},
    {"connector.class=Some|connector.plugin.version=[1", TERN_EINVALID, "Unbounded range: [1"},
    {"connector.class=Some|producer.override.linger.ms=x", TERN_EINTERNAL,
     "Invalid value x for configuration linger.ms: Not a number of type LONG"},
    {"connector.class=Nothing", TERN_EINVALID,
     "Failed to find any class that implements Connector and which name matches Nothing, available "
     "connectors are: PluginDesc{klass=class org.example.SomeConnector, "
     "name='org.example.SomeConnector', version='1', encodedVersion=1, type=source, "
     "typeName='source', location='classpath'}"},
};

START_TEST(failing)
{
    CLEANUP(buf_fini) struct buf told = BUF_INIT(1 << 16);
    const struct asked asked = {"", failures[_i].connector, "g", false};
    struct config_infos *infos = NULL;
    struct tern_error err;

    ck_assert_int_lt(ask(&asked, &told, &infos, &err), 0);
    ck_assert_int_eq(err.code, failures[_i].code);
    ck_assert_str_eq(buf_str(&told), failures[_i].message);
}
END_TEST

START_TEST(aliases_are_bounded)
{
    CLEANUP(buf_fini) struct buf told = BUF_INIT(1 << 20);
    CLEANUP(buf_fini) struct buf pairs = BUF_INIT(1 << 20);
    struct asked asked = {"", NULL, "g", false};
    CLEANUP(config_infos_freep) struct config_infos *infos = NULL;
    struct tern_error err;

    buf_add_str(&pairs, "name=c|connector.class=Some|transforms=");
    for (int i = 0; i < 1001; i++)
        buf_add_fmt(&pairs, "a%d,", i);
    buf_add_str(&pairs, "z");
    asked.connector = buf_str(&pairs);
    ck_assert_ok(ask(&asked, &told, &infos, &err), err);
    ck_assert_ptr_nonnull(strstr(buf_str(&told), "1002 aliases are more than this worker takes"));
    ck_assert_uint_eq(infos->error_count, 1001); /* and each of the first is without a type */
}
END_TEST

/* A worker on its own has no exactly-once checks; one that has it enabled asks only the class. */
START_TEST(workers)
{
    static const struct {
        const char *group_id;
        bool exactly_once;
        size_t count;
    } kinds[] = {{NULL, false, 0}, {"g", false, 2}, {"g", true, 1}};
    CLEANUP(buf_fini) struct buf told = BUF_INIT(1 << 16);
    const struct asked asked = {"", "name=c|connector.class=Some|exactly.once.support=required",
                                kinds[_i].group_id, kinds[_i].exactly_once};
    struct config_infos *infos = NULL;
    struct tern_error err;

    ck_assert_ok(ask(&asked, &told, &infos, &err), err);
    ck_assert_uint_eq(infos->error_count, kinds[_i].count);
    config_infos_free(infos);
}
END_TEST

START_TEST(message_of_a_refusal)
{
    CLEANUP(buf_fini) struct buf told = BUF_INIT(1 << 16);
    const struct asked asked = {"", "connector.class=Some|one=x|producer.override.a=b", "g", false};
    CLEANUP(config_infos_freep) struct config_infos *infos = NULL;
    CLEANUP(freep) char *message = NULL;
    struct tern_error err;

    ck_assert_ok(ask(&asked, &told, &infos, &err), err);
    message = config_infos_message(infos);
    ck_assert_str_eq(message,
                     "Connector configuration is invalid and contains the following 3 error(s):\n"
                     "Missing required configuration \"name\" which has no default value.\n"
                     "Invalid value x for configuration one: Not a number of type INT\n"
                     "Invalid value null for configuration one: Value must be non-null\n"
                     "You can also find the above list of errors at the endpoint "
                     "`/connector-plugins/{connectorType}/config/validate`");
}
END_TEST

/* ---- sinks: no plugin is one yet, so their rules are tried by themselves ---- */

#define DLQ "errors.deadletterqueue.topic.name=dlq|"

/* As in runtime-validate.json, and spec connect-rest.md 6.6. */
static const struct {
    const char *config, *told;
} sink_rows[] = {
    {"name=n|topics=a", ""},
    {"name=n", "topics: Must configure one of topics or topics.regex\n"
               "topics.regex: Must configure one of topics or topics.regex\n"},
    {"name=n|topics=a|topics.regex=b",
     "topics: topics and topics.regex are mutually exclusive options, but both are set.\n"
     "topics.regex: topics and topics.regex are mutually exclusive options, but both are set.\n"},
    {"name=n|" DLQ "topics=a,dlq",
     "topics: The DLQ topic 'dlq' may not be included in the list of topics ('topics=[a, dlq]') "
     "consumed by the connector\n"},
    {"name=n|" DLQ "topics.regex=d.*",
     "topics.regex: The DLQ topic 'dlq' may not be matched by the regex for the topics "
     "('topics.regex=d.*') consumed by the connector\n"},
    {"name=n|" DLQ "topics.regex=[", "topics.regex: Invalid value [ for configuration "},
    {"name=n|topics=a,a", "topics: Configuration 'topics' values must not be duplicated.\n"},
    {"name=n|topics=a|consumer.override.group.id=connect-x",
     "consumer.override.group.id: Consumer group connect-x conflicts with Connect worker group "
     "connect-x\n"},
    {"name=x|topics=a", "name: Consumer group for sink connector named x conflicts with Connect "
                        "worker group connect-x\n"},
    {"name=x|topics=a|consumer.override.group.id=other", ""},
};

START_TEST(sinks)
{
    const struct config_def def = CONFIG_DEF(connector_sink_tables);
    const struct validate_worker worker = {.group_id = "connect-x"};
    CLEANUP(buf_fini) struct buf told = BUF_INIT(1 << 16);
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct validation v = {.worker = &worker, .subject = {PLUGIN_SINK, &class}};
    struct tern_config view;

    read_pairs(sink_rows[_i].config, &map);
    strmap_set(&map, "connector.class", "Some");
    view = strmap_config(&map);
    v.config = &view;
    v.framework = config_validate(&def, &view);
    validate_rules(&v);
    for (size_t i = 0; i < v.framework->count; i++) {
        const struct config_key_report *row = &v.framework->keys[i];

        for (size_t k = 0; k < row->errors.count; k++)
            buf_add_fmt(&told, "%s: %s\n", row->name, row->errors.at[k]);
    }
    if (strchr(sink_rows[_i].told, '[') && !strchr(sink_rows[_i].told, ']'))
        ck_assert_ptr_nonnull(strstr(buf_str(&told), sink_rows[_i].told));
    else
        ck_assert_str_eq(buf_str(&told), sink_rows[_i].told);
    config_report_free(v.framework);
}
END_TEST

/* ---- settings that the herder uses ---- */

START_TEST(settings)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    CLEANUP(config_memory_freep) struct config_memory *memory = NULL;
    struct connector_settings s;
    struct tern_config config;
    struct tern_error err;

    read_pairs("name=c|connector.class=X|tasks.max= 3 ", &map);
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

static void connector_validate_suite(Suite *s)
{
    test_add_rows(s, faults, COUNT_OF(rows));
    test_add_rows(s, failing, COUNT_OF(failures));
    test_add_rows(s, workers, 3);
    test_add(s, aliases_are_bounded);
    test_add(s, message_of_a_refusal);
    test_add_rows(s, sinks, COUNT_OF(sink_rows));
    test_add(s, settings);
}

TEST_MAIN("connector_validate", connector_validate_suite)
