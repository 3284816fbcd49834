/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/advertised.h"

#include <netdb.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_value.h"

void rest_advertised_fini(struct rest_advertised *advertised)
{
    free(advertised->url);
    free(advertised->worker_id);
    memset(advertised, 0, sizeof(*advertised));
}

/* A setting, NULL when it is not there or blank. To be freed. */
static char *setting(const struct tern_config *worker, const char *key)
{
    char *text = config_trim(config_get(worker, key));

    if (text && !text[0]) {
        free(text);
        return NULL;
    }
    return text;
}

/* Like the peer, looks at the setting's text: http comes first. */
static const char *scheme_of(const struct tern_config *worker)
{
    CLEANUP(freep) char *chosen = setting(worker, "rest.advertised.listener");
    const char *listeners = config_get(worker, "listeners");

    if (chosen)
        return strcasecmp(chosen, "https") == 0 ? "https" : "http";
    if (!listeners || strcasestr(listeners, "http://") || !strcasestr(listeners, "https://"))
        return "http";
    return "https";
}

static const struct rest_listener *listener_of(const struct rest_listeners *listeners,
                                               const char *scheme)
{
    for (size_t i = 0; i < listeners->at.count; i++) {
        const struct rest_listener *l = &listeners->at.at[i];

        if (!l->is_admin && strcmp(l->scheme, scheme) == 0)
            return l;
    }
    return NULL;
}

static int port_of(const struct tern_config *worker, const struct rest_listener *listener,
                   int *ret_port, struct tern_error *err)
{
    CLEANUP(config_value_fini) struct config_value port = CONFIG_VALUE_INIT;

    if (config_value_parse("rest.advertised.port", TERN_INT,
                           config_get(worker, "rest.advertised.port"), &port, err) < 0)
        return -1;
    if (!port.is_null)
        *ret_port = (int)port.integer;
    else
        *ret_port = listener->port > 0 ? listener->port : listener->bound_port;
    return 0;
}

int rest_advertise(const struct tern_config *worker, const struct rest_listeners *listeners,
                   const char *local_host, struct rest_advertised *ret_advertised,
                   struct tern_error *err)
{
    const char *scheme = scheme_of(worker);
    const struct rest_listener *listener = listener_of(listeners, scheme);
    CLEANUP(freep) char *host = setting(worker, "rest.advertised.host.name");
    bool is_bare_ipv6;
    int port;

    if (!listener) {
        return tern_fail(
            err, TERN_EINVALID,
            "rest.advertised.listener: no listener with the protocol '%s' to advertise", scheme);
    }
    if (port_of(worker, listener, &port, err) < 0)
        return -1;
    if (!host)
        host = xstrdup(listener->host[0] ? listener->host : local_host);
    is_bare_ipv6 = strchr(host, ':') && host[0] != '[';
    ret_advertised->url =
        xasprintf(is_bare_ipv6 ? "%s://[%s]:%d/" : "%s://%s:%d/", scheme, host, port);
    ret_advertised->worker_id = xasprintf("%s:%d", host, port);
    return 0;
}

char *rest_local_host(void)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *addresses = NULL;
    char name[256] = "", text[128] = "";

    if (gethostname(name, sizeof(name) - 1) == 0 &&
        getaddrinfo(name, NULL, &hints, &addresses) == 0) {
        if (getnameinfo(addresses->ai_addr, addresses->ai_addrlen, text, sizeof(text), NULL, 0,
                        NI_NUMERICHOST) != 0)
            text[0] = '\0';
        freeaddrinfo(addresses);
    }
    return xstrdup(text[0] ? text : "127.0.0.1");
}
