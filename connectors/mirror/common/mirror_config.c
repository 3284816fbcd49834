/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/mirror_config.h"

#include <string.h>

#include "connectors/mirror/common/mirror_config_keys.h"
#include "lib/conf/config_def.h"
#include "lib/conf/security_keys.h"

/* The order is that of Java's definitions: it shows in REST. */
const struct tern_config_key *const mirror_source_tables[] = {
    mirror_config_base_keys, mirror_config_common_keys, security_keys, mirror_config_source_keys,
    NULL};
const struct tern_config_key *const mirror_checkpoint_tables[] = {
    mirror_config_base_keys, mirror_config_common_keys, security_keys,
    mirror_config_checkpoint_keys, NULL};
const struct tern_config_key *const mirror_heartbeat_tables[] = {
    mirror_config_base_keys, mirror_config_common_keys, security_keys, mirror_config_heartbeat_keys,
    NULL};
const struct tern_config_key *const mirror_source_own_tables[] = {mirror_config_source_own_keys,
                                                                  NULL};
const struct tern_config_key *const mirror_checkpoint_own_tables[] = {
    mirror_config_checkpoint_own_keys, NULL};
const struct tern_config_key *const mirror_source_task_tables[] = {mirror_config_base_keys,
                                                                   mirror_config_common_keys,
                                                                   security_keys,
                                                                   mirror_config_source_keys,
                                                                   mirror_config_source_own_keys,
                                                                   mirror_config_source_task_keys,
                                                                   NULL};
const struct tern_config_key *const mirror_checkpoint_task_tables[] = {
    mirror_config_base_keys,
    mirror_config_common_keys,
    security_keys,
    mirror_config_checkpoint_keys,
    mirror_config_checkpoint_own_keys,
    mirror_config_checkpoint_task_keys,
    NULL};

/*
 * Binds a settings struct, which begins with struct mirror_settings: tables that the connectors
 * share bind that, the others what comes after it.
 */
static int bind_tables(const struct tern_config_key *const *tables,
                       const struct tern_config *config, struct mirror_settings *settings,
                       struct tern_error *err)
{
    struct tern_config copy;

    strmap_add_all(&settings->config, config);
    copy = strmap_config(&settings->config);
    if (config_bind(tables, &copy, settings, &settings->memory, err) < 0) {
        mirror_settings_fini(settings);
        return -1;
    }
    return 0;
}

static int bind_source(const struct tern_config_key *const *tables,
                       const struct tern_config *config,
                       struct mirror_source_settings *ret_settings, struct tern_error *err)
{
    struct mirror_source_settings settings = {0};

    if (bind_tables(tables, config, &settings.common, err) < 0)
        return -1;
    *ret_settings = settings;
    return 0;
}

int mirror_source_settings_bind(const struct tern_config *config,
                                struct mirror_source_settings *ret_settings, struct tern_error *err)
{
    return bind_source(mirror_source_tables, config, ret_settings, err);
}

int mirror_source_task_settings_bind(const struct tern_config *config,
                                     struct mirror_source_settings *ret_settings,
                                     struct tern_error *err)
{
    return bind_source(mirror_source_task_tables, config, ret_settings, err);
}

static int bind_checkpoint(const struct tern_config_key *const *tables,
                           const struct tern_config *config,
                           struct mirror_checkpoint_settings *ret_settings, struct tern_error *err)
{
    struct mirror_checkpoint_settings settings = {0};

    if (bind_tables(tables, config, &settings.common, err) < 0)
        return -1;
    *ret_settings = settings;
    return 0;
}

int mirror_checkpoint_settings_bind(const struct tern_config *config,
                                    struct mirror_checkpoint_settings *ret_settings,
                                    struct tern_error *err)
{
    return bind_checkpoint(mirror_checkpoint_tables, config, ret_settings, err);
}

int mirror_checkpoint_task_settings_bind(const struct tern_config *config,
                                         struct mirror_checkpoint_settings *ret_settings,
                                         struct tern_error *err)
{
    return bind_checkpoint(mirror_checkpoint_task_tables, config, ret_settings, err);
}

int mirror_heartbeat_settings_bind(const struct tern_config *config,
                                   struct mirror_heartbeat_settings *ret_settings,
                                   struct tern_error *err)
{
    struct mirror_heartbeat_settings settings = {0};

    if (bind_tables(mirror_heartbeat_tables, config, &settings.common, err) < 0)
        return -1;
    *ret_settings = settings;
    return 0;
}

void mirror_settings_fini(struct mirror_settings *settings)
{
    config_memory_free(settings->memory);
    settings->memory = NULL;
    strmap_fini(&settings->config);
}

struct tern_config mirror_settings_config(const struct mirror_settings *settings)
{
    return strmap_config(&settings->config);
}

bool mirror_list_has(const struct tern_list *list, const char *word)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i], word) == 0)
            return true;
    }
    return false;
}

int64_t mirror_interval_ms(bool is_enabled, int64_t interval_s)
{
    if (!is_enabled || interval_s < 0)
        return -1;
    return interval_s > INT64_MAX / 1000 ? INT64_MAX : interval_s * 1000;
}
