/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/source/source_watch.h"

#include "connectors/mirror/source/source_watch_priv.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"

LOG_DOMAIN("org.apache.kafka.connect.mirror.MirrorSourceTask");

enum {
    LOOK_MS = 10 * 1000, /* one look */
    LOAD_MS = 30 * 1000, /* one attempt to read the topic of ids */
    STORE_MS = 10 * 1000,
    LAST_STORE_MS = 2 * 1000, /* when the task ends */
    RETRY_MS = 1000,
    HURRY_PAUSE_MS = 100, /* between looks that are asked for */
    AWAIT_STEP_MS = 10,
    TELL_MS = 60 * 1000,
    TICK_MS = 30 * 1000,
    ABSENT_TRIES = 5, /* to store, while the topic of ids is not there */
};

/* ---- what the two threads share ---- */

static bool is_stopping(struct source_watch *w)
{
    bool stopping;

    gate_lock(&w->gate);
    stopping = w->stopping;
    gate_unlock(&w->gate);
    return stopping;
}

void source_watch_emit(struct source_watch *w, enum source_event_kind kind, size_t i,
                       /* NOLINTNEXTLINE(readability-non-const-parameter): it is taken */
                       const struct source_finding *finding, char *text)
{
    gate_lock(&w->gate);
    w->at[i].pending = true;
    if (finding->verdict == SOURCE_RECREATED || finding->verdict == SOURCE_TRUNCATED) {
        w->at[i].rewound = true;
        w->at[i].delivered_at = w->at[i].commits_at = -1;
    }
    vec_push(&w->events, (struct source_event){kind, i, *finding, text});
    gate_unlock(&w->gate);
}

bool source_watch_next(struct source_watch *w, struct source_event *ret_event)
{
    bool any;

    gate_lock(&w->gate);
    any = w->events.count > 0;
    if (any) {
        *ret_event = w->events.at[0];
        vec_remove(&w->events, 0);
    }
    gate_unlock(&w->gate);
    return any;
}

void source_watch_done(struct source_watch *w, size_t index)
{
    struct watched *at = &w->at[index];

    gate_lock(&w->gate);
    at->pending = false;
    if (at->rewound && at->delivered_at < 0)
        at->delivered_at = atomic_load(&at->p->delivered);
    gate_unlock(&w->gate);
}

void source_watch_polled(struct source_watch *w)
{
    atomic_store_explicit(&w->polled_ms, clock_mono_ms(), memory_order_relaxed);
}

void source_watch_hurry(struct source_watch *w)
{
    gate_lock(&w->gate);
    w->hurry = true;
    gate_wake(&w->gate);
    gate_unlock(&w->gate);
}

void source_watch_committed(struct source_watch *w)
{
    gate_lock(&w->gate);
    w->commits++;
    for (size_t i = 0; i < w->count; i++) {
        struct watched *at = &w->at[i];

        if (!at->rewound || at->delivered_at < 0)
            continue;
        if (at->commits_at >= 0)
            at->rewound = w->commits <= at->commits_at;
        else if (atomic_load(&at->p->acked) > at->delivered_at)
            at->commits_at = w->commits;
    }
    gate_unlock(&w->gate);
}

void source_watch_await(struct source_watch *w, int64_t deadline_ms)
{
    bool done = false;

    while (!done && clock_mono_ms() < deadline_ms) {
        gate_lock(&w->gate);
        if (!w->looked) /* the host's stop flag cannot signal our condition */
            gate_wait(&w->gate, clock_deadline_ms(AWAIT_STEP_MS));
        done = w->looked;
        gate_unlock(&w->gate);
        done = done || w->conf.host->stopping(w->conf.host);
    }
}

/* ---- ids ---- */

static void tell_not_kept(const struct tern_error *err)
{
    log_warn("The ids of source topics are not kept: %s. That a topic was created again while no "
             "task ran is seen by its offsets only",
             err->msg);
}

/* False: not yet, since the target does not answer. */
static bool load_ids(struct source_watch *w)
{
    struct tern_error err;

    if (!w->ids || w->ids_loaded || w->ids_given_up)
        return true;
    /* No topic, no ids: the connector may be about to create it. */
    if (source_ids_load(w->ids, clock_deadline_ms(LOAD_MS), &err) < 0 &&
        err.code != TERN_ENOTFOUND) {
        if (err.code == TERN_ETIMEOUT || err.code == TERN_ERETRIABLE)
            return false;
        tell_not_kept(&err);
        w->ids_given_up = true;
        return true;
    }
    w->ids_loaded = true;
    for (size_t i = 0; i < w->count; i++) {
        const struct source_partition *p = w->at[i].p;
        const struct source_id *id = source_ids_find(w->ids, p->topic, p->partition);

        if (!id)
            continue;
        w->at[i].stored = *id;
        if (w->places[i].next >= 0) {
            w->places[i].id = id->id;
            w->places[i].epoch = id->epoch;
            w->places[i].epoch_next = w->places[i].next;
        }
    }
    return true;
}

/*
 * Whether what the place knows may be stored with the offset that is stored. After a change of
 * the log an offset of the new one must have been committed first: by the second commit that ends
 * after a record of it was acknowledged, since the first may have begun before.
 */
static bool may_store(struct source_watch *w, size_t i)
{
    const struct watched *at = &w->at[i];
    bool may;

    gate_lock(&w->gate);
    may = !at->rewound && !at->pending && !at->waits;
    gate_unlock(&w->gate);
    return may;
}

/* Of a topic that stays away is told once, and it is looked for now and then. */
static void storing_failed(struct source_watch *w, const struct tern_error *err)
{
    int64_t now_ms = clock_mono_ms();

    if (is_stopping(w))
        return;
    if (err->code == TERN_ENOTFOUND) {
        if (++w->ids_absent == ABSENT_TRIES)
            tell_not_kept(err);
        if (w->ids_absent >= ABSENT_TRIES)
            w->ids_retry_ms = now_ms + TELL_MS;
    } else if (now_ms - w->told_ids_ms >= TELL_MS) {
        w->told_ids_ms = now_ms;
        log_warn("Could not store the ids of source topics, will be tried again: %s", err->msg);
    }
}

static void store_ids(struct source_watch *w)
{
    VEC(struct source_id_entry) due = {0};
    VEC(size_t) indices = {0};
    struct tern_error err;

    if (!w->ids_loaded || clock_mono_ms() < w->ids_retry_ms)
        return;
    for (size_t i = 0; i < w->count; i++) {
        const struct watched *at = &w->at[i];
        struct source_id id = {w->places[i].id, w->places[i].epoch};

        if (!source_id_is_known(id.id) ||
            (memcmp(&at->stored.id, &id.id, sizeof(id.id)) == 0 && at->stored.epoch == id.epoch) ||
            !may_store(w, i))
            continue;
        vec_push(&due, (struct source_id_entry){at->p->topic, at->p->partition, id});
        vec_push(&indices, i);
    }
    if (due.count &&
        source_ids_store(w->ids, due.at, due.count, clock_deadline_ms(STORE_MS), &err) == 0) {
        w->ids_absent = 0;
        for (size_t k = 0; k < due.count; k++)
            w->at[indices.at[k]].stored = due.at[k].id;
    } else if (due.count) {
        storing_failed(w, &err);
    }
    vec_fini(&due);
    vec_fini(&indices);
}

/* Whether another id or epoch is stored of partition i than those of what was read last. */
static bool is_outdated(struct source_watch *w, size_t i, struct source_id *ret_id)
{
    const struct watched *at = &w->at[i];
    struct source_place place = w->places[i];

    place.next = atomic_load(&at->p->next);
    place.from = atomic_load(&at->p->from);
    *ret_id = (struct source_id){place.id, source_position_epoch_left(&place)};
    return (source_ids_differ(at->stored.id, place.id) ||
            (source_id_is_known(place.id) && at->stored.epoch >= 0 &&
             memcmp(&at->stored.id, &place.id, sizeof(place.id)) == 0 &&
             at->stored.epoch != ret_id->epoch)) &&
           may_store(w, i);
}

/*
 * The leader may have changed since the last look: the next life of the task would find that the
 * stored epoch ended before the stored offset, as if the log had been cut off there. Or the topic
 * is another one, and would be taken for one that was just created. The watch's thread has ended.
 */
static void store_last_ids(struct source_watch *w)
{
    VEC(struct source_id_entry) due = {0};
    struct source_ids *ids;
    struct source_id id;
    struct tern_error err;

    for (size_t i = 0; w->ids_loaded && i < w->count; i++) {
        if (is_outdated(w, i, &id))
            vec_push(&due, (struct source_id_entry){w->at[i].p->topic, w->at[i].p->partition, id});
    }
    if (due.count) {
        ids = source_ids_new(w->conf.settings, w->conf.host->connector); /* w->ids is cancelled */
        if (source_ids_store(ids, due.at, due.count, clock_deadline_ms(LAST_STORE_MS), &err) < 0) {
            log_warn("Could not store that the leaders of %zu source partitions have changed, or "
                     "their topics: %s. What was read since may be read again",
                     due.count, err.msg);
        }
        source_ids_free(ids);
    }
    vec_fini(&due);
}

/* ---- the thread ---- */

static void look_failed(struct source_watch *w, const struct tern_error *err, int64_t now_ms)
{
    if (!w->failing_since_ms)
        w->failing_since_ms = now_ms;
    if (now_ms - w->failing_since_ms < w->conf.own->stall_ms ||
        now_ms - w->told_failing_ms < TELL_MS)
        return;
    w->told_failing_ms = now_ms;
    log_warn("Nothing can be read: cluster '%s' has not answered for %lld s: %s",
             w->conf.settings->source_alias, (long long)(now_ms - w->failing_since_ms) / 1000,
             err->msg);
}

/* Where the task is now, as far as nothing is being changed about it. */
static void take_places(struct source_watch *w)
{
    gate_lock(&w->gate);
    for (size_t i = 0; i < w->count; i++) {
        if (w->at[i].pending || w->at[i].waits)
            continue;
        w->places[i].next = atomic_load(&w->at[i].p->next);
        w->places[i].from = atomic_load(&w->at[i].p->from);
    }
    gate_unlock(&w->gate);
}

/* False: nothing could be found out, and it is to be tried again soon. */
static bool look_once(struct source_watch *w)
{
    struct tern_error err;
    int64_t now_ms;

    if (!load_ids(w))
        return false;
    take_places(w);
    if (source_look_run(w->look, w->places, w->logs, clock_deadline_ms(LOOK_MS), &err) < 0) {
        look_failed(w, &err, clock_mono_ms());
        return false;
    }
    now_ms = clock_mono_ms();
    if (w->failing_since_ms && now_ms - w->failing_since_ms >= w->conf.own->stall_ms)
        log_info("Cluster '%s' answers again", w->conf.settings->source_alias);
    w->failing_since_ms = 0;
    source_judge(w, now_ms);
    gate_lock(&w->gate);
    w->looked = true;
    gate_wake(&w->gate);
    gate_unlock(&w->gate);
    store_ids(w);
    return true;
}

/* Sleeps until the next look; false: stop. */
static bool rest(struct source_watch *w, bool looked, int64_t began_ms)
{
    int64_t interval_ms = w->conf.own->watch_interval_ms;
    int64_t due_ms = !looked           ? began_ms + RETRY_MS
                     : interval_ms > 0 ? began_ms + interval_ms
                                       : FOREVER_MS;
    bool stopping;

    gate_lock(&w->gate);
    while (!w->stopping && clock_mono_ms() < due_ms) {
        if (w->hurry && due_ms > began_ms + HURRY_PAUSE_MS) {
            due_ms = began_ms + HURRY_PAUSE_MS;
            continue;
        }
        gate_wait(&w->gate, due_ms);
    }
    w->hurry = false;
    stopping = w->stopping;
    gate_unlock(&w->gate);
    return !stopping;
}

static void run(void *arg)
{
    struct source_watch *w = arg;
    int64_t began_ms, ticked_ms = clock_mono_ms();
    bool looked;

    w->conf.host->adopt_thread(w->conf.host);
    do {
        began_ms = clock_mono_ms();
        looked = look_once(w);
        source_stall_check_target(w, clock_mono_ms());
        if (w->conf.tick && clock_mono_ms() - ticked_ms >= TICK_MS && !is_stopping(w)) {
            ticked_ms = clock_mono_ms();
            w->conf.tick(w->conf.arg);
        }
    } while (rest(w, looked, began_ms));
}

int source_watch_open(const struct source_watch_conf *conf, struct source_watch **ret_watch,
                      struct tern_error *err)
{
    struct source_watch *w = xcalloc(1, sizeof(*w));

    w->conf = *conf;
    w->count = source_consumer_count(conf->consumer);
    w->at = xcalloc(w->count, sizeof(*w->at));
    w->places = xcalloc(w->count, sizeof(*w->places));
    w->logs = xcalloc(w->count, sizeof(*w->logs));
    for (size_t i = 0; i < w->count; i++) {
        w->at[i].p = source_consumer_at(conf->consumer, i);
        w->at[i].waits = conf->stored_next[i] >= 0;
        source_stall_init(&w->at[i]);
        w->places[i] = (struct source_place){.next = conf->stored_next[i],
                                             .from = -1,
                                             .epoch = -1,
                                             .epoch_next = -1,
                                             .leader = -1,
                                             .seen_end = -1};
    }
    w->conf.stored_next = NULL;
    w->told_failing_ms = w->told_target_ms = w->told_ids_ms = INT64_MIN / 2;
    atomic_init(&w->polled_ms, clock_mono_ms());
    gate_init(&w->gate);
    if (source_look_open(conf->settings, conf->consumer, &w->look, err) < 0) {
        source_watch_free(w);
        return -1;
    }
    if (conf->own->keep_topic_ids)
        w->ids = source_ids_new(conf->settings, conf->host->connector);
    thread_start(&w->thread, "source-watch", run, w);
    *ret_watch = w;
    return 0;
}

void source_watch_cancel(struct source_watch *w)
{
    gate_lock(&w->gate);
    w->stopping = true;
    gate_wake(&w->gate);
    gate_unlock(&w->gate);
    if (w->look)
        source_look_cancel(w->look);
    if (w->ids)
        source_ids_cancel(w->ids);
}

void source_watch_free(struct source_watch *w)
{
    if (!w)
        return;
    source_watch_cancel(w);
    thread_join(&w->thread);
    store_last_ids(w);
    source_look_free(w->look);
    source_ids_free(w->ids);
    for (size_t i = 0; i < w->events.count; i++)
        free(w->events.at[i].text);
    vec_fini(&w->events);
    free(w->at);
    free(w->places);
    free(w->logs);
    gate_fini(&w->gate);
    free(w);
}
