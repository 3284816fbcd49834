/* SPDX-License-Identifier: Apache-2.0 */
/* The task under a host that is none: its rounds, its end; and the records of a round. */
#include "connectors/mirror/checkpoint/checkpoint_connector.h"
#include "connectors/mirror/checkpoint/checkpoint_round.h"
#include "tests/lib/testing.h"
#include "tests/unit/connectors/mirror/checkpoint/checkpoint_test.h"

#include <string.h>

#include "connectors/mirror/common/checkpoint.h"
#include "lib/base/clock.h"
#include "lib/base/xmem.h"

enum {
    LONG_MS = 20000,
};

static bool is_bytes(const struct tern_schema *schema)
{
    return schema && schema->type == TERN_TYPE_BYTES && !schema->optional;
}

START_TEST(a_round_is_a_batch)
{
    const struct checkpoint_entry entries[] = {{"A.t", 3, 100, 90, "note"}, {"A.u", 0, 5, 6, ""}};
    struct checkpoint_round *round;
    struct tern_source_batch *batch;
    struct fake_host fake;

    fake_host_init(&fake);
    round = checkpoint_round_new(&fake.host, CHECKPOINTS_TOPIC, 1234567);
    checkpoint_round_add(round, "g", &entries[0]);
    checkpoint_round_add(round, "g", &entries[1]);
    batch = checkpoint_round_end(round);
    ck_assert_uint_eq(batch->count, 2);
    for (size_t i = 0; i < batch->count; i++) {
        const struct tern_source_record *rec = &batch->records[i];
        struct checkpoint cp;
        struct tern_error err;

        ck_assert_str_eq(rec->topic, CHECKPOINTS_TOPIC);
        ck_assert_int_eq(rec->partition, 0);
        ck_assert_int_eq(rec->timestamp_ms, 1234567);
        ck_assert_int_eq(rec->offset, 0);
        ck_assert(is_bytes(rec->key.schema) && is_bytes(rec->value.schema));
        ck_assert_ok(checkpoint_decode(slice_of(rec->key.as.bytes.data, rec->key.as.bytes.size),
                                       slice_of(rec->value.as.bytes.data, rec->value.as.bytes.size),
                                       &cp, &err),
                     err);
        ck_assert(slice_equal(cp.group, slice_str("g")));
        ck_assert(slice_equal(cp.topic, slice_str(entries[i].topic)));
        ck_assert_int_eq(cp.partition, entries[i].partition);
        ck_assert_int_eq(cp.upstream_offset, entries[i].upstream_offset);
        ck_assert_int_eq(cp.downstream_offset, entries[i].downstream_offset);
        ck_assert(slice_equal(cp.metadata, slice_str(entries[i].metadata)));
    }
    ck_assert_int_eq(atomic_load(&fake.partitions), 2);
    batch->release(batch);
}
END_TEST

START_TEST(an_empty_round_is_none)
{
    struct fake_host fake;
    CLEANUP(freep) char *long_name = xmalloc(40000);
    const struct checkpoint_entry entry = {"A.t", 0, 1, 1, ""};
    struct checkpoint_round *round;

    fake_host_init(&fake);
    ck_assert_ptr_null(checkpoint_round_end(checkpoint_round_new(&fake.host, "t", 0)));
    memset(long_name, 'g', 39999); /* what does not fit a STRING is left out */
    long_name[39999] = '\0';
    round = checkpoint_round_new(&fake.host, "t", 0);
    checkpoint_round_add(round, long_name, &entry);
    ck_assert_ptr_null(checkpoint_round_end(round));
}
END_TEST

struct running {
    struct cluster cluster;
    struct fake_host fake;
    void *task;
};

static void start_task(struct running *r, const char *name, const char *value)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct tern_config config;
    struct tern_error err;

    cluster_start(&r->cluster);
    fake_host_init(&r->fake);
    task_config(&map, r->cluster.bootstrap, "g", name, value, NULL);
    config = strmap_config(&map);
    ck_assert_ok(checkpoint_task_class.start(&r->fake.host, &config, &r->task, &err), err);
}

static void stop_task(struct running *r)
{
    int64_t began = clock_mono_ms();

    atomic_store(&r->fake.stopping, true);
    checkpoint_task_class.interrupt(r->task);
    checkpoint_task_class.stop(r->task);
    ck_assert_int_lt(clock_mono_ms() - began, LONG_MS / 2);
    cluster_stop(&r->cluster);
}

/* While the topics of the mirror are not there, and then: rounds without groups are no batches. */
START_TEST(rounds_begin_when_syncs_are_read)
{
    struct tern_source_batch *batch = NULL;
    struct tern_error err;
    struct running r;

    start_task(&r, "sync.group.offsets.enabled", "true");
    ck_assert_ok(checkpoint_task_class.poll(r.task, 50, &batch, &err), err);
    ck_assert_ptr_null(batch);
    cluster_topic(&r.cluster, CHECKPOINTS_TOPIC);
    cluster_topic(&r.cluster, SYNCS_TOPIC);
    cluster_write_sync(&r.cluster, "t", 0, 0);
    for (int i = 0; i < 5; i++) {
        ck_assert_ok(checkpoint_task_class.poll(r.task, 100, &batch, &err), err);
        ck_assert_ptr_null(batch);
    }
    stop_task(&r);
}
END_TEST

START_TEST(a_stop_does_not_wait_for_topics)
{
    struct tern_source_batch *batch = NULL;
    struct tern_error err;
    struct running r;

    start_task(&r, "admin.timeout.ms", "60000");
    cluster_refuse(&r.cluster, CHECKPOINTS_TOPIC);
    cluster_refuse(&r.cluster, SYNCS_TOPIC);
    ck_assert_ok(checkpoint_task_class.poll(r.task, 200, &batch, &err), err);
    ck_assert_ptr_null(batch);
    stop_task(&r);
}
END_TEST

static const struct {
    const char *name, *value;
} bad_settings[] = {
    {"emit.checkpoints.interval.seconds", "soon"},
    {"replication.policy.class", "org.example.Policy"},
    {"groups", ".*"},
    {"tern.offset.translation.tight.enabled", "perhaps"},
    {"tern.offset.translation.syncs.max", "3"},
};

START_TEST(bad_settings_are_refused)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    bool is_good = strcmp(bad_settings[_i].name, "groups") == 0;
    struct fake_host fake;
    struct tern_config config;
    struct tern_error err;
    void *task;

    fake_host_init(&fake);
    task_config(&map, "127.0.0.1:1", is_good ? "" : "g", bad_settings[_i].name,
                bad_settings[_i].value, NULL);
    config = strmap_config(&map);
    ck_assert_int_lt(checkpoint_task_class.start(&fake.host, &config, &task, &err), 0);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    ck_assert_ptr_nonnull(
        strstr(err.msg, is_good ? "task.assigned.groups" : bad_settings[_i].name));
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, a_round_is_a_batch);
    test_add(suite, an_empty_round_is_none);
    test_add(suite, rounds_begin_when_syncs_are_read);
    test_add(suite, a_stop_does_not_wait_for_topics);
    test_add_rows(suite, bad_settings_are_refused, COUNT_OF(bad_settings));
}

TEST_MAIN("checkpoint_task", fill)
