/* SPDX-License-Identifier: Apache-2.0 */
/*
 * checkpoint_connector - finds the consumer groups of the source that have committed offsets in
 * mirrored topics, and deals them out to tasks.
 *
 * Threads: the jobs run on the scheduler's thread, task_configs() on the connector's; what they
 * share is the list of known groups, behind `gate`.
 * Peer: org.apache.kafka.connect.mirror.MirrorCheckpointConnector. Spec: mirror-maker2.md 7.1, 7.2.
 * Differences: groups are dealt out in sorted order; a first load that fails is tried again with
 * back-off instead of at the next interval; a group that may not be read, or whose name a task
 * configuration cannot hold, is left out with a warning, where Java's rounds fail, or the parts of
 * the name are taken for groups; while some brokers do not answer, known groups stay.
 */
#include "connectors/mirror/checkpoint/checkpoint_connector.h"

#include <string.h>

#include "connectors/mirror/checkpoint/group_names.h"
#include "connectors/mirror/common/alter_offsets.h"
#include "connectors/mirror/common/group_filter.h"
#include "connectors/mirror/common/mirror_config.h"
#include "connectors/mirror/common/mirror_open.h"
#include "connectors/mirror/common/mirror_remarks.h"
#include "connectors/mirror/common/mirror_topics.h"
#include "connectors/mirror/common/mirror_validate.h"
#include "connectors/mirror/common/replication_policy.h"
#include "connectors/mirror/common/scheduler.h"
#include "connectors/mirror/common/task_split.h"
#include "connectors/mirror/common/topic_filter.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/thread.h"
#include "lib/base/vec.h"

#include <tern/version.h>

LOG_DOMAIN("org.apache.kafka.connect.mirror.MirrorCheckpointConnector");

enum {
    JOBS = 3
};

struct checkpoint_connector {
    const struct tern_host *host;
    struct mirror_checkpoint_settings settings; /* immutable after start, with the filters */
    struct replication_policy *policy;
    struct topic_filter *topic_filter;
    struct group_filter *group_filter;
    struct admin *source, *target;
    struct strmap left_out; /* scheduler thread: groups of which that was said */
    struct scheduler_job jobs[JOBS];
    struct scheduler *scheduler; /* NULL: disabled */

    struct gate gate;
    struct group_names known; /* gate; written by the scheduler thread */
    bool loaded;              /* gate: known comes from the cluster */
};

/* ---- discovery ---- */

static void leave_out(struct checkpoint_connector *c, const char *group, const char *why)
{
    if (strmap_set_if_absent(&c->left_out, group, NULL))
        log_warn("Group '%s' of cluster '%s' is left out: %s", group,
                 c->settings.common.source_alias, why);
}

static int matching_groups(struct checkpoint_connector *c, int64_t deadline_ms,
                           struct group_names *ret_names, struct tern_error *err)
{
    CLEANUP(admin_groups_fini) struct admin_groups groups = {0};

    if (admin_list_groups(c->source, deadline_ms, &groups, err) < 0)
        return tern_context(err, "listing the consumer groups of cluster '%s'",
                            c->settings.common.source_alias);
    for (size_t i = 0; i < groups.count; i++) {
        const char *name = groups.names[i];

        if (!group_filter_includes(c->group_filter, name))
            continue;
        if (group_names_fit(name))
            vec_push(ret_names, xstrdup(name));
        else
            leave_out(c, name, "a name with a comma, or with blanks at its ends, fits no list");
    }
    if (groups.is_partial)
        group_names_merge(ret_names, &c->known); /* scheduler thread: its only writer */
    return 0;
}

/* Whether a group has committed an offset in a topic that is mirrored. */
static bool is_relevant(const struct checkpoint_connector *c,
                        const struct admin_group_offsets *group)
{
    for (size_t i = 0; i < group->count; i++) {
        if (topic_filter_includes(c->topic_filter, group->offsets[i].topic))
            return true;
    }
    return false;
}

static int relevant_groups(struct checkpoint_connector *c, const struct group_names *names,
                           int64_t deadline_ms, struct group_names *ret_found,
                           struct tern_error *err)
{
    struct admin_group_offsets *offsets = NULL;
    int rc = 0;

    if (!names->count)
        return 0;
    if (admin_group_offsets(c->source, (const char *const *)names->at, names->count, deadline_ms,
                            &offsets, err) < 0)
        return tern_context(err, "reading the groups' offsets");
    for (size_t i = 0; rc == 0 && i < names->count; i++) {
        if (offsets[i].outcome.kafka_error == ADMIN_GROUP_AUTHORIZATION_FAILED) {
            leave_out(c, names->at[i], offsets[i].outcome.message); /* the others can be read */
        } else if (offsets[i].outcome.kafka_error) {
            rc = tern_fail(err, TERN_ERETRIABLE, "reading the offsets of group '%s': %s",
                           names->at[i], offsets[i].outcome.message);
        } else if (is_relevant(c, &offsets[i])) {
            vec_push(ret_found, xstrdup(names->at[i]));
        }
    }
    admin_group_offsets_free(offsets, names->count);
    return rc;
}

/* Publishes what was found; returns whether it is news. */
static bool publish(struct checkpoint_connector *c, struct group_names *found)
{
    bool news;

    gate_lock(&c->gate);
    news = !c->loaded || !group_names_equal(&c->known, found);
    if (news) {
        struct group_names old = c->known;

        c->known = *found;
        *found = old;
    }
    c->loaded = true;
    gate_unlock(&c->gate);
    return news;
}

/* Between their jobs, far apart, the admins are closed. Thread: scheduler. */
static int wake_admins(struct checkpoint_connector *c, struct tern_error *err)
{
    return admin_wake(c->source, err) < 0 ? -1 : admin_wake(c->target, err);
}

static int rest(void *arg, int64_t deadline_ms, struct tern_error *err)
{
    struct checkpoint_connector *c = arg;

    (void)deadline_ms, (void)err;
    admin_rest(c->source);
    admin_rest(c->target);
    return 0;
}

static int refresh(void *arg, int64_t deadline_ms, struct tern_error *err)
{
    struct checkpoint_connector *c = arg;
    CLEANUP(group_names_fini) struct group_names names = {0}, found = {0};
    size_t count;

    if (wake_admins(c, err) < 0 || matching_groups(c, deadline_ms, &names, err) < 0 ||
        relevant_groups(c, &names, deadline_ms, &found, err) < 0)
        return -1;
    count = found.count;
    if (publish(c, &found)) {
        log_info("Found %zu consumer groups to checkpoint on cluster '%s'", count,
                 c->settings.common.source_alias);
        c->host->request_task_reconfiguration(c->host);
    }
    return 0;
}

static int create_topic(void *arg, int64_t deadline_ms, struct tern_error *err)
{
    struct checkpoint_connector *c = arg;
    CLEANUP(freep)
    char *topic = replication_policy_checkpoints_topic(c->policy, c->settings.common.source_alias);
    const struct tern_config config = mirror_settings_config(&c->settings.common);

    if (wake_admins(c, err) < 0)
        return -1;
    return mirror_create_compacted_topic(
        c->target, topic,
        mirror_factor_of(&config, "checkpoints.topic.replication.factor",
                         c->settings.checkpoints_replication_factor),
        deadline_ms, err);
}

/* ---- life ---- */

static void stop(void *self)
{
    struct checkpoint_connector *c = self;

    admin_cancel(c->source);
    admin_cancel(c->target);
    scheduler_free(c->scheduler);
    admin_free(c->source);
    admin_free(c->target);
    topic_filter_free(c->topic_filter);
    group_filter_free(c->group_filter);
    replication_policy_free(c->policy);
    group_names_fini(&c->known);
    strmap_fini(&c->left_out);
    mirror_settings_fini(&c->settings.common);
    gate_fini(&c->gate);
    free(c);
}

static int start_jobs(struct checkpoint_connector *c, struct tern_error *err)
{
    const struct mirror_checkpoint_settings *s = &c->settings;

    c->jobs[0] = (struct scheduler_job){"creating the checkpoints topic", create_topic, -1, true};
    c->jobs[1] = (struct scheduler_job){
        "refreshing consumer groups", refresh,
        mirror_interval_ms(s->refresh_groups, s->refresh_groups_interval_s), true};
    c->jobs[2] = (struct scheduler_job){"closing admin clients", rest, -1, SCHEDULER_AT_REST};
    if (scheduler_start(c->host, "mirror-groups", c->jobs, JOBS, c, s->common.admin_timeout_ms,
                        &c->scheduler, err) < 0)
        return -1;
    scheduler_await_first_round(c->scheduler, clock_deadline_ms(s->common.admin_timeout_ms));
    return 0;
}

static int begin(struct checkpoint_connector *c, const struct tern_config *config,
                 struct tern_error *err)
{
    if (mirror_checkpoint_settings_bind(config, &c->settings, err) < 0)
        return -1;
    if (!c->settings.common.enabled)
        return 0;
    if (replication_policy_new(config, &c->policy, err) < 0 ||
        topic_filter_new(config, &c->topic_filter, err) < 0 ||
        group_filter_new(config, &c->group_filter, err) < 0 ||
        mirror_open_admin(config, MIRROR_CHECKPOINT_SOURCE_ADMIN, false, &c->source, err) < 0 ||
        mirror_open_admin(config, MIRROR_CHECKPOINT_TARGET_ADMIN, false, &c->target, err) < 0)
        return -1;
    return start_jobs(c, err);
}

static int start(const struct tern_host *host, const struct tern_config *config, void **ret_self,
                 struct tern_error *err)
{
    struct checkpoint_connector *c = xcalloc(1, sizeof(*c));

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

static int copy_groups(struct checkpoint_connector *c, struct group_names *ret_groups,
                       struct tern_error *err)
{
    bool loaded;

    gate_lock(&c->gate);
    loaded = c->loaded;
    for (size_t i = 0; loaded && i < c->known.count; i++)
        vec_push(ret_groups, xstrdup(c->known.at[i]));
    gate_unlock(&c->gate);
    if (!loaded) {
        return tern_fail(err, TERN_ERETRIABLE,
                         "the consumer groups of cluster '%s' are not known yet: the cluster could "
                         "not be read so far",
                         c->settings.common.source_alias);
    }
    return 0;
}

static int emit_tasks(struct checkpoint_connector *c, const struct group_names *groups,
                      int32_t max_tasks, tern_config_emit *emit, void *arg, struct tern_error *err)
{
    size_t tasks = task_split_count(groups->count, max_tasks);
    CLEANUP(strmap_fini) struct strmap config = STRMAP_INIT;
    struct tern_config base = mirror_settings_config(&c->settings.common), view;

    strmap_add_all(&config, &base);
    for (size_t i = 0; i < tasks; i++) {
        CLEANUP(freep)
        char *assigned =
            task_split_groups((const char *const *)groups->at, groups->count, tasks, i);

        strmap_set(&config, MIRROR_TASK_GROUPS, assigned);
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
    struct checkpoint_connector *c = self;
    CLEANUP(group_names_fini) struct group_names groups = {0};

    if (!c->scheduler || !c->settings.emit_checkpoints)
        return 0;
    if (copy_groups(c, &groups, err) < 0)
        return -1;
    return emit_tasks(c, &groups, max_tasks, emit, arg, err);
}

const struct tern_connector_class checkpoint_connector_class = {
    .size = sizeof(checkpoint_connector_class),
    .name = MIRROR_CHECKPOINT_CONNECTOR,
    .version = TERN_KAFKA_VERSION,
    .config_key_size = sizeof(struct tern_config_key),
    .config = mirror_checkpoint_tables,
    .source_task = &checkpoint_task_class,
    .validate = mirror_validate_checkpoint,
    .start = start,
    .task_configs = task_configs,
    .stop = stop,
    .alter_offsets = alter_offsets_checkpoint,
    .remarks = mirror_remarks,
};
