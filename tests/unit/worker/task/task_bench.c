/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/worker/task/task_bench.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/xmem.h"
#include "tests/unit/worker/task/journal.h"

static void topic_used(void *arg, const char *topic, const char *connector, int32_t task)
{
    (void)arg;
    journal_add("%s/%" PRId32 " uses %s", connector, task, topic);
}

void bench_init(struct bench *b, const struct fake_script *script,
                const struct fake_stage_conf *stage)
{
    static const char bytes[] = "org.apache.kafka.connect.converters.ByteArrayConverter";

    *b = (struct bench){.store = fake_store_new()};
    strmap_set(&b->worker, "bootstrap.servers", "b:1");
    strmap_set(&b->worker, "tern.offset.flush.early.ms", "0"); /* tests say when */
    strmap_set(&b->worker, "key.converter", bytes);
    strmap_set(&b->worker, "value.converter", bytes);
    strmap_set(&b->connector, "name", "c");
    fake_plugin_script(script);
    fake_stage_reset(stage);
}

static struct config_ref *ref_of(const struct strmap *map)
{
    struct tern_config config = strmap_config(map);
    struct strmap copy = STRMAP_INIT;

    strmap_add_all(&copy, &config);
    return config_ref_new(&copy);
}

void bench_start(struct bench *b, enum target_state target)
{
    struct config_ref *worker = ref_of(&b->worker), *connector = ref_of(&b->connector);
    const struct source_task_conf conf = {
        .connector = "c",
        .task = 0,
        .plugin = b->plugin ? b->plugin : fake_plugin(),
        .config = connector,
        .connector_config = connector,
        .worker_config = worker,
        .offsets = b->store,
        .listener = &fake_listener,
        .topic_used = topic_used,
        .may_work = b->may_work,
        .open_stage = b->kafka ? NULL : fake_stage_open,
        .exactly_once = b->exactly_once,
        .group = "g",
        .offsets_topic = "o",
        .generation = 7,
    };

    b->task = source_task_start(&conf, target);
    config_ref_unref(worker);
    config_ref_unref(connector);
}

void bench_stop(struct bench *b)
{
    if (!b->task)
        return;
    source_task_stop(b->task);
    source_task_await(TAKE(b->task), clock_deadline_ms(JOURNAL_WAIT_MS));
}

void bench_fini(struct bench *b)
{
    bench_stop(b);
    fake_store_free(b->store);
    strmap_fini(&b->worker);
    strmap_fini(&b->connector);
}

static char *key_of(int p)
{
    return xasprintf("[\"c\",{\"p\":%d}]", p);
}

int64_t bench_offset(struct bench *b, int p)
{
    CLEANUP(freep) char *key = key_of(p);
    CLEANUP(freep) char *value = fake_store_get(b->store, key);

    return value ? strtoll(strchr(value, ':') + 1, NULL, 10) : -1;
}

bool bench_wait_offset(struct bench *b, int p, int64_t n)
{
    CLEANUP(freep) char *key = key_of(p);
    CLEANUP(freep) char *value = xasprintf("{\"n\":%" PRId64 "}", n);

    return fake_store_wait(b->store, key, value);
}
