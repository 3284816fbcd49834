/* SPDX-License-Identifier: Apache-2.0 */
/* What is found out about a partition's log, by what a task knows and what a look shows. */
#include "connectors/mirror/common/source_position.h"
#include "tests/lib/testing.h"

enum {
    TEXT_MAX = 1024
};

#define ID(n)   \
    {           \
        {       \
            (n) \
        }       \
    }
#define THERE .is_known = true, .topic_there = true, .partition_there = true, .has_leader = true

struct position_case {
    const char *what;
    struct source_place place;
    struct source_log log;
    struct source_finding want;
    const char *text; /* a part of what is said */
};

static const struct position_case cases[] = {
    {"nothing known",
     {.next = 5, .epoch = -1, .seen_end = -1},
     {.epoch_end = -1},
     {SOURCE_UNKNOWN, -1, -1, -1, -1},
     "as expected"},
    {"in the log",
     {.next = 5, .id = ID(1), .epoch = 2, .epoch_next = 5, .seen_end = 9},
     {THERE, .id = ID(1), .epoch = 2, .start = 0, .end = 9, .epoch_end = -1},
     {SOURCE_OK, -1, -1, -1, 5},
     "as expected"},
    {"at the end",
     {.next = 9, .epoch = -1, .seen_end = -1},
     {THERE, .epoch = -1, .start = 9, .end = 9, .epoch_end = -1},
     {SOURCE_OK, -1, -1, -1, 9},
     "as expected"},
    {"nothing promised yet, whatever is gone",
     {.next = -1, .epoch = -1, .seen_end = -1},
     {THERE, .id = ID(1), .epoch = 0, .start = 70, .end = 90, .epoch_end = -1},
     {SOURCE_OK, -1, -1, -1, -1},
     "as expected"},
    {"deleted ahead",
     {.next = 5, .id = ID(1), .epoch = -1, .seen_end = 20},
     {THERE, .id = ID(1), .epoch = 0, .start = 15, .end = 30, .epoch_end = -1},
     {SOURCE_DELETED, 5, 15, -1, 15},
     "begins at offset 15; offsets 5 to 14 (10 records at most) are gone unread"},
    {"all deleted ahead",
     {.next = 5, .epoch = -1, .seen_end = -1},
     {THERE, .epoch = -1, .start = 30, .end = 30, .epoch_end = -1},
     {SOURCE_DELETED, 5, 30, -1, 30},
     "offsets 5 to 29 (25 records at most)"},
    {"shorter than what was read, nobody knows where it was cut",
     {.next = 50, .id = ID(1), .epoch = -1, .seen_end = 50},
     {THERE, .id = ID(1), .epoch = 0, .start = 3, .end = 40, .epoch_end = -1},
     {SOURCE_TRUNCATED, 50, 50, 40, 3},
     "from offset 40 to 49; it is read again from offset 3"},
    {"cut off where the leader's time ended",
     {.next = 50, .id = ID(1), .epoch = 4, .epoch_next = 50, .seen_end = 50},
     {THERE, .id = ID(1), .epoch = 5, .start = 3, .end = 40, .epoch_end = 35},
     {SOURCE_TRUNCATED, 50, 50, 35, 35},
     "from offset 35 to 49; it is read again from offset 35"},
    {"cut off, and longer than before since",
     {.next = 60, .id = ID(1), .epoch = 4, .epoch_next = 50, .seen_end = 60},
     {THERE, .id = ID(1), .epoch = 5, .start = 3, .end = 400, .epoch_end = 35},
     {SOURCE_TRUNCATED, 60, 60, 35, 35},
     "from offset 35"},
    {"a new leader that has it all",
     {.next = 60, .id = ID(1), .epoch = 4, .epoch_next = 50, .seen_end = 60},
     {THERE, .id = ID(1), .epoch = 5, .start = 3, .end = 400, .epoch_end = 50},
     {SOURCE_OK, -1, -1, -1, 60},
     "as expected"},
    {"shorter than what was read, and cut off where was not looked since",
     {.next = 50, .id = ID(1), .epoch = 4, .epoch_next = 30, .seen_end = 50},
     {THERE, .id = ID(1), .epoch = 5, .start = 3, .end = 40, .epoch_end = 30},
     {SOURCE_TRUNCATED, 50, 50, 30, 30},
     "from offset 30 to 49; it is read again from offset 30"},
    {"created again, and shorter",
     {.next = 50, .id = ID(1), .epoch = 4, .epoch_next = 50, .seen_end = 70},
     {THERE, .id = ID(2), .epoch = 0, .start = 0, .end = 10, .epoch_end = -1},
     {SOURCE_RECREATED, 50, 70, -1, 0},
     "created again; offsets 50 to 69 (20 records at most) are gone unread; the new topic is read "
     "from offset 0"},
    {"created again, and longer than before",
     {.next = 50, .id = ID(1), .epoch = -1, .seen_end = 50},
     {THERE, .id = ID(2), .epoch = 0, .start = 0, .end = 1000, .epoch_end = -1},
     {SOURCE_RECREATED, 50, 50, -1, 0},
     "up to offset 49, had been read"},
    {"created again while nobody looked",
     {.next = 50, .id = ID(1), .epoch = -1, .seen_end = -1},
     {THERE, .id = ID(2), .epoch = 0, .start = 0, .end = 1000, .epoch_end = -1},
     {SOURCE_RECREATED, 50, -1, -1, 0},
     "whatever came from offset 50 on is gone unread"},
    {"created again, as a broker that lags does not know yet",
     {.next = 5, .id = ID(2), .other = ID(1), .epoch = -1, .seen_end = 5},
     {THERE, .id = ID(1), .epoch = 0, .start = 0, .end = 1000, .epoch_end = -1},
     {SOURCE_UNKNOWN, -1, -1, -1, -1},
     "as expected"},
    {"an id that was not known before",
     {.next = 5, .epoch = -1, .seen_end = -1},
     {THERE, .id = ID(1), .epoch = 0, .start = 0, .end = 1000, .epoch_end = -1},
     {SOURCE_OK, -1, -1, -1, 5},
     "as expected"},
    {"no topic",
     {.next = 5, .id = ID(1), .epoch = -1, .seen_end = 8},
     {.is_known = true, .epoch_end = -1},
     {SOURCE_TOPIC_GONE, 5, 8, -1, -1},
     "deleted; offsets 5 to 7 (3 records at most)"},
    {"no topic, of which nothing was read",
     {.next = -1, .id = ID(1), .epoch = -1, .seen_end = -1},
     {.is_known = true, .epoch_end = -1},
     {SOURCE_TOPIC_GONE, -1, -1, -1, -1},
     "was deleted"},
    {"no partition",
     {.next = 5, .id = ID(1), .epoch = -1, .seen_end = 5},
     {.is_known = true, .topic_there = true, .id = ID(1), .epoch_end = -1},
     {SOURCE_PARTITION_GONE, 5, 5, -1, -1},
     "fewer partitions"},
    {"created again with fewer partitions",
     {.next = 5, .id = ID(1), .epoch = -1, .seen_end = 5},
     {.is_known = true, .topic_there = true, .id = ID(2), .epoch_end = -1},
     {SOURCE_PARTITION_GONE, 5, 5, -1, -1},
     "fewer partitions"},
    {"offsets not told",
     {.next = 5, .id = ID(1), .epoch = -1, .seen_end = 8},
     {THERE, .id = ID(1), .epoch = 0, .start = -1, .end = -1, .epoch_end = -1},
     {SOURCE_UNKNOWN, -1, -1, -1, -1},
     "as expected"},
};

START_TEST(position)
{
    const struct position_case *c = &cases[_i];
    struct source_finding f = source_position_check(&c->place, &c->log);
    CLEANUP(buf_fini) struct buf text = BUF_INIT(TEXT_MAX);

    ck_assert_msg(f.verdict == c->want.verdict, "%s: %d", c->what, (int)f.verdict);
    ck_assert_msg(f.lost_from == c->want.lost_from && f.lost_to == c->want.lost_to, "%s", c->what);
    ck_assert_msg(f.cut_from == c->want.cut_from && f.resume_at == c->want.resume_at, "%s",
                  c->what);
    source_finding_text(&text, "t", 3, &f);
    ck_assert_msg(strstr(buf_str(&text), c->text) != NULL, "%s: %s", c->what, buf_str(&text));
    ck_assert(strstr(buf_str(&text), "'t-3'") != NULL);
}
END_TEST

/* Having acted on it, the same look finds nothing more. */
START_TEST(settled)
{
    const struct position_case *c = &cases[_i];
    struct source_place place = c->place;
    struct source_finding f = source_position_check(&place, &c->log);

    source_position_settle(&place, &c->log, &f);
    if (f.resume_at < 0 || f.verdict == SOURCE_UNKNOWN)
        return;
    ck_assert_int_eq(place.next, f.resume_at);
    ck_assert_msg(!source_position_wants_epoch_end(&place, &c->log), "%s", c->what);
    f = source_position_check(
        &place, &(struct source_log){THERE, .id = c->log.id, .epoch = c->log.epoch,
                                     .start = c->log.start, .end = c->log.end, .epoch_end = -1});
    ck_assert_msg(f.verdict == SOURCE_OK, "%s: %d", c->what, (int)f.verdict);
}
END_TEST

START_TEST(epoch_end_is_asked_for_after_a_change_only)
{
    struct source_place place = {.next = 5, .id = ID(1), .epoch = 2};
    struct source_log log = {THERE, .id = ID(1), .epoch = 2};

    ck_assert(!source_position_wants_epoch_end(&place, &log));
    log.epoch = 3;
    ck_assert(source_position_wants_epoch_end(&place, &log));
    place.next = -1;
    ck_assert(!source_position_wants_epoch_end(&place, &log));
    place.next = 5;
    place.id = (struct wire_uuid)ID(2);
    ck_assert(!source_position_wants_epoch_end(&place, &log));
}
END_TEST

/* A place in epoch 2 at offset 50, which was last looked at when next was 30. */
static int64_t epoch_next_after(struct source_log log, int32_t *ret_epoch)
{
    struct source_place place = {.next = 50, .id = ID(1), .epoch = 2, .epoch_next = 30};
    struct source_finding f = source_position_check(&place, &log);

    source_position_settle(&place, &log, &f);
    *ret_epoch = place.epoch;
    return place.epoch_next;
}

START_TEST(what_was_read_in_an_epoch)
{
    static const struct {
        const char *what;
        struct source_log log;
        int64_t epoch_next;
        int32_t epoch;
    } rows[] = {
        {"the same epoch", {THERE, .id = ID(1), .epoch = 2, .end = 90, .epoch_end = -1}, 50, 2},
        {"another, which has it all",
         {THERE, .id = ID(1), .epoch = 3, .end = 90, .epoch_end = 45},
         50,
         3},
        {"another, whose leader does not answer",
         {THERE, .id = ID(1), .epoch = 3, .end = 90, .epoch_end = -1, .epoch_open = true},
         30,
         2},
        {"the same, offsets not told",
         {THERE, .id = ID(1), .epoch = 2, .start = -1, .end = -1, .epoch_end = -1},
         50,
         2},
        {"another, offsets not told",
         {THERE, .id = ID(1), .epoch = 3, .start = -1, .end = -1, .epoch_end = 45},
         30,
         2},
        {"no leader, so nothing is read since",
         {.is_known = true,
          .topic_there = true,
          .partition_there = true,
          .id = ID(1),
          .epoch = 3,
          .start = -1,
          .end = -1,
          .epoch_end = -1},
         50,
         2},
        {"nobody answers", {.epoch = -1, .start = -1, .end = -1, .epoch_end = -1}, 30, 2},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int32_t epoch;

        ck_assert_msg(epoch_next_after(rows[i].log, &epoch) == rows[i].epoch_next, "%s",
                      rows[i].what);
        ck_assert_msg(epoch == rows[i].epoch, "%s", rows[i].what);
    }
}
END_TEST

/* A look that tells epoch 2 of broker 3, by a broker that may lag behind the consumer. */
START_TEST(what_another_leader_sent_is_of_another_epoch)
{
    const struct source_log look = {THERE,       .id = ID(1), .epoch = 2,
                                    .leader = 3, .end = 90,   .epoch_end = -1};
    const struct source_log next = {THERE,       .id = ID(1), .epoch = 3,
                                    .leader = 7, .end = 90,   .epoch_end = 40};
    static const struct {
        int32_t from;
        int64_t epoch_next;
        enum source_verdict verdict; /* once the next epoch is told, which begins at 40 */
    } rows[] = {{3, 50, SOURCE_TRUNCATED}, {7, 30, SOURCE_OK}, {-1, 50, SOURCE_TRUNCATED}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct source_place place = {.next = 50,
                                     .from = rows[i].from,
                                     .id = ID(1),
                                     .epoch = 2,
                                     .epoch_next = 30,
                                     .leader = -1};
        struct source_finding f = source_position_check(&place, &look);

        source_position_settle(&place, &look, &f);
        ck_assert_int_eq(place.epoch_next, rows[i].epoch_next);
        f = source_position_check(&place, &next);
        ck_assert_int_eq(f.verdict, rows[i].verdict);
        source_position_settle(&place, &next, &f);
        ck_assert_int_eq(place.leader, 7);
    }
}
END_TEST

START_TEST(the_epoch_that_is_left)
{
    static const struct {
        const char *what;
        int32_t from, leader, epoch;
    } rows[] = {
        {"read from its leader", 3, 3, 2},
        {"nothing was read", -1, 3, 2},
        {"read from another leader", 7, 3, -1},
        {"its leader is not known", 7, -1, -1},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct source_place place = {
            .next = 50, .from = rows[i].from, .id = ID(1), .epoch = 2, .leader = rows[i].leader};

        ck_assert_msg(source_position_epoch_left(&place) == rows[i].epoch, "%s", rows[i].what);
    }
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, position, COUNT_OF(cases));
    test_add_rows(suite, settled, COUNT_OF(cases));
    test_add(suite, what_was_read_in_an_epoch);
    test_add(suite, what_another_leader_sent_is_of_another_epoch);
    test_add(suite, epoch_end_is_asked_for_after_a_change_only);
    test_add(suite, the_epoch_that_is_left);
}

TEST_MAIN("source_position", fill)
