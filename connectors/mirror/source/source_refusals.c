/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/source/source_refusals.h"

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/xmem.h"

LOG_DOMAIN("org.apache.kafka.connect.mirror.MirrorSourceTask");

enum {
    HOLD_MS = 60 * 1000, /* until a record is tried again */
    STEP_ENOUGH = 512,   /* no batch is refused for its size at this step, it seems */
    STEPS_TO_GROW = 32,  /* that went well, before the limit of a step is raised */
};

enum stage {
    STAGE_NORMAL,
    STAGE_RETURNING, /* what was sent is coming back */
    STAGE_STEP,      /* some records by themselves */
    STAGE_HELD,      /* the partition waits */
};

struct refusal {
    enum stage stage;
    int64_t resume_at; /* RETURNING, HELD: the record that was refused */
    int64_t step;      /* STEP: how many records */
    int64_t limit;     /* of a step: one of twice as many was refused; 0: none */
    int64_t steps;     /* that went well at the limit */
    int64_t until;     /* once next is there, all is normal again */
    int64_t held_until_ms;
    int64_t skipped;
};

struct source_refusals {
    const struct mirror_own *own;
    struct source_consumer *consumer;
    struct refusal *at; /* by partition */
    size_t count;
    size_t active; /* not NORMAL */
};

struct source_refusals *source_refusals_new(const struct mirror_own *own,
                                            struct source_consumer *consumer)
{
    struct source_refusals *r = xcalloc(1, sizeof(*r));

    r->own = own;
    r->consumer = consumer;
    r->count = source_consumer_count(consumer);
    r->at = xcalloc(r->count, sizeof(*r->at));
    return r;
}

void source_refusals_free(struct source_refusals *r)
{
    if (!r)
        return;
    free(r->at);
    free(r);
}

int64_t source_refusals_skipped(const struct source_refusals *r, size_t index)
{
    return r->at[index].skipped;
}

static void enter(struct source_refusals *r, struct refusal *f, enum stage stage)
{
    r->active += (stage != STAGE_NORMAL) - (f->stage != STAGE_NORMAL);
    f->stage = stage;
}

static void close_partition(struct source_partition *p)
{
    p->room = 0;
    atomic_store(&p->held, true);
}

/* ---- a record is refused ---- */

static size_t size_of(const struct tern_value *value)
{
    return value->type == TERN_VALUE_BYTES ? value->as.bytes.size : 0;
}

/* Refused by itself: it is to blame. */
static enum tern_refusal blame(struct source_refusals *r, struct source_partition *p,
                               const struct tern_source_record *record,
                               const struct tern_error *err)
{
    struct refusal *f = &r->at[p->index];
    bool again = f->held_until_ms != 0;

    log_error("The target refuses the record of '%s-%d' at offset %lld (key of %zu, value of %zu "
              "bytes): %s. %s",
              p->topic, (int)p->partition, (long long)record->offset, size_of(&record->key),
              size_of(&record->value), err->msg,
              r->own->refusal == MIRROR_REFUSED_SKIP   ? "It is left out"
              : r->own->refusal == MIRROR_REFUSED_FAIL ? "The task fails"
              : again                                  ? "The partition waits, still"
                      : "The partition waits, the others go on; it is tried again every minute "
                        "(tern.record.refused.policy: hold, fail or skip)");
    switch (r->own->refusal) {
    case MIRROR_REFUSED_FAIL:
        return TERN_REFUSAL_FAIL;
    case MIRROR_REFUSED_SKIP:
        f->skipped++;
        return TERN_REFUSAL_SKIP;
    case MIRROR_REFUSED_HOLD:
        break;
    }
    f->held_until_ms = clock_deadline_ms(HOLD_MS);
    f->resume_at = record->offset;
    enter(r, f, STAGE_HELD);
    close_partition(p);
    return TERN_REFUSAL_AGAIN;
}

enum tern_refusal source_refusals_ask(struct source_refusals *r,
                                      const struct tern_source_record *record,
                                      const struct tern_error *err)
{
    struct source_partition *p = record->cookie;
    struct refusal *f = &r->at[p->index];

    if (f->stage == STAGE_STEP && f->step == 1)
        return blame(r, p, record, err);
    if (f->stage == STAGE_NORMAL) {
        log_warn("The target refuses a batch with the record of '%s-%d' at offset %lld: %s. It is "
                 "sent again in small steps",
                 p->topic, (int)p->partition, (long long)record->offset, err->msg);
        f->until = atomic_load(&p->next);
    }
    if (f->stage == STAGE_STEP) {
        f->limit = f->step / 2;
        f->steps = 0;
    }
    f->resume_at = record->offset;
    enter(r, f, STAGE_RETURNING);
    close_partition(p);
    return TERN_REFUSAL_AGAIN;
}

/* ---- going on ---- */

static int read_some(struct source_refusals *r, struct source_partition *p, int64_t from,
                     int64_t room, struct tern_error *err)
{
    if (source_consumer_begin(r->consumer, p->index, from, err) < 0)
        return -1;
    p->room = room;
    return 0;
}

static int step_from(struct source_refusals *r, struct source_partition *p, int64_t from,
                     int64_t step, struct tern_error *err)
{
    struct refusal *f = &r->at[p->index];

    f->step = step;
    enter(r, f, STAGE_STEP);
    return read_some(r, p, from, step, err);
}

/* How many records the next step has. */
static int64_t next_step(struct refusal *f)
{
    int64_t step = 2 * f->step;

    if (!f->limit || step <= f->limit)
        return step;
    if (++f->steps < STEPS_TO_GROW)
        return f->limit;
    f->steps = 0;
    f->limit *= 2;
    return f->limit;
}

static bool is_over(const struct refusal *f, int64_t next)
{
    return next >= f->until && (!f->limit || f->step >= STEP_ENOUGH);
}

static int go_on(struct source_refusals *r, struct source_partition *p, struct tern_error *err)
{
    struct refusal *f = &r->at[p->index];
    int64_t next = atomic_load(&p->next);

    switch (f->stage) {
    case STAGE_NORMAL:
        return 0;
    case STAGE_RETURNING:
        return step_from(r, p, f->resume_at, 1, err);
    case STAGE_HELD:
        if (clock_mono_ms() < f->held_until_ms) {
            source_consumer_end(r->consumer, p->index);
            return 0;
        }
        return step_from(r, p, f->resume_at, 1, err);
    case STAGE_STEP:
        if (p->room > 0) /* not all of the step has come yet */
            return 0;
        f->held_until_ms = 0;
        if (is_over(f, next)) {
            enter(r, f, STAGE_NORMAL);
            f->limit = f->steps = 0;
            return source_consumer_make_room(r->consumer, p->index, INT64_MAX, err);
        }
        f->step = next_step(f);
        return source_consumer_make_room(r->consumer, p->index, f->step, err);
    }
    return 0;
}

/* Somebody has begun to read it at another place, where nothing was refused. */
static bool was_begun_anew(const struct source_partition *p, const struct refusal *f)
{
    return f->stage == STAGE_STEP ? p->room > f->step : !atomic_load(&p->held);
}

int source_refusals_step(struct source_refusals *r, struct tern_error *err)
{
    for (size_t i = 0; r->active && i < r->count; i++) {
        struct source_partition *p = source_consumer_at(r->consumer, i);
        struct refusal *f = &r->at[i];

        if (f->stage == STAGE_NORMAL)
            continue;
        if (was_begun_anew(p, f)) {
            enter(r, f, STAGE_NORMAL);
            continue;
        }
        if (atomic_load(&p->delivered) == atomic_load(&p->acked) && go_on(r, p, err) < 0)
            return -1;
    }
    return 0;
}
