/* SPDX-License-Identifier: Apache-2.0 */
/*
 * send_stage_txn - Kafka's producer with a transactional id. It stays open as long as its task:
 * one that was opened anew would take the id from whoever has come to own the task meanwhile.
 */
#include "worker/task/send_stage.h"

#include <stdlib.h>

#include "lib/base/thread.h"
#include "lib/base/xmem.h"

struct txn_stage {
    struct send_stage stage; /* first */
    struct producer *producer;
};

static struct producer *producer_of(struct send_stage *s)
{
    return ((struct txn_stage *)(void *)s)->producer;
}

static enum producer_send_result txn_send(struct send_stage *s, const struct producer_record *rec,
                                          void *opaque, struct tern_error *err)
{
    return producer_send(producer_of(s), rec, opaque, err);
}

static void txn_serve(struct send_stage *s, int64_t timeout_ms)
{
    producer_serve(producer_of(s), timeout_ms);
}

static size_t txn_unacked(const struct send_stage *s)
{
    return producer_unacked(((const struct txn_stage *)(const void *)s)->producer);
}

static bool txn_flush(struct send_stage *s, int64_t deadline_ms)
{
    return producer_flush(producer_of(s), deadline_ms);
}

static void txn_wake(struct send_stage *s)
{
    producer_wake(producer_of(s));
}

static const char *txn_fatal(struct send_stage *s)
{
    return producer_fatal(producer_of(s));
}

static int txn_init(struct send_stage *s, int64_t timeout_ms, struct tern_error *err)
{
    return producer_init_transactions(producer_of(s), (int)timeout_ms, err);
}

static int txn_begin(struct send_stage *s, struct tern_error *err)
{
    return producer_begin(producer_of(s), err);
}

static int txn_commit(struct send_stage *s, int64_t timeout_ms, struct tern_error *err)
{
    return producer_commit(producer_of(s), (int)timeout_ms, err);
}

static int txn_abort(struct send_stage *s, int64_t timeout_ms, struct tern_error *err)
{
    return producer_abort(producer_of(s), (int)timeout_ms, err);
}

static bool txn_fenced(struct send_stage *s)
{
    return producer_is_fenced(producer_of(s));
}

static void txn_close(struct send_stage *s)
{
    producer_free(producer_of(s));
    free(s);
}

static const struct send_stage_class txn_class = {
    .send = txn_send,
    .serve = txn_serve,
    .unacked = txn_unacked,
    .flush = txn_flush,
    .wake = txn_wake,
    .fatal = txn_fatal,
    .close = txn_close,
    .init = txn_init,
    .begin = txn_begin,
    .commit = txn_commit,
    .abort = txn_abort,
    .fenced = txn_fenced,
};

int send_stage_open_transactional(const struct tern_config *java, producer_on_ack *on_ack,
                                  void *arg, struct send_stage **ret_stage, struct tern_error *err)
{
    struct txn_stage *s = xcalloc(1, sizeof(*s));

    s->stage.cls = &txn_class;
    if (producer_open(java, on_ack, arg, &s->producer, err) < 0) {
        free(s);
        return -1;
    }
    *ret_stage = &s->stage;
    return 0;
}
