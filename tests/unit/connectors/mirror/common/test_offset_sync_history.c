/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single rules; and a simulated mirror, which crashes, meets gaps, loses syncs and its target:
 * whatever happens, no translation skips a record, and none is behind Java's.
 */
#include "connectors/mirror/common/offset_sync_history.h"
#include "tests/lib/testing.h"

#include <string.h>

#include "connectors/mirror/common/offset_sync_store.h"
#include "connectors/mirror/common/offset_sync_writer.h"
#include "lib/base/macros.h"
#include "lib/base/vec.h"

static int64_t translated(const struct offset_sync_history *h, int64_t upstream)
{
    int64_t downstream;

    return offset_sync_history_translate(h, upstream, &downstream) ? downstream : -1;
}

static void add(struct offset_sync_history *h, int64_t upstream, int64_t downstream)
{
    offset_sync_history_add(h, upstream, downstream, SIZE_MAX);
}

/* ---- rules ---- */

START_TEST(the_nearest_before_counts)
{
    struct offset_sync_history h = {0};

    ck_assert_int_eq(translated(&h, 5), -1);
    add(&h, 10, 3);
    add(&h, 20, 13);
    add(&h, 40, 30);
    ck_assert_int_eq(translated(&h, 9), -1);
    ck_assert_int_eq(translated(&h, 10), 3);
    ck_assert_int_eq(translated(&h, 11), 4);
    ck_assert_int_eq(translated(&h, 19), 4);
    ck_assert_int_eq(translated(&h, 20), 13);
    ck_assert_int_eq(translated(&h, 39), 14);
    ck_assert_int_eq(translated(&h, 1000), 31);
    offset_sync_history_fini(&h);
}
END_TEST

/* A group at the end stays where it is when the next transaction begins. */
START_TEST(a_marker_is_no_news)
{
    struct offset_sync_history h = {0};
    int64_t downstream;

    offset_sync_history_add(&h, 9, 21, 100);
    ck_assert(offset_sync_history_translate(&h, 10, &downstream));
    ck_assert_int_eq(downstream, 22);
    offset_sync_history_add(&h, 10, 23, 100); /* 22 is the marker */
    ck_assert(offset_sync_history_translate(&h, 10, &downstream));
    ck_assert_int_eq(downstream, 22);
    ck_assert_int_eq(offset_sync_history_reread(&h, 10, downstream), 0);
    offset_sync_history_add(&h, 11, 26, 100); /* more than a marker */
    ck_assert(offset_sync_history_translate(&h, 11, &downstream));
    ck_assert_int_eq(downstream, 26);
    offset_sync_history_fini(&h);
}
END_TEST

START_TEST(what_is_read_again_is_known)
{
    struct offset_sync_history h = {0};

    ck_assert_int_eq(offset_sync_history_reread(&h, 5, 5), -1);
    add(&h, 10, 3);
    add(&h, 20, 13);
    add(&h, 40, 30);
    ck_assert_int_eq(offset_sync_history_reread(&h, 20, 2), -1);
    ck_assert_int_eq(offset_sync_history_reread(&h, 10, 3), 0);
    ck_assert_int_eq(offset_sync_history_reread(&h, 15, 3), 5);
    ck_assert_int_eq(offset_sync_history_reread(&h, 15, 4), 4);
    ck_assert_int_eq(offset_sync_history_reread(&h, 41, 14), 20);
    ck_assert_int_eq(offset_sync_history_reread(&h, 41, 31), 0);
    /* not mirrored yet, as far as is known */
    ck_assert_int_eq(offset_sync_history_reread(&h, 90, 31), 0);
    ck_assert_int_eq(offset_sync_history_reread(&h, 90, 30), 1);
    /* a group that went back */
    ck_assert_int_eq(offset_sync_history_reread(&h, 11, 30), 0);
    offset_sync_history_fini(&h);
}
END_TEST

START_TEST(the_start_of_the_target_is_known)
{
    struct offset_sync_history h = {0};

    add(&h, 5000, 0); /* the source began there, by retention */
    ck_assert_int_eq(translated(&h, 7), 0);
    add(&h, 7, 200); /* created anew */
    ck_assert_int_eq(translated(&h, 5), -1);
    ck_assert_int_eq(translated(&h, 7), 200);
    offset_sync_history_fini(&h);
}
END_TEST

START_TEST(a_restart_keeps_what_was_before)
{
    struct offset_sync_history h = {0};

    add(&h, 0, 0);
    add(&h, 101, 101);
    add(&h, 202, 202);
    add(&h, 150, 250); /* 150 to 249 are there twice */
    ck_assert_int_eq(translated(&h, 101), 101);
    ck_assert_int_eq(translated(&h, 149), 102);
    ck_assert_int_eq(translated(&h, 150), 250);
    ck_assert_int_eq(translated(&h, 202), 251);
    add(&h, 150, 300);
    ck_assert_int_eq(translated(&h, 150), 300);
    ck_assert_uint_eq(h.count, 3);
    offset_sync_history_fini(&h);
}
END_TEST

START_TEST(a_lost_target_is_forgotten)
{
    struct offset_sync_history h = {0};

    add(&h, 0, 0);
    add(&h, 1000, 1000);
    add(&h, 1001, 0);
    ck_assert_int_eq(translated(&h, 500), 0); /* from the start of the new log */
    ck_assert_int_eq(translated(&h, 1001), 0);
    add(&h, 1102, 101);
    add(&h, 1110, 50); /* cut off in the middle */
    ck_assert_int_eq(translated(&h, 1105), -1);
    ck_assert_int_eq(translated(&h, 1111), 51);
    offset_sync_history_fini(&h);
}
END_TEST

static const struct {
    int64_t upstream, downstream;
    bool is_wrong;
} contradictions[] = {
    {1003, 2, false}, {1003, 3, true}, {500, 500, true}, {500, 0, false},
    {2000, 2, false}, {1001, 1, true}, {1000, 0, false}, {1001, 0, false},
};

/* Facts 1001 -> 0, 1002 -> 1: of a target that was created anew. */
START_TEST(former_translations_may_be_wrong)
{
    struct offset_sync_history h = {0};

    ck_assert(!offset_sync_history_contradicts(&h, 5, 1000));
    add(&h, 0, 0);
    add(&h, 1001, 0);
    add(&h, 1002, 1);
    ck_assert_int_eq(offset_sync_history_contradicts(&h, contradictions[_i].upstream,
                                                     contradictions[_i].downstream),
                     contradictions[_i].is_wrong);
    offset_sync_history_fini(&h);
}
END_TEST

START_TEST(numbers_that_are_no_offsets)
{
    struct offset_sync_history h = {0};

    add(&h, -1, 5);
    add(&h, 5, -1);
    add(&h, INT64_MAX, 5);
    add(&h, 5, INT64_MAX);
    ck_assert_uint_eq(h.count, 0);
    add(&h, INT64_MAX - 1, INT64_MAX - 1);
    ck_assert_int_eq(translated(&h, INT64_MAX), INT64_MAX);
    offset_sync_history_fini(&h);
}
END_TEST

START_TEST(old_facts_are_thinned_out)
{
    struct offset_sync_history h = {0};

    for (int64_t i = 0; i < 100000; i++)
        offset_sync_history_add(&h, i * 10, i * 10, 1000);
    ck_assert_uint_le(h.count, 1000);
    ck_assert_uint_gt(h.count, 700);
    ck_assert_int_eq(h.at[0].upstream, 0);
    for (size_t i = 1; i < h.count; i++) {
        ck_assert_int_lt(h.at[i - 1].upstream, h.at[i].upstream);
        /* the nearer to the end, the closer together */
        if (i > h.count / 2)
            ck_assert_int_eq(h.at[i].upstream - h.at[i - 1].upstream, 10);
    }
    ck_assert_int_eq(translated(&h, 999990), 999990);
    offset_sync_history_fini(&h);
}
END_TEST

/* ---- a mirror ---- */

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static bool one_in(uint64_t *state, uint64_t n)
{
    return next_random(state) % n == 0;
}

#define TOPIC "t"

struct mirror {
    uint64_t random;
    VEC(int64_t) source; /* offsets of its records */
    VEC(int64_t) target; /* the source's offset of the record at each offset; -1: another's */
    size_t next;         /* record of the source to be mirrored */
    size_t committed;
    struct offset_sync_writer *writer;
    struct offset_sync_store *tight, *java;
    uint64_t lost_syncs; /* one in so many; 0: none */
};

static void open_writer(struct mirror *m)
{
    offset_sync_writer_free(m->writer);
    m->writer = offset_sync_writer_new(1, 10);
}

static void send_syncs(struct mirror *m)
{
    struct offset_sync_due due;

    while (offset_sync_writer_next(m->writer, &due)) {
        offset_sync_writer_completed(m->writer);
        if (m->lost_syncs && one_in(&m->random, m->lost_syncs))
            continue;
        offset_sync_store_add(m->tight, slice_str(TOPIC), 0, due.upstream_offset,
                              due.downstream_offset);
        offset_sync_store_add(m->java, slice_str(TOPIC), 0, due.upstream_offset,
                              due.downstream_offset);
    }
}

static void produce(struct mirror *m)
{
    int64_t last = m->source.count ? m->source.at[m->source.count - 1] : -1;

    /* a marker, or what compaction has taken */
    vec_push(&m->source,
             last + 1 + (one_in(&m->random, 20) ? (int64_t)(next_random(&m->random) % 4) : 0));
}

static void mirror_one(struct mirror *m)
{
    if (m->next == m->source.count)
        produce(m);
    if (one_in(&m->random, 40))
        vec_push(&m->target, -1);
    vec_push(&m->target, m->source.at[m->next]);
    offset_sync_writer_update(m->writer, 0, m->source.at[m->next], (int64_t)m->target.count - 1);
    m->next++;
    send_syncs(m);
}

static void crash(struct mirror *m)
{
    m->next = m->committed;
    open_writer(m);
}

static void commit_offsets(struct mirror *m)
{
    m->committed = m->next;
    offset_sync_writer_flush(m->writer);
    send_syncs(m);
}

/* A group that goes on at position reads every record from upstream on that was mirrored. */
static void check_nothing_is_skipped(const struct mirror *m, int64_t upstream, int64_t position)
{
    size_t first = 0;

    while (first < m->next && m->source.at[first] < upstream)
        first++;
    for (size_t r = m->next; r > first; r--) {
        size_t at = m->target.count;

        while (at > 0 && m->target.at[at - 1] != m->source.at[r - 1])
            at--;
        ck_assert_msg((int64_t)at - 1 >= position, "record %lld is skipped by a group at %lld",
                      (long long)m->source.at[r - 1], (long long)upstream);
    }
}

static void check_translation(struct mirror *m)
{
    int64_t upstream, tight, java, end = m->source.at[m->source.count - 1] + 2;

    upstream = end - (int64_t)(next_random(&m->random) % (uint64_t)(end < 150 ? end : 150));
    if (!offset_sync_store_translate(m->tight, TOPIC, 0, upstream, &tight))
        return;
    if (tight >= 0)
        check_nothing_is_skipped(m, upstream, tight);
    if (offset_sync_store_translate(m->java, TOPIC, 0, upstream, &java))
        ck_assert_int_ge(tight, java);
}

static void mirror_open(struct mirror *m, uint64_t seed)
{
    *m = (struct mirror){.random = seed};
    m->tight = offset_sync_store_new_tight(1000);
    m->java = offset_sync_store_new();
    offset_sync_store_start(m->tight, false);
    offset_sync_store_start(m->java, false);
    offset_sync_store_end_reached(m->tight);
    offset_sync_store_end_reached(m->java);
    open_writer(m);
}

static void mirror_close(struct mirror *m)
{
    offset_sync_writer_free(m->writer);
    offset_sync_store_free(m->tight);
    offset_sync_store_free(m->java);
    vec_fini(&m->source);
    vec_fini(&m->target);
}

START_TEST(no_record_is_skipped)
{
    struct mirror m;

    mirror_open(&m, (uint64_t)_i * 7919 + 1);
    m.lost_syncs = _i % 3 == 1 ? 4 : 0;
    for (int step = 0; step < 1500; step++) {
        mirror_one(&m);
        if (one_in(&m.random, 60))
            commit_offsets(&m);
        if (_i % 2 && one_in(&m.random, 250))
            crash(&m);
        check_translation(&m);
    }
    mirror_close(&m);
}
END_TEST

/* Without faults a group re-reads no more than offset.lag.max records, and none at the end. */
START_TEST(few_are_read_again)
{
    struct mirror m;
    int64_t position, end;

    mirror_open(&m, (uint64_t)_i + 1000);
    for (int step = 0; step < 2000; step++)
        mirror_one(&m);
    commit_offsets(&m);
    end = m.source.at[m.source.count - 1] + 1;
    for (size_t r = 0; r < m.next; r++) {
        size_t at = 0;

        while (m.target.at[at] != m.source.at[r])
            at++;
        ck_assert(offset_sync_store_translate(m.tight, TOPIC, 0, m.source.at[r], &position));
        ck_assert_int_le(position, (int64_t)at);
        ck_assert_int_ge(position, (int64_t)at - 10);
    }
    ck_assert(offset_sync_store_translate(m.tight, TOPIC, 0, end, &position));
    ck_assert_int_eq(position, (int64_t)m.target.count);
    mirror_close(&m);
}
END_TEST

/* The target's topic is created anew under the mirror, as long as the first sync arrives. */
START_TEST(a_new_target_topic)
{
    struct mirror m;

    mirror_open(&m, (uint64_t)_i + 77);
    for (int round = 0; round < 4; round++) {
        for (int step = 0; step < 400; step++) {
            mirror_one(&m);
            if (step > 0)
                check_translation(&m);
        }
        m.target.count = 0;
        /* what is gone from the target cannot be skipped: groups begin where it begins */
        memmove(m.source.at, m.source.at + m.next,
                (m.source.count - m.next) * sizeof(m.source.at[0]));
        if (m.source.count == m.next)
            vec_push(&m.source, m.source.at[m.next - 1] + 1);
        m.source.at[0] = m.source.at[m.source.count - 1];
        m.source.count = 1;
        m.next = 0;
        offset_sync_store_free(m.java); /* it would be wrong here */
        m.java = offset_sync_store_new();
    }
    mirror_close(&m);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, the_nearest_before_counts);
    test_add(suite, a_marker_is_no_news);
    test_add(suite, what_is_read_again_is_known);
    test_add(suite, the_start_of_the_target_is_known);
    test_add(suite, a_restart_keeps_what_was_before);
    test_add(suite, a_lost_target_is_forgotten);
    test_add_rows(suite, former_translations_may_be_wrong, COUNT_OF(contradictions));
    test_add(suite, numbers_that_are_no_offsets);
    test_add(suite, old_facts_are_thinned_out);
    test_add_rows(suite, no_record_is_skipped, 6);
    test_add_rows(suite, few_are_read_again, 3);
    test_add_rows(suite, a_new_target_topic, 3);
}

TEST_MAIN("offset_sync_history", fill)
