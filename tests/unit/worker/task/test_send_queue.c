/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/send_queue.h"

#include <stdlib.h>

#include "lib/base/macros.h"
#include "lib/base/vec.h"
#include "tests/lib/testing.h"

enum {
    RECORDS_MAX = 64,
    STEPS = 5000
};

/* A batch that counts its releases. */
struct counted {
    struct tern_source_batch batch; /* first */
    struct tern_source_record records[RECORDS_MAX];
    int released;
};

static void on_release(struct tern_source_batch *batch)
{
    ((struct counted *)batch)->released++;
}

static void make_batch(struct counted *b, size_t count)
{
    *b = (struct counted){.batch = {.count = count, .release = on_release}};
    b->batch.records = b->records;
}

START_TEST(released_with_the_last_record)
{
    struct send_queue *q = send_queue_new();
    struct send_slot *slots[3];
    struct counted b;

    make_batch(&b, 3);
    ck_assert_ptr_null(send_queue_current(q));
    send_queue_take(q, &b.batch);
    for (int i = 0; i < 3; i++) {
        ck_assert_ptr_eq(send_queue_current(q), &b.records[i]);
        slots[i] = send_queue_slot(q);
        ck_assert_ptr_eq(send_slot_record(slots[i]), &b.records[i]);
        send_queue_sent(q);
    }
    ck_assert_ptr_null(send_queue_current(q));
    ck_assert_uint_eq(send_queue_batches(q), 1);
    send_queue_done(q, slots[2]);
    send_queue_done(q, slots[0]);
    ck_assert_int_eq(b.released, 0);
    send_queue_done(q, slots[1]);
    ck_assert_int_eq(b.released, 1);
    ck_assert_uint_eq(send_queue_batches(q), 0);
    send_queue_free(q);
    ck_assert_int_eq(b.released, 1);
    send_queue_free(NULL);
}
END_TEST

START_TEST(empty_batch_is_released_at_once)
{
    struct send_queue *q = send_queue_new();
    struct counted b;

    make_batch(&b, 0);
    send_queue_take(q, &b.batch);
    ck_assert_int_eq(b.released, 1);
    ck_assert_ptr_null(send_queue_current(q));
    send_queue_free(q);
}
END_TEST

START_TEST(skipped_records_are_done)
{
    struct send_queue *q = send_queue_new();
    struct send_slot *slot;
    struct counted b;

    make_batch(&b, 4);
    send_queue_take(q, &b.batch);
    send_queue_skip(q);
    slot = send_queue_slot(q);
    send_queue_sent(q);
    send_queue_skip_all(q);
    ck_assert_ptr_null(send_queue_current(q));
    ck_assert_int_eq(b.released, 0);
    send_queue_done(q, slot);
    ck_assert_int_eq(b.released, 1);
    send_queue_skip_all(q);
    send_queue_free(q);
}
END_TEST

/* What a record needed lives until its batch is released: sanitizers watch. */
START_TEST(kept_memory_lives_as_long_as_the_batch)
{
    struct send_queue *q = send_queue_new();
    struct send_slot *slot;
    struct counted b;
    char *memory = xcalloc(1, 100);

    make_batch(&b, 1);
    send_queue_take(q, &b.batch);
    send_queue_keep(q, memory);
    slot = send_queue_slot(q);
    send_queue_sent(q);
    memory[99] = 'x';
    send_queue_done(q, slot);
    ck_assert_int_eq(b.released, 1);
    send_queue_free(q);
}
END_TEST

/* In the order of taking, before what was not sent yet. */
START_TEST(what_comes_back_is_first)
{
    struct send_queue *q = send_queue_new();
    struct send_slot *slots[4];
    struct counted a, b;

    make_batch(&a, 2);
    make_batch(&b, 3);
    for (int i = 0; i < 4; i++) {
        if (i % 2 == 0)
            send_queue_take(q, i ? &b.batch : &a.batch);
        slots[i] = send_queue_slot(q);
        send_queue_sent(q);
    }
    ck_assert(!send_queue_is_again(q));
    send_queue_return(q, slots[3]);
    send_queue_return(q, slots[1]);
    send_queue_return(q, slots[2]);
    send_queue_done(q, slots[0]);
    ck_assert(send_queue_is_again(q));
    ck_assert_ptr_eq(send_queue_slot(q), slots[1]);
    send_queue_sent(q);
    send_queue_return(q, slots[1]); /* once more */
    for (int i = 1; i < 4; i++) {
        ck_assert(send_queue_is_again(q));
        ck_assert_ptr_eq(send_queue_slot(q), slots[i]);
        ck_assert_ptr_eq(send_queue_current(q), send_slot_record(slots[i]));
        send_queue_sent(q);
    }
    ck_assert(!send_queue_is_again(q));
    ck_assert_ptr_eq(send_queue_current(q), &b.records[2]);
    send_queue_done(q, slots[1]);
    ck_assert_int_eq(a.released, 1);
    send_queue_free(q);
    ck_assert_int_eq(a.released, 1);
    ck_assert_int_eq(b.released, 1);
}
END_TEST

START_TEST(left_batches_are_released_at_the_end)
{
    struct send_queue *q = send_queue_new();
    struct counted a, b;

    make_batch(&a, 2);
    make_batch(&b, 2);
    send_queue_take(q, &a.batch);
    send_queue_sent(q);
    send_queue_sent(q);
    send_queue_take(q, &b.batch);
    send_queue_free(q);
    ck_assert_int_eq(a.released, 1);
    ck_assert_int_eq(b.released, 1);
}
END_TEST

/* Batches of all sizes, acknowledged in any order: each is released once, with its last record. */
START_TEST(random_batches)
{
    unsigned seed = (unsigned)_i + 1;
    struct send_queue *q = send_queue_new();
    VEC(struct counted *) batches = {0};
    VEC(struct send_slot *) open = {0};

    for (int step = 0; step < STEPS; step++) {
        if (!send_queue_current(q) && rand_r(&seed) % 8 == 0) {
            struct counted *b = xcalloc(1, sizeof(*b));

            make_batch(b, (size_t)rand_r(&seed) % RECORDS_MAX);
            vec_push(&batches, b);
            send_queue_take(q, &b->batch);
        } else if (send_queue_current(q) && rand_r(&seed) % 2 == 0) {
            if (rand_r(&seed) % 10 == 0) {
                send_queue_skip(q);
                continue;
            }
            send_queue_slot(q)->ticket = (uint64_t)(uintptr_t)send_queue_current(q);
            vec_push(&open, send_queue_slot(q));
            send_queue_sent(q);
        } else if (open.count) {
            size_t i = (size_t)rand_r(&seed) % open.count;
            struct send_slot *slot = open.at[i];

            ck_assert_uint_eq(slot->ticket, (uint64_t)(uintptr_t)send_slot_record(slot));
            open.at[i] = open.at[--open.count];
            send_queue_done(q, slot);
        }
    }
    send_queue_skip_all(q);
    while (open.count)
        send_queue_done(q, open.at[--open.count]);
    ck_assert_uint_eq(send_queue_batches(q), 0);
    for (size_t i = 0; i < batches.count; i++) {
        ck_assert_int_eq(batches.at[i]->released, 1);
        free(batches.at[i]);
    }
    vec_fini(&batches);
    vec_fini(&open);
    send_queue_free(q);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, released_with_the_last_record);
    test_add(suite, empty_batch_is_released_at_once);
    test_add(suite, skipped_records_are_done);
    test_add(suite, kept_memory_lives_as_long_as_the_batch);
    test_add(suite, what_comes_back_is_first);
    test_add(suite, left_batches_are_released_at_the_end);
    test_add_rows(suite, random_batches, 20);
}

TEST_MAIN("send_queue", fill)
