/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/store/config_store.h"

#include <pthread.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/strmap.h"
#include "lib/base/vec.h"
#include "lib/base/xmem.h"
#include "lib/kafka/txn_writer.h"
#include "worker/store/config_replay.h"

LOG_DOMAIN("org.apache.kafka.connect.storage.KafkaConfigBackingStore");

enum {
    WRITE_TIMEOUT_MS = 30000, /* of one operation, reading back included */
};

struct config_store {
    char *topic;                            /* immutable */
    struct topic_log *log;                  /* immutable after config_store_open() */
    const struct config_listener *listener; /* immutable */
    void *arg;                              /* immutable */
    const bool *cancel;                     /* immutable */

    struct strmap leader;      /* immutable: settings of the leader's producer; empty: none */
    struct txn_writer *writer; /* writing thread only; NULL: nothing is claimed */

    pthread_mutex_t lock;         /* a leaf */
    struct config_replay *replay; /* lock */
    bool started;                 /* lock; the first read is done: the listener is told */
};

/* ---- reading ---- */

static void tell(const struct config_store *s, const struct config_event *event)
{
    const struct config_listener *l = s->listener;

    switch (event->kind) {
    case CONFIG_EVENT_NONE:
        break;
    case CONFIG_EVENT_CONNECTOR_REMOVED:
        log_info("Successfully processed removal of connector '%s'", event->name);
        l->connector_removed(s->arg, event->name);
        break;
    case CONFIG_EVENT_CONNECTOR_UPDATED:
        l->connector_updated(s->arg, event->name);
        break;
    case CONFIG_EVENT_TASKS_UPDATED:
        l->tasks_updated(s->arg, event->name, event->as.tasks.count, event->as.tasks.applied);
        break;
    case CONFIG_EVENT_TARGET_STATE_CHANGED:
        l->target_state_changed(s->arg, event->name);
        break;
    case CONFIG_EVENT_SESSION_KEY_UPDATED:
        l->session_key_updated(s->arg);
        break;
    case CONFIG_EVENT_RESTART_REQUESTED:
        l->restart_requested(s->arg,
                             &(struct restart_request){event->name, event->as.restart.include_tasks,
                                                       event->as.restart.only_failed});
        break;
    case CONFIG_EVENT_LOGGER_LEVEL:
        l->logger_level(s->arg, event->name, event->as.level);
        break;
    }
}

/* Thread: the log's, or the opener's during the first read. Logs what is ignored. */
static void on_record(void *arg, const struct topic_log_record *rec)
{
    struct config_store *s = arg;
    CLEANUP(config_record_fini) struct config_record record = CONFIG_RECORD_INIT;
    struct config_event event;
    bool started;

    config_record_parse(rec->key, rec->value, &record);
    if (record.why[0])
        log_error("%s (topic '%s', partition %d, offset %lld)", record.why, s->topic,
                  rec->partition, (long long)rec->offset);

    pthread_mutex_lock(&s->lock);
    event = config_replay_apply(s->replay, &record, rec->offset);
    started = s->started;
    pthread_mutex_unlock(&s->lock);

    if (started)
        tell(s, &event);
}

static int check_partitions(const struct config_store *s, const char *topic, struct tern_error *err)
{
    int32_t count = topic_log_partitions(s->log);

    if (count == 1)
        return 0;
    /* peer text */
    return tern_fail(err, TERN_EINVALID,
                     "Topic '%s' supplied via the 'config.storage.topic' property is required to "
                     "have a single partition in order to guarantee consistency of connector "
                     "configurations, but found %d partitions.",
                     topic, count);
}

static void store_freep(struct config_store **s)
{
    config_store_free(*s);
}

int config_store_open(const struct config_store_conf *conf, int64_t deadline_ms,
                      struct config_store **ret_store, struct tern_error *err)
{
    CLEANUP(store_freep) struct config_store *s = xcalloc(1, sizeof(*s));
    struct config_store *opened = s;
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
    s->listener = conf->listener;
    s->arg = conf->arg;
    s->cancel = conf->cancel;
    strmap_add_all(&s->leader, &conf->leader);
    pthread_mutex_init(&s->lock, NULL);
    s->replay = config_replay_new();

    log_info("Starting KafkaConfigBackingStore");
    if (topic_log_open(&log_conf, deadline_ms, &s->log, err) < 0)
        return tern_context(err, "opening the config topic");
    if (check_partitions(s, conf->topic, err) < 0)
        return -1;
    log_info("Started KafkaConfigBackingStore");

    *ret_store = TAKE(s);
    pthread_mutex_lock(&opened->lock);
    opened->started = true; /* last: the listener may use the caller's pointer */
    pthread_mutex_unlock(&opened->lock);
    return 0;
}

void config_store_free(struct config_store *s)
{
    if (!s)
        return;
    txn_writer_free(s->writer);
    topic_log_free(s->log);
    strmap_fini(&s->leader);
    config_replay_free(s->replay);
    pthread_mutex_destroy(&s->lock);
    free(s->topic);
    free(s);
}

const struct cluster_state *config_store_snapshot(struct config_store *s)
{
    const struct cluster_state *state;

    pthread_mutex_lock(&s->lock);
    state = config_replay_snapshot(s->replay);
    pthread_mutex_unlock(&s->lock);
    return state;
}

int config_store_refresh(struct config_store *s, int64_t deadline_ms, struct tern_error *err)
{
    if (topic_log_read_to_end(s->log, deadline_ms, err) < 0)
        return tern_context(err, "reading to the end of the config topic");
    return 0;
}

/* ---- writing ---- */

/* What Kafka refuses is nothing that the caller said wrong. */
static int kafka_outcome(int rc, struct tern_error *err)
{
    if (rc < 0 && err->code == TERN_EINVALID)
        err->code = TERN_EINTERNAL;
    return rc;
}

static int read_back(struct config_store *s, int64_t deadline_ms, struct tern_error *err)
{
    return kafka_outcome(topic_log_read_to_end(s->log, deadline_ms, err), err);
}

/* One batch of records, as it goes to the topic. */
typedef VEC(struct topic_log_entry) entries;

static void entries_fini(entries *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        free((char *)batch->at[i].key);
        free((uint8_t *)batch->at[i].value.at);
    }
    vec_fini(batch);
}

static int format_records(const struct config_record *records, size_t count, entries *batch,
                          struct tern_error *err)
{
    for (size_t i = 0; i < count; i++) {
        char *key, *value;

        if (config_record_format(&records[i], &key, &value, err) < 0)
            return -1;
        vec_push(batch, (struct topic_log_entry){key, slice_str(value)});
    }
    return 0;
}

/* Writes count records as one batch and waits for the acknowledgements. */
static int write_records(struct config_store *s, const struct config_record *records, size_t count,
                         int64_t deadline_ms, struct tern_error *err)
{
    CLEANUP(entries_fini) entries batch = {0};

    if (format_records(records, count, &batch, err) < 0)
        return -1;
    if (batch.count == 0)
        return 0;
    return kafka_outcome(topic_log_write(s->log, batch.at, batch.count, deadline_ms, err), err);
}

/* ---- what only a leader writes. Spec: connect-distributed.md 5.6 ---- */

/* peer text */
static const char privileged_failure[] =
    "Failed to write to config topic; this may be due to a transient error and the request can be "
    "safely retried";

static void drop_claim(struct config_store *s)
{
    txn_writer_free(TAKE(s->writer));
}

bool config_store_has_claim(const struct config_store *s)
{
    return s->leader.count == 0 || s->writer;
}

int config_store_claim(struct config_store *s, int64_t deadline_ms, struct tern_error *err)
{
    const struct tern_config java = strmap_config(&s->leader);

    if (s->leader.count == 0)
        return 0;
    drop_claim(s);
    log_info("Claiming write privileges for config topic");
    if (txn_writer_open(&java, s->topic, s->cancel, deadline_ms, &s->writer, err) < 0)
        return tern_context(err, "claiming write privileges for config topic '%s'", s->topic);
    return 0;
}

/* A batch is one transaction; whatever goes wrong, the claim is lost. */
static int write_claimed(struct config_store *s, const entries *batch, int64_t deadline_ms,
                         struct tern_error *err)
{
    if (!s->writer) {
        return tern_fail(err, TERN_EINTERNAL, /* peer text */
                         "Cannot produce to config topic without claiming write privileges first");
    }
    if (txn_writer_write(s->writer, batch->at, batch->count, deadline_ms, err) == 0)
        return 0;
    log_warn("Failed to perform fencable write to config topic: %s", err->msg); /* peer text */
    drop_claim(s);
    return tern_fail(err, TERN_ETIMEOUT, "%s", privileged_failure); /* it may be there, or not */
}

static int write_privileged(struct config_store *s, const struct config_record *records,
                            size_t count, int64_t deadline_ms, struct tern_error *err)
{
    CLEANUP(entries_fini) entries batch = {0};

    if (s->leader.count == 0)
        return write_records(s, records, count, deadline_ms, err);
    if (format_records(records, count, &batch, err) < 0)
        return -1;
    return write_claimed(s, &batch, deadline_ms, err);
}

static int write_and_read_back(struct config_store *s, const struct config_record *records,
                               size_t count, int64_t deadline_ms, struct tern_error *err)
{
    if (write_privileged(s, records, count, deadline_ms, err) < 0)
        return -1;
    return read_back(s, deadline_ms, err);
}

/*
 * The outcome as REST shows it: the peer's text alone. What happened is in the log only, as with
 * the peer; a bad value is the caller's and keeps its message, as does a write whose right was
 * lost.
 */
static int report(int rc, const char *text, struct tern_error *err)
{
    if (rc == 0 || err->code == TERN_EINVALID || strcmp(err->msg, privileged_failure) == 0)
        return rc;
    log_error("%s: %s", text, err->msg);
    return tern_fail(err, err->code, "%s", text);
}

static struct config_ref *copy_config(const struct tern_config *config)
{
    struct strmap map = STRMAP_INIT;

    strmap_add_all(&map, config);
    return config_ref_new(&map);
}

int config_store_put_connector(struct config_store *s, const char *connector,
                               const struct tern_config *config, const enum target_state *target,
                               struct tern_error *err)
{
    struct config_record records[2];
    struct config_ref *copy = copy_config(config);
    size_t count = 0;
    int rc;

    log_debug("Writing connector configuration for connector '%s'", connector);
    if (target) /* first: who reads the config finds the state */
        records[count++] = (struct config_record){
            .kind = CONFIG_TARGET_STATE, .name = (char *)connector, .target = *target};
    records[count++] =
        (struct config_record){.kind = CONFIG_CONNECTOR, .name = (char *)connector, .config = copy};
    rc = write_and_read_back(s, records, count, clock_deadline_ms(WRITE_TIMEOUT_MS), err);
    config_ref_unref(copy);
    return report(rc, "Error writing connector configuration to Kafka", err); /* peer text */
}

int config_store_remove_connector(struct config_store *s, const char *connector,
                                  struct tern_error *err)
{
    const struct config_record records[] = {
        {.kind = CONFIG_CONNECTOR, .name = (char *)connector, .is_null = true},
        {.kind = CONFIG_TARGET_STATE, .name = (char *)connector, .is_null = true},
    };
    int rc;

    log_debug("Removing connector configuration for connector '%s'", connector);
    rc = write_and_read_back(s, records, COUNT_OF(records), clock_deadline_ms(WRITE_TIMEOUT_MS),
                             err);
    return report(rc, "Error removing connector configuration from Kafka", err); /* peer text */
}

static int write_tasks(struct config_store *s, const char *connector,
                       struct config_ref *const *tasks, int32_t count, int64_t deadline_ms,
                       struct tern_error *err)
{
    CLEANUP(freep) struct config_record *records = xcalloc((size_t)count + 1, sizeof(*records));

    for (int32_t i = 0; i < count; i++)
        records[i] = (struct config_record){
            .kind = CONFIG_TASK, .name = (char *)connector, .number = i, .config = tasks[i]};
    if (read_back(s, deadline_ms, err) < 0)
        return -1;
    if (count == 0)
        return 0;
    return write_and_read_back(s, records, (size_t)count, deadline_ms, err);
}

int config_store_put_tasks(struct config_store *s, const char *connector,
                           struct config_ref *const *tasks, int32_t count, struct tern_error *err)
{
    int64_t deadline_ms = clock_deadline_ms(WRITE_TIMEOUT_MS);
    struct config_record commit = {
        .kind = CONFIG_COMMIT, .name = (char *)connector, .number = count};
    int rc;

    rc = write_tasks(s, connector, tasks, count, deadline_ms, err);
    if (rc < 0)
        return report(rc, "Error writing task configurations to Kafka", err); /* peer text */
    log_debug("Writing commit for connector '%s' with %d tasks.", connector, count);
    rc = write_and_read_back(s, &commit, 1, deadline_ms, err);
    return report(rc, "Error writing root configuration to Kafka", err); /* peer text */
}

/* Any worker may write it, whoever leads. */
int config_store_put_target_state(struct config_store *s, const char *connector,
                                  enum target_state state, struct tern_error *err)
{
    struct config_record record = {
        .kind = CONFIG_TARGET_STATE, .name = (char *)connector, .target = state};
    int rc;

    log_debug("Writing target state %s for connector %s", target_state_name(state), connector);
    rc = write_records(s, &record, 1, clock_deadline_ms(WRITE_TIMEOUT_MS), err);
    return report(rc, "Error writing target state to Kafka", err); /* peer text */
}

int config_store_put_restart(struct config_store *s, const struct restart_request *request,
                             struct tern_error *err)
{
    struct config_record record = {
        .kind = CONFIG_RESTART,
        .name = (char *)request->connector,
        .include_tasks = request->include_tasks,
        .only_failed = request->only_failed,
    };
    CLEANUP(freep)
    char *text = xasprintf("Error writing restart-connector-%s to Kafka",
                           request->connector); /* peer text */
    int rc;

    rc = write_and_read_back(s, &record, 1, clock_deadline_ms(WRITE_TIMEOUT_MS), err);
    return report(rc, text, err);
}

int config_store_put_session_key(struct config_store *s, const struct session_key *key,
                                 struct tern_error *err)
{
    struct config_record record = {.kind = CONFIG_SESSION_KEY,
                                   .session_key = (struct session_key *)key};
    int rc;

    log_debug("Distributing new session key");
    rc = write_and_read_back(s, &record, 1, clock_deadline_ms(WRITE_TIMEOUT_MS), err);
    return report(rc, "Error writing session key to Kafka", err); /* peer text */
}

int config_store_put_task_count(struct config_store *s, const char *connector, int32_t count,
                                struct tern_error *err)
{
    struct config_record record = {
        .kind = CONFIG_TASK_COUNT, .name = (char *)connector, .number = count};
    int rc;

    log_debug("Writing task count record %d for connector %s", count, connector);
    rc = write_and_read_back(s, &record, 1, clock_deadline_ms(WRITE_TIMEOUT_MS), err);
    return report(rc, "Error writing task count record to Kafka", err); /* peer text */
}

/* Any worker may write it. */
int config_store_put_logger_level(struct config_store *s, const char *logger, const char *level,
                                  struct tern_error *err)
{
    struct config_record record = {
        .kind = CONFIG_LOGGER_LEVEL, .name = (char *)logger, .level = (char *)level};
    int rc;

    log_debug("Writing level %s for logging namespace %s to Kafka", level, logger);
    rc = write_records(s, &record, 1, clock_deadline_ms(WRITE_TIMEOUT_MS), err);
    return report(rc, "Error writing logger level to Kafka", err); /* peer text */
}
