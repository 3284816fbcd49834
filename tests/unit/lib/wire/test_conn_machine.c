/* SPDX-License-Identifier: Apache-2.0 */
/* A connection from its beginning to its end, against a broker that is a script. */
#include "lib/wire/conn_machine.h"

#include "lib/wire/msg_heartbeat.h"
#include "tests/lib/testing.h"

#include "lib/base/clock.h"

enum {
    LIMIT = 1 << 16,
    TIMEOUT_MS = 1000,
    REQUEST_MAX = 4096,
    RESPONSE_MAX = 512,
};

/* ApiVersions 4, Heartbeat to 3, SaslHandshake to 1, SaslAuthenticate to 2; no JoinGroup. */
#define VERSIONS_V4  \
    "0000"           \
    "05"             \
    "00120000000400" \
    "000c0000000300" \
    "00110000000100" \
    "00240000000200" \
    "00000000"       \
    "00"
#define VERSIONS_V3_REFUSED \
    "0023"                  \
    "00000001"              \
    "001200000003"
#define VERSIONS_UNTOLD \
    "0023"              \
    "00000000"
#define VERSIONS_V0 \
    "0000"          \
    "00000001"      \
    "000c00000004"
#define VERSIONS_NO_SASL \
    "0000"               \
    "02"                 \
    "000c0000000300"     \
    "00000000"           \
    "00"
#define VERSIONS_DENIED \
    "001f"              \
    "01"                \
    "00000000"          \
    "00"
#define HEARTBEAT_V3 \
    "00000000"       \
    "001b"

static struct conn_conf conf = {
    .client_id = "connect-h:1",
    .software_name = "tern",
    .software_version = "1",
    .request_timeout_ms = TIMEOUT_MS,
    .request_max_bytes = REQUEST_MAX,
    .response_max_bytes = RESPONSE_MAX,
};

static void handle(struct conn_machine *c, int64_t now_ms, enum conn_event_kind kind)
{
    const struct conn_event event = {.kind = kind};

    conn_machine_handle(c, now_ms, &event);
}

/* A whole response, as the broker sends it. */
static void frame(struct buf *out, int32_t correlation, const char *body_hex)
{
    struct wire_writer w = {.out = out};
    size_t place = wire_begin_sized(&w);

    wire_put_i32(&w, correlation);
    test_unhex(body_hex, out);
    wire_end_sized(&w, place);
}

static void answer(struct conn_machine *c, int64_t now_ms, int32_t correlation, const char *body)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(LIMIT);
    struct conn_event event = {.kind = CONN_BYTES};

    frame(&out, correlation, body);
    event.bytes = buf_slice(&out);
    conn_machine_handle(c, now_ms, &event);
}

/* The next action, which is a request to this api in this version with this correlation id. */
static void expect_request(struct conn_machine *c, int16_t key, int16_t version,
                           int32_t correlation)
{
    struct conn_action action;
    struct wire_reader r;

    ck_assert(conn_machine_next(c, &action));
    ck_assert_int_eq(action.kind, CONN_SEND);
    r = wire_reader_of(action.bytes, false);
    ck_assert_uint_eq((size_t)wire_i32(&r), action.bytes.len - 4);
    ck_assert_int_eq(wire_i16(&r), key);
    ck_assert_int_eq(wire_i16(&r), version);
    ck_assert_int_eq(wire_i32(&r), correlation);
    ck_assert(slice_equal(wire_string(&r), slice_str("connect-h:1")));
}

static void expect(struct conn_machine *c, enum conn_action_kind kind)
{
    struct conn_action action;

    ck_assert(conn_machine_next(c, &action));
    ck_assert_int_eq(action.kind, kind);
}

static void expect_close(struct conn_machine *c, enum tern_code code, const char *part)
{
    struct conn_action action;

    ck_assert(conn_machine_next(c, &action));
    ck_assert_int_eq(action.kind, CONN_CLOSE);
    ck_assert_int_eq(action.error->code, code);
    ck_assert_msg(strstr(action.error->msg, part) != NULL, "%s", action.error->msg);
    ck_assert(!conn_machine_next(c, &action));
    ck_assert(!conn_machine_is_ready(c));
    ck_assert_int_eq(conn_machine_wake_ms(c), FOREVER_MS);
}

static void expect_nothing(struct conn_machine *c)
{
    struct conn_action action;

    ck_assert(!conn_machine_next(c, &action));
}

static struct conn_machine *ready(void)
{
    struct conn_machine *c = conn_machine_new(&conf);

    handle(c, 0, CONN_CONNECTED);
    expect_request(c, 18, 4, 0);
    answer(c, 0, 0, VERSIONS_V4);
    expect(c, CONN_READY);
    expect_nothing(c);
    return c;
}

static void beat(struct conn_machine *c, int64_t now_ms, int64_t timeout_ms, uint64_t tag)
{
    const struct msg_heartbeat_request request = {slice_str("g"), 1, slice_str("m")};
    struct tern_error err;

    msg_heartbeat_encode(conn_machine_begin(c, WIRE_HEARTBEAT),
                         conn_machine_version(c, WIRE_HEARTBEAT), &request);
    ck_assert_ok(conn_machine_end(c, now_ms, timeout_ms, tag, &err), err);
}

static void expect_heartbeat(struct conn_machine *c, uint64_t tag)
{
    struct msg_heartbeat_response m;
    struct conn_action action;
    struct tern_error err;

    ck_assert(conn_machine_next(c, &action));
    ck_assert_int_eq(action.kind, CONN_RESPONSE);
    ck_assert_uint_eq(action.tag, tag);
    ck_assert_int_eq(action.api, WIRE_HEARTBEAT);
    ck_assert_ok(msg_heartbeat_decode(action.bytes, action.version, &m, &err), err);
    ck_assert_int_eq(m.error, 27);
}

START_TEST(from_begin_to_end)
{
    struct conn_machine *c = ready();
    struct conn_action action;

    ck_assert_int_eq(conn_machine_version(c, WIRE_HEARTBEAT), 3);
    ck_assert_int_eq(conn_machine_version(c, WIRE_JOIN_GROUP), -1);
    ck_assert_int_eq(conn_machine_expires_ms(c), FOREVER_MS);
    ck_assert_int_eq(conn_machine_wake_ms(c), FOREVER_MS);
    beat(c, 10, TIMEOUT_MS, 77);
    ck_assert_int_eq(conn_machine_wake_ms(c), 10 + TIMEOUT_MS);
    expect_request(c, 12, 3, 1);
    expect_nothing(c);
    answer(c, 20, 1, HEARTBEAT_V3);
    expect_heartbeat(c, 77);
    expect_nothing(c);
    beat(c, 30, TIMEOUT_MS, 78);
    expect(c, CONN_SEND);
    handle(c, 40, CONN_CLOSED);
    ck_assert(conn_machine_next(c, &action));
    ck_assert_int_eq(action.kind, CONN_FAILED);
    ck_assert_uint_eq(action.tag, 78);
    expect_close(c, TERN_ERETRIABLE, "closed by the broker");
    conn_machine_free(c);
}
END_TEST

/* Three at once are one thing to write; the answers come byte by byte, or all at once. */
START_TEST(pipelining)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(LIMIT);
    struct conn_machine *c = ready();
    size_t step = _i ? 1 : 1000;

    for (uint64_t tag = 1; tag <= 3; tag++) {
        beat(c, 0, TIMEOUT_MS, tag);
        frame(&out, (int32_t)tag, HEARTBEAT_V3);
    }
    expect(c, CONN_SEND);
    expect_nothing(c);
    for (size_t at = 0, told = 0; at < out.len; at += step) {
        size_t len = step < out.len - at ? step : out.len - at;
        struct conn_event event = {CONN_BYTES, slice_of(out.data + at, len)};

        conn_machine_handle(c, 1, &event);
        for (; (at + len) / (out.len / 3) > told; told++)
            expect_heartbeat(c, told + 1);
        expect_nothing(c);
    }
    ck_assert_int_eq(conn_machine_wake_ms(c), FOREVER_MS);
    conn_machine_free(c);
}
END_TEST

/* What was answered before the broker closed is still an answer. */
START_TEST(answered_then_closed)
{
    struct conn_machine *c = ready();

    beat(c, 0, TIMEOUT_MS, 1);
    expect(c, CONN_SEND);
    answer(c, 1, 1, HEARTBEAT_V3);
    handle(c, 1, CONN_CLOSED);
    expect_heartbeat(c, 1);
    expect_close(c, TERN_ERETRIABLE, "closed by the broker");
    conn_machine_free(c);
}
END_TEST

/* The earliest deadline counts, whatever the order; all that was asked fails with it. */
START_TEST(deadline)
{
    struct conn_machine *c = ready();
    struct conn_action action;

    beat(c, 0, 5000, 1);
    beat(c, 0, 300, 2);
    expect(c, CONN_SEND);
    ck_assert_int_eq(conn_machine_wake_ms(c), 300);
    handle(c, 299, CONN_TICK);
    expect_nothing(c);
    handle(c, 300, CONN_TICK);
    for (uint64_t tag = 1; tag <= 2; tag++) {
        ck_assert(conn_machine_next(c, &action));
        ck_assert_int_eq(action.kind, CONN_FAILED);
        ck_assert_uint_eq(action.tag, tag);
        ck_assert_int_eq(action.error->code, TERN_ETIMEOUT);
    }
    expect_close(c, TERN_ETIMEOUT, "Heartbeat request in 300 ms");
    handle(c, 400, CONN_CLOSED);
    expect_nothing(c);
    conn_machine_free(c);
}
END_TEST

START_TEST(deadline_of_the_beginning)
{
    struct conn_machine *c = conn_machine_new(&conf);

    ck_assert_int_eq(conn_machine_wake_ms(c), FOREVER_MS);
    handle(c, 0, CONN_CONNECTED);
    expect(c, CONN_SEND);
    handle(c, TIMEOUT_MS, CONN_TICK);
    expect_close(c, TERN_ETIMEOUT, "ApiVersions");
    conn_machine_free(c);
}
END_TEST

static const struct fallback_case {
    const char *refusal;
    int16_t again;
} fallback_cases[] = {
    {VERSIONS_V3_REFUSED, 3},
    {VERSIONS_UNTOLD, 0},
};

START_TEST(version_fallback)
{
    const struct fallback_case *row = &fallback_cases[_i];
    struct conn_machine *c = conn_machine_new(&conf);

    handle(c, 0, CONN_CONNECTED);
    expect_request(c, 18, 4, 0);
    answer(c, 0, 0, row->refusal);
    expect_request(c, 18, row->again, 1);
    answer(c, 0, 1, row->again ? VERSIONS_NO_SASL : VERSIONS_V0);
    expect(c, CONN_READY);
    ck_assert_int_eq(conn_machine_version(c, WIRE_HEARTBEAT), row->again ? 3 : 4);
    conn_machine_free(c);
}
END_TEST

static const struct bad_case {
    const char *name;
    const char *bytes; /* after the beginning, with one heartbeat asked for */
    const char *part;  /* of the message */
} bad_cases[] = {
    {"too small", "00000003", "of 3 bytes"},
    {"negative", "ffffffff", "of -1 bytes"},
    {"too large", "00000201", "of 513 bytes"},
    {"another's turn",
     "0000000a"
     "00000002"
     "00000000001b",
     "out of turn: 2 instead of 1"},
};

START_TEST(bad_response)
{
    const struct bad_case *row = &bad_cases[_i];
    CLEANUP(buf_fini) struct buf bytes = BUF_INIT(LIMIT);
    struct conn_event event = {.kind = CONN_BYTES};
    struct conn_machine *c = ready();

    beat(c, 0, TIMEOUT_MS, 1);
    expect(c, CONN_SEND);
    test_unhex(row->bytes, &bytes);
    event.bytes = buf_slice(&bytes);
    conn_machine_handle(c, 0, &event);
    expect(c, CONN_FAILED);
    expect_close(c, TERN_EINVALID, row->part);
    conn_machine_free(c);
}
END_TEST

START_TEST(unasked)
{
    struct conn_machine *c = ready();

    answer(c, 0, 1, HEARTBEAT_V3);
    expect_close(c, TERN_EINVALID, "nobody asked");
    conn_machine_free(c);
}
END_TEST

static const struct refused_case {
    const char *name;
    const char *versions;
    const char *part;
} refused_cases[] = {
    {"denied", VERSIONS_DENIED, "CLUSTER_AUTHORIZATION_FAILED (31)"},
    {"malformed",
     "0000"
     "ff",
     "malformed"},
    {"empty", "", "malformed"},
};

START_TEST(refused)
{
    const struct refused_case *row = &refused_cases[_i];
    struct conn_machine *c = conn_machine_new(&conf);

    handle(c, 0, CONN_CONNECTED);
    expect(c, CONN_SEND);
    answer(c, 0, 0, row->versions);
    expect_close(c, TERN_EINVALID, row->part);
    conn_machine_free(c);
}
END_TEST

/* A request that is too large is the caller's mistake: the connection lives on. */
START_TEST(too_large)
{
    static uint8_t text[REQUEST_MAX];
    struct conn_machine *c = ready();
    const struct msg_heartbeat_request request = {slice_of(text, sizeof(text)), 1, slice_str("m")};
    struct tern_error err;

    msg_heartbeat_encode(conn_machine_begin(c, WIRE_HEARTBEAT), 3, &request);
    ck_assert_int_eq(conn_machine_end(c, 0, TIMEOUT_MS, 1, &err), -1);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    expect_nothing(c);
    beat(c, 0, TIMEOUT_MS, 2);
    expect_request(c, 12, 3, 1);
    conn_machine_free(c);
}
END_TEST

/* ---- SASL ---- */

/* A mechanism of two messages each way; the server's last must be "ok". */
static int auth_step(void *arg, struct slice challenge, struct buf *out, bool *ret_done,
                     struct tern_error *err)
{
    int *step = arg;

    (*step)++;
    if (!challenge.at) {
        buf_add_str(out, "hello");
        return 0;
    }
    if (*step == 2) {
        buf_add_str(out, "proof");
        return 0;
    }
    if (!slice_equal(challenge, slice_str("ok")))
        return tern_fail(err, TERN_EINVALID, "the server is an impostor");
    *ret_done = true;
    return 0;
}

static struct conn_machine *shaking(const struct conn_auth *auth)
{
    struct conn_conf with_auth = conf;
    struct conn_machine *c;

    with_auth.auth = auth;
    c = conn_machine_new(&with_auth);
    handle(c, 0, CONN_CONNECTED);
    expect_request(c, 18, 4, 0);
    answer(c, 0, 0, VERSIONS_V4);
    expect_request(c, 17, 1, 1);
    ck_assert(!conn_machine_is_ready(c));
    ck_assert_int_eq(conn_machine_version(c, WIRE_HEARTBEAT), -1);
    return c;
}

START_TEST(sasl)
{
    int step = 0;
    struct conn_auth auth = {.mechanism = "TWO-STEP", .step = auth_step, .arg = &step};
    struct conn_machine *c = shaking(&auth);

    answer(c, 5, 1,
           "0000"
           "00000000");
    expect_request(c, 36, 2, 2);
    answer(c, 6, 2,
           "00"
           "0000"
           "00"
           "03"
           "6e6f"
           "0000000000000000"
           "00"); /* "no", go on */
    expect_request(c, 36, 2, 3);
    answer(c, 7, 3,
           "00"
           "0000"
           "00"
           "03"
           "6f6b"
           "0000000000000064"
           "00"); /* "ok", 100 ms */
    expect(c, CONN_READY);
    ck_assert_int_eq(step, 3);
    ck_assert_int_eq(conn_machine_expires_ms(c), 107);
    beat(c, 8, TIMEOUT_MS, 1);
    expect_request(c, 12, 3, 4);
    conn_machine_free(c);
}
END_TEST

static const struct sasl_case {
    const char *name;
    const char *handshake;
    const char *authenticate[2]; /* NULL: not asked */
    const char *part;
} sasl_cases[] = {
    {"mechanism refused",
     "0021"
     "00000001"
     "0005504c41494e",
     {NULL},
     "it has 'PLAIN'"},
    {"wrong password",
     "0000"
     "00000000",
     {"00"
      "003a"
      "0462616401"
      "0000000000000000"
      "00"},
     "SASL_AUTHENTICATION_FAILED (58): bad"},
    {"impostor",
     "0000"
     "00000000",
     {"00"
      "0000"
      "00"
      "01"
      "0000000000000000"
      "00",
      "00"
      "0000"
      "00"
      "01"
      "0000000000000000"
      "00"},
     "mechanism 'TWO-STEP': the server is an impostor"},
    {"malformed",
     "0000"
     "00000000",
     {"00"
      "00"},
     "malformed"},
};

START_TEST(sasl_failure)
{
    const struct sasl_case *row = &sasl_cases[_i];
    int step = 0;
    struct conn_auth auth = {.mechanism = "TWO-STEP", .step = auth_step, .arg = &step};
    struct conn_machine *c = shaking(&auth);

    answer(c, 0, 1, row->handshake);
    for (int i = 0; i < 2 && row->authenticate[i]; i++) {
        expect_request(c, 36, 2, 2 + i);
        answer(c, 0, 2 + i, row->authenticate[i]);
    }
    expect_close(c, TERN_EINVALID, row->part);
    conn_machine_free(c);
}
END_TEST

START_TEST(no_sasl_offered)
{
    int step = 0;
    struct conn_auth auth = {.mechanism = "TWO-STEP", .step = auth_step, .arg = &step};
    struct conn_conf with_auth = conf;
    struct conn_machine *c;

    with_auth.auth = &auth;
    c = conn_machine_new(&with_auth);
    handle(c, 0, CONN_CONNECTED);
    expect(c, CONN_SEND);
    answer(c, 0, 0, VERSIONS_NO_SASL);
    expect_close(c, TERN_EINVALID, "does not offer SASL");
    ck_assert_int_eq(step, 0);
    conn_machine_free(c);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, from_begin_to_end);
    test_add_rows(suite, pipelining, 2);
    test_add(suite, answered_then_closed);
    test_add(suite, deadline);
    test_add(suite, deadline_of_the_beginning);
    test_add_rows(suite, version_fallback, COUNT_OF(fallback_cases));
    test_add_rows(suite, bad_response, COUNT_OF(bad_cases));
    test_add(suite, unasked);
    test_add_rows(suite, refused, COUNT_OF(refused_cases));
    test_add(suite, too_large);
    test_add(suite, sasl);
    test_add_rows(suite, sasl_failure, COUNT_OF(sasl_cases));
    test_add(suite, no_sasl_offered);
}

TEST_MAIN("conn_machine", fill)
