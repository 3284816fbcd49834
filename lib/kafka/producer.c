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
#include "lib/base/vec.h"
#include "lib/base/xmem.h"
#include "lib/kafka/client_conf.h"
#include "lib/kafka/topic_limit.h"
#include "lib/kafka/transaction.h"

enum {
    TOPIC_CACHE = 64, /* a power of two */
    RETRY_MIN_MS = 50,
    RETRY_MAX_MS = 1000,
    /* How long one question for metadata may block: doubled while brokers are there but slow. */
    ASK_MIN_MS = 500,
    ASK_MAX_MS = 2000,
    CLOSE_MS = 30000,
    LIMIT_MS = 5000, /* for asking what a topic takes */
    WINDOW = 5,      /* records of a partition that may be under way before a second batch */
    ERROR_SIZE = 512,
    SETTING_SIZE = 256,
};

/*
 * To a broker that knows nothing of a producer yet, the first batch of a partition may begin with
 * any sequence number: it would take what follows a refused one. librdkafka sends a second batch
 * while the first has less than five records, so a large first record goes alone.
 */
enum start {
    START_FRESH, /* nothing was sent to the partition */
    START_ALONE, /* a large record, that is not answered */
    START_OVER
};

/* A topic that was sent to. */
struct topic {
    char *name;
    rd_kafka_topic_t *rkt;
    int32_t partitions; /* as far as known; 0: nothing known */
    uint8_t *starts;    /* [starts_count], enum start; NULL unless order is kept over a refusal */
    int32_t starts_count;
    int64_t retry_at_ms;
    struct backoff backoff;
    int ask_ms;
    bool limit_known;
    int64_t limit; /* as topic_limit() */
};

/* A record of a batch that was too large, until its topic's limit is known. */
struct oversized {
    void *opaque;
    struct topic *topic;
    int32_t partition;
    rd_kafka_resp_err_t err;
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
    int64_t batch_bytes; /* immutable */
    bool is_gapless;     /* immutable: a refusal is the end of it */
    size_t alone;        /* partitions that are START_ALONE */
    bool closing;
    bool spent;
    VEC(struct oversized) oversized; /* counted among unacked */
    int64_t batch_limit;             /* 0: none is needed */
};

static void topic_free(void *value)
{
    struct topic *t = value;

    rd_kafka_topic_destroy(t->rkt);
    free(t->starts);
    free(t->name);
    free(t);
}

/* ---- acknowledgements ---- */

static void hand_over(struct producer *p, const struct producer_ack *ack)
{
    assert(p->unacked > 0);
    p->unacked--;
    p->on_ack(p->arg, ack);
}

/* The topic was deleted, or is another one, of fewer partitions. */
static bool is_gone(rd_kafka_resp_err_t e)
{
    return e == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC || e == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION ||
           e == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
}

static void hand_over_failed(struct producer *p, void *opaque, const char *topic, int32_t partition,
                             rd_kafka_resp_err_t e, bool returned)
{
    char text[ERROR_SIZE];
    const struct producer_ack ack = {
        .opaque = opaque,
        .partition = partition,
        .offset = -1,
        .error = text,
        .code = kafka_error_code(e),
        .java_class = kafka_error_class(e),
        .returned = returned || is_gone(e),
        .is_gone = is_gone(e),
    };

    snprintf(text, sizeof(text), "topic '%s' partition %d: %s", topic, (int)partition,
             rd_kafka_err2str(e));
    hand_over(p, &ack);
}

/* ---- a record is refused ---- */

static bool is_too_large(rd_kafka_resp_err_t e)
{
    return e == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ||
           e == RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE;
}

/* librdkafka stops for good where a record would be missing, and gives up what it has queued. */
static bool find_spent(struct producer *p)
{
    char text[8];

    if (!p->spent)
        p->spent =
            rd_kafka_fatal_error(p->rk, text, sizeof(text)) == RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE;
    return p->spent;
}

static void failed(struct producer *p, const rd_kafka_message_t *m)
{
    struct topic *t = ptrmap_get(&p->topics, rd_kafka_topic_name(m->rkt));

    if (find_spent(p) && is_too_large(m->err) && !p->closing) {
        vec_push(&p->oversized, (struct oversized){m->_private, t, m->partition, m->err});
        return;
    }
    if (is_gone(m->err))
        t->partitions = 0; /* the next record asks */
    hand_over_failed(p, m->_private, t->name, m->partition, m->err,
                     p->spent && (m->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
                                  m->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT));
}

/* The largest batch that the topic takes, when that is less than what is sent; 0: it is not. */
static int64_t limit_of(struct producer *p, struct topic *t)
{
    if (!t->limit_known) {
        t->limit_known = true;
        t->limit = topic_limit(p->rk, t->name, p->batch_bytes, clock_deadline_ms(LIMIT_MS));
    }
    return t->limit;
}

/* All else has come back, so what was too large is decided on. */
static void settle(struct producer *p)
{
    for (size_t i = 0; i < p->oversized.count; i++) {
        struct oversized *o = &p->oversized.at[i];
        int64_t limit = p->closing ? 0 : limit_of(p, o->topic);

        if (limit && (!p->batch_limit || limit < p->batch_limit))
            p->batch_limit = limit;
        hand_over_failed(p, o->opaque, o->topic->name, o->partition, o->err, limit != 0);
    }
    p->oversized.count = 0;
}

static void served(struct producer *p)
{
    if (!p->spent)
        return;
    /* what was under way, and is to be repeated, has been queued again */
    rd_kafka_purge(p->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_NON_BLOCKING);
    if (p->oversized.count && p->unacked == p->oversized.count)
        settle(p);
}

bool producer_is_spent(const struct producer *p)
{
    return p->spent;
}

int64_t producer_batch_limit(const struct producer *p)
{
    return p->batch_limit;
}

/* NULL for a record whose partition is found by its key, and where nothing is kept. */
static uint8_t *start_of(struct topic *t, int32_t partition)
{
    return partition >= 0 && partition < t->starts_count ? &t->starts[partition] : NULL;
}

static void end_start(struct producer *p, const rd_kafka_message_t *m)
{
    uint8_t *start = start_of(ptrmap_get(&p->topics, rd_kafka_topic_name(m->rkt)), m->partition);

    if (start && *start == START_ALONE) {
        *start = START_OVER;
        p->alone--;
    }
}

/* Thread: owner, inside rd_kafka_poll() and rd_kafka_flush(). */
static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *m, void *opaque)
{
    struct producer *p = opaque;

    (void)rk;
    if (p->alone)
        end_start(p, m);
    if (m->err) {
        failed(p, m);
    } else {
        const struct producer_ack ack = {
            .opaque = m->_private,
            .partition = m->partition,
            .offset = m->offset >= 0 ? m->offset : -1,
        };

        hand_over(p, &ack);
    }
}

/* ---- opening and closing ---- */

/* "" for a setting that has no value. */
static const char *value_in(const rd_kafka_conf_t *conf, const char *key, char text[SETTING_SIZE])
{
    size_t size = SETTING_SIZE;

    return rd_kafka_conf_get(conf, key, text, &size) == RD_KAFKA_CONF_OK ? text : "";
}

static void before_open(void *arg, rd_kafka_conf_t *conf)
{
    struct producer *p = arg;
    char text[SETTING_SIZE];
    int64_t batch = strtoll(value_in(conf, "batch.size", text), NULL, 10);
    int64_t largest = strtoll(value_in(conf, "message.max.bytes", text), NULL, 10);

    rd_kafka_conf_set_opaque(conf, arg);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    p->batch_bytes = batch < largest ? batch : largest;
    p->is_gapless = strcmp(value_in(conf, "enable.idempotence", text), "true") == 0 &&
                    !*value_in(conf, "transactional.id", text);
    if (p->is_gapless)
        rd_kafka_conf_set(conf, "enable.gapless.guarantee", "true", NULL, 0);
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
    p->closing = true;
    settle(p);
    if (p->unacked > 0)
        rd_kafka_purge(p->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    while (p->unacked > 0 && clock_mono_ms() < deadline_ms)
        rd_kafka_poll(p->rk, 100);
    assert(p->unacked == 0); /* the payloads are the caller's: none may be left behind */
    vec_fini(&p->oversized);
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

static void want_starts(struct topic *t)
{
    if (t->partitions <= t->starts_count)
        return;
    t->starts = xreallocarray(t->starts, (size_t)t->partitions, 1);
    memset(t->starts + t->starts_count, START_FRESH, (size_t)(t->partitions - t->starts_count));
    t->starts_count = t->partitions;
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
    if (p->is_gapless)
        want_starts(t);
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
    if (e == RD_KAFKA_RESP_ERR__FATAL && find_spent(p))
        return PRODUCER_BUSY;
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

/* Less than WINDOW of its kind fill a batch. */
static bool is_large(const struct producer *p, const struct producer_record *rec)
{
    return (int64_t)(rec->key.size + rec->value.size) >= p->batch_bytes / WINDOW;
}

enum producer_send_result producer_send(struct producer *p, const struct producer_record *rec,
                                        void *opaque, struct tern_error *err)
{
    struct topic *t;
    rd_kafka_resp_err_t e;
    uint8_t *start;

    if (p->spent)
        return PRODUCER_BUSY;
    t = topic_find(p, rec->topic);
    if (!t) {
        (void)tern_fail(err, TERN_EINVALID, "'%s' cannot be the name of a topic", rec->topic);
        return PRODUCER_FAILED;
    }
    if (t->partitions == 0 || rec->partition >= t->partitions) {
        enum producer_send_result known = learn(p, t, rec->partition, err);

        if (known != PRODUCER_SENT)
            return known;
    }
    start = start_of(t, rec->partition);
    if (start && *start == START_ALONE)
        return PRODUCER_BUSY;
    e = produce(p, t, rec, opaque);
    if (e)
        return not_queued(p, t, e, err);
    if (start && *start == START_FRESH) {
        *start = is_large(p, rec) ? START_ALONE : START_OVER;
        p->alone += *start == START_ALONE;
    }
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
    served(p);
}

size_t producer_unacked(const struct producer *p)
{
    return p->unacked;
}

bool producer_flush(struct producer *p, int64_t deadline_ms)
{
    while (p->unacked > 0) {
        int64_t left_ms = clock_left_ms(deadline_ms, 100);

        rd_kafka_resp_err_t e = rd_kafka_flush(p->rk, (int)left_ms);

        served(p);
        if (e && left_ms == 0)
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

    if (!*p->fatal && !find_spent(p) && (e = rd_kafka_fatal_error(p->rk, text, sizeof(text))) != 0)
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
