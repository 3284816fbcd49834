/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * task_configs - from what a connector answers to what is stored of its tasks, and whether
 * that is anything new. Pure. Spec: connect-distributed.md 10.7 steps 3-5, connect-runtime.md 1.4.
 */
#include "lib/conf/config_ref.h"
#include "worker/store/cluster_state.h"

#include <tern/config.h>

/* The task configs of a connector as they are stored, in order. */
struct task_configs {
    struct config_ref **at; /* owned, a reference of each */
    int32_t count;
};

void task_configs_fini(struct task_configs *configs);

/*
 * Adds task.class, and topics or topics.regex of the connector; and puts back the reference
 * where the connector's raw configuration has a ${...} under the same key, so that no secret is
 * stored.
 */
void task_configs_build(const struct tern_config *tasks, size_t count, const char *task_class,
                        const struct tern_config *raw_connector, struct task_configs *ret_configs);

/*
 * Whether configs have to be stored: they differ from those stored, in number or content, or the
 * connector's configuration that those were made from (applied, resolved; NULL: not known)
 * differs from the present one.
 */
bool task_configs_changed(const struct connector_state *stored, const struct task_configs *configs,
                          const struct tern_config *applied, const struct tern_config *present);
