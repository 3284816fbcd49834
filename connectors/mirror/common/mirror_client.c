/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/mirror_client.h"

#include <assert.h>
#include <string.h>

#include "connectors/mirror/common/mirror_config_keys.h"
#include "lib/base/xmem.h"
#include "lib/conf/security_keys.h"

enum role {
    CONSUMER,
    PRODUCER,
    ADMIN
};

static const char *const role_prefixes[] = {"consumer.", "producer.", "admin."};
static const char *const side_names[] = {"source", "target"};

static const struct client_kind {
    enum mirror_side side;
    enum role role;
    const char *label; /* the end of its client.id */
} kinds[MIRROR_CLIENT_COUNT] = {
    [MIRROR_REPLICATION_SOURCE_ADMIN] = {MIRROR_SOURCE, ADMIN, "replication-source-admin"},
    [MIRROR_REPLICATION_TARGET_ADMIN] = {MIRROR_TARGET, ADMIN, "replication-target-admin"},
    [MIRROR_REPLICATION_CONSUMER] = {MIRROR_SOURCE, CONSUMER, "replication-consumer"},
    [MIRROR_OFFSET_SYNCS_SOURCE_ADMIN] = {MIRROR_SOURCE, ADMIN, "offset-syncs-source-admin"},
    [MIRROR_OFFSET_SYNCS_TARGET_ADMIN] = {MIRROR_TARGET, ADMIN, "offset-syncs-target-admin"},
    [MIRROR_OFFSET_SYNCS_SOURCE_PRODUCER] = {MIRROR_SOURCE, PRODUCER,
                                             "offset-syncs-source-producer"},
    [MIRROR_OFFSET_SYNCS_TARGET_PRODUCER] = {MIRROR_TARGET, PRODUCER,
                                             "offset-syncs-target-producer"},
    [MIRROR_OFFSET_SYNCS_SOURCE_CONSUMER] = {MIRROR_SOURCE, CONSUMER,
                                             "offset-syncs-source-consumer"},
    [MIRROR_OFFSET_SYNCS_TARGET_CONSUMER] = {MIRROR_TARGET, CONSUMER,
                                             "offset-syncs-target-consumer"},
    [MIRROR_CHECKPOINT_SOURCE_ADMIN] = {MIRROR_SOURCE, ADMIN, "checkpoint-source-admin"},
    [MIRROR_CHECKPOINT_TARGET_ADMIN] = {MIRROR_TARGET, ADMIN, "checkpoint-target-admin"},
    [MIRROR_CHECKPOINTS_TARGET_CONSUMER] = {MIRROR_TARGET, CONSUMER, "checkpoints-target-consumer"},
    [MIRROR_HEARTBEATS_TARGET_ADMIN] = {MIRROR_TARGET, ADMIN, "heartbeats-target-admin"},
    [MIRROR_TOPIC_IDS_TARGET_ADMIN] = {MIRROR_TARGET, ADMIN, "topic-ids-target-admin"},
    [MIRROR_TOPIC_IDS_TARGET_CONSUMER] = {MIRROR_TARGET, CONSUMER, "topic-ids-target-consumer"},
    [MIRROR_TOPIC_IDS_TARGET_PRODUCER] = {MIRROR_TARGET, PRODUCER, "topic-ids-target-producer"},
};

enum mirror_side mirror_offset_syncs_side(const char *location)
{
    return strcmp(location, "target") == 0 ? MIRROR_TARGET : MIRROR_SOURCE;
}

bool mirror_client_is_shared_key(const char *key)
{
    if (strcmp(key, "bootstrap.servers") == 0 || strcmp(key, "security.protocol") == 0)
        return true;
    for (const struct tern_config_key *k = security_keys; k->name; k++) {
        if (strcmp(key, k->name) == 0)
            return true;
    }
    return false;
}

/* Sets what starts with prefix, prefix removed; only_shared: and may be set for a cluster. */
static void overlay(struct strmap *settings, const struct tern_config *connector,
                    const char *prefix, bool only_shared)
{
    size_t len = strlen(prefix);

    for (size_t i = 0; i < connector->count; i++) {
        const struct tern_config_entry *e = &connector->entries[i];

        if (!e->value || !str_starts_with(e->key, prefix) || !e->key[len])
            continue;
        if (!only_shared || mirror_client_is_shared_key(e->key + len))
            strmap_set(settings, e->key + len, e->value);
    }
}

static const char *or_else(const char *value, const char *fallback)
{
    return value ? value : fallback;
}

/* "A->B|name|label", or "A->B|name-3|label" for a task; what the user set goes before it. */
static void set_client_id(struct strmap *settings, const struct tern_config *connector,
                          bool is_task, const char *label)
{
    const char *source = or_else(config_get(connector, "source.cluster.alias"), "");
    const char *target = or_else(config_get(connector, "target.cluster.alias"), "target");
    const char *name = or_else(config_get(connector, "name"), "");
    const char *index = is_task ? or_else(config_get(connector, "task.index"), "?") : "";
    const char *given = strmap_get(settings, "client.id");

    strmap_set_fmt(settings, "client.id", "%s%s%s->%s|%s%s%s|%s", given ? given : "",
                   given ? "|" : "", source, target, name, is_task ? "-" : "", index, label);
}

void mirror_client_config(const struct tern_config *connector, enum mirror_client client,
                          bool is_task, struct strmap *ret_settings)
{
    const struct client_kind *kind = &kinds[client];
    const char *side = side_names[kind->side], *role = role_prefixes[kind->role];
    CLEANUP(freep) char *cluster_prefix = xasprintf("%s.cluster.", side);
    CLEANUP(freep) char *client_prefix = xasprintf("%s.%s", side, role);

    assert(kind->label);
    overlay(ret_settings, connector, cluster_prefix, true);
    overlay(ret_settings, connector, role, false);
    overlay(ret_settings, connector, client_prefix, false);
    if (kind->role == CONSUMER) {
        strmap_set(ret_settings, "enable.auto.commit", "false");
        strmap_set_if_absent(ret_settings, "auto.offset.reset", "earliest");
    }
    set_client_id(ret_settings, connector, is_task, kind->label);
}

const char *mirror_client_isolation_level(const struct tern_config *connector)
{
    const char *level = config_get(connector, "source.consumer.isolation.level");

    return level ? level : config_get(connector, "consumer.isolation.level");
}
