/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * topic_groups - the topic.creation.* settings of a source connector: with what a topic that is
 * not there is created. Pure. Peers: SourceConnectorConfig, TopicCreationGroup. Spec:
 * connect-runtime.md 2.4.
 */
#include "lib/base/macros.h"
#include "lib/base/strmap.h"

#include <stdbool.h>
#include <stdint.h>

#include <tern/error.h>

struct topic_group {
    char *name;
    struct regex *include, *exclude; /* of the group default: not used */
    char *included, *excluded;       /* their texts */
    int32_t partitions;              /* -1: the broker's default */
    int16_t replication_factor;      /* likewise */
    struct strmap config;            /* of the topic */
};

struct topic_groups {
    struct topic_group *at; /* in the order that was said; default is the last */
    size_t count;
};

/* Errors: TERN_EINVALID, for all that Java refuses. */
int topic_groups_read(const struct tern_config *connector, struct topic_groups *ret_groups,
                      struct tern_error *err) MUST_CHECK;
void topic_groups_fini(struct topic_groups *groups);
/* Whether the connector has such settings, and the worker allows them (topic.creation.enable). */
bool topic_groups_asked_for(const struct tern_config *worker, const struct tern_config *connector);
/* Whether they can be used, where they are asked for. Errors: as topic_groups_read(). */
int topic_groups_check(const struct tern_config *worker, const struct tern_config *connector,
                       struct tern_error *err) MUST_CHECK;
/* The first that the topic's name matches. */
const struct topic_group *topic_groups_find(const struct topic_groups *groups, const char *topic);
