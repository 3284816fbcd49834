/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * connector_json - connectors, tasks and their states as the REST API shows them. Members are in
 * the peer's order. Spec: connect-rest.md 5.
 */
#include "lib/base/buf.h"
#include "lib/base/strmap.h"
#include "worker/herder/herder.h"

/* {"k":"v","n":null} */
void json_add_map(struct buf *out, const struct strmap *map);
void json_add_config(struct buf *out, const struct config_ref *config);
/* ConnectorInfo */
void json_add_info(struct buf *out, const struct herder_connector_info *info);
/* ConnectorStateInfo */
void json_add_state_info(struct buf *out, const char *name,
                         const struct herder_connector_status *status);
/* TaskState */
void json_add_task_state(struct buf *out, int32_t task, const struct status *status);
/* [{"id":{"connector":"c","task":0},"config":{}}] */
void json_add_tasks(struct buf *out, const char *connector, const struct task_configs *tasks);
