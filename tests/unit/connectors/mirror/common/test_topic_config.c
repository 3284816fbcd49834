/* SPDX-License-Identifier: Apache-2.0 */
/* What a sync of topic configs changes, by what is there. What is asked for: golden test_misc. */
#include "connectors/mirror/common/topic_config.h"
#include "tests/lib/testing.h"

struct diff_case {
    const char *what;
    const char *wanted; /* NULL: DELETE */
    const char *there;
    enum admin_config_source source; /* 0: the target does not know the config */
    bool changes;
    const char *before;
};

static const struct diff_case diff_cases[] = {
    {"set, and set to the same", "1", "1", ADMIN_CONFIG_TOPIC, false, NULL},
    {"set, and set to another value", "1", "2", ADMIN_CONFIG_TOPIC, true, "2"},
    {"set to what the broker's default happens to be", "1", "1", ADMIN_CONFIG_DEFAULT, true, NULL},
    {"set to what all brokers have", "1", "1", ADMIN_CONFIG_DYNAMIC_DEFAULT_BROKER, true, NULL},
    {"set, unknown to the target", "1", NULL, ADMIN_CONFIG_UNKNOWN, true, NULL},
    {"not set, but by hand there", NULL, "2", ADMIN_CONFIG_TOPIC, true, "2"},
    {"not set here or there", NULL, "2", ADMIN_CONFIG_DEFAULT, false, NULL},
    {"not set, by the broker's file there", NULL, "2", ADMIN_CONFIG_STATIC_BROKER, false, NULL},
    {"not set, unknown to the target", NULL, NULL, ADMIN_CONFIG_UNKNOWN, false, NULL},
};

START_TEST(diff)
{
    const struct diff_case *c = &diff_cases[_i];
    struct topic_config_op op = {"retention.ms", c->wanted};
    struct admin_config there[] = {
        {.name = (char *)"other", .value = (char *)"x", .source = ADMIN_CONFIG_TOPIC},
        {.name = (char *)"retention.ms", .value = (char *)c->there, .source = c->source},
    };
    struct topic_config_change change;
    size_t known = c->source == ADMIN_CONFIG_UNKNOWN ? 1 : 2;

    ck_assert_msg(topic_config_diff(&op, 1, there, known, &change) == (c->changes ? 1 : 0), "%s",
                  c->what);
    if (!c->changes)
        return;
    ck_assert_str_eq(change.name, "retention.ms");
    ck_assert_pstr_eq(change.value, c->wanted);
    ck_assert_pstr_eq(change.before, c->before);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, diff, COUNT_OF(diff_cases));
}

TEST_MAIN("topic_config", fill)
