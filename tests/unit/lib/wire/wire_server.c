/* SPDX-License-Identifier: Apache-2.0 */
#include "wire_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/thread.h"
#include "lib/base/xmem.h"
#include "lib/wire/wire_api.h"
#include "tests/lib/testing.h"

enum {
    LIMIT = 1 << 16,
    CLIENTS_MAX = 16,
};

/* One connection, on a thread of its own. */
struct client {
    struct wire_server *server;
    int fd;
    struct thread thread;
};

struct wire_server {
    enum wire_server_mood mood;
    int listen_fd;
    int stop_fds[2];
    int32_t port;
    atomic_int accepted;
    struct thread thread;
    struct client clients[CLIENTS_MAX]; /* the server's thread, until it has ended */
};

static bool read_all(struct wire_server *s, int fd, void *to, size_t len)
{
    for (size_t at = 0; at < len;) {
        struct pollfd fds[2] = {{.fd = fd, .events = POLLIN},
                                {.fd = s->stop_fds[0], .events = POLLIN}};
        ssize_t n;

        poll(fds, 2, -1);
        if (fds[1].revents)
            return false;
        n = read(fd, (char *)to + at, len - at);
        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    return true;
}

static bool write_all(const struct wire_server *s, int fd, struct slice bytes)
{
    size_t step = s->mood == SERVER_DRIPPING ? 1 : bytes.len;

    for (size_t at = 0; at < bytes.len; at += step) {
        if (send(fd, bytes.at + at, step, MSG_NOSIGNAL) != (ssize_t)step)
            return false;
    }
    return true;
}

static void put_versions(struct wire_writer *w)
{
    static const int16_t ranges[][3] = {{18, 0, 4}, {3, 1, 1}, {12, 0, 0}};

    wire_put_i16(w, 0);
    wire_put_array(w, COUNT_OF(ranges));
    for (size_t i = 0; i < COUNT_OF(ranges); i++) {
        for (int j = 0; j < 3; j++)
            wire_put_i16(w, ranges[i][j]);
        wire_put_no_tags(w);
    }
    wire_put_i32(w, 0);
    wire_put_no_tags(w);
}

static void put_metadata(struct wire_writer *w, int32_t port)
{
    wire_put_array(w, 1);
    wire_put_i32(w, 7);
    wire_put_string(w, slice_str("127.0.0.1"));
    wire_put_i32(w, port);
    wire_put_nullable_string(w, (struct slice){0});
    wire_put_i32(w, 7);
    wire_put_array(w, 0);
}

static bool answer(struct wire_server *s, int fd, struct slice request)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(LIMIT);
    struct wire_writer w = {.out = &out};
    struct wire_reader r = wire_reader_of(request, false);
    int16_t key = wire_i16(&r);
    size_t place;

    wire_i16(&r);
    if (key == 12 && s->mood == SERVER_HUSHED)
        return true;
    if (key == 12 && s->mood == SERVER_LEAVES)
        return false;
    place = wire_begin_sized(&w);
    wire_put_i32(&w, wire_i32(&r));
    w.flexible = key == 18;
    if (key == 18)
        put_versions(&w);
    else if (key == 3)
        put_metadata(&w, s->port);
    else
        wire_put_i16(&w, 27);
    wire_end_sized(&w, place);
    return write_all(s, fd, buf_slice(&out));
}

static void serve(void *arg)
{
    struct client *client = arg;
    struct wire_server *s = client->server;
    int fd = client->fd;
    uint8_t size_bytes[4];
    uint8_t request[LIMIT];

    while (read_all(s, fd, size_bytes, sizeof(size_bytes))) {
        struct wire_reader r = wire_reader_of(slice_of(size_bytes, 4), false);
        size_t size = (size_t)wire_i32(&r);

        if (size > sizeof(request) || !read_all(s, fd, request, size) ||
            !answer(s, fd, slice_of(request, size)))
            break;
    }
    shutdown(fd, SHUT_RDWR);
}

static void server_main(void *arg)
{
    struct wire_server *s = arg;

    for (;;) {
        struct pollfd fds[2] = {{.fd = s->listen_fd, .events = POLLIN},
                                {.fd = s->stop_fds[0], .events = POLLIN}};
        int one = 1, fd, n = atomic_load(&s->accepted);

        poll(fds, 2, -1);
        if (fds[1].revents)
            return;
        fd = accept(s->listen_fd, NULL, NULL);
        if (fd < 0)
            continue;
        ck_assert_int_lt(n, CLIENTS_MAX);
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        atomic_fetch_add(&s->accepted, 1);
        s->clients[n].server = s;
        s->clients[n].fd = fd;
        thread_start(&s->clients[n].thread, "client", serve, &s->clients[n]);
    }
}

struct wire_server *wire_server_start(enum wire_server_mood mood)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    struct wire_server *s = xcalloc(1, sizeof(*s));

    s->mood = mood;
    s->listen_fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_ge(s->listen_fd, 0);
    ck_assert_int_eq(bind(s->listen_fd, (struct sockaddr *)&at, sizeof(at)), 0);
    ck_assert_int_eq(listen(s->listen_fd, 16), 0);
    ck_assert_int_eq(getsockname(s->listen_fd, (struct sockaddr *)&at, &len), 0);
    ck_assert_int_eq(pipe(s->stop_fds), 0);
    s->port = ntohs(at.sin_port);
    thread_start(&s->thread, "server", server_main, s);
    return s;
}

int32_t wire_server_port(const struct wire_server *s)
{
    return s->port;
}

int wire_server_accepted(struct wire_server *s)
{
    return atomic_load(&s->accepted);
}

void wire_server_stop(struct wire_server *s)
{
    ck_assert_int_eq(write(s->stop_fds[1], "x", 1), 1);
    thread_join(&s->thread);
    for (int i = 0; i < atomic_load(&s->accepted); i++) {
        thread_join(&s->clients[i].thread);
        close(s->clients[i].fd);
    }
    close(s->listen_fd);
    close(s->stop_fds[0]);
    close(s->stop_fds[1]);
    free(s);
}
