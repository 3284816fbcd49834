/* SPDX-License-Identifier: Apache-2.0 */
/* Task assignment, topic configs, ACLs, validation, exactly-once: as Java's connectors answer. */
#include "connectors/mirror/common/acl_rewrite.h"
#include "connectors/mirror/common/mirror_config.h"
#include "connectors/mirror/common/mirror_validate.h"
#include "connectors/mirror/common/task_split.h"
#include "connectors/mirror/common/topic_config.h"
#include "tests/golden/connectors/mirror/common/mirror_golden.h"

#include "lib/base/vec.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_def.h"

static json_t *root; /* set by fill(), before the tests run */

/* ---- tasks ---- */

static void check_round_robin(const json_t *row)
{
    VEC(struct mirror_partition) known = {0};
    json_t *text, *task;
    struct tern_error err;
    size_t i, tasks;

    json_array_foreach(golden_get(row, "known_order"), i, text)
    {
        struct mirror_partition p;
        char *topic;

        ck_assert_int_eq(
            mirror_partition_parse(json_string_value(text), &topic, &p.partition, &err), 0);
        p.topic = topic;
        vec_push(&known, p);
    }
    tasks = task_split_count(known.count, (int32_t)golden_int(row, "tasks.max"));
    ck_assert_uint_eq(tasks, json_array_size(golden_get(row, "tasks")));
    json_array_foreach(golden_get(row, "tasks"), i, task)
    {
        CLEANUP(freep) char *ours = task_split_partitions(known.at, known.count, tasks, i);

        golden_same("partitions", golden_text(task, "task.index"), ours,
                    golden_text(task, "task.assigned.partitions"));
    }
    for (i = 0; i < known.count; i++)
        free((char *)known.at[i].topic);
    vec_fini(&known);
}

START_TEST(partitions_go_round_robin)
{
    json_t *row;
    size_t i;

    json_array_foreach(golden_get(root, "source_task_assignment_round_robin"), i, row)
        check_round_robin(row);
    ck_assert_uint_eq(i, 5);
}
END_TEST

static char *join(const json_t *array)
{
    struct buf text = BUF_INIT(65536);
    json_t *item;
    size_t i;

    json_array_foreach((json_t *)array, i, item)
        buf_add_fmt(&text, "%s%s", i ? "," : "", json_string_value(item));
    return buf_take_str(&text);
}

START_TEST(groups_go_in_runs)
{
    json_t *row, *task, *group;
    size_t i, j;

    json_array_foreach(golden_get(root, "checkpoint_task_assignment_contiguous_chunks"), i, row)
    {
        VEC(const char *) groups = {0};
        size_t tasks;

        json_array_foreach(golden_get(row, "groups_in_order"), j, group)
            vec_push(&groups, json_string_value(group));
        tasks = task_split_count(groups.count, (int32_t)golden_int(row, "tasks.max"));
        ck_assert_uint_eq(tasks, json_array_size(golden_get(row, "tasks")));
        json_array_foreach(golden_get(row, "tasks"), j, task)
        {
            CLEANUP(freep) char *ours = task_split_groups(groups.at, groups.count, tasks, j);
            CLEANUP(freep) char *theirs = join(task);

            ck_assert_str_eq(ours, theirs);
        }
        vec_fini(&groups);
    }
    ck_assert_uint_eq(i, 6);
}
END_TEST

START_TEST(partitions_are_read_back)
{
    json_t *row;
    size_t i;

    json_array_foreach(golden_get(root, "decodeTopicPartition"), i, row)
    {
        CLEANUP(freep) char *topic = NULL;
        struct tern_error err;
        int32_t partition;

        ck_assert_int_eq(mirror_partition_parse(golden_text(row, "in"), &topic, &partition, &err),
                         0);
        ck_assert_str_eq(topic, golden_text(row, "topic"));
        ck_assert_int_eq(partition, golden_int(row, "partition"));
    }
    ck_assert_uint_eq(i, 4);
}
END_TEST

/* ---- topic configs ---- */

static enum admin_config_source source_of(const char *java)
{
    static const char *const names[] = {"UNKNOWN",
                                        "DYNAMIC_TOPIC_CONFIG",
                                        "DYNAMIC_BROKER_CONFIG",
                                        "DYNAMIC_DEFAULT_BROKER_CONFIG",
                                        "STATIC_BROKER_CONFIG",
                                        "DEFAULT_CONFIG"};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (strcmp(names[i], java) == 0)
            return (enum admin_config_source)i;
    }
    ck_abort_msg("no source '%s'", java);
}

static size_t read_entries(const json_t *rows, struct admin_config *entries, size_t max)
{
    json_t *row;
    size_t i;

    json_array_foreach((json_t *)rows, i, row)
    {
        ck_assert_uint_lt(i, max);
        entries[i] = (struct admin_config){
            .name = (char *)json_string_value(json_array_get(row, 0)),
            .value = (char *)json_string_value(json_array_get(row, 1)),
            .source = source_of(json_string_value(json_array_get(row, 2))),
            .sensitive = json_is_true(json_array_get(row, 3)),
            .read_only = json_is_true(json_array_get(row, 4)),
        };
    }
    return i;
}

/* Java's order is that of a hash map: compare as sets. */
static void check_creation(const struct admin_config *entries, size_t count,
                           const struct property_filter *filter, const json_t *expected)
{
    CLEANUP(strmap_fini) struct strmap config = STRMAP_INIT;
    json_t *text;
    size_t i;

    topic_config_for_creation(entries, count, filter, &config);
    ck_assert_uint_eq(config.count, json_array_size(expected));
    json_array_foreach((json_t *)expected, i, text)
    {
        CLEANUP(freep) char *name = xstrdup(json_string_value(text));
        char *equals = strchr(name, '=');

        *equals = '\0';
        golden_same("creation", name, strmap_get(&config, name), equals + 1);
    }
}

static void check_sync(const struct admin_config *entries, size_t count,
                       const struct property_filter *filter, const json_t *expected)
{
    CLEANUP(strmap_fini) struct strmap ops = STRMAP_INIT;
    struct topic_config_op list[16];
    size_t n = topic_config_for_sync(entries, count, filter, list), i;
    json_t *row;

    for (i = 0; i < n; i++)
        strmap_set(&ops, list[i].name, list[i].value ? "SET" : "DELETE");
    ck_assert_uint_eq(n, json_array_size(expected));
    json_array_foreach((json_t *)expected, i, row)
    {
        const char *name = json_string_value(json_array_get(row, 0));

        golden_same("sync", name, strmap_get(&ops, name),
                    json_string_value(json_array_get(row, 1)));
    }
}

START_TEST(topic_configs)
{
    json_t *part = golden_get(root, "topic_config_sync"), *row;
    struct admin_config entries[16];
    size_t i, count;

    count = read_entries(golden_get(part, "source_entries[name,value,source,sensitive,readOnly]"),
                         entries, COUNT_OF(entries));
    json_array_foreach(golden_get(part, "cases"), i, row)
    {
        struct tern_config_entry setting = {"use.defaults.from",
                                            golden_text(row, "use.defaults.from")};
        struct tern_config config = {&setting, 1};
        CLEANUP(property_filter_freep) struct property_filter *filter = NULL;
        struct tern_error err;

        ck_assert_int_eq(property_filter_new(&config, &filter, &err), 0);
        if (strcmp(golden_text(row, "mode"), "topic creation") == 0)
            check_creation(entries, count, filter, golden_get(row, "result"));
        else
            check_sync(entries, count, filter, golden_get(row, "result"));
    }
    ck_assert_uint_eq(i, 4);
}
END_TEST

/* ---- ACLs ---- */

static const struct {
    const char *name;
    int code; /* org.apache.kafka.common.acl.AclOperation */
} operations[] = {
    {"ALL", ACL_ALL},      {"READ", ACL_READ}, {"WRITE", ACL_WRITE}, {"CREATE", 5},
    {"DELETE", 6},         {"ALTER", 7},       {"DESCRIBE", 8},      {"DESCRIBE_CONFIGS", 10},
    {"ALTER_CONFIGS", 11},
};

static int operation_code(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(operations); i++) {
        if (strcmp(operations[i].name, name) == 0)
            return operations[i].code;
    }
    ck_abort_msg("no operation '%s'", name);
}

static const char *operation_name(int code)
{
    for (size_t i = 0; i < COUNT_OF(operations); i++) {
        if (operations[i].code == code)
            return operations[i].name;
    }
    ck_abort_msg("no operation %d", code);
}

START_TEST(acls)
{
    struct tern_config no_config = {0};
    CLEANUP(replication_policy_freep) struct replication_policy *policy = NULL;
    struct tern_error err;
    json_t *row;
    size_t i;

    ck_assert_int_eq(replication_policy_new(&no_config, &policy, &err), 0);
    json_array_foreach(golden_get(root, "acl_sync"), i, row)
    {
        const char *in = golden_text(row, "in");
        bool allows = str_starts_with(in, "ALLOW ");
        struct acl_topic_binding binding = {"t", ACL_LITERAL, allows ? ACL_ALLOW : ACL_DENY,
                                            operation_code(strchr(in, ' ') + 1)};
        CLEANUP(freep) char *topic = NULL;
        CLEANUP(freep) char *text = NULL;
        int operation;

        if (acl_rewrite(&binding, true, policy, "A", &topic, &operation)) {
            text = xasprintf("(pattern=ResourcePattern(resourceType=TOPIC, name=%s, "
                             "patternType=LITERAL), entry=(principal=User:u, host=*, "
                             "operation=%s, permissionType=%s))",
                             topic, operation_name(operation), allows ? "ALLOW" : "DENY");
        }
        golden_same("binding", in, text, golden_text(row, "out"));
    }
    ck_assert_uint_eq(i, 18);
}
END_TEST

/* ---- validation ---- */

struct kind {
    const char *name;
    const struct tern_config_key *const *tables;
    void (*validate)(const struct tern_config *config, tern_config_fault *fault, void *arg);
};

static const struct kind kinds[] = {
    {"source", mirror_source_tables, mirror_validate_source},
    {"checkpoint", mirror_checkpoint_tables, mirror_validate_checkpoint},
    {"heartbeat", mirror_heartbeat_tables, mirror_validate_heartbeat},
};

static const struct kind *kind_of(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    }
    ck_abort_msg("no connector '%s'", name);
}

static void on_fault(void *arg, const char *key, const char *message)
{
    config_report_add_error(config_report_want(arg, key), message);
}

static void check_validation(const json_t *row)
{
    const struct kind *kind = kind_of(golden_text(row, "connector"));
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    CLEANUP(config_report_freep) struct config_report *report = NULL;
    const struct config_def def = CONFIG_DEF(kind->tables);
    CLEANUP(freep) char *props = json_dumps(golden_get(row, "props"), 0);
    struct tern_config config;
    json_t *expected;
    size_t i, total = 0;

    strmap_set(&map, "name", "c");
    strmap_set(&map, "connector.class", "x");
    strmap_set(&map, "source.cluster.alias", "A");
    strmap_set(&map, "target.cluster.alias", "B");
    golden_config(golden_get(row, "props"), &map);
    config = strmap_config(&map);

    report = config_validate(&def, &config);
    kind->validate(&config, on_fault, report);
    json_array_foreach(golden_get(row, "errors"), i, expected)
    {
        const char *name = golden_text(expected, "name");
        struct config_key_report *key = config_report_find(report, name);

        ck_assert_msg(key && key->errors.count == (size_t)golden_int(expected, "error_count"),
                      "%s: %zu errors of '%s'", props, key ? key->errors.count : 0, name);
        total += key->errors.count;
    }
    ck_assert_msg(config_report_error_count(report) == total, "%s: %zu errors, expected %zu", props,
                  config_report_error_count(report), total);
}

START_TEST(validation)
{
    json_t *row;
    size_t i;

    json_array_foreach(golden_get(root, "validate"), i, row) check_validation(row);
    ck_assert_uint_eq(i, 21);
}
END_TEST

START_TEST(exactly_once)
{
    json_t *row;
    size_t i;

    json_array_foreach(golden_get(root, "exactlyOnceSupport"), i, row)
    {
        CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
        bool is_supported = strcmp(golden_text(row, "result"), "SUPPORTED") == 0;
        struct tern_config config;

        golden_config(golden_get(row, "props"), &map);
        config = strmap_config(&map);
        ck_assert_int_eq(mirror_exactly_once_source(&config), is_supported
                                                                  ? TERN_EXACTLY_ONCE_SUPPORTED
                                                                  : TERN_EXACTLY_ONCE_UNSUPPORTED);
    }
    ck_assert_uint_eq(i, 4);
}
END_TEST

static void fill(Suite *suite)
{
    root = test_json("tests/golden/connectors/mirror/common/mm2-misc.json");
    test_add(suite, partitions_go_round_robin);
    test_add(suite, groups_go_in_runs);
    test_add(suite, partitions_are_read_back);
    test_add(suite, topic_configs);
    test_add(suite, acls);
    test_add(suite, validation);
    test_add(suite, exactly_once);
}

TEST_MAIN("misc", fill)
