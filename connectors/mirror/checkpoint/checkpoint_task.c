/* SPDX-License-Identifier: Apache-2.0 */
/*
 * checkpoint_task - translates the committed offsets of its groups, emits them as checkpoints,
 * and, if asked to, commits them for idle groups on the target.
 *
 * Threads: poll() on the task's; loading and group offset sync on the scheduler's; both use
 * `translation`, which locks. Peer: org.apache.kafka.connect.mirror.MirrorCheckpointTask. Spec:
 * mirror-maker2.md 7.3-7.7. Differences: a start that fails is tried again with back-off; the
 * first round comes as soon as offsets can be translated; the offsets of all groups are asked for
 * at once, not group by group.
 */
#include "connectors/mirror/checkpoint/checkpoint_connector.h"
#include "connectors/mirror/checkpoint/checkpoint_metrics.h"
#include "connectors/mirror/checkpoint/checkpoint_round.h"
#include "connectors/mirror/checkpoint/exposure.h"
#include "connectors/mirror/checkpoint/group_sync.h"
#include "connectors/mirror/checkpoint/translation.h"
#include "connectors/mirror/common/mirror_open.h"
#include "connectors/mirror/common/scheduler.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/xmem.h"

#include <tern/version.h>

LOG_DOMAIN("org.apache.kafka.connect.mirror.MirrorCheckpointTask");

enum {
    JOBS = 2,
    READY_STEP_MS = 100, /* until the first round, which waits for the offset syncs */
};

struct checkpoint_task {
    const struct tern_host *host;
    struct mirror_checkpoint_settings settings; /* immutable after start, with the filters */
    struct replication_policy *policy;
    struct topic_filter *topic_filter;
    char *topic; /* the checkpoints topic */
    struct admin *source, *target;
    struct translation *translation;
    struct exposure *exposure;
    struct checkpoint_metrics *metrics;
    struct scheduler_job jobs[JOBS];
    struct scheduler *scheduler;
    int64_t due_ms;    /* of the next round; task thread only, like the next */
    int64_t report_ms; /* when the log is told of the groups' exposure */
};

/* ---- rounds ---- */

static void translate_group(struct checkpoint_task *t, size_t index,
                            const struct admin_group_offsets *committed, struct checkpoint_round *r)
{
    const char *group = t->settings.task_groups.items[index];
    struct checkpoint_exposure found;

    translation_checkpoint(t->translation, group, committed->offsets, committed->count,
                           checkpoint_round_add, r);
    found = translation_exposure(t->translation, group, committed->offsets, committed->count);
    exposure_set(t->exposure, index, &found);
}

static int fill_round(struct checkpoint_task *t, struct checkpoint_round *r, struct tern_error *err)
{
    const struct tern_list *groups = &t->settings.task_groups;
    struct admin_group_offsets *offsets = NULL;

    if (!groups->count)
        return 0;
    if (admin_group_offsets(t->source, groups->items, groups->count,
                            clock_deadline_ms(t->settings.common.admin_timeout_ms), &offsets,
                            err) < 0)
        return -1;
    for (size_t i = 0; i < groups->count; i++) {
        if (offsets[i].outcome.kafka_error) {
            log_error("Could not read the offsets of group '%s' on cluster '%s': %s",
                      groups->items[i], t->settings.common.source_alias,
                      offsets[i].outcome.message);
        } else {
            translate_group(t, i, &offsets[i], r);
        }
    }
    admin_group_offsets_free(offsets, groups->count);
    return 0;
}

static void report(struct checkpoint_task *t)
{
    int64_t interval_s = t->settings.exposure_interval_s;

    if (interval_s <= 0 || clock_mono_ms() < t->report_ms)
        return;
    t->report_ms = clock_deadline_ms(mirror_interval_ms(true, interval_s));
    exposure_log(t->exposure);
}

static int poll(void *self, int64_t max_wait_ms, struct tern_source_batch **ret_batch,
                struct tern_error *err)
{
    struct checkpoint_task *t = self;
    struct checkpoint_round *r;

    (void)err;
    *ret_batch = NULL;
    checkpoint_metrics_step(t->metrics);
    if (t->host->wait(t->host, clock_left_ms(t->due_ms, max_wait_ms)) ||
        clock_mono_ms() < t->due_ms)
        return 0;
    if (!translation_is_ready(t->translation)) {
        t->due_ms = clock_deadline_ms(READY_STEP_MS);
        return 0;
    }
    t->due_ms =
        clock_deadline_ms(mirror_interval_ms(true, t->settings.emit_checkpoints_interval_s));
    r = checkpoint_round_new(t->host, t->topic, clock_wall_ms());
    if (fill_round(t, r, err) < 0)
        log_warn("Could not read the groups' offsets, will try again in the next round: %s",
                 err->msg);
    report(t);
    *ret_batch = checkpoint_round_end(r);
    return 0;
}

/* ---- metrics ---- */

static void commit_record(void *self, const struct tern_source_record *record,
                          const struct tern_record_metadata *metadata)
{
    struct checkpoint_task *t = self;

    if (metadata)
        checkpoint_metrics_acked(t->metrics, record);
}

static void metrics(void *self, tern_metric_emit *emit, void *arg)
{
    struct checkpoint_task *t = self;

    checkpoint_metrics_emit(t->metrics, emit, arg);
}

/* ---- jobs ---- */

static int load(void *arg, int64_t deadline_ms, struct tern_error *err)
{
    struct checkpoint_task *t = arg;

    translation_load_checkpoints(t->translation, deadline_ms);
    return translation_follow_syncs(t->translation, deadline_ms, err);
}

static int sync_groups(void *arg, int64_t deadline_ms, struct tern_error *err)
{
    struct checkpoint_task *t = arg;

    if (!translation_is_ready(t->translation))
        return 0;
    return group_sync_round(t->target, t->translation, &t->settings.task_groups, deadline_ms, err);
}

/* ---- life ---- */

/* What is under way is of no use any more. Thread: any. */
static void cancel(struct checkpoint_task *t)
{
    if (t->translation)
        translation_cancel(t->translation);
    admin_cancel(t->source);
    admin_cancel(t->target);
}

/* Also called for a pause, which waits: cancelling is for good. */
static void interrupt(void *self)
{
    struct checkpoint_task *t = self;

    if (t->host->stopping(t->host))
        cancel(t);
}

static void stop(void *self)
{
    struct checkpoint_task *t = self;

    cancel(t);
    scheduler_free(t->scheduler);
    translation_free(t->translation);
    checkpoint_metrics_free(t->metrics);
    exposure_free(t->exposure);
    admin_free(t->source);
    admin_free(t->target);
    topic_filter_free(t->topic_filter);
    replication_policy_free(t->policy);
    free(t->topic);
    mirror_settings_fini(&t->settings.common);
    free(t);
}

static int start_jobs(struct checkpoint_task *t, struct tern_error *err)
{
    const struct mirror_checkpoint_settings *s = &t->settings;
    size_t count = 0;

    t->jobs[count++] =
        (struct scheduler_job){"loading checkpoints and offset syncs", load, -1, true};
    if (s->sync_group_offsets) {
        t->jobs[count++] = (struct scheduler_job){
            "syncing group offsets", sync_groups,
            mirror_interval_ms(true, s->sync_group_offsets_interval_s), false};
    }
    t->due_ms = clock_mono_ms();
    return scheduler_start(t->host, "mirror-sync", t->jobs, count, t, s->common.admin_timeout_ms,
                           &t->scheduler, err);
}

static int begin(struct checkpoint_task *t, const struct tern_config *config,
                 struct tern_error *err)
{
    if (mirror_checkpoint_task_settings_bind(config, &t->settings, err) < 0 ||
        replication_policy_new(config, &t->policy, err) < 0 ||
        topic_filter_new(config, &t->topic_filter, err) < 0 ||
        mirror_open_admin(config, MIRROR_CHECKPOINT_SOURCE_ADMIN, true, &t->source, err) < 0 ||
        mirror_open_admin(config, MIRROR_CHECKPOINT_TARGET_ADMIN, true, &t->target, err) < 0)
        return -1;
    t->topic = replication_policy_checkpoints_topic(t->policy, t->settings.common.source_alias);
    t->translation = translation_new(&t->settings, t->policy, t->topic_filter);
    t->exposure = exposure_new(&t->settings.task_groups);
    t->metrics = checkpoint_metrics_new(&t->settings, t->host, t->exposure);
    return start_jobs(t, err);
}

static int start(const struct tern_host *host, const struct tern_config *config, void **ret_self,
                 struct tern_error *err)
{
    struct checkpoint_task *t = xcalloc(1, sizeof(*t));

    mirror_use_host(host);
    t->host = host;
    if (begin(t, config, err) < 0) {
        stop(t);
        return -1;
    }
    *ret_self = t;
    return 0;
}

const struct tern_source_task_class checkpoint_task_class = {
    .size = sizeof(checkpoint_task_class),
    .name = MIRROR_CHECKPOINT_TASK,
    .version = TERN_KAFKA_VERSION,
    .start = start,
    .poll = poll,
    .commit_record = commit_record,
    .interrupt = interrupt,
    .stop = stop,
    .metrics = metrics,
};
