/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * topic_filter - which topics are mirrored, by name. Peer: DefaultTopicFilter.
 *
 * Reads topics and topics.exclude; a bad pattern fails here, at start, and not in validation.
 * Immutable. Thread: any.
 */
#include "lib/base/macros.h"

#include <stdbool.h>

#include <tern/config.h>
#include <tern/error.h>

#define TOPIC_FILTER_DEFAULT         "org.apache.kafka.connect.mirror.DefaultTopicFilter"
#define TOPIC_FILTER_EXCLUDE_DEFAULT "mm2.*\\.internal,.*\\.replica,__.*"

struct topic_filter;

/*
 * Makes the filter that topic.filter.class of config names (the default when absent). Borrows
 * config for the call. Errors: TERN_EINVALID for an unknown class or a bad pattern.
 */
int topic_filter_new(const struct tern_config *config, struct topic_filter **ret_filter,
                     struct tern_error *err) MUST_CHECK;
/* NULL is a no-op. */
void topic_filter_free(struct topic_filter *filter);
/* For CLEANUP. */
void topic_filter_freep(struct topic_filter **filter);

bool topic_filter_includes(const struct topic_filter *filter, const char *topic);
