/* SPDX-License-Identifier: Apache-2.0 */
/* The config topic: one log, and a reader with a thread of its own for each store. */
#include "tests/sim/worker/herder/fake_parts.h"

#include "lib/base/clock.h"
#include "lib/base/vec.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"
#include "worker/store/config_replay.h"

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
    int64_t deadline_ms = clock_deadline_ms(FAKES_PATIENCE_MS);

    gate_lock(&fakes.gate);
    while (s->position < end && !s->stopping)
        fakes_wait_more(deadline_ms, "the config topic's end");
    gate_unlock(&fakes.gate);
}

int config_store_refresh(struct config_store *s, int64_t deadline_ms, struct tern_error *err)
{
    size_t end;

    (void)deadline_ms;
    if (fakes_take(&fakes.refresh_fails))
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
    if (fakes_take(&fakes.claim_fails))
        return tern_fail(err, TERN_ETIMEOUT, "no coordinator");
    s->has_claim = true;
    fakes_count(&fakes.claims);
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
    if (fakes_take(&fakes.put_tasks_fails))
        return tern_fail(err, TERN_ETIMEOUT, "not written");
    if (s->is_leader_store && fakes_take(&fakes.claim_losses)) {
        s->has_claim = false;
        return tern_fail(err, TERN_EINTERNAL, "another leads");
    }
    for (int32_t i = 0; i < number; i++) {
        const struct config_record r = {
            .kind = CONFIG_TASK, .name = (char *)connector, .number = i, .config = tasks[i]};

        append(&r);
    }
    read_until(s, append(&commit));
    fakes_count(&fakes.tasks_written);
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

    if (fakes_take(&fakes.put_key_fails))
        return tern_fail(err, TERN_ETIMEOUT, "not written");
    read_until(s, append(&r));
    fakes_count(&fakes.keys_written);
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
    fakes_count(&fakes.task_counts_written);
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

void fake_config_store_fini(void)
{
    for (size_t i = 0; i < config_log.count; i++) {
        free(config_log.at[i].key);
        free(config_log.at[i].value);
    }
    vec_fini(&config_log);
}
