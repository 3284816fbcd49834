/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/herder/connector_check.h"

#include <string.h>
#include <strings.h>

#include "lib/base/strmap.h"
#include "lib/conf/config_def.h"

struct checking {
    connector_fault *fault;
    void *arg;
    const struct config_def *plugin_def; /* its keys are checked by it alone */
    size_t count;
};

static void tell(struct checking *c, enum connector_fault_kind kind, const char *key,
                 const char *message)
{
    c->count++;
    c->fault(c->arg, kind, key, message);
}

static void tell_report(struct checking *c, const struct config_report *report, bool is_base)
{
    for (size_t i = 0; i < report->count; i++) {
        const struct config_key_report *key = &report->keys[i];
        struct tern_config_key row;

        if (is_base && config_def_find(c->plugin_def, key->name, &row))
            continue;
        for (size_t k = 0; k < key->errors.count; k++)
            tell(c, FAULT_OF_VALUE, key->name, key->errors.at[k]);
    }
}

static void check_tables(struct checking *c, const struct tern_config *config)
{
    static const struct tern_config_key *const base[] = {connector_keys, NULL};
    const struct config_def base_def = CONFIG_DEF(base);
    CLEANUP(config_report_freep) struct config_report *ours = config_validate(&base_def, config);
    CLEANUP(config_report_freep)
    struct config_report *theirs = config_validate(c->plugin_def, config);

    tell_report(c, ours, true);
    tell_report(c, theirs, false);
}

static void on_plugin_fault(void *arg, const char *key, const char *message)
{
    tell(arg, FAULT_OF_WHOLE, key, message);
}

static bool is_given(const struct tern_config *config, const char *key)
{
    const char *text = config_get(config, key);

    return text && text[strspn(text, " \t")];
}

/* What is not built: ignoring it would change what arrives, or what is promised. */
static void check_ability(struct checking *c, const struct tern_config *config)
{
    const char *once = config_get(config, "exactly.once.support");

    if (once && strcasecmp(once, "required") == 0) {
        tell(c, FAULT_OF_WORKER, "exactly.once.support",
             "This worker does not have exactly-once source support enabled."); /* peer text */
    }
    if (is_given(config, "transforms"))
        tell(c, FAULT_OF_WORKER, "transforms", "This worker has no transformations yet.");
    if (is_given(config, "offsets.storage.topic")) {
        tell(c, FAULT_OF_WORKER, "offsets.storage.topic",
             "This worker keeps offsets in the worker's own topic only.");
    }
}

int connector_check(const struct plugin_registry *plugins, const struct tern_config *config,
                    connector_fault *fault, void *arg, size_t *ret_count, struct tern_error *err)
{
    const char *class_name = config_get(config, "connector.class");
    const struct connector_plugin *plugin;
    struct config_def def;
    struct checking c = {.fault = fault, .arg = arg, .plugin_def = &def};

    if (!class_name)
        return tern_fail(err, TERN_EINVALID, "Connector config contains no connector type");
    if (plugin_registry_connector(plugins, class_name, &plugin, err) < 0)
        return -1;
    def = (struct config_def){plugin->connector.config, plugin->connector.config_key_size};
    check_tables(&c, config);
    if (plugin->connector.validate)
        plugin->connector.validate(config, on_plugin_fault, &c);
    check_ability(&c, config);
    *ret_count = c.count;
    return 0;
}

int connector_settings_bind(const struct tern_config *config,
                            struct connector_settings *ret_settings,
                            struct config_memory **ret_memory, struct tern_error *err)
{
    static const struct tern_config_key *const tables[] = {connector_keys, NULL};
    struct connector_settings settings = {.tasks_max = 1, .enforce_tasks_max = true};

    if (config_bind(tables, config, &settings, ret_memory, err) < 0)
        return -1;
    *ret_settings = settings;
    return 0;
}
