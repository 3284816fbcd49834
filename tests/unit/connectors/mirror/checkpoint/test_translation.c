/* SPDX-License-Identifier: Apache-2.0 */
/* A checkpoint task's knowledge, read from the topics of a mock cluster and followed. */
#include "connectors/mirror/checkpoint/translation.h"
#include "tests/lib/testing.h"
#include "tests/unit/connectors/mirror/checkpoint/checkpoint_test.h"

#include <poll.h>
#include <pthread.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/thread.h"
#include "lib/base/xmem.h"

enum {
    LONG_MS = 20000,
    STEP_MS = 20,
};

struct fixture {
    struct cluster cluster;
    struct mirror_checkpoint_settings settings;
    struct replication_policy *policy;
    struct topic_filter *filter;
    struct translation *translation;
};

static void set_up(struct fixture *f, const char *tight)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct tern_config config;
    struct tern_error err;

    *f = (struct fixture){0};
    cluster_start(&f->cluster);
    cluster_topic(&f->cluster, SYNCS_TOPIC);
    task_config(&map, f->cluster.bootstrap, "g,h", "tern.offset.translation.tight.enabled", tight,
                NULL);
    config = strmap_config(&map);
    ck_assert_ok(mirror_checkpoint_task_settings_bind(&config, &f->settings, &err), err);
    ck_assert_ok(replication_policy_new(&config, &f->policy, &err), err);
    ck_assert_ok(topic_filter_new(&config, &f->filter, &err), err);
    f->translation = translation_new(&f->settings, f->policy, f->filter);
}

static void tear_down(struct fixture *f)
{
    translation_free(f->translation);
    topic_filter_free(f->filter);
    replication_policy_free(f->policy);
    mirror_settings_fini(&f->settings.common);
    cluster_stop(&f->cluster);
}

static void start(struct fixture *f)
{
    struct tern_error err;

    ck_assert(!translation_is_ready(f->translation));
    translation_load_checkpoints(f->translation, clock_deadline_ms(LONG_MS));
    ck_assert_ok(translation_follow_syncs(f->translation, clock_deadline_ms(LONG_MS), &err), err);
    ck_assert(translation_is_ready(f->translation));
}

/* What a round emits for a group at that offset of topic "t": "downstream"; -1 for nothing. */
static void note(void *arg, const char *group, const struct checkpoint_entry *entry)
{
    int64_t *downstream = arg;

    (void)group;
    ck_assert_str_eq(entry->topic, "A.t");
    *downstream = entry->downstream_offset;
}

static int64_t checkpoint_at(struct fixture *f, const char *group, int64_t upstream)
{
    const struct admin_group_offset committed = {(char *)"t", 0, upstream, (char *)""};
    int64_t downstream = -1;

    translation_checkpoint(f->translation, group, &committed, 1, note, &downstream);
    return downstream;
}

static int64_t exposed(struct fixture *f, const char *group, int64_t upstream)
{
    const struct admin_group_offset committed = {(char *)"t", 0, upstream, (char *)""};
    struct checkpoint_exposure found = translation_exposure(f->translation, group, &committed, 1);

    ck_assert_uint_eq(found.partitions, 1);
    return found.untranslated ? -1 : found.records;
}

START_TEST(syncs_are_read_and_followed)
{
    struct fixture f;
    int64_t deadline;

    set_up(&f, "true");
    cluster_topic(&f.cluster, CHECKPOINTS_TOPIC);
    cluster_write_sync(&f.cluster, "t", 0, 0);
    cluster_write(&f.cluster, SYNCS_TOPIC, "no sync", "at all"); /* skipped */
    cluster_write(&f.cluster, SYNCS_TOPIC, "no value", NULL);
    cluster_write_sync(&f.cluster, "t", 100, 90);
    start(&f);
    ck_assert_int_eq(exposed(&f, "g", 50), -1);
    ck_assert_int_eq(checkpoint_at(&f, "g", 100), 90);
    ck_assert_int_eq(exposed(&f, "g", 100), 0);
    ck_assert_int_eq(exposed(&f, "g", 101), 1);
    ck_assert_int_eq(checkpoint_at(&f, "g", 101), 91);
    ck_assert_int_eq(checkpoint_at(&f, "g", 102), -1); /* no news */

    cluster_write_sync(&f.cluster, "t", 200, 190);
    deadline = clock_deadline_ms(LONG_MS);
    while (checkpoint_at(&f, "h", 200) != 190) {
        ck_assert(clock_mono_ms() < deadline);
        poll(NULL, 0, STEP_MS);
    }
    tear_down(&f);
}
END_TEST

/* With the checkpoints of the run before, nothing goes back; also for groups that stand still. */
START_TEST(checkpoints_are_read)
{
    struct fixture f;
    struct checkpoint_commit plan;

    set_up(&f, "true");
    cluster_topic(&f.cluster, CHECKPOINTS_TOPIC);
    for (int64_t i = 0; i <= 20; i++)
        cluster_write_sync(&f.cluster, "t", i * 100, i * 100);
    cluster_write_checkpoint(&f.cluster, "g", "A.t", 1500, 1400);
    cluster_write_checkpoint(&f.cluster, "g", "A.t", 1500, 1500);
    cluster_write_checkpoint(&f.cluster, "stranger", "A.t", 1, 1);
    cluster_write(&f.cluster, CHECKPOINTS_TOPIC, "no", "checkpoint");
    start(&f);
    ck_assert_int_eq(checkpoint_at(&f, "g", 1500), -1);
    ck_assert_int_eq(exposed(&f, "g", 1500), 0);
    ck_assert_int_eq(checkpoint_at(&f, "h", 1234), 1201); /* all syncs are there again */
    ck_assert_int_eq(exposed(&f, "h", 1234), 33);
    ck_assert_int_eq(checkpoint_at(&f, "g", 700), 700); /* the group went back */
    translation_plan_sync(f.translation, "stranger", NULL, 0, &plan);
    ck_assert_uint_eq(plan.count, 0);
    translation_plan_sync(f.translation, "g", NULL, 0, &plan);
    ck_assert_uint_eq(plan.count, 1);
    ck_assert_int_eq(plan.offsets[0].offset, 700);
    checkpoint_commit_fini(&plan);
    tear_down(&f);
}
END_TEST

/* The target was created anew since: the old translation would skip records. */
START_TEST(wrong_checkpoints_are_forgotten)
{
    struct fixture f;
    struct checkpoint_commit plan;

    set_up(&f, "true");
    cluster_topic(&f.cluster, CHECKPOINTS_TOPIC);
    cluster_write_sync(&f.cluster, "t", 0, 0);
    cluster_write_sync(&f.cluster, "t", 1000, 1000);
    cluster_write_sync(&f.cluster, "t", 1001, 0);
    cluster_write_checkpoint(&f.cluster, "g", "A.t", 500, 500);
    start(&f);
    ck_assert_int_eq(checkpoint_at(&f, "g", 500), 0);
    translation_plan_sync(f.translation, "g", NULL, 0, &plan);
    ck_assert_uint_eq(plan.count, 1);
    ck_assert_int_eq(plan.offsets[0].offset, 0);
    checkpoint_commit_fini(&plan);
    tear_down(&f);
}
END_TEST

/* Without them only what is known for sure counts: the last sync. */
START_TEST(without_checkpoints_only_the_last_sync_counts)
{
    struct fixture f;
    struct tern_error err;

    set_up(&f, "true");
    cluster_write_sync(&f.cluster, "t", 0, 10);
    cluster_write_sync(&f.cluster, "t", 500, 510);
    cluster_refuse(&f.cluster, CHECKPOINTS_TOPIC);
    translation_load_checkpoints(f.translation, clock_deadline_ms(300));
    ck_assert_ok(translation_follow_syncs(f.translation, clock_deadline_ms(LONG_MS), &err), err);
    ck_assert_int_eq(checkpoint_at(&f, "g", 400), -1);
    ck_assert_int_eq(checkpoint_at(&f, "g", 500), 510);
    tear_down(&f);
}
END_TEST

START_TEST(javas_store_can_be_had)
{
    struct fixture f;

    set_up(&f, "false");
    cluster_topic(&f.cluster, CHECKPOINTS_TOPIC);
    for (int64_t i = 0; i <= 40; i++)
        cluster_write_sync(&f.cluster, "t", i * 100, i * 100);
    start(&f);
    ck_assert_int_lt(checkpoint_at(&f, "g", 1555), 1500); /* as far as its 64 slots go */
    ck_assert_int_eq(checkpoint_at(&f, "h", 4000), 4000);
    tear_down(&f);
}
END_TEST

static void *cancel_soon(void *arg)
{
    poll(NULL, 0, 100);
    translation_cancel(arg);
    return NULL;
}

/* A stop does not wait for a cluster that does not answer. */
START_TEST(cancelling_ends_the_wait)
{
    struct fixture f;
    struct tern_error err;
    int64_t began = clock_mono_ms();
    pthread_t other;

    set_up(&f, "true");
    cluster_refuse(&f.cluster, CHECKPOINTS_TOPIC);
    cluster_refuse(&f.cluster, SYNCS_TOPIC);
    ck_assert_int_eq(pthread_create(&other, NULL, cancel_soon, f.translation), 0);
    translation_load_checkpoints(f.translation, clock_deadline_ms(LONG_MS));
    ck_assert_int_lt(translation_follow_syncs(f.translation, clock_deadline_ms(LONG_MS), &err), 0);
    ck_assert_int_lt(clock_mono_ms() - began, LONG_MS / 2);
    pthread_join(other, NULL);
    tear_down(&f);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, syncs_are_read_and_followed);
    test_add(suite, checkpoints_are_read);
    test_add(suite, wrong_checkpoints_are_forgotten);
    test_add(suite, without_checkpoints_only_the_last_sync_counts);
    test_add(suite, javas_store_can_be_had);
    test_add(suite, cancelling_ends_the_wait);
}

TEST_MAIN("translation", fill)
