/* SPDX-License-Identifier: Apache-2.0 */
/* Keys that nobody reads, and what is said of each; and keys that somebody reads. */
#include "connectors/mirror/common/mirror_remarks.h"

#include "lib/base/buf.h"
#include "tests/lib/testing.h"

enum {
    TEXT_MAX = 4096
};

static void note(void *arg, const char *key, const char *message)
{
    buf_add_fmt(arg, "%s: %s\n", key, message);
}

static const struct {
    const char *key, *remark; /* NULL: none */
} rows[] = {
    {"topcs", "unknown setting, did you mean 'topics'?"},
    {"sync.topic.config.enabled", "unknown setting, did you mean 'sync.topic.configs.enabled'?"},
    {"emit.hartbeats.enabled", "unknown setting, did you mean 'emit.heartbeats.enabled'?"},
    {"tern.los.policy", "unknown setting, did you mean 'tern.loss.policy'?"},
    {"tern.offset-sync.interval.ms",
     "unknown setting, did you mean 'tern.offset-syncs.interval.ms'?"},
    {"qqqqqqqqqqqqqqqqq", "unknown setting"},
    {"replication.policy.mine", "unknown setting"},
    {"use.default.from", "unknown setting, did you mean 'use.defaults.from'?"},
    {"source.consumer.fetch.max.byte",
     "unknown setting of a client (consumer), did you mean 'fetch.max.bytes'?"},
    {"consumer.isolation.levle",
     "unknown setting of a client (consumer), did you mean 'isolation.level'?"},
    {"target.producer.linger.sm",
     "unknown setting of a client (producer), did you mean 'linger.ms'?"},
    {"admin.qqqqqqqqqq", "unknown setting of a client (admin)"},
    {"source.cluster.secruity.protocol",
     "unknown setting of a cluster's clients, did you mean 'security.protocol'?"},
    {"target.cluster.bootstrap.server",
     "unknown setting of a cluster's clients, did you mean 'bootstrap.servers'?"},
    {"target.cluster.ssl.truststore.passwrd",
     "unknown setting of a cluster's clients, did you mean 'ssl.truststore.password'?"},
    {"topics.blacklist", "removed in Kafka 4.0 and without effect: use topics.exclude"},
    {"topics.whitelist", "removed in Kafka 4.0 and without effect: use topics"},
    {"groups.blacklist", "removed in Kafka 4.0 and without effect: use groups.exclude"},
    {"groups.whitelist", "removed in Kafka 4.0 and without effect: use groups"},
    {"config.properties.blacklist",
     "removed in Kafka 4.0 and without effect: use config.properties.exclude"},
    {"use.incremental.alter.configs",
     "removed in Kafka 4.0 and without effect: configs are always altered incrementally"},
    {"add.source.alias.to.metrics",
     "removed in Kafka 4.0 and without effect: metrics always have the source"},
    {"auto.include.jmx.reporter", "removed in Kafka 4.0 and without effect: see metric.reporters"},
    /* keys that are read */
    {"topics", NULL},
    {"groups.exclude", NULL},
    {"emit.heartbeats.interval.seconds", NULL},
    {"errors.tolerance", NULL},
    {"metric.names.formats", NULL},
    {"ssl.truststore.password", NULL},
    {"source.cluster.alias", NULL},
    {"target.cluster.alias", NULL},
    {"source.cluster.bootstrap.servers", NULL},
    {"target.cluster.ssl.truststore.password", NULL},
    {"source.cluster.offset.flush.interval.ms", NULL}, /* a worker's, in dedicated mode */
    {"source.cluster.client.id", NULL},                /* no client's, and near to none */
    {"source.consumer.auto.offset.reset", NULL},
    {"source.consumer.metrics.context.x", NULL},
    {"consumer.poll.timeout.ms", NULL},
    {"admin.timeout.ms", NULL},
    {"target.admin.retries", NULL},
    {"producer.override.qqqqqqqq", NULL}, /* the worker's to judge */
    {"use.defaults.from", NULL},
    {"replication.policy.separator", NULL},
    {"replication.policy.internal.topic.separator.enabled", NULL},
    {"tern.loss.policy", NULL},
    {"tern.metrics.log.interval.ms", NULL},
    {"tern.offset.translation.syncs.max", NULL},
    {"tern.offset.flush.early.ms", NULL},
    {"config.providers.file.class", NULL},
    {"value.converter.schemas.enable", NULL},
};

START_TEST(remarks)
{
    const struct tern_config_entry entry = {rows[_i].key, "x"};
    const struct tern_config config = {&entry, 1};
    CLEANUP(buf_fini) struct buf said = BUF_INIT(TEXT_MAX), wanted = BUF_INIT(TEXT_MAX);

    mirror_remarks(&config, note, &said);
    if (rows[_i].remark)
        note(&wanted, rows[_i].key, rows[_i].remark);
    ck_assert_str_eq(buf_str(&said), buf_str(&wanted));
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, remarks, COUNT_OF(rows));
}

TEST_MAIN("mirror_remarks", fill)
