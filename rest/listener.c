/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/listener.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/xmem.h"
#include "lib/conf/config_value.h"

enum {
    BACKLOG = 512,
    MAX_PORT = 65535,
};

void rest_listeners_fini(struct rest_listeners *listeners)
{
    for (size_t i = 0; i < listeners->at.count; i++) {
        struct rest_listener *l = &listeners->at.at[i];

        free(l->text);
        free(l->scheme);
        free(l->host);
        if (l->fd >= 0)
            close(l->fd);
    }
    vec_fini(&listeners->at);
}

/* The digits of a port at text, which must be all of it; -1 otherwise. */
static int read_port(const char *text)
{
    int port = 0;

    if (!*text)
        return -1;
    for (; *text; text++) {
        if (*text < '0' || *text > '9' || port > MAX_PORT)
            return -1;
        port = port * 10 + (*text - '0');
    }
    return port <= MAX_PORT ? port : -1;
}

static int malformed(const char *text, struct tern_error *err)
{
    return tern_fail(err, TERN_EINVALID, /* peer text */
                     "Listener doesn't have the right format (protocol://hostname:port).: '%s'",
                     text);
}

/* "http://[host]:port"; the brackets may be there whatever the host is. */
static int parse_one(const char *text, struct rest_listener *l, struct tern_error *err)
{
    const char *host = strstr(text, "://"), *colon = strrchr(text, ':');
    CLEANUP(freep) char *scheme = NULL;
    size_t host_len;

    if (!host || colon == host)
        return malformed(text, err);
    scheme = xstrndup(text, (size_t)(host - text));
    if (strcasecmp(scheme, "http") != 0 && strcasecmp(scheme, "https") != 0) {
        return tern_fail(err, TERN_EINVALID, /* peer text */
                         "Listener protocol must be either \"http\" or \"https\".: '%s'", text);
    }
    host += strlen("://");
    host_len = (size_t)(colon - host);
    if (host_len && host[0] == '[')
        host++, host_len--;
    if (host_len && host[host_len - 1] == ']')
        host_len--;
    l->port = read_port(colon + 1);
    if (l->port < 0 || strspn(host, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                    "-%._:") < host_len)
        return malformed(text, err);
    l->text = xstrdup(text);
    l->scheme = xstrdup(strcasecmp(scheme, "https") == 0 ? "https" : "http");
    l->host = xstrndup(host, host_len);
    return 0;
}

static bool is_there(const struct rest_listeners *listeners, const char *text, bool is_admin)
{
    for (size_t i = 0; i < listeners->at.count; i++) {
        if (listeners->at.at[i].is_admin == is_admin && strcmp(listeners->at.at[i].text, text) == 0)
            return true;
    }
    return false;
}

int rest_listeners_parse(const char *key, const char *text, bool is_admin,
                         struct rest_listeners *out, struct tern_error *err)
{
    CLEANUP(config_value_fini) struct config_value list = CONFIG_VALUE_INIT;

    if (config_value_parse(key, TERN_LIST, text, &list, err) < 0)
        return -1;
    for (size_t i = 0; i < list.count; i++) {
        struct rest_listener l = {.is_admin = is_admin, .fd = -1};

        if (is_there(out, list.items[i], is_admin))
            continue;
        if (parse_one(list.items[i], &l, err) < 0)
            return tern_context(err, "%s", key);
        vec_push(&out->at, l);
    }
    return 0;
}

/* ---- sockets ---- */

static int listen_at(const struct addrinfo *address, bool is_dual)
{
    int one = 1, zero = 0;
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (address->ai_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, is_dual ? &zero : &one, sizeof(one));
    if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    zero = errno;
    close(fd);
    errno = zero;
    return -1;
}

static int port_of(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } bound = {.v6 = {0}};
    socklen_t len = sizeof(bound);

    if (getsockname(fd, &bound.any, &len) < 0)
        return 0;
    return ntohs(bound.any.sa_family == AF_INET6 ? bound.v6.sin6_port : bound.v4.sin_port);
}

static void free_addresses(struct addrinfo **addresses)
{
    if (*addresses)
        freeaddrinfo(*addresses);
}

/* All interfaces: IPv6 that takes IPv4 too, or IPv4 where there is no IPv6. */
static int bind_any(const struct addrinfo *addresses)
{
    int fd = -1;

    for (int pass = 0; pass < 2 && fd < 0; pass++) {
        for (const struct addrinfo *a = addresses; a && fd < 0; a = a->ai_next) {
            if ((a->ai_family == AF_INET6) == (pass == 0))
                fd = listen_at(a, true);
        }
    }
    return fd;
}

int rest_listener_bind(struct rest_listener *listener, struct tern_error *err)
{
    CLEANUP(free_addresses) struct addrinfo *addresses = NULL;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    char port[16];
    int rc;

    snprintf(port, sizeof(port), "%d", listener->port);
    rc = getaddrinfo(listener->host[0] ? listener->host : NULL, port, &hints, &addresses);
    if (rc != 0) {
        return tern_fail(err, TERN_EINVALID, "cannot listen at '%s': %s", listener->text,
                         gai_strerror(rc));
    }
    if (!listener->host[0])
        listener->fd = bind_any(addresses);
    else {
        for (const struct addrinfo *a = addresses; a && listener->fd < 0; a = a->ai_next)
            listener->fd = listen_at(a, false);
    }
    if (listener->fd < 0) {
        return tern_fail(err, TERN_EINVALID, "cannot listen at '%s': %s", listener->text,
                         strerrordesc_np(errno));
    }
    listener->bound_port = port_of(listener->fd);
    return 0;
}
