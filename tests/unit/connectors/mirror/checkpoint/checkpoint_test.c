/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/connectors/mirror/checkpoint/checkpoint_test.h"

#include <check.h>
#include <librdkafka/rdkafka_mock.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>

#include "connectors/mirror/common/checkpoint.h"
#include "connectors/mirror/common/offset_sync.h"
#include "lib/base/buf.h"

/* ---- cluster ---- */

static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *m, void *opaque)
{
    (void)rk;
    (void)opaque;
    if (m->err)
        ck_abort_msg("a record of the test was not written: %s", rd_kafka_err2str(m->err));
}

void cluster_start(struct cluster *c)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_mock_cluster_t *mock;
    char why[256];

    rd_kafka_conf_set(conf, "log_level", "0", NULL, 0);
    rd_kafka_conf_set(conf, "linger.ms", "0", NULL, 0);
    rd_kafka_conf_set(conf, "test.mock.num.brokers", "1", NULL, 0);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    c->rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
    ck_assert_msg(c->rk != NULL, "%s", why);
    mock = rd_kafka_handle_mock_cluster(c->rk);
    ck_assert_ptr_nonnull(mock);
    c->bootstrap = rd_kafka_mock_cluster_bootstraps(mock);
}

void cluster_stop(struct cluster *c)
{
    rd_kafka_destroy(c->rk);
}

void cluster_topic(struct cluster *c, const char *topic)
{
    ck_assert_int_eq(rd_kafka_mock_topic_create(rd_kafka_handle_mock_cluster(c->rk), topic, 1, 1),
                     0);
}

void cluster_refuse(struct cluster *c, const char *topic)
{
    rd_kafka_mock_topic_set_error(rd_kafka_handle_mock_cluster(c->rk), topic,
                                  RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
}

static void write_bytes(struct cluster *c, const char *topic, struct slice key, struct slice value)
{
    rd_kafka_resp_err_t e =
        rd_kafka_producev(c->rk, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(0),
                          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key.at, key.len),
                          RD_KAFKA_V_VALUE((void *)(uintptr_t)value.at, value.len), RD_KAFKA_V_END);

    ck_assert_int_eq(e, 0);
    ck_assert_int_eq(rd_kafka_flush(c->rk, 20000), 0);
}

void cluster_write(struct cluster *c, const char *topic, const char *key, const char *value)
{
    write_bytes(c, topic, slice_str(key), value ? slice_str(value) : (struct slice){0});
}

void cluster_write_sync(struct cluster *c, const char *topic, int64_t upstream, int64_t downstream)
{
    CLEANUP(buf_fini) struct buf key = BUF_INIT(1024), value = BUF_INIT(1024);
    struct offset_sync sync = {slice_str(topic), 0, upstream, downstream};
    struct tern_error err;

    ck_assert_int_eq(offset_sync_encode(&sync, &key, &value, &err), 0);
    write_bytes(c, SYNCS_TOPIC, buf_slice(&key), buf_slice(&value));
}

void cluster_write_checkpoint(struct cluster *c, const char *group, const char *topic,
                              int64_t upstream, int64_t downstream)
{
    CLEANUP(buf_fini) struct buf key = BUF_INIT(1024), value = BUF_INIT(1024);
    struct checkpoint cp = {slice_str(group), slice_str(topic), 0,
                            upstream,         downstream,       slice_str("")};
    struct tern_error err;

    ck_assert_int_eq(checkpoint_encode(&cp, &key, &value, &err), 0);
    write_bytes(c, CHECKPOINTS_TOPIC, buf_slice(&key), buf_slice(&value));
}

void task_config(struct strmap *config, const char *bootstrap, const char *groups, ...)
{
    static const char *const rows[][2] = {
        {"name", "MirrorCheckpointConnector"},
        {"connector.class", "org.apache.kafka.connect.mirror.MirrorCheckpointConnector"},
        {"source.cluster.alias", "A"},
        {"target.cluster.alias", "B"},
        {"task.index", "0"},
        {"source.consumer.fetch.max.wait.ms", "50"},
        {"target.consumer.fetch.max.wait.ms", "50"},
        {"emit.checkpoints.interval.seconds", "1"},
    };
    const char *name;
    va_list ap;

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        strmap_set(config, rows[i][0], rows[i][1]);
    strmap_set(config, "source.cluster.bootstrap.servers", bootstrap);
    strmap_set(config, "target.cluster.bootstrap.servers", bootstrap);
    strmap_set(config, "task.assigned.groups", groups);
    va_start(ap, groups);
    while ((name = va_arg(ap, const char *)))
        strmap_set(config, name, va_arg(ap, const char *));
    va_end(ap);
}

/* ---- host ---- */

static void host_log(enum tern_log_level level, const char *logger, const char *message)
{
    (void)level;
    (void)logger;
    (void)message;
}

static bool host_log_enabled(enum tern_log_level level, const char *logger)
{
    (void)level;
    (void)logger;
    return true;
}

static void host_adopt_thread(const struct tern_host *host)
{
    (void)host;
}

static bool host_stopping(const struct tern_host *host)
{
    return atomic_load(&((const struct fake_host *)(const void *)host)->stopping);
}

static bool host_wait(const struct tern_host *host, int64_t timeout_ms)
{
    if (!host_stopping(host) && timeout_ms > 0)
        poll(NULL, 0, (int)timeout_ms);
    return host_stopping(host);
}

static int host_source_partition(const struct tern_host *host, const struct tern_field *fields,
                                 size_t count, const char *offset_name,
                                 struct tern_source_partition **ret_partition,
                                 struct tern_error *err)
{
    struct fake_host *fake = (struct fake_host *)(uintptr_t)host;

    (void)err;
    ck_assert_uint_eq(count, CHECKPOINT_SOURCE_FIELDS);
    ck_assert_str_eq(fields[0].name, "partition");
    ck_assert_str_eq(fields[1].name, "topic");
    ck_assert_str_eq(fields[2].name, "group");
    ck_assert_str_eq(offset_name, "offset");
    atomic_fetch_add(&fake->partitions, 1);
    *ret_partition = NULL;
    return 0;
}

void fake_host_init(struct fake_host *fake)
{
    *fake = (struct fake_host){.host = {.size = offsetof(struct tern_host, report_broker),
                                        .connector = "MirrorCheckpointConnector",
                                        .task = 0,
                                        .log = host_log,
                                        .log_enabled = host_log_enabled,
                                        .adopt_thread = host_adopt_thread,
                                        .stopping = host_stopping,
                                        .wait = host_wait,
                                        .source_partition = host_source_partition}};
}
