/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/lib/kafka/kafka_test.h"

#include <check.h>
#include <stdarg.h>
#include <string.h>

#include "lib/base/clock.h"

/* Thread: the test's, inside rd_kafka_flush(). */
static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *m, void *opaque)
{
    (void)rk;
    (void)opaque;
    if (m->err)
        ck_abort_msg("a record of the test was not written: %s", rd_kafka_err2str(m->err));
}

void mock_start(struct mock *m, int brokers)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char why[256];

    rd_kafka_conf_set(conf, "log_level", "0", NULL, 0);
    rd_kafka_conf_set(conf, "linger.ms", "0", NULL, 0);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    m->rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
    ck_assert_msg(m->rk != NULL, "%s", why);
    m->cluster = rd_kafka_mock_cluster_new(m->rk, brokers);
    ck_assert_ptr_nonnull(m->cluster);
    m->bootstrap = rd_kafka_mock_cluster_bootstraps(m->cluster);
    rd_kafka_brokers_add(m->rk, m->bootstrap);
}

void mock_stop(struct mock *m)
{
    rd_kafka_mock_cluster_destroy(m->cluster);
    rd_kafka_destroy(m->rk);
}

void mock_topic(struct mock *m, const char *topic, int partitions)
{
    ck_assert_int_eq(rd_kafka_mock_topic_create(m->cluster, topic, partitions, 1), 0);
}

void mock_write(struct mock *m, const char *topic, int32_t partition, const char *key,
                const char *value)
{
    rd_kafka_resp_err_t e = rd_kafka_producev(
        m->rk, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key, key ? strlen(key) : 0),
        RD_KAFKA_V_VALUE((void *)(uintptr_t)value, value ? strlen(value) : 0), RD_KAFKA_V_END);

    ck_assert_int_eq(e, 0);
    ck_assert_int_eq(rd_kafka_flush(m->rk, 20000), 0);
}

void settings_fill(struct strmap *settings, const char *bootstrap, ...)
{
    const char *name;
    va_list ap;

    strmap_set(settings, "bootstrap.servers", bootstrap);
    va_start(ap, bootstrap);
    while ((name = va_arg(ap, const char *)))
        strmap_set(settings, name, va_arg(ap, const char *));
    va_end(ap);
}

int64_t in_ms(int64_t ms)
{
    return clock_deadline_ms(ms);
}
