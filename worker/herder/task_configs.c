/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/herder/task_configs.h"

#include "lib/base/xmem.h"
#include "lib/conf/config_variables.h"

void task_configs_fini(struct task_configs *configs)
{
    for (int32_t i = 0; i < configs->count; i++)
        config_ref_unref(configs->at[i]);
    free(configs->at);
    *configs = (struct task_configs){0};
}

static void copy_key(struct strmap *task, const struct tern_config *connector, const char *key)
{
    const struct tern_config_entry *e = config_find(connector, key);

    if (e)
        strmap_set(task, key, e->value);
}

static void put_references_back(struct strmap *task, const struct tern_config *connector)
{
    for (size_t i = 0; i < connector->count; i++) {
        const struct tern_config_entry *e = &connector->entries[i];

        if (e->value && config_variables_any(e->value) && strmap_has(task, e->key))
            strmap_set(task, e->key, e->value);
    }
}

static struct config_ref *build_one(const struct tern_config *task, const char *task_class,
                                    const struct tern_config *connector)
{
    struct strmap map = STRMAP_INIT;

    strmap_add_all(&map, task);
    strmap_set(&map, "task.class", task_class);
    copy_key(&map, connector, "topics");
    copy_key(&map, connector, "topics.regex");
    put_references_back(&map, connector);
    return config_ref_new(&map);
}

void task_configs_build(const struct tern_config *tasks, size_t count, const char *task_class,
                        const struct tern_config *raw_connector, struct task_configs *ret_configs)
{
    struct config_ref **at = xcalloc(count + 1, sizeof(struct config_ref *));

    for (size_t i = 0; i < count; i++)
        at[i] = build_one(&tasks[i], task_class, raw_connector);
    *ret_configs = (struct task_configs){at, (int32_t)count};
}

bool task_configs_changed(const struct connector_state *stored, const struct task_configs *configs,
                          const struct tern_config *applied, const struct tern_config *present)
{
    int32_t had = stored->task_count < 0 ? 0 : stored->task_count;

    if (stored->inconsistent || had != configs->count)
        return true;
    for (int32_t i = 0; i < configs->count; i++) {
        struct config_ref *old = connector_state_task(stored, i);
        struct tern_config now = config_ref_config(configs->at[i]);
        struct tern_config then;

        if (!old)
            return true;
        then = config_ref_config(old);
        if (!config_equal(&then, &now))
            return true;
    }
    return !applied || !config_equal(applied, present);
}
