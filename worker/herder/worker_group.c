/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/herder/worker_group.h"

#include <strings.h>

#include "lib/base/xmem.h"
#include "lib/conf/config_def.h"
#include "worker/herder/worker_config.h"

struct worker_group {
    struct config_ref *worker; /* what settings and client borrow from */
    struct worker_settings settings;
    struct config_memory *memory;
    char *client_id;
    struct strmap client;
    struct tern_config client_view;
    struct group_conf conf;
};

enum group_protocol worker_group_protocol(const char *connect_protocol)
{
    if (strcasecmp(connect_protocol, "eager") == 0)
        return GROUP_EAGER;
    return strcasecmp(connect_protocol, "compatible") == 0 ? GROUP_COMPATIBLE : GROUP_SESSIONED;
}

static char *client_id_of(const struct worker_settings *s, const char *worker_id)
{
    if (s->client_id && s->client_id[0])
        return xstrdup(s->client_id);
    return xasprintf("connect-%s", worker_id);
}

int worker_group_new(struct config_ref *worker, const char *worker_id,
                     struct worker_group **ret_group, struct tern_error *err)
{
    const struct tern_config config = config_ref_config(worker);
    struct worker_group *g = xcalloc(1, sizeof(*g));

    g->worker = config_ref_ref(worker);
    if (worker_config_bind(&config, &g->settings, NULL, NULL, &g->memory, err) < 0) {
        worker_group_free(g);
        return -1;
    }
    g->client_id = client_id_of(&g->settings, worker_id);
    worker_client_config(&config, g->client_id, &g->client);
    g->client_view = strmap_config(&g->client);
    g->conf = (struct group_conf){
        .group = g->settings.group_id,
        .client_id = g->client_id,
        .client = &g->client_view,
        .protocol = worker_group_protocol(g->settings.connect_protocol),
        .session_timeout_ms = g->settings.session_timeout_ms,
        .rebalance_timeout_ms = g->settings.rebalance_timeout_ms,
        .heartbeat_interval_ms = g->settings.heartbeat_interval_ms,
        .max_delay_ms = g->settings.rebalance_max_delay_ms,
    };
    *ret_group = g;
    return 0;
}

void worker_group_free(struct worker_group *g)
{
    if (!g)
        return;
    config_ref_unref(g->worker);
    config_memory_free(g->memory);
    strmap_fini(&g->client);
    free(g->client_id);
    free(g);
}

struct group_conf *worker_group_conf(struct worker_group *g)
{
    return &g->conf;
}
