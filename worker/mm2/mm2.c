/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/mm2/mm2.h"

#include <inttypes.h>
#include <sys/random.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/xmem.h"
#include "worker/group/group.h"
#include "worker/herder/herder.h"
#include "worker/herder/worker_config.h"
#include "worker/herder/worker_group.h"

LOG_DOMAIN("org.apache.kafka.connect.mirror.MirrorMaker");

/* One flow and its herder. */
struct mm2_herder {
    struct mm2 *mm2;
    const struct mm2_flow_plan *plan;
    struct worker_group *group;
    void *peers; /* NULL: none */
    struct herder *herder;
    bool was_leader; /* herder thread */
};

struct mm2 {
    struct mm2_conf conf;
    struct mm2_herder *herders;
    size_t count;
};

/* ---- what a leader configures; Thread: herder ---- */

static void on_configured(void *arg, const struct tern_error *err)
{
    const char *name = arg;

    if (err)
        log_error("Failed to configure connector %s: %s", name, err->msg);
    else
        log_info("Connector %s was configured", name);
}

static bool is_stored(const struct cluster_state *s, const char *name,
                      const struct tern_config *wanted)
{
    const struct connector_state *c = s ? cluster_state_connector(s, name) : NULL;
    struct tern_config stored;

    if (!c)
        return false;
    stored = config_ref_config(c->config);
    return config_equal(&stored, wanted);
}

/* Compared as they are stored, variables unresolved: so nothing is written when nothing changed. */
static void configure(struct mm2_herder *m)
{
    const struct cluster_state *s = herder_snapshot(m->herder);

    for (int i = 0; i < MM2_CONNECTORS; i++) {
        const struct mm2_connector_plan *plan = &m->plan->connectors[i];
        const char *name = mm2_connector_name((enum mm2_connector)i);
        const struct tern_config wanted = strmap_config(&plan->config);

        if (!plan->is_sound || is_stored(s, name, &wanted))
            continue;
        log_info("Configuring connector %s", name);
        herder_submit_connector(m->herder, name, &wanted, on_configured, (char *)name);
    }
    cluster_state_unref(s);
}

static void on_rebalanced(void *arg, struct herder *h, bool is_leader)
{
    struct mm2_herder *m = arg;

    (void)h;
    if (is_leader && !m->was_leader) {
        log_info("This node is a leader for %s. Configuring connectors...", m->plan->flow.name);
        configure(m);
    }
    m->was_leader = is_leader;
}

static void on_ended(void *arg, const struct tern_error *err)
{
    struct mm2_herder *m = arg;

    if (err)
        m->mm2->conf.on_fatal(m->mm2->conf.arg);
}

static const struct herder_hooks hooks = {.rebalanced = on_rebalanced, .ended = on_ended};

/* ---- names ---- */

/*
 * "host:port/flow" with internal REST, else <host>/<flow>/<random uuid>; to be freed. The host is
 * what the system says: no look-up over the network.
 */
static char *worker_id(const struct mm2_conf *conf, const char *flow)
{
    char host[256] = "localhost";
    uint16_t r[8] = {0};

    if (conf->worker_id)
        return xasprintf("%s/%s", conf->worker_id, flow);
    if (gethostname(host, sizeof(host) - 1) < 0)
        log_debug("the host has no name");
    if (getrandom(r, sizeof(r), 0) != (ssize_t)sizeof(r))
        r[0] = (uint16_t)clock_wall_ms();
    r[3] = (uint16_t)((r[3] & 0x0fff) | 0x4000);
    r[4] = (uint16_t)((r[4] & 0x3fff) | 0x8000);
    return xasprintf("%s/%s/%04x%04x-%04x-%04x-%04x-%04x%04x%04x", host, flow, r[0], r[1], r[2],
                     r[3], r[4], r[5], r[6], r[7]);
}

/* ---- starting and stopping ---- */

static void open_peers(struct mm2_herder *m)
{
    const struct mm2_conf *c = &m->mm2->conf;

    if (c->peers)
        m->peers = c->open_peers(m->plan->flow.source, m->plan->flow.target);
}

static int make_herder(struct mm2_herder *m, struct tern_error *err)
{
    const struct mm2_conf *c = &m->mm2->conf;
    const struct tern_config worker = config_ref_config(m->plan->worker);
    CLEANUP(freep) char *id = worker_id(c, m->plan->flow.name);
    struct herder_conf conf = {
        .label = m->plan->flow.name,
        .worker_id = id,
        .url = c->url ? c->url : "NOTUSED", /* as the peer writes it without internal REST */
        .worker = m->plan->worker,
        .plugins = m->plan->plugins,
        .open_membership = group_open,
        .peers = c->peers,
        .hooks = &hooks,
        .arg = m,
    };

    log_info("Creating herder for %s", m->plan->flow.name);
    worker_config_note(&worker);
    if (worker_group_new(m->plan->worker, id, &m->group, err) < 0)
        return tern_context(err, "%s", m->plan->flow.name);
    open_peers(m);
    conf.peers_arg = m->peers;
    conf.membership_arg = worker_group_conf(m->group);
    if (herder_new(&conf, &m->herder, err) < 0)
        return tern_context(err, "%s", m->plan->flow.name);
    return 0;
}

int mm2_start(const struct mm2_plan *plan, const struct mm2_conf *conf, struct mm2 **ret_mm2,
              struct tern_error *err)
{
    struct mm2 *m = xcalloc(1, sizeof(*m));

    m->conf = *conf;
    m->count = plan->flow_count;
    m->herders = xcalloc(m->count + 1, sizeof(*m->herders));
    for (size_t i = 0; i < m->count; i++) {
        m->herders[i].mm2 = m;
        m->herders[i].plan = &plan->flows[i];
        if (make_herder(&m->herders[i], err) < 0) {
            mm2_free(m);
            return -1;
        }
    }
    log_info("Kafka MirrorMaker starting with %zu herders.", m->count);
    for (size_t i = 0; i < m->count; i++)
        herder_start(m->herders[i].herder);
    log_info("Kafka MirrorMaker started");
    *ret_mm2 = m;
    return 0;
}

size_t mm2_flow_count(const struct mm2 *m)
{
    return m->count;
}

struct herder *mm2_flow(const struct mm2 *m, size_t i, const char **ret_source,
                        const char **ret_target)
{
    const struct mm2_herder *h = &m->herders[i];

    *ret_source = h->plan->flow.source;
    *ret_target = h->plan->flow.target;
    return h->herder;
}

static int64_t stop_timeout_ms(const struct mm2 *m)
{
    int64_t longest = 0;

    for (size_t i = 0; i < m->count; i++) {
        int64_t own = herder_stop_timeout_ms(m->herders[i].herder);

        if (own > longest)
            longest = own;
    }
    return longest;
}

bool mm2_stop(struct mm2 *m)
{
    int64_t deadline_ms = clock_deadline_ms(stop_timeout_ms(m));
    bool all = true;

    log_info("Kafka MirrorMaker stopping");
    for (size_t i = 0; i < m->count; i++)
        herder_stop(m->herders[i].herder);
    for (size_t i = 0; i < m->count; i++) {
        if (!herder_join(m->herders[i].herder, deadline_ms)) {
            log_error("The herder of %s did not stop in time", m->herders[i].plan->flow.name);
            all = false;
        }
    }
    log_info("Kafka MirrorMaker stopped");
    return all;
}

void mm2_free(struct mm2 *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->count; i++) {
        if (m->herders[i].peers) /* it answers what the herder waits for */
            m->conf.close_peers(m->herders[i].peers);
        herder_free(m->herders[i].herder);
        worker_group_free(m->herders[i].group);
    }
    free(m->herders);
    free(m);
}
