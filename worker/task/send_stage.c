/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/send_stage.h"

#include <stdlib.h>

#include "lib/base/xmem.h"

struct kafka_stage {
    struct send_stage stage; /* first */
    struct producer *producer;
};

static struct producer *producer_of(const struct send_stage *s)
{
    return ((const struct kafka_stage *)(const void *)s)->producer;
}

static enum producer_send_result kafka_send(struct send_stage *s, const struct producer_record *rec,
                                            void *opaque, struct tern_error *err)
{
    return producer_send(producer_of(s), rec, opaque, err);
}

static void kafka_serve(struct send_stage *s, int64_t timeout_ms)
{
    producer_serve(producer_of(s), timeout_ms);
}

static size_t kafka_unacked(const struct send_stage *s)
{
    return producer_unacked(producer_of(s));
}

static bool kafka_flush(struct send_stage *s, int64_t deadline_ms)
{
    return producer_flush(producer_of(s), deadline_ms);
}

static void kafka_wake(struct send_stage *s)
{
    producer_wake(producer_of(s));
}

static const char *kafka_fatal(struct send_stage *s)
{
    return producer_fatal(producer_of(s));
}

static void kafka_close(struct send_stage *s)
{
    producer_free(producer_of(s));
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

int send_stage_open_kafka(const struct tern_config *java, producer_on_ack *on_ack, void *arg,
                          struct send_stage **ret_stage, struct tern_error *err)
{
    struct kafka_stage *s;
    struct producer *producer;

    if (producer_open(java, on_ack, arg, &producer, err) < 0)
        return -1;
    s = xcalloc(1, sizeof(*s));
    s->stage.cls = &kafka_class;
    s->producer = producer;
    *ret_stage = &s->stage;
    return 0;
}
