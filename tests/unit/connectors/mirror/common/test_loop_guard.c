/* SPDX-License-Identifier: Apache-2.0 */
/* Names and headers that tell of a circle. */
#include "connectors/mirror/common/loop_guard.h"
#include "tests/lib/testing.h"

#include "lib/base/strmap.h"

static struct replication_policy *policy_of(const char *class_name)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct replication_policy *policy;
    struct tern_config view;
    struct tern_error err;

    strmap_set(&settings, "replication.policy.class", class_name);
    strmap_set(&settings, "source.cluster.alias", "A");
    view = strmap_config(&settings);
    ck_assert_ok(replication_policy_new(&view, &policy, &err), err);
    return policy;
}

static const struct runaway_case {
    const char *topic;
    bool is_runaway;
} runaway_cases[] = {
    {"orders", false}, {"A.orders", false},   {"A.A.orders", true},    {"A.A.A.orders", true},
    {"A.A", false},    {"B.A.orders", false}, {"A.B.A.orders", false}, {"AA.orders", false},
};

START_TEST(runaway)
{
    const struct runaway_case *c = &runaway_cases[_i];
    struct replication_policy *named = policy_of("DefaultReplicationPolicy");
    struct replication_policy *kept = policy_of("IdentityReplicationPolicy");

    ck_assert_msg(loop_guard_is_runaway(named, "A", c->topic) == c->is_runaway, "%s", c->topic);
    ck_assert(!loop_guard_is_runaway(kept, "A", c->topic)); /* there names do not grow */
    ck_assert(!loop_guard_keeps_names(named, "A"));
    ck_assert(loop_guard_keeps_names(kept, "A"));
    replication_policy_free(named);
    replication_policy_free(kept);
}
END_TEST

START_TEST(headers)
{
    ck_assert(loop_guard_has_been(slice_str("A"), "A", "B"));
    ck_assert(loop_guard_has_been(slice_str("B"), "A", "B"));
    ck_assert(!loop_guard_has_been(slice_str("C"), "A", "B"));
    ck_assert(!loop_guard_has_been(slice_str("AB"), "A", "B"));
    ck_assert(!loop_guard_has_been((struct slice){0}, "A", "B"));
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, runaway, COUNT_OF(runaway_cases));
    test_add(suite, headers);
}

TEST_MAIN("loop_guard", fill)
