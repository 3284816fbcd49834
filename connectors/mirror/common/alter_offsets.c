/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/alter_offsets.h"

#include <string.h>

#include "lib/base/jsonx.h"
#include "lib/base/macros.h"
#include "lib/base/xmem.h"

enum {
    TEXT_MAX_BYTES = 1 << 20, /* of an object in a message, which is cut short anyway */
};

#define PARTITION "partition"
#define OFFSET    "offset"

/* What source partitions and offsets of one connector look like. */
struct shape {
    const char *strings[3]; /* members of the partition that are strings; ends with NULL */
    bool has_partition;
    bool only_zero; /* the offset says nothing */
};

/* ---- objects as Java prints maps ---- */

static void add_java_text(struct buf *out, const json_t *value);

static void add_map(struct buf *out, const json_t *object)
{
    const char *key, *between = "";
    json_t *value;

    buf_add_str(out, "{");
    json_object_foreach((json_t *)object, key, value)
    {
        buf_add_fmt(out, "%s%s=", between, key);
        add_java_text(out, value);
        between = ", ";
    }
    buf_add_str(out, "}");
}

static void add_list(struct buf *out, const json_t *array)
{
    json_t *value;
    size_t i;

    buf_add_str(out, "[");
    json_array_foreach((json_t *)array, i, value)
    {
        buf_add_str(out, i ? ", " : "");
        add_java_text(out, value);
    }
    buf_add_str(out, "]");
}

static void add_java_text(struct buf *out, const json_t *value)
{
    if (json_is_object(value))
        add_map(out, value);
    else if (json_is_array(value))
        add_list(out, value);
    else if (json_is_string(value))
        buf_add(out, json_string_value(value), json_string_length(value));
    else
        jsonx_write(out, value);
}

/* The caller frees it. */
static char *java_text(const json_t *value)
{
    struct buf out = BUF_INIT(TEXT_MAX_BYTES);

    add_java_text(&out, value);
    return buf_take_str(&out);
}

/* ---- checks ---- */

/* One member of a partition or an offset, and what a message says of it. */
struct member {
    const char *what; /* "partition {...}", "offset {...} for source partition {...}" */
    const char *key;
    const json_t *value; /* NULL: missing */
};

static int refuse(const struct member *m, const char *why, struct tern_error *err)
{
    CLEANUP(freep) char *text = java_text(m->value);

    /* peer text */
    return tern_fail(err, TERN_EINTERNAL, "Source %s has an invalid value %s for the '%s' key%s",
                     m->what, text, m->key, why);
}

static int check_there(const struct member *m, struct tern_error *err)
{
    if (m->value)
        return 0;
    /* peer text */
    return tern_fail(err, TERN_EINTERNAL, "Source %s is missing the '%s' key, which is required",
                     m->what, m->key);
}

static int check_string(const struct member *m, struct tern_error *err)
{
    if (check_there(m, err) < 0)
        return -1;
    return json_is_string(m->value) ? 0 : refuse(m, ", which must be a string", err);
}

static int check_integer(const struct member *m, int64_t max, bool only_zero,
                         struct tern_error *err)
{
    int64_t number;

    if (check_there(m, err) < 0)
        return -1;
    number = json_integer_value(m->value);
    if (!json_is_integer(m->value) || number > max)
        return refuse(m, ", which must be an integer", err);
    if (only_zero && number != 0)
        return refuse(m, "; the only accepted value is 0", err);
    return number < 0 ? refuse(m, ", which cannot be negative", err) : 0;
}

static int check_partition(const struct shape *shape, const json_t *partition,
                           struct tern_error *err)
{
    CLEANUP(freep) char *text = java_text(partition);
    struct buf what = BUF_INIT(TEXT_MAX_BYTES);
    struct member m;
    int rc = 0;

    buf_add_fmt(&what, "partition %s", text);
    m.what = buf_str(&what);
    for (size_t i = 0; rc == 0 && shape->strings[i]; i++) {
        m.key = shape->strings[i];
        m.value = json_object_get(partition, m.key);
        rc = check_string(&m, err);
    }
    if (rc == 0 && shape->has_partition) {
        m.key = PARTITION;
        m.value = json_object_get(partition, m.key);
        rc = check_integer(&m, INT32_MAX, false, err);
    }
    buf_fini(&what);
    return rc;
}

static int check_offset(const struct shape *shape, const json_t *partition, const json_t *offset,
                        struct tern_error *err)
{
    CLEANUP(freep) char *of = java_text(partition);
    CLEANUP(freep) char *text = java_text(offset);
    struct buf what = BUF_INIT(TEXT_MAX_BYTES);
    struct member m = {.key = OFFSET, .value = json_object_get(offset, OFFSET)};
    int rc;

    buf_add_fmt(&what, "offset %s for source partition %s", text, of);
    m.what = buf_str(&what);
    rc = check_integer(&m, INT64_MAX, shape->only_zero, err);
    buf_fini(&what);
    return rc;
}

/* NULL for a text that is no JSON object. */
static json_t *object_of(const char *text, const char *what, struct tern_error *err)
{
    json_error_t why;
    json_t *object = json_loads(text, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &why);

    if (json_is_object(object))
        return object;
    (void)tern_fail(err, TERN_EINTERNAL, "Source %s is no JSON object of numbers and strings: %s",
                    what, object ? text : why.text);
    json_decref(object);
    return NULL;
}

static int check_change(const struct shape *shape, const struct tern_offset_change *change,
                        struct tern_error *err)
{
    CLEANUP(jsonx_decrefp) json_t *partition = NULL;
    CLEANUP(jsonx_decrefp) json_t *offset = NULL;

    if (!change->offset) /* a reset, of whatever there is */
        return 0;
    if (!change->partition) /* peer text */
        return tern_fail(err, TERN_EINTERNAL, "Source partitions may not be null");
    partition = object_of(change->partition, "partition", err);
    if (!partition || check_partition(shape, partition, err) < 0)
        return -1;
    offset = object_of(change->offset, "offset", err);
    return offset ? check_offset(shape, partition, offset, err) : -1;
}

static int check_changes(const struct shape *shape, const struct tern_offset_change *changes,
                         size_t count, bool *ret_handled, struct tern_error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (check_change(shape, &changes[i], err) < 0)
            return -1;
    }
    *ret_handled = true;
    return 0;
}

int alter_offsets_source(const struct tern_config *config, const struct tern_offset_change *changes,
                         size_t count, bool *ret_handled, struct tern_error *err)
{
    static const struct shape shape = {{"cluster", "topic", NULL}, true, false};

    (void)config;
    return check_changes(&shape, changes, count, ret_handled, err);
}

int alter_offsets_checkpoint(const struct tern_config *config,
                             const struct tern_offset_change *changes, size_t count,
                             bool *ret_handled, struct tern_error *err)
{
    static const struct shape shape = {{"group", "topic", NULL}, true, true};

    (void)config;
    return check_changes(&shape, changes, count, ret_handled, err);
}

int alter_offsets_heartbeat(const struct tern_config *config,
                            const struct tern_offset_change *changes, size_t count,
                            bool *ret_handled, struct tern_error *err)
{
    static const struct shape shape = {
        {"sourceClusterAlias", "targetClusterAlias", NULL}, false, true};

    (void)config;
    return check_changes(&shape, changes, count, ret_handled, err);
}
