/* SPDX-License-Identifier: Apache-2.0 */
/*
 * topic_log_write - the writing half.
 *
 * librdkafka takes records from any thread; their fate is told on the log's thread, also
 * when a record was refused at once. Those under way are in one list, oldest first, so
 * that a read to the end can wait for what was sent before it, and for nothing else.
 */
#include "lib/kafka/topic_log.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/kafka/client_conf.h"
#include "lib/kafka/topic_log_priv.h"

enum {
    FULL_RETRY_MS = 20,
    CLOSE_MS = 10000,
    ERROR_SIZE = 512
};

/* ---- the list ---- */

/* The gate is held. */
static void link_last(struct topic_log_write *w, struct topic_log_write ***tail)
{
    w->next = NULL;
    w->link = *tail;
    **tail = w;
    *tail = &w->next;
}

/* The gate is held. */
static void unlink_write(struct topic_log_write *w, struct topic_log_write ***tail)
{
    *w->link = w->next;
    if (w->next)
        w->next->link = w->link;
    else
        *tail = w->link;
}

/* Hands a record to librdkafka, which copies it. What it refuses stays the caller's. */
static rd_kafka_resp_err_t queue_write(struct topic_log *log, struct topic_log_write *w,
                                       const char *key, struct slice value)
{
    rd_kafka_resp_err_t e;

    assert(log->producer); /* it was opened for writing */
    gate_lock(&log->gate);
    w->number = ++log->writes;
    link_last(w, &log->under_way_tail);
    gate_unlock(&log->gate);
    e = rd_kafka_producev(log->producer, RD_KAFKA_V_RKT(log->produced),
                          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                          RD_KAFKA_V_VALUE((void *)value.at, value.len),
                          RD_KAFKA_V_KEY(key, strlen(key)), RD_KAFKA_V_OPAQUE(w), RD_KAFKA_V_END);
    if (e) {
        gate_lock(&log->gate);
        unlink_write(w, &log->under_way_tail);
        gate_unlock(&log->gate);
    }
    return e;
}

/* Has the log's thread tell of a record that was refused. */
static void refuse(struct topic_log *log, struct topic_log_write *w, rd_kafka_resp_err_t e)
{
    w->failure = xasprintf("topic '%s': %s", log->topic, rd_kafka_err2str(e));
    w->failure_code = kafka_error_code(e);
    gate_lock(&log->gate);
    link_last(w, &log->refused_tail);
    gate_unlock(&log->gate);
    topic_log_wake(log);
}

/* ---- fates ---- */

/* Thread: log's, inside rd_kafka_poll(). */
static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *m, void *opaque)
{
    struct topic_log *log = opaque;
    struct topic_log_write *w = m->_private;
    char text[ERROR_SIZE];

    (void)rk;
    gate_lock(&log->gate);
    unlink_write(w, &log->under_way_tail);
    gate_unlock(&log->gate);
    if (m->err) {
        snprintf(text, sizeof(text), "topic '%s' partition %d: %s", log->topic, (int)m->partition,
                 rd_kafka_err2str(m->err));
        w->told(w, text, kafka_error_code(m->err));
    } else {
        w->told(w, NULL, 0);
    }
    gate_lock(&log->gate);
    gate_wake(&log->gate);
    gate_unlock(&log->gate);
}

static void tell_refused(struct topic_log *log)
{
    for (;;) {
        struct topic_log_write *w;
        char *failure;

        gate_lock(&log->gate);
        w = log->refused;
        if (w)
            unlink_write(w, &log->refused_tail);
        gate_unlock(&log->gate);
        if (!w)
            return;
        failure = TAKE(w->failure);
        w->told(w, failure, w->failure_code);
        free(failure);
    }
}

void topic_log_writer_serve(struct topic_log *log)
{
    if (!log->producer)
        return;
    rd_kafka_poll(log->producer, 0);
    tell_refused(log);
}

int topic_log_writer_flush(struct topic_log *log, int64_t deadline_ms, struct tern_error *err)
{
    bool late = false;
    uint64_t last;

    gate_lock(&log->gate);
    last = log->writes;
    while (log->under_way && log->under_way->number <= last && !late)
        late = !topic_log_wait(log, deadline_ms);
    gate_unlock(&log->gate);
    if (!late)
        return 0;
    return tern_fail(err, TERN_ETIMEOUT,
                     "records written to topic '%s' were not acknowledged in time", log->topic);
}

/* ---- one record ---- */

struct single {
    struct topic_log_write write; /* first */
    topic_log_sent *done;
    void *arg;
};

static void single_told(struct topic_log_write *w, const char *error, enum tern_code code)
{
    struct single *s = CONTAINER_OF(w, struct single, write);

    if (s->done)
        s->done(s->arg, error, code);
    free(s);
}

void topic_log_send(struct topic_log *log, const char *key, struct slice value,
                    topic_log_sent *done, void *arg)
{
    struct single *s = xcalloc(1, sizeof(*s));
    rd_kafka_resp_err_t e;

    s->write.told = single_told;
    s->done = done;
    s->arg = arg;
    e = queue_write(log, &s->write, key, value);
    if (e)
        refuse(log, &s->write, e);
}

/* ---- a batch ---- */

struct batch;

struct batch_entry {
    struct topic_log_write write; /* first */
    struct batch *batch;
};

/* Owned by the writing thread and by each record under way: the last frees it. */
struct batch {
    struct topic_log *log;
    size_t refs;         /* gate */
    size_t pending;      /* gate */
    char *error;         /* gate: the first one */
    enum tern_code code; /* gate */
    struct batch_entry entries[];
};

static void batch_unref(struct batch *b, size_t refs)
{
    bool last;

    gate_lock(&b->log->gate);
    b->refs -= refs;
    last = b->refs == 0;
    gate_unlock(&b->log->gate);
    if (!last)
        return;
    free(b->error);
    free(b);
}

static void batch_told(struct topic_log_write *w, const char *error, enum tern_code code)
{
    struct batch *b = CONTAINER_OF(w, struct batch_entry, write)->batch;

    gate_lock(&b->log->gate);
    b->pending--;
    if (error && !b->error) {
        b->error = xstrdup(error);
        b->code = code;
    }
    gate_wake(&b->log->gate);
    gate_unlock(&b->log->gate);
    batch_unref(b, 1);
}

static struct batch *batch_new(struct topic_log *log, size_t count)
{
    struct batch *b = xcalloc(1, sizeof(*b) + count * sizeof(b->entries[0]));

    b->log = log;
    b->refs = b->pending = count;
    b->refs++;
    for (size_t i = 0; i < count; i++) {
        b->entries[i].write.told = batch_told;
        b->entries[i].batch = b;
    }
    return b;
}

/* Waits while the producer's buffer is full: acknowledgements make room. */
static rd_kafka_resp_err_t batch_queue(struct batch *b, struct topic_log_write *w,
                                       const struct topic_log_entry *entry, int64_t deadline_ms)
{
    rd_kafka_resp_err_t e;

    while ((e = queue_write(b->log, w, entry->key, entry->value)) ==
               RD_KAFKA_RESP_ERR__QUEUE_FULL &&
           clock_mono_ms() < deadline_ms) {
        gate_lock(&b->log->gate);
        gate_wait(&b->log->gate, clock_deadline_ms(clock_left_ms(deadline_ms, FULL_RETRY_MS)));
        gate_unlock(&b->log->gate);
    }
    return e;
}

static int batch_wait(struct batch *b, size_t count, int64_t deadline_ms, struct tern_error *err)
{
    struct gate *gate = &b->log->gate;
    size_t pending;
    int rc = 0;

    gate_lock(gate);
    while (b->pending > 0 && topic_log_wait(b->log, deadline_ms))
        ;
    pending = b->pending;
    if (b->error)
        rc = tern_fail(err, b->code, "%s", b->error);
    gate_unlock(gate);
    if (rc == 0 && pending > 0) {
        rc = tern_fail(err, TERN_ETIMEOUT,
                       "%zu of %zu records written to topic '%s' were not acknowledged in time",
                       pending, count, b->log->topic);
    }
    return rc;
}

int topic_log_write(struct topic_log *log, const struct topic_log_entry *entries, size_t count,
                    int64_t deadline_ms, struct tern_error *err)
{
    struct batch *b = batch_new(log, count);
    int rc;

    for (size_t i = 0; i < count; i++) {
        rd_kafka_resp_err_t e = batch_queue(b, &b->entries[i].write, &entries[i], deadline_ms);

        if (e) { /* those that follow were not sent */
            batch_unref(b, 1 + count - i);
            return tern_fail(
                err, e == RD_KAFKA_RESP_ERR__QUEUE_FULL ? TERN_ETIMEOUT : kafka_error_code(e),
                "topic '%s': %s", log->topic, rd_kafka_err2str(e));
        }
    }
    rc = batch_wait(b, count, deadline_ms, err);
    batch_unref(b, 1);
    return rc;
}

/* ---- opening and closing ---- */

struct opening {
    struct topic_log *log;
    bool linger; /* the user has a wish */
};

static void before_open(void *arg, rd_kafka_conf_t *conf)
{
    const struct opening *o = arg;

    rd_kafka_conf_set_opaque(conf, o->log);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    if (!o->linger) /* somebody waits for each of these records */
        rd_kafka_conf_set(conf, "linger.ms", "0", NULL, 0);
}

int topic_log_writer_open(struct topic_log *log, const struct tern_config *java,
                          struct tern_error *err)
{
    struct opening o = {log, config_get(java, "linger.ms") != NULL};

    if (client_open(KAFKA_PRODUCER, java, before_open, &o, &log->producer, err) < 0)
        return -1;
    log->deliveries = rd_kafka_queue_get_main(log->producer);
    log->produced = rd_kafka_topic_new(log->producer, log->topic, NULL);
    return 0;
}

void topic_log_writer_close(struct topic_log *log)
{
    int64_t deadline_ms = clock_deadline_ms(CLOSE_MS);

    if (!log->producer)
        return;
    rd_kafka_purge(log->producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    while (log->under_way && clock_mono_ms() < deadline_ms)
        rd_kafka_poll(log->producer, 100);
    tell_refused(log);
    if (log->produced)
        rd_kafka_topic_destroy(log->produced);
    rd_kafka_queue_destroy(log->deliveries);
    client_close(log->producer);
}
