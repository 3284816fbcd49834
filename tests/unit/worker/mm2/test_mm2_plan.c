/* SPDX-License-Identifier: Apache-2.0 */
/* What a file with a fault gets: one line that names file, line, key, value and what was expected.
 */
#include "worker/mm2/mm2_plan.h"

#include <string.h>

#include "lib/base/log.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

/* ---- connectors as the real ones, but smaller ---- */

static const struct tern_validator at_least_1 = {
    .kind = TERN_VALID_RANGE, .min = 1, .max = INT64_MAX};

static const struct tern_config_key some_keys[] = {
    {"enabled", TERN_BOOL, "true", TERN_LOW, TERN_UNBOUND, .doc = "."},
    {"tasks.max", TERN_INT, "1", TERN_LOW, TERN_UNBOUND, .doc = ".", .validator = &at_least_1},
    {"replication.factor", TERN_INT, "2", TERN_LOW, TERN_UNBOUND, .doc = "."},
    {"emit.heartbeats.enabled", TERN_BOOL, "true", TERN_LOW, TERN_UNBOUND, .doc = "."},
    {"emit.heartbeats.interval.seconds", TERN_LONG, "1", TERN_LOW, TERN_UNBOUND, .doc = "."},
    {"topics", TERN_LIST, ".*", TERN_LOW, TERN_UNBOUND, .doc = "."},
    TERN_END,
};
static const struct tern_config_key *const tables[] = {some_keys, NULL};

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

/* As the checkpoint connector: settings that do not go together. */
static void refuse_quiet(const struct tern_config *config, tern_config_fault *fault, void *arg)
{
    const char *text = config_get(config, "emit.checkpoints.enabled");

    if (text && strcmp(text, "false") == 0)
        fault(arg, "emit.checkpoints.enabled", "checkpoints are not emitted");
    text = config_get(config, "topics");
    if (text && strcmp(text, "odd") == 0)
        fault(arg, "topics", "too odd");
}

static const struct tern_source_task_class task_class = {
    .size = sizeof(task_class), .name = "T", .start = no_start, .poll = no_poll, .stop = no_stop};

#define CLASS(variable, class_name, ...)                       \
    static const struct tern_connector_class variable = {      \
        .size = sizeof(variable),                              \
        .name = "org.apache.kafka.connect.mirror." class_name, \
        .version = "1",                                        \
        .config_key_size = sizeof(struct tern_config_key),     \
        .config = tables,                                      \
        .source_task = &task_class,                            \
        .start = no_start,                                     \
        .task_configs = no_tasks,                              \
        .stop = no_stop,                                       \
        __VA_ARGS__}

/* As the source connector: some keys that it knows nothing of. */
static void remark_odd(const struct tern_config *config, tern_config_fault *remark, void *arg)
{
    for (size_t i = 0; i < config->count; i++) {
        if (strstr(config->entries[i].key, "odd"))
            remark(arg, config->entries[i].key, "odd");
    }
}

CLASS(source_class, "MirrorSourceConnector", .remarks = remark_odd);
CLASS(heartbeat_class, "MirrorHeartbeatConnector", .validate = NULL);
CLASS(checkpoint_class, "MirrorCheckpointConnector", .validate = refuse_quiet);

static struct plugin_registry *all_plugins(const char *path)
{
    static const struct tern_connector_class *const all[] = {&source_class, &heartbeat_class,
                                                             &checkpoint_class, NULL};

    (void)path;
    return plugin_registry_of(all);
}

static struct plugin_registry *only_source(const char *path)
{
    static const struct tern_connector_class *const one[] = {&source_class, NULL};

    (void)path;
    return plugin_registry_of(one);
}

/* ---- what is logged ---- */

static struct buf lines = BUF_INIT(1 << 20); /* "ERROR text\n" and "WARN text\n" */

static void keep_line(enum tern_log_level level, const char *logger, const char *message)
{
    (void)logger;
    if (level >= TERN_LOG_WARN)
        buf_add_fmt(&lines, "%s %s\n", log_level_name(level), message);
}

static bool always(enum tern_log_level level, const char *logger)
{
    (void)level;
    (void)logger;
    return true;
}

static size_t count_of(const char *text)
{
    size_t count = 0;

    for (const char *at = buf_str(&lines); (at = strstr(at, text)) != NULL; at++)
        count++;
    return count;
}

/* Loads a file of that content; %s in wanted lines stands for its path. */
static struct mm2_plan *load(const char *content, const struct tern_list *only,
                             mm2_open_plugins *plugins, char **ret_path)
{
    static const struct tern_list none = {0};
    char *folder = test_folder();
    struct mm2_plan *plan;

    test_write_file(folder, "mm2.properties", content, strlen(content));
    *ret_path = xasprintf("%s/mm2.properties", folder);
    log_set_sink(keep_line, always);
    plan = mm2_plan_load(*ret_path, only ? only : &none, plugins);
    test_folder_remove(folder);
    return plan;
}

#define TWO                                                                   \
    "clusters = a, b\na.bootstrap.servers = h:1\nb.bootstrap.servers = h:2\n" \
    "a->b.enabled = true\n"

static const struct {
    const char *name, *content;
    const char *line; /* of the log, after the path */
} faults[] = {
    {"no clusters", "x = 1\n",
     ": clusters: Missing required configuration \"clusters\" which has no default value."},
    {"empty list", "clusters =\n", ":1: clusters = : expected at least two aliases"},
    {"empty element", "\nclusters = a,,b\n",
     ":2: clusters = a,,b: Configuration 'clusters' values must not be empty."},
    {"one cluster", "clusters = a\na.bootstrap.servers = h:1\n",
     ":1: clusters = a: no flow is left"},
    {"unknown target", TWO "a->c.enabled = true\n", ":5: a->c.enabled = true: expected <source>"},
    {"unknown source", TWO "x->b.topics = t\n", ":5: x->b.topics = t: expected <source>"},
    {"flow to itself", TWO "a->a.enabled = true\n", ":5: a->a.enabled = true: expected <source>"},
    {"not a boolean",
     "clusters = a, b\na.bootstrap.servers = h:1\nb.bootstrap.servers = h:2\n"
     "a->b.enabled = yes\n",
     ":4: a->b.enabled = yes: expected true or false"},
    {"no brokers", "clusters = a, b\na.bootstrap.servers = h:1\na->b.enabled = true\n",
     ": b.bootstrap.servers: missing: expected brokers"},
    {"no port",
     "clusters = a, b\na.bootstrap.servers = h:1\nb.bootstrap.servers = h:2, host\n"
     "a->b.enabled = true\n",
     ":3: b.bootstrap.servers = h:2, host: expected brokers as host:port, ..."},
    {"port of a client", TWO "b.consumer.bootstrap.servers = h:70000\n",
     ":5: b.consumer.bootstrap.servers = h:70000: expected brokers as host:port, ..."},
    {"address without brackets", TWO "b.consumer.bootstrap.servers = ::1:9092\n",
     ":5: b.consumer.bootstrap.servers = ::1:9092: expected brokers as host:port, ..."},
    {"sign of a port", TWO "b.consumer.bootstrap.servers = h:+1\n",
     ":5: b.consumer.bootstrap.servers = h:+1: expected brokers as host:port, ..."},
    {"empty list of brokers", TWO "a->b.source.cluster.bootstrap.servers =\n",
     ":5: a->b.source.cluster.bootstrap.servers = : expected brokers as host:port, ..."},
    {"refused by the class", TWO "a->b.topics = odd\n", ":5: a->b.topics = odd: too odd"},
    {"pattern", TWO "a->b.topics = x, orders[\n",
     ":5: a->b.topics = x, orders[: invalid regex 'x|orders['"},
    {"global pattern", TWO "groups.exclude = *\n", ":5: groups.exclude = *: invalid regex '*'"},
    {"driver's boolean", TWO "dedicated.mode.enable.internal.rest = maybe\n",
     ":5: dedicated.mode.enable.internal.rest = maybe: Invalid value maybe for configuration "
     "dedicated.mode.enable.internal.rest: Expected value to be either true or false"},
    {"security", TWO "security.protocol = abc\n",
     ":5: security.protocol = abc: Invalid value abc for configuration security.protocol: String "
     "must be one of (case insensitive): "},
    {"global number", TWO "tasks.max = many\n",
     ":5: tasks.max = many: Invalid value many for configuration tasks.max: Not a number of type "
     "INT"},
    {"range", TWO "tasks.max = 0\n",
     ":5: tasks.max = 0: Invalid value 0 for configuration tasks.max: Value must be at least 1"},
    {"flow's boolean", TWO "a->b.emit.heartbeats.enabled = 1\n",
     ":5: a->b.emit.heartbeats.enabled = 1: Invalid value 1 for configuration "
     "emit.heartbeats.enabled: Expected value to be either true or false"},
    {"flow's interval", TWO "a->b.emit.heartbeats.interval.seconds = 1s\n",
     ":5: a->b.emit.heartbeats.interval.seconds = 1s: Invalid value 1s for configuration"},
    {"worker's number", TWO "b.offset.flush.interval.ms = soon\n",
     ":5: b.offset.flush.interval.ms = soon: Invalid value soon for configuration "
     "offset.flush.interval.ms: Not a number of type LONG"},
    {"worker's global number", TWO "offset.storage.partitions = 0\n",
     ":5: offset.storage.partitions = 0: Invalid value 0 for configuration "
     "offset.storage.partitions: Number of partitions must be positive, or -1 to use the broker's "
     "default"},
    {"exactly once", TWO "b.exactly.once.source.support = maybe\n",
     ":5: b.exactly.once.source.support = maybe: Invalid value maybe for configuration "
     "exactly.once.source.support: "},
    {"heartbeat above session", TWO "b.heartbeat.interval.ms = 20000\n",
     ":5: b.heartbeat.interval.ms = 20000: Heartbeat must be set lower than the session timeout"},
    {"transforms", TWO "a->b.transforms = t\na->b.transforms.t.type = X\n",
     ":6: a->b.transforms.t.type = X: Invalid value X for configuration transforms.t.type: Class X "
     "could not be found."},
    {"password is hidden", TWO "b.ssl.truststore.password = s3cret\nb.security.protocol = no\n",
     ":6: b.security.protocol = no: Invalid value no"},
    {"malformed", "clusters = a\nx = \\u12\n", ":2: malformed \\uxxxx encoding"},
    {"provider", TWO "config.providers = p\nconfig.providers.p.class = X\n",
     ": Invalid value X for configuration config.providers.p.class: "},
    {"unknown class", TWO "a->b.connector.class = Foo\n",
     ":5: a->b.connector.class = Foo: Failed to find any class that implements Connector and "
     "which name matches Foo, available connectors are: PluginDesc{klass=class "
     "org.apache.kafka.connect.mirror.MirrorCheckpointConnector"},
};

START_TEST(a_fault_is_one_line)
{
    CLEANUP(freep) char *path = NULL;
    struct mm2_plan *plan = load(faults[_i].content, NULL, all_plugins, &path);
    CLEANUP(freep) char *wanted = xasprintf("ERROR %s%s", path, faults[_i].line);

    ck_assert_msg(!plan, "%s: no fault was found", faults[_i].name);
    ck_assert_msg(count_of(wanted) == 1, "%s: wanted '%s', logged:\n%s", faults[_i].name, wanted,
                  buf_str(&lines));
    ck_assert_msg(count_of("ERROR ") == 1, "%s: more than one line:\n%s", faults[_i].name,
                  buf_str(&lines));
    ck_assert_uint_eq(count_of("s3cret"), 0);
}
END_TEST

START_TEST(secrets_are_hidden)
{
    CLEANUP(freep) char *path = NULL;
    struct mm2_plan *plan =
        load(TWO "b->a.x->y.ssl.key.password = s3cret\nc->b.ssl.key.password = s3cret\n", NULL,
             all_plugins, &path);

    ck_assert_ptr_null(plan);
    ck_assert_uint_eq(count_of("c->b.ssl.key.password = [hidden]: expected"), 1);
    ck_assert_uint_eq(count_of("s3cret"), 0);
}
END_TEST

/* Of a flow's connectors only the source can do it: the others are not created, as with Java. */
START_TEST(exactly_once_of_a_flow)
{
    CLEANUP(freep) char *path = NULL;
    struct mm2_plan *plan =
        load(TWO "a->b.exactly.once.support = required\n", NULL, all_plugins, &path);

    ck_assert_ptr_null(plan); /* since the worker has it not enabled */
    ck_assert_uint_eq(count_of(":5: a->b.exactly.once.support = required: "), 1);
    ck_assert_uint_ge(count_of("a->b: MirrorHeartbeatConnector is not created: "
                               "a->b.exactly.once.support: "),
                      1);
    ck_assert_uint_ge(count_of("a->b: MirrorCheckpointConnector is not created: "), 1);
}
END_TEST

START_TEST(a_missing_file)
{
    static const struct tern_list none = {0};

    log_set_sink(keep_line, always);
    ck_assert_ptr_null(mm2_plan_load("/nowhere/mm2.properties", &none, all_plugins));
    ck_assert_uint_eq(count_of("ERROR "), 1);
    ck_assert_uint_eq(count_of("/nowhere/mm2.properties"), 1);
}
END_TEST

START_TEST(every_fault_is_told)
{
    CLEANUP(freep) char *path = NULL;
    struct mm2_plan *plan =
        load(TWO "tasks.max = x\nb.rebalance.timeout.ms = y\n", NULL, all_plugins, &path);

    ck_assert_ptr_null(plan);
    ck_assert_uint_eq(count_of("ERROR "), 2);
    ck_assert_uint_eq(count_of(":5: tasks.max = x"), 1);
    ck_assert_uint_eq(count_of(":6: b.rebalance.timeout.ms = y"), 1);
}
END_TEST

START_TEST(a_plugin_that_is_missing)
{
    CLEANUP(freep) char *path = NULL;
    struct mm2_plan *plan = load(TWO, NULL, only_source, &path);

    ck_assert_ptr_null(plan);
    ck_assert_uint_ge(count_of("available connectors are: PluginDesc{klass=class "
                               "org.apache.kafka.connect.mirror.MirrorSourceConnector"),
                      1);
}
END_TEST

START_TEST(a_sound_file)
{
    CLEANUP(freep) char *path = NULL;
    struct mm2_plan *plan = load(TWO "b.offset.flush.interval.ms = 100\n"
                                     "b.consumer.bootstrap.servers = SSL://h:1, [::1]:2\n",
                                 NULL, all_plugins, &path);

    ck_assert_ptr_nonnull(plan);
    ck_assert_uint_eq(plan->flow_count, 2);
    ck_assert_str_eq(plan->flows[0].flow.name, "a->b");
    ck_assert(plan->flows[0].flow.is_enabled && !plan->flows[1].flow.is_enabled);
    for (int c = 0; c < MM2_CONNECTORS; c++)
        ck_assert(plan->flows[0].connectors[c].is_sound);
    ck_assert_str_eq(strmap_get(config_ref_map(plan->flows[0].worker), "offset.flush.interval.ms"),
                     "100");
    ck_assert_uint_eq(plan->plugins_count, 1);
    ck_assert_uint_eq(lines.len, 0);
    mm2_plan_free(plan);
}
END_TEST

START_TEST(a_class_that_refuses_stops_only_its_connector)
{
    CLEANUP(freep) char *path = NULL;
    struct mm2_plan *plan =
        load(TWO "a->b.emit.checkpoints.enabled = false\n", NULL, all_plugins, &path);

    ck_assert_ptr_nonnull(plan);
    ck_assert(plan->flows[0].connectors[MM2_SOURCE].is_sound);
    ck_assert(plan->flows[0].connectors[MM2_HEARTBEAT].is_sound);
    ck_assert(!plan->flows[0].connectors[MM2_CHECKPOINT].is_sound);
    ck_assert(plan->flows[1].connectors[MM2_CHECKPOINT].is_sound);
    ck_assert_uint_eq(count_of("ERROR a->b: MirrorCheckpointConnector is not created: "
                               "a->b.emit.checkpoints.enabled: checkpoints are not emitted"),
                      1);
    mm2_plan_free(plan);
}
END_TEST

START_TEST(some_targets_only)
{
    static const char *const names[] = {"a"}, *const unknown[] = {"c"};
    const struct tern_list a = {names, 1}, c = {unknown, 1};
    CLEANUP(freep) char *path = NULL;
    char *other = NULL;
    struct mm2_plan *plan = load(TWO, &a, all_plugins, &path);

    ck_assert_ptr_nonnull(plan);
    ck_assert_uint_eq(plan->flow_count, 1);
    ck_assert_str_eq(plan->flows[0].flow.name, "b->a");
    mm2_plan_free(plan);
    ck_assert_ptr_null(load(TWO, &c, all_plugins, &other));
    ck_assert_uint_eq(count_of("--clusters c: there is no such cluster"), 1);
    free(other);
}
END_TEST

static const struct {
    const char *entry, *warning; /* NULL: none */
} unknown[] = {
    {"replication.facto = 1",
     "replication.facto: unknown setting, did you mean 'replication.factor'?"},
    {"a->b.topcs = x", "a->b.topcs: unknown setting, did you mean 'a->b.topics'?"},
    {"b.offset.flush.intervall.ms = 1", "b.offset.flush.intervall.ms: unknown setting, did you "
                                        "mean 'b.offset.flush.interval.ms'?"},
    {"offset.flush.interval.ms = 1", "offset.flush.interval.ms: is not read here: it belongs to "
                                     "one cluster, as <alias>.<setting>"},
    {"consumer.max.poll.records = 1", "consumer.max.poll.records: is not read here: it belongs to "
                                      "a flow or a cluster"},
    {"qqqqqqqqqqqqqqq = 1", "qqqqqqqqqqqqqqq: unknown setting"},
    {"a->b.my.filter.setting = 1", NULL}, /* for the class to say */
    {"replication.policy.mine = 1", NULL},
    {"a->b.odd.one = 1", "a->b.odd.one: odd"},
    {"a.consumer.odd = 1", "a.consumer.odd: odd"},
    {"a->b.source.consumer.odd = 1", "a->b.source.consumer.odd: odd"},
    {"a->b.consumer.odd = 1", "a->b.consumer.odd: odd"},
    {"b.admin.odd = 1\na->b.admin.x = 1", "b.admin.odd: odd"},
    {"a.odd.thing = 1", "a.odd.thing: odd"},
    {"tern.odd = 1", "tern.odd: odd"},
    {"odd.list = 1", "odd.list: odd"}, /* no connector gets it: the class knows what it was */
    {"b->a.enabled = true\na.consumer.odd = 1", "a.consumer.odd: odd"}, /* once for both flows */
    {"a->b.producer.override.linger.sm = 1",
     "a->b.producer.override.linger.sm: unknown setting of a producer, did you mean 'linger.ms'?"},
    {"a->b.source.consumer.fetch.max.bytes = 1", NULL},
    {"a->b.source.consumer.partitioner.class = x", NULL}, /* said when the client is opened */
    {"a.consumer.max.poll.records = 1", NULL},
    {"a->b.use.defaults.from = source", NULL},
    {"a->b.replication.policy.separator = _", NULL},
    {"a->b.transforms.x.type = y", NULL},
    {"a->b.topic.creation.groups = y", NULL},
    {"a->b.producer.override.compression.type = lz4", NULL},
    {"b.offset.flush.interval.ms = 1000", NULL},
    {"tern.loss.policy = fail", NULL},
    {"ssl.endpoint.identification.algorithm =", NULL},
    {"plugin.path = /x", NULL},
    {"tern.remarks.enabled = false\na.consumer.odd = 1\nreplication.facto = 1", NULL},
};

START_TEST(keys_that_nobody_reads)
{
    CLEANUP(freep) char *content = xasprintf(TWO "%s\n", unknown[_i].entry);
    CLEANUP(freep) char *path = NULL;
    struct mm2_plan *plan = load(content, NULL, all_plugins, &path);

    ck_assert_ptr_nonnull(plan);
    if (unknown[_i].warning)
        ck_assert_msg(count_of(unknown[_i].warning) == 1, "logged:\n%s", buf_str(&lines));
    ck_assert_msg(count_of("WARN ") == (unknown[_i].warning ? 1 : 0), "logged:\n%s",
                  buf_str(&lines));
    mm2_plan_free(plan);
}
END_TEST

static void plan_suite(Suite *s)
{
    test_add_rows(s, a_fault_is_one_line, COUNT_OF(faults));
    test_add(s, secrets_are_hidden);
    test_add(s, exactly_once_of_a_flow);
    test_add(s, a_missing_file);
    test_add(s, every_fault_is_told);
    test_add(s, a_plugin_that_is_missing);
    test_add(s, a_sound_file);
    test_add(s, a_class_that_refuses_stops_only_its_connector);
    test_add(s, some_targets_only);
    test_add_rows(s, keys_that_nobody_reads, COUNT_OF(unknown));
}

TEST_MAIN("mm2_plan", plan_suite)
