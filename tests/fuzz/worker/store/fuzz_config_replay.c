/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any records on the config topic: lines of "<key>\t<value>", a line without a tab is a
 * tombstone. The state stays consistent, and whatever was understood can be written and read
 * again.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "lib/base/slice.h"
#include "lib/base/xmem.h"
#include "worker/store/config_replay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Some records are read only (a key whose task number has zeros before it): the kind stays. */
static void write_and_read(const struct config_record *record)
{
    CLEANUP(freep) char *key = NULL;
    CLEANUP(freep) char *value = NULL;
    struct config_record again;
    struct tern_error err;

    if (record->kind <= CONFIG_REJECTED || record->is_malformed)
        return;
    if (config_record_format(record, &key, &value, &err) < 0)
        assert(!"what was read is UTF-8 and not too large");
    config_record_parse(slice_str(key), slice_str(value), &again);
    assert(again.kind == record->kind);
    assert(again.number == record->number && again.is_null == record->is_null);
    assert(!record->name || strcmp(again.name, record->name) == 0);
    config_record_fini(&again);
}

static void check_connector(const struct connector_state *c, int64_t records)
{
    assert(c->config);
    assert(c->tasks_known <= records && c->tasks_known <= CONFIG_TASKS_MAX);
    for (int32_t i = 0; i < connector_state_tasks(c); i++)
        assert(connector_state_task(c, i));
    assert(!connector_state_task(c, INT32_MAX) && !connector_state_task(c, INT32_MIN));
}

static void check_state(struct config_replay *replay, int64_t records)
{
    const struct cluster_state *s = config_replay_snapshot(replay);

    assert(s->offset >= -1 && s->offset <= records);
    for (size_t i = 0; i < s->count; i++) {
        assert(i == 0 || strcmp(s->connectors[i - 1]->name, s->connectors[i]->name) < 0);
        check_connector(s->connectors[i], records);
    }
    cluster_state_unref(s);
}

static void apply(struct config_replay *replay, struct slice key, struct slice value,
                  int64_t offset)
{
    struct config_record record;
    struct config_event event;

    config_record_parse(key, value, &record);
    write_and_read(&record);
    event = config_replay_apply(replay, &record, offset);
    assert(event.kind == CONFIG_EVENT_NONE || record.kind > CONFIG_REJECTED);
    config_record_fini(&record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config_replay *replay = config_replay_new();
    const uint8_t *end = data + size;
    int64_t offset = 0;

    for (const uint8_t *line = data; line < end; offset++) {
        const uint8_t *stop = memchr(line, '\n', (size_t)(end - line));
        const uint8_t *tab;

        if (!stop)
            stop = end;
        tab = memchr(line, '\t', (size_t)(stop - line));
        apply(replay, slice_of(line, (size_t)((tab ? tab : stop) - line)),
              tab ? slice_of(tab + 1, (size_t)(stop - tab - 1)) : slice_str(NULL), offset);
        check_state(replay, offset + 1);
        line = stop < end ? stop + 1 : end;
    }
    config_replay_free(replay);
    return 0;
}
