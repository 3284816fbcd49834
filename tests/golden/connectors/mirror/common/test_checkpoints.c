/* SPDX-License-Identifier: Apache-2.0 */
/* Which checkpoints are emitted, how their topics are called, and what is committed on the target.
 */
#include "connectors/mirror/common/checkpoint_plan.h"
#include "connectors/mirror/common/mirror_partition.h"
#include "tests/golden/connectors/mirror/common/mirror_golden.h"

#include <inttypes.h>

#include "lib/base/xmem.h"

static json_t *root; /* set by fill(), before the tests run */

static struct replication_policy *make_policy(const char *class_name)
{
    struct tern_config_entry entries[] = {{"replication.policy.class", class_name},
                                          {"source.cluster.alias", "A"}};
    struct tern_config config = {entries, 2};
    struct replication_policy *policy;
    struct tern_error err;

    ck_assert_int_eq(replication_policy_new(&config, &policy, &err), 0);
    return policy;
}

struct emitted {
    char *text; /* of the only checkpoint; NULL: none */
};

static void on_emit(void *arg, const char *group, const struct checkpoint_entry *entry)
{
    struct emitted *emitted = arg;

    ck_assert_ptr_null(emitted->text);
    emitted->text =
        xasprintf("Checkpoint{consumerGroupId=%s, topicPartition=%s-%" PRId32
                  ", upstreamOffset=%" PRId64 ", downstreamOffset=%" PRId64 ", metadata=%s}",
                  group, entry->topic, entry->partition, entry->upstream_offset,
                  entry->downstream_offset, entry->metadata);
}

static void check_step(const struct checkpoint_plan *plan, struct offset_sync_store *syncs,
                       const json_t *step, size_t number)
{
    json_t *sync = json_object_get(step, "offset_sync");
    CLEANUP(freep) char *row = xasprintf("step %zu", number);
    struct emitted emitted = {0};
    char topic[] = "t", metadata[] = "md";
    struct admin_group_offset committed = {topic, 0, 0, metadata};
    bool has_offset;
    size_t count;

    if (sync) {
        offset_sync_store_add(syncs, slice_str("t"), 0, json_integer_value(json_array_get(sync, 0)),
                              json_integer_value(json_array_get(sync, 1)));
        return;
    }
    has_offset = json_is_integer(golden_get(step, "upstream_group_offset"));
    if (has_offset)
        committed.offset = golden_int(step, "upstream_group_offset");
    count = checkpoint_plan_group(plan, "g", &committed, has_offset, on_emit, &emitted);
    ck_assert_uint_eq(count, json_array_size(golden_get(step, "emitted")));
    golden_same("checkpoint", row, emitted.text,
                json_string_value(json_array_get(golden_get(step, "emitted"), 0)));
    free(emitted.text);
}

START_TEST(emission)
{
    struct tern_config no_config = {0};
    struct offset_sync_store *syncs = offset_sync_store_new();
    struct checkpoint_store *checkpoints = checkpoint_store_new();
    CLEANUP(replication_policy_freep)
    struct replication_policy *policy = make_policy("DefaultReplicationPolicy");
    CLEANUP(topic_filter_freep) struct topic_filter *filter = NULL;
    struct tern_error err;
    json_t *scenario = json_array_get(golden_get(root, "checkpoint_emission"), 0), *step;
    size_t i;

    ck_assert_int_eq(topic_filter_new(&no_config, &filter, &err), 0);
    offset_sync_store_start(syncs, true);
    offset_sync_store_end_reached(syncs);
    json_array_foreach(golden_get(scenario, "steps"), i, step)
    {
        const struct checkpoint_plan plan = {policy, filter, "A", "B", syncs, checkpoints};

        check_step(&plan, syncs, step, i);
    }
    ck_assert_uint_eq(i, 19);
    checkpoint_store_free(checkpoints);
    offset_sync_store_free(syncs);
}
END_TEST

START_TEST(remote_topics)
{
    json_t *row;
    size_t i;

    json_array_foreach(golden_get(root, "renameTopicPartition_A_to_B"), i, row)
    {
        bool is_identity = strcmp(golden_text(row, "policy"), "identity") == 0;
        CLEANUP(replication_policy_freep)
        struct replication_policy *policy =
            make_policy(is_identity ? "IdentityReplicationPolicy" : "DefaultReplicationPolicy");
        const struct checkpoint_plan plan = {
            .policy = policy, .source_alias = "A", .target_alias = "B"};
        CLEANUP(freep)
        char *topic = checkpoint_plan_remote_topic(&plan, golden_text(row, "upstream"));
        CLEANUP(freep) char *partition = xasprintf("%s-3", topic);

        golden_same("remote topic", golden_text(row, "upstream"), partition,
                    golden_text(row, "checkpoint_topic_partition"));
    }
    ck_assert_uint_eq(i, 12);
}
END_TEST

/* {"A.t-0": 101} as offsets with the metadata "md"; Java's null offset as -1. */
static struct checkpoint_commit read_offsets(const json_t *object)
{
    struct checkpoint_commit offsets = {0};
    struct tern_error err;
    const char *key;
    json_t *value;

    offsets.offsets = xcalloc(json_object_size(object) + 1, sizeof(*offsets.offsets));
    json_object_foreach((json_t *)object, key, value)
    {
        struct admin_group_offset *o = &offsets.offsets[offsets.count++];

        ck_assert_int_eq(mirror_partition_parse(key, &o->topic, &o->partition, &err), 0);
        o->offset = json_is_integer(value) ? json_integer_value(value) : -1;
        o->metadata = xstrdup("md");
    }
    return offsets;
}

static void check_commit(const char *name, const struct checkpoint_commit *commit,
                         const json_t *written)
{
    ck_assert_msg(commit->count == json_object_size(written), "%s: %zu offsets", name,
                  commit->count);
    for (size_t i = 0; i < commit->count; i++) {
        const struct admin_group_offset *o = &commit->offsets[i];
        CLEANUP(freep) char *key = xasprintf("%s-%" PRId32, o->topic, o->partition);
        CLEANUP(freep) char *text = xasprintf("%" PRId64 " md=%s", o->offset, o->metadata);

        golden_same(key, name, text, json_string_value(json_object_get(written, key)));
    }
}

START_TEST(group_offset_sync)
{
    json_t *row;
    size_t i;

    json_array_foreach(golden_get(root, "sync_group_offsets"), i, row)
    {
        struct checkpoint_store *checkpoints = checkpoint_store_new();
        json_t *idle = golden_get(row, "idle_target_offsets");
        CLEANUP(checkpoint_commit_fini) struct checkpoint_commit target = read_offsets(idle);
        CLEANUP(checkpoint_commit_fini)
        struct checkpoint_commit stored =
            read_offsets(golden_get(row, "checkpoint_downstream_offsets"));
        CLEANUP(checkpoint_commit_fini) struct checkpoint_commit commit = {0};

        for (size_t j = 0; j < stored.count; j++) {
            const struct admin_group_offset *o = &stored.offsets[j];

            checkpoint_store_put(checkpoints, "g", slice_str(o->topic), o->partition, 0, o->offset,
                                 slice_str(o->metadata));
        }
        if (json_is_string(idle)) { /* "NULL": A.t-0 has an entry without an offset */
            checkpoint_commit_fini(&target);
            target.offsets = xcalloc(1, sizeof(*target.offsets));
            target.offsets[target.count++] =
                (struct admin_group_offset){xstrdup("A.t"), 0, -1, xstrdup("")};
        }
        checkpoint_plan_sync(checkpoints, "g", !json_is_null(idle), target.offsets, target.count,
                             &commit);
        check_commit(golden_text(row, "case"), &commit,
                     json_object_get(golden_get(row, "written_to_target"), "g"));
        checkpoint_store_free(checkpoints);
    }
    ck_assert_uint_eq(i, 8);
}
END_TEST

static void fill(Suite *suite)
{
    root = test_json("tests/golden/connectors/mirror/common/mm2-checkpoints.json");
    test_add(suite, emission);
    test_add(suite, remote_topics);
    test_add(suite, group_offset_sync);
}

TEST_MAIN("checkpoints", fill)
