/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/source/source_remotes.h"

#include "connectors/mirror/common/mirror_open.h"
#include "connectors/mirror/source/remote_topics.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/vec.h"

LOG_DOMAIN("org.apache.kafka.connect.mirror.MirrorSourceTask");

enum {
    CALL_MS = 4 * 1000, /* for a look at the target's topics */
};

/* A topic that could not be made. */
struct missing {
    struct remote_topic topic; /* names are the consumer's; immutable after source_remotes_make() */
    atomic_bool is_there;      /* set once, by whoever looks */
};

/* A partition of one. */
struct waiting {
    struct source_partition *partition;
    const struct missing *of;
};

struct source_remotes {
    const struct mirror_source_settings *settings;
    struct source_consumer *consumer;
    bool may_wait;
    struct missing *missing; /* published by made */
    size_t count;
    atomic_bool made;
    VEC(struct waiting) waiting; /* task's thread */
};

struct source_remotes *source_remotes_new(const struct mirror_source_settings *settings,
                                          struct source_consumer *consumer, bool may_wait)
{
    struct source_remotes *r = xcalloc(1, sizeof(*r));

    r->may_wait = may_wait;
    r->settings = settings;
    r->consumer = consumer;
    return r;
}

void source_remotes_free(struct source_remotes *r)
{
    if (!r)
        return;
    vec_fini(&r->waiting);
    free(r->missing);
    free(r);
}

/* ---- one try ---- */

struct fault {
    const struct remote_topic *topic;
    char *why;
};

/* What became of some topics. */
struct outcome {
    struct tern_config config;
    struct admin *source; /* opened when needed */
    VEC(struct fault) faults;
};

static void outcome_fini(struct outcome *o)
{
    for (size_t i = 0; i < o->faults.count; i++)
        free(o->faults.at[i].why);
    vec_fini(&o->faults);
    admin_free(o->source);
}

static int open_source(void *arg, struct admin **ret_admin, struct tern_error *err)
{
    struct outcome *o = arg;

    if (!o->source &&
        mirror_open_admin(&o->config, MIRROR_REPLICATION_SOURCE_ADMIN, true, &o->source, err) < 0)
        return -1;
    *ret_admin = o->source;
    return 0;
}

static void on_fault(void *arg, const struct remote_topic *topic, const char *why)
{
    struct outcome *o = arg;

    vec_push(&o->faults, (struct fault){topic, xstrdup(why)});
}

static bool has_fault(const struct outcome *o, const struct remote_topic *topic)
{
    for (size_t i = 0; i < o->faults.count; i++) {
        if (o->faults.at[i].topic == topic)
            return true;
    }
    return false;
}

/* *ret_reached: both clusters have answered. Errors: a client cannot be opened. */
static int try_to_make(const struct source_remotes *r, const struct remote_topic *wanted,
                       size_t count, struct outcome *o, bool *ret_reached, struct tern_error *err)
{
    struct remote_topics remote = {
        .source = open_source,
        .fault = on_fault,
        .arg = o,
        .factor = remote_topics_factor(r->settings),
    };
    struct property_filter *filter = NULL;
    struct tern_error why;
    bool changed;

    o->config = mirror_settings_config(&r->settings->common);
    if (property_filter_new(&o->config, &filter, err) < 0 ||
        mirror_open_admin(&o->config, MIRROR_REPLICATION_TARGET_ADMIN, true, &remote.target, err) <
            0) {
        property_filter_free(filter);
        return -1;
    }
    remote.filter = filter;
    *ret_reached = remote_topics_ensure(&remote, wanted, count, clock_deadline_ms(CALL_MS),
                                        &changed, &why) == 0;
    if (!*ret_reached)
        log_warn("Could not look at the remote topics: %s", why.msg);
    admin_free(remote.target);
    property_filter_free(filter);
    return 0;
}

/* ---- before the start ---- */

/* The remote topics of the assigned partitions, each once, with the partitions needed. */
static size_t wanted_topics(const struct source_consumer *consumer, struct remote_topic *wanted)
{
    size_t count = 0;

    for (size_t i = 0; i < source_consumer_count(consumer); i++) {
        const struct source_partition *p = source_consumer_at(consumer, i);
        size_t k = 0;

        while (k < count && wanted[k].source != p->topic) /* names are shared within a topic */
            k++;
        if (k == count)
            wanted[count++] = (struct remote_topic){p->topic, p->remote, 0};
        if (wanted[k].partitions <= p->partition)
            wanted[k].partitions = p->partition + 1;
    }
    return count;
}

static void keep_partitions(struct source_remotes *r, const struct missing *m)
{
    for (size_t i = 0; i < source_consumer_count(r->consumer); i++) {
        struct source_partition *p = source_consumer_at(r->consumer, i);

        if (p->topic == m->topic.source)
            vec_push(&r->waiting, (struct waiting){p, m});
    }
}

static void keep_missing(struct source_remotes *r, const struct outcome *o)
{
    const char *alias = r->settings->common.target_alias;

    r->missing = xcalloc(o->faults.count + 1, sizeof(*r->missing));
    for (size_t i = 0; i < o->faults.count; i++) {
        const struct fault *f = &o->faults.at[i];

        r->missing[i].topic = *f->topic;
        keep_partitions(r, &r->missing[i]);
        log_error("Cannot create or extend topic '%s' on cluster '%s' for '%s': %s. Its partitions "
                  "wait, the others go on; it is tried again every half a minute",
                  f->topic->remote, alias, f->topic->source, f->why);
    }
    r->count = o->faults.count;
}

int source_remotes_make(struct source_remotes *r, struct tern_error *err)
{
    CLEANUP(freep)
    struct remote_topic *wanted = xcalloc(source_consumer_count(r->consumer), sizeof(*wanted));
    size_t count = wanted_topics(r->consumer, wanted);
    CLEANUP(outcome_fini) struct outcome o = {0};
    bool reached;

    if (try_to_make(r, wanted, count, &o, &reached, err) < 0)
        return -1;
    if (o.faults.count && (o.faults.count == count || !r->may_wait)) {
        const struct fault *f = &o.faults.at[0];

        return tern_fail(
            err, TERN_EINVALID, "cannot create or extend topic '%s' on cluster '%s' for '%s': %s",
            f->topic->remote, r->settings->common.target_alias, f->topic->source, f->why);
    }
    keep_missing(r, &o);
    atomic_store(&r->made, true);
    return 0;
}

/* ---- while the task runs ---- */

/* Not handed over. Where to read on is known once something has come, and is kept. */
static void hold(struct source_consumer *consumer, struct source_partition *p)
{
    p->room = 0;
    atomic_store(&p->held, true);
    if (atomic_load(&p->begun) && atomic_load(&p->next) >= 0)
        source_consumer_end(consumer, p->index);
}

int source_remotes_step(struct source_remotes *r, struct tern_error *err)
{
    for (size_t i = r->waiting.count; i-- > 0;) {
        struct waiting w = r->waiting.at[i];

        if (!atomic_load(&w.of->is_there)) {
            hold(r->consumer, w.partition);
            continue;
        }
        vec_remove(&r->waiting, i);
        if (source_consumer_make_room(r->consumer, w.partition->index, INT64_MAX, err) < 0)
            return -1;
        log_info("Topic '%s' is there now: '%s-%d' is mirrored", w.of->topic.remote,
                 w.of->topic.source, (int)w.partition->partition);
    }
    return 0;
}

static void mark(struct source_remotes *r, const struct remote_topic *tried, size_t count,
                 const struct outcome *o)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < r->count; k++) {
            if (r->missing[k].topic.source == tried[i].source && !has_fault(o, &tried[i]))
                atomic_store(&r->missing[k].is_there, true);
        }
    }
}

void source_remotes_look(struct source_remotes *r)
{
    CLEANUP(outcome_fini) struct outcome o = {0};
    CLEANUP(freep) struct remote_topic *tried = NULL;
    struct tern_error err;
    size_t count = 0;
    bool reached;

    if (!atomic_load(&r->made) || !r->count)
        return;
    tried = xcalloc(r->count, sizeof(*tried));
    for (size_t i = 0; i < r->count; i++) {
        if (!atomic_load(&r->missing[i].is_there))
            tried[count++] = r->missing[i].topic;
    }
    if (!count)
        return;
    if (try_to_make(r, tried, count, &o, &reached, &err) < 0) {
        log_warn("Could not look at the remote topics: %s", err.msg);
        return;
    }
    if (!reached)
        return;
    mark(r, tried, count, &o);
    if (o.faults.count) {
        log_warn("%zu remote topics cannot be created or extended, still; '%s': %s", o.faults.count,
                 o.faults.at[0].topic->remote, o.faults.at[0].why);
    }
}
