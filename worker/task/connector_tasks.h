/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* connector_tasks - the task configs that a connector emits, collected. */
#include "lib/base/strmap.h"

#include <stddef.h>

#include <tern/plugin.h>

struct connector_tasks {
    struct strmap *at;
    size_t count;
    size_t cap;
};

/* Asks the plugin; *tasks is empty before, and to be released with connector_tasks_fini(). */
int connector_tasks_collect(const struct tern_connector_class *cls, void *self, int32_t max_tasks,
                            struct connector_tasks *tasks, struct tern_error *err) MUST_CHECK;
/* Views of them all; the caller frees. */
struct tern_config *connector_tasks_views(const struct connector_tasks *tasks);
void connector_tasks_fini(struct connector_tasks *tasks);
