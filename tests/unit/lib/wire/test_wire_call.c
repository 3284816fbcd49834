/* SPDX-License-Identifier: Apache-2.0 */
/* Single requests, and with them the connection below, over real sockets. */
#include "lib/wire/wire_call.h"

#include "lib/base/clock.h"
#include "lib/base/thread.h"
#include "lib/base/xmem.h"
#include "lib/wire/msg_heartbeat.h"
#include "tests/lib/testing.h"
#include "wire_server.h"

enum {
    SOON_MS = 300,
    LONG_MS = 20000,
};

static void encode_heartbeat(void *arg, struct wire_writer *w, int16_t version)
{
    const struct msg_heartbeat_request m = {slice_str("g"), 3, slice_str("m")};

    (void)arg;
    msg_heartbeat_encode(w, version, &m);
}

static struct wire_client *client_of(const char *servers)
{
    const struct wire_client_conf conf = {
        .bootstrap_servers = servers, .client_id = "test", .setup_timeout_ms = SOON_MS};
    struct wire_client *c;
    struct tern_error err;

    ck_assert_ok(wire_client_open(&conf, &c, &err), err);
    return c;
}

static int beat(struct wire_client *c, enum wire_to to, int64_t timeout_ms, struct tern_error *err)
{
    CLEANUP(wire_answer_fini) struct wire_answer answer = WIRE_ANSWER_INIT;
    struct msg_heartbeat_response m;

    if (wire_call(c, to, WIRE_HEARTBEAT, encode_heartbeat, NULL, clock_deadline_ms(timeout_ms),
                  &answer, err) < 0)
        return -1;
    ck_assert_int_eq(answer.version, 0);
    ck_assert_ok(msg_heartbeat_decode(buf_slice(&answer.body), answer.version, &m, err), *err);
    ck_assert_int_eq(m.error, 27);
    return 0;
}

/* Answers come whole, however they arrive; one connection serves all calls. */
START_TEST(answers)
{
    struct wire_server *s = wire_server_start(_i ? SERVER_DRIPPING : SERVER_ANSWERS);
    CLEANUP(freep) char *servers = xasprintf("localhost:%d", (int)wire_server_port(s));
    struct wire_client *c = client_of(servers);
    struct tern_error err;

    for (int i = 0; i < 3; i++)
        ck_assert_ok(beat(c, WIRE_TO_ANY, LONG_MS, &err), err);
    ck_assert_int_eq(wire_server_accepted(s), 1);
    wire_client_free(c);
    wire_server_stop(s);
}
END_TEST

/* The controller is asked for once, and has a connection of its own. */
START_TEST(controller)
{
    struct wire_server *s = wire_server_start(SERVER_ANSWERS);
    CLEANUP(freep) char *servers = xasprintf("127.0.0.1:%d", (int)wire_server_port(s));
    struct wire_client *c = client_of(servers);
    struct tern_error err;

    for (int i = 0; i < 3; i++)
        ck_assert_ok(beat(c, WIRE_TO_CONTROLLER, LONG_MS, &err), err);
    ck_assert_int_eq(wire_server_accepted(s), 2);
    wire_client_forget_controller(c);
    ck_assert_ok(beat(c, WIRE_TO_CONTROLLER, LONG_MS, &err), err);
    ck_assert_int_eq(wire_server_accepted(s), 3);
    wire_client_free(c);
    wire_server_stop(s);
}
END_TEST

static int unused_port(void)
{
    struct wire_server *s = wire_server_start(SERVER_ANSWERS);
    int port = (int)wire_server_port(s);

    wire_server_stop(s);
    return port;
}

/* Where one broker of the list is down, another is asked. */
START_TEST(another_broker)
{
    struct wire_server *s = wire_server_start(SERVER_ANSWERS);
    CLEANUP(freep)
    char *servers = xasprintf("no-such-host.invalid:9092, 127.0.0.1:%d,127.0.0.1:%d", unused_port(),
                              (int)wire_server_port(s));
    struct wire_client *c = client_of(servers);
    struct tern_error err;

    ck_assert_ok(beat(c, WIRE_TO_ANY, LONG_MS, &err), err);
    wire_client_free(c);
    wire_server_stop(s);
}
END_TEST

START_TEST(nobody_there)
{
    CLEANUP(freep) char *servers = xasprintf("127.0.0.1:%d", unused_port());
    struct wire_client *c = client_of(servers);
    struct tern_error err;

    ck_assert_int_lt(beat(c, WIRE_TO_ANY, SOON_MS, &err), 0);
    ck_assert_int_eq(err.code, TERN_ETIMEOUT);
    ck_assert_msg(strstr(err.msg, "cannot be reached: Connection refused"), "%s", err.msg);
    wire_client_free(c);
}
END_TEST

START_TEST(no_answer)
{
    struct wire_server *s = wire_server_start(SERVER_HUSHED);
    CLEANUP(freep) char *servers = xasprintf("127.0.0.1:%d", (int)wire_server_port(s));
    struct wire_client *c = client_of(servers);
    struct tern_error err;

    ck_assert_int_lt(beat(c, WIRE_TO_ANY, SOON_MS, &err), 0);
    ck_assert_int_eq(err.code, TERN_ETIMEOUT);
    wire_client_free(c);
    wire_server_stop(s);
}
END_TEST

/* A request that was sent may have been carried out: it is not repeated. */
START_TEST(closed)
{
    struct wire_server *s = wire_server_start(SERVER_LEAVES);
    CLEANUP(freep) char *servers = xasprintf("127.0.0.1:%d", (int)wire_server_port(s));
    struct wire_client *c = client_of(servers);
    struct tern_error err;

    ck_assert_int_lt(beat(c, WIRE_TO_ANY, LONG_MS, &err), 0);
    ck_assert_int_eq(err.code, TERN_ERETRIABLE);
    ck_assert_int_eq(wire_server_accepted(s), 1);
    ck_assert_int_lt(beat(c, WIRE_TO_ANY, LONG_MS, &err), 0);
    ck_assert_int_eq(wire_server_accepted(s), 2);
    wire_client_free(c);
    wire_server_stop(s);
}
END_TEST

static void cancel_soon(void *arg)
{
    wire_client_cancel(arg);
}

START_TEST(cancelled)
{
    struct wire_server *s = wire_server_start(SERVER_HUSHED);
    CLEANUP(freep) char *servers = xasprintf("127.0.0.1:%d", (int)wire_server_port(s));
    struct wire_client *c = client_of(servers);
    struct thread thread = {0};
    struct tern_error err;

    thread_start(&thread, "cancel", cancel_soon, c);
    ck_assert_int_lt(beat(c, WIRE_TO_ANY, LONG_MS, &err), 0);
    ck_assert_ptr_nonnull(strstr(err.msg, "is stopping"));
    thread_join(&thread);
    ck_assert_int_lt(beat(c, WIRE_TO_ANY, LONG_MS, &err), 0);
    wire_client_free(c);
    wire_server_stop(s);
}
END_TEST

static void encode_nothing(void *arg, struct wire_writer *w, int16_t version)
{
    (void)arg;
    (void)w;
    (void)version;
}

START_TEST(unknown_request)
{
    CLEANUP(wire_answer_fini) struct wire_answer answer = WIRE_ANSWER_INIT;
    struct wire_server *s = wire_server_start(SERVER_ANSWERS);
    CLEANUP(freep) char *servers = xasprintf("127.0.0.1:%d", (int)wire_server_port(s));
    struct wire_client *c = client_of(servers);
    struct tern_error err;

    ck_assert_int_lt(wire_call(c, WIRE_TO_ANY, WIRE_JOIN_GROUP, encode_nothing, NULL,
                               clock_deadline_ms(LONG_MS), &answer, &err),
                     0);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    ck_assert_ptr_nonnull(strstr(err.msg, "does not have the request JoinGroup"));
    wire_client_free(c);
    wire_server_stop(s);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, answers, 2);
    test_add(suite, controller);
    test_add(suite, another_broker);
    test_add(suite, nobody_there);
    test_add(suite, no_answer);
    test_add(suite, closed);
    test_add(suite, cancelled);
    test_add(suite, unknown_request);
}

TEST_MAIN("wire_call", fill)
