/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/source/source_ids.h"

#include "connectors/mirror/common/mirror_open.h"
#include "lib/base/log.h"
#include "lib/base/ptrmap.h"
#include "lib/base/thread.h"
#include "lib/base/vec.h"
#include "lib/kafka/topic_log.h"

LOG_DOMAIN("org.apache.kafka.connect.mirror.MirrorSourceTask");

struct source_ids {
    const struct mirror_settings *settings; /* immutable, with the two below */
    const char *connector;
    char *topic;
    struct ptrmap known; /* struct source_id by key */

    struct gate gate;
    bool cancelled;      /* gate, and read by topic_log_open() */
    struct admin *admin; /* gate: that of the call under way */
};

struct source_ids *source_ids_new(const struct mirror_settings *settings, const char *connector)
{
    struct source_ids *ids = xcalloc(1, sizeof(*ids));

    ids->settings = settings;
    ids->connector = connector;
    ids->topic = source_id_topic(settings->source_alias);
    ids->known = (struct ptrmap)PTRMAP_INIT(free);
    gate_init(&ids->gate);
    return ids;
}

void source_ids_free(struct source_ids *ids)
{
    if (!ids)
        return;
    ptrmap_fini(&ids->known);
    gate_fini(&ids->gate);
    free(ids->topic);
    free(ids);
}

/* Lets source_ids_cancel() know of an admin, or of none any more. */
static void publish(struct source_ids *ids, struct admin *admin)
{
    gate_lock(&ids->gate);
    ids->admin = admin;
    if (ids->cancelled)
        admin_cancel(admin);
    gate_unlock(&ids->gate);
}

void source_ids_cancel(struct source_ids *ids)
{
    gate_lock(&ids->gate);
    __atomic_store_n(&ids->cancelled, true, __ATOMIC_RELAXED);
    admin_cancel(ids->admin);
    gate_unlock(&ids->gate);
}

static void remember(struct source_ids *ids, const char *key, const struct source_id *id)
{
    struct source_id *copy = xcalloc(1, sizeof(*copy));

    *copy = *id;
    ptrmap_set(&ids->known, key, copy);
}

static void on_record(void *arg, const struct topic_log_record *rec)
{
    struct source_ids *ids = arg;
    CLEANUP(freep)
    char *key = rec->key.at ? xstrndup((const char *)rec->key.at, rec->key.len) : NULL;
    struct source_id id;
    struct tern_error err;

    if (!key)
        return;
    if (!rec->value.at)
        ptrmap_remove(&ids->known, key);
    else if (source_id_parse(rec->value, &id, &err) == 0)
        remember(ids, key, &id);
    else
        log_warn("Skipped a record of topic '%s', at offset %lld: %s", ids->topic,
                 (long long)rec->offset, err.msg);
}

/* Opens the log, which reads the topic, and writes entries if there are any. */
static int use_log(struct source_ids *ids, struct admin *admin,
                   const struct topic_log_entry *entries, size_t count, int64_t deadline_ms,
                   struct tern_error *err)
{
    struct tern_config config = mirror_settings_config(ids->settings);
    CLEANUP(strmap_fini) struct strmap consumer = STRMAP_INIT;
    CLEANUP(strmap_fini) struct strmap producer = STRMAP_INIT;
    struct topic_log_conf conf = {.topic = ids->topic,
                                  .admin = admin,
                                  .only_partition = 0,
                                  .on_record = on_record,
                                  .arg = ids,
                                  .cancel = &ids->cancelled};
    struct topic_log *log;
    int rc = 0;

    mirror_client_config(&config, MIRROR_TOPIC_IDS_TARGET_CONSUMER, true, &consumer);
    conf.consumer = strmap_config(&consumer);
    if (count) {
        mirror_client_config(&config, MIRROR_TOPIC_IDS_TARGET_PRODUCER, true, &producer);
        conf.producer = strmap_config(&producer);
    }
    if (topic_log_open(&conf, deadline_ms, &log, err) < 0)
        return -1;
    if (count)
        rc = topic_log_write(log, entries, count, deadline_ms, err);
    topic_log_free(log);
    return rc;
}

static int with_admin(struct source_ids *ids, const struct topic_log_entry *entries, size_t count,
                      int64_t deadline_ms, struct tern_error *err)
{
    struct tern_config config = mirror_settings_config(ids->settings);
    CLEANUP(mirror_admin_freep) struct admin *admin = NULL;
    CLEANUP(admin_topics_fini) struct admin_topics topics = {0};
    int rc;

    if (mirror_open_admin(&config, MIRROR_TOPIC_IDS_TARGET_ADMIN, true, &admin, err) < 0)
        return -1;
    publish(ids, admin);
    rc = admin_list_topics(admin, ids->topic, deadline_ms, &topics, err);
    if (rc == 0 && topics.count == 0)
        rc = tern_fail(err, TERN_ENOTFOUND, "topic '%s': it does not exist", ids->topic);
    else if (rc == 0 && topics.at[0].error)
        rc = tern_fail(err, TERN_EINVALID, "topic '%s': %s", ids->topic, topics.at[0].error);
    if (rc == 0)
        rc = use_log(ids, admin, entries, count, deadline_ms, err);
    publish(ids, NULL);
    return rc;
}

int source_ids_load(struct source_ids *ids, int64_t deadline_ms, struct tern_error *err)
{
    return with_admin(ids, NULL, 0, deadline_ms, err);
}

static char *key_of(const struct source_ids *ids, const char *topic, int32_t partition)
{
    struct buf key = BUF_INIT(SOURCE_ID_RECORD_MAX);

    source_id_key(&key, ids->connector, ids->settings->source_alias, topic, partition);
    return buf_take_str(&key);
}

const struct source_id *source_ids_find(struct source_ids *ids, const char *topic,
                                        int32_t partition)
{
    CLEANUP(freep) char *key = key_of(ids, topic, partition);

    return ptrmap_get(&ids->known, key);
}

int source_ids_store(struct source_ids *ids, const struct source_id_entry *entries, size_t count,
                     int64_t deadline_ms, struct tern_error *err)
{
    struct topic_log_entry *records = xcalloc(count, sizeof(*records));
    struct buf *values = xcalloc(count, sizeof(*values));
    int rc;

    for (size_t i = 0; i < count; i++) {
        values[i] = (struct buf)BUF_INIT(SOURCE_ID_RECORD_MAX);
        source_id_value(&values[i], &entries[i].id);
        records[i].key = key_of(ids, entries[i].topic, entries[i].partition);
        records[i].value = buf_slice(&values[i]);
    }
    rc = with_admin(ids, records, count, deadline_ms, err);
    for (size_t i = 0; i < count; i++) {
        if (rc == 0)
            remember(ids, records[i].key, &entries[i].id);
        free((char *)records[i].key);
        buf_fini(&values[i]);
    }
    free(records);
    free(values);
    return rc;
}
