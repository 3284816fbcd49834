/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heartbeat_task - emits one heartbeat each emit.heartbeats.interval.seconds.
 * Peer: org.apache.kafka.connect.mirror.MirrorHeartbeatTask. Spec: mirror-maker2.md 8, 6.4.
 * Difference: an interval of 0 or less emits every millisecond at most, Java spins.
 */
#include "connectors/mirror/common/heartbeat.h"
#include "connectors/mirror/common/mirror_bytes.h"
#include "connectors/mirror/common/mirror_config.h"
#include "connectors/mirror/common/mirror_open.h"
#include "connectors/mirror/common/replication_policy.h"
#include "connectors/mirror/heartbeat/heartbeat_connector.h"
#include "lib/base/clock.h"
#include "lib/base/xmem.h"

#include <tern/version.h>

enum {
    RECORD_MAX_BYTES = 128 * 1024
}; /* two strings of 32 KiB and change */

struct heartbeat_task {
    const struct tern_host *host;
    struct mirror_heartbeat_settings settings;
    struct replication_policy *policy;
    struct tern_source_partition *source;
    int64_t due_ms; /* of the next heartbeat */
};

/* One heartbeat on its way: the batch, its record and their bytes are one allocation. */
struct beat {
    struct tern_source_batch batch;
    struct tern_source_record record;
    struct buf key, value;
};

static void stop(void *self)
{
    struct heartbeat_task *t = self;

    replication_policy_free(t->policy);
    mirror_settings_fini(&t->settings.common);
    free(t);
}

static int begin(struct heartbeat_task *t, const struct tern_host *host,
                 const struct tern_config *config, struct tern_error *err)
{
    struct tern_field fields[HEARTBEAT_SOURCE_FIELDS];

    t->host = host;
    if (mirror_heartbeat_settings_bind(config, &t->settings, err) < 0 ||
        replication_policy_new(config, &t->policy, err) < 0)
        return -1;
    heartbeat_source_fields(t->settings.common.source_alias, t->settings.common.target_alias,
                            fields);
    t->due_ms = clock_deadline_ms(mirror_interval_ms(true, t->settings.emit_heartbeats_interval_s));
    return host->source_partition(host, fields, COUNT_OF(fields), HEARTBEAT_OFFSET_NAME, &t->source,
                                  err);
}

static int start(const struct tern_host *host, const struct tern_config *config, void **ret_self,
                 struct tern_error *err)
{
    struct heartbeat_task *t = xcalloc(1, sizeof(*t));

    mirror_use_host(host);
    if (begin(t, host, config, err) < 0) {
        stop(t);
        return -1;
    }
    *ret_self = t;
    return 0;
}

static void release(struct tern_source_batch *batch)
{
    struct beat *b = CONTAINER_OF(batch, struct beat, batch);

    buf_fini(&b->key);
    buf_fini(&b->value);
    free(b);
}

static struct tern_value bytes_of(const struct buf *b)
{
    return mirror_bytes(b->data, b->len);
}

static int make_beat(struct heartbeat_task *t, struct beat *b, struct tern_error *err)
{
    const struct mirror_settings *common = &t->settings.common;
    struct heartbeat hb = {slice_str(common->source_alias), slice_str(common->target_alias),
                           clock_wall_ms()};

    b->key = b->value = (struct buf)BUF_INIT(RECORD_MAX_BYTES);
    b->batch = (struct tern_source_batch){.records = &b->record, .count = 1, .release = release};
    if (heartbeat_encode(&hb, &b->key, &b->value, err) < 0)
        return -1;
    b->record = (struct tern_source_record){
        .topic = replication_policy_heartbeats_topic(t->policy),
        .partition = HEARTBEAT_PARTITION,
        .timestamp_ms = hb.timestamp_ms,
        .key = bytes_of(&b->key),
        .value = bytes_of(&b->value),
        .source = t->source,
        .offset = HEARTBEAT_OFFSET_VALUE,
    };
    return 0;
}

static int poll(void *self, int64_t max_wait_ms, struct tern_source_batch **ret_batch,
                struct tern_error *err)
{
    struct heartbeat_task *t = self;
    int64_t interval = mirror_interval_ms(true, t->settings.emit_heartbeats_interval_s);
    struct beat *b;

    *ret_batch = NULL;
    if (t->host->wait(t->host, clock_left_ms(t->due_ms, max_wait_ms)) ||
        clock_mono_ms() < t->due_ms)
        return 0;
    t->due_ms += interval > 0 ? interval : 1;
    if (t->due_ms < clock_mono_ms()) /* the machine slept: no burst to catch up */
        t->due_ms = clock_deadline_ms(interval);
    b = xcalloc(1, sizeof(*b));
    if (make_beat(t, b, err) < 0) {
        release(&b->batch);
        return -1;
    }
    *ret_batch = &b->batch;
    return 0;
}

const struct tern_source_task_class heartbeat_task_class = {
    .size = sizeof(heartbeat_task_class),
    .name = MIRROR_HEARTBEAT_TASK,
    .version = TERN_KAFKA_VERSION,
    .start = start,
    .poll = poll,
    .stop = stop,
};
