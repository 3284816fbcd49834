/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/store/status_record.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/jsonx.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "worker/store/record_key.h"

static const char connector_prefix[] = "status-connector-";
static const char task_prefix[] = "status-task-";
static const char topic_prefix[] = "status-topic-";
static const char topic_separator[] = ":connector-";

static const char *const state_names[] = {
    [RUN_UNASSIGNED] = "UNASSIGNED", [RUN_RUNNING] = "RUNNING",       [RUN_PAUSED] = "PAUSED",
    [RUN_FAILED] = "FAILED",         [RUN_RESTARTING] = "RESTARTING", [RUN_STOPPED] = "STOPPED",
    [RUN_DESTROYED] = "DESTROYED",
};

const char *run_state_name(enum run_state state)
{
    return state_names[state];
}

void status_fini(struct status *status)
{
    free((char *)status->trace);
    free((char *)status->worker_id);
    free((char *)status->version);
    *status = (struct status){0};
}

void status_record_fini(struct status_record *record)
{
    free(record->connector);
    free(record->topic);
    status_fini(&record->status);
    *record = (struct status_record)STATUS_RECORD_INIT;
}

/* ---- reading ---- */

static void reject(struct status_record *rec, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void reject(struct status_record *rec, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(rec->why, sizeof(rec->why), fmt, ap);
    va_end(ap);
    rec->kind = STATUS_REJECTED;
}

static bool parse_state(const json_t *value, enum run_state *ret_state)
{
    const char *text = json_string_value(value);

    for (size_t i = 0; text && i < COUNT_OF(state_names); i++) {
        if (strcmp(text, state_names[i]) == 0) {
            *ret_state = (enum run_state)i;
            return true;
        }
    }
    return false;
}

/* A string, or null, or missing; false for all else, and for a text with a NUL. */
static bool copy_text(const json_t *object, const char *name, const char **ret_text)
{
    const json_t *value = json_object_get(object, name);
    const char *text = json_string_value(value);

    if (!value || json_is_null(value))
        return true;
    if (!text || strlen(text) != json_string_length(value))
        return false;
    *ret_text = xstrdup(text);
    return true;
}

static int32_t narrowed(const json_t *value)
{
    return (int32_t)(uint32_t)json_integer_value(value); /* as Java narrows a long */
}

static void read_status(struct status_record *rec, const json_t *value, const char *key)
{
    const json_t *generation = json_object_get(value, "generation");

    if (!json_is_object(value) || !json_is_integer(generation) ||
        !parse_state(json_object_get(value, "state"), &rec->status.state) ||
        !copy_text(value, "trace", &rec->status.trace) ||
        !copy_text(value, "worker_id", &rec->status.worker_id) ||
        !copy_text(value, "version", &rec->status.version)) {
        reject(rec, "Failed to deserialize the status '%.200s'", key);
        return;
    }
    if (!rec->status.worker_id)
        rec->status.worker_id = xstrdup("");
    rec->status.generation = narrowed(generation);
}

static void read_topic(struct status_record *rec, const json_t *value, const char *key)
{
    const json_t *topic = json_object_get(value, "topic");
    const json_t *task = json_object_get(topic, "task");
    const json_t *discovered = json_object_get(topic, "discoverTimestamp");

    if (!json_is_string(json_object_get(topic, "name")) ||
        !json_is_string(json_object_get(topic, "connector")) || !json_is_integer(task) ||
        !json_is_integer(discovered)) {
        reject(rec, "Failed to deserialize the topic status '%.200s'", key);
        return;
    }
    rec->task = narrowed(task);
    rec->discovered_ms = json_integer_value(discovered);
}

/* <topic>:connector-<name>, split at the first colon; what follows it is only counted. */
static bool split_topic(struct status_record *rec, const char *text)
{
    const char *colon = strchr(text, ':');
    size_t skip = strlen(topic_separator);

    if (!colon || colon == text || strlen(colon) <= skip)
        return false;
    rec->topic = xstrndup(text, (size_t)(colon - text));
    rec->connector = xstrdup(colon + skip);
    return true;
}

static void read_key(struct status_record *rec, const char *key)
{
    if (str_starts_with(key, connector_prefix)) {
        rec->kind = STATUS_OF_CONNECTOR;
        rec->connector = xstrdup(key + strlen(connector_prefix));
        if (!*rec->connector)
            reject(rec, "Discarding record with invalid connector status key '%s'", key);
    } else if (str_starts_with(key, task_prefix)) {
        rec->kind = STATUS_OF_TASK;
        if (!record_key_task(key + strlen(task_prefix), &rec->connector, &rec->task))
            reject(rec, "Discarding record with invalid task status key '%s'", key);
    } else if (str_starts_with(key, topic_prefix)) {
        rec->kind = STATUS_OF_TOPIC;
        if (!split_topic(rec, key + strlen(topic_prefix)))
            reject(rec, "Discarding record with invalid topic status key '%s'", key);
    } else {
        reject(rec, "Discarding record with invalid key '%s'", key);
    }
}

static void read_value(struct status_record *rec, struct slice value, const char *key)
{
    CLEANUP(jsonx_decrefp) json_t *json = NULL;
    struct tern_error err;

    rec->is_null = !value.at;
    if (rec->is_null || rec->kind == STATUS_REJECTED)
        return;
    if (jsonx_parse(value.at, value.len, &json, &err) < 0)
        reject(rec, "Failed to deserialize the status '%.200s': %.200s", key, err.msg);
    else if (rec->kind == STATUS_OF_TOPIC)
        read_topic(rec, json, key);
    else
        read_status(rec, json, key);
}

void status_record_parse(struct slice key, struct slice value, struct status_record *ret_record)
{
    CLEANUP(freep) char *text = record_key_text(key);

    *ret_record = (struct status_record)STATUS_RECORD_INIT;
    if (!text) {
        reject(ret_record, "Discarding record with invalid key: it is %s",
               key.at ? "not UTF-8 text" : "null");
        return;
    }
    read_key(ret_record, text);
    read_value(ret_record, value, text);
}

/* ---- writing ---- */

char *status_record_key(const char *connector, int32_t task)
{
    if (task == STATUS_CONNECTOR)
        return xasprintf("%s%s", connector_prefix, connector);
    return xasprintf("%s%s-%d", task_prefix, connector, task);
}

char *status_record_topic_key(const char *topic, const char *connector)
{
    return xasprintf("%s%s%s%s", topic_prefix, topic, topic_separator, connector);
}

/* At most limit bytes of text, no character cut in two. */
static size_t cut_length(const char *text, size_t limit)
{
    size_t len = strnlen(text, limit + 1);

    if (len <= limit)
        return len;
    for (len = limit; len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80;)
        len--;
    return len;
}

/* Text of any origin: when it is not UTF-8 (a message may have been cut), '?' for what is not
 * ASCII. */
static void write_text(struct buf *out, const char *text)
{
    size_t len, before = out->len;

    if (!text) {
        buf_add_str(out, "null");
        return;
    }
    len = cut_length(text, STATUS_TRACE_MAX_BYTES);
    jsonx_write_string(out, text, len);
    if (out->failed) {
        CLEANUP(freep) char *ascii = xstrndup(text, len);

        for (char *p = ascii; *p; p++) {
            if ((unsigned char)*p >= 0x80)
                *p = '?';
        }
        out->failed = false;
        out->len = before;
        jsonx_write_string(out, ascii, len);
    }
}

char *status_record_value(const struct status *status)
{
    struct buf out = BUF_INIT(SIZE_MAX);

    buf_add_fmt(&out, "{\"state\":\"%s\",\"trace\":", run_state_name(status->state));
    write_text(&out, status->trace);
    buf_add_str(&out, ",\"worker_id\":");
    write_text(&out, status->worker_id);
    buf_add_fmt(&out, ",\"generation\":%d,\"version\":", status->generation);
    write_text(&out, status->version);
    buf_add_char(&out, '}');
    return buf_take_str(&out);
}

char *status_record_topic_value(const char *topic, const char *connector, int32_t task,
                                int64_t discovered_ms)
{
    struct buf out = BUF_INIT(SIZE_MAX);

    buf_add_str(&out, "{\"topic\":{\"name\":");
    write_text(&out, topic);
    buf_add_str(&out, ",\"connector\":");
    write_text(&out, connector);
    buf_add_fmt(&out, ",\"task\":%d,\"discoverTimestamp\":%lld}}", task, (long long)discovered_ms);
    return buf_take_str(&out);
}
