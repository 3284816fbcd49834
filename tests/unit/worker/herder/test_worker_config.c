/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/herder/worker_config.h"

#include <string.h>

#include "lib/base/log.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_def.h"
#include "tests/lib/testing.h"

static void set_required(struct strmap *map)
{
    strmap_set(map, "bootstrap.servers", "h:1");
    strmap_set(map, "group.id", "g");
    strmap_set(map, "config.storage.topic", "c");
    strmap_set(map, "offset.storage.topic", "o");
    strmap_set(map, "status.storage.topic", "s");
    strmap_set(map, "key.converter", "K");
    strmap_set(map, "value.converter", "V");
}

static int bind(const struct strmap *map, struct worker_settings *s, struct config_memory **memory,
                struct tern_error *err)
{
    const struct tern_config config = strmap_config(map);

    return worker_config_bind(&config, s, NULL, NULL, memory, err);
}

START_TEST(defaults)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    CLEANUP(config_memory_freep) struct config_memory *memory = NULL;
    struct worker_settings s;
    struct tern_error err;
    CLEANUP(freep) char *base = NULL;

    set_required(&map);
    ck_assert_ok(bind(&map, &s, &memory, &err), err);
    ck_assert_str_eq(s.group_id, "g");
    ck_assert_str_eq(s.connect_protocol, "sessioned");
    ck_assert_int_eq(s.sync_timeout_ms, 3000);
    ck_assert_int_eq(s.task_shutdown_timeout_ms, 5000);
    ck_assert_int_eq(s.rebalance_max_delay_ms, 300000);
    ck_assert(s.topic_tracking);
    ck_assert_uint_eq(s.bootstrap_servers.count, 1);
    base = worker_client_id_base(&s);
    ck_assert_str_eq(base, "g-");
}
END_TEST

static const struct {
    const char *key, *value, *error;
} bad[] = {
    {"group.id", NULL, "Missing required configuration \"group.id\""},
    {"bootstrap.servers", "", "Configuration 'bootstrap.servers' must not be empty."},
    {"session.timeout.ms", "x", "Not a number of type INT"},
    {"session.timeout.ms", "3000", "Heartbeat must be set lower than the session timeout"},
    {"exactly.once.source.support", "some", "String must be one of (case insensitive)"},
    {"connect.protocol", "new", "String must be one of: eager, compatible, sessioned"},
    {"status.storage.partitions", "0", "Number of partitions must be positive"},
    {"status.storage.replication.factor", "-2", "Replication factor must be positive"},
    {"sasl.login.refresh.window.factor", "0.4", "Value must be at least 0.5"},
    {"sasl.login.refresh.window.jitter", "0.26", "Value must be no more than 0.25"},
    {"inter.worker.signature.algorithm", "Rot13", "'Rot13' is not supported"},
    {"inter.worker.verification.algorithms", "HmacSHA256,x", "'x' is not supported"},
    {"inter.worker.verification.algorithms", "", "At least one signature verification algorithm"},
    {"inter.worker.signature.algorithm", "HmacSHA512",
     "Invalid value HmacSHA512 for configuration inter.worker.signature.algorithm: Signature "
     "algorithm must be present in inter.worker.verification.algorithms list"},
    {"inter.worker.verification.algorithms", "HmacSHA512", "Signature algorithm must be present"},
    {"inter.worker.key.size", "8", "key size 8: Key length must be at least 40 bits"},
    {"listeners", "", "at least one URL is expected"},
    {"listeners", "http://a:1,,http://b:2", "Empty URL found"},
    {"response.http.headers.config", "put X: y", "Invalid header config 'put X: y'"},
    {"response.http.headers.config", "set X", "Invalid header config 'set X'"},
};

START_TEST(refused)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct config_memory *memory = NULL;
    struct worker_settings s;
    struct tern_error err;

    set_required(&map);
    if (bad[_i].value)
        strmap_set(&map, bad[_i].key, bad[_i].value);
    else
        strmap_remove(&map, bad[_i].key);
    ck_assert_int_lt(bind(&map, &s, &memory, &err), 0);
    ck_assert_msg(strstr(err.msg, bad[_i].error), "%s", err.msg);
    ck_assert_int_eq(err.code, TERN_EINVALID);
}
END_TEST

static const struct {
    const char *key, *value;
} good[] = {
    {"exactly.once.source.support", "DISABLED"},
    {"exactly.once.source.support", "preparing"},
    {"exactly.once.source.support", "Enabled"},
    {"connect.protocol", "Eager"},
    {"config.storage.replication.factor", "-1"},
    {"sasl.login.refresh.window.factor", "1.0"},
    {"response.http.headers.config", "set X-A: b, add \"Cache-Control: no-cache, no-store\""},
    {"response.http.headers.config", "\"setDate Expires: 86400\""},
    {"inter.worker.key.generation.algorithm", "hmacsha512"},
    {"ssl.endpoint.identification.algorithm", ""},
    {"plugin.path", "/a, /b"},
    {"admin.listeners", ""},
};

START_TEST(accepted)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    CLEANUP(config_memory_freep) struct config_memory *memory = NULL;
    struct worker_settings s;
    struct tern_error err;

    set_required(&map);
    strmap_set(&map, good[_i].key, good[_i].value);
    ck_assert_ok(bind(&map, &s, &memory, &err), err);
}
END_TEST

static void count_fault(void *arg, const char *key, const char *message)
{
    size_t *count = arg;

    ck_assert_ptr_nonnull(key);
    ck_assert_ptr_nonnull(message);
    (*count)++;
}

START_TEST(all_faults_are_told)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct config_memory *memory = NULL;
    struct worker_settings s;
    struct tern_config config;
    struct tern_error err;
    size_t count = 0;

    set_required(&map);
    strmap_set(&map, "session.timeout.ms", "x");
    strmap_set(&map, "topic.creation.enable", "maybe");
    strmap_remove(&map, "group.id");
    config = strmap_config(&map);
    ck_assert_int_lt(worker_config_bind(&config, &s, count_fault, &count, &memory, &err), 0);
    ck_assert_uint_eq(count, 3);
}
END_TEST

START_TEST(what_clients_get)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    CLEANUP(strmap_fini) struct strmap client = STRMAP_INIT;
    struct tern_config config;

    set_required(&map);
    strmap_set(&map, "security.protocol", "SSL");
    strmap_set(&map, "ssl.truststore.location", "/t");
    strmap_set(&map, "producer.acks", "1");
    strmap_set(&map, "config.storage.replication.factor", "1");
    strmap_set(&map, "key.converter.x", "1");
    strmap_set(&map, "listeners", "http://:1");
    strmap_set(&map, "task.shutdown.graceful.timeout.ms", "1");
    strmap_set(&map, "client.id", "other");
    strmap_set(&map, "compression.type", "zstd"); /* not Connect's: the client's to judge */
    config = strmap_config(&map);
    worker_client_config(&config, "me", &client);
    ck_assert_uint_eq(client.count, 6);
    ck_assert_str_eq(strmap_get(&client, "client.id"), "me");
    ck_assert_str_eq(strmap_get(&client, "bootstrap.servers"), "h:1");
    ck_assert_str_eq(strmap_get(&client, "group.id"), "g");
    ck_assert_str_eq(strmap_get(&client, "security.protocol"), "SSL");
    ck_assert_str_eq(strmap_get(&client, "ssl.truststore.location"), "/t");
    ck_assert_str_eq(strmap_get(&client, "compression.type"), "zstd");
}
END_TEST

static size_t lines;

static void count_line(enum tern_log_level level, const char *logger, const char *message)
{
    (void)logger;
    if (level == TERN_LOG_INFO && strstr(message, "has no meaning outside a JVM"))
        lines++;
}

static bool always(enum tern_log_level level, const char *logger)
{
    (void)level;
    (void)logger;
    return true;
}

START_TEST(what_means_nothing_is_said)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct tern_config config;

    log_set_sink(count_line, always);
    strmap_set(&map, "plugin.discovery", "only_scan");
    strmap_set(&map, "ssl.keymanager.algorithm", "X");
    strmap_set(&map, "session.timeout.ms", "1");
    config = strmap_config(&map);
    worker_config_note(&config);
    ck_assert_uint_eq(lines, 2);
}
END_TEST

static void worker_config_suite(Suite *s)
{
    test_add(s, defaults);
    test_add_rows(s, refused, COUNT_OF(bad));
    test_add_rows(s, accepted, COUNT_OF(good));
    test_add(s, all_faults_are_told);
    test_add(s, what_clients_get);
    test_add(s, what_means_nothing_is_said);
}

TEST_MAIN("worker_config", worker_config_suite)
