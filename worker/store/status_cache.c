/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/store/status_cache.h"

#include <string.h>

#include "lib/base/vec.h"
#include "lib/base/xmem.h"

struct cached_task {
    int32_t task;
    struct status status;
};

struct cached_connector {
    bool has_status;
    struct status status;          /* when has_status */
    VEC(struct cached_task) tasks; /* sorted by number */
    struct ptrmap topics;          /* of struct cached_topic */
};

static void drop_status(struct cached_connector *c)
{
    status_fini(&c->status);
    c->has_status = false;
}

static void drop_tasks(struct cached_connector *c)
{
    for (size_t i = 0; i < c->tasks.count; i++)
        status_fini(&c->tasks.at[i].status);
    vec_fini(&c->tasks);
}

static void connector_free(void *arg)
{
    struct cached_connector *c = arg;

    drop_status(c);
    drop_tasks(c);
    ptrmap_fini(&c->topics);
    free(c);
}

void status_cache_init(struct status_cache *c)
{
    c->connectors = (struct ptrmap)PTRMAP_INIT(connector_free);
}

void status_cache_fini(struct status_cache *c)
{
    ptrmap_fini(&c->connectors);
}

static struct cached_connector *find(const struct status_cache *c, const char *connector)
{
    return ptrmap_get(&c->connectors, connector);
}

static struct cached_connector *find_or_add(struct status_cache *c, const char *connector)
{
    struct cached_connector *found = find(c, connector);

    if (!found) {
        found = xcalloc(1, sizeof(*found));
        found->topics = (struct ptrmap)PTRMAP_INIT(free);
        ptrmap_set(&c->connectors, connector, found);
    }
    return found;
}

/* The index of a task, or where it belongs. */
static size_t task_slot(const struct cached_connector *c, int32_t task, bool *ret_found)
{
    size_t lo = 0, hi = c->tasks.count;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;

        if (c->tasks.at[mid].task < task)
            lo = mid + 1;
        else
            hi = mid;
    }
    *ret_found = lo < c->tasks.count && c->tasks.at[lo].task == task;
    return lo;
}

static void apply_connector(struct cached_connector *c, struct status_record *rec)
{
    drop_status(c);
    if (rec->is_null) {
        drop_tasks(c); /* their tombstones may have been compacted away */
        return;
    }
    c->has_status = true;
    c->status = rec->status;
    rec->status = (struct status){0};
}

/* A worker that lost a task may say so after the one that got it has started it. */
static bool is_stale(const struct status *cached, const struct status *incoming)
{
    return incoming->state == RUN_UNASSIGNED && cached->state == RUN_RUNNING &&
           cached->generation >= incoming->generation;
}

static bool apply_task(struct cached_connector *c, struct status_record *rec)
{
    bool found;
    size_t at = task_slot(c, rec->task, &found);

    if (rec->is_null) {
        if (found) {
            status_fini(&c->tasks.at[at].status);
            vec_remove(&c->tasks, at);
        }
        return found;
    }
    if (found && is_stale(&c->tasks.at[at].status, &rec->status))
        return false;
    if (found) {
        status_fini(&c->tasks.at[at].status);
    } else {
        vec_push(&c->tasks, (struct cached_task){.task = rec->task});
        memmove(&c->tasks.at[at + 1], &c->tasks.at[at],
                (c->tasks.count - 1 - at) * sizeof(c->tasks.at[0]));
        c->tasks.at[at].task = rec->task;
    }
    c->tasks.at[at].status = rec->status;
    rec->status = (struct status){0};
    return true;
}

static void apply_topic(struct cached_connector *c, const struct status_record *rec)
{
    if (rec->is_null) {
        ptrmap_remove(&c->topics, rec->topic);
    } else {
        ptrmap_set(&c->topics, rec->topic,
                   xmemdup(&(struct cached_topic){rec->task, rec->discovered_ms},
                           sizeof(struct cached_topic)));
    }
}

bool status_cache_apply(struct status_cache *c, struct status_record *record)
{
    struct cached_connector *connector;
    bool changed = true;

    if (record->kind == STATUS_REJECTED)
        return false;
    connector = find_or_add(c, record->connector);
    if (record->kind == STATUS_OF_CONNECTOR)
        apply_connector(connector, record);
    else if (record->kind == STATUS_OF_TASK)
        changed = apply_task(connector, record);
    else
        apply_topic(connector, record);
    if (!connector->has_status && !connector->tasks.count && !connector->topics.count)
        ptrmap_remove(&c->connectors, record->connector);
    return changed;
}

const struct status *status_cache_get(const struct status_cache *c, const char *connector,
                                      int32_t task)
{
    const struct cached_connector *found = find(c, connector);
    bool has_task;
    size_t at;

    if (!found)
        return NULL;
    if (task == STATUS_CONNECTOR)
        return found->has_status ? &found->status : NULL;
    at = task_slot(found, task, &has_task);
    return has_task ? &found->tasks.at[at].status : NULL;
}

bool status_cache_may_write(const struct status_cache *c, const char *connector, int32_t task,
                            const struct status *status)
{
    const struct status *cached = status_cache_get(c, connector, task);

    return !cached || strcmp(cached->worker_id, status->worker_id) == 0 ||
           cached->generation <= status->generation;
}

size_t status_cache_tasks(const struct status_cache *c, const char *connector, int32_t **ret_tasks)
{
    const struct cached_connector *found = find(c, connector);
    size_t count = found ? found->tasks.count : 0;

    *ret_tasks = xcalloc(count + 1, sizeof(int32_t));
    for (size_t i = 0; i < count; i++)
        (*ret_tasks)[i] = found->tasks.at[i].task;
    return count;
}

int32_t status_cache_generation(const struct status_cache *c)
{
    int32_t highest = INT32_MIN;

    PTRMAP_FOREACH (&c->connectors, entry) {
        const struct cached_connector *found = entry->value;

        if (found->has_status && found->status.generation > highest)
            highest = found->status.generation;
        for (size_t i = 0; i < found->tasks.count; i++) {
            if (found->tasks.at[i].status.generation > highest)
                highest = found->tasks.at[i].status.generation;
        }
    }
    return highest;
}

bool status_cache_has_status(const struct status_cache *c, const char *connector)
{
    const struct cached_connector *found = find(c, connector);

    return found && (found->has_status || found->tasks.count > 0);
}

const struct ptrmap *status_cache_topics(const struct status_cache *c, const char *connector)
{
    const struct cached_connector *found = find(c, connector);

    return found && found->topics.count ? &found->topics : NULL;
}
