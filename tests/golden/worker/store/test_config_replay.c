/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The config topic replayed step by step beside Java's KafkaConfigBackingStore: after every
 * record the callbacks and the whole state are compared.
 */
#include <stdio.h>
#include <string.h>

#include "lib/base/xmem.h"
#include "tests/lib/testing.h"
#include "worker/store/config_replay.h"

enum {
    LIMIT = 1 << 20
};

static const char *const files[] = {
    "tests/golden/worker/store/connect-store-replay.json",
    "tests/golden/worker/store/connect-store-random.json",
};

/* ---- callbacks as Java's listener prints them ---- */

static void add_task_list(struct buf *out, const struct config_event *event)
{
    buf_add_str(out, "taskConfigUpdate[");
    for (int32_t i = 0; event->as.tasks.applied && i < event->as.tasks.count; i++)
        buf_add_fmt(out, "%s%s-%d", i ? ", " : "", event->name, i);
    buf_add_char(out, ']');
}

static void add_session_key(struct buf *out, struct config_replay *replay)
{
    const struct cluster_state *s = config_replay_snapshot(replay);

    ck_assert_ptr_nonnull(s->session_key);
    buf_add_fmt(out, "sessionKeyUpdate(%s,%lld)", s->session_key->algorithm,
                (long long)s->session_key->created_ms);
    cluster_state_unref(s);
}

static const char *truth(bool b)
{
    return b ? "true" : "false";
}

static void add_event(struct buf *out, struct config_replay *replay,
                      const struct config_event *event)
{
    switch (event->kind) {
    case CONFIG_EVENT_NONE:
        break;
    case CONFIG_EVENT_CONNECTOR_REMOVED:
        buf_add_fmt(out, "configRemove(%s)", event->name);
        break;
    case CONFIG_EVENT_CONNECTOR_UPDATED:
        buf_add_fmt(out, "configUpdate(%s)", event->name);
        break;
    case CONFIG_EVENT_TASKS_UPDATED:
        add_task_list(out, event);
        break;
    case CONFIG_EVENT_TARGET_STATE_CHANGED:
        buf_add_fmt(out, "targetStateChange(%s)", event->name);
        break;
    case CONFIG_EVENT_SESSION_KEY_UPDATED:
        add_session_key(out, replay);
        break;
    case CONFIG_EVENT_RESTART_REQUESTED:
        buf_add_fmt(out, "restartRequest(%s,onlyFailed=%s,includeTasks=%s)", event->name,
                    truth(event->as.restart.only_failed), truth(event->as.restart.include_tasks));
        break;
    case CONFIG_EVENT_LOGGER_LEVEL:
        buf_add_fmt(out, "loggerLevel(%s,%s)", event->name, event->as.level);
        break;
    }
}

/* ---- the state as JSON, in the shape of the golden snapshots ---- */

static json_t *config_json(struct config_ref *config)
{
    json_t *object;

    if (!config)
        return json_null();
    object = json_object();
    STRMAP_FOREACH (config_ref_map(config), e)
        json_object_set_new(object, e->key, e->value ? json_string(e->value) : json_null());
    return object;
}

static json_t *task_name(const char *connector, int32_t task)
{
    return json_sprintf("%s-%d", connector, task);
}

static json_t *count_json(int32_t count)
{
    return count < 0 ? json_null() : json_integer(count);
}

/* every: tasks that are not to run, too. */
static json_t *connector_json(const struct connector_state *c, bool every)
{
    json_t *tasks = json_array(), *configs = json_object();
    int32_t known = every ? c->tasks_known : connector_state_tasks(c);

    for (int32_t i = 0; i < connector_state_tasks(c); i++) {
        ck_assert_ptr_nonnull(connector_state_task(c, i));
        json_array_append_new(tasks, task_name(c->name, i));
    }
    for (int32_t i = 0; i < known; i++) {
        char id[16];

        snprintf(id, sizeof(id), "%d", i);
        if (connector_state_task(c, i))
            json_object_set_new(configs, id, config_json(connector_state_task(c, i)));
    }
    return json_pack("{s:o, s:s, s:i, s:o, s:o, s:o, s:o, s:b, s:b, s:o}", "config",
                     config_json(c->config), "targetState", target_state_name(c->target),
                     "taskCount", c->task_count < 0 ? 0 : c->task_count, "tasks", tasks,
                     "taskConfigs", configs, "taskConfigGeneration", count_json(c->generation),
                     "taskCountRecord", count_json(c->task_count_record), "pendingFencing",
                     c->pending_fencing, "inconsistent", c->inconsistent, "appliedConnectorConfig",
                     config_json(c->applied));
}

static json_t *connectors_json(const struct cluster_state *s, bool every)
{
    json_t *all = json_object();

    for (size_t i = 0; i < s->count; i++) {
        ck_assert_ptr_eq(cluster_state_connector(s, s->connectors[i]->name), s->connectors[i]);
        json_object_set_new(all, s->connectors[i]->name, connector_json(s->connectors[i], every));
    }
    return all;
}

static json_t *deferred_json(const struct config_replay *replay)
{
    json_t *all = json_object();
    const char *name;

    for (size_t i = 0; (name = config_replay_name(replay, i)); i++) {
        int32_t *ids;
        size_t count;
        json_t *list;

        if (!config_replay_deferred(replay, name, &ids, &count))
            continue;
        list = json_array();
        for (size_t j = 0; j < count; j++)
            json_array_append_new(list, task_name(name, ids[j]));
        json_object_set_new(all, name, list);
        free(ids);
    }
    return all;
}

/* What is known of connectors with and without a config. */
struct traces {
    json_t *targets, *records, *fencing, *inconsistent;
};

static struct traces traces_of(const struct config_replay *replay)
{
    struct traces t = {json_object(), json_object(), json_array(), json_array()};
    const char *name;
    bool known;

    for (size_t i = 0; (name = config_replay_name(replay, i)); i++) {
        const struct connector_state *c = config_replay_trace(replay, name, &known);

        if (known)
            json_object_set_new(t.targets, name, json_string(target_state_name(c->target)));
        if (c->task_count_record >= 0)
            json_object_set_new(t.records, name, json_sprintf("%d", c->task_count_record));
        if (c->pending_fencing)
            json_array_append_new(t.fencing, json_string(name));
        if (c->inconsistent)
            json_array_append_new(t.inconsistent, json_string(name));
    }
    return t;
}

static json_t *state_json(struct config_replay *replay, bool every)
{
    const struct cluster_state *s = config_replay_snapshot(replay);
    struct traces t = traces_of(replay);
    json_t *json;

    json = json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "offset", (json_int_t)s->offset,
                     "connectors", connectors_json(s, every), "deferred", deferred_json(replay),
                     "allTargetStates", t.targets, "allTaskCountRecords", t.records,
                     "allPendingFencing", t.fencing, "allInconsistent", t.inconsistent,
                     "sessionKeyTimestamp",
                     s->session_key ? json_integer(s->session_key->created_ms) : json_null());
    ck_assert_ptr_nonnull(json);
    cluster_state_unref(s);
    return json;
}

/* "{a=1, b=2}", a Java map's text, as an object; an object as it is. */
static json_t *java_map(json_t *map)
{
    CLEANUP(freep) char *copy = NULL;
    json_t *object = json_object();
    char *save = NULL;

    if (json_is_object(map)) {
        json_object_update(object, map);
        return object;
    }
    ck_assert(json_is_string(map));
    copy = xstrdup(json_string_value(map));
    for (char *p = strtok_r(copy, "{}, ", &save); p; p = strtok_r(NULL, "{}, ", &save)) {
        char *equals = strchr(p, '=');

        ck_assert_ptr_nonnull(equals);
        *equals = '\0';
        json_object_set_new(object, p, json_string(equals + 1));
    }
    return object;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A Java set's elements in order. */
static json_t *sorted(const json_t *array)
{
    size_t count = json_array_size(array);
    CLEANUP(freep) const char **names = xcalloc(count + 1, sizeof(char *));
    json_t *out = json_array();

    for (size_t i = 0; i < count; i++)
        names[i] = json_string_value(json_array_get(array, i));
    qsort(names, count, sizeof(char *), compare_names);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(out, json_string(names[i]));
    return out;
}

static json_t *wanted_state(const json_t *snapshot)
{
    json_t *wanted = json_copy((json_t *)snapshot);

    json_object_set_new(wanted, "allTargetStates",
                        java_map(json_object_get(wanted, "allTargetStates")));
    json_object_set_new(wanted, "allTaskCountRecords",
                        java_map(json_object_get(wanted, "allTaskCountRecords")));
    json_object_set_new(wanted, "allPendingFencing",
                        sorted(test_array(wanted, "allPendingFencing")));
    json_object_set_new(wanted, "allInconsistent", sorted(test_array(wanted, "allInconsistent")));
    return wanted;
}

/* ---- the steps ---- */

static struct slice bytes_of(const json_t *text)
{
    return slice_of(json_string_value(text), json_string_length(text));
}

static struct config_event apply(struct config_replay *replay, const json_t *step,
                                 struct config_record *record)
{
    config_record_parse(bytes_of(json_object_get(step, "key")),
                        bytes_of(json_object_get(step, "value")), record);
    return config_replay_apply(replay, record, json_integer_value(json_object_get(step, "offset")));
}

static void check_callbacks(const json_t *step, const char *got, const char *where)
{
    const json_t *callbacks = test_array(step, "callbacks");
    const char *wanted = json_string_value(json_array_get(callbacks, 0));

    ck_assert_uint_le(json_array_size(callbacks), 1);
    ck_assert_msg(strcmp(got, wanted ? wanted : "") == 0, "%s: got '%s', not '%s'", where, got,
                  wanted ? wanted : "");
}

static void check_state(struct config_replay *replay, const json_t *step, bool every,
                        const char *where)
{
    json_t *got = state_json(replay, every),
           *wanted = wanted_state(json_object_get(step, "snapshot"));

    if (!json_equal(got, wanted)) {
        CLEANUP(freep) char *a = json_dumps(got, JSON_SORT_KEYS);
        CLEANUP(freep) char *b = json_dumps(wanted, JSON_SORT_KEYS);

        ck_abort_msg("%s:\ngot    %s\nwanted %s", where, a, b);
    }
    json_decref(got);
    json_decref(wanted);
}

static void run_scenario(const json_t *scenario)
{
    const json_t *steps = test_array(scenario, "steps");
    json_int_t before = json_integer_value(json_object_get(scenario, "recordsBeforeStart"));
    bool every = !json_is_true(json_object_get(scenario, "onlyTasksToRun"));
    struct config_replay *replay = config_replay_new();

    ck_assert_uint_gt(json_array_size(steps), 0);
    for (size_t i = 0; i < json_array_size(steps); i++) {
        CLEANUP(config_record_fini) struct config_record record = CONFIG_RECORD_INIT;
        CLEANUP(buf_fini) struct buf callback = BUF_INIT(LIMIT);
        const json_t *step = json_array_get(steps, i);
        struct config_event event = apply(replay, step, &record);
        char where[128];

        snprintf(where, sizeof(where), "%s, step %zu", test_text(scenario, "name"), i);
        if ((json_int_t)i >= before) /* no listener is told before the first read is done */
            add_event(&callback, replay, &event);
        check_callbacks(step, buf_str(&callback), where);
        if (json_object_get(step, "snapshot"))
            check_state(replay, step, every, where);
    }
    config_replay_free(replay);
}

START_TEST(same_as_java)
{
    json_t *golden = test_json(files[_i]);
    const json_t *scenarios = test_array(golden, "scenarios");

    ck_assert_uint_ge(json_array_size(scenarios), 8);
    for (size_t i = 0; i < json_array_size(scenarios); i++)
        run_scenario(json_array_get(scenarios, i));
    json_decref(golden);
}
END_TEST

/* ---- two live clusters of Java workers ---- */

static void replay_topic(struct config_replay *replay, const json_t *records)
{
    for (size_t i = 0; i < json_array_size(records); i++) {
        CLEANUP(config_record_fini) struct config_record record = CONFIG_RECORD_INIT;

        apply(replay, json_array_get(records, i), &record);
        ck_assert_int_gt(record.kind, CONFIG_REJECTED);
    }
}

static void check_phase(const char *phase, int64_t offset)
{
    json_t *golden = test_json("tests/golden/worker/store/connect-live-capture.json");
    const json_t *topics = json_object_get(golden, phase);
    struct config_replay *replay = config_replay_new();
    const struct cluster_state *state;

    replay_topic(replay, test_array(topics, "configTopic"));
    state = config_replay_snapshot(replay);
    ck_assert_int_eq(state->offset, offset);
    ck_assert_uint_eq(state->count, 2);
    ck_assert_int_eq(connector_state_tasks(cluster_state_connector(state, "fs-2")), 1);
    ck_assert_ptr_null(cluster_state_connector(state, "fs-1"));
    cluster_state_unref(state);
    config_replay_free(replay);
    json_decref(golden);
}

START_TEST(live_without_exactly_once)
{
    check_phase("phase1", 23);
}
END_TEST

/* Its log ends at 47: control records count for positions, not for the offset. */
START_TEST(live_with_exactly_once)
{
    check_phase("phase2_exactlyOnce", 46);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, same_as_java, COUNT_OF(files));
    test_add(suite, live_without_exactly_once);
    test_add(suite, live_with_exactly_once);
}

TEST_MAIN("config_replay, golden", fill)
