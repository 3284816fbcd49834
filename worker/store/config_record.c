/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/store/config_record.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/base64.h"
#include "lib/base/jsonx.h"
#include "lib/base/xmem.h"
#include "worker/store/record_key.h"

/* In the order in which Java tests them; a key that ends where its prefix ends names "". */
static const struct {
    enum config_record_kind kind;
    const char *prefix;
} prefixes[] = {
    {CONFIG_TARGET_STATE, "target-state-"},
    {CONFIG_CONNECTOR, "connector-"},
    {CONFIG_TASK, "task-"},
    {CONFIG_COMMIT, "commit-"},
    {CONFIG_RESTART, "restart-connector-"},
    {CONFIG_TASK_COUNT, "tasks-fencing-"},
    {CONFIG_LOGGER_LEVEL, "logger-cluster-"},
};

static const char session_key_key[] = "session-key";

void config_record_fini(struct config_record *record)
{
    free(record->name);
    config_ref_unref(record->config);
    session_key_free(record->session_key);
    free(record->level);
    *record = (struct config_record)CONFIG_RECORD_INIT;
}

/* ---- reading ---- */

static void reject(struct config_record *rec, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void reject(struct config_record *rec, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(rec->why, sizeof(rec->why), fmt, ap);
    va_end(ap);
    rec->kind = CONFIG_REJECTED;
}

static const char *type_name(const json_t *value)
{
    static const char *const names[] = {
        [JSON_OBJECT] = "a map",       [JSON_ARRAY] = "a list",    [JSON_STRING] = "a string",
        [JSON_INTEGER] = "an integer", [JSON_REAL] = "a fraction", [JSON_TRUE] = "a boolean",
        [JSON_FALSE] = "a boolean",    [JSON_NULL] = "null",
    };

    return value ? names[json_typeof(value)] : "missing";
}

/* The text of a JSON string; NULL when it is none, or one with a NUL in it. */
static const char *plain_text(const json_t *value)
{
    const char *text = json_string_value(value);

    return text && strlen(text) == json_string_length(value) ? text : NULL;
}

/* False for text that C cannot hold. */
static bool set_property(struct strmap *map, const char *key, const json_t *value)
{
    CLEANUP(buf_fini) struct buf text = BUF_INIT(CONFIG_VALUE_MAX_BYTES);

    if (json_is_null(value)) {
        strmap_set(map, key, NULL);
        return true;
    }
    if (json_is_string(value)) {
        if (!plain_text(value))
            return false;
        strmap_set(map, key, plain_text(value));
        return true;
    }
    jsonx_write(&text, value);
    strmap_set(map, key, buf_str(&text));
    return !text.failed;
}

/* The map under "properties"; NULL, and rec rejected, when there is none. */
static struct config_ref *read_properties(struct config_record *rec, json_t *value,
                                          const char *what)
{
    json_t *properties = json_object_get(value, "properties");
    struct strmap map = STRMAP_INIT;
    bool fits = true;

    if (!json_is_object(properties)) {
        reject(rec,
               "Invalid data for config of %s '%s': 'properties' field should be a map but "
               "is %s",
               what, rec->name, type_name(properties));
        return NULL;
    }
    for (void *it = json_object_iter(properties); it && fits;
         it = json_object_iter_next(properties, it)) {
        const char *key = json_object_iter_key(it);

        fits = strlen(key) == json_object_iter_key_len(it) &&
               set_property(&map, key, json_object_iter_value(it));
    }
    if (!fits) {
        strmap_fini(&map);
        reject(rec, "Invalid data for config of %s '%s': a property contains a NUL character", what,
               rec->name);
        return NULL;
    }
    return config_ref_new(&map);
}

static void read_connector(struct config_record *rec, json_t *value)
{
    rec->is_null = json_is_null(value);
    if (rec->is_null)
        return;
    if (!json_is_object(value)) {
        reject(rec,
               "Ignoring configuration for connector '%s' because it is in the wrong format: "
               "%s",
               rec->name, type_name(value));
        return;
    }
    rec->config = read_properties(rec, value, "connector");
}

static void read_target_state(struct config_record *rec, json_t *value)
{
    json_t *state;

    rec->is_null = json_is_null(value);
    if (rec->is_null)
        return;
    if (!json_is_object(value)) {
        reject(rec,
               "Ignoring target state for connector '%s' because it is in the wrong format: "
               "%s",
               rec->name, type_name(value));
        return;
    }
    /* A bad state.v2 that is a string does not fall back to state. */
    state = json_object_get(value, "state.v2");
    if (!json_is_string(state))
        state = json_object_get(value, "state");
    if (!json_is_string(state)) {
        reject(rec,
               "Invalid data for target state for connector '%s': 'state' field should be a "
               "string but is %s",
               rec->name, type_name(state));
    } else if (!plain_text(state) || !target_state_parse(plain_text(state), &rec->target)) {
        reject(rec, "Invalid target state for connector '%s'", rec->name);
    }
}

static void read_task(struct config_record *rec, json_t *value)
{
    CLEANUP(freep) char *rest = TAKE(rec->name);

    if (!record_key_task(rest, &rec->name, &rec->number)) {
        reject(rec,
               "Ignoring task configuration because 'task-%s' couldn't be parsed as a task "
               "config key",
               rest);
    } else if (rec->number >= CONFIG_TASKS_MAX) {
        reject(rec, "Ignoring task configuration for task '%s' because tasks are numbered below %d",
               rest, CONFIG_TASKS_MAX);
    } else if (!json_is_object(value)) {
        reject(rec, "Ignoring configuration for task '%s' because it is in the wrong format: %s",
               rest, type_name(value));
    } else {
        rec->config = read_properties(rec, value, "task");
    }
}

static void read_count(struct config_record *rec, json_t *value)
{
    bool is_commit = rec->kind == CONFIG_COMMIT;
    json_t *count = json_object_get(value, is_commit ? "tasks" : "task-count");
    int32_t number;

    if (!json_is_integer(count)) {
        reject(rec, "Ignoring %s for connector '%s' because it is in the wrong format: %s",
               is_commit ? "connector tasks configuration commit" : "task count record", rec->name,
               json_is_object(value) ? type_name(count) : type_name(value));
        if (is_commit)
            rec->kind = CONFIG_COMMIT;
        rec->is_malformed = is_commit;
        return;
    }
    number = (int32_t)(uint32_t)json_integer_value(count); /* as Java narrows a long */
    rec->number = number < 0 ? 0 : number;                 /* no task to run either way */
}

static void read_restart(struct config_record *rec, json_t *value)
{
    if (!json_is_object(value)) {
        reject(rec, "Ignoring restart request for connector '%s' because the value is %s",
               rec->name, type_name(value));
        return;
    }
    rec->include_tasks = json_is_true(json_object_get(value, "include-tasks"));
    rec->only_failed = json_is_true(json_object_get(value, "only-failed"));
}

static void read_session_key(struct config_record *rec, json_t *value)
{
    json_t *key = json_object_get(value, "key");
    const char *algorithm = plain_text(json_object_get(value, "algorithm"));
    json_t *created = json_object_get(value, "creation-timestamp");
    struct buf bytes = BUF_INIT(CONFIG_SESSION_KEY_MAX_BYTES);

    if (!json_is_object(value)) {
        reject(rec, "Ignoring session key because the value is %s", type_name(value));
    } else if (!json_is_string(key)) {
        reject(rec, "Invalid data for session key: 'key' field should be a string but is %s",
               type_name(key));
    } else if (!algorithm) {
        reject(rec, "Invalid data for session key: 'algorithm' field should be a string but is %s",
               type_name(json_object_get(value, "algorithm")));
    } else if (!json_is_integer(created)) {
        reject(rec,
               "Invalid data for session key: 'creation-timestamp' field should be a long but "
               "is %s",
               type_name(created));
    } else if (!base64_decode(&bytes, json_string_value(key), json_string_length(key)) ||
               !bytes.len) {
        reject(rec, "Invalid data for session key: 'key' field is not the base64 of 1 to %d bytes",
               CONFIG_SESSION_KEY_MAX_BYTES);
    } else {
        rec->session_key =
            session_key_new(algorithm, bytes.data, bytes.len, json_integer_value(created));
    }
    if (bytes.data)
        explicit_bzero(bytes.data, bytes.cap);
    buf_fini(&bytes);
}

static void read_logger_level(struct config_record *rec, json_t *value)
{
    const char *level = plain_text(json_object_get(value, "level"));

    if (!level) {
        reject(rec, "Ignoring logging level for namespace '%s' because it is %s", rec->name,
               json_is_object(value) ? type_name(json_object_get(value, "level"))
                                     : type_name(value));
    } else {
        rec->level = xstrdup(level);
    }
}

static void read_value(struct config_record *rec, json_t *value)
{
    switch (rec->kind) {
    case CONFIG_CONNECTOR:
        read_connector(rec, value);
        break;
    case CONFIG_TARGET_STATE:
        read_target_state(rec, value);
        break;
    case CONFIG_TASK:
        read_task(rec, value);
        break;
    case CONFIG_COMMIT:
    case CONFIG_TASK_COUNT:
        read_count(rec, value);
        break;
    case CONFIG_RESTART:
        read_restart(rec, value);
        break;
    case CONFIG_SESSION_KEY:
        read_session_key(rec, value);
        break;
    case CONFIG_LOGGER_LEVEL:
        read_logger_level(rec, value);
        break;
    case CONFIG_UNDECODABLE:
    case CONFIG_REJECTED:
        break;
    }
}

/* Finds kind and name; rejects a key that is of no kind. */
static void read_key(struct config_record *rec, const char *key)
{
    for (size_t i = 0; i < COUNT_OF(prefixes); i++) {
        if (str_starts_with(key, prefixes[i].prefix)) {
            rec->kind = prefixes[i].kind;
            rec->name = xstrdup(key + strlen(prefixes[i].prefix));
            return;
        }
    }
    if (strcmp(key, session_key_key) == 0)
        rec->kind = CONFIG_SESSION_KEY;
    else
        reject(rec, "Discarding config update record with invalid key: %s", key);
}

void config_record_parse(struct slice key, struct slice value, struct config_record *ret_record)
{
    CLEANUP(jsonx_decrefp) json_t *json = NULL;
    CLEANUP(freep) char *key_text = record_key_text(key);
    struct tern_error err;

    *ret_record = (struct config_record)CONFIG_RECORD_INIT;
    if (jsonx_parse(value.at, value.len, &json, &err) < 0) {
        snprintf(ret_record->why, sizeof(ret_record->why),
                 "Failed to convert config data to Kafka Connect format: '%.200s': %.200s",
                 key_text ? key_text : "", err.msg);
        return;
    }
    if (!key_text) {
        reject(ret_record, "Discarding config update record with invalid key: it is %s",
               key.at ? "not UTF-8 text" : "null");
        return;
    }
    read_key(ret_record, key_text);
    read_value(ret_record, json);
}

/* ---- writing ---- */

static void write_text(struct buf *out, const char *text)
{
    if (text)
        jsonx_write_string(out, text, strlen(text));
    else
        buf_add_str(out, "null");
}

static void write_properties(struct buf *out, struct config_ref *config)
{
    const char *comma = "";

    buf_add_str(out, "{\"properties\":{");
    STRMAP_FOREACH (config_ref_map(config), entry) {
        buf_add_str(out, comma);
        write_text(out, entry->key);
        buf_add_char(out, ':');
        write_text(out, entry->value);
        comma = ",";
    }
    buf_add_str(out, "}}");
}

/* Workers before 3.5 know no STOPPED: they read state, and pause. */
static void write_target_state(struct buf *out, enum target_state state)
{
    enum target_state v1 = state == TARGET_STOPPED ? TARGET_PAUSED : state;

    buf_add_fmt(out, "{\"state\":\"%s\",\"state.v2\":\"%s\"}", target_state_name(v1),
                target_state_name(state));
}

static void write_session_key(struct buf *out, const struct session_key *key)
{
    buf_add_str(out, "{\"key\":\"");
    base64_encode(out, key->bytes, key->size);
    buf_add_str(out, "\",\"algorithm\":");
    write_text(out, key->algorithm);
    buf_add_fmt(out, ",\"creation-timestamp\":%lld}", (long long)key->created_ms);
}

static void write_value(struct buf *out, const struct config_record *rec)
{
    switch (rec->kind) {
    case CONFIG_CONNECTOR:
    case CONFIG_TASK:
        write_properties(out, rec->config);
        break;
    case CONFIG_TARGET_STATE:
        write_target_state(out, rec->target);
        break;
    case CONFIG_COMMIT:
        buf_add_fmt(out, "{\"tasks\":%d}", rec->number);
        break;
    case CONFIG_TASK_COUNT:
        buf_add_fmt(out, "{\"task-count\":%d}", rec->number);
        break;
    case CONFIG_RESTART:
        buf_add_fmt(out, "{\"include-tasks\":%s,\"only-failed\":%s}",
                    rec->include_tasks ? "true" : "false", rec->only_failed ? "true" : "false");
        break;
    case CONFIG_SESSION_KEY:
        write_session_key(out, rec->session_key);
        break;
    case CONFIG_LOGGER_LEVEL:
        buf_add_str(out, "{\"level\":");
        write_text(out, rec->level);
        buf_add_char(out, '}');
        break;
    case CONFIG_UNDECODABLE:
    case CONFIG_REJECTED:
        out->failed = true;
        break;
    }
}

static char *format_key(const struct config_record *rec)
{
    for (size_t i = 0; i < COUNT_OF(prefixes); i++) {
        if (prefixes[i].kind != rec->kind)
            continue;
        if (rec->kind == CONFIG_TASK)
            return xasprintf("%s%s-%d", prefixes[i].prefix, rec->name, rec->number);
        return xasprintf("%s%s", prefixes[i].prefix, rec->name);
    }
    return xstrdup(session_key_key);
}

int config_record_format(const struct config_record *record, char **ret_key, char **ret_value,
                         struct tern_error *err)
{
    CLEANUP(buf_fini) struct buf value = BUF_INIT(CONFIG_VALUE_MAX_BYTES);

    if (!record->is_null)
        write_value(&value, record);
    if (value.failed) {
        return tern_fail(err, TERN_EINVALID,
                         "'%s' cannot be written to the config topic: its text is not UTF-8, or "
                         "larger than %d bytes",
                         record->name ? record->name : session_key_key, CONFIG_VALUE_MAX_BYTES);
    }
    *ret_key = format_key(record);
    *ret_value = record->is_null ? NULL : buf_take_str(&value);
    return 0;
}
