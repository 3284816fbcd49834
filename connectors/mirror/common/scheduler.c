/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/scheduler.h"

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/thread.h"
#include "lib/base/xmem.h"

LOG_DOMAIN("org.apache.kafka.connect.mirror.Scheduler");

enum {
    RETRY_MIN_MS = 500,
    RETRY_MAX_MS = 30000
};

struct slot {
    const struct scheduler_job *job;
    int64_t due_ms; /* FOREVER_MS: never again */
    struct backoff retry;
};

struct scheduler {
    const struct tern_host *host; /* immutable, with the four below */
    void *arg;
    int64_t timeout_ms;
    struct thread thread;

    struct slot *slots; /* scheduler thread only */
    size_t count;

    struct gate gate;
    bool stopping;    /* gate */
    bool first_round; /* gate: every job of the first round has run */
};

bool scheduler_stopping(struct scheduler *s)
{
    bool stopping;

    gate_lock(&s->gate);
    stopping = s->stopping;
    gate_unlock(&s->gate);
    return stopping;
}

/* The next time a job is due: fixed rate after success, back-off (never later than the rate) after
 * failure. */
static int64_t next_due(struct slot *slot, bool failed, int64_t begun_ms)
{
    int64_t interval = slot->job->interval_ms;
    int64_t retry;

    if (!failed) {
        backoff_reset(&slot->retry);
        return interval < 0 ? FOREVER_MS : begun_ms + interval;
    }
    retry = clock_deadline_ms(backoff_next_ms(&slot->retry));
    return interval >= 0 && begun_ms + interval < retry ? begun_ms + interval : retry;
}

static void run_job(struct scheduler *s, struct slot *slot)
{
    int64_t begun = clock_mono_ms(), took;
    struct tern_error err;
    int rc = slot->job->run(s->arg, begun + s->timeout_ms, &err);

    took = clock_mono_ms() - begun;
    if (rc < 0 && scheduler_stopping(s))
        return;
    if (rc < 0)
        log_warn("%s failed, will be tried again: %s (%s)", slot->job->what, err.msg, err.where);
    else if (took > s->timeout_ms)
        log_warn("%s took %lld ms, more than admin.timeout.ms", slot->job->what, (long long)took);
    else
        log_debug("%s took %lld ms", slot->job->what, (long long)took);
    slot->due_ms = next_due(slot, rc < 0, begun);
}

static struct slot *first_due(struct scheduler *s)
{
    struct slot *first = NULL;

    for (size_t i = 0; i < s->count; i++) {
        if (!first || s->slots[i].due_ms < first->due_ms)
            first = &s->slots[i];
    }
    return first;
}

static void first_round(struct scheduler *s)
{
    for (size_t i = 0; i < s->count && !scheduler_stopping(s); i++) {
        if (s->slots[i].job->first == SCHEDULER_AT_ONCE)
            run_job(s, &s->slots[i]);
    }
    gate_lock(&s->gate);
    s->first_round = true;
    gate_wake(&s->gate);
    gate_unlock(&s->gate);
}

/* There is time: what is open for the jobs alone may be closed. */
static void go_to_rest(struct scheduler *s)
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->slots[i].job->first == SCHEDULER_AT_REST)
            run_job(s, &s->slots[i]);
    }
}

static void run(void *p)
{
    struct scheduler *s = p;
    bool stopping, rests = false;
    struct slot *slot;

    s->host->adopt_thread(s->host);
    first_round(s);
    for (;;) {
        slot = first_due(s);
        if (!rests && slot->due_ms - clock_mono_ms() >= SCHEDULER_REST_MS) {
            go_to_rest(s);
            rests = true;
            continue; /* a job that failed is due again */
        }
        gate_lock(&s->gate);
        while (!s->stopping && clock_mono_ms() < slot->due_ms)
            gate_wait(&s->gate, slot->due_ms);
        stopping = s->stopping;
        gate_unlock(&s->gate);
        if (stopping)
            return;
        run_job(s, slot);
        rests = false;
    }
}

int scheduler_start(const struct tern_host *host, const char *name,
                    const struct scheduler_job *jobs, size_t count, void *arg, int64_t timeout_ms,
                    struct scheduler **ret_scheduler, struct tern_error *err)
{
    struct scheduler *s;

    for (size_t i = 0; i < count; i++) {
        if (jobs[i].interval_ms == 0)
            return tern_fail(err, TERN_EINVALID, "%s: an interval of 0 is not possible",
                             jobs[i].what);
    }
    s = xcalloc(1, sizeof(*s));
    s->host = host;
    s->arg = arg;
    s->timeout_ms = timeout_ms;
    s->slots = xcalloc(count, sizeof(*s->slots));
    s->count = count;
    for (size_t i = 0; i < count; i++) {
        s->slots[i].job = &jobs[i];
        s->slots[i].retry = (struct backoff){.min_ms = RETRY_MIN_MS, .max_ms = RETRY_MAX_MS};
        s->slots[i].due_ms = jobs[i].interval_ms < 0 ? FOREVER_MS
                             : jobs[i].first == SCHEDULER_SOON
                                 ? clock_mono_ms()
                                 : clock_deadline_ms(jobs[i].interval_ms);
    }
    gate_init(&s->gate);
    thread_start(&s->thread, name, run, s);
    *ret_scheduler = s;
    return 0;
}

void scheduler_await_first_round(struct scheduler *s, int64_t deadline_ms)
{
    enum {
        STEP_MS = 10
    }; /* the host's stop flag cannot signal our condition */
    bool done = false;

    while (!done && clock_mono_ms() < deadline_ms) {
        gate_lock(&s->gate);
        if (!s->first_round)
            gate_wait(&s->gate, clock_deadline_ms(STEP_MS));
        done = s->first_round;
        gate_unlock(&s->gate);
        done = done || s->host->stopping(s->host);
    }
}

void scheduler_free(struct scheduler *s)
{
    if (!s)
        return;
    gate_lock(&s->gate);
    s->stopping = true;
    gate_wake(&s->gate);
    gate_unlock(&s->gate);
    thread_join(&s->thread);
    gate_fini(&s->gate);
    free(s->slots);
    free(s);
}
