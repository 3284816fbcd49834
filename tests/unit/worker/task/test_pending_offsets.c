/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of submissions, acknowledgements and takes, then thousands of random ones beside a
 * model that keeps every record in a plain list.
 */
#include "worker/task/pending_offsets.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/vec.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

enum {
    LIMIT = 1 << 16
};

/*
 * One queue, driven by a text: s7 submits offset 7, j7 the same as JSON {"j":7}, a0 acknowledges
 * the record submitted first, d drops the last, t takes. Takes are written down as
 * "<value>/<records>", or - when there is nothing.
 */
static const struct script_case {
    const char *script;
    const char *takes;
    size_t unacked;
} script_cases[] = {
    {"t", "-/0", 0},
    {"s5 t", "-/0", 1},
    {"s5 a0 t t", "{\"n\":5}/1 -/0", 0},
    {"s1 s2 s3 a1 t a0 t a2 t", "-/0 {\"n\":2}/2 {\"n\":3}/1", 0},
    {"s1 s2 s3 a2 a1 a0 t", "{\"n\":3}/3", 0},
    {"s1 s2 a0 a1 s3 a2 t", "{\"n\":3}/3", 0},
    {"s1 s2 d a0 t", "{\"n\":1}/1", 0},
    {"s1 a0 s2 d t", "{\"n\":1}/1", 0},
    {"s9 s4 a0 a1 t", "{\"n\":4}/2", 0}, /* order of submission counts, not size */
    {"j7 a0 t", "{\"j\":7}/1", 0},
    {"j7 s8 j9 a1 a0 t a2 t", "{\"n\":8}/2 {\"j\":9}/1", 0},
    {"j7 s8 a0 a1 t s9 a2 t", "{\"n\":8}/2 {\"n\":9}/1", 0},
    {"s1 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 s12 s13 s14 s15 s16 s17 s18 a17 a16 t a0 t",
     "-/0 {\"n\":1}/1", 15},
};

static void take(struct pending_offsets *p, struct buf *out)
{
    const struct committable *offsets;
    size_t records, count = pending_offsets_take(p, &offsets, &records);

    ck_assert_uint_le(count, 1);
    buf_add_str(out, out->len ? " " : "");
    if (count)
        ck_assert_str_eq(offsets[0].key, "key");
    buf_add_fmt(out, "%s/%zu", count ? offsets[0].value : "-", records);
}

static void run_script(const char *script, struct pending_offsets *p, struct buf *takes)
{
    struct pending_queue *q = pending_offsets_queue(p, "key", "n");
    VEC(uint64_t) tickets = {0};

    for (const char *at = script; at; at = strchr(at, ' ') ? strchr(at, ' ') + 1 : NULL) {
        long number = strtol(at + 1, NULL, 10);
        char json[32];

        snprintf(json, sizeof(json), "{\"j\":%ld}", number);
        if (*at == 's')
            vec_push(&tickets, pending_queue_submit(q, number, NULL));
        else if (*at == 'j')
            vec_push(&tickets, pending_queue_submit(q, number, json));
        else if (*at == 'a')
            pending_queue_acked(q, tickets.at[number]);
        else if (*at == 'd')
            pending_queue_drop_last(q);
        else
            take(p, takes);
    }
    vec_fini(&tickets);
}

START_TEST(scripts)
{
    const struct script_case *row = &script_cases[_i];
    struct pending_offsets *p = pending_offsets_new();
    CLEANUP(buf_fini) struct buf takes = BUF_INIT(LIMIT);

    run_script(row->script, p, &takes);
    ck_assert_str_eq(buf_str(&takes), row->takes);
    ck_assert_uint_eq(pending_offsets_unacked(p), row->unacked);
    pending_offsets_free(p);
}
END_TEST

START_TEST(queues_are_found_again)
{
    struct pending_offsets *p = pending_offsets_new();
    struct pending_queue *a = pending_offsets_queue(p, "a", "n");
    struct pending_queue *b = pending_offsets_queue(p, "b", "n");

    ck_assert_ptr_ne(a, b);
    ck_assert_ptr_eq(pending_offsets_queue(p, "a", "n"), a);
    ck_assert_str_eq(pending_queue_key(b), "b");
    pending_offsets_free(p);
    pending_offsets_free(NULL);
}
END_TEST

START_TEST(one_partition_does_not_hold_up_another)
{
    struct pending_offsets *p = pending_offsets_new();
    struct pending_queue *a = pending_offsets_queue(p, "a", "n");
    struct pending_queue *b = pending_offsets_queue(p, "b", "m\"");
    const struct committable *offsets;
    size_t records;
    uint64_t ticket;

    pending_queue_submit(a, 1, NULL);
    ticket = pending_queue_submit(b, 2, NULL);
    pending_queue_acked(b, ticket);
    ck_assert_uint_eq(pending_offsets_take(p, &offsets, &records), 1);
    ck_assert_str_eq(offsets[0].key, "b");
    ck_assert_str_eq(offsets[0].value, "{\"m\\\"\":2}");
    ck_assert_uint_eq(records, 1);
    ck_assert_uint_eq(pending_offsets_unacked(p), 1);
    pending_offsets_free(p);
}
END_TEST

/* Too large to be an offset: what is committed is nothing that anyone takes for one. */
START_TEST(offset_without_measure)
{
    struct pending_offsets *p = pending_offsets_new();
    struct pending_queue *q = pending_offsets_queue(p, "a", "n");
    CLEANUP(freep) char *large = xmalloc(2 * 1024 * 1024);
    const struct committable *offsets;
    size_t records;

    memset(large, 'x', 2 * 1024 * 1024 - 1);
    large[2 * 1024 * 1024 - 1] = '\0';
    pending_queue_acked(q, pending_queue_submit(q, 1, large));
    ck_assert_uint_eq(pending_offsets_take(p, &offsets, &records), 1);
    ck_assert_str_eq(offsets[0].value, "");
    pending_offsets_free(p);
}
END_TEST

/* ---- random rounds beside a model ---- */

enum {
    QUEUES = 5,
    ROUNDS = 40,
    STEPS = 2000
};

struct model_record {
    uint64_t ticket;
    int64_t offset;
    bool json, acked;
};

struct model {
    VEC(struct model_record) records[QUEUES]; /* all ever submitted */
    size_t head[QUEUES];                      /* of the leading run of acknowledged ones */
    size_t taken[QUEUES];                     /* head when it was taken last */
};

static size_t model_unacked(const struct model *m)
{
    size_t count = 0;

    for (int q = 0; q < QUEUES; q++) {
        for (size_t i = m->head[q]; i < m->records[q].count; i++)
            count += !m->records[q].at[i].acked;
    }
    return count;
}

static void model_advance(struct model *m, int q)
{
    while (m->head[q] < m->records[q].count && m->records[q].at[m->head[q]].acked)
        m->head[q]++;
}

static void check_take(struct pending_offsets *p, struct model *m)
{
    const struct committable *offsets;
    size_t records, expected_records = 0, expected = 0;
    size_t count = pending_offsets_take(p, &offsets, &records);

    for (int q = 0; q < QUEUES; q++) {
        char key[16], value[64];
        const struct model_record *last;
        size_t i = 0;

        expected_records += m->head[q] - m->taken[q];
        if (m->head[q] == m->taken[q])
            continue;
        expected++;
        last = &m->records[q].at[m->head[q] - 1];
        snprintf(key, sizeof(key), "q%d", q);
        snprintf(value, sizeof(value), "{\"%s\":%" PRId64 "}", last->json ? "json" : "n",
                 last->offset);
        while (i < count && strcmp(offsets[i].key, key) != 0)
            i++;
        ck_assert_uint_lt(i, count);
        ck_assert_str_eq(offsets[i].value, value);
        m->taken[q] = m->head[q];
    }
    ck_assert_uint_eq(count, expected);
    ck_assert_uint_eq(records, expected_records);
}

static void ack_one(struct pending_queue *queue, struct model *m, int q, unsigned *seed)
{
    size_t open = m->records[q].count - m->head[q];
    size_t at;

    if (open == 0)
        return;
    /* Mostly near the head, as brokers answer. */
    at = m->head[q] + (size_t)rand_r(seed) % (rand_r(seed) % 4 ? (open < 4 ? open : 4) : open);
    if (m->records[q].at[at].acked)
        return;
    m->records[q].at[at].acked = true;
    pending_queue_acked(queue, m->records[q].at[at].ticket);
    model_advance(m, q);
}

static void submit_one(struct pending_queue *queue, struct model *m, int q, unsigned *seed)
{
    struct model_record r = {.offset = rand_r(seed), .json = rand_r(seed) % 3 == 0};
    char json[64];

    snprintf(json, sizeof(json), "{\"json\":%" PRId64 "}", r.offset);
    r.ticket = pending_queue_submit(queue, r.offset, r.json ? json : NULL);
    vec_push(&m->records[q], r);
}

static void drop_one(struct pending_queue *queue, struct model *m, int q)
{
    size_t count = m->records[q].count;

    if (count == m->head[q] || m->records[q].at[count - 1].acked)
        return;
    pending_queue_drop_last(queue);
    m->records[q].count--;
}

START_TEST(random_rounds)
{
    unsigned seed = (unsigned)_i + 1;
    struct pending_offsets *p = pending_offsets_new();
    struct pending_queue *queues[QUEUES];
    struct model m = {0};

    for (int q = 0; q < QUEUES; q++) {
        char key[16];

        snprintf(key, sizeof(key), "q%d", q);
        queues[q] = pending_offsets_queue(p, key, "n");
    }
    for (int step = 0; step < STEPS; step++) {
        int q = rand_r(&seed) % QUEUES, what = rand_r(&seed) % 100;

        if (what < 45)
            submit_one(queues[q], &m, q, &seed);
        else if (what < 92)
            ack_one(queues[q], &m, q, &seed);
        else if (what < 95)
            drop_one(queues[q], &m, q);
        else
            check_take(p, &m);
        ck_assert_uint_eq(pending_offsets_unacked(p), model_unacked(&m));
    }
    for (int q = 0; q < QUEUES; q++) {
        while (m.head[q] < m.records[q].count)
            ack_one(queues[q], &m, q, &seed);
    }
    check_take(p, &m);
    ck_assert_uint_eq(pending_offsets_unacked(p), 0);
    for (int q = 0; q < QUEUES; q++)
        vec_fini(&m.records[q]);
    pending_offsets_free(p);
}
END_TEST

START_TEST(refused_ones_do_not_count_until_the_reset)
{
    struct pending_offsets *p = pending_offsets_new();
    struct pending_queue *q = pending_offsets_queue(p, "[\"c\",{\"p\":1}]", "offset");
    const struct committable *offsets;
    uint64_t tickets[4];
    size_t records;

    for (int i = 0; i < 4; i++)
        tickets[i] = pending_queue_submit(q, i, NULL);
    pending_queue_acked(q, tickets[0]);
    pending_queue_refused(q, tickets[1]);
    ck_assert(pending_queue_is_refused(q));
    ck_assert_uint_eq(pending_queue_open(q), 2);
    pending_queue_acked(q, tickets[3]); /* behind the refused one: it counts no more */
    pending_queue_refused(q, tickets[2]);
    ck_assert_uint_eq(pending_queue_open(q), 0);
    ck_assert_uint_eq(pending_offsets_unacked(p), 0);
    ck_assert_uint_eq(pending_offsets_take(p, &offsets, &records), 1);
    ck_assert_str_eq(offsets[0].value, "{\"offset\":0}");

    pending_queue_reset(q);
    ck_assert(!pending_queue_is_refused(q));
    ck_assert_uint_eq(pending_offsets_take(p, &offsets, &records), 0);
    tickets[0] = pending_queue_submit(q, 1, NULL); /* handed over again */
    pending_queue_acked(q, tickets[0]);
    ck_assert_uint_eq(pending_offsets_take(p, &offsets, &records), 1);
    ck_assert_str_eq(offsets[0].value, "{\"offset\":1}");
    pending_offsets_free(p);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, scripts, COUNT_OF(script_cases));
    test_add(suite, refused_ones_do_not_count_until_the_reset);
    test_add(suite, queues_are_found_again);
    test_add(suite, one_partition_does_not_hold_up_another);
    test_add(suite, offset_without_measure);
    test_add_rows(suite, random_rounds, ROUNDS);
}

TEST_MAIN("pending_offsets", fill)
