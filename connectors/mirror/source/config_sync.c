/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/source/config_sync.h"

#include "connectors/mirror/common/topic_config.h"
#include "lib/base/log.h"
#include "lib/base/vec.h"
#include "lib/wire/msg_incremental_alter_configs.h"
#include "lib/wire/wire_call.h"
#include "lib/wire/wire_error.h"

LOG_DOMAIN("org.apache.kafka.connect.mirror.MirrorSourceConnector");

enum {
    TOPICS_PER_CALL = 200
};

/* The topics of one call: what changes, and the memory of it. */
struct batch {
    const struct config_sync *sync;
    const struct config_sync_topic *topics;
    size_t count;
    struct admin_topic_configs *source, *target; /* [count] */
    struct topic_config_change **changes;        /* [count], each of its own */
    size_t *change_counts;                       /* [count] */
};

static void batch_fini(struct batch *b)
{
    admin_topic_configs_free(b->source, b->count);
    admin_topic_configs_free(b->target, b->count);
    for (size_t i = 0; i < b->count; i++)
        free(b->changes[i]);
    free(b->changes);
    free(b->change_counts);
}

static int describe(struct admin *admin, const char *const *names, size_t count,
                    int64_t deadline_ms, const char *side, struct admin_topic_configs **ret_configs,
                    struct tern_error *err)
{
    if (admin_describe_topics(admin, names, count, deadline_ms, ret_configs, err) < 0)
        return tern_context(err, "reading the configs of %s topics", side);
    return 0;
}

static int describe_both(struct batch *b, int64_t deadline_ms, struct tern_error *err)
{
    CLEANUP(freep) const char **names = xcalloc(b->count, sizeof(*names));

    for (size_t i = 0; i < b->count; i++)
        names[i] = b->topics[i].source;
    if (describe(b->sync->source, names, b->count, deadline_ms, "source", &b->source, err) < 0)
        return -1;
    for (size_t i = 0; i < b->count; i++)
        names[i] = b->topics[i].remote;
    return describe(b->sync->target, names, b->count, deadline_ms, "remote", &b->target, err);
}

static bool is_there(const struct admin_topic_configs *configs)
{
    if (configs->outcome.kafka_error &&
        configs->outcome.kafka_error != ADMIN_UNKNOWN_TOPIC_OR_PARTITION)
        log_warn("Could not read the configs of topic '%s': %s", configs->topic,
                 configs->outcome.message);
    return configs->outcome.kafka_error == 0;
}

static size_t plan(struct batch *b)
{
    size_t topics = 0;

    for (size_t i = 0; i < b->count; i++) {
        const struct admin_topic_configs *from = &b->source[i], *to = &b->target[i];
        CLEANUP(freep) struct topic_config_op *ops = xcalloc(from->count, sizeof(*ops));
        size_t count;

        if (!is_there(from) || !is_there(to))
            continue;
        count = topic_config_for_sync(from->configs, from->count, b->sync->filter, ops);
        b->changes[i] = xcalloc(count, sizeof(**b->changes));
        b->change_counts[i] = topic_config_diff(ops, count, to->configs, to->count, b->changes[i]);
        topics += b->change_counts[i] > 0;
    }
    return topics;
}

/* ---- the request ---- */

static struct slice nullable(const char *text)
{
    return text ? slice_str(text) : (struct slice){0};
}

static void encode(void *arg, struct wire_writer *w, int16_t version)
{
    const struct batch *b = arg;
    VEC(struct msg_topic_config_changes) topics = {0};
    struct msg_incremental_alter_configs_request request = {0};

    for (size_t i = 0; i < b->count; i++) {
        size_t count = b->change_counts[i];
        struct msg_config_change *changes;

        if (!count)
            continue;
        changes = xcalloc(count, sizeof(*changes));
        for (size_t k = 0; k < count; k++)
            changes[k] = (struct msg_config_change){slice_str(b->changes[i][k].name),
                                                    nullable(b->changes[i][k].value)};
        vec_push(&topics,
                 (struct msg_topic_config_changes){slice_str(b->topics[i].remote), changes, count});
    }
    request.topics = topics.at;
    request.count = topics.count;
    msg_incremental_alter_configs_encode(w, version, &request);
    for (size_t i = 0; i < topics.count; i++)
        free((void *)topics.at[i].changes);
    vec_fini(&topics);
}

/* Changing a topic's config is said, whoever had set what is gone now. */
static void tell_changes(const struct batch *b, size_t i)
{
    const char *remote = b->topics[i].remote, *alias = b->sync->target_alias;

    for (size_t k = 0; k < b->change_counts[i]; k++) {
        const struct topic_config_change *c = &b->changes[i][k];
        const char *before = c->before ? c->before : "(not set)";

        if (c->value) {
            log_info("Topic '%s' on cluster '%s': set %s=%s as on the source; it was %s", remote,
                     alias, c->name, c->value, before);
        } else {
            log_warn(
                "Topic '%s' on cluster '%s': removed %s=%s, since the source has no setting of "
                "its own; list it in config.properties.exclude to keep one",
                remote, alias, c->name, before);
        }
    }
}

static void tell_results(const struct batch *b,
                         const struct msg_incremental_alter_configs_response *response)
{
    for (size_t r = 0; r < response->count; r++) {
        const struct msg_config_result *result = &response->results[r];

        for (size_t i = 0; i < b->count; i++) {
            if (!b->change_counts[i] || !slice_equal(result->topic, slice_str(b->topics[i].remote)))
                continue;
            if (result->error == 0) {
                tell_changes(b, i);
                continue;
            }
            log_warn("Could not sync the configs of topic '%s' on cluster '%s': %s%s%.*s",
                     b->topics[i].remote, b->sync->target_alias, wire_error_name(result->error),
                     result->message.len ? ": " : "", (int)result->message.len,
                     (const char *)result->message.at);
        }
    }
}

static int apply(struct batch *b, int64_t deadline_ms, struct tern_error *err)
{
    CLEANUP(wire_answer_fini) struct wire_answer answer = WIRE_ANSWER_INIT;
    CLEANUP(msg_incremental_alter_configs_fini)
    struct msg_incremental_alter_configs_response response = {0};

    if (wire_call(b->sync->wire, WIRE_TO_CONTROLLER, WIRE_INCREMENTAL_ALTER_CONFIGS, encode, b,
                  deadline_ms, &answer, err) < 0 ||
        msg_incremental_alter_configs_decode(buf_slice(&answer.body), answer.version, &response,
                                             err) < 0)
        return tern_context(err, "changing the configs of topics on cluster '%s'",
                            b->sync->target_alias);
    tell_results(b, &response);
    return 0;
}

static int sync_batch(const struct config_sync *sync, const struct config_sync_topic *topics,
                      size_t count, int64_t deadline_ms, struct tern_error *err)
{
    CLEANUP(batch_fini)
    struct batch b = {
        .sync = sync,
        .topics = topics,
        .count = count,
        .changes = xcalloc(count, sizeof(struct topic_config_change *)),
        .change_counts = xcalloc(count, sizeof(*b.change_counts)),
    };
    size_t changed;

    if (describe_both(&b, deadline_ms, err) < 0)
        return -1;
    changed = plan(&b);
    log_debug("%zu of %zu remote topics differ in their configs", changed, count);
    return changed ? apply(&b, deadline_ms, err) : 0;
}

int config_sync_run(const struct config_sync *sync, const struct config_sync_topic *topics,
                    size_t count, int64_t deadline_ms, struct tern_error *err)
{
    for (size_t at = 0; at < count; at += TOPICS_PER_CALL) {
        size_t some = count - at < TOPICS_PER_CALL ? count - at : TOPICS_PER_CALL;

        if (sync_batch(sync, topics + at, some, deadline_ms, err) < 0)
            return -1;
    }
    return 0;
}
