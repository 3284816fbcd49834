/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening what a herder works with, as fast as the cluster lets it: one admin, then the three
 * internal topics with their stores, each on a thread of its own until it is open.
 */
#include "worker/herder/herder_priv.h"

#include "lib/base/log.h"
#include "lib/base/xmem.h"
#include "worker/store/internal_topics.h"
#include "worker/task/forced_setting.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.distributed.DistributedHerder");

enum {
    CLUSTER_WAIT_MS = 5000, /* for one answer to "who are you" */
    TOPIC_WAIT_MS = 5000,   /* for one try to create a topic: the whole is repeated for ever */
    STORE_WAIT_MS = 60000,  /* for a store to be read; ends when the herder stops */
    RETRY_MIN_MS = 250,
    RETRY_MAX_MS = 10000,
};

/* One store being opened; a thread of its own. */
struct opening {
    struct herder *herder;
    enum internal_topic kind;
    struct thread thread;
    int rc;
    struct tern_error err;
};

/* ---- settings of the clients ---- */

static void client_config(const struct herder *h, const char *suffix, struct strmap *out)
{
    const struct tern_config worker = config_ref_config(h->worker);
    CLEANUP(freep) char *base = worker_client_id_base(&h->settings);
    CLEANUP(freep) char *id = xasprintf("%s%s", base, suffix);

    worker_client_config(&worker, id, out);
}

static void consumer_config(const struct herder *h, enum internal_topic kind, const char *suffix,
                            struct strmap *out)
{
    client_config(h, suffix, out);
    strmap_set(out, "enable.auto.commit", "false");
    strmap_set(out, "auto.offset.reset", "earliest");
    if (kind != INTERNAL_STATUS && h->exactly_once == EXACTLY_ONCE_ENABLED)
        forced_setting(out, "isolation.level", "read_committed", "for the worker's consumers");
}

/* Nothing when the leader writes as everybody does. */
static void leader_config(const struct herder *h, struct strmap *out)
{
    static const char whose[] = "for the leader's producer";
    CLEANUP(freep) char *id = xasprintf("connect-cluster-%s", h->settings.group_id);

    if (h->exactly_once == EXACTLY_ONCE_DISABLED)
        return;
    client_config(h, "configs-leader", out);
    strmap_remove(out, "group.id");
    forced_setting(out, "acks", "all", whose);
    forced_setting(out, "enable.idempotence", "true", whose);
    forced_setting(out, "max.in.flight.requests.per.connection", "5", whose);
    forced_setting(out, "transactional.id", id, whose);
}

static void producer_config(const struct herder *h, enum internal_topic kind, const char *suffix,
                            struct strmap *out)
{
    client_config(h, suffix, out);
    strmap_remove(out, "group.id");
    strmap_set(out, "acks", "all");
    strmap_set(out, "enable.idempotence", "false");
    strmap_set(out, "max.in.flight.requests.per.connection", "1");
    if (kind == INTERNAL_STATUS)
        strmap_set(out, "retries", "0"); /* the store tries again, if it still means something */
    else
        strmap_set(out, "delivery.timeout.ms", "2147483647");
}

/* ---- stores ---- */

static int open_store(struct herder *h, enum internal_topic kind, struct tern_error *err)
{
    static const char *const suffixes[] = {[INTERNAL_CONFIG] = "configs",
                                           [INTERNAL_OFFSET] = "offsets",
                                           [INTERNAL_STATUS] = "statuses"};
    const int64_t topic_ms = clock_deadline_ms(TOPIC_WAIT_MS);
    const int64_t deadline_ms = clock_deadline_ms(STORE_WAIT_MS);
    const struct tern_config worker = config_ref_config(h->worker);
    CLEANUP(strmap_fini) struct strmap consumer = STRMAP_INIT;
    CLEANUP(strmap_fini) struct strmap producer = STRMAP_INIT;
    CLEANUP(strmap_fini) struct strmap leader = STRMAP_INIT;

    if (internal_topic_ensure(h->admin, kind, &worker, topic_ms, err) < 0)
        return -1;
    consumer_config(h, kind, suffixes[kind], &consumer);
    producer_config(h, kind, suffixes[kind], &producer);
    if (kind == INTERNAL_CONFIG) {
        struct config_store_conf conf = {
            .topic = h->settings.config_topic,
            .consumer = strmap_config(&consumer),
            .producer = strmap_config(&producer),
            .admin = h->admin,
            .listener = &herder_config_listener,
            .arg = h,
            .cancel = &h->cancel,
        };

        leader_config(h, &leader);
        conf.leader = strmap_config(&leader);

        return config_store_open(&conf, deadline_ms, &h->configs, err);
    }
    if (kind == INTERNAL_OFFSET) {
        struct offset_store_conf conf = {h->settings.offset_topic, strmap_config(&consumer),
                                         strmap_config(&producer), h->admin, &h->cancel};

        return offset_store_open(&conf, deadline_ms, &h->offsets, err);
    }
    struct status_store_conf conf = {h->settings.status_topic, strmap_config(&consumer),
                                     strmap_config(&producer), h->admin, &h->cancel};

    return status_store_open(&conf, deadline_ms, &h->statuses, err);
}

static void opening_main(void *arg)
{
    struct opening *o = arg;

    log_set_context(o->herder->context);
    o->rc = open_store(o->herder, o->kind, &o->err);
}

static int open_stores(struct herder *h, struct tern_error *err)
{
    static const enum internal_topic kinds[] = {INTERNAL_CONFIG, INTERNAL_OFFSET, INTERNAL_STATUS};
    struct opening openings[COUNT_OF(kinds)] = {0};
    int rc = 0;

    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        openings[i].herder = h;
        openings[i].kind = kinds[i];
        thread_start(&openings[i].thread, "open-store", opening_main, &openings[i]);
    }
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        thread_join(&openings[i].thread);
        if (openings[i].rc < 0 && rc == 0) {
            *err = openings[i].err;
            rc = -1;
        }
    }
    return rc;
}

/* ---- all of it ---- */

static void close_stores(struct herder *h)
{
    config_store_free(h->configs); /* its reader may look at it until it has ended */
    h->configs = NULL;
    offset_store_free(TAKE(h->offsets));
    status_store_free(TAKE(h->statuses));
}

static void set_cluster_id(struct herder *h, char *cluster)
{
    char *old;

    gate_lock(&h->gate);
    old = h->cluster_id;
    h->cluster_id = cluster;
    gate_unlock(&h->gate);
    free(old);
}

static int open_once(struct herder *h, bool *ret_reached, struct tern_error *err)
{
    CLEANUP(strmap_fini) struct strmap java = STRMAP_INIT;
    CLEANUP(freep) char *cluster = NULL;
    struct tern_config view;

    client_config(h, "shared-admin", &java);
    strmap_remove(&java, "group.id");
    view = strmap_config(&java);
    *ret_reached = false;
    if (!h->admin && admin_open(&view, &h->admin, err) < 0)
        return -1;
    if (admin_cluster_id(h->admin, clock_deadline_ms(CLUSTER_WAIT_MS), &cluster, err) < 0)
        return -1;
    *ret_reached = true;
    log_info("Kafka cluster ID: %s", cluster);
    set_cluster_id(h, TAKE(cluster));
    if (open_stores(h, err) < 0) {
        close_stores(h);
        return -1;
    }
    return 0;
}

/* Said when it begins, and every minute while it lasts. */
static void say_unreached(struct herder *h, const struct tern_error *err, int64_t *say_at_ms)
{
    const struct strmap *worker = config_ref_map(h->worker);

    if (*say_at_ms && clock_mono_ms() < *say_at_ms)
        return;
    log_warn("Cannot start on the Kafka cluster at %s%s, trying again: %s",
             strmap_get(worker, "bootstrap.servers"), *say_at_ms ? " still" : "", err->msg);
    *say_at_ms = clock_deadline_ms(SAY_AGAIN_MS);
}

static bool is_passing(enum tern_code code)
{
    return code == TERN_ETIMEOUT || code == TERN_ERETRIABLE;
}

/* Whether a cluster that is there has refused what is needed for long enough, such as topics with
 * more replicas than it has brokers. */
static bool is_hopeless(const struct herder *h, bool is_reached, int64_t *since_ms)
{
    int64_t now_ms = clock_mono_ms();

    if (!is_reached || !*since_ms)
        *since_ms = is_reached ? now_ms : 0;
    return h->give_up_ms && *since_ms && now_ms - *since_ms >= h->give_up_ms;
}

static int open_all(struct herder *h, struct tern_error *err)
{
    struct backoff retry = {.min_ms = RETRY_MIN_MS, .max_ms = RETRY_MAX_MS};
    int64_t say_at_ms = 0, reached_ms = 0;
    bool is_reached;

    while (open_once(h, &is_reached, err) < 0) {
        if (!is_passing(err->code) || is_hopeless(h, is_reached, &reached_ms))
            return -1;
        if (!herder_is_stopping(h))
            say_unreached(h, err, &say_at_ms);
        if (!herder_pause(h, backoff_next_ms(&retry)))
            return tern_fail(err, TERN_ERETRIABLE, "the herder is stopping");
    }
    if (say_at_ms)
        log_info("The Kafka cluster at %s can be used now",
                 strmap_get(config_ref_map(h->worker), "bootstrap.servers"));
    return 0;
}

static int join_group(struct herder *h, struct tern_error *err)
{
    const struct membership_conf conf = {
        .url = h->url,
        .member = h->worker_id,
        .least_generation = status_store_generation(h->statuses),
        .listener = &herder_membership_listener,
        .arg = h,
    };
    struct membership *m;

    if (h->open_membership(h->membership_arg, &conf, &m, err) < 0)
        return -1;
    gate_lock(&h->gate);
    h->membership = m;
    h->is_open = true;
    gate_unlock(&h->gate);
    return 0;
}

int herder_boot(struct herder *h, struct tern_error *err)
{
    if (open_all(h, err) < 0)
        return -1;
    herder_adopt_session_key(h);
    return join_group(h, err);
}

void herder_close(struct herder *h)
{
    gate_lock(&h->gate);
    h->is_open = false;
    while (h->users)
        gate_wait(&h->gate, FOREVER_MS); /* what they may wait for ends with h->cancel */
    gate_unlock(&h->gate);
    close_stores(h);
    admin_free(TAKE(h->admin));
}
