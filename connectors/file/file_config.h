/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* file_config - what a file source is told. Peer: FileStreamSourceConnector's ConfigDef. */
#include "lib/base/macros.h"
#include "lib/conf/config_def.h"

/* Immutable after file_settings_bind(). */
struct file_settings {
    const char *file; /* NULL: standard input */
    const char *topic;
    int32_t batch_size;
    struct config_memory *memory; /* what the strings live in */
};

extern const struct tern_config_key *const file_source_tables[];

int file_settings_bind(const struct tern_config *config, struct file_settings *ret_settings,
                       struct tern_error *err) MUST_CHECK;
void file_settings_fini(struct file_settings *settings);
