/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/kafka/relay.h"

#include <errno.h>
#include <librdkafka/rdkafka.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/strmap.h"
#include "lib/base/thread.h"
#include "lib/base/vec.h"
#include "lib/wire/conn.h"
#include "lib/wire/jaas.h"
#include "lib/wire/security.h"
#include "lib/wire/security_settings.h"

enum {
    FIRST_GOOD_VERSION = 0x020601ff,
    PIPE_BYTES = 1 << 16,
    PUMP_ROUNDS = 16, /* before the other connections get their turn */
    SETUP_WAIT_MS = 10000,
    REQUEST_WAIT_MS = 30000,
    MESSAGE_MAX_BYTES = 1 << 20, /* of the requests that set a connection up */
};

/* A socket pair of which librdkafka has the one end. */
struct pair {
    int theirs, ours;
    char *broker; /* NULL: not to be connected yet */
};

struct half {
    uint8_t bytes[PIPE_BYTES];
    size_t at, len;
};

/* One connection. Relay thread. */
struct pipe {
    char *broker;
    int ours;          /* the end of the socket pair */
    struct conn *conn; /* while it is set up, else NULL */
    int fd;            /* the broker's; -1 while it is set up */
    struct transport *transport;
    short read_needs, write_needs;
    bool is_over;
    struct half up, down;
};

struct relay {
    relay_failed *failed; /* immutable, as what follows */
    void *arg;
    struct security *security; /* relay thread, from the start on */
    char *client_id;
    int wake_fd;
    struct thread thread;

    pthread_mutex_t lock;   /* a leaf */
    VEC(struct pair) pairs; /* lock */
    bool is_stopping;       /* lock */

    VEC(struct pipe *) pipes; /* relay thread, like what follows */
    VEC(struct pollfd) polls;
};

bool relay_chooses_versions(const char *enabled)
{
    return enabled && *enabled &&
           !(strcasestr(enabled, "TLSv1.2") && strcasestr(enabled, "TLSv1.3"));
}

static bool chooses_tls(const struct strmap *settings)
{
    const char *suites = strmap_get(settings, "ssl.cipher.suites");

    return (suites && *suites) ||
           relay_chooses_versions(strmap_get(settings, "ssl.enabled.protocols"));
}

bool relay_is_needed(const struct tern_config *java)
{
    CLEANUP(security_settings_fini) struct strmap settings = STRMAP_INIT;
    const char *protocol, *mechanism, *jaas;
    bool tls, sasl;

    security_settings_add(&settings, java);
    protocol = strmap_get(&settings, "security.protocol");
    mechanism = strmap_get(&settings, "sasl.mechanism");
    if (!protocol || !security_protocol_parse(protocol, &tls, &sasl))
        return false;
    if (sasl && (!mechanism || !*mechanism || strcmp(mechanism, "GSSAPI") == 0))
        return false; /* which our connections do not have */
    if (tls && chooses_tls(&settings))
        return true;
    if (!sasl || !str_starts_with(mechanism, "SCRAM-"))
        return false;
    jaas = strmap_get(&settings, "sasl.jaas.config");
    return rd_kafka_version() < FIRST_GOOD_VERSION || (jaas && jaas_names_token(jaas));
}

/* ---- librdkafka's side; Thread: any ---- */

static void wake(struct relay *r)
{
    const uint64_t one = 1;

    (void)!write(r->wake_fd, &one, sizeof(one));
}

static void drop_pair(struct relay *r, size_t i)
{
    close(r->pairs.at[i].ours);
    free(r->pairs.at[i].broker);
    vec_remove(&r->pairs, i);
}

static bool is_stopping(struct relay *r)
{
    bool stopping;

    pthread_mutex_lock(&r->lock);
    stopping = r->is_stopping;
    pthread_mutex_unlock(&r->lock);
    return stopping;
}

int relay_socket(struct relay *r)
{
    int fds[2];

    if (is_stopping(r) ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) < 0)
        return -1;
    pthread_mutex_lock(&r->lock);
    for (size_t i = r->pairs.count; i-- > 0;) {
        if (r->pairs.at[i].theirs == fds[0]) /* was closed without being connected */
            drop_pair(r, i);
    }
    vec_push(&r->pairs, (struct pair){fds[0], fds[1], NULL});
    pthread_mutex_unlock(&r->lock);
    return fds[0];
}

int relay_connect(struct relay *r, int fd, const char *broker)
{
    int rc = EBADF;

    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < r->pairs.count; i++) {
        if (r->pairs.at[i].theirs == fd && !r->pairs.at[i].broker) {
            r->pairs.at[i].broker = xstrdup(broker);
            rc = 0;
        }
    }
    pthread_mutex_unlock(&r->lock);
    if (rc == 0)
        wake(r);
    return rc;
}

/* ---- setting up; Thread: relay, here and below ---- */

static void fail(struct relay *r, struct pipe *p, const struct tern_error *err)
{
    r->failed(r->arg, p->broker, err);
    p->is_over = true;
}

/* "host:port", or "[address]:port". False: it is no such text. */
static bool split(const char *broker, char **ret_host, int32_t *ret_port)
{
    const char *colon = strrchr(broker, ':');
    size_t len;

    if (!colon)
        return false;
    *ret_port = (int32_t)strtol(colon + 1, NULL, 10);
    len = (size_t)(colon - broker);
    if (len >= 2 && broker[0] == '[' && broker[len - 1] == ']')
        *ret_host = xstrndup(broker + 1, len - 2);
    else
        *ret_host = xstrndup(broker, len);
    return true;
}

static struct pipe *pipe_new(struct relay *r, const struct pair *pair)
{
    struct pipe *p = xcalloc(1, sizeof(*p));
    CLEANUP(freep) char *host = NULL;
    struct conn_options options = {
        .machine = {.client_id = r->client_id,
                    .software_name = "tern",
                    .software_version = "1.0",
                    .request_timeout_ms = REQUEST_WAIT_MS,
                    .request_max_bytes = MESSAGE_MAX_BYTES,
                    .response_max_bytes = MESSAGE_MAX_BYTES,
                    .auth = security_auth(r->security)},
        .setup_timeout_ms = SETUP_WAIT_MS,
    };
    struct tern_error err;
    int32_t port = 0;

    options.open_transport = security_transport(r->security, &options.transport_arg);
    p->broker = pair->broker;
    p->ours = pair->ours;
    p->fd = -1;
    p->read_needs = POLLIN;
    p->write_needs = POLLOUT;
    if (split(p->broker, &host, &port)) {
        p->conn = conn_open(&options, host, port, clock_mono_ms());
    } else {
        tern_fail_at(&err, __FILE__, TERN_EINVALID, "'%s' is no broker", p->broker);
        fail(r, p, &err);
    }
    return p;
}

static void pipe_free(struct pipe *p)
{
    conn_free(p->conn);
    if (p->transport)
        p->transport->ops->free(p->transport);
    if (p->fd >= 0)
        close(p->fd);
    close(p->ours);
    free(p->broker);
    free(p);
}

static void set_up(struct relay *r, struct pipe *p, short revents)
{
    int64_t now_ms = clock_mono_ms();
    struct conn_action action;

    conn_run(p->conn, now_ms, revents);
    while (p->conn && conn_next(p->conn, now_ms, &action)) {
        if (action.kind == CONN_CLOSE) {
            fail(r, p, action.error);
        } else if (action.kind == CONN_READY) {
            conn_take(p->conn, &p->fd, &p->transport);
            conn_free(TAKE(p->conn));
        }
    }
}

/* ---- carrying over ---- */

/* True: some bytes have moved. */
static bool take_from_client(struct pipe *p)
{
    ssize_t n;

    if (p->up.len)
        return false;
    n = recv(p->ours, p->up.bytes, sizeof(p->up.bytes), 0);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        p->is_over = true;
    if (n <= 0)
        return false;
    p->up.at = 0;
    p->up.len = (size_t)n;
    return true;
}

static bool give_to_broker(struct pipe *p)
{
    struct tern_error ignored; /* librdkafka tells that the connection broke */
    enum transport_rc rc;
    size_t n = 0;

    if (!p->up.len)
        return false;
    rc = p->transport->ops->write(p->transport, p->up.bytes + p->up.at, p->up.len, &n,
                                  &p->write_needs, &ignored);
    if (rc == TRANSPORT_CLOSED || rc == TRANSPORT_FAILED)
        p->is_over = true;
    if (rc != TRANSPORT_DONE)
        return false;
    p->up.at += n;
    p->up.len -= n;
    return true;
}

/* The last step of a round: so what the transport keeps back, and poll(2) does not see, is never
 * left behind an empty buffer. */
static bool take_from_broker(struct pipe *p)
{
    struct tern_error ignored;
    enum transport_rc rc;
    size_t n = 0;

    if (p->down.len)
        return false;
    rc = p->transport->ops->read(p->transport, p->down.bytes, sizeof(p->down.bytes), &n,
                                 &p->read_needs, &ignored);
    if (rc == TRANSPORT_CLOSED || rc == TRANSPORT_FAILED)
        p->is_over = true;
    if (rc != TRANSPORT_DONE)
        return false;
    p->down.at = 0;
    p->down.len = n;
    return true;
}

static bool give_to_client(struct pipe *p)
{
    ssize_t n;

    if (!p->down.len)
        return false;
    n = send(p->ours, p->down.bytes + p->down.at, p->down.len, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN && errno != EINTR)
        p->is_over = true;
    if (n <= 0)
        return false;
    p->down.at += (size_t)n;
    p->down.len -= (size_t)n;
    return true;
}

static void pump(struct pipe *p)
{
    bool moves = true;

    for (int i = 0; i < PUMP_ROUNDS && moves && !p->is_over; i++) {
        moves = take_from_client(p);
        moves |= give_to_broker(p);
        moves |= give_to_client(p);
        moves |= take_from_broker(p);
    }
}

/* ---- the thread ---- */

static bool take_pair(struct relay *r, struct pair *ret_pair)
{
    bool found = false;

    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < r->pairs.count && !found; i++) {
        if (r->pairs.at[i].broker) {
            *ret_pair = r->pairs.at[i];
            vec_remove(&r->pairs, i);
            found = true;
        }
    }
    pthread_mutex_unlock(&r->lock);
    return found;
}

static void take_pairs(struct relay *r)
{
    struct pair pair;

    while (take_pair(r, &pair))
        vec_push(&r->pipes, pipe_new(r, &pair));
}

static short wants_of_broker(const struct pipe *p)
{
    short events = 0;

    if (!p->down.len)
        events = (short)(events | (p->read_needs ? p->read_needs : POLLIN));
    if (p->up.len)
        events = (short)(events | (p->write_needs ? p->write_needs : POLLOUT));
    return events;
}

/* Two entries a pipe: librdkafka's end, the broker's. Returns when something is due at the latest.
 */
static int64_t fill_polls(struct relay *r)
{
    int64_t due_ms = FOREVER_MS;

    r->polls.count = 0;
    vec_push(&r->polls, (struct pollfd){.fd = r->wake_fd, .events = POLLIN});
    for (size_t i = 0; i < r->pipes.count; i++) {
        struct pipe *p = r->pipes.at[i];
        struct pollfd theirs = {.fd = -1};
        struct pollfd client = {.fd = p->ours};

        if (p->conn) {
            int64_t wake_ms = conn_wake_ms(p->conn);

            (void)conn_poll_set(p->conn, &theirs);
            due_ms = wake_ms < due_ms ? wake_ms : due_ms;
        } else {
            theirs = (struct pollfd){.fd = p->fd, .events = wants_of_broker(p)};
            client.events = (short)((p->up.len ? 0 : POLLIN) | (p->down.len ? POLLOUT : 0));
        }
        vec_push(&r->polls, client);
        vec_push(&r->polls, theirs);
    }
    return due_ms;
}

static void run_pipe(struct relay *r, struct pipe *p, short client, short broker)
{
    if (p->conn && (client & (POLLHUP | POLLERR)))
        p->is_over = true; /* librdkafka has given up */
    else if (p->conn)
        set_up(r, p, broker);
    if (!p->conn && !p->is_over)
        pump(p);
}

static void run_pipes(struct relay *r, size_t count)
{
    for (size_t i = count; i-- > 0;) {
        struct pipe *p = r->pipes.at[i];

        run_pipe(r, p, r->polls.at[1 + 2 * i].revents, r->polls.at[2 + 2 * i].revents);
        if (p->is_over) {
            pipe_free(p);
            r->pipes.at[i] = r->pipes.at[--r->pipes.count]; /* that one had its turn */
        }
    }
}

static void relay_main(void *arg)
{
    struct relay *r = arg;
    uint64_t ignored;

    while (!is_stopping(r)) {
        int64_t due_ms = fill_polls(r);
        size_t count = r->pipes.count;
        int timeout = due_ms == FOREVER_MS ? -1 : (int)clock_left_ms(due_ms, 60000);

        (void)poll(r->polls.at, (nfds_t)r->polls.count, timeout);
        (void)!read(r->wake_fd, &ignored, sizeof(ignored));
        run_pipes(r, count);
        take_pairs(r);
    }
}

/* ---- life ---- */

static void relay_release(struct relay *r)
{
    while (r->pairs.count)
        drop_pair(r, r->pairs.count - 1);
    vec_fini(&r->pairs);
    security_free(r->security);
    if (r->wake_fd >= 0)
        close(r->wake_fd);
    pthread_mutex_destroy(&r->lock);
    free(r->client_id);
    free(r);
}

int relay_new(const struct tern_config *java, relay_failed *failed, void *arg,
              struct relay **ret_relay, struct tern_error *err)
{
    const char *client_id = config_get(java, "client.id");
    struct relay *r = xcalloc(1, sizeof(*r));

    r->failed = failed;
    r->arg = arg;
    r->client_id = xstrdup(client_id ? client_id : "tern");
    r->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&r->lock, NULL);
    if (r->wake_fd < 0) {
        relay_release(r);
        return tern_fail(err, TERN_EINTERNAL, "no file descriptor is left");
    }
    if (security_new(java, &r->security, err) < 0) {
        relay_release(r);
        return -1;
    }
    thread_start(&r->thread, "kafka-relay", relay_main, r);
    *ret_relay = r;
    return 0;
}

void relay_stop(struct relay *r)
{
    if (!r)
        return;
    pthread_mutex_lock(&r->lock);
    r->is_stopping = true;
    pthread_mutex_unlock(&r->lock);
    wake(r);
    thread_join(&r->thread);
    for (size_t i = 0; i < r->pipes.count; i++)
        pipe_free(r->pipes.at[i]);
    vec_fini(&r->pipes);
    vec_fini(&r->polls);
}

void relay_free(struct relay *r)
{
    if (r)
        relay_release(r);
}
