/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/store/config_replay.h"

#include "lib/base/ptrmap.h"
#include "lib/base/vec.h"
#include "lib/base/xmem.h"
#include "worker/store/cluster_state_priv.h"

/* The config of a task, not in force before its commit. */
struct deferred_task {
    int32_t id;
    struct config_ref *config;
};

struct replay_connector {
    struct connector_state *state; /* shared with snapshots */
    bool target_known;             /* a target state was read or assumed */
    bool has_deferred; /* task configs came since it was created; stays after a commit */
    VEC(struct deferred_task) deferred; /* sorted by id */
};

struct config_replay {
    int64_t offset;
    struct ptrmap connectors; /* of struct replay_connector, deleted ones too */
    struct session_key *session_key;
    const struct cluster_state *snapshot; /* NULL: none since the last record */
};

static void clear_deferred(struct replay_connector *c)
{
    for (size_t i = 0; i < c->deferred.count; i++)
        config_ref_unref(c->deferred.at[i].config);
    vec_fini(&c->deferred);
}

static void connector_free(void *arg)
{
    struct replay_connector *c = arg;

    clear_deferred(c);
    connector_state_unref(c->state);
    free(c);
}

struct config_replay *config_replay_new(void)
{
    struct config_replay *r = xcalloc(1, sizeof(*r));

    r->offset = -1;
    r->connectors = (struct ptrmap)PTRMAP_INIT(connector_free);
    return r;
}

void config_replay_free(struct config_replay *r)
{
    if (!r)
        return;
    cluster_state_unref(r->snapshot);
    ptrmap_fini(&r->connectors);
    session_key_free(r->session_key);
    free(r);
}

static struct replay_connector *find(const struct config_replay *r, const char *name)
{
    return ptrmap_get(&r->connectors, name);
}

static struct replay_connector *find_or_add(struct config_replay *r, const char *name)
{
    struct replay_connector *c = find(r, name);

    if (c)
        return c;
    c = xcalloc(1, sizeof(*c));
    c->state = connector_state_new(name);
    ptrmap_set(&r->connectors, name, c);
    return c;
}

static void replace(struct config_ref **slot, struct config_ref *config)
{
    config_ref_unref(*slot);
    *slot = config;
}

/* What a deletion leaves: target state, fencing, inconsistency and generation. */
static void forget(struct replay_connector *c)
{
    struct connector_state *state = connector_state_writable(&c->state);

    replace(&state->config, NULL);
    replace(&state->applied, NULL);
    connector_state_drop_tasks(state);
    state->task_count = -1;
    clear_deferred(c);
    c->has_deferred = false;
}

static struct config_event event_of(enum config_event_kind kind, const struct config_record *rec)
{
    return (struct config_event){.kind = kind, .name = rec->name};
}

static struct config_event no_event(void)
{
    return (struct config_event){.kind = CONFIG_EVENT_NONE};
}

static struct config_event apply_connector(struct config_replay *r, struct config_record *rec)
{
    struct replay_connector *c;

    if (rec->is_null) {
        c = find(r, rec->name);
        if (c)
            forget(c);
        return event_of(CONFIG_EVENT_CONNECTOR_REMOVED, rec);
    }
    c = find_or_add(r, rec->name);
    replace(&connector_state_writable(&c->state)->config, TAKE(rec->config));
    c->target_known = true; /* STARTED, if no record said otherwise */
    return event_of(CONFIG_EVENT_CONNECTOR_UPDATED, rec);
}

static void forget_target(struct config_replay *r, const char *name)
{
    struct replay_connector *c = find(r, name);

    if (!c)
        return;
    connector_state_writable(&c->state)->target = TARGET_STARTED;
    c->target_known = c->state->config != NULL;
}

static struct config_event apply_target_state(struct config_replay *r, struct config_record *rec)
{
    struct replay_connector *c;
    bool changed;

    if (rec->is_null) {
        forget_target(r, rec->name);
        return no_event();
    }
    c = find_or_add(r, rec->name);
    changed = !c->target_known || c->state->target != rec->target;
    c->target_known = true;
    if (changed)
        connector_state_writable(&c->state)->target = rec->target;
    if (!changed || !c->state->config)
        return no_event();
    return event_of(CONFIG_EVENT_TARGET_STATE_CHANGED, rec);
}

/* The index of task id, or where it belongs. */
static size_t deferred_slot(const struct replay_connector *c, int32_t id)
{
    size_t lo = 0, hi = c->deferred.count;

    if (hi > 0 && c->deferred.at[hi - 1].id < id) /* they come in order */
        return hi;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;

        if (c->deferred.at[mid].id < id)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static void apply_task(struct config_replay *r, struct config_record *rec)
{
    struct replay_connector *c = find_or_add(r, rec->name);
    size_t at = deferred_slot(c, rec->number);

    c->has_deferred = true;
    if (at < c->deferred.count && c->deferred.at[at].id == rec->number) {
        replace(&c->deferred.at[at].config, TAKE(rec->config));
        return;
    }
    vec_push(&c->deferred, (struct deferred_task){0, NULL});
    memmove(&c->deferred.at[at + 1], &c->deferred.at[at],
            (c->deferred.count - 1 - at) * sizeof(c->deferred.at[0]));
    c->deferred.at[at].id = rec->number;
    c->deferred.at[at].config = TAKE(rec->config);
}

/* Whether the configs of tasks 0 to count-1 are all there. The ids are sorted, no two alike. */
static bool is_complete(const struct replay_connector *c, int32_t count)
{
    return count == 0 ||
           (c->deferred.count >= (size_t)count && c->deferred.at[count - 1].id == count - 1);
}

static void apply_deferred(struct replay_connector *c, int32_t count)
{
    struct connector_state *state = connector_state_writable(&c->state);

    connector_state_grow_tasks(state, count);
    for (int32_t i = 0; i < count; i++)
        replace(&state->tasks[i], TAKE(c->deferred.at[i].config));
    if (c->has_deferred)
        state->generation++;
    state->inconsistent = false;
    replace(&state->applied, config_ref_ref(state->config));
}

static struct config_event apply_commit(struct config_replay *r, struct config_record *rec)
{
    struct replay_connector *c = find(r, rec->name);
    struct config_event event = event_of(CONFIG_EVENT_TASKS_UPDATED, rec);
    struct connector_state *state;

    if (!c || !c->state->config) { /* deleted long ago, the traces compacted away */
        if (c)
            forget(c);
        return no_event();
    }
    if (rec->is_malformed)
        return no_event();
    event.as.tasks.count = rec->number;
    if (is_complete(c, rec->number)) {
        event.as.tasks.applied = c->deferred.count > 0;
        apply_deferred(c, rec->number);
    } else {
        connector_state_writable(&c->state)->inconsistent = true;
    }
    clear_deferred(c);
    state = connector_state_writable(&c->state);
    state->task_count = rec->number;
    state->pending_fencing = true;
    return event;
}

static void apply_task_count(struct config_replay *r, const struct config_record *rec)
{
    struct replay_connector *c = find_or_add(r, rec->name);
    struct connector_state *state = connector_state_writable(&c->state);

    state->task_count_record = rec->number;
    state->pending_fencing = false;
}

static struct config_event apply_restart(const struct config_record *rec)
{
    struct config_event event = event_of(CONFIG_EVENT_RESTART_REQUESTED, rec);

    event.as.restart.include_tasks = rec->include_tasks;
    event.as.restart.only_failed = rec->only_failed;
    return event;
}

static struct config_event apply_logger_level(const struct config_record *rec)
{
    struct config_event event = event_of(CONFIG_EVENT_LOGGER_LEVEL, rec);

    event.as.level = rec->level;
    return event;
}

struct config_event config_replay_apply(struct config_replay *r, struct config_record *record,
                                        int64_t offset)
{
    if (record->kind == CONFIG_UNDECODABLE)
        return no_event();
    cluster_state_unref(TAKE(r->snapshot));
    r->offset = offset + 1;

    switch (record->kind) {
    case CONFIG_UNDECODABLE:
    case CONFIG_REJECTED:
        break;
    case CONFIG_CONNECTOR:
        return apply_connector(r, record);
    case CONFIG_TARGET_STATE:
        return apply_target_state(r, record);
    case CONFIG_TASK:
        apply_task(r, record);
        break;
    case CONFIG_COMMIT:
        return apply_commit(r, record);
    case CONFIG_TASK_COUNT:
        apply_task_count(r, record);
        break;
    case CONFIG_SESSION_KEY:
        session_key_free(r->session_key);
        r->session_key = TAKE(record->session_key);
        return event_of(CONFIG_EVENT_SESSION_KEY_UPDATED, record);
    case CONFIG_RESTART:
        return apply_restart(record);
    case CONFIG_LOGGER_LEVEL:
        return apply_logger_level(record);
    }
    return no_event();
}

const struct cluster_state *config_replay_snapshot(struct config_replay *r)
{
    struct connector_state **connectors;
    size_t count = 0;

    if (!r->snapshot) {
        connectors = xcalloc(r->connectors.count + 1, sizeof(struct connector_state *));
        PTRMAP_FOREACH (&r->connectors, entry) {
            const struct replay_connector *c = entry->value;

            if (c->state->config)
                connectors[count++] = connector_state_ref(c->state);
        }
        r->snapshot = cluster_state_new(r->offset, connectors, count, r->session_key);
    }
    return cluster_state_ref(r->snapshot);
}

const struct connector_state *config_replay_trace(const struct config_replay *r, const char *name,
                                                  bool *ret_target_known)
{
    const struct replay_connector *c = find(r, name);

    *ret_target_known = c && c->target_known;
    return c ? c->state : NULL;
}

bool config_replay_deferred(const struct config_replay *r, const char *name, int32_t **ret_tasks,
                            size_t *ret_count)
{
    const struct replay_connector *c = find(r, name);

    if (!c || !c->has_deferred)
        return false;
    *ret_tasks = xcalloc(c->deferred.count + 1, sizeof(int32_t));
    for (size_t i = 0; i < c->deferred.count; i++)
        (*ret_tasks)[i] = c->deferred.at[i].id;
    *ret_count = c->deferred.count;
    return true;
}

const char *config_replay_name(const struct config_replay *r, size_t i)
{
    return i < r->connectors.count ? r->connectors.entries[i].key : NULL;
}
