/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which lines the registry writes, by given times, and what it reads from librdkafka's. Each test
 * has a cluster name of its own: the registry lasts as long as the process.
 */
#include "lib/kafka/reachability.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/xmem.h"
#include "lib/kafka/admin.h"
#include "tests/lib/testing.h"
#include "tests/unit/lib/kafka/kafka_test.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    unsigned count;
    enum tern_log_level level;
    char text[1024], context[64];
} seen; /* lock: the last line, and how many */

static void on_line(enum tern_log_level level, const char *logger, const char *message)
{
    if (strcmp(logger, "org.apache.kafka.clients.NetworkClient") != 0)
        return;
    pthread_mutex_lock(&lock);
    seen.count++;
    seen.level = level;
    snprintf(seen.text, sizeof(seen.text), "%s", message);
    snprintf(seen.context, sizeof(seen.context), "%s", log_context());
    pthread_mutex_unlock(&lock);
}

static bool on_enabled(enum tern_log_level level, const char *logger)
{
    (void)logger;
    return level >= TERN_LOG_INFO;
}

static void begin(void)
{
    memset(&seen, 0, sizeof(seen));
    log_set_sink(on_line, on_enabled);
}

static unsigned lines(void)
{
    unsigned count;

    pthread_mutex_lock(&lock);
    count = seen.count;
    pthread_mutex_unlock(&lock);
    return count;
}

/* The line that was just written; NULL for none. */
static const char *line_of(const char *cluster, const char *broker, const char *why, int64_t now_s)
{
    unsigned before = lines();

    reachability_report_at(cluster, broker, why, 1000 * now_s);
    ck_assert_uint_le(lines(), before + 1);
    return lines() > before ? seen.text : NULL;
}

START_TEST(a_cluster_is_said_once_a_minute_and_when_it_is_back)
{
    begin();
    log_set_context("[my-conn|task-0] ");
    ck_assert_str_eq(line_of("a:1", "a:1", "Connection refused", 100),
                     "Cluster at 'a:1' cannot be reached: Connection refused; trying again with "
                     "back-off");
    ck_assert_int_eq(seen.level, TERN_LOG_WARN);
    ck_assert_str_eq(seen.context, "");
    ck_assert_str_eq(log_context(), "[my-conn|task-0] ");
    ck_assert_ptr_null(line_of("a:1", "a:1", "Connection refused", 159));
    ck_assert_str_eq(line_of("a:1", "a:1", "timed out", 160),
                     "Cluster at 'a:1' cannot be reached for 60 s now: timed out; trying again "
                     "with back-off");
    ck_assert_ptr_null(line_of("a:1", "a:1", "Connection refused", 219));
    ck_assert_str_eq(line_of("a:1", "a:1", NULL, 225),
                     "Cluster at 'a:1' is reached again after 125 s");
    ck_assert_int_eq(seen.level, TERN_LOG_INFO);
    ck_assert_ptr_null(line_of("a:1", "a:1", NULL, 226));
    ck_assert_ptr_nonnull(line_of("a:1", "a:1", "Connection refused", 227)); /* a new state */
    log_set_context("");
}
END_TEST

START_TEST(clusters_are_told_apart)
{
    begin();
    ck_assert_ptr_nonnull(line_of("b:1", "b:1", "no", 1));
    ck_assert_ptr_nonnull(line_of("b:2", "b:2", "no", 1));
    ck_assert_ptr_nonnull(line_of("b:1", "b:1", NULL, 2));
    ck_assert_ptr_null(line_of("b:2", "b:2", "no", 3));
}
END_TEST

START_TEST(one_broker_of_several)
{
    const char *cluster = "c:1,c:2";

    begin();
    ck_assert_ptr_null(line_of(cluster, "c:1", NULL, 1));
    ck_assert_ptr_null(line_of(cluster, "c:3", NULL, 1)); /* not a bootstrap server */
    ck_assert_str_eq(line_of(cluster, "c:1", "no", 10),
                     "Broker 'c:1' of the cluster at 'c:1,c:2' cannot be reached: no; trying again "
                     "with back-off");
    ck_assert_ptr_null(line_of(cluster, "c:1", "no", 20));
    ck_assert_ptr_nonnull(line_of(cluster, "c:1", "no", 70));
    ck_assert_ptr_nonnull(line_of(cluster, "c:2", "no", 71)); /* c:3 answers still */
    ck_assert_str_eq(line_of(cluster, "c:3", "no", 72),
                     "Cluster at 'c:1,c:2' cannot be reached: no; trying again with back-off");
    ck_assert_ptr_null(line_of(cluster, "c:2", "no", 131)); /* the cluster's line stands for it */
    ck_assert_str_eq(line_of(cluster, "c:3", NULL, 140),
                     "Cluster at 'c:1,c:2' is reached again after 68 s");
    ck_assert_str_eq(line_of(cluster, "c:1", NULL, 141),
                     "Broker 'c:1' of the cluster at 'c:1,c:2' is reached again after 131 s");
}
END_TEST

/* At the start the first of three fails: the others may do. */
START_TEST(untried_brokers_are_hope)
{
    begin();
    ck_assert_ptr_nonnull(strstr(line_of("d:1,d:2", "d:2", "no", 1), "Broker 'd:2'"));
    ck_assert_ptr_nonnull(strstr(line_of("d:1,d:2", "d:1", "no", 1), "Cluster at"));
}
END_TEST

START_TEST(a_broker_that_was_removed_is_forgotten)
{
    begin();
    ck_assert_ptr_null(line_of("e:1", "e:1", NULL, 1));
    ck_assert_ptr_nonnull(line_of("e:1", "e:9", "no", 2));
    ck_assert_ptr_null(line_of("e:1", "e:1", NULL, 1000));
    ck_assert_ptr_null(line_of("e:1", "e:9", NULL, 1001)); /* new, and well */
}
END_TEST

static unsigned passed_on;

static void on_report(const char *cluster, const char *broker, const char *why)
{
    ck_assert_str_eq(cluster, "f:1");
    ck_assert_str_eq(broker, "f:2");
    ck_assert_str_eq(why, "no");
    passed_on++;
}

START_TEST(a_plugin_passes_reports_on)
{
    begin();
    reachability_set_sink(on_report);
    reachability_report("f:1", "f:2", "no");
    reachability_set_sink(NULL);
    ck_assert_uint_eq(passed_on, 1);
    ck_assert_uint_eq(lines(), 0);
    reachability_report("f:1", "f:1", "no");
    ck_assert_uint_eq(lines(), 1);
}
END_TEST

/* ---- names and lines ---- */

static const struct {
    const char *bootstrap, *name;
} names[] = {
    {"a:1", "a:1"},
    {"b:2,a:1", "a:1,b:2"},
    {" b:2 , a:1,, b:2", "a:1,b:2"},
    {"", ""},
};

START_TEST(cluster_name)
{
    char *name = reachability_cluster(names[_i].bootstrap);

    ck_assert_str_eq(name, names[_i].name);
    free(name);
}
END_TEST

static const struct {
    const char *facility, *text;
    bool taken;
    const char *broker, *why;
} texts[] = {
    {"FAIL",
     "h:9092/bootstrap: Connect to ipv4#127.0.0.1:9092 failed: Connection refused (after 0ms in "
     "state CONNECT, 3 identical error(s) suppressed)",
     true, "h:9092", "Connection refused"},
    {"FAIL", "[thrd:x:1/1]: x:1/1: Connect to ipv4#1.2.3.4:1 failed: No route to host", true, "x:1",
     "No route to host"},
    {"FAIL", "sasl_ssl://[::1]:9093/2: Connection setup timed out in state CONNECT (after 5ms)",
     true, "[::1]:9093", "Connection setup timed out in state CONNECT"},
    {"FAIL", "h:1/bootstrap: Failed to resolve 'h:1': Name or service not known (after 1ms)", true,
     "h:1", "Failed to resolve 'h:1': Name or service not known"},
    {"FAIL", "h:1/3: 2 request(s) timed out: disconnect (average rtt 5.0ms) (after 9ms)", true,
     "h:1", "it does not answer in time"},
    {"FAIL",
     "h:1/3: Disconnected while requesting ApiVersion: might be caused by incorrect "
     "security.protocol configuration (connecting to a SSL listener?)",
     true, "h:1",
     "Disconnected while requesting ApiVersion: might be caused by incorrect security.protocol "
     "configuration (connecting to a SSL listener?)"},
    {"FAIL", "GroupCoordinator: Connect to ipv4#127.0.0.1:1 failed: Connection refused", true, NULL,
     NULL},
    {"FAIL", "h:1/3: Disconnected (after 5ms in state UP)", true, NULL, NULL},
    {"FAIL", "h:1/3: Receive failed: Connection reset by peer", true, NULL, NULL},
    {"FAIL",
     "ssl://h:1/bootstrap: Receive failed: error:0A000412:SSL routines::sslv3 alert bad "
     "certificate: SSL alert number 42 (after 1ms in state APIVERSION_QUERY)",
     true, "h:1", "it wants a client certificate that it trusts (see ssl.keystore.location)"},
    {"FAIL",
     "ssl://h:1/3: SSL handshake failed: error:0A000415:SSL routines::sslv3 alert certificate "
     "expired: SSL alert number 45",
     true, "h:1", "it does not take a certificate that has expired (see ssl.keystore.location)"},
    {"REQTMOUT", "h:1/3: Timed out 1 in-flight, 0 retry-queued requests", true, NULL, NULL},
    {"FAIL", "h:1/3: SASL authentication error: no such user", false, NULL, NULL},
    {"FAIL", "h:1/3: SSL handshake failed: certificate verify failed", false, NULL, NULL},
    {"CONFWARN", "h:1/3: Connect to x failed: y", false, NULL, NULL},
    {"FAIL", "", false, NULL, NULL},
};

START_TEST(read_line)
{
    char *broker, *why;

    ck_assert(reachability_read_line(texts[_i].facility, texts[_i].text, &broker, &why) ==
              texts[_i].taken);
    ck_assert_pstr_eq(broker, texts[_i].broker);
    ck_assert_pstr_eq(why, texts[_i].why);
    free(broker);
    free(why);
}
END_TEST

/* ---- with librdkafka ---- */

static struct admin *open_admin(const char *bootstrap)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct tern_config view;
    struct tern_error err;
    struct admin *a;

    settings_fill(&settings, bootstrap, "reconnect.backoff.ms", "10", "reconnect.backoff.max.ms",
                  "20", NULL);
    view = strmap_config(&settings);
    ck_assert_ok(admin_open(&view, &a, &err), err);
    return a;
}

static int ask(struct admin *a, int64_t timeout_ms)
{
    struct tern_error err;
    char *id;
    int rc = admin_cluster_id(a, in_ms(timeout_ms), &id, &err);

    if (rc == 0)
        free(id);
    return rc;
}

/* Two handles lose a cluster and find it again: one line each way. */
START_TEST(handles_share_the_lines)
{
    int64_t deadline_ms = in_ms(20000);
    struct admin *a[2];
    struct mock m;

    begin();
    mock_start(&m, 1);
    for (int i = 0; i < 2; i++) {
        a[i] = open_admin(m.bootstrap);
        ck_assert_int_eq(ask(a[i], 20000), 0);
    }
    ck_assert_uint_eq(lines(), 0);
    rd_kafka_mock_broker_set_down(m.cluster, 1);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(ask(a[i], 1000), -1);
    while (lines() < 1 && clock_mono_ms() < deadline_ms)
        ck_assert_int_eq(ask(a[0], 200), -1);
    ck_assert_uint_eq(lines(), 1);
    ck_assert_ptr_nonnull(strstr(seen.text, "Cluster at '"));
    rd_kafka_mock_broker_set_up(m.cluster, 1);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(ask(a[i], 20000), 0);
    while (lines() < 2 && clock_mono_ms() < deadline_ms)
        ck_assert_int_eq(ask(a[0], 20000), 0);
    admin_free(a[0]);
    admin_free(a[1]);
    ck_assert_uint_eq(lines(), 2);
    ck_assert_ptr_nonnull(strstr(seen.text, "is reached again after"));
    mock_stop(&m);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, a_cluster_is_said_once_a_minute_and_when_it_is_back);
    test_add(suite, clusters_are_told_apart);
    test_add(suite, one_broker_of_several);
    test_add(suite, untried_brokers_are_hope);
    test_add(suite, a_broker_that_was_removed_is_forgotten);
    test_add(suite, a_plugin_passes_reports_on);
    test_add_rows(suite, cluster_name, COUNT_OF(names));
    test_add_rows(suite, read_line, COUNT_OF(texts));
    test_add(suite, handles_share_the_lines);
}

TEST_MAIN("reachability", fill)
