/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/worker/task/fake_plugin.h"

#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/strmap.h"
#include "lib/base/thread.h"
#include "lib/base/xmem.h"
#include "tests/unit/worker/task/journal.h"

enum {
    PARTITIONS_MAX = 16,
    TEXT_SIZE = 32
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct gate gate;
static struct fake_script script; /* set while nothing runs */
static struct fake_counts counts; /* gate */
static int failures;              /* gate */
static bool released;             /* gate */
static char *last_trace;          /* gate */

static void init(void)
{
    gate_init(&gate);
}

void fake_plugin_script(const struct fake_script *fresh)
{
    pthread_once(&once, init);
    gate_lock(&gate);
    script = *fresh;
    script.total = script.idle ? 0 : script.total ? script.total : 10;
    script.batch = script.batch ? script.batch : 4;
    script.partitions = script.partitions < 0 ? 0 : script.partitions ? script.partitions : 1;
    counts = (struct fake_counts){0};
    failures = 0;
    released = false;
    gate_unlock(&gate);
}

void fake_plugin_release(void)
{
    gate_lock(&gate);
    released = true;
    gate_wake(&gate);
    gate_unlock(&gate);
}

struct fake_counts fake_plugin_counts(void)
{
    struct fake_counts copy;

    gate_lock(&gate);
    copy = counts;
    gate_unlock(&gate);
    return copy;
}

static void count_one(size_t *counter)
{
    gate_lock(&gate);
    ++*counter;
    gate_unlock(&gate);
}

/* Hangs or fails as the script says. */
static int visit(const char *place, struct tern_error *err)
{
    bool fails = script.fail && strcmp(script.fail, place) == 0;

    if (script.hang && strcmp(script.hang, place) == 0) {
        journal_add("hangs in %s", place);
        gate_lock(&gate);
        while (!released)
            gate_wait(&gate, FOREVER_MS);
        gate_unlock(&gate);
    }
    gate_lock(&gate);
    fails = fails && (script.fail_times == 0 || failures < script.fail_times);
    failures += fails;
    gate_unlock(&gate);
    return fails ? tern_fail(err, script.fail_code, "%s fails", place) : 0;
}

/* ---- connector ---- */

struct connector {
    const struct tern_host *host;
    struct thread thread; /* raises an error */
};

static void raise(void *arg)
{
    const struct connector *c = arg;
    struct tern_error err;

    c->host->adopt_thread(c->host);
    (void)tern_fail(&err, TERN_EINTERNAL, "raised on purpose");
    c->host->raise_error(c->host, &err);
    (void)tern_fail(&err, TERN_EINTERNAL, "raised once more");
    c->host->raise_error(c->host, &err);
}

static int connector_start(const struct tern_host *host, const struct tern_config *config,
                           void **ret_self, struct tern_error *err)
{
    struct connector *c;

    journal_add("connector.start %s", config_get(config, "name"));
    if (visit("connector.start", err) < 0)
        return -1;
    c = xcalloc(1, sizeof(*c));
    c->host = host;
    if (script.raise_at_start)
        thread_start(&c->thread, "raise", raise, c);
    count_one(&counts.started);
    *ret_self = c;
    return 0;
}

static int connector_task_configs(void *self, int32_t max_tasks, tern_config_emit *emit, void *arg,
                                  struct tern_error *err)
{
    (void)self;
    journal_add("connector.task_configs %" PRId32, max_tasks);
    if (visit("connector.task_configs", err) < 0)
        return -1;
    for (int i = 0; i < script.tasks; i++) {
        char number[TEXT_SIZE];
        /* Not sorted: the worker must not mind. */
        const struct tern_config_entry entries[] = {{"z", "last"}, {"a", number}};
        const struct tern_config config = {entries, 2};

        snprintf(number, sizeof(number), "%d", i);
        if (emit(arg, &config, err) < 0)
            return -1;
    }
    return 0;
}

static void connector_stop(void *self)
{
    struct connector *c = self;
    struct tern_error ignored;

    journal_add("connector.stop %s", c->host->stopping(c->host) ? "stopping" : "not stopping");
    (void)visit("connector.stop", &ignored);
    thread_join(&c->thread);
    count_one(&counts.stopped);
    free(c);
}

/* ---- task ---- */

struct task {
    const struct tern_host *host;
    struct tern_source_partition *partitions[PARTITIONS_MAX];
    int64_t next;
    struct gate gate;
    bool interrupted; /* gate */
};

static int intern(struct task *t, struct tern_error *err)
{
    for (int i = 0; i < script.partitions; i++) {
        struct tern_field field = {.name = "p", .number = i};

        if (t->host->source_partition(t->host, &field, 1, "n", &t->partitions[i], err) < 0)
            return -1;
    }
    return 0;
}

static int resume(struct task *t, struct tern_error *err)
{
    struct tern_source_offset offsets[PARTITIONS_MAX];

    if (t->host->read_offsets(t->host, t->partitions, (size_t)script.partitions, offsets, err) < 0)
        return -1;
    for (int i = 0; i < script.partitions; i++) {
        if (offsets[i].known && offsets[i].number >= t->next)
            t->next = offsets[i].number + 1;
    }
    return 0;
}

static int task_start(const struct tern_host *host, const struct tern_config *config,
                      void **ret_self, struct tern_error *err)
{
    struct task *t = xcalloc(1, sizeof(*t));

    journal_add("task.start %s", config_get(config, "name"));
    t->host = host;
    if (visit("task.start", err) < 0 || intern(t, err) < 0 ||
        (script.read_offsets && resume(t, err) < 0)) {
        free(t);
        return -1;
    }
    gate_init(&t->gate);
    count_one(&counts.started);
    *ret_self = t;
    return 0;
}

struct batch {
    struct tern_source_batch batch; /* first */
    char (*texts)[TEXT_SIZE];
};

static void batch_release(struct tern_source_batch *b)
{
    struct batch *batch = (struct batch *)b;

    count_one(&counts.released);
    free(batch->texts);
    free(b->records);
    free(batch);
}

static struct tern_source_batch *make_batch(struct task *t, size_t count)
{
    struct batch *b = xcalloc(1, sizeof(*b));

    b->texts = xcalloc(count, sizeof(*b->texts));
    b->batch.records = xcalloc(count, sizeof(*b->batch.records));
    b->batch.count = count;
    b->batch.release = batch_release;
    for (size_t i = 0; i < count; i++) {
        struct tern_source_record *r = &b->batch.records[i];
        int64_t n = t->next++;

        snprintf(b->texts[i], TEXT_SIZE, "%" PRId64, n);
        r->topic = "t";
        r->partition = -1;
        r->timestamp_ms = -1;
        r->value = (struct tern_value){.type = TERN_VALUE_BYTES};
        r->value.as.bytes = (struct tern_bytes){b->texts[i], strlen(b->texts[i])};
        r->source = script.partitions ? t->partitions[n % script.partitions] : NULL;
        r->offset = n;
        r->cookie = b->texts[i];
        if (script.edit)
            script.edit(r, n);
    }
    count_one(&counts.batches);
    return &b->batch;
}

static void wait_interrupted(struct task *t, int64_t timeout_ms)
{
    int64_t deadline_ms = clock_deadline_ms(timeout_ms);

    gate_lock(&t->gate);
    while ((!t->interrupted || script.deaf) && clock_left_ms(deadline_ms, 1) > 0)
        gate_wait(&t->gate, deadline_ms);
    t->interrupted = false;
    gate_unlock(&t->gate);
}

static int task_poll(void *self, int64_t max_wait_ms, struct tern_source_batch **ret_batch,
                     struct tern_error *err)
{
    struct task *t = self;
    int64_t count = script.batch;

    count_one(&counts.polls);
    *ret_batch = NULL;
    if (t->next >= script.fail_after && visit("task.poll", err) < 0)
        return -1;
    if (script.total >= 0 && script.total - t->next < count)
        count = script.total - t->next;
    if (count > 0)
        *ret_batch = make_batch(t, (size_t)count);
    else if (script.empty_batches)
        *ret_batch = make_batch(t, 0);
    else if (!script.quick_nothing)
        wait_interrupted(t, max_wait_ms);
    return 0;
}

static void task_commit_record(void *self, const struct tern_source_record *record,
                               const struct tern_record_metadata *metadata)
{
    (void)self;
    if (script.quiet)
        return;
    if (metadata)
        journal_add("commit %s %" PRId64, (const char *)record->cookie, metadata->offset);
    else
        journal_add("commit %s dropped", (const char *)record->cookie);
}

/* Twice: how many records were made so far, and one without a value. */
static void task_metrics(void *self, tern_metric_emit *emit, void *arg)
{
    static const struct tern_field tag = {"partition", NULL, 3};
    struct tern_metric m = {.domain = "fake", .type = "task", .tags = &tag, .tag_count = 1};
    struct tern_error ignored;

    (void)self;
    (void)visit("task.metrics", &ignored);
    m.name = "batches";
    m.value = (double)fake_plugin_counts().batches;
    m.kind = TERN_METRIC_COUNTER;
    emit(arg, &m);
    m.name = "age";
    m.value = NAN;
    m.kind = TERN_METRIC_GAUGE;
    emit(arg, &m);
}

static void task_commit(void *self)
{
    (void)self;
    journal_add("task.commit");
}

static void task_interrupt(void *self)
{
    struct task *t = self;

    gate_lock(&t->gate);
    t->interrupted = true;
    gate_wake(&t->gate);
    gate_unlock(&t->gate);
}

static void task_stop(void *self)
{
    struct task *t = self;
    struct fake_counts now = fake_plugin_counts();
    struct tern_error ignored;

    (void)visit("task.stop", &ignored);
    journal_add(now.released == now.batches ? "task.stop" : "task.stop with batches left");
    count_one(&counts.stopped);
    gate_fini(&t->gate);
    free(t);
}

/* ---- listener ---- */

static void tell(const char *connector, int32_t task, const char *what)
{
    journal_add("%s/%" PRId32 " %s", connector, task, what);
}

static void on_startup(void *arg, const char *connector, int32_t task)
{
    (void)arg;
    tell(connector, task, "startup");
}

static void on_resume(void *arg, const char *connector, int32_t task)
{
    (void)arg;
    tell(connector, task, "resume");
}

static void on_pause(void *arg, const char *connector, int32_t task)
{
    (void)arg;
    tell(connector, task, "pause");
}

static void on_stop(void *arg, const char *connector, int32_t task)
{
    (void)arg;
    tell(connector, task, "stop");
}

static void on_shutdown(void *arg, const char *connector, int32_t task)
{
    (void)arg;
    tell(connector, task, "shutdown");
}

static void on_failure(void *arg, const char *connector, int32_t task, const char *trace)
{
    (void)arg;
    gate_lock(&gate);
    free(last_trace);
    last_trace = xstrdup(trace);
    gate_unlock(&gate);
    tell(connector, task, "failure");
}

const struct run_listener fake_listener = {
    .on_startup = on_startup,
    .on_resume = on_resume,
    .on_pause = on_pause,
    .on_stop = on_stop,
    .on_shutdown = on_shutdown,
    .on_failure = on_failure,
};

char *fake_listener_trace(void)
{
    char *copy;

    gate_lock(&gate);
    copy = xstrdup(last_trace ? last_trace : "");
    gate_unlock(&gate);
    return copy;
}

/* ---- classes ---- */

static const struct connector_plugin plugin = {
    .connector =
        {
            .size = sizeof(struct tern_connector_class),
            .name = "fake.Connector",
            .version = "1",
            .source_task = &plugin.source_task,
            .start = connector_start,
            .task_configs = connector_task_configs,
            .stop = connector_stop,
        },
    .source_task =
        {
            .size = sizeof(struct tern_source_task_class),
            .name = "fake.Task",
            .version = "1",
            .start = task_start,
            .poll = task_poll,
            .commit_record = task_commit_record,
            .commit = task_commit,
            .interrupt = task_interrupt,
            .stop = task_stop,
            .metrics = task_metrics,
        },
    .location = "here",
};

const struct connector_plugin *fake_plugin(void)
{
    return &plugin;
}
