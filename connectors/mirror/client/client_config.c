/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/client/client_config.h"

#include <stdlib.h>

#include "connectors/mirror/common/mirror_client.h"
#include "lib/base/xmem.h"
#include "lib/conf/provider.h"

static const char *const roles[] = {"admin", "consumer"};

/* Shared keys become settings of each role, where that has none of its own. */
static void add_to_roles(struct strmap *out, const struct tern_config_entry *e)
{
    if (!mirror_client_is_shared_key(e->key))
        return;
    for (size_t i = 0; i < COUNT_OF(roles); i++) {
        CLEANUP(freep) char *full = xasprintf("%s.%s", roles[i], e->key);

        strmap_set_if_absent(out, full, e->value);
    }
}

void client_config_of_cluster(const struct tern_config *raw, const char *alias,
                              struct strmap *ret_config)
{
    CLEANUP(freep) char *prefix = xasprintf("%s.", alias);
    CLEANUP(strmap_fini) struct strmap own = STRMAP_INIT;
    CLEANUP(strmap_fini) struct strmap cluster = STRMAP_INIT;
    struct tern_config view;

    strmap_add_prefixed(&own, raw, prefix);
    view = strmap_config(&own);
    strmap_add_all(&cluster, &view);
    STRMAP_FOREACH (&own, e)
        add_to_roles(&cluster, e);
    for (size_t i = 0; i < raw->count; i++) {
        add_to_roles(&cluster, &raw->entries[i]);
        if (mirror_client_is_shared_key(raw->entries[i].key))
            strmap_set_if_absent(&cluster, raw->entries[i].key, raw->entries[i].value);
    }
    strmap_add_all(ret_config, raw);
    view = strmap_config(&cluster);
    strmap_add_all(ret_config, &view);
}

int client_config_resolve(struct strmap *config, struct tern_error *err)
{
    CLEANUP(provider_set_freep) struct provider_set *providers = NULL;
    struct tern_config view = strmap_config(config);
    struct strmap resolved = STRMAP_INIT;

    if (provider_set_open(&view, &providers, err) < 0)
        return -1;
    if (provider_set_resolve(providers, &view, &resolved, err) < 0) {
        strmap_fini(&resolved);
        return -1;
    }
    strmap_fini(config);
    *config = resolved;
    return 0;
}

void client_config_of_role(const struct tern_config *config, const char *role,
                           struct strmap *ret_settings)
{
    CLEANUP(freep) char *prefix = xasprintf("%s.", role);
    CLEANUP(strmap_fini) struct strmap own = STRMAP_INIT;

    for (size_t i = 0; i < config->count; i++) {
        const struct tern_config_entry *e = &config->entries[i];

        if (e->value && mirror_client_is_shared_key(e->key))
            strmap_set(ret_settings, e->key, e->value);
    }
    strmap_add_prefixed(&own, config, prefix);
    STRMAP_FOREACH (&own, e) {
        if (e->value && mirror_client_is_shared_key(e->key))
            strmap_set(ret_settings, e->key, e->value);
    }
}
