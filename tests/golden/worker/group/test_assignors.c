/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Both assignors against Java's: scenarios round by round with the leader's state before and
 * after, the back-off, and whole rounds from metadata to assignments in bytes.
 */
#include "tests/golden/worker/group/group_golden.h"
#include "worker/group/assign_incremental.h"
#include "worker/group/leader.h"
#include "worker/group/protocol.h"

#include <string.h>

#include "lib/base/xmem.h"

enum {
    MEMBERS_MAX = 32,
    LIMIT = 1 << 20,
};

static json_t *scenarios, *fuzz; /* set by fill(), before the tests run */

static void set_of(const json_t *row, struct work *out)
{
    struct work_list list = {0};

    golden_list(row, "connectors", "tasks", &list);
    work_list_copy_to(&list, out);
    work_list_fini(&list);
}

static void same_set(const char *what, const struct work *ours, const json_t *row)
{
    CLEANUP(work_fini) struct work theirs = WORK_INIT;
    CLEANUP(freep) char *mine = work_text(ours);
    CLEANUP(freep) char *other = NULL;

    set_of(row, &theirs);
    other = work_text(&theirs);
    ck_assert_msg(work_equal(ours, &theirs), "%s: ours is %s, theirs is %s", what, mine, other);
}

static void same_texts(const char *what, char *const *ours, size_t count, const json_t *theirs)
{
    ck_assert_msg(count == json_array_size(theirs), "%s: %zu", what, count);
    for (size_t i = 0; i < count; i++)
        ck_assert_str_eq(ours[i], json_string_value(json_array_get(theirs, i)));
}

static void same_members(const struct assign_incremental *a, const json_t *theirs)
{
    ck_assert_uint_eq(a->members.count, json_array_size(theirs));
    for (size_t i = 0; i < a->members.count; i++) {
        bool found = false;

        for (size_t k = 0; k < a->members.count; k++)
            found |= strcmp(a->members.at[i], json_string_value(json_array_get(theirs, k))) == 0;
        ck_assert(found);
    }
}

static void same_state(const struct assign_incremental *a, const json_t *row)
{
    same_set("previous assignment", &a->previous, json_object_get(row, "previousAssignment"));
    same_set("previous revocation", &a->revoked, json_object_get(row, "previousRevocation"));
    ck_assert(a->revoked_for_balance == json_is_true(json_object_get(row, "revokedInPrevious")));
    ck_assert_int_eq(a->successive_revocations,
                     golden_number(row, "numSuccessiveRevokingRebalances"));
    ck_assert_int_eq(a->scheduled_ms, golden_number(row, "scheduledRebalance"));
    ck_assert_int_eq(a->delay_ms, golden_number(row, "delay"));
    ck_assert_int_eq(a->generation, golden_number(row, "previousGenerationId"));
    same_texts("candidates", a->candidates.at, a->candidates.count,
               json_object_get(row, "candidateWorkersForReassignment"));
    same_members(a, json_object_get(row, "previousMembers"));
}

/* A leader with a state that the test itself has not seen come about: another one took over. */
static bool is_new_leader(const json_t *row)
{
    return golden_number(row, "previousGenerationId") == -1 &&
           json_array_size(json_object_get(row, "previousMembers")) == 0;
}

/* Deleted work is listed in the order of a Java hash set, which means nothing. */
static void same_items(const char *what, const struct work_list *ours,
                       const struct work_list *theirs)
{
    CLEANUP(work_fini) struct work mine = WORK_INIT, other = WORK_INIT;

    work_list_copy_to(ours, &mine);
    work_list_copy_to(theirs, &other);
    ck_assert_msg(work_equal(&mine, &other), "%s", what);
    ck_assert_uint_eq(ours->connectors.count, theirs->connectors.count);
    ck_assert_uint_eq(ours->tasks.count, theirs->tasks.count);
}

static void same_share(const char *member, const struct assign_share *share, const json_t *out)
{
    const json_t *row = json_object_get(json_object_get(out, "perMember"), member);
    struct work_list assigned = {0}, revoked = {0};

    golden_list(json_object_get(row, "assigned"), "connectors", "tasks", &assigned);
    golden_list(json_object_get(row, "revoked"), "connectors", "tasks", &revoked);
    golden_same_list(member, &share->assigned, &assigned);
    same_items(member, &share->revoked, &revoked);
    work_list_fini(&assigned);
    work_list_fini(&revoked);
}

static void run_round(struct assign_incremental *a, const json_t *row)
{
    const json_t *order = test_array(row, "memberIterationOrder");
    struct work_list owned[MEMBERS_MAX] = {0};
    struct assign_member members[MEMBERS_MAX];
    CLEANUP(work_fini) struct work configured = WORK_INIT;
    CLEANUP(assign_result_fini) struct assign_result result = {0};
    struct assign_round round = {
        .members = members,
        .member_count = json_array_size(order),
        .configured = &configured,
        .now_ms = golden_number(row, "nowMs"),
        .generation = (int32_t)golden_number(row, "generation"),
        .last_completed_generation = (int32_t)golden_number(row, "lastCompletedGeneration"),
    };

    ck_assert_uint_le(round.member_count, MEMBERS_MAX);
    golden_configured(row, &configured);
    for (size_t i = 0; i < round.member_count; i++) {
        const char *id = json_string_value(json_array_get(order, i));

        golden_list(json_object_get(json_object_get(row, "memberAssignmentsIn"), id), "connectors",
                    "tasks", &owned[i]);
        members[i] = (struct assign_member){id, &owned[i]};
    }
    same_state(a, json_object_get(row, "leaderStateBefore"));
    assign_incremental(a, &round, &result);
    ck_assert_int_eq(result.delay_ms, golden_number(json_object_get(row, "out"), "delay"));
    for (size_t i = 0; i < round.member_count; i++) {
        same_share(members[i].id, &result.shares[i], json_object_get(row, "out"));
        work_list_fini(&owned[i]);
    }
    same_state(a, json_object_get(row, "leaderStateAfter"));
}

static void run_scenario(const json_t *scenario)
{
    int64_t max_delay_ms = golden_number(scenario, "maxDelay");
    struct assign_incremental a;
    json_t *row;
    size_t i;

    assign_incremental_init(&a, max_delay_ms);
    json_array_foreach(test_array(scenario, "rounds"), i, row)
    {
        if (is_new_leader(json_object_get(row, "leaderStateBefore"))) {
            assign_incremental_fini(&a);
            assign_incremental_init(&a, max_delay_ms);
        }
        run_round(&a, row);
    }
    assign_incremental_fini(&a);
}

START_TEST(scenario)
{
    run_scenario(json_array_get(test_array(scenarios, "cooperativeScenarios"), (size_t)_i));
}
END_TEST

START_TEST(random_scenario)
{
    run_scenario(json_array_get(test_array(fuzz, "cooperativeScenarios"), (size_t)_i));
}
END_TEST

START_TEST(backoff)
{
    const json_t *row = json_array_get(test_array(scenarios, "revocationBackoff"), (size_t)_i);
    json_t *delay;
    size_t i;

    json_array_foreach(test_array(row, "delayForSuccessiveRevocation_1_to_6"), i, delay)
    {
        ck_assert_int_eq(assign_incremental_backoff_ms(golden_number(row, "maxDelay"), (int)i + 1),
                         json_integer_value(delay));
    }
}
END_TEST

/* The newest state, when it is asked for: the row of performAssignmentByteLevel. */
static int64_t refresh(void *arg, struct work *ret_work)
{
    golden_configured(arg, ret_work);
    return golden_number(arg, "leaderFreshSnapshotOffset");
}

static void same_blobs(const json_t *row, const struct leader_member *members,
                       const struct leader_answer *answer)
{
    for (size_t i = 0; i < answer->count; i++) {
        CLEANUP(buf_fini) struct buf theirs = BUF_INIT(LIMIT);
        struct slice ours = slice_of(answer->blobs[i].data, answer->blobs[i].len);

        test_unhex(
            test_text(json_object_get(json_object_get(row, "assignments"), members[i].id), "hex"),
            &theirs);
        ck_assert_msg(slice_equal(buf_slice(&theirs), ours), "%s", members[i].id);
    }
}

START_TEST(byte_level)
{
    json_t *row = json_array_get(test_array(scenarios, "performAssignmentByteLevel"), (size_t)_i);
    const json_t *list = test_array(row, "members");
    struct buf metadata[MEMBERS_MAX];
    struct leader_member members[MEMBERS_MAX];
    CLEANUP(work_fini) struct work configured = WORK_INIT;
    CLEANUP(leader_answer_fini) struct leader_answer answer = {0};
    CLEANUP(freep) char *url = xasprintf("http://%s:8083/", test_text(row, "leader"));
    struct leader *leader = leader_new(300000);
    struct leader_round round = {
        .protocol = strcmp(test_text(row, "selectedProtocol"), "default") == 0 ? GROUP_EAGER
                                                                               : GROUP_SESSIONED,
        .member = test_text(row, "leader"),
        .url = url,
        .members = members,
        .member_count = json_array_size(list),
        .generation = 1,
        .last_completed_generation = -1,
        .now_ms = 1000,
        .configured = &configured,
        .offset = golden_number(row, "leaderSnapshotOffset"),
        .refresh = refresh,
        .arg = row,
    };
    struct tern_error err;

    golden_configured(row, &configured);
    for (size_t i = 0; i < round.member_count; i++) {
        const json_t *member = json_array_get(list, i);

        metadata[i] = (struct buf)BUF_INIT(LIMIT);
        test_unhex(test_text(member, "metadataHex"), &metadata[i]);
        members[i] = (struct leader_member){test_text(member, "memberId"), buf_slice(&metadata[i])};
    }
    ck_assert_ok(leader_assign(leader, &round, &answer, &err), err);
    ck_assert_uint_eq(answer.count, round.member_count);
    same_blobs(row, members, &answer);
    for (size_t i = 0; i < round.member_count; i++)
        buf_fini(&metadata[i]);
    leader_free(leader);
}
END_TEST

static void fill(Suite *suite)
{
    scenarios = test_json("tests/golden/worker/group/assignor.json");
    fuzz = test_json("tests/golden/worker/group/assignor-fuzz.json");
    test_add_rows(suite, backoff, json_array_size(test_array(scenarios, "revocationBackoff")));
    test_add_rows(suite, scenario, json_array_size(test_array(scenarios, "cooperativeScenarios")));
    test_add_rows(suite, random_scenario,
                  json_array_size(test_array(fuzz, "cooperativeScenarios")));
    test_add_rows(suite, byte_level,
                  json_array_size(test_array(scenarios, "performAssignmentByteLevel")));
}

TEST_MAIN("assignors", fill)
