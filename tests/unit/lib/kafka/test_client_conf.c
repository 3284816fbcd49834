/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/kafka/client_conf.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/file.h"
#include "tests/lib/testing.h"
#include "tests/unit/lib/kafka/kafka_test.h"

#define STORES TERN_SOURCE_DIR "/tests/golden/lib/wire/stores/"

/* What notes were made of one configuration. */
struct notes {
    char text[4096]; /* "key: why\n" ... */
};

static void on_note(void *arg, const char *key, const char *why)
{
    struct notes *n = arg;
    size_t used = strlen(n->text);

    snprintf(n->text + used, sizeof(n->text) - used, "%s: %s\n", key, why);
}

static int build(enum kafka_role role, const struct strmap *settings, struct notes *notes,
                 rd_kafka_conf_t **ret_conf, struct tern_error *err)
{
    struct tern_config view = strmap_config(settings);

    return client_conf_build(role, &view, on_note, notes, ret_conf, err);
}

/* A setting, of the handle or of its topics; "(none)" when it has no value. */
static const char *setting_of(rd_kafka_conf_t *conf, const char *name, char *text, size_t size)
{
    size_t len = size;

    if (rd_kafka_conf_get(conf, name, text, &len) != RD_KAFKA_CONF_OK)
        snprintf(text, size, "(none)");
    return text;
}

#define P KAFKA_PRODUCER
#define C KAFKA_CONSUMER
#define A KAFKA_ADMIN

/* What librdkafka is told, given up to three Java settings. */
static const struct {
    enum kafka_role role;
    const char *java[6]; /* names and values by turns */
    const char *name, *value;
} translated[] = {
    /* Java's defaults */
    {P, {0}, "acks", "-1"},
    {P, {0}, "enable.idempotence", "true"},
    {P, {0}, "max.in.flight.requests.per.connection", "5"},
    {P, {0}, "linger.ms", "5"},
    {P, {0}, "message.timeout.ms", "120000"},
    {P, {0}, "request.timeout.ms", "30000"},
    {P, {0}, "message.max.bytes", "1048576"},
    {P, {0}, "batch.size", "1048576"},
    {P, {0}, "queue.buffering.max.kbytes", "12288"},
    {P, {0}, "queue.buffering.max.messages", "49152"},
    {P, {0}, "partitioner", "murmur2_random"},
    {P, {0}, "reconnect.backoff.ms", "50"},
    {P, {0}, "reconnect.backoff.max.ms", "1000"},
    {P, {0}, "socket.nagle.disable", "true"},
    {P, {0}, "statistics.interval.ms", "0"},
    {C, {0}, "isolation.level", "read_uncommitted"},
    {C, {0}, "auto.offset.reset", "largest"},
    {C, {0}, "allow.auto.create.topics", "false"},
    {C, {0}, "enable.auto.commit", "false"},
    {C, {0}, "check.crcs", "true"},
    {C, {0}, "fetch.max.bytes", "8388608"},
    {C, {0}, "queued.max.messages.kbytes", "8192"},
    {C, {0}, "fetch.error.backoff.ms", "100"},
    {A, {0}, "isolation.level", "read_uncommitted"},
    {A, {0}, "allow.auto.create.topics", "false"},

    /* producer */
    {P, {"acks", "all"}, "acks", "-1"},
    {P, {"acks", "1"}, "acks", "1"},
    {P, {"acks", "1"}, "enable.idempotence", "false"},
    {P, {"retries", "0"}, "enable.idempotence", "false"},
    {P, {"retries", "0"}, "retries", "0"},
    {P, {"max.in.flight.requests.per.connection", "6"}, "enable.idempotence", "false"},
    {P, {"enable.idempotence", "false"}, "enable.idempotence", "false"},
    {P,
     {"enable.idempotence", "false", "max.in.flight.requests.per.connection", "1"},
     "enable.idempotence",
     "true"},
    {P,
     {"enable.idempotence", "false", "max.in.flight.requests.per.connection", "1"},
     "max.in.flight.requests.per.connection",
     "5"},
    {P,
     {"enable.idempotence", "false", "max.in.flight.requests.per.connection", "1", "retries", "0"},
     "enable.idempotence",
     "false"},
    {P,
     {"enable.idempotence", "false", "max.in.flight.requests.per.connection", "1", "retries", "0"},
     "max.in.flight.requests.per.connection",
     "1"},
    {P,
     {"enable.idempotence", "false", "max.in.flight.requests.per.connection", "1", "acks", "1"},
     "enable.idempotence",
     "false"},
    {P, {"enable.idempotence", "TRUE "}, "enable.idempotence", "true"},
    {P, {"delivery.timeout.ms", "2147483647"}, "message.timeout.ms", "0"},
    {P, {"delivery.timeout.ms", "30005"}, "message.timeout.ms", "30005"},
    {P, {"linger.ms", "100000"}, "message.timeout.ms", "130000"},
    {P,
     {"delivery.timeout.ms", "0", "linger.ms", "0", "request.timeout.ms", "0"},
     "message.timeout.ms",
     "1"},
    {P,
     {"linger.ms", "9223372036854775807", "delivery.timeout.ms", "2147483647"},
     "linger.ms",
     "900000"},
    {P, {"request.timeout.ms", "10000"}, "request.timeout.ms", "10000"},
    {P, {"request.timeout.ms", "10000"}, "socket.timeout.ms", "10000"},
    {P, {"request.timeout.ms", "1000000"}, "socket.timeout.ms", "300000"},
    {P, {"batch.size", "16384"}, "batch.size", "16384"},
    {P, {"batch.size", "0"}, "batch.size", "1"},
    {P, {"max.request.size", "5000000"}, "message.max.bytes", "5000000"},
    {P, {"max.request.size", "500000"}, "batch.size", "500000"},
    {P,
     {"buffer.memory", "1048576", "max.request.size", "5000000"},
     "message.max.bytes",
     "1048576"},
    {P, {"buffer.memory", "104857600"}, "queue.buffering.max.kbytes", "102400"},
    {P, {"buffer.memory", "33554432"}, "queue.buffering.max.kbytes", "32768"},
    /* Large records have Java's buffer, unless the user says otherwise. */
    {P, {"max.request.size", "20000000"}, "queue.buffering.max.kbytes", "32768"},
    {P, {"max.request.size", "20000000"}, "message.max.bytes", "20000000"},
    {P, {"compression.type", "zstd"}, "compression.type", "zstd"},
    {P, {"compression.type", "zstd", "compression.zstd.level", "7"}, "compression.level", "7"},
    {P, {"compression.type", "zstd", "compression.gzip.level", "7"}, "compression.level", "-1"},
    {P,
     {"partitioner.class", "org.apache.kafka.clients.producer.RoundRobinPartitioner"},
     "partitioner",
     "random"},
    {P, {"retry.backoff.ms", "250"}, "retry.backoff.ms", "250"},
    {P, {"client.id", "mine"}, "client.id", "mine"},
    {P, {"metadata.max.age.ms", "5000"}, "topic.metadata.refresh.interval.ms", "5000"},
    {P, {"reconnect.backoff.ms", "2000"}, "reconnect.backoff.max.ms", "2000"},
    {P, {"reconnect.backoff.ms", "0"}, "reconnect.backoff.ms", "10"},
    {P, {"send.buffer.bytes", "-1"}, "socket.send.buffer.bytes", "0"},
    {P, {"send.buffer.bytes", "131072"}, "socket.send.buffer.bytes", "131072"},
    {P, {"connections.max.idle.ms", "-1"}, "connections.max.idle.ms", "0"},
    {P, {"transactional.id", "t"}, "message.timeout.ms", "60000"},
    {P, {"transactional.id", "t", "transaction.timeout.ms", "10000"}, "socket.timeout.ms", "10000"},
    {P, {"transaction.timeout.ms", "10000"}, "transaction.timeout.ms", "60000"},

    /* consumer */
    {C, {"isolation.level", "read_committed"}, "isolation.level", "read_committed"},
    {C, {"auto.offset.reset", "earliest"}, "auto.offset.reset", "smallest"},
    {C, {"auto.offset.reset", "none"}, "auto.offset.reset", "error"},
    {C, {"allow.auto.create.topics", "true"}, "allow.auto.create.topics", "true"},
    {C, {"group.id", "g"}, "enable.auto.commit", "true"},
    {C, {"group.id", "g"}, "group.id", "g"},
    {C, {"group.id", " "}, "group.id", "(none)"},
    {C, {"fetch.max.wait.ms", "40000"}, "fetch.wait.max.ms", "40000"},
    {C, {"fetch.max.wait.ms", "40000"}, "socket.timeout.ms", "41000"},
    {C, {"fetch.min.bytes", "0"}, "fetch.min.bytes", "1"},
    {C, {"fetch.max.bytes", "52428800"}, "queued.max.messages.kbytes", "51200"},
    {C, {"fetch.max.bytes", "1024"}, "message.max.bytes", "1024"},
    {C, {"max.partition.fetch.bytes", "67108864"}, "queued.max.messages.kbytes", "65536"},
    {C, {"max.partition.fetch.bytes", "67108864"}, "max.partition.fetch.bytes", "67108864"},
    {C, {"client.rack", "r1"}, "client.rack", "r1"},
    {C,
     {"partition.assignment.strategy", "org.apache.kafka.clients.consumer.RangeAssignor, x"},
     "partition.assignment.strategy",
     "range"},
    {C, {"acks", "nonsense"}, "acks", "-1"}, /* a producer's: not looked at */

    /* admin */
    {A, {"group.id", "connect-cluster"}, "group.id", "(none)"},
    {A, {"request.timeout.ms", "5000"}, "socket.timeout.ms", "5000"},

    /* security */
    {P, {"security.protocol", "SSL"}, "security.protocol", "ssl"},
    {P, {"security.protocol", "SSL"}, "ssl.endpoint.identification.algorithm", "https"},
    {P,
     {"security.protocol", "SSL", "ssl.endpoint.identification.algorithm", ""},
     "ssl.endpoint.identification.algorithm",
     "none"},
    {P, {"ssl.truststore.location", "/ca.jks"}, "ssl.ca.location", "(none)"}, /* without TLS */
    {P,
     {"security.protocol", "SASL_PLAINTEXT", "sasl.mechanism", "PLAIN", "sasl.jaas.config",
      "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"al\\\"ice\" password='x';"},
     "sasl.username",
     "al\"ice"},
    {P,
     {"security.protocol", "SASL_SSL", "sasl.mechanism", "PLAIN", "sasl.jaas.config",
      "a.PlainLoginModule required\n  password = \"p;w\"\n username=bob;"},
     "sasl.password",
     "p;w"},
    {P,
     {"security.protocol", "SASL_SSL", "sasl.mechanism", "PLAIN", "sasl.jaas.config",
      "a.PlainLoginModule required\n  password = \"p;w\"\n username=bob;"},
     "sasl.username",
     "bob"},
    {P,
     {"security.protocol", "SASL_SSL", "sasl.kerberos.service.name", "kafka2"},
     "sasl.kerberos.service.name",
     "kafka2"},
};

START_TEST(translates)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct notes notes = {0};
    struct tern_error err;
    rd_kafka_conf_t *conf;
    char text[256];

    strmap_set(&settings, "bootstrap.servers", "localhost:1");
    for (int i = 0; i < 6 && translated[_i].java[i]; i += 2)
        strmap_set(&settings, translated[_i].java[i], translated[_i].java[i + 1]);
    ck_assert_ok(build(translated[_i].role, &settings, &notes, &conf, &err), err);
    ck_assert_msg(strcmp(setting_of(conf, translated[_i].name, text, sizeof(text)),
                         translated[_i].value) == 0,
                  "%s is %s, not %s", translated[_i].name, text, translated[_i].value);
    rd_kafka_conf_destroy(conf);
}
END_TEST

/* What is refused, and in which words. */
static const struct {
    enum kafka_role role;
    const char *java[6];
    const char *says;
} refused[] = {
    {P,
     {"bootstrap.servers", " "},
     "Missing required configuration \"bootstrap.servers\" which has no default value."},
    {P, {"bootstrap.servers", "a:1,b"}, "Invalid url in bootstrap.servers: b (not host:port)"},
    {P,
     {"acks", "2"},
     "Invalid value 2 for configuration acks: String must be one of: all, -1, 0, 1"},
    {P,
     {"linger.ms", "soon"},
     "Invalid value soon for configuration linger.ms: Not a number of type LONG"},
    {P,
     {"linger.ms", "-1"},
     "Invalid value -1 for configuration linger.ms: Value must be at least 0"},
    {P,
     {"retries", "2147483648"},
     "Invalid value 2147483648 for configuration retries: Not a number of type INT"},
    {P,
     {"enable.idempotence", "yes"},
     "Invalid value yes for configuration enable.idempotence: Expected value to be either true or false"},
    {P,
     {"enable.idempotence", "true", "max.in.flight.requests.per.connection", "6"},
     "Must set max.in.flight.requests.per.connection to at most 5 to use the idempotent producer."},
    {P,
     {"enable.idempotence", "true", "acks", "1"},
     "Must set acks to all in order to use the idempotent producer. Otherwise we cannot guarantee idempotence."},
    {P,
     {"enable.idempotence", "true", "retries", "0"},
     "Must set retries to non-zero when using the idempotent producer."},
    {P,
     {"enable.idempotence", "false", "transactional.id", "t"},
     "Cannot set a transactional.id without also enabling idempotence."},
    {P,
     {"delivery.timeout.ms", "30004"},
     "delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms"},
    {P,
     {"compression.type", "brotli"},
     "Invalid value brotli for configuration compression.type: String must be one of: none, gzip, snappy, lz4, zstd"},
    {P,
     {"partitioner.class", "com.acme.Mine"},
     "configuration 'partitioner.class' names 'com.acme.Mine': Java classes cannot be loaded"},
    {P,
     {"ssl.engine.factory.class", "com.acme.Mine"},
     "configuration 'ssl.engine.factory.class' is not supported: Java classes cannot be loaded"},
    {P,
     {"security.protocol", "TLS"},
     "Invalid value TLS for configuration security.protocol: String must be one of (case insensitive): SASL_SSL, PLAINTEXT, SSL, SASL_PLAINTEXT"},
    {P,
     {"security.protocol", "SSL", "ssl.truststore.location", "/ca.jks"},
     "ssl.truststore.location: cannot open '/ca.jks': No such file or directory"},
    {P,
     {"security.protocol", "SSL", "ssl.keystore.location", "/k.jks", "ssl.keystore.type", "JKS"},
     "ssl.keystore.location: cannot open '/k.jks': No such file or directory"},
    {P,
     {"security.protocol", "SASL_SSL", "sasl.mechanism", "PLAIN", "sasl.jaas.config",
      "m required username=a;"},
     "configuration 'sasl.jaas.config' has no option 'password', or is not of the form '<login module> required <option>=\"<value>\" ... ;'"},
    {P,
     {"security.protocol", "SASL_SSL", "sasl.mechanism", "PLAIN", "sasl.jaas.config",
      "m required password=\"a\";"},
     "configuration 'sasl.jaas.config' has no option 'username', or is not of the form '<login module> required <option>=\"<value>\" ... ;'"},
    {P,
     {"security.protocol", "SASL_SSL", "sasl.mechanism", "PLAIN", "sasl.jaas.config",
      "m required username=\"a\" password=\"hush\""},
     "Invalid value for configuration sasl.jaas.config: JAAS config entry not terminated by semi-colon"},
    {C,
     {"isolation.level", "any"},
     "Invalid value any for configuration isolation.level: String must be one of: read_committed, read_uncommitted"},
    {C,
     {"auto.offset.reset", "by_duration:P1D"},
     "Invalid value by_duration:P1D for configuration auto.offset.reset: must be 'earliest', 'latest' or 'none'"},
};

START_TEST(refuses)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct notes notes = {0};
    struct tern_error err;
    rd_kafka_conf_t *conf;

    strmap_set(&settings, "bootstrap.servers", "localhost:1");
    for (int i = 0; i < 6 && refused[_i].java[i]; i += 2)
        strmap_set(&settings, refused[_i].java[i], refused[_i].java[i + 1]);
    ck_assert_int_eq(build(refused[_i].role, &settings, &notes, &conf, &err), -1);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    ck_assert_str_eq(err.msg, refused[_i].says);
}
END_TEST

/* How many times what stands in the file at path. */
static size_t count_in_file(const char *path, const char *what)
{
    CLEANUP(buf_fini) struct buf text = BUF_INIT(1 << 20);
    struct tern_error err;
    size_t count = 0;

    ck_assert_ok(file_read(path, &text, &err), err);
    for (const char *at = buf_str(&text); (at = strstr(at, what)); at++)
        count++;
    return count;
}

/* Stores of whatever type reach librdkafka as PEM, whole chains and all trusted certificates. */
START_TEST(stores_become_pem)
{
    static const char begin[] = "-----BEGIN CERTIFICATE-----";
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct notes notes = {0};
    struct tern_error err;
    rd_kafka_conf_t *conf;
    char text[4096];

    settings_fill(&settings, "localhost:1", "security.protocol", "SSL", "ssl.keystore.location",
                  STORES "server.jks", "ssl.keystore.password", "store-pw", "ssl.key.password",
                  "key-pw", "ssl.truststore.type", "PKCS12", "ssl.truststore.location",
                  STORES "trust.p12", "ssl.truststore.password", "trust-pw", NULL);
    ck_assert_ok(build(KAFKA_PRODUCER, &settings, &notes, &conf, &err), err);
    setting_of(conf, "ssl.ca.location", text, sizeof(text));
    ck_assert_uint_eq(count_in_file(text, begin), 2);
    setting_of(conf, "ssl.certificate.location", text, sizeof(text));
    ck_assert_uint_eq(count_in_file(text, begin), 2);
    setting_of(conf, "ssl.key.pem", text, sizeof(text));
    ck_assert_ptr_nonnull(strstr(text, "-----BEGIN PRIVATE KEY-----"));
    rd_kafka_conf_destroy(conf);
}
END_TEST

/* A librdkafka whose SCRAM brokers refuse is told of a plain cluster: the relay does the rest. */
START_TEST(scram_is_for_the_relay)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    const bool relayed = rd_kafka_version() < 0x020601ff;
    struct notes notes = {0};
    struct tern_error err;
    rd_kafka_conf_t *conf;
    char text[64];

    settings_fill(&settings, "localhost:1", "security.protocol", "SASL_PLAINTEXT", "sasl.mechanism",
                  "SCRAM-SHA-256", "sasl.jaas.config", "m required username=a password=b;", NULL);
    ck_assert_ok(build(KAFKA_PRODUCER, &settings, &notes, &conf, &err), err);
    ck_assert_str_eq(setting_of(conf, "security.protocol", text, sizeof(text)),
                     relayed ? "plaintext" : "sasl_plaintext");
    ck_assert_str_eq(setting_of(conf, "sasl.username", text, sizeof(text)),
                     relayed ? "(none)" : "a");
    rd_kafka_conf_destroy(conf);
}
END_TEST

static const struct {
    const char *key, *value, *mechanism;
    bool is_relayed;
} choices[] = {
    {"ssl.enabled.protocols", "TLSv1.2,TLSv1.3", "PLAIN", false},
    {"ssl.enabled.protocols", "TLSv1.2", "PLAIN", true},
    {"ssl.cipher.suites", "TLS_AES_256_GCM_SHA384", "PLAIN", true},
    {"ssl.cipher.suites", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "OAUTHBEARER ", true},
    {"ssl.cipher.suites", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "GSSAPI", false},
    {"ssl.cipher.suites", " ", "PLAIN", false},
};

/* librdkafka has no settings for versions of TLS, and for suites of TLS 1.3. */
START_TEST(choices_are_for_the_relay)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct notes notes = {0};
    struct tern_error err;
    rd_kafka_conf_t *conf;
    char text[64];

    settings_fill(&settings, "localhost:1", "security.protocol", "SASL_SSL ", "sasl.mechanism",
                  choices[_i].mechanism, "sasl.jaas.config", "m required username=a password=b;",
                  choices[_i].key, choices[_i].value, NULL);
    ck_assert_ok(build(KAFKA_CONSUMER, &settings, &notes, &conf, &err), err);
    ck_assert_str_eq(setting_of(conf, "security.protocol", text, sizeof(text)),
                     choices[_i].is_relayed ? "plaintext" : "sasl_ssl");
    ck_assert_ptr_null(strstr(notes.text, choices[_i].key));
    rd_kafka_conf_destroy(conf);
}
END_TEST

START_TEST(tells_of_what_it_does_not_translate)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct notes notes = {0};
    struct tern_error err;
    rd_kafka_conf_t *conf;

    settings_fill(&settings, "localhost:1", "acks", "all", "max.block.ms", "1", "offset.x",
                  "secret", "isolation.level", "read_committed", "metrics.context.a", "b",
                  "poll.timeout.ms", "1", "timeout.ms", "1", "key.serializer", "x", NULL);
    ck_assert_ok(build(KAFKA_PRODUCER, &settings, &notes, &conf, &err), err);
    ck_assert_str_eq(notes.text, "max.block.ms: the task waits as long as it takes\n"
                                 "isolation.level: no meaning here\n"
                                 "offset.x: unknown\n");
    rd_kafka_conf_destroy(conf);
}
END_TEST

START_TEST(shows_no_secret)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct notes notes = {0};
    struct tern_error err;
    rd_kafka_conf_t *conf;

    settings_fill(&settings, "localhost:1", "security.protocol", "SASL_SSL", "sasl.jaas.config",
                  "m required serviceName=\"hush\" keyTab=hush username=hush;", NULL);
    ck_assert_ok(build(KAFKA_PRODUCER, &settings, &notes, &conf, &err), err);
    rd_kafka_conf_destroy(conf);
    strmap_set(&settings, "sasl.mechanism", "PLAIN");
    ck_assert_int_eq(build(KAFKA_PRODUCER, &settings, &notes, &conf, &err), -1);
    ck_assert_ptr_null(strstr(err.msg, "hush"));
    ck_assert_ptr_null(strstr(notes.text, "hush"));
}
END_TEST

static const struct {
    int error;
    enum tern_code code;
} codes[] = {
    {RD_KAFKA_RESP_ERR__TRANSPORT, TERN_ERETRIABLE},
    {RD_KAFKA_RESP_ERR__TIMED_OUT, TERN_ETIMEOUT},
    {RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, TERN_ETIMEOUT},
    {RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, TERN_ERETRIABLE},
    {RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, TERN_ERETRIABLE},
    {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, TERN_EINVALID},
    {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, TERN_EREFUSED},
    {RD_KAFKA_RESP_ERR_INVALID_RECORD, TERN_EREFUSED},
    {RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS, TERN_ECONFLICT},
    {RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND, TERN_ENOTFOUND},
    {RD_KAFKA_RESP_ERR__FATAL, TERN_EINTERNAL},
    {12345, TERN_EINTERNAL},
};

START_TEST(tells_errors_apart)
{
    ck_assert_int_eq(kafka_error_code((rd_kafka_resp_err_t)codes[_i].error), codes[_i].code);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, translates, COUNT_OF(translated));
    test_add_rows(suite, refuses, COUNT_OF(refused));
    test_add(suite, stores_become_pem);
    test_add(suite, scram_is_for_the_relay);
    test_add_rows(suite, choices_are_for_the_relay, COUNT_OF(choices));
    test_add(suite, tells_of_what_it_does_not_translate);
    test_add(suite, shows_no_secret);
    test_add_rows(suite, tells_errors_apart, COUNT_OF(codes));
}

TEST_MAIN("client_conf", fill)
