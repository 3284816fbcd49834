/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/source_records.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/ptrmap.h"
#include "lib/base/vec.h"
#include "lib/base/xmem.h"
#include "lib/kafka/transaction.h"
#include "worker/task/outgoing.h"
#include "worker/task/override_policy.h"
#include "worker/task/send_queue.h"
#include "worker/task/task_producer_conf.h"
#include "worker/task/tolerance.h"
#include "worker/task/topic_creation.h"
#include "worker/task/trace.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.WorkerSourceTask");

enum {
    ABORT_MS = 1000,         /* for the end of a transaction of a task that ends badly */
    ABORT_STOPPING_MS = 200, /* likewise, when the worker waits for its end */
};

static const char task_class[] = "org.apache.kafka.connect.runtime.WorkerSourceTask";

struct source_records {
    struct source_records_conf conf;
    struct tolerance tolerance;
    struct outgoing out;      /* the current record */
    struct send_stage *stage; /* NULL after close */
    struct send_queue *queue;
    struct source_txn *txn;          /* NULL: without transactions */
    int64_t commit_began_ms;         /* 0: none is under way */
    enum source_records_loss loss;   /* what the failure means for another transaction */
    struct topic_creation *creation; /* NULL: nothing is created */
    void *self;                      /* the plugin instance; NULL before start and after close */
    bool closing;                    /* what fails now was given up by us */
    bool says_gone;                  /* a topic is gone, and that was said */
    char *failure;                   /* trace; the first */
    VEC(struct pending_queue *) refused; /* of partitions that are handed over again */
    struct ptrmap topics;   /* those told to topic_used; the value is the name, owned */
    const char *last_topic; /* in topics; "" for none */
};

/* ---- failure ---- */

static void fail(struct source_records *r, const char *what, const char *class_name,
                 const struct tern_error *err)
{
    if (!r->failure)
        r->failure = trace_text_as(what, class_name, err);
}

const char *source_records_failure(const struct source_records *r)
{
    return r->failure;
}

static void commit_record(struct source_records *r, const struct tern_source_record *rec,
                          const struct tern_record_metadata *metadata)
{
    if (r->self && r->conf.cls->commit_record)
        r->conf.cls->commit_record(r->self, rec, metadata);
}

/* ---- acknowledgements ---- */

static void track_topic(struct source_records *r, const char *topic)
{
    char *name;

    if (!r->conf.topic_used || strcmp(topic, r->last_topic) == 0)
        return;
    name = ptrmap_get(&r->topics, topic);
    if (!name) {
        name = xstrdup(topic);
        ptrmap_set(&r->topics, topic, name);
        if (host_enter(r->conf.host)) {
            r->conf.topic_used(r->conf.arg, topic, r->conf.connector, r->conf.task);
            host_leave(r->conf.host);
        }
    }
    r->last_topic = name;
}

/* The current record is on its way; one that came back has been all the time. */
static void submit(const struct source_records *r, const struct tern_source_record *rec)
{
    struct send_slot *slot = send_queue_slot(r->queue);

    if (rec->source && !send_queue_is_again(r->queue))
        slot->ticket = pending_queue_submit(host_queue(rec->source), rec->offset, rec->offset_json);
}

static void acked(const struct tern_source_record *rec, const struct send_slot *slot)
{
    if (rec->source)
        pending_queue_acked(host_queue(rec->source), slot->ticket);
}

/* The Java class for what the send stage said. */
static const char *send_error_class(enum tern_code code)
{
    switch (code) {
    case TERN_ETIMEOUT:
        return "org.apache.kafka.common.errors.TimeoutException";
    case TERN_ERETRIABLE:
        return "org.apache.kafka.common.errors.RetriableException";
    case TERN_EINVALID:
    case TERN_EREFUSED:
        return "org.apache.kafka.common.errors.ApiException";
    default:
        return "org.apache.kafka.common.KafkaException";
    }
}

/* A send stage that has failed for good fails every record: no tolerance goes that far. */
static bool tolerates(struct source_records *r)
{
    return r->tolerance.all && !r->stage->cls->fatal(r->stage);
}

/* What the plugin wants done with a record that is refused for what it is. */
static enum tern_refusal ask_plugin(struct source_records *r, const struct tern_source_record *rec,
                                    const struct tern_error *err)
{
    if (err->code != TERN_EREFUSED || !rec->source || !r->self || !r->conf.cls->refused ||
        r->stage->cls->fatal(r->stage))
        return TERN_REFUSAL_FAIL;
    return r->conf.cls->refused(r->self, rec, err);
}

static struct pending_queue *queue_of(const struct tern_source_record *rec)
{
    return rec->source ? host_queue(rec->source) : NULL;
}

/* Whether the record's partition is handed over again: what is left of the last time is dropped. */
static bool is_given_up(const struct tern_source_record *rec)
{
    struct pending_queue *q = queue_of(rec);

    return q && pending_queue_is_refused(q);
}

/* A submitted record does not count, nor do those behind it until the plugin begins anew. */
static void give_up(struct source_records *r, const struct tern_source_record *rec,
                    const struct send_slot *slot)
{
    struct pending_queue *q = queue_of(rec);

    if (!pending_queue_is_refused(q))
        vec_push(&r->refused, q);
    pending_queue_refused(q, slot->ticket);
    commit_record(r, rec, NULL);
}

/* What comes from now on of the partitions that were given up is new, once all have come back. */
static void begin_anew(struct source_records *r)
{
    for (size_t i = r->refused.count; i-- > 0;) {
        if (pending_queue_open(r->refused.at[i]) > 0)
            continue;
        pending_queue_reset(r->refused.at[i]);
        /* NOLINTNEXTLINE(bugprone-sizeof-expression): the elements are pointers */
        vec_remove(&r->refused, i);
    }
}

/*
 * SKIP: the record is left out, and its offset counts. AGAIN: give it up. FAIL: the task has
 * failed.
 */
static enum tern_refusal leave_out(struct source_records *r, const struct tern_source_record *rec,
                                   const char *class_name, const struct tern_error *err)
{
    const struct record_origin origin = outgoing_origin(rec);
    enum tern_refusal refusal;

    tolerance_report(&r->tolerance, STAGE_KAFKA_PRODUCE, task_class, rec, &origin, err->msg);
    refusal = tolerates(r) ? TERN_REFUSAL_SKIP : ask_plugin(r, rec, err);
    if (refusal == TERN_REFUSAL_SKIP)
        commit_record(r, rec, NULL);
    if (refusal != TERN_REFUSAL_FAIL)
        return refusal;
    if (!r->failure) /* those behind it fail for the same reason */
        log_error("WorkerSourceTask{id=%s} failed to send record to %s: %s", r->conf.id, rec->topic,
                  err->msg); /* peer text */
    fail(r, "Unrecoverable exception from producer send callback", class_name, err);
    return TERN_REFUSAL_FAIL;
}

/* The target did not take a record that was sent. */
static void not_acked(struct source_records *r, const struct tern_source_record *rec,
                      const struct send_slot *slot, const struct producer_ack *ack)
{
    const char *class_name = ack->java_class ? ack->java_class : send_error_class(ack->code);
    struct tern_error err;

    if (is_given_up(rec)) {
        give_up(r, rec, slot);
        return;
    }
    (void)tern_fail(&err, ack->code, "%s", ack->error);
    switch (leave_out(r, rec, class_name, &err)) {
    case TERN_REFUSAL_SKIP:
        acked(rec, slot);
        break;
    case TERN_REFUSAL_AGAIN:
        give_up(r, rec, slot);
        break;
    case TERN_REFUSAL_FAIL:
        break;
    }
}

/* Said once, until something is acknowledged. */
static void say_gone(struct source_records *r, const struct producer_ack *ack)
{
    if (!r->says_gone)
        log_warn("WorkerSourceTask{id=%s} %s; what was to go there is sent again", r->conf.id,
                 ack->error);
    r->says_gone = true;
}

static void on_ack(void *arg, const struct producer_ack *ack)
{
    struct source_records *r = arg;
    struct send_slot *slot = ack->opaque;
    const struct tern_source_record *rec = send_slot_record(slot);

    if (!ack->error) {
        const struct tern_record_metadata metadata = {ack->partition, ack->offset};

        commit_record(r, rec, &metadata);
        acked(rec, slot);
        track_topic(r, rec->topic);
        r->says_gone = false;
    } else if (ack->returned && !r->closing && !is_given_up(rec)) {
        if (ack->is_gone)
            say_gone(r, ack);
        r->out.ready = false; /* there is another current record now */
        send_queue_return(r->queue, slot);
        return;
    } else if (!r->closing) {
        not_acked(r, rec, slot, ack);
    }
    send_queue_done(r->queue, slot);
}

/* ---- transactions ---- */

/* source_txn_conf.committed. */
static void on_committed(void *arg, const struct tern_source_record *rec,
                         const struct tern_record_metadata *metadata)
{
    struct source_records *r = arg;

    commit_record(r, rec, metadata);
    if (metadata)
        track_topic(r, rec->topic);
}

/* As the stage's on_ack. */
static void on_txn_ack(void *arg, const struct producer_ack *ack)
{
    struct source_records *r = arg;

    source_txn_acked(r->txn, ack);
}

/*
 * A transaction that its coordinator has given up looks like one that another producer ended. Its
 * age tells: within its time, nobody but another takes the id. What is refused may be a batch,
 * whose records would be taken.
 */
static enum source_records_loss loss_of(const struct source_records *r,
                                        const struct tern_error *err)
{
    const struct txn_boundary *b = r->conf.boundary;
    bool is_old = b->is_open && clock_mono_ms() - b->began_ms >= b->age_max_ms;

    if (err->code == TERN_ECONFLICT || r->stage->cls->fenced(r->stage))
        return is_old ? SOURCE_RECORDS_LOST : SOURCE_RECORDS_NOT_LOST;
    if (err->code == TERN_EREFUSED && r->conf.batch_bytes != 1)
        return SOURCE_RECORDS_TOO_LARGE;
    if (err->code == TERN_ERETRIABLE || err->code == TERN_ETIMEOUT)
        return SOURCE_RECORDS_LOST;
    return SOURCE_RECORDS_NOT_LOST;
}

static int64_t abort_ms(const struct source_records *r)
{
    const struct tern_host *host = host_face(r->conf.host);

    return host->stopping(host) ? ABORT_STOPPING_MS : ABORT_MS;
}

static void txn_failed(struct source_records *r, const char *what, struct tern_error *err)
{
    CLEANUP(freep) char *text = NULL;

    if (r->failure)
        return;
    source_txn_explain(r->txn, abort_ms(r), err);
    r->loss = loss_of(r, err);
    if (err->code == TERN_ECONFLICT || r->stage->cls->fenced(r->stage)) {
        text = xasprintf(
            "The task %s was unable to finish writing records to Kafka before its producer "
            "transaction expired. It may be necessary to reconfigure this connector in order for "
            "it to run healthily with exactly-once support. Options for this include: tune the "
            "connector's producer configuration for higher throughput, increase the transaction "
            "timeout for the connector's producers, decrease the offset commit interval (if using "
            "interval-based transaction boundaries), or use the 'poll' transaction boundary (if "
            "the connector is not already configured to use it).",
            r->conf.id); /* peer text */
        what = text;
    }
    fail(r, what, send_error_class(err->code), err);
}

int source_records_init_transactions(struct source_records *r, int64_t timeout_ms,
                                     struct tern_error *err)
{
    return r->stage->cls->init(r->stage, timeout_ms, err);
}

int source_records_commit(struct source_records *r, int64_t timeout_ms)
{
    struct tern_error err;
    CLEANUP(freep) char *what = NULL;
    int rc;

    if (!r->commit_began_ms)
        r->commit_began_ms = clock_mono_ms();
    rc = source_txn_commit(r->txn, timeout_ms, &err);
    if (rc == TRANSACTION_DONE) {
        txn_boundary_committed(r->conf.boundary, r->commit_began_ms, clock_mono_ms());
        r->commit_began_ms = 0;
    }
    if (rc >= 0)
        return rc;
    what =
        xasprintf("Failed to flush offsets and/or records for task %s", r->conf.id); /* peer text */
    txn_failed(r, what, &err);
    return -1;
}

enum source_records_loss source_records_loss(const struct source_records *r)
{
    return r->loss;
}

/* The record is in the transaction, or the task has failed. */
static enum source_records_step send_in_txn(struct source_records *r,
                                            const struct tern_source_record *rec)
{
    static const char what[] = "Unrecoverable exception trying to send"; /* peer text */
    struct tern_error err;

    if (source_txn_has_failed(r->txn, &err) || source_txn_begin(r->txn, &err) < 0) {
        txn_failed(r, what, &err);
        return SOURCE_RECORDS_FAILED;
    }
    switch (r->stage->cls->send(r->stage, &r->out.record, send_queue_slot(r->queue), &err)) {
    case PRODUCER_SENT:
        break;
    case PRODUCER_BUSY:
        return SOURCE_RECORDS_BUSY;
    case PRODUCER_FAILED:
        txn_failed(r, what, &err);
        return SOURCE_RECORDS_FAILED;
    }
    source_txn_sent(r->txn, rec);
    txn_boundary_sent(r->conf.boundary, r->out.record.key.size + r->out.record.value.size,
                      clock_mono_ms());
    r->out.ready = false;
    send_queue_sent(r->queue);
    return SOURCE_RECORDS_SENT;
}

/* ---- sending ---- */

/* -1: the record is not going to be sent, and if there is a failure now, the task has failed. */
static int prepare(struct source_records *r, const struct tern_source_record *rec)
{
    char *trace;
    int rc = outgoing_prepare(&r->out, rec, &trace);

    if (r->out.value_memory)
        send_queue_keep(r->queue, TAKE(r->out.value_memory));
    if (rc == 0)
        return 0;
    if (r->failure)
        free(trace);
    else
        r->failure = trace;
    return -1;
}

void source_records_take(struct source_records *r, struct tern_source_batch *batch)
{
    begin_anew(r);
    send_queue_take(r->queue, batch);
}

bool source_records_waiting(const struct source_records *r)
{
    return send_queue_current(r->queue) != NULL;
}

/* The send stage refused the current record. */
static enum source_records_step refused(struct source_records *r,
                                        const struct tern_source_record *rec,
                                        const struct tern_error *err)
{
    struct send_slot *slot = send_queue_slot(r->queue);
    enum tern_refusal refusal;

    if (err->code == TERN_ERETRIABLE && !r->stage->cls->fatal(r->stage)) {
        log_warn("WorkerSourceTask{id=%s} Failed to send record to topic '%s'. Backing off before "
                 "retrying: %s",
                 r->conf.id, rec->topic, err->msg); /* peer text */
        return SOURCE_RECORDS_BUSY;
    }
    r->out.ready = false;
    refusal = leave_out(r, rec, send_error_class(err->code), err);
    if (refusal == TERN_REFUSAL_FAIL)
        return SOURCE_RECORDS_FAILED;
    submit(r, rec);
    if (refusal == TERN_REFUSAL_SKIP)
        acked(rec, slot);
    else
        give_up(r, rec, slot);
    send_queue_skip(r->queue);
    return SOURCE_RECORDS_SENT;
}

static enum source_records_step ensure_topic(struct source_records *r)
{
    struct tern_error err;

    if (topic_creation_ensure(r->creation, r->out.record.topic, &err) == 0)
        return SOURCE_RECORDS_SENT;
    if (err.code == TERN_ERETRIABLE)
        return SOURCE_RECORDS_BUSY;
    fail(r, NULL, trace_class(err.code), &err);
    return SOURCE_RECORDS_FAILED;
}

/* The current record is left out: its offset does not count by itself. */
static void pass_over(struct source_records *r, const struct tern_source_record *rec)
{
    if (r->txn) {
        source_txn_left_out(r->txn, send_queue_slot(r->queue));
        send_queue_sent(r->queue);
        return;
    }
    commit_record(r, rec, NULL);
    if (send_queue_is_again(r->queue))
        acked(rec, send_queue_slot(r->queue));
    send_queue_skip(r->queue);
}

/* SENT: on to the next record. */
static enum source_records_step send_current(struct source_records *r,
                                             const struct tern_source_record *rec)
{
    struct tern_error err;

    if (is_given_up(rec)) {
        r->out.ready = false;
        if (send_queue_is_again(r->queue))
            give_up(r, rec, send_queue_slot(r->queue));
        else
            commit_record(r, rec, NULL);
        send_queue_skip(r->queue);
        return SOURCE_RECORDS_SENT;
    }
    if (!r->out.ready && prepare(r, rec) < 0) {
        if (r->failure)
            return SOURCE_RECORDS_FAILED;
        pass_over(r, rec);
        return SOURCE_RECORDS_SENT;
    }
    if (r->creation) {
        enum source_records_step step = ensure_topic(r);

        if (step != SOURCE_RECORDS_SENT)
            return step;
    }
    if (r->txn)
        return send_in_txn(r, rec);
    switch (r->stage->cls->send(r->stage, &r->out.record, send_queue_slot(r->queue), &err)) {
    case PRODUCER_SENT:
        break;
    case PRODUCER_BUSY:
        return SOURCE_RECORDS_BUSY;
    case PRODUCER_FAILED:
        return refused(r, rec, &err);
    }
    /* Acknowledgements come with serve() only, so the slot is complete before its own does. */
    submit(r, rec);
    r->out.ready = false;
    send_queue_sent(r->queue);
    return SOURCE_RECORDS_SENT;
}

enum source_records_step source_records_send(struct source_records *r)
{
    const struct tern_source_record *rec;

    while ((rec = send_queue_current(r->queue))) {
        enum source_records_step step;

        if (r->failure)
            return SOURCE_RECORDS_FAILED;
        step = send_current(r, rec);
        if (step != SOURCE_RECORDS_SENT)
            return step;
    }
    return SOURCE_RECORDS_SENT;
}

void source_records_serve(struct source_records *r, int64_t timeout_ms)
{
    r->stage->cls->serve(r->stage, timeout_ms);
}

size_t source_records_unacked(const struct source_records *r)
{
    return r->stage->cls->unacked(r->stage);
}

bool source_records_flush(struct source_records *r, int64_t deadline_ms)
{
    return r->stage->cls->flush(r->stage, deadline_ms);
}

void source_records_wake(struct source_records *r)
{
    r->stage->cls->wake(r->stage);
}

/* ---- life ---- */

static void limit_batches(const struct source_records *r, struct strmap *settings)
{
    const char *chosen = strmap_get(settings, "batch.size");

    if (r->conf.batch_bytes && (!chosen || strtoll(chosen, NULL, 10) > r->conf.batch_bytes))
        strmap_set_fmt(settings, "batch.size", "%" PRId64, r->conf.batch_bytes);
}

static int open_stage(struct source_records *r, struct tern_error *err)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct tern_config java;

    /* the worker's policy may have changed since the connector was created */
    if (override_policy_check_producer(&r->conf.worker_config, &r->conf.connector_config, err) < 0)
        return -1;
    if (r->txn) {
        task_txn_producer_conf(r->conf.connector, r->conf.task, r->conf.txn_group,
                               &r->conf.worker_config, &r->conf.connector_config, &settings);
    } else {
        task_producer_conf(r->conf.connector, r->conf.task, &r->conf.worker_config,
                           &r->conf.connector_config, &settings);
    }
    limit_batches(r, &settings);
    java = strmap_config(&settings);
    if (r->conf.open_stage(&java, r->txn ? on_txn_ack : on_ack, r, &r->stage, err) < 0)
        return -1;
    if (r->txn)
        source_txn_start(r->txn, r->stage);
    return 0;
}

static int open_outgoing(struct source_records *r, struct tern_error *err)
{
    const struct outgoing_conf conf = {
        .id = r->conf.id,
        .host = r->conf.host,
        .tolerance = &r->tolerance,
        .connector_config = r->conf.connector_config,
        .worker_config = r->conf.worker_config,
        .forbidden_topic = r->txn ? r->conf.offsets_topic : NULL,
    };

    return outgoing_open(&r->out, &conf, err);
}

static struct source_txn *open_txn(struct source_records *r)
{
    const struct source_txn_conf conf = {
        .id = r->conf.id,
        .offsets_topic = r->conf.offsets_topic,
        .queue = r->queue,
        .pending = r->conf.pending,
        .committed = on_committed,
        .arg = r,
    };

    return source_txn_new(&conf);
}

int source_records_open(const struct source_records_conf *conf, struct source_records **ret_records,
                        struct tern_error *err)
{
    struct source_records *r = xcalloc(1, sizeof(*r));

    r->conf = *conf;
    r->tolerance = (struct tolerance){
        .all = conf->settings->tolerate_all,
        .log = conf->settings->log_errors,
        .log_record = conf->settings->log_records,
        .retry_timeout_ms = conf->settings->retry_timeout_ms,
        .retry_delay_max_ms = conf->settings->retry_delay_max_ms,
        .id = conf->id,
    };
    r->topics = (struct ptrmap)PTRMAP_INIT(free);
    r->last_topic = "";
    r->queue = send_queue_new();
    if (conf->txn_group)
        r->txn = open_txn(r);
    if (open_outgoing(r, err) < 0 || open_stage(r, err) < 0 ||
        topic_creation_open(conf->connector, conf->task, &conf->worker_config,
                            &conf->connector_config, &r->creation, err) < 0) {
        source_records_free(r);
        return -1;
    }
    *ret_records = r;
    return 0;
}

void source_records_start(struct source_records *r, void *self)
{
    r->self = self;
}

void source_records_close(struct source_records *r)
{
    struct send_stage *stage = r->stage;

    if (!stage)
        return;
    r->closing = true;
    send_queue_skip_all(r->queue);
    if (r->txn)
        source_txn_abort(r->txn, abort_ms(r));
    stage->cls->close(stage);
    r->stage = NULL;
    r->self = NULL;
    source_txn_free(TAKE(r->txn)); /* what is not committed */
}

void source_records_free(struct source_records *r)
{
    if (!r)
        return;
    source_records_close(r);
    source_txn_free(r->txn);
    send_queue_free(r->queue);
    topic_creation_free(r->creation);
    outgoing_fini(&r->out);
    ptrmap_fini(&r->topics);
    vec_fini(&r->refused);
    free(r->failure);
    free(r);
}
