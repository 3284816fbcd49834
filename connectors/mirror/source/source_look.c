/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/source/source_look.h"

#include <librdkafka/rdkafka.h>
#include <stdatomic.h>
#include <stdio.h>

#include "connectors/mirror/common/mirror_wire.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/vec.h"
#include "lib/kafka/client_conf.h"
#include "lib/wire/msg_metadata.h"
#include "lib/wire/msg_offset_for_leader_epoch.h"
#include "lib/wire/wire_call.h"
#include "lib/wire/wire_error.h"

LOG_DOMAIN("org.apache.kafka.connect.mirror.MirrorSourceTask");

enum {
    IDS_VERSION = 10,       /* of Metadata: the first that has topic ids */
    OFFSETS_STEP_MS = 2000, /* one question for offsets: it cannot be woken */
    OFFSETS_PER_CALL = 1000,
    UNKNOWN_TOPIC = 3, /* Kafka's codes */
    LEADERS_PER_LOOK = 20,
};

struct source_look {
    const struct mirror_settings *settings;
    const struct source_consumer *consumer;
    struct mirror_wire *wire;
    atomic_bool cancelled;
    bool told_no_ids;
    struct msg_metadata_response metadata; /* of the look under way; borrows answer */
    struct wire_answer answer;
};

int source_look_open(const struct mirror_settings *settings, const struct source_consumer *consumer,
                     struct source_look **ret_look, struct tern_error *err)
{
    struct source_look *look = xcalloc(1, sizeof(*look));
    struct tern_config config = mirror_settings_config(settings);

    look->settings = settings;
    look->consumer = consumer;
    look->answer = (struct wire_answer)WIRE_ANSWER_INIT;
    if (mirror_wire_open(&config, MIRROR_REPLICATION_SOURCE_ADMIN, true, NULL, &look->wire, err) <
        0) {
        source_look_free(look);
        return -1;
    }
    *ret_look = look;
    return 0;
}

void source_look_cancel(struct source_look *look)
{
    atomic_store(&look->cancelled, true);
    mirror_wire_cancel(look->wire);
}

void source_look_free(struct source_look *look)
{
    if (!look)
        return;
    msg_metadata_fini(&look->metadata);
    wire_answer_fini(&look->answer);
    mirror_wire_free(look->wire);
    free(look);
}

/* ---- topics ---- */

static void encode_metadata(void *arg, struct wire_writer *w, int16_t version)
{
    const struct source_look *look = arg;
    size_t count = source_consumer_topic_count(look->consumer);
    struct slice *names = xcalloc(count, sizeof(*names));
    struct msg_metadata_request request = {.topics = names, .topic_count = count};

    for (size_t i = 0; i < count; i++)
        names[i] = slice_str(source_consumer_topic(look->consumer, i));
    msg_metadata_encode(w, version, &request);
    free(names);
}

static int ask_metadata(struct source_look *look, int64_t deadline_ms, struct tern_error *err)
{
    msg_metadata_fini(&look->metadata);
    if (wire_call(mirror_wire_client(look->wire), WIRE_TO_ANY, WIRE_METADATA, encode_metadata, look,
                  deadline_ms, &look->answer, err) < 0 ||
        msg_metadata_decode(buf_slice(&look->answer.body), look->answer.version, &look->metadata,
                            err) < 0)
        return -1;
    if (look->answer.version < IDS_VERSION && !look->told_no_ids) {
        look->told_no_ids = true;
        log_warn("The brokers of cluster '%s' tell no topic ids: that a topic was created again is "
                 "seen by its offsets only",
                 look->settings->source_alias);
    }
    return 0;
}

static const struct msg_metadata_topic *topic_of(const struct source_look *look, const char *name)
{
    for (size_t i = 0; i < look->metadata.topic_count; i++) {
        if (slice_equal(look->metadata.topics[i].name, slice_str(name)))
            return &look->metadata.topics[i];
    }
    return NULL;
}

static const struct msg_metadata_partition *partition_of(const struct msg_metadata_topic *topic,
                                                         int32_t partition)
{
    for (size_t i = 0; i < topic->partition_count; i++) {
        if (topic->partitions[i].index == partition)
            return &topic->partitions[i];
    }
    return NULL;
}

/* What the metadata says of a partition. */
static void read_metadata(const struct msg_metadata_topic *topic, int32_t number,
                          struct source_log *log)
{
    const struct msg_metadata_partition *p;

    if (!topic || (topic->error && topic->error != UNKNOWN_TOPIC))
        return; /* not allowed to know, or no answer: unknown */
    log->is_known = true;
    log->topic_there = topic->error == 0;
    if (!log->topic_there)
        return;
    log->id = topic->id;
    p = partition_of(topic, number);
    log->partition_there = p != NULL;
    if (!p)
        return;
    log->epoch = p->leader_epoch;
    log->leader = p->leader;
    log->has_leader = p->leader >= 0;
}

static void read_topics(const struct source_look *look, struct source_log *logs)
{
    size_t count = source_consumer_topic_count(look->consumer);
    CLEANUP(freep)
    const struct msg_metadata_topic **topics =
        xcalloc(count, sizeof(const struct msg_metadata_topic *));

    for (size_t i = 0; i < count; i++)
        topics[i] = topic_of(look, source_consumer_topic(look->consumer, i));
    for (size_t i = 0; i < source_consumer_count(look->consumer); i++) {
        const struct source_partition *p = source_consumer_at(look->consumer, i);

        read_metadata(topics[p->topic_index], p->partition, &logs[i]);
    }
}

/* ---- offsets ---- */

static void take_offset(const rd_kafka_topic_partition_t *found, bool is_end,
                        struct source_log *log)
{
    if (found->err || found->offset < 0)
        return;
    log->is_known = log->topic_there = log->partition_there = log->has_leader = true;
    *(is_end ? &log->end : &log->start) = found->offset;
}

/* Asks for the offsets of partitions [from, to) that exist; false: none came. */
static bool ask_offsets(struct source_look *look, size_t from, size_t to, bool is_end,
                        struct source_log *logs, int64_t deadline_ms, rd_kafka_resp_err_t *ret_code)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)(to - from));
    CLEANUP(freep) size_t *indices = xcalloc(to - from, sizeof(*indices));
    int timeout_ms = (int)clock_left_ms(deadline_ms, OFFSETS_STEP_MS);
    int count = 0;

    for (size_t i = from; i < to; i++) {
        const struct source_partition *p = source_consumer_at(look->consumer, i);

        if (logs[i].is_known && (!logs[i].partition_there || !logs[i].has_leader))
            continue; /* one without a leader would hold up the others */
        indices[count++] = i;
        rd_kafka_topic_partition_list_add(list, p->topic, p->partition)->offset =
            is_end ? RD_KAFKA_OFFSET_END : RD_KAFKA_OFFSET_BEGINNING;
    }
    *ret_code =
        count == 0 || timeout_ms == 0 || atomic_load(&look->cancelled)
            ? RD_KAFKA_RESP_ERR__TIMED_OUT
            : rd_kafka_offsets_for_times(source_consumer_handle(look->consumer), list, timeout_ms);
    for (int k = 0; *ret_code == 0 && k < count; k++)
        take_offset(&list->elems[k], is_end, &logs[indices[k]]);
    rd_kafka_topic_partition_list_destroy(list);
    return *ret_code == 0 || count == 0;
}

/* False: no offset could be found out, for the reason in *ret_code. */
static bool read_offsets(struct source_look *look, struct source_log *logs, int64_t deadline_ms,
                         rd_kafka_resp_err_t *ret_code)
{
    size_t count = source_consumer_count(look->consumer);
    bool any = false;

    for (size_t at = 0; at < count; at += OFFSETS_PER_CALL) {
        size_t to = count - at < OFFSETS_PER_CALL ? count : at + OFFSETS_PER_CALL;

        /* The start first: it may only grow, so start > next is true whenever it is seen. */
        any = (ask_offsets(look, at, to, false, logs, deadline_ms, ret_code) &&
               ask_offsets(look, at, to, true, logs, deadline_ms, ret_code)) ||
              any;
    }
    return any;
}

/* ---- epochs ---- */

struct epoch_question {
    const char *topic;
    struct msg_leader_epoch_partition partition;
};

static void encode_epoch(void *arg, struct wire_writer *w, int16_t version)
{
    const struct epoch_question *q = arg;
    const struct msg_leader_epoch_topic topic = {slice_str(q->topic), &q->partition, 1};
    const struct msg_offset_for_leader_epoch_request request = {&topic, 1};

    msg_offset_for_leader_epoch_encode(w, version, &request);
}

static char *broker_address(const struct source_look *look, int32_t id)
{
    for (size_t i = 0; i < look->metadata.broker_count; i++) {
        const struct msg_metadata_broker *b = &look->metadata.brokers[i];

        if (b->node_id == id) {
            return xasprintf("%.*s:%d", (int)b->host.len, (const char *)b->host.at, (int)b->port);
        }
    }
    return NULL;
}

/* Where the place's epoch ends in the log of the partition's leader; -1: not found out. */
static int64_t ask_epoch_end(struct source_look *look, const struct source_partition *p,
                             const struct source_place *place, const struct source_log *log,
                             int64_t deadline_ms)
{
    struct tern_config config = mirror_settings_config(look->settings);
    CLEANUP(freep) char *address = broker_address(look, log->leader);
    CLEANUP(wire_answer_fini) struct wire_answer answer = WIRE_ANSWER_INIT;
    struct epoch_question q = {p->topic, {p->partition, log->epoch, place->epoch}};
    struct msg_offset_for_leader_epoch_response m = {0};
    struct mirror_wire *wire = NULL;
    struct tern_error err;
    int64_t end = -1;

    if (!address ||
        mirror_wire_open(&config, MIRROR_REPLICATION_SOURCE_ADMIN, true, address, &wire, &err) < 0)
        return -1;
    if (wire_call(mirror_wire_client(wire), WIRE_TO_ANY, WIRE_OFFSET_FOR_LEADER_EPOCH, encode_epoch,
                  &q, deadline_ms, &answer, &err) == 0 &&
        msg_offset_for_leader_epoch_decode(buf_slice(&answer.body), answer.version, &m, &err) ==
            0) {
        if (m.count == 1 && m.ends[0].error == 0)
            end = m.ends[0].end_offset;
        else if (m.count == 1)
            log_debug("The end of epoch %d of '%s-%d': error %d", (int)place->epoch, p->topic,
                      (int)p->partition, m.ends[0].error);
        msg_offset_for_leader_epoch_fini(&m);
    } else {
        log_debug("Could not ask for the end of epoch %d of '%s-%d': %s", (int)place->epoch,
                  p->topic, (int)p->partition, err.msg);
    }
    mirror_wire_free(wire);
    return end;
}

/* A leader that changed is asked; the rest of many comes with the next look. */
static void read_epochs(struct source_look *look, const struct source_place *places,
                        struct source_log *logs, int64_t deadline_ms)
{
    unsigned asked = 0;

    for (size_t i = 0; i < source_consumer_count(look->consumer); i++) {
        const struct source_partition *p = source_consumer_at(look->consumer, i);

        if (!source_position_wants_epoch_end(&places[i], &logs[i]) || logs[i].leader < 0)
            continue;
        if (asked++ < LEADERS_PER_LOOK && !atomic_load(&look->cancelled))
            logs[i].epoch_end = ask_epoch_end(look, p, &places[i], &logs[i], deadline_ms);
        logs[i].epoch_open = logs[i].epoch_end < 0;
    }
}

int source_look_run(struct source_look *look, const struct source_place *places,
                    struct source_log *ret_logs, int64_t deadline_ms, struct tern_error *err)
{
    size_t count = source_consumer_count(look->consumer);
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR__TIMED_OUT;
    struct tern_error why;
    bool has_metadata;

    for (size_t i = 0; i < count; i++) {
        ret_logs[i] =
            (struct source_log){.epoch = -1, .leader = -1, .start = -1, .end = -1, .epoch_end = -1};
    }
    has_metadata = ask_metadata(look, deadline_ms, &why) == 0;
    if (has_metadata)
        read_topics(look, ret_logs);
    else
        log_debug("Could not ask for topic ids: %s", why.msg);
    if (!read_offsets(look, ret_logs, deadline_ms, &code) && !has_metadata)
        return tern_fail(err, TERN_ETIMEOUT, "%s; %s", rd_kafka_err2str(code), why.msg);
    if (has_metadata)
        read_epochs(look, places, ret_logs, deadline_ms);
    return 0;
}
