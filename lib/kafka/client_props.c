/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_props - every property of Kafka 4.3.1's producer, consumer and admin clients (and
 * those of 3.x that are gone), and what becomes of it here. Nothing but the table.
 */
#include "lib/kafka/client_conf_priv.h"

#define P        FOR_PRODUCER
#define C        FOR_CONSUMER
#define A        FOR_ADMIN

#define INT_MAX_ INT64_C(2147483647)
#define ANY      INT64_MIN, INT64_MAX

/* Rows by kind; NUMBER takes Java's range and librdkafka's. */
#define TEXT(java_, roles_, rd_, fallback_)                                                     \
    {                                                                                           \
        .java = java_, .roles = roles_, .how = PROP_TEXT, .rdkafka = rd_, .fallback = fallback_ \
    }
#define WORD(java_, roles_, rd_, fallback_, words_)                                              \
    {                                                                                            \
        .java = java_, .roles = roles_, .how = PROP_WORD, .rdkafka = rd_, .fallback = fallback_, \
        .words = words_                                                                          \
    }
#define BOOL(java_, roles_, rd_, fallback_)                                                     \
    {                                                                                           \
        .java = java_, .roles = roles_, .how = PROP_BOOL, .rdkafka = rd_, .fallback = fallback_ \
    }
#define NUMBER(type_, java_, roles_, rd_, fallback_, min_, max_, rd_min_, rd_max_)           \
    {                                                                                        \
        .java = java_, .roles = roles_, .how = type_, .rdkafka = rd_, .fallback = fallback_, \
        .min = min_, .max = max_, .rd_min = rd_min_, .rd_max = rd_max_                       \
    }
#define INT(java_, roles_, rd_, fallback_, min_, rd_min_, rd_max_) \
    NUMBER(PROP_INT, java_, roles_, rd_, fallback_, min_, INT_MAX_, rd_min_, rd_max_)
#define LONG(java_, roles_, rd_, fallback_, min_, rd_min_, rd_max_) \
    NUMBER(PROP_LONG, java_, roles_, rd_, fallback_, min_, INT64_MAX, rd_min_, rd_max_)
#define BY(fn_, java_, roles_, fallback_)                                                       \
    {                                                                                           \
        .java = java_, .roles = roles_, .how = PROP_FN, .fallback = fallback_, .translate = fn_ \
    }
#define NEWER(java_, roles_, rd_)                                                       \
    {                                                                                   \
        .java = java_, .roles = roles_, .how = PROP_TEXT, .rdkafka = rd_, .maybe = true \
    }
#define SECURITY(java_)                                       \
    {                                                         \
        .java = java_, .roles = FOR_ALL, .how = PROP_SECURITY \
    }
#define NONE(java_, roles_, reason_)                                        \
    {                                                                       \
        .java = java_, .roles = roles_, .how = PROP_NONE, .reason = reason_ \
    }
#define SILENT(java_)                                       \
    {                                                       \
        .java = java_, .roles = FOR_ALL, .how = PROP_SILENT \
    }
#define REFUSED(java_, roles_, reason_)                                        \
    {                                                                          \
        .java = java_, .roles = roles_, .how = PROP_REFUSED, .reason = reason_ \
    }

static const char *const codecs[] = {"none", "gzip", "snappy", "lz4", "zstd", NULL};
static const char *const isolations[] = {"read_committed", "read_uncommitted", NULL};

const struct client_prop client_props[] = {
    /* ---- every client ---- */
    BY(client_set_bootstrap, "bootstrap.servers", FOR_ALL, ""),
    REFUSED("bootstrap.controllers", A, "give bootstrap.servers instead"),
    TEXT("client.id", FOR_ALL, "client.id", "tern"),
    NEWER("client.dns.lookup", FOR_ALL, "client.dns.lookup"),
    LONG("metadata.max.age.ms", FOR_ALL, "topic.metadata.refresh.interval.ms", NULL, 0, 1000,
         3600000),
    NEWER("metadata.recovery.strategy", FOR_ALL, "metadata.recovery.strategy"),
    NEWER("metadata.recovery.rebootstrap.trigger.ms", FOR_ALL,
          "metadata.recovery.rebootstrap.trigger.ms"),
    /* -1 is the system's choice, which grows with the traffic: that is better than Java's fixed
     * default, so it stays unless the user asks for a size. */
    INT("send.buffer.bytes", FOR_ALL, "socket.send.buffer.bytes", NULL, -1, 0, 100000000),
    INT("receive.buffer.bytes", FOR_ALL, "socket.receive.buffer.bytes", NULL, -1, 0, 100000000),
    LONG("reconnect.backoff.ms", FOR_ALL, "reconnect.backoff.ms", "50", 0, 10, 3600000),
    BY(client_set_reconnect_max, "reconnect.backoff.max.ms", FOR_ALL, "1000"),
    LONG("socket.connection.setup.timeout.ms", FOR_ALL, "socket.connection.setup.timeout.ms", NULL,
         INT64_MIN, 1000, INT_MAX_),
    NONE("socket.connection.setup.timeout.max.ms", FOR_ALL, "a connection attempt has one timeout"),
    BY(client_set_idle, "connections.max.idle.ms", P | C, "540000"),
    BY(client_set_idle, "connections.max.idle.ms", A, "300000"),
    BY(client_set_request_timeout, "request.timeout.ms", FOR_ALL, "30000"),
    NONE("default.api.timeout.ms", FOR_ALL, "the caller of each call has its own deadline"),
    /* Java pushes telemetry when a broker asks for it; librdkafka's would be about a library. */
    {.java = "enable.metrics.push",
     .roles = FOR_ALL,
     .how = PROP_BOOL,
     .rdkafka = "enable.metrics.push",
     .fallback = "false",
     .maybe = true},
    NONE("metric.reporters", FOR_ALL, "metrics come from the worker"),
    NONE("metrics.num.samples", FOR_ALL, "metrics come from the worker"),
    NONE("metrics.recording.level", FOR_ALL, "metrics come from the worker"),
    NONE("metrics.sample.window.ms", FOR_ALL, "metrics come from the worker"),
    NONE("auto.include.jmx.reporter", FOR_ALL, "metrics come from the worker"),
    NONE("interceptor.classes", P | C, "Java classes cannot be loaded"),
    SILENT("config.providers"), /* were resolved before */

    /* ---- producer ---- */
    BY(client_set_acks, "acks", P, "all"),
    BY(client_set_batch_size, "batch.size", P, ""),
    BY(client_set_buffer_memory, "buffer.memory", P, ""),
    WORD("compression.type", P, "compression.type", "none", codecs),
    BY(client_set_compression_level, "compression.gzip.level", P, NULL),
    BY(client_set_compression_level, "compression.lz4.level", P, NULL),
    BY(client_set_compression_level, "compression.zstd.level", P, NULL),
    BY(client_set_delivery_timeout, "delivery.timeout.ms", P, "120000"),
    BY(client_set_idempotence, "enable.idempotence", P, ""),
    LONG("linger.ms", P, "linger.ms", "5", 0, 0, 900000),
    NONE("max.block.ms", P, "the task waits as long as it takes"),
    INT("max.in.flight.requests.per.connection", P, "max.in.flight.requests.per.connection", "5", 1,
        1, 1000000),
    INT("max.request.size", P, "message.max.bytes", "1048576", 0, 1000, 1000000000),
    NONE("metadata.max.idle.ms", P, "topics in use are few"),
    BY(client_set_partitioner, "partitioner.class", P, ""),
    NONE("partitioner.adaptive.partitioning.enable", P, "records without key go to any partition"),
    NONE("partitioner.availability.timeout.ms", P, "records without key go to any partition"),
    NONE("partitioner.ignore.keys", P, "keys always count"),
    INT("retries", P, "retries", "2147483647", 0, 0, INT_MAX_),
    NONE("retries", C | A, "calls are repeated until their deadline"),
    LONG("retry.backoff.ms", P, "retry.backoff.ms", "100", 0, 1, 300000),
    LONG("retry.backoff.ms", C, "fetch.error.backoff.ms", "100", 0, 10, 300000),
    NONE("retry.backoff.ms", A, NULL),
    NEWER("retry.backoff.max.ms", P, "retry.backoff.max.ms"),
    NONE("retry.backoff.max.ms", C | A, NULL),
    TEXT("transactional.id", P, "transactional.id", NULL),
    BY(client_set_transaction_timeout, "transaction.timeout.ms", P, "60000"),
    NONE("transaction.two.phase.commit.enable", P, NULL),
    SILENT("key.serializer"), /* records are bytes */
    SILENT("value.serializer"),

    /* ---- consumer ---- */
    /* Java's default is true. A mirror that looks at a topic must not create it at the source. */
    BOOL("allow.auto.create.topics", C, "allow.auto.create.topics", "false"),
    INT("auto.commit.interval.ms", C, "auto.commit.interval.ms", NULL, 0, 1, 3600000),
    BY(client_set_offset_reset, "auto.offset.reset", C, "latest"),
    BOOL("check.crcs", C, "check.crcs", "true"),
    TEXT("client.rack", C, "client.rack", NULL),
    BOOL("enable.auto.commit", C, "enable.auto.commit", NULL),
    NONE("exclude.internal.topics", C, "no client subscribes by pattern"),
    BY(client_set_fetch_max, "fetch.max.bytes", C, ""),
    INT("fetch.max.wait.ms", C, "fetch.wait.max.ms", "500", 0, 0, 300000),
    INT("fetch.min.bytes", C, "fetch.min.bytes", "1", 0, 1, 100000000),
    INT("max.partition.fetch.bytes", C, "max.partition.fetch.bytes", "1048576", 0, 1, 1000000000),
    TEXT("group.id", C, "group.id", NULL),
    SILENT("group.id"),
    TEXT("group.instance.id", C, "group.instance.id", NULL),
    NEWER("group.protocol", C, "group.protocol"),
    NEWER("group.remote.assignor", C, "group.remote.assignor"),
    INT("heartbeat.interval.ms", C, "heartbeat.interval.ms", NULL, INT64_MIN, 1, 3600000),
    INT("session.timeout.ms", C, "session.timeout.ms", NULL, INT64_MIN, 1, 3600000),
    INT("max.poll.interval.ms", C, "max.poll.interval.ms", NULL, 1, 1, 86400000),
    NONE("max.poll.records", C, "batches are as large as what has arrived"),
    WORD("isolation.level", C, "isolation.level", "read_uncommitted", isolations),
    BY(client_set_assignors, "partition.assignment.strategy", C, NULL),
    NONE("share.acknowledgement.mode", C, NULL),
    NONE("share.acquire.mode", C, NULL),
    SILENT("key.deserializer"),
    SILENT("value.deserializer"),
    SILENT("internal.throw.on.fetch.stable.offset.unsupported"),
    SILENT("internal.leave.group.on.close"),

    /* ---- security ---- */
    SECURITY("security.protocol"),
    SECURITY("ssl.truststore.type"),
    SECURITY("ssl.truststore.location"),
    SECURITY("ssl.truststore.certificates"),
    SECURITY("ssl.truststore.password"),
    SECURITY("ssl.keystore.type"),
    SECURITY("ssl.keystore.location"),
    SECURITY("ssl.keystore.password"),
    SECURITY("ssl.keystore.key"),
    SECURITY("ssl.keystore.certificate.chain"),
    SECURITY("ssl.key.password"),
    SECURITY("ssl.endpoint.identification.algorithm"),
    SECURITY("ssl.enabled.protocols"),
    SECURITY("ssl.cipher.suites"),
    SECURITY("sasl.mechanism"),
    SECURITY("sasl.jaas.config"),
    SECURITY("sasl.kerberos.service.name"),
    SECURITY("sasl.kerberos.kinit.cmd"),
    SECURITY("sasl.kerberos.min.time.before.relogin"),
    NONE("sasl.kerberos.ticket.renew.jitter", FOR_ALL, NULL),
    NONE("sasl.kerberos.ticket.renew.window.factor", FOR_ALL, NULL),
    NONE("ssl.protocol", FOR_ALL, "the OpenSSL configuration decides"),
    NONE("ssl.provider", FOR_ALL, "OpenSSL is the provider"),
    NONE("ssl.secure.random.implementation", FOR_ALL, "OpenSSL is the provider"),
    NONE("ssl.keymanager.algorithm", FOR_ALL, "OpenSSL is the provider"),
    NONE("ssl.trustmanager.algorithm", FOR_ALL, "OpenSSL is the provider"),
    NONE("security.providers", FOR_ALL, "OpenSSL is the provider"),
    REFUSED("ssl.engine.factory.class", FOR_ALL, "Java classes cannot be loaded"),
    REFUSED("sasl.client.callback.handler.class", FOR_ALL, "Java classes cannot be loaded"),
    SECURITY("sasl.login.callback.handler.class"),
    REFUSED("sasl.login.class", FOR_ALL, "Java classes cannot be loaded"),
    NONE("sasl.login.connect.timeout.ms", FOR_ALL, NULL),
    NONE("sasl.login.read.timeout.ms", FOR_ALL, NULL),
    NONE("sasl.login.refresh.buffer.seconds", FOR_ALL, NULL),
    NONE("sasl.login.refresh.min.period.seconds", FOR_ALL, NULL),
    NONE("sasl.login.refresh.window.factor", FOR_ALL, NULL),
    NONE("sasl.login.refresh.window.jitter", FOR_ALL, NULL),
    NONE("sasl.login.retry.backoff.max.ms", FOR_ALL, NULL),
    NONE("sasl.login.retry.backoff.ms", FOR_ALL, NULL),
    NONE("sasl.oauthbearer.assertion.algorithm", FOR_ALL, NULL),
    NONE("sasl.oauthbearer.assertion.claim.aud", FOR_ALL, NULL),
    NONE("sasl.oauthbearer.assertion.claim.exp.seconds", FOR_ALL, NULL),
    NONE("sasl.oauthbearer.assertion.claim.iss", FOR_ALL, NULL),
    NONE("sasl.oauthbearer.assertion.claim.jti.include", FOR_ALL, NULL),
    NONE("sasl.oauthbearer.assertion.claim.nbf.seconds", FOR_ALL, NULL),
    NONE("sasl.oauthbearer.assertion.claim.sub", FOR_ALL, NULL),
    NONE("sasl.oauthbearer.assertion.file", FOR_ALL, NULL),
    NONE("sasl.oauthbearer.assertion.private.key.file", FOR_ALL, NULL),
    NONE("sasl.oauthbearer.assertion.private.key.passphrase", FOR_ALL, NULL),
    NONE("sasl.oauthbearer.assertion.template.file", FOR_ALL, NULL),
    SECURITY("sasl.oauthbearer.client.credentials.client.id"),
    SECURITY("sasl.oauthbearer.client.credentials.client.secret"),
    NONE("sasl.oauthbearer.clock.skew.seconds", FOR_ALL, NULL),
    NONE("sasl.oauthbearer.expected.audience", FOR_ALL, NULL),
    NONE("sasl.oauthbearer.expected.issuer", FOR_ALL, NULL),
    SECURITY("sasl.oauthbearer.header.urlencode"),
    NONE("sasl.oauthbearer.jwks.endpoint.refresh.ms", FOR_ALL, NULL),
    NONE("sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms", FOR_ALL, NULL),
    NONE("sasl.oauthbearer.jwks.endpoint.retry.backoff.ms", FOR_ALL, NULL),
    NONE("sasl.oauthbearer.jwks.endpoint.url", FOR_ALL, NULL),
    SECURITY("sasl.oauthbearer.jwt.retriever.class"),
    NONE("sasl.oauthbearer.jwt.validator.class", FOR_ALL, NULL),
    SECURITY("sasl.oauthbearer.scope"),
    NONE("sasl.oauthbearer.scope.claim.name", FOR_ALL, NULL),
    NONE("sasl.oauthbearer.sub.claim.name", FOR_ALL, NULL),
    SECURITY("sasl.oauthbearer.token.endpoint.url"),

    /* ---- what comes along without being a client property ---- */
    SILENT("poll.timeout.ms"), /* MirrorMaker's consumer.poll.timeout.ms and admin.timeout.ms */
    SILENT("timeout.ms"),
    {.java = NULL},
};

const struct client_fixed client_fixed[] = {
    /* Connections come and go; only failing ones are worth a line. */
    {FOR_ALL, "log.connection.close", "false", false},
    {FOR_ALL, "log.thread.name", "false", false},
    {FOR_ALL, "socket.keepalive.enable", "true", false},
    {FOR_ALL, "socket.nagle.disable", "true", false}, /* as Java: a request is sent at once */
    {FOR_ADMIN, "isolation.level", "read_uncommitted", false},
    {FOR_ADMIN, "allow.auto.create.topics", "false", false},
    /* What is fetched ahead: bytes are bounded by client_set_fetch_max(), and each record costs
     * librdkafka some 400 bytes more. */
    {FOR_CONSUMER, "queued.min.messages", "50000", false},
    /* Since 2.2; before, a full queue is looked at again within a second: client_fetch_more(). */
    {FOR_CONSUMER, "fetch.queue.backoff.ms", "20", true},
    {0, NULL, NULL, false},
};
