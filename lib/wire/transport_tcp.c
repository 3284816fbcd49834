/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/transport.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/base/xmem.h"

struct tcp {
    struct transport base;
    int fd;
};

/* NOLINTNEXTLINE(readability-non-const-parameter): the signature is the interface's */
static enum transport_rc tcp_handshake(struct transport *t, short *ret_events,
                                       struct tern_error *err)
{
    (void)t;
    (void)ret_events;
    (void)err;
    return TRANSPORT_DONE;
}

static enum transport_rc failed(const char *what, struct tern_error *err)
{
    (void)tern_fail(err, TERN_ERETRIABLE, "%s: %s", what, strerrordesc_np(errno));
    return TRANSPORT_FAILED;
}

static bool must_wait(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

static enum transport_rc tcp_read(struct transport *t, void *to, size_t size, size_t *ret_len,
                                  short *ret_events, struct tern_error *err)
{
    ssize_t n = recv(CONTAINER_OF(t, struct tcp, base)->fd, to, size, 0);

    if (n > 0) {
        *ret_len = (size_t)n;
        return TRANSPORT_DONE;
    }
    if (n == 0)
        return TRANSPORT_CLOSED;
    if (!must_wait())
        return failed("reading from the broker", err);
    *ret_events = POLLIN;
    return TRANSPORT_WAIT;
}

static enum transport_rc tcp_write(struct transport *t, const void *from, size_t len,
                                   size_t *ret_len, short *ret_events, struct tern_error *err)
{
    ssize_t n = send(CONTAINER_OF(t, struct tcp, base)->fd, from, len, MSG_NOSIGNAL);

    if (n >= 0) {
        *ret_len = (size_t)n;
        return TRANSPORT_DONE;
    }
    if (!must_wait())
        return failed("writing to the broker", err);
    *ret_events = POLLOUT;
    return TRANSPORT_WAIT;
}

static void tcp_free(struct transport *t)
{
    free(CONTAINER_OF(t, struct tcp, base));
}

static const struct transport_ops tcp_ops = {
    .handshake = tcp_handshake,
    .read = tcp_read,
    .write = tcp_write,
    .free = tcp_free,
};

int transport_open_tcp(void *arg, int fd, const char *host, struct transport **ret_transport,
                       struct tern_error *err)
{
    struct tcp *tcp = xcalloc(1, sizeof(*tcp));

    (void)arg;
    (void)host;
    (void)err;
    tcp->base.ops = &tcp_ops;
    tcp->fd = fd;
    *ret_transport = &tcp->base;
    return 0;
}
