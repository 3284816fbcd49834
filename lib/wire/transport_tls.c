/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/transport_tls.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/base/xmem.h"

enum {
    READ_BYTES = 1 << 15,
    WRITE_BYTES = 1 << 14,      /* one record of TLS */
    PLAIN_MAX_BYTES = 1 << 20,  /* what one read can hold, and some */
    UNSENT_MAX_BYTES = 1 << 20, /* a handshake's flight, or one record */
};

struct tls_transport {
    struct transport base;
    int fd; /* borrowed */
    struct tls_session *session;
    struct buf plain; /* from plain_at on not read yet */
    size_t plain_at;
    struct buf unsent; /* from unsent_at on not sent yet */
    size_t unsent_at;
    size_t encrypted; /* bytes of the caller that unsent holds, perhaps in part */
    bool is_closed;   /* the peer said goodbye, or ended */
    uint8_t in[READ_BYTES];
};

static bool would_block(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

static enum transport_rc broken(struct tern_error *err)
{
    (void)tern_fail(err, TERN_ERETRIABLE, "the connection broke: %s", strerrordesc_np(errno));
    return TRANSPORT_FAILED;
}

/* DONE: nothing is left to be sent. */
static enum transport_rc flush(struct tls_transport *t, short *ret_events, struct tern_error *err)
{
    while (t->unsent_at < t->unsent.len) {
        ssize_t n =
            send(t->fd, t->unsent.data + t->unsent_at, t->unsent.len - t->unsent_at, MSG_NOSIGNAL);

        if (n < 0 && would_block(errno)) {
            *ret_events = POLLOUT;
            return TRANSPORT_WAIT;
        }
        if (n < 0)
            return broken(err);
        t->unsent_at += (size_t)n;
    }
    buf_clear(&t->unsent);
    t->unsent_at = 0;
    return TRANSPORT_DONE;
}

/* Takes in what the socket has: DONE: something came, and what it means is in plain or unsent. */
static enum transport_rc take_in(struct tls_transport *t, short *ret_events, struct tern_error *err)
{
    ssize_t n = recv(t->fd, t->in, sizeof(t->in), 0);

    if (n < 0 && would_block(errno)) {
        *ret_events = POLLIN;
        return TRANSPORT_WAIT;
    }
    if (n < 0)
        return broken(err);
    if (n == 0)
        return TRANSPORT_CLOSED;
    if (tls_session_feed(t->session, slice_of(t->in, (size_t)n), &t->plain, &t->unsent,
                         &t->is_closed, err) < 0) {
        struct tern_error ignored;
        short events;

        (void)flush(t, &events, &ignored); /* the alert that tells the peer why */
        return TRANSPORT_FAILED;
    }
    return TRANSPORT_DONE;
}

static enum transport_rc tls_handshake(struct transport *base, short *ret_events,
                                       struct tern_error *err)
{
    struct tls_transport *t = CONTAINER_OF(base, struct tls_transport, base);

    for (;;) {
        enum transport_rc rc = flush(t, ret_events, err);

        if (rc != TRANSPORT_DONE)
            return rc;
        if (tls_session_is_ready(t->session))
            return TRANSPORT_DONE;
        rc = take_in(t, ret_events, err);
        if (rc != TRANSPORT_DONE)
            return rc;
    }
}

static enum transport_rc tls_read(struct transport *base, void *to, size_t size, size_t *ret_len,
                                  short *ret_events, struct tern_error *err)
{
    struct tls_transport *t = CONTAINER_OF(base, struct tls_transport, base);
    size_t left;

    while (t->plain_at == t->plain.len) {
        enum transport_rc rc;

        buf_clear(&t->plain);
        t->plain_at = 0;
        if (t->is_closed)
            return TRANSPORT_CLOSED;
        rc = take_in(t, ret_events, err);
        if (rc == TRANSPORT_DONE) /* a renewal of keys may have to be answered */
            rc = flush(t, ret_events, err);
        if (rc != TRANSPORT_DONE)
            return rc;
    }
    left = t->plain.len - t->plain_at;
    *ret_len = left < size ? left : size;
    memcpy(to, t->plain.data + t->plain_at, *ret_len);
    t->plain_at += *ret_len;
    return TRANSPORT_DONE;
}

/* What was encrypted counts as written when the last byte of it was sent: until then the caller
 * comes again with the same bytes. */
static enum transport_rc tls_write(struct transport *base, const void *from, size_t len,
                                   size_t *ret_len, short *ret_events, struct tern_error *err)
{
    struct tls_transport *t = CONTAINER_OF(base, struct tls_transport, base);
    enum transport_rc rc;

    if (!t->encrypted) {
        size_t n = len < WRITE_BYTES ? len : WRITE_BYTES;

        if (tls_session_write(t->session, slice_of(from, n), &t->unsent, err) < 0)
            return TRANSPORT_FAILED;
        t->encrypted = n;
    }
    rc = flush(t, ret_events, err);
    if (rc != TRANSPORT_DONE)
        return rc;
    *ret_len = t->encrypted;
    t->encrypted = 0;
    return TRANSPORT_DONE;
}

static void tls_free(struct transport *base)
{
    struct tls_transport *t = CONTAINER_OF(base, struct tls_transport, base);

    tls_session_free(t->session);
    buf_fini(&t->plain);
    buf_fini(&t->unsent);
    free(t);
}

static const struct transport_ops tls_ops = {
    .handshake = tls_handshake,
    .read = tls_read,
    .write = tls_write,
    .free = tls_free,
};

int transport_open_tls(void *arg, int fd, const char *host, struct transport **ret_transport,
                       struct tern_error *err)
{
    struct tls_transport *t = xcalloc(1, sizeof(*t));

    t->base.ops = &tls_ops;
    t->fd = fd;
    t->plain = (struct buf)BUF_INIT(PLAIN_MAX_BYTES);
    t->unsent = (struct buf)BUF_INIT(UNSENT_MAX_BYTES);
    if (tls_session_new(arg, host, &t->session, err) < 0 ||
        tls_session_feed(t->session, (struct slice){0}, &t->plain, &t->unsent, &t->is_closed, err) <
            0) {
        tls_free(&t->base);
        return -1;
    }
    *ret_transport = &t->base;
    return 0;
}
