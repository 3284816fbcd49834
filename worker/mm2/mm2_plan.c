/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/mm2/mm2_plan.h"

#include <string.h>

#include "lib/base/log.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_value.h"
#include "lib/conf/properties.h"
#include "worker/mm2/mm2_check.h"
#include "worker/mm2/mm2_unknown.h"

LOG_DOMAIN("org.apache.kafka.connect.mirror.MirrorMaker");

/* ---- the parts of a plan ---- */

static struct tern_list clusters_of(const struct mm2_plan *plan)
{
    return (struct tern_list){(const char *const *)plan->clusters, plan->cluster_count};
}

static int read_clusters(struct mm2_plan *plan, struct tern_error *err)
{
    CLEANUP(config_value_fini) struct config_value list = CONFIG_VALUE_INIT;

    if (config_value_parse("clusters", TERN_LIST, strmap_get(&plan->raw, "clusters"), &list, err) <
        0)
        return -1;
    if (config_value_remove_duplicates(&list))
        log_warn("%s: clusters: an alias is given twice and counts once", plan->path);
    plan->cluster_count = list.count;
    plan->clusters = TAKE(list.items);
    list.count = 0;
    return 0;
}

/* The registry of a plugin.path, shared by the flows that have the same. */
static const struct plugin_registry *plugins_of(struct mm2_plan *plan, const char *path)
{
    for (size_t i = 0; i < plan->plugins_count; i++) {
        const char *have = plan->plugins[i].path;

        if (have == path || (have && path && strcmp(have, path) == 0))
            return plan->plugins[i].registry;
    }
    plan->plugins = xreallocarray(plan->plugins, plan->plugins_count + 1, sizeof(*plan->plugins));
    plan->plugins[plan->plugins_count] = (struct mm2_plugins){
        .path = path ? xstrdup(path) : NULL,
        .registry = plan->open_plugins(path),
    };
    return plan->plugins[plan->plugins_count++].registry;
}

static int expand_flow(struct mm2_plan *plan, struct mm2_flow_plan *flow, struct tern_error *err)
{
    const struct tern_config raw = strmap_config(&plan->raw);
    const char *source = flow->flow.source, *target = flow->flow.target;
    struct strmap worker = STRMAP_INIT;

    if (mm2_worker_config(&raw, plan->providers, source, target, &worker, err) < 0)
        return tern_context(err, "%s: %s", plan->path, flow->flow.name);
    flow->plugins = plugins_of(plan, strmap_get(&worker, "plugin.path"));
    flow->worker = config_ref_new(&worker);
    for (int c = 0; c < MM2_CONNECTORS; c++) {
        mm2_connector_config(&raw, source, target, (enum mm2_connector)c,
                             &flow->connectors[c].config);
        flow->connectors[c].is_sound = true;
    }
    return 0;
}

static int expand(struct mm2_plan *plan, const struct tern_list *only, struct tern_error *err)
{
    const struct tern_config raw = strmap_config(&plan->raw);
    const struct tern_list clusters = clusters_of(plan);

    mm2_flows_of(&raw, &clusters, only, &plan->all);
    plan->flows = xcalloc(plan->all.count + 1, sizeof(*plan->flows));
    plan->flow_count = plan->all.count;
    for (size_t i = 0; i < plan->flow_count; i++) {
        plan->flows[i].flow = plan->all.at[i];
        if (expand_flow(plan, &plan->flows[i], err) < 0)
            return -1;
    }
    return 0;
}

/* ---- loading ---- */

static void check_only(struct mm2_faults *faults, const struct tern_list *only)
{
    const struct mm2_plan *plan = faults->plan;

    for (size_t i = 0; i < only->count; i++) {
        bool known = false;

        for (size_t k = 0; k < plan->cluster_count; k++)
            known = known || strcmp(plan->clusters[k], only->items[i]) == 0;
        if (!known) {
            CLEANUP(freep)
            char *text = xasprintf("--clusters %s: there is no such cluster", only->items[i]);

            mm2_fault(faults, "clusters", text);
        }
    }
}

static void check_flows(struct mm2_plan *plan, struct mm2_faults *faults)
{
    for (size_t i = 0; i < plan->flow_count; i++) {
        if (!mm2_check_bootstrap(faults, &plan->flows[i].flow))
            continue;
        mm2_check_worker(faults, &plan->flows[i]);
        for (int c = 0; c < MM2_CONNECTORS; c++)
            mm2_check_connector(faults, &plan->flows[i], (enum mm2_connector)c);
    }
}

/* Fails when the file cannot be read or expanded; its faults are counted. */
static int load(struct mm2_plan *plan, const struct tern_list *only, struct mm2_faults *faults,
                struct tern_error *err)
{
    struct tern_config raw;

    if (properties_load_as(PROPERTIES_LATIN1, plan->path, &plan->raw, &plan->lines, err) < 0)
        return -1;
    mm2_check_driver(faults);
    if (faults->count)
        return 0;
    if (read_clusters(plan, err) < 0)
        return tern_context(err, "%s", plan->path);
    mm2_check_flow_names(faults);
    mm2_check_servers(faults);
    check_only(faults, only);
    if (faults->count)
        return 0;
    raw = strmap_config(&plan->raw);
    if (provider_set_open(&raw, &plan->providers, err) < 0)
        return tern_context(err, "%s", plan->path);
    if (expand(plan, only, err) < 0)
        return -1;
    if (plan->flow_count == 0) {
        mm2_fault(faults, "clusters",
                  "no flow is left: expected two clusters or more, and X->Y.enabled = true");
    }
    check_flows(plan, faults);
    return 0;
}

struct mm2_plan *mm2_plan_load(const char *path, const struct tern_list *only,
                               mm2_open_plugins *open_plugins)
{
    struct mm2_plan *plan = xcalloc(1, sizeof(*plan));
    struct mm2_faults faults = {.plan = plan};
    struct tern_error err;
    int rc;

    plan->path = xstrdup(path);
    plan->open_plugins = open_plugins;
    rc = load(plan, only, &faults, &err);
    if (rc < 0)
        log_error("%s", err.msg);
    strmap_fini(&faults.said);
    if (rc < 0 || faults.count) {
        mm2_plan_free(plan);
        return NULL;
    }
    mm2_warn_unknown(plan);
    return plan;
}

static void flow_fini(struct mm2_flow_plan *flow)
{
    config_ref_unref(flow->worker);
    for (int c = 0; c < MM2_CONNECTORS; c++)
        strmap_fini(&flow->connectors[c].config);
}

void mm2_plan_free(struct mm2_plan *plan)
{
    if (!plan)
        return;
    for (size_t i = 0; i < plan->flow_count; i++)
        flow_fini(&plan->flows[i]);
    free(plan->flows);
    mm2_flows_fini(&plan->all);
    for (size_t i = 0; i < plan->plugins_count; i++) {
        plugin_registry_free(plan->plugins[i].registry);
        free(plan->plugins[i].path);
    }
    free(plan->plugins);
    for (size_t i = 0; i < plan->cluster_count; i++)
        free(plan->clusters[i]);
    free(plan->clusters);
    provider_set_free(plan->providers);
    strmap_fini(&plan->raw);
    strmap_fini(&plan->lines);
    free(plan->path);
    free(plan);
}
