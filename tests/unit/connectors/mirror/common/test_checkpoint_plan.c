/* SPDX-License-Identifier: Apache-2.0 */
/* The store of checkpoints, and decisions over several groups and partitions. */
#include "connectors/mirror/common/checkpoint_plan.h"
#include "tests/lib/testing.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/xmem.h"

/* ---- the store ---- */

static void put(struct checkpoint_store *store, const char *group, const char *topic,
                int32_t partition, int64_t down)
{
    ck_assert_ptr_nonnull(checkpoint_store_put(store, group, slice_str(topic), partition, down,
                                               down, slice_str("m")));
}

static void add_text(void *arg, const struct checkpoint_entry *entry)
{
    buf_add_fmt(arg, "%s-%" PRId32 "=%" PRId64 " ", entry->topic, entry->partition,
                entry->downstream_offset);
}

START_TEST(store_keeps_the_last_of_each)
{
    struct checkpoint_store *store = checkpoint_store_new();
    struct buf text = BUF_INIT(1000);

    put(store, "g2", "b", 0, 1);
    put(store, "g1", "b", 1, 2);
    put(store, "g1", "a", 7, 3);
    put(store, "g1", "b", 1, 4);
    ck_assert_uint_eq(checkpoint_store_group_count(store), 2);
    ck_assert_str_eq(checkpoint_store_group_name(store, 0), "g1");
    checkpoint_store_each(store, "g1", add_text, &text);
    ck_assert_str_eq(buf_str(&text), "a-7=3 b-1=4 ");
    ck_assert_ptr_null(checkpoint_store_get(store, "g1", "b", 0));
    ck_assert_ptr_null(checkpoint_store_get(store, "g3", "b", 0));
    ck_assert_int_eq(checkpoint_store_get(store, "g2", "b", 0)->upstream_offset, 1);
    ck_assert_str_eq(checkpoint_store_get(store, "g2", "b", 0)->metadata, "m");

    checkpoint_store_clear(store);
    ck_assert_uint_eq(checkpoint_store_group_count(store), 0);
    ck_assert_ptr_null(checkpoint_store_get(store, "g2", "b", 0));
    checkpoint_store_free(store);
    buf_fini(&text);
}
END_TEST

START_TEST(store_refuses_names_that_no_topic_has)
{
    struct checkpoint_store *store = checkpoint_store_new();

    ck_assert_ptr_null(
        checkpoint_store_put(store, "g", slice_of("a\0b", 3), 0, 1, 1, slice_str("")));
    ck_assert_ptr_nonnull(
        checkpoint_store_put(store, "g", slice_str("t"), 0, 1, 1, (struct slice){0}));
    ck_assert_str_eq(checkpoint_store_get(store, "g", "t", 0)->metadata, "");
    checkpoint_store_free(store);
}
END_TEST

START_TEST(news)
{
    static const struct {
        int64_t up, down;
        bool is_news;
    } rows[] = {
        {100, 50, false},                   /* the same */
        {101, 50, false},                   /* nothing new on the target */
        {101, 51, true},  {101, 49, false}, /* would go back */
        {99, 40, true},                     /* the group was rewound */
        {99, 50, true},
    };
    const struct checkpoint_entry stored = {"t", 0, 100, 50, ""};

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        ck_assert(checkpoint_plan_is_news(&stored, rows[i].up, rows[i].down) == rows[i].is_news);
    ck_assert(checkpoint_plan_is_news(NULL, 0, 0));
}
END_TEST

/* ---- a round ---- */

struct flow {
    struct replication_policy *policy;
    struct topic_filter *filter;
    struct offset_sync_store *syncs;
    struct checkpoint_store *checkpoints;
    struct checkpoint_plan plan;
};

static void flow_init(struct flow *f, const char *topics)
{
    struct tern_config_entry entry = {"topics", topics};
    struct tern_config config = {&entry, 1};
    struct tern_error err;

    ck_assert_int_eq(replication_policy_new(&config, &f->policy, &err), 0);
    ck_assert_int_eq(topic_filter_new(&config, &f->filter, &err), 0);
    f->syncs = offset_sync_store_new();
    f->checkpoints = checkpoint_store_new();
    offset_sync_store_start(f->syncs, false);
    f->plan = (struct checkpoint_plan){f->policy, f->filter, "A", "B", f->syncs, f->checkpoints};
}

static void flow_fini(struct flow *f)
{
    checkpoint_store_free(f->checkpoints);
    offset_sync_store_free(f->syncs);
    topic_filter_free(f->filter);
    replication_policy_free(f->policy);
}

static void add_emitted(void *arg, const char *group, const struct checkpoint_entry *entry)
{
    buf_add_fmt(arg, "%s:", group);
    add_text(arg, entry);
}

/* One round of a group with these offsets; compares what is emitted. */
static void expect_round(const struct flow *f, const char *group,
                         const struct admin_group_offset *offsets, size_t count,
                         const char *emitted)
{
    struct buf text = BUF_INIT(1000);

    checkpoint_plan_group(&f->plan, group, offsets, count, add_emitted, &text);
    ck_assert_str_eq(buf_str(&text), emitted);
    buf_fini(&text);
}

static char topic_t[] = "t", topic_u[] = "u", topic_skipped[] = "skipped", topic_own[] = "B.t";
static char metadata[] = "";

START_TEST(a_round_takes_what_can_be_translated)
{
    CLEANUP(flow_fini) struct flow f;
    const struct admin_group_offset offsets[] = {
        {topic_t, 0, 105, metadata},       {topic_t, 1, 99, metadata}, {topic_u, 0, 5, metadata},
        {topic_skipped, 0, 105, metadata}, {topic_t, 2, -1, metadata}, {topic_own, 0, 7, NULL},
    };

    flow_init(&f, "t,B.t,u");
    offset_sync_store_add(f.syncs, slice_str("t"), 0, 100, 200);
    offset_sync_store_add(f.syncs, slice_str("t"), 1, 100, 200); /* the group is behind */
    offset_sync_store_add(f.syncs, slice_str("t"), 2, 100, 200);
    offset_sync_store_add(f.syncs, slice_str("skipped"), 0, 100, 200);
    offset_sync_store_add(f.syncs, slice_str("B.t"), 0, 7, 70);

    expect_round(&f, "g", offsets, COUNT_OF(offsets), ""); /* the syncs are not read to the end */
    offset_sync_store_end_reached(f.syncs);
    expect_round(&f, "g", offsets, COUNT_OF(offsets), "g:A.t-0=201 g:t-0=70 ");
    expect_round(&f, "g", offsets, COUNT_OF(offsets), "");
    expect_round(&f, "h", offsets, 1, "h:A.t-0=201 ");
    ck_assert_str_eq(checkpoint_store_get(f.checkpoints, "g", "t", 0)->metadata, "");
}
END_TEST

START_TEST(commits_are_sorted_out)
{
    struct checkpoint_store *store = checkpoint_store_new();
    const struct admin_group_offset target[] = {
        {topic_u, 0, 4, metadata}, {topic_t, 1, 5, metadata}, {topic_t, 0, 9, metadata}};
    CLEANUP(checkpoint_commit_fini) struct checkpoint_commit commit = {0};
    CLEANUP(checkpoint_commit_fini) struct checkpoint_commit all = {0};
    CLEANUP(checkpoint_commit_fini) struct checkpoint_commit none = {0};

    put(store, "g", "t", 0, 9);
    put(store, "g", "t", 1, 6);
    put(store, "g", "t", 2, 0);
    put(store, "g", "u", 0, 3);
    checkpoint_plan_sync(store, "g", true, target, COUNT_OF(target), &commit);
    ck_assert_uint_eq(commit.count, 2);
    ck_assert_int_eq(commit.offsets[0].partition, 1);
    ck_assert_int_eq(commit.offsets[0].offset, 6);
    ck_assert_int_eq(commit.offsets[1].partition, 2);
    ck_assert_str_eq(commit.offsets[1].metadata, "m");
    checkpoint_plan_sync(store, "g", false, target, COUNT_OF(target), &all);
    ck_assert_uint_eq(all.count, 4);
    checkpoint_plan_sync(store, "h", false, NULL, 0, &none);
    ck_assert_uint_eq(none.count, 0);
    checkpoint_store_free(store);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, store_keeps_the_last_of_each);
    test_add(suite, store_refuses_names_that_no_topic_has);
    test_add(suite, news);
    test_add(suite, a_round_takes_what_can_be_translated);
    test_add(suite, commits_are_sorted_out);
}

TEST_MAIN("checkpoint_plan", fill)
