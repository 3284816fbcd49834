/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/exchange.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <microhttpd.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/xmem.h"
#include "rest/access_line.h"
#include "rest/reply.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.rest.RestServer");

enum {
    IDLE_TIMEOUT_S = 90, /* of silence, in either direction */
    POOL_BYTES = 64 * 1024,
    STACK_BYTES = 512 * 1024,
    TLS_OPTIONS = 5,
};

struct exchange_door {
    struct exchange_doors *doors;
    struct MHD_Daemon *daemon;
    int fd; /* the listening socket */
    const char *scheme;
    bool is_admin;
    const struct rest_tls *tls;
};

/* One connection and the request that is under way on it. Thread: the connection's. */
struct exchange {
    struct connection connection;
    struct exchange_door *door;
    char remote[64];
    char *uri; /* of the request; NULL: none */
    struct buf body;
    bool has_begun; /* the headers are here */
    bool is_too_large;
    int64_t begin_ms; /* monotonic */
    char *line;       /* for the access log, once answered */
};

/* ---- connections ---- */

static void name_remote(struct MHD_Connection *c, struct exchange *x)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *address = info ? info->client_addr : NULL;
    socklen_t len = address && address->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                              : sizeof(struct sockaddr_in);
    static const char mapped[] = "::ffff:"; /* IPv4 at a socket for both */

    if (!address ||
        getnameinfo(address, len, x->remote, sizeof(x->remote), NULL, 0, NI_NUMERICHOST) != 0)
        snprintf(x->remote, sizeof(x->remote), "-");
    else if (strncmp(x->remote, mapped, strlen(mapped)) == 0)
        memmove(x->remote, x->remote + strlen(mapped), strlen(x->remote) - strlen(mapped) + 1);
}

static void drop_body(struct exchange *x)
{
    atomic_fetch_sub(&x->door->doors->body_bytes, x->body.len);
    buf_fini(&x->body);
    x->body = (struct buf)BUF_INIT(REST_MAX_BODY_BYTES);
}

static void end_request(struct exchange *x)
{
    drop_body(x);
    free(TAKE(x->uri));
    free(TAKE(x->line));
    x->has_begun = false;
    x->is_too_large = false;
}

static void on_connection(void *cls, struct MHD_Connection *c, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct exchange_door *door = cls;
    struct exchange *x = *context;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        x = xcalloc(1, sizeof(*x));
        x->door = door;
        x->body = (struct buf)BUF_INIT(REST_MAX_BODY_BYTES);
        name_remote(c, x);
        *context = x;
        connections_add(door->doors->connections, &x->connection,
                        MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd);
    } else if (x) {
        connections_remove(door->doors->connections, &x->connection);
        end_request(x);
        free(x);
        *context = NULL;
    }
}

static struct exchange *exchange_of(struct MHD_Connection *c)
{
    return MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static void enter(struct exchange *x, enum connection_phase phase)
{
    connections_enter(x->door->doors->connections, &x->connection, phase);
}

/* ---- answers ---- */

static enum MHD_Result queue(struct MHD_Connection *c, struct exchange *x, struct rest_reply *reply)
{
    size_t len = reply->body.len;
    struct MHD_Response *response = MHD_create_response_from_buffer(
        len, len ? reply->body.data : NULL, len ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
    enum MHD_Result result;

    if (!response)
        return MHD_NO;
    if (len) /* the response has it */
        reply->body = (struct buf)BUF_INIT(REST_MAX_ANSWER_BYTES);
    if (reply->content_type)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->content_type);
    for (size_t i = 0; i < reply->headers.count; i++)
        MHD_add_response_header(response, reply->headers.at[i].name, reply->headers.at[i].value);
    if (atomic_load(&x->door->doors->is_closing))
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    enter(x, CONNECTION_SENDS);
    result = MHD_queue_response(c, (unsigned)reply->status, response);
    MHD_destroy_response(response);
    return result;
}

static const char *header(const void *arg, const char *name)
{
    return MHD_lookup_connection_value((struct MHD_Connection *)arg, MHD_HEADER_KIND, name);
}

static enum MHD_Result answer(struct MHD_Connection *c, struct exchange *x, const char *method,
                              const char *version, struct rest_reply *reply)
{
    if (log_enabled(&log_domain_, TERN_LOG_INFO)) {
        x->line = access_line_text(&(struct access_line){
            .remote = x->remote,
            .wall_ms = clock_wall_ms(),
            .method = method,
            .uri = x->uri,
            .version = version,
            .referer = header(c, "Referer"),
            .user_agent = header(c, "User-Agent"),
            .status = reply->status,
            .body_len = reply->body.len,
        });
    }
    return queue(c, x, reply);
}

/* Too large for us, whatever it is: 0 when it is not. */
static int refused_status(struct MHD_Connection *c, const struct exchange *x)
{
    const union MHD_ConnectionInfo *headers =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    const char *length = header(c, MHD_HTTP_HEADER_CONTENT_LENGTH);

    if (strlen(x->uri) > REST_MAX_URI_BYTES)
        return 414;
    if (headers && headers->header_size > REST_MAX_HEADER_BYTES + strlen(x->uri))
        return 431;
    if (length && strtoull(length, NULL, 10) > REST_MAX_BODY_BYTES)
        return 413;
    return 0;
}

static enum MHD_Result refuse(struct MHD_Connection *c, struct exchange *x, const char *method,
                              const char *version, int status)
{
    CLEANUP(rest_reply_fini) struct rest_reply reply = REST_REPLY_INIT;
    const char *what = status == 414   ? "HTTP 414 URI Too Long"
                       : status == 431 ? "HTTP 431 Request Header Fields Too Large"
                                       : "HTTP 413 Request Entity Too Large";

    rest_reply_error(&reply, status, "%s", what);
    rest_reply_set_header(&reply, MHD_HTTP_HEADER_CONNECTION, "close");
    return answer(c, x, method, version, &reply);
}

static enum MHD_Result serve(struct MHD_Connection *c, struct exchange *x, const char *method,
                             const char *version)
{
    CLEANUP(rest_reply_fini) struct rest_reply reply = REST_REPLY_INIT;
    struct rest_request req = {
        .method = method,
        .uri = x->uri,
        .body = buf_slice(&x->body),
        .deadline_ms = x->begin_ms + REST_REQUEST_TIMEOUT_MS,
        .is_admin = x->door->is_admin,
        .remote = x->remote,
        .scheme = x->door->scheme,
        .header = header,
        .header_arg = c,
    };

    rest_dispatch(atomic_load(&x->door->doors->site), &req, &reply);
    drop_body(x);
    return answer(c, x, method, version, &reply);
}

/* ---- requests ---- */

/* The first thing that is known of a request: path and query as they came. */
static void *on_uri(void *cls, const char *uri, struct MHD_Connection *c)
{
    struct exchange *x = exchange_of(c);

    (void)cls;
    free(x->uri);
    x->uri = xstrdup(uri);
    return NULL;
}

/* libmicrohttpd would decode the path as a whole; segments are decoded in their own right. */
static size_t leave_escaped(void *cls, struct MHD_Connection *c, char *text)
{
    (void)cls;
    (void)c;
    return strlen(text);
}

static void take_body(struct exchange *x, const char *data, size_t len)
{
    struct exchange_doors *doors = x->door->doors;

    if (x->is_too_large)
        return;
    if (x->body.len + len > REST_MAX_BODY_BYTES ||
        atomic_fetch_add(&doors->body_bytes, len) + len > REST_MAX_BODIES_BYTES) {
        if (x->body.len + len <= REST_MAX_BODY_BYTES)
            atomic_fetch_sub(&doors->body_bytes, len);
        x->is_too_large = true;
        drop_body(x);
        return;
    }
    buf_add(&x->body, data, len);
}

/* A client without a certificate that we trust is let go without a word, as by a handshake that
 * fails: libmicrohttpd leaves the look at certificates to us. */
static bool may_come_in(struct MHD_Connection *c, const struct rest_tls *tls)
{
    const union MHD_ConnectionInfo *info;
    unsigned count = 0, status = 0;

    if (!tls || !tls->wants_client)
        return true;
    info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    if (!info || !info->tls_session)
        return false;
    if (!gnutls_certificate_get_peers(info->tls_session, &count) || !count)
        return !tls->needs_client;
    return gnutls_certificate_verify_peers2(info->tls_session, &status) == 0 && status == 0;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *data_len, void **req_cls)
{
    struct exchange *x = exchange_of(c);
    int status;

    (void)cls;
    (void)req_cls;
    if (!x->has_begun) {
        if (!may_come_in(c, x->door->tls))
            return MHD_NO;
        x->has_begun = true;
        x->begin_ms = clock_mono_ms();
        if (!x->uri)
            x->uri = xstrdup(url);
        enter(x, CONNECTION_RECEIVES);
        status = refused_status(c, x);
        return status ? refuse(c, x, method, version, status) : MHD_YES;
    }
    if (*data_len) {
        take_body(x, data, *data_len);
        *data_len = 0;
        return MHD_YES;
    }
    enter(x, CONNECTION_RUNS);
    return x->is_too_large ? refuse(c, x, method, version, 413) : serve(c, x, method, version);
}

static void on_completed(void *cls, struct MHD_Connection *c, void **req_cls,
                         enum MHD_RequestTerminationCode code)
{
    struct exchange *x = exchange_of(c);

    (void)cls;
    (void)req_cls;
    (void)code;
    if (x->line)
        log_info("%s %lld", x->line, (long long)(clock_mono_ms() - x->begin_ms));
    end_request(x);
    enter(x, CONNECTION_IDLE);
}

static void on_log(void *cls, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);
static void on_log(void *cls, const char *fmt, va_list ap)
{
    CLEANUP(freep) char *text = NULL;

    (void)cls;
    if (!log_enabled(&log_domain_, TERN_LOG_DEBUG))
        return;
    text = xvasprintf(fmt, ap);
    text[strcspn(text, "\r\n")] = '\0';
    log_debug("%s", text);
}

/* ---- doors ---- */

void exchange_doors_init(struct exchange_doors *doors, struct connections *connections)
{
    *doors = (struct exchange_doors){.connections = connections};
}

/* Fills options, which ends with MHD_OPTION_END; returns the flag. */
static unsigned tls_options(const struct rest_tls *tls, struct MHD_OptionItem *options)
{
    size_t n = 0;

    if (tls) {
        options[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, tls->key_pem};
        options[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, tls->chain_pem};
        options[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0, tls->priorities};
        if (tls->wants_client)
            options[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_TRUST, 0, tls->trusted_pem};
    }
    options[n] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    return tls ? MHD_USE_TLS : 0;
}

int exchange_door_open(struct exchange_doors *doors, const struct exchange_door_conf *conf,
                       struct tern_error *err)
{
    struct exchange_door *door = xcalloc(1, sizeof(*door));
    struct MHD_OptionItem options[TLS_OPTIONS];
    unsigned tls_flag = tls_options(conf->tls, options);

    *door = (struct exchange_door){doors, NULL, conf->fd, conf->scheme, conf->is_admin, conf->tls};
    door->daemon = MHD_start_daemon(
        MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL |
            MHD_USE_ITC | MHD_USE_ERROR_LOG | tls_flag,
        0, NULL, NULL, on_request, door, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
        MHD_OPTION_LISTEN_SOCKET, conf->fd, MHD_OPTION_CONNECTION_LIMIT, conf->max_connections,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)POOL_BYTES, MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK_BYTES,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, door, MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, door, MHD_OPTION_URI_LOG_CALLBACK, on_uri, door, MHD_OPTION_UNESCAPE_CALLBACK,
        leave_escaped, NULL, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    if (!door->daemon) {
        free(door);
        return tern_fail(err, TERN_EINTERNAL, "the HTTP server does not start");
    }
    vec_push(&doors->at, door);
    return 0;
}

void exchange_doors_close(struct exchange_doors *doors)
{
    atomic_store(&doors->is_closing, true);
    for (size_t i = 0; i < doors->at.count; i++) {
        struct exchange_door *door = doors->at.at[i];

        if (door->fd < 0)
            continue;
        MHD_quiesce_daemon(door->daemon); /* hands the socket back */
        close(door->fd);
        door->fd = -1;
    }
}

void exchange_doors_fini(struct exchange_doors *doors)
{
    exchange_doors_close(doors);
    for (size_t i = 0; i < doors->at.count; i++) {
        MHD_stop_daemon(doors->at.at[i]->daemon);
        free(doors->at.at[i]);
    }
    vec_fini(&doors->at);
}
