/* SPDX-License-Identifier: Apache-2.0 */
/* The transport on a real socket, with OpenSSL's blocking server at the other end. */
#include "lib/wire/transport_tls.h"

#include <fcntl.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

#define STORES TERN_SOURCE_DIR "/tests/golden/lib/wire/stores/"

enum {
    MUCH = 3 << 20,
    WAIT_MS = 20000,
};

/* Echoes what comes, until the client ends. */
static void *serve(void *arg)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    int fd = *(int *)arg;
    char data[5000];
    SSL *ssl;
    int n;

    SSL_CTX_use_certificate_chain_file(ctx, STORES "chain.pem");
    SSL_CTX_use_PrivateKey_file(ctx, STORES "key.pem", SSL_FILETYPE_PEM);
    ssl = SSL_new(ctx);
    SSL_set_fd(ssl, fd);
    if (SSL_accept(ssl) == 1) {
        while ((n = SSL_read(ssl, data, sizeof(data))) > 0 && SSL_write(ssl, data, n) == n)
            continue;
        SSL_shutdown(ssl);
    }
    SSL_free(ssl);
    SSL_CTX_free(ctx);
    close(fd);
    return NULL;
}

struct link {
    int fds[2];
    pthread_t server;
    struct tls_context *context;
    struct transport *t;
};

static void link_open(struct link *l, const char *host)
{
    CLEANUP(strmap_fini) struct strmap java = STRMAP_INIT;
    struct tern_config view;
    struct tern_error err;

    strmap_set(&java, "ssl.truststore.type", "PEM");
    strmap_set(&java, "ssl.truststore.location", STORES "ca.pem");
    view = strmap_config(&java);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, l->fds), 0);
    ck_assert_int_eq(fcntl(l->fds[0], F_SETFL, O_NONBLOCK), 0);
    pthread_create(&l->server, NULL, serve, &l->fds[1]);
    ck_assert_ok(tls_context_new(&view, &l->context, &err), err);
    ck_assert_ok(transport_open_tls(l->context, l->fds[0], host, &l->t, &err), err);
}

static void link_close(struct link *l)
{
    l->t->ops->free(l->t);
    close(l->fds[0]);
    pthread_join(l->server, NULL);
    tls_context_free(l->context);
}

static void wait_for(const struct link *l, short events)
{
    struct pollfd pfd = {.fd = l->fds[0], .events = events};

    ck_assert_int_eq(poll(&pfd, 1, WAIT_MS), 1);
}

static enum transport_rc shake(struct link *l, struct tern_error *err)
{
    enum transport_rc rc;
    short events = 0;

    while ((rc = l->t->ops->handshake(l->t, &events, err)) == TRANSPORT_WAIT)
        wait_for(l, events);
    return rc;
}

/* More than any buffer on the way holds: writes and reads are cut short, and nothing is lost. */
START_TEST(test_echo)
{
    CLEANUP(freep) char *sent = xmalloc(MUCH);
    CLEANUP(freep) char *heard = xmalloc(MUCH);
    size_t written = 0, read = 0;
    struct tern_error err;
    struct link l;

    for (size_t i = 0; i < MUCH; i++)
        sent[i] = (char)(i * 31 + i / 251);
    link_open(&l, "localhost");
    ck_assert_msg(shake(&l, &err) == TRANSPORT_DONE, "%s", err.msg);
    while (read < MUCH) {
        short wants = 0, events = 0;
        size_t n = 0;
        enum transport_rc rc = TRANSPORT_DONE;

        if (written < MUCH) {
            rc = l.t->ops->write(l.t, sent + written, MUCH - written, &n, &events, &err);
            ck_assert(rc == TRANSPORT_DONE || rc == TRANSPORT_WAIT);
            written += rc == TRANSPORT_DONE ? n : 0;
            wants = rc == TRANSPORT_WAIT ? events : POLLOUT;
        }
        rc = l.t->ops->read(l.t, heard + read, MUCH - read, &n, &events, &err);
        ck_assert_msg(rc == TRANSPORT_DONE || rc == TRANSPORT_WAIT, "%s", err.msg);
        if (rc == TRANSPORT_DONE)
            read += n;
        else
            wait_for(&l, (short)(wants | events));
    }
    ck_assert_int_eq(memcmp(sent, heard, MUCH), 0);
    link_close(&l);
}
END_TEST

START_TEST(test_wrong_host)
{
    struct tern_error err;
    struct link l;

    link_open(&l, "elsewhere");
    ck_assert_int_eq(shake(&l, &err), TRANSPORT_FAILED);
    ck_assert_ptr_nonnull(strstr(err.msg, "is for another host"));
    link_close(&l);
}
END_TEST

START_TEST(test_ends_without_a_word)
{
    struct tern_error err;
    int fds[2];
    struct link l;
    short events;
    size_t n;
    char byte;

    link_open(&l, "localhost");
    ck_assert_int_eq(shake(&l, &err), TRANSPORT_DONE);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    close(fds[1]);
    ck_assert_int_ge(dup2(fds[0], l.fds[0]), 0); /* the connection is gone */
    close(fds[0]);
    ck_assert_int_eq(l.t->ops->read(l.t, &byte, 1, &n, &events, &err), TRANSPORT_CLOSED);
    link_close(&l);
}
END_TEST

static void transport_tls_suite(Suite *suite)
{
    signal(SIGPIPE, SIG_IGN); /* the server's */
    test_add(suite, test_echo);
    test_add(suite, test_wrong_host);
    test_add(suite, test_ends_without_a_word);
}

TEST_MAIN("transport_tls", transport_tls_suite)
