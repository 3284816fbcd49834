/* SPDX-License-Identifier: Apache-2.0 */
/*
 * good - a source connector for tests, whose configuration says what it does, well or badly.
 *
 * Task t writes records 0, 1, 2 ... to test.topic: key "<t>:<n>", value "<t>:<n>:" and x up to
 * test.bytes, source partition {"task":"<t>"}, source offset {"n":n}; it goes on after the
 * stored offset. Places to fail or hang at are named connector.start, connector.task_configs,
 * connector.stop, start, poll and stop.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/strmap.h"
#include "lib/base/xmem.h"

#include <tern/plugin.h>

#define EXPORT __attribute__((visibility("default"), used))

enum {
    TASK_TEXT = 24
};

static const struct tern_config_key keys[] = {
    {"test.tasks", TERN_INT, "1", TERN_HIGH, TERN_UNBOUND,
     .doc = "Tasks to make; more than tasks.max if told so."},
    {"test.topic", TERN_STRING, "test", TERN_HIGH, TERN_UNBOUND, .doc = "Topic to write to."},
    {"test.batch", TERN_INT, "10", TERN_MEDIUM, TERN_UNBOUND, .doc = "Records per poll."},
    {"test.total", TERN_LONG, "-1", TERN_MEDIUM, TERN_UNBOUND,
     .doc = "Records of a task in all; -1: no end."},
    {"test.bytes", TERN_INT, "100", TERN_MEDIUM, TERN_UNBOUND, .doc = "Size of a value."},
    {"test.delay.ms", TERN_INT, "0", TERN_MEDIUM, TERN_UNBOUND, .doc = "Time a poll takes."},
    {"test.fail", TERN_STRING, "", TERN_LOW, TERN_UNBOUND, .doc = "The place that fails."},
    {"test.fail.after", TERN_LONG, "0", TERN_LOW, TERN_UNBOUND,
     .doc = "Records after which a poll fails."},
    {"test.fail.retriably", TERN_BOOL, "false", TERN_LOW, TERN_UNBOUND,
     .doc = "Whether the failure is one that may pass."},
    {"test.hang", TERN_STRING, "", TERN_LOW, TERN_UNBOUND, .doc = "The place that never returns."},
    TERN_END,
};
static const struct tern_config_key *const tables[] = {keys, NULL};

static const char *text_of(const struct tern_config *config, const char *key)
{
    const char *value = config_get(config, key);

    for (size_t i = 0; !value && keys[i].name; i++) {
        if (strcmp(keys[i].name, key) == 0)
            value = keys[i].fallback;
    }
    return value ? value : "";
}

static int64_t number_of(const struct tern_config *config, const char *key)
{
    return strtoll(text_of(config, key), NULL, 10);
}

/* ---- places ---- */

struct trouble {
    char fail[32], hang[32];
    bool retriable;
};

static void trouble_read(struct trouble *t, const struct tern_config *config)
{
    snprintf(t->fail, sizeof(t->fail), "%s", text_of(config, "test.fail"));
    snprintf(t->hang, sizeof(t->hang), "%s", text_of(config, "test.hang"));
    t->retriable = strcmp(text_of(config, "test.fail.retriably"), "true") == 0;
}

static int visit(const struct trouble *t, const char *place, struct tern_error *err)
{
    while (strcmp(t->hang, place) == 0)
        pause();
    if (strcmp(t->fail, place) != 0)
        return 0;
    return tern_fail(err, t->retriable ? TERN_ERETRIABLE : TERN_EINTERNAL, "test failure in %s",
                     place);
}

/* ---- connector ---- */

struct connector {
    struct trouble trouble;
    struct strmap config;
    int64_t tasks;
};

static int connector_start(const struct tern_host *host, const struct tern_config *config,
                           void **ret_self, struct tern_error *err)
{
    struct connector *c;
    struct trouble trouble = {0};

    (void)host;
    trouble_read(&trouble, config);
    if (visit(&trouble, "connector.start", err) < 0)
        return -1;
    c = xcalloc(1, sizeof(*c));
    c->trouble = trouble;
    c->tasks = number_of(config, "test.tasks");
    strmap_add_all(&c->config, config);
    *ret_self = c;
    return 0;
}

static int connector_task_configs(void *self, int32_t max_tasks, tern_config_emit *emit, void *arg,
                                  struct tern_error *err)
{
    struct connector *c = self;

    (void)max_tasks;
    if (visit(&c->trouble, "connector.task_configs", err) < 0)
        return -1;
    for (int64_t i = 0; i < c->tasks; i++) {
        struct tern_config config;

        strmap_set_fmt(&c->config, "test.task", "%" PRId64, i);
        config = strmap_config(&c->config);
        if (emit(arg, &config, err) < 0)
            return -1;
    }
    return 0;
}

static void connector_stop(void *self)
{
    struct connector *c = self;
    struct tern_error ignored;

    (void)visit(&c->trouble, "connector.stop", &ignored);
    strmap_fini(&c->config);
    free(c);
}

/* ---- task ---- */

struct task {
    const struct tern_host *host;
    struct tern_source_partition *partition;
    struct trouble trouble;
    char name[TASK_TEXT];
    char topic[256];
    int64_t next, batch, total, bytes, delay_ms, fail_after;
};

static int task_resume(struct task *t, struct tern_error *err)
{
    const struct tern_field field = {.name = "task", .text = t->name};
    struct tern_source_offset offset;

    if (t->host->source_partition(t->host, &field, 1, "n", &t->partition, err) < 0 ||
        t->host->read_offsets(t->host, &t->partition, 1, &offset, err) < 0)
        return -1;
    if (offset.known && offset.number != INT64_MIN)
        t->next = offset.number + 1;
    return 0;
}

static int task_start(const struct tern_host *host, const struct tern_config *config,
                      void **ret_self, struct tern_error *err)
{
    CLEANUP(freep) struct task *t = xcalloc(1, sizeof(*t));

    t->host = host;
    trouble_read(&t->trouble, config);
    snprintf(t->name, sizeof(t->name), "%s", text_of(config, "test.task"));
    snprintf(t->topic, sizeof(t->topic), "%s", text_of(config, "test.topic"));
    t->batch = number_of(config, "test.batch");
    t->total = number_of(config, "test.total");
    t->bytes = number_of(config, "test.bytes");
    t->delay_ms = number_of(config, "test.delay.ms");
    t->fail_after = number_of(config, "test.fail.after");
    if (visit(&t->trouble, "start", err) < 0 || task_resume(t, err) < 0)
        return -1;
    *ret_self = TAKE(t);
    return 0;
}

struct batch {
    struct tern_source_batch batch; /* first */
    char *keys;                     /* TASK_TEXT * 2 each */
    char *values;                   /* bytes each */
};

static void batch_release(struct tern_source_batch *b)
{
    struct batch *batch = (struct batch *)b;

    free(batch->values);
    free(batch->keys);
    free(b->records);
    free(batch);
}

static void fill(const struct task *t, struct tern_source_record *r, char *key, char *value,
                 int64_t n)
{
    int key_len = snprintf(key, (size_t)TASK_TEXT * 2, "%s:%" PRId64, t->name, n);

    memset(value, 'x', (size_t)t->bytes);
    for (int i = 0; i < key_len + 1 && i < t->bytes; i++)
        value[i] = (char)(i < key_len ? key[i] : ':');
    *r = (struct tern_source_record){
        .topic = t->topic,
        .partition = -1,
        .timestamp_ms = -1,
        .key = {.type = TERN_VALUE_BYTES, .as.bytes = {key, (size_t)key_len}},
        .value = {.type = TERN_VALUE_BYTES, .as.bytes = {value, (size_t)t->bytes}},
        .source = t->partition,
        .offset = n,
    };
}

static struct batch *make_batch(struct task *t, size_t count)
{
    struct batch *b = xcalloc(1, sizeof(*b));
    size_t bytes = t->bytes > 0 ? (size_t)t->bytes : 1;

    b->keys = xcalloc(count, (size_t)TASK_TEXT * 2);
    b->values = xcalloc(count, bytes);
    b->batch.records = xcalloc(count, sizeof(*b->batch.records));
    b->batch.count = count;
    b->batch.release = batch_release;
    for (size_t i = 0; i < count; i++)
        fill(t, &b->batch.records[i], b->keys + i * TASK_TEXT * 2, b->values + i * bytes,
             t->next++);
    return b;
}

static int task_poll(void *self, int64_t max_wait_ms, struct tern_source_batch **ret_batch,
                     struct tern_error *err)
{
    struct task *t = self;
    int64_t count = t->batch;

    *ret_batch = NULL;
    if (t->next >= t->fail_after && visit(&t->trouble, "poll", err) < 0)
        return -1;
    if (t->delay_ms > 0)
        (void)t->host->wait(t->host, t->delay_ms);
    if (t->total >= 0 && t->total - t->next < count)
        count = t->total - t->next;
    if (count > 0)
        *ret_batch = &make_batch(t, (size_t)count)->batch;
    else
        (void)t->host->wait(t->host, max_wait_ms);
    return 0;
}

static void task_stop(void *self)
{
    struct task *t = self;
    struct tern_error ignored;

    (void)visit(&t->trouble, "stop", &ignored);
    free(t);
}

/* ---- what is exported ---- */

static const struct tern_source_task_class task_class = {
    .size = sizeof(task_class),
    .name = "org.tern.test.GoodSourceTask",
    .version = "1.9",
    .start = task_start,
    .poll = task_poll,
    .stop = task_stop,
};

static const struct tern_connector_class connector_class = {
    .size = sizeof(connector_class),
    .name = "org.tern.test.GoodSourceConnector",
    .version = "1.9",
    .config_key_size = sizeof(struct tern_config_key),
    .config = tables,
    .source_task = &task_class,
    .start = connector_start,
    .task_configs = connector_task_configs,
    .stop = connector_stop,
};

static const struct tern_connector_class *const connectors[] = {&connector_class, NULL};

EXPORT const struct tern_plugin tern_plugin = {
    .abi_major = TERN_ABI_MAJOR,
    .abi_minor = TERN_ABI_MINOR,
    .size = sizeof(tern_plugin),
    .connectors = connectors,
};
