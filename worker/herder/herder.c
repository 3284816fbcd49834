/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/herder/herder_priv.h"

#include <string.h>
#include <strings.h>

#include "lib/base/log.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_def.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.distributed.DistributedHerder");

/*
 * What an orderly end may take beyond the budgets of the work (spec: 1.4), and, as a write to a
 * store that is under way is not cut short, the longest of those.
 */
enum {
    STOP_MARGIN_MS = 15000 + 30000
};

/* ---- making and freeing ---- */

static void herder_release(struct herder *h)
{
    free(h->label);
    free(h->context);
    free(h->worker_id);
    free(h->url);
    config_ref_unref(h->worker);
    config_memory_free(h->memory);
    provider_set_free(h->providers);
    override_policy_fini(&h->policy);
}

static int bind_worker(struct herder *h, struct tern_error *err)
{
    const struct tern_config config = config_ref_config(h->worker);

    if (worker_config_bind(&config, &h->settings, NULL, NULL, &h->memory, err) < 0)
        return -1;
    h->exactly_once = worker_exactly_once(&h->settings);
    if (override_policy_init(&h->policy, &config, err) < 0)
        return -1;
    return provider_set_open(&config, &h->providers, err);
}

static enum group_protocol newest_protocol(const char *connect_protocol)
{
    if (strcasecmp(connect_protocol, "eager") == 0)
        return GROUP_EAGER;
    return strcasecmp(connect_protocol, "compatible") == 0 ? GROUP_COMPATIBLE : GROUP_SESSIONED;
}

static void init_state(struct herder *h)
{
    inbox_init(&h->inbox);
    inbox_init(&h->writes);
    inbox_init(&h->fencer_inbox);
    h->keys = (struct session_key_state)SESSION_KEY_STATE_INIT;
    h->key_due_ms = FOREVER_MS;
    h->key_policy = (struct session_key_policy){
        .algorithm = h->settings.key_algorithm,
        .size_bits = h->settings.key_size_bits,
        .ttl_ms = h->settings.key_ttl_ms,
    };
    h->role.protocol = newest_protocol(h->settings.connect_protocol);
    gate_init(&h->gate);
    h->rebalance_resolved = true;
    h->can_read_configs = true;
    h->scheduled_rebalance_ms = FOREVER_MS;
    h->applied = (struct ptrmap)PTRMAP_INIT(herder_drop_applied);
}

int herder_new(const struct herder_conf *conf, struct herder **ret_herder, struct tern_error *err)
{
    struct herder *h = xcalloc(1, sizeof(*h));

    h->label = xstrdup(conf->label);
    h->context = conf->log_context ? xstrdup(conf->log_context) : xasprintf("[%s] ", conf->label);
    h->worker_id = xstrdup(conf->worker_id);
    h->url = xstrdup(conf->url);
    h->worker = config_ref_ref(conf->worker);
    h->plugins = conf->plugins;
    h->open_membership = conf->open_membership;
    h->membership_arg = conf->membership_arg;
    h->peers = conf->peers;
    h->peers_arg = conf->peers_arg;
    h->hooks = conf->hooks;
    h->arg = conf->arg;
    h->give_up_ms = conf->give_up_ms;
    if (bind_worker(h, err) < 0) {
        herder_release(h);
        free(h);
        return -1;
    }
    init_state(h);
    *ret_herder = h;
    return 0;
}

static void free_timers(struct herder *h)
{
    for (size_t i = 0; i < h->timers.count; i++)
        h->timers.at[i].msg->drop(h->timers.at[i].msg);
    vec_fini(&h->timers);
}

void herder_free(struct herder *h)
{
    if (!h)
        return;
    free_timers(h);
    inbox_fini(&h->inbox);
    inbox_fini(&h->writes);
    inbox_fini(&h->fencer_inbox);
    membership_free(h->membership);
    assignment_free(h->assignment);
    work_fini(&h->running);
    work_fini(&h->restarting);
    work_fini(&h->fencing);
    staged_fini(&h->staged);
    ptrmap_fini(&h->connectors);
    ptrmap_fini(&h->tasks);
    ptrmap_fini(&h->applied);
    ptrmap_fini(&h->versions);
    vec_fini(&h->measured); /* empty: every task was awaited */
    cluster_state_unref(h->config);
    herder_role_fini(&h->role);
    session_key_state_fini(&h->keys);
    free(h->cluster_id);
    gate_fini(&h->gate);
    herder_release(h);
    free(h);
}

/* ---- messages, timers, waiting ---- */

bool herder_is_stopping(const struct herder *h)
{
    return __atomic_load_n(&h->cancel, __ATOMIC_ACQUIRE);
}

void herder_wake(struct herder *h)
{
    struct membership *m;

    gate_lock(&h->gate);
    m = h->membership;
    gate_wake(&h->gate);
    gate_unlock(&h->gate);
    if (m)
        membership_wake(m);
}

bool herder_pause(struct herder *h, int64_t timeout_ms)
{
    int64_t deadline_ms = clock_deadline_ms(timeout_ms);

    gate_lock(&h->gate);
    while (!herder_is_stopping(h)) {
        if (!gate_wait(&h->gate, deadline_ms))
            break;
    }
    gate_unlock(&h->gate);
    return !herder_is_stopping(h);
}

void herder_post(struct herder *h, struct inbox_msg *msg)
{
    inbox_push(&h->inbox, msg);
    herder_wake(h);
}

void herder_post_at(struct herder *h, int64_t due_ms, struct inbox_msg *msg)
{
    size_t at = h->timers.count;

    vec_push(&h->timers, (struct herder_timer){due_ms, msg});
    while (at > 0 && h->timers.at[at - 1].due_ms > due_ms) {
        h->timers.at[at] = h->timers.at[at - 1];
        at--;
    }
    h->timers.at[at] = (struct herder_timer){due_ms, msg};
}

static void run_messages(struct herder *h)
{
    struct inbox_msg *msg;

    while (!herder_is_stopping(h) && (msg = inbox_take(&h->inbox, 0)) != NULL)
        msg->run(h, msg);
}

/* Runs what is due; returns when the next one is. */
static int64_t run_timers(struct herder *h, int64_t now_ms)
{
    while (h->timers.count && h->timers.at[0].due_ms <= now_ms && !herder_is_stopping(h)) {
        struct inbox_msg *msg = h->timers.at[0].msg;

        vec_remove(&h->timers, 0);
        msg->run(h, msg);
    }
    return h->timers.count ? h->timers.at[0].due_ms : FOREVER_MS;
}

/* ---- small questions ---- */

void herder_set_config(struct herder *h, const struct cluster_state *s)
{
    const struct cluster_state *old;

    gate_lock(&h->gate);
    old = h->config;
    h->config = s;
    gate_unlock(&h->gate);
    cluster_state_unref(old);
}

bool herder_may_work(void *arg)
{
    const struct herder *h = arg; /* tasks run when the membership is there, and end before it */

    return membership_may_work(h->membership);
}

bool herder_is_leader(const struct herder *h)
{
    const char *id = h->membership ? membership_member_id(h->membership) : "";

    return h->assignment && id[0] && strcmp(h->assignment->leader, id) == 0;
}

char *herder_task_id(const char *connector, int32_t task)
{
    return xasprintf("%s-%d", connector, (int)task);
}

/* ---- the tick. Spec: 10.2 ---- */

static void become_ready(struct herder *h)
{
    if (h->has_ticked)
        return;
    h->has_ticked = true;
    gate_lock(&h->gate);
    h->role.is_ready = true;
    gate_wake(&h->gate);
    gate_unlock(&h->gate);
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int poll_group(struct herder *h, int64_t deadline_ms, bool *ret_stable,
                      struct tern_error *err)
{
    int64_t left_ms = clock_left_ms(deadline_ms, INT32_MAX);
    int rc;

    if (!h->assignment) {
        herder_stage_begin(h, STAGE_OF_HERDER, "ensuring membership in the cluster");
    } else if (deadline_ms == FOREVER_MS) {
        herder_stage_begin(h, STAGE_OF_HERDER, "polling the group coordinator until interrupted");
    } else {
        herder_stage_begin(h, STAGE_OF_HERDER,
                           "polling the group coordinator for up to %lldms or until interrupted",
                           (long long)left_ms);
    }
    rc = membership_poll(h->membership, deadline_ms, ret_stable, err);
    herder_stage_end(h, STAGE_OF_HERDER);
    return rc;
}

/* False: start the tick over. */
static bool settle(struct herder *h, bool is_stable)
{
    bool is_settled = is_stable && herder_resolve_rebalance(h);

    herder_set_settled(h, is_settled);
    if (is_settled)
        become_ready(h);
    return is_settled;
}

static int tick(struct herder *h, struct tern_error *err)
{
    int64_t bound;
    bool is_stable;

    if (!h->can_read_configs && !herder_read_configs(h))
        return 0;
    if (poll_group(h, clock_mono_ms(), &is_stable, err) < 0)
        return -1;
    if (!settle(h, is_stable))
        return 0;
    herder_answer_pings(h);
    herder_rotate_session_key(h);
    run_messages(h);
    bound = run_timers(h, clock_mono_ms());
    herder_run_restarts(h);
    if (h->scheduled_rebalance_ms != FOREVER_MS) {
        bound = sooner(bound, h->scheduled_rebalance_ms);
        h->rebalance_resolved = false;
    }
    bound = sooner(bound, h->key_due_ms);
    if (herder_apply_updates(h))
        return 0;
    if (herder_is_stopping(h))
        return 0;
    if (poll_group(h, bound, &is_stable, err) < 0)
        return -1;
    settle(h, is_stable);
    return 0;
}

/* ---- the thread ---- */

static int run(struct herder *h, struct tern_error *err)
{
    log_info("Herder starting");
    herder_stage_begin(h, STAGE_OF_HERDER,
                       "initializing and reading to the end of internal topics"); /* peer text */
    if (herder_boot(h, err) < 0)
        return herder_is_stopping(h) ? 0 : -1;
    herder_stage_end(h, STAGE_OF_HERDER);
    log_info("Herder started");
    while (!herder_is_stopping(h)) {
        if (tick(h, err) < 0)
            return -1;
    }
    return 0;
}

/* Those that wait for something that will not come. */
static void wake_askers(struct herder *h)
{
    gate_lock(&h->gate);
    gate_wake(&h->gate);
    gate_unlock(&h->gate);
}

static void stop_everything(struct herder *h)
{
    CLEANUP(work_fini) struct work all = WORK_INIT;

    wake_askers(h);
    inbox_close(&h->inbox);
    inbox_close(&h->writes);
    herder_running_work(h, &all);
    herder_stop_work(h, &all);
    herder_writer_stop(h);
    herder_fencer_stop(h);
    free_timers(h);
    if (h->statuses && !status_store_flush(h->statuses, clock_deadline_ms(STATUS_FLUSH_MS)))
        log_warn("Not every status was written before the end");
    if (h->membership)
        membership_leave(h->membership, "the consumer is being closed"); /* peer text */
    herder_close(h);
}

static void herder_main(void *arg)
{
    struct herder *h = arg;
    struct tern_error err;
    int rc;

    log_set_context(h->context);
    herder_writer_start(h);
    herder_fencer_start(h);
    rc = run(h, &err);
    if (rc < 0) {
        /* peer text */
        log_error("Uncaught exception in herder work thread, exiting: %s", err.msg);
        __atomic_store_n(&h->cancel, true, __ATOMIC_RELEASE);
    }
    log_info("Herder stopping");
    stop_everything(h);
    log_info("Herder stopped");
    h->hooks->ended(h->arg, rc < 0 ? &err : NULL);
}

void herder_start(struct herder *h)
{
    thread_start(&h->thread, h->label, herder_main, h);
}

void herder_stop(struct herder *h)
{
    __atomic_store_n(&h->cancel, true, __ATOMIC_RELEASE);
    herder_wake(h);
}

int64_t herder_stop_timeout_ms(const struct herder *h)
{
    return h->settings.sync_timeout_ms + h->settings.task_shutdown_timeout_ms + STOP_MARGIN_MS;
}

bool herder_join(struct herder *h, int64_t deadline_ms)
{
    return thread_join_until(&h->thread, deadline_ms);
}
