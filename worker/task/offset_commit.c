/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/offset_commit.h"

#include <assert.h>
#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/base/ptrmap.h"
#include "lib/base/vec.h"
#include "lib/base/xmem.h"

enum {
    RECORDS_PER_OFFSET = 10, /* an offset written early stands for that many records, at least */
    MANY_PER_OFFSET = 1000,  /* so many need not wait that long */
    SOONER = 10,             /* but a tenth of it */
    YOUNG_MIN_MS = 20,       /* between the commits of a task that has just started */
};

/* One source partition. */
struct slot {
    char *key;
    char *waiting;  /* for the next flush; NULL: nothing new */
    char *flushing; /* in the flush under way; NULL: not in it */
};

struct slot_list {
    struct slot **at;
    size_t count;
    size_t cap;
};

struct offset_commit {
    int64_t interval_ms, timeout_ms;
    int64_t next_ms;  /* of the next commit */
    int64_t early_ms; /* 0: no early ones */
    int64_t started_ms;
    int64_t ended_ms;    /* of the last commit, or the start */
    int64_t flush_until; /* while flushing */
    uint64_t flush_id;   /* of the flush under way, or the last one */
    bool flushing;
    struct ptrmap slots;       /* by key; owned; a slot stays once it is there */
    struct slot_list waiting;  /* slots with something waiting */
    struct slot_list in_flush; /* slots with something flushing */
    VEC(struct offset_entry) plan;
};

static void slot_free(void *p)
{
    struct slot *s = p;

    free(s->flushing);
    free(s->waiting);
    free(s->key);
    free(s);
}

static int64_t later(int64_t now_ms, int64_t delay_ms)
{
    return now_ms > FOREVER_MS - delay_ms ? FOREVER_MS : now_ms + delay_ms;
}

struct offset_commit *offset_commit_new(int64_t interval_ms, int64_t timeout_ms, int64_t now_ms)
{
    struct offset_commit *c = xcalloc(1, sizeof(*c));

    c->interval_ms = interval_ms;
    c->timeout_ms = timeout_ms;
    c->next_ms = later(now_ms, interval_ms);
    c->started_ms = c->ended_ms = now_ms;
    c->slots = (struct ptrmap)PTRMAP_INIT(slot_free);
    return c;
}

void offset_commit_free(struct offset_commit *c)
{
    if (!c)
        return;
    vec_fini(&c->plan);
    vec_fini(&c->waiting);
    vec_fini(&c->in_flush);
    ptrmap_fini(&c->slots);
    free(c);
}

void offset_commit_add(struct offset_commit *c, const char *key, const char *value)
{
    struct slot *s = ptrmap_get(&c->slots, key);

    if (!s) {
        s = xcalloc(1, sizeof(*s));
        s->key = xstrdup(key);
        ptrmap_set(&c->slots, key, s);
    }
    if (!s->waiting)
        vec_push(&c->waiting, s);
    free(s->waiting);
    s->waiting = xstrdup(value);
}

void offset_commit_set_early(struct offset_commit *c, int64_t early_ms)
{
    c->early_ms = early_ms;
    if (early_ms > 0 && early_ms <= c->interval_ms)
        c->ended_ms -= early_ms; /* the first need not wait: a start is when a crash is near */
}

/*
 * A task that has just started commits at times that double: if it dies young, again and again,
 * each of its lives has not been for nothing.
 */
static int64_t young_wait_ms(const struct offset_commit *c, int64_t now_ms)
{
    int64_t half_ms = (now_ms - c->started_ms) / 2;

    return half_ms > YOUNG_MIN_MS ? half_ms : YOUNG_MIN_MS;
}

bool offset_commit_early_due(const struct offset_commit *c, int64_t now_ms, size_t records,
                             size_t partitions)
{
    int64_t wait_ms = records / MANY_PER_OFFSET >= partitions ? c->early_ms / SOONER : c->early_ms;
    int64_t young_ms = young_wait_ms(c, now_ms);

    if (young_ms < wait_ms)
        wait_ms = young_ms;
    return c->early_ms > 0 && !c->flushing && now_ms - c->ended_ms >= wait_ms && records > 0 &&
           records / RECORDS_PER_OFFSET >= partitions;
}

bool offset_commit_due(const struct offset_commit *c, int64_t now_ms)
{
    return !c->flushing && now_ms >= c->next_ms;
}

bool offset_commit_flushing(const struct offset_commit *c)
{
    return c->flushing;
}

int64_t offset_commit_next_ms(const struct offset_commit *c)
{
    return c->flushing ? c->flush_until : c->next_ms;
}

int64_t offset_commit_timeout_ms(const struct offset_commit *c)
{
    return c->timeout_ms;
}

enum offset_commit_step offset_commit_begin(struct offset_commit *c, int64_t now_ms,
                                            int64_t timeout_ms, struct offset_flush_plan *ret_plan)
{
    struct slot_list empty = c->in_flush;

    assert(!c->flushing && c->in_flush.count == 0);
    c->ended_ms = now_ms;
    c->next_ms = later(now_ms, c->interval_ms);
    if (c->waiting.count == 0)
        return OFFSET_COMMIT_DONE;
    c->in_flush = c->waiting;
    c->waiting = empty;
    c->plan.count = 0;
    for (size_t i = 0; i < c->in_flush.count; i++) {
        struct slot *s = c->in_flush.at[i];

        s->flushing = TAKE(s->waiting);
        vec_push(&c->plan, (struct offset_entry){s->key, s->flushing});
    }
    c->flushing = true;
    c->flush_id++;
    c->flush_until = later(now_ms, timeout_ms);
    *ret_plan = (struct offset_flush_plan){c->plan.at, c->plan.count, c->flush_id};
    return OFFSET_COMMIT_WRITE;
}

/* What was in the flush waits again, unless something newer does. */
static void take_back(struct offset_commit *c)
{
    for (size_t i = 0; i < c->in_flush.count; i++) {
        struct slot *s = c->in_flush.at[i];

        if (s->waiting) {
            free(s->flushing);
        } else {
            s->waiting = s->flushing;
            vec_push(&c->waiting, s);
        }
        s->flushing = NULL;
    }
}

static void end_flush(struct offset_commit *c, int64_t now_ms)
{
    for (size_t i = 0; i < c->in_flush.count; i++) {
        free(c->in_flush.at[i]->flushing);
        c->in_flush.at[i]->flushing = NULL;
    }
    c->in_flush.count = 0;
    c->flushing = false;
    c->ended_ms = now_ms;
    c->next_ms = later(now_ms, c->interval_ms);
}

enum offset_commit_step offset_commit_written(struct offset_commit *c, uint64_t id, bool ok,
                                              int64_t now_ms)
{
    if (!c->flushing || id != c->flush_id)
        return OFFSET_COMMIT_NONE;
    if (!ok)
        take_back(c);
    end_flush(c, now_ms);
    return ok ? OFFSET_COMMIT_DONE : OFFSET_COMMIT_FAILED;
}

enum offset_commit_step offset_commit_tick(struct offset_commit *c, int64_t now_ms)
{
    if (!c->flushing || now_ms < c->flush_until)
        return OFFSET_COMMIT_NONE;
    take_back(c);
    end_flush(c, now_ms);
    return OFFSET_COMMIT_TIMED_OUT;
}
