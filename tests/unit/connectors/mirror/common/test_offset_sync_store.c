/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random syncs against the rule written out plainly over 64 references, and the invariants that
 * the slots must keep; many partitions; start-up.
 */
#include "connectors/mirror/common/offset_sync_store.h"
#include "tests/lib/testing.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/macros.h"

enum {
    SLOTS = OFFSET_SYNC_STORE_SLOTS
};

/* ---- numbers from a seed (splitmix64) ---- */

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static int64_t below(uint64_t *state, int64_t limit)
{
    return (int64_t)(next_random(state) % (uint64_t)limit);
}

/* ---- the rule, written out ---- */

struct sync {
    int64_t up, down;
    int id;
};

struct model {
    bool any;
    int ids;
    struct sync s[SLOTS];
};

static int64_t power(int n)
{
    return (int64_t)(UINT64_C(1) << n);
}

static int64_t wrap_add(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

static bool inv_b(const struct sync *x, const struct sync *y, int i, int j)
{
    int64_t bound = wrap_add(y->up, wrap_add(power(j), -power(i)));

    return x->id == y->id || bound < 0 || x->up <= bound;
}

static bool inv_c(const struct sync *x, const struct sync *y, int i)
{
    int64_t bound = wrap_add(y->up, power(i - 2 > 0 ? i - 2 : 0));

    return x->id == y->id || (bound >= 0 && x->up >= bound);
}

static void model_add(struct model *m, int64_t up, int64_t down)
{
    struct sync n = {up, down, ++m->ids}, old[SLOTS], cand = n;
    int r = 0;

    if (!m->any || up < m->s[0].up) {
        for (int i = 0; i < SLOTS; i++)
            m->s[i] = n;
        m->any = true;
        return;
    }
    memcpy(old, m->s, sizeof(old));
    m->s[0] = n;
    for (int cur = 1; cur < SLOTS; cur++) {
        bool skip;

        do {
            struct sync o = old[r];
            bool fit = inv_b(&m->s[cur - 1], &o, cur - 1, cur) &&
                       inv_c(&m->s[cur - 1], &o, cur - 1) &&
                       (cur == 63 || inv_c(&o, &m->s[cur + 1], cur));

            if (fit)
                cand = o;
            skip = (r < 63 && old[r].id == old[r + 1].id) || !inv_c(&m->s[cur - 1], &o, cur - 1);
            if (fit || skip)
                r++;
        } while (r < cur && skip);
        if (inv_b(&m->s[cur - 1], &m->s[cur], cur - 1, cur))
            return;
        m->s[cur] = cand;
    }
}

static int64_t model_translate(const struct model *m, int64_t up)
{
    const struct sync *x = &m->s[SLOTS - 1];

    for (int i = 0; i < SLOTS; i++) {
        if (m->s[i].up <= up) {
            x = &m->s[i];
            break;
        }
    }
    if (x->up > up)
        return -1;
    return x->up == up ? x->down : wrap_add(x->down, 1);
}

/* ---- comparison: a passed ck_assert costs a write, so only what is wrong is asserted ---- */

static void compare(const struct offset_sync_store *store, const struct model *m, uint64_t seed)
{
    struct offset_sync_slot slots[SLOTS];

    ck_assert(offset_sync_store_slots(store, "t", 0, slots));
    for (int i = 0; i < SLOTS; i++) {
        bool same =
            slots[i].upstream_offset == m->s[i].up && slots[i].downstream_offset == m->s[i].down;
        bool same_run =
            i == 0 || (slots[i].run == slots[i - 1].run) == (m->s[i].id == m->s[i - 1].id);

        if (!same || !same_run) {
            ck_abort_msg("seed %" PRIu64 ", slot %d: %" PRId64 " instead of %" PRId64, seed, i,
                         slots[i].upstream_offset, m->s[i].up);
        }
    }
}

/* has_equals: an upstream offset came twice, which the rule takes in and which breaks C. */
static void check_invariants(const struct offset_sync_store *store, int64_t newest, bool has_equals,
                             uint64_t seed)
{
    struct offset_sync_slot slots[SLOTS];
    struct sync s[SLOTS];

    if (!offset_sync_store_slots(store, "t", 0, slots) || slots[0].upstream_offset != newest)
        ck_abort_msg("seed %" PRIu64 ": slot 0 is not the newest", seed);
    for (int i = 0; i < SLOTS; i++)
        s[i] = (struct sync){slots[i].upstream_offset, slots[i].downstream_offset, slots[i].run};
    for (int i = 0; i + 1 < SLOTS; i++) {
        if (!inv_b(&s[i], &s[i + 1], i, i + 1))
            ck_abort_msg("seed %" PRIu64 ": B does not hold at slot %d", seed, i);
        if (!has_equals && !inv_c(&s[i], &s[i + 1], i))
            ck_abort_msg("seed %" PRIu64 ": C does not hold at slot %d", seed, i);
        if (s[i].up < s[i + 1].up || s[i].id > s[i + 1].id)
            ck_abort_msg("seed %" PRIu64 ": slots %d and the next are out of order", seed, i);
    }
}

static void check_translation(const struct offset_sync_store *store, const struct model *m,
                              int64_t asked, uint64_t seed)
{
    int64_t ours = 0;

    if (!offset_sync_store_translate(store, "t", 0, asked, &ours) ||
        ours != model_translate(m, asked))
        ck_abort_msg("seed %" PRIu64 ": %" PRId64 " -> %" PRId64, seed, asked, ours);
}

/* One partition's life: steps of a kind that the seed chooses, sometimes back. */
static void live(uint64_t seed)
{
    static const int64_t strides[] = {1, 2, 12, 101, 5000, 1000000, INT64_C(1) << 40};
    uint64_t random = seed;
    int64_t stride = strides[below(&random, COUNT_OF(strides))], up = 1 + below(&random, 1000);
    int64_t down = 0;
    struct offset_sync_store *store = offset_sync_store_new();
    struct model model = {0};
    bool has_equals = below(&random, 3) == 0;

    offset_sync_store_start(store, false);
    offset_sync_store_end_reached(store);
    for (int round = 0; round < 60; round++) {
        if (up > 1 && below(&random, 40) == 0)
            up = 1 + below(&random, up - 1);
        else
            up += has_equals && below(&random, 5) == 0 ? 0 : 1 + below(&random, stride);
        down += below(&random, 100) - 3;
        offset_sync_store_add(store, slice_str("t"), 0, up, down);
        model_add(&model, up, down);
        compare(store, &model, seed);
        check_invariants(store, up, has_equals, seed);
        for (int i = 0; i < 8; i++)
            check_translation(store, &model, below(&random, up + 100), seed);
    }
    offset_sync_store_free(store);
}

enum {
    LIVES_PER_ROW = 300,
    ROWS = 10
};

START_TEST(random_lives)
{
    for (uint64_t i = 0; i < LIVES_PER_ROW; i++)
        live((uint64_t)_i * LIVES_PER_ROW + i);
}
END_TEST

START_TEST(numbers_at_the_end)
{
    struct offset_sync_store *store = offset_sync_store_new();
    struct model model = {0};
    uint64_t random = 42;
    int64_t ours;

    offset_sync_store_start(store, true);
    offset_sync_store_end_reached(store);
    for (int i = 0; i < 2000; i++) {
        int64_t up = INT64_MAX - below(&random, INT64_C(1) << (1 + i % 62));

        offset_sync_store_add(store, slice_str("t"), 0, up, INT64_MAX - i);
        model_add(&model, up, INT64_MAX - i);
        compare(store, &model, 42);
    }
    ck_assert(offset_sync_store_translate(store, "t", 0, INT64_MAX, &ours));
    ck_assert_int_eq(ours, model_translate(&model, INT64_MAX));
    offset_sync_store_free(store);
}
END_TEST

START_TEST(strict_and_lenient_start)
{
    for (int strict = 0; strict <= 1; strict++) {
        struct offset_sync_store *store = offset_sync_store_new();
        int64_t offset = 0;

        offset_sync_store_start(store, strict);
        for (int64_t up = 0; up <= 100; up += 10)
            offset_sync_store_add(store, slice_str("t"), 0, up, up);
        ck_assert(!offset_sync_store_is_ready(store));
        ck_assert(!offset_sync_store_translate(store, "t", 0, 100, &offset));
        offset_sync_store_end_reached(store);
        ck_assert(offset_sync_store_is_ready(store));
        ck_assert(offset_sync_store_translate(store, "t", 0, 0, &offset));
        ck_assert_int_eq(offset, strict ? OFFSET_SYNC_STORE_BEHIND : 0);
        ck_assert(offset_sync_store_translate(store, "t", 0, 100, &offset));
        ck_assert_int_eq(offset, 100);
        offset_sync_store_free(store);
    }
}
END_TEST

START_TEST(ten_thousand_partitions)
{
    struct offset_sync_store *store = offset_sync_store_new();
    char topic[32];
    int64_t offset = 0;

    offset_sync_store_start(store, false);
    offset_sync_store_end_reached(store);
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 10000; i++) {
            snprintf(topic, sizeof(topic), "topic-%d", i / 10);
            offset_sync_store_add(store, slice_str(topic), i % 10, 101 * round, 1000 * i + round);
        }
    }
    ck_assert_uint_eq(offset_sync_store_count(store), 10000);
    for (int i = 0; i < 10000; i++) {
        snprintf(topic, sizeof(topic), "topic-%d", i / 10);
        if (!offset_sync_store_translate(store, topic, i % 10, 404, &offset) ||
            offset != 1000 * i + 4)
            ck_abort_msg("%s-%d: %" PRId64, topic, i % 10, offset);
    }
    ck_assert(!offset_sync_store_translate(store, "topic-1000", 0, 404, &offset));
    ck_assert(!offset_sync_store_translate(store, "topic-0", 10, 404, &offset));
    offset_sync_store_free(store);
}
END_TEST

START_TEST(names_that_no_topic_has)
{
    struct offset_sync_store *store = offset_sync_store_new();
    char longest[251];

    memset(longest, 'x', sizeof(longest));
    offset_sync_store_add(store, slice_of(longest, 250), 0, 1, 1);
    offset_sync_store_add(store, slice_of("a\0b", 3), 0, 1, 1);
    offset_sync_store_add(store, slice_of("a\nb", 3), 0, 1, 1);
    ck_assert_uint_eq(offset_sync_store_count(store), 0);
    offset_sync_store_add(store, slice_of(longest, 249), INT32_MIN, 1, 1);
    ck_assert_uint_eq(offset_sync_store_count(store), 1);
    offset_sync_store_free(store);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, random_lives, ROWS);
    test_add(suite, numbers_at_the_end);
    test_add(suite, strict_and_lenient_start);
    test_add(suite, ten_thousand_partitions);
    test_add(suite, names_that_no_topic_has);
}

TEST_MAIN("offset_sync_store", fill)
