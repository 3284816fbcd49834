/* SPDX-License-Identifier: Apache-2.0 */
/* What others look at without asking: the stores, as long as they are open. */
#include "worker/herder/herder_call.h"

#include "lib/base/xmem.h"

bool herder_enter(struct herder *h)
{
    bool is_open;

    gate_lock(&h->gate);
    is_open = h->is_open;
    if (is_open)
        h->users++;
    gate_unlock(&h->gate);
    return is_open;
}

void herder_leave(struct herder *h)
{
    gate_lock(&h->gate);
    h->users--;
    gate_wake(&h->gate);
    gate_unlock(&h->gate);
}

const struct cluster_state *herder_snapshot(struct herder *h)
{
    const struct cluster_state *s;

    if (!herder_enter(h))
        return NULL;
    s = config_store_snapshot(h->configs);
    herder_leave(h);
    return s;
}

int herder_resolve(struct herder *h, const struct tern_config *raw, struct strmap *out,
                   struct tern_error *err)
{
    return provider_set_resolve(h->providers, raw, out, err);
}

const char *herder_connector_type(struct herder *h, const struct config_ref *config)
{
    const char *class_name = config ? strmap_get(config_ref_map(config), "connector.class") : NULL;
    const struct connector_plugin *plugin;
    struct tern_error err;

    if (!class_name || plugin_registry_connector(h->plugins, class_name, &plugin, &err) < 0)
        return "unknown";
    return "source"; /* there are no others */
}

void herder_info_of(struct herder *h, const struct connector_state *connector,
                    struct herder_connector_info *ret_info)
{
    *ret_info = (struct herder_connector_info){
        .name = xstrdup(connector->name),
        .config = config_ref_ref(connector->config),
        .task_count = connector_state_tasks(connector),
        .type = herder_connector_type(h, connector->config),
    };
}

/* ---- what the herder goes by ---- */

/* Spec: connect-rest.md 4.6. */
int herder_working_state(struct herder *h, struct herder_ask *ask,
                         const struct cluster_state **ret_state, struct tern_error *err)
{
    const struct cluster_state *s = NULL;

    ask->is_elsewhere = false;
    ask->url = NULL;
    gate_lock(&h->gate);
    while (!h->role.is_ready && !herder_is_stopping(h)) {
        if (!gate_wait(&h->gate, ask->deadline_ms))
            break;
    }
    if (h->role.is_ready && h->config)
        s = cluster_state_ref(h->config);
    gate_unlock(&h->gate);
    if (herder_is_stopping(h)) {
        cluster_state_unref(s);
        return tern_fail(err, TERN_EINTERNAL, "Worker is shutting down"); /* peer text */
    }
    if (!s)
        return call_timed_out(h, err);
    *ret_state = s;
    return 0;
}

static int working_connector(struct herder *h, const char *name, struct herder_ask *ask,
                             const struct cluster_state **ret_state,
                             const struct connector_state **ret_connector, struct tern_error *err)
{
    if (herder_working_state(h, ask, ret_state, err) < 0)
        return -1;
    if (herder_rebalance_is_due(h)) {
        cluster_state_unref(*ret_state);
        return tern_fail(err, TERN_EINTERNAL, /* peer text */
                         "Request cannot be completed because a rebalance is expected");
    }
    *ret_connector = cluster_state_connector(*ret_state, name);
    if (*ret_connector)
        return 0;
    cluster_state_unref(*ret_state);
    return tern_fail(err, TERN_ENOTFOUND, "Connector %s not found", name); /* peer text */
}

int herder_connector_info(struct herder *h, const char *name, struct herder_ask *ask,
                          struct herder_connector_info *ret_info, struct tern_error *err)
{
    const struct cluster_state *s;
    const struct connector_state *c;

    if (working_connector(h, name, ask, &s, &c, err) < 0)
        return -1;
    herder_info_of(h, c, ret_info);
    cluster_state_unref(s);
    return 0;
}

int herder_task_configs(struct herder *h, const char *name, struct herder_ask *ask,
                        struct task_configs *ret_configs, struct tern_error *err)
{
    const struct cluster_state *s;
    const struct connector_state *c;
    struct task_configs out;

    if (working_connector(h, name, ask, &s, &c, err) < 0)
        return -1;
    out.count = connector_state_tasks(c);
    out.at = xcalloc((size_t)out.count + 1, sizeof(struct config_ref *));
    for (int32_t i = 0; i < out.count; i++)
        out.at[i] = config_ref_ref(connector_state_task(c, i));
    cluster_state_unref(s);
    *ret_configs = out;
    return 0;
}

bool herder_rebalance_is_due(struct herder *h)
{
    bool is_due;

    gate_lock(&h->gate);
    is_due = h->staged.rebalance;
    gate_unlock(&h->gate);
    return is_due;
}

/* ---- statuses ---- */

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

static const char *type_of(struct herder *h, const char *name)
{
    const struct cluster_state *s = config_store_snapshot(h->configs);
    const struct connector_state *c = cluster_state_connector(s, name);
    const char *type = herder_connector_type(h, c ? c->config : NULL);

    cluster_state_unref(s);
    return type;
}

int herder_connector_status(struct herder *h, const char *name,
                            struct herder_connector_status *ret_status, struct tern_error *err)
{
    struct herder_connector_status out = {0};
    bool found = false;

    if (herder_enter(h)) {
        found = status_store_get(h->statuses, name, STATUS_CONNECTOR, &out.connector);
        if (found) {
            read_tasks(h, name, &out);
            out.type = type_of(h, name);
        }
        herder_leave(h);
    }
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

int herder_task_status(struct herder *h, const char *connector, int32_t task,
                       struct status *ret_status, struct tern_error *err)
{
    bool found = false;

    if (herder_enter(h)) {
        found = task >= 0 && status_store_get(h->statuses, connector, task, ret_status);
        herder_leave(h);
    }
    if (found)
        return 0;
    return tern_fail(err, TERN_ENOTFOUND, "No status found for task %s-%d", connector,
                     (int)task); /* peer text */
}

/* ---- topics ---- */

size_t herder_topics(struct herder *h, const char *connector, char ***ret_topics)
{
    size_t count;

    *ret_topics = NULL;
    if (!herder_enter(h))
        return 0;
    count = status_store_topics(h->statuses, connector, ret_topics);
    herder_leave(h);
    return count;
}

void herder_reset_topics(struct herder *h, const char *connector)
{
    if (!herder_enter(h))
        return;
    status_store_remove_topics(h->statuses, connector);
    herder_leave(h);
}

/* ---- the worker and its group ---- */

void herder_role(struct herder *h, struct herder_role *ret_role)
{
    gate_lock(&h->gate);
    *ret_role = h->role;
    if (h->role.leader_url)
        ret_role->leader_url = xstrdup(h->role.leader_url);
    ret_role->key = session_key_copy(h->keys.key);
    gate_unlock(&h->gate);
}

void herder_role_fini(struct herder_role *role)
{
    free(role->leader_url);
    session_key_free(role->key);
    *role = (struct herder_role){0};
}

bool herder_leads(struct herder *h, char **ret_url)
{
    bool is_leader;

    gate_lock(&h->gate);
    is_leader = h->role.is_leader;
    *ret_url = !is_leader && h->role.leader_url ? xstrdup(h->role.leader_url) : NULL;
    gate_unlock(&h->gate);
    return is_leader;
}

char *herder_cluster_id(struct herder *h)
{
    char *id;

    gate_lock(&h->gate);
    id = h->cluster_id ? xstrdup(h->cluster_id) : NULL;
    gate_unlock(&h->gate);
    return id;
}

struct config_ref *herder_worker_config(const struct herder *h)
{
    return h->worker;
}

const struct plugin_registry *herder_plugins(const struct herder *h)
{
    return h->plugins;
}
