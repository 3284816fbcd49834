/* SPDX-License-Identifier: Apache-2.0 */
/* The status topic replayed step by step beside Java's KafkaStatusBackingStore. */
#include <string.h>

#include "lib/base/xmem.h"
#include "tests/lib/testing.h"
#include "worker/store/status_cache.h"

static struct slice bytes_of(const json_t *text)
{
    return slice_of(json_string_value(text), json_string_length(text));
}

static void apply(struct status_cache *cache, const json_t *step)
{
    CLEANUP(status_record_fini) struct status_record record = STATUS_RECORD_INIT;

    status_record_parse(bytes_of(json_object_get(step, "key")),
                        bytes_of(json_object_get(step, "value")), &record);
    status_cache_apply(cache, &record);
}

/* "RUNNING@w1:1#3", or null. */
static json_t *status_json(const struct status_cache *cache, const char *connector, int32_t task)
{
    const struct status *s = status_cache_get(cache, connector, task);

    if (!s)
        return json_null();
    return json_sprintf("%s@%s#%d", run_state_name(s->state),
                        s->worker_id[0] ? s->worker_id : "null", s->generation);
}

static void check(json_t *got, const json_t *wanted, const char *what, size_t store, size_t step)
{
    if (!json_equal(got, wanted)) {
        CLEANUP(freep) char *a = json_dumps(got, JSON_ENCODE_ANY | JSON_SORT_KEYS);
        CLEANUP(freep) char *b = json_dumps(wanted, JSON_ENCODE_ANY | JSON_SORT_KEYS);

        ck_abort_msg("store %zu, step %zu, %s: got %s, not %s", store, step, what, a, b);
    }
    json_decref(got);
}

/* "[t1, t2]" */
static json_t *topic_list(const struct status_cache *cache, const char *connector)
{
    CLEANUP(buf_fini) struct buf text = BUF_INIT(1 << 16);
    const struct ptrmap *topics = status_cache_topics(cache, connector);

    buf_add_char(&text, '[');
    for (size_t i = 0; topics && i < topics->count; i++)
        buf_add_fmt(&text, "%s%s", i ? ", " : "", topics->entries[i].key);
    buf_add_char(&text, ']');
    return json_string(buf_str(&text));
}

START_TEST(same_as_java)
{
    json_t *golden = test_json("tests/golden/worker/store/connect-store-replay.json");
    const json_t *steps = test_array(golden, "statusStore");
    struct status_cache cache;

    status_cache_init(&cache);
    ck_assert_uint_ge(json_array_size(steps), 13);
    for (size_t i = 0; i < json_array_size(steps); i++) {
        const json_t *step = json_array_get(steps, i);

        apply(&cache, step);
        check(status_json(&cache, "foo", STATUS_CONNECTOR), json_object_get(step, "connectorAfter"),
              "connector", 0, i);
        check(status_json(&cache, "foo", 0), json_object_get(step, "task0After"), "task", 0, i);
        check(topic_list(&cache, "foo"), json_object_get(step, "activeTopicsAfter"), "topics", 0,
              i);
    }
    status_cache_fini(&cache);
    json_decref(golden);
}
END_TEST

static json_t *tasks_json(const struct status_cache *cache, const char *connector)
{
    json_t *object = json_object();
    int32_t *tasks;
    size_t count = status_cache_tasks(cache, connector, &tasks);

    for (size_t i = 0; i < count; i++) {
        CLEANUP(freep) char *name = xasprintf("%d", tasks[i]);

        json_object_set_new(object, name, status_json(cache, connector, tasks[i]));
    }
    free(tasks);
    return object;
}

static json_t *topics_json(const struct status_cache *cache, const char *connector)
{
    const struct ptrmap *topics = status_cache_topics(cache, connector);
    json_t *array = json_array();

    for (size_t i = 0; topics && i < topics->count; i++) {
        const struct cached_topic *t = topics->entries[i].value;

        json_array_append_new(array, json_sprintf("%s@%d#%lld", topics->entries[i].key, t->task,
                                                  (long long)t->discovered_ms));
    }
    return array;
}

static void run_store(const json_t *steps, size_t store)
{
    static const char *const connectors[] = {"foo", "a-b"};
    struct status_cache cache;

    status_cache_init(&cache);
    ck_assert_uint_gt(json_array_size(steps), 0);
    for (size_t i = 0; i < json_array_size(steps); i++) {
        const json_t *step = json_array_get(steps, i), *after = json_object_get(step, "after");

        apply(&cache, step);
        for (size_t j = 0; j < COUNT_OF(connectors); j++) {
            const char *name = connectors[j];
            const json_t *wanted = json_object_get(after, name);

            check(status_json(&cache, name, STATUS_CONNECTOR), json_object_get(wanted, "connector"),
                  name, store, i);
            check(tasks_json(&cache, name), json_object_get(wanted, "tasks"), name, store, i);
            check(topics_json(&cache, name), json_object_get(wanted, "topics"), name, store, i);
        }
    }
    status_cache_fini(&cache);
}

START_TEST(same_as_java_on_random_records)
{
    json_t *golden = test_json("tests/golden/worker/store/connect-store-random.json");
    const json_t *stores = test_array(golden, "statusStores");

    ck_assert_uint_ge(json_array_size(stores), 10);
    for (size_t i = 0; i < json_array_size(stores); i++)
        run_store(json_array_get(stores, i), i);
    json_decref(golden);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, same_as_java);
    test_add(suite, same_as_java_on_random_records);
}

TEST_MAIN("status_cache, golden", fill)
