/* SPDX-License-Identifier: Apache-2.0 */
/* How assignments add up, a row per rule; real ones are replayed in tests/golden. */
#include "worker/group/held.h"

#include <string.h>

#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

/* Work as a text: "c" is a connector, "c-1" a task. */
static void add(struct work_list *list, const char *text)
{
    CLEANUP(freep) char *copy = xstrdup(text);
    char *rest = NULL;

    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        char *dash = strchr(word, '-');

        if (dash)
            *dash = '\0';
        work_list_add(list, word, dash ? (int32_t)strtol(dash + 1, NULL, 10) : WORK_CONNECTOR);
    }
}

static const struct apply_case {
    const char *name;
    enum group_protocol protocol;
    const char *before; /* NULL: never assigned */
    const char *assigned, *revoked;
    int16_t error;
    const char *held;
    const char *ended;
} apply_cases[] = {
    {"first", GROUP_SESSIONED, NULL, "a a-0", "", 0, "a a-0", ""},
    {"nothing new", GROUP_SESSIONED, "a a-0", "", "", 0, "a a-0", ""},
    {"more", GROUP_COMPATIBLE, "a a-0", "b b-1", "", 0, "a b a-0 b-1", ""},
    {"less", GROUP_SESSIONED, "a b a-0 a-1", "", "b a-1", 0, "a a-0", "b a-1"},
    {"both", GROUP_SESSIONED, "a a-0", "a-1", "a-0", 0, "a a-1", "a-0"},
    {"again what is held", GROUP_SESSIONED, "a a-0", "a a-0", "", 0, "a a-0", ""},
    {"taken and given", GROUP_SESSIONED, "a-0", "a-0", "a-0", 0, "a-0", "a-0"},
    {"taken, never held", GROUP_SESSIONED, "a", "", "b-0", 0, "a", "b-0"},
    {"failed", GROUP_SESSIONED, "a a-0", "", "", 1, "a a-0", ""},
    {"eager is all", GROUP_EAGER, "a a-0", "b", "", 0, "b", ""},
    {"eager of nothing", GROUP_EAGER, "a a-0", "", "", 0, "", ""},
};

static void same(const struct work *ours, const char *text)
{
    CLEANUP(work_fini) struct work theirs = WORK_INIT;
    struct work_list list = {0};

    add(&list, text);
    work_list_copy_to(&list, &theirs);
    work_list_fini(&list);
    ck_assert(work_equal(ours, &theirs));
}

START_TEST(applying)
{
    const struct apply_case *row = &apply_cases[_i];
    CLEANUP(work_fini) struct work ended = WORK_INIT, all = WORK_INIT;
    struct protocol_assignment a = {.leader = xstrdup("l"), .leader_url = xstrdup("u")};
    struct held h = {.is_known = row->before != NULL};

    if (row->before)
        add(&h.last.assigned, row->before);
    a.error = row->error;
    add(&a.assigned, row->assigned);
    add(&a.revoked, row->revoked);
    held_apply(&h, row->protocol, &a, &ended);
    same(&ended, row->ended);
    work_list_copy_to(&h.last.assigned, &all);
    same(&all, row->held);
    ck_assert_uint_eq(h.last.assigned.tasks.count, all.task_count);
    ck_assert(work_list_is_empty(&h.last.revoked));
    ck_assert_int_eq(h.last.error, row->error);
    ck_assert_ptr_null(a.leader);
    held_drop(&h);
}
END_TEST

static const struct metadata_case {
    enum group_protocol protocol;
    bool is_known;
    size_t len;
} metadata_cases[] = {
    {GROUP_EAGER, false, 13},     {GROUP_EAGER, true, 13},          {GROUP_COMPATIBLE, false, 17},
    {GROUP_SESSIONED, false, 17}, {GROUP_SESSIONED, true, 17 + 30},
};

/* One that holds nothing is not one that was never assigned anything. */
START_TEST(metadata)
{
    const struct metadata_case *row = &metadata_cases[_i];
    CLEANUP(buf_fini) struct buf out = BUF_INIT(1024);
    struct held h = {0};

    if (row->is_known) {
        struct protocol_assignment a = {.leader = xstrdup("l"), .leader_url = xstrdup("u")};
        struct work ended = WORK_INIT;

        held_apply(&h, GROUP_SESSIONED, &a, &ended);
    }
    held_put_metadata(&h, "u", 5, row->protocol, &out);
    ck_assert_uint_eq(out.len, row->len);
    held_drop(&h);
    buf_clear(&out);
    held_put_metadata(&h, "u", 5, GROUP_SESSIONED, &out);
    ck_assert_uint_eq(out.len, 17);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, applying, COUNT_OF(apply_cases));
    test_add_rows(suite, metadata, COUNT_OF(metadata_cases));
}

TEST_MAIN("held", fill)
