/* SPDX-License-Identifier: Apache-2.0 */
/* file_connector - one task that gets the connector's own configuration. */
#include <stdio.h>
#include <stdlib.h>

#include "connectors/file/file_config.h"
#include "connectors/file/file_source.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"

#include <tern/version.h>

struct file_connector {
    struct strmap config; /* as given; immutable after start */
};

static void stop(void *self)
{
    struct file_connector *c = self;

    strmap_fini(&c->config);
    free(c);
}

static int start(const struct tern_host *host, const struct tern_config *config, void **ret_self,
                 struct tern_error *err)
{
    struct file_settings settings;
    struct file_connector *c;
    CLEANUP(freep) char *line = NULL;

    if (file_settings_bind(config, &settings, err) < 0)
        return -1;
    line = xasprintf("Starting file source connector reading from %s",
                     settings.file ? settings.file : "standard input"); /* peer text */
    file_settings_fini(&settings);
    host->log(TERN_LOG_INFO, FILE_SOURCE_CONNECTOR, line);
    c = xcalloc(1, sizeof(*c));
    strmap_add_all(&c->config, config);
    *ret_self = c;
    return 0;
}

static int task_configs(void *self, int32_t max_tasks, tern_config_emit *emit, void *arg,
                        struct tern_error *err)
{
    struct file_connector *c = self;
    struct tern_config config = strmap_config(&c->config);

    (void)max_tasks;
    return emit(arg, &config, err);
}

static enum tern_exactly_once exactly_once(const struct tern_config *config)
{
    const char *file = config_get(config, "file");

    return file && *file ? TERN_EXACTLY_ONCE_SUPPORTED : TERN_EXACTLY_ONCE_UNSUPPORTED;
}

static const struct tern_connector_class file_source_class = {
    .size = sizeof(file_source_class),
    .name = FILE_SOURCE_CONNECTOR,
    .version = TERN_KAFKA_VERSION,
    .config_key_size = sizeof(struct tern_config_key),
    .config = file_source_tables,
    .source_task = &file_source_task_class,
    .exactly_once = exactly_once,
    .start = start,
    .task_configs = task_configs,
    .stop = stop,
    .alter_offsets = file_alter_offsets,
};

static const struct tern_connector_class *const connectors[] = {&file_source_class, NULL};

extern const struct tern_plugin tern_plugin;
__attribute__((visibility("default"))) const struct tern_plugin tern_plugin = {
    .abi_major = TERN_ABI_MAJOR,
    .abi_minor = TERN_ABI_MINOR,
    .size = sizeof(tern_plugin),
    .connectors = connectors,
};
