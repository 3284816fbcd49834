/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/conn_machine.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/base/vec.h"
#include "lib/wire/msg_api_versions.h"
#include "lib/wire/msg_sasl_authenticate.h"
#include "lib/wire/msg_sasl_handshake.h"
#include "lib/wire/wire_error.h"

enum {
    SIZE_BYTES = 4,           /* in front of every message */
    RESPONSE_MIN_BYTES = 4,   /* a correlation id */
    UNSENT_REQUESTS = 4,      /* of the largest size, before the actions are taken */
    AUTH_MAX_BYTES = 1 << 20, /* one message of an authenticator */
};

enum conn_state {
    CONN_IDLE, /* not connected yet */
    CONN_ASKING_VERSIONS,
    CONN_SHAKING_HANDS,
    CONN_AUTHENTICATING,
    CONN_IS_READY,
    CONN_IS_CLOSED,
};

/* A request that was made and not answered. */
struct flight {
    int32_t correlation;
    enum wire_api api;
    int16_t version;
    bool is_own; /* of the beginning: not the user's */
    uint64_t tag;
    int64_t deadline_ms;
    int64_t timeout_ms;
};

struct conn_machine {
    struct conn_conf conf; /* immutable; texts are owned */
    void *talk;            /* of auth; NULL before it begins */
    enum conn_state state;
    int64_t now_ms; /* of the last event or request */
    struct msg_api_versions_response versions;
    int64_t expires_ms;

    int32_t correlation;        /* the next */
    VEC(struct flight) flights; /* oldest first: answered in this order */

    struct buf request; /* being written */
    struct wire_writer writer;
    enum wire_api writing;
    size_t size_at;
    struct buf out;     /* to be sent */
    struct buf sending; /* lent with CONN_SEND */
    struct buf in;      /* read, from in_at on not yet taken */
    size_t in_at;

    bool tell_ready;
    bool tell_close;
    bool is_lost;            /* closed by the peer: what came whole before is still an answer */
    struct tern_error error; /* why it ended */
};

struct conn_machine *conn_machine_new(const struct conn_conf *conf)
{
    struct conn_machine *c = xcalloc(1, sizeof(*c));

    c->conf = *conf;
    c->conf.client_id = xstrdup(conf->client_id);
    c->conf.software_name = xstrdup(conf->software_name);
    c->conf.software_version = xstrdup(conf->software_version);
    c->expires_ms = FOREVER_MS;
    c->request = (struct buf)BUF_INIT(conf->request_max_bytes + SIZE_BYTES);
    c->out = (struct buf)BUF_INIT(UNSENT_REQUESTS * (conf->request_max_bytes + SIZE_BYTES));
    c->sending = c->out;
    c->in = (struct buf)BUF_INIT(conf->response_max_bytes + SIZE_BYTES + CONN_READ_MAX);
    return c;
}

void conn_machine_free(struct conn_machine *c)
{
    if (!c)
        return;
    if (c->talk && c->conf.auth->end)
        c->conf.auth->end(c->talk);
    free((char *)c->conf.client_id);
    free((char *)c->conf.software_name);
    free((char *)c->conf.software_version);
    msg_api_versions_fini(&c->versions);
    vec_fini(&c->flights);
    buf_fini(&c->request);
    buf_fini(&c->out);
    buf_fini(&c->sending);
    buf_fini(&c->in);
    free(c);
}

/* c->error says why. */
static void end(struct conn_machine *c)
{
    c->state = CONN_IS_CLOSED;
    c->tell_close = true;
    c->tell_ready = false;
}

/* ---- requests ---- */

static struct wire_writer *begin(struct conn_machine *c, enum wire_api api, int16_t version)
{
    buf_clear(&c->request);
    c->writer = (struct wire_writer){.out = &c->request};
    c->writing = api;
    c->size_at = wire_begin_sized(&c->writer);
    wire_api_put_header(&c->writer, api, version, c->correlation, slice_str(c->conf.client_id));
    return &c->writer;
}

static int finish(struct conn_machine *c, const struct flight *flight, struct tern_error *err)
{
    struct flight f = *flight;

    wire_end_sized(&c->writer, c->size_at);
    if (c->request.failed) {
        return tern_fail(err, TERN_EINVALID, "a %s request is too large",
                         wire_api_row(c->writing)->name);
    }
    buf_add(&c->out, c->request.data, c->request.len);
    if (c->out.failed)
        return tern_fail(err, TERN_EINVALID, "too many requests at once");
    f.api = c->writing;
    f.correlation = c->correlation;
    f.deadline_ms = f.timeout_ms < FOREVER_MS - c->now_ms ? c->now_ms + f.timeout_ms : FOREVER_MS;
    c->correlation = c->correlation < INT32_MAX ? c->correlation + 1 : 0;
    vec_push(&c->flights, f);
    return 0;
}

struct wire_writer *conn_machine_begin(struct conn_machine *c, enum wire_api api)
{
    int16_t version = conn_machine_version(c, api);

    assert(c->state == CONN_IS_READY && version >= 0);
    return begin(c, api, version);
}

int conn_machine_end(struct conn_machine *c, int64_t now_ms, int64_t timeout_ms, uint64_t tag,
                     struct tern_error *err)
{
    struct flight f = {
        .version = conn_machine_version(c, c->writing),
        .tag = tag,
        .timeout_ms = timeout_ms,
    };

    assert(c->state == CONN_IS_READY);
    c->now_ms = now_ms;
    return finish(c, &f, err);
}

bool conn_machine_is_ready(const struct conn_machine *c)
{
    return c->state == CONN_IS_READY;
}

static int16_t pick(const struct conn_machine *c, enum wire_api api)
{
    const struct wire_api_row *row = wire_api_row(api);

    return api_versions_pick(&c->versions, api, row->min, row->max);
}

int16_t conn_machine_version(const struct conn_machine *c, enum wire_api api)
{
    if (c->state != CONN_IS_READY)
        return -1;
    return pick(c, api);
}

/* ---- the beginning ---- */

static int finish_own(struct conn_machine *c, int16_t version)
{
    struct flight f = {
        .version = version,
        .is_own = true,
        .timeout_ms = c->conf.request_timeout_ms,
    };

    return finish(c, &f, &c->error);
}

static int ask_versions(struct conn_machine *c, int16_t version)
{
    struct msg_api_versions_request request = {
        slice_str(c->conf.software_name),
        slice_str(c->conf.software_version),
    };

    c->state = CONN_ASKING_VERSIONS;
    msg_api_versions_encode(begin(c, WIRE_API_VERSIONS, version), version, &request);
    return finish_own(c, version);
}

static void become_ready(struct conn_machine *c)
{
    c->state = CONN_IS_READY;
    c->tell_ready = true;
}

static int shake_hands(struct conn_machine *c)
{
    struct msg_sasl_handshake_request request = {slice_str(c->conf.auth->mechanism)};
    int16_t version = pick(c, WIRE_SASL_HANDSHAKE);

    if (version < 1 || pick(c, WIRE_SASL_AUTHENTICATE) < 0)
        return tern_fail(&c->error, TERN_EINVALID, "the broker's listener does not offer SASL");
    c->state = CONN_SHAKING_HANDS;
    c->talk = c->conf.auth->begin ? c->conf.auth->begin(c->conf.auth->arg) : c->conf.auth->arg;
    msg_sasl_handshake_encode(begin(c, WIRE_SASL_HANDSHAKE, version), version, &request);
    return finish_own(c, version);
}

static int authenticate(struct conn_machine *c, struct slice challenge)
{
    CLEANUP(buf_fini) struct buf message = BUF_INIT(AUTH_MAX_BYTES);
    struct msg_sasl_authenticate_request request;
    int16_t version = pick(c, WIRE_SASL_AUTHENTICATE);
    bool is_done = false;

    if (c->conf.auth->step(c->talk, challenge, &message, &is_done, &c->error) < 0)
        return tern_context(&c->error, "SASL mechanism '%s'", c->conf.auth->mechanism);
    if (is_done) {
        become_ready(c);
        return 0;
    }
    c->state = CONN_AUTHENTICATING;
    request.auth_bytes = slice_of(buf_str(&message), message.len);
    msg_sasl_authenticate_encode(begin(c, WIRE_SASL_AUTHENTICATE, version), version, &request);
    return finish_own(c, version);
}

static int on_versions(struct conn_machine *c, const struct flight *f, struct slice body)
{
    int16_t error;

    msg_api_versions_fini(&c->versions);
    if (msg_api_versions_decode(body, f->version, &c->versions, &c->error) < 0)
        return -1;
    error = c->versions.error;
    if (error == WIRE_UNSUPPORTED_VERSION) {
        int16_t again = msg_api_versions_fallback(&c->versions, f->version);

        if (again >= 0)
            return ask_versions(c, again);
    }
    if (error) {
        return tern_fail(&c->error, TERN_EINVALID, "the broker does not tell its versions: %s (%d)",
                         wire_error_name(error), (int)error);
    }
    if (c->conf.auth)
        return shake_hands(c);
    become_ready(c);
    return 0;
}

static int on_handshake(struct conn_machine *c, const struct flight *f, struct slice body)
{
    CLEANUP(msg_sasl_handshake_fini) struct msg_sasl_handshake_response m = {0};
    CLEANUP(buf_fini) struct buf offered = BUF_INIT(256); /* what does not fit is left out */

    if (msg_sasl_handshake_decode(body, f->version, &m, &c->error) < 0)
        return -1;
    if (m.error == 0)
        return authenticate(c, (struct slice){0});
    for (size_t i = 0; i < m.mechanism_count; i++) {
        buf_add_fmt(&offered, "%s%.*s", i ? ", " : "", (int)m.mechanisms[i].len,
                    (const char *)m.mechanisms[i].at);
    }
    return tern_fail(&c->error, TERN_EINVALID,
                     "the broker refuses the SASL mechanism '%s': %s (%d); it has '%s'",
                     c->conf.auth->mechanism, wire_error_name(m.error), (int)m.error,
                     buf_str(&offered));
}

static int on_authenticate(struct conn_machine *c, const struct flight *f, struct slice body)
{
    struct msg_sasl_authenticate_response m;

    if (msg_sasl_authenticate_decode(body, f->version, &m, &c->error) < 0)
        return -1;
    if (m.error) {
        return tern_fail(&c->error, TERN_EINVALID, "SASL authentication failed: %s (%d): %.*s",
                         wire_error_name(m.error), (int)m.error, (int)m.error_message.len,
                         m.error_message.at ? (const char *)m.error_message.at : "");
    }
    if (m.session_lifetime_ms > 0 && m.session_lifetime_ms < FOREVER_MS - c->now_ms)
        c->expires_ms = c->now_ms + m.session_lifetime_ms;
    return authenticate(c, m.auth_bytes);
}

static int on_own(struct conn_machine *c, const struct flight *f, struct slice body)
{
    switch (c->state) {
    case CONN_ASKING_VERSIONS:
        return on_versions(c, f, body);
    case CONN_SHAKING_HANDS:
        return on_handshake(c, f, body);
    case CONN_AUTHENTICATING:
        return on_authenticate(c, f, body);
    default:
        assert(false); /* finish() drops an answer to what was not asked */
        return -1;
    }
}

/* ---- events ---- */

static void on_bytes(struct conn_machine *c, struct slice bytes)
{
    assert(bytes.len <= CONN_READ_MAX);
    if (c->in_at > 0) {
        c->in.len -= c->in_at;
        memmove(c->in.data, c->in.data + c->in_at, c->in.len);
        c->in_at = 0;
    }
    buf_add(&c->in, bytes.at, bytes.len);
    assert(!c->in.failed); /* at most one response is incomplete, and no larger than its limit */
}

static void on_tick(struct conn_machine *c)
{
    for (size_t i = 0; i < c->flights.count; i++) {
        const struct flight *f = &c->flights.at[i];

        if (c->now_ms < f->deadline_ms)
            continue;
        (void)tern_fail(&c->error, TERN_ETIMEOUT,
                        "the broker did not answer a %s request in %" PRId64 " ms",
                        wire_api_row(f->api)->name, f->timeout_ms);
        end(c);
        return;
    }
}

void conn_machine_handle(struct conn_machine *c, int64_t now_ms, const struct conn_event *event)
{
    c->now_ms = now_ms;
    if (c->state == CONN_IS_CLOSED)
        return;
    switch (event->kind) {
    case CONN_CONNECTED:
        assert(c->state == CONN_IDLE);
        if (ask_versions(c, wire_api_row(WIRE_API_VERSIONS)->max) < 0)
            end(c);
        break;
    case CONN_BYTES:
        assert(c->state != CONN_IDLE);
        on_bytes(c, event->bytes);
        break;
    case CONN_CLOSED:
        c->is_lost = true;
        break;
    case CONN_TICK:
        on_tick(c);
        break;
    }
}

int64_t conn_machine_wake_ms(const struct conn_machine *c)
{
    int64_t wake_ms = FOREVER_MS;

    for (size_t i = 0; i < c->flights.count; i++) {
        if (c->flights.at[i].deadline_ms < wake_ms)
            wake_ms = c->flights.at[i].deadline_ms;
    }
    return wake_ms;
}

int64_t conn_machine_expires_ms(const struct conn_machine *c)
{
    return c->expires_ms;
}

/* ---- actions ---- */

/* Takes the next whole response off what was read. False when there is none, or it is wrong. */
static bool take_frame(struct conn_machine *c, struct slice *ret_frame)
{
    struct wire_reader r = wire_reader_of(slice_of(c->in.data, c->in.len), false);
    int32_t size;

    wire_take(&r, c->in_at);
    size = wire_i32(&r);
    if (r.failed)
        return false;
    if (size < RESPONSE_MIN_BYTES || (size_t)size > c->conf.response_max_bytes) {
        (void)tern_fail(&c->error, TERN_EINVALID, "the broker sends a response of %d bytes",
                        (int)size);
        end(c);
        return false;
    }
    *ret_frame = wire_take(&r, (size_t)size);
    if (r.failed)
        return false;
    c->in_at += SIZE_BYTES + (size_t)size;
    return true;
}

/* Takes the request that a response answers off the list, and the header off the response. */
static int match(struct conn_machine *c, struct slice frame, struct flight *ret_flight,
                 struct slice *ret_body)
{
    struct wire_reader r = wire_reader_of(frame, false);
    struct flight f;
    int32_t correlation;

    if (c->flights.count == 0)
        return tern_fail(&c->error, TERN_EINVALID, "the broker sends what nobody asked for");
    f = c->flights.at[0];
    correlation = wire_api_read_header(&r, f.api, f.version);
    if (r.failed || correlation != f.correlation) {
        return tern_fail(&c->error, TERN_EINVALID,
                         "the broker answers out of turn: %d instead of %d", (int)correlation,
                         (int)f.correlation);
    }
    vec_remove(&c->flights, 0);
    *ret_flight = f;
    *ret_body = slice_of(r.at, wire_left(&r));
    return 0;
}

/* Goes through the responses up to one that is the user's. */
static bool next_response(struct conn_machine *c, struct conn_action *ret_action)
{
    struct slice frame, body;
    struct flight f;

    while (c->state != CONN_IS_CLOSED && take_frame(c, &frame)) {
        if (match(c, frame, &f, &body) < 0 || (f.is_own && on_own(c, &f, body) < 0)) {
            end(c);
        } else if (!f.is_own) {
            *ret_action = (struct conn_action){
                .kind = CONN_RESPONSE,
                .bytes = body,
                .tag = f.tag,
                .api = f.api,
                .version = f.version,
            };
            return true;
        }
    }
    if (c->is_lost && c->state != CONN_IS_CLOSED) {
        (void)tern_fail(&c->error, TERN_ERETRIABLE, "the connection was closed by the broker%s",
                        c->conf.auth && c->state == CONN_AUTHENTICATING ? " during authentication"
                                                                        : "");
        end(c);
    }
    return false;
}

/* What is left to tell of a connection that has ended. */
static bool next_end(struct conn_machine *c, struct conn_action *ret_action)
{
    while (c->flights.count) {
        struct flight f = c->flights.at[0];

        vec_remove(&c->flights, 0);
        if (f.is_own)
            continue;
        *ret_action = (struct conn_action){
            .kind = CONN_FAILED,
            .tag = f.tag,
            .api = f.api,
            .version = f.version,
            .error = &c->error,
        };
        return true;
    }
    if (!c->tell_close)
        return false;
    c->tell_close = false;
    *ret_action = (struct conn_action){.kind = CONN_CLOSE, .error = &c->error};
    return true;
}

bool conn_machine_next(struct conn_machine *c, struct conn_action *ret_action)
{
    if (next_response(c, ret_action))
        return true;
    if (c->state == CONN_IS_CLOSED)
        return next_end(c, ret_action);
    if (c->out.len) {
        struct buf sent = c->sending;

        c->sending = c->out;
        c->out = sent;
        buf_clear(&c->out);
        *ret_action = (struct conn_action){.kind = CONN_SEND, .bytes = buf_slice(&c->sending)};
        return true;
    }
    if (!c->tell_ready)
        return false;
    c->tell_ready = false;
    *ret_action = (struct conn_action){.kind = CONN_READY};
    return true;
}
