/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/replication_policy.h"

#include <string.h>
#include <strings.h>
#include <sys/types.h>

#include "connectors/mirror/common/name_filter.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"

#define HEARTBEATS "heartbeats"
#define IDENTITY   "org.apache.kafka.connect.mirror.IdentityReplicationPolicy"

/* What policies differ in; the other functions are derived from these. */
struct policy_class {
    const char *name;
    char *(*format_remote)(const struct replication_policy *policy, const char *source_alias,
                           const char *topic);
    char *(*topic_source)(const struct replication_policy *policy, const char *topic);
    char *(*upstream_topic)(const struct replication_policy *policy, const char *topic);
};

struct replication_policy {
    const struct policy_class *class;
    char *separator;
    const char *internal_separator; /* separator, or "." */
    char *source_alias;             /* NULL: not configured */
};

/* ---- DefaultReplicationPolicy ---- */

static char *default_format_remote(const struct replication_policy *policy,
                                   const char *source_alias, const char *topic)
{
    return xasprintf("%s%s%s", source_alias, policy->separator, topic);
}

/* Bytes of the first character of UTF-8 text. */
static size_t first_character(const char *text)
{
    size_t n = text[0] ? 1 : 0;

    while (n && ((unsigned char)text[n] & 0xc0) == 0x80)
        n++;
    return n;
}

/*
 * Bytes of the part of topic before the first separator; -1 when there is no second part. Java
 * splits and drops empty parts at the end, so "t." and ".." have none; an empty separator
 * splits between any two characters.
 */
static ssize_t source_length(const struct replication_policy *policy, const char *topic)
{
    size_t len = strlen(policy->separator);
    const char *found = len ? strstr(topic, policy->separator) : topic + first_character(topic);
    const char *rest;

    if (!found)
        return -1;
    rest = found + len;
    while (len && str_starts_with(rest, policy->separator))
        rest += len;
    return *rest ? found - topic : -1;
}

static char *default_topic_source(const struct replication_policy *policy, const char *topic)
{
    ssize_t len = source_length(policy, topic);

    return len < 0 ? NULL : xstrndup(topic, (size_t)len);
}

static char *default_upstream_topic(const struct replication_policy *policy, const char *topic)
{
    ssize_t len = source_length(policy, topic);

    return len < 0 ? NULL : xstrdup(topic + len + strlen(policy->separator));
}

/* ---- IdentityReplicationPolicy ---- */

/* By the end of the name alone: "myheartbeats" too. */
static bool looks_like_heartbeats(const char *topic)
{
    return str_ends_with(topic, HEARTBEATS);
}

static char *identity_format_remote(const struct replication_policy *policy,
                                    const char *source_alias, const char *topic)
{
    if (looks_like_heartbeats(topic))
        return default_format_remote(policy, source_alias, topic);
    return xstrdup(topic);
}

static char *identity_topic_source(const struct replication_policy *policy, const char *topic)
{
    if (looks_like_heartbeats(topic))
        return default_topic_source(policy, topic);
    return policy->source_alias ? xstrdup(policy->source_alias) : NULL;
}

static char *identity_upstream_topic(const struct replication_policy *policy, const char *topic)
{
    if (looks_like_heartbeats(topic))
        return default_upstream_topic(policy, topic);
    return xstrdup(topic);
}

/* ---- choice of a policy ---- */

static const struct policy_class policies[] = {
    {REPLICATION_POLICY_DEFAULT, default_format_remote, default_topic_source,
     default_upstream_topic},
    {IDENTITY, identity_format_remote, identity_topic_source, identity_upstream_topic},
};

static const struct policy_class *find_class(const char *class_name)
{
    for (size_t i = 0; i < COUNT_OF(policies); i++) {
        if (name_filter_is_class(class_name, policies[i].name))
            return &policies[i];
    }
    return NULL;
}

bool replication_policy_is_known(const char *class_name)
{
    return find_class(class_name) != NULL;
}

int replication_policy_new(const struct tern_config *config, struct replication_policy **ret_policy,
                           struct tern_error *err)
{
    const char *class_name = config_get(config, "replication.policy.class");
    const char *separator = config_get(config, "replication.policy.separator");
    const char *internal =
        config_get(config, "replication.policy.internal.topic.separator.enabled");
    const char *alias = config_get(config, "source.cluster.alias");
    const struct policy_class *class = find_class(class_name ? class_name : policies[0].name);
    struct replication_policy *policy;

    if (!class)
        return name_filter_unknown_class("replication.policy.class", class_name,
                                         REPLICATION_POLICIES, err);

    policy = xcalloc(1, sizeof(*policy));
    policy->class = class;
    policy->separator = xstrdup(separator ? separator : ".");
    policy->internal_separator = policy->separator;
    /* Boolean.parseBoolean(): all but "true" is false. Without a separator it is not looked at. */
    if (separator && internal && strcasecmp(internal, "true") != 0)
        policy->internal_separator = ".";
    policy->source_alias = alias ? xstrdup(alias) : NULL;
    *ret_policy = policy;
    return 0;
}

void replication_policy_free(struct replication_policy *policy)
{
    if (!policy)
        return;
    free(policy->separator);
    free(policy->source_alias);
    free(policy);
}

void replication_policy_freep(struct replication_policy **policy)
{
    replication_policy_free(*policy);
}

/* ---- names ---- */

char *replication_policy_format_remote(const struct replication_policy *policy,
                                       const char *source_alias, const char *topic)
{
    return policy->class->format_remote(policy, source_alias, topic);
}

char *replication_policy_topic_source(const struct replication_policy *policy, const char *topic)
{
    return policy->class->topic_source(policy, topic);
}

char *replication_policy_upstream_topic(const struct replication_policy *policy, const char *topic)
{
    return policy->class->upstream_topic(policy, topic);
}

char *replication_policy_original_topic(const struct replication_policy *policy, const char *topic)
{
    char *current = xstrdup(topic);

    for (;;) {
        char *upstream = replication_policy_upstream_topic(policy, current);

        if (!upstream || strcmp(upstream, current) == 0) {
            free(upstream);
            return current;
        }
        free(current);
        current = upstream;
    }
}

const char *replication_policy_heartbeats_topic(const struct replication_policy *policy)
{
    (void)policy;
    return HEARTBEATS;
}

char *replication_policy_offset_syncs_topic(const struct replication_policy *policy,
                                            const char *cluster_alias)
{
    const char *sep = policy->internal_separator;

    return xasprintf("mm2-offset-syncs%s%s%sinternal", sep, cluster_alias, sep);
}

char *replication_policy_checkpoints_topic(const struct replication_policy *policy,
                                           const char *cluster_alias)
{
    const char *sep = policy->internal_separator;

    return xasprintf("%s%scheckpoints%sinternal", cluster_alias, sep, sep);
}

/* ---- kinds of topics ---- */

bool replication_policy_is_heartbeats_topic(const struct replication_policy *policy,
                                            const char *topic)
{
    CLEANUP(freep) char *original = replication_policy_original_topic(policy, topic);

    return strcmp(original, HEARTBEATS) == 0;
}

bool replication_policy_is_checkpoints_topic(const struct replication_policy *policy,
                                             const char *topic)
{
    CLEANUP(freep) char *suffix = replication_policy_checkpoints_topic(policy, "");

    return str_ends_with(topic, suffix);
}

bool replication_policy_is_mm2_internal_topic(const struct replication_policy *policy,
                                              const char *topic)
{
    CLEANUP(freep) char *suffix = xasprintf("%sinternal", policy->internal_separator);

    if (str_starts_with(topic, "mm2") && str_ends_with(topic, suffix))
        return true;
    return replication_policy_is_checkpoints_topic(policy, topic);
}

bool replication_policy_is_internal_topic(const struct replication_policy *policy,
                                          const char *topic)
{
    return str_starts_with(topic, "__") || str_starts_with(topic, ".") ||
           replication_policy_is_mm2_internal_topic(policy, topic);
}

/* ---- what is mirrored ---- */

bool replication_policy_is_cycle(const struct replication_policy *policy, const char *topic,
                                 const char *target_alias)
{
    CLEANUP(freep) char *current = xstrdup(topic);

    for (;;) {
        CLEANUP(freep) char *source = replication_policy_topic_source(policy, current);
        char *upstream;

        if (!source)
            return false;
        if (strcmp(source, target_alias) == 0)
            return true;
        upstream = replication_policy_upstream_topic(policy, current);
        if (!upstream || strcmp(upstream, current) == 0) {
            free(upstream);
            return false;
        }
        free(current);
        current = upstream;
    }
}

bool replication_policy_replicates(const struct replication_policy *policy, const char *topic,
                                   const char *target_alias, bool passes_filter,
                                   bool heartbeats_enabled)
{
    bool wanted = passes_filter ||
                  (heartbeats_enabled && replication_policy_is_heartbeats_topic(policy, topic));

    return wanted && !replication_policy_is_internal_topic(policy, topic) &&
           !replication_policy_is_cycle(policy, topic, target_alias);
}
