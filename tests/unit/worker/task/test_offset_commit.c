/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine of offset commits: rows of events with what each leads to, then random ones
 * beside a model, with writes that succeed, fail, come too late, or never.
 */
#include "worker/task/offset_commit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/macros.h"
#include "tests/lib/testing.h"

enum {
    LIMIT = 1 << 16,
    INTERVAL_MS = 1000,
    TIMEOUT_MS = 100,
    LONG_AGO_MS = -1000000,
};

static const char *const step_names[] = {"none", "write", "done", "failed", "late"};

/*
 * Events: +a1 adds value 1 for key a; @250 sets the clock; b begins; k says that the write is
 * done, f that it failed, K and F the same for the flush before the last; t ticks; d asks
 * whether a commit is due. Answers are separated by blanks; a write shows its entries.
 */
static const struct script_case {
    const char *script;
    const char *answers;
} script_cases[] = {
    {"@999 d @1000 d b d", "no yes done no"},
    {"@1500 b @2499 d @2500 d", "done no yes"},
    {"+a1 +b2 +a3 b k b", "write(a3,b2) done done"},
    {"+a1 b +a2 k b k b", "write(a1) done write(a2) done done"},
    {"+a1 b f b k", "write(a1) failed write(a1) done"},
    {"+a1 +b1 b +a2 f b k", "write(a1,b1) failed write(a2,b1) done"},
    {"+a1 b @99 t @100 t", "write(a1) none late"},
    {"+a1 b @100 t k b k", "write(a1) late none write(a1) done"},
    {"+a1 b @100 t b K k", "write(a1) late write(a1) none done"},
    {"+a1 b @100 t +a2 b F k", "write(a1) late write(a2) none done"},
    {"+a1 b +a2 +c1 @100 t b k", "write(a1) late write(a2,c1) done"},
    {"+a1 b d @1000 d @5000 d", "write(a1) no no no"},
    {"+a1 b @50 k @1049 d @1050 d", "write(a1) done no yes"},
    {"k f t", "none none none"},
};

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct offset_entry *)a)->key, ((const struct offset_entry *)b)->key);
}

static void show_write(struct buf *out, const struct offset_flush_plan *plan)
{
    struct offset_entry sorted[8];

    ck_assert_uint_le(plan->count, COUNT_OF(sorted));
    memcpy(sorted, plan->entries, plan->count * sizeof(*sorted));
    qsort(sorted, plan->count, sizeof(*sorted), by_key);
    buf_add_str(out, "write(");
    for (size_t i = 0; i < plan->count; i++)
        buf_add_fmt(out, "%s%s%s", i ? "," : "", sorted[i].key, sorted[i].value);
    buf_add_char(out, ')');
}

struct script {
    struct offset_commit *machine;
    int64_t now_ms;
    uint64_t id, id_before;
    struct buf answers;
};

static void begin(struct script *s)
{
    struct offset_flush_plan plan;
    enum offset_commit_step step = offset_commit_begin(s->machine, s->now_ms, TIMEOUT_MS, &plan);

    if (step != OFFSET_COMMIT_WRITE) {
        buf_add_str(&s->answers, step_names[step]);
        return;
    }
    show_write(&s->answers, &plan);
    s->id_before = s->id;
    s->id = plan.id;
}

static void written(struct script *s, uint64_t id, bool ok)
{
    buf_add_str(&s->answers, step_names[offset_commit_written(s->machine, id, ok, s->now_ms)]);
}

static void run_event(struct script *s, const char *event)
{
    char key[2] = {event[1], '\0'}, value[2] = {event[1] ? event[2] : '\0', '\0'};

    if (*event == '+') {
        offset_commit_add(s->machine, key, value);
        return;
    }
    if (*event == '@') {
        s->now_ms = strtoll(event + 1, NULL, 10);
        return;
    }
    buf_add_str(&s->answers, s->answers.len ? " " : "");
    switch (*event) {
    case 'b':
        begin(s);
        break;
    case 'k':
    case 'f':
        written(s, s->id, *event == 'k');
        break;
    case 'K':
    case 'F':
        written(s, s->id_before, *event == 'K');
        break;
    case 't':
        buf_add_str(&s->answers, step_names[offset_commit_tick(s->machine, s->now_ms)]);
        break;
    default:
        buf_add_str(&s->answers, offset_commit_due(s->machine, s->now_ms) ? "yes" : "no");
        break;
    }
}

START_TEST(scripts)
{
    const struct script_case *row = &script_cases[_i];
    struct script s = {.machine = offset_commit_new(INTERVAL_MS, TIMEOUT_MS, 0),
                       .answers = BUF_INIT(LIMIT)};
    char copy[200], *rest = copy, *event;

    snprintf(copy, sizeof(copy), "%s", row->script);
    while ((event = strsep(&rest, " ")))
        run_event(&s, event);
    ck_assert_str_eq(buf_str(&s.answers), row->answers);
    offset_commit_free(s.machine);
    buf_fini(&s.answers);
}
END_TEST

START_TEST(what_is_next)
{
    struct offset_commit *c = offset_commit_new(INTERVAL_MS, TIMEOUT_MS, 500);
    struct offset_flush_plan plan;

    ck_assert_int_eq(offset_commit_next_ms(c), 1500);
    ck_assert_int_eq(offset_commit_timeout_ms(c), TIMEOUT_MS);
    offset_commit_add(c, "a", "1");
    ck_assert_int_eq(offset_commit_begin(c, 600, 30, &plan), OFFSET_COMMIT_WRITE);
    ck_assert(offset_commit_flushing(c));
    ck_assert_int_eq(offset_commit_next_ms(c), 630);
    ck_assert_int_eq(offset_commit_tick(c, 630), OFFSET_COMMIT_TIMED_OUT);
    ck_assert(!offset_commit_flushing(c));
    ck_assert_int_eq(offset_commit_next_ms(c), 1630);
    offset_commit_free(c);
    offset_commit_free(NULL);
}
END_TEST

/* An interval of for ever never comes. */
START_TEST(never_due)
{
    struct offset_commit *c = offset_commit_new(FOREVER_MS, TIMEOUT_MS, 5);

    ck_assert(!offset_commit_due(c, FOREVER_MS - 1));
    ck_assert_int_eq(offset_commit_next_ms(c), FOREVER_MS);
    offset_commit_free(c);
}
END_TEST

/* ---- random events: what was added last is written in the end, and nothing older after it ---- */

enum {
    KEYS = 6,
    STEPS = 3000
};

struct world {
    int added[KEYS];  /* value added last; 0: none */
    int stored[KEYS]; /* value in the store */
    int flight[KEYS]; /* in the write under way; 0: none */
    uint64_t id;
    bool flying;
};

static void start_flight(struct world *w, const struct offset_flush_plan *plan)
{
    memset(w->flight, 0, sizeof(w->flight));
    for (size_t i = 0; i < plan->count; i++) {
        int key = plan->entries[i].key[0] - 'a',
            value = (int)strtol(plan->entries[i].value, NULL, 10);

        ck_assert_int_eq(value, w->added[key]); /* the newest, never an older one */
        ck_assert_int_ge(value, w->stored[key]);
        w->flight[key] = value;
    }
    w->id = plan->id;
    w->flying = true;
}

/* The write reaches the store, whether anyone waits for that or not. */
static void land(struct world *w)
{
    for (int k = 0; k < KEYS; k++) {
        if (w->flight[k])
            w->stored[k] = w->flight[k];
    }
}

static void random_step(struct offset_commit *c, struct world *w, int64_t now_ms, unsigned *seed)
{
    struct offset_flush_plan plan;
    int what = rand_r(seed) % 10, key = rand_r(seed) % KEYS;

    if (what < 4) {
        char name[2] = {(char)('a' + key), '\0'}, value[16];

        snprintf(value, sizeof(value), "%d", ++w->added[key]);
        offset_commit_add(c, name, value);
    } else if (what < 6 && !offset_commit_flushing(c)) {
        if (offset_commit_begin(c, now_ms, TIMEOUT_MS, &plan) == OFFSET_COMMIT_WRITE)
            start_flight(w, &plan);
    } else if (what < 8 && w->flying) {
        bool ok = rand_r(seed) % 3 > 0;

        if (ok)
            land(w);
        offset_commit_written(c, w->id, ok, now_ms);
        w->flying = false;
    } else {
        offset_commit_tick(c, now_ms);
    }
}

START_TEST(random_events)
{
    unsigned seed = (unsigned)_i + 1;
    struct offset_commit *c = offset_commit_new(INTERVAL_MS, TIMEOUT_MS, 0);
    struct offset_flush_plan plan;
    struct world w = {0};
    int64_t now_ms = 0;

    for (int step = 0; step < STEPS; step++) {
        now_ms += rand_r(&seed) % 30;
        random_step(c, &w, now_ms, &seed);
    }
    offset_commit_tick(c, FOREVER_MS);
    if (offset_commit_begin(c, now_ms, TIMEOUT_MS, &plan) == OFFSET_COMMIT_WRITE) {
        start_flight(&w, &plan);
        land(&w);
        ck_assert_int_eq(offset_commit_written(c, w.id, true, now_ms), OFFSET_COMMIT_DONE);
    }
    for (int k = 0; k < KEYS; k++)
        ck_assert_int_eq(w.stored[k], w.added[k]);
    ck_assert_int_eq(offset_commit_begin(c, now_ms, TIMEOUT_MS, &plan), OFFSET_COMMIT_DONE);
    offset_commit_free(c);
}
END_TEST

static const struct early_case {
    const char *what;
    int64_t early_ms, now_ms;
    size_t records, partitions;
    bool is_due;
} early_cases[] = {
    {"the first, at once", 100, 0, 20, 2, true},
    {"too few records for the partitions", 100, 500, 19, 2, false},
    {"one partition", 100, 500, 10, 1, true},
    {"nothing", 100, 500, 0, 0, false},
    {"off", 0, 500, 1000, 1, false},
};

START_TEST(early)
{
    const struct early_case *e = &early_cases[_i];
    struct offset_commit *c = offset_commit_new(INTERVAL_MS, TIMEOUT_MS, LONG_AGO_MS);
    struct offset_flush_plan plan;

    offset_commit_set_early(c, e->early_ms);
    ck_assert_msg(offset_commit_early_due(c, e->now_ms, e->records, e->partitions) == e->is_due,
                  "%s", e->what);
    if (e->is_due) {
        offset_commit_add(c, "a", "1");
        ck_assert_int_eq(offset_commit_begin(c, e->now_ms, TIMEOUT_MS, &plan), OFFSET_COMMIT_WRITE);
        ck_assert(!offset_commit_early_due(c, e->now_ms + 10000, 1000, 1)); /* one at a time */
        ck_assert_int_eq(offset_commit_written(c, plan.id, true, e->now_ms + 7),
                         OFFSET_COMMIT_DONE);
        ck_assert(!offset_commit_early_due(c, e->now_ms + 7 + e->early_ms - 1, 999, 1));
        ck_assert(offset_commit_early_due(c, e->now_ms + 7 + e->early_ms, 999, 1));
        ck_assert(!offset_commit_early_due(c, e->now_ms + 7 + e->early_ms / 10 - 1, 1000, 1));
        ck_assert(offset_commit_early_due(c, e->now_ms + 7 + e->early_ms / 10, 1000, 1));
    }
    offset_commit_free(c);
}
END_TEST

/* What a task that dies young repeats is at most what came in the second half of its life. */
START_TEST(early_when_young)
{
    struct offset_commit *c = offset_commit_new(INTERVAL_MS, TIMEOUT_MS, 1000);
    int64_t last_ms = 1000;
    struct offset_flush_plan plan;
    unsigned count = 0;

    offset_commit_set_early(c, 1000);
    for (int64_t now_ms = 1000; now_ms < 1000 + 4000; now_ms++) {
        int64_t age_ms = now_ms - 1000;

        ck_assert_int_le(now_ms - last_ms, age_ms / 2 > 20 ? age_ms / 2 + 1 : 20);
        if (!offset_commit_early_due(c, now_ms, 30, 3))
            continue;
        offset_commit_add(c, "a", "1");
        ck_assert_int_eq(offset_commit_begin(c, now_ms, TIMEOUT_MS, &plan), OFFSET_COMMIT_WRITE);
        ck_assert_int_eq(offset_commit_written(c, plan.id, true, now_ms), OFFSET_COMMIT_DONE);
        last_ms = now_ms;
        count++;
    }
    ck_assert_uint_le(count, 12); /* 0, 20, 40 ... 1280, and then each second */
    offset_commit_free(c);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, scripts, COUNT_OF(script_cases));
    test_add_rows(suite, early, COUNT_OF(early_cases));
    test_add(suite, early_when_young);
    test_add(suite, what_is_next);
    test_add(suite, never_due);
    test_add_rows(suite, random_events, 30);
}

TEST_MAIN("offset_commit", fill)
