/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source_connector - finds the topics to mirror, makes the target have them, deals their
 * partitions out to tasks, and looks again every refresh.topics.interval.seconds.
 *
 * Threads: the jobs run on the scheduler's thread, task_configs() on the connector's; what they
 * share is the list of known partitions, behind `gate`.
 * Peer: org.apache.kafka.connect.mirror.MirrorSourceConnector. Differences: a first load that
 * fails is tried again with back-off, and task configs that exist stay in force until it has
 * succeeded (Java goes on with no task until the next refresh); partitions are dealt out in
 * sorted order.
 */
#include "connectors/mirror/source/source_connector.h"

#include "connectors/mirror/common/alter_offsets.h"
#include "connectors/mirror/common/loop_guard.h"
#include "connectors/mirror/common/mirror_config.h"
#include "connectors/mirror/common/mirror_open.h"
#include "connectors/mirror/common/mirror_own.h"
#include "connectors/mirror/common/mirror_remarks.h"
#include "connectors/mirror/common/mirror_topics.h"
#include "connectors/mirror/common/mirror_validate.h"
#include "connectors/mirror/common/mirror_wire.h"
#include "connectors/mirror/common/replication_policy.h"
#include "connectors/mirror/common/scheduler.h"
#include "connectors/mirror/common/source_id_record.h"
#include "connectors/mirror/common/task_split.h"
#include "connectors/mirror/common/topic_filter.h"
#include "connectors/mirror/source/acl_sync.h"
#include "connectors/mirror/source/config_sync.h"
#include "connectors/mirror/source/known_topics.h"
#include "connectors/mirror/source/remote_topics.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/thread.h"
#include "lib/base/vec.h"

#include <tern/version.h>

LOG_DOMAIN("org.apache.kafka.connect.mirror.MirrorSourceConnector");

enum {
    JOB_MAX = 6
};

struct source_connector {
    const struct tern_host *host;
    struct mirror_source_settings settings; /* immutable after start, with the filters */
    struct mirror_own own;                  /* likewise */
    struct replication_policy *policy;
    struct topic_filter *topic_filter;
    struct property_filter *property_filter;
    struct admin *source, *target;
    struct mirror_wire *wire; /* to the target */
    struct acl_sync acls;     /* scheduler thread */
    struct strmap runaways;   /* scheduler thread: topics that were said to be left out */
    struct scheduler_job jobs[JOB_MAX];
    struct scheduler *scheduler; /* NULL: the flow is disabled */

    struct gate gate;
    struct known_topics known; /* gate; written by the scheduler thread */
    bool loaded;               /* gate: known comes from the cluster */
    bool cancelled;            /* gate */
    struct admin *syncs;       /* gate: create_offset_syncs()'s, while it uses it */
};

/* The partitions that a topic had in the last round: for one that cannot be described now. */
static int32_t known_partitions(const struct source_connector *c, const char *name)
{
    const struct known_topic *topic = known_topics_find(&c->known, name); /* its only writer */

    return topic ? topic->partitions : 0;
}

static bool replicates(void *arg, const char *topic)
{
    struct source_connector *c = arg;

    return replication_policy_replicates(c->policy, topic, c->settings.common.target_alias,
                                         topic_filter_includes(c->topic_filter, topic),
                                         c->settings.replicate_heartbeats);
}

/* A name that grows with every round: said when it is first seen. Scheduler thread. */
static bool is_runaway(struct source_connector *c, const char *topic)
{
    const char *alias = c->settings.common.source_alias;

    if (c->own.loops == MIRROR_LOOPS_OFF || !loop_guard_is_runaway(c->policy, alias, topic))
        return false;
    if (!strmap_has(&c->runaways, topic)) {
        strmap_set(&c->runaways, topic, NULL);
        log_warn("Topic '%s' is not mirrored: it was mirrored from '%s' twice already, so one "
                 "cluster seems to go by two names (tern.loop.policy)",
                 topic, alias);
    }
    return true;
}

static int discover(struct source_connector *c, int64_t deadline_ms, struct known_topics *ret_found,
                    struct tern_error *err)
{
    CLEANUP(admin_topics_fini) struct admin_topics topics = {0};
    const struct mirror_settings *common = &c->settings.common;

    if (admin_list_topics(c->source, NULL, deadline_ms, &topics, err) < 0)
        return tern_context(err, "listing the topics of cluster '%s'", common->source_alias);
    for (size_t i = 0; i < topics.count; i++) {
        const struct admin_topic *topic = &topics.at[i];
        int32_t partitions = topic->error ? known_partitions(c, topic->name) : topic->partitions;

        if (topic->internal || partitions <= 0 || !replicates(c, topic->name) ||
            is_runaway(c, topic->name))
            continue;
        vec_push(ret_found, (struct known_topic){xstrdup(topic->name),
                                                 replication_policy_format_remote(
                                                     c->policy, common->source_alias, topic->name),
                                                 partitions});
    }
    return 0;
}

static int source_admin(void *arg, struct admin **ret_admin, struct tern_error *err)
{
    struct source_connector *c = arg;

    (void)err;
    *ret_admin = c->source;
    return 0;
}

static void remote_fault(void *arg, const struct remote_topic *topic, const char *why)
{
    struct source_connector *c = arg;

    log_warn("Could not create or extend remote topic '%s' on cluster '%s': %s", topic->remote,
             c->settings.common.target_alias, why);
}

static int ensure_remote(struct source_connector *c, const struct known_topics *found,
                         int64_t deadline_ms, bool *ret_changed, struct tern_error *err)
{
    CLEANUP(freep) struct remote_topic *wanted = xcalloc(found->count, sizeof(*wanted));
    struct remote_topics remote = {
        .target = c->target,
        .source = source_admin,
        .fault = remote_fault,
        .arg = c,
        .filter = c->property_filter,
        .factor = remote_topics_factor(&c->settings),
    };

    for (size_t i = 0; i < found->count; i++)
        wanted[i] =
            (struct remote_topic){found->at[i].name, found->at[i].remote, found->at[i].partitions};
    return remote_topics_ensure(&remote, wanted, found->count, deadline_ms, ret_changed, err);
}

/* Publishes what was found; returns whether task configs have to be made anew. */
static bool publish(struct source_connector *c, struct known_topics *found, bool remote_changed)
{
    bool news, first;

    gate_lock(&c->gate);
    first = !c->loaded;
    news = first || !known_topics_equal(&c->known, found);
    if (news) {
        struct known_topics old = c->known;

        c->known = *found;
        *found = old;
    }
    c->loaded = true;
    gate_unlock(&c->gate);
    if (news)
        log_info("Found %zu topics to mirror on cluster '%s'", c->known.count,
                 c->settings.common.source_alias);
    return news || remote_changed;
}

/* Between their jobs, far apart, the admins are closed. Thread: scheduler. */
static int wake_admins(struct source_connector *c, struct tern_error *err)
{
    return admin_wake(c->source, err) < 0 ? -1 : admin_wake(c->target, err);
}

static int rest(void *arg, int64_t deadline_ms, struct tern_error *err)
{
    struct source_connector *c = arg;

    (void)deadline_ms, (void)err;
    admin_rest(c->source);
    admin_rest(c->target);
    return 0;
}

static int refresh(void *arg, int64_t deadline_ms, struct tern_error *err)
{
    struct source_connector *c = arg;
    CLEANUP(known_topics_fini) struct known_topics found = {0};
    bool remote_changed = false;

    if (wake_admins(c, err) < 0 || discover(c, deadline_ms, &found, err) < 0 ||
        ensure_remote(c, &found, deadline_ms, &remote_changed, err) < 0)
        return -1;
    if (publish(c, &found, remote_changed))
        c->host->request_task_reconfiguration(c->host);
    return 0;
}

/* ---- configs and ACLs ---- */

static int sync_configs(void *arg, int64_t deadline_ms, struct tern_error *err)
{
    struct source_connector *c = arg;
    const struct config_sync sync = {
        .source = c->source,
        .target = c->target,
        .wire = mirror_wire_client(c->wire),
        .filter = c->property_filter,
        .target_alias = c->settings.common.target_alias,
    };
    size_t count = c->known.count; /* scheduler thread: its only writer */
    CLEANUP(freep) struct config_sync_topic *topics = xcalloc(count, sizeof(*topics));

    if (wake_admins(c, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        topics[i] = (struct config_sync_topic){c->known.at[i].name, c->known.at[i].remote};
    if (config_sync_run(&sync, topics, count, deadline_ms, err) == 0)
        return 0;
    if (err->code == TERN_EINVALID) /* as in Java: a target that cannot do it */
        c->host->raise_error(c->host, err);
    return -1;
}

static int sync_acls(void *arg, int64_t deadline_ms, struct tern_error *err)
{
    struct source_connector *c = arg;

    if (wake_admins(c, err) < 0)
        return -1;
    return acl_sync_run(&c->acls, deadline_ms, err);
}

/* ---- the offset-syncs topic ---- */

/* Lets cancel() know of an admin, or of none any more. */
static void publish_syncs(struct source_connector *c, struct admin *admin)
{
    gate_lock(&c->gate);
    c->syncs = admin;
    if (c->cancelled)
        admin_cancel(admin);
    gate_unlock(&c->gate);
}

static int create_offset_syncs(void *arg, int64_t deadline_ms, struct tern_error *err)
{
    struct source_connector *c = arg;
    const struct mirror_settings *common = &c->settings.common;
    bool at_source = mirror_offset_syncs_side(c->settings.offset_syncs_location) == MIRROR_SOURCE;
    CLEANUP(freep)
    char *topic = replication_policy_offset_syncs_topic(
        c->policy, at_source ? common->target_alias : common->source_alias);
    struct tern_config config = mirror_settings_config(common);
    CLEANUP(mirror_admin_freep) struct admin *admin = NULL;
    int rc;

    if (mirror_open_admin(&config,
                          at_source ? MIRROR_OFFSET_SYNCS_SOURCE_ADMIN
                                    : MIRROR_OFFSET_SYNCS_TARGET_ADMIN,
                          false, &admin, err) < 0)
        return -1;
    publish_syncs(c, admin);
    rc = mirror_create_compacted_topic(
        admin, topic,
        mirror_factor_of(&config, "offset-syncs.topic.replication.factor",
                         c->settings.offset_syncs_replication_factor),
        deadline_ms, err);
    publish_syncs(c, NULL);
    return rc;
}

/* The topic of ids, which source_ids.h reads and writes: on the target, like the remote topics. */
static int create_topic_ids(void *arg, int64_t deadline_ms, struct tern_error *err)
{
    struct source_connector *c = arg;
    CLEANUP(freep) char *topic = source_id_topic(c->settings.common.source_alias);

    if (wake_admins(c, err) < 0)
        return -1;
    return mirror_create_compacted_topic(c->target, topic, remote_topics_factor(&c->settings),
                                         deadline_ms, err);
}

/* What is under way is of no use any more. */
static void cancel(struct source_connector *c)
{
    admin_cancel(c->source);
    admin_cancel(c->target);
    mirror_wire_cancel(c->wire);
    gate_lock(&c->gate);
    c->cancelled = true;
    admin_cancel(c->syncs);
    gate_unlock(&c->gate);
}

static void stop(void *self)
{
    struct source_connector *c = self;

    cancel(c);
    scheduler_free(c->scheduler);
    admin_free(c->source);
    admin_free(c->target);
    mirror_wire_free(c->wire);
    topic_filter_free(c->topic_filter);
    property_filter_free(c->property_filter);
    replication_policy_free(c->policy);
    known_topics_fini(&c->known);
    strmap_fini(&c->runaways);
    mirror_settings_fini(&c->settings.common);
    gate_fini(&c->gate);
    free(c);
}

static int start_jobs(struct source_connector *c, struct tern_error *err)
{
    const struct mirror_source_settings *s = &c->settings;
    size_t count = 0;

    if (s->emit_offset_syncs)
        c->jobs[count++] = (struct scheduler_job){"creating the offset-syncs topic",
                                                  create_offset_syncs, -1, SCHEDULER_AT_ONCE};
    if (c->own.keep_topic_ids)
        c->jobs[count++] = (struct scheduler_job){"creating the topic of topic ids",
                                                  create_topic_ids, -1, SCHEDULER_AT_ONCE};
    c->jobs[count++] = (struct scheduler_job){
        "refreshing topics", refresh,
        mirror_interval_ms(s->refresh_topics, s->refresh_topics_interval_s), SCHEDULER_AT_ONCE};
    if (s->sync_topic_acls) {
        c->jobs[count++] = (struct scheduler_job){
            "syncing topic ACLs", sync_acls,
            mirror_interval_ms(true, s->sync_topic_acls_interval_s), SCHEDULER_SOON};
    }
    if (s->sync_topic_configs) {
        c->jobs[count++] = (struct scheduler_job){
            "syncing topic configs", sync_configs,
            mirror_interval_ms(true, s->sync_topic_configs_interval_s), SCHEDULER_SOON};
    }
    c->jobs[count++] = (struct scheduler_job){"closing admin clients", rest, -1, SCHEDULER_AT_REST};
    if (scheduler_start(c->host, "mirror-source", c->jobs, count, c, s->common.admin_timeout_ms,
                        &c->scheduler, err) < 0)
        return -1;
    scheduler_await_first_round(c->scheduler, clock_deadline_ms(s->common.admin_timeout_ms));
    return 0;
}

static int begin(struct source_connector *c, const struct tern_config *config,
                 struct tern_error *err)
{
    if (mirror_source_settings_bind(config, &c->settings, err) < 0 ||
        mirror_own_bind(config, &c->own, err) < 0)
        return -1;
    if (!c->settings.common.enabled) {
        log_info("Mirroring from '%s' to '%s' is not enabled", c->settings.common.source_alias,
                 c->settings.common.target_alias);
        return 0;
    }
    if (replication_policy_new(config, &c->policy, err) < 0 ||
        topic_filter_new(config, &c->topic_filter, err) < 0 ||
        property_filter_new(config, &c->property_filter, err) < 0 ||
        mirror_open_admin(config, MIRROR_REPLICATION_SOURCE_ADMIN, false, &c->source, err) < 0 ||
        mirror_open_admin(config, MIRROR_REPLICATION_TARGET_ADMIN, false, &c->target, err) < 0 ||
        mirror_wire_open(config, MIRROR_REPLICATION_TARGET_ADMIN, false, NULL, &c->wire, err) < 0)
        return -1;
    c->acls = (struct acl_sync){
        .source = c->source,
        .target = c->target,
        .policy = c->policy,
        .source_alias = c->settings.common.source_alias,
        .target_alias = c->settings.common.target_alias,
        .replicates = replicates,
        .arg = c,
    };
    return start_jobs(c, err);
}

static int start(const struct tern_host *host, const struct tern_config *config, void **ret_self,
                 struct tern_error *err)
{
    struct source_connector *c = xcalloc(1, sizeof(*c));

    mirror_use_host(host);
    c->host = host;
    gate_init(&c->gate);
    if (begin(c, config, err) < 0) {
        stop(c);
        return -1;
    }
    *ret_self = c;
    return 0;
}

struct partitions {
    struct mirror_partition *at;
    size_t count;
    size_t cap;
};

/* The known partitions; the names stay valid for the connector's thread until c changes: copied. */
static int copy_partitions(struct source_connector *c, struct known_topics *ret_topics,
                           struct partitions *ret_partitions, struct tern_error *err)
{
    bool loaded;

    gate_lock(&c->gate);
    loaded = c->loaded;
    for (size_t i = 0; loaded && i < c->known.count; i++)
        vec_push(ret_topics, (struct known_topic){xstrdup(c->known.at[i].name), NULL,
                                                  c->known.at[i].partitions});
    gate_unlock(&c->gate);
    if (!loaded) {
        return tern_fail(err, TERN_ERETRIABLE,
                         "the topics of cluster '%s' are not known yet: the cluster could not be "
                         "read so far",
                         c->settings.common.source_alias);
    }
    for (size_t i = 0; i < ret_topics->count; i++) {
        for (int32_t p = 0; p < ret_topics->at[i].partitions; p++)
            vec_push(ret_partitions, (struct mirror_partition){ret_topics->at[i].name, p});
    }
    task_split_sort(ret_partitions->at, ret_partitions->count);
    return 0;
}

static int emit_tasks(struct source_connector *c, const struct partitions *partitions,
                      int32_t max_tasks, tern_config_emit *emit, void *arg, struct tern_error *err)
{
    size_t tasks = task_split_count(partitions->count, max_tasks);
    CLEANUP(strmap_fini) struct strmap config = STRMAP_INIT;
    struct tern_config base = mirror_settings_config(&c->settings.common), view;

    strmap_add_all(&config, &base);
    for (size_t i = 0; i < tasks; i++) {
        CLEANUP(freep)
        char *assigned = task_split_partitions(partitions->at, partitions->count, tasks, i);

        strmap_set(&config, MIRROR_TASK_PARTITIONS, assigned);
        strmap_set_fmt(&config, MIRROR_TASK_INDEX, "%zu", i);
        view = strmap_config(&config);
        if (emit(arg, &view, err) < 0)
            return -1;
    }
    return 0;
}

static int task_configs(void *self, int32_t max_tasks, tern_config_emit *emit, void *arg,
                        struct tern_error *err)
{
    struct source_connector *c = self;
    CLEANUP(known_topics_fini) struct known_topics topics = {0};
    struct partitions partitions = {0};
    int rc;

    if (!c->scheduler)
        return 0;
    rc = copy_partitions(c, &topics, &partitions, err);
    if (rc == 0)
        rc = emit_tasks(c, &partitions, max_tasks, emit, arg, err);
    vec_fini(&partitions);
    return rc;
}

const struct tern_connector_class source_connector_class = {
    .size = sizeof(source_connector_class),
    .name = MIRROR_SOURCE_CONNECTOR,
    .version = TERN_KAFKA_VERSION,
    .config_key_size = sizeof(struct tern_config_key),
    .config = mirror_source_tables,
    .source_task = &source_task_class,
    .validate = mirror_validate_source,
    .exactly_once = mirror_exactly_once_source,
    .start = start,
    .task_configs = task_configs,
    .stop = stop,
    .alter_offsets = alter_offsets_source,
    .remarks = mirror_remarks,
};
