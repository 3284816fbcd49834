/* SPDX-License-Identifier: Apache-2.0 */
/* What runs: tasks that only count, and a scripted connector class. */
#include "tests/sim/worker/herder/fake_parts.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"
#include "worker/task/source_task.h"
#include "worker/task/task_check.h"

/* ---- tasks ---- */

struct source_task {
    struct source_task *next; /* fakes.gate: all that run */
    char *connector;
    char *value;
    int32_t task;
    const struct run_listener *listener;
    void *arg;
    const struct exactly_once_hooks *exactly_once;
    int32_t generation;
    bool stopping;
    int refs; /* atomic */
};

static struct source_task *tasks_running; /* fakes.gate */

/* How many instances of a task run, and with a value other than that. Locked. */
int fake_count_tasks(const char *connector, int32_t task, const char *value, int *ret_others)
{
    int n = 0;

    for (const struct source_task *t = tasks_running; t; t = t->next) {
        if (strcmp(t->connector, connector) != 0 || t->task != task)
            continue;
        n++;
        *ret_others += strcmp(t->value, value) != 0;
    }
    return n;
}

/* Instead of converters and clients, which there are none of here. */
int task_check(const struct source_task_conf *conf, struct tern_error *err)
{
    bool fails;

    gate_lock(&fakes.gate);
    fails = fakes.script.tasks_cannot_be;
    gate_unlock(&fakes.gate);
    return fails ? tern_fail(err, TERN_EINVALID, "no task %s-%d can be", conf->connector,
                             (int)conf->task)
                 : 0;
}

struct source_task *source_task_start(const struct source_task_conf *conf, enum target_state target)
{
    struct source_task *t = xcalloc(1, sizeof(*t));
    const char *value = strmap_get(config_ref_map(conf->config), "v");

    t->connector = xstrdup(conf->connector);
    t->value = xstrdup(value ? value : "");
    t->task = conf->task;
    t->listener = conf->listener;
    t->arg = conf->arg;
    t->refs = 1;
    t->exactly_once = conf->exactly_once;
    t->generation = conf->generation;
    if (conf->exactly_once)
        ck_assert(strcmp(conf->group, "g") == 0 && strcmp(conf->offsets_topic, "o") == 0);
    ck_assert_str_eq(strmap_get(config_ref_map(conf->config), "task.class"), "ScriptTask");
    gate_lock(&fakes.gate);
    t->next = tasks_running;
    tasks_running = t;
    fakes.task_starts++;
    fakes.tasks_running++;
    snprintf(fakes.last_task_value, sizeof(fakes.last_task_value), "%s", value ? value : "");
    gate_wake(&fakes.gate);
    gate_unlock(&fakes.gate);
    if (target == TARGET_PAUSED)
        t->listener->on_pause(t->arg, t->connector, t->task);
    else
        t->listener->on_startup(t->arg, t->connector, t->task);
    return t;
}

/* An answer to a task. */
struct answer {
    bool is_there, is_ok; /* fakes.gate */
    struct tern_error err;
};

static void on_answer(void *arg, const struct tern_error *err)
{
    struct answer *a = arg;

    gate_lock(&fakes.gate);
    a->is_ok = !err;
    if (err)
        a->err = *err;
    a->is_there = true;
    gate_wake(&fakes.gate);
    gate_unlock(&fakes.gate);
}

int fake_task_asks(const char *connector, int32_t task, bool confirm, struct tern_error *err)
{
    struct answer answer = {0};
    struct source_task *t;

    gate_lock(&fakes.gate);
    for (t = tasks_running; t; t = t->next) {
        if (t->task == task && strcmp(t->connector, connector) == 0)
            break;
    }
    gate_unlock(&fakes.gate);
    ck_assert(t && t->exactly_once);
    if (confirm)
        t->exactly_once->confirm(t->arg, connector, task, t->generation, on_answer, &answer);
    else
        t->exactly_once->fence(t->arg, connector, on_answer, &answer);
    fakes_wait_flag(&answer.is_there);
    *err = answer.err;
    return answer.is_ok ? 0 : -1;
}

void source_task_transition(struct source_task *t, enum target_state target)
{
    fakes_count(&fakes.task_transitions);
    if (target == TARGET_PAUSED)
        t->listener->on_pause(t->arg, t->connector, t->task);
    else if (target == TARGET_STARTED)
        t->listener->on_resume(t->arg, t->connector, t->task);
}

void source_task_stop(struct source_task *t)
{
    t->stopping = true;
}

void source_task_await(struct source_task *t, int64_t deadline_ms)
{
    (void)deadline_ms;
    ck_assert(t->stopping);
    t->listener->on_shutdown(t->arg, t->connector, t->task);
    gate_lock(&fakes.gate);
    for (struct source_task **at = &tasks_running; *at; at = &(*at)->next) {
        if (*at == t) {
            *at = t->next;
            break;
        }
    }
    fakes.task_stops++;
    fakes.tasks_running--;
    gate_wake(&fakes.gate);
    gate_unlock(&fakes.gate);
    source_task_unref(t);
}

struct source_task *source_task_ref(struct source_task *t)
{
    __atomic_add_fetch(&t->refs, 1, __ATOMIC_SEQ_CST);
    return t;
}

void source_task_unref(struct source_task *t)
{
    if (__atomic_sub_fetch(&t->refs, 1, __ATOMIC_SEQ_CST) > 0)
        return;
    free(t->value);
    free(t->connector);
    free(t);
}

void source_task_metrics(struct source_task *t, tern_metric_emit *emit, void *arg)
{
    const struct tern_field tags[] = {{"connector", t->connector, 0}, {"task", NULL, t->task}};
    const struct tern_metric m = {.domain = "script",
                                  .type = "task",
                                  .tags = tags,
                                  .tag_count = COUNT_OF(tags),
                                  .name = "value",
                                  .value = strtod(t->value, NULL)};

    emit(arg, &m);
}

/* ---- connectors ---- */

static bool released;

void fake_release(void)
{
    gate_lock(&fakes.gate);
    released = true;
    gate_wake(&fakes.gate);
    gate_unlock(&fakes.gate);
}

struct connector {
    struct connector *next; /* fakes.gate: all that run */
    struct script script;
    char *name;
    char *value;
};

static struct connector *connectors_running; /* fakes.gate */

int fake_count_connectors(const char *name, const char *value, int *ret_others)
{
    int n = 0;

    for (const struct connector *c = connectors_running; c; c = c->next) {
        if (strcmp(c->name, name) != 0)
            continue;
        n++;
        *ret_others += strcmp(c->value, value) != 0;
    }
    return n;
}

static int connector_start(const struct tern_host *host, const struct tern_config *config,
                           void **ret_self, struct tern_error *err)
{
    struct connector *c;
    struct script script;

    (void)host;
    gate_lock(&fakes.gate);
    script = fakes.script;
    fakes.connector_starts++;
    gate_wake(&fakes.gate);
    gate_unlock(&fakes.gate);
    if (script.start_hangs)
        fakes_wait_flag(&released);
    if (script.start_fails)
        return tern_fail(err, TERN_EINVALID, "the script says no");
    c = xcalloc(1, sizeof(*c));
    c->script = script;
    c->name = xstrdup(config_get(config, "name"));
    c->value = xstrdup(config_get(config, "v"));
    gate_lock(&fakes.gate);
    c->next = connectors_running;
    connectors_running = c;
    gate_unlock(&fakes.gate);
    *ret_self = c;
    return 0;
}

static int connector_tasks(void *self, int32_t max_tasks, tern_config_emit *emit, void *arg,
                           struct tern_error *err)
{
    struct connector *c = self;
    int32_t n;

    fakes_count(&fakes.task_config_calls);
    if (fakes_take(&fakes.script.task_config_fails))
        return tern_fail(err, TERN_ERETRIABLE, "not just now");
    gate_lock(&fakes.gate);
    n = fakes.script.tasks_of_value ? (int32_t)(strtol(c->value, NULL, 10) % 4)
                                    : fakes.script.tasks;
    gate_unlock(&fakes.gate);
    ck_assert_int_eq(max_tasks, 8);
    for (int32_t i = 0; i < n; i++) {
        const struct tern_config_entry entries[] = {{"v", c->value}};
        const struct tern_config one = {entries, 1};

        if (emit(arg, &one, err) < 0)
            return -1;
    }
    return 0;
}

static int connector_alter(const struct tern_config *config,
                           const struct tern_offset_change *changes, size_t n, bool *ret_handled,
                           struct tern_error *err)
{
    ck_assert_str_eq(config_get(config, "connector.class"), "Script");
    fakes_count(&fakes.alters);
    gate_lock(&fakes.gate);
    *ret_handled = fakes.script.handles_offsets;
    gate_unlock(&fakes.gate);
    if (fakes.script.alter_hangs)
        fakes_wait_flag(&released);
    for (size_t i = 0; i < n; i++) {
        if (!changes[i].partition)
            return tern_fail(err, TERN_EINVALID, "Source partitions may not be null");
    }
    return 0;
}

/* Locked. */
static void await_permit(void)
{
    int64_t deadline_ms = clock_deadline_ms(FAKES_PATIENCE_MS);

    fakes.connector_stops_begun++;
    gate_wake(&fakes.gate);
    while (fakes.stops_held && fakes.stop_permits == 0)
        fakes_wait_more(deadline_ms, "a permit to stop");
    if (fakes.stops_held)
        fakes.stop_permits--;
}

static void connector_stop(void *self)
{
    struct connector *c = self;

    gate_lock(&fakes.gate);
    await_permit();
    for (struct connector **at = &connectors_running; *at; at = &(*at)->next) {
        if (*at == c) {
            *at = c->next;
            break;
        }
    }
    gate_unlock(&fakes.gate);
    fakes_count(&fakes.connector_stops);
    free(c->name);
    free(c->value);
    free(c);
}

static int no_task(const struct tern_host *host, const struct tern_config *config, void **ret_self,
                   struct tern_error *err)
{
    (void)host;
    (void)config;
    (void)ret_self;
    return tern_fail(err, TERN_EINTERNAL, "tasks are fakes");
}

static int no_poll(void *self, int64_t max_wait_ms, struct tern_source_batch **ret_batch,
                   struct tern_error *err)
{
    (void)self;
    (void)max_wait_ms;
    (void)ret_batch;
    return tern_fail(err, TERN_EINTERNAL, "tasks are fakes");
}

static void no_stop(void *self)
{
    (void)self;
}

static const struct tern_config_key no_keys[] = {TERN_END};
static const struct tern_config_key *const no_tables[] = {no_keys, NULL};
static const struct tern_source_task_class task_class = {.size = sizeof(task_class),
                                                         .name = "ScriptTask",
                                                         .version = "7",
                                                         .start = no_task,
                                                         .poll = no_poll,
                                                         .stop = no_stop};
const struct tern_connector_class fake_connector_class = {
    .size = sizeof(fake_connector_class),
    .name = "Script",
    .version = "7",
    .config_key_size = sizeof(struct tern_config_key),
    .config = no_tables,
    .source_task = &task_class,
    .start = connector_start,
    .task_configs = connector_tasks,
    .stop = connector_stop,
    .alter_offsets = connector_alter,
};
