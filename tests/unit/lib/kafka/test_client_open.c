/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/kafka/client_conf.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/thread.h"
#include "tests/lib/testing.h"
#include "tests/unit/lib/kafka/kafka_test.h"

/* Nothing listens there. Each test has its own: what was said of a cluster lasts. */
#define UNREACHABLE   "127.0.0.1:1"
#define UNREACHABLE_2 "127.0.0.1:2"
#define UNREACHABLE_3 "127.0.0.1:3"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    unsigned refused; /* lines that say that the connection was refused */
    char context[64]; /* of the first */
    enum tern_log_level level;
} seen; /* lock */

static void on_line(enum tern_log_level level, const char *logger, const char *message)
{
    if (!strstr(message, "Connection refused"))
        return;
    ck_assert_str_eq(logger, "org.apache.kafka.clients.NetworkClient");
    pthread_mutex_lock(&lock);
    if (seen.refused++ == 0) {
        snprintf(seen.context, sizeof(seen.context), "%s", log_context());
        seen.level = level;
    }
    pthread_mutex_unlock(&lock);
}

static bool on_enabled(enum tern_log_level level, const char *logger)
{
    (void)logger;
    return level >= TERN_LOG_INFO;
}

static unsigned lines_seen(void)
{
    unsigned count;

    pthread_mutex_lock(&lock);
    count = seen.refused;
    pthread_mutex_unlock(&lock);
    return count;
}

/* Each line of librdkafka comes with an error event, which nothing suppresses. Thread: the test's.
 */
static void on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
    (void)rk;
    if (code == RD_KAFKA_RESP_ERR__TRANSPORT && strstr(reason, "Connection refused"))
        ++*(unsigned *)opaque;
}

static void before_open(void *arg, rd_kafka_conf_t *conf)
{
    rd_kafka_conf_set_opaque(conf, arg);
    rd_kafka_conf_set_error_cb(conf, on_error);
}

static void open_unreachable(const char *bootstrap, enum kafka_role role,
                             void (*before)(void *, rd_kafka_conf_t *), void *arg,
                             rd_kafka_t **ret_rk)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct tern_config view;
    struct tern_error err;

    settings_fill(&settings, bootstrap, "client.id", "me", "reconnect.backoff.ms", "10",
                  "reconnect.backoff.max.ms", "20", NULL);
    view = strmap_config(&settings);
    ck_assert_ok(client_open(role, &view, before, arg, ret_rk, &err), err);
}

START_TEST(unreachable_is_said_once)
{
    int64_t deadline_ms = in_ms(20000);
    unsigned errors = 0;
    rd_kafka_t *rk;

    log_set_sink(on_line, on_enabled);
    log_set_context("[my-conn|task-0] ");
    open_unreachable(UNREACHABLE, KAFKA_PRODUCER, before_open, &errors, &rk);
    while (errors < 2 && clock_mono_ms() < deadline_ms)
        rd_kafka_poll(rk, 100);
    ck_assert_uint_ge(errors, 2);
    client_close(rk);
    ck_assert_uint_eq(lines_seen(), 1);
    ck_assert_int_eq(seen.level, TERN_LOG_WARN);
    ck_assert_str_eq(seen.context, ""); /* it concerns all */
}
END_TEST

START_TEST(another_handle_does_not_say_it_again)
{
    unsigned errors[2] = {0};
    rd_kafka_t *rk[2];

    log_set_sink(on_line, on_enabled);
    for (int i = 0; i < 2; i++) {
        int64_t deadline_ms = in_ms(20000);

        open_unreachable(UNREACHABLE_2, KAFKA_CONSUMER, before_open, &errors[i], &rk[i]);
        while (errors[i] < 1 && clock_mono_ms() < deadline_ms)
            rd_kafka_poll(rk[i], 100);
    }
    client_close(rk[0]);
    client_close(rk[1]);
    ck_assert_uint_eq(lines_seen(), 1);
}
END_TEST

START_TEST(ignored_events_do_not_pile_up)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    int64_t deadline_ms = in_ms(20000);
    rd_kafka_queue_t *main_queue;
    rd_kafka_t *rk;

    log_set_sink(on_line, on_enabled);
    open_unreachable(UNREACHABLE_3, KAFKA_ADMIN, NULL, NULL, &rk);
    client_ignore_events(rk);
    while (lines_seen() < 1 && clock_mono_ms() < deadline_ms)
        rd_kafka_poll(rk, 10);
    ck_assert_uint_eq(lines_seen(), 1);
    main_queue = rd_kafka_queue_get_main(rk);
    ck_assert_uint_eq(rd_kafka_queue_length(main_queue), 0);
    rd_kafka_queue_destroy(main_queue);
    client_close(rk);
}
END_TEST

START_TEST(what_librdkafka_refuses_is_an_error)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct tern_config view;
    struct tern_error err;
    rd_kafka_t *rk;

    settings_fill(&settings, UNREACHABLE, "security.protocol", "SASL_PLAINTEXT", "sasl.mechanism",
                  "FOO", "sasl.jaas.config", "m required username=a password=b;", NULL);
    view = strmap_config(&settings);
    ck_assert_int_eq(client_open(KAFKA_PRODUCER, &view, NULL, NULL, &rk, &err), -1);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    ck_assert_msg(strstr(err.msg, "cannot open a Kafka client") != NULL, "%s", err.msg);
}
END_TEST

START_TEST(fetch_more_keeps_credentials)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct tern_config view;
    struct tern_error err;
    char text[64];
    size_t size = sizeof(text);
    rd_kafka_t *rk;

    settings_fill(&settings, UNREACHABLE, "security.protocol", "SASL_PLAINTEXT", "sasl.mechanism",
                  "PLAIN", "sasl.jaas.config", "m required username=al password=pw;", NULL);
    view = strmap_config(&settings);
    ck_assert_ok(client_open(KAFKA_CONSUMER, &view, NULL, NULL, &rk, &err), err);
    client_fetch_more(rk);
    ck_assert_int_eq(rd_kafka_conf_get(rd_kafka_conf(rk), "sasl.password", text, &size), 0);
    ck_assert_str_eq(text, "pw");
    client_close(rk);
    client_close(NULL);
}
END_TEST

/* ---- a handle that is closed while another one of that client id is opened ---- */

static struct {
    struct gate gate;
    rd_kafka_t *first;
    struct thread closer;
    bool is_closing, may_close; /* gate */
} overlap;

static void overlap_wait(const bool *flag)
{
    gate_lock(&overlap.gate);
    while (!*flag)
        ck_assert(gate_wait(&overlap.gate, FOREVER_MS));
    gate_unlock(&overlap.gate);
}

static void overlap_set(bool *flag)
{
    gate_lock(&overlap.gate);
    *flag = true;
    gate_wake(&overlap.gate);
    gate_unlock(&overlap.gate);
}

static rd_kafka_resp_err_t on_first_destroy(rd_kafka_t *rk, void *arg)
{
    (void)rk, (void)arg;
    overlap_set(&overlap.is_closing);
    overlap_wait(&overlap.may_close);
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static rd_kafka_resp_err_t on_first_new(rd_kafka_t *rk, const rd_kafka_conf_t *conf, void *arg,
                                        char *why, size_t size)
{
    (void)conf, (void)why, (void)size;
    return rd_kafka_interceptor_add_on_destroy(rk, "test", on_first_destroy, arg);
}

static void close_first(void *arg)
{
    (void)arg;
    client_close(overlap.first);
}

/* The second handle is half open. */
static rd_kafka_resp_err_t on_second_new(rd_kafka_t *rk, const rd_kafka_conf_t *conf, void *arg,
                                         char *why, size_t size)
{
    (void)rk, (void)conf, (void)arg, (void)why, (void)size;
    thread_start(&overlap.closer, "close", close_first, NULL);
    overlap_wait(&overlap.is_closing);
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static void before_first(void *arg, rd_kafka_conf_t *conf)
{
    rd_kafka_conf_interceptor_add_on_new(conf, "test", on_first_new, arg);
}

static void before_second(void *arg, rd_kafka_conf_t *conf)
{
    rd_kafka_conf_interceptor_add_on_new(conf, "test", on_second_new, arg);
}

START_TEST(handles_of_one_client_id_come_and_go)
{
    rd_kafka_t *rk;

    gate_init(&overlap.gate);
    open_unreachable(UNREACHABLE, KAFKA_PRODUCER, before_first, NULL, &overlap.first);
    open_unreachable(UNREACHABLE, KAFKA_PRODUCER, before_second, NULL, &rk);
    client_close(rk);
    overlap_set(&overlap.may_close);
    thread_join(&overlap.closer);
    open_unreachable(UNREACHABLE, KAFKA_PRODUCER, NULL, NULL, &rk);
    client_close(rk); /* looks at all that have departed */
    gate_fini(&overlap.gate);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, unreachable_is_said_once);
    test_add(suite, another_handle_does_not_say_it_again);
    test_add(suite, ignored_events_do_not_pile_up);
    test_add(suite, what_librdkafka_refuses_is_an_error);
    test_add(suite, fetch_more_keeps_credentials);
    test_add(suite, handles_of_one_client_id_come_and_go);
}

TEST_MAIN("client_open", fill)
