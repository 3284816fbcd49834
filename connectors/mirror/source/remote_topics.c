/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/source/remote_topics.h"

#include "connectors/mirror/common/topic_config.h"
#include "lib/base/log.h"
#include "lib/base/vec.h"

LOG_DOMAIN("org.apache.kafka.connect.mirror.MirrorSourceConnector");

/* What one round has to do: indices into wanted. */
struct work {
    VEC(const struct remote_topic *) create;
    VEC(const struct remote_topic *) grow;
};

static void find_work(const struct admin_topics *there, const struct remote_topic *wanted,
                      size_t count, struct work *work)
{
    for (size_t i = 0; i < count; i++) {
        const struct admin_topic *topic = admin_topics_find(there, wanted[i].remote);

        if (!topic)
            vec_push(&work->create, &wanted[i]);
        else if (!topic->error && topic->partitions < wanted[i].partitions)
            vec_push(&work->grow, &wanted[i]);
    }
}

static void work_fini(struct work *work)
{
    vec_fini(&work->create);
    vec_fini(&work->grow);
}

/* Creates the topics whose source configs could be read. configs[i] belongs to create.at[i]. */
static int create_described(const struct remote_topics *r, const struct work *work,
                            const struct admin_topic_configs *configs, int64_t deadline_ms,
                            struct tern_error *err)
{
    VEC(struct admin_new_topic) specs = {0};
    VEC(const struct remote_topic *) made = {0};
    struct strmap *settings = xcalloc(work->create.count, sizeof(*settings));
    struct admin_outcome *outcomes = NULL;
    int rc;

    for (size_t i = 0; i < work->create.count; i++) {
        const struct remote_topic *topic = work->create.at[i];

        if (configs[i].outcome.kafka_error) {
            r->fault(r->arg, topic, configs[i].outcome.message);
            continue;
        }
        topic_config_for_creation(configs[i].configs, configs[i].count, r->filter, &settings[i]);
        vec_push(&specs, (struct admin_new_topic){topic->remote, topic->partitions, r->factor.value,
                                                  strmap_config(&settings[i])});
        vec_push(&made, topic);
    }
    rc = specs.count ? mirror_create_topics(r->target, specs.at, specs.count, r->factor.is_given,
                                            deadline_ms, &outcomes, err)
                     : 0;
    for (size_t i = 0; rc == 0 && i < specs.count; i++) {
        if (!outcomes[i].kafka_error) {
            log_info("Created remote topic '%s' with %d partitions", made.at[i]->remote,
                     (int)made.at[i]->partitions);
        } else if (outcomes[i].kafka_error != ADMIN_TOPIC_ALREADY_EXISTS) {
            r->fault(r->arg, made.at[i], outcomes[i].message);
        }
    }
    if (outcomes)
        admin_outcomes_free(outcomes, specs.count);
    for (size_t i = 0; i < work->create.count; i++)
        strmap_fini(&settings[i]);
    free(settings);
    vec_fini(&specs);
    vec_fini(&made);
    return rc;
}

static int create_missing(const struct remote_topics *r, const struct work *work,
                          int64_t deadline_ms, struct tern_error *err)
{
    size_t count = work->create.count;
    struct admin_topic_configs *configs = NULL;
    CLEANUP(freep) const char **names = xcalloc(count, sizeof(*names));
    struct admin *source = NULL;
    int rc;

    if (!count)
        return 0;
    for (size_t i = 0; i < count; i++)
        names[i] = work->create.at[i]->source;
    if (r->source(r->arg, &source, err) < 0)
        return -1;
    if (admin_describe_topics(source, names, count, deadline_ms, &configs, err) < 0)
        return tern_context(err, "reading the configs of source topics");
    rc = create_described(r, work, configs, deadline_ms, err);
    admin_topic_configs_free(configs, count);
    return rc;
}

static int grow_small(const struct remote_topics *r, const struct work *work, int64_t deadline_ms,
                      struct tern_error *err)
{
    size_t count = work->grow.count;
    CLEANUP(freep) struct admin_new_partitions *specs = xcalloc(count, sizeof(*specs));
    struct admin_outcome *outcomes = NULL;

    if (!count)
        return 0;
    for (size_t i = 0; i < count; i++)
        specs[i] =
            (struct admin_new_partitions){work->grow.at[i]->remote, work->grow.at[i]->partitions};
    if (admin_create_partitions(r->target, specs, count, deadline_ms, &outcomes, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        if (!outcomes[i].kafka_error) {
            log_info("Raised remote topic '%s' to %d partitions", work->grow.at[i]->remote,
                     (int)work->grow.at[i]->partitions);
        } else if (outcomes[i].kafka_error != ADMIN_INVALID_PARTITIONS) {
            r->fault(r->arg, work->grow.at[i], outcomes[i].message);
        }
    }
    admin_outcomes_free(outcomes, count);
    return 0;
}

struct mirror_factor remote_topics_factor(const struct mirror_source_settings *settings)
{
    const struct tern_config config = mirror_settings_config(&settings->common);

    return mirror_factor_of(&config, "replication.factor", settings->replication_factor);
}

int remote_topics_ensure(const struct remote_topics *r, const struct remote_topic *wanted,
                         size_t count, int64_t deadline_ms, bool *ret_changed,
                         struct tern_error *err)
{
    CLEANUP(admin_topics_fini) struct admin_topics there = {0};
    CLEANUP(work_fini) struct work work = {0};

    if (admin_list_topics(r->target, NULL, deadline_ms, &there, err) < 0)
        return tern_context(err, "listing the target's topics");
    find_work(&there, wanted, count, &work);
    if (create_missing(r, &work, deadline_ms, err) < 0 ||
        grow_small(r, &work, deadline_ms, err) < 0)
        return -1;
    *ret_changed = work.create.count + work.grow.count > 0;
    return 0;
}
