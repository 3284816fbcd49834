/* SPDX-License-Identifier: Apache-2.0 */
/*
 * producer - see the header. Per record: one look-up of the topic's handle, one call of
 * librdkafka, no lock of ours and no allocation.
 *
 * librdkafka accepts records for topics that it knows nothing of yet, and fails them later,
 * behind the back of records that follow. So nothing is handed to it before the metadata has
 * said that topic and partition exist; until then the answer is BUSY. From then on librdkafka
 * itself refuses an unknown partition at once, when the topic was deleted or made anew.
 */
#include "lib/kafka/producer.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/ptrmap.h"
#include "lib/base/xmem.h"
#include "lib/kafka/client_conf.h"
#include "lib/kafka/transaction.h"

enum {
    TOPIC_CACHE = 64, /* a power of two */
    RETRY_MIN_MS = 50,
    RETRY_MAX_MS = 1000,
    /* How long one question for metadata may block: doubled while brokers are there but slow. */
    ASK_MIN_MS = 500,
    ASK_MAX_MS = 2000,
    CLOSE_MS = 30000,
    ERROR_SIZE = 512,
};

/* A topic that was sent to. */
struct topic {
    char *name;
    rd_kafka_topic_t *rkt;
    int32_t partitions; /* as far as known; 0: nothing known */
    int64_t retry_at_ms;
    struct backoff backoff;
    int ask_ms;
};

struct producer {                 /* all of it: the owner's thread, but for rk and main_queue */
    rd_kafka_t *rk;               /* immutable */
    rd_kafka_queue_t *main_queue; /* immutable */
    producer_on_ack *on_ack;
    void *arg;
    struct ptrmap topics;             /* owns struct topic */
    struct topic *cache[TOPIC_CACHE]; /* by the address of the name, which is compared too */
    size_t unacked;
    int64_t retry_at_ms; /* a topic wants to be looked for then; FOREVER_MS: none */
    char fatal[ERROR_SIZE];
};

static void topic_free(void *value)
{
    struct topic *t = value;

    rd_kafka_topic_destroy(t->rkt);
    free(t->name);
    free(t);
}

/* ---- acknowledgements ---- */

static void hand_over(struct producer *p, const rd_kafka_message_t *m)
{
    char text[ERROR_SIZE];
    struct producer_ack ack = {
        .opaque = m->_private,
        .partition = m->partition,
        .offset = m->offset >= 0 ? m->offset : -1,
    };

    if (m->err) {
        snprintf(text, sizeof(text), "topic '%s' partition %d: %s", rd_kafka_topic_name(m->rkt),
                 (int)m->partition, rd_kafka_err2str(m->err));
        ack.error = text;
        ack.code = kafka_error_code(m->err);
    }
    assert(p->unacked > 0);
    p->unacked--;
    p->on_ack(p->arg, &ack);
}

/* Thread: owner, inside rd_kafka_poll() and rd_kafka_flush(). */
static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *m, void *opaque)
{
    (void)rk;
    hand_over(opaque, m);
}

/* ---- opening and closing ---- */

static void before_open(void *arg, rd_kafka_conf_t *conf)
{
    rd_kafka_conf_set_opaque(conf, arg);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
}

int producer_open(const struct tern_config *java, producer_on_ack *on_ack, void *arg,
                  struct producer **ret_producer, struct tern_error *err)
{
    struct producer *p = xcalloc(1, sizeof(*p));

    p->on_ack = on_ack;
    p->arg = arg;
    p->topics = (struct ptrmap)PTRMAP_INIT(topic_free);
    p->retry_at_ms = FOREVER_MS;
    if (client_open(KAFKA_PRODUCER, java, before_open, p, &p->rk, err) < 0) {
        free(p);
        return -1;
    }
    p->main_queue = rd_kafka_queue_get_main(p->rk);
    *ret_producer = p;
    return 0;
}

void producer_free(struct producer *p)
{
    int64_t deadline_ms = clock_deadline_ms(CLOSE_MS);

    if (!p)
        return;
    if (p->unacked > 0)
        rd_kafka_purge(p->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    while (p->unacked > 0 && clock_mono_ms() < deadline_ms)
        rd_kafka_poll(p->rk, 100);
    assert(p->unacked == 0); /* the payloads are the caller's: none may be left behind */
    ptrmap_fini(&p->topics);
    rd_kafka_queue_destroy(p->main_queue);
    client_close(p->rk);
    free(p);
}

/* ---- topics ---- */

static struct topic *topic_add(struct producer *p, const char *name)
{
    struct topic *t = xcalloc(1, sizeof(*t));

    t->name = xstrdup(name);
    t->rkt = rd_kafka_topic_new(p->rk, name, NULL);
    t->backoff = (struct backoff){RETRY_MIN_MS, RETRY_MAX_MS, 0};
    t->ask_ms = ASK_MIN_MS;
    if (!t->rkt) { /* an empty or overlong name */
        free(t->name);
        free(t);
        return NULL;
    }
    ptrmap_set(&p->topics, name, t);
    return t;
}

/* NULL for a name that cannot be a topic's. */
static struct topic *topic_find(struct producer *p, const char *name)
{
    uintptr_t at = (uintptr_t)name;
    struct topic **slot = &p->cache[(at >> 4 ^ at >> 12) & (TOPIC_CACHE - 1)];
    struct topic *t = *slot;

    if (t && strcmp(t->name, name) == 0)
        return t;
    t = ptrmap_get(&p->topics, name);
    if (!t)
        t = topic_add(p, name);
    if (t)
        *slot = t;
    return t;
}

static enum producer_send_result retry_later(struct producer *p, struct topic *t)
{
    t->retry_at_ms = clock_deadline_ms(backoff_next_ms(&t->backoff));
    p->retry_at_ms = t->retry_at_ms;
    return PRODUCER_BUSY;
}

static const rd_kafka_metadata_topic_t *metadata_of(const rd_kafka_metadata_t *md, const char *name)
{
    for (int i = 0; i < md->topic_cnt; i++) {
        if (strcmp(md->topics[i].topic, name) == 0)
            return &md->topics[i];
    }
    return NULL;
}

/* What the metadata says of the topic; TERN_ERETRIABLE is BUSY, all else is said in *err. */
static enum producer_send_result weigh(struct producer *p, struct topic *t,
                                       const rd_kafka_metadata_topic_t *md, int32_t partition,
                                       struct tern_error *err)
{
    if (!md)
        return retry_later(p, t);
    if (md->err) {
        enum tern_code code = kafka_error_code(md->err);

        if (code != TERN_EINVALID)
            return retry_later(p, t);
        (void)tern_fail(err, code, "topic '%s': %s", t->name, rd_kafka_err2str(md->err));
        return PRODUCER_FAILED;
    }
    t->partitions = md->partition_cnt;
    if (partition >= t->partitions || t->partitions == 0)
        return retry_later(p, t);
    backoff_reset(&t->backoff);
    t->ask_ms = ASK_MIN_MS;
    t->retry_at_ms = 0;
    p->retry_at_ms = FOREVER_MS;
    return PRODUCER_SENT;
}

/* Asks the cluster for a topic or partition not known so far; SENT: now it is. */
static enum producer_send_result learn(struct producer *p, struct topic *t, int32_t partition,
                                       struct tern_error *err)
{
    const rd_kafka_metadata_t *md = NULL;
    enum producer_send_result result;
    rd_kafka_resp_err_t e;

    if (clock_mono_ms() < t->retry_at_ms)
        return PRODUCER_BUSY;
    e = rd_kafka_metadata(p->rk, 0, t->rkt, &md, t->ask_ms);
    if (e) {
        if (e == RD_KAFKA_RESP_ERR__TIMED_OUT && t->ask_ms < ASK_MAX_MS)
            t->ask_ms *= 2;
        return retry_later(p, t);
    }
    result = weigh(p, t, metadata_of(md, t->name), partition, err);
    rd_kafka_metadata_destroy(md);
    return result;
}

/* ---- sending ---- */

static rd_kafka_headers_t *copy_headers(const struct producer_record *rec)
{
    rd_kafka_headers_t *copy = rd_kafka_headers_new(rec->header_count);

    for (size_t i = 0; i < rec->header_count; i++) {
        const struct producer_header *h = &rec->headers[i];

        rd_kafka_header_add(copy, h->key, -1, h->value.data, (ssize_t)h->value.size);
    }
    return copy;
}

static rd_kafka_resp_err_t produce(struct producer *p, const struct topic *t,
                                   const struct producer_record *rec, void *opaque)
{
    /* To librdkafka 0 means now; a record of that very millisecond moves by one. */
    int64_t timestamp_ms = rec->timestamp_ms < 0    ? 0
                           : rec->timestamp_ms == 0 ? 1
                                                    : rec->timestamp_ms;
    rd_kafka_headers_t *headers = rec->header_count ? copy_headers(rec) : NULL;
    rd_kafka_resp_err_t e = rd_kafka_producev(
        p->rk, RD_KAFKA_V_RKT(t->rkt), RD_KAFKA_V_PARTITION(rec->partition),
        RD_KAFKA_V_VALUE((void *)rec->value.data, rec->value.size),
        RD_KAFKA_V_KEY(rec->key.data, rec->key.size), RD_KAFKA_V_TIMESTAMP(timestamp_ms),
        RD_KAFKA_V_OPAQUE(opaque), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);

    if (e && headers)
        rd_kafka_headers_destroy(headers);
    return e;
}

static enum producer_send_result not_queued(struct producer *p, struct topic *t,
                                            rd_kafka_resp_err_t e, struct tern_error *err)
{
    switch ((int)e) {
    case RD_KAFKA_RESP_ERR__QUEUE_FULL:
        return PRODUCER_BUSY;
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
        t->partitions = 0;
        return retry_later(p, t);
    default:
        if (e == RD_KAFKA_RESP_ERR__FATAL && producer_fatal(p))
            (void)tern_fail(err, TERN_EINTERNAL, "topic '%s': %s", t->name, p->fatal);
        else
            (void)tern_fail(err, kafka_error_code(e), "topic '%s': %s", t->name,
                            rd_kafka_err2str(e));
        return PRODUCER_FAILED;
    }
}

enum producer_send_result producer_send(struct producer *p, const struct producer_record *rec,
                                        void *opaque, struct tern_error *err)
{
    struct topic *t = topic_find(p, rec->topic);
    rd_kafka_resp_err_t e;

    if (!t) {
        (void)tern_fail(err, TERN_EINVALID, "'%s' cannot be the name of a topic", rec->topic);
        return PRODUCER_FAILED;
    }
    if (t->partitions == 0 || rec->partition >= t->partitions) {
        enum producer_send_result known = learn(p, t, rec->partition, err);

        if (known != PRODUCER_SENT)
            return known;
    }
    e = produce(p, t, rec, opaque);
    if (e)
        return not_queued(p, t, e, err);
    p->unacked++;
    return PRODUCER_SENT;
}

/* ---- serving ---- */

void producer_serve(struct producer *p, int64_t timeout_ms)
{
    if (p->retry_at_ms != FOREVER_MS) { /* somebody waits for a topic */
        timeout_ms = clock_left_ms(p->retry_at_ms, timeout_ms);
        p->retry_at_ms = FOREVER_MS;
    }
    rd_kafka_poll(p->rk, (int)(timeout_ms < INT_MAX ? timeout_ms : INT_MAX));
}

size_t producer_unacked(const struct producer *p)
{
    return p->unacked;
}

bool producer_flush(struct producer *p, int64_t deadline_ms)
{
    while (p->unacked > 0) {
        int64_t left_ms = clock_left_ms(deadline_ms, 100);

        if (rd_kafka_flush(p->rk, (int)left_ms) != RD_KAFKA_RESP_ERR_NO_ERROR && left_ms == 0)
            break;
    }
    return p->unacked == 0;
}

void producer_wake(struct producer *p)
{
    rd_kafka_queue_yield(p->main_queue);
}

const char *producer_fatal(struct producer *p)
{
    char text[ERROR_SIZE - 64];
    rd_kafka_resp_err_t e;

    if (!*p->fatal && (e = rd_kafka_fatal_error(p->rk, text, sizeof(text))) != 0)
        snprintf(p->fatal, sizeof(p->fatal), "%s: %s", rd_kafka_err2name(e), text);
    return *p->fatal ? p->fatal : NULL;
}

/* ---- transactions ---- */

int producer_init_transactions(struct producer *p, int timeout_ms, struct tern_error *err)
{
    return transaction_init(p->rk, timeout_ms, err);
}

int producer_begin(struct producer *p, struct tern_error *err)
{
    return transaction_begin(p->rk, err);
}

int producer_commit(struct producer *p, int timeout_ms, struct tern_error *err)
{
    if (p->unacked > 0 && !producer_flush(p, clock_deadline_ms(timeout_ms)))
        return TRANSACTION_AGAIN;
    return transaction_commit(p->rk, timeout_ms, err);
}

int producer_abort(struct producer *p, int timeout_ms, struct tern_error *err)
{
    return transaction_abort(p->rk, timeout_ms, err);
}

bool producer_is_fenced(struct producer *p)
{
    char text[8];

    return transaction_is_fenced(rd_kafka_fatal_error(p->rk, text, sizeof(text)));
}
