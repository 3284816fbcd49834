/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/store/status_store.h"

#include <string.h>

#include "lib/base/log.h"
#include "lib/base/xmem.h"
#include "worker/store/status_store_priv.h"

LOG_DOMAIN("org.apache.kafka.connect.storage.KafkaStatusBackingStore");

/* ---- reading ---- */

/* Before the tombstone is applied. */
static void note_removal(struct status_store *s, const struct status_record *record)
{
    int32_t *tasks;
    size_t count;

    if (record->kind == STATUS_OF_TASK) {
        status_write_forget(s, record->connector, record->task);
        return;
    }
    status_write_forget(s, record->connector, STATUS_CONNECTOR);
    count = status_cache_tasks(&s->cache, record->connector, &tasks);
    for (size_t i = 0; i < count; i++)
        status_write_forget(s, record->connector, tasks[i]);
    free(tasks);
}

static void note_topic(struct status_store *s, const struct status_record *record)
{
    CLEANUP(freep) char *key = status_record_topic_key(record->topic, record->connector);

    strmap_remove(&s->announced, key);
}

/* Thread: the log's, or the opener's during the first read. Logs what is ignored. */
static void on_record(void *arg, const struct topic_log_record *rec)
{
    struct status_store *s = arg;
    CLEANUP(status_record_fini) struct status_record record = STATUS_RECORD_INIT;

    status_record_parse(rec->key, rec->value, &record);
    if (record.kind == STATUS_REJECTED) {
        log_warn("%s (topic '%s', partition %d, offset %lld)", record.why, s->topic, rec->partition,
                 (long long)rec->offset);
        return;
    }
    gate_lock(&s->gate);
    if (record.kind == STATUS_OF_TOPIC) {
        note_topic(s, &record);
    } else if (record.is_null) {
        note_removal(s, &record);
    } else {
        status_write_unhide(s, record.connector,
                            record.kind == STATUS_OF_TASK ? record.task : STATUS_CONNECTOR,
                            &record.status);
    }
    status_cache_apply(&s->cache, &record);
    gate_unlock(&s->gate);
}

/* ---- statuses ---- */

static const char *copy_of(const char *text)
{
    return text ? xstrdup(text) : NULL;
}

bool status_store_get(struct status_store *s, const char *connector, int32_t task,
                      struct status *ret_status)
{
    const struct status *found;

    gate_lock(&s->gate);
    found = status_cache_get(&s->cache, connector, task);
    if (found) {
        *ret_status = *found;
        ret_status->trace = copy_of(found->trace);
        ret_status->worker_id = copy_of(found->worker_id);
        ret_status->version = copy_of(found->version);
    }
    gate_unlock(&s->gate);
    return found != NULL;
}

int status_store_refresh(struct status_store *s, int64_t deadline_ms, struct tern_error *err)
{
    if (topic_log_read_to_end(s->log, deadline_ms, err) < 0)
        return tern_context(err, "reading to the end of the status topic");
    return 0;
}

size_t status_store_tasks(struct status_store *s, const char *connector, int32_t **ret_tasks)
{
    size_t count;

    gate_lock(&s->gate);
    count = status_cache_tasks(&s->cache, connector, ret_tasks);
    gate_unlock(&s->gate);
    return count;
}

size_t status_store_connectors(struct status_store *s, char ***ret_names)
{
    size_t count = 0;

    gate_lock(&s->gate);
    *ret_names = xcalloc(s->cache.connectors.count + 1, sizeof(char *));
    PTRMAP_FOREACH (&s->cache.connectors, entry) {
        if (status_cache_has_status(&s->cache, entry->key))
            (*ret_names)[count++] = xstrdup(entry->key);
    }
    gate_unlock(&s->gate);
    return count;
}

int32_t status_store_generation(struct status_store *s)
{
    int32_t generation;

    gate_lock(&s->gate);
    generation = status_cache_generation(&s->cache);
    gate_unlock(&s->gate);
    return generation < 0 ? 0 : generation;
}

size_t status_store_topics(struct status_store *s, const char *connector, char ***ret_topics)
{
    const struct ptrmap *topics;
    size_t count;

    gate_lock(&s->gate);
    topics = status_cache_topics(&s->cache, connector);
    count = topics ? topics->count : 0;
    *ret_topics = xcalloc(count + 1, sizeof(char *));
    for (size_t i = 0; i < count; i++)
        (*ret_topics)[i] = xstrdup(topics->entries[i].key);
    gate_unlock(&s->gate);
    return count;
}

/* ---- life ---- */

static void store_freep(struct status_store **s)
{
    status_store_free(*s);
}

int status_store_open(const struct status_store_conf *conf, int64_t deadline_ms,
                      struct status_store **ret_store, struct tern_error *err)
{
    CLEANUP(store_freep) struct status_store *s = xcalloc(1, sizeof(*s));
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
    gate_init(&s->gate);
    status_cache_init(&s->cache);
    s->latest = (struct ptrmap)PTRMAP_INIT(free);

    if (topic_log_open(&log_conf, deadline_ms, &s->log, err) < 0)
        return tern_context(err, "opening the status topic");
    thread_start(&s->retrier, "status-retry", status_write_retry, s);
    *ret_store = TAKE(s);
    return 0;
}

void status_store_free(struct status_store *s)
{
    if (!s)
        return;
    gate_lock(&s->gate);
    s->stopping = true;
    gate_wake(&s->gate);
    gate_unlock(&s->gate);
    thread_join(&s->retrier);
    topic_log_free(s->log); /* tells of every write that is under way */
    status_write_drop_all(s);
    ptrmap_fini(&s->latest);
    strmap_fini(&s->announced);
    status_cache_fini(&s->cache);
    gate_fini(&s->gate);
    free(s->topic);
    free(s);
}
