/* SPDX-License-Identifier: Apache-2.0 */
/*
 * larger_structs - a plugin whose structs are longer than this worker's, as those of a plugin
 * are that was compiled with later headers of the same minor.
 */
#include "tests/plugins/tiny.h"

struct larger_key {
    struct tern_config_key key;
    const void *later[3];
};

static const struct larger_key keys[] = {
    {{"first", TERN_INT, "1", TERN_HIGH, TERN_UNBOUND, .doc = "One.", .order = 7}, {&keys, &keys}},
    {{"second", TERN_STRING, NULL, TERN_LOW, TERN_UNBOUND, .doc = "Two.", .flags = TERN_REQUIRED},
     {&keys, &keys}},
    {TERN_END, {0}},
};
/* Read with config_key_size, never as an array. */
static const struct tern_config_key *const tables[] = {&keys[0].key, NULL};

static const struct {
    struct tern_source_task_class task;
    const void *later[2];
} task = {{.size = sizeof(task),
           .name = "org.tern.test.LargerTask",
           .version = "9.1",
           .start = tiny_start,
           .poll = tiny_poll,
           .stop = tiny_stop},
          {&keys, &keys}};

static const struct {
    struct tern_connector_class connector;
    const void *later[2];
} connector = {{.size = sizeof(connector),
                .name = "org.tern.test.LargerConnector",
                .version = "9.0",
                .config_key_size = sizeof(struct larger_key),
                .config = tables,
                .source_task = &task.task,
                .start = tiny_start,
                .task_configs = tiny_task_configs,
                .stop = tiny_stop},
               {&keys, &keys}};

static const struct tern_connector_class *const connectors[] = {&connector.connector, NULL};

EXPORT const struct {
    struct tern_plugin plugin;
    const void *later;
} tern_plugin = {{TERN_ABI_MAJOR, TERN_ABI_MINOR, sizeof(tern_plugin), connectors}, &keys};
