/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/source/source_watch_priv.h"
#include "tests/lib/testing.h"

enum {
    STALL_MS = 30000,
    START_MS = 1000000,
};

/* A watch of one partition, whose log goes up to 10. */
struct fixture {
    struct mirror_own own;
    struct mirror_settings settings;
    struct source_partition partition;
    struct watched at;
    struct source_log log;
    struct source_watch watch;
};

static void set_up(struct fixture *f, int64_t next)
{
    memset(f, 0, sizeof(*f));
    f->own.stall_ms = STALL_MS;
    f->settings.source_alias = (char *)"us-east";
    f->partition.topic = "orders";
    f->partition.next = next;
    f->log = (struct source_log){.end = 10, .has_leader = true};
    f->at.p = &f->partition;
    source_stall_init(&f->at);
    f->watch.conf.own = &f->own;
    f->watch.conf.settings = &f->settings;
    f->watch.count = 1;
    f->watch.at = &f->at;
    f->watch.logs = &f->log;
    gate_init(&f->watch.gate);
}

static void tear_down(struct fixture *f)
{
    vec_fini(&f->watch.events);
    gate_fini(&f->watch.gate);
}

/* The task asks for records all the time. Returns how many events there are. */
static size_t check_at(struct fixture *f, int64_t now_ms)
{
    f->watch.polled_ms = now_ms;
    source_stall_check(&f->watch, 0, now_ms);
    return f->watch.events.count;
}

/* The first look may come just after the first record: nobody has had time to read it. */
START_TEST(a_partition_is_given_time_before_its_first_record)
{
    struct fixture f;

    set_up(&f, 0);
    ck_assert_uint_eq(check_at(&f, START_MS), 0);
    ck_assert_uint_eq(check_at(&f, START_MS + STALL_MS - 1), 0);
    ck_assert_uint_eq(check_at(&f, START_MS + STALL_MS), 1);
    ck_assert_int_eq(f.watch.events.at[0].kind, SOURCE_EVENT_AGAIN);
    ck_assert_int_eq(f.watch.events.at[0].finding.resume_at, 0);
    tear_down(&f);
}
END_TEST

START_TEST(what_moves_does_not_stand_still)
{
    struct fixture f;

    set_up(&f, 3);
    for (int64_t ms = 0; ms < 6; ms++) {
        f.partition.next = 3 + ms;
        ck_assert_uint_eq(check_at(&f, START_MS + ms * (STALL_MS - 1)), 0);
    }
    f.partition.next = 10; /* all is read */
    ck_assert_uint_eq(check_at(&f, START_MS + 100 * STALL_MS), 0);
    f.log.end = 11;
    ck_assert_uint_eq(check_at(&f, START_MS + 101 * STALL_MS - 1), 0);
    tear_down(&f);
}
END_TEST

/* A task that is paused, or held up by the target, is not to blame. */
START_TEST(who_does_not_ask_waits_for_nothing)
{
    struct fixture f;

    set_up(&f, 3);
    ck_assert_uint_eq(check_at(&f, START_MS), 0);
    source_stall_check(&f.watch, 0, START_MS + STALL_MS);
    ck_assert_uint_eq(f.watch.events.count, 0);
    ck_assert_uint_eq(check_at(&f, START_MS + STALL_MS + 1), 0);
    f.partition.held = true;
    ck_assert_uint_eq(check_at(&f, START_MS + 3 * STALL_MS), 0);
    tear_down(&f);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, a_partition_is_given_time_before_its_first_record);
    test_add(suite, what_moves_does_not_stand_still);
    test_add(suite, who_does_not_ask_waits_for_nothing);
}

TEST_MAIN("source_stall", fill)
