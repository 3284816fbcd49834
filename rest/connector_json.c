/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/connector_json.h"

#include <string.h>

#include "lib/base/jsonx.h"
#include "lib/base/strmap.h"

static void add_string(struct buf *out, const char *text)
{
    if (text)
        jsonx_write_string(out, text, strlen(text));
    else
        buf_add_str(out, "null");
}

void json_add_map(struct buf *out, const struct strmap *map)
{
    const char *comma = "";

    buf_add_char(out, '{');
    STRMAP_FOREACH (map, e) {
        buf_add_str(out, comma);
        add_string(out, e->key);
        buf_add_char(out, ':');
        add_string(out, e->value);
        comma = ",";
    }
    buf_add_char(out, '}');
}

void json_add_config(struct buf *out, const struct config_ref *config)
{
    json_add_map(out, config_ref_map(config));
}

static void add_task_id(struct buf *out, const char *connector, int32_t task)
{
    buf_add_str(out, "{\"connector\":");
    add_string(out, connector);
    buf_add_fmt(out, ",\"task\":%d}", (int)task);
}

void json_add_info(struct buf *out, const struct herder_connector_info *info)
{
    buf_add_str(out, "{\"name\":");
    add_string(out, info->name);
    buf_add_str(out, ",\"config\":");
    json_add_config(out, info->config);
    buf_add_str(out, ",\"tasks\":[");
    for (int32_t i = 0; i < info->task_count; i++) {
        if (i)
            buf_add_char(out, ',');
        add_task_id(out, info->name, i);
    }
    buf_add_fmt(out, "],\"type\":\"%s\"}", info->type);
}

/* The members that connectors and tasks have in common. */
static void add_state(struct buf *out, const struct status *status)
{
    buf_add_fmt(out, "\"state\":\"%s\",\"worker_id\":", run_state_name(status->state));
    add_string(out, status->worker_id);
    if (!status->version || strcmp(status->version, "undefined") != 0) {
        buf_add_str(out, ",\"version\":");
        add_string(out, status->version);
    }
    if (status->trace && status->trace[0]) {
        buf_add_str(out, ",\"trace\":");
        add_string(out, status->trace);
    }
    buf_add_char(out, '}');
}

void json_add_task_state(struct buf *out, int32_t task, const struct status *status)
{
    buf_add_fmt(out, "{\"id\":%d,", (int)task);
    add_state(out, status);
}

void json_add_state_info(struct buf *out, const char *name,
                         const struct herder_connector_status *status)
{
    buf_add_str(out, "{\"name\":");
    add_string(out, name);
    buf_add_str(out, ",\"connector\":{");
    add_state(out, &status->connector);
    buf_add_str(out, ",\"tasks\":[");
    for (size_t i = 0; i < status->task_count; i++) {
        if (i)
            buf_add_char(out, ',');
        json_add_task_state(out, status->tasks[i].task, &status->tasks[i].status);
    }
    buf_add_fmt(out, "],\"type\":\"%s\"}", status->type);
}

void json_add_tasks(struct buf *out, const char *connector, const struct task_configs *tasks)
{
    buf_add_char(out, '[');
    for (int32_t i = 0; i < tasks->count; i++) {
        buf_add_str(out, i ? ",{\"id\":" : "{\"id\":");
        add_task_id(out, connector, i);
        buf_add_str(out, ",\"config\":");
        json_add_config(out, tasks->at[i]);
        buf_add_char(out, '}');
    }
    buf_add_char(out, ']');
}
