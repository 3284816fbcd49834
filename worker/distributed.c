/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/distributed.h"

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_value.h"
#include "rest/peers.h"
#include "rest/server.h"
#include "worker/group/group.h"
#include "worker/herder/herder.h"
#include "worker/herder/worker_config.h"
#include "worker/herder/worker_group.h"
#include "worker/plugin/plugin_registry.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.Connect");

enum {
    API_TIMEOUT_MS = 60000, /* Java's default */
    REST_STOP_MS = 5000,    /* for requests that run when the stop comes */
};

struct distributed {
    void (*on_fatal)(void *arg);
    void *arg;
    struct config_ref *worker;
    struct plugin_registry *plugins;
    struct rest_server *rest;
    struct rest_peers *peers;
    struct worker_group *group;
    struct herder *herder;
};

static void on_ended(void *arg, const struct tern_error *err)
{
    struct distributed *d = arg;

    if (err)
        d->on_fatal(d->arg);
}

static const struct herder_hooks hooks = {.ended = on_ended};

/* The socket first: the URL that the group is told has its port. */
static int open_rest(struct distributed *d, struct tern_error *err)
{
    const struct rest_conf conf = {.worker = config_ref_config(d->worker)};

    return rest_server_open(&conf, &d->rest, err);
}

/* default.api.timeout.ms, which is no setting of a worker, but of the clients that it has. */
static int64_t api_timeout_ms(struct config_ref *worker)
{
    const char *text = strmap_get(config_ref_map(worker), "default.api.timeout.ms");
    struct tern_error err;
    CLEANUP(config_value_fini) struct config_value value = CONFIG_VALUE_INIT;

    if (!text || config_value_parse("default.api.timeout.ms", TERN_INT, text, &value, &err) < 0)
        return API_TIMEOUT_MS;
    return value.integer > 0 ? value.integer : 1;
}

static int make_herder(struct distributed *d, struct tern_error *err)
{
    const char *worker_id = rest_server_worker_id(d->rest);
    struct herder_conf conf = {
        .label = "DistributedHerder",
        .log_context = "", /* as Java: spec connect-runtime.md 11.1 */
        .worker_id = worker_id,
        .url = rest_server_url(d->rest),
        .worker = d->worker,
        .plugins = d->plugins,
        .open_membership = group_open,
        .peers = &rest_herder_peers,
        .hooks = &hooks,
        .arg = d,
        .give_up_ms = api_timeout_ms(d->worker),
    };

    if (worker_group_new(d->worker, worker_id, &d->group, err) < 0)
        return -1;
    conf.membership_arg = worker_group_conf(d->group);
    conf.peers_arg = d->peers = rest_peers_new(NULL, NULL);
    return herder_new(&conf, &d->herder, err);
}

static void start(struct distributed *d)
{
    const struct rest_herder served = {.herder = d->herder};

    herder_start(d->herder);
    rest_server_install(d->rest, &served, 1);
    log_info("Kafka Connect started at %s", rest_server_url(d->rest));
}

int distributed_start(struct config_ref *worker, void (*on_fatal)(void *arg), void *arg,
                      struct distributed **ret_worker, struct tern_error *err)
{
    const struct tern_config config = config_ref_config(worker);
    struct distributed *d = xcalloc(1, sizeof(*d));
    const int64_t began_ms = clock_mono_ms();

    log_info("Kafka Connect worker initializing ..."); /* peer text, as what follows */
    d->on_fatal = on_fatal;
    d->arg = arg;
    d->worker = config_ref_ref(worker);
    worker_config_note(&config);
    d->plugins = plugin_registry_open(config_get(&config, "plugin.path"));
    if (open_rest(d, err) < 0 || make_herder(d, err) < 0) {
        distributed_free(d);
        return -1;
    }
    log_info("Kafka Connect worker initialization took %lldms",
             (long long)(clock_mono_ms() - began_ms));
    log_info("Kafka Connect starting");
    start(d);
    *ret_worker = d;
    return 0;
}

bool distributed_stop(struct distributed *d)
{
    bool is_quiet;

    log_info("Kafka Connect stopping");
    is_quiet = rest_server_stop(d->rest, clock_deadline_ms(REST_STOP_MS));
    if (!is_quiet)
        log_info("Requests are still being served: they end with the herder");
    herder_stop(d->herder);
    if (!herder_join(d->herder, clock_deadline_ms(herder_stop_timeout_ms(d->herder)))) {
        log_error("The herder did not stop in time");
        return false;
    }
    log_info("Kafka Connect stopped");
    return true;
}

/* The order of rest/server.h and rest/peers.h. */
void distributed_free(struct distributed *d)
{
    if (!d)
        return;
    rest_server_free(d->rest);
    rest_peers_free(d->peers);
    herder_free(d->herder);
    worker_group_free(d->group);
    plugin_registry_free(d->plugins);
    config_ref_unref(d->worker);
    free(d);
}
