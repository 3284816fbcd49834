/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Source tasks that are paused, resumed, killed and started again at random, over a send stage
 * that answers in any order, refuses and fails, and a store that fails or falls silent: nothing
 * is lost, no offset is ahead of what was acknowledged, no batch is kept or let go too early.
 */
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"
#include "tests/unit/worker/task/journal.h"
#include "tests/unit/worker/task/task_bench.h"

enum {
    TOTAL = 400,
    INSTANCES_MAX = 40,
    SEEDS = 20,
    PARTITIONS = 3
};

static void set_quiet(void)
{
    log_set_level("root", TERN_LOG_OFF);
}

static void random_stage(struct fake_stage_conf *stage, unsigned *seed)
{
    *stage = (struct fake_stage_conf)FAKE_STAGE_CONF;
    stage->seed = (unsigned)rand_r(seed) + 1;
    stage->room = rand_r(seed) % 2 ? (size_t)rand_r(seed) % 50 + 1 : 0;
    if (rand_r(seed) % 3 == 0)
        stage->fail_at = rand_r(seed) % 200;
    if (rand_r(seed) % 6 == 0)
        stage->refuse_at = rand_r(seed) % 200;
    stage->refuse_code = rand_r(seed) % 2 ? TERN_ERETRIABLE : TERN_EINVALID;
    if (rand_r(seed) % 10 == 0)
        stage->fatal_at = rand_r(seed) % 200;
}

/* Something happens to a task that runs. */
static void disturb(struct bench *b, unsigned *seed)
{
    switch (rand_r(seed) % 8) {
    case 0:
        source_task_transition(b->task, TARGET_PAUSED);
        break;
    case 1:
        fake_store_mode(b->store, FAKE_STORE_FAILS);
        break;
    case 2:
        fake_store_mode(b->store, FAKE_STORE_HOLDS);
        break;
    case 3:
        fake_stage_hold(true);
        break;
    case 4:
        fake_stage_hold(false);
        break;
    case 5:
        fake_store_mode(b->store, FAKE_STORE_WRITES);
        break;
    default:
        source_task_transition(b->task, TARGET_STARTED);
        break;
    }
    for (int i = rand_r(seed) % 300; i > 0; i--)
        sched_yield();
}

/* The highest offset that may stand in the store for a partition: the leading run of what was
 * acknowledged, from where this instance began. */
static int64_t leading_run(int p, int partitions, int64_t before)
{
    int64_t run = before;

    for (size_t i = 0; i < fake_stage_count(); i++) {
        const struct fake_record *r = fake_stage_record(i);
        int64_t n = strtoll(r->value, NULL, 10);

        if (n % partitions != p)
            continue;
        if (!r->acked)
            break;
        run = n;
    }
    return run;
}

/* What was sent is a gapless row of numbers from first on. */
static void check_order(int64_t first)
{
    for (size_t i = 0; i < fake_stage_count(); i++)
        ck_assert_int_eq(strtoll(fake_stage_record(i)->value, NULL, 10), first + (int64_t)i);
}

static void run_instance(struct bench *b, unsigned *seed)
{
    bench_start(b, rand_r(seed) % 5 ? TARGET_STARTED : TARGET_PAUSED);
    for (int i = rand_r(seed) % 12; i > 0; i--)
        disturb(b, seed);
    bench_stop(b);
}

static void check_released(void)
{
    struct fake_counts counts = fake_plugin_counts();

    ck_assert_uint_eq(counts.batches, counts.released);
    ck_assert_uint_eq(counts.started, counts.stopped);
    ck_assert_uint_eq(journal_count("task.stop with batches left"), 0);
}

static struct fake_script random_script(unsigned *seed)
{
    return (struct fake_script){
        .total = TOTAL,
        .batch = rand_r(seed) % 30 + 1,
        .read_offsets = true,
        .quiet = true,
        .empty_batches = rand_r(seed) % 4 == 0,
        .quick_nothing = rand_r(seed) % 4 == 0,
        .fail = rand_r(seed) % 4 == 0 ? "task.poll" : NULL,
        .fail_code = rand_r(seed) % 2 ? TERN_ERETRIABLE : TERN_EINTERNAL,
        .fail_times = 1,
        .fail_after = rand_r(seed) % TOTAL,
    };
}

/* One partition: instances go on after one another until all is acknowledged. */
START_TEST(nothing_is_lost)
{
    unsigned seed = (unsigned)_i + 1;
    bool acked[TOTAL] = {false};
    int instances = 0;
    struct bench b;
    struct fake_stage_conf stage;
    struct fake_script script = random_script(&seed);

    set_quiet();
    random_stage(&stage, &seed);
    bench_init(&b, &script, &stage);
    strmap_set(&b.worker, "offset.flush.interval.ms", "3");
    strmap_set(&b.worker, "offset.flush.timeout.ms", "40");
    while (bench_offset(&b, 0) < TOTAL - 1) {
        int64_t before = bench_offset(&b, 0);
        struct fake_stage_conf last = FAKE_STAGE_CONF;

        script = random_script(&seed);
        random_stage(&stage, &seed);
        fake_plugin_script(&script);
        fake_stage_reset(++instances < INSTANCES_MAX ? &stage : &last);
        if (instances < INSTANCES_MAX) {
            run_instance(&b, &seed);
        } else { /* the last one is left in peace */
            script.fail = NULL;
            fake_plugin_script(&script);
            bench_start(&b, TARGET_STARTED);
            ck_assert(bench_wait_offset(&b, 0, TOTAL - 1));
            bench_stop(&b);
        }
        check_released();
        check_order(before + 1);
        for (size_t i = 0; i < fake_stage_count(); i++)
            acked[before + 1 + (int64_t)i] |= fake_stage_record(i)->acked;
        /* A write given up by its task may land later, never ahead of the acknowledgements. */
        fake_store_drain(b.store);
        ck_assert_int_le(bench_offset(&b, 0), leading_run(0, 1, before));
        for (int64_t n = 0; n <= bench_offset(&b, 0); n++)
            ck_assert_msg(acked[n], "seed %d: record %d is lost", _i + 1, (int)n);
    }
    for (int n = 0; n < TOTAL; n++)
        ck_assert(acked[n]);
    bench_fini(&b);
}
END_TEST

/* Several partitions: when the last commit succeeds, it is exactly what was acknowledged. */
START_TEST(offsets_are_exact)
{
    unsigned seed = (unsigned)_i + 1000;
    struct bench b;
    struct fake_stage_conf stage;
    struct fake_script script = random_script(&seed);

    set_quiet();
    script.partitions = PARTITIONS;
    script.read_offsets = false;
    random_stage(&stage, &seed);
    bench_init(&b, &script, &stage);
    strmap_set(&b.worker, "offset.flush.interval.ms", rand_r(&seed) % 2 ? "2" : "60000");
    bench_start(&b, TARGET_STARTED);
    for (int i = rand_r(&seed) % 1000; i > 0; i--)
        sched_yield();
    fake_stage_hold(false);
    bench_stop(&b);
    check_released();
    check_order(0);
    for (int p = 0; p < PARTITIONS; p++)
        ck_assert_int_eq(bench_offset(&b, p), leading_run(p, PARTITIONS, -1));
    bench_fini(&b);
}
END_TEST

/* errors.tolerance=all: every record is acknowledged or left out, and every offset counts. */
START_TEST(tolerated_failures)
{
    unsigned seed = (unsigned)_i + 2000;
    struct fake_stage_conf stage = FAKE_STAGE_CONF;
    const struct fake_script script = {.total = TOTAL, .batch = 7, .quiet = true};
    struct bench b;

    set_quiet();
    stage.seed = seed;
    stage.room = 20;
    stage.fail_every = 5;
    bench_init(&b, &script, &stage);
    strmap_set(&b.connector, "errors.tolerance", "all");
    bench_start(&b, TARGET_STARTED);
    ck_assert(fake_stage_wait_acked(TOTAL));
    bench_stop(&b);
    check_released();
    ck_assert_int_eq(bench_offset(&b, 0), TOTAL - 1);
    ck_assert_uint_eq(journal_count("c/0 failure"), 0);
    bench_fini(&b);
}
END_TEST

/* What comes back is sent again, in its order, before all else, and counts once. */
START_TEST(what_comes_back)
{
    unsigned seed = (unsigned)_i + 3000;
    struct fake_stage_conf stage = FAKE_STAGE_CONF;
    const struct fake_script script = {
        .total = TOTAL, .batch = 7, .partitions = PARTITIONS, .quiet = true};
    int64_t sent = -1, acked = 0;
    struct bench b;

    set_quiet();
    stage.seed = seed;
    stage.room = (size_t)_i * 5 + 1;
    stage.return_every = 20 + _i;
    bench_init(&b, &script, &stage);
    bench_start(&b, TARGET_STARTED);
    ck_assert(fake_stage_wait_acked(TOTAL));
    bench_stop(&b);
    check_released();
    for (size_t i = 0; i < fake_stage_count(); i++) {
        int64_t n = strtoll(fake_stage_record(i)->value, NULL, 10);

        ck_assert_int_le(n, sent + 1);
        sent = n > sent ? n : sent;
        acked += fake_stage_record(i)->acked;
    }
    ck_assert_int_eq(sent, TOTAL - 1);
    ck_assert_int_eq(acked, TOTAL);
    for (int p = 0; p < PARTITIONS; p++)
        ck_assert_int_eq(bench_offset(&b, p), (TOTAL - 1 - p) / PARTITIONS * PARTITIONS + p);
    ck_assert_uint_eq(journal_count("c/0 failure"), 0);
    bench_fini(&b);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, nothing_is_lost, SEEDS);
    test_add_rows(suite, offsets_are_exact, SEEDS);
    test_add_rows(suite, tolerated_failures, 5);
    test_add_rows(suite, what_comes_back, SEEDS);
}

TEST_MAIN("source_random", fill)
