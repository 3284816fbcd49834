/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/dedicated.h"

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/xmem.h"
#include "rest/peers.h"
#include "rest/server.h"
#include "worker/herder/herder.h"
#include "worker/mm2/mm2.h"

LOG_DOMAIN("org.apache.kafka.connect.mirror.MirrorMaker");

enum {
    REST_STOP_MS = 5000, /* for requests that run when the stop comes */
};

struct dedicated {
    struct rest_server *rest; /* NULL: the file does not ask for it */
    struct mm2 *mm2;
};

/* The server has the file's own settings, not those of any cluster. */
static int open_rest(struct dedicated *d, const struct mm2_plan *plan, struct tern_error *err)
{
    CLEANUP(strmap_fini) struct strmap resolved = STRMAP_INIT;
    const struct tern_config raw = strmap_config(&plan->raw);
    struct rest_conf conf = {.is_dedicated = true};

    if (provider_set_resolve(plan->providers, &raw, &resolved, err) < 0)
        return -1;
    conf.worker = strmap_config(&resolved);
    return rest_server_open(&conf, &d->rest, err);
}

static void *open_peers(const char *source, const char *target)
{
    return rest_peers_new(source, target);
}

static void close_peers(void *peers)
{
    rest_peers_free(peers);
}

static void install(struct dedicated *d)
{
    size_t count = mm2_flow_count(d->mm2);
    CLEANUP(freep) struct rest_herder *served = xcalloc(count + 1, sizeof(*served));

    for (size_t i = 0; i < count; i++)
        served[i].herder = mm2_flow(d->mm2, i, &served[i].source, &served[i].target);
    rest_server_install(d->rest, served, count);
}

int dedicated_start(const struct mm2_plan *plan, void (*on_fatal)(void *arg), void *arg,
                    struct dedicated **ret_dedicated, struct tern_error *err)
{
    const char *asks = strmap_get(&plan->raw, "dedicated.mode.enable.internal.rest");
    struct mm2_conf conf = {.on_fatal = on_fatal, .arg = arg};
    struct dedicated *d = xcalloc(1, sizeof(*d));

    if (mm2_is_true(asks)) {
        if (open_rest(d, plan, err) < 0) {
            dedicated_free(d);
            return -1;
        }
        conf.url = rest_server_url(d->rest);
        conf.worker_id = rest_server_worker_id(d->rest);
        conf.peers = &rest_herder_peers;
        conf.open_peers = open_peers;
        conf.close_peers = close_peers;
    }
    if (mm2_start(plan, &conf, &d->mm2, err) < 0) {
        dedicated_free(d);
        return -1;
    }
    if (d->rest)
        install(d);
    *ret_dedicated = d;
    return 0;
}

bool dedicated_stop(struct dedicated *d)
{
    if (d->rest && !rest_server_stop(d->rest, clock_deadline_ms(REST_STOP_MS)))
        log_info("Requests are still being served: they end with the herders");
    return mm2_stop(d->mm2);
}

/* The requests that are served end before the herders are freed: rest/server.h. */
void dedicated_free(struct dedicated *d)
{
    if (!d)
        return;
    rest_server_free(d->rest);
    mm2_free(d->mm2);
    free(d);
}
