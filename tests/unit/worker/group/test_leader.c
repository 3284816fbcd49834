/* SPDX-License-Identifier: Apache-2.0 */
/* The leader's part of a join, and both assignors through it. */
#include "worker/group/assign_eager.h"
#include "worker/group/leader.h"
#include "worker/group/protocol.h"

#include <string.h>

#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

enum {
    LIMIT = 1 << 16,
    MEMBERS = 3,
};

struct fixture {
    struct buf metadata[MEMBERS];
    struct leader_member members[MEMBERS];
    struct work configured;
    struct leader_round round;
    int64_t fresh_offset; /* what refresh() finds */
    int refreshed;
};

static int64_t refresh(void *arg, struct work *ret_work)
{
    struct fixture *f = arg;

    f->refreshed++;
    work_add_connector(ret_work, "new");
    return f->fresh_offset;
}

static void fixture_init(struct fixture *f, enum group_protocol protocol, const int64_t *offsets)
{
    static const char *const ids[] = {"m-b", "m-c", "m-a"};

    *f = (struct fixture){0};
    for (int i = 0; i < MEMBERS; i++) {
        CLEANUP(protocol_metadata_fini) struct protocol_metadata m = {.offset = offsets[i]};

        m.url = xasprintf("http://%s/", ids[i]);
        f->metadata[i] = (struct buf)BUF_INIT(LIMIT);
        protocol_metadata_encode(&m, (int16_t)protocol, &f->metadata[i]);
        f->members[i] = (struct leader_member){ids[i], buf_slice(&f->metadata[i])};
    }
    work_add_connector(&f->configured, "c");
    for (int32_t i = 0; i < 4; i++)
        work_add_task(&f->configured, "c", i);
    f->round = (struct leader_round){
        .protocol = protocol,
        .member = "m-b",
        .url = "http://m-b/",
        .members = f->members,
        .member_count = MEMBERS,
        .generation = 1,
        .last_completed_generation = -1,
        .configured = &f->configured,
        .offset = 7,
        .refresh = refresh,
        .arg = f,
    };
}

static void fixture_fini(struct fixture *f)
{
    for (int i = 0; i < MEMBERS; i++)
        buf_fini(&f->metadata[i]);
    work_fini(&f->configured);
}

static void read_blob(const struct leader_blob *blob, struct protocol_assignment *ret_assignment)
{
    struct tern_error err;

    ck_assert_ok(protocol_assignment_decode(slice_of(blob->data, blob->len), ret_assignment, &err),
                 err);
    ck_assert_str_eq(ret_assignment->leader, "m-b");
    ck_assert_str_eq(ret_assignment->leader_url, "http://m-b/");
}

static const struct round_case {
    const char *name;
    enum group_protocol protocol;
    int64_t offsets[MEMBERS];
    int64_t fresh_offset;
    int refreshed;
    int64_t told_offset;
    int16_t error;
    const char *owner_of_c, *owner_of_new; /* URLs; NULL: nobody's */
} round_cases[] = {
    {"all know the same, eager", GROUP_EAGER, {7, 7, 7}, 0, 0, 7, 0, "http://m-a/", NULL},
    {"all know the same", GROUP_SESSIONED, {7, 7, 7}, 0, 0, 7, 0, "http://m-a/", NULL},
    {"one is behind", GROUP_COMPATIBLE, {7, -1, 7}, 0, 0, 7, 0, "http://m-a/", NULL},
    {"we are behind", GROUP_SESSIONED, {7, 9, 7}, 8, 1, 9, 1, NULL, NULL},
    {"we are behind, eager", GROUP_EAGER, {7, 9, 7}, 7, 1, 9, 1, NULL, NULL},
    {"we catch up", GROUP_SESSIONED, {7, 9, 7}, 9, 1, 9, 0, NULL, "http://m-a/"},
    {"we get ahead", GROUP_SESSIONED, {7, 9, 7}, 11, 1, 11, 0, NULL, "http://m-a/"},
};

static void same_url(const char *ours, const char *theirs)
{
    ck_assert(!ours == !theirs);
    if (ours)
        ck_assert_str_eq(ours, theirs);
}

START_TEST(whole_round)
{
    const struct round_case *row = &round_cases[_i];
    CLEANUP(leader_answer_fini) struct leader_answer answer = {0};
    CLEANUP(fixture_fini) struct fixture f;
    struct leader *l = leader_new(300000);
    struct tern_error err;

    fixture_init(&f, row->protocol, row->offsets);
    f.fresh_offset = row->fresh_offset;
    ck_assert_ok(leader_assign(l, &f.round, &answer, &err), err);
    ck_assert_int_eq(f.refreshed, row->refreshed);
    ck_assert_uint_eq(answer.count, MEMBERS);
    for (size_t i = 0; i < answer.count; i++) {
        CLEANUP(protocol_assignment_fini) struct protocol_assignment a = {0};

        read_blob(&answer.blobs[i], &a);
        ck_assert_int_eq(a.version, row->protocol);
        ck_assert_int_eq(a.offset, row->told_offset);
        ck_assert_int_eq(a.error, row->error);
        ck_assert(row->error == 0 || work_list_is_empty(&a.assigned));
    }
    same_url(leader_owner_url(l, "c", WORK_CONNECTOR), row->owner_of_c);
    same_url(leader_owner_url(l, "new", WORK_CONNECTOR), row->owner_of_new);
    ck_assert_ptr_null(leader_owner_url(l, "c", 4));
    leader_forget_owners(l);
    ck_assert_ptr_null(leader_owner_url(l, "c", WORK_CONNECTOR));
    leader_free(l);
}
END_TEST

/* Every task has one owner, as the members are told. */
START_TEST(owners)
{
    static const int64_t offsets[MEMBERS] = {7, 7, 7};
    CLEANUP(leader_answer_fini) struct leader_answer answer = {0};
    CLEANUP(fixture_fini) struct fixture f;
    struct leader *l = leader_new(300000);
    struct tern_error err;
    size_t tasks = 0;

    fixture_init(&f, _i ? GROUP_SESSIONED : GROUP_EAGER, offsets);
    ck_assert_ok(leader_assign(l, &f.round, &answer, &err), err);
    for (size_t i = 0; i < answer.count; i++) {
        CLEANUP(protocol_assignment_fini) struct protocol_assignment a = {0};
        CLEANUP(freep) char *url = xasprintf("http://%s/", f.members[i].id);

        read_blob(&answer.blobs[i], &a);
        for (size_t k = 0; k < a.assigned.tasks.count; k++)
            ck_assert_str_eq(leader_owner_url(l, "c", a.assigned.tasks.at[k].task), url);
        tasks += a.assigned.tasks.count;
        ck_assert_uint_le(a.assigned.tasks.count, 2);
    }
    ck_assert_uint_eq(tasks, 4);
    leader_free(l);
}
END_TEST

START_TEST(malformed_metadata)
{
    static const int64_t offsets[MEMBERS] = {7, 7, 7};
    CLEANUP(fixture_fini) struct fixture f;
    struct leader *l = leader_new(300000);
    struct leader_answer answer = {0};
    struct tern_error err;

    fixture_init(&f, GROUP_SESSIONED, offsets);
    f.members[1].metadata.len -= 2;
    ck_assert_int_eq(leader_assign(l, &f.round, &answer, &err), -1);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    ck_assert_ptr_nonnull(strstr(err.msg, "'m-c'"));
    leader_free(l);
}
END_TEST

/* One cursor for connectors and tasks, over the members in the order of their names. */
START_TEST(eager_turns)
{
    CLEANUP(assign_result_fini) struct assign_result result = {0};
    CLEANUP(work_fini) struct work configured = WORK_INIT;
    const struct assign_member members[] = {{"m-b", NULL}, {"m-c", NULL}, {"m-a", NULL}};
    const struct assign_round round = {members, 3, &configured, 0, 1, -1};
    static const char *const texts[] = {
        "connectors [connector2], tasks [connector1-1]",
        "connectors [connector3], tasks [connector1-2]",
        "connectors [connector1], tasks [connector1-0, connector2-0]",
    };

    for (int32_t i = 0; i < 3; i++)
        work_add_task(&configured, "connector1", i);
    work_add_task(&configured, "connector2", 0);
    work_add_connector(&configured, "connector1");
    work_add_connector(&configured, "connector2");
    work_add_connector(&configured, "connector3");
    assign_eager(&round, &result);
    for (int i = 0; i < 3; i++) {
        CLEANUP(freep) char *text = work_text(&result.shares[i].owns);

        ck_assert_str_eq(text, texts[i]);
    }
    ck_assert_int_eq(result.delay_ms, 0);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, whole_round, COUNT_OF(round_cases));
    test_add_rows(suite, owners, 2);
    test_add(suite, malformed_metadata);
    test_add(suite, eager_turns);
}

TEST_MAIN("leader", fill)
