/* SPDX-License-Identifier: Apache-2.0 */
/*
 * countdown_source - a whole source connector, to begin your own with.
 *
 * Writes one record per number, from `countdown.from` down to 0, spread over the tasks; after a
 * restart it goes on where it was. Needs nothing but the headers in include/tern and error.c
 * beside them:
 *
 *   cc -std=gnu17 -shared -fPIC -fvisibility=hidden -I include \
 *       examples/plugin/countdown_source.c include/tern/error.c -o countdown_source.so
 *
 * Put the shared object on plugin.path, and name org.example.CountdownSourceConnector as
 * connector.class. doc/plugin-abi.md says what holds.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tern/plugin.h>

#define CONNECTOR "org.example.CountdownSourceConnector"
#define TASK      "org.example.CountdownSourceTask"

enum {
    BATCH = 100,
    DIGITS = 24,
    IDLE_MS = 1000,
};

/* ---- settings ---- */

static const struct tern_validator not_empty = {.kind = TERN_VALID_NON_EMPTY};
static const struct tern_validator not_negative = {
    .kind = TERN_VALID_RANGE, .min = 0, .max = INT64_MAX};

/* The worker checks configurations against this table, and shows it to users. */
static const struct tern_config_key keys[] = {
    {"topic", TERN_STRING, NULL, TERN_HIGH, TERN_UNBOUND, .doc = "The topic to write to.",
     .flags = TERN_REQUIRED, .validator = &not_empty},
    {"countdown.from", TERN_LONG, "10", TERN_MEDIUM, TERN_UNBOUND, .doc = "The first number.",
     .validator = &not_negative},
    TERN_END,
};
static const struct tern_config_key *const tables[] = {keys, NULL};

/* Configurations are sorted by key, but not long: a walk will do. */
static const char *value_of(const struct tern_config *config, const char *key, const char *fallback)
{
    for (size_t i = 0; i < config->count; i++) {
        if (strcmp(config->entries[i].key, key) == 0)
            return config->entries[i].value ? config->entries[i].value : fallback;
    }
    return fallback;
}

/* ---- the connector: says which tasks there are ---- */

struct connector {
    char *topic, *from; /* copies: a configuration is lent for the call only */
};

static void connector_stop(void *self)
{
    struct connector *c = self;

    free(c->topic);
    free(c->from);
    free(c);
}

static int connector_start(const struct tern_host *host, const struct tern_config *config,
                           void **ret_self, struct tern_error *err)
{
    struct connector *c = calloc(1, sizeof(*c));

    if (!c)
        return tern_fail(err, TERN_EINTERNAL, "out of memory");
    c->topic = strdup(value_of(config, "topic", ""));
    c->from = strdup(value_of(config, "countdown.from", "10"));
    if (!c->topic || !c->from) {
        connector_stop(c);
        return tern_fail(err, TERN_EINTERNAL, "out of memory");
    }
    host->log(TERN_LOG_INFO, CONNECTOR, "counting down");
    *ret_self = c;
    return 0;
}

/* Task n of m counts the numbers that leave the rest n when divided by m. */
static int connector_task_configs(void *self, int32_t max_tasks, tern_config_emit *emit, void *arg,
                                  struct tern_error *err)
{
    struct connector *c = self;
    char number[DIGITS], count[DIGITS];
    const struct tern_config_entry entries[] = {
        {"countdown.from", c->from},
        {"task.count", count},
        {"task.number", number},
        {"topic", c->topic}, /* sorted by key */
    };
    const struct tern_config config = {entries, sizeof(entries) / sizeof(entries[0])};

    snprintf(count, sizeof(count), "%" PRId32, max_tasks);
    for (int32_t i = 0; i < max_tasks; i++) {
        snprintf(number, sizeof(number), "%" PRId32, i);
        if (emit(arg, &config, err) < 0)
            return -1;
    }
    return 0;
}

/* ---- the task: hands over records ---- */

/* A record's value: a struct. Schemas and fields are constants. */
static const struct tern_schema number_schema = TERN_SCHEMA(.type = TERN_TYPE_INT64);
static const struct tern_schema text_schema =
    TERN_SCHEMA(.type = TERN_TYPE_STRING, .optional = true);
static const struct tern_schema_field value_fields[] = {
    {"number", &number_schema},
    {"text", &text_schema},
};
static const struct tern_schema value_schema =
    TERN_SCHEMA(.type = TERN_TYPE_STRUCT, .name = "org.example.Countdown", .fields = value_fields,
                .field_count = 2);

struct task {
    const struct tern_host *host;
    struct tern_source_partition *partition;
    char *topic;
    int64_t next, step; /* next: below 0 when all is counted */
};

/* A batch and all that it points to: lent to the worker until release(). */
struct batch {
    struct tern_source_batch face; /* first */
    struct tern_source_record records[BATCH];
    struct tern_value values[BATCH][2];
    char texts[BATCH][DIGITS];
};

static void task_stop(void *self)
{
    struct task *t = self;

    free(t->topic);
    free(t);
}

/* Where to go on: below the last number that was acknowledged. */
static int resume(struct task *t, int64_t from, int64_t number, struct tern_error *err)
{
    const struct tern_field field = {.name = "task", .number = number};
    struct tern_source_offset stored;

    if (t->host->source_partition(t->host, &field, 1, "number", &t->partition, err) < 0 ||
        t->host->read_offsets(t->host, &t->partition, 1, &stored, err) < 0)
        return -1;
    t->next = stored.known ? stored.number - t->step : from - number;
    return 0;
}

static int task_start(const struct tern_host *host, const struct tern_config *config,
                      void **ret_self, struct tern_error *err)
{
    struct task *t = calloc(1, sizeof(*t));

    if (!t)
        return tern_fail(err, TERN_EINTERNAL, "out of memory");
    t->host = host;
    t->topic = strdup(value_of(config, "topic", ""));
    t->step = strtoll(value_of(config, "task.count", "1"), NULL, 10);
    if (!t->topic || resume(t, strtoll(value_of(config, "countdown.from", "10"), NULL, 10),
                            strtoll(value_of(config, "task.number", "0"), NULL, 10), err) < 0) {
        task_stop(t);
        return -1;
    }
    *ret_self = t;
    return 0;
}

static void release(struct tern_source_batch *face)
{
    free(face); /* the first member of the batch */
}

static void add_record(struct task *t, struct batch *b)
{
    size_t i = b->face.count++;
    char *text = b->texts[i];
    int len = snprintf(text, sizeof(b->texts[i]), "T minus %" PRId64, t->next);

    b->values[i][0] = (struct tern_value){.type = TERN_VALUE_INT64, .as.integer = t->next};
    b->values[i][1] =
        (struct tern_value){.type = TERN_VALUE_STRING, .as.bytes = {text, (size_t)len}};
    b->records[i] = (struct tern_source_record){
        .topic = t->topic,
        .partition = -1,    /* as the producer chooses */
        .timestamp_ms = -1, /* now */
        .value = {.type = TERN_VALUE_STRUCT, .schema = &value_schema, .as.fields = b->values[i]},
        .source = t->partition,
        .offset = t->next,
    };
    t->next -= t->step;
}

static int task_poll(void *self, int64_t max_wait_ms, struct tern_source_batch **ret_batch,
                     struct tern_error *err)
{
    struct task *t = self;
    struct batch *b;

    *ret_batch = NULL;
    if (t->next < 0) { /* nothing any more: do not make the worker spin */
        t->host->wait(t->host, max_wait_ms < IDLE_MS ? max_wait_ms : IDLE_MS);
        return 0;
    }
    b = calloc(1, sizeof(*b));
    if (!b)
        return tern_fail(err, TERN_EINTERNAL, "out of memory");
    b->face.records = b->records;
    b->face.release = release;
    while (b->face.count < BATCH && t->next >= 0)
        add_record(t, b);
    *ret_batch = &b->face;
    return 0;
}

/* ---- what the shared object exports ---- */

static const struct tern_source_task_class task_class = {
    .size = sizeof(task_class),
    .name = TASK,
    .version = "1.0",
    .start = task_start,
    .poll = task_poll,
    .stop = task_stop,
};

static const struct tern_connector_class connector_class = {
    .size = sizeof(connector_class),
    .name = CONNECTOR,
    .version = "1.0",
    .config_key_size = sizeof(struct tern_config_key),
    .config = tables,
    .source_task = &task_class,
    .start = connector_start,
    .task_configs = connector_task_configs,
    .stop = connector_stop,
};

static const struct tern_connector_class *const connectors[] = {&connector_class, NULL};

extern const struct tern_plugin tern_plugin;
__attribute__((visibility("default"))) const struct tern_plugin tern_plugin = {
    .abi_major = TERN_ABI_MAJOR,
    .abi_minor = TERN_ABI_MINOR,
    .size = sizeof(tern_plugin),
    .connectors = connectors,
};
