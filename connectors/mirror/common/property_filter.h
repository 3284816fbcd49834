/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * property_filter - which topic configs are copied. Peer: DefaultConfigPropertyFilter.
 *
 * Reads config.properties.exclude and use.defaults.from. Immutable. Thread: any.
 */
#include "lib/base/macros.h"

#include <stdbool.h>

#include <tern/config.h>
#include <tern/error.h>

#define PROPERTY_FILTER_DEFAULT "org.apache.kafka.connect.mirror.DefaultConfigPropertyFilter"
#define PROPERTY_FILTER_EXCLUDE_DEFAULT                                              \
    "follower.replication.throttled.replicas,leader.replication.throttled.replicas," \
    "message.timestamp.difference.max.ms,log.message.timestamp.before.max.ms,"       \
    "log.message.timestamp.after.max.ms,message.timestamp.type,"                     \
    "unclean.leader.election.enable,min.insync.replicas"

struct property_filter;

/*
 * Makes the filter that config.property.filter.class of config names (the default when absent).
 * Borrows config for the call. Errors: TERN_EINVALID for an unknown class or a bad pattern.
 */
int property_filter_new(const struct tern_config *config, struct property_filter **ret_filter,
                        struct tern_error *err) MUST_CHECK;
/* NULL is a no-op. */
void property_filter_free(struct property_filter *filter);
/* For CLEANUP. */
void property_filter_freep(struct property_filter **filter);

/* Whether the topic config called property is copied. */
bool property_filter_replicates(const struct property_filter *filter, const char *property);
/* Whether a config that is at its default on the source is written out on the target. */
bool property_filter_replicates_source_default(const struct property_filter *filter,
                                               const char *property);
