/* SPDX-License-Identifier: Apache-2.0 */
/* Errors and edges of the three filters. */
#include "connectors/mirror/common/group_filter.h"
#include "connectors/mirror/common/property_filter.h"
#include "connectors/mirror/common/topic_filter.h"
#include "tests/lib/testing.h"

#include <string.h>

#include "lib/base/macros.h"

static int make(const char *key, const char *value, struct topic_filter **ret_filter,
                struct tern_error *err)
{
    struct tern_config_entry entry = {key, value};
    struct tern_config config = {&entry, 1};

    return topic_filter_new(&config, ret_filter, err);
}

START_TEST(errors)
{
    static const struct {
        const char *key, *value, *in_message;
    } rows[] = {
        {"topics", "(", "'topics'"},
        {"topics.exclude", "a,[", "'topics.exclude'"},
        {"topics", "a,,b", "Configuration 'topics' values must not be empty."},
        {"topics", NULL, "Configuration 'topics' values must not be null."},
        {"topic.filter.class", "com.example.Mine",
         "Class com.example.Mine could not be found. Available: " TOPIC_FILTER_DEFAULT},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct topic_filter *filter;
        struct tern_error err = {0};

        ck_assert_int_eq(make(rows[i].key, rows[i].value, &filter, &err), -1);
        ck_assert_int_eq(err.code, TERN_EINVALID);
        ck_assert_msg(strstr(err.msg, rows[i].in_message), "%s", err.msg);
    }
}
END_TEST

START_TEST(matches)
{
    static const struct {
        const char *topics, *topic;
        bool included;
    } rows[] = {
        {"a", "a", true},
        {"a", "ab", false},
        {"a", "ba", false},
        {" a , b ", "b", true},
        {"a,a", "a", true},
        {"a|b", "b", true},
        {"a|b,c", "c", true},
        {"(?i)orders", "ORDERS", true},
        {"\\w+", "\u00e9", false},
        {".*", "a\nb", false},
        {"^test-.*", "test-1", true},
        {"t.st$", "test", true},
        {"", "", false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(topic_filter_freep) struct topic_filter *filter = NULL;
        struct tern_error err;

        ck_assert_int_eq(make("topics", rows[i].topics, &filter, &err), 0);
        ck_assert_msg(topic_filter_includes(filter, rows[i].topic) == rows[i].included,
                      "'%s' on '%s'", rows[i].topics, rows[i].topic);
    }
}
END_TEST

START_TEST(class_may_be_given_in_short)
{
    struct tern_config_entry group = {"group.filter.class", "DefaultGroupFilter"};
    struct tern_config_entry property = {"config.property.filter.class",
                                         "DefaultConfigPropertyFilter "};
    struct tern_config group_config = {&group, 1}, property_config = {&property, 1};
    CLEANUP(group_filter_freep) struct group_filter *groups = NULL;
    CLEANUP(property_filter_freep) struct property_filter *properties = NULL;
    struct tern_error err;

    ck_assert_int_eq(group_filter_new(&group_config, &groups, &err), 0);
    ck_assert(group_filter_includes(groups, "g"));
    ck_assert_int_eq(property_filter_new(&property_config, &properties, &err), 0);
    ck_assert(!property_filter_replicates(properties, "min.insync.replicas"));

    group.value = property.value = "DefaultTopicFilter";
    ck_assert_int_eq(group_filter_new(&group_config, &groups, &err), -1);
    ck_assert_int_eq(property_filter_new(&property_config, &properties, &err), -1);
}
END_TEST

START_TEST(defaults_are_copied_for_source_only)
{
    static const struct {
        const char *value;
        bool copied;
    } rows[] = {
        {"source", true}, {" source ", true}, {"Source", false}, {"both", false}, {"", false}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct tern_config_entry entry = {"use.defaults.from", rows[i].value};
        struct tern_config config = {&entry, 1};
        CLEANUP(property_filter_freep) struct property_filter *filter = NULL;
        struct tern_error err;

        ck_assert_int_eq(property_filter_new(&config, &filter, &err), 0);
        ck_assert(property_filter_replicates_source_default(filter, "x") == rows[i].copied);
    }
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, errors);
    test_add(suite, matches);
    test_add(suite, class_may_be_given_in_short);
    test_add(suite, defaults_are_copied_for_source_only);
}

TEST_MAIN("filters", fill)
