/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/bootstrap.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "lib/base/xmem.h"

enum {
    SERVERS_MAX = 1000,
    PORT_MAX = 65535,
};

void bootstrap_fini(struct bootstrap *bootstrap)
{
    for (size_t i = 0; i < bootstrap->count; i++)
        free(bootstrap->servers[i].host);
    free(bootstrap->servers);
    *bootstrap = (struct bootstrap){0};
}

static int refuse(const char *entry, size_t len, struct tern_error *err)
{
    return tern_fail(err, TERN_EINVALID,
                     "Invalid url in bootstrap.servers: %.*s (not host:port)", /* peer text */
                     len < 200 ? (int)len : 200, entry);
}

static int parse_port(const char *text, size_t len, int32_t *ret_port)
{
    int32_t port = 0;

    if (len == 0 || len > 5)
        return -1;
    for (size_t i = 0; i < len; i++) {
        if (!isdigit((unsigned char)text[i]))
            return -1;
        port = port * 10 + (text[i] - '0');
    }
    if (port < 1 || port > PORT_MAX)
        return -1;
    *ret_port = port;
    return 0;
}

/* The place of the last colon, behind which the port stands; NULL: none. */
static const char *last_colon(const char *text, size_t len)
{
    return memrchr(text, ':', len);
}

static bool is_host(const char *host, size_t len)
{
    if (len == 0)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (isspace((unsigned char)host[i]) || host[i] == '/' || host[i] == '[' || host[i] == ']')
            return false;
    }
    return true;
}

static int parse_entry(const char *entry, size_t len, struct bootstrap_server *ret_server,
                       struct tern_error *err)
{
    const char *scheme = memmem(entry, len, "://", 3);
    const char *host = scheme ? scheme + 3 : entry;
    const char *end = entry + len, *colon = last_colon(host, (size_t)(end - host));
    size_t host_len;

    if (!colon || parse_port(colon + 1, (size_t)(end - colon - 1), &ret_server->port) < 0)
        return refuse(entry, len, err);
    host_len = (size_t)(colon - host);
    if (host_len > 2 && host[0] == '[' && host[host_len - 1] == ']') {
        host++;
        host_len -= 2;
    } else if (last_colon(host, host_len)) {
        return refuse(entry, len, err); /* an IPv6 address stands in brackets */
    }
    if (!is_host(host, host_len))
        return refuse(entry, len, err);
    ret_server->host = xstrndup(host, host_len);
    return 0;
}

static const char *skip(const char *at)
{
    while (*at == ',' || isspace((unsigned char)*at))
        at++;
    return at;
}

static int parse_all(const char *list, struct bootstrap *b, struct tern_error *err)
{
    for (const char *at = skip(list); *at; at = skip(at)) {
        size_t whole = strcspn(at, ","), len = whole;

        while (len > 0 && isspace((unsigned char)at[len - 1]))
            len--;
        if (b->count == SERVERS_MAX)
            return tern_fail(err, TERN_EINVALID, "bootstrap.servers has too many entries");
        b->servers = xreallocarray(b->servers, b->count + 1, sizeof(*b->servers));
        if (parse_entry(at, len, &b->servers[b->count], err) < 0)
            return -1;
        b->count++;
        at += whole;
    }
    if (b->count == 0)
        return tern_fail(err, TERN_EINVALID, "bootstrap.servers names no broker");
    return 0;
}

int bootstrap_parse(const char *list, struct bootstrap *ret_bootstrap, struct tern_error *err)
{
    struct bootstrap b = {0};

    if (parse_all(list, &b, err) < 0) {
        bootstrap_fini(&b);
        return -1;
    }
    *ret_bootstrap = b;
    return 0;
}
