/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/source/source_syncs.h"

#include "connectors/mirror/common/mirror_client.h"
#include "connectors/mirror/common/offset_sync.h"
#include "connectors/mirror/common/offset_sync_writer.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/xmem.h"
#include "lib/kafka/producer.h"

LOG_DOMAIN("org.apache.kafka.connect.mirror.OffsetSyncWriter");

enum {
    RECORD_MAX_BYTES = 64 * 1024, /* a topic name and three numbers */
    SERVE_STEP_MS = 100,
    TICK_MS = 250,       /* a partition without records for that long is idle */
    TIGHT_PERMITS = 500, /* syncs under way at once, so that none has to be left out */
};

struct source_syncs {
    const struct source_consumer *partitions;
    struct offset_sync_writer *writer;
    struct producer *producer;
    char *topic;
    int64_t interval_ms; /* of extra syncs; -1: none */
    int64_t tick_due_ms;
    struct sync *unsent; /* taken from the writer, but the producer was busy */
};

/* One sync on its way. */
struct sync {
    struct buf key, value;
};

static void sync_free(struct sync *sync)
{
    if (!sync)
        return;
    buf_fini(&sync->key);
    buf_fini(&sync->value);
    free(sync);
}

static void on_ack(void *arg, const struct producer_ack *ack)
{
    struct source_syncs *s = arg;

    if (ack->error)
        log_warn("Could not send an offset sync: %s", ack->error);
    sync_free(ack->opaque);
    offset_sync_writer_completed(s->writer);
}

int source_syncs_open(const struct mirror_source_settings *settings,
                      const struct replication_policy *policy,
                      const struct source_consumer *partitions, struct source_syncs **ret_syncs,
                      struct tern_error *err)
{
    const struct mirror_settings *common = &settings->common;
    bool at_source = mirror_offset_syncs_side(settings->offset_syncs_location) == MIRROR_SOURCE;
    struct tern_config config = mirror_settings_config(common), view;
    CLEANUP(strmap_fini) struct strmap client = STRMAP_INIT;
    struct source_syncs *s = xcalloc(1, sizeof(*s));

    mirror_client_config(&config,
                         at_source ? MIRROR_OFFSET_SYNCS_SOURCE_PRODUCER
                                   : MIRROR_OFFSET_SYNCS_TARGET_PRODUCER,
                         true, &client);
    view = strmap_config(&client);
    if (producer_open(&view, on_ack, s, &s->producer, err) < 0) {
        free(s);
        return tern_context(err, "opening the offset-syncs producer");
    }
    s->partitions = partitions;
    s->writer = offset_sync_writer_new(source_consumer_count(partitions), settings->offset_lag_max);
    s->interval_ms = settings->tight_syncs ? settings->tight_syncs_interval_ms : -1;
    if (settings->tight_syncs)
        offset_sync_writer_allow(s->writer, TIGHT_PERMITS);
    s->topic = replication_policy_offset_syncs_topic(policy, at_source ? common->target_alias
                                                                       : common->source_alias);
    *ret_syncs = s;
    return 0;
}

static struct sync *make_sync(const struct source_syncs *s, const struct offset_sync_due *due)
{
    const struct source_partition *p = source_consumer_at(s->partitions, due->partition);
    struct offset_sync sync = {slice_str(p->topic), p->partition, due->upstream_offset,
                               due->downstream_offset};
    struct sync *made = xcalloc(1, sizeof(*made));
    struct tern_error err;

    made->key = made->value = (struct buf)BUF_INIT(RECORD_MAX_BYTES);
    if (offset_sync_encode(&sync, &made->key, &made->value, &err) == 0)
        return made;
    log_warn("Could not make an offset sync of '%s-%d': %s", p->topic, (int)p->partition, err.msg);
    sync_free(made);
    return NULL;
}

/* False when the producer is busy: the sync is kept for the next call. */
static bool send_unsent(struct source_syncs *s)
{
    struct sync *sync = s->unsent;
    struct producer_record record = {
        .topic = s->topic,
        .partition = OFFSET_SYNC_PARTITION,
        .timestamp_ms = -1,
        .key = {sync->key.data, sync->key.len},
        .value = {sync->value.data, sync->value.len},
    };
    struct tern_error err;
    enum producer_send_result result = producer_send(s->producer, &record, sync, &err);

    if (result == PRODUCER_BUSY)
        return false;
    s->unsent = NULL;
    if (result == PRODUCER_FAILED) {
        log_warn("Could not send an offset sync: %s", err.msg);
        sync_free(sync);
        offset_sync_writer_completed(s->writer);
    }
    return true;
}

/* Sends what is pending, as far as permits go. */
static void fire(struct source_syncs *s)
{
    struct offset_sync_due due;

    for (;;) {
        if (s->unsent && !send_unsent(s))
            return;
        if (!offset_sync_writer_next(s->writer, &due))
            return;
        s->unsent = make_sync(s, &due);
        if (!s->unsent)
            offset_sync_writer_completed(s->writer);
    }
}

void source_syncs_update(struct source_syncs *s, size_t index, int64_t upstream_offset,
                         int64_t downstream_offset)
{
    if (offset_sync_writer_update(s->writer, index, upstream_offset, downstream_offset))
        fire(s);
}

void source_syncs_commit(struct source_syncs *s)
{
    offset_sync_writer_flush(s->writer);
    fire(s);
}

/* Extra syncs, by time: for partitions that rest, and slow ones. */
static bool tick(struct source_syncs *s)
{
    int64_t now = clock_mono_ms();

    if (s->interval_ms < 0 || now < s->tick_due_ms)
        return false;
    s->tick_due_ms = now + TICK_MS;
    return offset_sync_writer_tick(s->writer, now, s->interval_ms);
}

void source_syncs_serve(struct source_syncs *s)
{
    bool ticked = tick(s);

    if (!producer_unacked(s->producer) && !s->unsent && !ticked)
        return;
    producer_serve(s->producer, 0);
    fire(s);
}

static bool is_idle(const struct source_syncs *s)
{
    return !s->unsent && !producer_unacked(s->producer) && !offset_sync_writer_pending(s->writer);
}

void source_syncs_free(struct source_syncs *s, int64_t deadline_ms)
{
    if (!s)
        return;
    offset_sync_writer_flush(s->writer); /* what a former commit of offsets has not sent */
    for (fire(s); !is_idle(s) && clock_mono_ms() < deadline_ms; fire(s))
        producer_serve(s->producer, clock_left_ms(deadline_ms, SERVE_STEP_MS));
    producer_free(s->producer); /* hands over the acks that are left */
    sync_free(s->unsent);
    offset_sync_writer_free(s->writer);
    free(s->topic);
    free(s);
}
