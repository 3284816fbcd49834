/* SPDX-License-Identifier: Apache-2.0 */
/* What others look at without asking: the stores, as long as they are open. */
#include "worker/herder/herder_priv.h"

#include "lib/base/xmem.h"

/* False: the stores are not open (yet, or any more). Else herder_leave() must follow. */
static bool enter(struct herder *h)
{
    bool is_open;

    gate_lock(&h->gate);
    is_open = h->is_open;
    if (is_open)
        h->users++;
    gate_unlock(&h->gate);
    return is_open;
}

static void leave(struct herder *h)
{
    gate_lock(&h->gate);
    h->users--;
    gate_wake(&h->gate);
    gate_unlock(&h->gate);
}

const struct cluster_state *herder_snapshot(struct herder *h)
{
    const struct cluster_state *s;

    if (!enter(h))
        return NULL;
    s = config_store_snapshot(h->configs);
    leave(h);
    return s;
}

static int not_found(const char *name, struct tern_error *err)
{
    return tern_fail(err, TERN_ENOTFOUND, "Connector %s not found", name); /* peer text */
}

int herder_resolve(struct herder *h, const char *name, struct strmap *out, struct tern_error *err)
{
    const struct cluster_state *s = herder_snapshot(h);
    const struct connector_state *c = s ? cluster_state_connector(s, name) : NULL;
    struct tern_config raw;
    int rc;

    if (!c) {
        cluster_state_unref(s);
        return not_found(name, err);
    }
    raw = config_ref_config(c->config);
    rc = provider_set_resolve(h->providers, &raw, out, err);
    cluster_state_unref(s);
    return rc;
}

static void read_tasks(struct herder *h, const char *name, struct herder_connector_status *out)
{
    int32_t *tasks = NULL;
    size_t count = status_store_tasks(h->statuses, name, &tasks);

    out->tasks = xcalloc(count + 1, sizeof(*out->tasks));
    for (size_t i = 0; i < count; i++) {
        struct herder_task_status *t = &out->tasks[out->task_count];

        t->task = tasks[i];
        if (status_store_get(h->statuses, name, tasks[i], &t->status))
            out->task_count++;
    }
    free(tasks);
}

int herder_connector_status(struct herder *h, const char *name,
                            struct herder_connector_status *ret_status, struct tern_error *err)
{
    struct herder_connector_status out = {0};
    bool found;

    if (!enter(h))
        return not_found(name, err);
    found = status_store_get(h->statuses, name, STATUS_CONNECTOR, &out.connector);
    if (found)
        read_tasks(h, name, &out);
    leave(h);
    if (!found) {
        return tern_fail(err, TERN_ENOTFOUND, "No status found for connector %s",
                         name); /* peer text */
    }
    *ret_status = out;
    return 0;
}

void herder_connector_status_fini(struct herder_connector_status *status)
{
    for (size_t i = 0; i < status->task_count; i++)
        status_fini(&status->tasks[i].status);
    free(status->tasks);
    status_fini(&status->connector);
    *status = (struct herder_connector_status){0};
}

void herder_role(struct herder *h, struct herder_role *ret_role)
{
    gate_lock(&h->gate);
    *ret_role = h->role;
    if (h->role.leader_url)
        ret_role->leader_url = xstrdup(h->role.leader_url);
    gate_unlock(&h->gate);
}
