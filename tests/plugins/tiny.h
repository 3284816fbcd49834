/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * tiny - a connector that does nothing, for plugins that test how plugins are read. Every plugin
 * has its own: nothing here is shared.
 */
#ifndef TERN_PLUGIN_SYMBOL /* else a former ABI was included before */
#include <tern/plugin.h>
#endif

#define EXPORT __attribute__((visibility("default"), used))

static inline int tiny_start(const struct tern_host *host, const struct tern_config *config,
                             void **ret_self, struct tern_error *err)
{
    (void)host;
    (void)config;
    (void)err;
    *ret_self = NULL;
    return 0;
}

static inline int tiny_poll(void *self, int64_t max_wait_ms, struct tern_source_batch **ret_batch,
                            struct tern_error *err)
{
    (void)self;
    (void)max_wait_ms;
    (void)err;
    *ret_batch = NULL;
    return 0;
}

static inline int tiny_task_configs(void *self, int32_t max_tasks, tern_config_emit *emit,
                                    void *arg, struct tern_error *err)
{
    const struct tern_config empty = {NULL, 0};

    (void)self;
    (void)max_tasks;
    return emit(arg, &empty, err);
}

static inline void tiny_stop(void *self)
{
    (void)self;
}

static const struct tern_config_key tiny_keys[] __attribute__((unused)) = {
    {"tiny", TERN_STRING, "x", TERN_LOW, TERN_UNBOUND, .doc = "A key."},
    TERN_END,
};
static const struct tern_config_key *const tiny_tables[]
    __attribute__((unused)) = {tiny_keys, NULL};

#define TINY_TASK(class_name)                                                                     \
    {                                                                                             \
        .size = sizeof(struct tern_source_task_class), .name = (class_name), .start = tiny_start, \
        .poll = tiny_poll, .stop = tiny_stop                                                      \
    }

#define TINY_CONNECTOR(class_name, task)                                               \
    {                                                                                  \
        .size = sizeof(struct tern_connector_class), .name = (class_name),             \
        .config_key_size = sizeof(struct tern_config_key), .config = tiny_tables,      \
        .source_task = (task), .start = tiny_start, .task_configs = tiny_task_configs, \
        .stop = tiny_stop                                                              \
    }
