/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/checkpoint/translation.h"

#include "connectors/mirror/common/checkpoint.h"
#include "connectors/mirror/common/mirror_open.h"
#include "connectors/mirror/common/offset_sync.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/thread.h"
#include "lib/base/vec.h"
#include "lib/base/xmem.h"
#include "lib/kafka/topic_log.h"

LOG_DOMAIN("org.apache.kafka.connect.mirror.OffsetSyncStore");

struct translation {
    const struct mirror_checkpoint_settings *settings; /* immutable, with the two below */
    const struct replication_policy *policy;
    const struct topic_filter *topic_filter;
    bool cancelled;          /* set once; read by topic_log_open() */
    bool checkpoints_loaded; /* scheduler thread only */
    struct admin *syncs_admin;
    struct topic_log *syncs_log;

    struct gate gate;
    struct offset_sync_store *syncs;      /* gate */
    struct checkpoint_store *checkpoints; /* gate */
    struct admin *reading;                /* gate: the admin of the log that is being opened */
};

static struct offset_sync_store *new_store(const struct mirror_checkpoint_settings *settings)
{
    if (!settings->tight_translation)
        return offset_sync_store_new();
    return offset_sync_store_new_tight((size_t)settings->translation_memory_syncs);
}

struct translation *translation_new(const struct mirror_checkpoint_settings *settings,
                                    const struct replication_policy *policy,
                                    const struct topic_filter *topic_filter)
{
    struct translation *t = xcalloc(1, sizeof(*t));

    t->settings = settings;
    t->policy = policy;
    t->topic_filter = topic_filter;
    gate_init(&t->gate);
    t->syncs = new_store(t->settings);
    t->checkpoints = checkpoint_store_new();
    return t;
}

static bool is_cancelled(const struct translation *t)
{
    return __atomic_load_n(&t->cancelled, __ATOMIC_RELAXED);
}

/* Lets translation_cancel() know of an admin, or of none any more. */
static void publish_reading(struct translation *t, struct admin *admin)
{
    gate_lock(&t->gate);
    t->reading = admin;
    if (is_cancelled(t))
        admin_cancel(admin);
    gate_unlock(&t->gate);
}

/* Opens a read-only log on partition 0 of a topic. */
static int open_log(struct translation *t, enum mirror_client client, const char *topic,
                    struct admin *admin, topic_log_fn *on_record, int64_t deadline_ms,
                    struct topic_log **ret_log, struct tern_error *err)
{
    struct tern_config config = mirror_settings_config(&t->settings->common);
    CLEANUP(strmap_fini) struct strmap consumer = STRMAP_INIT;
    struct topic_log_conf conf = {.topic = topic,
                                  .admin = admin,
                                  .only_partition = 0,
                                  .on_record = on_record,
                                  .arg = t,
                                  .cancel = &t->cancelled};
    int rc;

    mirror_client_config(&config, client, true, &consumer);
    conf.consumer = strmap_config(&consumer);
    publish_reading(t, admin);
    rc = topic_log_open(&conf, deadline_ms, ret_log, err);
    publish_reading(t, NULL);
    return rc;
}

/* ---- checkpoints ---- */

static bool is_assigned(const struct translation *t, struct slice group)
{
    const struct tern_list *groups = &t->settings->task_groups;

    for (size_t i = 0; i < groups->count; i++) {
        if (slice_equal(group, slice_str(groups->items[i])))
            return true;
    }
    return false;
}

static void on_checkpoint(void *arg, const struct topic_log_record *rec)
{
    struct translation *t = arg;
    CLEANUP(freep) char *group = NULL;
    struct checkpoint cp;
    struct tern_error err;

    if (!rec->value.at) /* a tombstone: compaction's business */
        return;
    if (checkpoint_decode(rec->key, rec->value, &cp, &err) < 0) {
        log_warn("Skipped what is no checkpoint, at offset %lld of partition %d: %s",
                 (long long)rec->offset, (int)rec->partition, err.msg);
        return;
    }
    if (!is_assigned(t, cp.group))
        return;
    group = xstrndup((const char *)cp.group.at, cp.group.len);
    gate_lock(&t->gate);
    checkpoint_store_put(t->checkpoints, group, cp.topic, cp.partition, cp.upstream_offset,
                         cp.downstream_offset, cp.metadata);
    gate_unlock(&t->gate);
}

static int load_checkpoints(struct translation *t, int64_t deadline_ms, struct tern_error *err)
{
    struct tern_config config = mirror_settings_config(&t->settings->common);
    CLEANUP(freep)
    char *topic = replication_policy_checkpoints_topic(t->policy, t->settings->common.source_alias);
    CLEANUP(mirror_admin_freep) struct admin *admin = NULL;
    struct topic_log *log = NULL;

    if (mirror_open_admin(&config, MIRROR_CHECKPOINT_TARGET_ADMIN, true, &admin, err) < 0 ||
        open_log(t, MIRROR_CHECKPOINTS_TARGET_CONSUMER, topic, admin, on_checkpoint, deadline_ms,
                 &log, err) < 0)
        return tern_context(err, "reading '%s'", topic);
    topic_log_free(log);
    return 0;
}

void translation_load_checkpoints(struct translation *t, int64_t deadline_ms)
{
    struct tern_error err;

    t->checkpoints_loaded = load_checkpoints(t, deadline_ms, &err) == 0;
    if (!t->checkpoints_loaded && !is_cancelled(t)) {
        log_warn("Could not load the checkpoints of an earlier run; groups that are behind the "
                 "newest offset sync are translated once they have passed it: %s",
                 err.msg);
    }
}

/* ---- offset syncs ---- */

static void on_sync(void *arg, const struct topic_log_record *rec)
{
    struct translation *t = arg;
    struct offset_sync sync;
    struct tern_error err;

    if (offset_sync_decode(rec->key, rec->value, &sync, &err) < 0) {
        log_warn("Skipped what is no offset sync, at offset %lld of partition %d: %s",
                 (long long)rec->offset, (int)rec->partition, err.msg);
        return;
    }
    gate_lock(&t->gate);
    offset_sync_store_add(t->syncs, sync.topic, sync.partition, sync.upstream_offset,
                          sync.downstream_offset);
    gate_unlock(&t->gate);
}

int translation_follow_syncs(struct translation *t, int64_t deadline_ms, struct tern_error *err)
{
    const struct mirror_settings *common = &t->settings->common;
    struct tern_config config = mirror_settings_config(common);
    bool at_source = mirror_offset_syncs_side(t->settings->offset_syncs_location) == MIRROR_SOURCE;
    CLEANUP(freep)
    char *topic = replication_policy_offset_syncs_topic(
        t->policy, at_source ? common->target_alias : common->source_alias);

    if (!t->syncs_admin && mirror_open_admin(&config,
                                             at_source ? MIRROR_OFFSET_SYNCS_SOURCE_ADMIN
                                                       : MIRROR_OFFSET_SYNCS_TARGET_ADMIN,
                                             true, &t->syncs_admin, err) < 0)
        return -1;
    gate_lock(&t->gate); /* a second try begins anew */
    offset_sync_store_free(t->syncs);
    t->syncs = new_store(t->settings);
    offset_sync_store_start(t->syncs, !t->checkpoints_loaded);
    gate_unlock(&t->gate);
    if (open_log(t,
                 at_source ? MIRROR_OFFSET_SYNCS_SOURCE_CONSUMER
                           : MIRROR_OFFSET_SYNCS_TARGET_CONSUMER,
                 topic, t->syncs_admin, on_sync, deadline_ms, &t->syncs_log, err) < 0)
        return tern_context(err, "reading '%s'", topic);
    gate_lock(&t->gate);
    offset_sync_store_end_reached(t->syncs);
    gate_unlock(&t->gate);
    log_info("Read '%s': syncs of %zu partitions", topic, offset_sync_store_count(t->syncs));
    return 0;
}

void translation_cancel(struct translation *t)
{
    __atomic_store_n(&t->cancelled, true, __ATOMIC_RELAXED);
    gate_lock(&t->gate);
    admin_cancel(t->reading);
    gate_unlock(&t->gate);
}

/* ---- use ---- */

bool translation_is_ready(struct translation *t)
{
    bool ready;

    gate_lock(&t->gate);
    ready = offset_sync_store_is_ready(t->syncs);
    gate_unlock(&t->gate);
    return ready;
}

static struct checkpoint_plan plan_of(const struct translation *t)
{
    return (struct checkpoint_plan){.policy = t->policy,
                                    .topic_filter = t->topic_filter,
                                    .source_alias = t->settings->common.source_alias,
                                    .target_alias = t->settings->common.target_alias,
                                    .syncs = t->syncs,
                                    .checkpoints = t->checkpoints};
}

/* Copies of what is to be emitted: nobody is called while the gate is held. */
struct emission {
    VEC(struct checkpoint_entry) entries; /* own their strings */
};

static void keep(void *arg, const char *group, const struct checkpoint_entry *entry)
{
    struct emission *kept = arg;
    struct checkpoint_entry copy = *entry;

    (void)group;
    copy.topic = xstrdup(entry->topic);
    copy.metadata = xstrdup(entry->metadata);
    vec_push(&kept->entries, copy);
}

size_t translation_checkpoint(struct translation *t, const char *group,
                              const struct admin_group_offset *committed, size_t count,
                              void (*emit)(void *arg, const char *group,
                                           const struct checkpoint_entry *entry),
                              void *arg)
{
    struct emission kept = {0};
    struct checkpoint_plan plan;
    size_t emitted;

    gate_lock(&t->gate);
    plan = plan_of(t);
    emitted = checkpoint_plan_group(&plan, group, committed, count, keep, &kept);
    gate_unlock(&t->gate);
    for (size_t i = 0; i < kept.entries.count; i++) {
        emit(arg, group, &kept.entries.at[i]);
        free((char *)kept.entries.at[i].topic);
        free((char *)kept.entries.at[i].metadata);
    }
    vec_fini(&kept.entries);
    return emitted;
}

struct checkpoint_exposure translation_exposure(struct translation *t, const char *group,
                                                const struct admin_group_offset *committed,
                                                size_t count)
{
    struct checkpoint_exposure found;
    struct checkpoint_plan plan;

    gate_lock(&t->gate);
    plan = plan_of(t);
    found = checkpoint_plan_exposure(&plan, group, committed, count);
    gate_unlock(&t->gate);
    return found;
}

void translation_plan_sync(struct translation *t, const char *group,
                           const struct admin_group_offset *target, size_t count,
                           struct checkpoint_commit *ret_commit)
{
    gate_lock(&t->gate);
    checkpoint_plan_sync(t->checkpoints, group, true, target, count, ret_commit);
    gate_unlock(&t->gate);
}

void translation_free(struct translation *t)
{
    if (!t)
        return;
    topic_log_free(t->syncs_log);
    admin_free(t->syncs_admin);
    offset_sync_store_free(t->syncs);
    checkpoint_store_free(t->checkpoints);
    gate_fini(&t->gate);
    free(t);
}
