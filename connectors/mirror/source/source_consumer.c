/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/source/source_consumer.h"

#include <librdkafka/rdkafka.h>

#include "connectors/mirror/common/loop_guard.h"
#include "connectors/mirror/common/mirror_bytes.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/strmap.h"
#include "lib/base/vec.h"
#include "lib/conf/config_value.h"
#include "lib/kafka/client_conf.h"

LOG_DOMAIN("org.apache.kafka.connect.mirror.MirrorSourceTask");

enum {
    POLL_RECORDS_DEFAULT = 500, /* max.poll.records */
    POLL_RECORDS_MAX = 100000,
    FREE_BATCHES_MAX = 4,
    FETCH_MORE_BYTES = 2 << 20,  /* taken from the queue: there is room for a fetch */
    PARTITIONS_MAX = 1 << 20,    /* of one topic */
    WAITING_MAX = 5000,          /* messages of a partition without room */
    WAITING_MAX_BYTES = 4 << 20, /* likewise */
    ERROR_REPEAT_MS = 60 * 1000, /* a client error is said again after this long */
};

struct source_topic {
    size_t index;
    char *name;
    char *remote;
    rd_kafka_topic_t *handle;                 /* its opaque is this struct */
    VEC(struct source_partition *) by_number; /* NULL: not assigned */
};

struct assigned {
    struct source_partition partition; /* what the task sees */
    struct source_topic *topic;
    VEC(rd_kafka_message_t *) waiting; /* fetched, but there was no room */
    size_t waiting_bytes;
    bool overflowed; /* those behind waiting were dropped */
};

struct batch {
    struct tern_source_batch base;
    struct source_consumer *owner;
    struct batch *next_free;
    rd_kafka_message_t **messages; /* [count] */
    struct tern_source_record *records;
    VEC(struct tern_header) headers;
};

struct source_consumer {
    rd_kafka_t *rk;
    rd_kafka_queue_t *queue;
    bool reset_to_end;   /* auto.offset.reset: where a partition without a stored offset begins */
    bool no_reset;       /* auto.offset.reset=none */
    bool reads_replicas; /* client.rack: not only leaders are asked */
    bool troubled;       /* since source_consumer_troubled() */
    size_t with_waiting; /* partitions of which messages wait */
    const char *source_alias, *target_alias; /* of source_consumer_guard_loops(), or NULL */
    uint64_t taken;
    size_t batch_size;
    VEC(struct source_topic *) topics;
    VEC(struct assigned *) partitions;
    struct batch *free_batches;
    size_t free_count;
    size_t taken_bytes;             /* since client_fetch_more() */
    rd_kafka_resp_err_t last_error; /* said last, at */
    int64_t last_error_ms;
};

static void say_error(struct source_consumer *c, rd_kafka_resp_err_t code, const char *text)
{
    int64_t now = clock_mono_ms();

    if (code == c->last_error && now - c->last_error_ms < ERROR_REPEAT_MS)
        return;
    c->last_error = code;
    c->last_error_ms = now;
    log_warn("Failure during poll: %s", text);
}

/* ---- opening ---- */

static int poll_records(const struct tern_config *settings, size_t *ret_count,
                        struct tern_error *err)
{
    CLEANUP(config_value_fini) struct config_value value = CONFIG_VALUE_INIT;
    const char *text = config_get(settings, "max.poll.records");
    int64_t count = POLL_RECORDS_DEFAULT;

    if (config_value_parse("max.poll.records", TERN_INT, text, &value, err) < 0)
        return -1;
    if (!value.is_null)
        count = value.integer;
    if (count < 1) {
        return tern_fail(err, TERN_EINVALID,
                         "Invalid value %s for configuration max.poll.records: Value must be at "
                         "least 1",
                         text);
    }
    *ret_count = count < POLL_RECORDS_MAX ? (size_t)count : POLL_RECORDS_MAX;
    return 0;
}

/*
 * The consumer is told never to jump: a position that the log does not hold comes as an error, so
 * that nothing is left out without a word. And it tells when the end of a partition is reached,
 * behind what is no record, too.
 */
static void before_open(void *arg, rd_kafka_conf_t *conf)
{
    (void)arg;
    rd_kafka_conf_set(conf, "auto.offset.reset", "error", NULL, 0);
    rd_kafka_conf_set(conf, "enable.partition.eof", "true", NULL, 0);
}

int source_consumer_open(const struct tern_config *settings, struct source_consumer **ret_consumer,
                         struct tern_error *err)
{
    const char *reset = config_get(settings, "auto.offset.reset");
    const char *rack = config_get(settings, "client.rack");
    struct source_consumer *c;
    rd_kafka_t *rk;
    size_t batch_size;

    if (poll_records(settings, &batch_size, err) < 0 ||
        client_open(KAFKA_CONSUMER, settings, before_open, NULL, &rk, err) < 0)
        return tern_context(err, "opening the replication consumer");
    client_ignore_events(rk);
    c = xcalloc(1, sizeof(*c));
    c->rk = rk;
    c->queue = rd_kafka_queue_new(rk);
    c->reset_to_end = reset && strcmp(reset, "latest") == 0;
    c->no_reset = reset && strcmp(reset, "none") == 0;
    c->reads_replicas = rack && *rack;
    c->batch_size = batch_size;
    *ret_consumer = c;
    return 0;
}

void source_consumer_guard_loops(struct source_consumer *c, const char *source_alias,
                                 const char *target_alias)
{
    c->source_alias = source_alias;
    c->target_alias = target_alias;
}

static struct source_topic *topic_of(struct source_consumer *c, const char *name,
                                     const char *remote)
{
    struct source_topic *topic;
    rd_kafka_topic_conf_t *conf;

    for (size_t i = 0; i < c->topics.count; i++) {
        if (strcmp(c->topics.at[i]->name, name) == 0)
            return c->topics.at[i];
    }
    topic = xcalloc(1, sizeof(*topic));
    topic->index = c->topics.count;
    topic->name = xstrdup(name);
    topic->remote = xstrdup(remote);
    conf = rd_kafka_default_topic_conf_dup(c->rk);
    rd_kafka_topic_conf_set_opaque(conf, topic);
    topic->handle = rd_kafka_topic_new(c->rk, name, conf);
    vec_push(&c->topics, topic);
    return topic;
}

struct source_partition *source_consumer_add(struct source_consumer *c, const char *topic_name,
                                             const char *remote, int32_t partition)
{
    struct source_topic *topic = topic_of(c, topic_name, remote);
    struct assigned *p;
    struct source_partition *made;

    while (topic->by_number.count <= (size_t)partition && partition < PARTITIONS_MAX)
        vec_push(&topic->by_number, NULL);
    p = xcalloc(1, sizeof(*p));
    p->topic = topic;
    made = &p->partition;
    made->topic = topic->name;
    made->remote = topic->remote;
    made->partition = partition;
    made->index = c->partitions.count;
    made->topic_index = topic->index;
    atomic_init(&made->next, -1);
    atomic_init(&made->from, -1);
    if (partition < PARTITIONS_MAX)
        topic->by_number.at[partition] = &p->partition;
    vec_push(&c->partitions, p);
    return &p->partition;
}

size_t source_consumer_count(const struct source_consumer *c)
{
    return c->partitions.count;
}

struct source_partition *source_consumer_at(const struct source_consumer *c, size_t index)
{
    return &c->partitions.at[index]->partition;
}

size_t source_consumer_topic_count(const struct source_consumer *c)
{
    return c->topics.count;
}

const char *source_consumer_topic(const struct source_consumer *c, size_t topic_index)
{
    return c->topics.at[topic_index]->name;
}

struct rd_kafka_s *source_consumer_handle(const struct source_consumer *c)
{
    return c->rk;
}

static void drop_waiting(struct source_consumer *c, struct assigned *a)
{
    c->with_waiting -= a->waiting.count > 0;
    for (size_t i = 0; i < a->waiting.count; i++)
        rd_kafka_message_destroy(a->waiting.at[i]);
    vec_fini(&a->waiting);
    a->waiting_bytes = 0;
    a->overflowed = false;
}

void source_consumer_end(struct source_consumer *c, size_t index)
{
    struct assigned *a = c->partitions.at[index];

    drop_waiting(c, a);
    if (!atomic_load(&a->partition.begun))
        return;
    rd_kafka_consume_stop(a->topic->handle, a->partition.partition);
    atomic_store(&a->partition.begun, false);
}

/*
 * Where a partition without a stored offset begins. For "earliest" that is the number 0: if that is
 * gone, the watch finds out where the log begins. Asked for the beginning by name, librdkafka
 * takes half a second before it asks.
 */
static int64_t first_offset(const struct source_consumer *c)
{
    return c->reset_to_end ? RD_KAFKA_OFFSET_END : 0;
}

int source_consumer_begin(struct source_consumer *c, size_t index, int64_t next_offset,
                          struct tern_error *err)
{
    struct assigned *a = c->partitions.at[index];
    struct source_partition *p = &a->partition;
    int64_t at = next_offset < 0 ? first_offset(c) : next_offset;

    if (next_offset < 0 && c->no_reset) {
        return tern_fail(err, TERN_EINVALID,
                         "no offset is stored for '%s-%d', and auto.offset.reset=none", p->topic,
                         (int)p->partition);
    }
    source_consumer_end(c, index);
    if (!a->topic->handle || p->partition >= PARTITIONS_MAX ||
        rd_kafka_consume_start_queue(a->topic->handle, p->partition, at, c->queue) != 0) {
        return tern_fail(err, TERN_EINTERNAL, "cannot read '%s-%d': %s", p->topic,
                         (int)p->partition, rd_kafka_err2str(rd_kafka_last_error()));
    }
    p->room = INT64_MAX;
    atomic_store(&p->held, false);
    atomic_store(&p->from, -1);
    atomic_store(&p->next, next_offset < 0 ? -1 : next_offset);
    atomic_store(&p->out_of_range, false);
    atomic_store(&p->error, 0);
    atomic_store(&p->begun, true);
    return 0;
}

int source_consumer_make_room(struct source_consumer *c, size_t index, int64_t room,
                              struct tern_error *err)
{
    struct assigned *a = c->partitions.at[index];
    struct source_partition *p = &a->partition;

    if (a->overflowed || !atomic_load(&p->begun)) {
        if (source_consumer_begin(c, index, atomic_load(&p->next), err) < 0)
            return -1;
    }
    p->room = room;
    atomic_store(&p->held, false);
    return 0;
}

/* ---- batches ---- */

static struct batch *batch_take(struct source_consumer *c)
{
    struct batch *b = c->free_batches;

    if (b) {
        c->free_batches = b->next_free;
        c->free_count--;
        return b;
    }
    b = xcalloc(1, sizeof(*b));
    b->owner = c;
    b->messages = xcalloc(c->batch_size, sizeof(rd_kafka_message_t *));
    b->records = xcalloc(c->batch_size, sizeof(*b->records));
    return b;
}

static void batch_free(struct batch *b)
{
    vec_fini(&b->headers);
    free(b->messages);
    free(b->records);
    free(b);
}

static void batch_give_back(struct batch *b)
{
    struct source_consumer *c = b->owner;

    if (c->free_count >= FREE_BATCHES_MAX) {
        batch_free(b);
        return;
    }
    b->next_free = c->free_batches;
    c->free_batches = b;
    c->free_count++;
}

static void batch_release(struct tern_source_batch *base)
{
    struct batch *b = CONTAINER_OF(base, struct batch, base);

    for (size_t i = 0; i < base->count; i++)
        rd_kafka_message_destroy(b->messages[i]);
    base->count = 0;
    batch_give_back(b);
}

/* Java's tombstone has the schema of bytes that are not null, which only ByteArrayConverter takes.
 */
static struct tern_value value_of(const rd_kafka_message_t *m)
{
    return m->payload ? mirror_bytes(m->payload, m->len)
                      : (struct tern_value){.type = TERN_VALUE_NULL};
}

static struct tern_value header_value(const void *data, size_t size)
{
    return data ? mirror_bytes(data, size) : mirror_optional_bytes(NULL, 0);
}

/* Adds a message's headers to the batch's; they are found by count, as the array may move. */
static void add_headers(struct batch *b, rd_kafka_message_t *m, struct tern_source_record *record)
{
    rd_kafka_headers_t *headers;
    const char *key;
    const void *value;
    size_t size, own = 0;

    record->header_count = 0;
    record->headers = NULL;
    if (b->owner->source_alias) {
        const char *alias = b->owner->source_alias;

        vec_push(&b->headers,
                 (struct tern_header){LOOP_GUARD_HEADER, mirror_bytes(alias, strlen(alias))});
        record->header_count++;
        own = 1;
    }
    if (rd_kafka_message_headers(m, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    while (rd_kafka_header_get_all(headers, record->header_count - own, &key, &value, &size) ==
           RD_KAFKA_RESP_ERR_NO_ERROR) {
        vec_push(&b->headers, (struct tern_header){key, header_value(value, size)});
        record->header_count++;
    }
}

static void fill_record(struct batch *b, size_t i)
{
    rd_kafka_message_t *m = b->messages[i];
    const struct source_topic *topic = rd_kafka_topic_opaque(m->rkt);
    struct source_partition *p = topic->by_number.at[m->partition];
    rd_kafka_timestamp_type_t type;
    struct tern_source_record *record = &b->records[i];

    record->topic = p->remote;
    record->partition = m->partition;
    record->timestamp_ms = rd_kafka_message_timestamp(m, &type);
    record->key = mirror_optional_bytes(m->key, m->key_len);
    record->value = value_of(m);
    record->source = p->handle;
    record->offset = m->offset;
    record->offset_json = NULL;
    record->cookie = p;
    add_headers(b, m, record);
}

static struct source_partition *partition_of(const rd_kafka_message_t *m)
{
    const struct source_topic *topic = m->rkt ? rd_kafka_topic_opaque(m->rkt) : NULL;

    if (!topic || m->partition < 0 || (size_t)m->partition >= topic->by_number.count)
        return NULL;
    return topic->by_number.at[m->partition];
}

/* What librdkafka has to say instead of a record. */
static void take_event(struct source_consumer *c, const rd_kafka_message_t *m)
{
    struct source_partition *p = partition_of(m);

    if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        if (p && p->room > 0 && CONTAINER_OF(p, struct assigned, partition)->waiting.count == 0) {
            atomic_store(&p->next, m->offset);
            atomic_store(&p->error, 0);
        }
        return;
    }
    c->troubled = true;
    if (p && m->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) {
        log_debug("Position of '%s-%d' is not in its log: %s", p->topic, (int)p->partition,
                  rd_kafka_message_errstr(m));
        atomic_store(&p->out_of_range, true);
        return;
    }
    if (p)
        atomic_store(&p->error, m->err);
    say_error(c, m->err, rd_kafka_message_errstr(m));
}

/* Whether the record has been on one of the flow's clusters: it came round in a circle. */
static bool goes_round(const struct source_consumer *c, const rd_kafka_message_t *m)
{
    rd_kafka_headers_t *headers;
    const void *value;
    size_t size;

    if (!c->source_alias || rd_kafka_message_headers(m, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return false;
    for (size_t i = 0; rd_kafka_header_get(headers, i, LOOP_GUARD_HEADER, &value, &size) ==
                       RD_KAFKA_RESP_ERR_NO_ERROR;
         i++) {
        if (loop_guard_has_been(slice_of(value, size), c->source_alias, c->target_alias))
            return true;
    }
    return false;
}

/* A record comes from another broker than the one before it: the epoch is another, too. */
static void note_broker(struct source_consumer *c, struct source_partition *p, int32_t broker)
{
    int32_t before = atomic_load_explicit(&p->from, memory_order_relaxed);

    if (before == broker)
        return;
    if (before >= 0)
        c->troubled = true;
    atomic_store_explicit(&p->from, broker, memory_order_relaxed);
}

/* Who reads next and then from knows a broker that is not older than next. */
static void move_on(struct source_consumer *c, struct source_partition *p,
                    const rd_kafka_message_t *m)
{
    if (!c->reads_replicas)
        note_broker(c, p, rd_kafka_message_broker_id(m));
    atomic_store_explicit(&p->next, m->offset + 1, memory_order_release);
}

static void note_read(struct source_consumer *c, struct source_partition *p,
                      const rd_kafka_message_t *m)
{
    move_on(c, p, m);
    atomic_fetch_add_explicit(&p->delivered, 1, memory_order_relaxed);
    if (atomic_load_explicit(&p->error, memory_order_relaxed))
        atomic_store(&p->error, 0);
}

/* There is no room for a message of the partition. */
static void let_wait(struct source_consumer *c, struct assigned *a, rd_kafka_message_t *m)
{
    if (goes_round(c, m)) {
        rd_kafka_message_destroy(m);
        return;
    }
    if (a->overflowed || a->waiting.count >= WAITING_MAX || a->waiting_bytes >= WAITING_MAX_BYTES) {
        a->overflowed = true;
        rd_kafka_message_destroy(m);
        return;
    }
    c->with_waiting += a->waiting.count == 0;
    a->waiting_bytes += m->len;
    vec_push(&a->waiting, m);
}

/* Keeps the records for which there is room; returns how many are left, in order. */
static size_t keep_records(struct source_consumer *c, rd_kafka_message_t **messages, size_t count)
{
    size_t kept = 0;

    c->taken += count;
    for (size_t i = 0; i < count; i++) {
        struct source_partition *p = messages[i]->err ? NULL : partition_of(messages[i]);
        struct assigned *a = p ? CONTAINER_OF(p, struct assigned, partition) : NULL;

        if (p && p->room > 0 && a->waiting.count == 0 && goes_round(c, messages[i])) {
            move_on(c, p, messages[i]);
            rd_kafka_message_destroy(messages[i]);
        } else if (p && p->room > 0 && a->waiting.count == 0) {
            p->room--;
            note_read(c, p, messages[i]);
            messages[kept++] = messages[i];
        } else if (p) {
            let_wait(c, a, messages[i]);
        } else {
            if (messages[i]->err)
                take_event(c, messages[i]);
            rd_kafka_message_destroy(messages[i]);
        }
    }
    return kept;
}

/* The messages that waited and for which there is room now. */
static size_t take_waiting(struct source_consumer *c, rd_kafka_message_t **messages)
{
    size_t taken = 0;

    for (size_t i = 0; c->with_waiting && i < c->partitions.count; i++) {
        struct assigned *a = c->partitions.at[i];
        size_t count = 0;

        while (count < a->waiting.count && taken < c->batch_size && a->partition.room > 0) {
            rd_kafka_message_t *m = a->waiting.at[count++];

            a->partition.room--;
            a->waiting_bytes -= m->len;
            note_read(c, &a->partition, m);
            messages[taken++] = m;
        }
        if (!count)
            continue;
        a->waiting.count -= count;
        /* NOLINTNEXTLINE(bugprone-sizeof-expression): the elements are pointers */
        memmove(a->waiting.at, a->waiting.at + count, a->waiting.count * sizeof(*a->waiting.at));
        c->with_waiting -= a->waiting.count == 0;
    }
    return taken;
}

uint64_t source_consumer_taken(const struct source_consumer *c)
{
    return c->taken;
}

size_t source_consumer_waiting(const struct source_consumer *c)
{
    return rd_kafka_queue_length(c->queue);
}

bool source_consumer_troubled(struct source_consumer *c)
{
    bool troubled = c->troubled;

    c->troubled = false;
    return troubled;
}

/* Waits for the first message only: librdkafka's batch call would wait until the batch is full. */
static size_t take_messages(struct source_consumer *c, rd_kafka_message_t **messages,
                            int64_t wait_ms)
{
    ssize_t n = rd_kafka_consume_batch_queue(c->queue, 0, messages, c->batch_size);

    if (n > 0 || wait_ms <= 0)
        return n > 0 ? (size_t)n : 0;
    messages[0] = rd_kafka_consume_queue(c->queue, (int)wait_ms);
    if (!messages[0])
        return 0;
    n = rd_kafka_consume_batch_queue(c->queue, 0, messages + 1, c->batch_size - 1);
    return n > 0 ? (size_t)n + 1 : 1;
}

struct tern_source_batch *source_consumer_poll(struct source_consumer *c, int64_t wait_ms)
{
    struct batch *b = batch_take(c);
    size_t count = take_waiting(c, b->messages);
    const struct tern_header *headers;

    if (!count)
        count = keep_records(c, b->messages, take_messages(c, b->messages, wait_ms));
    if (!count) {
        batch_give_back(b);
        return NULL;
    }
    b->headers.count = 0;
    for (size_t i = 0; i < count; i++) {
        fill_record(b, i);
        c->taken_bytes += b->messages[i]->len;
    }
    headers = b->headers.at;
    for (size_t i = 0; i < count; i++) {
        b->records[i].headers = b->records[i].header_count ? headers : NULL;
        headers += b->records[i].header_count;
    }
    b->base = (struct tern_source_batch){b->records, count, batch_release, NULL};
    if (c->taken_bytes >= FETCH_MORE_BYTES) {
        c->taken_bytes = 0;
        client_fetch_more(c->rk);
    }
    return &b->base;
}

void source_consumer_wake(struct source_consumer *c)
{
    rd_kafka_queue_yield(c->queue);
}

/* ---- closing ---- */

static void topic_free(struct source_topic *topic)
{
    if (topic->handle)
        rd_kafka_topic_destroy(topic->handle);
    free(topic->name);
    free(topic->remote);
    vec_fini(&topic->by_number);
    free(topic);
}

void source_consumer_free(struct source_consumer *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->partitions.count; i++) {
        struct assigned *a = c->partitions.at[i];

        source_consumer_end(c, i);
        free(a);
    }
    for (size_t i = 0; i < c->topics.count; i++)
        topic_free(c->topics.at[i]);
    vec_fini(&c->partitions);
    vec_fini(&c->topics);
    while (c->free_batches) {
        struct batch *b = c->free_batches;

        c->free_batches = b->next_free;
        batch_free(b);
    }
    rd_kafka_queue_destroy(c->queue);
    client_close(c->rk);
    free(c);
}
