/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/server.h"

#include <assert.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "rest/advertised.h"
#include "rest/basic_auth.h"
#include "rest/context.h"
#include "rest/cors.h"
#include "rest/exchange.h"
#include "rest/extension.h"
#include "rest/header_rules.h"
#include "rest/http_client.h"
#include "rest/listener.h"
#include "rest/publish.h"
#include "rest/tls.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.rest.RestServer");

enum {
    MAX_CONNECTIONS = 512,   /* of all listeners together; each is a thread */
    SPARE_CONNECTIONS = 192, /* above it, while those that were cut are going */
    RECEIVE_TIMEOUT_MS = 120000,
    IDLE_TIMEOUT_MS = 120000, /* silence ends after 90 s already; this is for a trickle */
    SEND_TIMEOUT_MS = 300000,
};

struct rest_server {
    struct rest_listeners listeners; /* immutable once open, but for the sockets */
    struct rest_advertised advertised;
    struct connections connections;
    struct exchange_doors doors; /* one for each listener */
    struct cors *cors;           /* these three: immutable once open; NULL: none */
    struct header_rules *headers;
    struct basic_auth *auth;
    struct rest_tls *tls, *admin_tls; /* immutable once open; NULL: no https listener */
    bool has_admin_listeners;
    bool has_no_admin;
    struct rest_site site;     /* immutable once published */
    struct rest_mount *mounts; /* owned, with the contexts */
};

/* ---- opening ---- */

static int load_tls(struct rest_server *s, const struct rest_conf *conf,
                    const struct rest_listener *l, struct tern_error *err)
{
    const char *prefix = l->is_admin ? "admin.listeners.https." : "listeners.https.";
    struct rest_tls **tls = l->is_admin ? &s->admin_tls : &s->tls;

    if (!*tls && rest_tls_load(&conf->worker, prefix, tls, err) < 0)
        return -1;
    if ((*tls)->key_pem)
        return 0;
    return tern_fail(err, TERN_EINVALID,
                     "a key and a certificate are missing: set %sssl.keystore.location, or "
                     "ssl.keystore.location",
                     prefix);
}

static int parse_listeners(struct rest_server *s, const struct rest_conf *conf,
                           struct tern_error *err)
{
    const char *text = config_get(&conf->worker, "listeners");
    const char *admin = conf->is_dedicated ? NULL : config_get(&conf->worker, "admin.listeners");

    if (rest_listeners_parse("listeners", text ? text : "http://:8083", false, &s->listeners, err) <
            0 ||
        rest_listeners_parse("admin.listeners", admin, true, &s->listeners, err) < 0)
        return -1;
    for (size_t i = 0; i < s->listeners.at.count; i++) {
        const struct rest_listener *l = &s->listeners.at.at[i];

        s->has_admin_listeners |= l->is_admin;
        if (strcmp(l->scheme, "https") == 0 && load_tls(s, conf, l, err) < 0)
            return tern_context(err, "'%s'", l->text);
    }
    s->has_no_admin = admin && !s->has_admin_listeners;
    return 0;
}

static int read_settings(struct rest_server *s, const struct rest_conf *conf,
                         struct tern_error *err)
{
    const struct tern_config *worker = &conf->worker;

    if (parse_listeners(s, conf, err) < 0 ||
        cors_new(config_get(worker, "access.control.allow.origin"),
                 config_get(worker, "access.control.allow.methods"), &s->cors, err) < 0 ||
        header_rules_parse(config_get(worker, "response.http.headers.config"), &s->headers, err) <
            0)
        return -1;
    return conf->is_dedicated ? 0 : rest_extension_load(worker, &s->auth, err);
}

/* This machine's address, when it is needed: a resolver that is out of order takes its time. */
static char *local_host_of(const struct rest_server *s, const struct rest_conf *conf)
{
    const char *advertised = config_get(&conf->worker, "rest.advertised.host.name");
    bool is_anywhere = false;

    for (size_t i = 0; i < s->listeners.at.count; i++) {
        const struct rest_listener *l = &s->listeners.at.at[i];

        is_anywhere |= !l->is_admin && !l->host[0];
    }
    return is_anywhere && !(advertised && *advertised) ? rest_local_host() : xstrdup("");
}

static int bind_all(struct rest_server *s, const struct rest_conf *conf, struct tern_error *err)
{
    CLEANUP(freep) char *local_host = local_host_of(s, conf);

    for (size_t i = 0; i < s->listeners.at.count; i++) {
        if (rest_listener_bind(&s->listeners.at.at[i], err) < 0)
            return -1;
    }
    return rest_advertise(&conf->worker, &s->listeners, local_host, &s->advertised, err);
}

static int open_doors(struct rest_server *s, struct tern_error *err)
{
    for (size_t i = 0; i < s->listeners.at.count; i++) {
        struct rest_listener *l = &s->listeners.at.at[i];

        const struct exchange_door_conf door = {
            .fd = l->fd,
            .scheme = l->scheme,
            .is_admin = l->is_admin,
            .max_connections = MAX_CONNECTIONS + SPARE_CONNECTIONS,
            .tls = strcmp(l->scheme, "https") != 0 ? NULL
                   : l->is_admin                   ? s->admin_tls
                                                   : s->tls,
        };

        if (exchange_door_open(&s->doors, &door, err) < 0)
            return tern_context(err, "'%s'", l->text);
        l->fd = -1; /* the door has it */
        log_info("Listening at %s, port %d%s", l->text, l->bound_port,
                 l->is_admin ? " (admin)" : "");
    }
    return 0;
}

static void server_freep(struct rest_server **s)
{
    rest_server_free(*s);
}

int rest_server_open(const struct rest_conf *conf, struct rest_server **ret_server,
                     struct tern_error *err)
{
    static const struct connection_limits limits = {
        .evict_above = MAX_CONNECTIONS,
        .phase_ms = {[CONNECTION_IDLE] = IDLE_TIMEOUT_MS,
                     [CONNECTION_RECEIVES] = RECEIVE_TIMEOUT_MS,
                     [CONNECTION_SENDS] = SEND_TIMEOUT_MS},
    };
    CLEANUP(server_freep) struct rest_server *s = xcalloc(1, sizeof(*s));

    http_client_init(&conf->worker);
    connections_init(&s->connections, &limits);
    exchange_doors_init(&s->doors, &s->connections);
    if (read_settings(s, conf, err) < 0 || bind_all(s, conf, err) < 0 || open_doors(s, err) < 0)
        return -1;
    log_info("Advertised URI: %s", s->advertised.url);
    *ret_server = TAKE(s);
    return 0;
}

const char *rest_server_url(const struct rest_server *s)
{
    return s->advertised.url;
}

const char *rest_server_worker_id(const struct rest_server *s)
{
    return s->advertised.worker_id;
}

int rest_server_port(const struct rest_server *s, size_t i)
{
    return i < s->listeners.at.count ? s->listeners.at.at[i].bound_port : 0;
}

/* ---- serving ---- */

void rest_server_publish(struct rest_server *s, const struct rest_route *const *tables,
                         struct rest_mount *mounts, size_t count)
{
    assert(!s->mounts);
    s->mounts = mounts;
    s->site = (struct rest_site){
        .tables = tables,
        .mounts = mounts,
        .mount_count = count,
        .has_admin_listeners = s->has_admin_listeners,
        .has_no_admin = s->has_no_admin,
        .cors = s->cors,
        .headers = s->headers,
        .auth = s->auth,
    };
    atomic_store(&s->doors.site, &s->site);
}

bool rest_server_stop(struct rest_server *s, int64_t deadline_ms)
{
    exchange_doors_close(&s->doors);
    return connections_drain(&s->connections, deadline_ms);
}

void rest_server_free(struct rest_server *s)
{
    if (!s)
        return;
    exchange_doors_fini(&s->doors);
    connections_fini(&s->connections);
    for (size_t i = 0; i < s->site.mount_count; i++)
        free(s->mounts[i].ctx);
    free(s->mounts);
    cors_free(s->cors);
    header_rules_free(s->headers);
    basic_auth_free(s->auth);
    rest_tls_free(s->tls);
    rest_tls_free(s->admin_tls);
    rest_advertised_fini(&s->advertised);
    rest_listeners_fini(&s->listeners);
    free(s);
}
