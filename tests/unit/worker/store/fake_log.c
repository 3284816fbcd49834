/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/worker/store/fake_log.h"

#include <check.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/thread.h"
#include "lib/base/vec.h"
#include "lib/base/xmem.h"

struct fake_record {
    uint8_t *key, *value;
    size_t key_len, value_len;
};

struct fake_ack {
    topic_log_sent *done;
    void *arg;
    const char *error; /* static */
    enum tern_code code;
};

struct topic_log {
    struct topic_log_conf conf;
    struct thread thread;
};

static struct {
    bool ready;
    struct gate gate;
    VEC(struct fake_record) records; /* gate; the topic */
    size_t handed_over;              /* gate */
    VEC(struct fake_ack) acks;       /* gate; oldest first */
    bool busy, stopping, holding;    /* gate */
    int32_t partitions;              /* gate */
    int to_fail, failed;             /* gate */
    enum tern_code fail_code;        /* gate */
    const char *fail_error;          /* gate */
    bool reads_fail;                 /* gate */
    struct buf journal;              /* gate */
} topic;

static void fake_lock(void)
{
    if (!topic.ready) {
        gate_init(&topic.gate);
        topic.partitions = 1;
        topic.journal.limit = 1 << 20;
        topic.ready = true;
    }
    gate_lock(&topic.gate);
}

static void fake_unlock(void)
{
    gate_wake(&topic.gate);
    gate_unlock(&topic.gate);
}

static uint8_t *copy_of(struct slice bytes)
{
    return bytes.at ? xmemdup(bytes.at, bytes.len) : NULL;
}

static void add(struct slice key, struct slice value)
{
    vec_push(&topic.records, (struct fake_record){
                                 .key = copy_of(key),
                                 .key_len = key.len,
                                 .value = copy_of(value),
                                 .value_len = value.len,
                             });
}

void fake_log_add_bytes(struct slice key, struct slice value)
{
    fake_lock();
    add(key, value);
    fake_unlock();
}

void fake_log_add(const char *key, const char *value)
{
    fake_log_add_bytes(slice_str(key), slice_str(value));
}

void fake_log_set_partitions(int32_t count)
{
    fake_lock();
    topic.partitions = count;
    fake_unlock();
}

void fake_log_fail_writes(int count, enum tern_code code, const char *error)
{
    fake_lock();
    topic.to_fail = count;
    topic.fail_code = code;
    topic.fail_error = error;
    fake_unlock();
}

void fake_log_fail_reads(bool fail)
{
    fake_lock();
    topic.reads_fail = fail;
    fake_unlock();
}

void fake_log_hold_acks(bool hold)
{
    fake_lock();
    topic.holding = hold;
    fake_unlock();
}

int fake_log_failures(void)
{
    int failed;

    fake_lock();
    failed = topic.failed;
    fake_unlock();
    return failed;
}

char *fake_log_journal(void)
{
    char *text;

    fake_lock();
    text = buf_take_str(&topic.journal);
    fake_unlock();
    return text;
}

static bool is_settled(void)
{
    return topic.handed_over == topic.records.count && !topic.busy &&
           (topic.holding || topic.acks.count == 0);
}

void fake_log_settle(void)
{
    int64_t deadline_ms = clock_deadline_ms(20000);

    fake_lock();
    while (!is_settled())
        ck_assert(gate_wait(&topic.gate, deadline_ms));
    fake_unlock();
}

/* ---- the log's thread ---- */

/* Locked; unlocks for the call. */
static void hand_over_record(struct topic_log *log)
{
    size_t i = topic.handed_over;
    struct fake_record r = topic.records.at[i];
    struct topic_log_record rec = {
        .partition = (int32_t)(i % (size_t)topic.partitions),
        .offset = (int64_t)i,
        .key = slice_of(r.key, r.key_len),
        .value = slice_of(r.value, r.value_len),
    };

    topic.busy = true;
    fake_unlock();
    log->conf.on_record(log->conf.arg, &rec);
    fake_lock();
    topic.busy = false;
    topic.handed_over++;
    gate_wake(&topic.gate);
}

static void hand_over_ack(void)
{
    struct fake_ack ack = topic.acks.at[0];

    vec_remove(&topic.acks, 0);
    topic.busy = true;
    fake_unlock();
    if (ack.done)
        ack.done(ack.arg, ack.error, ack.code);
    fake_lock();
    topic.busy = false;
    gate_wake(&topic.gate);
}

static void run(void *arg)
{
    struct topic_log *log = arg;

    fake_lock();
    while (!topic.stopping) {
        if (topic.handed_over < topic.records.count)
            hand_over_record(log);
        else if (topic.acks.count > 0 && !topic.holding)
            hand_over_ack();
        else
            gate_wait(&topic.gate, FOREVER_MS);
    }
    while (topic.acks.count > 0)
        hand_over_ack();
    fake_unlock();
}

/* ---- topic_log.h ---- */

int topic_log_open(const struct topic_log_conf *conf, int64_t deadline_ms,
                   struct topic_log **ret_log, struct tern_error *err)
{
    struct topic_log *log;

    if (deadline_ms <= clock_mono_ms())
        return tern_fail(err, TERN_ETIMEOUT, "no topic in time");
    log = xcalloc(1, sizeof(*log));
    log->conf = *conf;
    fake_lock();
    topic.stopping = false;
    topic.handed_over = 0;
    while (topic.handed_over < topic.records.count)
        hand_over_record(log);
    fake_unlock();
    thread_start(&log->thread, "fake-log", run, log);
    *ret_log = log;
    return 0;
}

int32_t topic_log_partitions(const struct topic_log *log)
{
    int32_t count;

    (void)log;
    fake_lock();
    count = topic.partitions;
    fake_unlock();
    return count;
}

int topic_log_read_to_end(struct topic_log *log, int64_t deadline_ms, struct tern_error *err)
{
    size_t end;
    int rc = 0;

    (void)log;
    fake_lock();
    buf_add_str(&topic.journal, "end;");
    end = topic.records.count;
    while (!topic.reads_fail && topic.handed_over < end && gate_wait(&topic.gate, deadline_ms))
        ;
    if (topic.reads_fail || topic.handed_over < end)
        rc = tern_fail(err, TERN_ETIMEOUT, "the end was not reached in time");
    fake_unlock();
    return rc;
}

/* Locked. False: the write is to fail. */
static bool accept(const char *key, struct slice value, const char *end)
{
    buf_add_fmt(&topic.journal, "%s=%.*s%s", key, value.at ? (int)value.len : 4,
                value.at ? (const char *)value.at : "null", end);
    if (topic.to_fail > 0) {
        topic.to_fail--;
        topic.failed++;
        return false;
    }
    add(slice_str(key), value);
    return true;
}

void topic_log_send(struct topic_log *log, const char *key, struct slice value,
                    topic_log_sent *done, void *arg)
{
    struct fake_ack ack = {.done = done, .arg = arg};

    (void)log;
    fake_lock();
    if (!accept(key, value, ";")) {
        ack.error = topic.fail_error;
        ack.code = topic.fail_code;
    }
    vec_push(&topic.acks, ack);
    fake_unlock();
}

int topic_log_write(struct topic_log *log, const struct topic_log_entry *entries, size_t count,
                    int64_t deadline_ms, struct tern_error *err)
{
    int rc = 0;

    (void)log;
    (void)deadline_ms;
    fake_lock();
    for (size_t i = 0; i < count; i++) {
        if (!accept(entries[i].key, entries[i].value, i + 1 < count ? "," : ";") && rc == 0)
            rc = tern_fail(err, topic.fail_code, "%s", topic.fail_error);
    }
    fake_unlock();
    return rc;
}

void topic_log_free(struct topic_log *log)
{
    if (!log)
        return;
    fake_lock();
    topic.stopping = true;
    fake_unlock();
    thread_join(&log->thread);
    free(log);
    fake_lock();
    for (size_t i = 0; i < topic.records.count; i++) {
        free(topic.records.at[i].key);
        free(topic.records.at[i].value);
    }
    vec_fini(&topic.records);
    vec_fini(&topic.acks);
    buf_fini(&topic.journal);
    fake_unlock();
}
