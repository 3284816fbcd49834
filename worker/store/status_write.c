/* SPDX-License-Identifier: Apache-2.0 */
/* status_write - what the status store writes: once, or again until it means nothing any more. */
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/xmem.h"
#include "worker/store/status_store_priv.h"

LOG_DOMAIN("org.apache.kafka.connect.storage.KafkaStatusBackingStore");

enum {
    RETRY_MIN_MS = 100,
    RETRY_MAX_MS = 10000,
};

/* The newest put of one record key; of a topic, and of what was deleted, while it is under way. */
struct latest_write {
    uint64_t sequence; /* 0: the status was deleted meanwhile */
    unsigned writes;   /* under way */
    bool is_status;
    enum run_state state; /* of a status, likewise */
    int32_t generation;
};

/* One record until it is acknowledged or given up. Owned by the log, or by the list of failed. */
struct status_write {
    struct status_write *next; /* gate; in failed */
    struct status_store *store;
    char *key, *value; /* value NULL: a tombstone */
    char *connector;   /* NULL: a topic's, sent again whatever happens but a newer one */
    int32_t task;
    struct status status; /* worker_id is owned; no trace, no version */
    bool safe;
    uint64_t sequence;
    struct backoff backoff;
    int64_t due_ms; /* gate */
};

static void write_free(struct status_write *w)
{
    free(w->key);
    free(w->value);
    free(w->connector);
    status_fini(&w->status);
    free(w);
}

/* ---- what is under way; all with the gate locked ---- */

static void begin_write(struct status_store *s, struct status_write *w)
{
    struct latest_write *latest = ptrmap_get(&s->latest, w->key);

    if (!latest) {
        latest = xcalloc(1, sizeof(*latest));
        ptrmap_set(&s->latest, w->key, latest);
    }
    latest->writes++;
    latest->sequence = w->sequence = ++s->sequence;
    latest->is_status = w->connector != NULL;
    latest->state = w->status.state;
    latest->generation = w->status.generation;
    s->unfinished++;
}

static bool is_latest(const struct status_store *s, const struct status_write *w)
{
    const struct latest_write *latest = ptrmap_get(&s->latest, w->key);

    return latest && latest->sequence == w->sequence;
}

static void end_write(struct status_store *s, struct status_write *w)
{
    struct latest_write *latest = ptrmap_get(&s->latest, w->key);

    if (latest && --latest->writes == 0 && !(latest->is_status && latest->sequence))
        ptrmap_remove(&s->latest, w->key);
    s->unfinished--;
    gate_wake(&s->gate);
}

/*
 * Whether a failed write is to be sent again. The peer drops it once the generation is another:
 * where brokers end connections after a while, the first write of a connector that starts fails,
 * its tasks bring a new generation at once, and its status would never be known. What counts is
 * whether another worker has written since.
 */
static bool still_means_something(const struct status_store *s, const struct status_write *w)
{
    if (s->stopping || !is_latest(s, w))
        return false;
    if (!w->connector)
        return true;
    if (!w->safe && w->status.generation == s->generation)
        return true;
    return status_cache_may_write(&s->cache, w->connector, w->task, &w->status);
}

void status_write_forget(struct status_store *s, const char *connector, int32_t task)
{
    CLEANUP(freep) char *key = status_record_key(connector, task);
    struct latest_write *latest = ptrmap_get(&s->latest, key);

    if (latest && latest->writes == 0)
        ptrmap_remove(&s->latest, key);
    else if (latest)
        latest->sequence = 0;
}

/* ---- writing ---- */

static void on_sent(void *arg, const char *error, enum tern_code code);

/* Hands w over to the log. */
static void hand_over(struct status_write *w)
{
    topic_log_send(w->store->log, w->key, slice_str(w->value), on_sent, w);
}

static bool is_retriable(enum tern_code code)
{
    return code == TERN_ERETRIABLE || code == TERN_ETIMEOUT;
}

/* Thread: the log's. Logs what is given up because it failed. */
static void on_sent(void *arg, const char *error, enum tern_code code)
{
    struct status_write *w = arg;
    struct status_store *s = w->store;
    bool again = false, stopping;

    if (error)
        log_debug("Failed to write '%s': %s", w->key, error);
    gate_lock(&s->gate);
    stopping = s->stopping;
    if (error && is_retriable(code) && still_means_something(s, w)) {
        again = true;
        w->due_ms = clock_deadline_ms(backoff_next_ms(&w->backoff));
        w->next = s->failed;
        s->failed = w;
        gate_wake(&s->gate);
    } else {
        if (error && !w->connector && is_latest(s, w))
            strmap_remove(&s->announced, w->key); /* to be announced again */
        end_write(s, w);
    }
    gate_unlock(&s->gate);

    if (again)
        return;
    if (error && !is_retriable(code) && !stopping)
        log_error("Failed to write status update '%s': %s", w->key, error);
    write_free(w);
}

/* Takes out of the list a write that is due; NULL: none is, *ret_wake_ms says when to look again.
 */
static struct status_write *take_due(struct status_store *s, int64_t *ret_wake_ms)
{
    int64_t now = clock_mono_ms();

    *ret_wake_ms = FOREVER_MS;
    for (struct status_write **at = &s->failed; *at; at = &(*at)->next) {
        struct status_write *w = *at;

        if (w->due_ms <= now) {
            *at = w->next;
            return w;
        }
        if (w->due_ms < *ret_wake_ms)
            *ret_wake_ms = w->due_ms;
    }
    return NULL;
}

void status_write_retry(void *store)
{
    struct status_store *s = store;
    int64_t wake_ms;

    gate_lock(&s->gate);
    while (!s->stopping) {
        struct status_write *w = take_due(s, &wake_ms);
        bool again;

        if (!w) {
            gate_wait(&s->gate, wake_ms);
            continue;
        }
        again = still_means_something(s, w);
        if (!again)
            end_write(s, w);
        gate_unlock(&s->gate);
        if (again)
            hand_over(w);
        else
            write_free(w);
        gate_lock(&s->gate);
    }
    gate_unlock(&s->gate);
}

static struct status_write *write_new(struct status_store *s, char *key, char *value)
{
    struct status_write *w = xcalloc(1, sizeof(*w));

    w->store = s;
    w->key = key;
    w->value = value;
    w->backoff = (struct backoff){.min_ms = RETRY_MIN_MS, .max_ms = RETRY_MAX_MS};
    return w;
}

static struct status_write *write_of(struct status_store *s, const char *connector, int32_t task,
                                     const struct status *status)
{
    struct status_write *w =
        write_new(s, status_record_key(connector, task),
                  status->state == RUN_DESTROYED ? NULL : status_record_value(status));

    w->connector = xstrdup(connector);
    w->task = task;
    w->status = (struct status){.state = status->state,
                                .worker_id = xstrdup(status->worker_id),
                                .generation = status->generation};
    return w;
}

void status_store_put(struct status_store *s, const char *connector, int32_t task,
                      const struct status *status, bool safe)
{
    struct status_write *w = write_of(s, connector, task, status);
    bool skip;

    w->safe = safe;
    gate_lock(&s->gate);
    s->generation = status->generation;
    skip = safe && !status_cache_may_write(&s->cache, connector, task, status);
    if (!skip)
        begin_write(s, w);
    gate_unlock(&s->gate);

    if (skip)
        write_free(w);
    else
        hand_over(w);
}

/* Whether the incoming status hides the cached one, and that is what was put last. */
static bool hides_ours(struct status_store *s, const char *connector, int32_t task,
                       const struct status *cached, const struct status *incoming)
{
    CLEANUP(freep) char *key = status_record_key(connector, task);
    const struct latest_write *latest = ptrmap_get(&s->latest, key);

    return incoming->state == RUN_UNASSIGNED && latest && latest->writes == 0 && cached &&
           cached->state != RUN_UNASSIGNED && cached->state == latest->state &&
           cached->generation == latest->generation && incoming->generation < latest->generation;
}

void status_write_unhide(struct status_store *s, const char *connector, int32_t task,
                         const struct status *incoming)
{
    const struct status *cached = status_cache_get(&s->cache, connector, task);
    struct status_write *w;

    if (!hides_ours(s, connector, task, cached, incoming))
        return;
    w = write_of(s, connector, task, cached);
    begin_write(s, w);
    w->next = s->failed; /* due at once */
    s->failed = w;
    gate_wake(&s->gate);
}

bool status_store_flush(struct status_store *s, int64_t deadline_ms)
{
    bool done;

    gate_lock(&s->gate);
    while (s->unfinished > 0 && gate_wait(&s->gate, deadline_ms))
        ;
    done = s->unfinished == 0;
    gate_unlock(&s->gate);
    return done;
}

/* ---- topics ---- */

static bool is_known_topic(const struct status_store *s, const char *topic, const char *connector,
                           const char *key)
{
    const struct ptrmap *topics = status_cache_topics(&s->cache, connector);

    return (topics && ptrmap_get(topics, topic)) || strmap_has(&s->announced, key);
}

void status_store_put_topic(struct status_store *s, const char *topic, const char *connector,
                            int32_t task, int64_t discovered_ms)
{
    struct status_write *w =
        write_new(s, status_record_topic_key(topic, connector),
                  status_record_topic_value(topic, connector, task, discovered_ms));
    bool known;

    gate_lock(&s->gate);
    known = is_known_topic(s, topic, connector, w->key);
    if (!known) {
        strmap_set(&s->announced, w->key, connector);
        begin_write(s, w);
    }
    gate_unlock(&s->gate);

    if (known)
        write_free(w);
    else
        hand_over(w);
}

/* Adds a tombstone to a list, and counts it as under way. */
static void begin_topic_removal(struct status_store *s, char *key, struct status_write **list)
{
    struct status_write *w = write_new(s, key, NULL);

    begin_write(s, w);
    w->next = *list;
    *list = w;
}

static struct status_write *begin_topic_removals(struct status_store *s, const char *connector)
{
    const struct ptrmap *topics = status_cache_topics(&s->cache, connector);
    struct status_write *list = NULL;

    for (size_t i = 0; topics && i < topics->count; i++)
        begin_topic_removal(s, status_record_topic_key(topics->entries[i].key, connector), &list);
    for (size_t i = s->announced.count; i-- > 0;) {
        const struct tern_config_entry *e = &s->announced.entries[i];

        if (strcmp(e->value, connector) == 0) {
            begin_topic_removal(s, xstrdup(e->key), &list);
            strmap_remove(&s->announced, e->key);
        }
    }
    return list;
}

void status_store_remove_topics(struct status_store *s, const char *connector)
{
    struct status_write *list;

    gate_lock(&s->gate);
    list = begin_topic_removals(s, connector);
    gate_unlock(&s->gate);
    for (struct status_write *w = list, *next; w; w = next) {
        next = w->next; /* w is the log's once it is sent */
        hand_over(w);
    }
}

void status_write_drop_all(struct status_store *s)
{
    for (struct status_write *w = s->failed, *next; w; w = next) {
        next = w->next;
        write_free(w);
    }
    s->failed = NULL;
}
