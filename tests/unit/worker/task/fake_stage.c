/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/worker/task/fake_stage.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/strmap.h"
#include "lib/base/thread.h"
#include "lib/base/vec.h"
#include "tests/unit/worker/task/journal.h"

struct flying {
    size_t number;
    void *opaque;
};

static struct {
    struct send_stage stage;
    producer_on_ack *on_ack;
    void *arg;
    struct gate gate;
    bool ready;                      /* gate was made */
    struct fake_stage_conf conf;     /* gate */
    VEC(struct fake_record) records; /* gate */
    VEC(struct flying) flying;       /* gate */
    struct strmap settings;          /* gate */
    size_t acked;                    /* gate */
    bool woken;                      /* gate */
    bool fatal;                      /* gate */
    unsigned seed;                   /* gate */
    size_t first_open;               /* gate: record with which the open transaction begins */
    bool is_open;                    /* gate: a transaction */
    int commits;                     /* gate */
} fake;

static void record_fini(struct fake_record *r)
{
    free(r->topic);
    free(r->key);
    free(r->value);
    free(r->headers);
}

void fake_stage_reset(const struct fake_stage_conf *conf)
{
    if (!fake.ready)
        gate_init(&fake.gate);
    fake.ready = true;
    gate_lock(&fake.gate);
    for (size_t i = 0; i < fake.records.count; i++)
        record_fini(&fake.records.at[i]);
    vec_fini(&fake.records);
    vec_fini(&fake.flying);
    strmap_fini(&fake.settings);
    fake.conf = *conf;
    fake.seed = conf->seed;
    fake.acked = 0;
    fake.fatal = fake.woken = fake.is_open = false;
    fake.first_open = 0;
    fake.commits = 0;
    gate_unlock(&fake.gate);
}

void fake_stage_hold(bool hold)
{
    gate_lock(&fake.gate);
    fake.conf.hold = hold;
    gate_wake(&fake.gate);
    gate_unlock(&fake.gate);
}

static bool wait_for(const size_t *number, size_t count)
{
    int64_t deadline_ms = clock_deadline_ms(JOURNAL_WAIT_MS);
    bool there;

    gate_lock(&fake.gate);
    while (*number < count && clock_left_ms(deadline_ms, 1) > 0)
        gate_wait(&fake.gate, deadline_ms);
    there = *number >= count;
    gate_unlock(&fake.gate);
    return there;
}

bool fake_stage_wait_sent(size_t count)
{
    return wait_for(&fake.records.count, count);
}

bool fake_stage_wait_acked(size_t count)
{
    return wait_for(&fake.acked, count);
}

size_t fake_stage_count(void)
{
    size_t count;

    gate_lock(&fake.gate);
    count = fake.records.count;
    gate_unlock(&fake.gate);
    return count;
}

const struct fake_record *fake_stage_record(size_t i)
{
    return &fake.records.at[i];
}

char *fake_stage_setting(const char *key)
{
    char *copy = NULL;

    gate_lock(&fake.gate);
    if (strmap_get(&fake.settings, key))
        copy = xstrdup(strmap_get(&fake.settings, key));
    gate_unlock(&fake.gate);
    return copy;
}

/* ---- sending ---- */

static char *text_of(struct tern_bytes bytes)
{
    return bytes.data ? xstrndup(bytes.data, bytes.size) : NULL;
}

static char *headers_of(const struct producer_record *rec)
{
    struct buf out = BUF_INIT(1 << 20);

    for (size_t i = 0; i < rec->header_count; i++) {
        CLEANUP(freep) char *value = text_of(rec->headers[i].value);

        buf_add_fmt(&out, "%s%s=%s", i ? "," : "", rec->headers[i].key, value ? value : "null");
    }
    return buf_take_str(&out);
}

static void keep(const struct producer_record *rec, void *opaque)
{
    vec_push(&fake.flying, (struct flying){fake.records.count, opaque});
    vec_push(&fake.records, (struct fake_record){
                                .topic = xstrdup(rec->topic),
                                .partition = rec->partition,
                                .timestamp_ms = rec->timestamp_ms,
                                .key = text_of(rec->key),
                                .value = text_of(rec->value),
                                .headers = headers_of(rec),
                                .payload = rec->value.data,
                            });
    gate_wake(&fake.gate);
}

static enum producer_send_result fake_send(struct send_stage *s, const struct producer_record *rec,
                                           void *opaque, struct tern_error *err)
{
    enum producer_send_result result = PRODUCER_SENT;
    int64_t number;

    (void)s;
    gate_lock(&fake.gate);
    number = (int64_t)fake.records.count;
    if (number == fake.conf.fatal_at)
        fake.fatal = true;
    if (fake.fatal || number == fake.conf.refuse_at) {
        result = PRODUCER_FAILED;
        (void)tern_fail(err, fake.fatal ? TERN_EINTERNAL : fake.conf.refuse_code,
                        "topic '%s': refused record %" PRId64, rec->topic, number);
        fake.conf.refuse_at = -1;
    } else if (fake.conf.room && fake.flying.count >= fake.conf.room) {
        result = PRODUCER_BUSY;
    } else {
        keep(rec, opaque);
    }
    gate_unlock(&fake.gate);
    return result;
}

/* ---- acknowledging ---- */

static bool is_failure(size_t number)
{
    return (int64_t)number == fake.conf.fail_at ||
           (fake.conf.fail_every && (number + 1) % (size_t)fake.conf.fail_every == 0);
}

/* Takes one record out of the flight. Locked. */
static struct flying take_one(void)
{
    size_t i = fake.seed ? (size_t)rand_r(&fake.seed) % fake.flying.count : 0;
    struct flying f = fake.flying.at[i];

    vec_remove(&fake.flying, i);
    return f;
}

/* Unlocked while it does. */
static void hand_over(struct flying f, const char *error, enum tern_code code, bool returned)
{
    struct fake_record *r = &fake.records.at[f.number];
    struct producer_ack ack = {f.opaque, r->partition, (int64_t)f.number, error,
                               code,     NULL,         returned,          false};

    r->done = true;
    r->acked = !error;
    fake.acked += !returned;
    gate_unlock(&fake.gate);
    fake.on_ack(fake.arg, &ack);
    gate_lock(&fake.gate);
    gate_wake(&fake.gate);
}

/* Hands one acknowledgement over. */
static void acknowledge(struct flying f, const char *error, enum tern_code code)
{
    hand_over(f, error, code, false);
}

static bool is_spent(size_t number)
{
    return fake.conf.return_every && (number + 1) % (size_t)fake.conf.return_every == 0;
}

static bool acknowledge_some(size_t most)
{
    size_t count = 0;

    while (count < most && fake.flying.count && !fake.conf.hold) {
        struct flying f = take_one();

        if (is_spent(f.number)) {
            hand_over(f, "given up", TERN_ERETRIABLE, true);
            while (fake.flying.count)
                hand_over(take_one(), "given up", TERN_ERETRIABLE, true);
            return true;
        }
        acknowledge(f, is_failure(f.number) ? "topic 't' partition 0: broker says no" : NULL,
                    fake.conf.fail_code ? fake.conf.fail_code : TERN_EINTERNAL);
        count++;
    }
    return count > 0;
}

static void serve_locked(int64_t timeout_ms)
{
    int64_t deadline_ms = clock_deadline_ms(timeout_ms);
    size_t most = fake.seed ? (size_t)rand_r(&fake.seed) % 20 : SIZE_MAX;

    if (timeout_ms > 0 && most == 0)
        most = 1;
    while (!acknowledge_some(most) && !fake.woken && clock_left_ms(deadline_ms, 1) > 0)
        gate_wait(&fake.gate, deadline_ms);
    fake.woken = false;
}

static void fake_serve(struct send_stage *s, int64_t timeout_ms)
{
    (void)s;
    gate_lock(&fake.gate);
    serve_locked(timeout_ms);
    gate_unlock(&fake.gate);
}

static size_t fake_unacked(const struct send_stage *s)
{
    size_t count;

    (void)s;
    gate_lock(&fake.gate);
    count = fake.flying.count;
    gate_unlock(&fake.gate);
    return count;
}

static bool fake_flush(struct send_stage *s, int64_t deadline_ms)
{
    bool all;

    (void)s;
    gate_lock(&fake.gate);
    while (fake.flying.count && clock_left_ms(deadline_ms, 1) > 0)
        serve_locked(clock_left_ms(deadline_ms, 50));
    all = fake.flying.count == 0;
    gate_unlock(&fake.gate);
    return all;
}

static void fake_wake(struct send_stage *s)
{
    (void)s;
    gate_lock(&fake.gate);
    fake.woken = true;
    gate_wake(&fake.gate);
    gate_unlock(&fake.gate);
}

static const char *fake_fatal(struct send_stage *s)
{
    bool fatal;

    (void)s;
    gate_lock(&fake.gate);
    fatal = fake.fatal;
    gate_unlock(&fake.gate);
    return fatal ? "fenced" : NULL;
}

static void fake_close(struct send_stage *s)
{
    (void)s;
    gate_lock(&fake.gate);
    while (fake.flying.count)
        acknowledge(take_one(), "given up", TERN_EINTERNAL);
    fake.is_open = false; /* aborted when the id is initialized again */
    gate_unlock(&fake.gate);
    journal_add("stage.close");
}

/* ---- transactions ---- */

static bool take(int *member)
{
    bool had;

    gate_lock(&fake.gate);
    had = *member > 0;
    *member -= had;
    gate_unlock(&fake.gate);
    return had;
}

static int fake_init(struct send_stage *s, int64_t timeout_ms, struct tern_error *err)
{
    (void)s;
    (void)timeout_ms;
    (void)err;
    if (take(&fake.conf.init_again))
        return 1;
    journal_add("txn.init");
    return 0;
}

static int fake_begin(struct send_stage *s, struct tern_error *err)
{
    (void)s;
    (void)err;
    gate_lock(&fake.gate);
    assert(!fake.is_open);
    fake.is_open = true;
    fake.first_open = fake.records.count;
    gate_unlock(&fake.gate);
    journal_add("txn.begin");
    return 0;
}

/* Whether one of the transaction was not acknowledged. */
static bool one_failed(void)
{
    for (size_t i = fake.first_open; i < fake.records.count; i++) {
        if (!fake.records.at[i].acked)
            return true;
    }
    return false;
}

/* All that was sent since the begin is acknowledged. */
static void commit_records(void)
{
    gate_lock(&fake.gate);
    assert(fake.is_open);
    fake.commits++;
    for (size_t i = fake.first_open; i < fake.records.count; i++) {
        assert(fake.records.at[i].done);
        fake.records.at[i].committed = fake.commits;
    }
    fake.is_open = false;
    gate_unlock(&fake.gate);
    journal_add("txn.commit");
}

static int fake_commit(struct send_stage *s, int64_t timeout_ms, struct tern_error *err)
{
    if (take(&fake.conf.commit_again) || !fake_flush(s, clock_deadline_ms(timeout_ms)))
        return 1;
    if (one_failed())
        return tern_fail(err, TERN_ERETRIABLE, "it must be aborted");
    if (fake.commits == fake.conf.lose_at) {
        fake.conf.lose_at = -1;
        fake.is_open = false;
        return tern_fail(err, fake.conf.lose_code, "the transaction is lost");
    }
    commit_records();
    return 0;
}

static int fake_abort(struct send_stage *s, int64_t timeout_ms, struct tern_error *err)
{
    (void)s;
    (void)timeout_ms;
    (void)err;
    gate_lock(&fake.gate);
    while (
        fake.flying.count) /* only now it is said which it was: the others are given up with it */
        acknowledge(take_one(), "broker says no",
                    fake.flying.count ? TERN_ERETRIABLE : fake.conf.fail_code);
    fake.is_open = false;
    gate_unlock(&fake.gate);
    journal_add("txn.abort");
    return 0;
}

static bool fake_fenced(struct send_stage *s)
{
    (void)s;
    return false;
}

static const struct send_stage_class fake_class = {
    .send = fake_send,
    .serve = fake_serve,
    .unacked = fake_unacked,
    .flush = fake_flush,
    .wake = fake_wake,
    .fatal = fake_fatal,
    .close = fake_close,
    .init = fake_init,
    .begin = fake_begin,
    .commit = fake_commit,
    .abort = fake_abort,
    .fenced = fake_fenced,
};

int fake_stage_open(const struct tern_config *java, producer_on_ack *on_ack, void *arg,
                    struct send_stage **ret_stage, struct tern_error *err)
{
    if (fake.conf.open_error)
        return tern_fail(err, TERN_EINVALID, "%s", fake.conf.open_error);
    gate_lock(&fake.gate);
    strmap_add_all(&fake.settings, java);
    gate_unlock(&fake.gate);
    fake.on_ack = on_ack;
    fake.arg = arg;
    fake.stage.cls = &fake_class;
    *ret_stage = &fake.stage;
    return 0;
}
