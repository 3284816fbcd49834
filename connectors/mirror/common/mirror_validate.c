/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/mirror_validate.h"

#include <string.h>

#include "connectors/mirror/common/group_filter.h"
#include "connectors/mirror/common/mirror_client.h"
#include "connectors/mirror/common/mirror_config.h"
#include "connectors/mirror/common/mirror_own.h"
#include "connectors/mirror/common/name_filter.h"
#include "connectors/mirror/common/property_filter.h"
#include "connectors/mirror/common/replication_policy.h"
#include "connectors/mirror/common/topic_filter.h"
#include "lib/base/strmap.h"
#include "lib/conf/config_def.h"

#define EXACTLY_ONCE      "exactly.once.support"
#define EMIT_OFFSET_SYNCS "emit.offset-syncs.enabled"
#define EMIT_CHECKPOINTS  "emit.checkpoints.enabled"

struct check {
    const struct tern_config *config;
    tern_config_fault *fault;
    void *arg;
};

/* In exactly these letters, as Java compares. */
static bool is_text(const struct check *c, const char *key, const char *text)
{
    const char *value = config_get(c->config, key);

    return value && strcmp(value, text) == 0;
}

static void refuse_class(const struct check *c, const char *key, const char *class_name,
                         const char *known)
{
    struct tern_error err;

    if (name_filter_unknown_class(key, class_name, known, &err) < 0)
        c->fault(c->arg, key, err.msg);
}

/* A class-valued key that knows one class. */
static void check_class(const struct check *c, const char *key, const char *java_name)
{
    const char *value = config_get(c->config, key);

    if (value && !name_filter_is_class(value, java_name))
        refuse_class(c, key, value, java_name);
}

static void check_common_classes(const struct check *c)
{
    const char *policy = config_get(c->config, "replication.policy.class");

    if (policy && !replication_policy_is_known(policy))
        refuse_class(c, "replication.policy.class", policy, REPLICATION_POLICIES);
    check_class(c, "forwarding.admin.class", MIRROR_FORWARDING_ADMIN);
}

/* The values of keys that are in no table of the class. */
static void check_own_keys(const struct check *c, const struct tern_config_key *const *tables)
{
    CLEANUP(config_memory_freep) struct config_memory *memory = NULL;
    union {
        struct mirror_source_settings source;
        struct mirror_checkpoint_settings checkpoint;
    } unused;
    struct tern_error err;

    if (config_bind_all(tables, c->config, &unused, c->fault, c->arg, &memory, &err) < 0)
        return; /* the faults were told */
}

static bool reads_committed(const struct tern_config *config)
{
    const char *level = mirror_client_isolation_level(config);

    return level && strcmp(level, "read_committed") == 0;
}

static bool mentions_offset_syncs(const struct tern_config *config)
{
    for (size_t i = 0; i < config->count; i++) {
        if (str_starts_with(config->entries[i].key, "offset-syncs-") ||
            str_starts_with(config->entries[i].key, "offset-syncs.topic."))
            return true;
    }
    return false;
}

void mirror_validate_source(const struct tern_config *config, tern_config_fault *fault, void *arg)
{
    const struct check c = {config, fault, arg};

    check_common_classes(&c);
    check_class(&c, "topic.filter.class", TOPIC_FILTER_DEFAULT);
    check_class(&c, "config.property.filter.class", PROPERTY_FILTER_DEFAULT);
    check_own_keys(&c, mirror_source_own_tables);
    check_own_keys(&c, mirror_own_tables);
    if (is_text(&c, EXACTLY_ONCE, "required") && !reads_committed(config)) {
        fault(arg, EXACTLY_ONCE,
              "MirrorSourceConnector can only provide exactly-once guarantees when its source "
              "consumer is configured with isolation.level set to 'read_committed'; otherwise, "
              "records from aborted and uncommitted transactions will be replicated from the "
              "source cluster to the target cluster."); /* peer text, here and below */
    }
    if (is_text(&c, EMIT_OFFSET_SYNCS, "false") && mentions_offset_syncs(config)) {
        fault(arg, EMIT_OFFSET_SYNCS,
              "MirrorSourceConnector can't setup offset-syncs feature while "
              "emit.offset-syncs.enabled set to false");
    }
}

void mirror_validate_checkpoint(const struct tern_config *config, tern_config_fault *fault,
                                void *arg)
{
    const struct check c = {config, fault, arg};

    check_common_classes(&c);
    check_class(&c, "group.filter.class", GROUP_FILTER_DEFAULT);
    check_class(&c, "topic.filter.class", TOPIC_FILTER_DEFAULT);
    check_own_keys(&c, mirror_checkpoint_own_tables);
    if (is_text(&c, "enabled", "false"))
        return;
    if (is_text(&c, EMIT_CHECKPOINTS, "false"))
        fault(arg, EMIT_CHECKPOINTS,
              "MirrorCheckpointConnector can't run with emit.checkpoints.enabled set to false");
    if (is_text(&c, EMIT_OFFSET_SYNCS, "false"))
        fault(arg, EMIT_OFFSET_SYNCS, "MirrorCheckpointConnector can't run without offset syncs");
}

void mirror_validate_heartbeat(const struct tern_config *config, tern_config_fault *fault,
                               void *arg)
{
    const struct check c = {config, fault, arg};

    check_common_classes(&c);
}

enum tern_exactly_once mirror_exactly_once_source(const struct tern_config *config)
{
    return reads_committed(config) ? TERN_EXACTLY_ONCE_SUPPORTED : TERN_EXACTLY_ONCE_UNSUPPORTED;
}
