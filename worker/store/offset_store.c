/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/store/offset_store.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "lib/base/log.h"
#include "lib/base/thread.h"
#include "lib/base/xmem.h"
#include "worker/store/offset_map.h"

LOG_DOMAIN("org.apache.kafka.connect.storage.KafkaOffsetBackingStore");

struct offset_store {
    struct topic_log *log; /* immutable after offset_store_open() */
    char *topic;           /* immutable */

    pthread_mutex_t lock;  /* a leaf */
    struct offset_map map; /* lock */
};

/* Thread: the log's, or the opener's during the first read. Logs what is skipped. */
static void on_record(void *arg, const struct topic_log_record *rec)
{
    struct offset_store *s = arg;
    CLEANUP(offset_record_fini) struct offset_record record = OFFSET_RECORD_INIT;
    struct tern_error err;

    if (offset_record_parse(rec->key, rec->value, &record, &err) < 0) {
        log_warn("Ignoring a record of topic '%s', partition %d, offset %lld: %s", s->topic,
                 rec->partition, (long long)rec->offset, err.msg);
        return;
    }
    pthread_mutex_lock(&s->lock);
    offset_map_apply(&s->map, &record);
    pthread_mutex_unlock(&s->lock);
}

static void store_freep(struct offset_store **s)
{
    offset_store_free(*s);
}

int offset_store_open(const struct offset_store_conf *conf, int64_t deadline_ms,
                      struct offset_store **ret_store, struct tern_error *err)
{
    CLEANUP(store_freep) struct offset_store *s = xcalloc(1, sizeof(*s));
    struct topic_log_conf log_conf = {
        .topic = conf->topic,
        .consumer = conf->consumer,
        .producer = conf->producer,
        .admin = conf->admin,
        .only_partition = -1,
        .on_record = on_record,
        .arg = s,
        .cancel = conf->cancel,
    };

    s->topic = xstrdup(conf->topic);
    pthread_mutex_init(&s->lock, NULL);

    log_info("Starting KafkaOffsetBackingStore");
    if (topic_log_open(&log_conf, deadline_ms, &s->log, err) < 0)
        return tern_context(err, "opening the offset topic");
    log_info("Finished reading offsets topic and starting KafkaOffsetBackingStore");
    *ret_store = TAKE(s);
    return 0;
}

void offset_store_free(struct offset_store *s)
{
    if (!s)
        return;
    topic_log_free(s->log);
    offset_map_fini(&s->map);
    pthread_mutex_destroy(&s->lock);
    free(s->topic);
    free(s);
}

int offset_store_read(struct offset_store *s, const char *const *keys, size_t count,
                      int64_t deadline_ms, char **ret_values, struct tern_error *err)
{
    if (topic_log_read_to_end(s->log, deadline_ms, err) < 0)
        return tern_context(err, "reading offsets");

    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < count; i++) {
        const char *value = offset_map_get(&s->map, keys[i]);

        ret_values[i] = value ? xstrdup(value) : NULL;
    }
    pthread_mutex_unlock(&s->lock);
    return 0;
}

/* One write: shared by its records, freed by the last acknowledgement. */
struct offset_batch {
    atomic_size_t left;
    atomic_bool told;
    offset_written *done;
    void *arg;
};

static void tell(struct offset_batch *batch, const char *error)
{
    if (!atomic_exchange(&batch->told, true) && batch->done)
        batch->done(batch->arg, error);
}

static void on_sent(void *arg, const char *error, enum tern_code code)
{
    struct offset_batch *batch = arg;

    (void)code;
    if (error)
        tell(batch, error);
    if (atomic_fetch_sub(&batch->left, 1) == 1) {
        tell(batch, NULL);
        free(batch);
    }
}

void offset_store_write(struct offset_store *s, const struct offset_entry *entries, size_t count,
                        offset_written *done, void *arg)
{
    struct offset_batch *batch;

    if (count == 0) {
        if (done)
            done(arg, NULL);
        return;
    }
    batch = xmalloc(sizeof(*batch));
    atomic_init(&batch->left, count);
    atomic_init(&batch->told, false);
    batch->done = done;
    batch->arg = arg;
    for (size_t i = 0; i < count; i++)
        topic_log_send(s->log, entries[i].key, slice_str(entries[i].value), on_sent, batch);
}

int offset_store_list(struct offset_store *s, const char *connector, int64_t deadline_ms,
                      struct offset_pair **ret_pairs, size_t *ret_count, struct tern_error *err)
{
    if (topic_log_read_to_end(s->log, deadline_ms, err) < 0)
        return tern_context(err, "reading offsets");
    pthread_mutex_lock(&s->lock);
    *ret_count = offset_map_copy(&s->map, connector, ret_pairs);
    pthread_mutex_unlock(&s->lock);
    return 0;
}

/* A write that is waited for. Two owners: who waits, and may give up, and the acknowledgement. */
struct awaited {
    struct gate gate;
    bool is_done;    /* gate */
    char error[256]; /* gate; "": none */
    int refs;        /* gate */
};

static void awaited_unref(struct awaited *w)
{
    bool last;

    gate_lock(&w->gate);
    last = --w->refs == 0;
    gate_unlock(&w->gate);
    if (!last)
        return;
    gate_fini(&w->gate);
    free(w);
}

static void on_awaited(void *arg, const char *error)
{
    struct awaited *w = arg;

    gate_lock(&w->gate);
    w->is_done = true;
    if (error)
        snprintf(w->error, sizeof(w->error), "%s", error);
    gate_wake(&w->gate);
    gate_unlock(&w->gate);
    awaited_unref(w);
}

int offset_store_write_now(struct offset_store *s, const struct offset_entry *entries, size_t count,
                           int64_t deadline_ms, struct tern_error *err)
{
    struct awaited *w;
    int rc = 0;

    if (count == 0)
        return 0;
    w = xcalloc(1, sizeof(*w));
    gate_init(&w->gate);
    w->refs = 2;
    offset_store_write(s, entries, count, on_awaited, w);
    gate_lock(&w->gate);
    while (!w->is_done) {
        if (!gate_wait(&w->gate, deadline_ms))
            break;
    }
    if (!w->is_done)
        rc = tern_fail(err, TERN_ETIMEOUT, "offsets were not acknowledged in time");
    else if (w->error[0])
        rc = tern_fail(err, TERN_EINTERNAL, "writing offsets: %s", w->error);
    gate_unlock(&w->gate);
    awaited_unref(w);
    return rc;
}
