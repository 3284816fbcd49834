/* SPDX-License-Identifier: Apache-2.0 */
/* The server over real sockets, with routes of the test's own. */
#include "rest/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "rest/publish.h"
#include "rest/reply.h"
#include "tests/lib/testing.h"

enum {
    WAIT_MS = 10000,
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t moved = PTHREAD_COND_INITIALIZER;
static int waiting;  /* lock: handlers in wait_for_release() */
static bool release; /* lock */

static void echo(struct rest_context *ctx, const struct rest_request *req, struct rest_reply *reply)
{
    const char *name = rest_request_parameter(req, "name");

    (void)ctx;
    rest_reply_json(reply, 200,
                    json_pack("{s:s, s:i, s:s%}", "name", name ? name : "", "task", (int)req->task,
                              "body", (const char *)(req->body.at ? req->body.at : (uint8_t *)""),
                              req->body.len));
}

static void wait_for_release(struct rest_context *ctx, const struct rest_request *req,
                             struct rest_reply *reply)
{
    (void)ctx;
    (void)req;
    pthread_mutex_lock(&lock);
    waiting++;
    pthread_cond_broadcast(&moved);
    while (!release)
        pthread_cond_wait(&moved, &lock);
    pthread_mutex_unlock(&lock);
    rest_reply_empty(reply, 204);
}

static void read_map(struct rest_context *ctx, const struct rest_request *req,
                     struct rest_reply *reply)
{
    struct strmap map = STRMAP_INIT;
    json_t *out = json_object();

    (void)ctx;
    if (rest_request_map(req, reply, &map) == 0) {
        STRMAP_FOREACH (&map, entry)
            json_object_set_new(out, entry->key,
                                entry->value ? json_string(entry->value) : json_null());
        rest_reply_json(reply, 200, json_incref(out));
    }
    json_decref(out);
    strmap_fini(&map);
}

static void say_nothing(struct rest_context *ctx, const struct rest_request *req,
                        struct rest_reply *reply)
{
    (void)ctx;
    (void)req;
    (void)reply;
}

static void ping(struct rest_context *ctx, const struct rest_request *req, struct rest_reply *reply)
{
    (void)ctx;
    (void)req;
    rest_reply_empty(reply, 202);
}

static const struct rest_route routes[] = {
    {"GET", "/things", echo, 0, "Things.", NULL, NULL, "200 Things"},
    {"POST", "/things", echo, REST_READS_BODY, "A thing.", NULL, "Thing", "201 Thing"},
    {"GET", "/things/{name}", echo, 0, "A thing.", NULL, NULL, "200 Thing"},
    {"GET", "/things/{name}/tasks/{task}", echo, 0, "A task.", NULL, NULL, "200 Task"},
    {"PUT", "/things/{name}/map", read_map, REST_READS_BODY, "A map.", NULL, "Map", "200 Map"},
    {"PUT", "/things/{name}/pause", ping, 0, "Pauses.", NULL, NULL, "202"},
    {"GET", "/wait", wait_for_release, REST_ANY_TYPE, "Waits.", NULL, NULL, "204"},
    {"GET", "/nothing", say_nothing, 0, "Says nothing.", NULL, NULL, "204"},
    {"GET", "/admin/things", echo, REST_ADMIN, "Admin.", NULL, NULL, "200 Things"},
    {.method = NULL},
};
static const struct rest_route *const tables[] = {routes, NULL};

/* A server with these settings, key by value, that ends with NULL. */
static struct rest_server *open_server(const char *const *settings)
{
    struct strmap worker = STRMAP_INIT;
    struct rest_server *server;
    struct tern_error err;

    strmap_set(&worker, "listeners", "http://127.0.0.1:0");
    for (; settings && *settings; settings += 2)
        strmap_set(&worker, settings[0], settings[1]);
    ck_assert_ok(
        rest_server_open(&(struct rest_conf){.worker = strmap_config(&worker)}, &server, &err),
        err);
    strmap_fini(&worker);
    return server;
}

static void publish(struct rest_server *server)
{
    struct rest_mount *mounts = xcalloc(1, sizeof(*mounts));

    rest_server_publish(server, tables, mounts, 1);
}

static struct rest_server *serve(const char *const *settings)
{
    struct rest_server *server = open_server(settings);

    publish(server);
    return server;
}

static int dial(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval wait = {.tv_sec = WAIT_MS / 1000};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    ck_assert_int_ge(fd, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

static void say(int fd, const char *text)
{
    size_t len = strlen(text);

    for (size_t done = 0; done < len;) {
        ssize_t n = send(fd, text + done, len - done, MSG_NOSIGNAL);

        if (n <= 0)
            return; /* the server has had enough: what it said counts */
        done += (size_t)n;
    }
}

/* All that comes until the server closes. */
static void hear_all(int fd, struct buf *out)
{
    char chunk[4096];
    ssize_t n;

    while ((n = recv(fd, chunk, sizeof(chunk), 0)) > 0)
        buf_add(out, chunk, (size_t)n);
    close(fd);
}

/* What the server at port answers to a text that has it close afterwards; to be freed. */
static char *ask(int port, const char *request)
{
    struct buf out = BUF_INIT(1 << 20);
    int fd = dial(port);

    say(fd, request);
    hear_all(fd, &out);
    return buf_take_str(&out);
}

struct answer_row {
    const char *request; /* its line; the rest is added unless it holds a line end */
    const char *status;
    const char *holds; /* a piece of the answer */
};

static void check_rows(int port, const struct answer_row *row)
{
    CLEANUP(buf_fini) struct buf request = BUF_INIT(1 << 20);
    char *answer;

    buf_add_str(&request, row->request);
    if (!strstr(row->request, "\r\n"))
        buf_add_str(&request, " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    answer = ask(port, buf_str(&request));
    ck_assert_msg(strncmp(answer, "HTTP/1.", 7) == 0 && str_starts_with(answer + 9, row->status),
                  "%s\n%s", row->request, answer);
    if (row->holds)
        ck_assert_msg(strstr(answer, row->holds) != NULL, "%s\n%s", row->request, answer);
    free(answer);
}

#define HEAD_ " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"

/* spec connect-rest.md 2.2 to 2.5 */
static const struct answer_row rows[] = {
    {"GET /things", "200", "{\"name\":\"\""},
    {"GET /things/", "200", "Content-Type: application/json\r\n"},
    {"GET /things//", "404", "{\"error_code\":404,\"message\":\"HTTP 404 Not Found\"}"},
    {"GET //things", "404", "HTTP 404 Not Found"},
    {"GET /Things", "404", "HTTP 404 Not Found"},
    {"GET /things/a%2Fb", "200", "\"name\":\"a/b\""},
    {"GET /things/a%25b", "200", "\"name\":\"a%b\""},
    {"GET /things/a+b", "200", "\"name\":\"a+b\""},
    {"GET /things/a%20b", "200", "\"name\":\"a b\""},
    {"GET /things/%C3%A9", "200", "\"name\":\"\xc3\xa9\""},
    {"GET /things/a-%3Eb", "200", "\"name\":\"a->b\""},
    {"GET /things/a->b", "200", "\"name\":\"a->b\""},
    {"GET /things/a;x=1", "200", "\"name\":\"a\""},
    {"GET /things/a%3Bx", "200", "\"name\":\"a;x\""},
    {"GET /things/..", "200", "\"name\":\"..\""},
    {"GET /things/%2e", "200", "\"name\":\".\""},
    {"GET /things/%09", "200", "\"name\":\"\\t\""},
    {"GET /things/%zz", "400", "{\"error_code\":400,"},
    {"GET /things/%", "400", "{\"error_code\":400,"},
    {"GET /things/%4", "400", "{\"error_code\":400,"},
    {"GET /things/%00", "400", "{\"error_code\":400,"},
    {"GET /things/%ff", "400", "{\"error_code\":400,"},
    {"GET /things/a/tasks/7", "200", "\"task\":7,"},
    {"GET /things/a/tasks/-1", "200", "\"task\":-1,"},
    {"GET /things/a/tasks/x", "404", "HTTP 404 Not Found"},
    {"GET /things/a/tasks/2147483648", "404", "HTTP 404 Not Found"},
    {"GET /things/a/tasks/99999999999999999999", "404", "HTTP 404 Not Found"},
    {"GET /things/a/tasks/1/x", "404", "HTTP 404 Not Found"},
    {"GET /a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r", "404", "HTTP 404 Not Found"},
    {"DELETE /things", "405", "{\"error_code\":405,\"message\":\"HTTP 405 Method Not Allowed\"}"},
    {"BREW /things", "405", NULL},
    {"BREW /pots", "404", NULL},
    {"HEAD /things", "200", "Content-Length: 30\r\n"},
    {"OPTIONS /things", "200", "Allow: GET,POST,HEAD,OPTIONS\r\n"},
    {"OPTIONS /things", "200", "\r\n\r\nGET, POST, HEAD, OPTIONS"},
    {"OPTIONS /pots", "404", NULL},
    {"GET /admin/things", "200", NULL},
    {"GET /nothing", "500", "{\"error_code\":500,"},
    {"PUT /things/a/pause", "202", "Content-Length: 0\r\n"},
    {"GET /things" HEAD_ "Accept: text/html\r\n\r\n", "406", "HTTP 406 Not Acceptable"},
    {"GET /things" HEAD_ "Accept: text/html, */*;q=0.1\r\n\r\n", "200", NULL},
    {"GET /things" HEAD_ "Accept: application/json;q=0\r\n\r\n", "406", NULL},
    {"GET /things" HEAD_ "Accept:\r\n\r\n", "200", NULL},
    {"GET /pots" HEAD_ "Accept: text/html\r\n\r\n", "404", NULL},
    {"GET /things" HEAD_ "Content-Type: text/plain\r\n\r\n", "415",
     "HTTP 415 Unsupported Media Type"},
    {"GET /things" HEAD_ "Content-Type: application/json; charset=latin1\r\n\r\n", "200", NULL},
    {"GET /things" HEAD_ "Content-Type: bogus\r\n\r\n", "400", "<html>"},
    {"PUT /things/a/pause" HEAD_ "Content-Type: application/x-www-form-urlencoded\r\n"
     "Content-Length: 0\r\n\r\n",
     "415", NULL},
    {"POST /things" HEAD_ "Content-Length: 2\r\n\r\n{}", "415", NULL},
    {"PUT /things/a/pause" HEAD_ "Content-Length: 2\r\n\r\n{}", "202", NULL},
    {"POST /things" HEAD_ "Content-Type: application/json\r\nContent-Length: 2\r\n\r\nab", "200",
     "\"body\":\"ab\""},
    {"POST /things" HEAD_ "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
     "2\r\nab\r\n3;x=y\r\ncde\r\n0\r\n\r\n",
     "200", "\"body\":\"abcde\""},
    {"POST /things" HEAD_ "Content-Type: application/json\r\nExpect: 100-continue\r\n"
     "Content-Length: 2\r\n\r\nab",
     "100", "\"body\":\"ab\""},
    {"POST /things" HEAD_ "Content-Type: application/json\r\nContent-Length: 99999999\r\n\r\nab",
     "413", "{\"error_code\":413,"},
    {"POST /things" HEAD_ "Content-Length: x\r\n\r\n", "400", NULL},
    {"PUT /things/a/map" HEAD_ "Content-Type: application/json\r\nContent-Length: 49\r\n\r\n"
     "{\"a\":1.50,\"b\":true,\"c\":null,\"a\":1e3,\"d\":\"\\u00e9\"}",
     "200", "{\"a\":\"1e3\",\"b\":\"true\",\"c\":null,\"d\":\"\xc3\xa9\"}"},
    {"PUT /things/a/map" HEAD_
     "Content-Type: application/json\r\nContent-Length: 8\r\n\r\n{\"a\":[]}",
     "500", "a String is expected, not Array"},
    {"PUT /things/a/map" HEAD_ "Content-Type: application/json\r\nContent-Length: 4\r\n\r\n{\"a\"",
     "500", "{\"error_code\":500,\"message\":\"Cannot read the body"},
    {"PUT /things/a/map" HEAD_ "Content-Type: application/json\r\nContent-Length: 0\r\n\r\n", "500",
     "not Null"},
    {"GET /things HTTP/1.0\r\n\r\n", "200", NULL},
    {"GET /things" HEAD_ "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n", "200",
     NULL},
};

START_TEST(answers)
{
    struct rest_server *server = serve(NULL);

    check_rows(rest_server_port(server, 0), &rows[_i]);
    rest_server_free(server);
}
END_TEST

START_TEST(nothing_is_served_yet)
{
    struct rest_server *server = open_server(NULL);
    static const struct answer_row before = {"GET /things", "404", "<html>"},
                                   after = {"GET /things", "200", NULL};

    check_rows(rest_server_port(server, 0), &before);
    publish(server);
    check_rows(rest_server_port(server, 0), &after);
    rest_server_free(server);
}
END_TEST

START_TEST(advertises_what_is_bound)
{
    struct rest_server *server = serve(NULL);
    CLEANUP(freep) char *url = xasprintf("http://127.0.0.1:%d/", rest_server_port(server, 0));
    CLEANUP(freep) char *id = xasprintf("127.0.0.1:%d", rest_server_port(server, 0));

    ck_assert_int_gt(rest_server_port(server, 0), 0);
    ck_assert_int_eq(rest_server_port(server, 1), 0);
    ck_assert_str_eq(rest_server_url(server), url);
    ck_assert_str_eq(rest_server_worker_id(server), id);
    rest_server_free(server);
}
END_TEST

static void request_text(struct buf *out, const char *line, const char *name, size_t value_len)
{
    buf_add_fmt(out, "%s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n%s: ", line, name);
    for (size_t i = 0; i < value_len; i++)
        buf_add_char(out, 'x');
    buf_add_str(out, "\r\n\r\n");
}

/* Floods are answered while they fit the buffer, and end the connection when they do not. */
START_TEST(large_headers_and_uris)
{
    struct rest_server *server = serve(NULL);
    static const struct {
        size_t uri, header;
        const char *status;
    } sizes[] = {{100, 100, "200"},   {8000, 100, "200"},   {9000, 100, "414"},  {100, 8000, "200"},
                 {100, 30000, "431"}, {100, 200000, "431"}, {200000, 100, "414"}};

    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        CLEANUP(buf_fini) struct buf line = BUF_INIT(1 << 20), text = BUF_INIT(1 << 20);
        char *answer;

        buf_add_str(&line, "GET /things/");
        for (size_t n = 12; n < sizes[i].uri; n++)
            buf_add_char(&line, 'a');
        request_text(&text, buf_str(&line), "X-Large", sizes[i].header);
        answer = ask(rest_server_port(server, 0), buf_str(&text));
        ck_assert_msg(!answer[0] || str_starts_with(answer + 9, sizes[i].status), "%zu: %.300s", i,
                      answer);
        ck_assert_msg(answer[0] || sizes[i].uri + sizes[i].header > 100000, "%zu", i);
        free(answer);
    }
    rest_server_free(server);
}
END_TEST

/* What is no HTTP ends the connection, and nothing else. */
START_TEST(gibberish)
{
    static const char *const texts[] = {"gibberish\r\n\r\n", "\r\n\r\n\r\n", "GET\r\n\r\n",
                                        "GET /things HTTP/1.1\r\nNo colon\r\n\r\n",
                                        "\x16\x03\x01\x02 a TLS greeting\r\n\r\n"};
    static const struct answer_row other = {"GET /things", "200", NULL};
    struct rest_server *server = serve(NULL);

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct buf out = BUF_INIT(1 << 20);
        int fd = dial(rest_server_port(server, 0));

        say(fd, texts[i]);
        shutdown(fd, SHUT_WR);
        hear_all(fd, &out);
        ck_assert_msg(!out.len || str_starts_with(buf_str(&out), "HTTP/1.1 400"), "%s", out.data);
        buf_fini(&out);
        check_rows(rest_server_port(server, 0), &other);
    }
    rest_server_free(server);
}
END_TEST

START_TEST(pipelining)
{
    struct rest_server *server = serve(NULL);
    char *answer = ask(rest_server_port(server, 0),
                       "GET /things/one HTTP/1.1\r\nHost: h\r\n\r\n"
                       "POST /things HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
                       "Content-Length: 3\r\n\r\ntwo"
                       "GET /nope HTTP/1.1\r\nHost: h\r\n\r\n"
                       "GET /things/four HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    const char *one = strstr(answer, "\"name\":\"one\""), *two = strstr(answer, "\"body\":\"two\""),
               *three = strstr(answer, "HTTP 404"), *four = strstr(answer, "\"name\":\"four\"");

    ck_assert(one && two && three && four && one < two && two < three && three < four);
    free(answer);
    rest_server_free(server);
}
END_TEST

static void await_waiting(int count)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WAIT_MS / 1000;
    pthread_mutex_lock(&lock);
    while (waiting < count)
        ck_assert_int_eq(pthread_cond_timedwait(&moved, &lock, &until), 0);
    pthread_mutex_unlock(&lock);
}

static void let_go(void)
{
    pthread_mutex_lock(&lock);
    release = true;
    pthread_cond_broadcast(&moved);
    pthread_mutex_unlock(&lock);
}

/* Many requests wait for the herder; others are answered meanwhile. */
START_TEST(waiting_requests_block_no_other)
{
    struct rest_server *server = serve(NULL);
    int port = rest_server_port(server, 0), fds[50];
    static const struct answer_row other = {"GET /things", "200", NULL};
    CLEANUP(buf_fini) struct buf out = BUF_INIT(1 << 20);

    waiting = 0, release = false;
    for (size_t i = 0; i < COUNT_OF(fds); i++) {
        fds[i] = dial(port);
        say(fds[i], "GET /wait HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    }
    await_waiting(COUNT_OF(fds));
    check_rows(port, &other);
    let_go();
    for (size_t i = 0; i < COUNT_OF(fds); i++) {
        buf_clear(&out);
        hear_all(fds[i], &out);
        ck_assert_msg(str_starts_with(buf_str(&out), "HTTP/1.1 204"), "%s", buf_str(&out));
    }
    rest_server_free(server);
}
END_TEST

/* Clients that open connections and say little, more than there may be: others are served. */
START_TEST(slow_clients_keep_nobody_out)
{
    struct rest_server *server = serve(NULL);
    int port = rest_server_port(server, 0), fds[700];
    static const struct answer_row other = {"GET /things", "200", NULL};

    for (size_t i = 0; i < COUNT_OF(fds); i++) {
        fds[i] = dial(port);
        say(fds[i], "GET /things HTTP/1.1\r\nX-Slow");
    }
    check_rows(port, &other);
    for (size_t i = 0; i < COUNT_OF(fds); i++)
        close(fds[i]);
    rest_server_free(server);
}
END_TEST

START_TEST(stop_waits_for_what_runs)
{
    struct rest_server *server = serve(NULL);
    int port = rest_server_port(server, 0), fd = dial(port), idle = dial(port);
    CLEANUP(buf_fini) struct buf out = BUF_INIT(1 << 20);
    ssize_t got;
    char byte;

    waiting = 0, release = false;
    say(fd, "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
    await_waiting(1);
    ck_assert(!rest_server_stop(server, clock_deadline_ms(50)));
    got = recv(idle, &byte, 1, 0);
    ck_assert_msg(got == 0 || (got < 0 && errno == ECONNRESET), "%zd %d", got, errno);
    close(idle);
    let_go();
    ck_assert(rest_server_stop(server, clock_deadline_ms(WAIT_MS)));
    hear_all(fd, &out);
    ck_assert_msg(str_starts_with(buf_str(&out), "HTTP/1.1 204"), "%s", buf_str(&out));
    ck_assert_ptr_nonnull(strstr(buf_str(&out), "Connection: close"));
    rest_server_free(server);
}
END_TEST

START_TEST(admin_listeners)
{
    static const char *const settings[] = {"admin.listeners", "http://127.0.0.1:0",
                                           "access.control.allow.origin", "*", NULL};
    static const struct answer_row on_regular[] = {{"GET /admin/things", "404", "Vary: Origin"},
                                                   {"GET /things", "200", NULL}},
                                   on_admin[] = {{"GET /admin/things", "200", NULL},
                                                 {"GET /things", "404", NULL}};
    static const char *const none[] = {"admin.listeners", "", NULL};
    static const struct answer_row nowhere = {"GET /admin/things", "404", "HTTP 404 Not Found"};
    struct rest_server *server = serve(settings);

    for (size_t i = 0; i < 2; i++) {
        check_rows(rest_server_port(server, 0), &on_regular[i]);
        check_rows(rest_server_port(server, 1), &on_admin[i]);
    }
    rest_server_free(server);
    server = serve(none);
    check_rows(rest_server_port(server, 0), &nowhere);
    rest_server_free(server);
}
END_TEST

START_TEST(ipv6_and_all_interfaces)
{
    static const char *const settings[] = {"listeners", "http://:0,http://[::1]:0", NULL};
    static const struct answer_row row = {"GET /things", "200", NULL};
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int probe = socket(AF_INET6, SOCK_STREAM, 0);
    struct rest_server *server;

    if (probe < 0 || bind(probe, (struct sockaddr *)&address, sizeof(address)) < 0)
        return; /* a machine without IPv6 */
    close(probe);
    server = serve(settings);
    check_rows(rest_server_port(server, 0), &row);
    address.sin6_port = htons((uint16_t)rest_server_port(server, 1));
    probe = socket(AF_INET6, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(probe, (struct sockaddr *)&address, sizeof(address)), 0);
    close(probe);
    rest_server_free(server);
}
END_TEST

static const struct {
    const char *key, *value, *message;
} refused[] = {
    {"listeners", "localhost:8083", "Listener doesn't have the right format"},
    {"listeners", "http://localhost", "Listener doesn't have the right format"},
    {"listeners", "http://localhost:70000", "Listener doesn't have the right format"},
    {"listeners", "http://a/b:1", "Listener doesn't have the right format"},
    {"listeners", "ftp://localhost:1", "Listener protocol must be either"},
    {"listeners", "https://localhost:0", "https"},
    {"listeners", "http://256.256.256.256:0", "cannot listen at"},
    {"listeners", "http://192.0.2.1:0", "cannot listen at"},
    {"admin.listeners", "nonsense", "admin.listeners: Listener doesn't have"},
    {"rest.advertised.listener", "https", "no listener with the protocol 'https'"},
    {"rest.extension.classes", "com.example.X", "'com.example.X' is not known"},
    {"access.control.allow.origin", "https://*.foo(", "access.control.allow.origin"},
    {"response.http.headers.config", "X-Frame-Options: DENY", "Invalid header config action"},
};

START_TEST(bad_settings)
{
    struct strmap worker = STRMAP_INIT;
    struct rest_server *server = NULL;
    struct tern_error err;

    strmap_set(&worker, "listeners", "http://127.0.0.1:0");
    strmap_set(&worker, refused[_i].key, refused[_i].value);
    ck_assert_int_eq(
        rest_server_open(&(struct rest_conf){.worker = strmap_config(&worker)}, &server, &err), -1);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    ck_assert_msg(strstr(err.msg, refused[_i].message) != NULL, "%s", err.msg);
    strmap_fini(&worker);
}
END_TEST

START_TEST(a_port_that_is_taken)
{
    struct rest_server *server = serve(NULL), *second = NULL;
    CLEANUP(freep) char *listener = xasprintf("http://127.0.0.1:%d", rest_server_port(server, 0));
    struct strmap worker = STRMAP_INIT;
    struct tern_error err;

    strmap_set(&worker, "listeners", listener);
    ck_assert_int_eq(
        rest_server_open(&(struct rest_conf){.worker = strmap_config(&worker)}, &second, &err), -1);
    ck_assert_msg(strstr(err.msg, "Address already in use") && strstr(err.msg, listener), "%s",
                  err.msg);
    strmap_fini(&worker);
    rest_server_free(server);
}
END_TEST

START_TEST(cross_origin_and_configured_headers)
{
    static const char *const settings[] = {"access.control.allow.origin",
                                           "https://.*\\.example\\.com",
                                           "access.control.allow.methods",
                                           "GET, PUT",
                                           "response.http.headers.config",
                                           "set X-Frame-Options: DENY, \"add Cache-Control: a, b\"",
                                           NULL};
    static const struct answer_row rows_[] = {
        {"GET /things" HEAD_ "Origin: https://a.example.com\r\n\r\n", "200",
         "Access-Control-Allow-Origin: https://a.example.com\r\n"},
        {"GET /nope" HEAD_ "Origin: https://a.example.com\r\n\r\n", "404",
         "Access-Control-Allow-Origin: https://a.example.com\r\n"},
        {"OPTIONS /things" HEAD_ "Origin: https://a.example.com\r\n"
         "Access-Control-Request-Method: PUT\r\n\r\n",
         "200", "Access-Control-Allow-Methods: GET,PUT\r\n"},
        {"GET /things", "200", "X-Frame-Options: DENY\r\n"},
        {"GET /nope", "404", "Cache-Control: a, b\r\n"},
    };
    struct rest_server *server = serve(settings);
    char *answer;

    for (size_t i = 0; i < COUNT_OF(rows_); i++)
        check_rows(rest_server_port(server, 0), &rows_[i]);
    answer =
        ask(rest_server_port(server, 0), "GET /things" HEAD_ "Origin: https://evil.com\r\n\r\n");
    ck_assert_ptr_null(strstr(answer, "Access-Control"));
    ck_assert_ptr_nonnull(strstr(answer, "Vary: Origin\r\n"));
    free(answer);
    rest_server_free(server);
}
END_TEST

static void add_cases(Suite *suite)
{
    test_add_rows(suite, answers, COUNT_OF(rows));
    test_add(suite, nothing_is_served_yet);
    test_add(suite, advertises_what_is_bound);
    test_add(suite, large_headers_and_uris);
    test_add(suite, gibberish);
    test_add(suite, pipelining);
    test_add(suite, waiting_requests_block_no_other);
    test_add(suite, slow_clients_keep_nobody_out);
    test_add(suite, stop_waits_for_what_runs);
    test_add(suite, admin_listeners);
    test_add(suite, ipv6_and_all_interfaces);
    test_add_rows(suite, bad_settings, COUNT_OF(refused));
    test_add(suite, a_port_that_is_taken);
    test_add(suite, cross_origin_and_configured_headers);
}

TEST_MAIN("server", add_cases)
