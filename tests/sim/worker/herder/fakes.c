/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/worker/herder/fakes.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/vec.h"
#include "lib/base/xmem.h"
#include "lib/kafka/fence.h"
#include "lib/kafka/txn_writer.h"
#include "tests/lib/testing.h"
#include "worker/group/sole.h"
#include "worker/store/config_replay.h"
#include "worker/store/internal_topics.h"
#include "worker/store/offset_store.h"
#include "worker/store/status_cache.h"
#include "worker/task/source_task.h"

enum {
    PATIENCE_MS = 60000
};

struct fakes fakes;

/* ---- counting and waiting ---- */

static void count(int *member)
{
    gate_lock(&fakes.gate);
    ++*member;
    gate_wake(&fakes.gate);
    gate_unlock(&fakes.gate);
}

/* One less; false: it was 0 already (or, for -1, never ends). */
static bool take(int *member)
{
    bool had;

    gate_lock(&fakes.gate);
    had = *member != 0;
    if (*member > 0)
        --*member;
    gate_unlock(&fakes.gate);
    return had;
}

static void wait_more(int64_t deadline_ms, const char *what)
{
    if (!gate_wait(&fakes.gate, deadline_ms))
        ck_abort_msg("waited in vain for %s", what);
}

void fakes_wait(const int *member, int least)
{
    int64_t deadline_ms = clock_deadline_ms(PATIENCE_MS);

    gate_lock(&fakes.gate);
    while (*member < least)
        wait_more(deadline_ms, "a count");
    gate_unlock(&fakes.gate);
}

void fakes_wait_flag(const bool *flag)
{
    int64_t deadline_ms = clock_deadline_ms(PATIENCE_MS);

    gate_lock(&fakes.gate);
    while (!*flag)
        wait_more(deadline_ms, "a flag");
    gate_unlock(&fakes.gate);
}

/* ---- admin and topics ---- */

struct admin {
    int dummy;
};

int admin_open(const struct tern_config *java, struct admin **ret_admin, struct tern_error *err)
{
    (void)err;
    ck_assert_ptr_nonnull(config_get(java, "client.id"));
    *ret_admin = xcalloc(1, sizeof(**ret_admin));
    return 0;
}

void admin_free(struct admin *a)
{
    free(a);
}

int admin_cluster_id(struct admin *a, int64_t deadline_ms, char **ret_id, struct tern_error *err)
{
    (void)a;
    (void)deadline_ms;
    count(&fakes.cluster_asked);
    if (take(&fakes.unreachable))
        return tern_fail(err, TERN_ETIMEOUT, "no broker answers");
    *ret_id = xstrdup("id");
    return 0;
}

int internal_topic_ensure(struct admin *a, enum internal_topic kind,
                          const struct tern_config *worker, int64_t deadline_ms,
                          struct tern_error *err)
{
    (void)a;
    (void)worker;
    (void)deadline_ms;
    if (fakes.refuse_topics && kind == INTERNAL_STATUS)
        return tern_fail(err, TERN_EINVALID, "the topic is not compacted");
    return 0;
}

/* ---- the config topic: one log, and a reader with a thread of its own for each store ---- */

struct logged {
    char *key, *value; /* value NULL: null */
};

static VEC(struct logged) config_log; /* fakes.gate */

struct config_store {
    const struct config_listener *listener;
    void *arg;
    struct thread thread;
    struct config_replay *replay; /* fakes.gate */
    size_t position;              /* fakes.gate: records read, and told */
    bool stopping;                /* fakes.gate */
    bool is_leader_store;         /* it has settings of a leader's producer */
    bool has_claim;               /* writer's thread */
};

static struct config_store *last_store; /* fakes.gate: that was opened last */

/* Appends a record; returns the end. */
static size_t append(const struct config_record *record)
{
    struct logged entry;
    struct tern_error err;
    size_t end;

    ck_assert_ok(config_record_format(record, &entry.key, &entry.value, &err), err);
    gate_lock(&fakes.gate);
    vec_push(&config_log, entry);
    end = config_log.count;
    gate_wake(&fakes.gate);
    gate_unlock(&fakes.gate);
    return end;
}

static void tell(const struct config_store *s, const struct config_event *e)
{
    const struct config_listener *l = s->listener;

    if (e->kind == CONFIG_EVENT_CONNECTOR_REMOVED)
        l->connector_removed(s->arg, e->name);
    else if (e->kind == CONFIG_EVENT_CONNECTOR_UPDATED)
        l->connector_updated(s->arg, e->name);
    else if (e->kind == CONFIG_EVENT_TASKS_UPDATED)
        l->tasks_updated(s->arg, e->name, e->as.tasks.count, e->as.tasks.applied);
    else if (e->kind == CONFIG_EVENT_TARGET_STATE_CHANGED)
        l->target_state_changed(s->arg, e->name);
    else if (e->kind == CONFIG_EVENT_SESSION_KEY_UPDATED)
        l->session_key_updated(s->arg);
    else if (e->kind == CONFIG_EVENT_LOGGER_LEVEL)
        l->logger_level(s->arg, e->name, e->as.level);
    else if (e->kind == CONFIG_EVENT_RESTART_REQUESTED)
        l->restart_requested(s->arg, &(struct restart_request){e->name, e->as.restart.include_tasks,
                                                               e->as.restart.only_failed});
}

/* The next record, which is there. Locked; unlocks in between. */
static void read_one(struct config_store *s, bool is_told)
{
    const struct logged entry = config_log.at[s->position];
    CLEANUP(config_record_fini) struct config_record read = CONFIG_RECORD_INIT;
    struct config_event e;

    config_record_parse(slice_str(entry.key), slice_str(entry.value), &read);
    e = config_replay_apply(s->replay, &read, (int64_t)s->position);
    if (is_told) {
        gate_unlock(&fakes.gate);
        tell(s, &e);
        gate_lock(&fakes.gate);
    }
    s->position++;
    gate_wake(&fakes.gate);
}

static void reader_main(void *arg)
{
    struct config_store *s = arg;

    gate_lock(&fakes.gate);
    while (!s->stopping) {
        if (s->position < config_log.count)
            read_one(s, true);
        else
            gate_wait(&fakes.gate, FOREVER_MS);
    }
    gate_unlock(&fakes.gate);
}

int config_store_open(const struct config_store_conf *conf, int64_t deadline_ms,
                      struct config_store **ret_store, struct tern_error *err)
{
    struct config_store *s = xcalloc(1, sizeof(*s));

    (void)deadline_ms;
    (void)err;
    s->listener = conf->listener;
    s->arg = conf->arg;
    s->replay = config_replay_new();
    s->is_leader_store = conf->leader.count > 0;
    if (s->is_leader_store)
        ck_assert_str_eq(config_get(&conf->leader, "transactional.id"), "connect-cluster-g");
    gate_lock(&fakes.gate);
    while (s->position < config_log.count)
        read_one(s, false);
    last_store = s;
    gate_unlock(&fakes.gate);
    *ret_store = s;
    thread_start(&s->thread, "config-reader", reader_main, s);
    return 0;
}

void config_store_free(struct config_store *s)
{
    if (!s)
        return;
    gate_lock(&fakes.gate);
    s->stopping = true;
    gate_wake(&fakes.gate);
    gate_unlock(&fakes.gate);
    thread_join(&s->thread);
    config_replay_free(s->replay);
    free(s);
}

const struct cluster_state *config_store_snapshot(struct config_store *s)
{
    const struct cluster_state *state;

    gate_lock(&fakes.gate);
    state = config_replay_snapshot(s->replay);
    gate_unlock(&fakes.gate);
    return state;
}

/* Everything that was written; the caller unrefs. */
const struct cluster_state *fake_written(void)
{
    struct config_replay *replay = config_replay_new();
    const struct cluster_state *state;

    gate_lock(&fakes.gate);
    for (size_t i = 0; i < config_log.count; i++) {
        CLEANUP(config_record_fini) struct config_record read = CONFIG_RECORD_INIT;

        config_record_parse(slice_str(config_log.at[i].key), slice_str(config_log.at[i].value),
                            &read);
        config_replay_apply(replay, &read, (int64_t)i);
    }
    gate_unlock(&fakes.gate);
    state = config_replay_snapshot(replay);
    config_replay_free(replay);
    return state;
}

static void read_until(struct config_store *s, size_t end)
{
    int64_t deadline_ms = clock_deadline_ms(PATIENCE_MS);

    gate_lock(&fakes.gate);
    while (s->position < end && !s->stopping)
        wait_more(deadline_ms, "the config topic's end");
    gate_unlock(&fakes.gate);
}

int config_store_refresh(struct config_store *s, int64_t deadline_ms, struct tern_error *err)
{
    size_t end;

    (void)deadline_ms;
    if (take(&fakes.refresh_fails))
        return tern_fail(err, TERN_ETIMEOUT, "the end was not reached");
    gate_lock(&fakes.gate);
    end = config_log.count;
    gate_unlock(&fakes.gate);
    read_until(s, end);
    return 0;
}

int config_store_claim(struct config_store *s, int64_t deadline_ms, struct tern_error *err)
{
    (void)deadline_ms;
    ck_assert(s->is_leader_store);
    s->has_claim = false;
    if (take(&fakes.claim_fails))
        return tern_fail(err, TERN_ETIMEOUT, "no coordinator");
    s->has_claim = true;
    count(&fakes.claims);
    return 0;
}

bool config_store_has_claim(const struct config_store *s)
{
    return !s->is_leader_store || s->has_claim;
}

static void append_connector(const char *connector, const struct tern_config *config,
                             const enum target_state *target, size_t *ret_end)
{
    struct config_record r = {.kind = CONFIG_CONNECTOR, .name = (char *)connector};
    struct strmap map = STRMAP_INIT;

    if (target) {
        const struct config_record t = {
            .kind = CONFIG_TARGET_STATE, .name = (char *)connector, .target = *target};

        append(&t);
    }
    strmap_add_all(&map, config);
    r.config = config_ref_new(&map);
    *ret_end = append(&r);
    config_ref_unref(r.config);
}

int config_store_put_connector(struct config_store *s, const char *connector,
                               const struct tern_config *config, const enum target_state *target,
                               struct tern_error *err)
{
    size_t end;

    (void)err;
    append_connector(connector, config, target, &end);
    read_until(s, end);
    return 0;
}

int config_store_remove_connector(struct config_store *s, const char *connector,
                                  struct tern_error *err)
{
    const struct config_record r = {
        .kind = CONFIG_CONNECTOR, .name = (char *)connector, .is_null = true};
    const struct config_record t = {
        .kind = CONFIG_TARGET_STATE, .name = (char *)connector, .is_null = true};

    (void)err;
    append(&r);
    read_until(s, append(&t));
    return 0;
}

int config_store_put_tasks(struct config_store *s, const char *connector,
                           struct config_ref *const *tasks, int32_t number, struct tern_error *err)
{
    const struct config_record commit = {
        .kind = CONFIG_COMMIT, .name = (char *)connector, .number = number};

    ck_assert(config_store_has_claim(s));
    if (take(&fakes.put_tasks_fails))
        return tern_fail(err, TERN_ETIMEOUT, "not written");
    if (s->is_leader_store && take(&fakes.claim_losses)) {
        s->has_claim = false;
        return tern_fail(err, TERN_EINTERNAL, "another leads");
    }
    for (int32_t i = 0; i < number; i++) {
        const struct config_record r = {
            .kind = CONFIG_TASK, .name = (char *)connector, .number = i, .config = tasks[i]};

        append(&r);
    }
    read_until(s, append(&commit));
    count(&fakes.tasks_written);
    return 0;
}

int config_store_put_target_state(struct config_store *s, const char *connector,
                                  enum target_state state, struct tern_error *err)
{
    const struct config_record r = {
        .kind = CONFIG_TARGET_STATE, .name = (char *)connector, .target = state};

    (void)s;
    (void)err;
    append(&r);
    return 0;
}

static size_t append_restart(const struct restart_request *request)
{
    const struct config_record r = {.kind = CONFIG_RESTART,
                                    .name = (char *)request->connector,
                                    .include_tasks = request->include_tasks,
                                    .only_failed = request->only_failed};

    return append(&r);
}

int config_store_put_restart(struct config_store *s, const struct restart_request *request,
                             struct tern_error *err)
{
    (void)err;
    read_until(s, append_restart(request));
    return 0;
}

int config_store_put_session_key(struct config_store *s, const struct session_key *key,
                                 struct tern_error *err)
{
    const struct config_record r = {.kind = CONFIG_SESSION_KEY,
                                    .session_key = (struct session_key *)key};

    if (take(&fakes.put_key_fails))
        return tern_fail(err, TERN_ETIMEOUT, "not written");
    read_until(s, append(&r));
    count(&fakes.keys_written);
    return 0;
}

int config_store_put_task_count(struct config_store *s, const char *connector, int32_t number,
                                struct tern_error *err)
{
    const struct config_record r = {
        .kind = CONFIG_TASK_COUNT, .name = (char *)connector, .number = number};

    (void)err;
    ck_assert(config_store_has_claim(s));
    read_until(s, append(&r));
    count(&fakes.task_counts_written);
    return 0;
}

int config_store_put_logger_level(struct config_store *s, const char *logger, const char *level,
                                  struct tern_error *err)
{
    const struct config_record r = {
        .kind = CONFIG_LOGGER_LEVEL, .name = (char *)logger, .level = (char *)level};

    (void)s;
    (void)err;
    append(&r);
    return 0;
}

void fake_put_connector(const char *name, const char *class_name)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct tern_config config;
    size_t end;

    fake_config(&map, name, "1");
    strmap_set(&map, "connector.class", class_name);
    config = strmap_config(&map);
    append_connector(name, &config, NULL, &end);
}

void fake_remove_connector(const char *name)
{
    const struct config_record r = {
        .kind = CONFIG_CONNECTOR, .name = (char *)name, .is_null = true};

    append(&r);
}

void fakes_wait_read(void)
{
    size_t end;

    gate_lock(&fakes.gate);
    end = config_log.count;
    gate_unlock(&fakes.gate);
    read_until(last_store, end);
}

void fake_request_restart(const char *name, bool include_tasks, bool only_failed)
{
    append_restart(&(struct restart_request){name, include_tasks, only_failed});
}

/* ---- offsets ---- */

struct offset_store {
    struct offset_map map; /* fakes.gate */
};

static struct offset_store *the_offsets; /* fakes.gate: that was opened last */

int offset_store_open(const struct offset_store_conf *conf, int64_t deadline_ms,
                      struct offset_store **ret_store, struct tern_error *err)
{
    (void)conf;
    (void)deadline_ms;
    (void)err;
    *ret_store = xcalloc(1, sizeof(**ret_store));
    gate_lock(&fakes.gate);
    the_offsets = *ret_store;
    gate_unlock(&fakes.gate);
    return 0;
}

void offset_store_free(struct offset_store *s)
{
    if (s)
        offset_map_fini(&s->map);
    free(s);
}

int offset_store_read(struct offset_store *s, const char *const *keys, size_t n,
                      int64_t deadline_ms, char **ret_values, struct tern_error *err)
{
    (void)s;
    (void)keys;
    (void)n;
    (void)deadline_ms;
    (void)ret_values;
    return tern_fail(err, TERN_EINTERNAL, "no task reads offsets here");
}

int offset_store_list(struct offset_store *s, const char *connector, int64_t deadline_ms,
                      struct offset_pair **ret_pairs, size_t *ret_count, struct tern_error *err)
{
    (void)deadline_ms;
    if (take(&fakes.offset_reads_fail))
        return tern_fail(err, TERN_ETIMEOUT, "the end was not reached");
    gate_lock(&fakes.gate);
    *ret_count = offset_map_copy(&s->map, connector, ret_pairs);
    gate_unlock(&fakes.gate);
    return 0;
}

int offset_store_write_now(struct offset_store *s, const struct offset_entry *entries, size_t n,
                           int64_t deadline_ms, struct tern_error *err)
{
    (void)deadline_ms;
    if (take(&fakes.offset_writes_fail))
        return tern_fail(err, TERN_EINTERNAL, "not written");
    for (size_t i = 0; i < n; i++) {
        struct offset_record r;

        ck_assert_ok(
            offset_record_parse(slice_str(entries[i].key), slice_str(entries[i].value), &r, err),
            *err);
        gate_lock(&fakes.gate);
        offset_map_apply(&s->map, &r);
        gate_unlock(&fakes.gate);
        offset_record_fini(&r);
    }
    return 0;
}

/* ---- transactions of offsets ---- */

struct txn_writer {
    int dummy;
};

int txn_writer_open(const struct tern_config *java, const char *topic, const bool *cancel,
                    int64_t deadline_ms, struct txn_writer **ret_writer, struct tern_error *err)
{
    (void)cancel;
    (void)deadline_ms;
    (void)err;
    ck_assert_str_eq(config_get(java, "transactional.id"), "g-c-0");
    ck_assert_str_eq(topic, "o");
    *ret_writer = xcalloc(1, sizeof(**ret_writer));
    return 0;
}

/* The herder's one store reads what is written. */
int txn_writer_write(struct txn_writer *w, const struct topic_log_entry *entries, size_t n,
                     int64_t deadline_ms, struct tern_error *err)
{
    (void)w;
    for (size_t i = 0; i < n; i++) {
        const struct offset_entry entry = {entries[i].key, (const char *)entries[i].value.at};

        if (offset_store_write_now(the_offsets, &entry, 1, deadline_ms, err) < 0)
            return -1;
    }
    count(&fakes.transactions);
    return 0;
}

void txn_writer_free(struct txn_writer *w)
{
    free(w);
}

/* ---- transactional ids ---- */

int fence_producers(const struct tern_config *java, const char *const *ids, size_t n,
                    const bool *cancel, int64_t deadline_ms, struct tern_error *err)
{
    (void)deadline_ms;
    ck_assert_ptr_nonnull(cancel);
    ck_assert_str_eq(config_get(java, "client.id"), "connector-worker-adminclient-c");
    if (take(&fakes.fence_fails))
        return tern_fail(err, TERN_ETIMEOUT, "no coordinator");
    for (size_t i = 0; i < n; i++)
        ck_assert_ptr_nonnull(strstr(ids[i], "g-c-"));
    gate_lock(&fakes.gate);
    fakes.fenced += (int)n;
    gate_unlock(&fakes.gate);
    return 0;
}

/* ---- statuses ---- */

struct status_store {
    struct status_cache cache; /* fakes.gate */
    bool is_open;
};

static struct status_store statuses;

int status_store_open(const struct status_store_conf *conf, int64_t deadline_ms,
                      struct status_store **ret_store, struct tern_error *err)
{
    (void)conf;
    (void)deadline_ms;
    (void)err;
    *ret_store = &statuses;
    return 0;
}

void status_store_free(struct status_store *s)
{
    (void)s; /* kept: tests look at it afterwards */
}

void status_store_put(struct status_store *s, const char *connector, int32_t task,
                      const struct status *status, bool safe)
{
    CLEANUP(status_record_fini) struct status_record r = STATUS_RECORD_INIT;
    CLEANUP(freep) char *key = status_record_key(connector, task);
    CLEANUP(freep)
    char *value = status->state == RUN_DESTROYED ? NULL : status_record_value(status);

    status_record_parse(slice_str(key), slice_str(value), &r);
    gate_lock(&fakes.gate);
    if (!safe || status_cache_may_write(&s->cache, connector, task, status))
        status_cache_apply(&s->cache, &r);
    gate_wake(&fakes.gate);
    gate_unlock(&fakes.gate);
}

bool status_store_flush(struct status_store *s, int64_t deadline_ms)
{
    (void)s;
    (void)deadline_ms;
    count(&fakes.status_flushes);
    return true;
}

int status_store_refresh(struct status_store *s, int64_t deadline_ms, struct tern_error *err)
{
    (void)s;
    (void)deadline_ms;
    (void)err;
    return 0; /* a put shows at once */
}

bool status_store_get(struct status_store *s, const char *connector, int32_t task,
                      struct status *ret_status)
{
    const struct status *found;

    gate_lock(&fakes.gate);
    found = status_cache_get(&s->cache, connector, task);
    if (found) {
        *ret_status = *found;
        ret_status->trace = found->trace ? xstrdup(found->trace) : NULL;
        ret_status->worker_id = xstrdup(found->worker_id);
        ret_status->version = found->version ? xstrdup(found->version) : NULL;
    }
    gate_unlock(&fakes.gate);
    return found != NULL;
}

size_t status_store_tasks(struct status_store *s, const char *connector, int32_t **ret_tasks)
{
    size_t n;

    gate_lock(&fakes.gate);
    n = status_cache_tasks(&s->cache, connector, ret_tasks);
    gate_unlock(&fakes.gate);
    return n;
}

size_t status_store_connectors(struct status_store *s, char ***ret_names)
{
    size_t n = 0;

    gate_lock(&fakes.gate);
    *ret_names = xcalloc(s->cache.connectors.count + 1, sizeof(char *));
    PTRMAP_FOREACH (&s->cache.connectors, e) {
        if (status_cache_has_status(&s->cache, e->key))
            (*ret_names)[n++] = xstrdup(e->key);
    }
    gate_unlock(&fakes.gate);
    return n;
}

int32_t status_store_generation(struct status_store *s)
{
    int32_t generation;

    gate_lock(&fakes.gate);
    generation = status_cache_generation(&s->cache);
    gate_unlock(&fakes.gate);
    return generation;
}

void status_store_put_topic(struct status_store *s, const char *topic, const char *connector,
                            int32_t task, int64_t discovered_ms)
{
    (void)s;
    (void)topic;
    (void)connector;
    (void)task;
    (void)discovered_ms;
}

void status_store_remove_topics(struct status_store *s, const char *connector)
{
    (void)s;
    (void)connector;
    count(&fakes.topics_removed);
}

size_t status_store_topics(struct status_store *s, const char *connector, char ***ret_topics)
{
    (void)s;
    (void)connector;
    *ret_topics = NULL;
    return 0;
}

void fakes_wait_status(const char *connector, int32_t task, const char *state)
{
    int64_t deadline_ms = clock_deadline_ms(PATIENCE_MS);
    const struct status *s;

    gate_lock(&fakes.gate);
    for (;;) {
        s = status_cache_get(&statuses.cache, connector, task);
        if (state ? s && strcmp(run_state_name(s->state), state) == 0 : !s)
            break;
        wait_more(deadline_ms, state ? state : "no status");
    }
    gate_unlock(&fakes.gate);
}

char *fake_trace(const char *connector, int32_t task)
{
    const struct status *s;
    char *trace = NULL;

    gate_lock(&fakes.gate);
    s = status_cache_get(&statuses.cache, connector, task);
    if (s && s->trace)
        trace = xstrdup(s->trace);
    gate_unlock(&fakes.gate);
    return trace;
}

void fake_put_status(const char *connector, int32_t task, enum run_state state, int32_t generation)
{
    const struct status status = {.state = state, .worker_id = "other", .generation = generation};

    status_store_put(&statuses, connector, task, &status, false);
}

/* ---- tasks ---- */

struct source_task {
    struct source_task *next; /* fakes.gate: all that run */
    char *connector;
    char *value;
    int32_t task;
    const struct run_listener *listener;
    void *arg;
    const struct exactly_once_hooks *exactly_once;
    int32_t generation;
    bool stopping;
    int refs; /* atomic */
};

static struct source_task *tasks_running; /* fakes.gate */

/* How many instances of a task run, and with a value other than that. Locked. */
int fake_count_tasks(const char *connector, int32_t task, const char *value, int *ret_others)
{
    int n = 0;

    for (const struct source_task *t = tasks_running; t; t = t->next) {
        if (strcmp(t->connector, connector) != 0 || t->task != task)
            continue;
        n++;
        *ret_others += strcmp(t->value, value) != 0;
    }
    return n;
}

struct source_task *source_task_start(const struct source_task_conf *conf, enum target_state target)
{
    struct source_task *t = xcalloc(1, sizeof(*t));
    const char *value = strmap_get(config_ref_map(conf->config), "v");

    t->connector = xstrdup(conf->connector);
    t->value = xstrdup(value ? value : "");
    t->task = conf->task;
    t->listener = conf->listener;
    t->arg = conf->arg;
    t->refs = 1;
    t->exactly_once = conf->exactly_once;
    t->generation = conf->generation;
    if (conf->exactly_once)
        ck_assert(strcmp(conf->group, "g") == 0 && strcmp(conf->offsets_topic, "o") == 0);
    ck_assert_str_eq(strmap_get(config_ref_map(conf->config), "task.class"), "ScriptTask");
    gate_lock(&fakes.gate);
    t->next = tasks_running;
    tasks_running = t;
    fakes.task_starts++;
    fakes.tasks_running++;
    snprintf(fakes.last_task_value, sizeof(fakes.last_task_value), "%s", value ? value : "");
    gate_wake(&fakes.gate);
    gate_unlock(&fakes.gate);
    if (target == TARGET_PAUSED)
        t->listener->on_pause(t->arg, t->connector, t->task);
    else
        t->listener->on_startup(t->arg, t->connector, t->task);
    return t;
}

/* An answer to a task. */
struct answer {
    bool is_there, is_ok; /* fakes.gate */
    struct tern_error err;
};

static void on_answer(void *arg, const struct tern_error *err)
{
    struct answer *a = arg;

    gate_lock(&fakes.gate);
    a->is_ok = !err;
    if (err)
        a->err = *err;
    a->is_there = true;
    gate_wake(&fakes.gate);
    gate_unlock(&fakes.gate);
}

int fake_task_asks(const char *connector, int32_t task, bool confirm, struct tern_error *err)
{
    struct answer answer = {0};
    struct source_task *t;

    gate_lock(&fakes.gate);
    for (t = tasks_running; t; t = t->next) {
        if (t->task == task && strcmp(t->connector, connector) == 0)
            break;
    }
    gate_unlock(&fakes.gate);
    ck_assert(t && t->exactly_once);
    if (confirm)
        t->exactly_once->confirm(t->arg, connector, task, t->generation, on_answer, &answer);
    else
        t->exactly_once->fence(t->arg, connector, on_answer, &answer);
    fakes_wait_flag(&answer.is_there);
    *err = answer.err;
    return answer.is_ok ? 0 : -1;
}

void source_task_transition(struct source_task *t, enum target_state target)
{
    count(&fakes.task_transitions);
    if (target == TARGET_PAUSED)
        t->listener->on_pause(t->arg, t->connector, t->task);
    else if (target == TARGET_STARTED)
        t->listener->on_resume(t->arg, t->connector, t->task);
}

void source_task_stop(struct source_task *t)
{
    t->stopping = true;
}

void source_task_await(struct source_task *t, int64_t deadline_ms)
{
    (void)deadline_ms;
    ck_assert(t->stopping);
    t->listener->on_shutdown(t->arg, t->connector, t->task);
    gate_lock(&fakes.gate);
    for (struct source_task **at = &tasks_running; *at; at = &(*at)->next) {
        if (*at == t) {
            *at = t->next;
            break;
        }
    }
    fakes.task_stops++;
    fakes.tasks_running--;
    gate_wake(&fakes.gate);
    gate_unlock(&fakes.gate);
    source_task_unref(t);
}

struct source_task *source_task_ref(struct source_task *t)
{
    __atomic_add_fetch(&t->refs, 1, __ATOMIC_SEQ_CST);
    return t;
}

void source_task_unref(struct source_task *t)
{
    if (__atomic_sub_fetch(&t->refs, 1, __ATOMIC_SEQ_CST) > 0)
        return;
    free(t->value);
    free(t->connector);
    free(t);
}

void source_task_metrics(struct source_task *t, tern_metric_emit *emit, void *arg)
{
    const struct tern_field tags[] = {{"connector", t->connector, 0}, {"task", NULL, t->task}};
    const struct tern_metric m = {.domain = "script",
                                  .type = "task",
                                  .tags = tags,
                                  .tag_count = COUNT_OF(tags),
                                  .name = "value",
                                  .value = strtod(t->value, NULL)};

    emit(arg, &m);
}

/* ---- connectors ---- */

static bool released;

void fake_release(void)
{
    gate_lock(&fakes.gate);
    released = true;
    gate_wake(&fakes.gate);
    gate_unlock(&fakes.gate);
}

struct connector {
    struct connector *next; /* fakes.gate: all that run */
    struct script script;
    char *name;
    char *value;
};

static struct connector *connectors_running; /* fakes.gate */

int fake_count_connectors(const char *name, const char *value, int *ret_others)
{
    int n = 0;

    for (const struct connector *c = connectors_running; c; c = c->next) {
        if (strcmp(c->name, name) != 0)
            continue;
        n++;
        *ret_others += strcmp(c->value, value) != 0;
    }
    return n;
}

static int connector_start(const struct tern_host *host, const struct tern_config *config,
                           void **ret_self, struct tern_error *err)
{
    struct connector *c;
    struct script script;

    (void)host;
    gate_lock(&fakes.gate);
    script = fakes.script;
    fakes.connector_starts++;
    gate_wake(&fakes.gate);
    gate_unlock(&fakes.gate);
    if (script.start_hangs)
        fakes_wait_flag(&released);
    if (script.start_fails)
        return tern_fail(err, TERN_EINVALID, "the script says no");
    c = xcalloc(1, sizeof(*c));
    c->script = script;
    c->name = xstrdup(config_get(config, "name"));
    c->value = xstrdup(config_get(config, "v"));
    gate_lock(&fakes.gate);
    c->next = connectors_running;
    connectors_running = c;
    gate_unlock(&fakes.gate);
    *ret_self = c;
    return 0;
}

static int connector_tasks(void *self, int32_t max_tasks, tern_config_emit *emit, void *arg,
                           struct tern_error *err)
{
    struct connector *c = self;
    int32_t n;

    count(&fakes.task_config_calls);
    if (take(&fakes.script.task_config_fails))
        return tern_fail(err, TERN_ERETRIABLE, "not just now");
    gate_lock(&fakes.gate);
    n = fakes.script.tasks_of_value ? (int32_t)(strtol(c->value, NULL, 10) % 4)
                                    : fakes.script.tasks;
    gate_unlock(&fakes.gate);
    ck_assert_int_eq(max_tasks, 8);
    for (int32_t i = 0; i < n; i++) {
        const struct tern_config_entry entries[] = {{"v", c->value}};
        const struct tern_config one = {entries, 1};

        if (emit(arg, &one, err) < 0)
            return -1;
    }
    return 0;
}

static int connector_alter(const struct tern_config *config,
                           const struct tern_offset_change *changes, size_t n, bool *ret_handled,
                           struct tern_error *err)
{
    ck_assert_str_eq(config_get(config, "connector.class"), "Script");
    count(&fakes.alters);
    gate_lock(&fakes.gate);
    *ret_handled = fakes.script.handles_offsets;
    gate_unlock(&fakes.gate);
    if (fakes.script.alter_hangs)
        fakes_wait_flag(&released);
    for (size_t i = 0; i < n; i++) {
        if (!changes[i].partition)
            return tern_fail(err, TERN_EINVALID, "Source partitions may not be null");
    }
    return 0;
}

/* Locked. */
static void await_permit(void)
{
    int64_t deadline_ms = clock_deadline_ms(PATIENCE_MS);

    fakes.connector_stops_begun++;
    gate_wake(&fakes.gate);
    while (fakes.stops_held && fakes.stop_permits == 0)
        wait_more(deadline_ms, "a permit to stop");
    if (fakes.stops_held)
        fakes.stop_permits--;
}

static void connector_stop(void *self)
{
    struct connector *c = self;

    gate_lock(&fakes.gate);
    await_permit();
    for (struct connector **at = &connectors_running; *at; at = &(*at)->next) {
        if (*at == c) {
            *at = c->next;
            break;
        }
    }
    gate_unlock(&fakes.gate);
    count(&fakes.connector_stops);
    free(c->name);
    free(c->value);
    free(c);
}

static int no_task(const struct tern_host *host, const struct tern_config *config, void **ret_self,
                   struct tern_error *err)
{
    (void)host;
    (void)config;
    (void)ret_self;
    return tern_fail(err, TERN_EINTERNAL, "tasks are fakes");
}

static int no_poll(void *self, int64_t max_wait_ms, struct tern_source_batch **ret_batch,
                   struct tern_error *err)
{
    (void)self;
    (void)max_wait_ms;
    (void)ret_batch;
    return tern_fail(err, TERN_EINTERNAL, "tasks are fakes");
}

static void no_stop(void *self)
{
    (void)self;
}

static const struct tern_config_key no_keys[] = {TERN_END};
static const struct tern_config_key *const no_tables[] = {no_keys, NULL};
static const struct tern_source_task_class task_class = {.size = sizeof(task_class),
                                                         .name = "ScriptTask",
                                                         .version = "7",
                                                         .start = no_task,
                                                         .poll = no_poll,
                                                         .stop = no_stop};
static const struct tern_connector_class connector_class = {
    .size = sizeof(connector_class),
    .name = "Script",
    .version = "7",
    .config_key_size = sizeof(struct tern_config_key),
    .config = no_tables,
    .source_task = &task_class,
    .start = connector_start,
    .task_configs = connector_tasks,
    .stop = connector_stop,
    .alter_offsets = connector_alter,
};

/* ---- the herder ---- */

static struct plugin_registry *plugins;

static void on_rebalanced(void *arg, struct herder *h, bool is_leader)
{
    (void)arg;
    (void)h;
    gate_lock(&fakes.gate);
    fakes.rebalances++;
    fakes.was_leader = is_leader;
    gate_wake(&fakes.gate);
    gate_unlock(&fakes.gate);
}

static void on_ended(void *arg, const struct tern_error *err)
{
    (void)arg;
    gate_lock(&fakes.gate);
    fakes.ended = true;
    fakes.ended_badly = err != NULL;
    if (err)
        snprintf(fakes.end_error, sizeof(fakes.end_error), "%s", err->msg);
    gate_wake(&fakes.gate);
    gate_unlock(&fakes.gate);
}

static const struct herder_hooks hooks = {on_rebalanced, on_ended};

void fakes_init(void)
{
    static const struct tern_connector_class *const classes[] = {&connector_class, NULL};

    gate_init(&fakes.gate);
    status_cache_init(&statuses.cache);
    plugins = plugin_registry_of(classes);
}

void fake_config(struct strmap *out, const char *name, const char *value)
{
    strmap_set(out, "connector.class", "Script");
    strmap_set(out, "name", name);
    strmap_set(out, "tasks.max", "8");
    strmap_set(out, "v", value);
}

struct herder *fake_herder_with(const char *name, membership_open *membership, void *arg,
                                const struct herder_peers *peers, void *peers_arg)
{
    static const char *const pairs[] = {"bootstrap.servers",
                                        "h:1",
                                        "group.id",
                                        "g",
                                        "config.storage.topic",
                                        "c",
                                        "offset.storage.topic",
                                        "o",
                                        "status.storage.topic",
                                        "s",
                                        "key.converter",
                                        "K",
                                        "value.converter",
                                        "V",
                                        "scheduled.rebalance.max.delay.ms",
                                        "100",
                                        "worker.unsync.backoff.ms",
                                        "100"};
    CLEANUP(freep) char *url = xasprintf("http://%s/", name);
    struct strmap map = STRMAP_INIT;
    struct herder_conf conf = {
        .label = name,
        .worker_id = name,
        .url = membership ? url : "NOTUSED",
        .plugins = plugins,
        .open_membership = membership ? membership : sole_open,
        .membership_arg = arg,
        .peers = peers,
        .peers_arg = peers_arg,
        .hooks = &hooks,
    };
    struct herder *h = NULL;
    struct tern_error err;

    for (size_t i = 0; i < COUNT_OF(pairs); i += 2)
        strmap_set(&map, pairs[i], pairs[i + 1]);
    if (fakes.exactly_once)
        strmap_set(&map, "exactly.once.source.support", fakes.exactly_once);
    conf.worker = config_ref_new(&map);
    ck_assert_ok(herder_new(&conf, &h, &err), err);
    config_ref_unref(conf.worker);
    herder_start(h);
    return h;
}

struct herder *fake_herder(membership_open *membership, void *arg)
{
    return fake_herder_with("me", membership, arg, NULL, NULL);
}

void fakes_fini(void)
{
    ck_assert_int_eq(fakes.tasks_running, 0);
    for (size_t i = 0; i < config_log.count; i++) {
        free(config_log.at[i].key);
        free(config_log.at[i].value);
    }
    vec_fini(&config_log);
    plugin_registry_free(plugins);
    status_cache_fini(&statuses.cache);
}

void fake_herder_end(struct herder *h)
{
    herder_stop(h);
    ck_assert(herder_join(h, clock_deadline_ms(PATIENCE_MS)));
    ck_assert(fakes.ended);
    herder_free(h);
    fakes_fini();
}
