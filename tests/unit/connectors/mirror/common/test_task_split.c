/* SPDX-License-Identifier: Apache-2.0 */
/* Edges of task assignment, of partitions as text, and of the two config subsets. */
#include "connectors/mirror/common/acl_rewrite.h"
#include "connectors/mirror/common/task_split.h"
#include "connectors/mirror/common/topic_config.h"
#include "tests/lib/testing.h"

#include "lib/base/xmem.h"

START_TEST(counts)
{
    ck_assert_uint_eq(task_split_count(0, 3), 0);
    ck_assert_uint_eq(task_split_count(2, 3), 2);
    ck_assert_uint_eq(task_split_count(9, 3), 3);
    ck_assert_uint_eq(task_split_count(9, 0), 0);
    ck_assert_uint_eq(task_split_count(9, -1), 0);
    ck_assert_uint_eq(task_split_count(9, INT32_MAX), 9);
}
END_TEST

START_TEST(every_item_is_in_one_run)
{
    for (size_t items = 1; items < 40; items++) {
        for (size_t tasks = 1; tasks <= items; tasks++) {
            size_t next = 0;

            for (size_t task = 0; task < tasks; task++) {
                struct task_split_run run = task_split_run(items, tasks, task);

                ck_assert_uint_eq(run.first, next);
                ck_assert(run.count == items / tasks || run.count == items / tasks + 1);
                next += run.count;
            }
            ck_assert_uint_eq(next, items);
        }
    }
}
END_TEST

START_TEST(sorted_by_topic_then_number)
{
    struct mirror_partition p[] = {{"b", 10}, {"b", 9}, {"a-1", 0}, {"a", 2}, {"a", 1}};
    CLEANUP(freep) char *text = NULL;

    task_split_sort(p, COUNT_OF(p));
    text = task_split_partitions(p, COUNT_OF(p), 1, 0);
    ck_assert_str_eq(text, "a-1,a-2,a-1-0,b-9,b-10");
    task_split_sort(NULL, 0);
}
END_TEST

START_TEST(partitions_as_text)
{
    static const struct {
        const char *text, *topic;
        int32_t partition;
    } rows[] = {
        {"t-0", "t", 0},
        {"a.b-c-2147483647", "a.b-c", INT32_MAX},
        {"t-007", "t", 7},
        {"t", NULL, 0},
        {"t-", NULL, 0},
        {"t-x", NULL, 0},
        {"t-1x", NULL, 0},
        {"t-2147483648", NULL, 0},
        {"t-99999999999999999999", NULL, 0},
        {"t- 1", NULL, 0},
        {"", NULL, 0},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(freep) char *topic = NULL;
        int32_t partition = 0;
        struct tern_error err;
        int rc = mirror_partition_parse(rows[i].text, &topic, &partition, &err);

        ck_assert_msg(rc == (rows[i].topic ? 0 : -1), "%s", rows[i].text);
        ck_assert_pstr_eq(topic, rows[i].topic);
        ck_assert_int_eq(partition, rows[i].partition);
    }
}
END_TEST

START_TEST(a_config_without_a_value_is_reset)
{
    struct tern_config no_config = {0};
    char name[] = "retention.ms";
    const struct admin_config entry = {.name = name, .source = ADMIN_CONFIG_TOPIC};
    CLEANUP(property_filter_freep) struct property_filter *filter = NULL;
    CLEANUP(strmap_fini) struct strmap created = STRMAP_INIT;
    struct topic_config_op op;
    struct tern_error err;

    ck_assert_int_eq(property_filter_new(&no_config, &filter, &err), 0);
    topic_config_for_creation(&entry, 1, filter, &created);
    ck_assert_uint_eq(created.count, 0);
    ck_assert_uint_eq(topic_config_for_sync(&entry, 1, filter, &op), 1);
    ck_assert_str_eq(op.name, "retention.ms");
    ck_assert_ptr_null(op.value);
}
END_TEST

START_TEST(acls_that_are_not_copied)
{
    struct tern_config no_config = {0};
    CLEANUP(replication_policy_freep) struct replication_policy *policy = NULL;
    struct acl_topic_binding binding = {"t", ACL_PREFIXED, ACL_ALLOW, ACL_READ};
    struct tern_error err;
    char *topic;
    int operation;

    ck_assert_int_eq(replication_policy_new(&no_config, &policy, &err), 0);
    ck_assert(!acl_rewrite(&binding, true, policy, "A", &topic, &operation));
    binding.pattern = ACL_LITERAL;
    ck_assert(!acl_rewrite(&binding, false, policy, "A", &topic, &operation));
    ck_assert(acl_rewrite(&binding, true, policy, "A", &topic, &operation));
    ck_assert_str_eq(topic, "A.t");
    free(topic);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, counts);
    test_add(suite, every_item_is_in_one_run);
    test_add(suite, sorted_by_topic_then_number);
    test_add(suite, partitions_as_text);
    test_add(suite, a_config_without_a_value_is_reset);
    test_add(suite, acls_that_are_not_copied);
}

TEST_MAIN("task_split", fill)
