/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups of workers over hours of a fake clock: by themselves whatever happens to them, and in
 * the situations that they are there for.
 */
#include "world.h"

#include "lib/base/macros.h"
#include "tests/lib/testing.h"

enum {
    CHAOS_RUNS = 15, /* of each row */
    SESSION_MS = 10000,
    REBALANCE_MS = 60000,
    HEARTBEAT_MS = 3000,
    DELAY_MS = 300000,
};

static struct world_conf usual(int workers)
{
    return (struct world_conf){
        .seed = 42,
        .workers = workers,
        .session_ms = SESSION_MS,
        .rebalance_ms = REBALANCE_MS,
        .heartbeat_ms = HEARTBEAT_MS,
        .max_delay_ms = DELAY_MS,
        .initial_delay_ms = 3000,
        .protocols = {2, 2, 2, 2, 2, 2},
        .connectors = 3,
        .tasks = 4,
        .calm = true,
    };
}

/* ---- whatever happens ---- */

static const struct chaos_row {
    const char *name;
    int64_t max_delay_ms;
    enum group_protocol protocols[WORKERS];
} chaos_rows[] = {
    {"sessioned, long delay", DELAY_MS, {2, 2, 2, 2, 2, 2}},
    {"sessioned, short delay", 5000, {2, 2, 2, 2, 2, 2}},
    {"sessioned, no delay", 0, {2, 2, 2, 2, 2, 2}},
    {"compatible", 30000, {1, 2, 1, 2, 2, 2}},
    {"eager", DELAY_MS, {0, 0, 0, 0, 0, 0}},
    {"changing", 20000, {2, 2, 2, 0, 1, 2}},
};

static uint64_t next(uint64_t *random, uint64_t below)
{
    *random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (*random >> 33) % below;
}

static void something(struct world *w, uint64_t *random)
{
    int worker = (int)next(random, WORKERS);

    switch (next(random, 12)) {
    case 0:
        world_kill(w, worker);
        break;
    case 1:
        world_leave(w, worker);
        break;
    case 2:
    case 3:
    case 4:
        world_start(w, worker);
        break;
    case 5:
        world_move_coordinator(w);
        break;
    case 6:
        world_stall(w, worker, (int64_t)next(random, 20000));
        break;
    case 7:
        world_stall(w, worker, (int64_t)next(random, 3 * (uint64_t)REBALANCE_MS));
        break;
    case 8:
        world_cut(w, worker, true);
        break;
    case 9:
    case 10:
        world_cut(w, worker, false);
        break;
    default:
        world_configure(w, (int)next(random, 5), (int)next(random, 6));
    }
}

/* After the last of it, all that is configured runs, once, and nothing moves any more. */
static void chaos_run(const struct chaos_row *row, uint64_t seed)
{
    struct world_conf conf = usual(1 + (int)(seed % 4));
    uint64_t random = seed;
    struct world *w;
    int32_t generation;

    conf.seed = seed + 1;
    conf.calm = false;
    conf.initial_delay_ms = seed % 2 ? 3000 : 0;
    conf.max_delay_ms = row->max_delay_ms;
    memcpy(conf.protocols, row->protocols, sizeof(conf.protocols));
    w = world_new(&conf);
    for (uint64_t i = 0, events = 1 + next(&random, 25); i < events; i++) {
        world_run(w, (int64_t)next(&random, 15000));
        something(w, &random);
    }
    world_heal(w);
    world_run(w, 5 * REBALANCE_MS + 2 * row->max_delay_ms + 2 * SESSION_MS);
    world_start(w, 0);
    world_run(w, 2 * REBALANCE_MS + row->max_delay_ms);
    world_check_rest(w, row->name);
    generation = world_generation(w);
    world_run(w, REBALANCE_MS);
    world_check_rest(w, row->name);
    ck_assert_msg(world_generation(w) == generation, "%s (seed %d): rebalances for ever", row->name,
                  (int)seed);
    world_free(w);
}

START_TEST(chaos)
{
    const char *more = getenv("TERN_SIM_RUNS"); /* for a longer search */
    uint64_t runs = more ? strtoul(more, NULL, 10) : CHAOS_RUNS;

    for (uint64_t seed = 0; seed < runs; seed++)
        chaos_run(&chaos_rows[_i], seed);
}
END_TEST

/* ---- what it is there for ---- */

/* The first worker leads; the others come one after the other, and get their share. */
static struct world *settle(int workers)
{
    const struct world_conf conf = usual(1);
    struct world *w = world_new(&conf);

    for (int i = 1; i < workers; i++) {
        world_run(w, 10000);
        world_start(w, i);
    }
    world_run(w, 2 * REBALANCE_MS);
    world_check_rest(w, "at the beginning");
    return w;
}

static size_t size(const struct work *w)
{
    return w->connector_count + w->task_count;
}

/* An only worker that cannot reach its coordinator works on, and goes on with all its work as soon
 * as it can again; there is nobody to wait for. */
START_TEST(alone_and_cut_off)
{
    static const int64_t lengths_ms[] = {5000, 15000, 60000, 900000};
    const struct world_conf conf = usual(1);
    struct world *w = world_new(&conf);

    world_run(w, 10000);
    world_check_rest(w, "before");
    world_cut(w, 0, true);
    world_run(w, lengths_ms[_i]);
    ck_assert_uint_eq(size(world_running(w, 0)), 15);
    world_cut(w, 0, false);
    world_run(w, 15000);
    world_check_rest(w, "after");
    ck_assert_uint_eq(world_stopped(w, 0), 0);
    ck_assert_int_eq(world_delay(w, 0), 0);
    world_free(w);
}
END_TEST

/* A worker of several that cannot reach its coordinator keeps its work as long as the leader keeps
 * it for it, and no longer. */
START_TEST(one_cut_off)
{
    struct world *w = settle(3);
    size_t before = size(world_running(w, 1)), stopped = world_stopped(w, 1);
    size_t others = world_stopped(w, 0) + world_stopped(w, 2);

    world_cut(w, 1, true);
    world_run(w, _i ? SESSION_MS + DELAY_MS + 20000 : 60000);
    ck_assert_uint_eq(size(world_running(w, 1)), _i ? 0 : before);
    ck_assert_uint_eq(world_stopped(w, 1) - stopped, _i ? before : 0);
    ck_assert_uint_eq(size(world_running(w, 0)) + size(world_running(w, 2)), _i ? 15 : 15 - before);
    world_cut(w, 1, false);
    world_run(w, 60000);
    world_check_rest(w, "after");
    if (!_i) {
        ck_assert_uint_eq(world_stopped(w, 1), stopped);
        ck_assert_uint_eq(world_stopped(w, 0) + world_stopped(w, 2), others);
    }
    world_free(w);
}
END_TEST

/* All are cut off, and come back one after the other, the leader first or last: nothing moves. */
START_TEST(all_cut_off)
{
    struct world *w = settle(3);
    size_t stopped = 0;

    for (int i = 0; i < 3; i++)
        stopped += world_stopped(w, i);
    for (int i = 0; i < 3; i++)
        world_cut(w, i, true);
    world_run(w, 60000);
    for (int i = 0; i < 3; i++) {
        world_cut(w, (i + _i) % 3, false);
        world_run(w, 7000);
    }
    world_run(w, 30000);
    world_check_rest(w, "after");
    for (int i = 0; i < 3; i++)
        stopped -= world_stopped(w, i);
    ck_assert_uint_eq(stopped, 0);
    world_free(w);
}
END_TEST

/* A worker that dies: its work waits for it, and the others' does not stop. */
START_TEST(killed)
{
    struct world *w = settle(3);
    size_t moved = world_stopped(w, 0) + world_stopped(w, 1);

    world_kill(w, 2);
    world_run(w, SESSION_MS + DELAY_MS / 2);
    ck_assert_uint_eq(size(world_running(w, 0)) + size(world_running(w, 1)), 10);
    if (_i)
        world_start(w, 2);
    world_run(w, DELAY_MS);
    world_check_rest(w, "after");
    ck_assert_uint_eq(world_stopped(w, 0) + world_stopped(w, 1), moved);
    world_free(w);
}
END_TEST

/* The herder is held up for longer than the rebalance timeout: the others need not wait. */
START_TEST(stalled)
{
    const struct world_conf conf = usual(2);
    struct world *w = world_new(&conf);
    int32_t generation;

    world_run(w, 60000);
    generation = world_generation(w);
    world_stall(w, 0, REBALANCE_MS + 30000);
    world_run(w, REBALANCE_MS + 20000);
    ck_assert_int_gt(world_generation(w), generation);
    ck_assert_uint_gt(size(world_running(w, 0)), 0);
    world_run(w, DELAY_MS + 60000);
    world_check_rest(w, "after");
    world_free(w);
}
END_TEST

/* A group turns eager when a member comes that knows nothing else, and back when it has left. */
START_TEST(protocol_switch)
{
    struct world_conf conf = usual(2);
    struct world *w;

    conf.protocols[2] = GROUP_EAGER;
    w = world_new(&conf);
    world_run(w, 60000);
    world_check_rest(w, "incremental");
    ck_assert(!world_is_eager(w, 0));
    world_start(w, 2);
    world_run(w, 60000);
    world_check_rest(w, "eager");
    ck_assert(world_is_eager(w, 0) && world_is_eager(w, 2));
    world_leave(w, 2);
    world_run(w, 60000 + DELAY_MS);
    world_check_rest(w, "incremental again");
    ck_assert(!world_is_eager(w, 0));
    world_free(w);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, chaos, COUNT_OF(chaos_rows));
    test_add_rows(suite, alone_and_cut_off, 4);
    test_add_rows(suite, one_cut_off, 2);
    test_add_rows(suite, all_cut_off, 3);
    test_add_rows(suite, killed, 2);
    test_add(suite, stalled);
    test_add(suite, protocol_switch);
}

TEST_MAIN("group_sim", fill)
