/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/store/cluster_state_priv.h"

#include <stdatomic.h>
#include <string.h>

#include "lib/base/xmem.h"

struct connector_shared {
    atomic_uint refs;
    struct connector_state state;
};

struct cluster_shared {
    atomic_uint refs;
    struct cluster_state state; /* immutable */
};

static const char *const target_names[] = {
    [TARGET_STARTED] = "STARTED",
    [TARGET_PAUSED] = "PAUSED",
    [TARGET_STOPPED] = "STOPPED",
};

const char *target_state_name(enum target_state state)
{
    return target_names[state];
}

bool target_state_parse(const char *text, enum target_state *ret_state)
{
    for (size_t i = 0; i < COUNT_OF(target_names); i++) {
        if (strcmp(target_names[i], text) == 0) {
            *ret_state = (enum target_state)i;
            return true;
        }
    }
    return false;
}

struct session_key *session_key_new(const char *algorithm, const void *bytes, size_t size,
                                    int64_t created_ms)
{
    struct session_key *key = xmalloc(sizeof(*key));

    key->algorithm = xstrdup(algorithm);
    key->bytes = xmemdup(bytes, size);
    key->size = size;
    key->created_ms = created_ms;
    return key;
}

void session_key_free(struct session_key *key)
{
    if (!key)
        return;
    explicit_bzero(key->bytes, key->size);
    free(key->bytes);
    free(key->algorithm);
    free(key);
}

/* ---- one connector ---- */

static struct connector_shared *shared_connector(struct connector_state *c)
{
    return CONTAINER_OF(c, struct connector_shared, state);
}

struct connector_state *connector_state_new(const char *name)
{
    struct connector_shared *shared = xcalloc(1, sizeof(*shared));

    atomic_init(&shared->refs, 1);
    shared->state = (struct connector_state){
        .name = xstrdup(name),
        .target = TARGET_STARTED,
        .task_count = -1,
        .generation = -1,
        .task_count_record = -1,
    };
    return &shared->state;
}

struct connector_state *connector_state_ref(struct connector_state *c)
{
    atomic_fetch_add_explicit(&shared_connector(c)->refs, 1, memory_order_relaxed);
    return c;
}

void connector_state_drop_tasks(struct connector_state *c)
{
    for (int32_t i = 0; i < c->tasks_known; i++)
        config_ref_unref(c->tasks[i]);
    free(c->tasks);
    c->tasks = NULL;
    c->tasks_known = 0;
}

void connector_state_unref(struct connector_state *c)
{
    if (!c || atomic_fetch_sub_explicit(&shared_connector(c)->refs, 1, memory_order_acq_rel) != 1)
        return;
    connector_state_drop_tasks(c);
    config_ref_unref(c->config);
    config_ref_unref(c->applied);
    free((char *)c->name);
    free(shared_connector(c));
}

void connector_state_grow_tasks(struct connector_state *c, int32_t known)
{
    if (known <= c->tasks_known)
        return;
    c->tasks = xreallocarray(c->tasks, (size_t)known, sizeof(struct config_ref *));
    for (int32_t i = c->tasks_known; i < known; i++)
        c->tasks[i] = NULL;
    c->tasks_known = known;
}

struct connector_state *connector_state_writable(struct connector_state **slot)
{
    struct connector_state *old = *slot, *copy;

    /* A count of 1 is the caller's own: nobody else can raise it. */
    if (atomic_load_explicit(&shared_connector(old)->refs, memory_order_acquire) == 1)
        return old;

    copy = connector_state_new(old->name);
    copy->config = config_ref_ref(old->config);
    copy->target = old->target;
    copy->task_count = old->task_count;
    copy->inconsistent = old->inconsistent;
    connector_state_grow_tasks(copy, old->tasks_known);
    for (int32_t i = 0; i < old->tasks_known; i++)
        copy->tasks[i] = config_ref_ref(old->tasks[i]);
    copy->generation = old->generation;
    copy->applied = config_ref_ref(old->applied);
    copy->task_count_record = old->task_count_record;
    copy->pending_fencing = old->pending_fencing;

    connector_state_unref(old);
    *slot = copy;
    return copy;
}

int32_t connector_state_tasks(const struct connector_state *c)
{
    return c->inconsistent || c->task_count < 0 ? 0 : c->task_count;
}

struct config_ref *connector_state_task(const struct connector_state *c, int32_t task)
{
    return task >= 0 && task < c->tasks_known ? c->tasks[task] : NULL;
}

/* ---- a snapshot ---- */

static struct cluster_shared *shared_cluster(const struct cluster_state *s)
{
    return CONTAINER_OF((struct cluster_state *)s, struct cluster_shared, state);
}

const struct cluster_state *cluster_state_new(int64_t offset, struct connector_state **connectors,
                                              size_t count, const struct session_key *session_key)
{
    struct cluster_shared *shared = xmalloc(sizeof(*shared));

    atomic_init(&shared->refs, 1);
    shared->state = (struct cluster_state){
        .offset = offset,
        .connectors = (const struct connector_state *const *)connectors,
        .count = count,
    };
    if (session_key)
        shared->state.session_key = session_key_new(session_key->algorithm, session_key->bytes,
                                                    session_key->size, session_key->created_ms);
    return &shared->state;
}

const struct cluster_state *cluster_state_ref(const struct cluster_state *s)
{
    atomic_fetch_add_explicit(&shared_cluster(s)->refs, 1, memory_order_relaxed);
    return s;
}

void cluster_state_unref(const struct cluster_state *s)
{
    if (!s || atomic_fetch_sub_explicit(&shared_cluster(s)->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < s->count; i++)
        connector_state_unref((struct connector_state *)s->connectors[i]);
    free((void *)s->connectors);
    session_key_free((struct session_key *)s->session_key);
    free(shared_cluster(s));
}

const struct connector_state *cluster_state_connector(const struct cluster_state *s,
                                                      const char *name)
{
    size_t lo = 0, hi = s->count;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int order = strcmp(s->connectors[mid]->name, name);

        if (order == 0)
            return s->connectors[mid];
        if (order < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}
