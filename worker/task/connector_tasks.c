/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/connector_tasks.h"

#include <inttypes.h>
#include <stdlib.h>

#include "lib/base/log.h"
#include "lib/base/vec.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_def.h"
#include "worker/task/connector_run.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.Worker");

enum {
    TASKS_LIMIT = 100000,
    KEYS_LIMIT = 100000
};

/* Copies one configuration: plugins are input, and may give it unsorted. */
static int emit(void *arg, const struct tern_config *config, struct tern_error *err)
{
    struct connector_tasks *tasks = arg;
    struct strmap copy = STRMAP_INIT;

    if (tasks->count >= TASKS_LIMIT)
        return tern_fail(err, TERN_EINVALID, "more than %d task configurations", TASKS_LIMIT);
    if (config->count > KEYS_LIMIT)
        return tern_fail(err, TERN_EINVALID, "a task configuration of %zu keys", config->count);
    strmap_add_all(&copy, config);
    vec_push(tasks, copy);
    return 0;
}

int connector_tasks_collect(const struct tern_connector_class *cls, void *self, int32_t max_tasks,
                            struct connector_tasks *tasks, struct tern_error *err)
{
    return cls->task_configs(self, max_tasks, emit, tasks, err);
}

struct tern_config *connector_tasks_views(const struct connector_tasks *tasks)
{
    struct tern_config *views = xcalloc(tasks->count + 1, sizeof(*views));

    for (size_t i = 0; i < tasks->count; i++)
        views[i] = strmap_config(&tasks->at[i]);
    return views;
}

void connector_tasks_fini(struct connector_tasks *tasks)
{
    for (size_t i = 0; i < tasks->count; i++)
        strmap_fini(&tasks->at[i]);
    vec_fini(tasks);
}

/* ---- how many are allowed ---- */

struct task_count_rule {
    int32_t max;
    bool enforce;
};

static const struct tern_validator at_least_one = {
    .kind = TERN_VALID_RANGE, .min = 1, .max = INT64_MAX};

#define AT(field) offsetof(struct task_count_rule, field)
static const struct tern_config_key rule_keys[] = {
    {"tasks.max", TERN_INT, "1", TERN_HIGH, AT(max),
     .doc = "Maximum number of tasks to use for this connector.", .validator = &at_least_one},
    {"tasks.max.enforce", TERN_BOOL, "true", TERN_LOW, AT(enforce),
     .doc = "Whether to fail a connector that generates more tasks than tasks.max."},
    TERN_END,
};
#undef AT
static const struct tern_config_key *const rule_tables[] = {rule_keys, NULL};

int connector_check_task_count(const char *connector, const struct tern_config *config,
                               size_t count, struct tern_error *err)
{
    CLEANUP(config_memory_freep) struct config_memory *memory = NULL;
    struct task_count_rule rule = {0};

    if (config_bind(rule_tables, config, &rule, &memory, err) < 0)
        return -1;
    if (count <= (size_t)rule.max)
        return 0;
    if (!rule.enforce) {
        log_warn("The connector %s has generated %zu tasks, which is greater than %" PRId32
                 ", the maximum number of tasks it is configured to create. This behaviour should "
                 "be considered a bug and will be disallowed in future releases of Kafka Connect. "
                 "Please report this to the maintainers of the connector and request that they "
                 "adjust their connector's taskConfigs() method to respect the maxTasks parameter.",
                 connector, count, rule.max); /* peer text */
        return 0;
    }
    return tern_fail(err, TERN_EINVALID, /* peer text */
                     "The connector %s has generated %zu tasks, which is greater than %" PRId32
                     ", the maximum number of tasks it is configured to create. This behaviour "
                     "should be considered a bug and is disallowed. If necessary, it can be "
                     "permitted by reconfiguring the connector with 'tasks.max.enforce' set to "
                     "false; however, this option will be removed in a future release of Kafka "
                     "Connect.",
                     connector, count, rule.max);
}
