/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/source_txn.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/vec.h"
#include "lib/base/xmem.h"
#include "lib/kafka/transaction.h"
#include "worker/task/offset_key.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.ExactlyOnceWorkerSourceTask");

enum {
    ROOM_MS = 20, /* wait for room in the stage */
};

/* A record whose fate is known but for its transaction's. */
struct fate {
    struct send_slot *slot;
    struct tern_record_metadata metadata;
    bool is_left_out;
};

/* An offset on its way; the stage does not copy values. */
struct offset_text {
    char *key, *value;
};

struct source_txn {
    struct source_txn_conf conf;
    struct send_stage *stage; /* NULL: not started */
    bool is_open;             /* begun and not committed */
    bool is_committing;       /* the offsets below are those of this commit */
    VEC(struct fate) fates;
    VEC(struct offset_text) offsets;
    size_t offsets_sent;
    bool has_failed;
    struct tern_error failure;
};

/* ---- life ---- */

struct source_txn *source_txn_new(const struct source_txn_conf *conf)
{
    struct source_txn *x = xcalloc(1, sizeof(*x));

    x->conf = *conf;
    return x;
}

void source_txn_start(struct source_txn *x, struct send_stage *stage)
{
    x->stage = stage;
}

static void forget_offsets(struct source_txn *x)
{
    for (size_t i = 0; i < x->offsets.count; i++) {
        free(x->offsets.at[i].key);
        free(x->offsets.at[i].value);
    }
    x->offsets.count = 0;
    x->offsets_sent = 0;
}

void source_txn_free(struct source_txn *x)
{
    if (!x)
        return;
    for (size_t i = 0; i < x->fates.count; i++)
        send_queue_done(x->conf.queue, x->fates.at[i].slot);
    forget_offsets(x);
    vec_fini(&x->fates);
    vec_fini(&x->offsets);
    free(x);
}

/* ---- records ---- */

int source_txn_begin(struct source_txn *x, struct tern_error *err)
{
    if (x->is_open)
        return 0;
    if (x->stage->cls->begin(x->stage, err) < 0)
        return -1;
    x->is_open = true;
    return 0;
}

void source_txn_sent(struct source_txn *x, const struct tern_source_record *rec)
{
    struct pending_queue *q;

    (void)x;
    if (!rec->source)
        return;
    q = host_queue(rec->source);
    /* Acknowledged or not: if one is not, none of the transaction counts. */
    pending_queue_acked(q, pending_queue_submit(q, rec->offset, rec->offset_json));
}

void source_txn_left_out(struct source_txn *x, struct send_slot *slot)
{
    vec_push(&x->fates, (struct fate){.slot = slot, .is_left_out = true});
}

void source_txn_acked(struct source_txn *x, const struct producer_ack *ack)
{
    if (ack->opaque)
        vec_push(&x->fates,
                 (struct fate){.slot = ack->opaque, .metadata = {ack->partition, ack->offset}});
    /* Those that were given up with others are no reason. */
    if (!ack->error || (x->has_failed && x->failure.code != TERN_ERETRIABLE))
        return;
    x->has_failed = true;
    (void)tern_fail(&x->failure, ack->code, "%s", ack->error);
}

bool source_txn_has_failed(const struct source_txn *x, struct tern_error *ret_err)
{
    if (x->has_failed)
        *ret_err = x->failure;
    return x->has_failed;
}

/* ---- commits ---- */

/* What the plugin made up wrongly would poison the offsets topic. */
static int check_offset(const struct committable *offset, struct tern_error *err)
{
    struct tern_source_offset parsed;

    if (offset_value_parse(offset->value, "", &parsed, err) < 0)
        return tern_context(err, "offset of %s", offset->key);
    if (!parsed.known)
        return tern_fail(err, TERN_EINVALID, "offset of %s: no JSON object", offset->key);
    return 0;
}

static int collect_offsets(struct source_txn *x, struct tern_error *err)
{
    const struct committable *offsets;
    size_t records, count = pending_offsets_take(x->conf.pending, &offsets, &records);

    for (size_t i = 0; i < count; i++) {
        if (check_offset(&offsets[i], err) < 0)
            return -1;
        vec_push(&x->offsets,
                 (struct offset_text){xstrdup(offsets[i].key), xstrdup(offsets[i].value)});
    }
    return 0;
}

static struct tern_bytes bytes_of(const char *text)
{
    return (struct tern_bytes){text, strlen(text)};
}

/* 0: all were given to the stage. */
static int send_offsets(struct source_txn *x, int64_t deadline_ms, struct tern_error *err)
{
    while (x->offsets_sent < x->offsets.count) {
        const struct offset_text *o = &x->offsets.at[x->offsets_sent];
        const struct producer_record rec = {
            .topic = x->conf.offsets_topic,
            .partition = -1,
            .timestamp_ms = -1,
            .key = bytes_of(o->key),
            .value = bytes_of(o->value),
        };

        switch (x->stage->cls->send(x->stage, &rec, NULL, err)) {
        case PRODUCER_SENT:
            x->offsets_sent++;
            break;
        case PRODUCER_BUSY:
            if (clock_left_ms(deadline_ms, 1) == 0)
                return TRANSACTION_AGAIN;
            x->stage->cls->serve(x->stage, clock_left_ms(deadline_ms, ROOM_MS));
            break;
        case PRODUCER_FAILED:
            return -1;
        }
    }
    return TRANSACTION_DONE;
}

/* Tells of every record, and lets go of it. */
static void conclude(struct source_txn *x)
{
    for (size_t i = 0; i < x->fates.count; i++) {
        const struct fate *f = &x->fates.at[i];

        x->conf.committed(x->conf.arg, send_slot_record(f->slot),
                          f->is_left_out ? NULL : &f->metadata);
        send_queue_done(x->conf.queue, f->slot);
    }
    x->fates.count = 0;
    forget_offsets(x);
}

/* 1: there is nothing to commit. */
static int begin_commit(struct source_txn *x, struct tern_error *err)
{
    if (collect_offsets(x, err) < 0)
        return -1;
    if (!x->is_open && x->offsets.count == 0)
        return 1;
    if (source_txn_begin(x, err) < 0)
        return -1;
    x->is_committing = true;
    return 0;
}

void source_txn_abort(struct source_txn *x, int64_t timeout_ms)
{
    struct tern_error err;
    int rc;

    if (!x->is_open || x->stage->cls->fenced(x->stage))
        return;
    rc = x->stage->cls->abort(x->stage, timeout_ms, &err);
    if (rc < 0)
        log_debug("ExactlyOnceWorkerSourceTask{id=%s} %s", x->conf.id, err.msg);
    else if (rc == TRANSACTION_AGAIN)
        log_debug("ExactlyOnceWorkerSourceTask{id=%s} leaves a transaction open", x->conf.id);
    x->is_open = false;
}

void source_txn_explain(struct source_txn *x, int64_t timeout_ms, struct tern_error *err)
{
    source_txn_abort(x, timeout_ms); /* hands over the fates that are left */
    if (x->has_failed && (x->failure.code != TERN_ERETRIABLE || err->code == TERN_EINTERNAL))
        *err = x->failure;
}

int source_txn_commit(struct source_txn *x, int64_t timeout_ms, struct tern_error *err)
{
    int64_t deadline_ms = clock_deadline_ms(timeout_ms);
    int rc;

    if (!x->is_committing && (rc = begin_commit(x, err)) != 0) {
        if (rc > 0)
            conclude(x);
        return rc > 0 ? TRANSACTION_DONE : -1;
    }
    rc = send_offsets(x, deadline_ms, err);
    if (rc == TRANSACTION_DONE)
        rc = x->stage->cls->commit(x->stage, clock_left_ms(deadline_ms, timeout_ms), err);
    if (source_txn_has_failed(x, err)) /* it says more than what has failed for it */
        return -1;
    if (rc != TRANSACTION_DONE)
        return rc;
    log_trace("ExactlyOnceWorkerSourceTask{id=%s} committed %zu records, and %zu offsets",
              x->conf.id, x->fates.count, x->offsets.count);
    x->is_open = x->is_committing = false;
    conclude(x);
    return TRANSACTION_DONE;
}
