/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any records on the status and the offset topic: lines of "<key>\t<value>", a line without a
 * tab is a tombstone. Whatever was understood can be written and read again, and the caches
 * say of each key what was said last.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "lib/base/slice.h"
#include "lib/base/xmem.h"
#include "worker/store/offset_map.h"
#include "worker/store/status_cache.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void write_and_read(const struct status_record *record)
{
    CLEANUP(status_record_fini) struct status_record again = STATUS_RECORD_INIT;
    bool is_topic = record->kind == STATUS_OF_TOPIC;
    int32_t task = record->kind == STATUS_OF_CONNECTOR ? (int32_t)STATUS_CONNECTOR : record->task;
    CLEANUP(freep)
    char *key = is_topic ? status_record_topic_key(record->topic, record->connector)
                         : status_record_key(record->connector, task);
    CLEANUP(freep) char *value = NULL;

    if (!record->is_null)
        value = is_topic ? status_record_topic_value(record->topic, record->connector, record->task,
                                                     record->discovered_ms)
                         : status_record_value(&record->status);
    status_record_parse(slice_str(key), slice_str(value), &again);
    assert(again.kind == record->kind && again.is_null == record->is_null);
    assert(again.task == record->task && again.discovered_ms == record->discovered_ms);
    assert(same(again.connector, record->connector) && same(again.topic, record->topic));
    assert(again.status.state == record->status.state);
    assert(again.status.generation == record->status.generation);
    assert(same(again.status.trace, record->status.trace));
    assert(same(again.status.worker_id, record->status.worker_id));
    assert(same(again.status.version, record->status.version));
}

static void check_cached(const struct status_cache *cache, const struct status_record *record,
                         bool changed)
{
    int32_t task = record->kind == STATUS_OF_CONNECTOR ? (int32_t)STATUS_CONNECTOR : record->task;
    const struct ptrmap *topics = status_cache_topics(cache, record->connector);

    if (record->kind == STATUS_OF_TOPIC)
        assert((topics && ptrmap_get(topics, record->topic)) == !record->is_null);
    else if (changed)
        assert((status_cache_get(cache, record->connector, task) != NULL) == !record->is_null);
}

static void apply_status(struct status_cache *cache, struct slice key, struct slice value)
{
    CLEANUP(status_record_fini) struct status_record record = STATUS_RECORD_INIT;
    bool changed;

    status_record_parse(key, value, &record);
    if (record.kind != STATUS_REJECTED)
        write_and_read(&record);
    changed = status_cache_apply(cache, &record);
    if (record.kind != STATUS_REJECTED)
        check_cached(cache, &record, changed);
}

static void apply_offset(struct offset_map *map, struct slice key, struct slice value)
{
    CLEANUP(offset_record_fini) struct offset_record record = OFFSET_RECORD_INIT;
    CLEANUP(freep) char *text = NULL;
    struct tern_error err;

    if (offset_record_parse(key, value, &record, &err) < 0)
        return;
    text = xstrdup(record.key);
    offset_map_apply(map, &record);
    assert((offset_map_get(map, text) != NULL) == (value.len > 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct offset_map offsets = OFFSET_MAP_INIT;
    const uint8_t *end = data + size;
    struct status_cache cache;

    status_cache_init(&cache);
    for (const uint8_t *line = data, *stop; line < end; line = stop < end ? stop + 1 : end) {
        const uint8_t *tab;
        struct slice key, value;

        stop = memchr(line, '\n', (size_t)(end - line));
        if (!stop)
            stop = end;
        tab = memchr(line, '\t', (size_t)(stop - line));
        key = slice_of(line, (size_t)((tab ? tab : stop) - line));
        value = tab ? slice_of(tab + 1, (size_t)(stop - tab - 1)) : slice_str(NULL);
        apply_status(&cache, key, value);
        apply_offset(&offsets, key, value);
    }
    status_cache_fini(&cache);
    offset_map_fini(&offsets);
    return 0;
}
