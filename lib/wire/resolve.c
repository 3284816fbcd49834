/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/resolve.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "lib/base/thread.h"
#include "lib/base/xmem.h"

struct resolve {
    char *host; /* immutable */
    char port[8];

    struct gate gate; /* a leaf */
    int refs;         /* gate */
    bool is_done;     /* gate; what follows is written before it and immutable after */
    int rc;           /* of getaddrinfo() */
    struct resolve_address *addresses;
    size_t count;

    int done_fd; /* an eventfd, open as long as the request */
};

static void put_down(struct resolve *r)
{
    bool is_last;

    gate_lock(&r->gate);
    is_last = --r->refs == 0;
    gate_unlock(&r->gate);
    if (!is_last)
        return;
    gate_fini(&r->gate);
    close(r->done_fd);
    free(r->addresses);
    free(r->host);
    free(r);
}

static void keep(struct resolve *r, const struct addrinfo *list)
{
    r->addresses = xcalloc(RESOLVE_MAX, sizeof(*r->addresses));
    for (const struct addrinfo *a = list; a && r->count < RESOLVE_MAX; a = a->ai_next) {
        struct resolve_address *to = &r->addresses[r->count];

        if (a->ai_addrlen > sizeof(to->at))
            continue;
        memcpy(&to->at, a->ai_addr, a->ai_addrlen);
        to->len = a->ai_addrlen;
        r->count++;
    }
}

static bool look_up(struct resolve *r, int flags)
{
    const struct addrinfo hints = {
        .ai_family = AF_UNSPEC,
        .ai_socktype = SOCK_STREAM,
        .ai_flags = flags | AI_NUMERICSERV,
    };
    struct addrinfo *list = NULL;

    r->rc = getaddrinfo(r->host, r->port, &hints, &list);
    if (r->rc != 0)
        return false;
    keep(r, list);
    freeaddrinfo(list);
    return true;
}

static void tell(struct resolve *r)
{
    const uint64_t one = 1;

    gate_lock(&r->gate);
    r->is_done = true;
    gate_unlock(&r->gate);
    if (write(r->done_fd, &one, sizeof(one)) != (ssize_t)sizeof(one))
        return; /* cannot be: the counter is 0 */
}

static void resolve_main(void *arg)
{
    struct resolve *r = arg;

    look_up(r, 0);
    tell(r);
    put_down(r);
}

int resolve_start(const char *host, int32_t port, struct resolve **ret_resolve,
                  struct tern_error *err)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct thread thread = {0};
    struct resolve *r;

    if (fd < 0)
        return tern_fail(err, TERN_EINTERNAL, "looking '%s' up: %s", host, strerrordesc_np(errno));
    r = xcalloc(1, sizeof(*r));
    r->host = xstrdup(host);
    snprintf(r->port, sizeof(r->port), "%d", (int)port);
    r->done_fd = fd;
    r->refs = 1;
    gate_init(&r->gate);
    if (look_up(r, AI_NUMERICHOST)) {
        tell(r);
    } else {
        r->refs = 2;
        thread_start(&thread, "resolve", resolve_main, r);
        thread_abandon(&thread); /* it ends by itself */
    }
    *ret_resolve = r;
    return 0;
}

void resolve_free(struct resolve *r)
{
    if (r)
        put_down(r);
}

int resolve_fd(const struct resolve *r)
{
    return r->done_fd;
}

bool resolve_is_done(struct resolve *r)
{
    bool is_done;

    gate_lock(&r->gate);
    is_done = r->is_done;
    gate_unlock(&r->gate);
    return is_done;
}

int resolve_result(struct resolve *r, const struct resolve_address **ret_addresses,
                   size_t *ret_count, struct tern_error *err)
{
    if (r->rc != 0) {
        return tern_fail(err, TERN_ERETRIABLE, "host '%s' cannot be looked up: %s", r->host,
                         gai_strerror(r->rc));
    }
    if (r->count == 0)
        return tern_fail(err, TERN_ERETRIABLE, "host '%s' has no address", r->host);
    *ret_addresses = r->addresses;
    *ret_count = r->count;
    return 0;
}
