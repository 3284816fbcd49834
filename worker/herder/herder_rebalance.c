/* SPDX-License-Identifier: Apache-2.0 */
/* What a completed join means for what runs here. Spec: connect-distributed.md 10.3, 10.4. */
#include "worker/herder/herder_priv.h"

#include "lib/base/log.h"
#include "lib/base/xmem.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.distributed.DistributedHerder");

enum {
    BACKOFF_RETRIES = 5,
    STATUS_REFRESH_MS = 2000,
};

/* ---- what the membership asks and tells ---- */

static int64_t on_configured(void *arg, struct work *ret_work)
{
    struct herder *h = arg;
    const struct cluster_state *s = config_store_snapshot(h->configs);
    int64_t offset = s->offset;

    for (size_t i = 0; i < s->count; i++) {
        const struct connector_state *c = s->connectors[i];

        work_add_connector(ret_work, c->name);
        for (int32_t t = 0; t < connector_state_tasks(c); t++)
            work_add_task(ret_work, c->name, t);
    }
    cluster_state_unref(s);
    return offset;
}

/* True: the worker has come to lead. */
static bool publish_role(struct herder *h)
{
    const struct assignment *a = h->assignment;
    char *url = a->leader_url ? xstrdup(a->leader_url) : NULL;
    bool is_leader = herder_is_leader(h), was_leader;
    char *old;

    __atomic_store_n(&h->generation, a->generation, __ATOMIC_RELEASE);
    gate_lock(&h->gate);
    old = h->role.leader_url;
    h->role.leader_url = url;
    was_leader = h->role.is_leader;
    h->role.is_leader = is_leader;
    h->role.protocol = a->protocol;
    h->role.generation = a->generation;
    gate_unlock(&h->gate);
    free(old);
    return is_leader && !was_leader;
}

static void on_joined(void *arg, struct assignment *a)
{
    struct herder *h = arg;
    CLEANUP(freep) char *text = work_text(&a->assigned);

    herder_set_settled(h, false);
    log_info("Joined group at generation %d with protocol version %d and got assignment: %s, "
             "config offset %lld, with rebalance delay: %lld",
             (int)a->generation, (int)a->protocol, text, (long long)a->offset,
             (long long)a->delay_ms);
    assignment_free(h->assignment);
    h->assignment = a;
    h->scheduled_rebalance_ms = a->delay_ms ? clock_deadline_ms(a->delay_ms) : FOREVER_MS;
    h->rebalance_resolved = false;
    if (publish_role(h) && h->exactly_once != EXACTLY_ONCE_DISABLED)
        herder_claim_writes(h);
    if (herder_is_leader(h))
        herder_clean_statuses(h);
}

/* Connectors that are no more leave their topics' statuses behind. */
static void forget_topics(struct herder *h, const struct work *work)
{
    for (size_t i = 0; i < work->connector_count; i++) {
        if (!cluster_state_connector(h->config, work->connectors[i]))
            status_store_remove_topics(h->statuses, work->connectors[i]);
    }
}

/*
 * A worker that was away for longer than its session stops what others run since. It must know so
 * before it says UNASSIGNED: readers take that of a connector whatever its generation is.
 */
static void learn_of_others(struct herder *h)
{
    struct tern_error err;

    herder_stage_begin(h, STAGE_OF_HERDER, "reading to the end of the status topic");
    if (status_store_refresh(h->statuses, clock_deadline_ms(STATUS_REFRESH_MS), &err) < 0)
        log_warn("Statuses of what is revoked may hide newer ones of other workers: %s", err.msg);
    herder_stage_end(h, STAGE_OF_HERDER);
}

static void revoke(struct herder *h, const struct work *work)
{
    learn_of_others(h);
    herder_stop_work(h, work);
    work_remove_all(&h->running, work);
    if (h->config)
        forget_topics(h, work);
    herder_stage_begin(h, STAGE_OF_HERDER, "flushing updates to the status topic"); /* peer text */
    if (!status_store_flush(h->statuses, clock_deadline_ms(STATUS_FLUSH_MS)))
        log_warn("Statuses of what was revoked could not be written in time");
    herder_stage_end(h, STAGE_OF_HERDER);
}

static void on_revoked(void *arg, const struct work *work)
{
    struct herder *h = arg;

    herder_set_settled(h, false);
    if (h->assignment) /* the next says what is assigned; until then nothing of it is started */
        work_remove_all(&h->assignment->assigned, work);
    if (!h->rebalance_resolved && h->assignment && h->assignment->protocol == GROUP_EAGER) {
        log_info("Nothing of the revoked assignment was started");
        return;
    }
    revoke(h, work);
}

const struct membership_listener herder_membership_listener = {
    .configured = on_configured,
    .joined = on_joined,
    .revoked = on_revoked,
};

/* ---- catching up with the config topic ---- */

static void stop_all(struct herder *h)
{
    CLEANUP(work_fini) struct work all = WORK_INIT;

    herder_running_work(h, &all);
    work_add_all(&all, &h->running);
    revoke(h, &all);
}

/* Out of the group for a while; after some times without success, the work ends too. */
static void back_off(struct herder *h)
{
    if (h->assignment && h->assignment->protocol == GROUP_EAGER) {
        herder_pause(h, h->settings.unsync_backoff_ms);
        return;
    }
    if (h->backoff_retries <= 0) {
        log_warn("The config topic could not be read for too long: everything is stopped");
        stop_all(h);
        h->backoff_retries = BACKOFF_RETRIES;
        return;
    }
    herder_pause(h, h->settings.rebalance_max_delay_ms / 10 / h->backoff_retries);
    h->backoff_retries--;
}

bool herder_read_configs(struct herder *h)
{
    struct tern_error err;
    int rc;

    herder_set_settled(h, false);
    herder_stage_begin(h, STAGE_OF_HERDER,
                       "reading to the end of the config topic"); /* peer text */
    rc = config_store_refresh(h->configs, clock_deadline_ms(h->settings.sync_timeout_ms), &err);
    herder_stage_end(h, STAGE_OF_HERDER);
    if (rc < 0) {
        log_warn("Didn't reach end of config log quickly enough: %s", err.msg);
        h->can_read_configs = false;
        membership_leave(h->membership, "taking too long to read the log"); /* peer text */
        back_off(h);
        return false;
    }
    herder_set_config(h, config_store_snapshot(h->configs));
    h->can_read_configs = true;
    h->backoff_retries = BACKOFF_RETRIES;
    return true;
}

/* ---- starting what is new ---- */

static void start_connectors(struct herder *h, const struct work *fresh)
{
    for (size_t i = 0; i < fresh->connector_count; i++) {
        const char *name = fresh->connectors[i];
        const struct connector_state *s = cluster_state_connector(h->config, name);
        enum target_state target = s ? s->target : TARGET_STARTED;

        herder_start_connector(h, name, herder_on_transition,
                               herder_transition_arg(h, name, target));
    }
}

/*
 * What runs and is not assigned (any more) ends, and so does what is about to be started: after
 * a group has become eager, the first assignment leaves things out that nobody has revoked.
 */
static void stop_stale(struct herder *h, const struct work *fresh)
{
    CLEANUP(work_fini) struct work all = WORK_INIT;
    CLEANUP(work_fini) struct work stale = WORK_INIT;
    CLEANUP(work_fini) struct work again = WORK_INIT;
    CLEANUP(work_fini) struct work fine = WORK_INIT;

    herder_running_work(h, &all);
    work_minus(&all, &h->assignment->assigned, &stale);
    work_minus(&all, fresh, &fine);
    work_minus(&all, &fine, &again);
    work_add_all(&stale, &again);
    if (!work_is_empty(&stale))
        revoke(h, &stale);
}

static void start_work(struct herder *h)
{
    CLEANUP(work_fini) struct work fresh = WORK_INIT;

    log_info("Starting connectors and tasks using config offset %lld",
             (long long)h->config->offset);
    work_remove_all(&h->running, &h->restarting);
    work_clear(&h->restarting);
    work_minus(&h->assignment->assigned, &h->running, &fresh);
    stop_stale(h, &fresh);
    herder_stage_begin(h, STAGE_OF_HERDER,
                       "starting %zu connector(s) and task(s) after a rebalance", /* peer text */
                       fresh.connector_count + fresh.task_count);
    start_connectors(h, &fresh);
    for (size_t i = 0; i < fresh.task_count; i++)
        herder_start_task(h, fresh.tasks[i].connector, fresh.tasks[i].number);
    herder_stage_end(h, STAGE_OF_HERDER);
    work_clear(&h->running);
    if (h->assignment->protocol != GROUP_EAGER) /* eager: everything is started anew each time */
        work_add_all(&h->running, &h->assignment->assigned);
    log_info("Finished starting connectors and tasks");
}

/*
 * A connector that was deleted and created again between two joins has not changed hands, and
 * still runs with what it was created from before.
 */
static void stage_outdated(struct herder *h)
{
    PTRMAP_FOREACH (&h->connectors, e) {
        const struct running_connector *c = e->value;
        const struct connector_state *s = cluster_state_connector(h->config, c->name);
        struct tern_config now, then;

        if (!s || s->config == c->raw)
            continue;
        now = config_ref_config(s->config);
        then = config_ref_config(c->raw);
        if (config_equal(&now, &then))
            continue;
        gate_lock(&h->gate);
        work_add_connector(&h->staged.configs, c->name);
        gate_unlock(&h->gate);
    }
}

static bool resolved_now(struct herder *h)
{
    struct assignment *a = h->assignment;

    start_work(h);
    stage_outdated(h);
    h->rebalance_resolved = true;
    if (h->hooks->rebalanced)
        h->hooks->rebalanced(h->arg, h, herder_is_leader(h));
    if (work_is_empty(&a->revoked))
        return true;
    work_clear(&a->revoked);
    membership_request_rejoin(h->membership, "work was revoked");
    return false;
}

/*
 * What was read already, when that is enough: then the topic needs no reading. Nothing newer than
 * it must be, since what is newer than the assignment makes everybody join again.
 */
static void adopt_until(struct herder *h, int64_t offset)
{
    const struct cluster_state *s = config_store_snapshot(h->configs);

    if (!h->config || h->config->offset < offset)
        herder_set_config(h, s);
    else
        cluster_state_unref(s);
}

bool herder_resolve_rebalance(struct herder *h)
{
    const struct assignment *a = h->assignment;
    bool needs_read, needs_rejoin = false;

    if (h->rebalance_resolved)
        return true;
    adopt_until(h, a->offset);
    needs_read = h->config->offset < a->offset;
    if (a->error != ASSIGNMENT_OK) {
        needs_rejoin = true;
        needs_read = needs_read || herder_is_leader(h);
    }
    if (h->scheduled_rebalance_ms <= clock_mono_ms()) {
        needs_rejoin = true;
        h->scheduled_rebalance_ms = FOREVER_MS;
    }
    if (needs_read && !herder_read_configs(h))
        needs_rejoin = true;
    if (needs_rejoin) {
        membership_request_rejoin(h->membership, "the assignment cannot be used");
        return false;
    }
    if (h->config->offset != a->offset) {
        log_info("Current config state offset %lld does not match group assignment %lld. Forcing "
                 "rebalance.",
                 (long long)h->config->offset, (long long)a->offset);
        membership_request_rejoin(h->membership, "the config offset differs");
        return false;
    }
    return resolved_now(h);
}
