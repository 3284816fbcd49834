/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/override_policy.h"

#include <string.h>

#include "lib/base/xmem.h"
#include "lib/conf/config_value.h"

static const char policy_key[] = "connector.client.config.override.policy";
static const char allowlist_key[] = "connector.client.config.override.allowlist";
static const char package[] = "org.apache.kafka.connect.connector.policy.";
static const char suffix[] = "ConnectorClientConfigOverridePolicy";

static const char *const names[] = {
    [OVERRIDE_ALL] = "All",
    [OVERRIDE_NONE] = "None",
    [OVERRIDE_PRINCIPAL] = "Principal",
    [OVERRIDE_ALLOWLIST] = "Allowlist",
};
enum {
    KINDS = sizeof(names) / sizeof(names[0])
};

static const char *const principal_keys[] = {"sasl.jaas.config", "sasl.mechanism",
                                             "security.protocol"};

/* text is the class, its simple name, or that without its suffix. */
static bool names_kind(const char *text, const char *name)
{
    size_t len = strlen(name);

    if (str_starts_with(text, package))
        text += sizeof(package) - 1;
    else if (strcmp(text, name) == 0)
        return true;
    return strncmp(text, name, len) == 0 && strcmp(text + len, suffix) == 0;
}

static int read_allowlist(struct override_policy *policy, const struct tern_config *worker,
                          struct tern_error *err)
{
    CLEANUP(config_value_fini) struct config_value list = CONFIG_VALUE_INIT;
    const char *text = config_get(worker, allowlist_key);

    if (config_value_parse(allowlist_key, TERN_LIST, text ? text : "", &list, err) < 0)
        return -1;
    for (size_t i = 0; i < list.count; i++)
        strmap_set(&policy->allowed, list.items[i], "");
    return 0;
}

int override_policy_init(struct override_policy *policy, const struct tern_config *worker,
                         struct tern_error *err)
{
    const char *given = config_get(worker, policy_key);
    CLEANUP(freep) char *text = config_trim(given ? given : "All");
    int kind = 0;

    while (kind < KINDS && !names_kind(text, names[kind]))
        kind++;
    if (kind == KINDS) {
        return tern_fail(err, TERN_EINVALID,
                         "Invalid value %s for configuration %s: Class %s could not be found. "
                         "The policies are: All, None, Principal, Allowlist",
                         text, policy_key, text);
    }
    *policy = (struct override_policy){.kind = (enum override_kind)kind};
    return kind == OVERRIDE_ALLOWLIST ? read_allowlist(policy, worker, err) : 0;
}

void override_policy_fini(struct override_policy *policy)
{
    strmap_fini(&policy->allowed);
}

const char *override_policy_name(const struct override_policy *policy)
{
    return names[policy->kind];
}

static bool is_about_principal(const char *key)
{
    for (size_t i = 0; i < sizeof(principal_keys) / sizeof(principal_keys[0]); i++) {
        if (strcmp(principal_keys[i], key) == 0)
            return true;
    }
    return false;
}

bool override_policy_allows(const struct override_policy *policy, const char *key)
{
    switch (policy->kind) {
    case OVERRIDE_ALL:
        return true;
    case OVERRIDE_NONE:
        return false;
    case OVERRIDE_PRINCIPAL:
        return is_about_principal(key);
    case OVERRIDE_ALLOWLIST:
        return strmap_has(&policy->allowed, key);
    }
    return false;
}

char *override_policy_message(const struct override_policy *policy, const char *key)
{
    return xasprintf("The '%s' policy does not allow '%s' to be overridden in the connector "
                     "configuration.",
                     override_policy_name(policy), key);
}

int override_policy_check(const struct override_policy *policy, const struct tern_config *overrides,
                          struct tern_error *err)
{
    for (size_t i = 0; i < overrides->count; i++) {
        CLEANUP(freep) char *why = NULL;

        if (override_policy_allows(policy, overrides->entries[i].key))
            continue;
        why = override_policy_message(policy, overrides->entries[i].key);
        return tern_fail(err, TERN_EINVALID, "Client Config Overrides not allowed: %s", why);
    }
    return 0;
}

int override_policy_check_producer(const struct tern_config *worker,
                                   const struct tern_config *connector, struct tern_error *err)
{
    CLEANUP(override_policy_fini) struct override_policy policy = {0};
    CLEANUP(strmap_fini) struct strmap overrides = STRMAP_INIT;
    struct tern_config view;

    if (override_policy_init(&policy, worker, err) < 0)
        return -1;
    strmap_add_prefixed(&overrides, connector, "producer.override.");
    view = strmap_config(&overrides);
    return override_policy_check(&policy, &view, err);
}
