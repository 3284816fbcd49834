/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/file/file_config.h"

#include <stddef.h>

static const struct tern_validator non_empty = {.kind = TERN_VALID_NON_EMPTY};

#define AT(field) offsetof(struct file_settings, field)
static const struct tern_config_key file_keys[] = {
    {"file", TERN_STRING, NULL, TERN_HIGH, AT(file),
     .doc = "Source filename. If not specified, the standard input will be used."},
    {"topic", TERN_STRING, NULL, TERN_HIGH, AT(topic), .doc = "The topic to publish data to.",
     .flags = TERN_REQUIRED, .validator = &non_empty},
    {"batch.size", TERN_INT, "2000", TERN_LOW, AT(batch_size),
     .doc = "The maximum number of records the source task can read from the file each time it is "
            "polled."},
    TERN_END,
};
#undef AT

const struct tern_config_key *const file_source_tables[] = {file_keys, NULL};

int file_settings_bind(const struct tern_config *config, struct file_settings *ret_settings,
                       struct tern_error *err)
{
    struct file_settings s = {0};

    if (config_bind(file_source_tables, config, &s, &s.memory, err) < 0)
        return -1;
    if (s.file && !*s.file)
        s.file = NULL;
    *ret_settings = s;
    return 0;
}

void file_settings_fini(struct file_settings *settings)
{
    config_memory_free(settings->memory);
    settings->memory = NULL;
}
