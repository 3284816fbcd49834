/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/offset_key.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/jsonx.h"

static void write_string(struct buf *out, const char *text)
{
    jsonx_write_string(out, text, strlen(text));
}

static char *finish(struct buf *out)
{
    bool failed = out->failed;
    char *text = buf_take_str(out);

    if (!failed)
        return text;
    free(text);
    return NULL;
}

char *offset_key_text(const char *connector, const struct tern_field *fields, size_t count)
{
    struct buf out = BUF_INIT(OFFSET_KEY_MAX_BYTES);

    buf_add_char(&out, '[');
    write_string(&out, connector);
    buf_add_str(&out, ",{");
    for (size_t i = 0; i < count; i++) {
        if (!fields[i].name) {
            out.failed = true;
            break;
        }
        if (i)
            buf_add_char(&out, ',');
        write_string(&out, fields[i].name);
        buf_add_char(&out, ':');
        if (fields[i].text)
            write_string(&out, fields[i].text);
        else
            buf_add_fmt(&out, "%" PRId64, fields[i].number);
    }
    buf_add_str(&out, "}]");
    return finish(&out);
}

char *offset_value_text(const char *name, int64_t number)
{
    struct buf out = BUF_INIT(OFFSET_KEY_MAX_BYTES);

    buf_add_char(&out, '{');
    write_string(&out, name);
    buf_add_fmt(&out, ":%" PRId64 "}", number);
    return finish(&out);
}

static const char *type_name(const json_t *value)
{
    return json_is_array(value) ? "ARRAY" : "MAP"; /* as Java names them */
}

static int check_primitives(json_t *offset, struct tern_error *err)
{
    const char *name;
    json_t *value;

    if (!json_is_object(offset))
        return tern_fail(err, TERN_EINVALID, "Offsets must be specified as a Map"); /* peer text */
    json_object_foreach(offset, name, value)
    {
        if (json_is_object(value) || json_is_array(value)) {
            return tern_fail(err, TERN_EINVALID, /* peer text */
                             "Offsets may only contain primitive types as values, but field %s "
                             "contains %s",
                             name, type_name(value));
        }
    }
    return 0;
}

int offset_value_parse(const char *value, const char *name, struct tern_source_offset *ret,
                       struct tern_error *err)
{
    CLEANUP(jsonx_decrefp) json_t *offset = NULL;
    const json_t *member;

    if (value && jsonx_parse(value, strlen(value), &offset, err) < 0)
        return tern_context(err, "reading a source offset");
    if (!offset || json_is_null(offset)) {
        *ret = (struct tern_source_offset){.known = false, .number = INT64_MIN};
        return 0;
    }
    if (check_primitives(offset, err) < 0)
        return -1;
    member = json_object_get(offset, name);
    *ret = (struct tern_source_offset){
        .known = true,
        .number = json_is_integer(member) ? json_integer_value(member) : INT64_MIN,
        .json = value,
    };
    return 0;
}
