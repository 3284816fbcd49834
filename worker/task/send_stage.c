/* SPDX-License-Identifier: Apache-2.0 */
/*
 * send_stage - Kafka's producer, there while it is needed.
 *
 * A producer is some threads and a megabyte or more, and a worker may have a thousand tasks that
 * seldom have anything to send. Each task has a producer of its own, with its own client.id, as in
 * Java: brokers tell tasks apart by it (quotas, ACLs, metrics). But beyond a number of open ones a
 * producer is opened with the first record, and closed when nothing was sent for a while; a task
 * that comes back soon keeps it longer the next time.
 */
#include "worker/task/send_stage.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/strmap.h"
#include "lib/base/thread.h"
#include "lib/base/xmem.h"
#include "lib/kafka/client_conf.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.WorkerSourceTask");

enum {
    OPEN_AT_WILL = 8, /* producers of the process that may be open without need */
    IDLE_MIN_MS = 10000,
    IDLE_MAX_MS = 600000,
    SOON_MS = 60000, /* a task that sends again within that time after a close comes back soon */
};

static atomic_int open_producers; /* of the process */
static atomic_int open_at_will = OPEN_AT_WILL;
static atomic_llong idle_min_ms = IDLE_MIN_MS;

struct kafka_stage {
    struct send_stage stage; /* first */
    producer_on_ack *on_ack; /* immutable */
    void *arg;               /* immutable */
    struct strmap settings;  /* the owner's thread only */

    struct gate gate;          /* a leaf, held across producer_wake() */
    struct producer *producer; /* gate for others than the owner; NULL: none is open */

    /* the owner's thread only */
    int64_t used_ms;   /* when something was last sent */
    int64_t closed_ms; /* when it was closed for idleness */
    int64_t idle_ms;   /* after which it is closed */
    char *reason;      /* why it could not be opened: for good; NULL: it could */
};

static struct kafka_stage *stage_of(struct send_stage *s)
{
    return (struct kafka_stage *)(void *)s;
}

static void set_producer(struct kafka_stage *s, struct producer *producer)
{
    gate_lock(&s->gate);
    s->producer = producer;
    gate_unlock(&s->gate);
}

static int open_producer(struct kafka_stage *s, struct tern_error *err)
{
    struct tern_config java = strmap_config(&s->settings);
    struct producer *producer;

    if (producer_open(&java, s->on_ack, s->arg, &producer, err) < 0)
        return -1;
    atomic_fetch_add(&open_producers, 1);
    s->used_ms = clock_mono_ms();
    set_producer(s, producer);
    return 0;
}

static void close_producer(struct kafka_stage *s)
{
    struct producer *producer = s->producer;

    if (!producer)
        return;
    set_producer(s, NULL);
    producer_free(producer);
    atomic_fetch_sub(&open_producers, 1);
}

/* Opens it for a record that is there. A failure is one for good: it lies in the settings. */
static int want_producer(struct kafka_stage *s, struct tern_error *err)
{
    if (s->reason)
        return tern_fail(err, TERN_EINVALID, "%s", s->reason);
    if (s->closed_ms && clock_mono_ms() - s->closed_ms < SOON_MS && s->idle_ms < IDLE_MAX_MS)
        s->idle_ms *= 2;
    if (open_producer(s, err) == 0)
        return 0;
    s->reason = xstrdup(err->msg);
    return -1;
}

static bool is_idle(const struct kafka_stage *s)
{
    return s->producer && producer_unacked(s->producer) == 0 &&
           atomic_load(&open_producers) > atomic_load(&open_at_will) &&
           clock_mono_ms() - s->used_ms >= s->idle_ms;
}

/* Where a record was refused, another producer takes over when all is answered. */
static void replace_spent(struct kafka_stage *s)
{
    int64_t limit;

    if (!s->producer || !producer_is_spent(s->producer) || producer_unacked(s->producer) > 0)
        return;
    limit = producer_batch_limit(s->producer);
    if (limit) {
        log_info("From now on, batches have %lld bytes at most (batch.size): a topic does not take "
                 "larger ones (max.message.bytes, segment.bytes)",
                 (long long)limit);
        strmap_set_fmt(&s->settings, "batch.size", "%lld", (long long)limit);
    }
    close_producer(s);
}

static enum producer_send_result kafka_send(struct send_stage *stage,
                                            const struct producer_record *rec, void *opaque,
                                            struct tern_error *err)
{
    struct kafka_stage *s = stage_of(stage);
    enum producer_send_result result;

    if (!s->producer && want_producer(s, err) < 0)
        return PRODUCER_FAILED;
    result = producer_send(s->producer, rec, opaque, err);
    if (result == PRODUCER_BUSY) /* waiting is use, too */
        s->used_ms = clock_mono_ms();
    return result;
}

static void kafka_serve(struct send_stage *stage, int64_t timeout_ms)
{
    struct kafka_stage *s = stage_of(stage);
    size_t unacked;

    if (!s->producer)
        return;
    unacked = producer_unacked(s->producer);
    producer_serve(s->producer, timeout_ms);
    replace_spent(s);
    if (unacked > 0) {
        s->used_ms = clock_mono_ms();
    } else if (is_idle(s)) {
        close_producer(s);
        s->closed_ms = clock_mono_ms();
    }
}

static size_t kafka_unacked(const struct send_stage *stage)
{
    const struct kafka_stage *s = (const struct kafka_stage *)(const void *)stage;

    return s->producer ? producer_unacked(s->producer) : 0;
}

static bool kafka_flush(struct send_stage *stage, int64_t deadline_ms)
{
    struct kafka_stage *s = stage_of(stage);

    bool flushed = !s->producer || producer_flush(s->producer, deadline_ms);

    replace_spent(s);
    return flushed;
}

static void kafka_wake(struct send_stage *stage)
{
    struct kafka_stage *s = stage_of(stage);

    gate_lock(&s->gate);
    if (s->producer)
        producer_wake(s->producer);
    gate_unlock(&s->gate);
}

static const char *kafka_fatal(struct send_stage *stage)
{
    struct kafka_stage *s = stage_of(stage);

    if (s->reason)
        return s->reason;
    return s->producer ? producer_fatal(s->producer) : NULL;
}

static void kafka_close(struct send_stage *stage)
{
    struct kafka_stage *s = stage_of(stage);

    close_producer(s);
    gate_fini(&s->gate);
    strmap_fini(&s->settings);
    free(s->reason);
    free(s);
}

static const struct send_stage_class kafka_class = {
    .send = kafka_send,
    .serve = kafka_serve,
    .unacked = kafka_unacked,
    .flush = kafka_flush,
    .wake = kafka_wake,
    .fatal = kafka_fatal,
    .close = kafka_close,
};

int send_stage_check(const struct tern_config *java, struct tern_error *err)
{
    rd_kafka_conf_t *conf;

    if (client_conf_build(KAFKA_PRODUCER, java, NULL, NULL, &conf, err) < 0)
        return -1;
    rd_kafka_conf_destroy(conf);
    return 0;
}

int send_stage_open_kafka(const struct tern_config *java, producer_on_ack *on_ack, void *arg,
                          struct send_stage **ret_stage, struct tern_error *err)
{
    struct kafka_stage *s = xcalloc(1, sizeof(*s));
    bool at_once = atomic_load(&open_producers) < atomic_load(&open_at_will);

    s->stage.cls = &kafka_class;
    s->on_ack = on_ack;
    s->arg = arg;
    s->idle_ms = atomic_load(&idle_min_ms);
    gate_init(&s->gate);
    strmap_add_all(&s->settings, java);
    if ((at_once ? open_producer(s, err) : send_stage_check(java, err)) < 0) {
        kafka_close(&s->stage);
        return -1;
    }
    *ret_stage = &s->stage;
    return 0;
}

int send_stage_open_producers(void)
{
    return atomic_load(&open_producers);
}

void send_stage_set_limits(int at_will, int64_t idle_ms)
{
    atomic_store(&open_at_will, at_will);
    atomic_store(&idle_min_ms, idle_ms);
}
