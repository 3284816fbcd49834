/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_translate - the client properties that take more than another name.
 *
 * Messages marked as peer text are those of Java's ProducerConfig and ConfigDef.
 */
#include "lib/kafka/client_conf_priv.h"

#include <string.h>
#include <strings.h>

#include "lib/base/xmem.h"
#include "lib/wire/bootstrap.h"

enum {
    KAFKA_INT_MAX = 2147483647,
    DEFAULT_REQUEST_TIMEOUT_MS = 30000,
    IDEMPOTENT_INFLIGHT = 5,
    BATCH_BYTES = 1048576, /* a topic takes as much by default */
    BUFFER_BYTES = 12 << 20,
    BUFFER_JAVA_BYTES = 32 << 20,
    SMALL_REQUEST_BYTES = 2 << 20,
};

#define IN_FLIGHT "max.in.flight.requests.per.connection"

static int64_t clamp(int64_t n, int64_t min, int64_t max)
{
    if (n < min)
        return min;
    return n > max ? max : n;
}

int client_set_bootstrap(struct conf_build *b, const char *key, const char *value,
                         struct tern_error *err)
{
    struct bootstrap servers;

    if (!*value) {
        return tern_fail(err, TERN_EINVALID, /* peer text */
                         "Missing required configuration \"%s\" which has no default value.", key);
    }
    if (bootstrap_parse(value, &servers, err) < 0) /* librdkafka would take port 9092 */
        return -1;
    bootstrap_fini(&servers);
    return client_put(b, "bootstrap.servers", value, key, err);
}

int client_set_acks(struct conf_build *b, const char *key, const char *value,
                    struct tern_error *err)
{
    static const char *const known[] = {"all", "-1", "0", "1"};

    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (strcmp(value, known[i]) == 0)
            return client_put(b, "acks", value, key, err);
    }
    return tern_fail(err, TERN_EINVALID, /* peer text */
                     "Invalid value %s for configuration %s: String must be one of: all, -1, 0, 1",
                     value, key);
}

/*
 * Java sends the batches of many partitions in one request, librdkafka one batch a request:
 * with Java's default of 16 KiB and one request in flight, a link would stay idle. So the
 * default is librdkafka's; a size that the user gives is kept.
 */
int client_set_batch_size(struct conf_build *b, const char *key, const char *value,
                          struct tern_error *err)
{
    int64_t size, largest;

    if (client_number_of(b, "max.request.size", 1048576, &largest, err) < 0)
        return -1;
    if (!*value)
        size = clamp(largest, 1000, BATCH_BYTES);
    else if (client_number(key, value, TERN_INT, 0, INT64_MAX, &size, err) < 0)
        return -1;
    return client_put_int(b, "batch.size", clamp(size, 1, KAFKA_INT_MAX), key, err);
}

/*
 * Java's default holds two thousand of its batches, of 16 KiB; ours are of a megabyte, so that a
 * third of it has room for what can be under way, five to each of two brokers. Large records get
 * Java's all the same.
 */
static int buffer_memory(const struct conf_build *b, int64_t *ret_bytes, struct tern_error *err)
{
    int64_t largest;

    if (client_number_of(b, "max.request.size", 1048576, &largest, err) < 0)
        return -1;
    return client_number_of(b, "buffer.memory",
                            largest > SMALL_REQUEST_BYTES ? BUFFER_JAVA_BYTES : BUFFER_BYTES,
                            ret_bytes, err);
}

/* Bounds the bytes as Java does, and the records too: each costs librdkafka some 250 bytes. */
int client_set_buffer_memory(struct conf_build *b, const char *key, const char *value,
                             struct tern_error *err)
{
    int64_t bytes;

    if (!*value) {
        if (buffer_memory(b, &bytes, err) < 0)
            return -1;
    } else if (client_number(key, value, TERN_LONG, 0, INT64_MAX, &bytes, err) < 0) {
        return -1;
    }
    if (client_put_int(b, "queue.buffering.max.kbytes", clamp(bytes / 1024, 1, KAFKA_INT_MAX), key,
                       err) < 0)
        return -1;
    return client_put_int(b, "queue.buffering.max.messages", clamp(bytes / 256, 10000, 10000000),
                          key, err);
}

int client_set_compression_level(struct conf_build *b, const char *key, const char *value,
                                 struct tern_error *err)
{
    CLEANUP(freep) char *codec = client_java(b, "compression.type");
    const char *of = key + strlen("compression.");
    int64_t level;

    if (client_number(key, value, TERN_INT, INT64_MIN, INT64_MAX, &level, err) < 0)
        return -1;
    if (!codec || strncasecmp(of, codec, strlen(codec)) != 0 || of[strlen(codec)] != '.')
        return 0; /* the level of a codec that is not used */
    return client_put_int(b, "compression.level", clamp(level, -1, 12), key, err);
}

/* With transactions, librdkafka wants every timeout to be within the transaction's. */
static int within_transaction(const struct conf_build *b, int64_t ms, int64_t *ret_ms,
                              struct tern_error *err)
{
    CLEANUP(freep) char *id = client_java(b, "transactional.id");
    int64_t limit;

    if (b->role != KAFKA_PRODUCER || !id) {
        *ret_ms = ms;
        return 0;
    }
    if (client_number_of(b, "transaction.timeout.ms", 60000, &limit, err) < 0)
        return -1;
    *ret_ms = ms == 0 || ms > limit ? limit : ms; /* 0: for ever */
    return 0;
}

int client_set_delivery_timeout(struct conf_build *b, const char *key, const char *value,
                                struct tern_error *err)
{
    CLEANUP(freep) char *given = client_java(b, key);
    int64_t timeout, linger, request;

    if (client_number(key, value, TERN_INT, 0, INT64_MAX, &timeout, err) < 0 ||
        client_number_of(b, "linger.ms", 5, &linger, err) < 0 ||
        client_number_of(b, "request.timeout.ms", DEFAULT_REQUEST_TIMEOUT_MS, &request, err) < 0)
        return -1;
    linger = clamp(linger, 0, KAFKA_INT_MAX);
    request = clamp(request, 0, KAFKA_INT_MAX);
    if (timeout < clamp(linger + request, 0, KAFKA_INT_MAX)) {
        if (given) {
            return tern_fail(err, TERN_EINVALID, /* peer text */
                             "delivery.timeout.ms should be equal to or larger than linger.ms + "
                             "request.timeout.ms");
        }
        timeout = clamp(linger + request, 0, KAFKA_INT_MAX);
    }
    /* 2^31-1 is how Connect says for ever, and 0 is how librdkafka does. */
    if (timeout == KAFKA_INT_MAX)
        timeout = 0;
    else if (timeout <= linger)
        timeout = linger + 1;
    if (within_transaction(b, timeout, &timeout, err) < 0)
        return -1;
    return client_put_int(b, "message.timeout.ms", timeout, key, err);
}

/* The reason against an idempotent producer, in Java's words; NULL: none. */
static int idempotence_conflict(const struct conf_build *b, const char **ret_why,
                                struct tern_error *err)
{
    CLEANUP(freep) char *acks = client_java(b, "acks");
    int64_t retries, inflight;

    if (client_number_of(b, "retries", KAFKA_INT_MAX, &retries, err) < 0 ||
        client_number_of(b, IN_FLIGHT, IDEMPOTENT_INFLIGHT, &inflight, err) < 0)
        return -1;
    *ret_why = NULL;
    if (retries == 0) /* peer texts */
        *ret_why = "Must set retries to non-zero when using the idempotent producer.";
    else if (acks && strcmp(acks, "all") != 0 && strcmp(acks, "-1") != 0) {
        *ret_why = "Must set acks to all in order to use the idempotent producer. Otherwise we "
                   "cannot guarantee idempotence.";
    } else if (inflight > IDEMPOTENT_INFLIGHT) {
        *ret_why = "Must set max.in.flight.requests.per.connection to at most 5 to use the "
                   "idempotent producer.";
    }
    return 0;
}

/*
 * Java's default is true, unless other settings speak against it. Where Java is told false, as
 * Connect tells it, and keeps the order by having one request in flight, librdkafka does not:
 * it has made the next request when the first one fails, and sends it before the first is
 * repeated. Its idempotent producer keeps the order, so it is what one in flight stands for.
 */
int client_set_idempotence(struct conf_build *b, const char *key, const char *value,
                           struct tern_error *err)
{
    CLEANUP(freep) char *transactional = client_java(b, "transactional.id");
    int64_t inflight;
    const char *why;
    bool on = true;

    if (*value && client_bool(key, value, &on, err) < 0)
        return -1;
    if (idempotence_conflict(b, &why, err) < 0 ||
        client_number_of(b, IN_FLIGHT, IDEMPOTENT_INFLIGHT, &inflight, err) < 0)
        return -1;
    if (on && why && (*value || transactional))
        return tern_fail(err, TERN_EINVALID, "%s", why);
    if (!on && transactional) {
        return tern_fail(err, TERN_EINVALID, /* peer text */
                         "Cannot set a transactional.id without also enabling idempotence.");
    }
    if (inflight == 1)
        on = true;
    return client_put(b, "enable.idempotence", on && !why ? "true" : "false", key, err);
}

static bool is_idempotent(const struct conf_build *b)
{
    char text[8] = "";
    size_t size = sizeof(text);

    rd_kafka_conf_get(b->conf, "enable.idempotence", text, &size);
    return strcmp(text, "true") == 0;
}

int client_check_producer(struct conf_build *b, struct tern_error *err)
{
    int64_t size, memory;

    /* With an idempotent producer the order does not depend on it, but the throughput does. */
    if (is_idempotent(b) && client_put_int(b, IN_FLIGHT, IDEMPOTENT_INFLIGHT, IN_FLIGHT, err) < 0)
        return -1;
    if (client_number_of(b, "max.request.size", 1048576, &size, err) < 0 ||
        buffer_memory(b, &memory, err) < 0)
        return -1;
    /* A record that never fits the buffer would be waited for without end. */
    if (size > memory)
        return client_put_int(b, "message.max.bytes", clamp(memory, 1000, 1000000000),
                              "buffer.memory", err);
    return 0;
}

int client_set_request_timeout(struct conf_build *b, const char *key, const char *value,
                               struct tern_error *err)
{
    int64_t ms;

    if (client_number(key, value, TERN_INT, 0, INT64_MAX, &ms, err) < 0)
        return -1;
    if (b->role == KAFKA_PRODUCER &&
        client_put_int(b, "request.timeout.ms", clamp(ms, 1, 900000), key, err) < 0)
        return -1;
    if (within_transaction(b, ms, &ms, err) < 0)
        return -1;
    if (b->role == KAFKA_CONSUMER) { /* a fetch may rest at the broker that long */
        int64_t rest;

        if (client_number_of(b, "fetch.max.wait.ms", 500, &rest, err) < 0)
            return -1;
        if (ms < rest + 1000)
            ms = rest + 1000;
    }
    return client_put_int(b, "socket.timeout.ms", clamp(ms, 1000, 300000), key, err);
}

int client_set_reconnect_max(struct conf_build *b, const char *key, const char *value,
                             struct tern_error *err)
{
    int64_t min, max;

    if (client_number(key, value, TERN_LONG, 0, INT64_MAX, &max, err) < 0 ||
        client_number_of(b, "reconnect.backoff.ms", 50, &min, err) < 0)
        return -1;
    max = clamp(max, 10, 3600000);
    min = clamp(min, 10, 3600000);
    return client_put_int(b, key, max < min ? min : max, key, err);
}

/* Java's -1 means never, which is librdkafka's 0. */
int client_set_idle(struct conf_build *b, const char *key, const char *value,
                    struct tern_error *err)
{
    int64_t ms;

    if (client_number(key, value, TERN_LONG, INT64_MIN, INT64_MAX, &ms, err) < 0)
        return -1;
    return client_put_int(b, key, clamp(ms, 0, KAFKA_INT_MAX), key, err);
}

int client_set_partitioner(struct conf_build *b, const char *key, const char *value,
                           struct tern_error *err)
{
    const char *name = strrchr(value, '.');

    name = name ? name + 1 : value;
    /* What Java does without a partitioner class: murmur2 over the key. */
    if (!*name || strcmp(name, "DefaultPartitioner") == 0)
        return client_put(b, "partitioner", "murmur2_random", key, err);
    if (strcmp(name, "RoundRobinPartitioner") == 0 || strcmp(name, "UniformStickyPartitioner") == 0)
        return client_put(b, "partitioner", "random", key, err);
    return tern_fail(err, TERN_EINVALID,
                     "configuration '%s' names '%s': Java classes cannot be loaded", key, value);
}

int client_set_transaction_timeout(struct conf_build *b, const char *key, const char *value,
                                   struct tern_error *err)
{
    CLEANUP(freep) char *id = client_java(b, "transactional.id");
    int64_t ms;

    if (client_number(key, value, TERN_INT, INT64_MIN, INT64_MAX, &ms, err) < 0)
        return -1;
    if (!id)
        return 0;
    return client_put_int(b, key, clamp(ms, 1000, KAFKA_INT_MAX), key, err);
}

int client_set_offset_reset(struct conf_build *b, const char *key, const char *value,
                            struct tern_error *err)
{
    if (strcasecmp(value, "earliest") == 0)
        return client_put(b, key, "earliest", key, err);
    if (strcasecmp(value, "latest") == 0)
        return client_put(b, key, "latest", key, err);
    if (strcasecmp(value, "none") == 0)
        return client_put(b, key, "error", key, err);
    return tern_fail(
        err, TERN_EINVALID,
        "Invalid value %s for configuration %s: must be 'earliest', 'latest' or 'none'", value,
        key);
}

/*
 * Java's default of 50 MiB a response is no use to a client that fetches ahead, as librdkafka
 * does: it would only be memory. When a response is ahead of the application, no other is asked
 * for.
 */
int client_set_fetch_max(struct conf_build *b, const char *key, const char *value,
                         struct tern_error *err)
{
    int64_t fetch = INT64_C(8) << 20, partition, ahead;

    if (*value && client_number(key, value, TERN_INT, 0, INT64_MAX, &fetch, err) < 0)
        return -1;
    if (client_number_of(b, "max.partition.fetch.bytes", 1048576, &partition, err) < 0)
        return -1;
    fetch = clamp(fetch, 1000, 1000000000);
    ahead = fetch > partition ? fetch : partition;
    if (client_put_int(b, "message.max.bytes", clamp(fetch, 1000, 1000000), key, err) < 0 ||
        client_put_int(b, "fetch.max.bytes", fetch, key, err) < 0)
        return -1;
    return client_put_int(b, "queued.max.messages.kbytes", clamp(ahead / 1024, 1024, 2097151), key,
                          err);
}

/* librdkafka's assignor for a Java class, or NULL. */
static const char *assignor_of(const char *class_name)
{
    const char *name = strrchr(class_name, '.');

    name = name ? name + 1 : class_name;
    if (strcmp(name, "RangeAssignor") == 0 || strcmp(name, "range") == 0)
        return "range";
    if (strcmp(name, "RoundRobinAssignor") == 0 || strcmp(name, "roundrobin") == 0)
        return "roundrobin";
    if (strcmp(name, "CooperativeStickyAssignor") == 0 || strcmp(name, "cooperative-sticky") == 0)
        return "cooperative-sticky";
    return NULL;
}

/* The first that librdkafka has: it cannot mix eager and cooperative ones as Java does. */
int client_set_assignors(struct conf_build *b, const char *key, const char *value,
                         struct tern_error *err)
{
    CLEANUP(freep) char *list = xstrdup(value);
    char *rest = list, *item;

    while ((item = strsep(&rest, ", \t\r\n"))) {
        const char *assignor = assignor_of(item);

        if (assignor)
            return client_put(b, key, assignor, key, err);
    }
    return tern_fail(err, TERN_EINVALID,
                     "configuration '%s' names '%s': only RangeAssignor, RoundRobinAssignor and "
                     "CooperativeStickyAssignor are there",
                     key, value);
}
