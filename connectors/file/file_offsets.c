/* SPDX-License-Identifier: Apache-2.0 */
/* file_offsets - which offsets a user may set. */
#include <string.h>

#include "connectors/file/file_config.h"
#include "connectors/file/file_source.h"
#include "lib/base/jsonx.h"

static int parse(const char *text, json_t **ret, struct tern_error *err)
{
    *ret = NULL;
    return text ? jsonx_parse(text, strlen(text), ret, err) : 0;
}

static int check_position(const json_t *offset, struct tern_error *err)
{
    const json_t *position = json_object_get(offset, FILE_OFFSET_FIELD);

    if (!position) {
        return tern_fail(err, TERN_EINTERNAL, /* peer text */
                         "Offset objects should either be null or contain the key 'position'");
    }
    if (!json_is_integer(position)) {
        return tern_fail(err, TERN_EINTERNAL, /* peer text */
                         "The value for the 'position' key in the offset is expected to be a Long "
                         "value");
    }
    if (json_integer_value(position) < 0) {
        return tern_fail(err, TERN_EINTERNAL, /* peer text */
                         "The value for the 'position' key in the offset should be a non-negative "
                         "value");
    }
    return 0;
}

static int check_change(const struct tern_offset_change *change, struct tern_error *err)
{
    CLEANUP(jsonx_decrefp) json_t *partition = NULL, *offset = NULL;

    if (parse(change->offset, &offset, err) < 0 || parse(change->partition, &partition, err) < 0)
        return -1;
    if (!offset || json_is_null(offset))
        return 0; /* a reset, of whatever there is */
    if (check_position(offset, err) < 0)
        return -1;
    if (!partition || json_is_null(partition))
        return tern_fail(err, TERN_EINTERNAL, "Partition objects cannot be null"); /* peer text */
    if (!json_object_get(partition, FILE_PARTITION_FIELD)) {
        return tern_fail(err, TERN_EINTERNAL, /* peer text */
                         "Partition objects should contain the key 'filename'");
    }
    return 0;
}

int file_alter_offsets(const struct tern_config *config, const struct tern_offset_change *changes,
                       size_t count, bool *ret_handled, struct tern_error *err)
{
    struct file_settings settings;
    bool has_file;

    if (file_settings_bind(config, &settings, err) < 0)
        return -1;
    has_file = settings.file != NULL;
    file_settings_fini(&settings);
    if (!has_file) {
        return tern_fail(err, TERN_EINTERNAL, /* peer text */
                         "Offsets cannot be modified if the 'file' configuration is unspecified. "
                         "This is because stdin is used for input and offsets are not tracked.");
    }
    for (size_t i = 0; i < count; i++) {
        if (check_change(&changes[i], err) < 0)
            return -1;
    }
    *ret_handled = true;
    return 0;
}
