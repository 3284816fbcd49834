/* SPDX-License-Identifier: Apache-2.0 */
/*
 * topic_log - the reading half.
 *
 * librdkafka's consumer without a group: every partition's records come to one queue, from
 * the first offset on, and an end-of-partition event whenever the position has caught up. The
 * event's offset counts control records (and what compaction took away), which the last
 * record's does not: the position is what the later of both says.
 *
 * Who asks for a read to the end looks up the end offsets on its own thread and then waits for
 * the positions to get there; the log's thread is not asked at all. So a read to the end
 * costs one round trip and the way of the last record.
 */
#include "lib/kafka/topic_log.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/kafka/admin_priv.h"
#include "lib/kafka/client_conf.h"
#include "lib/kafka/topic_log_priv.h"

LOG_DOMAIN("org.apache.kafka.connect.util.KafkaBasedLog");

enum {
    METADATA_MS = 30000, /* how long a topic that was just created may stay unknown */
    METADATA_RETRY_MIN_MS = 100,
    METADATA_RETRY_MAX_MS = 1000,
    END_RETRY_MIN_MS = 100,
    END_RETRY_MAX_MS = 10000,
    CALL_MS = 10000,  /* one look-up of end offsets, before it is tried again */
    SLICE_MS = 200,   /* between two looks at cancel */
    ROUND_MS = 10000, /* the thread looks around that often, whatever happens */
    FETCH_AHEAD_BYTES = 4 << 20,
    GOOD_PART_BYTES = FETCH_AHEAD_BYTES / 4,
    RECORD_OVERHEAD = 400, /* what one record costs librdkafka, about */
};

static bool is_cancelled(const struct topic_log *log)
{
    return log->cancel && __atomic_load_n(log->cancel, __ATOMIC_RELAXED);
}

bool topic_log_wait(struct topic_log *log, int64_t deadline_ms)
{
    gate_wait(&log->gate, clock_deadline_ms(clock_left_ms(deadline_ms, SLICE_MS)));
    return clock_mono_ms() < deadline_ms && !is_cancelled(log);
}

/* ---- records ---- */

static void on_message(rd_kafka_message_t *m, void *arg)
{
    struct topic_log *log = arg;
    int64_t *position;

    if (!m->rkt || m->partition < log->first || m->partition >= log->first + log->count) {
        log_debug("topic '%s': %s", log->topic, rd_kafka_message_errstr(m));
        return;
    }
    position = &log->positions[m->partition - log->first];
    if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        *position = m->offset;
        log->stable[m->partition - log->first] = true;
    } else if (m->err) {
        log_debug("topic '%s' partition %d: %s", log->topic, (int)m->partition,
                  rd_kafka_message_errstr(m));
        return;
    } else {
        struct topic_log_record rec = {
            .partition = m->partition,
            .offset = m->offset,
            .timestamp_ms = rd_kafka_message_timestamp(m, NULL),
            .key = slice_of(m->key, m->key_len),
            .value = slice_of(m->payload, m->len),
        };

        *position = m->offset + 1;
        log->taken_bytes += m->len + m->key_len + RECORD_OVERHEAD;
        log->on_record(log->arg, &rec);
    }
    log->moved = true;
}

/* Hands over what is there, waiting at most timeout_ms for it. Thread: log's, or the opening one.
 */
static void read_some(struct topic_log *log, int timeout_ms)
{
    rd_kafka_consume_callback_queue(log->records, timeout_ms, on_message, log);
    if (!log->moved)
        return;
    if (log->taken_bytes >= GOOD_PART_BYTES)
        client_fetch_more(log->consumer);
    log->taken_bytes = 0;
    gate_lock(&log->gate);
    memcpy(log->reached, log->positions, (size_t)log->count * sizeof(*log->reached));
    gate_wake(&log->gate);
    gate_unlock(&log->gate);
    log->moved = false;
}

/* ---- the end ---- */

/* Brokers learn of a new topic one after the other. */
static bool is_worth_retrying(enum tern_code code)
{
    return code == TERN_ERETRIABLE || code == TERN_ETIMEOUT || code == TERN_ENOTFOUND;
}

/* The first or end offsets of all partitions; retried until deadline_ms. */
static int look_up(struct topic_log *log, enum admin_offset_spec spec,
                   struct admin_partition_offset *offsets, int64_t deadline_ms,
                   struct tern_error *err)
{
    struct backoff backoff = {END_RETRY_MIN_MS, END_RETRY_MAX_MS, 0};

    for (;;) {
        int64_t call_ms = clock_deadline_ms(clock_left_ms(deadline_ms, CALL_MS));

        if (admin_list_offsets(log->admin, spec, offsets, (size_t)log->count, call_ms, err) == 0)
            return 0;
        if (!is_worth_retrying(err->code) || clock_mono_ms() >= deadline_ms || is_cancelled(log) ||
            admin_cancelled(log->admin))
            return tern_context(err, "cannot look up offsets of topic '%s'", log->topic);
        log_debug("offsets of topic '%s' are asked for again: %s", log->topic, err->msg);
        gate_lock(&log->gate);
        gate_wait(&log->gate,
                  clock_deadline_ms(clock_left_ms(deadline_ms, backoff_next_ms(&backoff))));
        gate_unlock(&log->gate);
    }
}

static struct admin_partition_offset *offsets_new(const struct topic_log *log)
{
    struct admin_partition_offset *offsets = xcalloc((size_t)log->count, sizeof(*offsets));

    for (int32_t i = 0; i < log->count; i++)
        offsets[i] = (struct admin_partition_offset){log->topic, log->first + i, -1};
    return offsets;
}

/* The first partition that is behind its end, or -1. */
static int32_t behind(const struct topic_log *log, const struct admin_partition_offset *ends,
                      const int64_t *positions)
{
    for (int32_t i = 0; i < log->count; i++) {
        if (positions[i] < ends[i].offset)
            return i;
    }
    return -1;
}

static int too_late(const struct topic_log *log, const struct admin_partition_offset *end,
                    int64_t position, struct tern_error *err)
{
    return tern_fail(err, TERN_ETIMEOUT,
                     "topic '%s' was not read to its end in time: partition %d is at offset %lld "
                     "of %lld",
                     log->topic, (int)end->partition, (long long)position, (long long)end->offset);
}

int topic_log_read_to_end(struct topic_log *log, int64_t deadline_ms, struct tern_error *err)
{
    CLEANUP(freep) struct admin_partition_offset *ends = offsets_new(log);
    int64_t position = 0;
    int32_t at;

    if (topic_log_writer_flush(log, deadline_ms, err) < 0 ||
        look_up(log, ADMIN_LATEST, ends, deadline_ms, err) < 0)
        return -1;
    gate_lock(&log->gate);
    while ((at = behind(log, ends, log->reached)) >= 0) {
        position = log->reached[at];
        if (!topic_log_wait(log, deadline_ms))
            break;
    }
    gate_unlock(&log->gate);
    return at < 0 ? 0 : too_late(log, &ends[at], position, err);
}

/*
 * For a reader of committed records an open transaction is the end at first: who left it open may
 * be a worker that was killed, and only one that has started ends it.
 */
static int32_t first_behind(const struct topic_log *log, const struct admin_partition_offset *ends)
{
    for (int32_t i = 0; i < log->count; i++) {
        if (log->positions[i] < ends[i].offset && !(log->is_committed && log->stable[i]))
            return i;
    }
    return -1;
}

/* The same before the thread is there. */
static int first_read(struct topic_log *log, int64_t deadline_ms, struct tern_error *err)
{
    CLEANUP(freep) struct admin_partition_offset *ends = offsets_new(log);
    int32_t at;

    if (look_up(log, ADMIN_LATEST, ends, deadline_ms, err) < 0)
        return -1;
    while ((at = first_behind(log, ends)) >= 0) {
        int64_t left_ms = clock_left_ms(deadline_ms, SLICE_MS);

        if (left_ms == 0)
            return too_late(log, &ends[at], log->positions[at], err);
        if (is_cancelled(log))
            return tern_fail(err, TERN_ERETRIABLE, "reading topic '%s' was given up", log->topic);
        read_some(log, (int)left_ms);
    }
    return 0;
}

/* ---- the thread ---- */

void topic_log_wake(struct topic_log *log)
{
    uint64_t one = 1;

    if (write(log->wake_fd, &one, sizeof(one)) < 0) /* a full counter wakes as well */
        log_debug("topic '%s': waking its thread: error %d", log->topic, errno);
}

static bool is_stopping(struct topic_log *log)
{
    bool stopping;

    gate_lock(&log->gate);
    stopping = log->stopping;
    gate_unlock(&log->gate);
    return stopping;
}

static void run(void *arg)
{
    struct topic_log *log = arg;

    while (!is_stopping(log)) {
        struct pollfd fd = {.fd = log->wake_fd, .events = POLLIN};
        uint64_t count;

        /* Serving without waiting is what makes librdkafka raise the eventfd again. */
        read_some(log, 0);
        topic_log_writer_serve(log);
        if (poll(&fd, 1, ROUND_MS) > 0 && read(log->wake_fd, &count, sizeof(count)) < 0)
            log_debug("topic '%s': its thread woke for nothing", log->topic);
    }
}

/* ---- opening and closing ---- */

static bool reads_committed(const struct tern_config *java)
{
    const char *isolation = config_get(java, "isolation.level");

    return isolation && strcmp(isolation, "read_committed") == 0;
}

/* Fetched ahead is little: these topics are read once, and then followed. */
static void before_open(void *arg, rd_kafka_conf_t *conf)
{
    static const struct {
        const char *name, *value;
    } settings[] = {
        {"enable.partition.eof", "true"},       {"enable.auto.commit", "false"},
        {"auto.offset.reset", "earliest"},      {"fetch.max.bytes", "4194304"},
        {"queued.max.messages.kbytes", "4096"}, {"queued.min.messages", "10000"},
    };
    for (size_t i = 0; i < COUNT_OF(settings); i++)
        rd_kafka_conf_set(conf, settings[i].name, settings[i].value, NULL, 0);
    /* That a control record was passed is only known from the fetch after it: let that be soon. */
    if (reads_committed(arg))
        rd_kafka_conf_set(conf, "fetch.wait.max.ms", "50", NULL, 0);
}

/* Without the group: the log never joins it, and librdkafka would look for its coordinator. */
static int open_consumer(struct topic_log *log, const struct tern_config *java,
                         struct tern_error *err)
{
    struct strmap settings = STRMAP_INIT;
    rd_kafka_queue_t *events;
    struct tern_config view;
    int rc;

    strmap_add_all(&settings, java);
    strmap_remove(&settings, "group.id");
    strmap_remove(&settings, "group.instance.id");
    view = strmap_config(&settings);
    log->is_committed = reads_committed(&view);
    rc = client_open(KAFKA_CONSUMER, &view, before_open, &view, &log->consumer, err);
    strmap_fini(&settings);
    if (rc < 0)
        return -1;
    log->records = rd_kafka_queue_new(log->consumer);
    events = rd_kafka_queue_get_main(log->consumer);
    rd_kafka_queue_forward(events, log->records);
    rd_kafka_queue_destroy(events);
    log->consumed = rd_kafka_topic_new(log->consumer, log->topic, NULL);
    if (!log->consumed)
        return tern_fail(err, TERN_EINVALID, "'%s' cannot be the name of a topic", log->topic);
    return 0;
}

/* How many partitions the topic has; 0 when that cannot be known now. */
static int32_t ask_partitions(struct topic_log *log, int timeout_ms)
{
    const rd_kafka_metadata_t *md = NULL;
    int32_t count = 0;
    rd_kafka_resp_err_t e = rd_kafka_metadata(log->consumer, 0, log->consumed, &md, timeout_ms);

    if (e) {
        log_debug("metadata of topic '%s': %s", log->topic, rd_kafka_err2str(e));
        return 0;
    }
    for (int i = 0; i < md->topic_cnt; i++) {
        if (strcmp(md->topics[i].topic, log->topic) == 0 && !md->topics[i].err)
            count = md->topics[i].partition_cnt;
    }
    rd_kafka_metadata_destroy(md);
    return count;
}

static int find_partitions(struct topic_log *log, int32_t only, int64_t deadline_ms,
                           struct tern_error *err)
{
    struct backoff backoff = {METADATA_RETRY_MIN_MS, METADATA_RETRY_MAX_MS, 0};
    int64_t until_ms = clock_deadline_ms(METADATA_MS);

    if (until_ms > deadline_ms)
        until_ms = deadline_ms;
    for (;;) {
        int64_t left_ms = clock_left_ms(until_ms, METADATA_RETRY_MAX_MS);

        log->partition_count = ask_partitions(log, (int)left_ms);
        if (log->partition_count > (only < 0 ? 0 : only))
            break;
        if (is_cancelled(log))
            return tern_fail(err, TERN_ERETRIABLE, "reading topic '%s' was given up", log->topic);
        left_ms = clock_left_ms(until_ms, backoff_next_ms(&backoff));
        if (left_ms == 0) {
            return tern_fail(
                err, TERN_ETIMEOUT, /* peer text */
                "Could not look up partition metadata for topic '%s' in the allotted period. This "
                "could indicate a connectivity issue, unavailable topic partitions, or if this is "
                "your first use of the topic it may have taken too long to create.",
                log->topic);
        }
        read_some(log, (int)left_ms);
    }
    log->first = only < 0 ? 0 : only;
    log->count = only < 0 ? log->partition_count : 1;
    return 0;
}

/*
 * Starts at the first offsets, looked up for all partitions together: librdkafka would ask for
 * each and start fetching those it knows, while the others wait for that fetch to come back.
 */
static int start_reading(struct topic_log *log, int64_t deadline_ms, struct tern_error *err)
{
    CLEANUP(freep) struct admin_partition_offset *firsts = offsets_new(log);

    if (look_up(log, ADMIN_EARLIEST, firsts, deadline_ms, err) < 0)
        return -1;
    log->positions = xcalloc((size_t)log->count, sizeof(*log->positions));
    log->reached = xcalloc((size_t)log->count, sizeof(*log->reached));
    log->stable = xcalloc((size_t)log->count, sizeof(*log->stable));
    for (int32_t i = 0; i < log->count; i++) {
        log->positions[i] = log->reached[i] = firsts[i].offset;
        if (rd_kafka_consume_start_queue(log->consumed, log->first + i, firsts[i].offset,
                                         log->records) < 0) {
            return tern_fail(err, TERN_EINTERNAL, "topic '%s' partition %d cannot be read: %s",
                             log->topic, (int)(log->first + i),
                             rd_kafka_err2str(rd_kafka_last_error()));
        }
    }
    return 0;
}

static void start_thread(struct topic_log *log)
{
    static const uint64_t one = 1;

    rd_kafka_queue_io_event_enable(log->records, log->wake_fd, &one, sizeof(one));
    if (log->producer)
        rd_kafka_queue_io_event_enable(log->deliveries, log->wake_fd, &one, sizeof(one));
    topic_log_wake(log); /* for what came before that */
    thread_start(&log->thread, "topic-log", run, log);
}

static struct topic_log *log_new(const struct topic_log_conf *conf)
{
    struct topic_log *log = xcalloc(1, sizeof(*log));

    log->topic = xstrdup(conf->topic);
    log->on_record = conf->on_record;
    log->arg = conf->arg;
    log->cancel = conf->cancel;
    log->admin = conf->admin;
    log->under_way_tail = &log->under_way;
    log->refused_tail = &log->refused;
    gate_init(&log->gate);
    log->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return log;
}

int topic_log_open(const struct topic_log_conf *conf, int64_t deadline_ms,
                   struct topic_log **ret_log, struct tern_error *err)
{
    struct topic_log *log = log_new(conf);

    if (log->wake_fd < 0) {
        topic_log_free(log);
        return tern_fail(err, TERN_EINTERNAL, "cannot make an eventfd: error %d", errno);
    }
    if (open_consumer(log, &conf->consumer, err) < 0 ||
        (conf->producer.count > 0 && topic_log_writer_open(log, &conf->producer, err) < 0) ||
        find_partitions(log, conf->only_partition, deadline_ms, err) < 0 ||
        start_reading(log, deadline_ms, err) < 0 || first_read(log, deadline_ms, err) < 0) {
        topic_log_free(log);
        return -1;
    }
    start_thread(log);
    *ret_log = log;
    return 0;
}

int32_t topic_log_partitions(const struct topic_log *log)
{
    return log->partition_count;
}

void topic_log_free(struct topic_log *log)
{
    if (!log)
        return;
    gate_lock(&log->gate);
    log->stopping = true;
    gate_unlock(&log->gate);
    if (log->wake_fd >= 0)
        topic_log_wake(log);
    thread_join(&log->thread);
    topic_log_writer_close(log);
    if (log->consumed)
        rd_kafka_topic_destroy(log->consumed);
    if (log->records)
        rd_kafka_queue_destroy(log->records);
    client_close(log->consumer);
    if (log->wake_fd >= 0)
        close(log->wake_fd);
    gate_fini(&log->gate);
    free(log->positions);
    free(log->reached);
    free(log->stable);
    free(log->topic);
    free(log);
}
