/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/kafka/txn_writer.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/xmem.h"
#include "lib/kafka/client_conf.h"
#include "lib/kafka/transaction.h"

enum {
    SLICE_MS = 250, /* between two looks at cancel */
    ERROR_SIZE = 256,
};

struct txn_writer {
    rd_kafka_t *rk;
    rd_kafka_topic_t *topic;
    const bool *cancel;
    char failure[ERROR_SIZE]; /* of the first record of this batch that was not taken */
};

static bool is_cancelled(const struct txn_writer *w)
{
    return w->cancel && __atomic_load_n(w->cancel, __ATOMIC_RELAXED);
}

/* Thread: that of rd_kafka_commit_transaction(), which serves deliveries. */
static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *m, void *opaque)
{
    struct txn_writer *w = opaque;

    (void)rk;
    if (m->err && !w->failure[0])
        snprintf(w->failure, sizeof(w->failure), "%s", rd_kafka_err2str(m->err));
}

static void before_open(void *arg, rd_kafka_conf_t *conf)
{
    rd_kafka_conf_set_opaque(conf, arg);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_conf_set(conf, "linger.ms", "0", NULL, 0); /* somebody waits for each batch */
}

/* Repeats a step until it is done. */
static int finish(struct txn_writer *w, int (*step)(rd_kafka_t *, int, struct tern_error *),
                  const char *what, int64_t deadline_ms, struct tern_error *err)
{
    int rc;

    while ((rc = step(w->rk, (int)clock_left_ms(deadline_ms, SLICE_MS), err)) ==
           TRANSACTION_AGAIN) {
        if (is_cancelled(w))
            return tern_fail(err, TERN_ERETRIABLE, "%s was given up", what);
        if (clock_left_ms(deadline_ms, 1) == 0)
            return tern_fail(err, TERN_ETIMEOUT, "%s was not over in time", what);
    }
    return rc;
}

int txn_writer_open(const struct tern_config *java, const char *topic, const bool *cancel,
                    int64_t deadline_ms, struct txn_writer **ret_writer, struct tern_error *err)
{
    struct txn_writer *w = xcalloc(1, sizeof(*w));

    w->cancel = cancel;
    if (client_open(KAFKA_PRODUCER, java, before_open, w, &w->rk, err) < 0) {
        free(w);
        return -1;
    }
    w->topic = rd_kafka_topic_new(w->rk, topic, NULL);
    if (!w->topic) {
        txn_writer_free(w);
        return tern_fail(err, TERN_EINVALID, "'%s' cannot be the name of a topic", topic);
    }
    if (finish(w, transaction_init, "initializing transactions", deadline_ms, err) < 0) {
        txn_writer_free(w);
        return -1;
    }
    *ret_writer = w;
    return 0;
}

static int produce(struct txn_writer *w, const struct topic_log_entry *entry,
                   struct tern_error *err)
{
    rd_kafka_resp_err_t e =
        rd_kafka_producev(w->rk, RD_KAFKA_V_RKT(w->topic), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                          RD_KAFKA_V_VALUE((void *)entry->value.at, entry->value.len),
                          RD_KAFKA_V_KEY(entry->key, strlen(entry->key)), RD_KAFKA_V_END);

    if (!e)
        return 0;
    return tern_fail(err, kafka_error_code(e), "topic '%s': %s", rd_kafka_topic_name(w->topic),
                     rd_kafka_err2str(e));
}

int txn_writer_write(struct txn_writer *w, const struct topic_log_entry *entries, size_t count,
                     int64_t deadline_ms, struct tern_error *err)
{
    if (count == 0)
        return 0;
    w->failure[0] = '\0';
    if (transaction_begin(w->rk, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        if (produce(w, &entries[i], err) < 0)
            return -1;
    }
    if (finish(w, transaction_commit, "committing a transaction", deadline_ms, err) == 0)
        return 0;
    return w->failure[0]
               ? tern_context(err, "topic '%s': %s", rd_kafka_topic_name(w->topic), w->failure)
               : -1;
}

void txn_writer_free(struct txn_writer *w)
{
    if (!w)
        return;
    if (w->rk)
        rd_kafka_purge(w->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    if (w->topic)
        rd_kafka_topic_destroy(w->topic);
    client_close(w->rk);
    free(w);
}
