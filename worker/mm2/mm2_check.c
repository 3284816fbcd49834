/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/mm2/mm2_check.h"

#include <string.h>
#include <strings.h>

#include "lib/base/log.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_def.h"
#include "lib/conf/config_value.h"
#include "lib/conf/config_variables.h"
#include "lib/conf/properties.h"
#include "lib/conf/regex.h"
#include "lib/conf/security_keys.h"
#include "lib/wire/bootstrap.h"
#include "worker/convert/converter.h"
#include "worker/herder/connector_validate.h"
#include "worker/herder/worker_config.h"
#include "worker/mm2/mm2_keys.h"

LOG_DOMAIN("org.apache.kafka.connect.mirror.MirrorMaker");

/* ---- one fault ---- */

static bool is_secret(const char *key)
{
    static const char *const ends[] = {
        "password",
        "sasl.jaas.config",
        "secret",
        "passphrase",
        "ssl.keystore.key",
        "ssl.keystore.certificate.chain",
        "ssl.truststore.certificates",
    };

    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        if (str_ends_with(key, ends[i]))
            return true;
    }
    return false;
}

void mm2_fault(struct mm2_faults *faults, const char *raw_key, const char *message)
{
    const struct mm2_plan *plan = faults->plan;
    const char *value = strmap_get(&plan->raw, raw_key);
    long number = properties_line_of(&plan->lines, raw_key);
    CLEANUP(freep) char *at = number > 0 ? xasprintf(":%ld", number) : xstrdup("");

    if (!strmap_set_if_absent(&faults->said, raw_key, NULL))
        return;
    faults->count++;
    if (!value)
        log_error("%s%s: %s: %s", plan->path, at, raw_key, message);
    else
        log_error("%s%s: %s = %s: %s", plan->path, at, raw_key,
                  is_secret(raw_key) ? "[hidden]" : value, message);
}

/* ---- where a derived key came from ---- */

static char *take_if_there(const struct tern_config *raw, char *key)
{
    if (config_find(raw, key))
        return key;
    free(key);
    return NULL;
}

/* A key of one cluster's properties: its own, that of all roles, or the global one. */
static char *cluster_origin(const struct tern_config *raw, const char *alias, const char *key)
{
    static const char *const roles[] = {"producer.", "consumer.", "admin."};
    char *own = take_if_there(raw, xasprintf("%s.%s", alias, key));

    if (own)
        return own;
    for (size_t i = 0; i < COUNT_OF(roles); i++) {
        if (str_starts_with(key, roles[i]))
            return cluster_origin(raw, alias, key + strlen(roles[i]));
    }
    return mm2_is_client_key(key) ? take_if_there(raw, xstrdup(key)) : NULL;
}

char *mm2_worker_origin(const struct tern_config *raw, const struct mm2_flow *flow, const char *key)
{
    char *origin = NULL;

    if (mm2_is_worker_key(key) || str_starts_with(key, "config.providers"))
        origin = take_if_there(raw, xstrdup(key));
    if (!origin)
        origin = cluster_origin(raw, flow->target, key);
    return origin ? origin : xasprintf("%s.%s", flow->target, key);
}

char *mm2_connector_origin(const struct tern_config *raw, const struct mm2_flow *flow,
                           const char *key)
{
    static const struct {
        const char *prefix;
        bool is_source;
    } sides[] = {{"source.cluster.", true},
                 {"target.cluster.", false},
                 {"source.", true},
                 {"target.", false}};
    char *origin = take_if_there(raw, xasprintf("%s.%s", flow->name, key));

    for (size_t i = 0; !origin && i < COUNT_OF(sides); i++) {
        if (str_starts_with(key, sides[i].prefix)) {
            origin = cluster_origin(raw, sides[i].is_source ? flow->source : flow->target,
                                    key + strlen(sides[i].prefix));
        }
    }
    if (!origin)
        origin = take_if_there(raw, xstrdup(key));
    return origin ? origin : xasprintf("%s.%s", flow->name, key);
}

/* ---- the driver ---- */

static void on_driver_fault(void *arg, const char *key, const char *message)
{
    mm2_fault(arg, key, message);
}

void mm2_check_driver(struct mm2_faults *faults)
{
    static const struct tern_config_key *const tables[] = {mm2_driver_keys, security_protocol_keys,
                                                           security_keys, worker_rest_keys, NULL};
    const struct tern_config raw = strmap_config(&faults->plan->raw);
    const char *clusters = strmap_get(&faults->plan->raw, "clusters");
    struct config_memory *memory = NULL;
    struct tern_error err;

    if (config_bind_all(tables, &raw, NULL, on_driver_fault, faults, &memory, &err) == 0)
        config_memory_free(memory);
    if (clusters && !clusters[strspn(clusters, " \t")])
        mm2_fault(faults, "clusters", "expected at least two aliases");
}

/* ---- flows ---- */

/* The rest of key after "S->T." of two known clusters; NULL: there are none such. */
static const char *after_flow(const struct mm2_plan *plan, const char *key)
{
    for (size_t s = 0; s < plan->cluster_count; s++) {
        size_t n = strlen(plan->clusters[s]);

        if (strncmp(key, plan->clusters[s], n) != 0 || strncmp(key + n, "->", 2) != 0)
            continue;
        for (size_t t = 0; t < plan->cluster_count; t++) {
            size_t m = strlen(plan->clusters[t]);

            if (t != s && strncmp(key + n + 2, plan->clusters[t], m) == 0 && key[n + 2 + m] == '.')
                return key + n + 2 + m + 1;
        }
    }
    return NULL;
}

static void check_enabled(struct mm2_faults *faults, const char *key, const char *value)
{
    if (!value || (strcasecmp(value, "true") != 0 && strcasecmp(value, "false") != 0))
        mm2_fault(faults, key, "expected true or false");
}

void mm2_check_flow_names(struct mm2_faults *faults)
{
    const struct mm2_plan *plan = faults->plan;

    STRMAP_FOREACH (&plan->raw, e) {
        const char *arrow = strstr(e->key, "->");
        const char *rest;

        if (!arrow || !strchr(arrow, '.'))
            continue;
        rest = after_flow(plan, e->key);
        if (!rest) {
            CLEANUP(freep)
            char *text = xasprintf("expected <source>-><target>.<setting> of two different "
                                   "clusters of 'clusters = %s'",
                                   strmap_get(&plan->raw, "clusters"));

            mm2_fault(faults, e->key, text);
        } else if (strcmp(rest, "enabled") == 0) {
            check_enabled(faults, e->key, e->value);
        }
    }
}

/* What a provider is to say is not known yet. */
static bool are_brokers(const char *servers)
{
    CLEANUP(bootstrap_fini) struct bootstrap brokers = {0};
    struct tern_error ignored;

    return config_variables_any(servers) || bootstrap_parse(servers, &brokers, &ignored) == 0;
}

void mm2_check_servers(struct mm2_faults *faults)
{
    STRMAP_FOREACH (&faults->plan->raw, e) {
        if (str_ends_with(e->key, "bootstrap.servers") && e->value && !are_brokers(e->value))
            mm2_fault(faults, e->key, "expected brokers as host:port, ...");
    }
}

static bool check_bootstrap_of(struct mm2_faults *faults, const char *alias)
{
    const struct tern_config raw = strmap_config(&faults->plan->raw);
    CLEANUP(strmap_fini) struct strmap props = STRMAP_INIT;
    CLEANUP(freep) char *key = xasprintf("%s.bootstrap.servers", alias);
    const char *servers;

    mm2_cluster_props(&raw, alias, &props);
    servers = strmap_get(&props, "bootstrap.servers");
    if (servers)
        return true; /* how it looks was checked */
    mm2_fault(faults, key, "missing: expected brokers of the cluster as host:port, ...");
    return false;
}

bool mm2_check_bootstrap(struct mm2_faults *faults, const struct mm2_flow *flow)
{
    bool target = check_bootstrap_of(faults, flow->target);

    return (!flow->is_enabled || check_bootstrap_of(faults, flow->source)) && target;
}

/* ---- workers and connectors ---- */

struct flow_faults {
    struct mm2_faults *faults;
    struct mm2_flow_plan *flow;
    enum mm2_connector connector;
};

/* The peer's words; of a converter that is none, those that there are. To be freed. */
static char *with_known_classes(const char *key, const char *message)
{
    for (int role = CONVERT_KEY; role <= CONVERT_HEADER; role++) {
        CLEANUP(freep) char *known = converter_names((enum converter_role)role);

        if (strcmp(key, converter_key((enum converter_role)role)) == 0 &&
            str_ends_with(message, " could not be found."))
            return xasprintf("%s There are: %s", message, known);
    }
    return xstrdup(message);
}

static void on_worker_fault(void *arg, const char *key, const char *message)
{
    const struct flow_faults *f = arg;
    CLEANUP(freep) char *text = with_known_classes(key, message);
    const struct tern_config raw = strmap_config(&f->faults->plan->raw);
    CLEANUP(freep) char *origin = mm2_worker_origin(&raw, &f->flow->flow, key);

    mm2_fault(f->faults, origin, text);
}

void mm2_check_worker(struct mm2_faults *faults, const struct mm2_flow_plan *flow)
{
    struct mm2_flow_plan copy = *flow;
    struct flow_faults f = {.faults = faults, .flow = &copy};
    const struct tern_config config = config_ref_config(flow->worker);
    struct config_memory *memory = NULL;
    struct worker_settings settings;
    struct tern_error err;

    if (worker_config_bind(&config, &settings, on_worker_fault, &f, &memory, &err) == 0)
        config_memory_free(memory);
}

/*
 * Where the peer goes on without the connector, and people rely on it: checkpoints or offset
 * syncs that were switched off; exactly-once as a flow's setting, which only its source connector
 * can have. Whatever else a class refuses is a fault of the file.
 */
static bool is_tolerated(const struct flow_faults *f, const char *key)
{
    if (strcmp(key, "exactly.once.support") == 0)
        return f->connector != MM2_SOURCE;
    return strcmp(key, "emit.checkpoints.enabled") == 0 ||
           strcmp(key, "emit.offset-syncs.enabled") == 0;
}

/* is_whole: the value itself is one that the key may have. */
static void on_connector_fault(const struct flow_faults *f, bool is_whole, const char *key,
                               const char *message)
{
    const struct tern_config raw = strmap_config(&f->faults->plan->raw);
    CLEANUP(freep) char *origin = mm2_connector_origin(&raw, &f->flow->flow, key);

    if (is_whole && is_tolerated(f, key)) {
        log_error("%s: %s is not created: %s: %s", f->flow->flow.name,
                  mm2_connector_name(f->connector), origin, message);
        f->flow->connectors[f->connector].is_sound = false;
        return;
    }
    mm2_fault(f->faults, origin, message);
}

/* Lists of regular expressions: the peer finds a bad one when the connector starts. */
static void check_patterns(const struct flow_faults *f, const struct tern_config *config)
{
    static const char *const keys[] = {"topics", "topics.exclude", "groups", "groups.exclude",
                                       "config.properties.exclude"};

    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        CLEANUP(config_value_fini) struct config_value list = CONFIG_VALUE_INIT;
        CLEANUP(regex_freep) struct regex *regex = NULL;
        const char *text = config_get(config, keys[i]);
        struct tern_error err;

        if (!text || config_value_parse(keys[i], TERN_LIST, text, &list, &err) < 0)
            continue;
        if (regex_compile_list((const char *const *)list.items, list.count, &regex, &err) < 0)
            on_connector_fault(f, false, keys[i], err.msg);
    }
}

static void tell_errors(const struct flow_faults *f, const struct config_infos *infos)
{
    for (size_t i = 0; i < infos->count; i++) {
        const struct config_info *info = &infos->at[i];

        for (size_t k = 0; k < info->errors.count; k++) {
            CLEANUP(freep) char *text = with_known_classes(info->name, info->errors.at[k]);

            on_connector_fault(f, info->value || !info->is_defined, info->name, text);
        }
    }
}

/* Everything that REST would refuse. */
static void validate(const struct flow_faults *f, const struct tern_config *config)
{
    const struct tern_config worker = config_ref_config(f->flow->worker);
    CLEANUP(override_policy_fini) struct override_policy policy = {0};
    CLEANUP(config_infos_freep) struct config_infos *infos = NULL;
    CLEANUP(freep) char *failure = NULL;
    const struct validate_worker with = {
        .plugins = f->flow->plugins,
        .config = &worker,
        .policy = &policy,
        .group_id = config_get(&worker, "group.id"),
    };
    struct tern_error err;

    if (override_policy_init(&policy, &worker, &err) < 0)
        return; /* the worker's fault, told with its others */
    if (connector_validate(&with, config, &infos, &failure, &err) < 0)
        on_connector_fault(f, false, "connector.class", failure);
    else
        tell_errors(f, infos);
}

void mm2_check_connector(struct mm2_faults *faults, struct mm2_flow_plan *flow,
                         enum mm2_connector connector)
{
    struct flow_faults f = {.faults = faults, .flow = flow, .connector = connector};
    const struct tern_config stored = strmap_config(&flow->connectors[connector].config);
    CLEANUP(strmap_fini) struct strmap resolved = STRMAP_INIT;
    struct tern_config config;
    struct tern_error err;

    if (provider_set_resolve(faults->plan->providers, &stored, &resolved, &err) < 0) {
        on_connector_fault(&f, false, "config.providers", err.msg);
        return;
    }
    config = strmap_config(&resolved);
    check_patterns(&f, &config);
    validate(&f, &config);
}
