/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/conn.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/xmem.h"
#include "lib/wire/resolve.h"

enum {
    READ_BYTES = 1 << 16, /* at most CONN_READ_MAX */
};

enum stage {
    RESOLVING,
    CONNECTING,
    SHAKING, /* the transport's hands */
    RUNNING,
    ENDED, /* before the machine ran: error is to be told */
};

struct conn {
    char *host, *name; /* immutable */
    struct conn_options options;
    struct conn_machine *machine;
    enum stage stage;
    int64_t setup_deadline_ms; /* of the stages before RUNNING */
    struct resolve *resolve;
    size_t address; /* the next to try */
    int fd;         /* -1: none */
    struct transport *transport;
    short waits_for; /* what SHAKING needs */
    short read_needs, write_needs;
    enum transport_rc read_end; /* of the last read */
    struct buf out;             /* from out_at on not written yet */
    size_t out_at;
    bool has_error;          /* error says more than the machine knows */
    bool is_told;            /* CONN_CLOSE was */
    struct tern_error error; /* of the socket, and of the address tried last */
    uint8_t in[READ_BYTES];
};

static void close_socket(struct conn *c)
{
    if (c->transport)
        c->transport->ops->free(c->transport);
    c->transport = NULL;
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
}

/* c->error says why. */
static void fail(struct conn *c, int64_t now_ms)
{
    const struct conn_event lost = {.kind = CONN_CLOSED};

    close_socket(c);
    c->has_error = true;
    if (c->stage == RUNNING)
        conn_machine_handle(c->machine, now_ms, &lost);
    else
        c->stage = ENDED;
}

static void set_deadline(struct conn *c, int64_t now_ms)
{
    c->setup_deadline_ms = c->options.setup_timeout_ms < FOREVER_MS - now_ms
                               ? now_ms + c->options.setup_timeout_ms
                               : FOREVER_MS;
}

struct conn *conn_open(const struct conn_options *options, const char *host, int32_t port,
                       int64_t now_ms)
{
    struct conn *c = xcalloc(1, sizeof(*c));

    c->host = xstrdup(host);
    c->name = xasprintf("%s:%d", host, (int)port);
    c->options = *options;
    if (!c->options.open_transport)
        c->options.open_transport = transport_open_tcp;
    c->machine = conn_machine_new(&options->machine);
    c->out = (struct buf)BUF_INIT(8 * (options->machine.request_max_bytes + 4));
    c->fd = -1;
    set_deadline(c, now_ms);
    if (resolve_start(host, port, &c->resolve, &c->error) < 0)
        fail(c, now_ms);
    return c;
}

void conn_free(struct conn *c)
{
    if (!c)
        return;
    close_socket(c);
    resolve_free(c->resolve);
    conn_machine_free(c->machine);
    buf_fini(&c->out);
    free(c->host);
    free(c->name);
    free(c);
}

void conn_take(struct conn *c, int *ret_fd, struct transport **ret_transport)
{
    assert(c->stage == RUNNING && conn_machine_is_ready(c->machine));
    *ret_fd = c->fd;
    *ret_transport = TAKE(c->transport);
    c->fd = -1;
    c->stage = ENDED;
    c->is_told = true;
}

struct conn_machine *conn_requests(struct conn *c)
{
    return c->machine;
}

const char *conn_name(const struct conn *c)
{
    return c->name;
}

/* ---- connecting ---- */

static int set_option(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof(value));
}

/*
 * Not one of them is needed: what the system refuses is left as it is. A host that is gone without
 * a word is noticed by its silence while a long answer is awaited, within some 25 s.
 */
static void tune(const struct conn *c)
{
    (void)set_option(c->fd, IPPROTO_TCP, TCP_NODELAY, 1);
    (void)set_option(c->fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    (void)set_option(c->fd, IPPROTO_TCP, TCP_KEEPIDLE, 10);
    (void)set_option(c->fd, IPPROTO_TCP, TCP_KEEPINTVL, 5);
    (void)set_option(c->fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
    if (c->options.send_buffer_bytes > 0)
        (void)set_option(c->fd, SOL_SOCKET, SO_SNDBUF, c->options.send_buffer_bytes);
    if (c->options.receive_buffer_bytes > 0)
        (void)set_option(c->fd, SOL_SOCKET, SO_RCVBUF, c->options.receive_buffer_bytes);
}

static int unreached(struct conn *c, int error)
{
    return tern_fail(&c->error, TERN_ERETRIABLE, "broker %s cannot be reached: %s", c->name,
                     strerrordesc_np(error));
}

static int start_connect(struct conn *c, const struct resolve_address *to)
{
    c->fd = socket(to->at.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0)
        return unreached(c, errno);
    tune(c);
    if (connect(c->fd, (const struct sockaddr *)&to->at, to->len) < 0 && errno != EINPROGRESS)
        return unreached(c, errno);
    c->stage = CONNECTING;
    return 0;
}

/* Tries the next address, and the one after it when that fails at once. */
static void connect_next(struct conn *c, int64_t now_ms)
{
    const struct resolve_address *addresses = NULL;
    size_t count = 0;

    if (resolve_result(c->resolve, &addresses, &count, &c->error) < 0) {
        fail(c, now_ms);
        return;
    }
    while (c->address < count) {
        close_socket(c);
        set_deadline(c, now_ms);
        if (start_connect(c, &addresses[c->address++]) == 0)
            return;
    }
    fail(c, now_ms);
}

static void shake(struct conn *c, int64_t now_ms)
{
    const struct conn_event connected = {.kind = CONN_CONNECTED};

    switch (c->transport->ops->handshake(c->transport, &c->waits_for, &c->error)) {
    case TRANSPORT_DONE:
        c->stage = RUNNING;
        c->read_end = TRANSPORT_WAIT;
        c->read_needs = POLLIN;
        conn_machine_handle(c->machine, now_ms, &connected);
        return;
    case TRANSPORT_WAIT:
        return;
    case TRANSPORT_CLOSED:
        (void)tern_fail(&c->error, TERN_ERETRIABLE,
                        "broker %s closed the connection before it was used", c->name);
        break;
    case TRANSPORT_FAILED:
        (void)tern_context(&c->error, "broker %s", c->name);
        break;
    }
    /* Not the address, but what was said there: another one would say the same. */
    fail(c, now_ms);
}

static void finish_connect(struct conn *c, int64_t now_ms)
{
    socklen_t len = sizeof(int);
    int error = 0;

    if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
        error = errno;
    if (error) {
        (void)unreached(c, error);
        connect_next(c, now_ms);
        return;
    }
    if (c->options.open_transport(c->options.transport_arg, c->fd, c->host, &c->transport,
                                  &c->error) < 0) {
        fail(c, now_ms);
        return;
    }
    c->stage = SHAKING;
    shake(c, now_ms);
}

static void set_up(struct conn *c, int64_t now_ms, short revents)
{
    if (c->stage == RESOLVING && resolve_is_done(c->resolve))
        connect_next(c, now_ms);
    else if (c->stage == CONNECTING && revents)
        finish_connect(c, now_ms);
    else if (c->stage == SHAKING && revents)
        shake(c, now_ms);
    if (c->stage >= RUNNING || now_ms < c->setup_deadline_ms)
        return;
    (void)tern_fail(&c->error, TERN_ETIMEOUT, "broker %s did not answer in %" PRId64 " ms", c->name,
                    c->options.setup_timeout_ms);
    if (c->stage == RESOLVING)
        fail(c, now_ms);
    else
        connect_next(c, now_ms);
}

/* ---- bytes ---- */

static void write_out(struct conn *c, int64_t now_ms)
{
    while (c->out_at < c->out.len && c->fd >= 0) {
        size_t n = 0;
        enum transport_rc rc =
            c->transport->ops->write(c->transport, c->out.data + c->out_at, c->out.len - c->out_at,
                                     &n, &c->write_needs, &c->error);

        if (rc == TRANSPORT_WAIT)
            return;
        if (rc != TRANSPORT_DONE) {
            if (rc == TRANSPORT_CLOSED)
                (void)tern_fail(&c->error, TERN_ERETRIABLE, "the connection was closed");
            (void)tern_context(&c->error, "broker %s", c->name);
            fail(c, now_ms);
            return;
        }
        c->out_at += n;
    }
    buf_clear(&c->out);
    c->out_at = 0;
}

/* Fills c->in as far as there is something; what ended it, if anything, is left in c->read_end. */
static size_t fill(struct conn *c)
{
    size_t len = 0;

    c->read_end = TRANSPORT_DONE;
    while (len < sizeof(c->in)) {
        size_t n = 0;

        c->read_end = c->transport->ops->read(c->transport, c->in + len, sizeof(c->in) - len, &n,
                                              &c->read_needs, &c->error);
        if (c->read_end != TRANSPORT_DONE)
            break;
        len += n;
    }
    return len;
}

static void end_reading(struct conn *c, int64_t now_ms)
{
    const struct conn_event closed = {.kind = CONN_CLOSED};

    if (c->read_end == TRANSPORT_FAILED) {
        (void)tern_context(&c->error, "broker %s", c->name);
        fail(c, now_ms);
        return;
    }
    close_socket(c);
    conn_machine_handle(c->machine, now_ms, &closed);
}

static bool has_ended(const struct conn *c)
{
    return c->read_end == TRANSPORT_CLOSED || c->read_end == TRANSPORT_FAILED;
}

/* One event at a time, since the machine's actions are taken in between. */
static void read_in(struct conn *c, int64_t now_ms)
{
    struct conn_event event = {.kind = CONN_BYTES};
    size_t len = has_ended(c) ? 0 : fill(c);

    if (len) {
        event.bytes = slice_of(c->in, len);
        conn_machine_handle(c->machine, now_ms, &event);
    } else if (has_ended(c)) {
        end_reading(c, now_ms);
    }
}

/* There may be more in the transport that poll(2) does not see. */
static bool may_read_on(const struct conn *c)
{
    return c->stage == RUNNING && c->fd >= 0 && c->read_end != TRANSPORT_WAIT;
}

static void run_machine(struct conn *c, int64_t now_ms, short revents)
{
    const struct conn_event tick = {.kind = CONN_TICK};

    if (c->fd >= 0 && revents)
        write_out(c, now_ms);
    if (c->fd >= 0 && (revents || may_read_on(c)))
        read_in(c, now_ms);
    else
        conn_machine_handle(c->machine, now_ms, &tick);
}

void conn_run(struct conn *c, int64_t now_ms, short revents)
{
    if (c->stage < RUNNING)
        set_up(c, now_ms, revents);
    else if (c->stage == RUNNING)
        run_machine(c, now_ms, revents);
}

/* ---- for poll(2) ---- */

bool conn_poll_set(const struct conn *c, struct pollfd *ret_pfd)
{
    short events = 0;
    int fd = c->fd;

    switch (c->stage) {
    case RESOLVING:
        fd = resolve_fd(c->resolve);
        events = POLLIN;
        break;
    case CONNECTING:
        events = POLLOUT;
        break;
    case SHAKING:
        events = c->waits_for;
        break;
    case RUNNING:
        events = c->read_needs;
        if (c->out_at < c->out.len)
            events = (short)(events | (c->write_needs ? c->write_needs : POLLOUT));
        break;
    case ENDED:
        break;
    }
    *ret_pfd = (struct pollfd){.fd = fd, .events = events};
    return fd >= 0;
}

int64_t conn_wake_ms(const struct conn *c)
{
    switch (c->stage) {
    case RUNNING:
        return may_read_on(c) ? 0 : conn_machine_wake_ms(c->machine);
    case ENDED:
        return c->is_told ? FOREVER_MS : 0;
    default:
        return c->setup_deadline_ms;
    }
}

/* ---- actions ---- */

static bool next_end(struct conn *c, struct conn_action *ret_action)
{
    if (c->is_told)
        return false;
    c->is_told = true;
    *ret_action = (struct conn_action){.kind = CONN_CLOSE, .error = &c->error};
    return true;
}

static void send_bytes(struct conn *c, int64_t now_ms, struct slice bytes)
{
    if (c->fd < 0)
        return;
    buf_add(&c->out, bytes.at, bytes.len);
    if (c->out.failed) {
        (void)tern_fail(&c->error, TERN_ETIMEOUT, "broker %s takes no more bytes", c->name);
        fail(c, now_ms);
        return;
    }
    write_out(c, now_ms);
}

bool conn_next(struct conn *c, int64_t now_ms, struct conn_action *ret_action)
{
    struct conn_action action;

    if (c->stage == ENDED)
        return next_end(c, ret_action);
    if (c->stage != RUNNING)
        return false;
    while (conn_machine_next(c->machine, &action)) {
        if (action.kind == CONN_SEND) {
            send_bytes(c, now_ms, action.bytes);
            continue;
        }
        if (action.error && c->has_error)
            action.error = &c->error;
        if (action.kind == CONN_CLOSE) {
            close_socket(c);
            c->is_told = true;
        }
        *ret_action = action;
        return true;
    }
    return false;
}
