/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source_task - mirrors the partitions that the connector assigned to it.
 *
 * Everything runs on the task's thread. Peer: org.apache.kafka.connect.mirror.MirrorSourceTask.
 * Spec: mirror-maker2.md 5. Difference: before it starts it makes sure that its remote topics
 * exist (source_remotes.h); Java's task waits for one that cannot be created for ever.
 */
#include "connectors/mirror/common/loop_guard.h"
#include "connectors/mirror/common/mirror_config.h"
#include "connectors/mirror/common/mirror_open.h"
#include "connectors/mirror/common/mirror_own.h"
#include "connectors/mirror/common/mirror_partition.h"
#include "connectors/mirror/source/source_connector.h"
#include "connectors/mirror/source/source_consumer.h"
#include "connectors/mirror/source/source_guard.h"
#include "connectors/mirror/source/source_metrics.h"
#include "connectors/mirror/source/source_refusals.h"
#include "connectors/mirror/source/source_remotes.h"
#include "connectors/mirror/source/source_syncs.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/vec.h"

#include <tern/version.h>

LOG_DOMAIN("org.apache.kafka.connect.mirror.MirrorSourceTask");

enum {
    WAY_BACK_MS = 4 * 1000,    /* for the look for a mirror the other way */
    FIRST_LOOK_MS = 4 * 1000,  /* for the first look at the source's logs; it goes on after that */
    SYNCS_CLOSE_MS = 2 * 1000, /* for the last offset syncs at the end */
};

struct source_task {
    const struct tern_host *host;
    struct mirror_source_settings settings;
    struct mirror_own own;
    struct replication_policy *policy;
    struct source_consumer *consumer;
    struct source_guard *guard;
    struct source_refusals *refusals;
    struct source_remotes *remotes;
    struct source_metrics *metrics;
    atomic_bool way_back; /* there is a mirror the other way, as the watch found */
    bool loops_guarded;
    bool looks_for_loops;       /* immutable once the watch runs */
    struct source_syncs *syncs; /* NULL: emit.offset-syncs.enabled=false */
};

static void stop(void *self)
{
    struct source_task *t = self;

    source_guard_cancel(t->guard); /* at a broker that is gone both take their time: at once */
    source_syncs_free(t->syncs, clock_deadline_ms(SYNCS_CLOSE_MS));
    source_guard_free(t->guard);
    source_refusals_free(t->refusals);
    source_remotes_free(t->remotes);
    source_metrics_free(t->metrics);
    source_consumer_free(t->consumer);
    replication_policy_free(t->policy);
    mirror_settings_fini(&t->settings.common);
    free(t);
}

static int add_partitions(struct source_task *t, struct tern_error *err)
{
    const char *source_alias = t->settings.common.source_alias;
    const struct tern_list *assigned = &t->settings.task_partitions;

    for (size_t i = 0; i < assigned->count; i++) {
        struct tern_field fields[MIRROR_PARTITION_SOURCE_FIELDS];
        CLEANUP(freep) char *topic = NULL, *remote = NULL;
        struct source_partition *p;
        int32_t number;

        if (mirror_partition_parse(assigned->items[i], &topic, &number, err) < 0)
            return tern_context(err, MIRROR_TASK_PARTITIONS);
        remote = replication_policy_format_remote(t->policy, source_alias, topic);
        p = source_consumer_add(t->consumer, topic, remote, number);
        mirror_partition_source_fields(source_alias, p->topic, number, fields);
        if (t->host->source_partition(t->host, fields, COUNT_OF(fields),
                                      MIRROR_PARTITION_OFFSET_NAME, &p->handle, err) < 0)
            return -1;
    }
    return 0;
}

/* Fills next[count] with where each partition is to be read on; -1: nothing is stored. */
static int read_stored(struct source_task *t, int64_t *next, struct tern_error *err)
{
    size_t count = source_consumer_count(t->consumer), stored = 0;
    CLEANUP(freep)
    struct tern_source_partition **handles = xcalloc(count, sizeof(struct tern_source_partition *));
    CLEANUP(freep) struct tern_source_offset *offsets = xcalloc(count, sizeof(*offsets));

    for (size_t i = 0; i < count; i++)
        handles[i] = source_consumer_at(t->consumer, i)->handle;
    if (t->host->read_offsets(t->host, handles, count, offsets, err) < 0)
        return tern_context(err, "reading the stored source offsets");
    for (size_t i = 0; i < count; i++) {
        const struct source_partition *p = source_consumer_at(t->consumer, i);
        bool known = offsets[i].known && offsets[i].number >= 0 && offsets[i].number < INT64_MAX;

        if (offsets[i].known && offsets[i].number == INT64_MIN) {
            return tern_fail(err, TERN_EINVALID,
                             "the stored offset of '%s-%d' is no integer \"offset\": %s", p->topic,
                             (int)p->partition, offsets[i].json);
        }
        stored += known;
        next[i] = known ? offsets[i].number + 1 : -1;
    }
    log_info("Reading %zu partitions, %zu of them from their stored offset", count, stored);
    return 0;
}

static bool reads_committed(const struct tern_config *config)
{
    const char *level = mirror_client_isolation_level(config);

    return level && strcmp(level, "read_committed") == 0;
}

static bool may_loop(const struct source_task *t);
static void tick(void *arg);

/* The watch looks at the logs while the rest of the start goes on. */
static int open_guard(struct source_task *t, const struct tern_config *config,
                      struct tern_error *err)
{
    size_t count = source_consumer_count(t->consumer);
    CLEANUP(freep) int64_t *next = xcalloc(count, sizeof(*next));
    const struct source_watch_conf conf = {
        .host = t->host,
        .settings = &t->settings.common,
        .own = &t->own,
        .consumer = t->consumer,
        .reads_committed = reads_committed(config),
        .tick = tick,
        .arg = t,
        .stored_next = next,
    };

    t->looks_for_loops = may_loop(t) && !t->loops_guarded;
    t->refusals = source_refusals_new(&t->own, t->consumer);
    t->remotes = source_remotes_new(&t->settings, t->consumer,
                                    t->own.watch_interval_ms > 0 && !t->own.fail_when_stuck);
    t->metrics = source_metrics_new(&t->settings, t->host, t->consumer, t->own.metrics_log_ms);
    if (read_stored(t, next, err) < 0)
        return -1;
    return source_guard_open(&conf, &t->guard, err);
}

/* ---- circles ---- */

/*
 * Whether a mirror in the other direction has left its offset-syncs topic where ours does not:
 * under the identity policy the two would send each record round for ever.
 */
static int find_way_back(struct source_task *t, const struct tern_config *config, bool *ret_found,
                         struct tern_error *err)
{
    bool at_source = mirror_offset_syncs_side(t->settings.offset_syncs_location) == MIRROR_SOURCE;
    const struct mirror_settings *common = &t->settings.common;
    CLEANUP(freep)
    char *topic = replication_policy_offset_syncs_topic(
        t->policy, at_source ? common->source_alias : common->target_alias);
    CLEANUP(mirror_admin_freep) struct admin *admin = NULL;
    CLEANUP(admin_topics_fini) struct admin_topics topics = {0};

    if (mirror_open_admin(
            config, at_source ? MIRROR_REPLICATION_TARGET_ADMIN : MIRROR_REPLICATION_SOURCE_ADMIN,
            true, &admin, err) < 0 ||
        admin_list_topics(admin, topic, clock_deadline_ms(WAY_BACK_MS), &topics, err) < 0)
        return -1;
    *ret_found = topics.count > 0;
    return 0;
}

/* There is a mirror the other way, or nobody can tell. Task thread. */
static int guard_loops(struct source_task *t, struct tern_error *err)
{
    const struct mirror_settings *common = &t->settings.common;

    t->loops_guarded = true;
    if (t->own.loops == MIRROR_LOOPS_FAIL) {
        return tern_fail(
            err, TERN_EINVALID,
            "the topics of cluster '%s' keep their names on '%s', and there is a mirror "
            "the other way: records would go round for ever (tern.loop.policy=fail)",
            common->source_alias, common->target_alias);
    }
    log_warn("Topics keep their names between '%s' and '%s', and there is a mirror the other way: "
             "records get the header " LOOP_GUARD_HEADER ", and those that have been on one of the "
             "two are not mirrored again (tern.loop.policy)",
             common->source_alias, common->target_alias);
    source_consumer_guard_loops(t->consumer, common->source_alias, common->target_alias);
    return 0;
}

static bool may_loop(const struct source_task *t)
{
    return t->own.loops != MIRROR_LOOPS_OFF &&
           loop_guard_keeps_names(t->policy, t->settings.common.source_alias);
}

static int look_for_loops(struct source_task *t, const struct tern_config *config,
                          struct tern_error *err)
{
    struct tern_error why;
    bool found = true;

    if (!may_loop(t))
        return 0;
    if (find_way_back(t, config, &found, &why) < 0)
        log_warn("Could not find out whether records go round in a circle, so they are guarded: %s",
                 why.msg);
    return found ? guard_loops(t, err) : 0;
}

/* The other mirror may come later. Thread: the watch's. */
static void look_again(struct source_task *t)
{
    struct tern_config config = mirror_settings_config(&t->settings.common);
    struct tern_error why;
    bool found;

    if (!atomic_load(&t->way_back) && find_way_back(t, &config, &found, &why) == 0 && found)
        atomic_store(&t->way_back, true);
}

/* Thread: the watch's. */
static void tick(void *arg)
{
    struct source_task *t = arg;

    if (t->looks_for_loops)
        look_again(t);
    source_remotes_look(t->remotes);
}

/* ---- life ---- */

static int open_consumer(struct source_task *t, const struct tern_config *config,
                         struct tern_error *err)
{
    CLEANUP(strmap_fini) struct strmap client = STRMAP_INIT;
    struct tern_config view;

    mirror_client_config(config, MIRROR_REPLICATION_CONSUMER, true, &client);
    view = strmap_config(&client);
    return source_consumer_open(&view, &t->consumer, err);
}

static int begin(struct source_task *t, const struct tern_config *config, struct tern_error *err)
{
    if (mirror_source_task_settings_bind(config, &t->settings, err) < 0 ||
        mirror_own_bind(config, &t->own, err) < 0 ||
        replication_policy_new(config, &t->policy, err) < 0 || open_consumer(t, config, err) < 0 ||
        add_partitions(t, err) < 0 || look_for_loops(t, config, err) < 0 ||
        open_guard(t, config, err) < 0 || source_remotes_make(t->remotes, err) < 0)
        return -1;
    if (t->settings.emit_offset_syncs &&
        source_syncs_open(&t->settings, t->policy, t->consumer, &t->syncs, err) < 0)
        return -1;
    if (source_guard_begin(t->guard, clock_deadline_ms(FIRST_LOOK_MS), err) < 0)
        return -1;
    return source_remotes_step(t->remotes, err);
}

static int start(const struct tern_host *host, const struct tern_config *config, void **ret_self,
                 struct tern_error *err)
{
    struct source_task *t = xcalloc(1, sizeof(*t));

    mirror_use_host(host);
    t->host = host;
    if (begin(t, config, err) < 0) {
        stop(t);
        return -1;
    }
    *ret_self = t;
    return 0;
}

static int poll(void *self, int64_t max_wait_ms, struct tern_source_batch **ret_batch,
                struct tern_error *err)
{
    struct source_task *t = self;
    int64_t wait = max_wait_ms;

    if (atomic_load(&t->way_back) && !t->loops_guarded && guard_loops(t, err) < 0)
        return -1;
    if (source_guard_step(t->guard, err) < 0 || source_remotes_step(t->remotes, err) < 0 ||
        source_refusals_step(t->refusals, err) < 0)
        return -1;
    if (t->syncs)
        source_syncs_serve(t->syncs);
    if (t->settings.poll_timeout_ms < wait)
        wait = t->settings.poll_timeout_ms;
    source_metrics_publish(t->metrics);
    *ret_batch = source_consumer_poll(t->consumer, wait);
    if (*ret_batch)
        source_metrics_polled(t->metrics, *ret_batch);
    return 0;
}

static void commit_record(void *self, const struct tern_source_record *record,
                          const struct tern_record_metadata *metadata)
{
    struct source_task *t = self;
    struct source_partition *p = record->cookie;

    atomic_fetch_add_explicit(&p->acked, 1, memory_order_relaxed);
    if (metadata)
        source_metrics_acked(t->metrics, record);
    if (!t->syncs || !metadata)
        return;
    if (metadata->offset < 0) {
        log_error("The target did not say the offset of a record of '%s-%d': acks=0 gives no "
                  "offset syncs",
                  p->topic, (int)p->partition);
        return;
    }
    source_syncs_update(t->syncs, p->index, record->offset, metadata->offset);
}

static enum tern_refusal refused(void *self, const struct tern_source_record *record,
                                 const struct tern_error *err)
{
    struct source_task *t = self;

    return source_refusals_ask(t->refusals, record, err);
}

static void metrics(void *self, tern_metric_emit *emit, void *arg)
{
    struct source_task *t = self;

    source_metrics_emit(t->metrics, emit, arg);
}

static void commit(void *self)
{
    struct source_task *t = self;

    source_guard_committed(t->guard);
    if (t->syncs)
        source_syncs_commit(t->syncs);
}

static void interrupt(void *self)
{
    struct source_task *t = self;

    source_consumer_wake(t->consumer);
}

const struct tern_source_task_class source_task_class = {
    .size = sizeof(source_task_class),
    .name = MIRROR_SOURCE_TASK,
    .version = TERN_KAFKA_VERSION,
    .start = start,
    .poll = poll,
    .commit_record = commit_record,
    .commit = commit,
    .interrupt = interrupt,
    .stop = stop,
    .refused = refused,
    .metrics = metrics,
};
